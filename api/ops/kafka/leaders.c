/* Who leads: lists that change the order of replicas and nothing else, so that no byte is copied. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/kafka/partitions.h"

enum { PASSES_MAX = 16 };

struct tally { /* partitions led, by the index of the broker */
	const struct world_cluster *cluster;
	int64_t *counts;
};

static struct tally tally_new(const struct world_cluster *cluster)
{
	return (struct tally){.cluster = cluster, .counts = mem_alloc((cluster->broker_count + 1) * sizeof(int64_t))};
}

/* A broker that is not in the world counts in the last place. */
static int64_t *tally_of(const struct tally *tally, int32_t id)
{
	for (size_t i = 0; i < tally->cluster->broker_count; i++)
		if (id >= 0 && tally->cluster->brokers[i]->id == id)
			return &tally->counts[i];
	return &tally->counts[tally->cluster->broker_count];
}

static bool may_lead(const struct world_replicated *now, int32_t id)
{
	const struct world_broker *broker = kafka_broker_of(now->cluster, id);
	return kafka_in_sync(now, id) && broker && broker->reachable != 0;
}

/* Of the replicas that may lead the one that leads least; -1 = none. */
static int32_t find_leader(const struct world_replicated *now, const struct tally *tally, const int32_t *off,
			   size_t off_count)
{
	int32_t best = -1;
	for (size_t i = 0; i < now->replica_count; i++) {
		int32_t id = now->replica_ids[i];
		if (kafka_holds(off, off_count, id) || !may_lead(now, id))
			continue;
		if (best < 0 || *tally_of(tally, id) < *tally_of(tally, best))
			best = id;
	}
	return best;
}

/* The leader first, who is to go last, the others as they were. */
static void reorder(const struct world_replicated *now, int32_t leader, const int32_t *off, size_t off_count,
		    int32_t out[static REPLICAS_MAX])
{
	size_t count = 0;
	out[count++] = leader;
	for (int going = 0; going < 2; going++)
		for (size_t i = 0; i < now->replica_count; i++)
			if (now->replica_ids[i] != leader &&
			    kafka_holds(off, off_count, now->replica_ids[i]) == (going == 1))
				out[count++] = now->replica_ids[i];
}

static void add_both(const struct world_replicated *now, const int32_t *order, struct assignment *out_new,
		     struct assignment *out_old)
{
	/* A name that is none of Kafka's is left alone. */
	if (assignment_add(out_new, now->name, now->partition, order, now->replica_count) &&
	    !assignment_add(out_old, now->name, now->partition, now->replica_ids, now->replica_count))
		out_new->items.len--;
}

static struct tally tally_leaders(const struct world_cluster *cluster)
{
	struct tally tally = tally_new(cluster);
	for (struct kafka_walk walk = kafka_walk(cluster, NULL); kafka_walk_next(&walk);)
		++*tally_of(&tally, kafka_leader_id(&walk.now));
	return tally;
}

void kafka_lead_elsewhere(const struct world_cluster *cluster, const int32_t *off, size_t off_count,
			  struct assignment *out_new, struct assignment *out_old)
{
	struct tally tally = tally_leaders(cluster);
	for (struct kafka_walk walk = kafka_walk(cluster, NULL); kafka_walk_next(&walk);) {
		const struct world_replicated *now = &walk.now;
		int32_t leads = kafka_leader_id(now), order[REPLICAS_MAX];
		bool preferred = now->replica_count > 0 && kafka_holds(off, off_count, now->replica_ids[0]);
		if (kafka_is_moving(now) || now->replica_count == 0 ||
		    (!preferred && !kafka_holds(off, off_count, leads)))
			continue;
		/* Where the preferred one may lead only the election is missing. */
		int32_t next = !preferred && may_lead(now, now->replica_ids[0])
				       ? now->replica_ids[0]
				       : find_leader(now, &tally, off, off_count);
		if (next < 0)
			continue;
		--*tally_of(&tally, leads);
		++*tally_of(&tally, next);
		reorder(now, next, off, off_count, order);
		add_both(now, order, out_new, out_old);
	}
	assignment_sort(out_new);
	assignment_sort(out_old);
	free(tally.counts);
}

/* ---- evenly ---- */

static bool move_one(const struct world_replicated *now, int32_t *preferred, const struct tally *tally)
{
	int32_t next = find_leader(now, tally, NULL, 0);
	if (next < 0 || *tally_of(tally, next) + 1 >= *tally_of(tally, *preferred))
		return false;
	--*tally_of(tally, *preferred);
	++*tally_of(tally, next);
	*preferred = next;
	return true;
}

