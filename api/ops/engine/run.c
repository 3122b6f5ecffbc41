/* Carrying a plan out: one step after the other, each behind its guard and its gate. What comes and goes (the API,
 * the connection, a stale guard) is waited for; what is a refusal ends the plan where it stands. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "api/ops/engine/engine_private.h"

enum { GATE_LOOK_MS = 1000, LEASE_LOOK_MS = 500, BACKOFF_MIN_MS = 1000, BACKOFF_MAX_MS = 15000, CONFLICTS_MAX = 8 };
enum { PATIENCE_MS = 30 * 60 * 1000 };

/* The journal says that it ended once its leases are given back: whoever is killed before that leaves a plan to resume, and
 * not a lease that nobody will give back. */
static void conclude_plan(struct ops_job *job)
{
	ops_leases_finish(job);
	ops_save_state(job, job->end_state);
	ops_journal_close(job->journal);
	job->journal = NULL;
	job->plan.state = job->end_state;
	ops_job_tell(job);
}

static void end_plan(struct ops_job *job, enum ops_state state, const char *result)
{
	struct ops_plan *plan = &job->plan;
	/* What failed says so by itself: it may quote what is not for the log. */
	log_info(LOG_OPS, "plan ended state=%s result=\"%s\"", ops_state_word(state),
		 state == OPS_STATE_DONE ? result : "");
	job->at_gate = false;
	loop_timer_disarm(job->work);
	for (size_t i = plan->current; i < plan->step_count; i++)
		if (plan->steps[i].state == OPS_STEP_WAITING)
			plan->steps[i].state = OPS_STEP_SKIPPED;
	plan->current = plan->step_count;
	ops_replace_text(&plan->result, result);
	job->end_state = state;
	job->ending = true;
	if (job->leases.items.len == 0)
		conclude_plan(job);
	else
		ops_leases_give(job, conclude_plan);
}

static void end_step(struct ops_job *job, enum ops_step_state state, const char *result)
{
	struct ops_step *step = ops_step_now(job);
	log_info(LOG_OPS, "step ended number=%zu of=%zu type=%s state=\"%s\" ms=%lld result=\"%s\"",
		 job->plan.current + 1, job->plan.step_count, step->type->name, ops_step_state_word(state),
		 (long long)(loop_now_ms(job->ops->loop) - step->started_ms),
		 state == OPS_STEP_DONE ? str_or(result, "") : "");
	step->state = state;
	step->ended_ms = loop_now_ms(job->ops->loop);
	ops_replace_text(&step->result, result);
	ops_replace_text(&step->why, NULL);
	job->at_gate = false;
	ops_save_step(job);
}

/* So that nobody has to guess where a plan stopped, and what of it lasts. */
static const char *what_was_done(const struct ops_job *job, char out[static 400])
{
	const struct ops_plan *plan = &job->plan;
	if (!job->uncertain && !job->changed && !plan->under_way)
		return "nothing was changed";
	snprintf(out, 400, "%s",
		 job->uncertain ? "unknown whether the last change was made: the response was lost"
				: "changes made so far are kept");
	for (size_t i = 0; i < plan->step_count; i++) {
		const char *left = ops_left_behind(plan, i);
		if (left && !strstr(out, left))
			snprintf(out + strlen(out), 400 - strlen(out), "; %s", left);
	}
	return out;
}

void ops_fail(struct ops_job *job, const struct err *err)
{
	struct ops_plan *plan = &job->plan;
	char result[ERR_TEXT_MAX + 1024], done[400];
	snprintf(result, sizeof result, "stopped at \"%s\": %s; %s", ops_step_now(job)->title, err->text,
		 what_was_done(job, done));
	log_info(LOG_OPS, "plan fails at=\"%s\" error=\"%s\"", ops_step_now(job)->title, log_error_text(err));
	if (ops_step_now(job)->state == OPS_STEP_RUNNING)
		end_step(job, OPS_STEP_FAILED, err->text);
	plan->err = *err;
	end_plan(job, OPS_STATE_FAILED, result);
}

void ops_stop_here(struct ops_job *job)
{
	struct ops_plan *plan = &job->plan;
	char done[400];
	if (err_is_set(&job->stop_err)) {
		ops_fail(job, &job->stop_err);
		return;
	}
	if (plan->current < plan->step_count && ops_step_now(job)->state == OPS_STEP_RUNNING)
		end_step(job, OPS_STEP_SKIPPED, "cancelled");
	err_set(&plan->err, ERR_CANCELLED, "cancelled: %s", what_was_done(job, done));
	end_plan(job, OPS_STATE_CANCELLED, plan->err.text);
}

