/* Reassign: replicas of Kafka go to other brokers, become more or fewer, or a reassignment under way is cancelled. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/kafka/placement.h"

enum { REPLICATION_MAX = 16, ID_MAX = INT32_MAX, DEFAULT_RATE = 50 * 1024 * 1024 };

static void reassign_access(const struct ops_context *context, struct ops_needs *needs)
{
	ops_kafka_need(needs, context->cluster->namespace);
}

/* ---- what is wanted ---- */

struct reassign {
	const struct world_cluster *cluster;
	const char *topic; /* NULL = all */
	int64_t rf, from, to;
	int32_t off;
	bool cancel;
	const char *given;
	struct ops_kafka_assignment new, old;
	bool all;        /* also what is where it shall be: its throttle goes too */
	size_t short_of; /* partitions for which brokers are missing */
};

static int32_t find_id(const struct world_cluster *cluster, const char *text)
{
	int64_t id;
	for (size_t i = 0; i < cluster->broker_count; i++)
		if (str_eq(cluster->brokers[i]->name, text))
			return cluster->brokers[i]->id;
	return str_to_i64(text, &id) && id >= 0 && id <= ID_MAX ? (int32_t)id : -1;
}

static bool is_cancel(const struct ops_plan *plan)
{
	return str_eq(ops_fact(plan, "cancel"), "true");
}

static struct reassign reassign_read_request(const struct ops_plan *plan, const struct world_cluster *cluster)
{
	const char *off = ops_fact(plan, "off");
	return (struct reassign){.cluster = cluster,
				 .topic = ops_fact(plan, "topic"),
				 .rf = ops_fact_number(plan, "rf", -1),
				 .from = ops_fact_number(plan, "from", -1),
				 .to = ops_fact_number(plan, "to", -1),
				 .off = off ? find_id(cluster, off) : -1,
				 .cancel = is_cancel(plan),
				 .given = ops_fact(plan, "assignment"),
				 .all = ops_fact(plan, "had") != NULL};
}

static size_t ways_asked(const struct ops_plan *plan, const struct reassign *it)
{
	return (size_t)(it->rf >= 0) + (it->from >= 0 || it->to >= 0) + (ops_fact(plan, "off") != NULL) + it->cancel +
	       (it->given != NULL);
}

static void reassign_add(struct reassign *it, const struct world_replicated *now, const int32_t *nodes, size_t count)
{
	int32_t before[WORLD_REPLICAS_MAX];
	size_t before_count = ops_kafka_target(now, before);
	if (!it->all && count > 0 && count == before_count && !memcmp(nodes, before, count * sizeof *nodes))
		return;
	if (ops_kafka_assignment_add(&it->new, now->name, now->partition, nodes, count) &&
	    !ops_kafka_assignment_add(&it->old, now->name, now->partition, before, before_count))
		it->new.items.len--;
}

static void reassign_choose(struct reassign *it, struct ops_kafka_placement *placement,
			    const struct world_replicated *now)
{
	int32_t nodes[WORLD_REPLICAS_MAX], target[WORLD_REPLICAS_MAX];
	size_t count = ops_kafka_target(now, target), want = it->rf > 0 ? (size_t)it->rf : count;
	if (it->off >= 0 && !ops_kafka_holds(target, count, it->off))
		return;
	size_t found = ops_kafka_placement_choose(placement, now, want, nodes);
	it->short_of += found < want;
	if (found == want)
		reassign_add(it, now, nodes, found);
}

static void reassign_swap_broker(struct reassign *it, const struct world_replicated *now)
{
	int32_t nodes[WORLD_REPLICAS_MAX];
	size_t count = ops_kafka_target(now, nodes);
	if (!ops_kafka_holds(nodes, count, (int32_t)it->from) || ops_kafka_holds(nodes, count, (int32_t)it->to))
		return;
	for (size_t i = 0; i < count; i++)
		if (nodes[i] == it->from)
			nodes[i] = (int32_t)it->to;
	reassign_add(it, now, nodes, count);
}

static void reassign_find_lists(struct reassign *it)
{
	struct ops_kafka_placement placement;
	struct err err = {0};
	struct ops_kafka_assignment given = {0};
	ops_kafka_placement_init(&placement, it->cluster, &it->off, it->off >= 0);
	bool readable = !it->given || ops_kafka_assignment_parse(&given, it->given, &err);
	for (struct ops_kafka_walk walk = ops_kafka_walk(it->cluster, it->given ? &given : NULL);
	     readable && ops_kafka_walk_next(&walk);) {
		const struct world_replicated *now = &walk.now;
		if (it->topic && strcmp(it->topic, now->name) != 0)
			continue;
		if (it->given)
			reassign_add(it, now, walk.item->nodes, walk.item->count);
		else if (it->cancel && ops_kafka_is_moving(now))
			reassign_add(it, now, NULL, 0);
		else if (it->from >= 0 && it->to >= 0)
			reassign_swap_broker(it, now);
		else if (it->rf > 0 || it->off >= 0)
			reassign_choose(it, &placement, now);
	}
	ops_kafka_assignment_sort(&it->new);
	ops_kafka_assignment_sort(&it->old);
	ops_kafka_assignment_finish(&given);
}

