/* Cells and columns for the fields that brokers say and that are carried through (the tables *_fields.def of
 * api/rabbitmq and api/kafka/poll), by the type of the field. */
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

#define SHEET_COLUMN_COUNT(title_, field_, help_, cell, priority_)                                                     \
	SHEET_NUMBER(COUNT, title_, field_, help_, cell, SHEET_PRIORITY_##priority_)
#define SHEET_COLUMN_SMALL(title_, field_, help_, cell, priority_)                                                     \
	SHEET_NUMBER(COUNT, title_, field_, help_, cell, SHEET_PRIORITY_##priority_)
#define SHEET_COLUMN_BYTES(title_, field_, help_, cell, priority_)                                                     \
	SHEET_NUMBER(BYTES, title_, field_, help_, cell, SHEET_PRIORITY_##priority_)
#define SHEET_COLUMN_RATE(title_, field_, help_, cell, priority_)                                                      \
	SHEET_NUMBER(RATE, title_, field_, help_, cell, SHEET_PRIORITY_##priority_)
#define SHEET_COLUMN_FLAG(title_, field_, help_, cell, priority_)                                                      \
	SHEET_TEXT(title_, field_, help_, cell, SHEET_PRIORITY_##priority_)
#define SHEET_COLUMN_TEXT(title_, field_, help_, cell, priority_)                                                      \
	SHEET_TEXT(title_, field_, help_, cell, SHEET_PRIORITY_##priority_)
#define SHEET_COLUMN_WORD(title_, field_, help_, cell, priority_)                                                      \
	SHEET_TEXT(title_, field_, help_, cell, SHEET_PRIORITY_##priority_, .max = SHEET_WORD_MAX)

/* 0 = always shown, the highest goes first when the terminal is narrow; WIDE = only when more columns are asked for. */
#define SHEET_PRIORITY_0 .priority = 0
#define SHEET_PRIORITY_1 .priority = 1
#define SHEET_PRIORITY_2 .priority = 2
#define SHEET_PRIORITY_3 .priority = 3
#define SHEET_PRIORITY_4 .priority = 4
#define SHEET_PRIORITY_5 .priority = 5
#define SHEET_PRIORITY_6 .priority = 6
#define SHEET_PRIORITY_7 .priority = 7
#define SHEET_PRIORITY_8 .priority = 8
#define SHEET_PRIORITY_9 .priority = 9
#define SHEET_PRIORITY_WIDE SHEET_WIDE

/* Only what has a column. */
#define SHEET_IF_MAIN(...) __VA_ARGS__
#define SHEET_IF_MORE(...) __VA_ARGS__
#define SHEET_IF_SHOWN(...) __VA_ARGS__
#define SHEET_IF_CARRIED(...)
#define SHEET_IF_HELD(...)

/* Of sheets with two places for such columns, what belongs into the one and into the other. */
#define SHEET_MAIN_MAIN(...) __VA_ARGS__,
#define SHEET_MAIN_MORE(...)
#define SHEET_MAIN_HELD(...)
#define SHEET_MORE_MAIN(...)
#define SHEET_MORE_MORE(...) __VA_ARGS__,
#define SHEET_MORE_HELD(...)

/* Yes or no; unknown when negative. */
static inline struct cell sheet_flag(int flag)
{
	return flag < 0 ? cell_unknown() : cell_bool(flag);
}

#endif
