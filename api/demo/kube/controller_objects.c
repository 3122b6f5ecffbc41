/* What other controllers do to pods, claims and volumes: garbage collection, protection of claims, taints, the
 * operator's marks, volume expansion. */
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kube/controller.h"
#include "api/demo/kube/events.h"
#include "api/demo/kube/kubelet.h"
#include "api/demo/kube/selector.h"

typedef VEC(struct demo_kube_object *) object_list;

/* A list of its own: what is done to one changes the store's. */
static object_list keep_all(struct demo *demo, enum demo_kube_kind_id kind)
{
	size_t count;
	object_list all = {0};
	struct demo_kube_object **list = demo_kube_store_list(demo->store, kind, &count);
	for (size_t i = 0; i < count; i++)
		vec_push(&all, demo_kube_object_keep(list[i]));
	return all;
}

static void release_all(object_list *all)
{
	vec_each (all, object)
		demo_kube_object_release(*object);
	vec_finish(all);
}

static bool object_is_going(const struct demo_kube_object *object)
{
	return *demo_json_text(object->json, "metadata.deletionTimestamp") != '\0';
}

void demo_kube_controller_begin_deletion(struct demo *demo, const struct demo_kube_object *pod,
					 const struct demo_kube_object *owner)
{
	char when[32];
	int64_t grace = demo_json_number(pod->json, "spec.terminationGracePeriodSeconds", 30);
	clock_format_rfc3339(demo_wall_ms(demo) + grace * 1000, when);
	cJSON *json = demo_kube_object_edit(pod);
	demo_json_set_text(json, "metadata.deletionTimestamp", when);
	demo_json_set_number(json, "metadata.deletionGracePeriodSeconds", (double)grace);
	if (owner)
		demo_kube_events_record(demo, owner, false, "statefulset-controller", "SuccessfulDelete",
					"delete Pod %s in %s %s successful", pod->name, owner->kind->name, owner->name);
	demo_kube_store_put(demo->store, DEMO_KUBE_KIND_POD, json);
}

/* ---- owners ---- */

void demo_kube_controller_orphan_pods(struct demo *demo, const struct demo_kube_object *set)
{
	object_list pods = keep_all(demo, DEMO_KUBE_KIND_POD);
	vec_each (&pods, pod) {
		const cJSON *owner = cJSON_GetArrayItem(demo_json_at((*pod)->json, "metadata.ownerReferences"), 0);
		if (!str_eq(demo_json_text(owner, "uid"), demo_json_text(set->json, "metadata.uid")))
			continue;
		cJSON *json = demo_kube_object_edit(*pod);
		demo_json_remove(json, "metadata.ownerReferences");
		demo_kube_store_put(demo->store, DEMO_KUBE_KIND_POD, json);
	}
	release_all(&pods);
}

void demo_kube_controller_adopt_pods(struct demo *demo, const struct demo_cluster_spec *spec,
				     const struct demo_kube_object *set)
{
	char name[64], api_version[64];
	for (int i = 0; i < DEMO_CLUSTER_BROKERS_MAX; i++) {
		const struct demo_kube_object *pod =
			demo_kube_store_get(demo->store, DEMO_KUBE_KIND_POD, spec->namespace,
					    demo_cluster_pod_name(spec, i, name, sizeof name));
		if (!pod || demo_json_at(pod->json, "metadata.ownerReferences") ||
		    !demo_kube_selector_labels_match(demo_json_at(set->json, "spec.selector.matchLabels"), pod->json))
			continue;
		cJSON *json = demo_kube_object_edit(pod);
		demo_json_set(json, "metadata.ownerReferences",
			      demo_json_make("[{'apiVersion':'%s','kind':'%s','name':'%s','uid':'%s','controller':true,"
					     "'blockOwnerDeletion':true}]",
					     demo_kube_kind_api_version(set->kind, api_version, sizeof api_version),
					     set->kind->name, set->name, demo_json_text(set->json, "metadata.uid")));
		demo_kube_store_put(demo->store, DEMO_KUBE_KIND_POD, json);
	}
}

/* ---- claims ---- */

static bool is_used(struct demo *demo, const struct demo_kube_object *claim)
{
	size_t count;
	struct demo_kube_object **pods = demo_kube_store_list(demo->store, DEMO_KUBE_KIND_POD, &count);
	for (size_t i = 0; i < count; i++) {
		const cJSON *volume;
		cJSON_ArrayForEach(volume, demo_json_at(pods[i]->json, "spec.volumes"))
		{
			if (str_eq(pods[i]->namespace, claim->namespace) &&
			    str_eq(demo_json_text(volume, "persistentVolumeClaim.claimName"), claim->name))
				return true;
		}
	}
	return false;
}

