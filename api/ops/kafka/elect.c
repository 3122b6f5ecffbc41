/* Elect: a leader for partitions that have none, from replicas that are not in sync (unclean=true). What only the last
 * in-sync replicas had is lost, so this is for brokers that will not come back. Without unclean the preferred replicas
 * of a topic are elected, which loses nothing. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/kafka/partitions.h"

static void elect_access(const struct ops_context *context, struct ops_needs *needs)
{
	ops_kafka_need(needs, context->cluster->namespace);
}

static bool is_unclean(const struct ops_plan *plan)
{
	return str_eq(ops_fact(plan, "unclean"), "true");
}

static bool is_asked_for(const struct ops_plan *plan, const struct world_replicated *now)
{
	int64_t partition = ops_fact_number(plan, "partition", -1);
	return str_eq(now->name, ops_fact(plan, "topic")) && (partition < 0 || partition == now->partition);
}

static bool is_alive(const struct world_cluster *cluster, int32_t id)
{
	const struct world_broker *broker = ops_kafka_broker_of(cluster, id);
	return broker && broker->reachable == 1;
}

/* Replicas by whether they are in sync and whether they live. */
struct lives {
	size_t in_sync_alive, others_alive;
	struct ops_name_list last_in_sync, candidates;
};

static void look_at(const struct world_replicated *now, struct lives *out)
{
	char name[64];
	*out = (struct lives){0};
	for (size_t i = 0; i < now->replica_count; i++) {
		int32_t id = now->replica_ids[i];
		bool alive = is_alive(now->cluster, id);
		out->in_sync_alive += alive && now->in_sync[i];
		out->others_alive += alive && !now->in_sync[i];
		if (now->in_sync[i])
			ops_name_list_add(&out->last_in_sync, "%s", ops_kafka_broker_name(now->cluster, id, name));
		else if (alive)
			ops_name_list_add(&out->candidates, "%s", ops_kafka_broker_name(now->cluster, id, name));
	}
}

static bool wants_election(const struct ops_plan *plan, const struct world_replicated *now)
{
	struct lives lives;
	if (now->replica_count == 0)
		return false;
	if (!is_unclean(plan))
		return now->leader_id != now->replica_ids[0] && ops_kafka_in_sync(now, now->replica_ids[0]);
	look_at(now, &lives);
	return now->leader_id < 0 && lives.in_sync_alive == 0 && lives.others_alive > 0;
}

static void elect_plan(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_cluster *cluster = context->cluster;
	const char *topic = ops_fact(plan, "topic");
	CLEANUP(ops_kafka_assignment_finish) struct ops_kafka_assignment list = {0};
	ops_set_title(plan, "Elect %sleaders of %s in %s", is_unclean(plan) ? "unclean " : "", topic, cluster->name);
	if (cluster->kind != WORLD_BROKER_KAFKA)
		return;
	for (struct ops_kafka_walk walk = ops_kafka_walk(cluster, NULL); ops_kafka_walk_next(&walk);) {
		const struct world_replicated *now = &walk.now;
		if (is_asked_for(plan, now) && wants_election(plan, now) &&
		    !ops_kafka_assignment_add(&list, now->name, now->partition, now->replica_ids, now->replica_count))
			return;
	}
	int64_t count = (int64_t)list.items.len;
	if (count == 0)
		return;
	ops_kafka_assignment_sort(&list);
	ops_kafka_set_list(plan, "new", NULL, &list);
	ops_note(plan, OPS_CHANGES, "leaders of %" PRId64 " partition%s of %s", count, ops_plural(count), topic);
	ops_add_step(plan, is_unclean(plan) ? &ops_step_kafka_elect_unclean : &ops_step_kafka_elect,
		     "elect %s of %" PRId64 " partition%s of %s",
		     is_unclean(plan) ? "an out-of-sync leader" : "the preferred leader", count, ops_plural(count),
		     topic);
}

/* ---- consequences ---- */

static void check_eligible(struct ops_plan *plan, const struct world_replicated *now)
{
	struct ops_name_list eligible = {0};
	char names[460], name[64];
	for (size_t i = 0; now->eligible_known && i < now->replica_count; i++)
		if (now->eligible[i])
			ops_name_list_add(&eligible, "%s",
					  ops_kafka_broker_name(now->cluster, now->replica_ids[i], name));
	if (eligible.count > 0)
		ops_note(plan, OPS_DANGER,
			 "%s/%d: %s %s all that was acknowledged and may lead without loss: bring it back instead",
			 now->name, (int)now->partition, ops_kafka_names_text(&eligible, names),
			 eligible.count == 1 ? "has" : "have");
}

