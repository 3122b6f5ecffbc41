/* The state of a table: cursor, marks, sort order, filter. Everything is remembered by the key of a row, since row
 * numbers change with each refresh. */
#include "tui/widgets/table.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/base/str.h"
#include "tui/widgets/table_private.h"

struct table *table_create(const struct table_column *columns, size_t count, const struct table_source *source,
			   void *data)
{
	struct table *table = mem_alloc(sizeof *table);
	table->columns = columns;
	table->column_count = count < TABLE_COLUMNS_MAX ? count : TABLE_COLUMNS_MAX;
	table->source = source;
	table->data = data;
	table->sort_column = table->chosen_column = TABLE_NO_COLUMN;
	table->layout.rect.height = 25; /* a page, until it is drawn */
	table_refresh(table);
	return table;
}

void table_destroy(struct table *table)
{
	if (!table)
		return;
	table_mark_clear(table);
	map_finish(&table->marks);
	pattern_destroy(table->filter);
	buf_finish(&table->texts.text);
	vec_finish(&table->texts.ends);
	vec_finish(&table->order);
	vec_finish(&table->lines);
	free(table->filter_text);
	free(table->key);
	free(table);
}

/* ---- the cursor ---- */

static const char *table_key_of(const struct table *table, size_t line)
{
	return table->source->key(table->data, table->lines.items[line]);
}

static void keep_in_view(struct table *table)
{
	size_t page = (size_t)table_page(table);
	if (table->line < table->top)
		table->top = table->line;
	if (table->line >= table->top + page)
		table->top = table->line - page + 1;
	size_t last_top = table->lines.len > page ? table->lines.len - page : 0;
	if (table->top > last_top)
		table->top = last_top;
}

static void put_cursor(struct table *table, size_t line)
{
	free(table->key);
	table->key = NULL;
	table->line = 0;
	if (table->lines.len > 0) {
		table->line = line < table->lines.len ? line : table->lines.len - 1;
		table->key = mem_strdup(table_key_of(table, table->line));
	}
	keep_in_view(table);
}

static bool find_key(const struct table *table, const char *key, size_t *line)
{
	for (size_t i = 0; i < table->lines.len; i++) {
		if (strcmp(table_key_of(table, i), key) != 0)
			continue;
		*line = i;
		return true;
	}
	return false;
}

/* The object under the cursor stays on the line of the screen where it was (`offset` below the top); when it is gone
 * the cursor stays at the place. */
void table_restore_cursor(struct table *table, size_t offset)
{
	size_t line = table->line;
	if (!table->placed) {
		put_cursor(table, 0);
		return;
	}
	bool same = table->key && line < table->lines.len && strcmp(table_key_of(table, line), table->key) == 0;
	if (!same && table->key && find_key(table, table->key, &line))
		same = true;
	if (same) {
		table->line = line;
		table->top = line > offset ? line - offset : 0;
		keep_in_view(table);
		return;
	}
	put_cursor(table, table->line);
}

static size_t screen_offset(const struct table *table)
{
	return table->line > table->top ? table->line - table->top : 0;
}

static void show_again(struct table *table)
{
	size_t offset = screen_offset(table);
	table_filter_rows(table);
	table_restore_cursor(table, offset);
}

static void forget_lost_marks(struct table *table)
{
	if (table->marks.len == 0)
		return;
	struct map kept = MAP_INIT;
	for (size_t row = 0; row < table->total; row++) {
		const char *key = table->source->key(table->data, row);
		if (map_get(&table->marks, key))
			map_set(&kept, key, table);
	}
	map_finish(&table->marks);
	table->marks = kept;
}

void table_refresh(struct table *table)
{
	table_forget_texts(table);
	table_order_rows(table);
	forget_lost_marks(table);
	show_again(table);
}

/* ---- order and choice ---- */

void table_sort(struct table *table, int column, bool descending)
{
	table->sort_column = column >= 0 && (size_t)column < table->column_count ? column : TABLE_NO_COLUMN;
	table->chosen_column = table->sort_column;
	table->descending = descending;
	table_order_rows(table);
	show_again(table);
}

void table_sort_toggle(struct table *table, int column)
{
	bool again = column == table->sort_column;
	if (again && table->descending) {
		table_sort(table, TABLE_NO_COLUMN, false);
		table->chosen_column = column;
		return;
	}
	table_sort(table, column, again);
}

void table_choose_column(struct table *table, int step)
{
	const struct table_layout *layout = &table->layout;
	if (layout->count == 0)
		return;
	int at = step > 0 ? -1 : (int)layout->count;
	for (size_t i = 0; i < layout->count; i++)
		if (layout->column[i] == table->chosen_column)
			at = (int)i;
	at += step > 0 ? 1 : -1;
	at = at < 0 ? 0 : at >= (int)layout->count ? (int)layout->count - 1 : at;
	table->chosen_column = layout->column[at];
}

void table_sort_chosen(struct table *table)
{
	if (table->chosen_column >= 0)
		table_sort_toggle(table, table->chosen_column);
}

int table_sort_column(const struct table *table)
{
	return table->sort_column;
}

bool table_sort_descending(const struct table *table)
{
	return table->descending;
}

