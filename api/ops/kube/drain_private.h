/* What the files of drain and recover share. */
#ifndef MQDECK_OPS_KUBE_DRAIN_PRIVATE_H
#define MQDECK_OPS_KUBE_DRAIN_PRIVATE_H

#include "api/ops/plan/plan.h"

enum { OPS_KUBE_DRAIN_BROKERS_MAX = 256 };

#define OPS_KUBE_DRAIN_DELETES "disable-eviction" /* the flag, as kubectl drain calls it */

/* The brokers of a node, those that lead least first. */
size_t ops_kube_drain_brokers(const struct world_node *node, const struct world_broker **out, size_t max);
/* May the broker's volumes be used elsewhere? 1, 0; -1 = not known. */
int ops_kube_drain_can_move(const struct world_broker *broker, const struct world_node *node);

#endif
