/* RabbitMQ as a kind of broker: its part in each of the operations that all kinds have. */
#ifndef MQDECK_OPS_RABBITMQ_RABBITMQ_KIND_H
#define MQDECK_OPS_RABBITMQ_RABBITMQ_KIND_H

#include "api/ops/parts/broker_kind.h"

extern const struct ops_broker_kind ops_rabbitmq_kind;

extern const struct ops_failover_part ops_rabbitmq_failover;
extern const struct ops_rebalance_part ops_rabbitmq_rebalance;
extern const struct ops_scale_part ops_rabbitmq_scale;
extern const struct ops_replace_part ops_rabbitmq_replace;

#endif
