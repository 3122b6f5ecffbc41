/* Scaling a broker cluster: the StatefulSet's scale, or the operator's resource where there is an operator; then
 * until the pods are ready and the brokers themselves count the new one in (or the one that left out). */
#include "api/ops/common/scale_private.h"

#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/str.h"
#include "api/ops/common/broker_kinds.h"
#include "api/ops/parts/operator.h"
#include "api/ops/parts/pods.h"

enum { REPLICAS_LIMIT = 99 };

/* ---- what is scaled ---- */

/* Strimzi counts brokers in node pools; the one pool that has brokers is found without asking. */
static const char *find_pool(const struct world_cluster *cluster, bool *several)
{
	const char *pool = NULL;
	*several = false;
	for (size_t i = 0; i < cluster->broker_count; i++) {
		const struct kube_pod *pod = cluster->brokers[i]->pod;
		const char *name = pod ? kube_label(&pod->meta, "strimzi.io/pool-name") : NULL;
		if (!name || str_eq(kube_label(&pod->meta, "strimzi.io/broker-role"), "false"))
			continue;
		*several |= pool && strcmp(pool, name) != 0;
		pool = name;
	}
	return pool;
}

static bool has_pools(const struct world_cluster *cluster)
{
	return cluster->manager == WORLD_MANAGED_BY_STRIMZI && cluster->kafka_resource &&
	       cluster->kafka_resource->replicas < 0;
}

static bool scale_object(const struct ops_plan *plan, const struct ops_context *context, struct ops_object *out,
			 struct err *err)
{
	const struct world_cluster *cluster = context->cluster;
	*out = (struct ops_object){.namespace = cluster->namespace};
	if (cluster->rabbitmq_resource) {
		out->group = "rabbitmq.com", out->versions = "v1beta1", out->resource = "rabbitmqclusters";
		out->kind = "RabbitmqCluster", out->name = cluster->rabbitmq_resource->meta.name;
	} else if (has_pools(cluster)) {
		out->group = "kafka.strimzi.io", out->versions = "v1,v1beta2", out->resource = "kafkanodepools";
		out->kind = "KafkaNodePool", out->name = plan ? ops_fact(plan, "pool") : NULL;
	} else if (cluster->kafka_resource) {
		out->group = "kafka.strimzi.io", out->versions = "v1,v1beta2", out->resource = "kafkas";
		out->kind = "Kafka", out->name = cluster->kafka_resource->meta.name;
	} else if (cluster->stateful_set) {
		out->group = "apps", out->versions = "v1", out->resource = "statefulsets", out->subresource = "scale";
		out->kind = "StatefulSet", out->name = cluster->stateful_set->meta.name;
	} else {
		return err_set(err, ERR_NOT_FOUND,
			       "the controller of %s is unknown: neither a StatefulSet nor a custom resource was found",
			       cluster->key);
	}
	return true;
}

static void scale_access(const struct ops_context *context, struct ops_needs *needs)
{
	struct ops_object object;
	ops_common_kind_of(context->cluster)->scale->access(context, needs);
	if (!scale_object(NULL, context, &object, NULL))
		return;
	static const char *const verbs[] = {"get", "patch"};
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		ops_need(needs, &(struct kube_question){.verb = verbs[i],
							.group = object.group,
							.resource = object.resource,
							.subresource = object.subresource,
							.namespace = object.namespace,
							.name = object.name});
}

/* ---- the change ---- */

/* Strimzi takes the highest ids of a pool, which are those the plan emptied, unless an annotation names others. */
static bool operator_takes_others(const struct ops_plan *plan, const cJSON *now, struct err *err)
{
	const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(now, "metadata");
	const cJSON *annotations = cJSON_GetObjectItemCaseSensitive(metadata, "annotations");
	const char *ids =
		cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(annotations, "strimzi.io/remove-node-ids"));
	const char *off = ops_fact(plan, "off");
	if (!ids || !off || ops_fact_number(plan, "replicas", 0) >= ops_fact_number(plan, "from", 0))
		return false;
	err_set(err, ERR_REFUSED,
		"annotation strimzi.io/remove-node-ids names %s, but the plan emptied %s: remove the annotation", ids,
		off);
	return true;
}

static enum ops_verdict change_replicas(const struct ops_plan *plan, const struct cJSON *now, struct buf *patch,
					struct err *err)
{
	const cJSON *spec = cJSON_GetObjectItemCaseSensitive(now, "spec");
	const char *inside = ops_fact(plan, "inside");
	if (inside)
		spec = cJSON_GetObjectItemCaseSensitive(spec, inside);
	const cJSON *replicas = cJSON_GetObjectItemCaseSensitive(spec, "replicas");
	/* JSON leaves out what is zero. */
	double have = cJSON_IsNumber(replicas) ? replicas->valuedouble : 0;
	int64_t from = ops_fact_number(plan, "from", -1), to = ops_fact_number(plan, "replicas", -1);
	if (have == (double)to)
		return OPS_ALREADY;
	if (have != (double)from) {
		err_set(err, ERR_REFUSED, "replicas is now %.0f, not %lld: somebody else changed it", have,
			(long long)from);
		return OPS_REFUSE;
	}
	if (operator_takes_others(plan, now, err))
		return OPS_REFUSE;
	if (inside)
		buf_printf(patch, "\"spec\":{\"%s\":{\"replicas\":%lld}}", inside, (long long)to);
	else
		buf_printf(patch, "\"spec\":{\"replicas\":%lld}", (long long)to);
	return OPS_TO_DO;
}

