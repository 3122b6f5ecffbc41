/* Who leads: lists that change the order of replicas and nothing else, so that no byte is copied. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/kafka/partitions.h"

enum { PASSES_MAX = 16 };

struct leaders_tally { /* partitions led, by the index of the broker */
	const struct world_cluster *cluster;
	int64_t *counts;
};

static struct leaders_tally tally_new(const struct world_cluster *cluster)
{
	return (struct leaders_tally){.cluster = cluster,
				      .counts = mem_alloc((cluster->broker_count + 1) * sizeof(int64_t))};
}

/* A broker that is not in the world counts in the last place. */
static int64_t *tally_of(const struct leaders_tally *tally, int32_t id)
{
	for (size_t i = 0; i < tally->cluster->broker_count; i++)
		if (id >= 0 && tally->cluster->brokers[i]->id == id)
			return &tally->counts[i];
	return &tally->counts[tally->cluster->broker_count];
}

static bool may_lead(const struct world_replicated *now, int32_t id)
{
	const struct world_broker *broker = ops_kafka_broker_of(now->cluster, id);
	return ops_kafka_in_sync(now, id) && broker && broker->reachable != 0;
}

/* Of the replicas that may lead the one that leads least; -1 = none. */
static int32_t find_leader(const struct world_replicated *now, const struct leaders_tally *tally, const int32_t *off,
			   size_t off_count)
{
	int32_t best = -1;
	for (size_t i = 0; i < now->replica_count; i++) {
		int32_t id = now->replica_ids[i];
		if (ops_kafka_holds(off, off_count, id) || !may_lead(now, id))
			continue;
		if (best < 0 || *tally_of(tally, id) < *tally_of(tally, best))
			best = id;
	}
	return best;
}

/* The leader first, who is to go last, the others as they were. */
static void reorder_replicas(const struct world_replicated *now, int32_t leader, const int32_t *off, size_t off_count,
			     int32_t out[static WORLD_REPLICAS_MAX])
{
	size_t count = 0;
	out[count++] = leader;
	for (int going = 0; going < 2; going++)
		for (size_t i = 0; i < now->replica_count; i++)
			if (now->replica_ids[i] != leader &&
			    ops_kafka_holds(off, off_count, now->replica_ids[i]) == (going == 1))
				out[count++] = now->replica_ids[i];
}

static void add_both(const struct world_replicated *now, const int32_t *order, struct ops_kafka_assignment *out_new,
		     struct ops_kafka_assignment *out_old)
{
	/* A name that is none of Kafka's is left alone. */
	if (ops_kafka_assignment_add(out_new, now->name, now->partition, order, now->replica_count) &&
	    !ops_kafka_assignment_add(out_old, now->name, now->partition, now->replica_ids, now->replica_count))
		out_new->items.len--;
}

static struct leaders_tally tally_leaders(const struct world_cluster *cluster)
{
	struct leaders_tally tally = tally_new(cluster);
	for (struct ops_kafka_walk walk = ops_kafka_walk(cluster, NULL); ops_kafka_walk_next(&walk);)
		++*tally_of(&tally, walk.now.leader_id);
	return tally;
}

void ops_kafka_lead_elsewhere(const struct world_cluster *cluster, const int32_t *off, size_t off_count,
			      struct ops_kafka_assignment *out_new, struct ops_kafka_assignment *out_old)
{
	struct leaders_tally tally = tally_leaders(cluster);
	for (struct ops_kafka_walk walk = ops_kafka_walk(cluster, NULL); ops_kafka_walk_next(&walk);) {
		const struct world_replicated *now = &walk.now;
		int32_t leads = now->leader_id, order[WORLD_REPLICAS_MAX];
		bool preferred = now->replica_count > 0 && ops_kafka_holds(off, off_count, now->replica_ids[0]);
		if (ops_kafka_is_moving(now) || now->replica_count == 0 ||
		    (!preferred && !ops_kafka_holds(off, off_count, leads)))
			continue;
		/* Where the preferred one may lead only the election is missing. */
		int32_t next = !preferred && may_lead(now, now->replica_ids[0])
				       ? now->replica_ids[0]
				       : find_leader(now, &tally, off, off_count);
		if (next < 0)
			continue;
		--*tally_of(&tally, leads);
		++*tally_of(&tally, next);
		reorder_replicas(now, next, off, off_count, order);
		add_both(now, order, out_new, out_old);
	}
	ops_kafka_assignment_sort(out_new);
	ops_kafka_assignment_sort(out_old);
	free(tally.counts);
}

/* ---- evenly ---- */

static bool move_one(const struct world_replicated *now, int32_t *preferred, const struct leaders_tally *tally)
{
	int32_t next = find_leader(now, tally, NULL, 0);
	if (next < 0 || *tally_of(tally, next) + 1 >= *tally_of(tally, *preferred))
		return false;
	--*tally_of(tally, *preferred);
	++*tally_of(tally, next);
	*preferred = next;
	return true;
}

