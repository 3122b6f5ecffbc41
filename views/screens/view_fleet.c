/* The broker clusters of several contexts on one board, worst first. Enter goes in: the console connects to that context, and
 * its deck opens on that cluster. Nothing is changed from here: the fleet has no way to, and no row is an object that an
 * operation could be asked for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "views/app/app.h"
#include "views/fleet/fleet_rows.h"
#include "views/screens/screens.h"
#include "views/screens/view_table.h"

struct view_fleet {
	struct view_table base;
	struct view *view;
	struct fleet *fleet; /* NULL: err says why */
	struct err err;
	struct fleet_rows rows;
	struct fleet_row row; /* the last one asked for, */
	size_t row_at;        /* … so that its cells are not filled again for each column */
	bool row_filled;
	char key[SELECTION_TEXT_MAX * 2];
};

/* ---- rows for the table ---- */

static struct fleet_row *fleet_view_row(struct view_fleet *self, size_t position)
{
	if (!self->row_filled || self->row_at != position) {
		fleet_rows_fill(&self->rows, position, &self->row);
		self->row_at = position;
		self->row_filled = true;
	}
	return &self->row;
}

static size_t fleet_view_count(void *data)
{
	return ((struct view_fleet *)data)->rows.positions.len;
}

static const char *fleet_view_key(void *data, size_t position)
{
	struct view_fleet *self = data;
	fleet_rows_key(fleet_view_row(self, position), self->key, sizeof self->key);
	return self->key;
}

static struct cell fleet_view_cell(void *data, size_t position, size_t column)
{
	struct view_fleet *self = data;
	return fleet_rows_cell(fleet_view_row(self, position), self->base.column_of[column]);
}

static enum severity fleet_view_severity(void *data, size_t position)
{
	return fleet_rows_severity(fleet_view_row(data, position));
}

static bool is_fleet_fault(void *data, size_t position)
{
	return fleet_view_severity(data, position) >= SEV_WARN;
}

static const struct table_source fleet_view_source = {
	.count = fleet_view_count, .key = fleet_view_key, .cell = fleet_view_cell, .severity = fleet_view_severity};

/* ---- life ---- */

static void fleet_view_changed(void *data)
{
	struct view_fleet *self = data;
	if (!self->view->app->updating)
		app_world_touched(self->view->app);
}

/* One more than there may be, so that it is said. */
enum { FLEET_WORDS_MAX = FLEET_MAX + 1 };

static size_t split_words(char *text, const char **words)
{
	size_t count = 0;
	for (char *word = strtok_r(text, " ", &text); word && count < FLEET_WORDS_MAX;
	     word = strtok_r(NULL, " ", &text))
		words[count++] = word;
	return count;
}

static void open_fleet(struct view_fleet *self)
{
	struct app *app = self->view->app;
	const char *words[FLEET_WORDS_MAX];
	char named[sizeof app->fleet.named];
	snprintf(named, sizeof named, "%s", app->fleet.named);
	size_t count = split_words(named, words);
	self->fleet = fleet_open(&(struct fleet_options){.loop = app->loop,
							 .config = app->config,
							 .demo = app->demo,
							 .contexts = count ? words : app->fleet.contexts,
							 .context_count = count ? count : app->fleet.count,
							 .on_change = fleet_view_changed,
							 .data = self},
				 &self->err);
}

static void fleet_view_open(struct view *view)
{
	struct view_fleet *self = mem_alloc(sizeof *self);
	view->state = self;
	self->view = view;
	fleet_rows_init(&self->rows, FLEET_BOARD);
	view_table_open(&self->base, &self->rows.sheet, &fleet_view_source, self);
	open_fleet(self);
}

static void fleet_view_close(struct view *view)
{
	struct view_fleet *self = view->state;
	view_table_close(&self->base);
	fleet_rows_finish(&self->rows);
	fleet_close(self->fleet);
	free(self);
}

static void fleet_view_update(struct view *view)
{
	struct view_fleet *self = view->state;
	self->row_filled = false;
	if (!self->fleet)
		return;
	fleet_update(self->fleet);
	fleet_rows_collect(&self->rows, self->fleet, clock_wall_ms(loop_clock(view->app->loop)),
			   loop_now_ms(view->app->loop));
	table_refresh(self->base.table);
}

