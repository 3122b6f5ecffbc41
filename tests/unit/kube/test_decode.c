#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/str.h"
#include "api/kube/records/field_table.h"
#include "api/kube/records/record_decode.h"
#include "tests/unit/kube/wire.h"

/* The same broker pod, written twice: as the API's JSON and as its protobuf. */
static const char pod_json[] =
	"{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"rabbitmq-0\",\"namespace\":\"mq\",\"uid\":"
	"\"u-1\","
	"\"resourceVersion\":\"9007199254740993\",\"generation\":3,\"creationTimestamp\":\"2026-01-02T03:04:05Z\","
	"\"labels\":{\"app\":\"rabbitmq\",\"empty\":\"\"},"
	"\"annotations\":{\"kubectl.kubernetes.io/last-applied-configuration\":\"{\\\"a\\\":[1,{}]}\",\"strimzi.io/"
	"x\":\"y\"},"
	"\"ownerReferences\":[{\"apiVersion\":\"apps/"
	"v1\",\"kind\":\"StatefulSet\",\"name\":\"rabbitmq\",\"uid\":\"o-1\","
	"\"controller\":true,\"blockOwnerDeletion\":true}],"
	"\"managedFields\":[{\"manager\":\"k\",\"fieldsV1\":{\"f:metadata\":{\"f:labels\":{\".\":{},\"f:a\\\"b}\":{}"
	"}}}}]},"
	"\"spec\":{\"volumes\":[{\"name\":\"data\",\"persistentVolumeClaim\":{\"claimName\":\"data-rabbitmq-0\"}},"
	"{\"name\":\"token\",\"projected\":{\"sources\":[]}},"
	"{\"name\":\"scratch\",\"ephemeral\":{\"volumeClaimTemplate\":{\"spec\":{}}}}],"
	"\"initContainers\":[{\"name\":\"mesh\",\"restartPolicy\":\"Always\"}],"
	"\"containers\":[{\"name\":\"rabbitmq\",\"image\":\"rabbitmq:4.0\",\"ports\":[{\"name\":\"amqp\","
	"\"containerPort\":5672,"
	"\"protocol\":\"TCP\"}],\"command\":[\"sleep\"],\"args\":[\"infinity\",\"canary-secret\"],"
	"\"readinessProbe\":{\"exec\":{\"command\":[\"rabbitmq-diagnostics\",\"ping\"]}},"
	"\"env\":[{\"name\":\"RABBITMQ_ERLANG_COOKIE\",\"value\":\"canary-secret\"},{\"name\":\"RABBITMQ_DEFAULT_"
	"PASS\",\"valueFrom\":{\"secretKeyRef\":{"
	"\"name\":\"s\","
	"\"key\":\"password\"}}},{\"name\":\"OTHER\",\"value\":\"canary-secret\"},{\"name\":\"RABBITMQ_DEFAULT_"
	"USER\","
	"\"value\":\"admin\"}],\"resources\":{\"limits\":{\"cpu\":\"1500m\",\"memory\":\"2Gi\"}},"
	"\"volumeMounts\":[{\"name\":\"data\",\"mountPath\":\"/var/lib/"
	"rabbitmq\"}],\"lifecycle\":{\"preStop\":{\"exec\":{"
	"\"command\":[\"/bin/sh\",\"-c\",\"rabbitmq-upgrade await_online_quorum_plus_one -t 604800\"]}}}}],"
	"\"nodeName\":\"node-1\",\"hostname\":\"rabbitmq-0\",\"subdomain\":\"rabbitmq\"},"
	"\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\","
	"\"lastProbeTime\":null,"
	"\"lastTransitionTime\":\"2026-01-02T03:05:00Z\"}],\"hostIP\":\"10.0.0.1\",\"podIP\":\"10.1.0.1\","
	"\"podIPs\":[{\"ip\":\"10.1.0.1\"},{\"ip\":\"fd00::1\"}],"
	"\"initContainerStatuses\":[{\"name\":\"mesh\",\"restartCount\":3,\"state\":{\"terminated\":{\"exitCode\":139,"
	"\"signal\":11,\"message\":\"fault\"}}}],"
	"\"startTime\":\"2026-01-02T03:04:06Z\",\"containerStatuses\":[{\"name\":\"rabbitmq\",\"state\":{"
	"\"running\":"
	"{\"startedAt\":\"2026-01-02T03:04:07Z\"}},\"lastState\":{\"terminated\":{\"exitCode\":137,\"reason\":"
	"\"OOMKilled\",\"message\":\"no heap\","
	"\"finishedAt\":\"2026-01-02T03:04:00Z\"}},\"ready\":true,\"restartCount\":2,\"started\":true}]}}";

enum { T0 = 1767323045 }; /* 2026-01-02T03:04:05Z */

static void write_meta(struct buf *out, const char *name, const char *resource_version)
{
	struct buf meta = BUF_INIT(1 << 20), owner = BUF_INIT(1024), fields = BUF_INIT(1024);
	wire_text(&meta, 1, name);
	wire_text(&meta, 2, ""); /* the server writes empty members too */
	wire_text(&meta, 3, "mq");
	wire_text(&meta, 5, "u-1");
	wire_text(&meta, 6, resource_version);
	wire_int(&meta, 7, 3);
	wire_time(&meta, 8, T0);
	wire_pair(&meta, 11, "app", "rabbitmq");
	wire_pair(&meta, 11, "empty", "");
	wire_pair(&meta, 12, "kubectl.kubernetes.io/last-applied-configuration", "{\"a\":[1,{}]}");
	wire_pair(&meta, 12, "strimzi.io/x", "y");
	wire_text(&owner, 1, "StatefulSet");
	wire_text(&owner, 3, "rabbitmq");
	wire_text(&owner, 4, "o-1");
	wire_text(&owner, 5, "apps/v1");
	wire_int(&owner, 6, 1);
	wire_int(&owner, 7, 1);
	wire_message(&meta, 13, &owner);
	wire_text(&fields, 1, "k");
	wire_message(&meta, 17, &fields);
	wire_message(out, 1, &meta);
}

