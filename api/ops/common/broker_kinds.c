/* The table of kinds of brokers: the one place where the operations that all have name one. */
#include "api/ops/common/broker_kinds.h"

#include "api/ops/kafka/kafka_kind.h"
#include "api/ops/rabbitmq/rabbitmq_kind.h"

static const struct ops_broker_kind *const broker_kinds[] = {
	[WORLD_BROKER_KAFKA] = &ops_kafka_kind,
	[WORLD_BROKER_RABBITMQ] = &ops_rabbitmq_kind,
};

const struct ops_broker_kind *const *ops_common_kinds(size_t *count)
{
	*count = ARRAY_LEN(broker_kinds);
	return broker_kinds;
}

const struct ops_broker_kind *ops_common_kind_of(const struct world_cluster *cluster)
{
	return broker_kinds[cluster->kind];
}
