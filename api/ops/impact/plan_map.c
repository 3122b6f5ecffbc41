/* The map of a plan, made of its impact: each broker with what becomes of it, and the likely new leaders. */
#include "api/ops/impact/plan_map.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/impact/impact.h"
#include "api/ops/plan/name_list.h"

enum { AWAY_MAX = 64 };

static const char *const fate_words[] = {
#define X(name, word) [OPS_MAP_FATE_##name] = word,
	OPS_MAP_FATES(X)
#undef X
};

const char *ops_map_fate_word(enum ops_map_fate fate)
{
	return fate_words[fate];
}

/* Worst first: the order in which they are said. A minority says more than the replica that is missing. */
static const struct {
	enum ops_impact_effect effect;
	enum severity severity;
	const char *means;
} map_meanings[] = {
	{OPS_IMPACT_OFFLINE, SEV_BAD, "offline"},
	{OPS_IMPACT_MINORITY, SEV_BAD, "without a quorum"},
	{OPS_IMPACT_BELOW_MIN, SEV_BAD, "below min.insync.replicas"},
	{OPS_IMPACT_NO_SLACK, SEV_BAD, "refusing acks=all: min.insync.replicas is all their replicas"},
	{OPS_IMPACT_CLASSIC, SEV_BAD, "classic, unavailable with their node"},
	{OPS_IMPACT_OTHER, SEV_WARN, "of a type that mqdeck does not know, with their leader there"},
	{OPS_IMPACT_UNPROTECTED, SEV_WARN, "without a spare replica"},
	{OPS_IMPACT_UNDER_REPLICATED, SEV_INFO, "under-replicated"},
	{OPS_IMPACT_LEADERS, SEV_INFO, "changing leader"},
};

static void add_effect(struct ops_map *map, struct ops_map_cluster *to, const struct ops_impact *impact, size_t meaning)
{
	enum ops_impact_effect effect = map_meanings[meaning].effect;
	size_t count = impact->lists[effect].len;
	struct buf text = BUF_INIT(ERR_TEXT_MAX * 2);
	struct ops_name_list names = {0};
	char more[48];
	if (count == 0)
		return;
	ops_impact_name_rows(impact, effect, &names);
	const char *what = impact->cluster->kind == WORLD_BROKER_KAFKA ? "partition" : "queue";
	buf_printf(&text, "%zu %s%s %s: %s%s", count, what, ops_plural((int64_t)count), map_meanings[meaning].means,
		   names.names, ops_name_list_more(&names, more));
	vec_push(&to->effects, (struct ops_map_effect){.severity = map_meanings[meaning].severity,
						       .text = arena_strdup(&map->arena, buf_str(&text))});
	buf_finish(&text);
}

static void add_effects(struct ops_map *map, struct ops_map_cluster *to, const struct ops_impact *impact)
{
	if (impact->quorum_lost)
		vec_push(&to->effects,
			 (struct ops_map_effect){.severity = SEV_BAD,
						 .text = arena_printf(&map->arena,
								      "controller quorum: %d of %d voters left",
								      impact->voters_left, impact->voters)});
	for (size_t i = 0; i < ARRAY_LEN(map_meanings); i++)
		add_effect(map, to, impact, i);
	if (*impact->unknown)
		vec_push(&to->effects, (struct ops_map_effect){.severity = SEV_WARN,
							       .text = arena_strdup(&map->arena, impact->unknown)});
}

/* ---- brokers ---- */

struct changes { /* what a plan does to the brokers of one cluster */
	const struct world_broker *away[AWAY_MAX];
	size_t away_count;
	bool in_turn;
	int64_t from, to; /* how many there are before and after; -1 = as many */
};

static bool map_is_away(const struct changes *changes, const struct world_broker *broker)
{
	for (size_t i = 0; i < changes->away_count; i++)
		if (changes->away[i] == broker)
			return true;
	return false;
}

static enum ops_map_fate fate_of(const struct changes *changes, const struct world_broker *broker)
{
	if (changes->to >= 0 && changes->to < changes->from && broker->ordinal >= changes->to)
		return OPS_MAP_FATE_LEAVES;
	if (map_is_away(changes, broker))
		return changes->in_turn ? OPS_MAP_FATE_TURN : OPS_MAP_FATE_AWAY;
	return OPS_MAP_FATE_STAYS;
}

static bool leads_on(enum ops_map_fate fate)
{
	return fate == OPS_MAP_FATE_STAYS || fate == OPS_MAP_FATE_COMES;
}

/* The first in-sync replica that stays: what Kafka elects, and as good a guess as any for RabbitMQ. */
static int32_t next_leader(const struct ops_map_cluster *cluster, const struct world_replicated *it)
{
	for (size_t i = 0; i < it->replica_count; i++) {
		int32_t at = it->replicas[i];
		if (it->in_sync[i] && at >= 0 && (size_t)at < cluster->brokers.len &&
		    leads_on(cluster->brokers.items[at].fate))
			return at;
	}
	return -1;
}

