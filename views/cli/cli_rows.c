/* Rows of a sheet on paper: JSON and YAML for programs, a table for people. */
#include "views/cli/cli_rows.h"

#include <string.h>

#include "api/base/buf.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/base/text.h"
#include "views/sheets/sheet_record.h"

enum { CLI_ROWS_OUTPUT_MAX = 1 << 30, CLI_ROWS_CELL_MAX = 4096 };

/* "table", "wide", "json", "yaml" as permitted by options.def. */
enum cli_rows_format cli_rows_format_parse(const char *word)
{
	static const char *const words[] = {[CLI_ROWS_TABLE] = "table",
					    [CLI_ROWS_WIDE] = "wide",
					    [CLI_ROWS_JSON] = "json",
					    [CLI_ROWS_YAML] = "yaml"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_eq(words[i], word))
			return (enum cli_rows_format)i;
	}
	return CLI_ROWS_TABLE;
}

/* ---- JSON and YAML ---- */

static void write_records(const struct cli_rows *rows, bool yaml, FILE *out)
{
	struct buf text = BUF_INIT(CLI_ROWS_OUTPUT_MAX);
	if (!yaml)
		fputc('[', out);
	else if (rows->count == 0)
		fputs("[]\n", out);
	for (size_t i = 0; i < rows->count; i++) {
		struct sheet_row *row = rows->at(rows->data, i);
		buf_clear(&text);
		sheet_record_append(rows->sheet, row, yaml ? SHEET_RECORD_YAML : SHEET_RECORD_JSON, &text);
		if (!yaml)
			fputs(i ? ",\n " : "\n ", out);
		fwrite(text.data, 1, text.len, out);
	}
	if (!yaml)
		fputs(rows->count ? "\n]\n" : "]\n", out);
	buf_finish(&text);
}

/* ---- a table for people ---- */

static bool is_printed(const struct sheet_column *column, bool wide)
{
	return column->title && (wide || !(column->flags & SHEET_COLUMN_WIDE));
}

static size_t format_cell(const struct sheet_column *column, struct sheet_row *row, char *out, size_t size)
{
	struct cell cell = column->cell(row);
	cell_format(&cell, out, size, false);
	return text_width(out);
}

static void put_padded(FILE *out, const char *text, size_t width, size_t to, bool right, bool last)
{
	int fill = to > width ? (int)(to - width) : 0;
	if (right)
		fprintf(out, "%*s%s", fill, "", text);
	else
		fprintf(out, "%s%*s", text, last ? 0 : fill, "");
	fputs(last ? "\n" : "  ", out);
}

static void write_table(const struct cli_rows *rows, bool wide, FILE *out)
{
	const struct sheet *sheet = rows->sheet;
	CLEANUP(free) size_t *widths = mem_alloc(sheet->column_count * sizeof *widths);
	char text[CLI_ROWS_CELL_MAX];
	size_t last = 0;
	for (size_t c = 0; c < sheet->column_count; c++) {
		if (!is_printed(&sheet->columns[c], wide))
			continue;
		last = c;
		widths[c] = strlen(sheet->columns[c].title);
	}
	for (size_t i = 0; i < rows->count; i++) {
		struct sheet_row *row = rows->at(rows->data, i);
		for (size_t c = 0; c < sheet->column_count; c++) {
			if (!is_printed(&sheet->columns[c], wide))
				continue;
			size_t width = format_cell(&sheet->columns[c], row, text, sizeof text);
			widths[c] = width > widths[c] ? width : widths[c];
		}
	}
	for (size_t c = 0; c <= last; c++) {
		if (is_printed(&sheet->columns[c], wide))
			put_padded(out, sheet->columns[c].title, strlen(sheet->columns[c].title), widths[c],
				   cell_is_numeric(sheet->columns[c].type), c == last);
	}
	for (size_t i = 0; i < rows->count; i++) {
		struct sheet_row *row = rows->at(rows->data, i);
		for (size_t c = 0; c <= last; c++) {
			if (!is_printed(&sheet->columns[c], wide))
				continue;
			size_t width = format_cell(&sheet->columns[c], row, text, sizeof text);
			put_padded(out, text, width, widths[c], cell_is_numeric(sheet->columns[c].type), c == last);
		}
	}
}

void cli_rows_write(const struct cli_rows *rows, enum cli_rows_format format, FILE *out)
{
	if (format == CLI_ROWS_JSON || format == CLI_ROWS_YAML)
		write_records(rows, format == CLI_ROWS_YAML, out);
	else
		write_table(rows, format == CLI_ROWS_WIDE, out);
}
