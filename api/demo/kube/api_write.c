/* create, update, patch, delete */
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kube/api_server.h"
#include "api/demo/kube/controller.h"
#include "api/demo/kube/patch.h"

enum { NAME_MAX_LEN = 253, DEFAULT_GRACE_SECONDS = 30 };

static bool is_dry(const struct api_call *call)
{
	return str_eq(request_query(call->request, "dryRun"), "All");
}

static cJSON *read_body(const struct api_call *call)
{
	cJSON *json = json_parse(call->request->body, call->request->body_len);
	if (cJSON_IsObject(json) || cJSON_IsArray(json))
		return json;
	cJSON_Delete(json);
	const char *type = request_header(call->request, "Content-Type");
	bool unknown = type && !strstr(type, "json");
	api_answer_status(call->conn, unknown ? 415 : 400, unknown ? "UnsupportedMediaType" : "BadRequest",
			  "the body is no JSON object");
	return NULL;
}

static bool is_name(const char *name)
{
	size_t len = strlen(name);
	return len > 0 && len <= NAME_MAX_LEN && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") == len &&
	       !strchr("-.", name[0]) && !strchr("-.", name[len - 1]);
}

static void store_and_answer(const struct api_call *call, int status, cJSON *json)
{
	if (is_dry(call)) {
		struct object *tried = store_try(call->demo->store, call->kind->id, json);
		api_answer_object(call->conn, status, tried);
		object_release(tried);
		return;
	}
	struct object *object = store_put(call->demo->store, call->kind->id, json);
	if (object)
		api_answer_object(call->conn, status, object);
	else
		api_answer_status(call->conn, 429, "TooManyRequests", "the embedded cluster holds no more objects");
}

void write_create(const struct api_call *call)
{
	cJSON *json = read_body(call);
	if (!json)
		return;
	const char *name = json_text(json, "metadata.name");
	char generated[NAME_MAX_LEN + 1];
	if (!*name && *json_text(json, "metadata.generateName")) {
		snprintf(generated, sizeof generated, "%.200s%05llx", json_text(json, "metadata.generateName"),
			 (unsigned long long)(store_random(call->demo->store) & 0xfffff));
		json_set_text(json, "metadata.name", generated);
		name = json_text(json, "metadata.name");
	}
	const char *namespace = json_text(json, "metadata.namespace");
	if (!is_name(name) || (*namespace && !str_eq(namespace, call->namespace)) ||
	    (call->kind->namespaced && !*call->namespace)) {
		api_answer_status(call->conn, 422, "Invalid", "metadata.name or metadata.namespace is not valid");
		cJSON_Delete(json);
		return;
	}
	if (store_get(call->demo->store, call->kind->id, call->namespace, name)) {
		api_answer_status(call->conn, 409, "AlreadyExists", "%s \"%s\" already exists", call->kind->plural, name);
		cJSON_Delete(json);
		return;
	}
	if (call->kind->namespaced)
		json_set_text(json, "metadata.namespace", call->namespace);
	json_remove(json, "metadata.uid");
	json_remove(json, "metadata.creationTimestamp");
	store_and_answer(call, 201, json);
}

/* What the API refuses to change. NULL = fine. */
static const char *forbidden_change(const struct kind *kind, const cJSON *before, const cJSON *after)
{
	if (kind->id == KIND_STATEFUL_SET &&
	    (!cJSON_Compare(json_at(before, "spec.volumeClaimTemplates"), json_at(after, "spec.volumeClaimTemplates"), true) ||
	     !cJSON_Compare(json_at(before, "spec.selector"), json_at(after, "spec.selector"), true)))
		return "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
		       "'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
	const cJSON *replicas = json_at(after, "spec.replicas");
	if (replicas && (!cJSON_IsNumber(replicas) || replicas->valuedouble < 0 || replicas->valuedouble > 100))
		return "spec.replicas must be between 0 and 100 in the embedded cluster";
	if (kind->id == KIND_POD && !str_eq(json_text(before, "spec.nodeName"), json_text(after, "spec.nodeName")))
		return "pod updates may not change spec.nodeName";
	return NULL;
}

/* Checks what is to replace `object` and stores it. json is taken. */
static void replace(const struct api_call *call, const struct object *object, cJSON *json)
{
	const char *version = json_text(json, "metadata.resourceVersion");
	const char *uid = json_text(json, "metadata.uid");
	const char *forbidden = forbidden_change(call->kind, object->json, json);
	if (!str_eq(json_text(json, "metadata.name"), call->name) ||
	    (call->kind->namespaced && !str_eq(json_text(json, "metadata.namespace"), call->namespace)))
		api_answer_status(call->conn, 400, "BadRequest", "the name of the object does not match the URL");
	else if ((*version && !str_eq(version, json_text(object->json, "metadata.resourceVersion"))) ||
		 (*uid && !str_eq(uid, json_text(object->json, "metadata.uid"))))
		api_answer_status(call->conn, 409, "Conflict",
				  "Operation cannot be fulfilled on %s \"%s\": the object has been modified; please apply your "
				  "changes to the latest version and try again",
				  call->kind->plural, call->name);
	else if (forbidden)
		api_answer_status(call->conn, 422, "Invalid", "%s \"%s\" is invalid: %s", call->kind->name, call->name,
				  forbidden);
	else {
		store_and_answer(call, 200, json);
		return;
	}
	cJSON_Delete(json);
}

