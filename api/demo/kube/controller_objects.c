/* What other controllers do to pods, claims and volumes: garbage collection, protection of claims, taints, the operator's
 * marks, volume expansion. */
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kube/controller.h"
#include "api/demo/kube/events.h"
#include "api/demo/kube/kubelet.h"
#include "api/demo/kube/selector.h"

typedef VEC(struct object *) object_list;

/* A list of its own: what is done to one changes the store's. */
static object_list keep_all(struct demo *demo, enum kind_id kind)
{
	size_t count;
	object_list all = {0};
	struct object **list = store_list(demo->store, kind, &count);
	for (size_t i = 0; i < count; i++)
		vec_push(&all, object_keep(list[i]));
	return all;
}

static void release_all(object_list *all)
{
	vec_each (all, object)
		object_release(*object);
	vec_finish(all);
}

static bool is_going(const struct object *object)
{
	return *json_text(object->json, "metadata.deletionTimestamp") != '\0';
}

void controller_begin_deletion(struct demo *demo, const struct object *pod, const struct object *owner)
{
	char when[32];
	int64_t grace = json_number(pod->json, "spec.terminationGracePeriodSeconds", 30);
	clock_format_rfc3339(demo_wall_ms(demo) + grace * 1000, when);
	cJSON *json = object_edit(pod);
	json_set_text(json, "metadata.deletionTimestamp", when);
	json_set_number(json, "metadata.deletionGracePeriodSeconds", (double)grace);
	if (owner)
		events_record(demo, owner, false, "statefulset-controller", "SuccessfulDelete",
			      "delete Pod %s in %s %s successful", pod->name, owner->kind->name, owner->name);
	store_put(demo->store, KIND_POD, json);
}

/* ---- owners ---- */

void controller_orphan_pods(struct demo *demo, const struct object *set)
{
	object_list pods = keep_all(demo, KIND_POD);
	vec_each (&pods, pod) {
		const cJSON *owner = cJSON_GetArrayItem(json_at((*pod)->json, "metadata.ownerReferences"), 0);
		if (!str_eq(json_text(owner, "uid"), json_text(set->json, "metadata.uid")))
			continue;
		cJSON *json = object_edit(*pod);
		json_remove(json, "metadata.ownerReferences");
		store_put(demo->store, KIND_POD, json);
	}
	release_all(&pods);
}

void controller_adopt_pods(struct demo *demo, const struct cluster_spec *spec, const struct object *set)
{
	char name[64], api_version[64];
	for (int i = 0; i < CLUSTER_BROKERS_MAX; i++) {
		const struct object *pod =
			store_get(demo->store, KIND_POD, spec->namespace, cluster_pod_name(spec, i, name, sizeof name));
		if (!pod || json_at(pod->json, "metadata.ownerReferences") ||
		    !selector_labels_match(json_at(set->json, "spec.selector.matchLabels"), pod->json))
			continue;
		cJSON *json = object_edit(pod);
		json_set(json, "metadata.ownerReferences",
			 json_make("[{'apiVersion':'%s','kind':'%s','name':'%s','uid':'%s','controller':true,"
				   "'blockOwnerDeletion':true}]",
				   kind_api_version(set->kind, api_version, sizeof api_version), set->kind->name,
				   set->name, json_text(set->json, "metadata.uid")));
		store_put(demo->store, KIND_POD, json);
	}
}

/* ---- claims ---- */

static bool is_used(struct demo *demo, const struct object *claim)
{
	size_t count;
	struct object **pods = store_list(demo->store, KIND_POD, &count);
	for (size_t i = 0; i < count; i++) {
		const cJSON *volume;
		cJSON_ArrayForEach (volume, json_at(pods[i]->json, "spec.volumes")) {
			if (str_eq(pods[i]->namespace, claim->namespace) &&
			    str_eq(json_text(volume, "persistentVolumeClaim.claimName"), claim->name))
				return true;
		}
	}
	return false;
}

static void reclaim_volume(struct demo *demo, const char *name)
{
	struct object *volume = store_get(demo->store, KIND_VOLUME, "", name);
	if (volume && str_eq(json_text(volume->json, "spec.persistentVolumeReclaimPolicy"), "Delete")) {
		store_remove(demo->store, volume);
	} else if (volume) {
		cJSON *json = object_edit(volume);
		json_set_text(json, "status.phase", "Released");
		store_put(demo->store, KIND_VOLUME, json);
	}
}

void controller_collect_claims(struct demo *demo)
{
	object_list claims = keep_all(demo, KIND_CLAIM);
	vec_each (&claims, claim) {
		if (!is_going(*claim) || is_used(demo, *claim))
			continue;
		store_remove(demo->store, store_get(demo->store, KIND_CLAIM, (*claim)->namespace, (*claim)->name));
		reclaim_volume(demo, json_text((*claim)->json, "spec.volumeName"));
	}
	release_all(&claims);
}

