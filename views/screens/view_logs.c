/* Logs of brokers: a stream a pod, opened again after a restart from where it ended. */
#include "views/screens/view_logs.h"

#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/kube/client/kube_logs.h"
#include "views/screens/log_lines.h"
#include "views/screens/view_text.h"

enum {
	LOGS_PODS_MAX = 16,
	LOGS_KEPT = 8 * 1024 * 1024,
	LOGS_TAIL = 500,
	LOGS_LINE_MAX = 64 * 1024,
	LOGS_PREFIX = 12,
	AGAIN_FIRST_MS = 1000,
	AGAIN_MAX_MS = 15000,
};

struct view_logs_stream {
	struct view *view;
	struct kube_logs *logs; /* NULL while it is not read */
	char pod[256], namespace[256];
	struct buf partial; /* the line that is not ended yet */
	struct loop_timer *again;
	unsigned failures;
	bool ended;                           /* and said so: the next line follows after a gap */
	int64_t last_ms;                      /* stamp of the last line, Unix ms; -1 = none yet */
	char last_stamp[LOG_LINES_STAMP_MAX]; /* as it was written: a millisecond has room for many lines */
};

struct view_logs {
	struct text_view text;
	struct log_lines *lines;
	struct view_logs_stream streams[LOGS_PODS_MAX];
	size_t stream_count;
	bool all_pods, previous, timestamps;
	int64_t since_seconds; /* 0 = the newest LOGS_TAIL lines */
	char filter[256];
};

/* ---- lines ---- */

static void logs_view_show(void *data, size_t source, const char *line, size_t len)
{
	struct view *view = data;
	struct view_logs *self = view->state;
	/* Who says it, when several speak. */
	CLEANUP(free)
	char *prefixed = str_printf("%-*s %.*s", LOGS_PREFIX, self->streams[source].pod, (int)len, line);
	pager_append(self->text.pager, STYLE_TEXT, prefixed, strlen(prefixed));
	app_touch(view->app);
}

static void logs_view_remark(struct view_logs_stream *stream, style_t style, const char *what)
{
	struct view_logs *self = stream->view->state;
	CLEANUP(free) char *line = str_printf("── %s: %s", stream->pod, what);
	log_lines_flush(self->lines);
	pager_append(self->text.pager, style, line, strlen(line));
	app_touch(stream->view->app);
}

/* A log that is followed again begins with the whole second it broke off in. */
static bool logs_view_is_known(struct view_logs_stream *stream, const char *line, size_t stamp_len, int64_t at_ms)
{
	char stamp[LOG_LINES_STAMP_MAX];
	if (at_ms < 0)
		return false;
	snprintf(stamp, sizeof stamp, "%.*s", (int)stamp_len, line);
	bool known = stream->last_ms > at_ms || (stream->last_ms == at_ms && strcmp(stamp, stream->last_stamp) <= 0);
	if (known && stream->ended)
		return true;
	stream->last_ms = at_ms;
	memcpy(stream->last_stamp, stamp, sizeof stamp);
	return false;
}

static void logs_view_append(struct view_logs_stream *stream, const char *line, size_t len)
{
	struct view_logs *self = stream->view->state;
	int64_t at_ms;
	size_t stamp = log_lines_stamp(line, len, &at_ms), skip = self->timestamps ? 0 : stamp;
	if (logs_view_is_known(stream, line, stamp, at_ms))
		return;
	if (stream->ended)
		logs_view_remark(stream, STYLE_DIM, "following again");
	stream->ended = false;
	stream->failures = 0;
	if (self->stream_count < 2)
		pager_append(self->text.pager, STYLE_TEXT, line + skip, len - skip);
	else
		log_lines_add(self->lines, (size_t)(stream - self->streams), at_ms, line + skip, len - skip);
}

static void log_data(void *data, const char *bytes, size_t len)
{
	struct view_logs_stream *stream = data;
	while (len > 0) {
		const char *newline = memchr(bytes, '\n', len);
		size_t piece = newline ? (size_t)(newline - bytes) : len;
		/* A line beyond the cap is shown in pieces. */
		if (!buf_append(&stream->partial, bytes, piece < LOGS_LINE_MAX ? piece : LOGS_LINE_MAX - 1) ||
		    newline) {
			logs_view_append(stream, buf_str(&stream->partial), stream->partial.len);
			buf_clear(&stream->partial);
		}
		piece += newline != NULL;
		bytes += piece;
		len -= piece;
	}
	app_touch(stream->view->app);
}

