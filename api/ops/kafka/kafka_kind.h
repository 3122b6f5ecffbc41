/* Kafka as a kind of broker: its part in each of the operations that all kinds have. */
#ifndef MQDECK_OPS_KAFKA_KAFKA_KIND_H
#define MQDECK_OPS_KAFKA_KAFKA_KIND_H

#include "api/ops/parts/broker_kind.h"

extern const struct ops_broker_kind ops_kafka_kind;

extern const struct ops_failover_part ops_kafka_failover;
extern const struct ops_rebalance_part ops_kafka_rebalance;
extern const struct ops_scale_part ops_kafka_scale;
extern const struct ops_replace_part ops_kafka_replace;

#endif
