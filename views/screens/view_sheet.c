/* A sheet as an interactive table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "views/app/app.h"
#include "views/screens/detail.h"
#include "views/screens/quorum_line.h"
#include "views/screens/screens.h"
#include "views/screens/view_table.h"

struct view_sheet {
	struct view_table base;
	struct sheet_rows rows;
	struct sheet_row row; /* the last one asked for, */
	size_t row_at;        /* … so that its cells are not filled again for each column */
	bool row_filled;
	char key[SELECTION_TEXT_MAX * 2];
	struct detail detail;
};

/* ---- rows for the table ---- */

static struct sheet_row *row_at(struct view_sheet *self, size_t position)
{
	if (!self->row_filled || self->row_at != position) {
		sheet_rows_fill(&self->rows, position, &self->row);
		self->row_at = position;
		self->row_filled = true;
	}
	return &self->row;
}

static size_t sheet_view_count(void *data)
{
	return ((struct view_sheet *)data)->rows.positions.len;
}

static const char *sheet_view_key(void *data, size_t position)
{
	struct view_sheet *self = data;
	sheet_key_of(self->rows.sheet, row_at(self, position), self->key, sizeof self->key);
	return self->key;
}

static struct cell sheet_view_cell(void *data, size_t position, size_t column)
{
	struct view_sheet *self = data;
	return self->rows.sheet->columns[self->base.column_of[column]].cell(row_at(self, position));
}

static enum severity sheet_view_severity(void *data, size_t position)
{
	struct view_sheet *self = data;
	return sheet_severity(self->rows.sheet, row_at(self, position));
}

static bool is_fault(void *data, size_t position)
{
	return sheet_view_severity(data, position) >= SEV_WARN;
}

static const struct table_source sheet_view_source = {
	.count = sheet_view_count, .key = sheet_view_key, .cell = sheet_view_cell, .severity = sheet_view_severity};

/* ---- life ---- */

static void sheet_view_open(struct view *view)
{
	struct view_sheet *self = mem_alloc(sizeof *self);
	view->state = self;
	self->rows.sheet = view->sheet;
	view_table_open(&self->base, view->sheet, &sheet_view_source, self);
}

static void sheet_view_close(struct view *view)
{
	struct view_sheet *self = view->state;
	detail_finish(&self->detail);
	view_table_close(&self->base);
	sheet_rows_finish(&self->rows);
	free(self);
}

static void sheet_view_update(struct view *view)
{
	struct view_sheet *self = view->state;
	bool changed = true;
	self->row_filled = false;
	if (!view->app->world) {
		sheet_rows_clear(&self->rows);
	} else {
		struct sheet_scope scope = view_scope_borrow(&view->scope);
		changed = sheet_rows_collect(&self->rows, view->sheet, view->app->world, &scope, SHEET_WORST_FIRST,
					     clock_wall_ms(loop_clock(view->app->loop)));
	}
	if (changed)
		table_refresh(self->base.table);
	detail_update(&self->detail);
}

/* ---- drawing ---- */

static const char *sheet_view_why_empty(const struct view *view)
{
	const struct view_sheet *self = view->state;
	const struct world_view *world = view->app->world;
	if (table_total(self->base.table) > 0)
		return "nothing matches the filter; Esc clears it";
	if (!world || world->discovering)
		return "loading …";
	struct sheet_missing missing;
	for (size_t at = 0; sheet_missing_next(view->sheet, world, &at, &missing);)
		if (err_is_set(missing.err))
			return missing.err->text;
	return world->cluster_count == 0 ? "no RabbitMQ or Kafka found here" : "none found";
}

/* Below replication: what the partitions themselves hang on. */
static int draw_quorum(const struct view *view, struct canvas *canvas, struct rect rect)
{
	const struct world_view *world = view->app->world;
	int rows = view->sheet == &sheet_replication ? quorum_line_rows(world, view->scope.cluster) : 0;
	rows = rows > rect.height / 5 ? rect.height / 5 : rows;
	return quorum_line_draw(canvas, rect.y + rect.height - rows, rows, world, view->scope.cluster);
}

