/* Widths of columns, what is cut or dropped when there is too little room, and drawing the rows that are seen. */
#include "tui/widgets/table_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tui/draw/chart.h"

enum {
	CELL_TEXT_MAX = 512,
	GUTTER = 2, /* sign of the row, mark */
	WIDE_GAP = 2,
	NARROW_GAP = 1,
	PERCENT_WIDTH = 5, /* sign and "100%" */
	BAR_GAP = 1,
	BAR_MIN = 4,
	COMFORTABLE = 20,
};

/* ---- columns ---- */

static int title_width(const struct table *table, size_t column)
{
	return canvas_text_width(table->columns[column].title) + (table->sort_column == (int)column);
}

static bool has_sign(const struct cell *cell)
{
	return cell->severity == SEV_WARN || cell->severity == SEV_BAD;
}

static int cell_width(const struct cell *cell, bool ascii)
{
	char text[CELL_TEXT_MAX];
	if (cell->type == CELL_FRACTION)
		return PERCENT_WIDTH;
	cell_format(cell, text, sizeof text, ascii);
	return canvas_text_width(text) + (has_sign(cell) ? 2 : 0);
}

static void table_measure(struct table *table, bool ascii)
{
	size_t end = table->top + (size_t)table_page(table);
	end = end < table->lines.len ? end : table->lines.len;
	for (size_t column = 0; column < table->column_count; column++)
		for (size_t line = table->top; line < end; line++) {
			struct cell cell = table->source->cell(table->data, table->lines.items[line], column);
			int width = cell_width(&cell, ascii);
			if (width > table->seen[column])
				table->seen[column] = width;
		}
}

/* The narrowest that still says something. A figure that is cut says something else. */
static int least_width(const struct table *table, size_t column)
{
	int least = table->columns[column].min > 0 ? table->columns[column].min : title_width(table, column);
	if (cell_is_numeric(table->columns[column].type) && table->seen[column] > least)
		least = table->seen[column];
	return least > 0 ? least : 1;
}

static int table_wanted_width(const struct table *table, size_t column)
{
	int width = title_width(table, column);
	int least = least_width(table, column), most = table->columns[column].max;
	width = table->seen[column] > width ? table->seen[column] : width;
	width = width < least ? least : width;
	return most > 0 && width > most ? most : width;
}

static int total_width(const struct table_layout *layout, int gap)
{
	int total = GUTTER;
	for (size_t i = 0; i < layout->count; i++)
		total += layout->width[i] + (i > 0 ? gap : 0);
	return total;
}

static void drop_column(struct table_layout *layout, size_t at)
{
	size_t after = layout->count - at - 1;
	memmove(layout->column + at, layout->column + at + 1, after * sizeof layout->column[0]);
	memmove(layout->width + at, layout->width + at + 1, after * sizeof layout->width[0]);
	layout->count--;
}

/* Takes room from the column that has most to spare. */
static bool squeeze_one(const struct table *table, struct table_layout *layout)
{
	int best = 0, spare_of_best = 0;
	for (size_t i = 0; i < layout->count; i++) {
		int spare = layout->width[i] - least_width(table, layout->column[i]);
		if (spare <= spare_of_best)
			continue;
		spare_of_best = spare;
		best = (int)i;
	}
	if (spare_of_best == 0)
		return false;
	layout->width[best]--;
	return true;
}

static bool drop_one(const struct table *table, struct table_layout *layout)
{
	size_t worst = layout->count;
	for (size_t i = 0; i < layout->count; i++) {
		unsigned priority = table->columns[layout->column[i]].priority;
		if (priority > 0 &&
		    (worst == layout->count || priority >= table->columns[layout->column[worst]].priority))
			worst = i;
	}
	if (worst == layout->count)
		return false;
	drop_column(layout, worst);
	return true;
}

