/* The verbs that write: create, update, patch and delete, with the conflicts, preconditions and dry runs of a real
 * API server, because plans of mqdeck lean on them. */
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kube/api_server.h"
#include "api/demo/kube/controller.h"
#include "api/demo/kube/patch.h"

enum { NAME_MAX_LEN = 253, DEFAULT_GRACE_SECONDS = 30 };

static bool is_dry(const struct demo_kube_api_call *call)
{
	return str_eq(demo_request_query(call->request, "dryRun"), "All");
}

static cJSON *write_read_body(const struct demo_kube_api_call *call)
{
	cJSON *json = demo_json_parse(call->request->body, call->request->body_len);
	if (cJSON_IsObject(json) || cJSON_IsArray(json))
		return json;
	cJSON_Delete(json);
	const char *type = demo_request_header(call->request, "Content-Type");
	bool unknown = type && !strstr(type, "json");
	demo_kube_api_answer_status(call->conn, unknown ? 415 : 400, unknown ? "UnsupportedMediaType" : "BadRequest",
				    "the body is not a JSON object");
	return NULL;
}

static bool is_name(const char *name)
{
	size_t len = strlen(name);
	return len > 0 && len <= NAME_MAX_LEN && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") == len &&
	       !strchr("-.", name[0]) && !strchr("-.", name[len - 1]);
}

static void store_and_answer(const struct demo_kube_api_call *call, int status, cJSON *json)
{
	if (is_dry(call)) {
		struct demo_kube_object *tried = demo_kube_store_try(call->demo->store, call->kind->id, json);
		demo_kube_api_answer_object(call->conn, status, tried);
		demo_kube_object_release(tried);
		return;
	}
	struct demo_kube_object *object = demo_kube_store_put(call->demo->store, call->kind->id, json);
	if (object)
		demo_kube_api_answer_object(call->conn, status, object);
	else
		demo_kube_api_answer_status(call->conn, 429, "TooManyRequests",
					    "the embedded cluster cannot hold more objects");
}

void demo_kube_write_create(const struct demo_kube_api_call *call)
{
	cJSON *json = write_read_body(call);
	if (!json)
		return;
	const char *name = demo_json_text(json, "metadata.name");
	char generated[NAME_MAX_LEN + 1];
	if (!*name && *demo_json_text(json, "metadata.generateName")) {
		snprintf(generated, sizeof generated, "%.200s%05llx", demo_json_text(json, "metadata.generateName"),
			 (unsigned long long)(demo_random(&call->demo->random) & 0xfffff));
		demo_json_set_text(json, "metadata.name", generated);
		name = demo_json_text(json, "metadata.name");
	}
	const char *namespace = demo_json_text(json, "metadata.namespace");
	if (!is_name(name) || (*namespace && !str_eq(namespace, call->namespace)) ||
	    (call->kind->namespaced && !*call->namespace)) {
		demo_kube_api_answer_status(call->conn, 422, "Invalid",
					    "metadata.name or metadata.namespace is not valid");
		cJSON_Delete(json);
		return;
	}
	if (demo_kube_store_get(call->demo->store, call->kind->id, call->namespace, name)) {
		demo_kube_api_answer_status(call->conn, 409, "AlreadyExists", "%s \"%s\" already exists",
					    call->kind->plural, name);
		cJSON_Delete(json);
		return;
	}
	if (call->kind->namespaced)
		demo_json_set_text(json, "metadata.namespace", call->namespace);
	demo_json_remove(json, "metadata.uid");
	demo_json_remove(json, "metadata.creationTimestamp");
	store_and_answer(call, 201, json);
}

/* What the API refuses to change. NULL = fine. */
static const char *forbidden_change(const struct demo_kube_kind *kind, const cJSON *before, const cJSON *after)
{
	if (kind->id == DEMO_KUBE_KIND_STATEFUL_SET &&
	    (!cJSON_Compare(demo_json_at(before, "spec.volumeClaimTemplates"),
			    demo_json_at(after, "spec.volumeClaimTemplates"), true) ||
	     !cJSON_Compare(demo_json_at(before, "spec.selector"), demo_json_at(after, "spec.selector"), true)))
		return "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
		       "'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are "
		       "forbidden";
	const cJSON *replicas = demo_json_at(after, "spec.replicas");
	if (replicas && (!cJSON_IsNumber(replicas) || replicas->valuedouble < 0 || replicas->valuedouble > 100))
		return "spec.replicas must be between 0 and 100 in the embedded cluster";
	if (kind->id == DEMO_KUBE_KIND_POD &&
	    !str_eq(demo_json_text(before, "spec.nodeName"), demo_json_text(after, "spec.nodeName")))
		return "pod updates may not change spec.nodeName";
	return NULL;
}

