/* The management API of one node: enough of it for every console that reads (api/rabbitmq/PROTOCOL.md). */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/http/server.h"
#include "api/demo/rabbitmq/rabbitmq_cluster.h"

struct demo_rabbitmq_http_call {
	struct demo_rabbitmq *rabbit;
	int node;
	const struct demo_request *request;
	char *const *path; /* after /api */
	size_t count;
	struct buf *out;
};

static void management_answer(struct buf *out, int status, const char *body, bool keep_alive)
{
	buf_printf(out,
		   "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nServer: Cowboy\r\nCache-Control: "
		   "no-cache\r\n%s%s"
		   "Content-Length: %zu\r\n\r\n",
		   status, demo_http_status_words(status), keep_alive ? "" : "Connection: close\r\n",
		   status == 401 ? "WWW-Authenticate: Basic realm=\"RabbitMQ Management\"\r\n" : "", strlen(body));
	buf_append_str(out, body);
}

static void answer_json(const struct demo_rabbitmq_http_call *call, int status, cJSON *json)
{
	CLEANUP(free) char *text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	management_answer(call->out, status, text, call->request->keep_alive);
}

static void answer_missing(const struct demo_rabbitmq_http_call *call)
{
	answer_json(call, 404, demo_json_make("{'error':'Object Not Found','reason':'Not Found'}"));
}

static bool may_enter(const struct demo_rabbitmq *rabbit, const struct demo_request *request)
{
	char plain[256], expected[400] = "Basic ";
	const char *given = demo_request_header(request, "Authorization");
	int len = snprintf(plain, sizeof plain, "%s:%s", rabbit->spec->user, rabbit->spec->password);
	EVP_EncodeBlock((unsigned char *)expected + strlen(expected), (unsigned char *)plain, len);
	return given && str_eq(given, expected);
}

/* Keeps the members named in ?columns=name,stats.rate of every item; a dotted name keeps its first part. */
static void keep_columns(cJSON *item, const char *columns)
{
	cJSON *next;
	for (cJSON *member = item->child; member; member = next) {
		next = member->next;
		bool kept = false;
		for (const char *at = columns; *at && !kept;) {
			size_t len = strcspn(at, ","), first = strcspn(at, ".,");
			kept = strlen(member->string) == first && strncmp(member->string, at, first) == 0;
			at += len + (at[len] == ',');
		}
		if (!kept)
			cJSON_Delete(cJSON_DetachItemViaPointer(item, member));
	}
}

static int64_t query_number_of(const struct demo_request *request, const char *name, int64_t otherwise)
{
	int64_t number;
	const char *text = demo_request_query(request, name);
	return text && str_to_i64(text, &number) ? number : otherwise;
}

/* One page when ?page= is there, the bare array when not. all is taken. */
static void management_answer_pages(const struct demo_rabbitmq_http_call *call, cJSON *all)
{
	const char *columns = demo_request_query(call->request, "columns");
	int64_t page = query_number_of(call->request, "page", 0),
		size = query_number_of(call->request, "page_size", 100);
	cJSON *item;
	if (columns) {
		cJSON_ArrayForEach(item, all) keep_columns(item, columns);
	}
	if (!demo_request_query(call->request, "page")) {
		answer_json(call, 200, all);
		return;
	}
	int total = cJSON_GetArraySize(all);
	if (page < 1 || size < 1 || size > 500 || (page - 1) * size > total) {
		cJSON_Delete(all);
		answer_json(call, 400, demo_json_make("{'error':'page_out_of_range','reason':'Page out of range'}"));
		return;
	}
	cJSON *items = cJSON_CreateArray();
	for (int64_t i = 0; i < (page - 1) * size; i++)
		cJSON_DeleteItemFromArray(all, 0);
	for (int64_t i = 0; i < size && cJSON_GetArraySize(all) > 0; i++)
		cJSON_AddItemToArray(items, cJSON_DetachItemFromArray(all, 0));
	cJSON_Delete(all);
	cJSON *answered =
		demo_json_make("{'filtered_count':%d,'item_count':%d,'page':%lld,'page_count':%lld,'page_size':%lld,"
			       "'total_count':%d}",
			       total, cJSON_GetArraySize(items), (long long)page,
			       (long long)((total + size - 1) / size), (long long)size, total);
	cJSON_AddItemToObject(answered, "items", items);
	answer_json(call, 200, answered);
}