static void write_command(struct buf *container)
{
	struct buf exec = BUF_INIT(1024), handler = BUF_INIT(1024), probe = BUF_INIT(1024);
	wire_text(container, 3, "sleep");
	wire_text(container, 4, "infinity");
	wire_text(container, 4, "canary-secret");
	wire_text(&exec, 1, "rabbitmq-diagnostics");
	wire_text(&exec, 1, "ping");
	wire_message(&handler, 1, &exec);
	wire_message(&probe, 1, &handler);
	wire_message(container, 11, &probe);
}

static void write_env(struct buf *container)
{
	struct buf env = BUF_INIT(1024), from = BUF_INIT(1024), ref = BUF_INIT(1024), name = BUF_INIT(1024);
	wire_text(&env, 1, "RABBITMQ_ERLANG_COOKIE");
	wire_text(&env, 2, "canary-secret");
	wire_message(container, 7, &env);
	wire_text(&env, 1, "RABBITMQ_DEFAULT_PASS");
	wire_text(&env, 2, "");
	wire_text(&name, 1, "s");
	wire_message(&ref, 1, &name);
	wire_text(&ref, 2, "password");
	wire_message(&from, 4, &ref);
	wire_message(&env, 3, &from);
	wire_message(container, 7, &env);
	wire_text(&env, 1, "OTHER");
	wire_text(&env, 2, "canary-secret");
	wire_message(container, 7, &env);
	wire_text(&env, 1, "RABBITMQ_DEFAULT_USER");
	wire_text(&env, 2, "admin");
	wire_message(container, 7, &env);
}

static void write_lifecycle(struct buf *container)
{
	struct buf exec = BUF_INIT(1024), handler = BUF_INIT(1024), lifecycle = BUF_INIT(1024);
	wire_text(&exec, 1, "/bin/sh");
	wire_text(&exec, 1, "-c");
	wire_text(&exec, 1, "rabbitmq-upgrade await_online_quorum_plus_one -t 604800");
	wire_message(&handler, 1, &exec);
	wire_message(&lifecycle, 2, &handler);
	wire_message(container, 12, &lifecycle);
}

static void write_spec(struct buf *pod)
{
	struct buf spec = BUF_INIT(1 << 20), volume = BUF_INIT(1024), source = BUF_INIT(1024), claim = BUF_INIT(1024);
	struct buf container = BUF_INIT(1 << 20), port = BUF_INIT(1024), resources = BUF_INIT(1024),
		   mount = BUF_INIT(1024);
	wire_text(&volume, 1, "data");
	wire_text(&claim, 1, "data-rabbitmq-0");
	wire_message(&source, 10, &claim);
	wire_message(&volume, 2, &source);
	wire_message(&spec, 1, &volume);
	wire_text(&volume, 1, "token");
	wire_message(&source, 28, &claim);
	wire_message(&volume, 2, &source);
	wire_message(&spec, 1, &volume);
	wire_text(&volume, 1, "scratch");
	wire_text(&port, 1, "a template");
	wire_message(&source, 29, &port);
	wire_message(&volume, 2, &source);
	wire_message(&spec, 1, &volume);
	wire_text(&container, 1, "mesh");
	wire_text(&container, 24, "Always");
	wire_message(&spec, 20, &container);
	wire_text(&container, 1, "rabbitmq");
	wire_text(&container, 2, "rabbitmq:4.0");
	wire_text(&port, 1, "amqp");
	wire_int(&port, 3, 5672);
	wire_text(&port, 4, "TCP");
	wire_message(&container, 6, &port);
	write_command(&container);
	write_env(&container);
	wire_quantity(&resources, 1, "cpu", "1500m");
	wire_quantity(&resources, 1, "memory", "2Gi");
	wire_message(&container, 8, &resources);
	wire_text(&mount, 1, "data");
	wire_int(&mount, 2, 0);
	wire_text(&mount, 3, "/var/lib/rabbitmq");
	wire_message(&container, 9, &mount);
	write_lifecycle(&container);
	wire_message(&spec, 2, &container);
	wire_text(&spec, 10, "node-1");
	wire_int(&spec, 11, 0);
	wire_text(&spec, 16, "rabbitmq-0");
	wire_text(&spec, 17, "rabbitmq");
	wire_message(pod, 2, &spec);
}

static void write_status(struct buf *pod)
{
	struct buf status = BUF_INIT(1 << 20), one = BUF_INIT(4096), state = BUF_INIT(1024), inner = BUF_INIT(1024);
	wire_text(&status, 1, "Running");
	wire_text(&one, 1, "Ready");
	wire_text(&one, 2, "True");
	wire_message(&one, 3, &inner); /* a zero time is an empty message */
	wire_time(&one, 4, T0 + 55);
	wire_text(&one, 5, "");
	wire_message(&status, 2, &one);
	wire_text(&status, 5, "10.0.0.1");
	wire_text(&status, 6, "10.1.0.1");
	wire_time(&status, 7, T0 + 1);
	wire_text(&one, 1, "rabbitmq");
	wire_time(&inner, 1, T0 + 2);
	wire_message(&state, 2, &inner);
	wire_message(&one, 2, &state);
	wire_int(&inner, 1, 137);
	wire_text(&inner, 3, "OOMKilled");
	wire_text(&inner, 4, "no heap");
	wire_time(&inner, 6, T0 - 5);
	wire_message(&state, 3, &inner);
	wire_message(&one, 3, &state);
	wire_int(&one, 4, 1);
	wire_int(&one, 5, 2);
	wire_int(&one, 9, 1);
	wire_message(&status, 8, &one);
	wire_text(&one, 1, "10.1.0.1");
	wire_message(&status, 12, &one);
	wire_text(&one, 1, "fd00::1");
	wire_message(&status, 12, &one);
	wire_text(&one, 1, "mesh");
	wire_int(&inner, 1, 139);
	wire_int(&inner, 2, 11);
	wire_text(&inner, 4, "fault");
	wire_message(&state, 3, &inner);
	wire_message(&one, 2, &state);
	wire_int(&one, 5, 3);
	wire_message(&status, 10, &one);
	wire_message(pod, 3, &status);
}

static void write_pod(struct buf *out)
{
	write_meta(out, "rabbitmq-0", "9007199254740993");
	write_spec(out);
	write_status(out);
}

