/* Plans of before: read, resumed, rolled back, abandoned. */
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/engine/engine_private.h"
#include "api/ops/journal/journal_dir.h"

/* ---- from a journal to a plan ---- */

static bool restore_plan(struct ops_job *job, const struct ops_history_plan *history, struct err *err)
{
	struct ops_plan *plan = &job->plan;
	const struct ops_history_entry *head = &history->head;
	plan->operation = ops_find(head->operation);
	if (!plan->operation)
		return err_set(err, ERR_UNSUPPORTED,
			       "plan %s uses the operation \"%s\", which this version of mqdeck does not have",
			       head->id, head->operation);
	plan->id = mem_strdup(head->id);
	plan->rolls_back = mem_strdup(head->rolls_back);
	plan->target = mem_strdup(head->target);
	plan->title = mem_strdup(head->title);
	plan->confirm = mem_strdup(history->confirm);
	plan->result = mem_strdup(head->result);
	vec_each (&history->facts, fact)
		ops_set_fact(plan, fact->name, "%s", fact->value);
	for (size_t i = 0; i < plan->fact_count; i++)
		plan->facts[i].unsaved = 0;
	vec_each (&history->steps, step) {
		const struct ops_step_type *type = ops_step_find(step->type);
		if (!type)
			return err_set(err, ERR_UNSUPPORTED,
				       "plan %s has a step \"%s\", which this version of mqdeck does not have",
				       head->id, step->type);
		size_t index = ops_add_step(plan, type, "%s", step->title);
		struct ops_step *it = &plan->steps[index];
		it->broker = mem_strdup(step->broker);
		it->item = mem_strdup(step->item);
		it->state = step->state;
		it->result = mem_strdup(step->result);
	}
	if (head->lost)
		ops_note(plan, history->damaged ? OPS_CAUTION : OPS_MEANS, "%s", head->lost);
	plan->current = head->step;
	snprintf(job->made_at.server, sizeof job->made_at.server, "%s", str_or(head->cluster, "?"));
	snprintf(job->made_at.uid, sizeof job->made_at.uid, "%s", str_or(history->cluster_uid, ""));
	snprintf(job->made_at.digest, sizeof job->made_at.digest, "%s", str_or(history->cluster_digest, ""));
	return true;
}

struct ops_plan *ops_read_plan(const char *dir, const char *id, struct err *err)
{
	static const enum ops_state states[] = {
		[OPS_HISTORY_RUNNING] = OPS_STATE_RUNNING,       [OPS_HISTORY_PAUSED] = OPS_STATE_PAUSED,
		[OPS_HISTORY_INTERRUPTED] = OPS_STATE_CANCELLED, [OPS_HISTORY_FAILED] = OPS_STATE_FAILED,
		[OPS_HISTORY_CANCELLED] = OPS_STATE_CANCELLED,   [OPS_HISTORY_DONE] = OPS_STATE_DONE,
		[OPS_HISTORY_ABANDONED] = OPS_STATE_CANCELLED,
	};
	CLEANUP(ops_history_plan_destroy) struct ops_history_plan *history = ops_history_plan_load(dir, id, err);
	if (!history)
		return NULL;
	struct ops_job *job = mem_alloc(sizeof *job);
	if (!restore_plan(job, history, err)) {
		ops_plan_destroy(&job->plan);
		return NULL;
	}
	job->plan.state = states[history->head.state];
	vec_each (&history->sentences, sentence)
		ops_note(&job->plan, sentence->kind, "%s", sentence->text);
	return &job->plan;
}

/* What was done stays done; what was begun, or refused, is asked again: whether its request arrived is not known, and a step
 * finds done what it is asked a second time. */
static void wind_back(struct ops_plan *plan)
{
	plan->current = 0;
	plan->under_way = true;
	ops_replace_text(&plan->result, NULL);
	for (size_t i = 0; i < plan->step_count; i++) {
		struct ops_step *step = &plan->steps[i];
		if (step->state == OPS_STEP_DONE && i == plan->current) {
			plan->current = i + 1;
			continue;
		}
		step->state = OPS_STEP_WAITING;
		ops_replace_text(&step->result, NULL);
	}
}

static bool is_left(const struct ops_history_entry *history, struct err *err)
{
	if (history->state == OPS_HISTORY_UNREADABLE)
		return err_set(err, history->err.code, "%s", history->err.text);
	if (history->state == OPS_HISTORY_RUNNING || history->state == OPS_HISTORY_PAUSED)
		return err_set(err, ERR_REFUSED, "it is still running: stop it first, where it runs");
	if (history->rolled_back_by)
		return err_set(err, ERR_REFUSED, "it was rolled back by plan %s", history->rolled_back_by);
	return true;
}