void write_replace(const struct api_call *call)
{
	struct object *object = store_get(call->demo->store, call->kind->id, call->namespace, call->name);
	if (!object) {
		api_answer_not_found(call);
		return;
	}
	cJSON *json = read_body(call);
	if (json)
		replace(call, object, json);
}

static void answer_bad_patch(const struct api_call *call, enum patch_result result)
{
	static const struct {
		int status;
		const char *reason, *message;
	} answers[] = {
		[PATCH_UNKNOWN_TYPE] = {415, "UnsupportedMediaType", "the patch's content type is not known"},
		[PATCH_MALFORMED] = {400, "BadRequest", "the patch cannot be applied"},
		[PATCH_TEST_FAILED] = {422, "Invalid", "the patch's test or an operation failed"},
	};
	api_answer_status(call->conn, answers[result].status, answers[result].reason, "%s", answers[result].message);
}

void write_patch(const struct api_call *call)
{
	struct object *object = store_get(call->demo->store, call->kind->id, call->namespace, call->name);
	const char *type = str_or(request_header(call->request, "Content-Type"), "");
	bool apply = str_has_prefix(type, "application/apply-patch");
	if (!object && (!apply || !is_name(call->name))) {
		api_answer_not_found(call);
		return;
	}
	CLEANUP(cJSON_Delete) cJSON *patch = read_body(call);
	if (!patch)
		return;
	cJSON *json = object ? object_edit(object) : json_make("{'metadata':{}}");
	enum patch_result result = patch_apply(type, json, patch);
	if (result != PATCH_DONE) {
		cJSON_Delete(json);
		answer_bad_patch(call, result);
	} else if (object) {
		replace(call, object, json);
	} else {
		json_set_text(json, "metadata.name", call->name);
		if (call->kind->namespaced)
			json_set_text(json, "metadata.namespace", call->namespace);
		store_and_answer(call, 201, json);
	}
}

/* A pod leaves when its kubelet has stopped it; grace 0 takes it from the API at once. */
static void delete_pod(const struct api_call *call, struct object *object, int64_t grace)
{
	char when[32];
	if (grace == 0) {
		object_keep(object);
		store_remove(call->demo->store, object);
		api_answer_object(call->conn, 200, object);
		object_release(object);
		return;
	}
	if (*json_text(object->json, "metadata.deletionTimestamp")) {
		api_answer_object(call->conn, 200, object);
		return;
	}
	cJSON *json = object_edit(object);
	clock_format_rfc3339(demo_wall_ms(call->demo) + grace * 1000, when);
	json_set_text(json, "metadata.deletionTimestamp", when);
	json_set_number(json, "metadata.deletionGracePeriodSeconds", (double)grace);
	object = store_put(call->demo->store, KIND_POD, json);
	api_answer_object(call->conn, 200, object);
}

/* Its protection keeps a claim that a pod uses until that pod is gone: the controller takes it away then. */
static void delete_claim(const struct api_call *call, struct object *object)
{
	char when[32];
	cJSON *json = object_edit(object);
	clock_format_rfc3339(demo_wall_ms(call->demo), when);
	if (!*json_text(json, "metadata.deletionTimestamp"))
		json_set_text(json, "metadata.deletionTimestamp", when);
	object = store_put(call->demo->store, KIND_CLAIM, json);
	api_answer_object(call->conn, 200, object);
}

void write_delete(const struct api_call *call)
{
	struct object *object = store_get(call->demo->store, call->kind->id, call->namespace, call->name);
	if (!object) {
		api_answer_not_found(call);
		return;
	}
	CLEANUP(cJSON_Delete) cJSON *options = json_parse(call->request->body, call->request->body_len);
	const char *uid = json_text(options, "preconditions.uid");
	const char *version = json_text(options, "preconditions.resourceVersion");
	if ((*uid && !str_eq(uid, json_text(object->json, "metadata.uid"))) ||
	    (*version && !str_eq(version, json_text(object->json, "metadata.resourceVersion")))) {
		api_answer_status(call->conn, 409, "Conflict",
				  "Precondition failed: UID or resourceVersion in precondition: %s%s, in object meta: %s", uid,
				  version, json_text(object->json, *uid ? "metadata.uid" : "metadata.resourceVersion"));
		return;
	}
	const cJSON *dry = cJSON_GetArrayItem(json_at(options, "dryRun"), 0);
	if (is_dry(call) || (cJSON_IsString(dry) && str_eq(dry->valuestring, "All"))) {
		api_answer_object(call->conn, 200, object);
		return;
	}
	if (call->kind->id == KIND_POD) {
		int64_t grace = json_number(object->json, "spec.terminationGracePeriodSeconds", DEFAULT_GRACE_SECONDS);
		int64_t asked = 0;
		const char *text = request_query(call->request, "gracePeriodSeconds");
		grace = json_number(options, "gracePeriodSeconds", text && str_to_i64(text, &asked) ? asked : grace);
		delete_pod(call, object, grace);
		return;
	}
	if (call->kind->id == KIND_CLAIM) {
		delete_claim(call, object);
		return;
	}
	if (call->kind->id == KIND_STATEFUL_SET && str_eq(json_text(options, "propagationPolicy"), "Orphan"))
		controller_orphan_pods(call->demo, object);
	cJSON *answer = api_status(200, "", "");
	json_set_text(answer, "details.name", object->name);
	json_set_text(answer, "details.kind", call->kind->plural);
	json_set_text(answer, "details.uid", json_text(object->json, "metadata.uid"));
	store_remove(call->demo->store, object);
	api_answer_json(call->conn, 200, answer);
}
