/* mqdeck's own log, as far as the ring holds it: what to look at before a bug is reported. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "views/screens/screens.h"
#include "views/screens/view_text.h"

enum { LOG_VIEW_KEPT = 2 << 20, LOG_VIEW_DATE = 11 /* "2026-01-02T" goes: it is the same all day */ };

struct log_view {
	struct text_view text;
	uint64_t position; /* read up to there */
	uint32_t layers;   /* bits; 0 = all */
	enum log_level level;
	char filter[256];
};

static const style_t log_view_styles[] = {
	[LOG_ERROR] = STYLE_BAD, [LOG_WARN] = STYLE_WARN, [LOG_INFO] = STYLE_TEXT,
	[LOG_DEBUG] = STYLE_DIM, [LOG_TRACE] = STYLE_DIM,
};

static bool log_view_wants(const struct log_view *self, const struct log_record *record)
{
	return record->level <= self->level && (!self->layers || self->layers >> record->layer & 1);
}

/* The ring is read where it went on: nothing is done while nothing happens. */
static void log_view_update(struct view *view)
{
	struct log_view *self = view->state;
	struct log_record record;
	char line[LOG_LINE_MAX];
	while (log_read(&self->position, &record)) {
		if (!log_view_wants(self, &record))
			continue;
		size_t len = log_format(&record, line);
		pager_append(self->text.pager, log_view_styles[record.level], line + LOG_VIEW_DATE,
			     len - LOG_VIEW_DATE);
	}
}

static void log_view_again(struct view *view)
{
	struct log_view *self = view->state;
	self->position = 0;
	pager_clear(self->text.pager);
	pager_set_follow(self->text.pager, true);
	log_view_update(view);
}

/* `:log kafka,kube`: where other views have a namespace. */
static void log_view_open(struct view *view)
{
	struct log_view *self = mem_alloc(sizeof *self);
	struct err err = {0};
	*self = (struct log_view){.text.pager = pager_create(LOG_VIEW_KEPT), .level = LOG_TRACE};
	view->state = self;
	if (!log_parse_layers(view->scope.namespace, &self->layers, &err))
		app_flash(view->app, SEV_WARN, "%s", err.text);
	view->scope.namespace[0] = '\0';
	log_view_again(view);
}

static void log_view_close(struct view *view)
{
	struct log_view *self = view->state;
	pager_destroy(self->text.pager);
	free(self);
}

/* All, then one layer after the other. */
static uint32_t log_view_next_layers(uint32_t layers)
{
	uint32_t next = layers ? (layers & -layers) << 1 : 1;
	return next < 1U << LOG_LAYER_COUNT ? next : 0;
}

static bool log_view_act(struct view *view, enum action action)
{
	struct log_view *self = view->state;
	switch (action) {
	case ACTION_FOLLOW:
		pager_set_follow(self->text.pager, !pager_follows(self->text.pager));
		return true;
	case ACTION_LOG_LAYER:
		self->layers = log_view_next_layers(self->layers);
		log_view_again(view);
		return true;
	case ACTION_LOG_LEVEL:
		self->level = self->level == LOG_ERROR ? LOG_TRACE : self->level - 1;
		log_view_again(view);
		return true;
	default:
		return text_view_act(view, action);
	}
}

static bool log_view_filter(struct view *view, const char *text, struct err *err)
{
	struct log_view *self = view->state;
	if (!pager_set_filter(self->text.pager, text, err))
		return false;
	snprintf(self->filter, sizeof self->filter, "%s", text);
	return true;
}

static const char *log_view_filter_text(struct view *view)
{
	return ((struct log_view *)view->state)->filter;
}

static void log_view_title(struct view *view, struct buf *out)
{
	const struct log_view *self = view->state;
	buf_printf(out, "log of mqdeck up to %s", log_level_word(self->level));
	for (size_t i = 0; i < LOG_LAYER_COUNT; i++) {
		if (self->layers >> i & 1)
			buf_printf(out, " %s", log_layer_word((enum log_layer)i));
	}
	if (pager_follows(self->text.pager))
		buf_append_str(out, " following");
	if (*self->filter)
		buf_printf(out, " </%s>", self->filter);
}

const struct view_class view_log = {
	.name = "log",
	.keys = VIEW_KEYS_LOG,
	.open = log_view_open,
	.close = log_view_close,
	.update = log_view_update,
	.draw = text_view_draw,
	.event = text_view_event,
	.act = log_view_act,
	.filter = log_view_filter,
	.filter_text = log_view_filter_text,
	.title = log_view_title,
};
