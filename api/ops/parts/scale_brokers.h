/* The brokers that come and go when a cluster is scaled. */
#ifndef MQDECK_OPS_PARTS_SCALE_BROKERS_H
#define MQDECK_OPS_PARTS_SCALE_BROKERS_H

#include "api/ops/plan/plan.h"

struct ops_scale {
	const struct world_view *view;
	const struct world_cluster *cluster;
	const char *pool; /* Strimzi node pool, NULL without */
	int32_t from, to; /* from: -1 unknown */
};

/* From the plan's facts. */
struct ops_scale ops_scale_read(const struct ops_plan *plan, const struct ops_context *context);
/* The brokers that count for the scaled object: all, or those of the pool. By ordinal. */
bool ops_scale_counts(const struct ops_scale *scale, const struct world_broker *broker);
/* The brokers with the highest ordinals, which a scale-down takes; `count` of them into out, highest last. Returns
 * how many there are. */
size_t ops_scale_leaving(const struct ops_scale *scale, const struct world_broker **out, size_t max);
/* The name of the index-th (0 …) broker that a scale-up adds; false when the operator chooses it. */
bool ops_scale_new_name(const struct ops_scale *scale, int32_t index, char *out, size_t size);

/* The leaving brokers of a plan, by the names it was made with, that are still in the world; returns how many. */
size_t ops_scale_still_there(const struct ops_plan *plan, const struct ops_scale *scale,
			     const struct world_broker **out, size_t max);

#endif
