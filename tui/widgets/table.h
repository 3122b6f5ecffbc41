/* A table of typed cells: sorted, filtered, marked, scrolled, with a cursor that stays on its object while rows
 * move. Until somebody has put it there it has none: it is on the first row, so that what comes to the top is seen.
 *
 * Rows are asked for by number from a source; only rows on the screen are formatted. The table never owns rows: call
 * table_refresh() when they changed. Between that and the next change row numbers and what key() and cell() give
 * must hold still. */
#ifndef MQDECK_TUI_WIDGETS_TABLE_H
#define MQDECK_TUI_WIDGETS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/cell.h"
#include "api/base/err.h"
#include "api/base/mem.h"
#include "tui/draw/canvas.h"
#include "tui/keys/event.h"

struct table;

struct table_column {
	const char *title;   /* static */
	enum cell_type type; /* numeric ones are right-aligned; CELL_FRACTION is drawn as a bar where there is room */
	uint8_t min, max;    /* columns on the terminal; max 0 = what the content needs */
	uint8_t flex;        /* share of the room that is left over; 0 = none */
	uint8_t priority;    /* 0 stays; the highest number is hidden first on a narrow terminal */
	bool wide;           /* shown only in wide mode */
};

struct table_source {
	size_t (*count)(void *data);
	/* A stable, unique id ("namespace/name"). Borrowed until the next call. */
	const char *(*key)(void *data, size_t row);
	/* Text in the cell is borrowed until the next call. */
	struct cell (*cell)(void *data, size_t row, size_t column);
	/* How bad the row as a whole is: sign in front, colour of its first column. NULL = none. */
	enum severity (*severity)(void *data, size_t row);
};

enum { TABLE_NO_ROW = -1, TABLE_NO_COLUMN = -1, TABLE_COLUMNS_MAX = 64 };

/* columns and source are borrowed and outlive the table. */
struct table *table_create(const struct table_column *columns, size_t count, const struct table_source *source,
			   void *data);
void table_destroy(struct table *table); /* NULL is fine */
DEFINE_CLEANUP(struct table *, table_destroy);

/* The rows changed: sorts and filters anew, keeps the cursor on its key. */
void table_refresh(struct table *table);
void table_draw(struct table *table, struct canvas *canvas, struct rect rect, bool focused);

/* ---- order and choice ---- */
void table_sort(struct table *table, int column, bool descending); /* TABLE_NO_COLUMN = the source's order */
void table_sort_toggle(struct table *table, int column);           /* again on the same column inverts, then none */
void table_choose_column(struct table *table, int step); /* moves the underlined choice along the shown columns */
void table_sort_chosen(struct table *table);             /* sorts by it, again inverts, then none */
int table_sort_column(const struct table *table);
bool table_sort_descending(const struct table *table);
int table_column_by_title(const struct table *table, const char *title); /* case ignored; TABLE_NO_COLUMN */

void table_set_wide(struct table *table, bool wide);
bool table_is_wide(const struct table *table);
void table_set_column_hidden(struct table *table, size_t column, bool hidden);
bool table_column_hidden(const struct table *table, size_t column);

/* A regular expression over the row's text (all its cells, those not shown too, joined by two spaces), without
 * regard to case; "!re" inverts; "" or NULL = all rows. On failure the filter stays as it was. */
bool table_set_filter(struct table *table, const char *text, struct err *err) MUST_USE;
const char *table_filter(const struct table *table); /* "" when none */
/* A second filter in code, such as faults only; NULL = none. */
typedef bool table_keep_fn(void *data, size_t row);
void table_set_keep(struct table *table, table_keep_fn *keep, void *data);

/* ---- counts, cursor, marks. "Row" is the source's number; "line" counts what is shown, from 0. ---- */
size_t table_shown(const struct table *table); /* lines */
size_t table_total(const struct table *table); /* rows */
int64_t table_row(const struct table *table);  /* under the cursor; TABLE_NO_ROW when empty */
int64_t table_row_at(const struct table *table, size_t line);
const char *table_key(const struct table *table); /* of the row under the cursor; NULL when empty */
size_t table_line(const struct table *table);
bool table_select_key(struct table *table, const char *key); /* false when it is not shown */
void table_select_line(struct table *table, size_t line);

enum table_motion {
	TABLE_UP,
	TABLE_DOWN,
	TABLE_PAGE_UP,
	TABLE_PAGE_DOWN,
	TABLE_HALF_UP,
	TABLE_HALF_DOWN,
	TABLE_TOP,
	TABLE_BOTTOM
};
bool table_move(struct table *table, enum table_motion motion); /* false when the cursor did not move */

void table_mark_toggle(struct table *table); /* of the row under the cursor */
void table_mark_range(struct table *table);  /* from the last mark to the cursor */
void table_mark_clear(struct table *table);
size_t table_marked_count(const struct table *table); /* of the lines shown: what a filter hides is not acted on */
bool table_is_marked(const struct table *table, const char *key);
/* Calls fn for each marked row in the order shown; when none is marked, for the row under the cursor. */
void table_each_chosen(const struct table *table, void (*fn)(void *data, size_t row), void *data);

/* ---- input ---- */
enum table_answer { TABLE_IGNORED, TABLE_TOOK, TABLE_ACTIVATED /* Enter or a double click */ };
/* Arrows, j k g G, PageUp/Down, Ctrl-F/B, Home/End, Space, Ctrl-Space, Ctrl-\, Shift-Left/Right, Shift-O, Enter, and
 * the mouse inside the rectangle it was drawn into last. */
enum table_answer table_event(struct table *table, const struct event *event);

#endif
