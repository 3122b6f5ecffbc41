/* What scale.c (doing) leaves to scale_check.c (consequences). */
#ifndef MQDECK_OPS_COMMON_SCALE_PRIVATE_H
#define MQDECK_OPS_COMMON_SCALE_PRIVATE_H

#include "api/ops/parts/broker_kind.h"

void ops_common_check_scale(struct ops_plan *plan, const struct ops_context *context, const struct ops_scale *scale);

#endif
