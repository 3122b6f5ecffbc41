/* What the files of cordon, drain and recover share. */
#ifndef MQDECK_OPS_KUBE_DRAIN_PRIVATE_H
#define MQDECK_OPS_KUBE_DRAIN_PRIVATE_H

#include "api/ops/plan/plan.h"

enum { OPS_KUBE_DRAIN_BROKERS_MAX = 256 };

#define OPS_KUBE_DRAIN_DELETES "disable-eviction" /* the flag, as kubectl drain calls it */

/* The brokers of a node, those that lead least first; not what Deployments and DaemonSets run. */
size_t ops_kube_drain_brokers(const struct world_node *node, const struct world_broker **out, size_t max);
/* May the broker's volumes be used elsewhere? 1, 0; -1 = not known, nor which it has. */
int ops_kube_drain_can_move(const struct world_broker *broker, const struct world_node *node);
/* Forbids the plan and returns false where nodes cannot be read: neither is it known whether this one is cordoned nor
 * would it be seen. */
bool ops_kube_drain_sees_nodes(struct ops_plan *plan, const struct ops_context *context);
/* Says what makes up a cluster and cannot be read, and that only one namespace is watched: brokers that mqdeck does not
 * know may be on the node. True = there is none. */
bool ops_kube_drain_counts_all(struct ops_plan *plan, const struct ops_context *context);

#endif
