/* Rows as JSON and YAML: both have the same fields, and every row has every field, also those that are not known. */
#include "views/sheets/sheet_record.h"

#include "api/base/str.h"

enum { SHEET_RECORD_KEY_MAX = 4096 };

static void append_name(const char *field, enum sheet_record_format format, bool first, struct buf *out)
{
	if (format == SHEET_RECORD_YAML)
		buf_printf(out, "%s%s: ", first ? "- " : "  ", field);
	else
		buf_printf(out, "%s\"%s\":", first ? "{" : ",", field);
}

void sheet_record_append(const struct sheet *sheet, struct sheet_row *row, enum sheet_record_format format,
			 struct buf *out)
{
	bool first = true;
	for (size_t i = 0; i < sheet->column_count; i++) {
		const struct sheet_column *column = &sheet->columns[i];
		if (!column->field)
			continue;
		struct cell cell = column->cell(row);
		append_name(column->field, format, first, out);
		if (format == SHEET_RECORD_YAML) {
			cell_append_yaml(&cell, out);
			buf_append_char(out, '\n');
		} else {
			cell_append_json(&cell, out);
		}
		first = false;
	}
	if (format == SHEET_RECORD_JSON)
		buf_append_char(out, '}');
}

bool sheet_record_append_by_key(const struct world_view *world, const struct sheet *sheet, const char *key,
				int64_t wall_ms, struct buf *out)
{
	struct sheet_rows rows = {0};
	struct sheet_scope everything = {0};
	char this_key[SHEET_RECORD_KEY_MAX];
	bool found = false;
	sheet_rows_collect(&rows, sheet, world, &everything, SHEET_BY_NAME, wall_ms);
	for (size_t i = 0; i < rows.positions.len && !found; i++) {
		struct sheet_row row;
		sheet_rows_fill(&rows, i, &row);
		sheet_key_of(sheet, &row, this_key, sizeof this_key);
		found = str_eq(this_key, key);
		if (found)
			sheet_record_append(sheet, &row, SHEET_RECORD_YAML, out);
	}
	sheet_rows_finish(&rows);
	return found;
}