static void check_pod(const struct kube_pod *pod)
{
	assert_string_equal(pod->meta.name, "rabbitmq-0");
	assert_string_equal(pod->meta.resource_version, "9007199254740993");
	assert_int_equal(pod->meta.generation, 3);
	assert_int_equal(pod->meta.created_ms, (int64_t)T0 * 1000);
	assert_int_equal(pod->meta.deleted_ms, -1);
	assert_int_equal(pod->meta.label_count, 2);
	assert_string_equal(kube_label(&pod->meta, "app"), "rabbitmq");
	assert_string_equal(kube_label(&pod->meta, "empty"), "");
	assert_null(kube_label(&pod->meta, "ap"));
	assert_int_equal(pod->meta.annotation_count, 1);
	assert_string_equal(kube_annotation(&pod->meta, "strimzi.io/x"), "y");
	assert_string_equal(kube_controller(&pod->meta)->name, "rabbitmq");
	assert_int_equal(pod->volume_count, 2);
	assert_string_equal(pod->volumes[0].claim_name, "data-rabbitmq-0");
	assert_string_equal(pod->volumes[1].claim_name, "rabbitmq-0-scratch");
	assert_int_equal(pod->init_container_count, 1);
	assert_string_equal(pod->init_containers[0].restart_policy, "Always");
	assert_int_equal(pod->init_statuses[0].restart_count, 3);
	assert_int_equal(pod->init_statuses[0].terminated_exit_code, 139);
	assert_int_equal(pod->init_statuses[0].terminated_signal, 11);
	assert_int_equal(pod->statuses[0].terminated_exit_code, -1);
	assert_int_equal(pod->container_count, 1);
	const struct kube_container *container = &pod->containers[0];
	assert_int_equal(container->pre_stop, KUBE_PRE_STOP_QUORUM);
	assert_int_equal(container->ports[0].container_port, 5672);
	assert_int_equal(container->memory_limit, (int64_t)2 << 30);
	assert_int_equal(container->cpu_limit_milli, 1500);
	assert_int_equal(container->runs, KUBE_PROGRAM_OTHER);
	assert_int_equal(container->probed_by, KUBE_PROGRAM_RABBITMQ_TOOL);
	assert_int_equal(container->env_count, 3);
	assert_string_equal(container->env[0].name, "RABBITMQ_ERLANG_COOKIE");
	assert_null(container->env[0].value);
	assert_string_equal(container->env[1].secret_name, "s");
	assert_string_equal(container->env[1].key, "password");
	assert_null(container->env[1].value);
	assert_string_equal(container->env[2].value, "admin");
	assert_string_equal(container->mounts[0].mount_path, "/var/lib/rabbitmq");
	assert_string_equal(pod->node_name, "node-1");
	assert_int_equal(pod->grace_seconds, -1);
	assert_string_equal(kube_condition(pod->conditions, pod->condition_count, "Ready")->status, "True");
	assert_int_equal(pod->conditions[0].changed_ms, (int64_t)(T0 + 55) * 1000);
	assert_null(pod->conditions[0].reason);
	assert_int_equal(pod->statuses[0].restart_count, 2);
	assert_int_equal(pod->ip_count, 2);
	assert_string_equal(pod->ips[1].text, "fd00::1");
	assert_int_equal(pod->statuses[0].running_since_ms, (int64_t)(T0 + 2) * 1000);
	assert_int_equal(pod->statuses[0].last_exit_code, 137);
	assert_string_equal(pod->statuses[0].last_terminated_reason, "OOMKilled");
	assert_string_equal(pod->statuses[0].last_terminated_message, "no heap");
	assert_null(pod->statuses[0].terminated_message);
	assert_string_equal(pod->init_statuses[0].terminated_message, "fault");
	assert_int_equal(pod->statuses[0].last_finished_ms, (int64_t)(T0 - 5) * 1000);
	assert_null(pod->statuses[0].terminated_reason);
}

static void both_forms_give_the_same_record(void **state)
{
	struct err err = {0};
	struct kube_pod *from_json = kube_decode(KUBE_PODS, pod_json, sizeof pod_json - 1, &err);
	assert_non_null(from_json);
	check_pod(from_json);
	struct buf raw = BUF_INIT(1 << 20), bytes = BUF_INIT(1 << 20);
	write_pod(&raw);
	wire_unknown(&bytes, "Pod", &raw);
	struct kube_pod *from_protobuf = kube_decode(KUBE_PODS, buf_str(&bytes), bytes.len, &err);
	assert_non_null(from_protobuf);
	check_pod(from_protobuf);
	assert_int_equal(kube_record_size(from_json), kube_record_size(from_protobuf));
	kube_record_free(from_json);
	kube_record_free(from_protobuf);
	buf_finish(&bytes);
}

/* ---- where a pod's environment and files come from ---- */

static const char sources_json[] =
	"{\"metadata\":{\"name\":\"p\"},\"spec\":{\"volumes\":["
	"{\"name\":\"a\",\"secret\":{\"secretName\":\"s\",\"items\":[{\"key\":\"k\",\"path\":\"f\"}]}},"
	"{\"name\":\"b\",\"configMap\":{\"name\":\"c\",\"items\":[{\"key\":\"k\",\"path\":\"f\"}]}},"
	"{\"name\":\"t\",\"emptyDir\":{}},"
	"{\"name\":\"d\",\"projected\":{\"sources\":[{\"serviceAccountToken\":{\"path\":\"t\"}},"
	"{\"secret\":{\"name\":\"s\",\"items\":[{\"key\":\"k\",\"path\":\"f\"}]}},{\"configMap\":{\"name\":\"c\","
	"\"items\":[{\"key\":\"k\",\"path\":\"f\"}]}}]}}],"
	"\"containers\":[{\"env\":[{\"name\":\"RABBITMQ_DEFAULT_USER\",\"valueFrom\":{\"configMapKeyRef\":{\"name\":"
	"\"c\","
	"\"key\":\"k\"}}},{\"name\":\"OTHER\",\"valueFrom\":{\"configMapKeyRef\":{\"name\":\"c\",\"key\":\"k\"}}}],"
	"\"envFrom\":[{\"configMapRef\":{\"name\":\"c\"}},{\"prefix\":\"p\",\"secretRef\":{\"name\":\"s\"}}]}]}}";

