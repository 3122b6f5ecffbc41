/* A row as a record: the fields of its sheet as JSON or YAML, for scripts and for what only the brokers know. */
#ifndef MQDECK_VIEWS_SHEETS_SHEET_RECORD_H
#define MQDECK_VIEWS_SHEETS_SHEET_RECORD_H

#include "api/base/buf.h"
#include "views/sheets/sheet.h"

enum sheet_record_format { SHEET_RECORD_JSON, SHEET_RECORD_YAML };

/* JSON: one object. YAML: one item of a list. */
void sheet_record_append(const struct sheet *sheet, struct sheet_row *row, enum sheet_record_format format,
			 struct buf *out);

/* Appends the row with that key as YAML; false when there is none. */
bool sheet_record_append_by_key(const struct world_view *world, const struct sheet *sheet, const char *key,
				int64_t wall_ms, struct buf *out);

#endif
