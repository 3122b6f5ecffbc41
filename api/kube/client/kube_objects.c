/* Requests whose answer is one object. */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/kube/client/kube_client.h"

enum { OBJECT_MAX = 8 * 1024 * 1024 };

struct kube_object_call {
	kube_json_fn *fn;
	void *data;
	char *path;
};

static void object_call_free(void *data)
{
	struct kube_object_call *call = data;
	free(call->path);
	free(call);
}

static void objects_on_object(void *data, const struct kube_result *result)
{
	const struct kube_object_call *call = data;
	struct kube_result shown = *result;
	cJSON *object = NULL;
	if (!err_is_set(&shown.err)) {
		object = cJSON_ParseWithLength(result->http->body, result->http->body_len);
		if (!object)
			err_set(&shown.err, ERR_PARSE, "%s: the server's response is not JSON", call->path);
		else if (!cJSON_IsString(cJSON_GetObjectItemCaseSensitive(object, "kind")))
			err_set(&shown.err, ERR_PARSE,
				"%s: the server's response has no kind: it is no object of the Kubernetes API",
				call->path);
	}
	call->fn(call->data, object, &shown);
	cJSON_Delete(object);
}

static struct kube_request *objects_start(struct kube_client *client, struct kube_call *http, kube_json_fn *fn,
					  void *data, struct err *err)
{
	struct kube_object_call *call = mem_alloc(sizeof *call);
	*call = (struct kube_object_call){.fn = fn, .data = data, .path = mem_strdup(http->path)};
	http->body_max = OBJECT_MAX;
	http->on_done = objects_on_object;
	http->data = call;
	http->free_data = object_call_free;
	struct kube_request *request = kube_request(client, http, err);
	if (!request)
		object_call_free(call);
	return request;
}

struct kube_request *kube_get_json(struct kube_client *client, const char *reason, const char *path, kube_json_fn *fn,
				   void *data, struct err *err)
{
	return objects_start(client, &(struct kube_call){.reason = reason, .path = path}, fn, data, err);
}

struct kube_request *kube_change(struct kube_client *client, const struct kube_change *change, kube_json_fn *fn,
				 void *data, struct err *err)
{
	struct buf query = BUF_INIT(4096);
	bool patch = str_eq(change->method, "PATCH");
	if (change->url.query)
		buf_append_str(&query, change->url.query);
	if (change->dry_run)
		kube_query_append(&query, "dryRun", "All");
	/* DELETE knows no field manager, and GET no change. */
	if (!str_eq(change->method, "DELETE") && !str_eq(change->method, "GET")) {
		kube_query_append(&query, "fieldManager", str_or(change->field_manager, "mqdeck"));
		if (!change->url.subresource)
			kube_query_append(&query, "fieldValidation", "Strict");
	}
	if (change->force)
		kube_query_append(&query, "force", "true");
	struct kube_url url = change->url;
	url.query = buf_str(&query);
	CLEANUP(free) char *path = kube_url(&url);
	buf_finish(&query);
	struct kube_call call = {
		.reason = change->reason,
		.method = change->method,
		.path = path,
		.content_type = patch ? change->patch_type : NULL,
		.body = change->body,
		.once = change->once,
	};
	return objects_start(client, &call, fn, data, err);
}
