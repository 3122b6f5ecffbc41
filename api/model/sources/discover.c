/* Which broker clusters there are. A custom resource or its owner says it for certain; a StatefulSet of a chart must be
 * recognized, and what runs beside brokers under their name (exporters, user interfaces, operators) must not be. */
#include "api/model/sources/discover.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "api/base/buf.h"
#include "api/base/mem.h"
#include "api/base/str.h"

/* What the containers are taken to run; NONE is false. */
enum source_found_brokers { SOURCE_FOUND_NONE, SOURCE_FOUND_RABBITMQ, SOURCE_FOUND_KAFKA };

/* What runs beside brokers and carries their name. */
static const char *const companions[] = {
	"exporter", "connect",  "zookeeper", "-ui",  "console", "registry", "rest",    "mirror", "bridge",
	"cruise",   "operator", "redpanda",  "akhq", "kafdrop", "topology", "metrics", "backup", "perf",
};

/* "registry.example/team/rabbitmq:3.13" → "rabbitmq", as text in out */
static const char *image_name(const char *image, char *out, size_t size)
{
	const char *slash = image ? strrchr(image, '/') : NULL;
	const char *name = slash ? slash + 1 : str_or(image, "");
	snprintf(out, size, "%.*s", (int)strcspn(name, ":@"), name);
	for (char *c = out; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return out;
}

static bool names_companion(const char *text)
{
	for (size_t i = 0; i < ARRAY_LEN(companions); i++)
		if (strstr(text, companions[i]))
			return true;
	return false;
}

static enum source_found_brokers by_word(const char *word)
{
	if (!word || names_companion(word))
		return SOURCE_FOUND_NONE;
	if (strstr(word, "rabbitmq"))
		return SOURCE_FOUND_RABBITMQ;
	return strstr(word, "kafka") ? SOURCE_FOUND_KAFKA : SOURCE_FOUND_NONE;
}

static enum source_found_brokers by_image(const struct kube_container *container)
{
	char name[128];
	image_name(container->image, name, sizeof name);
	if (str_eq(name, "cp-server"))
		return SOURCE_FOUND_KAFKA;
	return by_word(name);
}

static bool discover_has_port(const struct kube_container *container, int32_t port)
{
	for (size_t i = 0; i < container->port_count; i++)
		if (container->ports[i].container_port == port)
			return true;
	return false;
}

static enum source_found_brokers by_ports(const struct kube_container *container)
{
	char name[128];
	if (names_companion(image_name(container->image, name, sizeof name)))
		return SOURCE_FOUND_NONE;
	if ((discover_has_port(container, 5672) || discover_has_port(container, 5671)) &&
	    (discover_has_port(container, 15672) || discover_has_port(container, 15671) ||
	     discover_has_port(container, 4369)))
		return SOURCE_FOUND_RABBITMQ;
	return discover_has_port(container, 9092) && discover_has_port(container, 9093) ? SOURCE_FOUND_KAFKA
											: SOURCE_FOUND_NONE;
}

static enum source_found_brokers by_labels(const struct kube_meta *meta)
{
	static const char *const keys[] = {"app.kubernetes.io/name", "app.kubernetes.io/component", "app"};
	enum source_found_brokers found = SOURCE_FOUND_NONE;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const char *value = kube_label(meta, keys[i]);
		if (value && names_companion(value))
			return SOURCE_FOUND_NONE;
		if (!found)
			found = by_word(value);
	}
	return found;
}

/* A label alone is not enough: charts give their whole release the brokers' name. */
static bool serves_brokers(const struct kube_stateful_set *set, enum source_found_brokers brokers)
{
	static const int32_t ports[][4] = {
		[SOURCE_FOUND_RABBITMQ] = {5672, 5671, 15672, 15671},
		[SOURCE_FOUND_KAFKA] = {9092, 9093, 9094, 9091},
	};
	for (size_t i = 0; i < set->container_count; i++)
		for (size_t j = 0; j < 4; j++)
			if (discover_has_port(&set->containers[i], ports[brokers][j]))
				return true;
	return false;
}

static enum source_found_brokers discover_brokers_of(const struct kube_stateful_set *set, const char **why)
{
	const struct kube_owner *owner = kube_controller(&set->meta);
	*why = "owner";
	if (owner && str_eq(owner->kind, "RabbitmqCluster"))
		return SOURCE_FOUND_RABBITMQ;
	enum source_found_brokers found = by_labels(&set->meta);
	*why = "label and port";
	if (found && serves_brokers(set, found))
		return found;
	*why = "image";
	for (size_t i = 0; i < set->container_count; i++)
		if ((found = by_image(&set->containers[i])))
			return found;
	*why = "ports";
	for (size_t i = 0; i < set->container_count; i++)
		if ((found = by_ports(&set->containers[i])))
			return found;
	return SOURCE_FOUND_NONE;
}

static const struct kube_stateful_set *set_of_operator(const struct record_store *store,
						       const struct kube_rabbitmq_cluster *cluster)
{
	char name[300];
	snprintf(name, sizeof name, "%s-server", str_or(cluster->meta.name, ""));
	return record_store_get(store, KUBE_STATEFUL_SETS, cluster->meta.namespace, name);
}

static void find_pools(const struct record_store *store, struct source_found_cluster *found)
{
	const struct kube_kafka_node_pool *pool;
	struct map_entry *at = NULL;
	int32_t replicas = 0;
	while ((pool = record_store_next(store, KUBE_KAFKA_NODE_POOLS, &at))) {
		if (!str_eq(pool->meta.namespace, found->namespace) ||
		    !str_eq(kube_label(&pool->meta, "strimzi.io/cluster"), found->name) ||
		    found->pool_count == SOURCE_POOLS_MAX)
			continue;
		found->pools[found->pool_count++] = pool;
		replicas += pool->replicas > 0 ? pool->replicas : 0;
	}
	if (found->pool_count)
		found->desired = replicas;
}