void kafka_spread_leaders(const struct world_cluster *cluster, struct assignment *out_new, struct assignment *out_old)
{
	struct tally tally = tally_new(cluster);
	size_t count = cluster->replicated_count > 0 ? (size_t)cluster->replicated_count : 0, at = 0;
	int32_t *preferred = mem_alloc((count + 1) * sizeof *preferred);
	for (struct kafka_walk walk = kafka_walk(cluster, NULL); kafka_walk_next(&walk) && at < count; at++) {
		preferred[at] = walk.now.replica_count > 0 ? walk.now.replica_ids[0] : -1;
		++*tally_of(&tally, preferred[at]);
	}
	bool moved = true;
	for (int pass = 0; moved && pass < PASSES_MAX; pass++) {
		moved = false;
		at = 0;
		for (struct kafka_walk walk = kafka_walk(cluster, NULL); kafka_walk_next(&walk) && at < count; at++)
			if (!kafka_is_moving(&walk.now) && preferred[at] >= 0)
				moved |= move_one(&walk.now, &preferred[at], &tally);
	}
	at = 0;
	for (struct kafka_walk walk = kafka_walk(cluster, NULL); kafka_walk_next(&walk) && at < count; at++) {
		int32_t order[REPLICAS_MAX];
		bool as_it_is =
			preferred[at] < 0 || kafka_is_moving(&walk.now) ||
			(preferred[at] == walk.now.replica_ids[0] && kafka_leader_id(&walk.now) == preferred[at]);
		if (as_it_is || !may_lead(&walk.now, preferred[at]))
			continue;
		reorder(&walk.now, preferred[at], NULL, 0, order);
		add_both(&walk.now, order, out_new, out_old);
	}
	assignment_sort(out_new);
	assignment_sort(out_old);
	free(preferred);
	free(tally.counts);
}

/* ---- back ---- */

static bool same_set(const struct world_replicated *now, const struct assignment_item *item)
{
	bool same = item->count == now->replica_count;
	for (size_t i = 0; same && i < now->replica_count; i++)
		same = kafka_holds(item->nodes, item->count, now->replica_ids[i]);
	return same;
}

void kafka_lead_as(const struct world_cluster *cluster, const char *text, struct assignment *out_new,
		   struct assignment *out_old)
{
	struct err err = {0};
	CLEANUP(assignment_finish) struct assignment given;
	if (!assignment_parse(&given, text, &err))
		return;
	for (struct kafka_walk walk = kafka_walk(cluster, &given); kafka_walk_next(&walk);)
		if (!kafka_is_moving(&walk.now) && same_set(&walk.now, walk.item))
			add_both(&walk.now, walk.item->nodes, out_new, out_old);
	assignment_sort(out_new);
	assignment_sort(out_old);
}

/* ---- what it comes to ---- */

void kafka_say_leaders(struct ops_plan *plan, const struct world_cluster *cluster, const struct assignment *list)
{
	struct tally before = tally_leaders(cluster), after = tally_new(cluster);
	memcpy(after.counts, before.counts, cluster->broker_count * sizeof *after.counts);
	struct buf text = BUF_INIT(8 * 1024);
	for (struct kafka_walk walk = kafka_walk(cluster, list); kafka_walk_next(&walk);) {
		if (walk.item->count == 0 || !may_lead(&walk.now, walk.item->nodes[0]))
			continue;
		--*tally_of(&after, kafka_leader_id(&walk.now));
		++*tally_of(&after, walk.item->nodes[0]);
	}
	for (size_t i = 0; i < cluster->broker_count; i++)
		buf_printf(&text, "%s%s %" PRId64 " → %" PRId64, i ? ", " : "", cluster->brokers[i]->name,
			   before.counts[i], after.counts[i]);
	ops_say(plan, OPS_MEANS, "partitions led: %s", buf_str(&text));
	buf_finish(&text);
	free(before.counts);
	free(after.counts);
}

void kafka_add_election(struct ops_plan *plan, const struct world_cluster *cluster, const char *key,
			const struct assignment *list)
{
	size_t reordered = 0;
	for (struct kafka_walk walk = kafka_walk(cluster, list); kafka_walk_next(&walk);)
		reordered += !kafka_is_at(&walk.now, walk.item);
	if (reordered > 0)
		ops_add_step_on(plan, &ops_step_kafka_reassign, NULL, key,
				"put another replica first in %zu partition%s of %s", reordered,
				plural((int64_t)reordered), cluster->name);
	ops_add_step_on(plan, &ops_step_kafka_elect, NULL, key,
			"let the preferred replica of %zu partition%s of %s lead", list->items.len,
			plural((int64_t)list->items.len), cluster->name);
}