static void strip_stats(cJSON *queue)
{
	static const char *const stats[] = {"message_stats", "messages_details", "memory"};
	for (size_t i = 0; i < ARRAY_LEN(stats); i++)
		cJSON_DeleteItemFromObjectCaseSensitive(queue, stats[i]);
}

static void serve_queues(const struct demo_rabbitmq_http_call *call)
{
	const char *vhost = call->count > 1 ? call->path[1] : NULL, *name = call->count > 2 ? call->path[2] : NULL;
	bool bare = demo_request_query_true(call->request, "disable_stats");
	const char *filter = demo_request_query(call->request, "name");
	cJSON *all = cJSON_CreateArray();
	vec_each (&call->rabbit->queues, queue) {
		if ((vhost && !str_eq(vhost, queue->vhost)) || (name && !str_eq(name, queue->name)) ||
		    (filter && !strstr(queue->name, filter)))
			continue;
		cJSON *json = demo_rabbitmq_queue_json(call->rabbit, queue);
		if (bare)
			strip_stats(json);
		cJSON_AddItemToArray(all, json);
	}
	if (!name) {
		management_answer_pages(call, all);
		return;
	}
	cJSON *one = cJSON_DetachItemFromArray(all, 0);
	cJSON_Delete(all);
	if (one)
		answer_json(call, 200, one);
	else
		answer_missing(call);
}

static void serve_nodes(const struct demo_rabbitmq_http_call *call)
{
	if (call->count > 1) {
		int node = demo_rabbitmq_node_find(call->rabbit, call->path[1]);
		if (node >= 0 && call->count == 2)
			answer_json(call, 200, demo_rabbitmq_node_json(call->rabbit, node));
		else
			answer_missing(call);
		return;
	}
	cJSON *all = cJSON_CreateArray();
	for (int i = 0; i < DEMO_CLUSTER_BROKERS_MAX; i++) {
		if (call->rabbit->nodes[i].joined)
			cJSON_AddItemToArray(all, demo_rabbitmq_node_json(call->rabbit, i));
	}
	management_answer_pages(call, all);
}

static void serve_overview(const struct demo_rabbitmq_http_call *call)
{
	answer_json(call, 200, demo_rabbitmq_overview_json(call->rabbit, call->node));
}

static void serve_whoami(const struct demo_rabbitmq_http_call *call)
{
	answer_json(call, 200,
		    demo_json_make("{'name':'%s','tags':['administrator'],'is_internal_user':true}",
				   call->rabbit->spec->user));
}

static void serve_cluster_name(const struct demo_rabbitmq_http_call *call)
{
	answer_json(call, 200, demo_json_make("{'name':'%s'}", call->rabbit->spec->name));
}

static void serve_vhosts(const struct demo_rabbitmq_http_call *call)
{
	static const char *const names[] = {"/", "analytics"};
	cJSON *all = cJSON_CreateArray();
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		cJSON_AddItemToArray(
			all, demo_json_make("{'name':'%s','description':'','tags':[],'default_queue_type':'quorum',"
					    "'tracing':false,'cluster_state':{}}",
					    names[i]));
	management_answer_pages(call, all);
}

static void serve_policies(const struct demo_rabbitmq_http_call *call)
{
	management_answer_pages(
		call, demo_json_make("[{'vhost':'/"
				     "','name':'quorum-limits','pattern':'.*','apply-to':'quorum_queues','priority':0,"
				     "'definition':{'delivery-limit':20}}]"));
}

static void serve_connections(const struct demo_rabbitmq_http_call *call)
{
	management_answer_pages(call, demo_rabbitmq_connections_json(call->rabbit));
}

static void serve_empty_list(const struct demo_rabbitmq_http_call *call)
{
	management_answer_pages(call, cJSON_CreateArray());
}

static void serve_feature_flags(const struct demo_rabbitmq_http_call *call)
{
	bool new = call->rabbit->spec->version[0] >= '4';
	management_answer_pages(
		call, demo_json_make(
			      "[{'name':'quorum_queue','state':'enabled','stability':'required','desc':'','doc_url':'',"
			      "'provided_by':'rabbit'},{'name':'stream_queue','state':'enabled','stability':'required',"
			      "'desc':'','doc_url':'','provided_by':'rabbit'},{'name':'khepri_db','state':'disabled',"
			      "'stability':'%s','desc':'','doc_url':'','provided_by':'rabbit'}]",
			      new ? "stable" : "experimental"));
}

