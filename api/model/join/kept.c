/* What the join keeps from one update to the next: it begins and ends here, and is looked up here. */
#include "api/model/join/joined.h"

#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/join/join.h"

enum { STALE_MS = 30000 };

void join_renew_after(struct world *world, int64_t ms)
{
	if (!world->renew_ms || ms < world->renew_ms)
		world->renew_ms = ms;
}

/* ---- clusters ---- */

struct join_cluster *join_cluster_of(const struct world_cluster *cluster)
{
	return (struct join_cluster *)cluster;
}

const struct kafka_snapshot *join_cluster_kafka(const struct join_cluster *cluster)
{
	return cluster->kafka ? cluster->kafka(cluster->kafka_data) : NULL;
}

int32_t join_cluster_broker_named(const struct join_cluster *cluster, const char *pod)
{
	return pod ? (int32_t)(uintptr_t)map_get(&cluster->broker_index, pod) - 1 : -1;
}

struct source_pod_address join_cluster_address(const struct join_cluster *cluster, const struct world_broker *broker)
{
	const struct kube_stateful_set *set = cluster->found.stateful_set;
	if (broker->pod)
		return source_pod_address_of(broker->pod);
	return (struct source_pod_address){
		.namespace = cluster->namespace, .name = broker->name, .subdomain = set ? set->service_name : NULL};
}

int32_t join_cluster_broker_addressed(const struct join_cluster *cluster, const char *host)
{
	int32_t found = -1;
	for (size_t i = 0; i < cluster->brokers.len; i++) {
		struct source_pod_address address = join_cluster_address(cluster, cluster->brokers.items[i]);
		if (!source_pod_has_address(&address, host))
			continue;
		if (found >= 0)
			return -1;
		found = (int32_t)i;
	}
	return found;
}

const char *join_cluster_pod_prefix(const struct join_cluster *cluster)
{
	const struct source_found_cluster *found = &cluster->found;
	return found->stateful_set ? str_or(found->stateful_set->meta.name, "") : "";
}

void join_totals_note_worst(struct join_worst *worst, int64_t row, int32_t rank)
{
	size_t at = worst->count;
	while (at > 0 && worst->ranks[at - 1] > rank)
		at--;
	if (at == JOIN_WORST_MAX)
		return;
	worst->count += worst->count < JOIN_WORST_MAX;
	for (size_t i = worst->count - 1; i > at; i--) {
		worst->rows[i] = worst->rows[i - 1];
		worst->ranks[i] = worst->ranks[i - 1];
	}
	worst->rows[at] = row;
	worst->ranks[at] = rank;
}

void join_cluster_told(struct join_cluster *cluster, enum world_part part, int64_t updated_ms, const struct err *err)
{
	cluster->pub.parts[part] = (struct world_source){.updated_ms = updated_ms, .err = *err};
}

void join_cluster_show_totals(struct join_cluster *cluster, bool known, int64_t replicas_ms)
{
	const struct join_totals *totals = &cluster->totals;
	struct world_cluster *it = &cluster->pub;
	it->replicas_ms = known ? replicas_ms : -1;
	it->replicated_count = known ? totals->count : -1;
	it->under_replicated = known && !totals->unseen ? totals->under_replicated : -1;
	it->below_min = known && !totals->unseen && !totals->unknown ? totals->below_min : -1;
	it->leaderless = known && !totals->unseen ? totals->leaderless : -1;
}

bool join_cluster_is_older(const struct join_cluster *cluster, int64_t updated_ms, int64_t age_ms)
{
	return updated_ms < 0 || loop_now_ms(cluster->world->loop) - updated_ms > age_ms;
}

bool join_cluster_is_stale(const struct join_cluster *cluster, int64_t updated_ms)
{
	return join_cluster_is_older(cluster, updated_ms, STALE_MS + cluster->pub.pace_ms);
}

struct join_cluster *join_cluster_create(struct world *world, const char *key, const struct source_found_cluster *found)
{
	struct join_cluster *cluster = mem_alloc(sizeof *cluster);
	cluster->world = world;
	cluster->key = mem_strdup(key);
	cluster->name = mem_strdup(found->name);
	cluster->namespace = mem_strdup(found->namespace);
	cluster->metadata_ms = cluster->configs_ms = cluster->moves_ms = -1;
	cluster->rabbitmq.overview_part.updated_ms = cluster->rabbitmq.nodes_part.updated_ms = -1;
	cluster->rabbitmq.queues_part.updated_ms = cluster->rabbitmq.clients_part.updated_ms = -1;
	cluster->pub.key = cluster->key;
	cluster->pub.name = cluster->name;
	cluster->pub.namespace = cluster->namespace;
	map_set(&world->clusters, key, cluster);
	return cluster;
}

