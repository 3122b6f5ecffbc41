/* Nodes and what runs on them: scheduling, the stages of a pod, node failure and its late discovery. */
#ifndef MQDECK_DEMO_KUBE_KUBELET_H
#define MQDECK_DEMO_KUBE_KUBELET_H

#include "api/demo/http/json_tree.h"
#include "api/demo/host/demo_private.h"
#include "api/demo/kube/store.h"

enum { KUBELET_NODES = 3, KUBELET_NODE_GRACE_MS = 20000, KUBELET_HEARTBEAT_MS = 10000 };

enum pod_stage {
	POD_PENDING,  /* waits for a node */
	POD_CREATING, /* volume, image */
	POD_STARTING, /* the process is there, not yet of use */
	POD_READY,
	POD_CRASHED,  /* the container died, restarts after a back-off */
	POD_STOPPING, /* the process is still of use until it stops */
};

struct pod_state {
	char uid[40];
	char *namespace, *name;
	enum pod_stage stage;
	int64_t since_ms; /* of the stage, demo time */
	int64_t started_ms; /* of the process, demo time; before the start when negative */
	int restarts;
	int node; /* -1 = none */
	bool seen; /* by the round under way */
	bool unschedulable_told;
};

struct kubelet;

struct kubelet *kubelet_create(struct demo *demo);
void kubelet_destroy(struct kubelet *kubelet);
void kubelet_tick(struct demo *demo);

/* Makes the pod stand as if it had run since `started_ms` (demo time) on a node. For the start. */
void kubelet_settle(struct demo *demo, const char *namespace, const char *name, int node, int64_t started_ms);

/* NULL = the kubelets do not know it. */
const struct pod_state *kubelet_pod(const struct demo *demo, const char *namespace, const char *name);
/* Does the broker in it answer: ready or stopping, and its node alive? */
bool kubelet_pod_is_up(const struct demo *demo, const char *namespace, const char *name);
bool kubelet_node_is_alive(const struct demo *demo, int node);

bool kubelet_fail_node(struct demo *demo, const char *name);
bool kubelet_heal_node(struct demo *demo, const char *name);
bool kubelet_kill_pod(struct demo *demo, const char *namespace, const char *name);

/* The conditions of a node that is well or has not been heard of. */
cJSON *kubelet_node_conditions(bool ready, const char *since) MUST_USE;

#endif
