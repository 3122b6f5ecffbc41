/* `mqdeck get VIEW [NAME]`: any sheet once, as a table, JSON or YAML; and the clusters of several contexts. */
#ifndef MQDECK_VIEWS_CLI_GET_H
#define MQDECK_VIEWS_CLI_GET_H

#include <stdbool.h>
#include <stdio.h>

#include "views/cli/commands.h"
#include "views/session/session.h"
#include "views/sheets/sheet.h"

/* Waits until everything was read or failed, at most settle_ms. */
const struct world_view *cli_get_settle(struct session *session, int64_t settle_ms);

struct cli_get_about { /* where to say what could not be read */
	FILE *out;
	const char *context; /* NULL: there is only one */
};
/* about "" = all of it. Cleaned. */
void cli_get_say(const struct cli_get_about *to, const char *about, const char *sentence);
/* A sentence for each part that the sheet leans on and that could not be read; false when there is one. */
bool cli_get_report(const struct world_view *world, const struct sheet *sheet, const struct cli_get_about *to);

int cli_get_fleet(const struct cli_command_line *line, const struct sheet *sheet); /* `get clusters --fleet` */

#endif
