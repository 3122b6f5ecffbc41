/* Rebalance. Of Kafka: the preferred replicas lead again, as after every restart; or, with mode=spread, first another
 * order of the replicas where one broker is preferred more often than others. Nothing is copied either way. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/kafka/partitions.h"
#include "api/ops/common/rebalance_private.h"

static bool wants_spread(const struct ops_plan *plan)
{
	return str_eq(ops_fact(plan, "mode"), "spread");
}

static void kafka_access(const struct ops_context *context, struct ops_needs *needs)
{
	kafka_need(needs, context->cluster->namespace);
}

static void find_not_preferred(const struct world_cluster *cluster, struct assignment *out_new,
			       struct assignment *out_old)
{
	for (struct kafka_walk walk = kafka_walk(cluster, NULL); kafka_walk_next(&walk);) {
		const struct world_replicated *now = &walk.now;
		if (now->replica_count == 0 || kafka_is_moving(now) || kafka_leader_id(now) == now->replica_ids[0] ||
		    !kafka_in_sync(now, now->replica_ids[0]))
			continue;
		if (assignment_add(out_new, now->name, now->partition, now->replica_ids, now->replica_count) &&
		    !assignment_add(out_old, now->name, now->partition, now->replica_ids, now->replica_count))
			out_new->items.len--;
	}
	assignment_sort(out_new);
	assignment_sort(out_old);
}

static void kafka_plan(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_cluster *cluster = context->cluster;
	CLEANUP(assignment_finish) struct assignment new = {0};
	CLEANUP(assignment_finish) struct assignment old = {0};
	ops_set_title(plan, "%s leaders of %s", wants_spread(plan) ? "Spread" : "Rebalance", cluster->name);
	if (ops_fact(plan, "back"))
		kafka_lead_as(cluster, ops_fact(plan, "back"), &new, &old);
	else if (wants_spread(plan))
		kafka_spread_leaders(cluster, &new, &old);
	else
		find_not_preferred(cluster, &new, &old);
	if (new.items.len == 0)
		return;
	kafka_set_list(plan, "new", NULL, &new);
	kafka_set_list(plan, "old", NULL, &old);
	ops_say(plan, OPS_CHANGES, "who leads %zu partition%s of %s", new.items.len, plural((int64_t) new.items.len),
		cluster->name);
	kafka_add_election(plan, cluster, NULL, &new);
}

/* How unevenly brokers are preferred; not more than one apart is even. */
static void say_skew(struct ops_plan *plan, const struct world_cluster *cluster)
{
	int64_t *counts = mem_alloc((cluster->broker_count + 1) * sizeof *counts);
	size_t most = 0, least = 0;
	for (struct kafka_walk walk = kafka_walk(cluster, NULL); kafka_walk_next(&walk);)
		for (size_t i = 0; i < cluster->broker_count && walk.now.replica_count > 0; i++)
			counts[i] += cluster->brokers[i]->id == walk.now.replica_ids[0];
	for (size_t i = 1; i < cluster->broker_count; i++) {
		most = counts[i] > counts[most] ? i : most;
		least = counts[i] < counts[least] ? i : least;
	}
	if (cluster->broker_count > 1 && counts[most] - counts[least] > 1 + counts[most] / 10)
		ops_say(plan, OPS_MEANS,
			"the preferred leaders themselves are uneven: %s is preferred for %" PRId64 ", %s for %" PRId64
			" (mode=spread evens them out)",
			cluster->brokers[most]->name, counts[most], cluster->brokers[least]->name, counts[least]);
	free(counts);
}

