/* The operator of a managed cluster: its resource, and telling it to keep its hands off (pause_operator.c), and what
 * it says of what was asked (operator.c). */
#ifndef MQDECK_OPS_COMMON_OPERATOR_H
#define MQDECK_OPS_COMMON_OPERATOR_H

#include "api/ops/plan/plan.h"

/* The RabbitmqCluster or Kafka that the cluster is made from; false with err when no operator manages it. */
bool ops_operator_object(const struct world_cluster *cluster, struct ops_object *out, struct err *err);
/* Rights to read and patch that resource. */
void ops_operator_need(struct ops_needs *needs, const struct world_cluster *cluster);

/* What the operator complained of before the plan, so that a later complaint is known to be about the plan. */
void ops_operator_remember(struct ops_plan *plan, const struct world_cluster *cluster);
/* Has it complained since? why says of what. */
bool ops_operator_refuses(const struct ops_plan *plan, const struct world_cluster *cluster, char *why, size_t size);

#endif
