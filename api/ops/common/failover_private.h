/* What failover.c (the operation) and its part for each kind of broker share. */
#ifndef MQDECK_OPS_COMMON_FAILOVER_PRIVATE_H
#define MQDECK_OPS_COMMON_FAILOVER_PRIVATE_H

#include "api/ops/engine/plan.h"

/* The brokers of one cluster whose leaders go elsewhere. */
struct failover {
	const struct world_cluster *cluster;
	const struct world_broker *const *brokers;
	size_t count;
	/* What an earlier failover of these brokers left to bring their leaders back, as its plan() gave it to
	 * failover_remember(); NULL = move them away. */
	const char *back;
};

struct failover_part {
	void (*access)(const struct failover *failover, struct ops_needs *needs);
	/* Steps, facts and OPS_CHANGES. Facts end in ":CLUSTERKEY", and a step's item is the cluster's key. */
	void (*plan)(struct ops_plan *plan, const struct ops_context *context, const struct failover *failover);
	void (*check)(struct ops_plan *plan, const struct ops_context *context, const struct failover *failover);
};

/* For plan(): what brings it back, one line without '\n'. */
void failover_remember(struct ops_plan *plan, const struct failover *failover, const char *text);

extern const struct failover_part failover_kafka, failover_rabbitmq;

#endif
