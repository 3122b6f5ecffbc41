/* Filters and scores nodes the way kube-scheduler would: cordons, taints, where the volume is, and spreading pods that
 * are alike. */
#include "api/demo/kube/scheduler.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kube/kubelet.h"

static bool is_tainted(const struct demo_kube_object *node)
{
	const cJSON *taint;
	cJSON_ArrayForEach(taint, demo_json_at(node->json, "spec.taints"))
	{
		if (!str_eq(demo_json_text(taint, "effect"), "PreferNoSchedule"))
			return true;
	}
	return false;
}

static struct demo_kube_object *claim_of(struct demo *demo, const struct demo_kube_object *pod, int index)
{
	const cJSON *volume = cJSON_GetArrayItem(demo_json_at(pod->json, "spec.volumes"), index);
	return demo_kube_store_get(demo->store, DEMO_KUBE_KIND_CLAIM, pod->namespace,
				   demo_json_text(volume, "persistentVolumeClaim.claimName"));
}

/* Must the pod's bound volumes be somewhere else? */
static bool volumes_allow(struct demo *demo, const struct demo_kube_object *pod, const struct demo_kube_object *node)
{
	int volumes = cJSON_GetArraySize(demo_json_at(pod->json, "spec.volumes"));
	for (int i = 0; i < volumes; i++) {
		const struct demo_kube_object *claim = claim_of(demo, pod, i);
		const struct demo_kube_object *volume =
			claim ? demo_kube_store_get(demo->store, DEMO_KUBE_KIND_VOLUME, "",
						    demo_json_text(claim->json, "spec.volumeName"))
			      : NULL;
		const cJSON *term = cJSON_GetArrayItem(
			demo_json_at(volume ? volume->json : NULL, "spec.nodeAffinity.required.nodeSelectorTerms"), 0);
		const cJSON *expression = cJSON_GetArrayItem(demo_json_at(term, "matchExpressions"), 0);
		const cJSON *value = cJSON_GetArrayItem(demo_json_at(expression, "values"), 0);
		const cJSON *labels = demo_json_at(node->json, "metadata.labels");
		const char *label = cJSON_GetStringValue(
			cJSON_GetObjectItemCaseSensitive(labels, demo_json_text(expression, "key")));
		if (cJSON_IsString(value) && !str_eq(label, value->valuestring))
			return false;
	}
	return true;
}

/* How many pods of the same name and instance are on the node already; the total breaks ties. */
static int pods_alike_on_node(struct demo *demo, const struct demo_kube_object *pod, const char *node)
{
	size_t count, same = 0, all = 0;
	struct demo_kube_object **pods = demo_kube_store_list(demo->store, DEMO_KUBE_KIND_POD, &count);
	const char *set = strrchr(pod->name, '-');
	size_t stem = set ? (size_t)(set - pod->name) : strlen(pod->name);
	for (size_t i = 0; i < count; i++) {
		if (!str_eq(demo_json_text(pods[i]->json, "spec.nodeName"), node))
			continue;
		all++;
		const char *other = strrchr(pods[i]->name, '-');
		same += other && (size_t)(other - pods[i]->name) == stem &&
			strncmp(other - stem, pod->name, stem) == 0 && str_eq(pods[i]->namespace, pod->namespace);
	}
	return (int)(same * 1000 + all);
}

int demo_kube_scheduler_pick(struct demo *demo, const struct demo_kube_object *pod, char *why, size_t size)
{
	int best = -1, best_crowd = 0, cordoned = 0, tainted = 0, elsewhere = 0;
	for (int i = 0; i < DEMO_KUBE_NODES; i++) {
		char name[16];
		snprintf(name, sizeof name, "node-%d", i + 1);
		const struct demo_kube_object *node = demo_kube_store_get(demo->store, DEMO_KUBE_KIND_NODE, "", name);
		if (!node)
			continue;
		if (demo_json_true(node->json, "spec.unschedulable")) {
			cordoned++;
		} else if (is_tainted(node)) {
			tainted++;
		} else if (!volumes_allow(demo, pod, node)) {
			elsewhere++;
		} else {
			int here = pods_alike_on_node(demo, pod, name);
			if (best < 0 || here < best_crowd) {
				best = i;
				best_crowd = here;
			}
		}
	}
	int at = snprintf(why, size, "0/%d nodes are available:", DEMO_KUBE_NODES);
	static const char *const words[] = {"were unschedulable", "had untolerated taint(s)",
					    "had volume node affinity conflict"};
	const int counts[] = {cordoned, tainted, elsewhere};
	const char *comma = "";
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (counts[i] > 0 && (size_t)at < size) {
			at += snprintf(why + at, size - (size_t)at, "%s %d node(s) %s", comma, counts[i], words[i]);
			comma = ",";
		}
	}
	return best;
}

