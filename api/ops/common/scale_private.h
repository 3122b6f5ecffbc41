/* What scale.c (doing) and scale_check.c (consequences) share. */
#ifndef MQDECK_OPS_COMMON_SCALE_PRIVATE_H
#define MQDECK_OPS_COMMON_SCALE_PRIVATE_H

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

void ops_scale_check(struct ops_plan *plan, const struct ops_context *context, const struct ops_scale *scale);

/* ---- kafka_scale.c: what a Kafka cluster needs when brokers leave ---- */

/* Steps that move everything off the leaving brokers, into the plan. */
void ops_kafka_scale_empty(struct ops_plan *plan, const struct ops_scale *scale);
/* Steps after they are gone. */
void ops_kafka_scale_unregister(struct ops_plan *plan, const struct ops_scale *scale);
void ops_kafka_scale_check(struct ops_plan *plan, const struct ops_context *context, const struct ops_scale *scale);
/* False when scaling up again is the way back. */
bool ops_kafka_scale_undo(const struct ops_plan *plan, struct ops_request *out);

/* ---- rabbitmq_scale.c: what a RabbitMQ cluster needs ---- */

void ops_rabbitmq_scale_need(struct ops_needs *needs, const struct world_cluster *cluster);
/* Steps that take queue members, leaders and the node itself off each leaving broker, the last one first. */
void ops_rabbitmq_scale_empty(struct ops_plan *plan, const struct ops_scale *scale);
void ops_rabbitmq_scale_check(struct ops_plan *plan, const struct ops_context *context, const struct ops_scale *scale);
/* Steps that delete claims left behind, when the plan was asked to; of every kind of cluster but for RabbitMQ none. */
void ops_rabbitmq_scale_claims(struct ops_plan *plan, const struct ops_scale *scale);
/* Of one such claim when scaling up. */
void ops_rabbitmq_scale_check_claim(struct ops_plan *plan, const char *claim, const char *pod);

#endif