static void move_leaders(struct ops_map_cluster *to, const struct world_cluster *cluster)
{
	struct world_replicated it;
	for (int64_t i = 0; i < cluster->replicated_count; i++) {
		world_replicated_at(cluster, i, &it);
		if (it.leader < 0 || (size_t)it.leader >= to->brokers.len ||
		    leads_on(to->brokers.items[it.leader].fate))
			continue;
		to->brokers.items[it.leader].leads_after--;
		int32_t next = next_leader(to, &it);
		if (next >= 0 && to->brokers.items[next].leads_after >= 0)
			to->brokers.items[next].leads_after++;
	}
}

static void map_add_broker(struct ops_map *map, struct ops_map_cluster *to, const struct world_broker *broker,
			   enum ops_map_fate fate)
{
	vec_push(&to->brokers, (struct ops_map_broker){
				       .name = arena_strdup(&map->arena, broker->name),
				       .node = broker->node ? arena_strdup(&map->arena, broker->node->name) : NULL,
				       .fate = fate,
				       .ready = broker->ready,
				       .controller = broker->is_controller,
				       .leads = broker->leaders,
				       .leads_after = broker->leaders,
				       .replicas = broker->replicas,
				       .in_sync = broker->in_sync,
			       });
}

/* Named like the last one there is. */
static void add_new_brokers(struct ops_map *map, struct ops_map_cluster *to, const struct world_cluster *cluster,
			    const struct changes *changes)
{
	if (changes->from < 0 || cluster->broker_count == 0)
		return;
	const struct world_broker *last = cluster->brokers[cluster->broker_count - 1];
	const char *dash = strrchr(last->name, '-');
	for (int64_t i = 0; dash && i < changes->to - changes->from && i < AWAY_MAX; i++)
		vec_push(&to->brokers,
			 (struct ops_map_broker){
				 .name = arena_printf(&map->arena, "%.*s-%" PRId64, (int)(dash - last->name),
						      last->name, last->ordinal + 1 + i),
				 .fate = OPS_MAP_FATE_COMES,
				 .leads = -1,
				 .leads_after = cluster->kind == WORLD_BROKER_KAFKA ? 0 : -1,
				 .replicas = -1,
				 .in_sync = -1,
			 });
}

static void map_add_cluster(struct ops_map *map, const struct world_cluster *cluster, const struct changes *changes)
{
	const struct world_broker *leaving[AWAY_MAX];
	size_t count = 0;
	bool in_turn = changes->in_turn;
	vec_push(&map->clusters, (struct ops_map_cluster){
					 .key = arena_strdup(&map->arena, cluster->key),
					 .name = arena_strdup(&map->arena, cluster->name),
					 .namespace = arena_strdup(&map->arena, cluster->namespace),
					 .kind = cluster->kind == WORLD_BROKER_KAFKA ? "kafka" : "rabbitmq",
				 });
	struct ops_map_cluster *to = &map->clusters.items[map->clusters.len - 1];
	for (size_t i = 0; i < cluster->broker_count; i++) {
		enum ops_map_fate fate = fate_of(changes, cluster->brokers[i]);
		map_add_broker(map, to, cluster->brokers[i], fate);
		in_turn &= fate != OPS_MAP_FATE_LEAVES;
		if (fate != OPS_MAP_FATE_STAYS && count < AWAY_MAX)
			leaving[count++] = cluster->brokers[i];
	}
	add_new_brokers(map, to, cluster, changes);
	if (count == 0)
		return;
	if (!in_turn)
		move_leaders(to, cluster);
	struct ops_impact impact;
	ops_impact_of(&impact, cluster, leaving, count, in_turn);
	add_effects(map, to, &impact);
	ops_impact_finish(&impact);
}

static bool has_broker_on(const struct world_cluster *cluster, const struct world_node *node)
{
	for (size_t i = 0; i < cluster->broker_count; i++)
		if (cluster->brokers[i]->node == node)
			return true;
	return false;
}

static bool is_touched(const struct world_cluster *cluster, const struct ops_context *context,
		       const struct changes *changes)
{
	for (size_t i = 0; i < changes->away_count; i++)
		if (changes->away[i]->cluster == cluster)
			return true;
	return cluster == context->cluster || (context->node && has_broker_on(cluster, context->node));
}

void ops_map_make(struct ops_map *out, const struct world_view *view, const struct ops_plan *plan)
{
	struct ops_context context;
	struct err err;
	*out = (struct ops_map){0};
	if (!ops_resolve_target(view, plan->operation->target, plan->target, &context, &err))
		return;
	struct changes changes = {.from = -1, .to = -1};
	if (plan->operation->target == OPS_ON_CLUSTER && ops_fact(plan, "from")) {
		changes.from = ops_fact_number(plan, "from", -1);
		changes.to = ops_fact_number(plan, "replicas", -1);
	}
	if (plan->operation->away)
		changes.away_count = plan->operation->away(plan, &context, changes.away, AWAY_MAX, &changes.in_turn);
	if (context.node)
		out->node = arena_strdup(&out->arena, context.node->name);
	for (size_t i = 0; i < view->cluster_count; i++)
		if (is_touched(view->clusters[i], &context, &changes))
			map_add_cluster(out, view->clusters[i], &changes);
}

void ops_map_finish(struct ops_map *map)
{
	vec_each (&map->clusters, cluster) {
		vec_finish(&cluster->brokers);
		vec_finish(&cluster->effects);
	}
	vec_finish(&map->clusters);
	arena_finish(&map->arena);
	*map = (struct ops_map){0};
}