/* A reference {name, items} or {name, key} as both kinds of source have it. */
static void write_reference(struct buf *to, uint32_t number, const char *name, bool nested, const char *key, bool file)
{
	struct buf reference = BUF_INIT(1024), inner = BUF_INIT(1024);
	wire_text(nested ? &inner : &reference, 1, name);
	if (nested)
		wire_message(&reference, 1, &inner);
	if (file) {
		wire_text(&inner, 1, key);
		wire_text(&inner, 2, "f");
		wire_message(&reference, 2, &inner);
	} else if (key) {
		wire_text(&reference, 2, key);
	}
	wire_message(to, number, &reference);
	buf_finish(&inner);
}

static void write_volume_of(struct buf *spec, const char *name, struct buf *source)
{
	struct buf volume = BUF_INIT(1024);
	wire_text(&volume, 1, name);
	wire_message(&volume, 2, source);
	wire_message(spec, 1, &volume);
}

static void write_sources(struct buf *out)
{
	struct buf meta = BUF_INIT(64), spec = BUF_INIT(4096), source = BUF_INIT(1024), projected = BUF_INIT(1024),
		   one = BUF_INIT(1024), container = BUF_INIT(1024), env = BUF_INIT(1024);
	wire_text(&meta, 1, "p");
	wire_message(out, 1, &meta);
	write_reference(&source, 6, "s", false, "k", true);
	write_volume_of(&spec, "a", &source);
	write_reference(&source, 19, "c", true, "k", true);
	write_volume_of(&spec, "b", &source);
	wire_text(&one, 1, "");
	wire_message(&source, 2, &one); /* emptyDir */
	write_volume_of(&spec, "t", &source);
	write_reference(&one, 1, "s", true, "k", true);
	wire_message(&projected, 1, &one);
	write_reference(&one, 3, "c", true, "k", true);
	wire_message(&projected, 1, &one);
	wire_message(&source, 26, &projected);
	write_volume_of(&spec, "d", &source);
	for (int i = 0; i < 2; i++) {
		wire_text(&env, 1, i ? "OTHER" : "RABBITMQ_DEFAULT_USER");
		write_reference(&source, 3, "c", true, "k", false);
		wire_message(&env, 3, &source);
		wire_message(&container, 7, &env);
	}
	write_reference(&one, 2, "c", true, NULL, false);
	wire_message(&container, 19, &one);
	wire_text(&one, 1, "p");
	write_reference(&one, 3, "s", true, NULL, false);
	wire_message(&container, 19, &one);
	wire_message(&spec, 2, &container);
	wire_message(out, 2, &spec);
}

static void check_projection(const struct kube_projection *projection, const char *secret, const char *config_map)
{
	assert_true(str_eq(projection->secret_name, secret) && str_eq(projection->config_map_name, config_map));
	assert_int_equal(projection->file_count, 1);
	assert_string_equal(projection->files[0].key, "k");
	assert_string_equal(projection->files[0].path, "f");
}

static void check_sources(const struct kube_pod *pod)
{
	assert_int_equal(pod->volume_count, 3);
	assert_int_equal(pod->volumes[0].projection_count, 1);
	check_projection(pod->volumes[0].projections, "s", NULL);
	check_projection(pod->volumes[1].projections, NULL, "c");
	assert_int_equal(pod->volumes[2].projection_count, 2);
	check_projection(&pod->volumes[2].projections[0], "s", NULL);
	check_projection(&pod->volumes[2].projections[1], NULL, "c");
	const struct kube_container *container = pod->containers;
	assert_int_equal(container->env_count, 1);
	assert_string_equal(container->env[0].config_map_name, "c");
	assert_string_equal(container->env[0].key, "k");
	assert_int_equal(container->env_from_count, 2);
	assert_string_equal(container->env_from[0].config_map_name, "c");
	assert_null(container->env_from[0].secret_name);
	assert_string_equal(container->env_from[1].secret_name, "s");
	assert_null(container->env_from[0].prefix);
	assert_string_equal(container->env_from[1].prefix, "p");
}

static void sources_of_environment_and_files(void **state)
{
	struct err err = {0};
	struct kube_pod *from_json = kube_decode(KUBE_PODS, sources_json, sizeof sources_json - 1, &err);
	assert_non_null(from_json);
	check_sources(from_json);
	struct buf raw = BUF_INIT(1 << 20), bytes = BUF_INIT(1 << 20);
	write_sources(&raw);
	wire_unknown(&bytes, "Pod", &raw);
	struct kube_pod *from_protobuf = kube_decode(KUBE_PODS, buf_str(&bytes), bytes.len, &err);
	assert_non_null(from_protobuf);
	check_sources(from_protobuf);
	assert_int_equal(kube_record_size(from_json), kube_record_size(from_protobuf));
	kube_record_free(from_json);
	kube_record_free(from_protobuf);
	buf_finish(&bytes);
}

/* ---- streams ---- */

enum { MANY_EVENTS = 50 };

struct seen {
	size_t records, errors;
	enum kube_event_type types[16];
	char names[16][32];
	int32_t code;
};

static bool take(void *data, enum kube_event_type type, void *record)
{
	struct seen *seen = data;
	const struct kube_pod *pod = record;
	if (seen->records < 16) {
		seen->types[seen->records] = type;
		snprintf(seen->names[seen->records], 32, "%s", pod->meta.name ? pod->meta.name : "");
	}
	seen->records++;
	if (pod->container_count > 0)
		check_pod(pod);
	kube_record_free(record);
	return true;
}

static bool take_error(void *data, const struct kube_status *status)
{
	struct seen *seen = data;
	seen->errors++;
	seen->code = status->code;
	return true;
}

static struct kube_stream *open_stream(struct seen *seen, bool watch, bool protobuf)
{
	*seen = (struct seen){0};
	return kube_stream_create(&(struct kube_stream_options){.kind = KUBE_PODS,
								.watch = watch,
								.protobuf = protobuf,
								.on_record = take,
								.on_error = take_error,
								.data = seen});
}

