/* What a cursor is on, by name: a row that is remembered without being held, and found again in the next world. */
#ifndef MQDECK_VIEWS_SHEETS_SELECTION_H
#define MQDECK_VIEWS_SHEETS_SELECTION_H

#include "views/sheets/sheet.h"

enum selection_kind {
	SELECTION_CLUSTER,
	SELECTION_BROKER,
	SELECTION_VOLUME,
	SELECTION_SERVICE,
	SELECTION_NODE,
	SELECTION_POD,
	SELECTION_REPLICATED,
	SELECTION_QUEUE,
	SELECTION_TOPIC,
	SELECTION_GROUP,
	SELECTION_EVENT,
	SELECTION_KINDS
};

enum { SELECTION_TEXT_MAX = 512 };

struct selection {
	enum selection_kind kind;
	char cluster[SELECTION_TEXT_MAX]; /* key, "" when it belongs to none */
	char namespace[256], name[SELECTION_TEXT_MAX];
	char node[256];                   /* it is on or is; "" unknown */
	char broker[256];                 /* pod name; "" none */
	char key[SELECTION_TEXT_MAX * 2]; /* the sheet's key of the row */
};

/* The selection of a row; false for an unknown sheet. */
bool selection_of_row(const struct sheet *sheet, struct sheet_row *row, struct selection *out);
/* The sheet that lists such selections. */
const struct sheet *selection_sheet(enum selection_kind kind);
const char *selection_kind_word(enum selection_kind kind); /* "broker" */
/* API path of the Kubernetes object behind it (free() it); NULL for what only the brokers know. */
char *selection_path(const struct selection *selection);
/* The same of whatever runs a broker cluster: its StatefulSet or custom resource. */
char *selection_cluster_path(const struct world_cluster *cluster);

#endif
