/* `mqdeck get VIEW [NAME]`: any sheet once, as a table, JSON or YAML. */
#ifndef MQDECK_VIEWS_CLI_GET_H
#define MQDECK_VIEWS_CLI_GET_H

#include <stdbool.h>
#include <stdio.h>

#include "views/session/session.h"
#include "views/sheets/sheet.h"

enum cli_get_format { CLI_GET_TABLE, CLI_GET_WIDE, CLI_GET_JSON, CLI_GET_YAML };

/* "table", "wide", "json", "yaml" as permitted by options.def. */
enum cli_get_format cli_get_format_parse(const char *word);

/* Waits until everything was read or failed, at most settle_ms. */
const struct world_view *cli_get_settle(struct session *session, int64_t settle_ms);

/* Waits until everything was read or failed, at most settle_ms, and writes the rows to out. What could not be read
 * is said on err_out, a sentence each, and gives false; what could be is written all the same. */
bool cli_get_run(struct session *session, const struct sheet *sheet, const char *name, enum cli_get_format format,
		 int64_t settle_ms, FILE *out, FILE *err_out);

#endif
