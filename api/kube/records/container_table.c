/* How a container is read, of a pod or of a template. Much of what it says may be secret: of its environment and of its
 * commands only what tells which broker runs in it, and how to reach that, is kept. */
#include "api/kube/records/field_macros.h"

#include <string.h>

#include "api/base/buf.h"
#include "api/base/mem.h"
#include "api/base/str.h"

enum { COMMAND_MAX = 64 * 1024 };

STRUCT(container_port, kube_port, NULL, FIELD(STRING, kube_port, 1, "name", name),
       FIELD(INT32, kube_port, 3, "containerPort", container_port), FIELD(STRING, kube_port, 4, "protocol", protocol));

/* What an environment says of the broker that runs in it. */
static const struct {
	const char *name;
	bool named_only; /* that it is there is enough: what it holds is secret, or says nothing more */
} kept_env[] = {
	{"RABBITMQ_DEFAULT_USER"},
	{"RABBITMQ_DEFAULT_PASS"},
	{"RABBITMQ_USERNAME"},
	{"RABBITMQ_PASSWORD"},
	{"RABBITMQ_DEFAULT_PASS_FILE"},
	{"RABBITMQ_PASSWORD_FILE"},
	{"RABBITMQ_DEFAULT_VHOST"},
	{"RABBITMQ_NODENAME"},
	{"RABBITMQ_USE_LONGNAME"},
	{"K8S_SERVICE_NAME"},
	{"KAFKA_ADVERTISED_LISTENERS"},
	{"KAFKA_LISTENERS"},
	{"KAFKA_NODE_ID"},
	{"KAFKA_BROKER_ID"},
	{"KAFKA_PROCESS_ROLES"},
	{"KAFKA_CFG_LISTENERS"},
	{"KAFKA_CFG_PROCESS_ROLES"},
	{"KAFKA_CONTROLLER_QUORUM_VOTERS"},
	{"KAFKA_CFG_CONTROLLER_QUORUM_VOTERS"},
	{"KAFKA_CONTROLLER_QUORUM_BOOTSTRAP_SERVERS"},
	{"KAFKA_CFG_CONTROLLER_QUORUM_BOOTSTRAP_SERVERS"},
	{"RABBITMQ_NODE_NAME", true},
	{"RABBITMQ_ERLANG_COOKIE", true},
	{"RABBITMQ_ENABLED_PLUGINS_FILE", true},
	{"RABBITMQ_CONFIG_FILE", true},
	{"RABBITMQ_CONFIG_FILES", true},
	{"RABBITMQ_MNESIA_BASE", true},
	{"RABBITMQ_MNESIA_DIR", true},
	{"RABBITMQ_FORCE_BOOT", true},
	{"KAFKA_CFG_ADVERTISED_LISTENERS", true},
	{"KAFKA_CFG_NODE_ID", true},
	{"KAFKA_CFG_BROKER_ID", true},
	{"KAFKA_LOG_DIRS", true},
	{"KAFKA_CFG_LOG_DIRS", true},
	{"KAFKA_INTER_BROKER_LISTENER_NAME", true},
	{"KAFKA_CFG_INTER_BROKER_LISTENER_NAME", true},
	{"KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", true},
	{"KAFKA_CFG_LISTENER_SECURITY_PROTOCOL_MAP", true},
	{"KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", true},
	{"KAFKA_ZOOKEEPER_CONNECT", true},
	{"KAFKA_CFG_ZOOKEEPER_CONNECT", true},
	{"KAFKA_KRAFT_CLUSTER_ID", true},
};

static bool finish_env(void *base, struct arena *arena)
{
	struct kube_env *env = base;
	for (size_t i = 0; i < ARRAY_LEN(kept_env); i++) {
		if (!str_eq(env->name, kept_env[i].name))
			continue;
		if (kept_env[i].named_only)
			env->value = NULL;
		return true;
	}
	return env->secret_name != NULL;
}

MEMBERS(secret_ref_name, FIELD(STRING, kube_env, 1, "name", secret_name));
MEMBERS(secret_key_ref, INTO_NESTED(1, secret_ref_name), FIELD_ALIAS(STRING, kube_env, 0, "name", secret_name),
	FIELD(STRING, kube_env, 2, "key", key));
MEMBERS(config_map_ref_name, FIELD(STRING, kube_env, 1, "name", config_map_name));
MEMBERS(config_map_key_ref, INTO_NESTED(1, config_map_ref_name),
	FIELD_ALIAS(STRING, kube_env, 0, "name", config_map_name), FIELD_ALIAS(STRING, kube_env, 2, "key", key));
MEMBERS(env_source, INTO(4, "secretKeyRef", secret_key_ref), INTO(3, "configMapKeyRef", config_map_key_ref));
STRUCT(env, kube_env, finish_env, FIELD(STRING, kube_env, 1, "name", name), FIELD(STRING, kube_env, 2, "value", value),
       INTO(3, "valueFrom", env_source));

static bool finish_env_from(void *base, struct arena *arena)
{
	const struct kube_env_from *from = base;
	return from->secret_name || from->config_map_name;
}

MEMBERS(env_from_name, FIELD(STRING, kube_env_from, 1, "name", secret_name));
MEMBERS(env_from_secret, INTO_NESTED(1, env_from_name), FIELD_ALIAS(STRING, kube_env_from, 0, "name", secret_name));
MEMBERS(env_from_map_name, FIELD(STRING, kube_env_from, 1, "name", config_map_name));
MEMBERS(env_from_map, INTO_NESTED(1, env_from_map_name),
	FIELD_ALIAS(STRING, kube_env_from, 0, "name", config_map_name));