static void reclaim_volume(struct demo *demo, const char *name)
{
	struct demo_kube_object *volume = demo_kube_store_get(demo->store, DEMO_KUBE_KIND_VOLUME, "", name);
	if (volume && str_eq(demo_json_text(volume->json, "spec.persistentVolumeReclaimPolicy"), "Delete")) {
		demo_kube_store_remove(demo->store, volume);
	} else if (volume) {
		cJSON *json = demo_kube_object_edit(volume);
		demo_json_set_text(json, "status.phase", "Released");
		demo_kube_store_put(demo->store, DEMO_KUBE_KIND_VOLUME, json);
	}
}

void demo_kube_controller_collect_claims(struct demo *demo)
{
	object_list claims = keep_all(demo, DEMO_KUBE_KIND_CLAIM);
	vec_each (&claims, claim) {
		if (!object_is_going(*claim) || is_used(demo, *claim))
			continue;
		demo_kube_store_remove(demo->store, demo_kube_store_get(demo->store, DEMO_KUBE_KIND_CLAIM,
									(*claim)->namespace, (*claim)->name));
		reclaim_volume(demo, demo_json_text((*claim)->json, "spec.volumeName"));
	}
	release_all(&claims);
}

/* The steps of an expansion, as the driver and the kubelet leave them in the claim, one a second. */
static void expand_claim(struct demo *demo, const struct demo_kube_object *claim, const struct demo_kube_object *volume)
{
	char now[32];
	const char *asked = demo_json_text(claim->json, "spec.resources.requests.storage");
	const cJSON *condition = cJSON_GetArrayItem(demo_json_at(claim->json, "status.conditions"), 0);
	const char *type = demo_json_text(condition, "type");
	clock_format_rfc3339(demo_wall_ms(demo), now);
	if (demo_wall_ms(demo) - clock_parse_rfc3339(demo_json_text(condition, "lastTransitionTime")) < 1000)
		return;
	cJSON *json = demo_kube_object_edit(claim);
	if (!*type) {
		demo_json_set(json, "status.conditions",
			      demo_json_make("[{'type':'Resizing','status':'True','lastTransitionTime':'%s'}]", now));
	} else if (str_eq(type, "Resizing")) {
		cJSON *grown = demo_kube_object_edit(volume);
		demo_json_set_text(grown, "spec.capacity.storage", asked);
		demo_kube_store_put(demo->store, DEMO_KUBE_KIND_VOLUME, grown);
		demo_json_set(
			json, "status.conditions",
			demo_json_make(
				"[{'type':'FileSystemResizePending','status':'True','message':'Waiting for user to "
				"(re-)start a pod to finish file system resize of volume on node.',"
				"'lastTransitionTime':'%s'}]",
				now));
	} else {
		demo_json_set_text(json, "status.capacity.storage", asked);
		demo_json_remove(json, "status.conditions");
	}
	claim = demo_kube_store_put(demo->store, DEMO_KUBE_KIND_CLAIM, json);
	if (*type && !str_eq(type, "Resizing"))
		demo_kube_events_record(demo, claim, false, "kubelet", "FileSystemResizeSuccessful",
					"Require file system resize of volume done");
}

bool demo_kube_controller_expand_claims(struct demo *demo)
{
	bool growing = false;
	object_list claims = keep_all(demo, DEMO_KUBE_KIND_CLAIM);
	vec_each (&claims, it) {
		const struct demo_kube_object *claim = *it;
		const struct demo_kube_object *class =
			demo_kube_store_get(demo->store, DEMO_KUBE_KIND_STORAGE_CLASS, "",
					    demo_json_text(claim->json, "spec.storageClassName"));
		const struct demo_kube_object *volume = demo_kube_store_get(
			demo->store, DEMO_KUBE_KIND_VOLUME, "", demo_json_text(claim->json, "spec.volumeName"));
		if (volume && class && demo_json_true(class->json, "allowVolumeExpansion") && !object_is_going(claim) &&
		    !str_eq(demo_json_text(claim->json, "spec.resources.requests.storage"),
			    demo_json_text(claim->json, "status.capacity.storage"))) {
			expand_claim(demo, claim, volume);
			growing = true;
		}
	}
	release_all(&claims);
	return growing;
}

