/* Rows of a sheet on paper, wherever they come from: one world or several. */
#ifndef MQDECK_VIEWS_CLI_CLI_ROWS_H
#define MQDECK_VIEWS_CLI_CLI_ROWS_H

#include <stdio.h>

#include "views/sheets/sheet.h"

struct cli_rows {
	const struct sheet *sheet; /* its columns are written */
	size_t count;
	struct sheet_row *(*at)(void *data, size_t position); /* valid until the next call */
	void *data;
};

enum cli_rows_format { CLI_ROWS_TABLE, CLI_ROWS_WIDE, CLI_ROWS_JSON, CLI_ROWS_YAML };

/* "table", "wide", "json", "yaml" as permitted by options.def. */
enum cli_rows_format cli_rows_format_parse(const char *word);
void cli_rows_write(const struct cli_rows *rows, enum cli_rows_format format, FILE *out);

#endif
