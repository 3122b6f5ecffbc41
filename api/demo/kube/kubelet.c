/* Pods go from scheduled to ready and from terminating to gone in stages that take time. A node that fails stops
 * reporting at once but is found out after the grace period only: the console must live with that gap. */
#include "api/demo/kube/kubelet.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kube/events.h"
#include "api/demo/kube/kubelet_status.h"
#include "api/demo/kube/pod_logs.h"
#include "api/demo/kube/scheduler.h"

struct demo_kube_node_state {
	char name[16];
	bool alive;
	bool lost;            /* the control plane has noticed */
	int64_t changed_ms;   /* when it died or came back */
	int64_t heartbeat_ms; /* the last */
};

struct demo_kube_kubelet {
	struct demo_kube_node_state nodes[DEMO_KUBE_NODES];
	VEC(struct demo_kube_pod_state *) pods;
};

/* How long each stage takes. */
static const int64_t stage_ms[] = {
	[DEMO_KUBE_POD_PENDING] = 1000, [DEMO_KUBE_POD_CREATING] = 2500, [DEMO_KUBE_POD_STARTING] = 7000,
	[DEMO_KUBE_POD_CRASHED] = 2000, [DEMO_KUBE_POD_STOPPING] = 3500,
};

struct demo_kube_kubelet *demo_kube_kubelet_create(struct demo *demo)
{
	struct demo_kube_kubelet *kubelet = mem_alloc(sizeof *kubelet);
	for (int i = 0; i < DEMO_KUBE_NODES; i++) {
		struct demo_kube_node_state *node = &kubelet->nodes[i];
		snprintf(node->name, sizeof node->name, "node-%d", i + 1);
		node->alive = true;
		node->heartbeat_ms = i * 3000 - DEMO_KUBE_HEARTBEAT_MS;
	}
	return kubelet;
}

static void pod_state_free(struct demo_kube_pod_state *state)
{
	free(state->namespace);
	free(state->name);
	free(state);
}

void demo_kube_kubelet_destroy(struct demo_kube_kubelet *kubelet)
{
	if (!kubelet)
		return;
	vec_each (&kubelet->pods, state)
		pod_state_free(*state);
	vec_finish(&kubelet->pods);
	free(kubelet);
}

static struct demo_kube_pod_state *find_state(const struct demo_kube_kubelet *kubelet, const char *namespace,
					      const char *name)
{
	vec_each (&kubelet->pods, state) {
		if (str_eq((*state)->name, name) && str_eq((*state)->namespace, namespace))
			return *state;
	}
	return NULL;
}

const struct demo_kube_pod_state *demo_kube_kubelet_pod(const struct demo *demo, const char *namespace,
							const char *name)
{
	return find_state(demo->kubelet, namespace, name);
}

bool demo_kube_kubelet_node_is_alive(const struct demo *demo, int node)
{
	return node >= 0 && node < DEMO_KUBE_NODES && demo->kubelet->nodes[node].alive;
}

bool demo_kube_kubelet_pod_is_up(const struct demo *demo, const char *namespace, const char *name)
{
	const struct demo_kube_pod_state *state = demo_kube_kubelet_pod(demo, namespace, name);
	return state && (state->stage == DEMO_KUBE_POD_READY || state->stage == DEMO_KUBE_POD_STOPPING) &&
	       demo_kube_kubelet_node_is_alive(demo, state->node);
}

static void pod_enter_stage(struct demo *demo, struct demo_kube_pod_state *state, enum demo_kube_pod_stage stage)
{
	state->stage = stage;
	state->since_ms = demo_time_ms(demo);
	if (stage == DEMO_KUBE_POD_STARTING)
		state->started_ms = state->since_ms;
}