/* Those of a whole topic that have a leader are only counted: nobody asked for them by number. */
static void check_unclean(struct ops_plan *plan, const struct world_replicated *now, struct ops_name_list *led)
{
	struct lives lives;
	char last[460], candidates[460];
	look_at(now, &lives);
	ops_kafka_names_text(&lives.last_in_sync, last);
	if (now->leader_id >= 0 && !plan->under_way && ops_fact_number(plan, "partition", -1) >= 0)
		ops_note(plan, OPS_BLOCKS, "%s/%d has a leader: nothing to elect", now->name, (int)now->partition);
	else if (now->leader_id >= 0)
		ops_name_list_add_partition(led, now->name, now->partition);
	else if (lives.in_sync_alive > 0)
		ops_note(plan, OPS_BLOCKS,
			 "%s/%d: an in-sync replica (%s) is alive: elect it without data loss instead", now->name,
			 (int)now->partition, last);
	else if (lives.others_alive == 0)
		ops_note(plan, OPS_BLOCKS, "%s/%d: no replica is alive: none can lead", now->name, (int)now->partition);
	else {
		check_eligible(plan, now);
		ops_note(plan, OPS_DANGER,
			 "%s/%d: %s would lead without being in sync. Messages that only the last in-sync replica%s "
			 "had (%s) are lost for good, including acknowledged ones; how many is unknown, because no "
			 "replica with the end of the log answers",
			 now->name, (int)now->partition, ops_kafka_names_text(&lives.candidates, candidates),
			 ops_plural(lives.last_in_sync.count), lives.last_in_sync.count ? last : "unknown which");
	}
}

static void elect_preflight(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_cluster *cluster = context->cluster;
	const char *unclean = ops_fact(plan, "unclean");
	if (unclean && strcmp(unclean, "true") != 0 && strcmp(unclean, "false") != 0)
		ops_note(plan, OPS_BLOCKS, "unclean must be true or false, not \"%s\"", unclean);
	if (!ops_kafka_is_readable(plan, context, cluster))
		return;
	struct ops_name_list led = {0};
	char names[460];
	bool there = false;
	for (struct ops_kafka_walk walk = ops_kafka_walk(cluster, NULL); ops_kafka_walk_next(&walk);) {
		if (!is_asked_for(plan, &walk.now))
			continue;
		there = true;
		if (is_unclean(plan))
			check_unclean(plan, &walk.now, &led);
	}
	if (led.count > 0)
		ops_note(plan, OPS_MEANS, "%" PRId64 " partition%s already %s a leader: %s", led.count,
			 ops_plural(led.count), led.count == 1 ? "has" : "have", ops_kafka_names_text(&led, names));
	if (!there)
		ops_note(plan, OPS_BLOCKS, "%s has no such topic or partition", cluster->name);
	else if (plan->step_count == 0 && plan->severity < OPS_BLOCKED)
		ops_note(plan, OPS_BLOCKS, "%s",
			 is_unclean(plan) ? "all its partitions have a leader: nothing to elect"
					  : "every partition whose preferred replica is in sync is already led by it: "
					    "nothing to elect");
	else if (is_unclean(plan))
		ops_note(plan, OPS_DANGER,
			 "cannot be undone: if the missing brokers may return, wait for them instead");
}

static const struct ops_argument elect_arguments[] = {
	{.name = "topic", .help = "topic", .type = OPS_ARGUMENT_TEXT, .required = true},
	{.name = "partition",
	 .help = "partition (default: all partitions of the topic)",
	 .type = OPS_ARGUMENT_NUMBER,
	 .min = 0,
	 .max = INT32_MAX},
	{.name = "unclean",
	 .help = "true: elect out-of-sync replicas, which loses messages",
	 .type = OPS_ARGUMENT_TEXT},
};

const struct ops_operation ops_operation_elect = {
	.name = "elect",
	.title = "Elect leaders",
	.summary = "elect leaders of a topic; with unclean=true also where no in-sync replica is left",
	.key = "e",
	.target = OPS_ON_CLUSTER,
	.only = "Kafka",
	.arguments = elect_arguments,
	.argument_count = ARRAY_LEN(elect_arguments),
	.access = elect_access,
	.plan = elect_plan,
	.preflight = elect_preflight,
};
