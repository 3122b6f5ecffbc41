/* watch: a stream of changes from a resource version on (protocols.md A) */
#include <stdio.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "api/demo/kube/api_server.h"
#include "api/demo/kube/selector.h"
#include "api/demo/kube/table_answer.h"

enum { BOOKMARK_MS = 60000, DEFAULT_SECONDS = 1800, PENDING_MAX = 64 * 1024 * 1024 };

struct watch {
	struct demo *demo;
	struct conn *conn;
	const struct kind *kind;
	char *namespace, *name;
	struct selector selector;
	struct store_watch *changes;
	struct loop_timer *timer;
	int64_t ends_ms, bookmark_ms; /* loop time; bookmark 0 = none wanted */
	bool table, whole;
	bool collecting;    /* the past is being replayed: into `pending`, sent at once after */
	struct buf pending;
};

static void watch_free(void *data)
{
	struct watch *watch = data;
	store_unwatch(watch->changes);
	loop_timer_destroy(watch->timer);
	selector_finish(&watch->selector);
	buf_finish(&watch->pending);
	free(watch->namespace);
	free(watch->name);
	free(watch);
}

static void watch_send(struct watch *watch)
{
	struct buf out = watch->pending;
	buf_init(&watch->pending, PENDING_MAX);
	if (!conn_stream_send(watch->conn, buf_str(&out), out.len))
		log_debug("a watcher has gone"); /* and the watch with it */
	buf_finish(&out);
}

static void append_event(struct watch *watch, const char *type, const struct object *object)
{
	CLEANUP(free) char *table = NULL;
	if (watch->table) {
		struct object *one = (struct object *)object;
		cJSON *json = table_make(watch->kind, &one, 1, object->version, demo_wall_ms(watch->demo), watch->whole);
		table = cJSON_PrintUnformatted(json);
		cJSON_Delete(json);
	}
	(void)(buf_printf(&watch->pending, "{\"type\":\"%s\",\"object\":", type) &&
	       buf_append_str(&watch->pending, table ? table : object->text) && buf_append_str(&watch->pending, "}\n"));
}

static void append_bookmark(struct watch *watch, bool initial_end)
{
	char version[64];
	buf_printf(&watch->pending,
		   "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"%s\",\"apiVersion\":\"%s\",\"metadata\":{"
		   "\"resourceVersion\":\"%lld\",\"creationTimestamp\":null%s}}}\n",
		   watch->kind->name, kind_api_version(watch->kind, version, sizeof version),
		   (long long)store_version(watch->demo->store),
		   initial_end ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}" : "");
}

static bool selects(const struct watch *watch, const struct object *object)
{
	return object && (!*watch->namespace || str_eq(object->namespace, watch->namespace)) &&
	       (!*watch->name || str_eq(object->name, watch->name)) && selector_matches(&watch->selector, object->json);
}

static void on_change(void *data, enum store_change change, const struct object *now, const struct object *before)
{
	struct watch *watch = data;
	bool was = change != STORE_ADDED && selects(watch, before);
	bool is = change != STORE_DELETED && selects(watch, now);
	if (!was && !is)
		return;
	append_event(watch, was && is ? "MODIFIED" : is ? "ADDED" : "DELETED", now);
	if (!watch->collecting)
		watch_send(watch);
}

static void arm(struct watch *watch)
{
	int64_t now = loop_now_ms(watch->demo->loop), at = watch->ends_ms;
	if (watch->bookmark_ms && watch->bookmark_ms < at)
		at = watch->bookmark_ms;
	loop_timer_arm(watch->timer, at > now ? at - now : 0);
}

static void on_timer(void *data)
{
	struct watch *watch = data;
	int64_t now = loop_now_ms(watch->demo->loop);
	if (watch->bookmark_ms)
		append_bookmark(watch, false);
	if (now >= watch->ends_ms) {
		struct conn *conn = watch->conn;
		if (watch->pending.len == 0 || conn_stream_send(conn, watch->pending.data, watch->pending.len)) {
			conn_stream_end(conn);
			watch_free(watch);
		}
		return;
	}
	watch->bookmark_ms = now + BOOKMARK_MS;
	arm(watch);
	watch_send(watch);
}

static void append_present(struct watch *watch)
{
	size_t count;
	struct object **all = store_list(watch->demo->store, watch->kind->id, &count);
	for (size_t i = 0; i < count; i++) {
		if (selects(watch, all[i]))
			append_event(watch, "ADDED", all[i]);
	}
}

static void answer_expired(struct conn *conn, int64_t version)
{
	char line[300];
	int len = snprintf(line, sizeof line,
			   "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},"
			   "\"status\":\"Failure\",\"message\":\"too old resource version: %lld\",\"reason\":\"Expired\","
			   "\"code\":410}}\n",
			   (long long)version);
	if (conn_stream_begin(conn, "application/json", (struct conn_owner){0}) &&
	    conn_stream_send(conn, line, (size_t)len))
		conn_stream_end(conn);
}

static void start(struct watch *watch, int64_t version, bool present, bool initial_end)
{
	watch->collecting = true;
	if (present) {
		append_present(watch);
		version = store_version(watch->demo->store);
	}
	if (initial_end)
		append_bookmark(watch, true);
	watch->changes = store_watch(watch->demo->store, watch->kind->id, version, on_change, watch);
	watch->collecting = false;
	if (!watch->changes) {
		answer_expired(watch->conn, version);
		watch_free(watch);
		return;
	}
	watch->timer = loop_timer_create(watch->demo->loop, on_timer, watch);
	arm(watch);
	if (conn_stream_begin(watch->conn, "application/json",
			      (struct conn_owner){.on_close = watch_free, .data = watch}))
		watch_send(watch);
}

void watch_begin(const struct api_call *call)
{
	const struct request *request = call->request;
	const char *version_text = request_query(request, "resourceVersion");
	const char *seconds_text = request_query(request, "timeoutSeconds");
	int64_t version = 0, seconds = DEFAULT_SECONDS;
	struct err err = {0};
	struct selector selector;
	if (!str_empty(version_text) && (!str_to_i64(version_text, &version) || version < 0)) {
		api_answer_status(call->conn, 400, "BadRequest", "invalid resource version");
		return;
	}
	if (seconds_text && (!str_to_i64(seconds_text, &seconds) || seconds <= 0 || seconds > 86400))
		seconds = DEFAULT_SECONDS;
	if (!selector_parse(request_query(request, "labelSelector"), request_query(request, "fieldSelector"), &selector,
			    &err)) {
		api_answer_status(call->conn, 400, "BadRequest", "%s", err.text);
		return;
	}
	int64_t now = loop_now_ms(call->demo->loop);
	bool initial = request_query_true(request, "sendInitialEvents");
	bool bookmarks = request_query_true(request, "allowWatchBookmarks");
	struct watch *watch = mem_alloc(sizeof *watch);
	*watch = (struct watch){
		.demo = call->demo,
		.conn = call->conn,
		.kind = call->kind,
		.namespace = mem_strdup(call->namespace),
		.name = mem_strdup(call->name),
		.selector = selector,
		.ends_ms = now + seconds * 1000,
		.bookmark_ms = bookmarks ? now + BOOKMARK_MS : 0,
		.table = table_wanted(request),
		.whole = str_eq(request_query(request, "includeObject"), "Object"),
		.pending = BUF_INIT(PENDING_MAX),
	};
	start(watch, version, version == 0 || initial, initial && bookmarks);
}