bool ops_may_resume(const struct ops_history_entry *history, struct err *err)
{
	if (!is_left(history, err))
		return false;
	if (history->state == OPS_HISTORY_DONE || history->state == OPS_HISTORY_ABANDONED)
		return err_set(err, ERR_REFUSED, "it is %s: nothing to resume or abandon",
			       ops_history_word(history->state));
	return true;
}

bool ops_may_roll_back(const struct ops_history_entry *history, struct err *err)
{
	if (!is_left(history, err))
		return false;
	const struct ops_operation *operation = ops_find(history->operation);
	if (!operation || !operation->roll_back)
		return err_set(err, ERR_UNSUPPORTED, "\"%s\" cannot be rolled back", history->operation);
	return true;
}

static bool has_journals(const struct ops *ops, struct err *err)
{
	return ops->plans_dir || err_set(err, ERR_REFUSED, "no plan journals are kept here");
}

struct ops_plan *ops_resume_plan(struct ops *ops, const char *id, ops_plan_fn *on_ready, void *data, struct err *err)
{
	if (!has_journals(ops, err))
		return NULL;
	CLEANUP(ops_history_plan_destroy) struct ops_history_plan *history = NULL;
	CLEANUP(ops_journal_close) struct ops_journal *journal = ops_journal_open(ops->plans_dir, id, &history, err);
	if (!journal || !ops_may_resume(&history->head, err))
		return NULL;
	struct ops_job *job = ops_job_create(ops, on_ready, data);
	if (!restore_plan(job, history, err)) {
		ops_plan_destroy(&job->plan);
		return NULL;
	}
	wind_back(&job->plan);
	job->journal = journal;
	journal = NULL;
	ops_prepare_start(job);
	return &job->plan;
}

/* ---- rolling back ---- */

struct ops_plan *ops_roll_back(struct ops *ops, const char *id, ops_plan_fn *on_ready, void *data, struct err *err)
{
	if (!has_journals(ops, err))
		return NULL;
	CLEANUP(ops_history_plan_destroy)
	struct ops_history_plan *read = ops_history_plan_load(ops->plans_dir, id, err);
	if (!read || !ops_may_roll_back(&read->head, err))
		return NULL;
	CLEANUP(ops_plan_destroy) struct ops_plan *history = ops_read_plan(ops->plans_dir, id, err);
	struct ops_request request = {0};
	if (!history || !history->operation->roll_back(history, &request, err))
		return NULL;
	/* A plan may be for a cluster that this one only resembles. */
	struct ops_plan *plan = ops_prepare(ops, request.operation, request.target, request.values, request.value_count,
					    on_ready, data, err);
	if (plan) {
		plan->rolls_back = mem_strdup(id);
		ops_job_of(plan)->made_at = ops_job_of(history)->made_at;
	}
	return plan;
}

/* ---- abandoning ---- */

static void abandon_on_left(struct ops_job *job)
{
	void (*left)(void *data, const struct err *err) = job->left;
	void *data = job->data;
	struct err err = job->leases.give_err;
	ops_plan_destroy(&job->plan);
	left(data, err_is_set(&err) ? &err : NULL);
}

bool ops_abandon(struct ops *ops, const char *id, void (*done)(void *data, const struct err *err), void *data,
		 struct err *err)
{
	CLEANUP(ops_history_plan_destroy) struct ops_history_plan *history = NULL;
	if (kube_client_read_only(ops->client))
		return err_set(err, ERR_REFUSED, "mqdeck is read-only: the leases of the plan could not be released");
	if (!has_journals(ops, err))
		return false;
	CLEANUP(ops_journal_close) struct ops_journal *journal = ops_journal_open(ops->plans_dir, id, &history, err);
	if (!journal || !ops_may_resume(&history->head, err) ||
	    !ops_journal_abandoned(journal, str_or(ops->who, "?"), clock_wall_ms(loop_clock(ops->loop)), err))
		return false;
	struct ops_job *job = ops_job_create(ops, NULL, data);
	job->left = done;
	job->ending = true;
	job->plan.id = mem_strdup(id);
	job->plan.operation = ops_find(history->head.operation);
	vec_each (&history->facts, fact)
		ops_set_fact(&job->plan, fact->name, "%s", fact->value);
	ops_leases_give(job, abandon_on_left);
	return true;
}
