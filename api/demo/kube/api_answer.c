/* Answers of the Kubernetes API that every handler gives: objects, and refusals as a Status with the words of a real
 * API server, which clients show and mqdeck reads. */
#include "api/demo/kube/api_server.h"

#include <stdio.h>
#include <string.h>

void demo_kube_api_answer_json(struct demo_http_conn *conn, int status, cJSON *json)
{
	CLEANUP(free) char *text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	demo_http_conn_answer(conn, status, "application/json", NULL, text, strlen(text));
}

void demo_kube_api_answer_object(struct demo_http_conn *conn, int status, const struct demo_kube_object *object)
{
	demo_http_conn_answer(conn, status, "application/json", NULL, object->text, object->text_len);
}

cJSON *demo_kube_api_status(int status, const char *reason, const char *message)
{
	cJSON *json = demo_json_make("{'kind':'Status','apiVersion':'v1','metadata':{},'status':'%s','code':%d}",
				     status < 300 ? "Success" : "Failure", status);
	demo_json_set_text(json, "message", message);
	demo_json_set_text(json, "reason", reason);
	return json;
}

void demo_kube_api_answer_status(struct demo_http_conn *conn, int status, const char *reason, const char *format, ...)
{
	char message[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	demo_kube_api_answer_json(conn, status, demo_kube_api_status(status, reason, message));
}

void demo_kube_api_answer_not_found(const struct demo_kube_api_call *call)
{
	char message[600];
	snprintf(message, sizeof message, "%s%s%s \"%s\" not found", call->kind->plural, *call->kind->group ? "." : "",
		 call->kind->group, call->name);
	cJSON *json = demo_kube_api_status(404, "NotFound", message);
	demo_json_set_text(json, "details.name", call->name);
	demo_json_set_text(json, "details.kind", call->kind->plural);
	demo_json_set_text(json, "details.group", call->kind->group);
	demo_kube_api_answer_json(call->conn, 404, json);
}
