/* What rebalance.c (the operation, and Kafka's part) and the part of RabbitMQ share. */
#ifndef MQDECK_OPS_COMMON_REBALANCE_PRIVATE_H
#define MQDECK_OPS_COMMON_REBALANCE_PRIVATE_H

#include "api/ops/plan/plan.h"

struct ops_rebalance_part { /* for one kind of broker; the functions are those of an operation */
	void (*access)(const struct ops_context *context, struct ops_needs *needs);
	void (*plan)(struct ops_plan *plan, const struct ops_context *context);
	void (*check)(struct ops_plan *plan, const struct ops_context *context);
};

extern const struct ops_rebalance_part ops_rabbitmq_rebalance;

#endif