static void discover_kafkas(const struct record_store *store,
			    void (*each)(void *data, const struct source_found_cluster *found), void *data)
{
	const struct kube_kafka *kafka;
	struct map_entry *at = NULL;
	while ((kafka = record_store_next(store, KUBE_KAFKAS, &at))) {
		struct source_found_cluster found = {
			.kind = WORLD_BROKER_KAFKA,
			.manager = WORLD_MANAGED_BY_STRIMZI,
			.namespace = str_or(kafka->meta.namespace, ""),
			.name = str_or(kafka->meta.name, ""),
			.kafka = kafka,
			.desired = kafka->replicas,
			.why = "resource Kafka",
		};
		find_pools(store, &found);
		each(data, &found);
	}
}

static void discover_rabbitmq_clusters(const struct record_store *store,
				       void (*each)(void *data, const struct source_found_cluster *found), void *data)
{
	const struct kube_rabbitmq_cluster *cluster;
	struct map_entry *at = NULL;
	while ((cluster = record_store_next(store, KUBE_RABBITMQ_CLUSTERS, &at))) {
		struct source_found_cluster found = {
			.kind = WORLD_BROKER_RABBITMQ,
			.manager = WORLD_MANAGED_BY_RABBITMQ_OPERATOR,
			.namespace = str_or(cluster->meta.namespace, ""),
			.name = str_or(cluster->meta.name, ""),
			.rabbitmq = cluster,
			.stateful_set = set_of_operator(store, cluster),
			.desired = cluster->replicas,
			.why = "resource RabbitmqCluster",
		};
		each(data, &found);
	}
}

/* The resource may be unreadable where the StatefulSet is not: then the owner still names it. */
static void discover_set(const struct record_store *store, const struct kube_stateful_set *set,
			 void (*each)(void *data, const struct source_found_cluster *found), void *data)
{
	const char *why;
	enum source_found_brokers brokers = discover_brokers_of(set, &why);
	const struct kube_owner *owner = kube_controller(&set->meta);
	bool of_operator = owner && str_eq(owner->kind, "RabbitmqCluster");
	if (!brokers ||
	    (of_operator && record_store_get(store, KUBE_RABBITMQ_CLUSTERS, set->meta.namespace, owner->name)))
		return;
	struct source_found_cluster found = {
		.kind = brokers == SOURCE_FOUND_KAFKA ? WORLD_BROKER_KAFKA : WORLD_BROKER_RABBITMQ,
		.manager = of_operator ? WORLD_MANAGED_BY_RABBITMQ_OPERATOR : WORLD_MANAGED_BY_STATEFUL_SET,
		.namespace = str_or(set->meta.namespace, ""),
		.name = str_or(of_operator ? owner->name : set->meta.name, ""),
		.stateful_set = set,
		.desired = set->replicas,
		.why = why,
	};
	each(data, &found);
}

void source_discover_clusters(const struct record_store *store,
			      void (*each)(void *data, const struct source_found_cluster *found), void *data)
{
	const struct kube_stateful_set *set;
	struct map_entry *at = NULL;
	while ((set = record_store_next(store, KUBE_STATEFUL_SETS, &at)))
		discover_set(store, set, each, data);
	discover_rabbitmq_clusters(store, each, data);
	discover_kafkas(store, each, data);
}

char *source_discover_key(const struct source_found_cluster *found)
{
	return str_printf("%s/%s/%s", found->namespace, found->name,
			  found->kind == WORLD_BROKER_KAFKA ? "kafka" : "rabbitmq");
}

bool source_discover_selector(const struct source_found_cluster *found, char *out, size_t size)
{
	if (found->manager == WORLD_MANAGED_BY_STRIMZI) {
		snprintf(out, size, "strimzi.io/cluster=%s,strimzi.io/kind=Kafka", found->name);
		return true;
	}
	if (!found->stateful_set || !found->stateful_set->selector_count)
		return false;
	struct buf text = BUF_INIT(size - 1);
	for (size_t i = 0; i < found->stateful_set->selector_count; i++) {
		const struct kube_pair *pair = &found->stateful_set->selector[i];
		buf_printf(&text, "%s%s=%s", i ? "," : "", str_or(pair->key, ""), str_or(pair->value, ""));
	}
	bool whole = !text.overflow;
	snprintf(out, size, "%s", buf_str(&text));
	buf_finish(&text);
	return whole;
}

const struct kube_container *source_discover_container(enum world_broker_kind kind,
						       const struct kube_container *containers, size_t count)
{
	enum source_found_brokers wanted = kind == WORLD_BROKER_KAFKA ? SOURCE_FOUND_KAFKA : SOURCE_FOUND_RABBITMQ;
	for (size_t i = 0; i < count; i++)
		if (by_word(containers[i].name) == wanted || by_image(&containers[i]) == wanted)
			return &containers[i];
	return count ? &containers[0] : NULL;
}

const struct kube_container *source_discover_pod_container(enum world_broker_kind kind, const struct kube_pod *pod)
{
	return pod ? source_discover_container(kind, pod->containers, pod->container_count) : NULL;
}

int32_t source_discover_ordinal(const char *name)
{
	size_t len = name ? strlen(name) : 0, digits = 0;
	while (digits < len && isdigit((unsigned char)name[len - 1 - digits]))
		digits++;
	int64_t number;
	if (!digits || digits > 9 || !str_to_i64(name + len - digits, &number) || number > INT32_MAX)
		return -1;
	return (int32_t)number;
}
