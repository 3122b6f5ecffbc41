/* The table of signs, and the scale. A known image is enough, unless it is told to run something else or serves other
 * ports; every other sign wants a second one beside it. */
#include "api/model/sources/evidence.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "api/base/buf.h"
#include "api/base/mem.h"
#include "api/base/str.h"

enum { VALUES_MAX = 20, WORDS_MAX = 2048, KINDS = 2 };

enum source_sign_place {
	SIGN_IMAGE,      /* the repository's last part, as it is */
	SIGN_IMAGE_WORD, /* … with this word in it */
	SIGN_NAME,       /* of the container */
	SIGN_PORT,
	SIGN_NO_PORT, /* ports are declared, and none is a broker's */
	SIGN_ENV,
	SIGN_MOUNT, /* this folder or one below it, or a file of this name */
	SIGN_RUNS,
	SIGN_PROBE,
	SIGN_LABEL,
	SIGN_OWNER,
	SIGN_CERTAIN,
};

struct source_sign_row {
	enum source_sign_place place;
	int weight;
	const char *words;              /* before the text or the number; NULL = not to be told */
	const char *values[VALUES_MAX]; /* one of them */
	int32_t numbers[8];
	unsigned programs;
};

static const struct source_sign_row signs[KINDS][13] = {
	[WORLD_BROKER_RABBITMQ] =
		{
			{SIGN_OWNER, 4, "owned by a", {"RabbitmqCluster"}},
			{SIGN_IMAGE, 4, "image", {"rabbitmq", "rabbitmq-fips", "tanzu-rabbitmq"}},
			{SIGN_IMAGE_WORD, 1, "image", {"rabbitmq"}},
			{SIGN_PORT, 2, "port", .numbers = {5672, 5671}},
			{SIGN_PORT, 2, "port", .numbers = {15672, 15671, 15692}},
			{SIGN_PORT, 2, "port", .numbers = {4369, 25672}},
			{SIGN_ENV,
			 2,
			 "environment",
			 {"RABBITMQ_NODENAME", "RABBITMQ_NODE_NAME", "RABBITMQ_ERLANG_COOKIE", "RABBITMQ_USE_LONGNAME",
			  "RABBITMQ_ENABLED_PLUGINS_FILE", "RABBITMQ_CONFIG_FILE", "RABBITMQ_CONFIG_FILES",
			  "RABBITMQ_MNESIA_BASE", "RABBITMQ_MNESIA_DIR", "RABBITMQ_FORCE_BOOT"}},
			{SIGN_MOUNT,
			 2,
			 "mounts",
			 {"/var/lib/rabbitmq", "/bitnami/rabbitmq", "/opt/bitnami/rabbitmq", "rabbitmq.conf",
			  "enabled_plugins"}},
			{SIGN_RUNS, 4, "runs", {"rabbitmq-server"}, .programs = KUBE_PROGRAM_RABBITMQ},
			{SIGN_PROBE,
			 3,
			 "probed with",
			 {"RabbitMQ's own tools"},
			 .programs = KUBE_PROGRAM_RABBITMQ_TOOL},
			{SIGN_NAME, 1, "container", {"rabbitmq", "rabbitmq-server"}},
			{SIGN_LABEL, 2, "label", {"rabbitmq", "rabbitmq-ha", "rabbitmq-server"}},
			{SIGN_NO_PORT, -2, NULL, .numbers = {5672, 5671, 15672, 15671, 15692, 25672, 4369}},
		},
	[WORLD_BROKER_KAFKA] =
		{
			{SIGN_OWNER, 4, "owned by a", {"Kafka", "KRaftController"}},
			{SIGN_IMAGE,
			 4,
			 "image",
			 {"kafka", "kafka-native", "kafka-fips", "cp-kafka", "cp-server", "cp-enterprise-kafka",
			  "confluent-local"}},
			{SIGN_IMAGE_WORD, 1, "image", {"kafka"}},
			{SIGN_PORT, 2, "port", .numbers = {9092, 19092, 29092}},
			{SIGN_PORT, 2, "port", .numbers = {9093, 9094, 9095, 9091, 9071, 9074}},
			{SIGN_ENV,
			 2,
			 "environment",
			 {"KAFKA_PROCESS_ROLES",
			  "KAFKA_CFG_PROCESS_ROLES",
			  "KAFKA_NODE_ID",
			  "KAFKA_CFG_NODE_ID",
			  "KAFKA_BROKER_ID",
			  "KAFKA_CFG_BROKER_ID",
			  "KAFKA_ADVERTISED_LISTENERS",
			  "KAFKA_CFG_ADVERTISED_LISTENERS",
			  "KAFKA_LISTENERS",
			  "KAFKA_CFG_LISTENERS",
			  "KAFKA_CONTROLLER_QUORUM_VOTERS",
			  "KAFKA_CFG_CONTROLLER_QUORUM_VOTERS",
			  "KAFKA_LOG_DIRS",
			  "KAFKA_CFG_LOG_DIRS",
			  "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
			  "KAFKA_CFG_LISTENER_SECURITY_PROTOCOL_MAP",
			  "KAFKA_ZOOKEEPER_CONNECT",
			  "KAFKA_CFG_ZOOKEEPER_CONNECT",
			  "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR",
			  "KAFKA_KRAFT_CLUSTER_ID"}},
			{SIGN_MOUNT,
			 2,
			 "mounts",
			 {"/bitnami/kafka", "/opt/bitnami/kafka", "/var/lib/kafka", "/var/kafka", "/opt/kafka/config",
			  "/kafka-logs", "/tmp/kafka-logs", "/tmp/kraft-combined-logs", "server.properties",
			  "broker.properties", "controller.properties"}},
			{SIGN_RUNS, 4, "runs", {"kafka-server-start"}, .programs = KUBE_PROGRAM_KAFKA},
			{SIGN_PROBE, 3, "probed with", {"Kafka's own tools"}, .programs = KUBE_PROGRAM_KAFKA_TOOL},
			{SIGN_NAME, 1, "container", {"kafka", "kafka-broker", "cp-kafka-broker"}},
			{SIGN_LABEL, 2, "label", {"kafka", "cp-kafka", "kafka-broker"}},
			{SIGN_NO_PORT, -2, NULL, .numbers = {9092, 9093, 9094, 9091, 9071, 9074, 19092, 29092}},
		},
};

