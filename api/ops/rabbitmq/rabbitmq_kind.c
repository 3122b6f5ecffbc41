/* RabbitMQ as a kind of broker. Brokers know each other by the names of their nodes. */
#include "api/ops/rabbitmq/rabbitmq_kind.h"

static bool rabbitmq_has_node_name(const struct world_broker *broker)
{
	return broker->member_name != NULL;
}

const struct ops_broker_kind ops_rabbitmq_kind = {
	.name = "RabbitMQ",
	.replicated = "queue",
	.is_known_to_peers = rabbitmq_has_node_name,
	.failover = &ops_rabbitmq_failover,
	.rebalance = &ops_rabbitmq_rebalance,
	.scale = &ops_rabbitmq_scale,
	.replace = &ops_rabbitmq_replace,
};
