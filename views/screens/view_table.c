/* A sheet's columns as a table's, and what the keys of tables do. */
#include "views/screens/view_table.h"

#include <stdio.h>
#include <stdlib.h>

#include "views/app/app.h"

static void choose_columns(struct view_table *self, const struct sheet *sheet)
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

void view_table_open(struct view_table *self, const struct sheet *sheet, const struct table_source *source, void *data)
{
	choose_columns(self, sheet);
	self->table = table_create(self->columns, self->column_count, source, data);
}

void view_table_close(struct view_table *self)
{
	table_destroy(self->table);
	free(self->columns);
	free(self->column_of);
}

static bool sort_by(struct view_table *self, const char *const *titles)
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
	if (button == 0 || app_top(app)->state != data)
		return;
	struct view_table *self = data;
	size_t column = dialog_choice(app->dialog.dialog, 0);
	if (column < self->column_count)
		table_set_column_hidden(self->table, column, !table_column_hidden(self->table, column));
}

static void choose_column(struct view *view)
{
	struct view_table *self = view->state;
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

bool view_table_act(struct view *view, enum action action, table_keep_fn *is_fault, void *data)
{
	static const char *const state_columns[] = {"STATE", "STATUS", "PHASE", "TYPE", "LINK", NULL};
	static const char *const age_columns[] = {"AGE", "LAST", "AS OF", NULL};
	static const char *const namespace_columns[] = {"NAMESPACE", NULL};
	struct view_table *self = view->state;
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
		table_set_keep(self->table, self->faults_only ? is_fault : NULL, data);
		return true;
	case ACTION_COLUMNS:
		choose_column(view);
		return true;
	default:
		return false;
	}
}

void view_table_title(const struct view_table *self, struct buf *out)
{
	size_t shown = table_shown(self->table), total = table_total(self->table);
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
