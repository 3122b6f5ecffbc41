/* What a kubelet says of its pods' volumes, through the API server's proxy: GET /api/v1/nodes/NAME/proxy/stats/summary. */
#include <stdio.h>

#include "api/base/str.h"
#include "api/demo/base/cluster_spec.h"
#include "api/demo/kube/api_server.h"
#include "api/demo/kube/kubelet.h"

static cJSON *volume_stats(const struct demo *demo, const struct demo_cluster_spec *spec, int ordinal, const char *pod)
{
	char claim[96];
	int64_t capacity = (int64_t)spec->storage_gib << 30;
	int64_t used = demo->pod_streams->disk_used(demo, spec->namespace, pod);
	used = used < capacity ? used : capacity;
	return demo_json_make("{'name':'%s','capacityBytes':%lld,'availableBytes':%lld,'usedBytes':%lld,'inodes':%lld,"
			      "'inodesFree':%lld,'inodesUsed':1200,'pvcRef':{'name':'%s','namespace':'%s'}}",
			      spec->claim, (long long)capacity, (long long)(capacity - used), (long long)used,
			      (long long)(capacity >> 14), (long long)(capacity >> 14) - 1200,
			      demo_cluster_claim_name(spec, ordinal, claim, sizeof claim), spec->namespace);
}

static void append_pod_stats(const struct demo *demo, const cJSON *pod, cJSON *pods)
{
	const char *namespace = demo_json_text(pod, "metadata.namespace"), *name = demo_json_text(pod, "metadata.name");
	int ordinal = 0, at = demo_cluster_of_pod(&demo->specs, namespace, name, &ordinal);
	if (at < 0)
		return;
	cJSON *stats = demo_json_make("{'podRef':{'name':'%s','namespace':'%s'},'volume':[]}", name, namespace);
	cJSON_AddItemToArray(demo_json_at(stats, "volume"), volume_stats(demo, &demo->specs.items[at], ordinal, name));
	cJSON_AddItemToArray(pods, stats);
}

static bool node_answers(const struct demo *demo, const char *name)
{
	for (int i = 0; i < DEMO_KUBE_NODES; i++) {
		char its[16];
		snprintf(its, sizeof its, "node-%d", i + 1);
		if (str_eq(its, name))
			return demo_kube_kubelet_node_is_alive(demo, i);
	}
	return false;
}

void demo_kube_node_stats_serve(const struct demo_kube_api_call *call)
{
	size_t count;
	if (!demo_kube_store_get(call->demo->store, DEMO_KUBE_KIND_NODE, "", call->name)) {
		demo_kube_api_answer_not_found(call);
		return;
	}
	if (!str_eq(call->request->method, "GET") || !node_answers(call->demo, call->name)) {
		demo_kube_api_answer_status(call->conn, 503, "ServiceUnavailable",
					    "error trying to reach service: dial tcp: i/o timeout");
		return;
	}
	cJSON *answer = demo_json_make("{'node':{},'pods':[]}");
	struct demo_kube_object **pods = demo_kube_store_list(call->demo->store, DEMO_KUBE_KIND_POD, &count);
	demo_json_set_text(answer, "node.nodeName", call->name);
	for (size_t i = 0; i < count; i++)
		if (str_eq(demo_json_text(pods[i]->json, "spec.nodeName"), call->name))
			append_pod_stats(call->demo, pods[i]->json, demo_json_at(answer, "pods"));
	demo_kube_api_answer_json(call->conn, 200, answer);
}