/* The state of a pod of the store, made when it is new. A pod of the same name with another uid is another pod. */
static struct demo_kube_pod_state *pod_state_of(struct demo *demo, const struct demo_kube_object *pod)
{
	const char *uid = demo_json_text(pod->json, "metadata.uid");
	struct demo_kube_pod_state *state = find_state(demo->kubelet, pod->namespace, pod->name);
	if (!state) {
		state = mem_alloc(sizeof *state);
		state->namespace = mem_strdup(pod->namespace);
		state->name = mem_strdup(pod->name);
		vec_push(&demo->kubelet->pods, state);
	}
	if (!str_eq(state->uid, uid)) {
		snprintf(state->uid, sizeof state->uid, "%s", uid);
		state->node = -1;
		state->restarts = 0;
		state->unschedulable_told = false;
		pod_enter_stage(demo, state, DEMO_KUBE_POD_PENDING);
	}
	return state;
}

static void pod_publish(struct demo *demo, const struct demo_kube_object *pod, const struct demo_kube_pod_state *state)
{
	cJSON *json = demo_kube_object_edit(pod);
	demo_kube_kubelet_write_status(demo, json, state);
	demo_kube_store_put(demo->store, DEMO_KUBE_KIND_POD, json);
}

static void pod_schedule(struct demo *demo, const struct demo_kube_object *pod, struct demo_kube_pod_state *state)
{
	char why[256], now[32];
	clock_format_rfc3339(demo_wall_ms(demo), now);
	int node = demo_kube_scheduler_pick(demo, pod, why, sizeof why);
	cJSON *json = demo_kube_object_edit(pod);
	if (node < 0) {
		demo_kube_kubelet_set_condition(json, "PodScheduled", false, "Unschedulable", why, now);
		if (!state->unschedulable_told)
			demo_kube_events_record(demo, pod, true, "default-scheduler", "FailedScheduling", "%s", why);
		state->unschedulable_told = true;
		demo_kube_store_put(demo->store, DEMO_KUBE_KIND_POD, json);
		return;
	}
	demo_kube_scheduler_bind_claims(demo, pod, node, now);
	state->node = node;
	pod_enter_stage(demo, state, DEMO_KUBE_POD_CREATING);
	demo_kube_events_record(demo, pod, false, "default-scheduler", "Scheduled", "Successfully assigned %s/%s to %s",
				pod->namespace, pod->name, demo->kubelet->nodes[node].name);
	demo_json_set_text(json, "spec.nodeName", demo->kubelet->nodes[node].name);
	demo_kube_kubelet_write_status(demo, json, state);
	demo_kube_store_put(demo->store, DEMO_KUBE_KIND_POD, json);
}

static void start_container(struct demo *demo, const struct demo_kube_object *pod, struct demo_kube_pod_state *state)
{
	const cJSON *container = cJSON_GetArrayItem(demo_json_at(pod->json, "spec.containers"), 0);
	pod_enter_stage(demo, state, DEMO_KUBE_POD_STARTING);
	demo_kube_events_record(demo, pod, false, "kubelet", "Started", "Started container %s",
				demo_json_text(container, "name"));
	demo_kube_logs_process_started(demo, state->namespace, state->name);
	pod_publish(demo, pod, state);
}

static void make_ready(struct demo *demo, const struct demo_kube_object *pod, struct demo_kube_pod_state *state)
{
	pod_enter_stage(demo, state, DEMO_KUBE_POD_READY);
	pod_publish(demo, pod, state);
}

static void pod_restart(struct demo *demo, const struct demo_kube_object *pod, struct demo_kube_pod_state *state)
{
	state->restarts++;
	start_container(demo, pod, state);
}

static void remove_pod(struct demo *demo, const struct demo_kube_object *pod, struct demo_kube_pod_state *state)
{
	state->uid[0] = '\0'; /* whoever comes under this name is new */
	demo_kube_logs_pod_removed(demo, pod->namespace, pod->name);
	demo_kube_store_remove(demo->store,
			       demo_kube_store_get(demo->store, DEMO_KUBE_KIND_POD, pod->namespace, pod->name));
}

