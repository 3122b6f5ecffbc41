/* The operator of a managed cluster: what it says of what was asked of it. */
#ifndef MQDECK_OPS_PARTS_OPERATOR_H
#define MQDECK_OPS_PARTS_OPERATOR_H

#include "api/ops/plan/plan.h"

/* What the operator complained of before the plan, so that a later complaint is known to be about the plan. */
void ops_operator_remember(struct ops_plan *plan, const struct world_cluster *cluster);
/* Has it complained since? why says of what. */
bool ops_operator_refuses(const struct ops_plan *plan, const struct world_cluster *cluster, char *why, size_t size);
/* Forbids what the operator would have to carry out while it is paused; a plan under way may have done that itself. */
void ops_operator_check_acts(struct ops_plan *plan, const struct world_cluster *cluster);

#endif