/* Checks what is to replace `object` and stores it. json is taken. */
static void write_replace_object(const struct demo_kube_api_call *call, const struct demo_kube_object *object,
				 cJSON *json)
{
	const char *version = demo_json_text(json, "metadata.resourceVersion");
	const char *uid = demo_json_text(json, "metadata.uid");
	const char *forbidden = forbidden_change(call->kind, object->json, json);
	if (!str_eq(demo_json_text(json, "metadata.name"), call->name) ||
	    (call->kind->namespaced && !str_eq(demo_json_text(json, "metadata.namespace"), call->namespace)))
		demo_kube_api_answer_status(call->conn, 400, "BadRequest",
					    "the name of the object does not match the URL");
	else if ((*version && !str_eq(version, demo_json_text(object->json, "metadata.resourceVersion"))) ||
		 (*uid && !str_eq(uid, demo_json_text(object->json, "metadata.uid"))))
		demo_kube_api_answer_status(call->conn, 409, "Conflict",
					    "Operation cannot be fulfilled on %s \"%s\": the object has been "
					    "modified; please apply your "
					    "changes to the latest version and try again",
					    call->kind->plural, call->name);
	else if (forbidden)
		demo_kube_api_answer_status(call->conn, 422, "Invalid", "%s \"%s\" is invalid: %s", call->kind->name,
					    call->name, forbidden);
	else {
		store_and_answer(call, 200, json);
		return;
	}
	cJSON_Delete(json);
}

void demo_kube_write_replace(const struct demo_kube_api_call *call)
{
	struct demo_kube_object *object =
		demo_kube_store_get(call->demo->store, call->kind->id, call->namespace, call->name);
	if (!object) {
		demo_kube_api_answer_not_found(call);
		return;
	}
	cJSON *json = write_read_body(call);
	if (json)
		write_replace_object(call, object, json);
}

static void answer_bad_patch(const struct demo_kube_api_call *call, enum demo_kube_patch_result result)
{
	static const struct {
		int status;
		const char *reason, *message;
	} answers[] = {
		[DEMO_KUBE_PATCH_UNKNOWN_TYPE] = {415, "UnsupportedMediaType", "unknown content type of the patch"},
		[DEMO_KUBE_PATCH_MALFORMED] = {400, "BadRequest", "the patch cannot be applied"},
		[DEMO_KUBE_PATCH_TEST_FAILED] = {422, "Invalid", "the patch's test or an operation failed"},
	};
	demo_kube_api_answer_status(call->conn, answers[result].status, answers[result].reason, "%s",
				    answers[result].message);
}

void demo_kube_write_patch(const struct demo_kube_api_call *call)
{
	struct demo_kube_object *object =
		demo_kube_store_get(call->demo->store, call->kind->id, call->namespace, call->name);
	const char *type = str_or(demo_request_header(call->request, "Content-Type"), "");
	bool apply = str_has_prefix(type, "application/apply-patch");
	if (!object && (!apply || !is_name(call->name))) {
		demo_kube_api_answer_not_found(call);
		return;
	}
	CLEANUP(cJSON_Delete) cJSON *patch = write_read_body(call);
	if (!patch)
		return;
	cJSON *json = object ? demo_kube_object_edit(object) : demo_json_make("{'metadata':{}}");
	enum demo_kube_patch_result result = demo_kube_patch_apply(type, json, patch);
	if (result != DEMO_KUBE_PATCH_DONE) {
		cJSON_Delete(json);
		answer_bad_patch(call, result);
	} else if (object) {
		write_replace_object(call, object, json);
	} else {
		demo_json_set_text(json, "metadata.name", call->name);
		if (call->kind->namespaced)
			demo_json_set_text(json, "metadata.namespace", call->namespace);
		store_and_answer(call, 201, json);
	}
}

