/* Rebalance of RabbitMQ: its own tool hands leaders of quorum queues over until no node has more than its share. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/rabbitmq/queue_members.h"
#include "api/ops/rabbitmq/rabbitmq_kind.h"

/* What rabbitmq-queues rebalance knows; "stream" only where the version has it, which then says so. */
static const char *const rebalance_types[] = {"quorum", "all", "classic", "stream"};

static const char *rebalance_type(const struct ops_plan *plan)
{
	return str_or(ops_fact(plan, "type"), "quorum");
}

static void rabbitmq_rebalance_access(const struct ops_context *context, struct ops_needs *needs)
{
	ops_rabbitmq_need(needs, context->cluster->namespace);
}

static void rabbitmq_rebalance_plan(struct ops_plan *plan, const struct ops_context *context)
{
	ops_set_title(plan, "Rebalance leaders of %s", context->cluster->name);
	ops_note(plan, OPS_CHANGES, "queue leaders: rabbitmq-queues rebalance %s", rebalance_type(plan));
	ops_add_step(plan, &ops_step_rabbitmq_rebalance, "spread the leaders of %s", context->cluster->name);
}

static void say_leaders(struct ops_plan *plan, const struct world_cluster *cluster)
{
	struct buf text = BUF_INIT(8 * 1024);
	for (size_t b = 0; b < cluster->broker_count; b++) {
		int64_t led = 0;
		for (int64_t i = 0; i < cluster->replicated_count; i++) {
			struct world_replicated row;
			world_replicated_at(cluster, i, &row);
			led += row.leader == (int32_t)b;
		}
		buf_printf(&text, "%s%s %" PRId64, b ? ", " : "", cluster->brokers[b]->name, led);
	}
	ops_note(plan, OPS_MEANS, "quorum queues and streams led per broker: %s", buf_str(&text));
	buf_finish(&text);
}

static void rabbitmq_rebalance_check(struct ops_plan *plan, const struct ops_context *context)
{
	bool known = false;
	for (size_t i = 0; i < ARRAY_LEN(rebalance_types); i++)
		known |= !strcmp(rebalance_types[i], rebalance_type(plan));
	if (!known)
		ops_note(plan, OPS_BLOCKS, "type must be quorum, all, classic or stream, not \"%s\"",
			 rebalance_type(plan));
	if (ops_fact(plan, "mode"))
		ops_note(plan, OPS_BLOCKS, "mode= is for Kafka; use type= for RabbitMQ");
	if (!ops_rabbitmq_is_readable(plan, context))
		return;
	say_leaders(plan, context->cluster);
	for (size_t i = 0; i < context->cluster->broker_count; i++)
		if (context->cluster->brokers[i]->draining == 1)
			ops_note(plan, OPS_CAUTION, "%s is in maintenance mode and gets no leaders",
				 context->cluster->brokers[i]->name);
	ops_note(plan, OPS_MEANS, "clients stay connected; each queue pauses briefly while its leader moves");
}

const struct ops_rebalance_part ops_rabbitmq_rebalance = {
	.access = rabbitmq_rebalance_access, .plan = rabbitmq_rebalance_plan, .check = rabbitmq_rebalance_check};
