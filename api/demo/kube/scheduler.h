/* Where a pod goes, and the volume that goes with it. */
#ifndef MQDECK_DEMO_KUBE_SCHEDULER_H
#define MQDECK_DEMO_KUBE_SCHEDULER_H

#include "api/demo/base/demo_private.h"
#include "api/demo/kube/store.h"

/* The node (0 …) for the pod, -1 when none will do, with the scheduler's sentence in why. Cordons and taints are
 * honoured, a bound volume keeps its pod where it is, and pods with the same selector labels are spread. */
int demo_kube_scheduler_pick(struct demo *demo, const struct demo_kube_object *pod, char *why, size_t size) MUST_USE;
/* Gives the pod's unbound claims volumes on that node. */
void demo_kube_scheduler_bind_claims(struct demo *demo, const struct demo_kube_object *pod, int node,
				     const char *created);

#endif