static void list_bytes(struct buf *out, bool protobuf)
{
	if (!protobuf) {
		buf_printf(out,
			   "{ "
			   "\"kind\":\"PodList\",\r\n\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"77\","
			   "\"continue\":"
			   "\"a\\/b\"},\"items\":[%s , "
			   "{\"metadata\":{\"name\":\"k\\u00e9\\ud83d\\ude00\\ud800\"},\"x\":-1.5e3}]}\n",
			   pod_json);
		return;
	}
	struct buf list = BUF_INIT(1 << 20), item = BUF_INIT(1 << 20), meta = BUF_INIT(1024);
	wire_text(&meta, 1, "");
	wire_text(&meta, 2, "77");
	wire_text(&meta, 3, "a/b");
	wire_message(&list, 1, &meta);
	write_pod(&item);
	wire_message(&list, 2, &item);
	wire_text(&meta, 1, "k\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbd");
	wire_message(&item, 1, &meta);
	wire_message(&list, 2, &item);
	wire_unknown(out, "PodList", &list);
}

static void watch_bytes(struct buf *out, bool protobuf)
{
	struct buf raw = BUF_INIT(1 << 20);
	if (protobuf) {
		write_pod(&raw);
		wire_event(out, "ADDED", "Pod", &raw);
		write_meta(&raw, "b", "8");
		wire_event(out, "DELETED", "Pod", &raw);
		write_meta(&raw, "", "9");
		wire_event(out, "BOOKMARK", "Pod", &raw);
		wire_text(&raw, 4, "Expired");
		wire_int(&raw, 6, 410);
		wire_event(out, "ERROR", "Status", &raw);
		return;
	}
	buf_printf(out, "{\"type\":\"ADDED\",\"object\":%s}\r\n", pod_json);
	buf_append_str(out,
		       "{\"type\":\"DELETED\",\"object\":{\"metadata\":{\"name\":\"b\",\"resourceVersion\":\"8\"}}}\n");
	buf_append_str(out, "{\"object\":{\"spec\":{\"containers\":null},\"metadata\":{\"resourceVersion\":\"9\"}},"
			    "\"type\":\"BOOKMARK\"}\n");
	buf_append_str(out,
		       "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\"}}\n");
}

static void check_list(struct kube_stream *stream, const struct seen *seen)
{
	struct err err = {0};
	assert_true(kube_stream_end(stream, &err));
	assert_int_equal(seen->records, 2);
	assert_string_equal(seen->names[1], "k\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbd");
	assert_string_equal(kube_stream_resource_version(stream), "77");
	assert_string_equal(kube_stream_continue(stream), "a/b");
}

static void check_watch(const struct seen *seen)
{
	assert_int_equal(seen->records, 3);
	assert_int_equal(seen->types[0], KUBE_ADDED);
	assert_int_equal(seen->types[1], KUBE_DELETED);
	assert_string_equal(seen->names[1], "b");
	assert_int_equal(seen->types[2], KUBE_BOOKMARK);
	assert_int_equal(seen->errors, 1);
	assert_int_equal(seen->code, 410);
}

/* Whole, byte by byte, and cut in two at every place. */
static void any_cut_of_the_bytes_will_do(void **state)
{
	for (int form = 0; form < 4; form++) {
		bool watch = form & 1, protobuf = form & 2;
		struct buf bytes = BUF_INIT(1 << 20);
		(watch ? watch_bytes : list_bytes)(&bytes, protobuf);
		for (size_t cut = 0; cut <= bytes.len; cut++) {
			struct seen seen;
			struct err err = {0};
			struct kube_stream *stream = open_stream(&seen, watch, protobuf);
			bool single = cut == bytes.len;
			for (size_t i = 0; single && i < bytes.len; i++)
				assert_true(kube_stream_feed(stream, bytes.data + i, 1, &err));
			if (!single) {
				assert_true(kube_stream_feed(stream, bytes.data, cut, &err));
				assert_true(kube_stream_feed(stream, bytes.data + cut, bytes.len - cut, &err));
			}
			if (watch)
				check_watch(&seen);
			else
				check_list(stream, &seen);
			kube_stream_destroy(stream);
		}
		buf_finish(&bytes);
	}
}

/* Events one after the other, with where each ends. */
static void many_events(struct buf *out, bool protobuf, size_t ends[static MANY_EVENTS])
{
	for (int i = 0; i < MANY_EVENTS; i++) {
		struct buf raw = BUF_INIT(1 << 20);
		char name[16], version[16];
		snprintf(name, sizeof name, "pod-%d", i);
		snprintf(version, sizeof version, "%d", 100 + i);
		if (protobuf) {
			write_meta(&raw, name, version);
			wire_event(out, "MODIFIED", "Pod", &raw);
		} else {
			buf_printf(
				out,
				"{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"%s\",\"resourceVersion\":"
				"\"%s\"}}}\n",
				name, version);
		}
		ends[i] = out->len - !protobuf; /* without the line break it is whole already */
	}
}

/* What is whole is told, what is not is not, wherever it ends. */
static void h4_a_stream_that_ends_at_every_byte(void **state)
{
	for (int protobuf = 0; protobuf < 2; protobuf++) {
		struct buf bytes = BUF_INIT(1 << 20);
		size_t ends[MANY_EVENTS], whole = 0;
		many_events(&bytes, protobuf, ends);
		for (size_t cut = 0; cut <= bytes.len; cut++) {
			struct seen seen;
			struct err err = {0};
			struct kube_stream *stream = open_stream(&seen, true, protobuf);
			assert_true(kube_stream_feed(stream, bytes.data, cut, &err));
			whole += whole < MANY_EVENTS && ends[whole] <= cut;
			assert_int_equal(seen.records, whole);
			assert_int_equal(seen.errors, 0);
			kube_stream_destroy(stream);
		}
		assert_int_equal(whole, MANY_EVENTS);
		buf_finish(&bytes);
	}
}

static void a_truncated_list_is_no_list(void **state)
{
	for (int protobuf = 0; protobuf < 2; protobuf++) {
		struct buf bytes = BUF_INIT(1 << 20);
		list_bytes(&bytes, protobuf);
		size_t last = bytes.len - (protobuf ? 4 : 1); /* the envelope's two empty members; the line break */
		for (size_t len = 0; len < last; len++) {
			struct seen seen;
			struct err err = {0};
			struct kube_stream *stream = open_stream(&seen, false, protobuf);
			assert_true(kube_stream_feed(stream, buf_str(&bytes), len, &err));
			assert_false(kube_stream_end(stream, &err));
			assert_int_equal(err.code, ERR_PARSE);
			kube_stream_destroy(stream);
		}
		buf_finish(&bytes);
	}
}

