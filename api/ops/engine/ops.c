#include "api/ops/engine/ops.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/engine/engine_private.h"

static const struct ops_operation *const operation_table[] = {
#define OPERATION(name) &ops_operation_##name,
#include "api/ops/ops.def"
#undef OPERATION
};

const struct ops_operation *const *ops_table(size_t *count)
{
	*count = ARRAY_LEN(operation_table);
	return operation_table;
}

const struct ops_operation *ops_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(operation_table); i++)
		if (!strcmp(operation_table[i]->name, name))
			return operation_table[i];
	return NULL;
}

static const struct ops_step_type *const step_types[] = {
#define STEP(name) &ops_step_##name,
#include "api/ops/steps.def"
#undef STEP
};

const struct ops_step_type *ops_step_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(step_types); i++)
		if (!strcmp(step_types[i]->name, name))
			return step_types[i];
	return NULL;
}

struct ops *ops_create(const struct ops_options *options)
{
	struct ops *ops = mem_alloc(sizeof *ops);
	ops->loop = options->loop;
	ops->client = options->client;
	ops->access = kube_access_create(options->client);
	ops->view = options->view;
	ops->kafka = options->kafka;
	ops->data = options->data;
	ops->plans_dir = mem_strdup(options->plans_dir);
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
	free(ops->plans_dir);
	free(ops->who);
	free(ops);
}

void ops_world_changed(struct ops *ops)
{
	vec_each (&ops->jobs, job)
		if ((*job)->at_gate)
			ops_job_do(*job, ops_gate_look, 0);
}

/* ---- targets ---- */

const char *ops_broker_key(const struct world_broker *broker, char out[static OPS_KEY_MAX])
{
	snprintf(out, OPS_KEY_MAX, "%s/%s", broker->cluster->namespace, broker->name);
	return out;
}

static struct world_broker *ops_find_broker(const struct world_view *view, const char *key)
{
	const char *slash = strchr(key, '/');
	if (!slash)
		return NULL;
	CLEANUP(free) char *namespace = mem_strndup(key, (size_t)(slash - key));
	return world_find_broker(view, namespace, slash + 1);
}

static const struct {
	const char *what;
	bool cluster, node, broker; /* what may be meant */
} target_words[] = {
	[OPS_ON_CLUSTER] = {"broker cluster", .cluster = true},
	[OPS_ON_NODE] = {"node", .node = true},
	[OPS_ON_BROKER] = {"broker", .broker = true},
	[OPS_ON_BROKER_OR_NODE] = {"broker or node", .node = true, .broker = true},
};

bool ops_resolve_target_in(const struct world_view *view, enum ops_target target, const char *key,
			   struct ops_context *out, struct err *err)
{
	*out = (struct ops_context){.view = view};
	if (target_words[target].cluster)
		out->cluster = world_find_cluster(view, key);
	if (target_words[target].node)
		out->node = world_find_node(view, key);
	if (target_words[target].broker)
		out->broker = ops_find_broker(view, key);
	if (out->broker)
		out->cluster = out->broker->cluster;
	if (!out->cluster && !out->node)
		return err_set(err, ERR_NOT_FOUND, "%s \"%s\" is not there (any more)", target_words[target].what, key);
	return true;
}

void ops_argument_now(struct ops *ops, const struct ops_operation *operation, size_t index, const char *target,
		      char out[static OPS_ARGUMENT_MAX])
{
	struct ops_context context;
	struct err err;
	out[0] = '\0';
	if (operation->arguments[index].now &&
	    ops_resolve_target_in(ops->view(ops->data), operation->target, target, &context, &err))
		operation->arguments[index].now(&context, out, OPS_ARGUMENT_MAX);
}

bool ops_resolve_target(const struct ops_job *job, struct ops_context *out, struct err *err)
{
	const struct ops *ops = job->ops;
	return ops_resolve_target_in(ops->view(ops->data), job->plan.operation->target, job->plan.target, out, err);
}

