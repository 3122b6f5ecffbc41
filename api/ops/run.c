/* Carrying a plan out: one step after the other, each behind its guard and its gate. What comes and goes (the API, the
 * connection, a stale guard) is waited for; what is a refusal ends the plan where it stands. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/job.h"

enum { GATE_LOOK_MS = 1000, BACKOFF_MIN_MS = 1000, BACKOFF_MAX_MS = 15000, CONFLICTS_MAX = 8 };

static void begin_step(struct ops_job *job);

static struct ops_step *current_step(struct ops_job *job)
{
	return &job->plan.steps[job->plan.current];
}

/* What cannot be written down is not gone on with. */
static void check_written(struct ops_job *job, bool written, const struct err *err)
{
	if (!written && !err_is_set(&job->stop_err))
		job->stop_err = *err;
}

void ops_save_facts(struct ops_job *job)
{
	struct err err = {0};
	check_written(job, ops_journal_facts(job->journal, &job->plan, ops_wall_ms(job), &err), &err);
}

static void save_step(struct ops_job *job)
{
	struct err err = {0};
	check_written(job, ops_journal_step(job->journal, &job->plan, job->plan.current, ops_wall_ms(job), &err), &err);
}

static void set_state(struct ops_job *job, enum ops_state state)
{
	struct err err = {0};
	job->plan.state = state;
	check_written(job, ops_journal_state(job->journal, &job->plan, state, ops_wall_ms(job), &err), &err);
	ops_job_tell(job);
}

static void end_plan(struct ops_job *job, enum ops_state state, const char *result)
{
	struct ops_plan *plan = &job->plan;
	job->at_gate = false;
	loop_timer_disarm(job->work);
	for (size_t i = plan->current; i < plan->step_count; i++)
		if (plan->steps[i].state == OPS_STEP_WAITING)
			plan->steps[i].state = OPS_STEP_SKIPPED;
	plan->current = plan->step_count;
	ops_replace_text(&plan->result, result);
	set_state(job, state);
	ops_journal_close(job->journal);
	job->journal = NULL;
}

static void end_step(struct ops_job *job, enum ops_step_state state, const char *result)
{
	struct ops_step *step = current_step(job);
	step->state = state;
	step->ended_ms = loop_now_ms(job->ops->loop);
	ops_replace_text(&step->result, result);
	ops_replace_text(&step->why, NULL);
	job->at_gate = false;
	save_step(job);
}

/* So that nobody has to guess where a plan stopped. */
static const char *what_was_done(const struct ops_job *job)
{
	if (job->uncertain)
		return "whether the last change was made is not known: the answer was lost";
	return job->changed || job->plan.under_way ? "what was changed stays" : "nothing was changed";
}

static void fail(struct ops_job *job, const struct err *err)
{
	struct ops_plan *plan = &job->plan;
	char result[ERR_TEXT_MAX + 512];
	snprintf(result, sizeof result, "stopped at \"%s\": %s; %s", current_step(job)->title, err->text,
		 what_was_done(job));
	if (current_step(job)->state == OPS_STEP_RUNNING)
		end_step(job, OPS_STEP_FAILED, err->text);
	plan->err = *err;
	end_plan(job, OPS_STATE_FAILED, result);
}

static void stop_here(struct ops_job *job)
{
	struct ops_plan *plan = &job->plan;
	if (err_is_set(&job->stop_err)) {
		fail(job, &job->stop_err);
		return;
	}
	if (plan->current < plan->step_count && current_step(job)->state == OPS_STEP_RUNNING)
		end_step(job, OPS_STEP_SKIPPED, "cancelled");
	err_set(&plan->err, ERR_CANCELLED, "cancelled: %s", what_was_done(job));
	end_plan(job, OPS_STATE_CANCELLED, plan->err.text);
}

