/* A sheet as an interactive table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "tui/widgets/table.h"
#include "views/app/app.h"
#include "views/screens/detail.h"
#include "views/screens/quorum_line.h"
#include "views/screens/screens.h"

struct view_sheet {
	struct table *table;
	struct table_column *columns; /* of the shown columns, */
	size_t *column_of;            /* … and which of the sheet's they are */
	size_t column_count;
	struct sheet_rows rows;
	struct sheet_row row; /* the last one asked for, */
	size_t row_at;        /* … so that its cells are not filled again for each column */
	bool row_filled;
	char key[SELECTION_TEXT_MAX * 2];
	bool faults_only;
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
	return self->rows.sheet->columns[self->column_of[column]].cell(row_at(self, position));
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

static void choose_columns(struct view_sheet *self, const struct sheet *sheet)
{
	self->columns = mem_alloc(sheet->column_count * sizeof *self->columns);
	self->column_of = mem_alloc(sheet->column_count * sizeof *self->column_of);
	for (size_t i = 0; i < sheet->column_count; i++) {
		const struct sheet_column *column = &sheet->columns[i];
		if (!column->title)
			continue;
		self->column_of[self->column_count] = i;
		self->columns[self->column_count++] = (struct table_column){
			.title = column->title,
			.type = column->type,
			.min = column->min,
			.max = column->max,
			.flex = column->max > 100,
			.priority = column->priority,
			.wide = column->flags & SHEET_COLUMN_WIDE,
		};
	}
}

static void sheet_view_open(struct view *view)
{
	struct view_sheet *self = mem_alloc(sizeof *self);
	view->state = self;
	self->rows.sheet = view->sheet;
	choose_columns(self, view->sheet);
	self->table = table_create(self->columns, self->column_count, &sheet_view_source, self);
}

static void sheet_view_close(struct view *view)
{
	struct view_sheet *self = view->state;
	detail_finish(&self->detail);
	table_destroy(self->table);
	sheet_rows_finish(&self->rows);
	free(self->columns);
	free(self->column_of);
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
		table_refresh(self->table);
	detail_update(&self->detail);
}

/* ---- drawing ---- */

static const char *sheet_view_why_empty(const struct view *view)
{
	const struct view_sheet *self = view->state;
	const struct world_view *world = view->app->world;
	if (table_total(self->table) > 0)
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
	table_draw(self->table, canvas, body, !self->detail.split.second_focused);
	if (table_shown(self->table) == 0 && body.height > 2)
		canvas_put(canvas, body.y + 2, body.x + 2, body.width - 4, STYLE_DIM, sheet_view_why_empty(view));
	detail_draw(&self->detail, view, canvas, rect);
}

static void sheet_view_title(struct view *view, struct buf *out)
{
	struct view_sheet *self = view->state;
	size_t shown = table_shown(self->table), total = table_total(self->table);
	buf_append_str(out, view->sheet->name);
	const char *of = *view->scope.name      ? view->scope.name
			 : *view->scope.broker  ? view->scope.broker
			 : *view->scope.node    ? view->scope.node
			 : *view->scope.cluster ? view->scope.cluster
						: view->scope.namespace;
	if (*of)
		buf_printf(out, " of %s", of);
	if (shown == total)
		buf_printf(out, " (%zu)", total);
	else
		buf_printf(out, " (%zu of %zu)", shown, total);
	if (*table_filter(self->table))
		buf_printf(out, " </%s>", table_filter(self->table));
	if (self->faults_only)
		buf_append_str(out, " <faults>");
	if (table_marked_count(self->table))
		buf_printf(out, " %zu marked", table_marked_count(self->table));
}

/* ---- input ---- */

static bool sheet_view_event(struct view *view, const struct event *event)
{
	struct view_sheet *self = view->state;
	if (detail_event(&self->detail, event))
		return true;
	enum table_answer answer = table_event(self->table, event);
	if (answer == TABLE_ACTIVATED)
		app_act(view->app, ACTION_OPEN);
	return answer != TABLE_IGNORED;
}

static bool sort_by(struct view_sheet *self, const char *const *titles)
{
	for (; *titles; titles++) {
		int column = table_column_by_title(self->table, *titles);
		if (column == TABLE_NO_COLUMN)
			continue;
		table_sort_toggle(self->table, column);
		return true;
	}
	return false;
}

static void column_chosen(struct app *app, int button, void *data)
{
	struct view *view = app_top(app);
	if (button == 0 || view->state != data)
		return;
	struct view_sheet *self = data;
	size_t column = dialog_choice(app->dialog.dialog, 0);
	if (column < self->column_count)
		table_set_column_hidden(self->table, column, !table_column_hidden(self->table, column));
}

static void choose_column(struct view *view)
{
	struct view_sheet *self = view->state;
	const char *titles[TABLE_COLUMNS_MAX + 1] = {NULL};
	char names[TABLE_COLUMNS_MAX][40];
	for (size_t i = 0; i < self->column_count && i < TABLE_COLUMNS_MAX; i++) {
		snprintf(names[i], sizeof names[i], "%s %s", table_column_hidden(self->table, i) ? " " : "*",
			 self->columns[i].title);
		titles[i] = names[i];
	}
	const char *lines[] = {"Visible columns have a star. Choose a column to show or hide it.", NULL};
	struct dialog_spec spec = {
		.title = "Columns",
		.lines = lines,
		.fields = {{.label = "Column", .kind = DIALOG_FIELD_MENU, .choices = titles}},
		.buttons = {{.label = "Show or hide", .id = 1}},
	};
	app_open_dialog(view->app, dialog_create(&spec), column_chosen, self);
}

static bool sheet_view_act(struct view *view, enum action action)
{
	static const char *const state_columns[] = {"STATE", "STATUS", "PHASE", "TYPE", NULL};
	static const char *const age_columns[] = {"AGE", "LAST", NULL};
	static const char *const namespace_columns[] = {"NAMESPACE", NULL};
	struct view_sheet *self = view->state;
	switch (action) {
	case ACTION_SORT_NAME:
		table_sort_toggle(self->table, 0);
		return true;
	case ACTION_SORT_AGE:
		return sort_by(self, age_columns);
	case ACTION_SORT_STATE:
		return sort_by(self, state_columns);
	case ACTION_SORT_NAMESPACE:
		return sort_by(self, namespace_columns);
	case ACTION_WIDE:
		table_set_wide(self->table, !table_is_wide(self->table));
		return true;
	case ACTION_FAULTS:
		self->faults_only = !self->faults_only;
		table_set_keep(self->table, self->faults_only ? is_fault : NULL, self);
		return true;
	case ACTION_COLUMNS:
		choose_column(view);
		return true;
	default:
		return detail_act(&self->detail, action);
	}
}

static bool sheet_view_selection(struct view *view, struct selection *out)
{
	struct view_sheet *self = view->state;
	int64_t position = table_row(self->table);
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
	table_each_chosen(((struct view_sheet *)view->state)->table, choose_row, &choosing);
}

static bool sheet_view_filter(struct view *view, const char *text, struct err *err)
{
	return table_set_filter(((struct view_sheet *)view->state)->table, text, err);
}

static const char *sheet_view_filter_text(struct view *view)
{
	return table_filter(((struct view_sheet *)view->state)->table);
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
