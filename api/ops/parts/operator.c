/* What the operator of a managed cluster says of what was asked of it: a gate that waits for it would wait
 * for ever once it refuses. */
#include "api/ops/parts/operator.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"

/* Conditions by which an operator says that it does not do what its resource asks for. */
static bool is_complaint(const struct kube_condition *condition, bool rabbitmq)
{
	if (rabbitmq)
		return str_eq(condition->type, "ReconcileSuccess") && str_eq(condition->status, "False");
	bool bad = str_eq(condition->type, "NotReady") || str_eq(condition->reason, "ScaleDownPreventionCheck");
	return bad && str_eq(condition->status, "True");
}

static const struct kube_condition *find_complaint(const struct world_cluster *cluster)
{
	const struct kube_rabbitmq_cluster *rabbitmq = cluster->rabbitmq_resource;
	const struct kube_kafka *kafka = cluster->kafka_resource;
	size_t count = rabbitmq ? rabbitmq->condition_count : kafka ? kafka->condition_count : 0;
	for (size_t i = 0; i < count; i++) {
		const struct kube_condition *condition = rabbitmq ? &rabbitmq->conditions[i] : &kafka->conditions[i];
		if (is_complaint(condition, rabbitmq != NULL))
			return condition;
	}
	return NULL;
}

void ops_operator_remember(struct ops_plan *plan, const struct world_cluster *cluster)
{
	const struct kube_condition *complaint = find_complaint(cluster);
	ops_set_fact(plan, "complained", "%" PRId64, complaint ? complaint->changed_ms : (int64_t)-1);
	ops_set_fact(plan, "desired", "%d", (int)cluster->desired);
}

bool ops_operator_refuses(const struct ops_plan *plan, const struct world_cluster *cluster, char *why, size_t size)
{
	const char *operator= cluster->rabbitmq_resource ? "the RabbitMQ cluster operator" : "Strimzi";
	const struct kube_condition *complaint = find_complaint(cluster);
	if (!complaint || complaint->changed_ms <= ops_fact_number(plan, "complained", -1))
		return false;
	snprintf(why, size, "%s refused it (%s): %s", operator, str_or(complaint->reason, "no reason given"),
		 str_or(complaint->message, "no message"));
	return true;
}

void ops_operator_check_acts(struct ops_plan *plan, const struct world_cluster *cluster)
{
	if (!plan->under_way && world_is_paused(cluster))
		ops_note(plan, OPS_BLOCKS,
			 "the operator's reconciliation of %s is paused: it would not carry this out (`resume %s` ends "
			 "that)",
			 cluster->name, cluster->name);
}