static void a_list_of_no_kind_is_somebody_elses(void **state)
{
	static const char json[] = "{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}";
	struct seen seen;
	struct err err = {0};
	struct kube_stream *stream = open_stream(&seen, false, false);
	assert_true(kube_stream_feed(stream, json, sizeof json - 1, &err));
	assert_false(kube_stream_end(stream, &err));
	assert_non_null(strstr(err.text, "has no kind: it is no list of the Kubernetes API"));
	kube_stream_destroy(stream);
}

/* ---- hostile bytes ---- */

static bool feeds(const char *bytes, size_t len, bool watch, bool protobuf, struct err *err)
{
	struct seen seen;
	struct kube_stream *stream = open_stream(&seen, watch, protobuf);
	*err = (struct err){0};
	bool fed = kube_stream_feed(stream, bytes, len, err);
	kube_stream_destroy(stream);
	return fed;
}

static void wrong_json_is_refused(void **state)
{
	static const char *const wrong[] = {
		"[1]",
		"{\"items\":[1]}",
		"{\"items\":[{}{}]}",
		"{\"kind\":\"Pod\",\"metadata\":{}}",
		"{\"items\":[]}x",
		"{]",
		"{\"items\":[{\"metadata\":[]}]}",
		"{\"items\":[{\"metadata\":{\"name\":7}}]}",
		"{\"items\":[{\"metadata\":{\"name\" \"x\"}}]}",
		"{\"items\":[{\"metadata\":{\"generation\":1.5}}]}",
		"{\"items\":[{\"metadata\":{\"generation\":99999999999999999999}}]}",
		"{\"items\":[{\"spec\":{\"hostNetwork\":\"yes\"}}]}",
		"{\"items\":[{\"spec\":{\"containers\":{}}}]}",
		"{\"items\":[{\"metadata\":{\"labels\":[]}}]}",
		"{\"items\":[{\"metadata\":{\"name\":\"x\",}}]}",
	};
	struct err err;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_false(feeds(wrong[i], strlen(wrong[i]), false, false, &err));
		assert_int_equal(err.code, ERR_PARSE);
		assert_ptr_equal(strstr(err.text, "pods: "), err.text);
	}
	static const char *const wrong_events[] = {"{\"type\":\"ADDED\"}", "{\"type\":\"OTHER\",\"object\":{}}",
						   "<html> ", "{\"type\":1,\"object\":{}}", "{\"object\":{}}"};
	for (size_t i = 0; i < ARRAY_LEN(wrong_events); i++)
		assert_false(feeds(wrong_events[i], strlen(wrong_events[i]), true, false, &err));
}

