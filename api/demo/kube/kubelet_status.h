/* What a kubelet writes into the status of pods. */
#ifndef MQDECK_DEMO_KUBE_KUBELET_STATUS_H
#define MQDECK_DEMO_KUBE_KUBELET_STATUS_H

#include "api/demo/kube/kubelet.h"

/* reason and message may be NULL. */
/* The node controller's own taints; those of others stay. */
void demo_kube_kubelet_taint_unreachable(cJSON *node, bool unreachable, const char *now);
void demo_kube_kubelet_set_condition(cJSON *pod, const char *type, bool holds, const char *reason, const char *message,
				     const char *now);
/* Phase, conditions, addresses and container status of a pod that has a node. */
void demo_kube_kubelet_write_status(struct demo *demo, cJSON *pod, const struct demo_kube_pod_state *state);

#endif