/* ---- taints ---- */

static bool pod_tolerates(const struct demo_kube_object *pod, const char *key)
{
	const cJSON *toleration;
	cJSON_ArrayForEach(toleration, demo_json_at(pod->json, "spec.tolerations"))
	{
		const char *effect = demo_json_text(toleration, "effect");
		if ((!*effect || str_eq(effect, "NoExecute")) && str_eq(demo_json_text(toleration, "key"), key))
			return true;
	}
	return false;
}

/* A pod that does not tolerate a NoExecute taint is evicted. Where the node is out of service and nobody there could
 * confirm the end, the pod is taken out of the API at once. */
static void obey_taints(struct demo *demo, struct demo_kube_object *pod, const struct demo_kube_object *node)
{
	const cJSON *taint;
	bool evict = false, out_of_service = false;
	cJSON_ArrayForEach(taint, demo_json_at(node->json, "spec.taints"))
	{
		const char *key = demo_json_text(taint, "key");
		if (!str_eq(demo_json_text(taint, "effect"), "NoExecute") || pod_tolerates(pod, key))
			continue;
		evict = true;
		out_of_service |= str_eq(key, "node.kubernetes.io/out-of-service");
	}
	const struct demo_kube_pod_state *state = demo_kube_kubelet_pod(demo, pod->namespace, pod->name);
	bool dead = state && !demo_kube_kubelet_node_is_alive(demo, state->node);
	if (evict && !object_is_going(pod))
		demo_kube_controller_begin_deletion(demo, pod, NULL);
	else if (out_of_service && dead && object_is_going(pod))
		demo_kube_store_remove(demo->store,
				       demo_kube_store_get(demo->store, DEMO_KUBE_KIND_POD, pod->namespace, pod->name));
}

void demo_kube_controller_obey_taints(struct demo *demo)
{
	object_list pods = keep_all(demo, DEMO_KUBE_KIND_POD);
	vec_each (&pods, pod) {
		const struct demo_kube_object *node = demo_kube_store_get(
			demo->store, DEMO_KUBE_KIND_NODE, "", demo_json_text((*pod)->json, "spec.nodeName"));
		if (node)
			obey_taints(demo, *pod, node);
	}
	release_all(&pods);
}

/* ---- Strimzi's marks ---- */

/* One pod at a time, and only while all others are ready. */
void demo_kube_controller_restart_marked(struct demo *demo, const struct demo_cluster_spec *spec,
					 const struct demo_kube_object *set)
{
	char name[96];
	struct demo_kube_object *marked = NULL;
	for (int i = 0; i < DEMO_CLUSTER_BROKERS_MAX; i++) {
		struct demo_kube_object *pod = demo_kube_store_get(demo->store, DEMO_KUBE_KIND_POD, spec->namespace,
								   demo_cluster_pod_name(spec, i, name, sizeof name));
		if (!pod)
			continue;
		if (object_is_going(pod) || !demo_kube_controller_pod_is_ready(pod))
			return;
		const cJSON *annotations = demo_json_at(pod->json, "metadata.annotations");
		if (cJSON_GetObjectItemCaseSensitive(annotations, "strimzi.io/manual-rolling-update") ||
		    cJSON_GetObjectItemCaseSensitive(annotations, "strimzi.io/delete-pod-and-pvc"))
			marked = pod;
	}
	if (!marked)
		return;
	const cJSON *volume = cJSON_GetArrayItem(demo_json_at(marked->json, "spec.volumes"), 0);
	struct demo_kube_object *claim = demo_kube_store_get(demo->store, DEMO_KUBE_KIND_CLAIM, spec->namespace,
							     demo_json_text(volume, "persistentVolumeClaim.claimName"));
	if (claim && cJSON_GetObjectItemCaseSensitive(demo_json_at(marked->json, "metadata.annotations"),
						      "strimzi.io/delete-pod-and-pvc")) {
		cJSON *json = demo_kube_object_edit(claim);
		clock_format_rfc3339(demo_wall_ms(demo), name);
		demo_json_set_text(json, "metadata.deletionTimestamp", name);
		demo_kube_store_put(demo->store, DEMO_KUBE_KIND_CLAIM, json);
	}
	demo_kube_controller_begin_deletion(demo, marked, set);
}