static void nesting_is_capped(void **state)
{
	struct buf text = BUF_INIT(1 << 22);
	struct err err;
	buf_append_str(&text, "{\"items\":[{\"unknown\":");
	for (int i = 0; i < 100000; i++)
		buf_append_char(&text, '[');
	assert_false(feeds(text.data, text.len, false, false, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	buf_finish(&text);
}

static void announced_giants_are_refused_before_they_come(void **state)
{
	struct err err;
	assert_false(feeds("\x40\0\0\0", 4, true, true, &err)); /* a frame of 1 GiB */
	assert_int_equal(err.code, ERR_LIMIT);
	struct buf list = BUF_INIT(1024), type = BUF_INIT(64);
	buf_append(&list, "k8s\0", 4);
	wire_text(&type, 2, "PodList");
	wire_message(&list, 1, &type);
	wire_varint(&list, 2 << 3 | 2);
	wire_varint(&list, (uint64_t)1 << 40);
	wire_varint(&list, 2 << 3 | 2);
	wire_varint(&list, (uint64_t)1 << 30);
	assert_false(feeds(list.data, list.len, false, true, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	buf_finish(&list);
}

static void h4_an_event_of_ten_mebibytes_passes_and_its_text_is_cut(void **state)
{
	enum { BIG = 10 << 20 };
	struct buf text = BUF_INIT(BIG + 4096);
	buf_append_str(&text, "{\"type\":\"ADDED\",\"object\":{\"status\":{\"message\":\"");
	while (text.len < BIG)
		buf_append_str(&text, "\xe2\x82\xac\\u20ac");
	buf_append_str(&text, "\"},\"metadata\":{\"name\":\"big\"}}}\n");
	struct seen seen;
	struct err err = {0};
	struct kube_stream *stream = open_stream(&seen, true, false);
	for (size_t at = 0; at < text.len; at += 16384)
		assert_true(
			kube_stream_feed(stream, text.data + at, text.len - at < 16384 ? text.len - at : 16384, &err));
	assert_int_equal(seen.records, 1);
	assert_string_equal(seen.names[0], "big");
	kube_stream_destroy(stream);
	const char *start = strchr(text.data, ':') + 18, *end = text.data + text.len - 2;
	struct kube_pod *pod = kube_decode(KUBE_PODS, start, (size_t)(end - start), &err);
	assert_non_null(pod);
	size_t len = strlen(pod->message);
	assert_in_range(len, KUBE_STRING_MAX - 3, KUBE_STRING_MAX);
	assert_int_equal(len % 3, 0); /* no half character */
	kube_record_free(pod);
	buf_finish(&text);
}

static void a_shared_record_outlives_its_first_owner(void **state)
{
	struct err err = {0};
	struct kube_pod *pod = kube_decode(KUBE_PODS, pod_json, strlen(pod_json), &err);
	const struct kube_pod *shared = kube_record_share(pod);
	assert_ptr_equal(shared, pod);
	kube_record_free(pod);
	assert_string_equal(shared->node_name, "node-1");
	kube_record_free((void *)shared); /* the last one: the sanitizer tells when it is not freed, or twice */
}

/* Every truncation and every damaged byte of a real object: an answer or an error, never anything else. */
static void damaged_protobuf_never_hurts(void **state)
{
	struct buf raw = BUF_INIT(1 << 20), bytes = BUF_INIT(1 << 20);
	write_pod(&raw);
	wire_unknown(&bytes, "Pod", &raw);
	size_t refused = 0;
	for (size_t i = 0; i < bytes.len; i++) {
		struct err err = {0};
		kube_record_free(kube_decode(KUBE_PODS, bytes.data, i, &err));
		for (unsigned flip = 1; flip < 256; flip <<= 1) {
			bytes.data[i] ^= (char)flip;
			void *record = kube_decode(KUBE_PODS, bytes.data, bytes.len, NULL);
			refused += record == NULL;
			kube_record_free(record);
			bytes.data[i] ^= (char)flip;
		}
	}
	assert_true(refused > bytes.len / 4);
	buf_finish(&bytes);
}

static void zero_bytes_in_text_are_shown(void **state)
{
	static const char json[] = "{\"metadata\":{\"name\":\"a\\u0000b\"}}";
	struct err err = {0};
	struct kube_pod *pod = kube_decode(KUBE_PODS, json, sizeof json - 1, &err);
	assert_string_equal(pod->meta.name, "a\xef\xbf\xbd"
					    "b");
	kube_record_free(pod);
	struct buf meta = BUF_INIT(64), raw = BUF_INIT(64), bytes = BUF_INIT(256);
	wire_bytes(&meta, 1, "a\0b", 3);
	wire_message(&raw, 1, &meta);
	wire_unknown(&bytes, "Pod", &raw);
	pod = kube_decode(KUBE_PODS, bytes.data, bytes.len, &err);
	assert_string_equal(pod->meta.name, "a\xef\xbf\xbd"
					    "b");
	kube_record_free(pod);
	buf_finish(&bytes);
}

/* ---- values and the other kinds ---- */

static void quantities(void **state)
{
	static const struct {
		const char *text;
		int64_t units, milli;
	} cases[] = {
		{"0", 0, 0},
		{"128Mi", 128 << 20, (int64_t)(128 << 20) * 1000},
		{"1.5Gi", 1610612736, 1610612736000},
		{"500m", 1, 500},
		{"1500m", 2, 1500},
		{"1e3", 1000, 1000000},
		{"1.2E2", 120, 120000},
		{"129M", 129000000, 129000000000},
		{"100n", 1, 1},
		{"", -1, -1},
		{"Mi", -1, -1},
		{"1Q", -1, -1},
		{"-1", -1, -1},
		{"9E", 9000000000000000000, -1},
		{"10E", -1, -1},
		{"1e99", -1, -1},
		{"1e-3", 1, 1},
		{"+5k", 5000, 5000000},
		{"1.2.3", -1, -1},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(kube_quantity(cases[i].text, strlen(cases[i].text), 1), cases[i].units);
		assert_int_equal(kube_quantity(cases[i].text, strlen(cases[i].text), 1000), cases[i].milli);
	}
}

static void secrets_come_decoded(void **state)
{
	static const char json[] =
		"{\"metadata\":{\"name\":\"s\"},\"data\":{\"user\":\"YWRtaW4=\",\"empty\":\"\",\"none\":null}}";
	static const char wrong[] = "{\"data\":{\"user\":\"%%%\"}}";
	struct err err = {0};
	struct kube_secret *secret = kube_decode(KUBE_SECRETS, json, sizeof json - 1, &err);
	assert_int_equal(secret->data_count, 3);
	assert_string_equal(secret->data[0].value, "admin");
	assert_string_equal(secret->data[1].value, "");
	kube_record_free_secret(secret);
	assert_null(kube_decode(KUBE_SECRETS, wrong, sizeof wrong - 1, &err));
	struct buf raw = BUF_INIT(1024), bytes = BUF_INIT(1024);
	wire_pair(&raw, 2, "user", "admin");
	wire_unknown(&bytes, "Secret", &raw);
	secret = kube_decode(KUBE_SECRETS, bytes.data, bytes.len, &err);
	assert_string_equal(secret->data[0].value, "admin");
	kube_record_free_secret(secret);
	buf_finish(&bytes);
}

static void volumes_say_where_they_are(void **state)
{
	static const char json[] = "{\"metadata\":{\"name\":\"pv\"},\"spec\":{\"capacity\":{\"storage\":\"10Gi\"},"
				   "\"local\":{\"path\":\"/d\"},"
				   "\"claimRef\":{\"namespace\":\"mq\",\"name\":\"data-0\"},\"nodeAffinity\":{"
				   "\"required\":{\"nodeSelectorTerms\":["
				   "{\"matchExpressions\":[{\"key\":\"kubernetes.io/"
				   "hostname\",\"operator\":\"In\",\"values\":[\"n1\",\"n2\"]},"
				   "{\"key\":\"zone\",\"values\":[\"z\"]}]},{\"matchExpressions\":[{\"values\":["
				   "\"n3\"],\"key\":\"kubernetes.io/hostname\"}]}"
				   "]}}},\"status\":{\"phase\":\"Bound\"}}";
	struct err err = {0};
	struct kube_volume *volume = kube_decode(KUBE_VOLUMES, json, sizeof json - 1, &err);
	assert_non_null(volume);
	assert_int_equal(volume->node_name_count, 3);
	assert_string_equal(volume->node_names[0], "n1");
	assert_string_equal(volume->node_names[2], "n3");
	assert_null(volume->affinity);
	assert_int_equal(volume->capacity, (int64_t)10 << 30);
	assert_string_equal(volume->local_path, "/d");
	assert_string_equal(volume->claim_name, "data-0");
	kube_record_free(volume);
}

static void events_of_both_ages_have_a_time(void **state)
{
	static const char json[] = "{\"metadata\":{\"name\":\"e\"},\"firstTimestamp\":null,\"eventTime\":\"2026-01-"
				   "02T03:04:05.123456Z\",\"series\":"
				   "{\"count\":7,\"lastObservedTime\":\"2026-01-02T03:05:05.000000Z\"},"
				   "\"reportingComponent\":\"kubelet\"}";
	struct err err = {0};
	struct kube_event *event = kube_decode(KUBE_EVENTS, json, sizeof json - 1, &err);
	assert_int_equal(event->first_ms, (int64_t)T0 * 1000 + 123);
	assert_int_equal(event->last_ms, (int64_t)(T0 + 60) * 1000);
	assert_int_equal(event->count, 7);
	assert_string_equal(event->component, "kubelet");
	kube_record_free(event);
}

static void leases_tell_who_and_until_when_in_both_forms(void **state)
{
	static const char json[] = "{\"metadata\":{\"name\":\"mqdeck-kafka-orders\",\"namespace\":\"mq\","
				   "\"annotations\":{\"mqdeck/plan\":\"Roll\"}},"
				   "\"spec\":{\"holderIdentity\":\"anna@jump-1/7\",\"leaseDurationSeconds\":30,"
				   "\"acquireTime\":\"2026-01-02T03:04:05.000000Z\",\"renewTime\":\"2026-01-02T03:"
				   "04:15.500000Z\",\"leaseTransitions\":2}}";
	struct err err = {0};
	struct kube_lease *lease = kube_decode(KUBE_LEASES, json, sizeof json - 1, &err);
	assert_string_equal(lease->holder, "anna@jump-1/7");
	assert_int_equal(lease->duration_s, 30);
	assert_int_equal(lease->acquired_ms, (int64_t)T0 * 1000);
	assert_int_equal(lease->renewed_ms, (int64_t)T0 * 1000 + 10500);
	assert_string_equal(kube_annotation(&lease->meta, "mqdeck/plan"), "Roll");
	kube_record_free(lease);

	struct buf object = BUF_INIT(4096), spec = BUF_INIT(4096), bytes = BUF_INIT(4096);
	wire_text(&spec, 1, "anna@jump-1/7");
	wire_int(&spec, 2, 30);
	wire_time(&spec, 4, T0 + 10);
	wire_message(&object, 2, &spec);
	wire_unknown(&bytes, "Lease", &object);
	lease = kube_decode(KUBE_LEASES, bytes.data, bytes.len, &err);
	assert_string_equal(lease->holder, "anna@jump-1/7");
	assert_int_equal(lease->duration_s, 30);
	assert_int_equal(lease->acquired_ms, -1);
	assert_int_equal(lease->renewed_ms, (int64_t)(T0 + 10) * 1000);
	kube_record_free(lease);
	buf_finish(&bytes);
}

static void custom_resources(void **state)
{
	static const char kafka_json[] =
		"{\"apiVersion\":\"kafka.strimzi.io/v1\",\"metadata\":{\"name\":\"k\",\"annotations\":{\"strimzi.io/"
		"kraft\":\"enabled\"}},\"spec\":{\"kafka\":{\"version\":\"4.1.0\","
		"\"listeners\":[{\"name\":\"tls\",\"port\":9093,\"type\":\"internal\","
		"\"tls\":true,\"authentication\":{\"type\":\"tls\"}}],"
		"\"config\":{\"min.insync.replicas\":2}}},\"status\":{"
		"\"kafkaMetadataVersion\":\"4.1-IV0\",\"conditions\":[{\"type\":\"Ready\","
		"\"status\":\"True\"}]}}";
	static const char pool_json[] =
		"{\"spec\":{\"replicas\":3,\"roles\":[\"controller\",\"broker\"]},\"status\":{\"nodeIds\":[0,1,2]}}";
	static const char rabbit_json[] = "{\"spec\":{\"replicas\":3,\"persistence\":{\"storage\":20}},\"status\":{"
					  "\"defaultUser\":{\"secretReference\":{\"keys\":"
					  "{\"password\":\"password\",\"username\":\"username\"},\"name\":\"r-"
					  "default-user\",\"namespace\":\"mq\"},"
					  "\"serviceReference\":{\"name\":\"r\"}}}}";
	struct err err = {0};
	struct kube_kafka *kafka = kube_decode(KUBE_KAFKAS, kafka_json, sizeof kafka_json - 1, &err);
	assert_int_equal(kafka->replicas, -1);
	assert_string_equal(kafka->version, "4.1.0");
	assert_string_equal(kafka->metadata_version, "4.1-IV0");
	assert_string_equal(kafka->api_version, "kafka.strimzi.io/v1");
	assert_string_equal(kafka->listeners[0].authentication, "tls");
	assert_true(kafka->listeners[0].tls);
	kube_record_free(kafka);
	struct kube_kafka_node_pool *pool = kube_decode(KUBE_KAFKA_NODE_POOLS, pool_json, sizeof pool_json - 1, &err);
	assert_int_equal(pool->node_ids[2], 2);
	assert_string_equal(pool->roles[1], "broker");
	kube_record_free(pool);
	struct kube_rabbitmq_cluster *rabbit =
		kube_decode(KUBE_RABBITMQ_CLUSTERS, rabbit_json, sizeof rabbit_json - 1, &err);
	assert_string_equal(rabbit->secret_name, "r-default-user");
	assert_string_equal(rabbit->service_name, "r");
	assert_string_equal(rabbit->storage, "20");
	kube_record_free(rabbit);
}

static void kinds_are_found_by_both_names(void **state)
{
	char version[16];
	assert_int_equal(kube_kind_find("pods"), KUBE_PODS);
	assert_int_equal(kube_kind_find("StrimziPodSet"), KUBE_POD_SETS);
	assert_int_equal(kube_kind_find("nothing"), -1);
	assert_true(kube_kind_version(KUBE_KAFKAS, 1, version));
	assert_string_equal(version, "v1beta2");
	assert_false(kube_kind_version(KUBE_KAFKAS, 2, version));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shared_record_outlives_its_first_owner),
		cmocka_unit_test(both_forms_give_the_same_record),
		cmocka_unit_test(sources_of_environment_and_files),
		cmocka_unit_test(any_cut_of_the_bytes_will_do),
		cmocka_unit_test(h4_a_stream_that_ends_at_every_byte),
		cmocka_unit_test(a_truncated_list_is_no_list),
		cmocka_unit_test(a_list_of_no_kind_is_somebody_elses),
		cmocka_unit_test(wrong_json_is_refused),
		cmocka_unit_test(nesting_is_capped),
		cmocka_unit_test(announced_giants_are_refused_before_they_come),
		cmocka_unit_test(h4_an_event_of_ten_mebibytes_passes_and_its_text_is_cut),
		cmocka_unit_test(damaged_protobuf_never_hurts),
		cmocka_unit_test(zero_bytes_in_text_are_shown),
		cmocka_unit_test(quantities),
		cmocka_unit_test(secrets_come_decoded),
		cmocka_unit_test(volumes_say_where_they_are),
		cmocka_unit_test(events_of_both_ages_have_a_time),
		cmocka_unit_test(leases_tell_who_and_until_when_in_both_forms),
		cmocka_unit_test(custom_resources),
		cmocka_unit_test(kinds_are_found_by_both_names),
	};
	return cmocka_run_group_tests_name("kube/decode", tests, NULL, NULL);
}