/* A followed log ends with its container and with the connection; what comes after a restart is what one waits for. */
static void log_done(void *data, const struct err *err)
{
	struct view_logs_stream *stream = data;
	struct view_logs *self = stream->view->state;
	bool is_over = self->previous || err->code == ERR_FORBIDDEN || err->code == ERR_REFUSED;
	stream->logs = NULL;
	if (stream->partial.len)
		logs_view_append(stream, buf_str(&stream->partial), stream->partial.len);
	buf_clear(&stream->partial);
	if (!stream->ended)
		logs_view_remark(stream, err_is_set(err) ? STYLE_BAD : STYLE_DIM,
				 err_is_set(err) ? err->text : "end of log");
	stream->ended = true;
	int64_t wait = (int64_t)AGAIN_FIRST_MS << (stream->failures < 4 ? stream->failures++ : 4);
	if (!is_over)
		loop_timer_arm(stream->again, wait < AGAIN_MAX_MS ? wait : AGAIN_MAX_MS);
}

/* ---- which pods ---- */

static void logs_view_stop(struct view_logs *self)
{
	for (size_t i = 0; i < self->stream_count; i++) {
		kube_logs_close(self->streams[i].logs);
		loop_timer_destroy(self->streams[i].again);
		buf_finish(&self->streams[i].partial);
	}
	self->stream_count = 0;
	log_lines_clear(self->lines);
	pager_clear(self->text.pager);
}

/* Of several containers the broker's is what is wanted. */
static const char *main_container(const struct view_logs_stream *stream)
{
	const struct world_view *world = stream->view->app->world;
	const struct world_broker *broker = world ? world_find_member(world, stream->namespace, stream->pod) : NULL;
	return broker && broker->pod && broker->pod->container_count > 1 ? broker->container->name : NULL;
}

static void logs_view_follow(void *data)
{
	struct view_logs_stream *stream = data;
	struct view_logs *self = stream->view->state;
	struct err err;
	char since[32] = "";
	if (stream->last_ms >= 0)
		clock_format_rfc3339(stream->last_ms, since);
	stream->logs = kube_logs_follow(stream->view->app->session->client,
					&(struct kube_logs_options){
						.namespace = stream->namespace,
						.pod = stream->pod,
						.container = main_container(stream),
						.since_time = *since ? since : NULL,
						.since_seconds = *since ? 0 : self->since_seconds,
						.tail_lines = *since || self->since_seconds ? 0 : LOGS_TAIL,
						.previous = self->previous,
						.follow = !self->previous,
						.timestamps = true,
						.on_data = log_data,
						.on_done = log_done,
						.data = stream,
					},
					&err);
	if (!stream->logs)
		log_done(stream, &err);
}

static void add_stream(struct view *view, const char *namespace, const char *name)
{
	struct view_logs *self = view->state;
	if (self->stream_count == LOGS_PODS_MAX)
		return;
	struct view_logs_stream *stream = &self->streams[self->stream_count++];
	*stream = (struct view_logs_stream){.view = view, .partial = BUF_INIT(LOGS_LINE_MAX), .last_ms = -1};
	snprintf(stream->pod, sizeof stream->pod, "%s", name);
	snprintf(stream->namespace, sizeof stream->namespace, "%s", namespace);
	stream->again = loop_timer_create(view->app->loop, logs_view_follow, stream);
	logs_view_follow(stream);
}

static bool is_followed(const struct view_logs *self, const char *pod)
{
	for (size_t i = 0; i < self->stream_count; i++)
		if (str_eq(self->streams[i].pod, pod))
			return true;
	return false;
}

/* Also brokers that were not there when the view was opened. */
static void follow_cluster(struct view *view)
{
	struct view_logs *self = view->state;
	const struct world_view *world = view->app->world;
	const struct world_cluster *cluster = world ? world_find_cluster(world, view->selection.cluster) : NULL;
	for (size_t i = 0; view->app->session && cluster && i < cluster->broker_count; i++)
		if (cluster->brokers[i]->pod && !is_followed(self, cluster->brokers[i]->name))
			add_stream(view, cluster->namespace, cluster->brokers[i]->name);
}

