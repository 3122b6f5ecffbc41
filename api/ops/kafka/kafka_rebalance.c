/* Rebalance of Kafka: the preferred replicas lead again, as after every restart; or, with mode=spread, first another
 * order of the replicas where one broker is preferred more often than others. Nothing is copied either way. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/kafka/kafka_kind.h"
#include "api/ops/kafka/partitions.h"

static bool wants_spread(const struct ops_plan *plan)
{
	return str_eq(ops_fact(plan, "mode"), "spread");
}

static void kafka_rebalance_access(const struct ops_context *context, struct ops_needs *needs)
{
	ops_kafka_need(needs, context->cluster->namespace);
}

static void find_not_preferred(const struct world_cluster *cluster, struct ops_kafka_assignment *out_new,
			       struct ops_kafka_assignment *out_old)
{
	for (struct ops_kafka_walk walk = ops_kafka_walk(cluster, NULL); ops_kafka_walk_next(&walk);) {
		const struct world_replicated *now = &walk.now;
		if (now->replica_count == 0 || ops_kafka_is_moving(now) || now->leader_id == now->replica_ids[0] ||
		    !ops_kafka_in_sync(now, now->replica_ids[0]))
			continue;
		if (ops_kafka_assignment_add(out_new, now->name, now->partition, now->replica_ids,
					     now->replica_count) &&
		    !ops_kafka_assignment_add(out_old, now->name, now->partition, now->replica_ids, now->replica_count))
			out_new->items.len--;
	}
	ops_kafka_assignment_sort(out_new);
	ops_kafka_assignment_sort(out_old);
}

static void kafka_rebalance_plan(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_cluster *cluster = context->cluster;
	CLEANUP(ops_kafka_assignment_finish) struct ops_kafka_assignment new = {0};
	CLEANUP(ops_kafka_assignment_finish) struct ops_kafka_assignment old = {0};
	ops_set_title(plan, "%s leaders of %s", wants_spread(plan) ? "Spread" : "Rebalance", cluster->name);
	if (ops_fact(plan, "back"))
		ops_kafka_lead_as(cluster, ops_fact(plan, "back"), &new, &old);
	else if (wants_spread(plan))
		ops_kafka_spread_leaders(cluster, &new, &old);
	else
		find_not_preferred(cluster, &new, &old);
	if (new.items.len == 0)
		return;
	ops_kafka_set_list(plan, "new", NULL, &new);
	ops_kafka_set_list(plan, "old", NULL, &old);
	ops_note(plan, OPS_CHANGES, "leaders of %zu partition%s of %s", new.items.len,
		 ops_plural((int64_t) new.items.len), cluster->name);
	ops_kafka_add_election(plan, cluster, NULL, &new);
}

/* How unevenly brokers are preferred; not more than one apart is even. */
static void say_skew(struct ops_plan *plan, const struct world_cluster *cluster)
{
	int64_t *counts = mem_alloc((cluster->broker_count + 1) * sizeof *counts);
	size_t most = 0, least = 0;
	for (struct ops_kafka_walk walk = ops_kafka_walk(cluster, NULL); ops_kafka_walk_next(&walk);)
		for (size_t i = 0; i < cluster->broker_count && walk.now.replica_count > 0; i++)
			counts[i] += cluster->brokers[i]->id == walk.now.replica_ids[0];
	for (size_t i = 1; i < cluster->broker_count; i++) {
		most = counts[i] > counts[most] ? i : most;
		least = counts[i] < counts[least] ? i : least;
	}
	if (cluster->broker_count > 1 && counts[most] - counts[least] > 1 + counts[most] / 10)
		ops_note(plan, OPS_MEANS,
			 "preferred leaders are uneven: %s is preferred for %" PRId64 " partitions, %s for %" PRId64
			 " (mode=spread evens them out)",
			 cluster->brokers[most]->name, counts[most], cluster->brokers[least]->name, counts[least]);
	free(counts);
}

static void say_unready(struct ops_plan *plan, const struct world_cluster *cluster)
{
	struct ops_name_list lagging = {0};
	char names[460];
	for (struct ops_kafka_walk walk = ops_kafka_walk(cluster, NULL); ops_kafka_walk_next(&walk);)
		if (walk.now.replica_count > 0 && walk.now.leader_id != walk.now.replica_ids[0] &&
		    !ops_kafka_in_sync(&walk.now, walk.now.replica_ids[0]))
			ops_name_list_add_partition(&lagging, walk.now.name, walk.now.partition);
	if (lagging.count > 0)
		ops_note(plan, OPS_CAUTION,
			 "%" PRId64
			 " partition%s keep%s the current leader because the preferred replica is not in sync: %s",
			 lagging.count, ops_plural(lagging.count), lagging.count == 1 ? "s" : "",
			 ops_kafka_names_text(&lagging, names));
}

static void kafka_rebalance_check(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_cluster *cluster = context->cluster;
	const char *mode = ops_fact(plan, "mode");
	if (mode && strcmp(mode, "preferred") != 0 && strcmp(mode, "spread") != 0)
		ops_note(plan, OPS_BLOCKS, "mode must be \"preferred\" or \"spread\", not \"%s\"", mode);
	if (!ops_kafka_is_readable(plan, context, cluster))
		return;
	CLEANUP(ops_kafka_assignment_finish) struct ops_kafka_assignment list;
	ops_kafka_get_list(plan, "new", NULL, &list);
	if (list.items.len == 0)
		ops_note(plan, OPS_BLOCKS, "%s",
			 wants_spread(plan) ? "leaders are already as even as their replicas allow: nothing to change"
					    : "every partition whose preferred replica is in sync is already led by "
					      "it: nothing to change");
	else
		ops_kafka_note_leaders(plan, cluster, &list);
	if (list.items.len > 0)
		ops_note(plan, OPS_MEANS,
			 "producers and consumers refresh their metadata and continue: no data is lost or copied");
	if (!wants_spread(plan))
		say_skew(plan, cluster);
	say_unready(plan, cluster);
	if (wants_spread(plan))
		ops_note(plan, OPS_UNDO, "roll back: restores the replica order and elects the preferred leaders");
}

const struct ops_rebalance_part ops_kafka_rebalance = {
	.access = kafka_rebalance_access, .plan = kafka_rebalance_plan, .check = kafka_rebalance_check};