static void say_unready(struct ops_plan *plan, const struct world_cluster *cluster)
{
	struct found lagging = {0};
	char names[460];
	for (struct kafka_walk walk = kafka_walk(cluster, NULL); kafka_walk_next(&walk);)
		if (walk.now.replica_count > 0 && kafka_leader_id(&walk.now) != walk.now.replica_ids[0] &&
		    !kafka_in_sync(&walk.now, walk.now.replica_ids[0]))
			found_add(&lagging, "%s/%d", walk.now.name, (int)walk.now.partition);
	if (lagging.count > 0)
		ops_say(plan, OPS_CAUTION, "%" PRId64 " partition%s stay%s: the preferred replica is not in sync: %s",
			lagging.count, plural(lagging.count), lagging.count == 1 ? "s" : "",
			kafka_names_text(&lagging, names));
}

static void kafka_check(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_cluster *cluster = context->cluster;
	const char *mode = ops_fact(plan, "mode");
	if (mode && strcmp(mode, "preferred") != 0 && strcmp(mode, "spread") != 0)
		ops_say(plan, OPS_BLOCKS, "mode is \"preferred\" or \"spread\", not \"%s\"", mode);
	if (!kafka_is_readable(plan, context, cluster))
		return;
	CLEANUP(assignment_finish) struct assignment list;
	kafka_get_list(plan, "new", NULL, &list);
	if (list.items.len == 0)
		ops_say(plan, OPS_BLOCKS, "%s",
			wants_spread(plan)
				? "leaders are as even as their replicas allow: there is nothing to change"
				: "every partition is led by its preferred replica as far as that is in sync");
	else
		kafka_say_leaders(plan, cluster, &list);
	if (list.items.len > 0)
		ops_say(plan, OPS_MEANS,
			"their producers and consumers ask once more who leads and go on: nothing is lost or copied");
	if (!wants_spread(plan))
		say_skew(plan, cluster);
	say_unready(plan, cluster);
	if (wants_spread(plan))
		ops_say(plan, OPS_UNDO, "roll back: the order of replicas as it was, and an election");
}

/* ---- the operation ---- */

static const struct rebalance_part rebalance_kafka = {.access = kafka_access, .plan = kafka_plan, .check = kafka_check};

static const struct rebalance_part *const parts[] = {
	[BROKER_KAFKA] = &rebalance_kafka, [BROKER_RABBITMQ] = &rebalance_rabbitmq};

static void rebalance_access(const struct ops_context *context, struct ops_needs *needs)
{
	parts[context->cluster->kind]->access(context, needs);
}

static void rebalance_plan(struct ops_plan *plan, const struct ops_context *context)
{
	parts[context->cluster->kind]->plan(plan, context);
}

static void rebalance_preflight(struct ops_plan *plan, const struct ops_context *context)
{
	parts[context->cluster->kind]->check(plan, context);
}

static bool rebalance_undo(const struct ops_plan *plan, struct ops_wish *out, struct err *err)
{
	if (!wants_spread(plan) && !ops_fact(plan, "back"))
		return err_set(err, ERR_REFUSED, "there is no order of leaders to go back to");
	*out = (struct ops_wish){.operation = &ops_rebalance,
				 .target = plan->target,
				 .values = {{.name = "back", .value = str_or(ops_fact(plan, "old"), "")}},
				 .value_count = 1};
	return true;
}

static const struct ops_argument rebalance_arguments[] = {
	{.name = "mode",
	 .help = "preferred (those that should lead do) or spread (also change who should, evenly)",
	 .type = OPS_ARGUMENT_TEXT},
	{.name = "type",
	 .help = "of RabbitMQ: quorum (the default), all, classic or stream",
	 .type = OPS_ARGUMENT_TEXT},
	{.name = "back", .help = "an order of replicas, as a rollback gives it", .type = OPS_ARGUMENT_TEXT},
};

const struct ops_operation ops_rebalance = {
	.name = "rebalance",
	.title = "Rebalance leaders",
	.summary = "let Kafka's preferred replicas lead, or spread leaders evenly",
	.key = "b",
	.target = OPS_ON_CLUSTER,
	.arguments = rebalance_arguments,
	.argument_count = ARRAY_LEN(rebalance_arguments),
	.access = rebalance_access,
	.plan = rebalance_plan,
	.preflight = rebalance_preflight,
	.undo = rebalance_undo,
};