static bool logs_view_is_of_one(const struct view *view)
{
	return *view->selection.broker && !((struct view_logs *)view->state)->all_pods;
}

static void logs_view_start(struct view *view)
{
	logs_view_stop(view->state);
	if (!view->app->session || !view->app->world)
		return;
	if (logs_view_is_of_one(view))
		add_stream(view, view->selection.namespace, view->selection.broker);
	else
		follow_cluster(view);
}

static void logs_view_update(struct view *view)
{
	if (!logs_view_is_of_one(view))
		follow_cluster(view);
}

void view_logs_set_previous(struct view *view, bool previous)
{
	struct view_logs *self = view->state;
	if (self->previous == previous)
		return;
	self->previous = previous;
	logs_view_start(view);
}

/* ---- the view ---- */

static void logs_view_open(struct view *view)
{
	struct view_logs *self = mem_alloc(sizeof *self);
	view->state = self;
	self->text.pager = pager_create(LOGS_KEPT);
	self->lines = log_lines_create(view->app->loop, logs_view_show, view);
	pager_set_follow(self->text.pager, true);
	logs_view_start(view);
}

static void logs_view_close(struct view *view)
{
	struct view_logs *self = view->state;
	logs_view_stop(self);
	log_lines_destroy(self->lines);
	pager_destroy(self->text.pager);
	free(self);
}

static const struct {
	enum action action;
	int64_t seconds;
} logs_view_since[] = {
	{ACTION_SINCE_TAIL, 0},  {ACTION_SINCE_1M, 60},   {ACTION_SINCE_5M, 300},
	{ACTION_SINCE_15M, 900}, {ACTION_SINCE_1H, 3600},
};

static bool logs_view_act(struct view *view, enum action action)
{
	static const char mark[] = "────────────────────────────────";
	struct view_logs *self = view->state;
	for (size_t i = 0; i < ARRAY_LEN(logs_view_since); i++) {
		if (logs_view_since[i].action == action) {
			self->since_seconds = logs_view_since[i].seconds;
			logs_view_start(view);
			return true;
		}
	}
	switch (action) {
	case ACTION_FOLLOW:
		pager_set_follow(self->text.pager, !pager_follows(self->text.pager));
		return true;
	case ACTION_TIMESTAMPS:
		self->timestamps = !self->timestamps;
		logs_view_start(view);
		return true;
	case ACTION_ALL_PODS:
		self->all_pods = !self->all_pods;
		logs_view_start(view);
		return true;
	case ACTION_MARK_LOG:
		pager_append(self->text.pager, STYLE_MARK, mark, sizeof mark - 1);
		return true;
	default:
		return text_view_act(view, action);
	}
}

static bool logs_view_filter(struct view *view, const char *text, struct err *err)
{
	struct view_logs *self = view->state;
	if (!pager_set_filter(self->text.pager, text, err))
		return false;
	snprintf(self->filter, sizeof self->filter, "%s", text);
	return true;
}

static const char *logs_view_filter_text(struct view *view)
{
	return ((struct view_logs *)view->state)->filter;
}

static void logs_view_title(struct view *view, struct buf *out)
{
	struct view_logs *self = view->state;
	buf_printf(out, "%slogs %s", self->previous ? "previous " : "",
		   logs_view_is_of_one(view) ? view->selection.broker : view->selection.cluster);
	if (self->since_seconds)
		buf_printf(out, " since %dm", (int)(self->since_seconds / 60));
	if (pager_follows(self->text.pager))
		buf_append_str(out, " following");
	if (*self->filter)
		buf_printf(out, " </%s>", self->filter);
}

const struct view_class view_logs = {
	.name = "logs",
	.keys = VIEW_KEYS_LOGS,
	.needs_selection = true,
	.open = logs_view_open,
	.close = logs_view_close,
	.update = logs_view_update,
	.draw = text_view_draw,
	.event = text_view_event,
	.act = logs_view_act,
	.filter = logs_view_filter,
	.filter_text = logs_view_filter_text,
	.title = logs_view_title,
};
