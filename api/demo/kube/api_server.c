#include "api/demo/kube/api_server.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/host/demo.h"

void api_answer_json(struct conn *conn, int status, cJSON *json)
{
	CLEANUP(free) char *text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	conn_answer(conn, status, "application/json", NULL, text, strlen(text));
}

void api_answer_object(struct conn *conn, int status, const struct object *object)
{
	conn_answer(conn, status, "application/json", NULL, object->text, object->text_len);
}

cJSON *api_status(int status, const char *reason, const char *message)
{
	cJSON *json = json_make("{'kind':'Status','apiVersion':'v1','metadata':{},'status':'%s','code':%d}",
				status < 300 ? "Success" : "Failure", status);
	json_set_text(json, "message", message);
	json_set_text(json, "reason", reason);
	return json;
}

void api_answer_status(struct conn *conn, int status, const char *reason, const char *format, ...)
{
	char message[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	api_answer_json(conn, status, api_status(status, reason, message));
}

void api_answer_not_found(const struct api_call *call)
{
	char message[600];
	snprintf(message, sizeof message, "%s%s%s \"%s\" not found", call->kind->plural, *call->kind->group ? "." : "",
		 call->kind->group, call->name);
	cJSON *json = api_status(404, "NotFound", message);
	json_set_text(json, "details.name", call->name);
	json_set_text(json, "details.kind", call->kind->plural);
	json_set_text(json, "details.group", call->kind->group);
	api_answer_json(call->conn, 404, json);
}

typedef void call_fn(const struct api_call *call);

static void serve_pod_stream(const struct api_call *call, call_fn *fn)
{
	if (!store_get(call->demo->store, KIND_POD, call->namespace, call->name))
		api_answer_not_found(call);
	else
		fn(call);
}

/* Subresources: which kinds have them, and who answers. */
static bool serve_subresource(const struct api_call *call)
{
	static const struct {
		const char *name;
		call_fn *fn;
	} of_pods[] = {
		{"log", logs_serve}, {"portforward", portforward_serve}, {"exec", exec_serve}, {"eviction", evict_serve},
	};
	for (size_t i = 0; call->kind->id == KIND_POD && i < ARRAY_LEN(of_pods); i++) {
		if (str_eq(call->subresource, of_pods[i].name)) {
			serve_pod_stream(call, of_pods[i].fn);
			return true;
		}
	}
	if (str_eq(call->subresource, "scale") && call->kind->has_scale) {
		scale_serve(call);
		return true;
	}
	return false;
}

static void serve_call(const struct api_call *call)
{
	static const struct {
		const char *method;
		bool named;
		call_fn *fn;
	} verbs[] = {
		{"GET", true, read_get},        {"GET", false, read_list},      {"POST", false, write_create},
		{"PUT", true, write_replace},   {"PATCH", true, write_patch},   {"DELETE", true, write_delete},
	};
	bool named = *call->name != '\0';
	if (*call->subresource && serve_subresource(call))
		return;
	if (*call->subresource && !str_eq(call->subresource, "status")) {
		api_answer_status(call->conn, 404, "NotFound", "the server could not find the requested resource");
		return;
	}
	if (str_eq(call->request->method, "GET") && request_query_true(call->request, "watch")) {
		watch_begin(call);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (verbs[i].named == named && str_eq(verbs[i].method, call->request->method)) {
			verbs[i].fn(call);
			return;
		}
	}
	api_answer_status(call->conn, 405, "MethodNotAllowed", "%s is not served here", call->request->method);
}

/* path: what follows /api/v1 or /apis/GROUP/VERSION. */
static void route_resource(struct api_call *call, const char *group, const char *version, char *const *path, size_t count)
{
	bool in_namespace = count >= 3 && str_eq(path[0], "namespaces") && !str_eq(path[2], "status");
	if (in_namespace) {
		call->namespace = path[1];
		path += 2;
		count -= 2;
	}
	if (str_eq(group, "authorization.k8s.io") && str_eq(version, "v1") && count == 1) {
		access_serve(call->conn, call->request, path[0]);
		return;
	}
	call->kind = kind_find(group, version, path[0]);
	if (!call->kind || count > 3 || in_namespace > call->kind->namespaced) {
		api_answer_status(call->conn, 404, "NotFound", "the server could not find the requested resource");
		return;
	}
	call->name = count > 1 ? path[1] : "";
	call->subresource = count > 2 ? path[2] : "";
	if (*call->name && call->kind->namespaced && !in_namespace) {
		api_answer_status(call->conn, 404, "NotFound", "the namespace is missing in the path");
		return;
	}
	serve_call(call);
}

/* POST /demo/nodes/NAME/fail, /demo/nodes/NAME/heal, /demo/pods/NAMESPACE/NAME/kill */
static void serve_command(struct demo *demo, struct conn *conn, const struct request *request, char *const *path, size_t count)
{
	bool done = false;
	if (!str_eq(request->method, "POST")) {
		api_answer_status(conn, 405, "MethodNotAllowed", "commands are POSTed");
		return;
	}
	if (count == 3 && str_eq(path[0], "nodes") && str_eq(path[2], "fail"))
		done = demo_fail_node(demo, path[1]);
	else if (count == 3 && str_eq(path[0], "nodes") && str_eq(path[2], "heal"))
		done = demo_heal_node(demo, path[1]);
	else if (count == 4 && str_eq(path[0], "pods") && str_eq(path[3], "kill"))
		done = demo_kill_pod(demo, path[1], path[2]);
	if (done)
		api_answer_json(conn, 200, api_status(200, "", "done"));
	else
		api_answer_status(conn, 404, "NotFound", "no such command, node or pod");
}

static void route(struct demo *demo, struct conn *conn, const struct request *request, const struct request_path *whole,
		  size_t skip)
{
	char *const *path = whole->segments + skip;
	size_t count = whole->count - skip;
	struct api_call call = {
		.demo = demo, .conn = conn, .request = request, .namespace = "", .name = "", .subresource = ""};
	if (count >= 3 && str_eq(path[0], "api")) {
		route_resource(&call, "", path[1], path + 2, count - 2);
	} else if (count >= 4 && str_eq(path[0], "apis")) {
		route_resource(&call, path[1], path[2], path + 3, count - 3);
	} else if (count >= 2 && str_eq(path[0], "demo")) {
		serve_command(demo, conn, request, path + 1, count - 1);
	} else {
		struct request_path rest = {.count = count};
		memcpy(rest.segments, path, count * sizeof *path);
		discovery_answer(demo, conn, &rest);
	}
}

void api_serve(void *data, struct conn *conn, const struct request *request)
{
	struct demo *demo = data;
	struct request_path path;
	if (!request_split_path(request->path, &path)) {
		api_answer_status(conn, 400, "BadRequest", "the path is too deep or badly escaped");
		return;
	}
	const char *authorization = request_header(request, "Authorization");
	bool by_path = path.count > 0 && str_eq(path.segments[0], demo->token);
	bool by_header = authorization && str_has_prefix(authorization, "Bearer ") &&
			 str_eq(authorization + strlen("Bearer "), demo->token);
	if (by_path || by_header)
		route(demo, conn, request, &path, by_path ? 1 : 0);
	else
		api_answer_status(conn, 401, "Unauthorized", "Unauthorized");
	request_path_finish(&path);
}
