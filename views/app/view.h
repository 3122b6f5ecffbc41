/* A view is what fills the screen between header and bottom line: a const struct of functions and one line in
 * views.def. Views stand on a stack; Esc goes back. A view remembers objects by key and looks them up in the world
 * at each update. */
#ifndef MQDECK_VIEWS_APP_VIEW_H
#define MQDECK_VIEWS_APP_VIEW_H

#include <stdbool.h>

#include "api/base/buf.h"
#include "tui/draw/canvas.h"
#include "tui/keys/event.h"
#include "views/sheets/sheet.h"

struct app;
struct view;

/* X(ID, name shown in help) in keys.def's scopes: from the innermost outwards a key is looked up in the view's own
 * scope, then in GLOBAL. */
enum view_keys {
	VIEW_KEYS_GLOBAL,
	VIEW_KEYS_DECK,
	VIEW_KEYS_TABLE,
	VIEW_KEYS_NODES,
	VIEW_KEYS_MATRIX,
	VIEW_KEYS_TEXT,
	VIEW_KEYS_DESCRIBE,
	VIEW_KEYS_LOGS,
	VIEW_KEYS_MENU,
	VIEW_KEYS_PLAN,
	VIEW_KEYS_OPERATIONS,
	VIEW_KEYS_SCOPES
};

enum action {
	ACTION_NONE = -1,
#define X(id, name, hint, help, function) ACTION_##id,
#include "views/app/actions.def"
#undef X
	ACTION_COUNT
};

/* What the cursor is on, by name: remembered across frames, passed to the views that show it. */
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

/* Owned copies of a scope's strings. */
struct view_scope {
	char namespace[256], cluster[SELECTION_TEXT_MAX], node[256], broker[SELECTION_TEXT_MAX],
		name[SELECTION_TEXT_MAX];
};
struct sheet_scope view_scope_borrow(const struct view_scope *scope);

struct view_class {
	const char *name; /* in crumbs and on the command line */
	enum view_keys keys;
	bool needs_selection; /* opened on what the cursor is on */
	void (*open)(struct view *view);
	void (*close)(struct view *view);
	void (*update)(struct view *view); /* the world changed, or time passed */
	void (*draw)(struct view *view, struct canvas *canvas, struct rect rect);
	bool (*event)(struct view *view, const struct event *event); /* before the keymap; true when taken */
	bool (*act)(struct view *view, enum action action);          /* actions without a function in actions.def */
	bool (*selection)(struct view *view, struct selection *out); /* false when the cursor is on nothing */
	/* Each marked row, in the order shown; the one under the cursor when none is marked. NULL: there are no
	 * marks. */
	void (*chosen)(struct view *view, void (*fn)(void *data, const struct selection *selection), void *data);
	bool (*filter)(struct view *view, const char *text, struct err *err); /* NULL: `/` does nothing here */
	const char *(*filter_text)(struct view *view);
	void (*title)(struct view *view, struct buf *out); /* "Brokers (6)"; NULL = name */
};

struct view {
	const struct view_class *class;
	struct app *app;
	const struct sheet *sheet; /* of table views */
	struct view_scope scope;
	struct selection selection; /* of views that show one object */
	void *state;                /* the class's own */
};

#define X(variable, names, help) extern const struct view_class variable;
#include "views/console/views.def"
#undef X
const struct view_class *view_of_sheet(const struct sheet *sheet); /* that sheet as a table */

/* By name, other name or sheet. *sheet is set for a sheet's. NULL when there is none. */
const struct view_class *view_find(const char *name, const struct sheet **sheet);
/* Calls fn for each view and sheet: name, what it shows. */
void view_each(void (*fn)(void *data, const char *name, const char *help), void *data);

#endif
