/* The way from a path to who answers it: authentication, discovery, resources and subresources, as kube-apiserver lays
 * them out. */
#include "api/demo/kube/api_server.h"

#include <string.h>

#include "api/base/str.h"
#include "api/demo/kube/kubelet.h"

static void serve_pod_stream(const struct demo_kube_api_call *call, demo_kube_call_fn *fn)
{
	if (!demo_kube_store_get(call->demo->store, DEMO_KUBE_KIND_POD, call->namespace, call->name))
		demo_kube_api_answer_not_found(call);
	else
		fn(call);
}

/* Subresources: which kinds have them, and who answers. */
static bool serve_subresource(const struct demo_kube_api_call *call)
{
	const struct {
		const char *name;
		demo_kube_call_fn *fn;
	} of_pods[] = {
		{"log", demo_kube_logs_serve},
		{"portforward", call->demo->pod_streams->portforward},
		{"exec", call->demo->pod_streams->exec},
		{"eviction", demo_kube_evict_serve},
	};
	for (size_t i = 0; call->kind->id == DEMO_KUBE_KIND_POD && i < ARRAY_LEN(of_pods); i++) {
		if (str_eq(call->subresource, of_pods[i].name)) {
			serve_pod_stream(call, of_pods[i].fn);
			return true;
		}
	}
	if (str_eq(call->subresource, "scale") && call->kind->has_scale) {
		demo_kube_scale_serve(call);
		return true;
	}
	return false;
}

static void serve_call(const struct demo_kube_api_call *call)
{
	static const struct {
		const char *method;
		bool named;
		demo_kube_call_fn *fn;
	} verbs[] = {
		{"GET", true, demo_kube_read_get},       {"GET", false, demo_kube_read_list},
		{"POST", false, demo_kube_write_create}, {"PUT", true, demo_kube_write_replace},
		{"PATCH", true, demo_kube_write_patch},  {"DELETE", true, demo_kube_write_delete},
	};
	bool named = *call->name != '\0';
	if (*call->subresource && serve_subresource(call))
		return;
	if (*call->subresource && !str_eq(call->subresource, "status")) {
		demo_kube_api_answer_status(call->conn, 404, "NotFound",
					    "the server could not find the requested resource");
		return;
	}
	if (str_eq(call->request->method, "GET") && demo_request_query_true(call->request, "watch")) {
		demo_kube_watch_begin(call);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (verbs[i].named == named && str_eq(verbs[i].method, call->request->method)) {
			verbs[i].fn(call);
			return;
		}
	}
	demo_kube_api_answer_status(call->conn, 405, "MethodNotAllowed", "%s is not served here",
				    call->request->method);
}

/* The one path behind a node's proxy that is served: /api/v1/nodes/NAME/proxy/stats/summary. */
static bool serve_node_summary(struct demo_kube_api_call *call, char *const *path, size_t count)
{
	static const char *const words[] = {"api", "v1", "nodes", NULL, "proxy", "stats", "summary"};
	if (count != ARRAY_LEN(words))
		return false;
	for (size_t i = 0; i < count; i++)
		if (words[i] && !str_eq(words[i], path[i]))
			return false;
	call->kind = demo_kube_kind_find("", "v1", "nodes");
	call->name = path[3];
	demo_kube_node_stats_serve(call);
	return true;
}

/* path: what follows /api/v1 or /apis/GROUP/VERSION. */
static void route_resource(struct demo_kube_api_call *call, const char *group, const char *version, char *const *path,
			   size_t count)
{
	bool in_namespace = count >= 3 && str_eq(path[0], "namespaces") && !str_eq(path[2], "status");
	if (in_namespace) {
		call->namespace = path[1];
		path += 2;
		count -= 2;
	}
	if (str_eq(group, "authorization.k8s.io") && str_eq(version, "v1") && count == 1) {
		demo_kube_access_serve(call->conn, call->request, path[0]);
		return;
	}
	call->kind = demo_kube_kind_find(group, version, path[0]);
	if (!call->kind || count > 3 || in_namespace > call->kind->namespaced) {
		demo_kube_api_answer_status(call->conn, 404, "NotFound",
					    "the server could not find the requested resource");
		return;
	}
	call->name = count > 1 ? path[1] : "";
	call->subresource = count > 2 ? path[2] : "";
	if (*call->name && call->kind->namespaced && !in_namespace) {
		demo_kube_api_answer_status(call->conn, 404, "NotFound", "the namespace is missing in the path");
		return;
	}
	serve_call(call);
}

/* POST /demo/nodes/NAME/fail, /demo/nodes/NAME/heal, /demo/pods/NAMESPACE/NAME/kill */
static void serve_command(struct demo *demo, struct demo_http_conn *conn, const struct demo_request *request,
			  char *const *path, size_t count)
{
	bool done = false;
	if (!str_eq(request->method, "POST")) {
		demo_kube_api_answer_status(conn, 405, "MethodNotAllowed", "commands are POSTed");
		return;
	}
	if (count == 3 && str_eq(path[0], "nodes") && str_eq(path[2], "fail"))
		done = demo_kube_kubelet_fail_node(demo, path[1]);
	else if (count == 3 && str_eq(path[0], "nodes") && str_eq(path[2], "heal"))
		done = demo_kube_kubelet_heal_node(demo, path[1]);
	else if (count == 4 && str_eq(path[0], "pods") && str_eq(path[3], "kill"))
		done = demo_kube_kubelet_kill_pod(demo, path[1], path[2]);
	if (done)
		demo_kube_api_answer_json(conn, 200, demo_kube_api_status(200, "", "done"));
	else
		demo_kube_api_answer_status(conn, 404, "NotFound", "no such command, node or pod");
}

static void api_route(struct demo *demo, struct demo_http_conn *conn, const struct demo_request *request,
		      const struct demo_request_path *whole, size_t skip)
{
	char *const *path = whole->segments + skip;
	size_t count = whole->count - skip;
	struct demo_kube_api_call call = {
		.demo = demo, .conn = conn, .request = request, .namespace = "", .name = "", .subresource = ""};
	if (serve_node_summary(&call, path, count))
		return;
	if (count >= 3 && str_eq(path[0], "api")) {
		route_resource(&call, "", path[1], path + 2, count - 2);
	} else if (count >= 4 && str_eq(path[0], "apis")) {
		route_resource(&call, path[1], path[2], path + 3, count - 3);
	} else if (count >= 2 && str_eq(path[0], "demo")) {
		serve_command(demo, conn, request, path + 1, count - 1);
	} else {
		struct demo_request_path rest = {.count = count};
		memcpy(rest.segments, path, count * sizeof *path);
		demo_kube_discovery_answer(demo, conn, &rest);
	}
}

void demo_kube_api_serve(void *data, struct demo_http_conn *conn, const struct demo_request *request)
{
	struct demo *demo = data;
	struct demo_request_path path;
	if (!demo_request_split_path(request->path, &path)) {
		demo_kube_api_answer_status(conn, 400, "BadRequest", "the path is too deep or badly escaped");
		return;
	}
	const char *authorization = demo_request_header(request, "Authorization");
	bool by_path = path.count > 0 && str_eq(path.segments[0], demo->token);
	bool by_header = authorization && str_has_prefix(authorization, "Bearer ") &&
			 str_eq(authorization + strlen("Bearer "), demo->token);
	if (by_path || by_header)
		api_route(demo, conn, request, &path, by_path ? 1 : 0);
	else
		demo_kube_api_answer_status(conn, 401, "Unauthorized", "Unauthorized");
	demo_request_path_finish(&path);
}
