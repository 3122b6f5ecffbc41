/* From a request to a plan: rights, consequences, dry run. Whatever stands against it becomes an OPS_BLOCKS
 * sentence, so that the operator sees all reasons at once; only a dry run of a plan that is blocked anyway is not
 * sent. */
#include <stdio.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "api/ops/engine/engine_private.h"

enum { RENEW_LOOK_MS = 100, RENEW_LIMIT_MS = 15000 };

static void become_ready(struct ops_job *job)
{
	log_info(LOG_OPS, "preflight operation=%s target=\"%s\" severity=%s steps=%zu sentences=%zu",
		 job->plan.operation->name, str_or(job->plan.target, ""), ops_severity_word(job->plan.severity),
		 job->plan.step_count, job->plan.sentence_count);
	/* What blocks may quote an error behind its colon. */
	for (size_t i = 0; i < job->plan.sentence_count; i++) {
		const struct ops_sentence *it = &job->plan.sentences[i];
		log_debug(LOG_OPS, "preflight %s=\"%.*s\"", it->kind == OPS_BLOCKS ? "blocked" : "sentence",
			  (int)strcspn(it->text, it->kind == OPS_BLOCKS ? ":" : ""), it->text);
	}
	job->plan.state = OPS_STATE_READY;
	ops_job_tell(job);
}

/* ---- dry run ---- */

static void dry_run_from(struct ops_job *job, size_t step);

static void on_dry_run(struct ops_job *job, enum ops_verdict verdict, const struct err *err)
{
	struct ops_plan *plan = &job->plan;
	size_t step = job->guarded_patch.step;
	plan->steps[step].dry_run_ok = !err && verdict == OPS_TO_DO;
	/* The status of a live object changes all the time: a guard that went stale says nothing about the plan. */
	if (err && err->code == ERR_CONFLICT && job->conflicts++ < 3) {
		ops_guarded_patch_start(job, step, true, on_dry_run);
		return;
	}
	if (err && err->code == ERR_REFUSED)
		ops_note(plan, OPS_BLOCKS, "%s", err->text);
	else if (err)
		ops_note(plan, OPS_BLOCKS, "the dry run of \"%s\" failed: %s", plan->steps[step].title, err->text);
	else if (verdict == OPS_ALREADY)
		ops_note(plan, OPS_MEANS, "\"%s\" is already done", plan->steps[step].title);
	dry_run_from(job, step + 1);
}

static void dry_run_from(struct ops_job *job, size_t step)
{
	job->conflicts = 0;
	while (step < job->plan.step_count && !job->plan.steps[step].type->object)
		step++;
	if (step == job->plan.step_count || job->plan.severity == OPS_BLOCKED)
		become_ready(job);
	else
		ops_guarded_patch_start(job, step, true, on_dry_run);
}

static void begin_dry_run(struct ops_job *job)
{
	dry_run_from(job, job->plan.current);
}

/* ---- plan and preflight ---- */

/* Nothing on a cluster is safe while it has brokers that nobody knows the pods of. */
static void mind_unjoined(struct ops_plan *plan, const struct world_cluster *cluster)
{
	if (cluster->unjoined)
		ops_note(plan, OPS_CAUTION, "%s%s%s", cluster->unjoined, cluster->unjoined_advice ? "; " : "",
			 str_or(cluster->unjoined_advice, ""));
}

/* Nor while the brokers keep to themselves what a plan leans on. */
static void mind_withheld(struct ops_plan *plan, const struct world_cluster *cluster)
{
	static const uint32_t leans_on = WORLD_ON_CLUSTERS | WORLD_ON(BROKERS) | WORLD_ON(REPLICAS) |
					 WORLD_ON(MINIMUMS) | WORLD_ON(MOVES) | WORLD_ON(QUORUM);
	enum world_part part = world_withheld_part(cluster->parts, leans_on);
	const struct err *err = part == WORLD_PART_COUNT ? NULL : &cluster->parts[part].err;
	if (err && err_is_set(err))
		ops_note(plan, OPS_CAUTION, "%s of %s unknown: %s", world_part_word(part), cluster->name, err->text);
}

static void mind_cluster(struct ops_plan *plan, const struct world_cluster *cluster)
{
	mind_unjoined(plan, cluster);
	mind_withheld(plan, cluster);
}

static void prepare_judge(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_cluster *last = NULL;
	plan->operation->preflight(plan, context);
	if (context->cluster)
		mind_cluster(plan, context->cluster);
	for (size_t i = 0; !context->cluster && context->node && i < context->node->broker_count; i++) {
		const struct world_cluster *cluster = context->node->brokers[i]->cluster;
		if (cluster != last)
			mind_cluster(plan, cluster);
		last = cluster;
	}
}