/* Not between a step and the one that belongs to it. */
static bool may_stop(struct ops_job *job)
{
	if (job->plan.current == job->plan.step_count)
		return false;
	const struct ops_plan *plan = &job->plan;
	const struct ops_step_type *type = current_step(job)->type;
	if (job->at_gate && (type->object || type->request))
		return !type->no_stop_after;
	return plan->current == 0 || !plan->steps[plan->current - 1].type->no_stop_after;
}

static bool should_stop(struct ops_job *job)
{
	return (job->cancel || err_is_set(&job->stop_err)) && may_stop(job);
}

static void pause_here(struct ops_job *job)
{
	set_state(job, OPS_STATE_PAUSED);
}

static void finish(struct ops_job *job)
{
	struct ops_plan *plan = &job->plan;
	char result[512];
	snprintf(result, sizeof result, "done in %.1f s: %s",
		 (double)(loop_now_ms(job->ops->loop) - job->started_ms) / 1000, plan->title);
	end_plan(job, OPS_STATE_DONE, result);
}

static void next_step(struct ops_job *job)
{
	struct ops_plan *plan = &job->plan;
	plan->current++;
	job->conflicts = 0;
	job->backoff_ms = 0;
	ops_job_tell(job);
	if (plan->current < plan->step_count)
		ops_job_do(job, begin_step, 0);
	else
		finish(job);
}

/* ---- the gate ---- */

static const char *const link_words[] = {
	[WORLD_CONNECTING] = "is being connected to",
	[WORLD_STALE] = "does not answer now",
	[WORLD_UNREACHABLE] = "cannot be reached",
};

/* Whether the gate may be judged at all: from old data it opens for nobody, and its time does not run. */
static bool see_gate(struct ops_job *job, struct ops_context *context, struct ops_gauge *gauge)
{
	struct err err = {0};
	const struct world_view *view = job->ops->view(job->ops->data);
	int64_t now = loop_now_ms(job->ops->loop), since = now - job->gate_seen_ms;
	job->gate_seen_ms = now;
	if (view->link != WORLD_LIVE) {
		snprintf(gauge->why, sizeof gauge->why, "the Kubernetes API %s%s%s; waiting for it",
			 link_words[view->link], err_is_set(&view->link_err) ? ": " : "",
			 err_is_set(&view->link_err) ? view->link_err.text : "");
		return false;
	}
	job->gate_live_ms += since;
	if (!ops_look_for_step(job, job->plan.current, context, &err)) {
		snprintf(gauge->why, sizeof gauge->why, "%s", err.text);
		return false;
	}
	return true;
}

/* From how far the gate came since it was first seen with a fraction. */
static int64_t estimate(struct ops_job *job, const struct ops_gauge *gauge)
{
	if (gauge->estimate_ms >= 0 || gauge->fraction < 0)
		return gauge->estimate_ms;
	if (job->gate_from < 0 || gauge->fraction < job->gate_from) {
		job->gate_from = gauge->fraction;
		job->gate_from_ms = job->gate_live_ms;
	}
	double way = gauge->fraction - job->gate_from;
	if (way < 0.02)
		return -1;
	return (int64_t)((double)(job->gate_live_ms - job->gate_from_ms) * (1 - gauge->fraction) / way);
}

static void show_gauge(struct ops_job *job, const struct ops_gauge *gauge)
{
	struct ops_step *step = current_step(job);
	bool same = str_eq(step->figure, str_empty(gauge->figure) ? NULL : gauge->figure) &&
		    str_eq(step->why, str_empty(gauge->why) ? NULL : gauge->why) && step->fraction == gauge->fraction;
	step->estimate_ms = estimate(job, gauge);
	if (same)
		return;
	ops_replace_text(&step->figure, gauge->figure);
	ops_replace_text(&step->why, gauge->why);
	step->fraction = gauge->fraction;
	ops_job_tell(job);
}

static void fail_at_gate(struct ops_job *job, const struct ops_gauge *gauge, bool late)
{
	struct err err;
	const char *reason = !str_empty(gauge->why) ? gauge->why : gauge->figure;
	if (late)
		err_set(&err, ERR_TIMEOUT, "not reached in %" PRId64 " s: %s", job->gate_live_ms / 1000, reason);
	else
		err_set(&err, ERR_REFUSED, "cannot be reached: %s", reason);
	fail(job, &err);
}