struct join_broker *join_broker_create(struct join_cluster *cluster, const char *name)
{
	struct join_broker *broker = mem_alloc(sizeof *broker);
	broker->name = mem_strdup(name);
	broker->bytes = broker->bytes_ms = -1;
	broker->told_id = broker->known_id = -1;
	broker->pub = (struct world_broker){
		.cluster = &cluster->pub,
		.name = broker->name,
		.ordinal = source_discover_ordinal(name),
		.id = -1,
		.in_rate = -1,
		.out_rate = -1,
	};
	return broker;
}

void join_broker_destroy(struct join_broker *broker)
{
	free(broker->pub.volumes);
	free(broker->name);
	free(broker);
}

void join_unpin(struct rabbitmq_snapshot *snapshot)
{
	rabbitmq_overview_unref(snapshot->overview);
	rabbitmq_nodes_unref(snapshot->nodes);
	rabbitmq_nodes_unref(snapshot->maintenance);
	rabbitmq_queues_unref(snapshot->queues);
	rabbitmq_clients_unref(snapshot->clients);
}

void join_cluster_destroy(struct join_cluster *cluster)
{
	join_unpin(&cluster->rabbitmq);
	free(cluster->word_broker);
	vec_each (&cluster->brokers, broker)
		join_broker_destroy((struct join_broker *)*broker);
	vec_finish(&cluster->brokers);
	vec_each (&cluster->controllers, controller)
		join_broker_destroy((struct join_broker *)*controller);
	vec_finish(&cluster->controllers);
	vec_finish(&cluster->problems.list);
	vec_finish(&cluster->volumes);
	vec_finish(&cluster->services);
	vec_finish(&cluster->voters);
	vec_finish(&cluster->topic_first);
	vec_finish(&cluster->seats);
	map_finish(&cluster->broker_index);
	join_cluster_forget_phrases(cluster);
	free(cluster->key);
	free(cluster->name);
	free(cluster->namespace);
	free(cluster);
}

/* ---- what rows share ---- */

uint64_t join_answers_mix(uint64_t mark, uint64_t value)
{
	const uint64_t mixed = (mark ^ value) * 0x9e3779b97f4a7c15u;
	return mixed ^ mixed >> 29;
}

void join_history_push(struct world_history *history, double value)
{
	if (history->count == WORLD_HISTORY) {
		memmove(history->points, history->points + 1, (WORLD_HISTORY - 1) * sizeof *history->points);
		history->count--;
	}
	history->points[history->count++] = (float)value;
}

const char *join_cluster_phrase(struct join_cluster *cluster, const char *text)
{
	char *known = map_get(&cluster->phrases, text);
	if (!known) {
		known = mem_strdup(text);
		map_set(&cluster->phrases, text, known);
	}
	return known;
}

void join_cluster_forget_phrases(struct join_cluster *cluster)
{
	for (struct map_entry *at = map_next(&cluster->phrases, NULL); at; at = map_next(&cluster->phrases, at))
		free(at->value);
	map_finish(&cluster->phrases);
}

/* ---- the whole ---- */

void join_node_destroy(struct join_node *node)
{
	vec_finish(&node->brokers);
	free(node->name);
	free(node);
}

static void free_values(struct map *map)
{
	for (struct map_entry *at = map_next(map, NULL); at; at = map_next(map, at))
		free(at->value);
	map_finish(map);
}

void join_finish(struct world *world)
{
	for (struct map_entry *at = map_next(&world->clusters, NULL); at; at = map_next(&world->clusters, at))
		join_cluster_destroy(at->value);
	map_finish(&world->clusters);
	for (struct map_entry *at = map_next(&world->nodes, NULL); at; at = map_next(&world->nodes, at))
		join_node_destroy(at->value);
	map_finish(&world->nodes);
	free_values(&world->volumes);
	free_values(&world->services);
	vec_finish(&world->cluster_list);
	vec_finish(&world->node_list);
	vec_finish(&world->volume_list);
	vec_finish(&world->service_list);
	vec_finish(&world->own_problems.list);
	vec_finish(&world->problems);
	vec_finish(&world->events);
	vec_finish(&world->pods);
	join_index_finish(&world->index);
	record_store_finish(&world->store);
	arena_finish(&world->frame);
}