static void step_pod(struct demo *demo, const struct demo_kube_object *pod, struct demo_kube_pod_state *state)
{
	static void (*const next[])(struct demo *, const struct demo_kube_object *, struct demo_kube_pod_state *) = {
		[DEMO_KUBE_POD_PENDING] = pod_schedule, [DEMO_KUBE_POD_CREATING] = start_container,
		[DEMO_KUBE_POD_STARTING] = make_ready,  [DEMO_KUBE_POD_CRASHED] = pod_restart,
		[DEMO_KUBE_POD_STOPPING] = remove_pod,
	};
	bool leaving = *demo_json_text(pod->json, "metadata.deletionTimestamp") != '\0';
	if (state->node >= 0 && !demo->kubelet->nodes[state->node].alive)
		return; /* nobody there to do or confirm anything */
	if (leaving && state->node < 0) {
		remove_pod(demo, pod, state);
		return;
	}
	if (leaving && state->stage != DEMO_KUBE_POD_STOPPING) {
		pod_enter_stage(demo, state, DEMO_KUBE_POD_STOPPING);
		demo_kube_events_record(demo, pod, false, "kubelet", "Killing", "Stopping container");
		return;
	}
	if (next[state->stage] && demo_time_ms(demo) - state->since_ms >= stage_ms[state->stage])
		next[state->stage](demo, pod, state);
}

static void step_pods(struct demo *demo)
{
	struct demo_kube_kubelet *kubelet = demo->kubelet;
	vec_each (&kubelet->pods, state)
		(*state)->seen = false;
	size_t count;
	struct demo_kube_object **pods = demo_kube_store_list(demo->store, DEMO_KUBE_KIND_POD, &count);
	VEC(struct demo_kube_object *) all = {0};
	for (size_t i = 0; i < count; i++)
		vec_push(&all, demo_kube_object_keep(pods[i]));
	vec_each (&all, pod) {
		struct demo_kube_pod_state *state = pod_state_of(demo, *pod);
		state->seen = true;
		step_pod(demo, *pod, state);
		demo_kube_object_release(*pod);
	}
	vec_finish(&all);
	for (size_t i = kubelet->pods.len; i-- > 0;) {
		if (!kubelet->pods.items[i]->seen) {
			pod_state_free(kubelet->pods.items[i]);
			vec_remove(&kubelet->pods, i);
		}
	}
}

static void node_beat(struct demo *demo, struct demo_kube_node_state *node)
{
	char now[32];
	const struct demo_kube_object *lease =
		demo_kube_store_get(demo->store, DEMO_KUBE_KIND_LEASE, "kube-node-lease", node->name);
	node->heartbeat_ms = demo_time_ms(demo);
	if (!lease)
		return;
	clock_format_rfc3339(demo_wall_ms(demo), now);
	now[19] = '\0'; /* a MicroTime has a fraction */
	cJSON *json = demo_kube_object_edit(lease);
	char micro[48];
	snprintf(micro, sizeof micro, "%s.000000Z", now);
	demo_json_set_text(json, "spec.renewTime", micro);
	demo_kube_store_put(demo->store, DEMO_KUBE_KIND_LEASE, json);
}

/* The node controller's part: conditions and taints of a node, readiness of its pods. */
static void set_node_ready(struct demo *demo, struct demo_kube_node_state *node, bool ready)
{
	char now[32];
	const struct demo_kube_object *object = demo_kube_store_get(demo->store, DEMO_KUBE_KIND_NODE, "", node->name);
	clock_format_rfc3339(demo_wall_ms(demo), now);
	node->lost = !ready;
	if (!object)
		return;
	cJSON *json = demo_kube_object_edit(object);
	demo_json_set(json, "status.conditions", demo_kube_kubelet_node_conditions(ready, now));
	demo_kube_kubelet_taint_unreachable(json, !ready, now);
	object = demo_kube_store_put(demo->store, DEMO_KUBE_KIND_NODE, json);
	demo_kube_events_record(demo, object, !ready, "node-controller", ready ? "NodeReady" : "NodeNotReady",
				"Node %s status is now: %s", node->name, ready ? "NodeReady" : "NodeNotReady");
	for (size_t i = 0; i < demo->kubelet->pods.len; i++) {
		struct demo_kube_pod_state *state = demo->kubelet->pods.items[i];
		const struct demo_kube_object *pod =
			demo_kube_store_get(demo->store, DEMO_KUBE_KIND_POD, state->namespace, state->name);
		if (!pod || state->node != node - demo->kubelet->nodes || ready)
			continue;
		json = demo_kube_object_edit(pod);
		demo_kube_kubelet_set_condition(json, "Ready", false, "NodeNotReady", NULL, now);
		pod = demo_kube_store_put(demo->store, DEMO_KUBE_KIND_POD, json);
		demo_kube_events_record(demo, pod, true, "node-controller", "NodeNotReady", "Node is not ready");
	}
}

