#include "api/demo/kube/kubelet.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kube/events.h"
#include "api/demo/kube/kubelet_status.h"
#include "api/demo/kube/pod_logs.h"
#include "api/demo/kube/scheduler.h"

struct node_state {
	char name[16];
	bool alive;
	bool lost; /* the control plane has noticed */
	int64_t changed_ms;   /* when it died or came back */
	int64_t heartbeat_ms; /* the last */
};

struct kubelet {
	struct node_state nodes[KUBELET_NODES];
	VEC(struct pod_state *) pods;
};

/* How long each stage takes. */
static const int64_t stage_ms[] = {
	[POD_PENDING] = 1000, [POD_CREATING] = 2500, [POD_STARTING] = 7000, [POD_CRASHED] = 2000, [POD_STOPPING] = 3500,
};

struct kubelet *kubelet_create(struct demo *demo)
{
	struct kubelet *kubelet = mem_alloc(sizeof *kubelet);
	for (int i = 0; i < KUBELET_NODES; i++) {
		struct node_state *node = &kubelet->nodes[i];
		snprintf(node->name, sizeof node->name, "node-%d", i + 1);
		node->alive = true;
		node->heartbeat_ms = i * 3000 - KUBELET_HEARTBEAT_MS;
	}
	return kubelet;
}

static void pod_state_free(struct pod_state *state)
{
	free(state->namespace);
	free(state->name);
	free(state);
}

void kubelet_destroy(struct kubelet *kubelet)
{
	if (!kubelet)
		return;
	vec_each (&kubelet->pods, state)
		pod_state_free(*state);
	vec_finish(&kubelet->pods);
	free(kubelet);
}

static struct pod_state *find_state(const struct kubelet *kubelet, const char *namespace, const char *name)
{
	vec_each (&kubelet->pods, state) {
		if (str_eq((*state)->name, name) && str_eq((*state)->namespace, namespace))
			return *state;
	}
	return NULL;
}

const struct pod_state *kubelet_pod(const struct demo *demo, const char *namespace, const char *name)
{
	return find_state(demo->kubelet, namespace, name);
}

bool kubelet_node_is_alive(const struct demo *demo, int node)
{
	return node >= 0 && node < KUBELET_NODES && demo->kubelet->nodes[node].alive;
}

bool kubelet_pod_is_up(const struct demo *demo, const char *namespace, const char *name)
{
	const struct pod_state *state = kubelet_pod(demo, namespace, name);
	return state && (state->stage == POD_READY || state->stage == POD_STOPPING) &&
	       kubelet_node_is_alive(demo, state->node);
}

static void enter(struct demo *demo, struct pod_state *state, enum pod_stage stage)
{
	state->stage = stage;
	state->since_ms = demo_time_ms(demo);
	if (stage == POD_STARTING)
		state->started_ms = state->since_ms;
}

/* The state of a pod of the store, made when it is new. A pod of the same name with another uid is another pod. */
static struct pod_state *state_of(struct demo *demo, const struct object *pod)
{
	const char *uid = json_text(pod->json, "metadata.uid");
	struct pod_state *state = find_state(demo->kubelet, pod->namespace, pod->name);
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
		enter(demo, state, POD_PENDING);
	}
	return state;
}

static void publish(struct demo *demo, const struct object *pod, const struct pod_state *state)
{
	cJSON *json = object_edit(pod);
	kubelet_write_status(demo, json, state);
	store_put(demo->store, KIND_POD, json);
}

static void schedule(struct demo *demo, const struct object *pod, struct pod_state *state)
{
	char why[256], now[32];
	clock_format_rfc3339(demo_wall_ms(demo), now);
	int node = scheduler_pick(demo, pod, why, sizeof why);
	cJSON *json = object_edit(pod);
	if (node < 0) {
		kubelet_set_condition(json, "PodScheduled", false, "Unschedulable", why, now);
		if (!state->unschedulable_told)
			events_record(demo, pod, true, "default-scheduler", "FailedScheduling", "%s", why);
		state->unschedulable_told = true;
		store_put(demo->store, KIND_POD, json);
		return;
	}
	scheduler_bind_claims(demo, pod, node, now);
	state->node = node;
	enter(demo, state, POD_CREATING);
	events_record(demo, pod, false, "default-scheduler", "Scheduled", "Successfully assigned %s/%s to %s", pod->namespace,
		      pod->name, demo->kubelet->nodes[node].name);
	json_set_text(json, "spec.nodeName", demo->kubelet->nodes[node].name);
	kubelet_write_status(demo, json, state);
	store_put(demo->store, KIND_POD, json);
}

