/* Words of the shapes, and what can be told from a shape or a record alone. */
#include "api/model/records/world_shapes.h"

#include "api/base/str.h"

const char *world_replica_state_word(enum world_replica_state state)
{
	static const char *const words[] = {
#define X(name, word, severity) [WORLD_REPLICA_##name] = word,
		WORLD_REPLICA_STATES(X)
#undef X
	};
	return words[state];
}

enum severity world_replica_state_severity(enum world_replica_state state)
{
	static const enum severity severities[] = {
#define X(name, word, severity) [WORLD_REPLICA_##name] = severity,
		WORLD_REPLICA_STATES(X)
#undef X
	};
	return severities[state];
}

bool world_queue_is_strange(const struct world_queue *queue)
{
	return !queue->type || str_eq(queue->type, "other");
}

uint32_t world_made_of(enum world_cluster_manager manager)
{
	static const uint32_t made_of[] = {
		[WORLD_MANAGED_BY_STATEFUL_SET] = WORLD_ON(STATEFUL_SETS) | WORLD_ON(PODS),
		[WORLD_MANAGED_BY_RABBITMQ_OPERATOR] = WORLD_ON(STATEFUL_SETS) | WORLD_ON(PODS),
		[WORLD_MANAGED_BY_WORKLOAD] = WORLD_ON(PODS),
		[WORLD_MANAGED_BY_STRIMZI] = WORLD_ON(KAFKAS) | WORLD_ON(NODE_POOLS) | WORLD_ON(PODS),
	};
	return made_of[manager];
}

bool world_is_paused(const struct world_cluster *cluster)
{
	const struct kube_rabbitmq_cluster *rabbitmq = cluster->rabbitmq_resource;
	const struct kube_kafka *kafka = cluster->kafka_resource;
	const struct kube_condition *paused =
		kafka ? kube_condition(kafka->conditions, kafka->condition_count, "ReconciliationPaused") : NULL;
	return (rabbitmq && str_eq(kube_label(&rabbitmq->meta, "rabbitmq.com/pauseReconciliation"), "true")) ||
	       (paused && str_eq(paused->status, "True"));
}

char *world_lease_name(const struct world_cluster *cluster)
{
	return str_printf("mqdeck-%s-%s", cluster->kind == WORLD_BROKER_KAFKA ? "kafka" : "rabbitmq", cluster->name);
}
