/* Rebalance: leaders are spread again. What that takes is the affair of each kind of broker. */
#include "api/base/str.h"
#include "api/ops/common/broker_kinds.h"

static void rebalance_access(const struct ops_context *context, struct ops_needs *needs)
{
	ops_common_kind_of(context->cluster)->rebalance->access(context, needs);
}

static void rebalance_plan(struct ops_plan *plan, const struct ops_context *context)
{
	ops_common_kind_of(context->cluster)->rebalance->plan(plan, context);
}

static void rebalance_preflight(struct ops_plan *plan, const struct ops_context *context)
{
	ops_common_kind_of(context->cluster)->rebalance->check(plan, context);
}

static bool rebalance_roll_back(const struct ops_plan *plan, struct ops_request *out, struct err *err)
{
	if (!str_eq(ops_fact(plan, "mode"), "spread") && !ops_fact(plan, "back"))
		return err_set(err, ERR_REFUSED, "no earlier replica order to restore");
	*out = (struct ops_request){.operation = &ops_operation_rebalance,
				    .target = plan->target,
				    .values = {{.name = "back", .value = str_or(ops_fact(plan, "old"), "")}},
				    .value_count = 1};
	return true;
}

static const struct ops_argument rebalance_arguments[] = {
	{.name = "mode",
	 .help = "preferred (elect preferred leaders) or spread (also reorder replicas so that preferred leaders are "
		 "even)",
	 .type = OPS_ARGUMENT_TEXT},
	{.name = "type", .help = "RabbitMQ: quorum (default), all, classic or stream", .type = OPS_ARGUMENT_TEXT},
	{.name = "back", .help = "replica order to restore, set by a rollback", .type = OPS_ARGUMENT_TEXT},
};

const struct ops_operation ops_operation_rebalance = {
	.name = "rebalance",
	.title = "Rebalance leaders",
	.summary = "elect Kafka's preferred leaders, or spread leaders evenly",
	.key = "b",
	.target = OPS_ON_CLUSTER,
	.arguments = rebalance_arguments,
	.argument_count = ARRAY_LEN(rebalance_arguments),
	.access = rebalance_access,
	.plan = rebalance_plan,
	.preflight = rebalance_preflight,
	.roll_back = rebalance_roll_back,
};
