/* What a cursor is on, by name: a row that is remembered without being held, and found again in the next world. */
#ifndef MQDECK_VIEWS_SHEETS_SELECTION_H
#define MQDECK_VIEWS_SHEETS_SELECTION_H

#include "views/sheets/sheet.h"

enum { SELECTION_TEXT_MAX = 512 };

struct selection {
	const struct sheet *sheet;        /* which lists such rows */
	char cluster[SELECTION_TEXT_MAX]; /* key, "" when it belongs to none */
	char namespace[256], name[SELECTION_TEXT_MAX];
	char node[256];                   /* it is on or is; "" unknown */
	char broker[256];                 /* pod name; "" none */
	char key[SELECTION_TEXT_MAX * 2]; /* the sheet's key of the row */
};

void selection_of_row(const struct sheet *sheet, struct sheet_row *row, struct selection *out);
/* API path of the Kubernetes object behind it (free() it); NULL for what only the brokers know. */
char *selection_path(const struct selection *selection, const struct world_view *world);

#endif
