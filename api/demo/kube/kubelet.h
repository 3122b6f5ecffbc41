/* Nodes and what runs on them: scheduling, the stages of a pod, node failure and its late discovery. */
#ifndef MQDECK_DEMO_KUBE_KUBELET_H
#define MQDECK_DEMO_KUBE_KUBELET_H

#include "api/demo/base/demo_private.h"
#include "api/demo/http/json_tree.h"
#include "api/demo/kube/store.h"

enum { DEMO_KUBE_NODES = 3, DEMO_KUBE_NODE_GRACE_MS = 20000, DEMO_KUBE_HEARTBEAT_MS = 10000 };

enum demo_kube_pod_stage {
	DEMO_KUBE_POD_PENDING,  /* waits for a node */
	DEMO_KUBE_POD_CREATING, /* volume, image */
	DEMO_KUBE_POD_STARTING, /* the process is there, not yet of use */
	DEMO_KUBE_POD_READY,
	DEMO_KUBE_POD_CRASHED,  /* the container died, restarts after a back-off */
	DEMO_KUBE_POD_STOPPING, /* the process is still of use until it stops */
};

struct demo_kube_pod_state {
	char uid[40];
	char *namespace, *name;
	enum demo_kube_pod_stage stage;
	int64_t since_ms;   /* of the stage, demo time */
	int64_t started_ms; /* of the process, demo time; before the start when negative */
	int restarts;
	int node;  /* -1 = none */
	bool seen; /* by the round under way */
	bool unschedulable_told;
};

struct demo_kube_kubelet;

struct demo_kube_kubelet *demo_kube_kubelet_create(struct demo *demo);
void demo_kube_kubelet_destroy(struct demo_kube_kubelet *kubelet);
void demo_kube_kubelet_tick(struct demo *demo);

/* Makes the pod stand as if it had run since `started_ms` (demo time) on a node. For the start. */
void demo_kube_kubelet_settle(struct demo *demo, const char *namespace, const char *name, int node, int64_t started_ms);

/* NULL = the kubelets do not know it. */
const struct demo_kube_pod_state *demo_kube_kubelet_pod(const struct demo *demo, const char *namespace,
							const char *name);
/* Does the broker in it answer: ready or stopping, and its node alive? */
bool demo_kube_kubelet_pod_is_up(const struct demo *demo, const char *namespace, const char *name);
bool demo_kube_kubelet_node_is_alive(const struct demo *demo, int node);

bool demo_kube_kubelet_fail_node(struct demo *demo, const char *name);
bool demo_kube_kubelet_heal_node(struct demo *demo, const char *name);
bool demo_kube_kubelet_kill_pod(struct demo *demo, const char *namespace, const char *name);

/* The conditions of a node that is well or has not been heard of. */
cJSON *demo_kube_kubelet_node_conditions(bool ready, const char *since) MUST_USE;

#endif