static void forget_lists(struct reassign *it)
{
	ops_kafka_assignment_finish(&it->new);
	ops_kafka_assignment_finish(&it->old);
}

/* ---- the plan ---- */

static void set_title(struct ops_plan *plan, const struct reassign *it)
{
	const char *name = it->cluster->name, *topic = it->topic ? it->topic : "all topics";
	char from[64], to[64];
	if (it->cancel)
		ops_set_title(plan, "Cancel reassignments of %s", name);
	else if (it->off >= 0)
		ops_set_title(plan, "Move all replicas off %s", ops_kafka_broker_name(it->cluster, it->off, from));
	else if (it->rf > 0)
		ops_set_title(plan, "Set replication factor of %s (cluster %s) to %d", topic, name, (int)it->rf);
	else if (it->from >= 0)
		ops_set_title(plan, "Move %s of %s from %s to %s", topic, name,
			      ops_kafka_broker_name(it->cluster, (int32_t)it->from, from),
			      ops_kafka_broker_name(it->cluster, (int32_t)it->to, to));
	else
		ops_set_title(plan, "Reassign partitions of %s", name);
}

/* A reassignment that is cancelled has no use for its throttle; nobody knows whose it is. */
static bool takes_throttle_away(const struct ops_plan *plan)
{
	return is_cancel(plan) && !str_eq(ops_fact(plan, "throttle"), "keep");
}

/* What a rollback hands over of the throttle that its plan found. */
static void take_throttle(struct ops_plan *plan)
{
	if (is_cancel(plan))
		return;
	const char *given = ops_fact(plan, "throttle");
	int64_t rate = given ? ops_kafka_read_throttle(plan, given) : DEFAULT_RATE;
	ops_set_fact(plan, "throttle", "%" PRId64, rate);
	const char *had = ops_fact(plan, "had"), *topics = ops_fact(plan, "topics");
	if (!had)
		return;
	ops_set_fact(plan, "throttle.had", "%s", had);
	ops_set_fact(plan, "throttle.topics", "%s", str_or(topics, ""));
	ops_set_fact(plan, "throttle.known", "1");
}

static void reassign_plan(struct ops_plan *plan, const struct ops_context *context)
{
	struct reassign it = reassign_read_request(plan, context->cluster);
	set_title(plan, &it);
	take_throttle(plan);
	if (context->cluster->kind != WORLD_BROKER_KAFKA)
		return;
	if (ways_asked(plan, &it) == 1)
		reassign_find_lists(&it);
	if (it.new.items.len > 0) {
		char title[400];
		int64_t count = (int64_t)it.new.items.len;
		ops_kafka_set_list(plan, "new", NULL, &it.new);
		ops_kafka_set_list(plan, "old", NULL, &it.old);
		ops_note(plan, OPS_CHANGES, "replicas of %" PRId64 " partition%s of %s", count, ops_plural(count),
			 context->cluster->name);
		snprintf(title, sizeof title, "%s %" PRId64 " partition%s of %s",
			 it.cancel ? "cancel the reassignment of" : "reassign", count, ops_plural(count),
			 context->cluster->name);
		ops_kafka_add_moves(plan, context->cluster, NULL, title);
		if (takes_throttle_away(plan))
			ops_kafka_add_unthrottle(plan, context->cluster, NULL);
	}
	if (it.short_of > 0)
		ops_set_fact(plan, "short", "%zu", it.short_of);
	forget_lists(&it);
}

/* ---- consequences ---- */

static void reassign_check_request(struct ops_plan *plan, const struct reassign *it)
{
	const char *off = ops_fact(plan, "off");
	if (ways_asked(plan, it) != 1)
		ops_note(plan, OPS_BLOCKS, "give exactly one of: topic=… rf=N, from=ID to=ID, off=BROKER, cancel=true");
	if (it->rf >= 0 && !it->topic)
		ops_note(plan, OPS_BLOCKS, "rf=%d applies to one topic: give topic=…", (int)it->rf);
	if ((it->from >= 0) != (it->to >= 0))
		ops_note(plan, OPS_BLOCKS, "from and to go together: give two broker IDs");
	if (off && it->off < 0)
		ops_note(plan, OPS_BLOCKS, "%s has no broker \"%s\", or its ID is unknown", it->cluster->name, off);
	struct err err = {0};
	struct ops_kafka_assignment given = {0};
	if (it->given && !ops_kafka_assignment_parse(&given, it->given, &err))
		ops_note(plan, OPS_BLOCKS, "%s", err.text);
	ops_kafka_assignment_finish(&given);
	const struct world_source *moves = &it->cluster->parts[WORLD_PART_MOVES];
	if (it->cancel && (moves->updated_ms < 0 || err_is_set(&moves->err)))
		ops_note(plan, OPS_BLOCKS, "cannot tell what is being reassigned: %s",
			 err_is_set(&moves->err) ? moves->err.text : "the brokers have not reported it");
}

