/* What a plan leaves in the cluster when it does not come to its end: told from its steps and from what their types say. */
#include "api/base/str.h"
#include "api/ops/plan/plan.h"

/* A step that was cancelled or failed may have done what it is after. */
static bool was_begun(const struct ops_step *step)
{
	return step->state == OPS_STEP_DONE || step->state == OPS_STEP_RUNNING || step->state == OPS_STEP_FAILED ||
	       step->started_ms >= 0;
}

static bool takes_away(const struct ops_step *later, const struct ops_step *step)
{
	bool meant = false;
	for (size_t i = 0; i < ARRAY_LEN(step->type->until); i++)
		meant |= later->type == step->type->until[i];
	return meant && later->state == OPS_STEP_DONE && str_eq(later->broker, step->broker);
}

const char *ops_left_behind(const struct ops_plan *plan, size_t index)
{
	const struct ops_step *step = &plan->steps[index];
	if (plan->state == OPS_STATE_DONE || !step->type->leaves || !was_begun(step))
		return NULL;
	for (size_t i = index; i < plan->step_count; i++)
		if (takes_away(&plan->steps[i], step))
			return NULL;
	return step->type->leaves;
}

bool ops_rolls_back(const struct ops_plan *plan, struct err *err)
{
	struct ops_request request;
	if (!plan->operation->roll_back)
		return err_set(err, ERR_REFUSED, "%s cannot be rolled back", plan->operation->name);
	return plan->operation->roll_back(plan, &request, err);
}