/* The steps of an expansion, as the driver and the kubelet leave them in the claim, one a second. */
static void expand_claim(struct demo *demo, const struct object *claim, const struct object *volume)
{
	char now[32];
	const char *asked = json_text(claim->json, "spec.resources.requests.storage");
	const cJSON *condition = cJSON_GetArrayItem(json_at(claim->json, "status.conditions"), 0);
	const char *type = json_text(condition, "type");
	clock_format_rfc3339(demo_wall_ms(demo), now);
	if (demo_wall_ms(demo) - clock_parse_rfc3339(json_text(condition, "lastTransitionTime")) < 1000)
		return;
	cJSON *json = object_edit(claim);
	if (!*type) {
		json_set(json, "status.conditions",
			 json_make("[{'type':'Resizing','status':'True','lastTransitionTime':'%s'}]", now));
	} else if (str_eq(type, "Resizing")) {
		cJSON *grown = object_edit(volume);
		json_set_text(grown, "spec.capacity.storage", asked);
		store_put(demo->store, KIND_VOLUME, grown);
		json_set(json, "status.conditions",
			 json_make("[{'type':'FileSystemResizePending','status':'True','message':'Waiting for user to "
				   "(re-)start a pod to finish file system resize of volume on node.',"
				   "'lastTransitionTime':'%s'}]",
				   now));
	} else {
		json_set_text(json, "status.capacity.storage", asked);
		json_remove(json, "status.conditions");
	}
	claim = store_put(demo->store, KIND_CLAIM, json);
	if (*type && !str_eq(type, "Resizing"))
		events_record(demo, claim, false, "kubelet", "FileSystemResizeSuccessful",
			      "Require file system resize of volume done");
}

bool controller_expand_claims(struct demo *demo)
{
	bool growing = false;
	object_list claims = keep_all(demo, KIND_CLAIM);
	vec_each (&claims, it) {
		const struct object *claim = *it;
		const struct object *class =
			store_get(demo->store, KIND_STORAGE_CLASS, "", json_text(claim->json, "spec.storageClassName"));
		const struct object *volume =
			store_get(demo->store, KIND_VOLUME, "", json_text(claim->json, "spec.volumeName"));
		if (volume && class && json_true(class->json, "allowVolumeExpansion") && !is_going(claim) &&
		    !str_eq(json_text(claim->json, "spec.resources.requests.storage"),
			    json_text(claim->json, "status.capacity.storage"))) {
			expand_claim(demo, claim, volume);
			growing = true;
		}
	}
	release_all(&claims);
	return growing;
}

/* ---- taints ---- */

static bool tolerates(const struct object *pod, const char *key)
{
	const cJSON *toleration;
	cJSON_ArrayForEach (toleration, json_at(pod->json, "spec.tolerations")) {
		const char *effect = json_text(toleration, "effect");
		if ((!*effect || str_eq(effect, "NoExecute")) && str_eq(json_text(toleration, "key"), key))
			return true;
	}
	return false;
}

/* A pod that does not tolerate a NoExecute taint is evicted. Where the node is out of service and nobody there could
 * confirm the end, the pod is taken out of the API at once. */
static void obey(struct demo *demo, struct object *pod, const struct object *node)
{
	const cJSON *taint;
	bool evict = false, out_of_service = false;
	cJSON_ArrayForEach (taint, json_at(node->json, "spec.taints")) {
		const char *key = json_text(taint, "key");
		if (!str_eq(json_text(taint, "effect"), "NoExecute") || tolerates(pod, key))
			continue;
		evict = true;
		out_of_service |= str_eq(key, "node.kubernetes.io/out-of-service");
	}
	const struct pod_state *state = kubelet_pod(demo, pod->namespace, pod->name);
	bool dead = state && !kubelet_node_is_alive(demo, state->node);
	if (evict && !is_going(pod))
		controller_begin_deletion(demo, pod, NULL);
	else if (out_of_service && dead && is_going(pod))
		store_remove(demo->store, store_get(demo->store, KIND_POD, pod->namespace, pod->name));
}

void controller_obey_taints(struct demo *demo)
{
	object_list pods = keep_all(demo, KIND_POD);
	vec_each (&pods, pod) {
		const struct object *node =
			store_get(demo->store, KIND_NODE, "", json_text((*pod)->json, "spec.nodeName"));
		if (node)
			obey(demo, *pod, node);
	}
	release_all(&pods);
}

/* ---- Strimzi's marks ---- */

/* One pod at a time, and only while all others are ready. */
void controller_restart_marked(struct demo *demo, const struct cluster_spec *spec, const struct object *set)
{
	char name[96];
	struct object *marked = NULL;
	for (int i = 0; i < CLUSTER_BROKERS_MAX; i++) {
		struct object *pod =
			store_get(demo->store, KIND_POD, spec->namespace, cluster_pod_name(spec, i, name, sizeof name));
		if (!pod)
			continue;
		if (is_going(pod) || !controller_pod_is_ready(pod))
			return;
		const cJSON *annotations = json_at(pod->json, "metadata.annotations");
		if (cJSON_GetObjectItemCaseSensitive(annotations, "strimzi.io/manual-rolling-update") ||
		    cJSON_GetObjectItemCaseSensitive(annotations, "strimzi.io/delete-pod-and-pvc"))
			marked = pod;
	}
	if (!marked)
		return;
	const cJSON *volume = cJSON_GetArrayItem(json_at(marked->json, "spec.volumes"), 0);
	struct object *claim = store_get(demo->store, KIND_CLAIM, spec->namespace,
					 json_text(volume, "persistentVolumeClaim.claimName"));
	if (claim && cJSON_GetObjectItemCaseSensitive(json_at(marked->json, "metadata.annotations"),
						      "strimzi.io/delete-pod-and-pvc")) {
		cJSON *json = object_edit(claim);
		clock_format_rfc3339(demo_wall_ms(demo), name);
		json_set_text(json, "metadata.deletionTimestamp", name);
		store_put(demo->store, KIND_CLAIM, json);
	}
	controller_begin_deletion(demo, marked, set);
}
