/* The kind of a cluster's brokers. */
#ifndef MQDECK_OPS_COMMON_BROKER_KINDS_H
#define MQDECK_OPS_COMMON_BROKER_KINDS_H

#include "api/ops/parts/broker_kind.h"

const struct ops_broker_kind *const *ops_common_kinds(size_t *count); /* all of them */
const struct ops_broker_kind *ops_common_kind_of(const struct world_cluster *cluster);

#endif
