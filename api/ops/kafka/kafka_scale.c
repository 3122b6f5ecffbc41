/* Taking Kafka brokers away: first everything goes off them, then the pods go, then they are unregistered. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/kafka/kafka_kind.h"
#include "api/ops/kafka/placement.h"

enum { LEAVING_MAX = 99, DEFAULT_RATE = 50 * 1024 * 1024 };

static size_t leaving_ids(const struct ops_scale *scale, int32_t out[static LEAVING_MAX])
{
	const struct world_broker *leaving[LEAVING_MAX];
	size_t count = ops_scale_leaving(scale, leaving, LEAVING_MAX), known = 0;
	for (size_t i = 0; i < count; i++)
		if (leaving[i]->id >= 0)
			out[known++] = leaving[i]->id;
	return known;
}

/* Every partition with a replica on one of them, to where it can go. */
static size_t scale_find_lists(const struct ops_scale *scale, const int32_t *off, size_t off_count,
			       struct ops_kafka_assignment *out_new, struct ops_kafka_assignment *out_old)
{
	struct ops_kafka_placement placement;
	size_t short_of = 0;
	ops_kafka_placement_init(&placement, scale->cluster, off, off_count);
	for (struct ops_kafka_walk walk = ops_kafka_walk(scale->cluster, NULL); ops_kafka_walk_next(&walk);) {
		int32_t before[WORLD_REPLICAS_MAX], after[WORLD_REPLICAS_MAX];
		size_t want = ops_kafka_target(&walk.now, before), held = 0;
		for (size_t i = 0; i < off_count; i++)
			held += ops_kafka_holds(walk.now.replica_ids, walk.now.replica_count, off[i]);
		if (held == 0)
			continue;
		size_t found = ops_kafka_placement_choose(&placement, &walk.now, want, after);
		short_of += found < want;
		if (ops_kafka_assignment_add(out_new, walk.now.name, walk.now.partition, after, found) &&
		    !ops_kafka_assignment_add(out_old, walk.now.name, walk.now.partition, before, want))
			out_new->items.len--;
	}
	ops_kafka_assignment_sort(out_new);
	ops_kafka_assignment_sort(out_old);
	return short_of;
}

static void kafka_scale_empty(struct ops_plan *plan, const struct ops_scale *scale)
{
	int32_t off[LEAVING_MAX];
	size_t count = leaving_ids(scale, off);
	CLEANUP(ops_kafka_assignment_finish) struct ops_kafka_assignment new = {0};
	CLEANUP(ops_kafka_assignment_finish) struct ops_kafka_assignment old = {0};
	struct buf ids = BUF_INIT(4096);
	for (size_t i = 0; i < count; i++)
		buf_printf(&ids, "%s%d", i ? "," : "", (int)off[i]);
	ops_set_fact(plan, "off", "%s", buf_str(&ids));
	buf_finish(&ids);
	const char *given = ops_fact(plan, "throttle");
	int64_t rate = given ? ops_kafka_read_throttle(plan, given) : DEFAULT_RATE;
	ops_set_fact(plan, "throttle", "%" PRId64, rate);
	size_t short_of = scale_find_lists(scale, off, count, &new, &old);
	if (short_of > 0)
		ops_set_fact(plan, "short", "%zu", short_of);
	if (new.items.len > 0 && short_of == 0) {
		char title[400];
		const char *leaving = str_or(ops_fact(plan, "leaving"), "the leaving brokers");
		ops_kafka_set_list(plan, "new", NULL, &new);
		ops_kafka_set_list(plan, "old", NULL, &old);
		ops_note(plan, OPS_CHANGES, "replicas of %zu partition%s move off %s", new.items.len,
			 ops_plural((int64_t) new.items.len), leaving);
		snprintf(title, sizeof title, "move %zu partition%s off %.250s", new.items.len,
			 ops_plural((int64_t) new.items.len), leaving);
		ops_kafka_add_moves(plan, scale->cluster, NULL, title);
	}
	ops_add_step(plan, &ops_step_kafka_empty, "%s empty", str_or(ops_fact(plan, "leaving"), "the leaving brokers"));
}

static void kafka_scale_unregister(struct ops_plan *plan, const struct ops_scale *scale)
{
	const struct world_broker *leaving[LEAVING_MAX];
	size_t count = ops_scale_leaving(scale, leaving, LEAVING_MAX);
	for (size_t i = 0; i < count; i++) {
		char id[16];
		snprintf(id, sizeof id, "%d", (int)leaving[i]->id);
		if (leaving[i]->id >= 0)
			ops_add_step_on(plan, &ops_step_kafka_unregister, NULL, id, "unregister broker %s (%s)", id,
					leaving[i]->name);
	}
}

