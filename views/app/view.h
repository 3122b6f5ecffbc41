/* A view is what fills the screen between header and bottom line: a const struct of functions and one line in
 * screens/views.def. Views stand on a stack; Esc goes back. A view remembers objects by key and looks them up in the world
 * at each update. */
#ifndef MQDECK_VIEWS_APP_VIEW_H
#define MQDECK_VIEWS_APP_VIEW_H

#include <stdbool.h>

#include "api/base/buf.h"
#include "tui/draw/canvas.h"
#include "tui/keys/event.h"
#include "views/sheets/selection.h"
#include "views/sheets/sheet.h"

struct app;
struct view;

/* From the innermost outwards a key is looked up in the view's own scope, then in GLOBAL. */
enum view_keys {
#define X(id, name) VIEW_KEYS_##id,
#include "views/app/scopes.def"
#undef X
	VIEW_KEYS_SCOPES
};

enum action {
	ACTION_NONE = -1,
#define X(id, name, hint, help, function) ACTION_##id,
#include "views/app/actions.def"
	ACTION_COUNT
};

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
	bool shows_plans;     /* the plans of this console are on it: no banner says the same */
	bool shows_history;   /* the journal is on it: no banner says that a plan is over */
	void (*open)(struct view *view);
	void (*close)(struct view *view);
	void (*update)(struct view *view); /* the world changed, or time passed */
	void (*draw)(struct view *view, struct canvas *canvas, struct rect rect);
	bool (*event)(struct view *view, const struct event *event); /* before the keymap; true when taken */
	/* Actions without a function in actions.def, and OPEN where the cursor is on no object. */
	bool (*act)(struct view *view, enum action action);
	bool (*selection)(struct view *view, struct selection *out); /* false when the cursor is on nothing */
	/* Each marked row, in the order shown; the one under the cursor when none is marked. NULL: there are no
	 * marks. */
	void (*chosen)(struct view *view, void (*fn)(void *data, const struct selection *selection), void *data);
	bool (*filter)(struct view *view, const char *text, struct err *err); /* NULL: `/` does nothing here */
	const char *(*filter_text)(struct view *view);
	void (*title)(struct view *view, struct buf *out); /* "Brokers (6)"; NULL = name */
	/* Of a view with connections of its own, through which nothing is changed: what the header says, in place of what
	 * it and the banners say of the console's connection. NULL = it has none. */
	void (*header)(struct view *view, struct buf *out);
};

struct view {
	const struct view_class *class;
	struct app *app;
	const struct sheet *sheet; /* of table views */
	struct view_scope scope;
	struct selection selection; /* of views that show one object */
	void *state;                /* the class's own */
};

struct view_entry { /* a line of views.def */
	const struct view_class *class;
	const char *names, *help;
};

struct app_catalogue;
/* By name, other name or sheet. *sheet is set for a sheet's. NULL when there is none. */
const struct view_class *view_find(const struct app_catalogue *catalogue, const char *name, const struct sheet **sheet);
/* Calls fn for each view and sheet: name, what it shows. */
void view_each(const struct app_catalogue *catalogue, void (*fn)(void *data, const char *name, const char *help),
	       void *data);

#endif
