/* What a kubelet writes into the status of pods and nodes. */
#include "api/demo/kube/kubelet_status.h"

#include <stdio.h>

#include "api/base/str.h"
#include "api/demo/base/cluster_spec.h"

enum { IN_ONE_RANGE = 12 /* clusters whose pods share the addresses of one node's range */ };

cJSON *demo_kube_kubelet_node_conditions(bool ready, const char *since)
{
	static const struct {
		const char *type, *status, *reason, *message;
	} table[] = {
		{"MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"},
		{"DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"},
		{"PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"},
		{"Ready", "True", "KubeletReady", "kubelet is posting ready status"},
	};
	cJSON *list = cJSON_CreateArray();
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		cJSON_AddItemToArray(
			list,
			demo_json_make(
				"{'type':'%s','status':'%s','reason':'%s','message':'%s','lastHeartbeatTime':'%s',"
				"'lastTransitionTime':'%s'}",
				table[i].type, ready ? table[i].status : "Unknown",
				ready ? table[i].reason : "NodeStatusUnknown",
				ready ? table[i].message : "Kubelet stopped posting node status.", since, since));
	return list;
}

void demo_kube_kubelet_taint_unreachable(cJSON *node, bool unreachable, const char *now)
{
	static const char *const effects[] = {"NoSchedule", "NoExecute"};
	const cJSON *taint;
	cJSON *taints = cJSON_CreateArray();
	cJSON_ArrayForEach(taint, demo_json_at(node, "spec.taints"))
	{
		if (!str_eq(demo_json_text(taint, "key"), "node.kubernetes.io/unreachable"))
			cJSON_AddItemToArray(taints, cJSON_Duplicate(taint, true));
	}
	for (size_t i = 0; unreachable && i < ARRAY_LEN(effects); i++)
		cJSON_AddItemToArray(
			taints,
			demo_json_make("{'key':'node.kubernetes.io/unreachable','effect':'%s','timeAdded':'%s'}",
				       effects[i], now));
	demo_json_remove(node, "spec.taints");
	if (cJSON_GetArraySize(taints) > 0)
		demo_json_set(node, "spec.taints", taints);
	else
		cJSON_Delete(taints);
}

void demo_kube_kubelet_set_condition(cJSON *pod, const char *type, bool holds, const char *reason, const char *message,
				     const char *now)
{
	cJSON *list = demo_json_at(pod, "status.conditions"), *condition, *found = NULL;
	if (!cJSON_IsArray(list)) {
		demo_json_set(pod, "status.conditions", cJSON_CreateArray());
		list = demo_json_at(pod, "status.conditions");
	}
	cJSON_ArrayForEach(condition, list)
	{
		if (str_eq(demo_json_text(condition, "type"), type))
			found = condition;
	}
	if (!found) {
		found = demo_json_make("{'type':'%s'}", type);
		cJSON_AddItemToArray(list, found);
	}
	if (!str_eq(demo_json_text(found, "status"), holds ? "True" : "False"))
		demo_json_set_text(found, "lastTransitionTime", now);
	demo_json_set_text(found, "status", holds ? "True" : "False");
	demo_json_remove(found, "reason");
	demo_json_remove(found, "message");
	if (reason)
		demo_json_set_text(found, "reason", reason);
	if (message)
		demo_json_set_text(found, "message", message);
}

static cJSON *container_state(const struct demo_kube_pod_state *state, const char *started, const char *now)
{
	if (state->stage == DEMO_KUBE_POD_CREATING)
		return demo_json_make("{'waiting':{'reason':'ContainerCreating'}}");
	if (state->stage == DEMO_KUBE_POD_CRASHED)
		return demo_json_make(
			"{'terminated':{'exitCode':137,'reason':'Error','startedAt':'%s','finishedAt':'%s'}}", started,
			now);
	return demo_json_make("{'running':{'startedAt':'%s'}}", started);
}

static void add_container_status(struct demo *demo, cJSON *pod, const struct demo_kube_pod_state *state,
				 const char *now)
{
	char started[32];
	clock_format_rfc3339(demo->start_wall_ms + state->started_ms, started);
	const cJSON *container = cJSON_GetArrayItem(demo_json_at(pod, "spec.containers"), 0);
	const cJSON *before = cJSON_GetArrayItem(demo_json_at(pod, "status.containerStatuses"), 0);
	bool runs = state->stage == DEMO_KUBE_POD_READY || state->stage == DEMO_KUBE_POD_STARTING ||
		    state->stage == DEMO_KUBE_POD_STOPPING;
	cJSON *status =
		demo_json_make("{'imageID':'','containerID':'containerd://%.8s%d','ready':%s,"
			       "'started':%s,'restartCount':%d,'lastState':{}}",
			       state->uid, state->restarts, state->stage == DEMO_KUBE_POD_READY ? "true" : "false",
			       runs ? "true" : "false", state->restarts);
	demo_json_set_text(status, "name", demo_json_text(container, "name"));
	demo_json_set_text(status, "image", demo_json_text(container, "image"));
	demo_json_set(status, "state", container_state(state, started, now));
	const cJSON *last = demo_json_at(before, "state.terminated") ? demo_json_at(before, "state")
								     : demo_json_at(before, "lastState");
	if (last && state->stage != DEMO_KUBE_POD_CRASHED)
		demo_json_set(status, "lastState", cJSON_Duplicate(last, true));
	cJSON *list = cJSON_CreateArray();
	cJSON_AddItemToArray(list, status);
	demo_json_set(pod, "status.containerStatuses", list);
}

void demo_kube_kubelet_write_status(struct demo *demo, cJSON *pod, const struct demo_kube_pod_state *state)
{
	char now[32], address[32];
	clock_format_rfc3339(demo_wall_ms(demo), now);
	bool ready = state->stage == DEMO_KUBE_POD_READY;
	bool created = state->stage != DEMO_KUBE_POD_PENDING && state->stage != DEMO_KUBE_POD_CREATING;
	demo_kube_kubelet_set_condition(pod, "PodScheduled", true, NULL, NULL, now);
	demo_kube_kubelet_set_condition(pod, "Initialized", true, NULL, NULL, now);
	demo_kube_kubelet_set_condition(pod, "PodReadyToStartContainers", created, NULL, NULL, now);
	demo_kube_kubelet_set_condition(pod, "ContainersReady", ready, ready ? NULL : "ContainersNotReady", NULL, now);
	demo_kube_kubelet_set_condition(pod, "Ready", ready, ready ? NULL : "ContainersNotReady", NULL, now);
	demo_json_set_text(pod, "status.phase", created ? "Running" : "Pending");
	snprintf(address, sizeof address, "10.10.0.%d", 11 + state->node);
	demo_json_set_text(pod, "status.hostIP", address);
	if (!*demo_json_text(pod, "status.startTime"))
		demo_json_set_text(pod, "status.startTime", now);
	if (created && !*demo_json_text(pod, "status.podIP")) {
		/* By who it is, so that a pod has the same address whatever order things happen in. */
		int ordinal = 0;
		int cluster = demo_cluster_of_pod(&demo->specs, state->namespace, state->name, &ordinal);
		int index = cluster < 0 ? (int)demo->specs.count : cluster;
		snprintf(address, sizeof address, "10.244.%d.%d", state->node + index / IN_ONE_RANGE * DEMO_KUBE_NODES,
			 10 + index % IN_ONE_RANGE * 20 + ordinal);
		demo_json_set_text(pod, "status.podIP", address);
		demo_json_set(pod, "status.podIPs", demo_json_make("[{'ip':'%s'}]", address));
	}
	add_container_status(demo, pod, state, now);
}