static void kafka_scale_note_up(struct ops_plan *plan, const struct ops_scale *scale, const char *names)
{
	int32_t count = scale->to - scale->from;
	ops_note(plan, OPS_MEANS, "no partitions move automatically: %s join%s empty; reassign partitions to use %s",
		 names, count == 1 ? "s" : "", count == 1 ? "it" : "them");
	struct ops_name_list voters = {0};
	char more[48];
	for (size_t i = 0; i < scale->cluster->voter_count; i++)
		if (scale->cluster->voters[i].voter)
			ops_name_list_add(&voters, "%d", (int)scale->cluster->voters[i].id);
	if (voters.count > 0)
		ops_note(plan, OPS_MEANS,
			 "the controller quorum keeps its %" PRId64 " voters (%s%s): new brokers join as observers",
			 voters.count, voters.names, ops_name_list_more(&voters, more));
}

static void kafka_scale_check_claim(struct ops_plan *plan, const char *claim, const char *pod)
{
	ops_note(plan, OPS_CAUTION, "claim %s of an earlier %s still exists: %s starts with its old data", claim, pod,
		 pod);
}

static void kafka_scale_check_broker(struct ops_plan *plan, const struct world_broker *broker)
{
	for (size_t i = 0; i < broker->cluster->voter_count; i++) {
		const struct world_voter *voter = &broker->cluster->voters[i];
		if (voter->voter &&
		    (str_eq(voter->broker, broker->name) || (broker->id >= 0 && voter->id == broker->id)))
			ops_note(plan, OPS_BLOCKS,
				 "%s is a voter of the controller quorum and would still be counted after leaving: "
				 "Kafka removes a voter only with kafka-metadata-quorum remove-controller and "
				 "kraft.version 1; voters listed in controller.quorum.voters cannot be removed",
				 broker->name);
	}
	/* A Kafka broker without an id cannot be looked for in the partitions. */
	if (broker->id < 0)
		ops_note(plan, OPS_BLOCKS, "the broker ID of %s is unknown: cannot tell what it holds", broker->name);
	ops_note(plan, OPS_MEANS, "broker %d is unregistered once it is gone", (int)broker->id);
}

/* What was placed there since the plan was made, it does not move. */
static void check_late(struct ops_plan *plan, const struct ops_scale *scale)
{
	const struct world_broker *leaving[LEAVING_MAX];
	size_t count = ops_scale_still_there(plan, scale, leaving, LEAVING_MAX), hint = 0;
	struct ops_name_list late = {0};
	char names[460];
	CLEANUP(ops_kafka_assignment_finish) struct ops_kafka_assignment list;
	ops_kafka_get_list(plan, "new", NULL, &list);
	for (struct ops_kafka_walk walk = ops_kafka_walk(scale->cluster, NULL); ops_kafka_walk_next(&walk);) {
		bool held = false;
		for (size_t i = 0; i < count; i++)
			held |= ops_kafka_holds(walk.now.replica_ids, walk.now.replica_count, leaving[i]->id);
		if (held && !ops_kafka_assignment_find(&list, walk.now.name, walk.now.partition, &hint))
			ops_name_list_add_partition(&late, walk.now.name, walk.now.partition);
	}
	if (late.count > 0)
		ops_note(plan, OPS_BLOCKS,
			 "%" PRId64
			 " partition%s placed on the leaving brokers since this plan was made: %s; make a new plan",
			 late.count, late.count == 1 ? " was" : "s were", ops_kafka_names_text(&late, names));
}

static void kafka_scale_check(struct ops_plan *plan, const struct ops_context *context, const struct ops_scale *scale)
{
	int64_t missing = ops_fact_number(plan, "short", 0);
	if (!ops_kafka_is_readable(plan, context, scale->cluster))
		return;
	if (missing > 0)
		ops_note(plan, OPS_BLOCKS,
			 "%" PRId64 " partition%s more replicas than brokers would remain: lower the replication "
			 "factor first (reassign topic=… rf=…), or keep more brokers",
			 missing, missing == 1 ? " has" : "s have");
	else
		check_late(plan, scale);
	ops_kafka_check_moves(plan, context, scale->cluster, NULL);
}

static void kafka_scale_access(const struct ops_context *context, struct ops_needs *needs)
{
	ops_kafka_need(needs, context->cluster->namespace);
}

const struct ops_scale_part ops_kafka_scale = {
	.held = "partitions",
	.access = kafka_scale_access,
	.note_up = kafka_scale_note_up,
	.check_claim = kafka_scale_check_claim,
	.plan_empty = kafka_scale_empty,
	.plan_gone = kafka_scale_unregister,
	.check_broker = kafka_scale_check_broker,
	.check_down = kafka_scale_check,
	.roll_back = "roll back while the brokers still exist, which moves partitions back; after that ",
	.roll_back_moves = ops_kafka_roll_back_moves,
};
