/* Everything known of one object: the columns of its row in words, what it is joined to, its conditions and its
 * events. */
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "views/screens/screens.h"
#include "views/screens/view_text.h"
#include "views/sheets/sheet_describe.h"

struct view_describe {
	struct text_view text;
	struct buf lines;
};

enum { FORMATTED_MAX = 4096 };

/* ---- the row itself ---- */

static bool describe_view_find_row(const struct view *view, const struct sheet *sheet, struct sheet_rows *rows,
				   struct sheet_row *row)
{
	struct sheet_scope where = {.cluster = *view->selection.cluster ? view->selection.cluster : NULL};
	char key[SELECTION_TEXT_MAX * 2];
	sheet_rows_collect(rows, sheet, view->app->world, &where, SHEET_BY_NAME,
			   clock_wall_ms(loop_clock(view->app->loop)));
	for (size_t i = 0; i < rows->positions.len; i++) {
		sheet_rows_fill(rows, i, row);
		sheet_key_of(sheet, row, key, sizeof key);
		if (str_eq(key, view->selection.key))
			return true;
	}
	return false;
}

static void describe_row(struct buf *out, const struct sheet *sheet, struct sheet_row *row)
{
	char text[FORMATTED_MAX];
	for (size_t i = 0; i < sheet->column_count; i++) {
		const struct sheet_column *column = &sheet->columns[i];
		if (!column->field)
			continue;
		struct cell cell = column->cell(row);
		if (cell.type == CELL_NONE)
			continue;
		cell_format(&cell, text, sizeof text, false);
		sheet_describe_line(out, column->field, *text ? text : "none");
	}
}

/* ---- its events ---- */

static void describe_events(struct buf *out, const struct view *view)
{
	const struct world_view *world = view->app->world;
	char age[16];
	bool any = false;
	for (size_t i = 0; i < world->event_count; i++) {
		const struct kube_event *event = world->events[i].record;
		if (!str_eq(event->object_name, view->selection.name))
			continue;
		if (!any)
			sheet_describe_section(out, "Events");
		any = true;
		int64_t seconds = (clock_wall_ms(loop_clock(view->app->loop)) - event->last_ms) / 1000;
		cell_human_age(event->last_ms < 0 || seconds < 0 ? 0 : seconds, age);
		buf_printf(out, "  %6s  %-8s %-20s %s\n", age, str_or(event->type, ""), str_or(event->reason, ""),
			   str_or(event->message, ""));
	}
}

static void describe_view_update(struct view *view)
{
	struct view_describe *self = view->state;
	const struct sheet *sheet = view->selection.sheet;
	struct sheet_rows rows = {0};
	struct sheet_row row;
	if (!view->app->world)
		return;
	buf_clear(&self->lines);
	if (describe_view_find_row(view, sheet, &rows, &row)) {
		CLEANUP(free)
		char *head = str_printf("%s %s", sheet->word, view->selection.name);
		sheet_describe_section(&self->lines, head);
		describe_row(&self->lines, sheet, &row);
		if (sheet->describe)
			sheet->describe(&row, &self->lines);
	} else {
		buf_printf(&self->lines, "%s %s no longer exists.\n", sheet->word, view->selection.name);
	}
	describe_events(&self->lines, view);
	pager_set_text(self->text.pager, buf_str(&self->lines));
	sheet_rows_finish(&rows);
}

static void describe_view_open(struct view *view)
{
	struct view_describe *self = mem_alloc(sizeof *self);
	self->text.pager = pager_create(TEXT_VIEW_MAX);
	buf_init(&self->lines, TEXT_VIEW_MAX);
	view->state = self;
}

static void describe_view_close(struct view *view)
{
	struct view_describe *self = view->state;
	pager_destroy(self->text.pager);
	buf_finish(&self->lines);
	free(self);
}

/* Links lead on from here too. */
static bool describe_view_selection(struct view *view, struct selection *out)
{
	*out = view->selection;
	return true;
}

const struct view_class view_describe = {
	.name = "describe",
	.keys = VIEW_KEYS_DESCRIBE,
	.needs_selection = true,
	.open = describe_view_open,
	.close = describe_view_close,
	.update = describe_view_update,
	.draw = text_view_draw,
	.event = text_view_event,
	.act = text_view_act,
	.selection = describe_view_selection,
	.filter = text_view_search,
	.filter_text = text_view_searched,
	.title = text_view_title,
};