/* Against any: what stands beside brokers and carries their name. */
static const struct source_sign_row against[] = {
	{SIGN_IMAGE_WORD, -5, NULL, {"exporter", "connect", "zookeeper", "-ui",      "console",  "registry", "rest",
				     "mirror",   "bridge",  "cruise",    "operator", "redpanda", "akhq",     "kafdrop",
				     "metrics",  "backup",  "perf",      "proxy",    "lavinmq",  "topology"}},
	{SIGN_RUNS, -8, NULL, .programs = KUBE_PROGRAM_OTHER},
};

/* ---- one sign ---- */

/* "registry.example/team/RabbitMQ:3.13" → "rabbitmq", as text in out */
static const char *image_name(const char *image, char *out, size_t size)
{
	const char *slash = image ? strrchr(image, '/') : NULL;
	const char *name = slash ? slash + 1 : str_or(image, "");
	snprintf(out, size, "%.*s", (int)strcspn(name, ":@"), name);
	for (char *c = out; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return out;
}

static bool evidence_is_value(const struct source_sign_row *row, const char *text)
{
	for (size_t i = 0; text && i < VALUES_MAX && row->values[i]; i++)
		if (str_eq(row->values[i], text))
			return true;
	return false;
}

static bool sees_image(const struct source_sign_row *row, const struct kube_container *container,
		       struct source_sign *sign)
{
	char name[128];
	sign->text = container->image;
	return evidence_is_value(row, image_name(container->image, name, sizeof name));
}

static bool sees_image_word(const struct source_sign_row *row, const struct kube_container *container,
			    struct source_sign *sign)
{
	char name[128];
	image_name(container->image, name, sizeof name);
	sign->text = container->image;
	for (size_t i = 0; i < VALUES_MAX && row->values[i]; i++)
		if (strstr(name, row->values[i]))
			return true;
	return false;
}

static bool sees_name(const struct source_sign_row *row, const struct kube_container *container,
		      struct source_sign *sign)
{
	sign->text = container->name;
	return evidence_is_value(row, container->name);
}

static bool sees_port(const struct source_sign_row *row, const struct kube_container *container,
		      struct source_sign *sign)
{
	for (size_t i = 0; i < container->port_count; i++)
		for (size_t j = 0; j < ARRAY_LEN(row->numbers) && row->numbers[j]; j++) {
			sign->number = row->numbers[j];
			if (container->ports[i].container_port == sign->number)
				return true;
		}
	return false;
}

static bool sees_no_port(const struct source_sign_row *row, const struct kube_container *container,
			 struct source_sign *sign)
{
	return container->port_count && !sees_port(row, container, sign);
}

static bool sees_env(const struct source_sign_row *row, const struct kube_container *container,
		     struct source_sign *sign)
{
	for (size_t i = 0; i < container->env_count; i++) {
		sign->text = container->env[i].name;
		if (evidence_is_value(row, sign->text))
			return true;
	}
	return false;
}

static bool is_mounted_at(const char *path, const char *value)
{
	size_t len = strlen(value), whole = strlen(path);
	if (*value != '/') /* a file, wherever it is */
		return whole > len && str_has_suffix(path, value) && path[whole - len - 1] == '/';
	return str_has_prefix(path, value) && (path[len] == '/' || !path[len]);
}

static bool sees_mount(const struct source_sign_row *row, const struct kube_container *container,
		       struct source_sign *sign)
{
	for (size_t i = 0; i < container->mount_count; i++)
		for (size_t j = 0; j < VALUES_MAX && row->values[j]; j++) {
			sign->text = container->mounts[i].mount_path;
			if (sign->text && is_mounted_at(sign->text, row->values[j]))
				return true;
		}
	return false;
}

static bool sees_program(const struct source_sign_row *row, const struct kube_container *container,
			 struct source_sign *sign)
{
	sign->text = row->values[0];
	return container->runs & row->programs;
}

static bool sees_probe(const struct source_sign_row *row, const struct kube_container *container,
		       struct source_sign *sign)
{
	sign->text = row->values[0];
	return container->probed_by & row->programs;
}

typedef bool sees_fn(const struct source_sign_row *row, const struct kube_container *container,
		     struct source_sign *sign);

/* What a container shows; the rest is its owner's. */
static sees_fn *const sees[SIGN_CERTAIN + 1] = {
	[SIGN_IMAGE] = sees_image, [SIGN_IMAGE_WORD] = sees_image_word, [SIGN_NAME] = sees_name,
	[SIGN_PORT] = sees_port,   [SIGN_NO_PORT] = sees_no_port,       [SIGN_ENV] = sees_env,
	[SIGN_MOUNT] = sees_mount, [SIGN_RUNS] = sees_program,          [SIGN_PROBE] = sees_probe,
};

static bool sees_label(const struct source_sign_row *row, const struct source_evidence_case *of,
		       struct source_sign *sign)
{
	static const char *const keys[] = {"app.kubernetes.io/name", "app.kubernetes.io/component", "app"};
	const struct kube_meta template = {.labels = (struct kube_pair *)of->labels, .label_count = of->label_count};
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		sign->text = kube_label(of->meta, keys[i]);
		if (!evidence_is_value(row, sign->text))
			sign->text = kube_label(&template, keys[i]);
		if (evidence_is_value(row, sign->text))
			return true;
	}
	return false;
}