/* What is left of a plan that is resumed: its steps stand, the world has gone on. */
static void look_at_rest(struct ops_plan *plan, const struct ops_context *context)
{
	if (plan->current < plan->step_count)
		ops_note(plan, OPS_CHANGES, "resumes at step %zu of %zu: %s", plan->current + 1, plan->step_count,
			 plan->steps[plan->current].title);
	else
		ops_note(plan, OPS_CHANGES, "nothing: all %zu steps are done", plan->step_count);
	if (context && plan->current < plan->step_count)
		prepare_judge(plan, context);
}

/* The plan itself may have taken its target out of the world for a while. */
static bool is_without_target(const struct ops_job *job)
{
	struct ops_context context;
	const struct ops_plan *plan = &job->plan;
	return plan->under_way && plan->current < plan->step_count &&
	       ops_job_step_target(job, plan->current, &context, NULL);
}

/* What runs in a Deployment is shown: it has no ordinals, no claims of its own and nobody who keeps its order. */
static bool is_operated(const struct ops_context *context, struct err *err)
{
	const struct world_cluster *cluster = context->cluster;
	if (!cluster || !cluster->workload)
		return true;
	return err_set(err, ERR_UNSUPPORTED,
		       "%s %s runs in a %s: mqdeck shows it, and operates only what a StatefulSet or an operator runs",
		       cluster->kind == WORLD_BROKER_KAFKA ? "Kafka" : "RabbitMQ", cluster->name,
		       cluster->workload_kind);
}

static void prepare_make_plan(struct ops_job *job)
{
	struct err err = {0};
	struct ops_context context;
	struct ops_plan *plan = &job->plan;
	bool there = ops_job_target(job, &context, &err) && is_operated(&context, &err);
	if (*job->made_at.server && !ops_place_is_same(job, &err)) {
		ops_note(plan, OPS_BLOCKS, "%s", err.text);
	} else if (!there && is_without_target(job)) {
		look_at_rest(plan, NULL);
	} else if (!there) {
		if (!plan->title)
			ops_set_title(plan, "%s %s", plan->operation->title, plan->target);
		ops_note(plan, OPS_BLOCKS, "%s", err.text);
	} else if (plan->under_way) {
		look_at_rest(plan, &context);
	} else {
		ops_replace_text(&plan->confirm, context.cluster ? context.cluster->name : context.node->name);
		plan->operation->plan(plan, &context);
		ops_leases_name(job, &context);
		prepare_judge(plan, &context);
	}
	ops_leases_look(job, begin_dry_run);
}

/* ---- what is read before ---- */

static void on_looked(struct ops_job *job, enum ops_verdict verdict, const struct err *err)
{
	ops_forget_steps(&job->plan);
	if (err)
		ops_note(&job->plan, OPS_BLOCKS, "%s", err->text);
	prepare_make_plan(job);
}

/* Of a cluster that nobody looked at what is known may be minutes old. */
static const struct world_cluster *outdated_cluster(const struct ops_job *job)
{
	const struct world_view *view = job->needs.len ? ops_view(job->ops) : NULL;
	for (size_t i = 0; i < job->needs.len; i++) {
		const struct world_cluster *cluster = world_find_cluster(view, job->needs.items[i]);
		if (cluster && cluster->outdated)
			return cluster;
	}
	return NULL;
}

static void look_first(struct ops_job *job)
{
	const struct world_cluster *outdated = outdated_cluster(job);
	int64_t now = loop_now_ms(job->ops->loop);
	if (job->waited_from_ms < 0)
		job->waited_from_ms = now;
	if (outdated && now - job->waited_from_ms < RENEW_LIMIT_MS) {
		ops_job_do(job, look_first, RENEW_LOOK_MS);
		return;
	}
	if (outdated)
		ops_note(&job->plan, OPS_BLOCKS,
			 "the brokers of %s, which are asked seldom, did not answer anew in time: what is known of "
			 "them is "
			 "not of now",
			 outdated->name);
	const struct ops_step_type *look = job->plan.operation->look;
	if (!look || job->plan.under_way) { /* what was found then stands in the facts */
		prepare_make_plan(job);
		return;
	}
	ops_add_step(&job->plan, look, "look");
	ops_send_start(job, 0, on_looked);
}

/* ---- the beginning ---- */

void ops_prepare_start(struct ops_job *job)
{
	struct err err = {0};
	struct ops_context context;
	job->answered = look_first;
	ops_place_ask(job);
	if (kube_client_read_only(job->ops->client)) {
		ops_note(&job->plan, OPS_BLOCKS, "mqdeck is read-only: nothing can be changed");
	} else if (ops_job_target(job, &context, &err)) {
		struct ops_needs needs = {0};
		context.plan = &job->plan;
		ops_job_need(job, &context);
		job->plan.operation->access(&context, &needs);
		for (size_t i = 0; i < needs.count; i++)
			ops_ask_for(job, &needs.items[i]);
		ops_leases_questions(job->ops, &job->plan, job->plan.operation, &context, ops_ask_for, job);
	}
	if (job->asks_open == 0)
		ops_job_do(job, look_first, 0);
}