/* With texts cut to what can still be recognized: below this a column less is better. */
static int comfortable_total(const struct table *table, const struct table_layout *layout, int gap)
{
	int total = GUTTER;
	for (size_t i = 0; i < layout->count; i++) {
		int least = least_width(table, layout->column[i]), width = layout->width[i];
		int enough = least > COMFORTABLE ? least : COMFORTABLE;
		total += (width < enough ? width : enough) + (i > 0 ? gap : 0);
	}
	return total;
}

static void share_rest(const struct table *table, struct table_layout *layout, int rest)
{
	int shares = 0;
	for (size_t i = 0; i < layout->count; i++)
		shares += table->columns[layout->column[i]].flex;
	for (size_t i = 0; i < layout->count && shares > 0; i++) {
		const struct table_column *column = &table->columns[layout->column[i]];
		int more = rest * column->flex / shares;
		if (column->max > 0 && layout->width[i] + more > column->max)
			more = column->max - layout->width[i];
		layout->width[i] += more > 0 ? more : 0;
	}
}

static void table_lay_out(struct table *table, struct rect rect)
{
	struct table_layout *layout = &table->layout;
	int gap = WIDE_GAP;
	layout->rect = rect;
	layout->count = 0;
	for (size_t column = 0; column < table->column_count; column++) {
		if (table->hidden[column] || (table->columns[column].wide && !table->wide))
			continue;
		layout->column[layout->count] = (uint8_t)column;
		layout->width[layout->count++] = table_wanted_width(table, column);
	}
	if (total_width(layout, gap) > rect.width)
		gap = NARROW_GAP;
	while (comfortable_total(table, layout, gap) > rect.width && drop_one(table, layout))
		continue;
	while (total_width(layout, gap) > rect.width && squeeze_one(table, layout))
		continue;
	if (total_width(layout, WIDE_GAP) <= rect.width)
		gap = WIDE_GAP;
	int rest = rect.width - total_width(layout, gap);
	if (rest > 0)
		share_rest(table, layout, rest);
	int x = rect.x + GUTTER;
	for (size_t i = 0; i < layout->count; i++) {
		int room = rect.x + rect.width - x;
		layout->width[i] = layout->width[i] < room ? layout->width[i] : room > 0 ? room : 0;
		layout->x[i] = x;
		x += layout->width[i] + gap;
	}
}

/* ---- drawing ---- */

/* What a fraction leaves for its bar; 0 when that is too little. */
static int bar_width(int width)
{
	int bar = width - PERCENT_WIDTH - BAR_GAP;
	return bar >= BAR_MIN ? bar : 0;
}

static void table_draw_header(const struct table *table, struct canvas *canvas)
{
	const struct table_layout *layout = &table->layout;
	canvas_fill(canvas, (struct rect){layout->rect.y, layout->rect.x, 1, layout->rect.width}, STYLE_HEADER, ' ');
	for (size_t i = 0; i < layout->count; i++) {
		const struct table_column *column = &table->columns[layout->column[i]];
		char title[64];
		bool sorted = table->sort_column == layout->column[i];
		const char *up = canvas->ascii ? "^" : "↑", *down = canvas->ascii ? "v" : "↓";
		style_t style = STYLE_HEADER | (table->chosen_column == layout->column[i] ? STYLE_UNDERLINE : 0);
		snprintf(title, sizeof title, "%s%s", column->title, !sorted ? "" : table->descending ? down : up);
		bool barred = column->type == CELL_FRACTION && bar_width(layout->width[i]) > 0;
		bool right = cell_is_numeric(column->type) && !barred;
		int width = canvas_text_width(title);
		int lead = right && width < layout->width[i] ? layout->width[i] - width : 0;
		canvas_put(canvas, layout->rect.y, layout->x[i] + lead, layout->width[i] - lead, style, title);
	}
}

static style_t cell_style(const struct cell *cell)
{
	if (cell->severity != SEV_NONE)
		return severity_style(cell->severity);
	if (cell->type == CELL_UNKNOWN)
		return STYLE_UNKNOWN;
	return cell->type == CELL_NONE ? STYLE_DIM : STYLE_TEXT;
}