static void start_container(struct demo *demo, const struct object *pod, struct pod_state *state)
{
	const cJSON *container = cJSON_GetArrayItem(json_at(pod->json, "spec.containers"), 0);
	enter(demo, state, POD_STARTING);
	events_record(demo, pod, false, "kubelet", "Started", "Started container %s", json_text(container, "name"));
	logs_process_started(demo, state->namespace, state->name);
	publish(demo, pod, state);
}

static void make_ready(struct demo *demo, const struct object *pod, struct pod_state *state)
{
	enter(demo, state, POD_READY);
	publish(demo, pod, state);
}

static void restart(struct demo *demo, const struct object *pod, struct pod_state *state)
{
	state->restarts++;
	start_container(demo, pod, state);
}

static void remove_pod(struct demo *demo, const struct object *pod, struct pod_state *state)
{
	state->uid[0] = '\0'; /* whoever comes under this name is new */
	logs_pod_removed(demo, pod->namespace, pod->name);
	store_remove(demo->store, store_get(demo->store, KIND_POD, pod->namespace, pod->name));
}

static void step_pod(struct demo *demo, const struct object *pod, struct pod_state *state)
{
	static void (*const next[])(struct demo *, const struct object *, struct pod_state *) = {
		[POD_PENDING] = schedule,  [POD_CREATING] = start_container, [POD_STARTING] = make_ready,
		[POD_CRASHED] = restart,   [POD_STOPPING] = remove_pod,
	};
	bool leaving = *json_text(pod->json, "metadata.deletionTimestamp") != '\0';
	if (state->node >= 0 && !demo->kubelet->nodes[state->node].alive)
		return; /* nobody there to do or confirm anything */
	if (leaving && state->node < 0) {
		remove_pod(demo, pod, state);
		return;
	}
	if (leaving && state->stage != POD_STOPPING) {
		enter(demo, state, POD_STOPPING);
		events_record(demo, pod, false, "kubelet", "Killing", "Stopping container");
		return;
	}
	if (next[state->stage] && demo_time_ms(demo) - state->since_ms >= stage_ms[state->stage])
		next[state->stage](demo, pod, state);
}

static void step_pods(struct demo *demo)
{
	struct kubelet *kubelet = demo->kubelet;
	vec_each (&kubelet->pods, state)
		(*state)->seen = false;
	size_t count;
	struct object **pods = store_list(demo->store, KIND_POD, &count);
	VEC(struct object *) all = {0};
	for (size_t i = 0; i < count; i++)
		vec_push(&all, object_keep(pods[i]));
	vec_each (&all, pod) {
		struct pod_state *state = state_of(demo, *pod);
		state->seen = true;
		step_pod(demo, *pod, state);
		object_release(*pod);
	}
	vec_finish(&all);
	for (size_t i = kubelet->pods.len; i-- > 0;) {
		if (!kubelet->pods.items[i]->seen) {
			pod_state_free(kubelet->pods.items[i]);
			vec_remove(&kubelet->pods, i);
		}
	}
}

static void beat(struct demo *demo, struct node_state *node)
{
	char now[32];
	const struct object *lease = store_get(demo->store, KIND_LEASE, "kube-node-lease", node->name);
	node->heartbeat_ms = demo_time_ms(demo);
	if (!lease)
		return;
	clock_format_rfc3339(demo_wall_ms(demo), now);
	now[19] = '\0'; /* a MicroTime has a fraction */
	cJSON *json = object_edit(lease);
	char micro[48];
	snprintf(micro, sizeof micro, "%s.000000Z", now);
	json_set_text(json, "spec.renewTime", micro);
	store_put(demo->store, KIND_LEASE, json);
}

