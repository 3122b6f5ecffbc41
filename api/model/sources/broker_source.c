#include "api/model/sources/broker_source.h"

#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/sources/broker_source_private.h"

struct sides {
	struct world *world;
	struct map all; /* by cluster key */
	VEC(struct side *) let_go;
};

static const struct side_type {
	void (*follow)(struct side *side, const struct found_cluster *found);
	void (*destroy)(struct side *side);
	bool (*settled)(const struct side *side);
	int64_t (*updated)(const struct side *side);
	void (*show)(const struct side *side, struct cluster *cluster);
	void (*set_credentials)(struct side *side, const char *user, const char *password);
	size_t (*in_flight)(const struct side *side);
} types[] = {
	[BROKER_RABBITMQ] = {rabbitmq_side_follow, rabbitmq_side_destroy, rabbitmq_side_settled, rabbitmq_side_updated,
			     rabbitmq_side_show, rabbitmq_side_set_credentials, rabbitmq_side_in_flight},
	[BROKER_KAFKA] = {kafka_side_follow, kafka_side_destroy, kafka_side_settled, kafka_side_updated,
			  kafka_side_show, kafka_side_set_credentials, kafka_side_in_flight},
};

char *side_key(const struct found_cluster *found)
{
	return str_printf("%s/%s/%s", found->namespace, found->name,
			  found->kind == BROKER_KAFKA ? "kafka" : "rabbitmq");
}

static void side_destroy(struct side *side)
{
	types[side->kind].destroy(side);
	vec_finish(&side->pods);
	free(side->key);
	free(side->namespace);
	free(side->name);
	free(side);
}

struct sides *sides_create(struct world *world)
{
	struct sides *sides = mem_alloc(sizeof *sides);
	sides->world = world;
	return sides;
}

void sides_destroy(struct sides *sides)
{
	if (!sides)
		return;
	sides_collect(sides);
	for (struct map_entry *at = map_next(&sides->all, NULL); at; at = map_next(&sides->all, at))
		side_destroy(at->value);
	map_finish(&sides->all);
	vec_finish(&sides->let_go);
	free(sides);
}

void sides_begin(struct sides *sides)
{
	for (struct map_entry *at = map_next(&sides->all, NULL); at; at = map_next(&sides->all, at))
		((struct side *)at->value)->needed = false;
}

static bool is_of(const struct found_cluster *found, const struct kube_pod *pod)
{
	const struct kube_owner *owner = kube_controller(&pod->meta);
	if (!str_eq(pod->meta.namespace, found->namespace))
		return false;
	if (found->manager == MANAGED_BY_STRIMZI)
		return str_eq(kube_label(&pod->meta, "strimzi.io/cluster"), found->name) &&
		       str_eq(str_or(kube_label(&pod->meta, "strimzi.io/kind"), "Kafka"), "Kafka");
	return owner && found->stateful_set && str_eq(owner->kind, "StatefulSet") &&
	       str_eq(owner->name, found->stateful_set->meta.name);
}

static bool is_hopeful(const struct world *world, const struct kube_pod *pod)
{
	const struct kube_node *node = record_store_get(&world->store, KUBE_NODES, NULL, pod->node_name);
	const struct kube_condition *ready = node_condition(node, "Ready");
	return pod_is_ready(pod) && pod->meta.deleted_ms < 0 && !(ready && !str_eq(ready->status, "True"));
}

static int compare_names(const void *a, const void *b)
{
	return str_compare_natural((*(const struct kube_pod *const *)a)->meta.name,
				   (*(const struct kube_pod *const *)b)->meta.name);
}

/* Those that will answer come first, else in the order of their names. */
static void find_pods(struct side *side, const struct found_cluster *found)
{
	VEC(const struct kube_pod *) rest = {0};
	const struct kube_pod *pod;
	struct map_entry *at = NULL;
	vec_clear(&side->pods);
	while ((pod = record_store_next(&side->world->store, KUBE_PODS, &at))) {
		if (!is_of(found, pod) || !pod->meta.name || !str_eq(pod->phase, "Running"))
			continue;
		if (is_hopeful(side->world, pod))
			vec_push(&side->pods, pod);
		else
			vec_push(&rest, pod);
	}
	if (side->pods.len)
		qsort(side->pods.items, side->pods.len, sizeof *side->pods.items, compare_names);
	if (rest.len)
		qsort(rest.items, rest.len, sizeof *rest.items, compare_names);
	vec_each (&rest, it)
		vec_push(&side->pods, *it);
	vec_finish(&rest);
}

const char *side_pod_names(const struct side *side, const struct kube_pod *pod)
{
	const char *host = str_or(pod->hostname, pod->meta.name), *domain = pod->subdomain, *space = side->namespace;
	if (!domain)
		return host;
	return arena_printf(&side->world->frame, "%s.%s.%s.svc,%s.%s.%s.svc.cluster.local,%s.%s.%s,%s.%s", host, domain,
			    space, host, domain, space, host, domain, space, host, domain);
}

void sides_follow(struct sides *sides, const struct found_cluster *found)
{
	char *key = side_key(found);
	struct side *side = map_get(&sides->all, key);
	if (side && side->needed) {
		free(key);
		return;
	}
	if (!side) {
		side = mem_alloc(sizeof *side);
		side->world = sides->world;
		side->key = mem_strdup(key);
		side->namespace = mem_strdup(found->namespace);
		side->name = mem_strdup(found->name);
		side->kind = found->kind;
		map_set(&sides->all, key, side);
	}
	free(key);
	side->needed = true;
	find_pods(side, found);
	types[side->kind].follow(side, found);
}

void sides_end(struct sides *sides)
{
	size_t before = sides->let_go.len;
	for (struct map_entry *at = map_next(&sides->all, NULL); at; at = map_next(&sides->all, at))
		if (!((struct side *)at->value)->needed)
			vec_push(&sides->let_go, at->value);
	for (size_t i = before; i < sides->let_go.len; i++)
		map_remove(&sides->all, sides->let_go.items[i]->key);
}

void sides_collect(struct sides *sides)
{
	vec_each (&sides->let_go, side)
		side_destroy(*side);
	vec_clear(&sides->let_go);
}

struct side *sides_find(struct sides *sides, const char *cluster_key)
{
	return map_get(&sides->all, cluster_key);
}

bool sides_settled(const struct sides *sides)
{
	for (struct map_entry *at = map_next(&sides->all, NULL); at; at = map_next(&sides->all, at)) {
		const struct side *side = at->value;
		if (side->pods.len && !types[side->kind].settled(side))
			return false;
	}
	return true;
}

int64_t sides_age(const struct sides *sides, int64_t now_ms)
{
	int64_t age = -1;
	for (struct map_entry *at = map_next(&sides->all, NULL); at; at = map_next(&sides->all, at)) {
		const struct side *side = at->value;
		int64_t updated = types[side->kind].updated(side);
		if (updated >= 0 && now_ms - updated > age)
			age = now_ms - updated;
	}
	return age;
}

size_t sides_in_flight(const struct sides *sides)
{
	size_t count = 0;
	for (struct map_entry *at = map_next(&sides->all, NULL); at; at = map_next(&sides->all, at)) {
		const struct side *side = at->value;
		count += types[side->kind].in_flight(side);
	}
	return count;
}

void side_show(const struct side *side, struct cluster *cluster)
{
	types[side->kind].show(side, cluster);
}

void side_set_credentials(struct side *side, const char *user, const char *password)
{
	types[side->kind].set_credentials(side, user, password);
}
