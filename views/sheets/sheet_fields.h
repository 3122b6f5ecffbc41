/* Cells and columns for the fields that brokers say and that are carried through (api/rabbitmq/queue_fields.def and
 * the like), by the type of the field. */
#ifndef MQDECK_VIEWS_SHEETS_SHEET_FIELDS_H
#define MQDECK_VIEWS_SHEETS_SHEET_FIELDS_H

#include "views/sheets/sheet.h"

enum { SHEET_WORD_MAX = 24 };

#define SHEET_CELL_COUNT(value) sheet_figure(value)
#define SHEET_CELL_SMALL(value) sheet_figure(value)
#define SHEET_CELL_BYTES(value) cell_bytes(value)
#define SHEET_CELL_RATE(value) cell_rate(value)
#define SHEET_CELL_FLAG(value) sheet_flag(value)
#define SHEET_CELL_TEXT(value) sheet_text(value)
#define SHEET_CELL_WORD(value) cell_text(value)

#define SHEET_COLUMN_COUNT(title, field, help, cell, priority_)                                                        \
	SHEET_NUMBER(COUNT, title, field, help, cell, .priority = priority_)
#define SHEET_COLUMN_SMALL(title, field, help, cell, priority_)                                                        \
	SHEET_NUMBER(COUNT, title, field, help, cell, .priority = priority_)
#define SHEET_COLUMN_BYTES(title, field, help, cell, priority_)                                                        \
	SHEET_NUMBER(BYTES, title, field, help, cell, .priority = priority_)
#define SHEET_COLUMN_RATE(title, field, help, cell, priority_)                                                         \
	SHEET_NUMBER(RATE, title, field, help, cell, .priority = priority_)
#define SHEET_COLUMN_FLAG(title, field, help, cell, priority_)                                                         \
	SHEET_TEXT(title, field, help, cell, .priority = priority_)
#define SHEET_COLUMN_TEXT(title, field, help, cell, priority_)                                                         \
	SHEET_TEXT(title, field, help, cell, .priority = priority_, .max = SHEET_WORD_MAX)
#define SHEET_COLUMN_WORD(title, field, help, cell, priority_)                                                         \
	SHEET_TEXT(title, field, help, cell, .priority = priority_, .max = SHEET_WORD_MAX)

/* Only what has a column. */
#define SHEET_IF_SHOWN(...) __VA_ARGS__
#define SHEET_IF_CARRIED(...)
#define SHEET_IF_HELD(...)

/* Yes or no; unknown when negative. */
static inline struct cell sheet_flag(int flag)
{
	return flag < 0 ? cell_unknown() : cell_bool(flag);
}

#endif
