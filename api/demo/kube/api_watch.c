/* The watch verb: a stream of changes from a resource version on, by the rules of api/kube/watch/PROTOCOL.md */
#include <stdio.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "api/demo/kube/api_server.h"
#include "api/demo/kube/selector.h"
#include "api/demo/kube/table_answer.h"

enum { BOOKMARK_MS = 60000, DEFAULT_SECONDS = 1800, PENDING_MAX = 64 * 1024 * 1024 };

struct demo_kube_watch {
	struct demo *demo;
	struct demo_http_conn *conn;
	const struct demo_kube_kind *kind;
	char *namespace, *name;
	struct demo_kube_selector selector;
	struct demo_kube_store_watch *changes;
	struct loop_timer *timer;
	int64_t ends_ms, bookmark_ms; /* loop time; bookmark 0 = none wanted */
	bool table, whole;
	bool collecting; /* the past is being replayed: into `pending`, sent at once after */
	struct buf pending;
};

static void watch_free(void *data)
{
	struct demo_kube_watch *watch = data;
	demo_kube_store_unwatch(watch->changes);
	loop_timer_destroy(watch->timer);
	demo_kube_selector_finish(&watch->selector);
	buf_finish(&watch->pending);
	free(watch->namespace);
	free(watch->name);
	free(watch);
}

static void watch_send(struct demo_kube_watch *watch)
{
	struct buf out = watch->pending;
	buf_init(&watch->pending, PENDING_MAX);
	if (!demo_http_conn_stream_send(watch->conn, buf_str(&out), out.len))
		log_debug(LOG_DEMO, "a watcher has gone"); /* and the watch with it */
	buf_finish(&out);
}

static void append_event(struct demo_kube_watch *watch, const char *type, const struct demo_kube_object *object)
{
	CLEANUP(free) char *table = NULL;
	if (watch->table) {
		struct demo_kube_object *one = (struct demo_kube_object *)object;
		cJSON *json = demo_kube_table_make(watch->kind, &one, 1, object->version, demo_wall_ms(watch->demo),
						   watch->whole);
		table = cJSON_PrintUnformatted(json);
		cJSON_Delete(json);
	}
	(void)(buf_printf(&watch->pending, "{\"type\":\"%s\",\"object\":", type) &&
	       buf_append_str(&watch->pending, table ? table : object->text) && buf_append_str(&watch->pending, "}\n"));
}

static void append_bookmark(struct demo_kube_watch *watch, bool initial_end)
{
	char version[64];
	buf_printf(&watch->pending,
		   "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"%s\",\"apiVersion\":\"%s\",\"metadata\":{"
		   "\"resourceVersion\":\"%lld\",\"creationTimestamp\":null%s}}}\n",
		   watch->kind->name, demo_kube_kind_api_version(watch->kind, version, sizeof version),
		   (long long)demo_kube_store_version(watch->demo->store),
		   initial_end ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}" : "");
}

static bool watch_selects(const struct demo_kube_watch *watch, const struct demo_kube_object *object)
{
	return object && (!*watch->namespace || str_eq(object->namespace, watch->namespace)) &&
	       (!*watch->name || str_eq(object->name, watch->name)) &&
	       demo_kube_selector_matches(&watch->selector, object->json);
}

static void watch_on_change(void *data, enum demo_kube_store_change change, const struct demo_kube_object *now,
			    const struct demo_kube_object *before)
{
	struct demo_kube_watch *watch = data;
	bool was = change != DEMO_KUBE_STORE_ADDED && watch_selects(watch, before);
	bool is = change != DEMO_KUBE_STORE_DELETED && watch_selects(watch, now);
	if (!was && !is)
		return;
	append_event(watch, was && is ? "MODIFIED" : is ? "ADDED" : "DELETED", now);
	if (!watch->collecting)
		watch_send(watch);
}

static void watch_arm(struct demo_kube_watch *watch)
{
	int64_t now = loop_now_ms(watch->demo->loop), at = watch->ends_ms;
	if (watch->bookmark_ms && watch->bookmark_ms < at)
		at = watch->bookmark_ms;
	loop_timer_arm(watch->timer, at > now ? at - now : 0);
}