/* A pod leaves when its kubelet has stopped it; grace 0 takes it from the API at once. */
static void delete_pod(const struct demo_kube_api_call *call, struct demo_kube_object *object, int64_t grace)
{
	char when[32];
	if (grace == 0) {
		demo_kube_object_keep(object);
		demo_kube_store_remove(call->demo->store, object);
		demo_kube_api_answer_object(call->conn, 200, object);
		demo_kube_object_release(object);
		return;
	}
	if (*demo_json_text(object->json, "metadata.deletionTimestamp")) {
		demo_kube_api_answer_object(call->conn, 200, object);
		return;
	}
	cJSON *json = demo_kube_object_edit(object);
	clock_format_rfc3339(demo_wall_ms(call->demo) + grace * 1000, when);
	demo_json_set_text(json, "metadata.deletionTimestamp", when);
	demo_json_set_number(json, "metadata.deletionGracePeriodSeconds", (double)grace);
	object = demo_kube_store_put(call->demo->store, DEMO_KUBE_KIND_POD, json);
	demo_kube_api_answer_object(call->conn, 200, object);
}

/* Its protection keeps a claim that a pod uses until that pod is gone: the controller takes it away then. */
static void delete_claim(const struct demo_kube_api_call *call, struct demo_kube_object *object)
{
	char when[32];
	cJSON *json = demo_kube_object_edit(object);
	clock_format_rfc3339(demo_wall_ms(call->demo), when);
	if (!*demo_json_text(json, "metadata.deletionTimestamp"))
		demo_json_set_text(json, "metadata.deletionTimestamp", when);
	object = demo_kube_store_put(call->demo->store, DEMO_KUBE_KIND_CLAIM, json);
	demo_kube_api_answer_object(call->conn, 200, object);
}

/* False = answered: the object is another one by now. */
static bool check_preconditions(const struct demo_kube_api_call *call, const cJSON *options,
				const struct demo_kube_object *object)
{
	const char *uid = demo_json_text(options, "preconditions.uid");
	const char *version = demo_json_text(options, "preconditions.resourceVersion");
	if ((!*uid || str_eq(uid, demo_json_text(object->json, "metadata.uid"))) &&
	    (!*version || str_eq(version, demo_json_text(object->json, "metadata.resourceVersion"))))
		return true;
	demo_kube_api_answer_status(
		call->conn, 409, "Conflict",
		"Precondition failed: UID or resourceVersion in precondition: %s%s, in object meta: %s", uid, version,
		demo_json_text(object->json, *uid ? "metadata.uid" : "metadata.resourceVersion"));
	return false;
}

static int64_t grace_seconds(const struct demo_kube_api_call *call, const cJSON *options,
			     const struct demo_kube_object *pod)
{
	int64_t grace = demo_json_number(pod->json, "spec.terminationGracePeriodSeconds", DEFAULT_GRACE_SECONDS);
	int64_t asked = 0;
	const char *text = demo_request_query(call->request, "gracePeriodSeconds");
	return demo_json_number(options, "gracePeriodSeconds", text && str_to_i64(text, &asked) ? asked : grace);
}

void demo_kube_write_delete(const struct demo_kube_api_call *call)
{
	struct demo_kube_object *object =
		demo_kube_store_get(call->demo->store, call->kind->id, call->namespace, call->name);
	if (!object) {
		demo_kube_api_answer_not_found(call);
		return;
	}
	CLEANUP(cJSON_Delete) cJSON *options = demo_json_parse(call->request->body, call->request->body_len);
	if (!check_preconditions(call, options, object))
		return;
	const cJSON *dry = cJSON_GetArrayItem(demo_json_at(options, "dryRun"), 0);
	if (is_dry(call) || (cJSON_IsString(dry) && str_eq(dry->valuestring, "All"))) {
		demo_kube_api_answer_object(call->conn, 200, object);
		return;
	}
	if (call->kind->id == DEMO_KUBE_KIND_POD) {
		delete_pod(call, object, grace_seconds(call, options, object));
		return;
	}
	if (call->kind->id == DEMO_KUBE_KIND_CLAIM) {
		delete_claim(call, object);
		return;
	}
	if (call->kind->id == DEMO_KUBE_KIND_STATEFUL_SET &&
	    str_eq(demo_json_text(options, "propagationPolicy"), "Orphan"))
		demo_kube_controller_orphan_pods(call->demo, object);
	cJSON *answer = demo_kube_api_status(200, "", "");
	demo_json_set_text(answer, "details.name", object->name);
	demo_json_set_text(answer, "details.kind", call->kind->plural);
	demo_json_set_text(answer, "details.uid", demo_json_text(object->json, "metadata.uid"));
	demo_kube_store_remove(call->demo->store, object);
	demo_kube_api_answer_json(call->conn, 200, answer);
}
