/* Plans that were asked for together: prepared side by side, run one after the other, stopped by the first that fails. */
#include "views/session/plans.h"

void plans_clear(struct plans *plans)
{
	for (size_t i = 0; i < plans->count; i++)
		ops_plan_destroy(plans->items[i]);
	plans->count = plans->at = 0;
	plans->begun = false;
	err_clear(&plans->err);
}

static void plans_prepared(void *data, struct ops_plan *plan)
{
	struct plans *plans = data;
	plans->on_change(plans->data);
}

bool plans_prepare(struct plans *plans, struct ops *ops, const struct ops_operation *operation,
		   const char *const *targets, size_t target_count, const struct ops_value *values, size_t value_count,
		   struct err *err)
{
	plans_clear(plans);
	if (target_count > PLANS_MAX)
		return err_set(err, ERR_REFUSED, "%zu rows are too many at once: mark at most %d", target_count,
			       PLANS_MAX);
	for (size_t i = 0; i < target_count; i++) {
		struct ops_plan *plan =
			ops_prepare(ops, operation, targets[i], values, value_count, plans_prepared, plans, err);
		if (!plan) {
			plans_clear(plans);
			return false;
		}
		plans->items[plans->count++] = plan;
	}
	return true;
}

bool plans_take(struct plans *plans, struct ops *ops, plans_take_fn *take, const char *id, struct err *err)
{
	plans_clear(plans);
	plans->items[0] = take(ops, id, plans_prepared, plans, err);
	plans->count = plans->items[0] ? 1 : 0;
	return plans->count > 0;
}

const struct ops_plan *plans_current(const struct plans *plans)
{
	return plans->count ? plans->items[plans->at] : NULL;
}

enum ops_state plans_state(const struct plans *plans)
{
	for (size_t i = 0; i < plans->count && !plans->begun; i++) {
		if (plans->items[i]->state != OPS_STATE_READY)
			return plans->items[i]->state;
	}
	if (!plans->begun)
		return OPS_STATE_READY;
	if (err_is_set(&plans->err))
		return OPS_STATE_FAILED;
	enum ops_state state = plans->items[plans->at]->state;
	return state == OPS_STATE_DONE && plans->at + 1 < plans->count ? OPS_STATE_RUNNING : state;
}

enum ops_severity plans_severity(const struct plans *plans)
{
	enum ops_severity worst = OPS_SAFE;
	for (size_t i = 0; i < plans->count; i++)
		worst = plans->items[i]->severity > worst ? plans->items[i]->severity : worst;
	return worst;
}

bool plans_are_running(const struct plans *plans)
{
	return plans->begun && plans_state(plans) < OPS_STATE_DONE;
}

static void plans_progressed(void *data, struct ops_plan *plan)
{
	struct plans *plans = data;
	if (plan == plans->items[plans->at] && plan->state == OPS_STATE_DONE && plans->at + 1 < plans->count) {
		plans->at++;
		(void)!ops_run(plans->items[plans->at], plans_progressed, plans, &plans->err);
	}
	plans->on_change(plans->data);
}

bool plans_run(struct plans *plans, struct err *err)
{
	/* One that is blocked stops all before the first is begun, not half-way. */
	if (plans_severity(plans) == OPS_BLOCKED)
		return err_set(err, ERR_REFUSED, "one of the plans is blocked");
	plans->at = 0;
	plans->begun = ops_run(plans->items[0], plans_progressed, plans, err);
	return plans->begun;
}

void plans_pause(struct plans *plans)
{
	if (plans->begun)
		ops_pause(plans->items[plans->at]);
}

void plans_resume(struct plans *plans)
{
	if (plans->begun)
		ops_resume(plans->items[plans->at]);
}

void plans_cancel(struct plans *plans)
{
	if (plans->count)
		ops_cancel(plans->items[plans->at]);
}