static void draw_fraction(struct canvas *canvas, int y, int x, int width, const struct cell *cell)
{
	char text[16];
	style_t style = cell->severity != SEV_NONE ? severity_style(cell->severity) : STYLE_TEXT;
	int bar = bar_width(width);
	chart_bar(canvas, y, x, bar, cell->real, has_sign(cell) ? style : STYLE_BAR_FULL);
	snprintf(text, sizeof text, "%s%.0f%%", has_sign(cell) ? severity_sign(cell->severity, canvas->ascii) : "",
		 cell->real * 100);
	canvas_put_right(canvas, y, x + bar, width - bar, style, text);
}

static void draw_cell(struct canvas *canvas, int y, int x, int width, enum cell_type type, const struct cell *cell,
		      style_t row_style)
{
	char text[CELL_TEXT_MAX], signed_text[CELL_TEXT_MAX + 8];
	if (cell->type == CELL_FRACTION) {
		draw_fraction(canvas, y, x, width, cell);
		return;
	}
	style_t style = cell_style(cell);
	style = style == STYLE_TEXT ? row_style : style;
	cell_format(cell, text, sizeof text, canvas->ascii);
	const char *shown = text;
	if (has_sign(cell)) {
		snprintf(signed_text, sizeof signed_text, "%s %s", severity_sign(cell->severity, canvas->ascii), text);
		shown = signed_text;
	}
	if (cell_is_numeric(type))
		canvas_put_right(canvas, y, x, width, style, shown);
	else
		canvas_put_fit(canvas, y, x, width, style, shown);
}

static void draw_gutter(const struct table *table, struct canvas *canvas, int y, size_t row, enum severity severity)
{
	int x = table->layout.rect.x;
	if (severity != SEV_NONE)
		canvas_put(canvas, y, x, 1, severity_style(severity), severity_sign(severity, canvas->ascii));
	if (table_is_marked(table, table->source->key(table->data, row)))
		canvas_glyph(canvas, y, x + 1, STYLE_MARK, canvas->ascii ? '+' : 0x2713);
}

static void table_draw_row(const struct table *table, struct canvas *canvas, int y, size_t row)
{
	const struct table_layout *layout = &table->layout;
	enum severity severity = table->source->severity ? table->source->severity(table->data, row) : SEV_NONE;
	bool bad = severity == SEV_WARN || severity == SEV_BAD;
	draw_gutter(table, canvas, y, row, severity);
	for (size_t i = 0; i < layout->count; i++) {
		struct cell cell = table->source->cell(table->data, row, layout->column[i]);
		style_t style = i == 0 && bad ? severity_style(severity) : STYLE_TEXT;
		draw_cell(canvas, y, layout->x[i], layout->width[i], table->columns[layout->column[i]].type, &cell,
			  style);
	}
}

void table_draw(struct table *table, struct canvas *canvas, struct rect rect, bool focused)
{
	rect = rect_clip(rect, canvas_rect(canvas));
	if (rect.width != table->layout.rect.width)
		memset(table->seen, 0, sizeof table->seen);
	size_t offset = table->line > table->top ? table->line - table->top : 0;
	table->layout.rect = rect;
	table_restore_cursor(table, offset);
	table_measure(table, canvas->ascii);
	table_lay_out(table, rect);
	if (rect.height < 1)
		return;
	table_draw_header(table, canvas);
	for (int i = 0; i < rect.height - 1; i++) {
		size_t line = table->top + (size_t)i;
		int y = rect.y + 1 + i;
		canvas_fill(canvas, (struct rect){y, rect.x, 1, rect.width}, STYLE_TEXT, ' ');
		if (line >= table->lines.len)
			continue;
		table_draw_row(table, canvas, y, table->lines.items[line]);
		if (line == table->line)
			canvas_modify(canvas, (struct rect){y, rect.x, 1, rect.width},
				      focused ? STYLE_ON_CURSOR : STYLE_BOLD);
	}
}