static void make_volume(struct demo *demo, const struct demo_kube_object *claim, const char *volume, int node,
			const char *created)
{
	bool local = str_eq(demo_json_text(claim->json, "spec.storageClassName"), "local-ssd");
	cJSON *json =
		demo_json_make("{'metadata':{'name':'%s','finalizers':['kubernetes.io/"
			       "pv-protection'],'creationTimestamp':'%s'},'spec':{'capacity':"
			       "{'storage':'%s'},'accessModes':['ReadWriteOnce'],'persistentVolumeReclaimPolicy':'%"
			       "s','storageClassName':'%s',"
			       "'volumeMode':'Filesystem','claimRef':{'kind':'PersistentVolumeClaim','apiVersion':'"
			       "v1','namespace':'%s',"
			       "'name':'%s','uid':'%s'}},'status':{'phase':'Bound'}}",
			       volume, created, demo_json_text(claim->json, "spec.resources.requests.storage"),
			       local ? "Retain" : "Delete", demo_json_text(claim->json, "spec.storageClassName"),
			       claim->namespace, claim->name, demo_json_text(claim->json, "metadata.uid"));
	if (local) {
		demo_json_set(json, "spec.local", demo_json_make("{'path':'/mnt/ssd/%s','fsType':'xfs'}", volume));
		demo_json_set(json, "spec.nodeAffinity",
			      demo_json_make("{'required':{'nodeSelectorTerms':[{'matchExpressions':[{'key':'"
					     "kubernetes.io/hostname',"
					     "'operator':'In','values':['node-%d']}]}]}}",
					     node + 1));
	} else {
		demo_json_set(
			json, "spec.csi",
			demo_json_make("{'driver':'csi.demo.mqdeck.io','volumeHandle':'%s','fsType':'ext4'}", volume));
		demo_json_set(json, "spec.nodeAffinity",
			      demo_json_make("{'required':{'nodeSelectorTerms':[{'matchExpressions':[{'key':'"
					     "topology.kubernetes.io/zone',"
					     "'operator':'In','values':['%c']}]}]}}",
					     'a' + node));
	}
	demo_kube_store_put(demo->store, DEMO_KUBE_KIND_VOLUME, json);
}

void demo_kube_scheduler_bind_claims(struct demo *demo, const struct demo_kube_object *pod, int node,
				     const char *created)
{
	int volumes = cJSON_GetArraySize(demo_json_at(pod->json, "spec.volumes"));
	for (int i = 0; i < volumes; i++) {
		const struct demo_kube_object *claim = claim_of(demo, pod, i);
		char volume[64];
		if (!claim || *demo_json_text(claim->json, "spec.volumeName"))
			continue;
		snprintf(volume, sizeof volume, "pvc-%s", demo_json_text(claim->json, "metadata.uid"));
		make_volume(demo, claim, volume, node, created);
		cJSON *json = demo_kube_object_edit(claim);
		demo_json_set_text(json, "spec.volumeName", volume);
		demo_json_set(
			json, "status",
			demo_json_make("{'phase':'Bound','accessModes':['ReadWriteOnce'],'capacity':{'storage':'%s'}}",
				       demo_json_text(json, "spec.resources.requests.storage")));
		demo_kube_store_put(demo->store, DEMO_KUBE_KIND_CLAIM, json);
	}
}