static void step_node(struct demo *demo, struct demo_kube_node_state *node)
{
	int64_t now = demo_time_ms(demo);
	if (node->alive && now - node->heartbeat_ms >= DEMO_KUBE_HEARTBEAT_MS)
		node_beat(demo, node);
	if (!node->alive && !node->lost && now - node->changed_ms >= DEMO_KUBE_NODE_GRACE_MS)
		set_node_ready(demo, node, false);
	if (node->alive && node->lost && now - node->changed_ms >= 3000)
		set_node_ready(demo, node, true);
}

void demo_kube_kubelet_tick(struct demo *demo)
{
	for (int i = 0; i < DEMO_KUBE_NODES; i++)
		step_node(demo, &demo->kubelet->nodes[i]);
	step_pods(demo);
}

void demo_kube_kubelet_settle(struct demo *demo, const char *namespace, const char *name, int node, int64_t started_ms)
{
	const struct demo_kube_object *pod = demo_kube_store_get(demo->store, DEMO_KUBE_KIND_POD, namespace, name);
	struct demo_kube_pod_state *state = pod_state_of(demo, pod);
	char created[32];
	clock_format_rfc3339(demo->start_wall_ms + started_ms, created);
	demo_kube_scheduler_bind_claims(demo, pod, node, created);
	state->node = node;
	state->stage = DEMO_KUBE_POD_READY;
	state->since_ms = state->started_ms = started_ms;
	cJSON *json = demo_kube_object_edit(pod);
	demo_json_set_text(json, "spec.nodeName", demo->kubelet->nodes[node].name);
	demo_json_set_text(json, "status.startTime", created);
	demo_kube_kubelet_write_status(demo, json, state);
	cJSON *condition;
	cJSON_ArrayForEach(condition, demo_json_at(json, "status.conditions"))
		demo_json_set_text(condition, "lastTransitionTime", created);
	demo_kube_store_put(demo->store, DEMO_KUBE_KIND_POD, json);
}

static struct demo_kube_node_state *find_node(struct demo *demo, const char *name)
{
	for (int i = 0; i < DEMO_KUBE_NODES; i++) {
		if (str_eq(demo->kubelet->nodes[i].name, name))
			return &demo->kubelet->nodes[i];
	}
	return NULL;
}

bool demo_kube_kubelet_fail_node(struct demo *demo, const char *name)
{
	struct demo_kube_node_state *node = find_node(demo, name);
	if (node && node->alive) {
		node->alive = false;
		node->changed_ms = demo_time_ms(demo);
	}
	return node != NULL;
}

/* Its containers did not survive: each starts again. */
bool demo_kube_kubelet_heal_node(struct demo *demo, const char *name)
{
	struct demo_kube_node_state *node = find_node(demo, name);
	if (!node || node->alive)
		return node != NULL;
	node->alive = true;
	node->changed_ms = demo_time_ms(demo);
	for (size_t i = 0; i < demo->kubelet->pods.len; i++) {
		struct demo_kube_pod_state *state = demo->kubelet->pods.items[i];
		if (state->node == node - demo->kubelet->nodes && state->stage != DEMO_KUBE_POD_CREATING)
			demo_kube_kubelet_kill_pod(demo, state->namespace, state->name);
	}
	return true;
}

bool demo_kube_kubelet_kill_pod(struct demo *demo, const char *namespace, const char *name)
{
	struct demo_kube_pod_state *state = find_state(demo->kubelet, namespace, name);
	const struct demo_kube_object *pod = demo_kube_store_get(demo->store, DEMO_KUBE_KIND_POD, namespace, name);
	if (!state || !pod || state->node < 0 || state->stage == DEMO_KUBE_POD_STOPPING)
		return false;
	pod_enter_stage(demo, state, DEMO_KUBE_POD_CRASHED);
	pod_publish(demo, pod, state);
	return true;
}
