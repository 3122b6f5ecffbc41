#include "views/view_logs.h"

#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/kube/logs.h"
#include "views/view_text.h"

enum { LOGS_PODS_MAX = 16, LOGS_KEPT = 8 * 1024 * 1024, LOGS_TAIL = 500, LOGS_LINE_MAX = 64 * 1024, LOGS_PREFIX = 12 };

struct log_stream {
	struct view *view;
	struct kube_logs *logs;
	char pod[256];
	struct buf partial; /* the line that is not ended yet */
	style_t style;
};

struct log_view {
	struct text_view text;
	struct log_stream streams[LOGS_PODS_MAX];
	size_t stream_count;
	bool all_pods, previous, timestamps;
	int64_t since_seconds; /* 0 = the newest LOGS_TAIL lines */
	char filter[256];
};

/* ---- lines ---- */

static void append(struct log_stream *stream, const char *line, size_t len)
{
	struct log_view *self = stream->view->state;
	if (self->stream_count < 2) {
		pager_append(self->text.pager, STYLE_TEXT, line, len);
		return;
	}
	/* Who says it, when several speak. */
	CLEANUP(free) char *prefixed = str_printf("%-*s %.*s", LOGS_PREFIX, stream->pod, (int)len, line);
	pager_append(self->text.pager, STYLE_TEXT, prefixed, strlen(prefixed));
}

static void log_data(void *data, const char *bytes, size_t len)
{
	struct log_stream *stream = data;
	while (len > 0) {
		const char *newline = memchr(bytes, '\n', len);
		size_t piece = newline ? (size_t)(newline - bytes) : len;
		/* A line beyond the cap is shown in pieces. */
		if (!buf_append(&stream->partial, bytes, piece < LOGS_LINE_MAX ? piece : LOGS_LINE_MAX - 1) || newline) {
			append(stream, buf_str(&stream->partial), stream->partial.len);
			buf_clear(&stream->partial);
		}
		piece += newline != NULL;
		bytes += piece;
		len -= piece;
	}
	app_touch(stream->view->app);
}

static void log_done(void *data, const struct err *err)
{
	struct log_stream *stream = data;
	struct log_view *self = stream->view->state;
	stream->logs = NULL;
	if (stream->partial.len)
		append(stream, buf_str(&stream->partial), stream->partial.len);
	buf_clear(&stream->partial);
	CLEANUP(free) char *end = str_printf("── %s: %s", stream->pod, err_is_set(err) ? err->text : "the log ends here");
	pager_append(self->text.pager, err_is_set(err) ? STYLE_BAD : STYLE_DIM, end, strlen(end));
	app_touch(stream->view->app);
}

/* ---- which pods ---- */

static void stop(struct log_view *self)
{
	for (size_t i = 0; i < self->stream_count; i++) {
		kube_logs_close(self->streams[i].logs);
		buf_finish(&self->streams[i].partial);
	}
	self->stream_count = 0;
	pager_clear(self->text.pager);
}

static const char *main_container(const struct kube_pod *pod)
{
	return pod && pod->container_count > 1 ? pod->containers[0].name : NULL;
}

static void add_stream(struct view *view, const char *namespace, const char *name, const struct kube_pod *pod)
{
	struct log_view *self = view->state;
	struct err err;
	if (self->stream_count == LOGS_PODS_MAX)
		return;
	struct log_stream *stream = &self->streams[self->stream_count++];
	*stream = (struct log_stream){.view = view, .partial = BUF_INIT(LOGS_LINE_MAX)};
	snprintf(stream->pod, sizeof stream->pod, "%s", name);
	stream->logs = kube_logs_follow(view->app->session->client,
					&(struct kube_logs_options){
						.namespace = namespace,
						.pod = name,
						.container = main_container(pod),
						.since_seconds = self->since_seconds,
						.tail_lines = self->since_seconds ? 0 : LOGS_TAIL,
						.previous = self->previous,
						.follow = !self->previous,
						.timestamps = self->timestamps,
						.on_data = log_data,
						.on_done = log_done,
						.data = stream,
					},
					&err);
	if (!stream->logs)
		log_done(stream, &err);
}