void ops_gate_look(struct ops_job *job)
{
	if (should_stop(job)) {
		stop_here(job);
		return;
	}
	const struct ops_step_type *type = current_step(job)->type;
	struct ops_gauge gauge = {.fraction = -1, .estimate_ms = -1};
	struct ops_context context;
	enum ops_gate_state state = OPS_GATE_SHUT;
	if (see_gate(job, &context, &gauge))
		state = type->gate(&job->plan, &context, &gauge);
	show_gauge(job, &gauge);
	if (state == OPS_GATE_OPEN) {
		end_step(job, OPS_STEP_DONE, gauge.figure);
		next_step(job);
	} else if (state == OPS_GATE_HOPELESS || job->gate_live_ms >= type->gate_limit_ms) {
		fail_at_gate(job, &gauge, state == OPS_GATE_SHUT);
	} else {
		ops_job_do(job, ops_gate_look, GATE_LOOK_MS);
	}
}

static void begin_gate(struct ops_job *job)
{
	job->at_gate = true;
	job->gate_live_ms = 0;
	job->gate_from = -1;
	job->gate_seen_ms = loop_now_ms(job->ops->loop);
	ops_gate_look(job);
}

/* ---- the change ---- */

static const bool passes_by_itself[] = {
	[ERR_CONNECT] = true,   [ERR_TIMEOUT] = true, [ERR_BUSY] = true,         [ERR_SERVER] = true,
	[ERR_CANCELLED] = true, [ERR_TLS] = true,     [ERR_UNAUTHORIZED] = true, /* certificates and tokens are renewed
										  */
};

static void on_exchange(struct ops_job *job, enum ops_verdict verdict, const struct err *err);

static void try_change(struct ops_job *job)
{
	if (should_stop(job))
		stop_here(job);
	else if (current_step(job)->type->object)
		ops_exchange_start(job, job->plan.current, false, on_exchange);
	else
		ops_send_start(job, job->plan.current, on_exchange);
}

static void try_again_later(struct ops_job *job, const struct err *err)
{
	job->backoff_ms = job->backoff_ms ? job->backoff_ms * 2 : BACKOFF_MIN_MS;
	if (job->backoff_ms > BACKOFF_MAX_MS)
		job->backoff_ms = BACKOFF_MAX_MS;
	char why[ERR_TEXT_MAX + 64];
	snprintf(why, sizeof why, "%s; trying again", err->text);
	ops_replace_text(&current_step(job)->why, why);
	ops_job_tell(job);
	ops_job_do(job, try_change, job->backoff_ms);
}

static void on_exchange(struct ops_job *job, enum ops_verdict verdict, const struct err *err)
{
	struct ops_step *step = current_step(job);
	if (err && err->code == ERR_CONFLICT && job->conflicts++ < CONFLICTS_MAX) {
		ops_job_do(job, try_change, 50 + loop_random(job->ops->loop) % 100);
		return;
	}
	if (err && err->code < ARRAY_LEN(passes_by_itself) && passes_by_itself[err->code]) {
		job->uncertain |= job->exchange.sent && err->code != ERR_BUSY;
		try_again_later(job, err);
		return;
	}
	if (err) {
		fail(job, err);
		return;
	}
	job->changed |= job->uncertain || verdict == OPS_TO_DO;
	job->uncertain = false;
	if (step->type->gate) {
		ops_replace_text(&step->why, NULL);
		begin_gate(job);
		return;
	}
	end_step(job, OPS_STEP_DONE, verdict == OPS_ALREADY ? "was so already" : "accepted by the server");
	next_step(job);
}

