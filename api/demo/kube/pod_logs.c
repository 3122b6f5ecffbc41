/* The last lines of every container, and the followers that get each new one: what the log subresource serves. */
#include "api/demo/kube/pod_logs.h"

#include <stdio.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/map.h"
#include "api/base/str.h"
#include "api/demo/kube/api_server.h"

struct demo_kube_log_line {
	int64_t wall_ms;
	char *text;
};

struct demo_kube_log_lines {
	struct demo_kube_log_line ring[DEMO_KUBE_LOGS_LINES];
	size_t start, len;
};

struct demo_kube_pod_log {
	struct demo_kube_log_lines now, previous;
};

struct demo_kube_log_follower {
	struct demo_kube_logs *logs;
	struct demo_http_conn *conn;
	char *key;
	bool stamped;
	bool gone;
};

struct demo_kube_logs {
	struct map pods; /* "namespace/name" → struct demo_kube_pod_log */
	VEC(struct demo_kube_log_follower *) followers;
};

struct demo_kube_logs *demo_kube_logs_create(struct demo *demo)
{
	return mem_alloc(sizeof(struct demo_kube_logs));
}

static void lines_clear(struct demo_kube_log_lines *lines)
{
	for (size_t i = 0; i < DEMO_KUBE_LOGS_LINES; i++)
		free(lines->ring[i].text);
	*lines = (struct demo_kube_log_lines){0};
}

void demo_kube_logs_destroy(struct demo_kube_logs *logs)
{
	if (!logs)
		return;
	for (struct map_entry *entry = map_next(&logs->pods, NULL); entry; entry = map_next(&logs->pods, entry)) {
		struct demo_kube_pod_log *log = entry->value;
		lines_clear(&log->now);
		lines_clear(&log->previous);
		free(log);
	}
	map_finish(&logs->pods);
	vec_each (&logs->followers, follower) {
		free((*follower)->key);
		free(*follower);
	}
	vec_finish(&logs->followers);
	free(logs);
}

static void make_key(const char *namespace, const char *pod, char *out, size_t size)
{
	snprintf(out, size, "%s/%s", namespace, pod);
}

static struct demo_kube_pod_log *log_of(struct demo_kube_logs *logs, const char *key)
{
	struct demo_kube_pod_log *log = map_get(&logs->pods, key);
	if (!log) {
		log = mem_alloc(sizeof *log);
		map_set(&logs->pods, key, log);
	}
	return log;
}

static void log_append_line(struct buf *out, const struct demo_kube_log_line *line, bool stamped)
{
	char stamp[32];
	if (stamped) {
		clock_format_rfc3339(line->wall_ms, stamp);
		stamp[19] = '\0';
		buf_printf(out, "%s.%09dZ ", stamp, (int)(line->wall_ms % 1000) * 1000000);
	}
	buf_append_str(out, line->text);
	buf_append_char(out, '\n');
}

static void sweep_followers(struct demo_kube_logs *logs)
{
	for (size_t i = logs->followers.len; i-- > 0;) {
		struct demo_kube_log_follower *follower = logs->followers.items[i];
		if (follower->gone) {
			vec_remove(&logs->followers, i);
			free(follower->key);
			free(follower);
		}
	}
}

static void add_line(struct demo *demo, const char *namespace, const char *pod, int64_t wall_ms, const char *text)
{
	char key[300];
	make_key(namespace, pod, key, sizeof key);
	struct demo_kube_log_lines *lines = &log_of(demo->logs, key)->now;
	struct demo_kube_log_line *slot = &lines->ring[(lines->start + lines->len) % DEMO_KUBE_LOGS_LINES];
	if (lines->len == DEMO_KUBE_LOGS_LINES) {
		free(slot->text);
		lines->start = (lines->start + 1) % DEMO_KUBE_LOGS_LINES;
	} else {
		lines->len++;
	}
	*slot = (struct demo_kube_log_line){.wall_ms = wall_ms, .text = mem_strdup(text)};
	for (size_t i = 0; i < demo->logs->followers.len; i++) {
		struct demo_kube_log_follower *follower = demo->logs->followers.items[i];
		if (follower->gone || !str_eq(follower->key, key))
			continue;
		struct buf out = BUF_INIT(8192);
		log_append_line(&out, slot, follower->stamped);
		if (!demo_http_conn_stream_send(follower->conn, buf_str(&out), out.len))
			log_debug(LOG_DEMO, "a follower has gone key=%s", key);
		buf_finish(&out);
	}
	sweep_followers(demo->logs);
}

