/* RabbitMQ's maintenance mode. It is no cordon: a drained node closes its clients' connections and its listeners and
 * stops its queue members, so that for every quorum it is as if it were down. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/impact/impact.h"
#include "api/ops/rabbitmq/queue_members.h"

static bool wants_on(const struct ops_plan *plan)
{
	return str_eq(ops_fact(plan, "mode"), "on");
}

void ops_rabbitmq_add_drain(struct ops_plan *plan, const struct world_broker *broker)
{
	ops_rabbitmq_remember(plan, broker);
	ops_note(plan, OPS_CHANGES, "%s: rabbitmq-upgrade drain", broker->name);
	ops_add_step_on(plan, &ops_step_rabbitmq_drain, broker, NULL, "put %s into maintenance mode", broker->name);
}

void ops_rabbitmq_add_revive(struct ops_plan *plan, const struct world_broker *broker)
{
	ops_rabbitmq_remember(plan, broker);
	ops_note(plan, OPS_CHANGES, "%s: rabbitmq-upgrade revive", broker->name);
	ops_add_step_on(plan, &ops_step_rabbitmq_revive, broker, NULL, "take %s out of maintenance mode", broker->name);
	ops_add_step_on(plan, &ops_step_rabbitmq_caught_up, broker, NULL, "quorum queues caught up on %s",
			broker->name);
}

static void say_others_away(struct ops_plan *plan, const struct world_broker *broker)
{
	for (size_t i = 0; i < broker->cluster->broker_count; i++) {
		const struct world_broker *other = broker->cluster->brokers[i];
		if (other != broker && other->expected && (other->draining == 1 || other->reachable == 0))
			ops_note(plan, OPS_CAUTION, "%s is already %s", other->name,
				 other->reachable == 0 ? "down" : "in maintenance mode");
	}
}

void ops_rabbitmq_check_drain(struct ops_plan *plan, const struct ops_context *context,
			      const struct world_broker *const *brokers, size_t count)
{
	CLEANUP(ops_impact_finish) struct ops_impact impact;
	const struct world_cluster *cluster = brokers[0]->cluster;
	struct ops_context of_cluster = *context;
	struct err why = {0};
	of_cluster.cluster = (struct world_cluster *)cluster;
	ops_impact_of(&impact, cluster, brokers, count, false);
	ops_note(plan, OPS_CAUTION,
		 "maintenance mode is not a cordon: it disconnects every client of %s, closes its listeners until it "
		 "leaves maintenance mode, and stops its quorum queue members",
		 impact.brokers);
	if (!ops_rabbitmq_is_readable(plan, &of_cluster))
		return;
	ops_impact_note(plan, &impact, impact.unknown[0] ? OPS_BLOCKS : OPS_DANGER);
	for (size_t i = 0; i < count; i++) {
		bool gone = brokers[i]->draining == 1 || brokers[i]->reachable == 0;
		if (!gone && !ops_impact_harms(&impact) && !ops_impact_can_stop(cluster, brokers[i], &why))
			ops_note(plan, OPS_DANGER, "%s", why.text);
		say_others_away(plan, brokers[i]);
	}
	ops_note(plan, OPS_MEANS, "streams keep their leaders: only quorum queues elect new ones");
}

void ops_rabbitmq_check_revive(struct ops_plan *plan, const struct world_broker *broker)
{
	if (!broker->pod || broker->reachable == 0)
		ops_note(plan, OPS_BLOCKS, "%s is not running: once it starts again, it is not in maintenance mode",
			 broker->name);
	ops_note(plan, OPS_MEANS,
		 "%s accepts clients again and its quorum queue members start and catch up; leaders do not move back "
		 "automatically (use rebalance)",
		 broker->name);
}

static void maintenance_access(const struct ops_context *context, struct ops_needs *needs)
{
	ops_rabbitmq_need(needs, context->cluster->namespace);
}

static bool is_sound(const struct ops_plan *plan, const struct ops_context *context)
{
	const char *mode = ops_fact(plan, "mode");
	return context->cluster->kind == WORLD_BROKER_RABBITMQ && (str_eq(mode, "on") || str_eq(mode, "off"));
}

static void maintenance_plan(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_broker *broker = context->broker;
	ops_set_title(plan, wants_on(plan) ? "Put %s into maintenance mode" : "Take %s out of maintenance mode",
		      broker->name);
	if (!is_sound(plan, context))
		return;
	if (wants_on(plan))
		ops_rabbitmq_add_drain(plan, broker);
	else
		ops_rabbitmq_add_revive(plan, broker);
}

static void check_on(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_broker *broker = context->broker;
	if (!broker->pod || broker->reachable == 0)
		ops_note(plan, OPS_BLOCKS, "%s is not running: nothing to put into maintenance mode", broker->name);
	if (broker->draining == 1)
		ops_note_already(plan, "%s is already in maintenance mode", broker->name);
	ops_rabbitmq_check_drain(plan, context, &broker, 1);
	ops_note(plan, OPS_UNDO, "maintenance %s mode=off", broker->name);
}

static void maintenance_preflight(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_broker *broker = context->broker;
	if (context->cluster->kind != WORLD_BROKER_RABBITMQ)
		ops_note(plan, OPS_BLOCKS,
			 "%s is not a RabbitMQ broker: Kafka has no maintenance mode; use failover to move its leaders",
			 broker->name);
	else if (!is_sound(plan, context))
		ops_note(plan, OPS_BLOCKS, "mode must be \"on\" or \"off\", not \"%s\"",
			 str_or(ops_fact(plan, "mode"), ""));
	else if (wants_on(plan))
		check_on(plan, context);
	else {
		if (broker->draining == 0)
			ops_note_already(plan, "%s is not in maintenance mode", broker->name);
		ops_rabbitmq_check_revive(plan, broker);
		ops_note(plan, OPS_UNDO, "maintenance %s mode=on", broker->name);
	}
}

static size_t maintenance_away(const struct ops_plan *plan, const struct ops_context *context,
			       const struct world_broker **out, size_t max, bool *in_turn)
{
	*in_turn = false;
	if (!wants_on(plan) || max == 0 || !context->broker)
		return 0;
	out[0] = context->broker;
	return 1;
}

static bool maintenance_roll_back(const struct ops_plan *plan, struct ops_request *out, struct err *err)
{
	*out = (struct ops_request){.operation = &ops_operation_maintenance,
				    .target = plan->target,
				    .values = {{.name = "mode", .value = wants_on(plan) ? "off" : "on"}},
				    .value_count = 1};
	return true;
}

static const struct ops_argument maintenance_arguments[] = {
	{.name = "mode", .help = "on or off", .type = OPS_ARGUMENT_TEXT, .required = true},
};

const struct ops_operation ops_operation_maintenance = {
	.name = "maintenance",
	.title = "Maintenance mode",
	.summary = "put a RabbitMQ broker into maintenance mode (disconnects its clients, moves its leaders), or take "
		   "it out",
	.target = OPS_ON_BROKER,
	.only = "RabbitMQ",
	.arguments = maintenance_arguments,
	.argument_count = ARRAY_LEN(maintenance_arguments),
	.access = maintenance_access,
	.plan = maintenance_plan,
	.preflight = maintenance_preflight,
	.away = maintenance_away,
	.roll_back = maintenance_roll_back,
};
