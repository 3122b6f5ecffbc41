/* What differs between kinds of brokers in the operations that both have (api/ops/common). Each kind is one such struct in
 * its own room, found by api/ops/common/broker_kinds.c; a new kind of broker is a new struct, and no change to them.
 *
 * All functions but those that return something write into the plan. Those called check_… and note_… add sentences and
 * nothing else: they run again before the first step, and in a plan under way. */
#ifndef MQDECK_OPS_PARTS_BROKER_KIND_H
#define MQDECK_OPS_PARTS_BROKER_KIND_H

#include "api/ops/parts/scale_brokers.h"
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

/* For plan(): what brings it back, one line without '\n'. */
void ops_failover_remember(struct ops_plan *plan, const struct ops_failover *failover, const char *text);

struct ops_failover_part {
	void (*access)(const struct ops_failover *failover, struct ops_needs *needs);
	/* Steps, facts and OPS_CHANGES. Facts end in ":CLUSTERKEY", and a step's item is the cluster's key. */
	void (*plan)(struct ops_plan *plan, const struct ops_context *context, const struct ops_failover *failover);
	void (*check)(struct ops_plan *plan, const struct ops_context *context, const struct ops_failover *failover);
};

struct ops_rebalance_part { /* the functions are those of an operation */
	void (*access)(const struct ops_context *context, struct ops_needs *needs);
	void (*plan)(struct ops_plan *plan, const struct ops_context *context);
	void (*check)(struct ops_plan *plan, const struct ops_context *context);
};

struct ops_scale_part {
	const char *held; /* what a leaving broker may hold: "partitions" */
	void (*access)(const struct ops_context *context, struct ops_needs *needs);

	/* ---- up; NULL: nothing of its own ---- */
	void (*plan_up)(struct ops_plan *plan, const struct ops_scale *scale); /* steps before brokers come */
	void (*note_up)(struct ops_plan *plan, const struct ops_scale *scale, const char *names);
	void (*check_claim)(struct ops_plan *plan, const char *claim, const char *pod); /* left by an earlier broker */

	/* ---- down ---- */
	void (*plan_empty)(struct ops_plan *plan, const struct ops_scale *scale); /* steps that empty who leaves */
	void (*plan_gone)(struct ops_plan *plan, const struct ops_scale *scale); /* NULL: no steps once they are gone */
	/* Blocks and returns false when more must be known of the cluster than its replicas; NULL: nothing more. */
	bool (*check_known)(struct ops_plan *plan, const struct ops_scale *scale);
	void (*check_broker)(struct ops_plan *plan,
			     const struct world_broker *leaving); /* NULL: all is in check_down */
	void (*check_down)(struct ops_plan *plan, const struct ops_context *context, const struct ops_scale *scale);
	const char *roll_back; /* OPS_UNDO of a scale-down begins with it */
	/* What puts back what was moved, as long as no broker has gone. NULL, false: only scaling up again. */
	bool (*roll_back_moves)(const struct ops_plan *plan, struct ops_request *out);
};

struct ops_replace_part { /* NULL: nothing of its own */
	void (*access)(const struct ops_context *context, struct ops_needs *needs);
	void (*plan_leave)(struct ops_plan *plan, const struct world_broker *broker);  /* before its claim goes */
	void (*plan_return)(struct ops_plan *plan, const struct world_broker *broker); /* once a new pod is ready */
	void (*check)(struct ops_plan *plan, const struct world_broker *broker);
};

struct ops_broker_kind {
	const char *name;                                             /* "Kafka" */
	const char *replicated;                                       /* "partition": what is replicated, one of them */
	bool (*is_known_to_peers)(const struct world_broker *broker); /* by the name they use among themselves */
	const struct ops_failover_part *failover;
	const struct ops_rebalance_part *rebalance;
	const struct ops_scale_part *scale;
	const struct ops_replace_part *replace;
};

#endif
