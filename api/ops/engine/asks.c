/* The access review: what a plan needs is asked before it is shown, so that nobody finds out at its third step that the
 * fourth is not allowed to him. */
#include <stdio.h>
#include <stdlib.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "api/ops/engine/engine_private.h"

void ops_need_text(const struct kube_question *need, char *out, size_t size)
{
	snprintf(out, size, "%s on %s%s%s%s%s%s%s", need->verb, need->resource, str_empty(need->subresource) ? "" : "/",
		 str_or(need->subresource, ""), str_empty(need->group) ? "" : ".", str_or(need->group, ""),
		 str_empty(need->namespace) ? "" : " in namespace ", str_or(need->namespace, ""));
}

void ops_ask_is_answered(struct ops_job *job)
{
	if (--job->asks_open == 0)
		ops_job_do(job, job->answered, 0);
}

static void asks_on_answer(void *data, enum kube_answer answer, const char *reason, const struct err *err)
{
	struct ops_ask *ask = data;
	struct ops *ops = ask->ops;
	for (size_t i = 0; i < ops->asks.len; i++) {
		if (ops->asks.items[i] == ask) {
			vec_remove(&ops->asks, i);
			break;
		}
	}
	struct ops_job *job = ask->job;
	log_debug(LOG_OPS, "right need=\"%s\" answer=%s", ask->text,
		  answer == KUBE_ALLOWED  ? "allowed"
		  : answer == KUBE_DENIED ? "denied"
					  : "unknown");
	if (job) {
		if (answer == KUBE_DENIED)
			ops_note(&job->plan, OPS_BLOCKS, "permission denied: %s%s%s", ask->text,
				 str_empty(reason) ? "" : ": ", str_or(reason, ""));
		else if (answer == KUBE_UNKNOWN)
			ops_note(&job->plan, OPS_BLOCKS, "cannot tell whether %s is allowed%s%s", ask->text,
				 err && err_is_set(err) ? ": " : "", err && err_is_set(err) ? err->text : "");
		ops_ask_is_answered(job);
	}
	free(ask);
}

void ops_ask_for(void *data, const struct kube_question *need)
{
	struct ops_job *job = data;
	struct ops_ask *ask = mem_alloc(sizeof *ask);
	*ask = (struct ops_ask){.ops = job->ops, .job = job};
	ops_need_text(need, ask->text, sizeof ask->text);
	struct err err = {0};
	if (!kube_access_ask(job->ops->access, need, asks_on_answer, ask, &err)) {
		ops_note(&job->plan, OPS_BLOCKS, "cannot tell whether %s is allowed: %s", ask->text, err.text);
		free(ask);
		return;
	}
	vec_push(&job->ops->asks, ask);
	job->asks_open++;
}

void ops_forget_asks(struct ops_job *job)
{
	vec_each (&job->ops->asks, ask)
		if ((*ask)->job == job)
			(*ask)->job = NULL;
}
