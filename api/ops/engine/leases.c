/* The leases of a plan: one for each broker cluster that it touches, taken in one order by everybody. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/ops/engine/engine_private.h"

#define FACT "leases"

enum { NAMES_MAX = 64, GIVE_LIMIT_MS = 3000 };

struct names {
	char *items[NAMES_MAX]; /* "namespace/mqdeck-kafka-orders" */
	size_t count;
};

static void names_finish(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i]);
	names->count = 0;
}

static inline void cleanup_names_finish(struct names *names)
{
	names_finish(names);
}

/* Sorted, each once: two plans that touch the same clusters take the leases in the same order, or each would wait for the
 * other for ever. Takes the name over. */
static void leases_add_name(struct names *names, char *name)
{
	size_t at = 0;
	while (at < names->count && strcmp(names->items[at], name) < 0)
		at++;
	if ((at < names->count && !strcmp(names->items[at], name)) || names->count == NAMES_MAX) {
		free(name);
		return;
	}
	memmove(names->items + at + 1, names->items + at, (names->count - at) * sizeof *names->items);
	names->items[at] = name;
	names->count++;
}

static void leases_add_cluster(struct names *names, const struct world_cluster *cluster)
{
	CLEANUP(free) char *name = cluster ? world_lease_name(cluster) : NULL;
	if (name)
		leases_add_name(names, str_printf("%s/%s", cluster->namespace, name));
}

/* Those that a plan was made with; before that, those of its target. */
static void find_names(const struct ops *ops, const struct ops_plan *plan, const struct ops_operation *operation,
		       const struct ops_context *context, struct names *out)
{
	const char *at = plan ? ops_fact(plan, FACT) : NULL;
	*out = (struct names){0};
	if (!ops->who || (operation && operation->no_lease))
		return;
	while (at && *at) {
		size_t len = strcspn(at, " ");
		if (memchr(at, '/', len))
			leases_add_name(out, mem_strndup(at, len));
		at += len + (at[len] == ' ');
	}
	if (out->count > 0 || !context)
		return;
	leases_add_cluster(out, context->cluster);
	for (size_t i = 0; context->node && i < context->node->broker_count; i++)
		leases_add_cluster(out, context->node->brokers[i]->cluster);
}

void ops_leases_name(struct ops_job *job, const struct ops_context *context)
{
	struct ops_plan *plan = &job->plan;
	CLEANUP(names_finish) struct names names;
	find_names(job->ops, NULL, plan->operation, context, &names);
	if (!job->ops->who || plan->operation->no_lease)
		return;
	for (size_t i = 0; i < plan->step_count; i++) {
		const char *key = plan->steps[i].broker, *slash = key ? strchr(key, '/') : NULL;
		if (!slash)
			continue;
		CLEANUP(free) char *namespace = mem_strndup(key, (size_t)(slash - key));
		const struct world_broker *broker = world_find_broker(context->view, namespace, slash + 1);
		leases_add_cluster(&names, broker ? broker->cluster : NULL);
	}
	struct buf text = BUF_INIT(64 * 1024);
	for (size_t i = 0; i < names.count; i++)
		buf_printf(&text, "%s%s", i ? " " : "", names.items[i]);
	if (text.len)
		ops_set_fact(plan, FACT, "%s", buf_str(&text));
	buf_finish(&text);
}

void ops_leases_questions(const struct ops *ops, const struct ops_plan *plan, const struct ops_operation *operation,
			  const struct ops_context *context, ops_question_fn *fn, void *data)
{
	static const char *const verbs[] = {"get", "create", "patch"};
	CLEANUP(names_finish) struct names names;
	CLEANUP(free) char *last = NULL;
	find_names(ops, plan, operation, context, &names);
	for (size_t i = 0; i < names.count; i++) {
		char *namespace = mem_strndup(names.items[i], strcspn(names.items[i], "/"));
		bool again = last && strcmp(namespace, last) == 0;
		free(last);
		last = namespace;
		for (size_t j = 0; !again && j < ARRAY_LEN(verbs); j++)
			fn(data, &(struct kube_question){.verb = verbs[j],
							 .group = "coordination.k8s.io",
							 .resource = "leases",
							 .namespace = namespace});
	}
}

/* ---- the leases themselves ---- */

static void leases_on_change(void *data);

void ops_leases_finish(struct ops_job *job)
{
	vec_each (&job->leases.items, lease)
		ops_lease_destroy(*lease);
	vec_finish(&job->leases.items);
	job->leases = (struct ops_leases){0};
}

static void leases_begin(struct ops_job *job, enum ops_leases_phase phase, void (*done)(struct ops_job *job))
{
	if (job->leases.items.len == 0) {
		CLEANUP(names_finish) struct names names;
		find_names(job->ops, &job->plan, job->plan.operation, NULL, &names);
		for (size_t i = 0; i < names.count; i++) {
			char *slash = strchr(names.items[i], '/');
			*slash = '\0';
			struct ops_lease *lease = ops_lease_create(&(struct ops_lease_options){
				.loop = job->ops->loop,
				.client = job->ops->client,
				.namespace = names.items[i],
				.name = slash + 1,
				.who = job->ops->who,
				.plan_id = job->plan.id,
				.operation = job->plan.operation ? job->plan.operation->name : "",
				.title = str_or(job->plan.title, ""),
				.on_change = leases_on_change,
				.data = job});
			vec_push(&job->leases.items, lease);
		}
	}
	job->leases.phase = phase;
	job->leases.done = done;
	job->leases.at = 0;
}