/* Under a paused operator the StatefulSet is scaled itself, its resource after it. */
static bool set_object(const struct ops_plan *plan, const struct ops_context *context, struct ops_object *out,
		       struct err *err)
{
	const struct kube_stateful_set *set = context->cluster->stateful_set;
	if (!set)
		return err_set(err, ERR_NOT_FOUND, "%s has no StatefulSet", context->cluster->key);
	*out = (struct ops_object){.namespace = set->meta.namespace,
				   .group = "apps",
				   .versions = "v1",
				   .resource = "statefulsets",
				   .subresource = "scale",
				   .kind = "StatefulSet",
				   .name = set->meta.name};
	return true;
}

const struct ops_step_type ops_step_set_replicas = {.name = "set-replicas",
						    .object = scale_object,
						    .change = change_replicas,
						    .leaves = "the new number of replicas stays"};
const struct ops_step_type ops_step_set_pods = {
	.name = "set-pods", .object = set_object, .change = change_replicas, .leaves = "the new number of pods stays"};
/* ---- the plan ---- */

static void find_from(struct ops_plan *plan, const struct ops_context *context)
{
	const struct world_cluster *cluster = context->cluster;
	bool several = false;
	if (has_pools(cluster) && !ops_fact(plan, "pool")) {
		const char *pool = find_pool(cluster, &several);
		if (pool && !several)
			ops_set_fact(plan, "pool", "%s", pool);
		else
			ops_note(plan, OPS_BLOCKS, "%s: give the node pool to scale (pool=…)",
				 several ? "there are several node pools with brokers"
					 : "no node pool with brokers is visible");
	}
	if (cluster->kafka_resource && !has_pools(cluster))
		ops_set_fact(plan, "inside", "kafka");
	struct ops_scale scale = ops_scale_read(plan, context);
	int32_t from = cluster->desired;
	if (scale.pool) {
		from = 0;
		for (size_t i = 0; i < cluster->broker_count; i++)
			from += ops_scale_counts(&scale, cluster->brokers[i]);
	}
	ops_set_fact(plan, "from", "%d", from);
}

static void remember_names(struct ops_plan *plan, const struct ops_scale *scale)
{
	struct buf before = BUF_INIT(64 * 1024), leaving = BUF_INIT(64 * 1024);
	for (size_t i = 0; i < scale->cluster->broker_count; i++)
		if (ops_scale_counts(scale, scale->cluster->brokers[i]))
			buf_printf(&before, "%s%s", before.len ? "," : "", scale->cluster->brokers[i]->name);
	const struct world_broker *victims[REPLICAS_LIMIT];
	size_t count = ops_scale_leaving(scale, victims, ARRAY_LEN(victims));
	for (size_t i = 0; i < count; i++)
		buf_printf(&leaving, "%s%s", leaving.len ? "," : "", victims[i]->name);
	ops_set_fact(plan, "before", "%s", buf_str(&before));
	ops_set_fact(plan, "leaving", "%s", buf_str(&leaving));
	buf_finish(&before);
	buf_finish(&leaving);
}

static void add_steps_up(struct ops_plan *plan, const struct ops_scale *scale)
{
	char names[400] = "the new broker";
	if (ops_scale_new_name(scale, 0, names, sizeof names) && scale->to - scale->from > 1)
		snprintf(names, sizeof names, "%d new brokers", (int)(scale->to - scale->from));
	ops_add_step(plan, &ops_step_pods_ready, "%s ready", names);
	ops_add_step(plan, &ops_step_brokers_joined, "%s seen by the other brokers", names);
}

static void add_set_replicas(struct ops_plan *plan, const struct ops_scale *scale, const struct ops_object *object)
{
	ops_add_step(plan, &ops_step_set_replicas, "set replicas of %s %s/%s to %d", object->kind, object->namespace,
		     str_or(object->name, "?"), (int)scale->to);
}

static void add_steps_down(struct ops_plan *plan, const struct ops_scale *scale, const struct ops_object *object)
{
	const char *leaving = str_or(ops_fact(plan, "leaving"), "the broker");
	const struct ops_scale_part *part = ops_common_kind_of(scale->cluster)->scale;
	bool operated = scale->cluster->rabbitmq_resource != NULL;
	part->plan_empty(plan, scale);
	if (operated) {
		ops_add_step(plan, &ops_step_operator_pause, "pause the RabbitMQ cluster operator for %s",
			     object->name);
		ops_add_step(plan, &ops_step_set_pods, "set replicas of its StatefulSet to %d", (int)scale->to);
	} else {
		add_set_replicas(plan, scale, object);
	}
	ops_add_step(plan, &ops_step_pods_gone, "%s stopped", leaving);
	if (operated) { /* once both agree the operator has nothing to refuse */
		add_set_replicas(plan, scale, object);
		ops_add_step(plan, &ops_step_operator_resume, "resume the RabbitMQ cluster operator for %s",
			     object->name);
	}
	ops_add_step(plan, &ops_step_brokers_left, "%s no longer seen by the other brokers", leaving);
	if (part->plan_gone)
		part->plan_gone(plan, scale);
}

