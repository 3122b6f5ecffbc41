/* Wave: the smallest operation with a step of its own. The recipe in CONTRIBUTING.md puts it into a copy of the tree. */
#include <stdio.h>

#include "api/ops/plan/plan.h"

static void wave_access(const struct ops_context *context, struct ops_needs *needs)
{
	ops_need(needs, &(struct kube_question){.verb = "get", .resource = "nodes", .name = context->node->name});
}

static enum ops_gate_state gate_waved(const struct ops_plan *plan, const struct ops_context *context,
				      struct ops_gauge *out)
{
	snprintf(out->figure, sizeof out->figure, "%s waved back", context->node->name);
	return OPS_GATE_OPEN;
}

const struct ops_step_type ops_step_waved = {.name = "waved", .gate = gate_waved, .gate_limit_ms = 1000};

static void wave_plan(struct ops_plan *plan, const struct ops_context *context)
{
	ops_set_title(plan, "Wave at %s", context->node->name);
	ops_note(plan, OPS_CHANGES, "nothing on %s", context->node->name);
	ops_add_step(plan, &ops_step_waved, "%s waves back", context->node->name);
}

static void wave_check(struct ops_plan *plan, const struct ops_context *context)
{
	ops_note(plan, OPS_MEANS, "%s feels noticed", context->node->name);
}

const struct ops_operation ops_operation_wave = {
	.name = "wave",
	.title = "Wave",
	.summary = "wave at a node",
	.key = "w",
	.target = OPS_ON_NODE,
	.no_lease = true,
	.access = wave_access,
	.plan = wave_plan,
	.preflight = wave_check,
};
