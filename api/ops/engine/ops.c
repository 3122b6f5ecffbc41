/* The engine as its users see it: made and ended, what may be asked for now, and a plan from its request to its end. */
#include "api/ops/engine/ops.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/engine/engine_private.h"

struct ops *ops_create(const struct ops_options *options)
{
	struct ops *ops = mem_alloc(sizeof *ops);
	ops->loop = options->loop;
	ops->client = options->client;
	ops->access = kube_access_create(options->client);
	ops->view = options->view;
	ops->kafka = options->kafka;
	ops->need = options->need;
	ops->still_needed = loop_timer_create(options->loop, ops_say_needs, ops);
	ops->data = options->data;
	ops->plans_dir = mem_strdup(options->plans_dir);
	ops->no_plans_dir = mem_strdup(options->no_plans_dir);
	ops->who = mem_strdup(options->who);
	return ops;
}

/* Its plan stays readable until its owner destroys it; nothing is done with it any more. */
static void orphan_job(struct ops_job *job)
{
	ops_guarded_patch_cancel(job);
	ops_send_cancel(job);
	kube_request_cancel(job->place_request);
	job->place_request = NULL;
	ops_leases_finish(job);
	ops_job_forget_needs(job);
	ops_journal_close(job->journal);
	job->journal = NULL;
	loop_timer_destroy(job->work);
	loop_timer_destroy(job->tell);
	job->work = job->tell = NULL;
	job->ops = NULL;
	if (!ops_is_over(&job->plan))
		job->plan.state = OPS_STATE_CANCELLED;
}

static void free_job(struct ops_job *job)
{
	ops_plan_finish(&job->plan);
	free(job);
}

void ops_destroy(struct ops *ops)
{
	if (!ops)
		return;
	kube_access_finish(ops->access);
	vec_each (&ops->jobs, job) {
		orphan_job(*job);
		if ((*job)->left)
			free_job(*job);
	}
	vec_each (&ops->asks, ask)
		free(*ask);
	vec_finish(&ops->asks);
	vec_finish(&ops->jobs);
	loop_timer_destroy(ops->still_needed);
	free(ops->plans_dir);
	free(ops->no_plans_dir);
	free(ops->who);
	free(ops);
}

const struct world_view *ops_view(const struct ops *ops)
{
	return ops->view(ops->data);
}

void ops_world_changed(struct ops *ops)
{
	vec_each (&ops->jobs, job)
		if ((*job)->at_gate)
			ops_job_do(*job, ops_gate_look, 0);
}

struct ops_plan *ops_prepare(struct ops *ops, const struct ops_operation *operation, const char *target,
			     const struct ops_value *values, size_t value_count, ops_plan_fn *on_ready, void *data,
			     struct err *err)
{
	struct ops_job *job = ops_job_create(ops, on_ready, data);
	job->plan.operation = operation;
	job->plan.target = mem_strdup(target);
	struct ops_context context;
	if (!ops_job_target(job, &context, err) || !ops_take_values(&job->plan, values, value_count, err)) {
		ops_plan_destroy(&job->plan);
		return NULL;
	}
	ops_prepare_start(job);
	return &job->plan;
}

void ops_argument_now(struct ops *ops, const struct ops_operation *operation, size_t index, const char *target,
		      char out[static OPS_ARGUMENT_MAX])
{
	struct ops_context context;
	struct err err;
	out[0] = '\0';
	if (operation->arguments[index].now &&
	    ops_resolve_target(ops->view(ops->data), operation->target, target, &context, &err))
		operation->arguments[index].now(&context, out, OPS_ARGUMENT_MAX);
}

static void leave_jobs(struct ops *ops, const struct ops_job *job)
{
	for (size_t i = 0; i < ops->jobs.len; i++) {
		if (ops->jobs.items[i] == job) {
			vec_remove(&ops->jobs, i);
			return;
		}
	}
}

void ops_plan_destroy(struct ops_plan *plan)
{
	if (!plan)
		return;
	struct ops_job *job = ops_job_of(plan);
	if (job->ops) {
		ops_forget_asks(job);
		leave_jobs(job->ops, job);
		orphan_job(job);
	}
	free_job(job);
}

struct may {
	struct ops *ops;
	struct err *err;
	bool denied;
};

static void look_at_right(void *data, const struct kube_question *need)
{
	struct may *may = data;
	if (may->denied || kube_access_now(may->ops->access, need) != KUBE_DENIED)
		return;
	char text[256];
	ops_need_text(need, text, sizeof text);
	may->denied = true;
	err_set(may->err, ERR_FORBIDDEN, "permission denied: %s", text);
}

bool ops_may(struct ops *ops, const struct ops_operation *operation, const char *target, struct err *err)
{
	if (kube_client_read_only(ops->client))
		return err_set(err, ERR_REFUSED, "read-only: %s is disabled", operation->name);
	struct ops_context context;
	if (!ops_resolve_target(ops->view(ops->data), operation->target, target, &context, err))
		return false;
	const char *kind = context.cluster && context.cluster->kind == WORLD_BROKER_KAFKA ? "Kafka" : "RabbitMQ";
	if (context.cluster && operation->only && !str_eq(operation->only, kind))
		return err_set(err, ERR_REFUSED, "only for %s", operation->only);
	struct ops_needs needs = {0};
	struct may may = {.ops = ops, .err = err};
	operation->access(&context, &needs);
	for (size_t i = 0; i < needs.count; i++)
		look_at_right(&may, &needs.items[i]);
	ops_leases_questions(ops, NULL, operation, &context, look_at_right, &may);
	return !may.denied;
}