/* Not between a step and the one that belongs to it. */
bool ops_may_stop(struct ops_job *job)
{
	if (job->plan.current == job->plan.step_count)
		return false;
	const struct ops_plan *plan = &job->plan;
	const struct ops_step_type *type = ops_step_now(job)->type;
	if (job->at_gate && (type->object || type->request))
		return !type->no_stop_after;
	return plan->current == 0 || !plan->steps[plan->current - 1].type->no_stop_after;
}

static bool should_stop(struct ops_job *job)
{
	return (job->cancel || err_is_set(&job->stop_err)) && ops_may_stop(job);
}

void ops_pause_here(struct ops_job *job)
{
	ops_set_state(job, OPS_STATE_PAUSED);
}

void ops_finish(struct ops_job *job)
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
		ops_job_do(job, ops_begin_step, 0);
	else
		ops_finish(job);
}

/* ---- the gate ---- */

static const char *const link_words[] = {
	[WORLD_CONNECTING] = "is not connected yet",
	[WORLD_STALE] = "does not answer",
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
		snprintf(gauge->why, sizeof gauge->why, "the Kubernetes API %s%s%s; waiting", link_words[view->link],
			 err_is_set(&view->link_err) ? ": " : "",
			 err_is_set(&view->link_err) ? view->link_err.text : "");
		return false;
	}
	job->gate_live_ms += since;
	if (!ops_job_step_target(job, job->plan.current, context, &err)) {
		snprintf(gauge->why, sizeof gauge->why, "%s", err.text);
		return false;
	}
	return true;
}

/* From how far the gate came since it was first seen with a fraction. */
static int64_t estimate_left(struct ops_job *job, const struct ops_gauge *gauge)
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

/* While the API is away the reason is its error, which may quote what is not for the log. */
static void log_gate(const struct ops_job *job, const struct ops_gauge *gauge)
{
	bool live = job->ops->view(job->ops->data)->link == WORLD_LIVE;
	log_debug(LOG_OPS, "gate type=%s figure=\"%s\" why=\"%s\" fraction=%.2f live_ms=%lld",
		  job->plan.steps[job->plan.current].type->name, gauge->figure, live ? gauge->why : "no live data",
		  gauge->fraction, (long long)job->gate_live_ms);
}

static void show_gauge(struct ops_job *job, const struct ops_gauge *gauge)
{
	struct ops_step *step = ops_step_now(job);
	bool same = str_eq(step->figure, str_empty(gauge->figure) ? NULL : gauge->figure) &&
		    str_eq(step->why, str_empty(gauge->why) ? NULL : gauge->why) && step->fraction == gauge->fraction;
	step->estimate_ms = estimate_left(job, gauge);
	if (same)
		return;
	if (log_is_on(LOG_DEBUG, LOG_OPS))
		log_gate(job, gauge);
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
		err_set(&err, ERR_TIMEOUT, "timed out after %" PRId64 " s: %s", job->gate_live_ms / 1000, reason);
	else
		err_set(&err, ERR_REFUSED, "cannot succeed: %s", reason);
	ops_fail(job, &err);
}

void ops_gate_look(struct ops_job *job)
{
	if (should_stop(job)) {
		ops_stop_here(job);
		return;
	}
	const struct ops_step_type *type = ops_step_now(job)->type;
	struct ops_gauge gauge = {.fraction = -1, .estimate_ms = -1};
	struct ops_context context;
	enum ops_gate_state state = OPS_GATE_SHUT;
	if (see_gate(job, &context, &gauge))
		state = type->gate(&job->plan, &context, &gauge);
	show_gauge(job, &gauge);
	if (state != OPS_GATE_SHUT)
		log_info(LOG_OPS, "gate type=%s verdict=%s", type->name, state == OPS_GATE_OPEN ? "open" : "hopeless");
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
	[ERR_CANCELLED] = true, [ERR_TLS] = true,     [ERR_UNAUTHORIZED] = true, /* certificates and tokens are
										  * renewed */
};

static void on_change_done(struct ops_job *job, enum ops_verdict verdict, const struct err *err);
static void try_change(struct ops_job *job);