/* The next one, or the end. */
static void go_along(struct ops_job *job)
{
	static void (*const starts[])(struct ops_lease *lease) = {
		[OPS_LEASES_LOOK] = ops_lease_look,
		[OPS_LEASES_TAKE] = ops_lease_take,
		[OPS_LEASES_GIVE] = ops_lease_give,
	};
	struct ops_leases *leases = &job->leases;
	if (leases->at < leases->items.len) {
		starts[leases->phase](leases->items.items[leases->at]);
		return;
	}
	void (*done)(struct ops_job *job) = leases->done;
	leases->phase = OPS_LEASES_HOLD;
	leases->done = NULL;
	done(job);
}

static void leases_looked(struct ops_job *job, const struct ops_lease *lease)
{
	const struct err *err = ops_lease_err(lease);
	enum ops_lease_state state = ops_lease_state(lease);
	if (state == OPS_LEASE_LOST && ops_lease_seems_dead(lease))
		ops_note(&job->plan, OPS_CAUTION,
			 "%s; the holder seems to be gone: mqdeck takes the lease over once it expires", err->text);
	else if (state == OPS_LEASE_LOST)
		ops_note(&job->plan, OPS_BLOCKS, "%s", err->text);
	else if (state == OPS_LEASE_DENIED)
		ops_note(&job->plan, OPS_BLOCKS, "cannot tell whether somebody else is changing it: %s", err->text);
	job->leases.at++;
	go_along(job);
}

static void leases_taken(struct ops_job *job, const struct ops_lease *lease)
{
	enum ops_lease_state state = ops_lease_state(lease);
	const struct err *err = ops_lease_err(lease);
	if (state == OPS_LEASE_HELD) {
		job->leases.at++;
		go_along(job);
	} else if (state == OPS_LEASE_LOST || state == OPS_LEASE_DENIED) {
		job->leases.lost(job, err);
	} else if (err_is_set(err)) {
		ops_wait_because(job, err->text);
	}
}

static void leases_given(struct ops_job *job, const struct ops_lease *lease)
{
	if (ops_lease_state(lease) == OPS_LEASE_ASKING)
		return;
	if (err_is_set(ops_lease_err(lease)) && !err_is_set(&job->leases.give_err))
		job->leases.give_err = *ops_lease_err(lease);
	job->leases.at++;
	go_along(job);
}

static void leases_held(struct ops_job *job)
{
	if (!job->leases.lost) /* they were only looked at, and are about to go */
		return;
	vec_each (&job->leases.items, lease) {
		enum ops_lease_state state = ops_lease_state(*lease);
		if (state == OPS_LEASE_LOST || state == OPS_LEASE_DENIED) {
			job->leases.lost(job, ops_lease_err(*lease));
			return;
		}
	}
}

static void leases_on_change(void *data)
{
	struct ops_job *job = data;
	struct ops_leases *leases = &job->leases;
	static void (*const hears[])(struct ops_job *job, const struct ops_lease *lease) = {
		[OPS_LEASES_LOOK] = leases_looked, [OPS_LEASES_TAKE] = leases_taken, [OPS_LEASES_GIVE] = leases_given};
	if (leases->phase == OPS_LEASES_HOLD)
		leases_held(job);
	else
		hears[leases->phase](job, leases->items.items[leases->at]);
}

static void look_is_over(struct ops_job *job)
{
	void (*then)(struct ops_job *job) = job->leases.then;
	ops_leases_finish(job);
	then(job);
}

static void look_is_over_later(struct ops_job *job)
{
	ops_job_do(job, look_is_over, 0);
}

void ops_leases_look(struct ops_job *job, void (*done)(struct ops_job *job))
{
	leases_begin(job, OPS_LEASES_LOOK, look_is_over_later);
	job->leases.then = done;
	go_along(job);
}

void ops_leases_take(struct ops_job *job, void (*done)(struct ops_job *job), ops_lost_fn *lost)
{
	leases_begin(job, OPS_LEASES_TAKE, done);
	job->leases.lost = lost;
	go_along(job);
}

static void give_is_over(struct ops_job *job)
{
	ops_job_do(job, job->leases.then, 0);
}

void ops_leases_give(struct ops_job *job, void (*done)(struct ops_job *job))
{
	leases_begin(job, OPS_LEASES_GIVE, give_is_over);
	job->leases.then = done;
	ops_job_do(job, done, GIVE_LIMIT_MS);
	go_along(job);
}

bool ops_leases_are_held(const struct ops_job *job, struct err *err)
{
	vec_each (&job->leases.items, lease) {
		if (ops_lease_state(*lease) == OPS_LEASE_HELD)
			continue;
		*err = *ops_lease_err(*lease);
		return false;
	}
	return true;
}
