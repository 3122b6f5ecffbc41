/* Kafka's part of a failover: the order of the replicas is changed so that another one is preferred, then the
 * preferred ones are elected. With the order as it was the controllers would give the leaders back within minutes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/kafka/kafka_kind.h"
#include "api/ops/kafka/partitions.h"

enum { BROKERS_MAX = 64 };

static void kafka_failover_access(const struct ops_failover *failover, struct ops_needs *needs)
{
	ops_kafka_need(needs, failover->cluster->namespace);
}

static size_t victim_ids(const struct ops_failover *failover, int32_t out[static BROKERS_MAX])
{
	size_t count = 0;
	for (size_t i = 0; i < failover->count && count < BROKERS_MAX; i++)
		if (failover->brokers[i]->id >= 0)
			out[count++] = failover->brokers[i]->id;
	return count;
}

static void kafka_failover_plan(struct ops_plan *plan, const struct ops_context *context,
				const struct ops_failover *failover)
{
	const struct world_cluster *cluster = failover->cluster;
	int32_t off[BROKERS_MAX];
	size_t count = victim_ids(failover, off);
	CLEANUP(ops_kafka_assignment_finish) struct ops_kafka_assignment new = {0};
	CLEANUP(ops_kafka_assignment_finish) struct ops_kafka_assignment old = {0};
	if (failover->back)
		ops_kafka_lead_as(cluster, failover->back, &new, &old);
	else
		ops_kafka_lead_elsewhere(cluster, off, count, &new, &old);
	if (new.items.len == 0)
		return;
	ops_kafka_set_list(plan, "new", cluster->key, &new);
	ops_kafka_set_list(plan, "old", cluster->key, &old);
	ops_failover_remember(plan, failover, ops_kafka_fact(plan, "old", cluster->key));
	ops_note(plan, OPS_CHANGES, "the replica order and the leaders of %zu partition%s of %s", new.items.len,
		 ops_plural((int64_t) new.items.len), cluster->name);
	ops_kafka_add_election(plan, cluster, cluster->key, &new);
}

/* ---- consequences ---- */

struct stay { /* what the brokers go on leading */
	struct ops_name_list no_other, moving;
	int64_t led;
};

static void find_staying(const struct ops_failover *failover, const struct ops_kafka_assignment *list, struct stay *out)
{
	int32_t off[BROKERS_MAX];
	size_t count = victim_ids(failover, off), hint = 0;
	for (struct ops_kafka_walk walk = ops_kafka_walk(failover->cluster, NULL); ops_kafka_walk_next(&walk);) {
		const struct world_replicated *now = &walk.now;
		if (!ops_kafka_holds(off, count, now->leader_id))
			continue;
		out->led++;
		if (ops_kafka_assignment_find(list, now->name, now->partition, &hint))
			continue;
		ops_name_list_add_partition(ops_kafka_is_moving(now) ? &out->moving : &out->no_other, now->name,
					    now->partition);
	}
}

static void say_staying(struct ops_plan *plan, const struct ops_failover *failover,
			const struct ops_kafka_assignment *list)
{
	struct stay stay = {0};
	char names[460];
	find_staying(failover, list, &stay);
	if (stay.led > 0)
		ops_note(plan, OPS_MEANS,
			 "producers and consumers of %" PRId64
			 " partition%s refresh their metadata and continue: no data is lost or copied",
			 stay.led - stay.no_other.count - stay.moving.count,
			 ops_plural(stay.led - stay.no_other.count - stay.moving.count));
	if (stay.no_other.count > 0)
		ops_note(plan, OPS_CAUTION,
			 "%" PRId64 " partition%s keep%s the current leader because no other replica is in sync: %s",
			 stay.no_other.count, ops_plural(stay.no_other.count), stay.no_other.count == 1 ? "s" : "",
			 ops_kafka_names_text(&stay.no_other, names));
	if (stay.moving.count > 0)
		ops_note(plan, OPS_CAUTION, "%" PRId64 " partition%s keep%s the current leader during reassignment: %s",
			 stay.moving.count, ops_plural(stay.moving.count), stay.moving.count == 1 ? "s" : "",
			 ops_kafka_names_text(&stay.moving, names));
}

static void say_controller(struct ops_plan *plan, const struct ops_failover *failover)
{
	for (size_t i = 0; i < failover->count; i++) {
		const struct world_broker *broker = failover->brokers[i];
		if (broker->is_controller)
			ops_note(plan, OPS_MEANS,
				 "%s stays the active controller: Kafka has no request to move it. It moves when %s "
				 "stops or restarts, within about 2 s during which no leader is elected",
				 broker->name, broker->name);
		ops_note(plan, OPS_MEANS, "%s keeps its replicas as followers", broker->name);
	}
}

static void kafka_failover_check(struct ops_plan *plan, const struct ops_context *context,
				 const struct ops_failover *failover)
{
	const struct world_cluster *cluster = failover->cluster;
	if (!ops_kafka_is_readable(plan, context, cluster))
		return;
	for (size_t i = 0; i < failover->count; i++)
		if (failover->brokers[i]->id < 0)
			ops_note(plan, OPS_BLOCKS, "the broker ID of %s is unknown: cannot tell what it leads",
				 failover->brokers[i]->name);
	CLEANUP(ops_kafka_assignment_finish) struct ops_kafka_assignment list;
	ops_kafka_get_list(plan, "new", cluster->key, &list);
	if (list.items.len > 0)
		ops_kafka_note_leaders(plan, cluster, &list);
	if (!failover->back) {
		say_staying(plan, failover, &list);
		say_controller(plan, failover);
	}
	if (list.items.len > 0)
		ops_note(plan, OPS_UNDO, "roll back: restores the replica order and elects the preferred leaders");
}

const struct ops_failover_part ops_kafka_failover = {
	.access = kafka_failover_access, .plan = kafka_failover_plan, .check = kafka_failover_check};
