/* What failover.c (the operation) and its part for each kind of broker share. */
#ifndef MQDECK_OPS_COMMON_FAILOVER_PRIVATE_H
#define MQDECK_OPS_COMMON_FAILOVER_PRIVATE_H

#include "api/ops/plan/plan.h"

/* The brokers of one cluster whose leaders go elsewhere. */
struct ops_failover {
	const struct world_cluster *cluster;
	const struct world_broker *const *brokers;
	size_t count;
	/* What an earlier failover of these brokers left to bring their leaders back, as its plan() gave it to
	 * ops_failover_remember(); NULL = move them away. */
	const char *back;
};

struct ops_failover_part {
	void (*access)(const struct ops_failover *failover, struct ops_needs *needs);
	/* Steps, facts and OPS_CHANGES. Facts end in ":CLUSTERKEY", and a step's item is the cluster's key. */
	void (*plan)(struct ops_plan *plan, const struct ops_context *context, const struct ops_failover *failover);
	void (*check)(struct ops_plan *plan, const struct ops_context *context, const struct ops_failover *failover);
};

/* For plan(): what brings it back, one line without '\n'. */
void ops_failover_remember(struct ops_plan *plan, const struct ops_failover *failover, const char *text);

extern const struct ops_failover_part ops_kafka_failover, ops_rabbitmq_failover;

#endif
