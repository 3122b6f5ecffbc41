/* Failover: leaders go off a broker, or off all brokers of a node, before work on it; and come back. What that takes is
 * the affair of each kind of broker. */
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/common/broker_kinds.h"

enum { VICTIMS_MAX = 64, CLUSTERS_MAX = 32 };

struct victims { /* brokers of one cluster stand together */
	const struct world_broker *brokers[VICTIMS_MAX];
	size_t count;
	struct ops_failover failovers[CLUSTERS_MAX];
	size_t failover_count;
};

static void find_victims(const struct ops_context *context, struct victims *out)
{
	*out = (struct victims){0};
	const struct world_view *view = context->view;
	for (size_t i = 0; i < view->cluster_count && out->failover_count < CLUSTERS_MAX; i++) {
		struct ops_failover *failover = &out->failovers[out->failover_count];
		*failover = (struct ops_failover){.cluster = view->clusters[i], .brokers = out->brokers + out->count};
		for (size_t j = 0; j < failover->cluster->broker_count && out->count < VICTIMS_MAX; j++) {
			const struct world_broker *broker = failover->cluster->brokers[j];
			if (context->broker ? broker == context->broker : broker->node == context->node) {
				out->brokers[out->count++] = broker;
				failover->count++;
			}
		}
		out->failover_count += failover->count > 0;
	}
}

/* ---- what brings it back: "KEY TEXT" a line ---- */

/* The text of the cluster's line; free() it. NULL = none. */
static char *find_line(const char *back, const char *key)
{
	size_t len = strlen(key);
	for (const char *at = back; at && *at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		if (!strncmp(at, key, len) && at[len] == ' ')
			return mem_strndup(at + len + 1, strcspn(at + len + 1, "\n"));
	return NULL;
}

static bool failover_roll_back(const struct ops_plan *plan, struct ops_request *out, struct err *err)
{
	const char *roll_back = ops_fact(plan, "undo");
	if (!roll_back)
		return err_set(err, ERR_REFUSED, "nothing was moved, so nothing can be rolled back");
	*out = (struct ops_request){.operation = &ops_operation_failover,
				    .target = plan->target,
				    .values = {{.name = "back", .value = roll_back}},
				    .value_count = 1};
	return true;
}

/* ---- the operation ---- */

static void failover_access(const struct ops_context *context, struct ops_needs *needs)
{
	struct victims victims;
	find_victims(context, &victims);
	for (size_t i = 0; i < victims.failover_count; i++) {
		const struct ops_broker_kind *kind = ops_common_kind_of(victims.failovers[i].cluster);
		kind->failover->access(&victims.failovers[i], needs);
	}
}

static void each_part(struct ops_plan *plan, const struct ops_context *context, const struct victims *victims,
		      bool planning)
{
	const char *back = ops_fact(plan, "back");
	for (size_t i = 0; i < victims->failover_count; i++) {
		struct ops_failover failover = victims->failovers[i];
		const struct ops_failover_part *part = ops_common_kind_of(failover.cluster)->failover;
		CLEANUP(free) char *line = find_line(back, failover.cluster->key);
		failover.back = line;
		if (!back || line)
			(planning ? part->plan : part->check)(plan, context, &failover);
	}
}

static void failover_plan(struct ops_plan *plan, const struct ops_context *context)
{
	struct victims victims;
	find_victims(context, &victims);
	const char *name = context->broker ? context->broker->name : context->node->name;
	ops_set_title(plan, ops_fact(plan, "back") ? "Move leaders back to %s" : "Move leaders off %s", name);
	each_part(plan, context, &victims, true);
}

static void failover_preflight(struct ops_plan *plan, const struct ops_context *context)
{
	struct victims victims;
	find_victims(context, &victims);
	if (victims.count == 0)
		ops_note(plan, OPS_BLOCKS, "no brokers on %s", context->node->name);
	each_part(plan, context, &victims, false);
	if (victims.count > 0 && plan->step_count == 0 && plan->severity < OPS_BLOCKED)
		ops_note(plan, OPS_BLOCKS, "nothing to move");
}

static const struct ops_argument failover_arguments[] = {
	{.name = "back", .help = "leaders to move back, set by a rollback", .type = OPS_ARGUMENT_TEXT},
};

const struct ops_operation ops_operation_failover = {
	.name = "failover",
	.title = "Move leaders off",
	.summary = "move leaders off a broker or a node before maintenance",
	.key = "f",
	.target = OPS_ON_BROKER_OR_NODE,
	.arguments = failover_arguments,
	.argument_count = ARRAY_LEN(failover_arguments),
	.access = failover_access,
	.plan = failover_plan,
	.preflight = failover_preflight,
	.roll_back = failover_roll_back,
};