static void serve_exchanges(const struct demo_rabbitmq_http_call *call)
{
	management_answer_pages(
		call,
		demo_json_make("[{'name':'','vhost':'/"
			       "','type':'direct','durable':true,'auto_delete':false,'internal':false},"
			       "{'name':'amq.topic','vhost':'/','type':'topic','durable':true,'auto_delete':false,"
			       "'internal':false}]"));
}

static void serve_critical(const struct demo_rabbitmq_http_call *call)
{
	cJSON *queues = cJSON_CreateArray();
	vec_each (&call->rabbit->queues, queue) {
		if (demo_rabbitmq_is_critical(call->rabbit, queue, call->node))
			cJSON_AddItemToArray(
				queues, demo_json_make("{'name':'%s','virtual_host':'%s','type':'rabbit_%s_queue',"
						       "'readable_name':'queue %s in vhost %s'}",
						       queue->name, queue->vhost,
						       queue->type == DEMO_RABBITMQ_QUEUE_QUORUM ? "quorum" : "stream",
						       queue->name, queue->vhost));
	}
	if (cJSON_GetArraySize(queues) == 0) {
		cJSON_Delete(queues);
		answer_json(call, 200, demo_json_make("{'status':'ok'}"));
		return;
	}
	cJSON *json = demo_json_make(
		"{'status':'failed','reason':'There are quorum queues that would lose their quorum if the target "
		"node is shut down'}");
	cJSON_AddItemToObject(json, "queues", queues);
	answer_json(call, 503, json);
}

static void serve_health(const struct demo_rabbitmq_http_call *call)
{
	static const char *const fine[] = {"alarms",        "local-alarms",      "virtual-hosts",
					   "port-listener", "protocol-listener", "certificate-expiration"};
	const char *check = call->count > 2 ? call->path[2] : "";
	if (!str_eq(call->count > 1 ? call->path[1] : "", "checks")) {
		answer_missing(call);
		return;
	}
	if (str_eq(check, "node-is-quorum-critical")) {
		serve_critical(call);
		return;
	}
	bool known = str_eq(check, "node-is-mirror-sync-critical") && call->rabbit->spec->version[0] == '3';
	for (size_t i = 0; i < ARRAY_LEN(fine); i++)
		known = known || str_eq(check, fine[i]);
	if (known)
		answer_json(call, 200, demo_json_make("{'status':'ok'}"));
	else
		answer_missing(call);
}

static const struct {
	const char *name;
	void (*serve)(const struct demo_rabbitmq_http_call *call);
} routes[] = {
	{"overview", serve_overview},
	{"nodes", serve_nodes},
	{"queues", serve_queues},
	{"whoami", serve_whoami},
	{"cluster-name", serve_cluster_name},
	{"vhosts", serve_vhosts},
	{"policies", serve_policies},
	{"operator-policies", serve_empty_list},
	{"connections", serve_connections},
	{"channels", serve_empty_list},
	{"consumers", serve_empty_list},
	{"exchanges", serve_exchanges},
	{"feature-flags", serve_feature_flags},
	{"deprecated-features", serve_empty_list},
	{"health", serve_health},
};

static void serve_path(const struct demo_rabbitmq_http_call *call)
{
	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		if (str_eq(call->path[0], routes[i].name)) {
			routes[i].serve(call);
			return;
		}
	}
	answer_missing(call);
}

void demo_rabbitmq_serve(struct demo_rabbitmq *rabbit, int node, const struct demo_request *request, struct buf *out)
{
	struct demo_request_path path;
	if (!demo_request_split_path(request->path, &path)) {
		management_answer(out, 400, "{\"error\":\"bad_request\",\"reason\":\"bad path\"}", request->keep_alive);
		return;
	}
	struct demo_rabbitmq_http_call call = {.rabbit = rabbit,
					       .node = node,
					       .request = request,
					       .path = path.segments + 1,
					       .count = path.count - 1,
					       .out = out};
	if (path.count < 2 || !str_eq(path.segments[0], "api"))
		answer_missing(&call);
	else if (!may_enter(rabbit, request))
		answer_json(&call, 401, demo_json_make("{'error':'not_authorized','reason':'Login failed'}"));
	else if (!str_eq(request->method, "GET"))
		answer_json(&call, 405,
			    demo_json_make(
				    "{'error':'method_not_allowed','reason':'the embedded cluster only reads here'}"));
	else
		serve_path(&call);
	demo_request_path_finish(&path);
}
