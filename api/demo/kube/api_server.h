/* The Kubernetes API over HTTP: who is asked for what. */
#ifndef MQDECK_DEMO_KUBE_API_SERVER_H
#define MQDECK_DEMO_KUBE_API_SERVER_H

#include "api/demo/base/demo_private.h"
#include "api/demo/http/json_tree.h"
#include "api/demo/http/server.h"
#include "api/demo/kube/served_kinds.h"
#include "api/demo/kube/store.h"

struct demo_kube_api_call {
	struct demo *demo;
	struct demo_http_conn *conn;
	const struct demo_request *request;
	const struct demo_kube_kind *kind;
	const char *namespace, *name, *subresource; /* "" = none */
};

typedef void demo_kube_call_fn(const struct demo_kube_api_call *call);

/* The subresources of a pod that lead into its processes. They are served by whoever knows the brokers: struct demo
 * names them before the server starts. */
struct demo_kube_pod_streams {
	demo_kube_call_fn *portforward, *exec;
	int64_t (*disk_used)(const struct demo *demo, const char *namespace, const char *pod); /* what they wrote */
};

/* demo_http_server_fn; data is the struct demo. */
void demo_kube_api_serve(void *data, struct demo_http_conn *conn, const struct demo_request *request);

/* Answers (api_answer.c). json is taken. */
void demo_kube_api_answer_json(struct demo_http_conn *conn, int status, cJSON *json);
void demo_kube_api_answer_object(struct demo_http_conn *conn, int status, const struct demo_kube_object *object);
/* A Status object: reason "NotFound", "Conflict" … */
void demo_kube_api_answer_status(struct demo_http_conn *conn, int status, const char *reason, const char *format, ...)
	PRINTF_LIKE(4, 5);
void demo_kube_api_answer_not_found(const struct demo_kube_api_call *call);
cJSON *demo_kube_api_status(int status, const char *reason, const char *message) MUST_USE;

/* The handlers behind the routes: each in the file of its name. */
void demo_kube_discovery_answer(struct demo *demo, struct demo_http_conn *conn, const struct demo_request_path *path);
void demo_kube_read_get(const struct demo_kube_api_call *call);
void demo_kube_read_list(const struct demo_kube_api_call *call);
void demo_kube_watch_begin(const struct demo_kube_api_call *call);
void demo_kube_write_create(const struct demo_kube_api_call *call);
void demo_kube_write_replace(const struct demo_kube_api_call *call);
void demo_kube_write_patch(const struct demo_kube_api_call *call);
void demo_kube_write_delete(const struct demo_kube_api_call *call);
void demo_kube_scale_serve(const struct demo_kube_api_call *call);
void demo_kube_evict_serve(const struct demo_kube_api_call *call);
void demo_kube_access_serve(struct demo_http_conn *conn, const struct demo_request *request, const char *plural);
void demo_kube_node_stats_serve(const struct demo_kube_api_call *call);
void demo_kube_logs_serve(const struct demo_kube_api_call *call);

#endif