static bool has_topic(const struct world_cluster *cluster, const char *topic)
{
	for (struct ops_kafka_walk walk = ops_kafka_walk(cluster, NULL); ops_kafka_walk_next(&walk);)
		if (!strcmp(walk.now.name, topic))
			return true;
	return false;
}

static void reassign_preflight(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_cluster *cluster = context->cluster;
	if (!ops_kafka_is_readable(plan, context, cluster))
		return;
	struct reassign it = reassign_read_request(plan, cluster);
	int64_t missing = ops_fact_number(plan, "short", 0);
	reassign_check_request(plan, &it);
	if (it.topic && !has_topic(cluster, it.topic))
		ops_note(plan, OPS_BLOCKS, "%s has no topic \"%s\"", cluster->name, it.topic);
	if (missing > 0)
		ops_note(plan, OPS_BLOCKS,
			 "too few other brokers answer and take replicas to place those of %" PRId64 " partition%s",
			 missing, ops_plural(missing));
	if (plan->step_count == 0 && plan->severity < OPS_BLOCKED)
		ops_note_already(plan, "%s",
				 it.cancel ? "nothing is being reassigned" : "already as requested: nothing to move");
	if (plan->step_count > 0 && takes_throttle_away(plan))
		ops_note(plan, OPS_MEANS,
			 "replication throttles of the brokers and of these topics are removed, whoever set them "
			 "(throttle=keep leaves them)");
	if (it.cancel && plan->step_count > 0)
		ops_note(plan, OPS_MEANS, "data copied so far is discarded; leaders and the old replicas stay");
	if (!it.cancel)
		ops_kafka_check_moves(plan, context, cluster, NULL);
	if (plan->step_count > 0 && !it.cancel)
		ops_note(plan, OPS_UNDO, "roll back: returns every partition to the brokers it was on");
}

bool ops_kafka_roll_back_moves(const struct ops_plan *plan, struct ops_request *out)
{
	const char *old = ops_fact(plan, "old"), *had = ops_fact(plan, "throttle.had");
	if (!old)
		return false;
	*out = (struct ops_request){
		.operation = &ops_operation_reassign,
		.target = plan->target,
		.values = {{.name = "assignment", .value = old},
			   {.name = "throttle", .value = str_or(ops_fact(plan, "throttle"), "0")},
			   {.name = "had", .value = str_or(had, "")},
			   {.name = "topics", .value = str_or(ops_fact(plan, "throttle.topics"), "")}},
		.value_count = had ? 4 : 2,
	};
	return true;
}

static bool reassign_roll_back(const struct ops_plan *plan, struct ops_request *out, struct err *err)
{
	if (is_cancel(plan))
		return err_set(err, ERR_REFUSED, "the targets of the cancelled reassignments were not kept");
	return ops_kafka_roll_back_moves(plan, out) || err_set(err, ERR_REFUSED, "nothing was moved");
}

static const struct ops_argument reassign_arguments[] = {
	{.name = "topic", .help = "topic (default: all topics)", .type = OPS_ARGUMENT_TEXT},
	{.name = "rf", .help = "replication factor", .type = OPS_ARGUMENT_NUMBER, .min = 1, .max = REPLICATION_MAX},
	{.name = "from",
	 .help = "ID of the broker to move replicas from",
	 .type = OPS_ARGUMENT_NUMBER,
	 .min = 0,
	 .max = ID_MAX},
	{.name = "to",
	 .help = "ID of the broker to move replicas to",
	 .type = OPS_ARGUMENT_NUMBER,
	 .min = 0,
	 .max = ID_MAX},
	{.name = "off", .help = "broker to empty", .type = OPS_ARGUMENT_TEXT},
	{.name = "cancel", .help = "true: cancel ongoing reassignments", .type = OPS_ARGUMENT_TEXT},
	{.name = "throttle",
	 .help = "bytes per second and broker (50M), 0 = none; with cancel: keep",
	 .type = OPS_ARGUMENT_TEXT},
	{.name = "assignment", .help = "TOPIC PARTITION:ID,ID …;TOPIC …", .type = OPS_ARGUMENT_TEXT},
	{.name = "had", .help = "throttles to restore, set by a rollback", .type = OPS_ARGUMENT_TEXT},
	{.name = "topics", .help = "topics with their own throttles, set by a rollback", .type = OPS_ARGUMENT_TEXT},
};

const struct ops_operation ops_operation_reassign = {
	.name = "reassign",
	.title = "Reassign",
	.summary = "move Kafka replicas, change the replication factor, or cancel reassignments",
	.key = "m",
	.target = OPS_ON_CLUSTER,
	.only = "Kafka",
	.arguments = reassign_arguments,
	.argument_count = ARRAY_LEN(reassign_arguments),
	.access = reassign_access,
	.plan = reassign_plan,
	.preflight = reassign_preflight,
	.roll_back = reassign_roll_back,
};