/* Rows are looked up while they are drawn and while keys are taken: they must be those of the worlds as they are. */
static struct view_fleet *fleet_view_now(struct view *view)
{
	struct view_fleet *self = view->state;
	if (self->fleet && fleet_is_outdated(self->fleet))
		fleet_view_update(view);
	return self;
}

/* ---- drawing ---- */

static void fleet_view_draw(struct view *view, struct canvas *canvas, struct rect rect)
{
	struct view_fleet *self = fleet_view_now(view);
	table_draw(self->base.table, canvas, rect, true);
	if (table_shown(self->base.table) > 0 || rect.height <= 2)
		return;
	const char *why = self->fleet ? "nothing matches the filter; Esc clears it" : self->err.text;
	canvas_put_wrapped(canvas, rect.y + 2, rect.x + 2, rect.width - 4, rect.height - 2,
			   self->fleet ? STYLE_DIM : STYLE_WARN, why);
}

static void fleet_view_title(struct view *view, struct buf *out)
{
	buf_append_str(out, view->class->name);
	view_table_title(view->state, out);
}

/* "20 contexts: 15 live, 3 no answer, 2 sign-in" */
static void fleet_view_header(struct view *view, struct buf *out)
{
	const struct view_fleet *self = view->state;
	size_t count[FLEET_LINK_COUNT] = {0}, all = self->fleet ? fleet_count(self->fleet) : 0;
	for (size_t i = 0; i < all; i++)
		count[fleet_member_at(self->fleet, i)->link]++;
	buf_printf(out, "%zu context%s", all, all == 1 ? "" : "s");
	const char *before = ": ";
	for (size_t link = 0; link < FLEET_LINK_COUNT; link++) {
		if (!count[link])
			continue;
		buf_printf(out, "%s%zu %s", before, count[link], fleet_link_word((enum fleet_link)link));
		before = ", ";
	}
}

/* ---- input ---- */

static bool fleet_view_event(struct view *view, const struct event *event)
{
	enum table_answer answer = table_event(fleet_view_now(view)->base.table, event);
	if (answer == TABLE_ACTIVATED)
		app_act(view->app, ACTION_OPEN);
	return answer != TABLE_IGNORED;
}

/* The view is gone afterwards. */
static bool fleet_view_go_in(struct view *view)
{
	struct view_fleet *self = view->state;
	int64_t position = table_row(self->base.table);
	if (position == TABLE_NO_ROW)
		return false;
	const struct fleet_row *row = fleet_view_row(self, (size_t)position);
	app_go_in(view->app, row->member->context, row->row.cluster ? row->row.cluster->key : "");
	return true;
}

static bool fleet_view_act(struct view *view, enum action action)
{
	struct view_fleet *self = fleet_view_now(view);
	if (action == ACTION_OPEN)
		return fleet_view_go_in(view);
	if (action == ACTION_REFRESH && self->fleet) {
		fleet_ask_again(self->fleet);
		return true;
	}
	return view_table_act(view, action, is_fleet_fault, self);
}

/* A row is where Enter leads, and no object. */
static bool fleet_view_selection(struct view *view, struct selection *out)
{
	return false;
}

static bool fleet_view_filter(struct view *view, const char *text, struct err *err)
{
	return table_set_filter(fleet_view_now(view)->base.table, text, err);
}

static const char *fleet_view_filter_text(struct view *view)
{
	return table_filter(((struct view_fleet *)view->state)->base.table);
}

const struct view_class view_fleet = {
	.name = "fleet",
	.keys = VIEW_KEYS_FLEET,
	.open = fleet_view_open,
	.close = fleet_view_close,
	.update = fleet_view_update,
	.draw = fleet_view_draw,
	.event = fleet_view_event,
	.act = fleet_view_act,
	.selection = fleet_view_selection,
	.filter = fleet_view_filter,
	.filter_text = fleet_view_filter_text,
	.title = fleet_view_title,
	.header = fleet_view_header,
};