static void scale_add_steps(struct ops_plan *plan, const struct ops_scale *scale, const struct ops_object *object)
{
	ops_operator_remember(plan, scale->cluster);
	if (scale->to < scale->from) {
		add_steps_down(plan, scale, object);
		return;
	}
	const struct ops_scale_part *part = ops_common_kind_of(scale->cluster)->scale;
	if (part->plan_up)
		part->plan_up(plan, scale);
	add_set_replicas(plan, scale, object);
	add_steps_up(plan, scale);
}

static void scale_plan(struct ops_plan *plan, const struct ops_context *context)
{
	struct err err = {0};
	struct ops_object object;
	const struct world_cluster *cluster = context->cluster;
	find_from(plan, context);
	struct ops_scale scale = ops_scale_read(plan, context);
	ops_set_title(plan, "Scale %s %s from %d to %d brokers", ops_pods_kind(cluster), cluster->name, (int)scale.from,
		      (int)scale.to);
	if (!scale_object(plan, context, &object, &err)) {
		ops_note(plan, OPS_BLOCKS, "%s", err.text);
		return;
	}
	remember_names(plan, &scale);
	ops_note(plan, OPS_CHANGES, "%s %s/%s replicas %d → %d", object.kind, object.namespace,
		 str_or(object.name, "?"), (int)scale.from, (int)scale.to);
	scale_add_steps(plan, &scale, &object);
}

static void scale_preflight(struct ops_plan *plan, const struct ops_context *context)
{
	struct ops_scale scale = ops_scale_read(plan, context);
	ops_common_check_scale(plan, context, &scale);
}

static bool has_scaled(const struct ops_plan *plan)
{
	for (size_t i = 0; i < plan->step_count; i++)
		if (plan->steps[i].type == &ops_step_set_replicas && plan->steps[i].state == OPS_STEP_DONE)
			return true;
	return false;
}

/* While the brokers are there what was moved goes back; once they are gone more brokers is all that can be asked for.
 * The cluster may be out of sight: the plan's facts tell whose moves they were. */
static bool scale_roll_back(const struct ops_plan *plan, struct ops_request *out, struct err *err)
{
	const char *from = ops_fact(plan, "from"), *pool = ops_fact(plan, "pool");
	size_t count;
	const struct ops_broker_kind *const *kinds = ops_common_kinds(&count);
	for (size_t i = 0; i < count && !has_scaled(plan); i++)
		if (kinds[i]->scale->roll_back_moves && kinds[i]->scale->roll_back_moves(plan, out))
			return true;
	if (!from)
		return err_set(err, ERR_REFUSED, "the earlier number of brokers is unknown");
	*out = (struct ops_request){.operation = &ops_operation_scale,
				    .target = plan->target,
				    .values = {{.name = "replicas", .value = from}, {.name = "pool", .value = pool}},
				    .value_count = pool ? 2 : 1};
	return true;
}

static void replicas_now(const struct ops_context *context, char *out, size_t size)
{
	snprintf(out, size, "%d", context->cluster->desired);
}

static const struct ops_argument scale_arguments[] = {
	{.name = "replicas",
	 .help = "number of brokers",
	 .type = OPS_ARGUMENT_NUMBER,
	 .min = 0,
	 .max = REPLICAS_LIMIT,
	 .required = true,
	 .now = replicas_now},
	{.name = "throttle",
	 .help = "Kafka scale-down: replication throttle in bytes per second and broker (50M), 0 = none",
	 .type = OPS_ARGUMENT_TEXT},
	{.name = "pool", .help = "Strimzi node pool, if there are several", .type = OPS_ARGUMENT_TEXT},
	{.name = "drop",
	 .help = "unused: delete RabbitMQ classic queues on a leaving broker that are empty and have no consumers",
	 .type = OPS_ARGUMENT_TEXT},
	{.name = "claims",
	 .help = "delete: first delete claims, with their data, left behind by earlier RabbitMQ brokers of the same "
		 "names",
	 .type = OPS_ARGUMENT_TEXT},
};

const struct ops_operation ops_operation_scale = {
	.name = "scale",
	.title = "Scale",
	.summary = "change the number of brokers, up or, once a broker is empty, down",
	.key = "s",
	.hint = "scale",
	.target = OPS_ON_CLUSTER,
	.arguments = scale_arguments,
	.argument_count = ARRAY_LEN(scale_arguments),
	.access = scale_access,
	.plan = scale_plan,
	.preflight = scale_preflight,
	.roll_back = scale_roll_back,
};
