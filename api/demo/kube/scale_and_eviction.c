/* The scale subresource (autoscaling/v1) and eviction (policy/v1). */
#include <stdio.h>

#include "api/base/str.h"
#include "api/demo/kube/api_server.h"
#include "api/demo/kube/patch.h"
#include "api/demo/kube/protobuf_body.h"
#include "api/demo/kube/selector.h"

static cJSON *scale_of(const struct demo_kube_object *object)
{
	cJSON *scale =
		demo_json_make("{'kind':'Scale','apiVersion':'autoscaling/v1','metadata':{},'spec':{},'status':{}}");
	static const char *const copied[] = {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"};
	for (size_t i = 0; i < ARRAY_LEN(copied); i++) {
		char path[64];
		snprintf(path, sizeof path, "metadata.%s", copied[i]);
		demo_json_set_text(scale, path, demo_json_text(object->json, path));
	}
	demo_json_set_number(scale, "spec.replicas", (double)demo_json_number(object->json, "spec.replicas", 0));
	demo_json_set_number(scale, "status.replicas", (double)demo_json_number(object->json, "status.replicas", 0));
	struct buf labels = BUF_INIT(4096);
	const cJSON *pair;
	cJSON_ArrayForEach(pair, demo_json_at(object->json, "spec.selector.matchLabels"))
		buf_printf(&labels, "%s%s=%s", labels.len ? "," : "", pair->string, str_or(pair->valuestring, ""));
	demo_json_set_text(scale, "status.selector", buf_str(&labels));
	buf_finish(&labels);
	return scale;
}

static void change_scale(const struct demo_kube_api_call *call, const struct demo_kube_object *object, cJSON *scale)
{
	const char *version = demo_json_text(scale, "metadata.resourceVersion");
	const cJSON *replicas = demo_json_at(scale, "spec.replicas");
	if (*version && !str_eq(version, demo_json_text(object->json, "metadata.resourceVersion"))) {
		demo_kube_api_answer_status(call->conn, 409, "Conflict",
					    "Operation cannot be fulfilled on %s \"%s\": the object has been modified",
					    call->kind->plural, call->name);
		return;
	}
	if (!cJSON_IsNumber(replicas) || replicas->valuedouble < 0 || replicas->valuedouble > 100) {
		demo_kube_api_answer_status(call->conn, 422, "Invalid",
					    "spec.replicas must be between 0 and 100 in the embedded cluster");
		return;
	}
	cJSON *json = demo_kube_object_edit(object);
	demo_json_set_number(json, "spec.replicas", replicas->valuedouble);
	if (str_eq(demo_request_query(call->request, "dryRun"), "All")) {
		struct demo_kube_object *tried = demo_kube_store_try(call->demo->store, call->kind->id, json);
		demo_kube_api_answer_json(call->conn, 200, scale_of(tried));
		demo_kube_object_release(tried);
		return;
	}
	demo_kube_api_answer_json(call->conn, 200,
				  scale_of(demo_kube_store_put(call->demo->store, call->kind->id, json)));
}

void demo_kube_scale_serve(const struct demo_kube_api_call *call)
{
	struct demo_kube_object *object =
		demo_kube_store_get(call->demo->store, call->kind->id, call->namespace, call->name);
	const char *method = call->request->method;
	if (!object) {
		demo_kube_api_answer_not_found(call);
		return;
	}
	if (str_eq(method, "GET")) {
		demo_kube_api_answer_json(call->conn, 200, scale_of(object));
		return;
	}
	CLEANUP(cJSON_Delete) cJSON *body = demo_json_parse(call->request->body, call->request->body_len);
	if (str_eq(method, "PUT") && cJSON_IsObject(body)) {
		change_scale(call, object, body);
	} else if (str_eq(method, "PATCH") && body) {
		cJSON *scale = scale_of(object);
		const char *type = str_or(demo_request_header(call->request, "Content-Type"), "");
		if (demo_kube_patch_apply(type, scale, body) == DEMO_KUBE_PATCH_DONE)
			change_scale(call, object, scale);
		else
			demo_kube_api_answer_status(call->conn, 400, "BadRequest", "the patch cannot be applied");
		cJSON_Delete(scale);
	} else {
		demo_kube_api_answer_status(call->conn, 400, "BadRequest",
					    "a Scale object or a patch of one is expected");
	}
}

static void answer_blocked(const struct demo_kube_api_call *call, const struct demo_kube_object *budget)
{
	char message[400];
	snprintf(message, sizeof message, "The disruption budget %s needs %lld healthy pods and has %lld currently",
		 budget->name, (long long)demo_json_number(budget->json, "status.desiredHealthy", 0),
		 (long long)demo_json_number(budget->json, "status.currentHealthy", 0));
	cJSON *json = demo_kube_api_status(429, "TooManyRequests",
					   "Cannot evict pod as it would violate the pod's disruption budget.");
	demo_json_set(json, "details",
		      demo_json_make("{'causes':[{'reason':'DisruptionBudget','message':'%s'}]}", message));
	demo_kube_api_answer_json(call->conn, 429, json);
}

/* Dry by the query or by the deleteOptions in the body, which kubectl sends as protobuf: Eviction.deleteOptions is
 * 2, DeleteOptions.dryRun 5. */
static bool is_dry_eviction(const struct demo_request *request)
{
	struct demo_kube_protobuf_bytes eviction, options, dry;
	if (str_eq(demo_request_query(request, "dryRun"), "All"))
		return true;
	if (demo_kube_protobuf_open(request->body, request->body_len, &eviction))
		return demo_kube_protobuf_field(eviction, 2, &options) && demo_kube_protobuf_field(options, 5, &dry);
	CLEANUP(cJSON_Delete) cJSON *json = demo_json_parse(request->body, request->body_len);
	return cJSON_GetArraySize(demo_json_at(json, "deleteOptions.dryRun")) > 0;
}

void demo_kube_evict_serve(const struct demo_kube_api_call *call)
{
	struct demo_kube_object *pod =
		demo_kube_store_get(call->demo->store, DEMO_KUBE_KIND_POD, call->namespace, call->name);
	bool dry = is_dry_eviction(call->request);
	if (!str_eq(call->request->method, "POST")) {
		demo_kube_api_answer_status(call->conn, 405, "MethodNotAllowed", "evictions are POSTed");
		return;
	}
	CLEANUP(cJSON_Delete) cJSON *body = demo_json_parse(call->request->body, call->request->body_len);
	const char *uid = demo_json_text(body, "deleteOptions.preconditions.uid");
	if (*uid && !str_eq(uid, demo_json_text(pod->json, "metadata.uid"))) {
		demo_kube_api_answer_status(call->conn, 409, "Conflict",
					    "Precondition failed: UID in precondition: %s, UID in object meta: %s", uid,
					    demo_json_text(pod->json, "metadata.uid"));
		return;
	}
	bool guarded = str_eq(demo_json_text(pod->json, "status.phase"), "Running") &&
		       !*demo_json_text(pod->json, "metadata.deletionTimestamp");
	size_t count;
	struct demo_kube_object **budgets = demo_kube_store_list(call->demo->store, DEMO_KUBE_KIND_BUDGET, &count);
	for (size_t i = 0; i < count && guarded; i++) {
		if (!str_eq(budgets[i]->namespace, pod->namespace) ||
		    !demo_kube_selector_labels_match(demo_json_at(budgets[i]->json, "spec.selector.matchLabels"),
						     pod->json))
			continue;
		int64_t allowed = demo_json_number(budgets[i]->json, "status.disruptionsAllowed", 0);
		if (allowed <= 0) {
			answer_blocked(call, budgets[i]);
			return;
		}
		if (!dry) {
			cJSON *json = demo_kube_object_edit(budgets[i]);
			demo_json_set_number(json, "status.disruptionsAllowed", (double)(allowed - 1));
			demo_kube_store_put(call->demo->store, DEMO_KUBE_KIND_BUDGET, json);
		}
		break;
	}
	if (!dry) {
		char when[32];
		int64_t grace = demo_json_number(pod->json, "spec.terminationGracePeriodSeconds", 30);
		clock_format_rfc3339(demo_wall_ms(call->demo) + grace * 1000, when);
		cJSON *json = demo_kube_object_edit(pod);
		demo_json_set_text(json, "metadata.deletionTimestamp", when);
		demo_json_set_number(json, "metadata.deletionGracePeriodSeconds", (double)grace);
		demo_kube_store_put(call->demo->store, DEMO_KUBE_KIND_POD, json);
	}
	demo_kube_api_answer_json(call->conn, 201, demo_kube_api_status(201, "", ""));
}