/* The node controller's part: conditions and taints of a node, readiness of its pods. */
static void set_node_ready(struct demo *demo, struct node_state *node, bool ready)
{
	char now[32];
	const struct object *object = store_get(demo->store, KIND_NODE, "", node->name);
	clock_format_rfc3339(demo_wall_ms(demo), now);
	node->lost = !ready;
	if (!object)
		return;
	cJSON *json = object_edit(object);
	json_set(json, "status.conditions", kubelet_node_conditions(ready, now));
	kubelet_taint_unreachable(json, !ready, now);
	object = store_put(demo->store, KIND_NODE, json);
	events_record(demo, object, !ready, "node-controller", ready ? "NodeReady" : "NodeNotReady",
		      "Node %s status is now: %s", node->name, ready ? "NodeReady" : "NodeNotReady");
	for (size_t i = 0; i < demo->kubelet->pods.len; i++) {
		struct pod_state *state = demo->kubelet->pods.items[i];
		const struct object *pod = store_get(demo->store, KIND_POD, state->namespace, state->name);
		if (!pod || state->node != node - demo->kubelet->nodes || ready)
			continue;
		json = object_edit(pod);
		kubelet_set_condition(json, "Ready", false, "NodeNotReady", NULL, now);
		pod = store_put(demo->store, KIND_POD, json);
		events_record(demo, pod, true, "node-controller", "NodeNotReady", "Node is not ready");
	}
}

static void step_node(struct demo *demo, struct node_state *node)
{
	int64_t now = demo_time_ms(demo);
	if (node->alive && now - node->heartbeat_ms >= KUBELET_HEARTBEAT_MS)
		beat(demo, node);
	if (!node->alive && !node->lost && now - node->changed_ms >= KUBELET_NODE_GRACE_MS)
		set_node_ready(demo, node, false);
	if (node->alive && node->lost && now - node->changed_ms >= 3000)
		set_node_ready(demo, node, true);
}

void kubelet_tick(struct demo *demo)
{
	for (int i = 0; i < KUBELET_NODES; i++)
		step_node(demo, &demo->kubelet->nodes[i]);
	step_pods(demo);
}

void kubelet_settle(struct demo *demo, const char *namespace, const char *name, int node, int64_t started_ms)
{
	const struct object *pod = store_get(demo->store, KIND_POD, namespace, name);
	struct pod_state *state = state_of(demo, pod);
	char created[32];
	clock_format_rfc3339(demo->start_wall_ms + started_ms, created);
	scheduler_bind_claims(demo, pod, node, created);
	state->node = node;
	state->stage = POD_READY;
	state->since_ms = state->started_ms = started_ms;
	cJSON *json = object_edit(pod);
	json_set_text(json, "spec.nodeName", demo->kubelet->nodes[node].name);
	json_set_text(json, "status.startTime", created);
	kubelet_write_status(demo, json, state);
	cJSON *condition;
	cJSON_ArrayForEach (condition, json_at(json, "status.conditions"))
		json_set_text(condition, "lastTransitionTime", created);
	store_put(demo->store, KIND_POD, json);
}

static struct node_state *find_node(struct demo *demo, const char *name)
{
	for (int i = 0; i < KUBELET_NODES; i++) {
		if (str_eq(demo->kubelet->nodes[i].name, name))
			return &demo->kubelet->nodes[i];
	}
	return NULL;
}

bool kubelet_fail_node(struct demo *demo, const char *name)
{
	struct node_state *node = find_node(demo, name);
	if (node && node->alive) {
		node->alive = false;
		node->changed_ms = demo_time_ms(demo);
	}
	return node != NULL;
}

/* Its containers did not survive: each starts again. */
bool kubelet_heal_node(struct demo *demo, const char *name)
{
	struct node_state *node = find_node(demo, name);
	if (!node || node->alive)
		return node != NULL;
	node->alive = true;
	node->changed_ms = demo_time_ms(demo);
	for (size_t i = 0; i < demo->kubelet->pods.len; i++) {
		struct pod_state *state = demo->kubelet->pods.items[i];
		if (state->node == node - demo->kubelet->nodes && state->stage != POD_CREATING)
			kubelet_kill_pod(demo, state->namespace, state->name);
	}
	return true;
}

bool kubelet_kill_pod(struct demo *demo, const char *namespace, const char *name)
{
	struct pod_state *state = find_state(demo->kubelet, namespace, name);
	const struct object *pod = store_get(demo->store, KIND_POD, namespace, name);
	if (!state || !pod || state->node < 0 || state->stage == POD_STOPPING)
		return false;
	enter(demo, state, POD_CRASHED);
	publish(demo, pod, state);
	return true;
}
