/* Kafka as a kind of broker. Brokers know each other by their ids. */
#include "api/ops/kafka/kafka_kind.h"

static bool kafka_has_id(const struct world_broker *broker)
{
	return broker->id >= 0;
}

const struct ops_broker_kind ops_kafka_kind = {
	.name = "Kafka",
	.replicated = "partition",
	.is_known_to_peers = kafka_has_id,
	.failover = &ops_kafka_failover,
	.rebalance = &ops_kafka_rebalance,
	.scale = &ops_kafka_scale,
	.replace = &ops_kafka_replace,
};