static bool sees_owner(const struct source_sign_row *row, const struct source_evidence_case *of,
		       struct source_sign *sign)
{
	const struct kube_owner *owner = kube_controller(of->meta);
	sign->text = owner ? owner->kind : NULL;
	return evidence_is_value(row, sign->text);
}

/* ---- the scale ---- */

static void note_sign(struct source_evidence *evidence, const struct source_sign *sign)
{
	const struct source_sign *last = evidence->sign_count ? &evidence->signs[evidence->sign_count - 1] : NULL;
	if (last && sign->text && last->text == sign->text) /* an image by its name, and by a word in it */
		return;
	if (sign->row->words && evidence->sign_count < SOURCE_SIGNS_MAX)
		evidence->signs[evidence->sign_count++] = *sign;
}

static int weigh_rows(const struct source_sign_row *rows, size_t count, const struct kube_container *container,
		      struct source_evidence *evidence)
{
	int score = 0;
	for (size_t i = 0; i < count; i++) {
		struct source_sign sign = {.row = &rows[i]};
		sees_fn *see = sees[rows[i].place];
		if (!see || !see(&rows[i], container, &sign))
			continue;
		score += rows[i].weight;
		note_sign(evidence, &sign);
	}
	return score;
}

static int weigh_container(enum world_broker_kind kind, const struct kube_container *container,
			   struct source_evidence *evidence)
{
	return weigh_rows(signs[kind], ARRAY_LEN(signs[kind]), container, evidence) +
	       weigh_rows(against, ARRAY_LEN(against), container, evidence);
}

