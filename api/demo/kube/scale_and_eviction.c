/* The scale subresource (autoscaling/v1) and eviction (policy/v1). */
#include <stdio.h>

#include "api/base/str.h"
#include "api/demo/kube/api_server.h"
#include "api/demo/kube/patch.h"
#include "api/demo/kube/protobuf_body.h"
#include "api/demo/kube/selector.h"

static cJSON *scale_of(const struct object *object)
{
	cJSON *scale = json_make("{'kind':'Scale','apiVersion':'autoscaling/v1','metadata':{},'spec':{},'status':{}}");
	static const char *const copied[] = {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"};
	for (size_t i = 0; i < ARRAY_LEN(copied); i++) {
		char path[64];
		snprintf(path, sizeof path, "metadata.%s", copied[i]);
		json_set_text(scale, path, json_text(object->json, path));
	}
	json_set_number(scale, "spec.replicas", (double)json_number(object->json, "spec.replicas", 0));
	json_set_number(scale, "status.replicas", (double)json_number(object->json, "status.replicas", 0));
	struct buf labels = BUF_INIT(4096);
	const cJSON *pair;
	cJSON_ArrayForEach (pair, json_at(object->json, "spec.selector.matchLabels"))
		buf_printf(&labels, "%s%s=%s", labels.len ? "," : "", pair->string, str_or(pair->valuestring, ""));
	json_set_text(scale, "status.selector", buf_str(&labels));
	buf_finish(&labels);
	return scale;
}

static void change_scale(const struct api_call *call, const struct object *object, cJSON *scale)
{
	const char *version = json_text(scale, "metadata.resourceVersion");
	const cJSON *replicas = json_at(scale, "spec.replicas");
	if (*version && !str_eq(version, json_text(object->json, "metadata.resourceVersion"))) {
		api_answer_status(call->conn, 409, "Conflict", "Operation cannot be fulfilled on %s \"%s\": the object has been modified",
				  call->kind->plural, call->name);
		return;
	}
	if (!cJSON_IsNumber(replicas) || replicas->valuedouble < 0 || replicas->valuedouble > 100) {
		api_answer_status(call->conn, 422, "Invalid", "spec.replicas must be between 0 and 100 in the embedded cluster");
		return;
	}
	cJSON *json = object_edit(object);
	json_set_number(json, "spec.replicas", replicas->valuedouble);
	if (str_eq(request_query(call->request, "dryRun"), "All")) {
		struct object *tried = store_try(call->demo->store, call->kind->id, json);
		api_answer_json(call->conn, 200, scale_of(tried));
		object_release(tried);
		return;
	}
	api_answer_json(call->conn, 200, scale_of(store_put(call->demo->store, call->kind->id, json)));
}

void scale_serve(const struct api_call *call)
{
	struct object *object = store_get(call->demo->store, call->kind->id, call->namespace, call->name);
	const char *method = call->request->method;
	if (!object) {
		api_answer_not_found(call);
		return;
	}
	if (str_eq(method, "GET")) {
		api_answer_json(call->conn, 200, scale_of(object));
		return;
	}
	CLEANUP(cJSON_Delete) cJSON *body = json_parse(call->request->body, call->request->body_len);
	if (str_eq(method, "PUT") && cJSON_IsObject(body)) {
		change_scale(call, object, body);
	} else if (str_eq(method, "PATCH") && body) {
		cJSON *scale = scale_of(object);
		const char *type = str_or(request_header(call->request, "Content-Type"), "");
		if (patch_apply(type, scale, body) == PATCH_DONE)
			change_scale(call, object, scale);
		else
			api_answer_status(call->conn, 400, "BadRequest", "the patch cannot be applied");
		cJSON_Delete(scale);
	} else {
		api_answer_status(call->conn, 400, "BadRequest", "a Scale object or a patch of one is expected");
	}
}

static void answer_blocked(const struct api_call *call, const struct object *budget)
{
	char message[400];
	snprintf(message, sizeof message, "The disruption budget %s needs %lld healthy pods and has %lld currently",
		 budget->name, (long long)json_number(budget->json, "status.desiredHealthy", 0),
		 (long long)json_number(budget->json, "status.currentHealthy", 0));
	cJSON *json = api_status(429, "TooManyRequests",
				 "Cannot evict pod as it would violate the pod's disruption budget.");
	json_set(json, "details", json_make("{'causes':[{'reason':'DisruptionBudget','message':'%s'}]}", message));
	api_answer_json(call->conn, 429, json);
}

/* Dry by the query or by the deleteOptions in the body, which kubectl sends as protobuf: Eviction.deleteOptions is 2,
 * DeleteOptions.dryRun 5. */
static bool is_dry_eviction(const struct request *request)
{
	struct proto_bytes eviction, options, dry;
	if (str_eq(request_query(request, "dryRun"), "All"))
		return true;
	if (proto_open(request->body, request->body_len, &eviction))
		return proto_field(eviction, 2, &options) && proto_field(options, 5, &dry);
	CLEANUP(cJSON_Delete) cJSON *json = json_parse(request->body, request->body_len);
	return cJSON_GetArraySize(json_at(json, "deleteOptions.dryRun")) > 0;
}

void evict_serve(const struct api_call *call)
{
	struct object *pod = store_get(call->demo->store, KIND_POD, call->namespace, call->name);
	bool dry = is_dry_eviction(call->request);
	if (!str_eq(call->request->method, "POST")) {
		api_answer_status(call->conn, 405, "MethodNotAllowed", "evictions are POSTed");
		return;
	}
	CLEANUP(cJSON_Delete) cJSON *body = json_parse(call->request->body, call->request->body_len);
	const char *uid = json_text(body, "deleteOptions.preconditions.uid");
	if (*uid && !str_eq(uid, json_text(pod->json, "metadata.uid"))) {
		api_answer_status(call->conn, 409, "Conflict",
				  "Precondition failed: UID in precondition: %s, UID in object meta: %s", uid,
				  json_text(pod->json, "metadata.uid"));
		return;
	}
	bool guarded = str_eq(json_text(pod->json, "status.phase"), "Running") &&
		       !*json_text(pod->json, "metadata.deletionTimestamp");
	size_t count;
	struct object **budgets = store_list(call->demo->store, KIND_BUDGET, &count);
	for (size_t i = 0; i < count && guarded; i++) {
		if (!str_eq(budgets[i]->namespace, pod->namespace) ||
		    !selector_labels_match(json_at(budgets[i]->json, "spec.selector.matchLabels"), pod->json))
			continue;
		int64_t allowed = json_number(budgets[i]->json, "status.disruptionsAllowed", 0);
		if (allowed <= 0) {
			answer_blocked(call, budgets[i]);
			return;
		}
		if (!dry) {
			cJSON *json = object_edit(budgets[i]);
			json_set_number(json, "status.disruptionsAllowed", (double)(allowed - 1));
			store_put(call->demo->store, KIND_BUDGET, json);
		}
		break;
	}
	if (!dry) {
		char when[32];
		int64_t grace = json_number(pod->json, "spec.terminationGracePeriodSeconds", 30);
		clock_format_rfc3339(demo_wall_ms(call->demo) + grace * 1000, when);
		cJSON *json = object_edit(pod);
		json_set_text(json, "metadata.deletionTimestamp", when);
		json_set_number(json, "metadata.deletionGracePeriodSeconds", (double)grace);
		store_put(call->demo->store, KIND_POD, json);
	}
	api_answer_json(call->conn, 201, api_status(201, "", ""));
}
