#include "api/model/sources/broker_source.h"

#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/records/record_facts.h"
#include "api/model/sources/broker_source_private.h"

struct source_brokers {
	struct world *world;
	struct map all; /* by cluster key */
	VEC(struct source_broker *) let_go;
};

static const struct source_broker_type {
	void (*follow)(struct source_broker *source, const struct source_found_cluster *found);
	void (*destroy)(struct source_broker *source);
	bool (*settled)(const struct source_broker *source);
	int64_t (*updated)(const struct source_broker *source);
	void (*show)(const struct source_broker *source, struct world_kept_cluster *cluster);
	void (*set_credentials)(struct source_broker *source, const char *user, const char *password);
	size_t (*in_flight)(const struct source_broker *source);
} broker_source_types[] = {
	[WORLD_BROKER_RABBITMQ] = {source_rabbitmq_follow, source_rabbitmq_destroy, source_rabbitmq_settled,
				   source_rabbitmq_updated, source_rabbitmq_show, source_rabbitmq_set_credentials,
				   source_rabbitmq_in_flight},
	[WORLD_BROKER_KAFKA] = {source_kafka_follow, source_kafka_destroy, source_kafka_settled, source_kafka_updated,
				source_kafka_show, source_kafka_set_credentials, source_kafka_in_flight},
};

char *source_broker_key(const struct source_found_cluster *found)
{
	return str_printf("%s/%s/%s", found->namespace, found->name,
			  found->kind == WORLD_BROKER_KAFKA ? "kafka" : "rabbitmq");
}

static void broker_source_destroy(struct source_broker *source)
{
	broker_source_types[source->kind].destroy(source);
	vec_finish(&source->pods);
	free(source->key);
	free(source->namespace);
	free(source->name);
	free(source);
}

struct source_brokers *source_brokers_create(struct world *world)
{
	struct source_brokers *sources = mem_alloc(sizeof *sources);
	sources->world = world;
	return sources;
}

void source_brokers_destroy(struct source_brokers *sources)
{
	if (!sources)
		return;
	source_brokers_collect(sources);
	for (struct map_entry *at = map_next(&sources->all, NULL); at; at = map_next(&sources->all, at))
		broker_source_destroy(at->value);
	map_finish(&sources->all);
	vec_finish(&sources->let_go);
	free(sources);
}

void source_brokers_begin(struct source_brokers *sources)
{
	for (struct map_entry *at = map_next(&sources->all, NULL); at; at = map_next(&sources->all, at))
		((struct source_broker *)at->value)->needed = false;
}

static bool broker_source_is_of(const struct source_found_cluster *found, const struct kube_pod *pod)
{
	const struct kube_owner *owner = kube_controller(&pod->meta);
	if (!str_eq(pod->meta.namespace, found->namespace))
		return false;
	if (found->manager == WORLD_MANAGED_BY_STRIMZI)
		return str_eq(kube_label(&pod->meta, "strimzi.io/cluster"), found->name) &&
		       str_eq(str_or(kube_label(&pod->meta, "strimzi.io/kind"), "Kafka"), "Kafka");
	return owner && found->stateful_set && str_eq(owner->kind, "StatefulSet") &&
	       str_eq(owner->name, found->stateful_set->meta.name);
}

static bool is_hopeful(const struct world *world, const struct kube_pod *pod)
{
	const struct kube_node *node = record_store_get(&world->store, KUBE_NODES, NULL, pod->node_name);
	const struct kube_condition *ready = record_node_condition(node, "Ready");
	return record_pod_is_ready(pod) && pod->meta.deleted_ms < 0 && !(ready && !str_eq(ready->status, "True"));
}

static int compare_names(const void *a, const void *b)
{
	return str_compare_natural((*(const struct kube_pod *const *)a)->meta.name,
				   (*(const struct kube_pod *const *)b)->meta.name);
}

