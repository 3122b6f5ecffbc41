/* The inside of a table. Private to tui/widgets/table*.c. */
#ifndef MQDECK_TUI_WIDGETS_TABLE_PRIVATE_H
#define MQDECK_TUI_WIDGETS_TABLE_PRIVATE_H

#include "api/base/buf.h"
#include "api/base/map.h"
#include "api/base/vec.h"
#include "tui/widgets/pattern.h"
#include "tui/widgets/table.h"

/* The text of every row, kept while a filter is being typed: a keystroke then costs matching alone. */
struct table_texts {
	struct buf text;
	VEC(uint32_t) ends; /* of row i in text */
	bool valid;
};

/* Where things were drawn last, for the mouse and for moving by pages. */
struct table_layout {
	struct rect rect;
	size_t count; /* columns drawn */
	uint8_t column[TABLE_COLUMNS_MAX];
	int x[TABLE_COLUMNS_MAX], width[TABLE_COLUMNS_MAX];
};

struct table {
	const struct table_column *columns;
	size_t column_count;
	const struct table_source *source;
	void *data;

	size_t total;
	VEC(uint32_t) order; /* every row, sorted */
	VEC(uint32_t) lines; /* what is shown of it */

	char *key; /* of the row under the cursor; NULL when there is none */
	size_t line, top;
	bool placed; /* somebody put the cursor where it is */

	struct map marks; /* key → the table itself */
	char *mark_from;  /* where a range begins */

	int sort_column, chosen_column;
	bool descending;
	char *filter_text;
	struct pattern *filter;
	struct table_texts texts;
	table_keep_fn *keep;
	void *keep_data;

	bool wide;
	bool hidden[TABLE_COLUMNS_MAX];
	int seen[TABLE_COLUMNS_MAX]; /* widest content so far: columns grow and do not shrink, so nothing jumps */
	struct table_layout layout;
};

/* Lines that fit. */
static inline int table_page(const struct table *table)
{
	int page = table->layout.rect.height - 1;
	return page > 1 ? page : 1;
}

/* table_order.c */
void table_order_rows(struct table *table);  /* fills `order` */
void table_filter_rows(struct table *table); /* fills `lines` from `order` */
void table_forget_texts(struct table *table);

/* table.c: after `lines` changed */
void table_restore_cursor(struct table *table, size_t offset);

#endif
