/* Pause and resume an operator's reconciliation: the label or annotation that it defines for that, and nothing else. */
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/str.h"
#include "api/ops/plan/plan.h"

/* The RabbitmqCluster or Kafka that the cluster is made from; false with err when no operator manages it. */
static bool ops_operator_object(const struct world_cluster *cluster, struct ops_object *out, struct err *err)
{
	*out = (struct ops_object){.namespace = cluster->namespace};
	if (cluster->rabbitmq_resource) {
		out->group = "rabbitmq.com", out->versions = "v1beta1", out->resource = "rabbitmqclusters";
		out->kind = "RabbitmqCluster", out->name = cluster->rabbitmq_resource->meta.name;
	} else if (cluster->kafka_resource) {
		out->group = "kafka.strimzi.io", out->versions = "v1,v1beta2", out->resource = "kafkas";
		out->kind = "Kafka", out->name = cluster->kafka_resource->meta.name;
	} else {
		return err_set(err, ERR_NOT_FOUND, "no operator manages %s: there is no reconciliation to pause",
			       cluster->key);
	}
	return true;
}

/* Where each operator looks. */
struct mark {
	const char *operator, * where, *name;
};

static const struct mark rabbitmq_mark = {"the RabbitMQ cluster operator", "labels",
					  "rabbitmq.com/pauseReconciliation"};
static const struct mark strimzi_mark = {"Strimzi", "annotations", "strimzi.io/pause-reconciliation"};

static const struct mark *mark_of(const char *resource)
{
	return str_eq(resource, "rabbitmqclusters") ? &rabbitmq_mark : &strimzi_mark;
}

static enum ops_verdict change_mark(const struct mark *mark, bool pause, const cJSON *now, struct buf *patch)
{
	const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(now, "metadata");
	const cJSON *marks = cJSON_GetObjectItemCaseSensitive(metadata, mark->where);
	bool paused = str_eq(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(marks, mark->name)), "true");
	if (paused == pause)
		return OPS_ALREADY;
	/* null takes the member away. */
	buf_printf(patch, "\"metadata\":{\"%s\":{\"%s\":%s}}", mark->where, mark->name, pause ? "\"true\"" : "null");
	return OPS_TO_DO;
}

static bool mark_object(const struct ops_plan *plan, const struct ops_context *context, struct ops_object *out,
			struct err *err)
{
	return ops_operator_object(context->cluster, out, err);
}

static const struct mark *mark_now(const cJSON *now)
{
	const char *kind = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(now, "kind"));
	return str_eq(kind, "Kafka") ? &strimzi_mark : &rabbitmq_mark;
}

static enum ops_verdict change_pause(const struct ops_plan *plan, const struct cJSON *now, struct buf *patch,
				     struct err *err)
{
	return change_mark(mark_now(now), true, now, patch);
}

static enum ops_verdict change_resume(const struct ops_plan *plan, const struct cJSON *now, struct buf *patch,
				      struct err *err)
{
	return change_mark(mark_now(now), false, now, patch);
}

const struct ops_step_type ops_step_operator_pause = {.name = "operator-pause",
						      .object = mark_object,
						      .change = change_pause,
						      .leaves = "the operator stays paused",
						      .until = {&ops_step_operator_resume}};
const struct ops_step_type ops_step_operator_resume = {
	.name = "operator-resume", .object = mark_object, .change = change_resume};

/* ---- the operations ---- */

/* Rights to read and patch that resource. */
static void ops_operator_need(struct ops_needs *needs, const struct world_cluster *cluster)
{
	static const char *const verbs[] = {"get", "patch"};
	struct ops_object object;
	if (!ops_operator_object(cluster, &object, NULL))
		return;
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		ops_need(needs, &(struct kube_question){.verb = verbs[i],
							.group = object.group,
							.resource = object.resource,
							.namespace = object.namespace,
							.name = object.name});
}

static void pause_access(const struct ops_context *context, struct ops_needs *needs)
{
	ops_operator_need(needs, context->cluster);
}

static bool wants_pause(const struct ops_plan *plan)
{
	return plan->operation == &ops_operation_pause_operator;
}

static void pause_plan(struct ops_plan *plan, const struct ops_context *context)
{
	struct ops_object object;
	const char *name = context->cluster->name;
	ops_set_title(plan, "%s the operator's reconciliation of %s", wants_pause(plan) ? "Pause" : "Resume", name);
	if (!ops_operator_object(context->cluster, &object, NULL))
		return;
	const struct mark *mark = mark_of(object.resource);
	ops_note(plan, OPS_CHANGES, "%s %s/%s %s %s → %s", object.kind, object.namespace, object.name, mark->where,
		 mark->name, wants_pause(plan) ? "true" : "none");
	ops_add_step(plan, wants_pause(plan) ? &ops_step_operator_pause : &ops_step_operator_resume, "%s %s for %s/%s",
		     wants_pause(plan) ? "set" : "remove", mark->name, object.namespace, object.name);
}

/* What is already so is found by the step, and is no harm: annotations are not all kept in the world. */
static void pause_preflight(struct ops_plan *plan, const struct ops_context *context)
{
	struct err err = {0};
	struct ops_object object;
	if (!ops_operator_object(context->cluster, &object, &err)) {
		ops_note(plan, OPS_BLOCKS, "%s", err.text);
		return;
	}
	const struct mark *mark = mark_of(object.resource);
	if (wants_pause(plan)) {
		ops_note(plan, OPS_CAUTION,
			 "while paused, %s does not reconcile %s: lost pod sets, expiring certificates and changes to "
			 "the resource are left alone",
			 mark->operator, object.name);
		ops_note(plan, OPS_UNDO, "resume %s", context->cluster->name);
	} else {
		ops_note(plan, OPS_CAUTION,
			 "%s then reconciles %s with its resource: manual changes made meanwhile are reverted and "
			 "pending changes to the resource are applied, with restarts where needed",
			 mark->operator, object.name);
		ops_note(plan, OPS_UNDO, "pause %s", context->cluster->name);
	}
}

static bool pause_roll_back(const struct ops_plan *plan, struct ops_request *out, struct err *err)
{
	*out = (struct ops_request){.operation = wants_pause(plan) ? &ops_operation_resume_operator
								   : &ops_operation_pause_operator,
				    .target = plan->target};
	return true;
}

const struct ops_operation ops_operation_pause_operator = {
	.name = "pause",
	.title = "Pause reconciliation",
	.summary = "stop the operator from reconciling a cluster",
	.target = OPS_ON_CLUSTER,
	.access = pause_access,
	.plan = pause_plan,
	.preflight = pause_preflight,
	.roll_back = pause_roll_back,
};

const struct ops_operation ops_operation_resume_operator = {
	.name = "resume",
	.title = "Resume reconciliation",
	.summary = "let the operator reconcile a cluster again",
	.target = OPS_ON_CLUSTER,
	.access = pause_access,
	.plan = pause_plan,
	.preflight = pause_preflight,
	.roll_back = pause_roll_back,
};