/* Without its leases a plan changes nothing. */
static bool must_wait(struct ops_job *job)
{
	struct err err = {0};
	if (ops_leases_are_held(job, &err))
		return false;
	ops_wait_because(job, err.text);
	ops_job_do(job, try_change, LEASE_LOOK_MS);
	return true;
}

static void try_change(struct ops_job *job)
{
	if (should_stop(job))
		ops_stop_here(job);
	else if (must_wait(job))
		return;
	else if (ops_step_now(job)->type->object)
		ops_guarded_patch_start(job, job->plan.current, false, on_change_done);
	else
		ops_send_start(job, job->plan.current, on_change_done);
}

static void try_again_later(struct ops_job *job, const struct err *err)
{
	job->backoff_ms = job->backoff_ms ? job->backoff_ms * 2 : BACKOFF_MIN_MS;
	if (job->backoff_ms > BACKOFF_MAX_MS)
		job->backoff_ms = BACKOFF_MAX_MS;
	char why[ERR_TEXT_MAX + 64];
	snprintf(why, sizeof why, "%s; retrying", err->text);
	ops_replace_text(&ops_step_now(job)->why, why);
	ops_job_tell(job);
	ops_job_do(job, try_change, job->backoff_ms);
}

/* "Not now" is waited for, but not for ever: a budget may never allow it. Time without an answer does not count: the
 * API server comes back. */
static bool is_out_of_patience(struct ops_job *job, const struct err *err, struct err *out)
{
	int64_t now = loop_now_ms(job->ops->loop), patience = ops_step_now(job)->type->patience_ms;
	patience = patience ? patience : PATIENCE_MS;
	if (err->code != ERR_BUSY) {
		job->busy_since_ms = -1;
		return false;
	}
	if (job->busy_since_ms < 0)
		job->busy_since_ms = now;
	if (now - job->busy_since_ms < patience)
		return false;
	err_set(out, ERR_TIMEOUT, "gave up after %" PRId64 " min: %s", patience / 60000, err->text);
	return true;
}

static const char *const verdict_words[] = {[OPS_TO_DO] = "done", [OPS_ALREADY] = "already", [OPS_REFUSE] = "refused"};

static void on_change_done(struct ops_job *job, enum ops_verdict verdict, const struct err *err)
{
	struct ops_step *step = ops_step_now(job);
	struct err late = {0};
	log_debug(LOG_OPS, "change done type=%s verdict=%s conflicts=%d error=\"%s\"", step->type->name,
		  verdict_words[verdict], job->conflicts, err ? log_error_text(err) : "");
	if (err && err->code == ERR_CONFLICT && job->conflicts++ < CONFLICTS_MAX) {
		ops_job_do(job, try_change, 50 + loop_random(job->ops->loop) % 100);
		return;
	}
	if (err && is_out_of_patience(job, err, &late))
		err = &late;
	else if (err && err->code < ARRAY_LEN(passes_by_itself) && passes_by_itself[err->code]) {
		job->uncertain |= job->guarded_patch.sent && err->code != ERR_BUSY;
		try_again_later(job, err);
		return;
	}
	if (err) {
		ops_fail(job, err);
		return;
	}
	job->changed |= job->uncertain || verdict == OPS_TO_DO;
	job->uncertain = false;
	if (step->type->gate) {
		ops_replace_text(&step->why, NULL);
		begin_gate(job);
		return;
	}
	end_step(job, OPS_STEP_DONE, verdict == OPS_ALREADY ? "already done" : "accepted by the server");
	next_step(job);
}

void ops_begin_step(struct ops_job *job)
{
	if (should_stop(job)) {
		ops_stop_here(job);
		return;
	}
	if (job->plan.state == OPS_STATE_PAUSING && ops_may_stop(job)) {
		ops_pause_here(job);
		return;
	}
	struct ops_step *step = ops_step_now(job);
	log_info(LOG_OPS, "step begins number=%zu of=%zu type=%s title=\"%s\"", job->plan.current + 1,
		 job->plan.step_count, step->type->name, step->title);
	step->state = OPS_STEP_RUNNING;
	job->busy_since_ms = -1;
	ops_replace_text(&step->why, NULL);
	step->started_ms = loop_now_ms(job->ops->loop);
	/* Before anything is sent: who resumes after a crash knows that this step may have been begun, and asks it again. */
	ops_save_step(job);
	ops_job_tell(job);
	if (should_stop(job)) /* what cannot be written down stops it here */
		ops_stop_here(job);
	else if (step->type->object || step->type->request)
		try_change(job);
	else
		begin_gate(job);
}