/* Those that are to be led by another one, or are not led by the one that is preferred already. */
static void list_preferred(const struct world_cluster *cluster, const int32_t *preferred, size_t count,
			   struct ops_kafka_assignment *out_new, struct ops_kafka_assignment *out_old)
{
	size_t at = 0;
	for (struct ops_kafka_walk walk = ops_kafka_walk(cluster, NULL); ops_kafka_walk_next(&walk) && at < count;
	     at++) {
		int32_t order[WORLD_REPLICAS_MAX];
		bool as_it_is = preferred[at] < 0 || ops_kafka_is_moving(&walk.now) ||
				(preferred[at] == walk.now.replica_ids[0] && walk.now.leader_id == preferred[at]);
		if (as_it_is || !may_lead(&walk.now, preferred[at]))
			continue;
		reorder_replicas(&walk.now, preferred[at], NULL, 0, order);
		add_both(&walk.now, order, out_new, out_old);
	}
}

void ops_kafka_spread_leaders(const struct world_cluster *cluster, struct ops_kafka_assignment *out_new,
			      struct ops_kafka_assignment *out_old)
{
	struct leaders_tally tally = tally_new(cluster);
	size_t count = cluster->replicated_count > 0 ? (size_t)cluster->replicated_count : 0, at = 0;
	int32_t *preferred = mem_alloc((count + 1) * sizeof *preferred);
	for (struct ops_kafka_walk walk = ops_kafka_walk(cluster, NULL); ops_kafka_walk_next(&walk) && at < count;
	     at++) {
		preferred[at] = walk.now.replica_count > 0 ? walk.now.replica_ids[0] : -1;
		++*tally_of(&tally, preferred[at]);
	}
	bool moved = true;
	for (int pass = 0; moved && pass < PASSES_MAX; pass++) {
		moved = false;
		at = 0;
		for (struct ops_kafka_walk walk = ops_kafka_walk(cluster, NULL);
		     ops_kafka_walk_next(&walk) && at < count; at++)
			if (!ops_kafka_is_moving(&walk.now) && preferred[at] >= 0)
				moved |= move_one(&walk.now, &preferred[at], &tally);
	}
	list_preferred(cluster, preferred, count, out_new, out_old);
	ops_kafka_assignment_sort(out_new);
	ops_kafka_assignment_sort(out_old);
	free(preferred);
	free(tally.counts);
}

/* ---- back ---- */

static bool same_set(const struct world_replicated *now, const struct ops_kafka_assignment_item *item)
{
	bool same = item->count == now->replica_count;
	for (size_t i = 0; same && i < now->replica_count; i++)
		same = ops_kafka_holds(item->nodes, item->count, now->replica_ids[i]);
	return same;
}

void ops_kafka_lead_as(const struct world_cluster *cluster, const char *text, struct ops_kafka_assignment *out_new,
		       struct ops_kafka_assignment *out_old)
{
	struct err err = {0};
	CLEANUP(ops_kafka_assignment_finish) struct ops_kafka_assignment given;
	if (!ops_kafka_assignment_parse(&given, text, &err))
		return;
	for (struct ops_kafka_walk walk = ops_kafka_walk(cluster, &given); ops_kafka_walk_next(&walk);)
		if (!ops_kafka_is_moving(&walk.now) && same_set(&walk.now, walk.item))
			add_both(&walk.now, walk.item->nodes, out_new, out_old);
	ops_kafka_assignment_sort(out_new);
	ops_kafka_assignment_sort(out_old);
}

/* ---- what it comes to ---- */

void ops_kafka_note_leaders(struct ops_plan *plan, const struct world_cluster *cluster,
			    const struct ops_kafka_assignment *list)
{
	struct leaders_tally before = tally_leaders(cluster), after = tally_new(cluster);
	memcpy(after.counts, before.counts, cluster->broker_count * sizeof *after.counts);
	struct buf text = BUF_INIT(8 * 1024);
	for (struct ops_kafka_walk walk = ops_kafka_walk(cluster, list); ops_kafka_walk_next(&walk);) {
		if (walk.item->count == 0 || !may_lead(&walk.now, walk.item->nodes[0]))
			continue;
		--*tally_of(&after, walk.now.leader_id);
		++*tally_of(&after, walk.item->nodes[0]);
	}
	for (size_t i = 0; i < cluster->broker_count; i++)
		buf_printf(&text, "%s%s %" PRId64 " → %" PRId64, i ? ", " : "", cluster->brokers[i]->name,
			   before.counts[i], after.counts[i]);
	ops_note(plan, OPS_MEANS, "partitions led: %s", buf_str(&text));
	buf_finish(&text);
	free(before.counts);
	free(after.counts);
}

void ops_kafka_add_election(struct ops_plan *plan, const struct world_cluster *cluster, const char *key,
			    const struct ops_kafka_assignment *list)
{
	size_t reordered = 0;
	for (struct ops_kafka_walk walk = ops_kafka_walk(cluster, list); ops_kafka_walk_next(&walk);)
		reordered += !ops_kafka_is_at(&walk.now, walk.item);
	if (reordered > 0)
		ops_add_step_on(plan, &ops_step_kafka_reassign, NULL, key,
				"change the preferred leader of %zu partition%s of %s", reordered,
				ops_plural((int64_t)reordered), cluster->name);
	ops_add_step_on(plan, &ops_step_kafka_elect, NULL, key, "elect the preferred leaders of %zu partition%s of %s",
			list->items.len, ops_plural((int64_t)list->items.len), cluster->name);
}