void demo_kube_logs_add(struct demo *demo, const char *namespace, const char *pod, int64_t ago_ms, const char *format,
			...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	add_line(demo, namespace, pod, demo_wall_ms(demo) - ago_ms, text);
}

/* As a kubelet's: whoever follows a log follows one run of the container. */
static void end_followers(struct demo_kube_logs *logs, const char *key)
{
	vec_each (&logs->followers, follower) {
		if (str_eq((*follower)->key, key) && !(*follower)->gone) {
			(*follower)->gone = true;
			demo_http_conn_stream_end((*follower)->conn);
		}
	}
	sweep_followers(logs);
}

void demo_kube_logs_process_started(struct demo *demo, const char *namespace, const char *pod)
{
	char key[300];
	make_key(namespace, pod, key, sizeof key);
	struct demo_kube_pod_log *log = log_of(demo->logs, key);
	lines_clear(&log->previous);
	log->previous = log->now;
	log->now = (struct demo_kube_log_lines){0};
	end_followers(demo->logs, key);
}

void demo_kube_logs_pod_removed(struct demo *demo, const char *namespace, const char *pod)
{
	char key[300];
	make_key(namespace, pod, key, sizeof key);
	end_followers(demo->logs, key);
}

static void on_follower_closed(void *data)
{
	struct demo_kube_log_follower *follower = data;
	follower->gone = true;
}

static int64_t query_number(const struct demo_request *request, const char *name, int64_t otherwise)
{
	int64_t number;
	const char *text = demo_request_query(request, name);
	return text && str_to_i64(text, &number) && number >= 0 ? number : otherwise;
}

/* Unix ms of the oldest line that is wanted. */
static int64_t log_earliest(const struct demo_kube_api_call *call)
{
	const char *time = demo_request_query(call->request, "sinceTime");
	return time ? clock_parse_rfc3339(time)
		    : demo_wall_ms(call->demo) - query_number(call->request, "sinceSeconds", INT32_MAX) * 1000;
}

void demo_kube_logs_serve(const struct demo_kube_api_call *call)
{
	char key[300];
	make_key(call->namespace, call->name, key, sizeof key);
	struct demo_kube_logs *logs = call->demo->logs;
	struct demo_kube_pod_log *log = map_get(&logs->pods, key);
	bool stamped = demo_request_query_true(call->request, "timestamps");
	struct buf out = BUF_INIT(4 * 1024 * 1024);
	const struct demo_kube_log_lines *lines = log && demo_request_query_true(call->request, "previous")
							  ? &log->previous
						  : log ? &log->now
							: NULL;
	size_t len = lines ? lines->len : 0;
	size_t tail = (size_t)query_number(call->request, "tailLines", DEMO_KUBE_LOGS_LINES);
	int64_t since_ms = log_earliest(call);
	for (size_t i = len > tail ? len - tail : 0; i < len; i++) {
		const struct demo_kube_log_line *line = &lines->ring[(lines->start + i) % DEMO_KUBE_LOGS_LINES];
		if (line->wall_ms >= since_ms)
			log_append_line(&out, line, stamped);
	}
	if (!demo_request_query_true(call->request, "follow")) {
		demo_http_conn_answer(call->conn, 200, "text/plain", NULL, buf_str(&out), out.len);
		buf_finish(&out);
		return;
	}
	struct demo_kube_log_follower *follower = mem_alloc(sizeof *follower);
	*follower = (struct demo_kube_log_follower){
		.logs = logs, .conn = call->conn, .key = mem_strdup(key), .stamped = stamped};
	vec_push(&logs->followers, follower);
	if (!demo_http_conn_stream_begin(
		    call->conn, "text/plain",
		    (struct demo_http_conn_owner){.on_close = on_follower_closed, .data = follower}) ||
	    !demo_http_conn_stream_send(call->conn, buf_str(&out), out.len))
		log_debug(LOG_DEMO, "a follower has gone key=%s", key);
	buf_finish(&out);
}