/* A broker that a step is about may be away for a while: that is what many steps are for. Its cluster may not. */
bool ops_resolve_step_target(const struct ops_job *job, size_t index, struct ops_context *out, struct err *err)
{
	const struct ops_step *step = &job->plan.steps[index];
	const struct world_view *view = job->ops->view(job->ops->data);
	bool there = ops_resolve_target_in(view, job->plan.operation->target, job->plan.target, out, err);
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

static bool names_cluster(const struct world_cluster *cluster, const char *text)
{
	if (!strcmp(text, cluster->key) || !strcmp(text, cluster->name))
		return true;
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : 0;
	return slash && strlen(cluster->namespace) == len && !strncmp(text, cluster->namespace, len) &&
	       !strcmp(slash + 1, cluster->name);
}

/* A broker is named by its pod, with the namespace where two have one of that name. */
static char *resolve_broker(const struct world_view *view, const char *text, struct err *err)
{
	const struct world_broker *found = NULL;
	char key[OPS_KEY_MAX];
	for (size_t i = 0; i < view->cluster_count; i++) {
		for (size_t j = 0; j < view->clusters[i]->broker_count; j++) {
			const struct world_broker *broker = view->clusters[i]->brokers[j];
			if (strcmp(broker->name, text) != 0 && strcmp(ops_broker_key(broker, key), text) != 0)
				continue;
			if (found) {
				err_set(err, ERR_USAGE, "\"%s\" is a broker in namespace %s and in %s: name one", text,
					found->cluster->namespace, broker->cluster->namespace);
				return NULL;
			}
			found = broker;
		}
	}
	return found ? mem_strdup(ops_broker_key(found, key)) : NULL;
}

char *ops_resolve(const struct world_view *view, enum ops_target target, const char *text, struct err *err)
{
	if (!target_words[target].cluster) {
		struct ops_context context;
		struct err ambiguous = {0};
		char *broker = target_words[target].broker ? resolve_broker(view, text, &ambiguous) : NULL;
		if (broker)
			return broker;
		if (err_is_set(&ambiguous)) {
			*err = ambiguous;
			return NULL;
		}
		return ops_resolve_target_in(view, target, text, &context, err) ? mem_strdup(text) : NULL;
	}
	const struct world_cluster *found = NULL;
	for (size_t i = 0; i < view->cluster_count; i++) {
		const struct world_cluster *cluster = view->clusters[i];
		if (!names_cluster(cluster, text))
			continue;
		if (found) {
			err_set(err, ERR_USAGE, "\"%s\" is both %s and %s: name one", text, found->key, cluster->key);
			return NULL;
		}
		found = cluster;
	}
	if (!found)
		err_set(err, ERR_NOT_FOUND, "there is no broker cluster \"%s\"", text);
	return found ? mem_strdup(found->key) : NULL;
}

/* ---- jobs ---- */

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

struct ops_job *ops_job_create(struct ops *ops, ops_plan_fn *fn, void *data)
{
	struct ops_job *job = mem_alloc(sizeof *job);
	job->ops = ops;
	job->fn = fn;
	job->data = data;
	job->work = loop_timer_create(ops->loop, on_work, job);
	job->tell = loop_timer_create(ops->loop, job_on_tell, job);
	vec_push(&ops->jobs, job);
	return job;
}

struct ops_plan *ops_prepare(struct ops *ops, const struct ops_operation *operation, const char *target,
			     const struct ops_value *values, size_t value_count, ops_plan_fn *on_ready, void *data,
			     struct err *err)
{
	struct ops_job *job = ops_job_create(ops, on_ready, data);
	job->plan.operation = operation;
	job->plan.target = mem_strdup(target);
	struct ops_context context;
	if (!ops_resolve_target(job, &context, err) || !ops_take_values(&job->plan, values, value_count, err)) {
		ops_plan_destroy(&job->plan);
		return NULL;
	}
	ops_prepare_start(job);
	return &job->plan;
}

void ops_forget_asks(struct ops_job *job)
{
	vec_each (&job->ops->asks, ask)
		if ((*ask)->job == job)
			(*ask)->job = NULL;
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
	err_set(may->err, ERR_FORBIDDEN, "missing right: %s", text);
}

bool ops_may(struct ops *ops, const struct ops_operation *operation, const char *target, struct err *err)
{
	if (kube_client_read_only(ops->client))
		return err_set(err, ERR_REFUSED, "read-only: %s is not possible", operation->name);
	struct ops_context context;
	if (!ops_resolve_target_in(ops->view(ops->data), operation->target, target, &context, err))
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
