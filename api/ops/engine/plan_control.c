/* What is asked of a plan from outside while it is carried out: begin, pause, resume, stop. run.c carries it out. */
#include <string.h>

#include "api/base/str.h"
#include "api/ops/engine/engine_private.h"

/* The world went on while the plan was read, or paused: what forbids it now forbids it. */
static bool is_still_allowed(struct ops_job *job, struct err *err)
{
	struct ops_plan *plan = &job->plan;
	struct ops_context context;
	if (!ops_job_target(job, &context, err)) {
		/* The plan itself took its target out of the world for a while: the step decides. */
		bool meant = plan->under_way && ops_job_step_target(job, plan->current, &context, NULL);
		if (meant)
			err_clear(err);
		return meant;
	}
	struct ops_plan fresh = *plan;
	fresh.sentences = NULL;
	fresh.sentence_count = 0;
	fresh.severity = OPS_SAFE;
	plan->operation->preflight(&fresh, &context);
	if (ops_first_block(&fresh))
		err_set(err, ERR_REFUSED, "%s", ops_first_block(&fresh));
	ops_forget_sentences(&fresh);
	return !err_is_set(err);
}

static void check_again(struct ops_job *job)
{
	struct err err = {0};
	if (job->plan.current == job->plan.step_count) /* resumed, and only its end was not written */
		ops_finish(job);
	else if (is_still_allowed(job, &err))
		ops_begin_step(job);
	else
		ops_fail(job, &err);
}

static void check_again_soon(struct ops_job *job)
{
	ops_job_do(job, check_again, 0);
}

static bool open_journal(struct ops_job *job, struct err *err)
{
	struct ops *ops = job->ops;
	struct ops_plan *plan = &job->plan;
	CLEANUP(ops_history_plan_destroy) struct ops_history_plan *history = NULL;
	CLEANUP(ops_journal_close) struct ops_journal *rolled_back = NULL;
	if (!ops->plans_dir && ops->no_plans_dir)
		return err_set(err, ERR_REFUSED, "nothing is done without a journal to resume it from: %s",
			       ops->no_plans_dir);
	if (!ops->plans_dir)
		return true;
	if (job->journal)
		return ops_journal_resumed(job->journal, str_or(ops->who, "?"), ops_wall_ms(job), err);
	if (plan->rolls_back && !(rolled_back = ops_journal_open(ops->plans_dir, plan->rolls_back, &history, err)))
		return false;
	job->journal =
		ops_journal_create(ops->plans_dir, plan, &ops->place, str_or(ops->who, "?"), ops_wall_ms(job), err);
	return job->journal && (!rolled_back || ops_journal_rolled_back(rolled_back, plan->id, ops_wall_ms(job), err));
}

/* It fails with this, but at the next safe point: what was sent is waited for. */
static void stop_with(struct ops_job *job, const struct err *err)
{
	if (job->ending || err_is_set(&job->stop_err))
		return;
	job->stop_err = *err;
	if (!ops_is_sending(job) && ops_may_stop(job))
		ops_job_do(job, ops_stop_here, 0);
}

bool ops_run(struct ops_plan *plan, ops_plan_fn *on_progress, void *data, struct err *err)
{
	struct ops_job *job = ops_job_of(plan);
	if (plan->state != OPS_STATE_READY)
		return err_set(err, ERR_REFUSED, "the plan is %s, not ready", ops_state_word(plan->state));
	if (plan->severity == OPS_BLOCKED)
		return err_set(err, ERR_REFUSED, "%s", ops_first_block(plan));
	if (plan->step_count == 0)
		return err_set(err, ERR_REFUSED, "the plan has no steps");
	if (!open_journal(job, err))
		return false;
	job->fn = on_progress;
	job->data = data;
	job->started_ms = loop_now_ms(job->ops->loop);
	ops_set_state(job, OPS_STATE_RUNNING);
	ops_leases_take(job, check_again_soon, stop_with);
	return true;
}

void ops_pause(struct ops_plan *plan)
{
	if (plan->state == OPS_STATE_RUNNING && ops_job_of(plan)->ops && !ops_job_of(plan)->ending)
		ops_set_state(ops_job_of(plan), OPS_STATE_PAUSING);
}

static void plan_control_resume(struct ops_job *job)
{
	struct err err = {0};
	struct ops_step *step = ops_step_now(job);
	job->plan.under_way = true;
	if (is_still_allowed(job, &err)) {
		ops_begin_step(job);
		return;
	}
	ops_replace_text(&step->why, err.text);
	ops_pause_here(job);
}

void ops_resume(struct ops_plan *plan)
{
	struct ops_job *job = ops_job_of(plan);
	if ((plan->state != OPS_STATE_PAUSING && plan->state != OPS_STATE_PAUSED) || !job->ops)
		return;
	bool waits = plan->state == OPS_STATE_PAUSED;
	ops_set_state(job, OPS_STATE_RUNNING);
	if (waits)
		ops_job_do(job, plan_control_resume, 0);
}

void ops_cancel(struct ops_plan *plan)
{
	struct ops_job *job = ops_job_of(plan);
	if (!job->ops || job->ending)
		return;
	if (plan->state == OPS_STATE_PREPARING || plan->state == OPS_STATE_READY) {
		if (plan->state == OPS_STATE_READY)
			job->fn = NULL;
		ops_guarded_patch_cancel(job);
		ops_send_cancel(job);
		ops_forget_asks(job);
		ops_leases_finish(job);
		ops_stop_here(job);
		return;
	}
	if (ops_is_over(plan) || job->cancel)
		return;
	job->cancel = true;
	ops_set_state(job, OPS_STATE_CANCELLING);
	/* A request on its way is waited for: whether it was carried out must be known. Everything else ends now. */
	if (!ops_is_sending(job) && ops_may_stop(job))
		ops_job_do(job, ops_stop_here, 0);
}