/* Those that will answer come first, else in the order of their names. */
static void find_pods(struct source_broker *source, const struct source_found_cluster *found)
{
	VEC(const struct kube_pod *) rest = {0};
	const struct kube_pod *pod;
	struct map_entry *at = NULL;
	vec_clear(&source->pods);
	while ((pod = record_store_next(&source->world->store, KUBE_PODS, &at))) {
		if (!broker_source_is_of(found, pod) || !pod->meta.name || !str_eq(pod->phase, "Running"))
			continue;
		if (is_hopeful(source->world, pod))
			vec_push(&source->pods, pod);
		else
			vec_push(&rest, pod);
	}
	if (source->pods.len)
		qsort(source->pods.items, source->pods.len, sizeof *source->pods.items, compare_names);
	if (rest.len)
		qsort(rest.items, rest.len, sizeof *rest.items, compare_names);
	vec_each (&rest, it)
		vec_push(&source->pods, *it);
	vec_finish(&rest);
}

const char *source_broker_pod_names(const struct source_broker *source, const struct kube_pod *pod)
{
	const char *host = str_or(pod->hostname, pod->meta.name), *domain = pod->subdomain, *space = source->namespace;
	if (!domain)
		return host;
	return arena_printf(&source->world->frame, "%s.%s.%s.svc,%s.%s.%s.svc.cluster.local,%s.%s.%s,%s.%s", host,
			    domain, space, host, domain, space, host, domain, space, host, domain);
}

void source_brokers_follow(struct source_brokers *sources, const struct source_found_cluster *found)
{
	char *key = source_broker_key(found);
	struct source_broker *source = map_get(&sources->all, key);
	if (source && source->needed) {
		free(key);
		return;
	}
	if (!source) {
		source = mem_alloc(sizeof *source);
		source->world = sources->world;
		source->key = mem_strdup(key);
		source->namespace = mem_strdup(found->namespace);
		source->name = mem_strdup(found->name);
		source->kind = found->kind;
		map_set(&sources->all, key, source);
	}
	free(key);
	source->needed = true;
	find_pods(source, found);
	broker_source_types[source->kind].follow(source, found);
}

void source_brokers_end(struct source_brokers *sources)
{
	size_t before = sources->let_go.len;
	for (struct map_entry *at = map_next(&sources->all, NULL); at; at = map_next(&sources->all, at))
		if (!((struct source_broker *)at->value)->needed)
			vec_push(&sources->let_go, at->value);
	for (size_t i = before; i < sources->let_go.len; i++)
		map_remove(&sources->all, sources->let_go.items[i]->key);
}

void source_brokers_collect(struct source_brokers *sources)
{
	vec_each (&sources->let_go, source)
		broker_source_destroy(*source);
	vec_clear(&sources->let_go);
}

struct source_broker *source_brokers_find(struct source_brokers *sources, const char *cluster_key)
{
	return map_get(&sources->all, cluster_key);
}

bool source_brokers_settled(const struct source_brokers *sources)
{
	for (struct map_entry *at = map_next(&sources->all, NULL); at; at = map_next(&sources->all, at)) {
		const struct source_broker *source = at->value;
		if (source->pods.len && !broker_source_types[source->kind].settled(source))
			return false;
	}
	return true;
}

int64_t source_brokers_age(const struct source_brokers *sources, int64_t now_ms)
{
	int64_t age = -1;
	for (struct map_entry *at = map_next(&sources->all, NULL); at; at = map_next(&sources->all, at)) {
		const struct source_broker *source = at->value;
		int64_t updated = broker_source_types[source->kind].updated(source);
		if (updated >= 0 && now_ms - updated > age)
			age = now_ms - updated;
	}
	return age;
}

size_t source_brokers_in_flight(const struct source_brokers *sources)
{
	size_t count = 0;
	for (struct map_entry *at = map_next(&sources->all, NULL); at; at = map_next(&sources->all, at)) {
		const struct source_broker *source = at->value;
		count += broker_source_types[source->kind].in_flight(source);
	}
	return count;
}

void source_broker_show(const struct source_broker *source, struct world_kept_cluster *cluster)
{
	broker_source_types[source->kind].show(source, cluster);
}

void source_broker_set_credentials(struct source_broker *source, const char *user, const char *password)
{
	broker_source_types[source->kind].set_credentials(source, user, password);
}
