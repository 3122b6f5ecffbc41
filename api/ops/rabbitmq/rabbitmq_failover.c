/* Failover of RabbitMQ: the brokers go into maintenance, which hands their leaders over; back is out of maintenance,
 * caught up, and leaders spread again. RabbitMQ has no gentler command that works the same from 3.10 to 4.x. */
#include "api/ops/rabbitmq/queue_members.h"
#include "api/ops/rabbitmq/rabbitmq_kind.h"

static void rabbitmq_failover_access(const struct ops_failover *failover, struct ops_needs *needs)
{
	ops_rabbitmq_need(needs, failover->cluster->namespace);
}

static void rabbitmq_failover_plan(struct ops_plan *plan, const struct ops_context *context,
				   const struct ops_failover *failover)
{
	for (size_t i = 0; i < failover->count; i++)
		(failover->back ? ops_rabbitmq_add_revive : ops_rabbitmq_add_drain)(plan, failover->brokers[i]);
	if (!failover->back) {
		ops_failover_remember(plan, failover, "revive");
		return;
	}
	ops_note(plan, OPS_CHANGES, "%s: rabbitmq-queues rebalance quorum", failover->cluster->name);
	ops_add_step_on(plan, &ops_step_rabbitmq_rebalance, failover->brokers[0], NULL,
			"spread the leaders of quorum queues of %s", failover->cluster->name);
}

static void rabbitmq_failover_check(struct ops_plan *plan, const struct ops_context *context,
				    const struct ops_failover *failover)
{
	size_t running = 0, drained = 0;
	for (size_t i = 0; i < failover->count; i++) {
		const struct world_broker *broker = failover->brokers[i];
		running += broker->pod && broker->reachable != 0;
		drained += broker->draining == 1;
		if (failover->back)
			ops_rabbitmq_check_revive(plan, broker);
	}
	if (failover->back) {
		ops_note(plan, OPS_MEANS,
			 "leaders are spread evenly again, but not every queue gets its former leader");
		return;
	}
	if (running == 0)
		ops_note(plan, OPS_BLOCKS, "%s is not running: it leads nothing", failover->brokers[0]->name);
	if (drained == failover->count)
		ops_note_already(plan, "%s is already in maintenance mode", failover->brokers[0]->name);
	ops_rabbitmq_check_drain(plan, context, failover->brokers, failover->count);
	ops_note(plan, OPS_UNDO, "roll back: leaves maintenance mode and spreads leaders again");
}

const struct ops_failover_part ops_rabbitmq_failover = {
	.access = rabbitmq_failover_access, .plan = rabbitmq_failover_plan, .check = rabbitmq_failover_check};
