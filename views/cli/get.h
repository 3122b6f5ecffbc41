/* `mqdeck get VIEW [NAME]`: any sheet once, as a table, JSON or YAML. */
#ifndef MQDECK_VIEWS_CLI_GET_H
#define MQDECK_VIEWS_CLI_GET_H

#include <stdbool.h>
#include <stdio.h>

#include "views/session/session.h"
#include "views/sheets/sheet.h"

/* Waits until everything was read or failed, at most settle_ms. */
const struct world_view *cli_get_settle(struct session *session, int64_t settle_ms);

#endif