int table_column_by_title(const struct table *table, const char *title)
{
	for (size_t i = 0; i < table->column_count; i++)
		if (strcasecmp(table->columns[i].title, title) == 0)
			return (int)i;
	return TABLE_NO_COLUMN;
}

void table_set_wide(struct table *table, bool wide)
{
	table->wide = wide;
	memset(table->seen, 0, sizeof table->seen);
}

bool table_is_wide(const struct table *table)
{
	return table->wide;
}

void table_set_column_hidden(struct table *table, size_t column, bool hidden)
{
	if (column < table->column_count)
		table->hidden[column] = hidden;
}

bool table_column_hidden(const struct table *table, size_t column)
{
	return column >= table->column_count || table->hidden[column];
}

bool table_set_filter(struct table *table, const char *text, struct err *err)
{
	struct pattern *filter = NULL;
	bool none = str_empty(text) || str_eq(text, "!");
	if (!none) {
		filter = pattern_compile(text, PATTERN_NO_CASE | PATTERN_INVERSE, err);
		if (!filter)
			return false;
	}
	pattern_destroy(table->filter);
	free(table->filter_text);
	table->filter = filter;
	table->filter_text = none ? NULL : mem_strdup(text);
	if (!filter)
		table_forget_texts(table);
	show_again(table);
	return true;
}

const char *table_filter(const struct table *table)
{
	return str_or(table->filter_text, "");
}

void table_set_keep(struct table *table, table_keep_fn *keep, void *data)
{
	table->keep = keep;
	table->keep_data = data;
	show_again(table);
}

/* ---- counts and the cursor, from outside ---- */

size_t table_shown(const struct table *table)
{
	return table->lines.len;
}

size_t table_total(const struct table *table)
{
	return table->total;
}

int64_t table_row_at(const struct table *table, size_t line)
{
	return line < table->lines.len ? (int64_t)table->lines.items[line] : TABLE_NO_ROW;
}

int64_t table_row(const struct table *table)
{
	return table_row_at(table, table->line);
}

const char *table_key(const struct table *table)
{
	return table->key;
}

size_t table_line(const struct table *table)
{
	return table->line;
}

bool table_select_key(struct table *table, const char *key)
{
	size_t line;
	if (!find_key(table, key, &line))
		return false;
	table_select_line(table, line);
	return true;
}

void table_select_line(struct table *table, size_t line)
{
	table->placed = true;
	put_cursor(table, line);
}

bool table_move(struct table *table, enum table_motion motion)
{
	const int64_t page = table_page(table), half = page / 2 > 0 ? page / 2 : 1, all = (int64_t)table->lines.len;
	const int64_t steps[] = {
		[TABLE_UP] = -1,         [TABLE_DOWN] = 1,         [TABLE_PAGE_UP] = -page, [TABLE_PAGE_DOWN] = page,
		[TABLE_HALF_UP] = -half, [TABLE_HALF_DOWN] = half, [TABLE_TOP] = -all,      [TABLE_BOTTOM] = all,
	};
	int64_t line = (int64_t)table->line + steps[motion];
	table->placed = true;
	line = line >= all ? all - 1 : line;
	line = line < 0 ? 0 : line;
	if ((size_t)line == table->line)
		return false;
	/* A page moves what is seen, not only the cursor, so that the eye keeps its place. */
	if (motion == TABLE_PAGE_UP || motion == TABLE_PAGE_DOWN) {
		int64_t top = (int64_t)table->top + steps[motion];
		table->top = top < 0 ? 0 : (size_t)top;
	}
	put_cursor(table, (size_t)line);
	return true;
}

/* ---- marks ---- */

bool table_is_marked(const struct table *table, const char *key)
{
	return table->marks.len > 0 && map_get(&table->marks, key) != NULL;
}

static void remember_mark(struct table *table)
{
	free(table->mark_from);
	table->mark_from = mem_strdup(table->key);
}

void table_mark_toggle(struct table *table)
{
	if (!table->key)
		return;
	if (table_is_marked(table, table->key))
		map_remove(&table->marks, table->key);
	else
		map_set(&table->marks, table->key, table);
	remember_mark(table);
}

void table_mark_range(struct table *table)
{
	if (!table->key)
		return;
	size_t from = table->line;
	if (table->mark_from && !find_key(table, table->mark_from, &from))
		from = table->line;
	size_t to = table->line;
	size_t first = from < to ? from : to, last = from < to ? to : from;
	for (size_t line = first; line <= last; line++)
		map_set(&table->marks, table_key_of(table, line), table);
	remember_mark(table);
}

void table_mark_clear(struct table *table)
{
	map_finish(&table->marks);
	table->marks = MAP_INIT;
	free(table->mark_from);
	table->mark_from = NULL;
}

size_t table_marked_count(const struct table *table)
{
	size_t count = 0;
	for (size_t line = 0; table->marks.len > 0 && line < table->lines.len; line++)
		count += table_is_marked(table, table_key_of(table, line));
	return count;
}

void table_each_chosen(const struct table *table, void (*fn)(void *data, size_t row), void *data)
{
	bool any = false;
	for (size_t line = 0; table->marks.len > 0 && line < table->lines.len; line++) {
		if (!table_is_marked(table, table_key_of(table, line)))
			continue;
		any = true;
		fn(data, table->lines.items[line]);
	}
	if (!any && table->key)
		fn(data, table->lines.items[table->line]);
}