static void sheet_view_draw(struct view *view, struct canvas *canvas, struct rect rect)
{
	struct view_sheet *self = view->state;
	rect.height -= draw_quorum(view, canvas, rect);
	struct rect body = detail_layout(&self->detail, rect);
	table_draw(self->base.table, canvas, body, !self->detail.split.second_focused);
	if (table_shown(self->base.table) == 0 && body.height > 2)
		canvas_put(canvas, body.y + 2, body.x + 2, body.width - 4, STYLE_DIM, sheet_view_why_empty(view));
	detail_draw(&self->detail, view, canvas, rect);
}

static void sheet_view_title(struct view *view, struct buf *out)
{
	struct view_sheet *self = view->state;
	buf_append_str(out, view->sheet->name);
	const char *of = *view->scope.name      ? view->scope.name
			 : *view->scope.broker  ? view->scope.broker
			 : *view->scope.node    ? view->scope.node
			 : *view->scope.cluster ? view->scope.cluster
						: view->scope.namespace;
	if (*of)
		buf_printf(out, " of %s", of);
	view_table_title(&self->base, out);
}

/* ---- input ---- */

static bool sheet_view_event(struct view *view, const struct event *event)
{
	struct view_sheet *self = view->state;
	if (detail_event(&self->detail, event))
		return true;
	enum table_answer answer = table_event(self->base.table, event);
	if (answer == TABLE_ACTIVATED)
		app_act(view->app, ACTION_OPEN);
	return answer != TABLE_IGNORED;
}

static bool sheet_view_act(struct view *view, enum action action)
{
	struct view_sheet *self = view->state;
	return view_table_act(view, action, is_fault, self) || detail_act(&self->detail, action);
}

static bool sheet_view_selection(struct view *view, struct selection *out)
{
	struct view_sheet *self = view->state;
	int64_t position = table_row(self->base.table);
	if (position == TABLE_NO_ROW)
		return false;
	selection_of_row(view->sheet, row_at(self, (size_t)position), out);
	return true;
}

struct view_sheet_choosing {
	struct view *view;
	void (*fn)(void *data, const struct selection *selection);
	void *data;
};

static void choose_row(void *data, size_t position)
{
	const struct view_sheet_choosing *choosing = data;
	struct selection selection;
	selection_of_row(choosing->view->sheet, row_at(choosing->view->state, position), &selection);
	choosing->fn(choosing->data, &selection);
}

static void sheet_view_chosen(struct view *view, void (*fn)(void *data, const struct selection *selection), void *data)
{
	struct view_sheet_choosing choosing = {.view = view, .fn = fn, .data = data};
	table_each_chosen(((struct view_sheet *)view->state)->base.table, choose_row, &choosing);
}

static bool sheet_view_filter(struct view *view, const char *text, struct err *err)
{
	return table_set_filter(((struct view_sheet *)view->state)->base.table, text, err);
}

static const char *sheet_view_filter_text(struct view *view)
{
	return table_filter(((struct view_sheet *)view->state)->base.table);
}

#define SHEET_VIEW                                                                                                     \
	.open = sheet_view_open, .close = sheet_view_close, .update = sheet_view_update, .draw = sheet_view_draw,      \
	.event = sheet_view_event, .act = sheet_view_act, .selection = sheet_view_selection,                           \
	.chosen = sheet_view_chosen, .filter = sheet_view_filter, .filter_text = sheet_view_filter_text,               \
	.title = sheet_view_title

static const struct view_class view_sheet = {.name = "table", .keys = VIEW_KEYS_TABLE, SHEET_VIEW};
/* On nodes `c` and `u` cordon and uncordon, as in k9s. */
static const struct view_class view_nodes = {.name = "nodes", .keys = VIEW_KEYS_NODES, SHEET_VIEW};

const struct view_class *view_of_sheet(const struct sheet *sheet)
{
	return sheet->is_node ? &view_nodes : &view_sheet;
}