STRUCT(env_from, kube_env_from, finish_env_from, FIELD(STRING, kube_env_from, 1, "prefix", prefix),
       INTO(2, "configMapRef", env_from_map), INTO(3, "secretRef", env_from_secret));

STRUCT(mount, kube_mount, NULL, FIELD(STRING, kube_mount, 1, "name", name),
       FIELD(STRING, kube_mount, 3, "mountPath", mount_path));

MEMBERS(limits, FIELD(QUANTITY, kube_container, 0, "memory", memory_limit),
	FIELD(MILLI, kube_container, 0, "cpu", cpu_limit_milli));
MEMBERS(container_resources, QUANTITIES(1, "limits", limits));

static const struct {
	const char *word;
	enum kube_program program;
} programs[] = {
	{"rabbitmq-server", KUBE_PROGRAM_RABBITMQ},
	{"kafka-server-start", KUBE_PROGRAM_KAFKA},
	{"kafka.Kafka", KUBE_PROGRAM_KAFKA},
	{"rabbitmq-diagnostics", KUBE_PROGRAM_RABBITMQ_TOOL},
	{"rabbitmqctl", KUBE_PROGRAM_RABBITMQ_TOOL},
	{"kafka-broker-api-versions", KUBE_PROGRAM_KAFKA_TOOL},
	{"kafka-topics", KUBE_PROGRAM_KAFKA_TOOL},
	{"connect-distributed", KUBE_PROGRAM_OTHER},
	{"connect-standalone", KUBE_PROGRAM_OTHER},
	{"mirror-maker", KUBE_PROGRAM_OTHER},
	{"zookeeper-server-start", KUBE_PROGRAM_OTHER},
	{"kafka-console-", KUBE_PROGRAM_OTHER},
	{"perf-test", KUBE_PROGRAM_OTHER},
	{"kafka-verifiable-", KUBE_PROGRAM_OTHER},
	{"sleep infinity", KUBE_PROGRAM_OTHER},
	{"tail -f /dev/null", KUBE_PROGRAM_OTHER},
};

/* A command's words may each be a script, or "sleep" and "infinity" two of them. */
static unsigned programs_in(const char *const *words, size_t count)
{
	struct buf line = BUF_INIT(COMMAND_MAX);
	unsigned found = 0;
	for (size_t i = 0; i < count; i++)
		buf_printf(&line, "%s%s", i ? " " : "", words[i]);
	for (size_t i = 0; count && i < ARRAY_LEN(programs); i++)
		if (strstr(buf_str(&line), programs[i].word))
			found |= programs[i].program;
	buf_finish(&line);
	return found;
}

static void take_pre_stop(struct kube_container *container)
{
	for (size_t i = 0; i < container->pre_stop_command_count; i++) {
		bool quorum = strstr(container->pre_stop_command[i], "await_online_quorum_plus_one");
		if (container->pre_stop != KUBE_PRE_STOP_QUORUM)
			container->pre_stop = quorum ? KUBE_PRE_STOP_QUORUM : KUBE_PRE_STOP;
	}
	container->pre_stop_command = NULL;
	container->pre_stop_command_count = 0;
}

/* Long scripts that every pod has: what matters of them is kept. */
static bool finish_container(void *base, struct arena *arena)
{
	struct kube_container *container = base;
	take_pre_stop(container);
	container->runs = programs_in(container->command, container->command_count);
	container->probed_by = programs_in(container->probe_command, container->probe_command_count);
	container->command = container->probe_command = NULL;
	container->command_count = container->probe_command_count = 0;
	return true;
}

MEMBERS(pre_stop_exec, ARRAY(STRINGS, kube_container, 1, "command", pre_stop_command, pre_stop_command_count));
MEMBERS(pre_stop, INTO(1, "exec", pre_stop_exec));
MEMBERS(lifecycle, INTO(2, "preStop", pre_stop));
MEMBERS(probe_exec, ARRAY(STRINGS, kube_container, 1, "command", probe_command, probe_command_count));
MEMBERS(probe_handler, INTO(1, "exec", probe_exec));
MEMBERS(probe, INTO_NESTED(1, probe_handler), INTO_INLINE("exec", probe_exec));
RECORD(kube_container_table, kube_container, finish_container, FIELD(STRING, kube_container, 1, "name", name),
       FIELD(STRING, kube_container, 2, "image", image),
       ARRAY(STRINGS, kube_container, 3, "command", command, command_count),
       ARRAY(STRINGS, kube_container, 4, "args", command, command_count), INTO(10, "livenessProbe", probe),
       INTO(11, "readinessProbe", probe), INTO(22, "startupProbe", probe),
       STRUCTS(kube_container, 6, "ports", ports, port_count, container_port),
       STRUCTS(kube_container, 7, "env", env, env_count, env),
       STRUCTS(kube_container, 19, "envFrom", env_from, env_from_count, env_from),
       INTO(8, "resources", container_resources),
       STRUCTS(kube_container, 9, "volumeMounts", mounts, mount_count, mount), INTO(12, "lifecycle", lifecycle),
       FIELD(STRING, kube_container, 24, "restartPolicy", restart_policy));
