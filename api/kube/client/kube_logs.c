/* One container's log as a stream. A followed log may be silent for hours, so no timeout of silence applies to it. */
#include "api/kube/client/kube_logs.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/base/str.h"

enum { LOG_SILENCE_MS = 24 * 3600 * 1000 };

struct kube_logs {
	struct kube_request *request;
	struct kube_logs_options options;
};

static bool logs_reader_on_data(void *data, const char *bytes, size_t len)
{
	struct kube_logs *logs = data;
	logs->options.on_data(logs->options.data, bytes, len);
	return true;
}

static void logs_reader_on_done(void *data, const struct kube_result *result)
{
	struct kube_logs_options options = ((struct kube_logs *)data)->options;
	free(data);
	options.on_done(options.data, &result->err);
}

static void append_number(struct buf *query, const char *name, int64_t value)
{
	char text[24];
	if (value <= 0)
		return;
	snprintf(text, sizeof text, "%lld", (long long)value);
	kube_query_append(query, name, text);
}

static void append_flag(struct buf *query, const char *name, bool value)
{
	if (value)
		kube_query_append(query, name, "true");
}

struct kube_logs *kube_logs_follow(struct kube_client *client, const struct kube_logs_options *options, struct err *err)
{
	struct buf query = BUF_INIT(4096);
	if (options->container)
		kube_query_append(&query, "container", options->container);
	append_flag(&query, "follow", options->follow);
	append_flag(&query, "previous", options->previous);
	append_flag(&query, "timestamps", options->timestamps);
	append_number(&query, "sinceSeconds", options->since_seconds);
	if (options->since_time)
		kube_query_append(&query, "sinceTime", options->since_time);
	append_number(&query, "tailLines", options->tail_lines);
	append_number(&query, "limitBytes", options->limit_bytes);
	CLEANUP(free)
	char *path = kube_url(&(struct kube_url){.version = "v1",
						 .resource = "pods",
						 .namespace = options->namespace,
						 .name = options->pod,
						 .subresource = "log",
						 .query = buf_str(&query)});
	buf_finish(&query);
	struct kube_logs *logs = mem_alloc(sizeof *logs);
	logs->options = *options;
	/* A log that is followed may be silent for as long as the broker has nothing to say. */
	struct kube_call call = {.reason = "log of a container",
				 .path = path,
				 .accept = "*/*",
				 .is_watch = options->follow,
				 .is_budgeted = options->is_budgeted,
				 .timeout_ms = options->timeout_ms,
				 .silence_ms = LOG_SILENCE_MS,
				 .on_data = logs_reader_on_data,
				 .on_done = logs_reader_on_done,
				 .data = logs};
	logs->request = kube_request(client, &call, err);
	if (logs->request)
		return logs;
	free(logs);
	return NULL;
}

void kube_logs_close(struct kube_logs *logs)
{
	if (!logs)
		return;
	kube_request_cancel(logs->request);
	free(logs);
}
