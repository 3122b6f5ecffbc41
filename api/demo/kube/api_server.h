/* The Kubernetes API over HTTP: who is asked for what. */
#ifndef MQDECK_DEMO_KUBE_API_SERVER_H
#define MQDECK_DEMO_KUBE_API_SERVER_H

#include "api/demo/http/json_tree.h"
#include "api/demo/kube/served_kinds.h"
#include "api/demo/host/demo_private.h"
#include "api/demo/http/server.h"
#include "api/demo/kube/store.h"

struct api_call {
	struct demo *demo;
	struct conn *conn;
	const struct request *request;
	const struct kind *kind;
	const char *namespace, *name, *subresource; /* "" = none */
};

/* server_fn; data is the struct demo. */
void api_serve(void *data, struct conn *conn, const struct request *request);

/* Answers. json is taken. */
void api_answer_json(struct conn *conn, int status, cJSON *json);
void api_answer_object(struct conn *conn, int status, const struct object *object);
/* A Status object: reason "NotFound", "Conflict" … */
void api_answer_status(struct conn *conn, int status, const char *reason, const char *format, ...) PRINTF_LIKE(4, 5);
void api_answer_not_found(const struct api_call *call);
cJSON *api_status(int status, const char *reason, const char *message) MUST_USE;

/* The handlers behind the routes. */
void discovery_answer(struct demo *demo, struct conn *conn, const struct request_path *path);
void read_get(const struct api_call *call);
void read_list(const struct api_call *call);
void watch_begin(const struct api_call *call);
void write_create(const struct api_call *call);
void write_replace(const struct api_call *call);
void write_patch(const struct api_call *call);
void write_delete(const struct api_call *call);
void scale_serve(const struct api_call *call);
void evict_serve(const struct api_call *call);
void access_serve(struct conn *conn, const struct request *request, const char *plural);
void logs_serve(const struct api_call *call);
void portforward_serve(const struct api_call *call);
void exec_serve(const struct api_call *call);

#endif