/* The best of them, with what speaks for it in *out; only where anything does. */
static int weigh_containers(enum world_broker_kind kind, const struct kube_container *containers, size_t count,
			    struct source_evidence *out)
{
	int most = 0;
	*out = (struct source_evidence){.kind = kind};
	for (size_t i = 0; i < count; i++) {
		struct source_evidence its = {.kind = kind, .container = &containers[i]};
		int score = weigh_container(kind, &containers[i], &its);
		if (score > most) {
			most = score;
			*out = its;
		}
	}
	return most;
}

static int weigh_whole(enum world_broker_kind kind, const struct source_evidence_case *of, struct source_evidence *out)
{
	int score = weigh_containers(kind, of->containers, of->container_count, out);
	for (size_t i = 0; i < ARRAY_LEN(signs[kind]); i++) {
		struct source_sign sign = {.row = &signs[kind][i]};
		if ((sign.row->place == SIGN_LABEL && sees_label(sign.row, of, &sign)) ||
		    (sign.row->place == SIGN_OWNER && sees_owner(sign.row, of, &sign))) {
			score += sign.row->weight;
			note_sign(out, &sign);
		}
	}
	out->score = score;
	out->enough = score >= SOURCE_ENOUGH;
	return score;
}

/* Most workloads show hardly a sign: the places of those that they do not show are not kept. */
static size_t evidence_size(const struct source_evidence *evidence)
{
	return offsetof(struct source_evidence, signs) + evidence->sign_count * sizeof *evidence->signs;
}

void source_evidence_weigh(const struct source_evidence_case *of, void **kept, struct source_evidence *out)
{
	struct source_evidence kafka;
	if (*kept) {
		*out = (struct source_evidence){0};
		memcpy(out, *kept, evidence_size(*kept));
		return;
	}
	int rabbitmq = weigh_whole(WORLD_BROKER_RABBITMQ, of, out);
	if (weigh_whole(WORLD_BROKER_KAFKA, of, &kafka) > rabbitmq)
		*out = kafka;
	*kept = mem_alloc(evidence_size(out));
	memcpy(*kept, out, evidence_size(out));
}

const struct kube_container *source_evidence_container(enum world_broker_kind kind,
						       const struct kube_container *containers, size_t count)
{
	struct source_evidence best;
	if (count < 2)
		return count ? containers : NULL;
	weigh_containers(kind, containers, count, &best);
	return best.container || !count ? best.container : &containers[0];
}

/* ---- in words ---- */

struct source_evidence source_evidence_certain(enum world_broker_kind kind, enum source_word word, const char *text)
{
	static const struct source_sign_row rows[] = {
		[SOURCE_WORD_OF_RESOURCE] = {.place = SIGN_CERTAIN, .weight = SOURCE_ENOUGH, .words = "resource"},
		[SOURCE_WORD_OF_ANNOTATION] = {.place = SIGN_CERTAIN, .weight = SOURCE_ENOUGH, .words = "annotation"},
		[SOURCE_WORD_OF_CONFIGURATION] = {.place = SIGN_CERTAIN,
						  .weight = SOURCE_ENOUGH,
						  .words = "configuration"},
	};
	return (struct source_evidence){.enough = true,
					.kind = kind,
					.score = SOURCE_ENOUGH_OF_WORKLOAD,
					.signs = {{.row = &rows[word], .text = text}},
					.sign_count = 1};
}

char *source_evidence_words(const struct source_evidence *evidence, bool bare)
{
	struct buf words = BUF_INIT(WORDS_MAX);
	for (size_t i = 0; i < evidence->sign_count; i++) {
		const struct source_sign *sign = &evidence->signs[i];
		buf_printf(&words, "%s%s", i ? ", " : "", sign->row->words);
		if (bare)
			continue;
		if (sign->text)
			buf_printf(&words, " %s", sign->text);
		else if (sign->number)
			buf_printf(&words, " %d", (int)sign->number);
	}
	return buf_take(&words);
}