static void begin_step(struct ops_job *job)
{
	if (should_stop(job)) {
		stop_here(job);
		return;
	}
	if (job->plan.state == OPS_STATE_PAUSING && may_stop(job)) {
		pause_here(job);
		return;
	}
	struct ops_step *step = current_step(job);
	step->state = OPS_STEP_RUNNING;
	ops_replace_text(&step->why, NULL);
	step->started_ms = loop_now_ms(job->ops->loop);
	save_step(job);
	ops_job_tell(job);
	if (should_stop(job))
		stop_here(job);
	else if (step->type->object || step->type->request)
		try_change(job);
	else
		begin_gate(job);
}

/* ---- start and stop ---- */

/* The world went on while the plan was read, or paused: what forbids it now forbids it. */
static bool is_still_allowed(struct ops_job *job, struct err *err)
{
	struct ops_plan *plan = &job->plan;
	struct ops_context context;
	if (!ops_look(job, &context, err)) {
		/* The plan itself took its target out of the world for a while: the step decides. */
		bool meant = plan->under_way && ops_look_for_step(job, plan->current, &context, NULL);
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
	if (job->plan.current == job->plan.step_count) /* taken up, and only its end was not written */
		finish(job);
	else if (is_still_allowed(job, &err))
		begin_step(job);
	else
		fail(job, &err);
}

static bool open_journal(struct ops_job *job, struct err *err)
{
	struct ops *ops = job->ops;
	struct ops_plan *plan = &job->plan;
	CLEANUP(past_destroy) struct past_plan *past = NULL;
	CLEANUP(ops_journal_close) struct ops_journal *undone = NULL;
	if (!ops->plans_dir)
		return true;
	if (job->journal)
		return ops_journal_taken_up(job->journal, str_or(ops->who, "?"), ops_wall_ms(job), err);
	if (plan->undoes && !(undone = ops_journal_open(ops->plans_dir, plan->undoes, &past, err)))
		return false;
	job->journal =
		ops_journal_create(ops->plans_dir, plan, &ops->place, str_or(ops->who, "?"), ops_wall_ms(job), err);
	return job->journal && (!undone || ops_journal_undone(undone, plan->id, ops_wall_ms(job), err));
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
	set_state(job, OPS_STATE_RUNNING);
	ops_job_do(job, check_again, 0);
	return true;
}

void ops_pause(struct ops_plan *plan)
{
	if (plan->state == OPS_STATE_RUNNING && ops_job_of(plan)->ops)
		set_state(ops_job_of(plan), OPS_STATE_PAUSING);
}

static void go_on(struct ops_job *job)
{
	struct err err = {0};
	struct ops_step *step = current_step(job);
	job->plan.under_way = true;
	if (is_still_allowed(job, &err)) {
		begin_step(job);
		return;
	}
	ops_replace_text(&step->why, err.text);
	pause_here(job);
}

void ops_go_on(struct ops_plan *plan)
{
	struct ops_job *job = ops_job_of(plan);
	if ((plan->state != OPS_STATE_PAUSING && plan->state != OPS_STATE_PAUSED) || !job->ops)
		return;
	bool waits = plan->state == OPS_STATE_PAUSED;
	set_state(job, OPS_STATE_RUNNING);
	if (waits)
		ops_job_do(job, go_on, 0);
}

void ops_cancel(struct ops_plan *plan)
{
	struct ops_job *job = ops_job_of(plan);
	if (!job->ops)
		return;
	if (plan->state == OPS_STATE_PREPARING || plan->state == OPS_STATE_READY) {
		if (plan->state == OPS_STATE_READY)
			job->fn = NULL;
		ops_exchange_cancel(job);
		ops_send_cancel(job);
		ops_forget_asks(job);
		stop_here(job);
		return;
	}
	if (ops_is_over(plan) || job->cancel)
		return;
	job->cancel = true;
	set_state(job, OPS_STATE_CANCELLING);
	/* A request on its way is waited for: whether it was carried out must be known. Everything else ends now. */
	if (!ops_is_sending(job) && may_stop(job))
		ops_job_do(job, stop_here, 0);
}
