/* What is written down while a plan is carried out: in its journal, and beside its steps for whoever looks on. */
#include <string.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "api/ops/engine/engine_private.h"

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

void ops_save_step(struct ops_job *job)
{
	struct err err = {0};
	check_written(job, ops_journal_step(job->journal, &job->plan, job->plan.current, ops_wall_ms(job), &err), &err);
}

void ops_save_state(struct ops_job *job, enum ops_state state)
{
	struct err err = {0};
	check_written(job, ops_journal_state(job->journal, &job->plan, state, ops_wall_ms(job), &err), &err);
}

void ops_set_state(struct ops_job *job, enum ops_state state)
{
	log_info(LOG_OPS, "plan state=%s title=\"%s\"", ops_state_word(state), str_or(job->plan.title, ""));
	job->plan.state = state;
	ops_save_state(job, state);
	ops_job_tell(job);
}

void ops_wait_because(struct ops_job *job, const char *why)
{
	if (job->plan.current == job->plan.step_count)
		return;
	ops_replace_text(&ops_step_now(job)->why, why);
	ops_job_tell(job);
}