static void watch_on_timer(void *data)
{
	struct demo_kube_watch *watch = data;
	int64_t now = loop_now_ms(watch->demo->loop);
	if (watch->bookmark_ms)
		append_bookmark(watch, false);
	if (now >= watch->ends_ms) {
		struct demo_http_conn *conn = watch->conn;
		if (watch->pending.len == 0 ||
		    demo_http_conn_stream_send(conn, watch->pending.data, watch->pending.len)) {
			demo_http_conn_stream_end(conn);
			watch_free(watch);
		}
		return;
	}
	watch->bookmark_ms = now + BOOKMARK_MS;
	watch_arm(watch);
	watch_send(watch);
}

static void append_present(struct demo_kube_watch *watch)
{
	size_t count;
	struct demo_kube_object **all = demo_kube_store_list(watch->demo->store, watch->kind->id, &count);
	for (size_t i = 0; i < count; i++) {
		if (watch_selects(watch, all[i]))
			append_event(watch, "ADDED", all[i]);
	}
}

static void answer_expired(struct demo_http_conn *conn, int64_t version)
{
	char line[300];
	int len =
		snprintf(line, sizeof line,
			 "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},"
			 "\"status\":\"Failure\",\"message\":\"too old resource version: %lld\",\"reason\":\"Expired\","
			 "\"code\":410}}\n",
			 (long long)version);
	if (demo_http_conn_stream_begin(conn, "application/json", (struct demo_http_conn_owner){0}) &&
	    demo_http_conn_stream_send(conn, line, (size_t)len))
		demo_http_conn_stream_end(conn);
}

static void watch_start(struct demo_kube_watch *watch, int64_t version, bool present, bool initial_end)
{
	watch->collecting = true;
	if (present) {
		append_present(watch);
		version = demo_kube_store_version(watch->demo->store);
	}
	if (initial_end)
		append_bookmark(watch, true);
	watch->changes = demo_kube_store_watch(watch->demo->store, watch->kind->id, version, watch_on_change, watch);
	watch->collecting = false;
	if (!watch->changes) {
		answer_expired(watch->conn, version);
		watch_free(watch);
		return;
	}
	watch->timer = loop_timer_create(watch->demo->loop, watch_on_timer, watch);
	watch_arm(watch);
	if (demo_http_conn_stream_begin(watch->conn, "application/json",
					(struct demo_http_conn_owner){.on_close = watch_free, .data = watch}))
		watch_send(watch);
}

void demo_kube_watch_begin(const struct demo_kube_api_call *call)
{
	const struct demo_request *request = call->request;
	const char *version_text = demo_request_query(request, "resourceVersion");
	const char *seconds_text = demo_request_query(request, "timeoutSeconds");
	int64_t version = 0, seconds = DEFAULT_SECONDS;
	struct err err = {0};
	struct demo_kube_selector selector;
	if (!str_empty(version_text) && (!str_to_i64(version_text, &version) || version < 0)) {
		demo_kube_api_answer_status(call->conn, 400, "BadRequest", "invalid resource version");
		return;
	}
	if (seconds_text && (!str_to_i64(seconds_text, &seconds) || seconds <= 0 || seconds > 86400))
		seconds = DEFAULT_SECONDS;
	if (!demo_kube_selector_parse(demo_request_query(request, "labelSelector"),
				      demo_request_query(request, "fieldSelector"), &selector, &err)) {
		demo_kube_api_answer_status(call->conn, 400, "BadRequest", "%s", err.text);
		return;
	}
	int64_t now = loop_now_ms(call->demo->loop);
	bool initial = demo_request_query_true(request, "sendInitialEvents");
	bool bookmarks = demo_request_query_true(request, "allowWatchBookmarks");
	struct demo_kube_watch *watch = mem_alloc(sizeof *watch);
	*watch = (struct demo_kube_watch){
		.demo = call->demo,
		.conn = call->conn,
		.kind = call->kind,
		.namespace = mem_strdup(call->namespace),
		.name = mem_strdup(call->name),
		.selector = selector,
		.ends_ms = now + seconds * 1000,
		.bookmark_ms = bookmarks ? now + BOOKMARK_MS : 0,
		.table = demo_kube_table_wanted(request),
		.whole = str_eq(demo_request_query(request, "includeObject"), "Object"),
		.pending = BUF_INIT(PENDING_MAX),
	};
	watch_start(watch, version, version == 0 || initial, initial && bookmarks);
}