static void start(struct view *view)
{
	struct log_view *self = view->state;
	const struct world_view *world = view->app->world;
	const struct subject *subject = &view->subject;
	stop(self);
	if (!view->app->session || !world)
		return;
	const struct world_cluster *cluster = world_find_cluster(world, subject->cluster);
	if (*subject->broker && !self->all_pods) {
		const struct world_broker *broker = world_find_broker(world, subject->namespace, subject->broker);
		add_stream(view, subject->namespace, subject->broker, broker ? broker->pod : NULL);
		return;
	}
	for (size_t i = 0; cluster && i < cluster->broker_count; i++) {
		if (cluster->brokers[i]->pod)
			add_stream(view, cluster->namespace, cluster->brokers[i]->name, cluster->brokers[i]->pod);
	}
}

void logs_set_previous(struct view *view, bool previous)
{
	struct log_view *self = view->state;
	if (self->previous == previous)
		return;
	self->previous = previous;
	start(view);
}

/* ---- the view ---- */

static void open(struct view *view)
{
	struct log_view *self = mem_alloc(sizeof *self);
	view->state = self;
	self->text.pager = pager_create(LOGS_KEPT);
	pager_set_follow(self->text.pager, true);
	start(view);
}

static void close(struct view *view)
{
	struct log_view *self = view->state;
	stop(self);
	pager_destroy(self->text.pager);
	free(self);
}

static const struct {
	enum action action;
	int64_t seconds;
} since[] = {
	{ACTION_SINCE_TAIL, 0},	  {ACTION_SINCE_1M, 60},   {ACTION_SINCE_5M, 300},
	{ACTION_SINCE_15M, 900}, {ACTION_SINCE_1H, 3600},
};

static bool act(struct view *view, enum action action)
{
	static const char mark[] = "────────────────────────────────";
	struct log_view *self = view->state;
	for (size_t i = 0; i < ARRAY_LEN(since); i++) {
		if (since[i].action == action) {
			self->since_seconds = since[i].seconds;
			start(view);
			return true;
		}
	}
	switch (action) {
	case ACTION_FOLLOW:
		pager_set_follow(self->text.pager, !pager_follows(self->text.pager));
		return true;
	case ACTION_TIMESTAMPS:
		self->timestamps = !self->timestamps;
		start(view);
		return true;
	case ACTION_ALL_PODS:
		self->all_pods = !self->all_pods;
		start(view);
		return true;
	case ACTION_MARK_LOG:
		pager_append(self->text.pager, STYLE_MARK, mark, sizeof mark - 1);
		return true;
	default:
		return text_view_act(view, action);
	}
}

static bool filter(struct view *view, const char *text, struct err *err)
{
	struct log_view *self = view->state;
	if (!pager_set_filter(self->text.pager, text, err))
		return false;
	snprintf(self->filter, sizeof self->filter, "%s", text);
	return true;
}

static const char *filter_text(struct view *view)
{
	return ((struct log_view *)view->state)->filter;
}

static void title(struct view *view, struct buf *out)
{
	struct log_view *self = view->state;
	bool one = *view->subject.broker && !self->all_pods;
	buf_printf(out, "%slogs %s", self->previous ? "previous " : "", one ? view->subject.broker : view->subject.cluster);
	if (self->since_seconds)
		buf_printf(out, " since %dm", (int)(self->since_seconds / 60));
	if (pager_follows(self->text.pager))
		buf_append_str(out, " following");
	if (*self->filter)
		buf_printf(out, " </%s>", self->filter);
}

const struct view_class view_logs = {
	.name = "logs",
	.keys = KEYS_LOGS,
	.needs_subject = true,
	.open = open,
	.close = close,
	.draw = text_view_draw,
	.event = text_view_event,
	.act = act,
	.filter = filter,
	.filter_text = filter_text,
	.title = title,
};
