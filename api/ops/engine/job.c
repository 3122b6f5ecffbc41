/* A plan with what it takes to carry it out: its timers, and its target as the world shows it at this moment. */
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/ops/engine/engine_private.h"

enum { NEEDED_MS = 10 * 1000 };

static void on_work(void *data)
{
	struct ops_job *job = data;
	job->next(job);
}

static void job_on_tell(void *data)
{
	struct ops_job *job = data;
	if (job->fn)
		job->fn(job->data, &job->plan);
}

void ops_job_do(struct ops_job *job, void (*next)(struct ops_job *job), int64_t delay_ms)
{
	job->next = next;
	loop_timer_arm(job->work, delay_ms);
}

void ops_job_tell(struct ops_job *job)
{
	loop_timer_arm(job->tell, 0);
}

int64_t ops_wall_ms(const struct ops_job *job)
{
	return clock_wall_ms(loop_clock(job->ops->loop));
}

/* ---- what it needs ---- */

void ops_say_needs(void *data)
{
	struct ops *ops = data;
	bool any = false;
	for (size_t i = 0; ops->need && i < ops->jobs.len; i++) {
		const struct ops_job *job = ops->jobs.items[i];
		for (size_t j = 0; !ops_is_over(&job->plan) && j < job->needs.len; j++) {
			ops->need(ops->data, job->needs.items[j]);
			any = true;
		}
	}
	if (any)
		loop_timer_arm(ops->still_needed, NEEDED_MS);
}

static void need_cluster(struct ops_job *job, const struct world_cluster *cluster)
{
	vec_each (&job->needs, key)
		if (str_eq(*key, cluster->key))
			return;
	vec_push(&job->needs, mem_strdup(cluster->key));
}

void ops_job_need(struct ops_job *job, const struct ops_context *context)
{
	if (context->cluster)
		need_cluster(job, context->cluster);
	for (size_t i = 0; context->node && i < context->node->broker_count; i++)
		need_cluster(job, context->node->brokers[i]->cluster);
	ops_say_needs(job->ops);
}

void ops_job_forget_needs(struct ops_job *job)
{
	vec_each (&job->needs, key)
		free(*key);
	vec_finish(&job->needs);
}

/* ---- life ---- */

struct ops_job *ops_job_create(struct ops *ops, ops_plan_fn *fn, void *data)
{
	struct ops_job *job = mem_alloc(sizeof *job);
	job->ops = ops;
	job->fn = fn;
	job->data = data;
	job->waited_from_ms = -1;
	job->work = loop_timer_create(ops->loop, on_work, job);
	job->tell = loop_timer_create(ops->loop, job_on_tell, job);
	vec_push(&ops->jobs, job);
	return job;
}

bool ops_job_target(const struct ops_job *job, struct ops_context *out, struct err *err)
{
	const struct ops *ops = job->ops;
	return ops_resolve_target(ops->view(ops->data), job->plan.operation->target, job->plan.target, out, err);
}

/* A broker that a step is about may be away for a while: that is what many steps are for. Its cluster may not. */
bool ops_job_step_target(const struct ops_job *job, size_t index, struct ops_context *out, struct err *err)
{
	const struct ops_step *step = &job->plan.steps[index];
	const struct world_view *view = job->ops->view(job->ops->data);
	bool there = ops_resolve_target(view, job->plan.operation->target, job->plan.target, out, err);
	if (step->broker) {
		out->broker = ops_find_broker(view, step->broker);
		out->cluster = out->broker ? out->broker->cluster : out->cluster;
		/* A broker that is the target itself and is away just now: the step decides. */
		there |= job->plan.operation->target != OPS_ON_CLUSTER;
	}
	there |= step->type->without_target;
	out->view = view;
	out->step = step;
	out->wall_ms = ops_wall_ms(job);
	return there;
}
