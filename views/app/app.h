/* The console: one loop, one canvas, a stack of views, a prompt, a dialog. Events come in, actions are dispatched,
 * at most one paint per 33 ms goes out, and a key paints at once. */
#ifndef MQDECK_VIEWS_APP_APP_H
#define MQDECK_VIEWS_APP_APP_H

#include "tui/keys/keymap.h"
#include "tui/terminal/terminal.h"
#include "tui/theme/theme.h"
#include "tui/widgets/dialog.h"
#include "tui/widgets/line_edit.h"
#include "views/app/view.h"
#include "views/session/plans.h"
#include "views/session/session.h"

enum {
	APP_VIEWS_MAX = 24,
	APP_FLASH_MS = 6000,
	APP_PAINT_MS = 33,
	APP_TICK_MS = 2000,
	APP_FIRST_MS = 400,
	APP_SETTLE_MS = 5
};

enum app_prompt { PROMPT_NONE, PROMPT_COMMAND, PROMPT_FILTER };

/* Who gets the dialog's answer: answer() is called exactly once, while the dialog can still be read in app->dialog;
 * it is destroyed afterwards. Button 0 = cancelled, also when another dialog took its place. */
struct app_dialog {
	struct dialog *dialog;
	void (*answer)(struct app *app, int button, void *data);
	void *data;
	bool answering; /* inside answer() */
};

/* What the screen looks like (app_theme.c). */
struct app_theme {
	struct theme kept, shown; /* shown: kept or a preview, with the accent of the context; the terminal draws it */
	char chosen[THEME_PATH_MAX]; /* by option or `:theme`, where the context has none of its own */
	bool automatic, previewing;
	int32_t ground; /* of the terminal, COLOUR_DEFAULT while it is not known */
	int32_t accent; /* COLOUR_DEFAULT = none */
};

/* Which contexts the board of several contexts shows, and how it is left and come back to. */
struct app_fleet {
	const char *const *contexts; /* of the command line, borrowed; count 0 = all */
	size_t count;
	char named[LINE_EDIT_MAX];        /* by `:fleet`, in place of those; "" = none */
	char cluster[SELECTION_TEXT_MAX]; /* key of the one to go in to; "" = none in particular */
	bool left;                        /* Esc on the first view leads back to it */
};

/* The tables that stand above this room, in console/catalogue.c: it names no screen and no action itself. */
struct app_catalogue {
	const struct view_entry *views;
	size_t view_count;
	const struct view_class *home; /* the first view, to which Esc leads in the end */
	const struct view_class *plan; /* of the plans that this console runs */
	const struct view_class *(*table)(const struct sheet *sheet);
	void (*const *functions)(struct app *app); /* by enum action; NULL = the view on top does it */
	void (*pick_operation)(struct app *app, const struct ops_operation *operation); /* on what is chosen */
	void (*key)(struct app *app, struct key key); /* one that nothing is bound to */
};

struct app {
	struct loop *loop;
	const struct config *config;
	struct demo *demo; /* NULL on a real cluster; borrowed */
	const struct app_catalogue *catalogue;
	struct terminal *terminal; /* borrowed */
	struct canvas *canvas;
	struct session *session; /* NULL while there is none: session_err says why */
	struct err session_err;
	const struct world_view *world; /* as of the last update; NULL before and without a session */
	struct keymap *keymap;
	struct view *views[APP_VIEWS_MAX];
	size_t view_count;
	enum app_prompt prompt;
	struct line_edit *command_line, *filter_line;
	size_t history_at; /* how far `[` went back */
	struct app_dialog dialog;
	struct app_theme theme;
	struct app_fleet fleet;
	struct plans plans;         /* prepared, running or just over */
	int interrupted;            /* interrupted plans of this API server, until they were looked at;
				     * -1 = not counted yet */
	struct ops_history counted; /* as far as the journal was read for that */
	char flash[512];
	enum severity flash_severity;
	int64_t flash_until_ms;
	bool show_header, show_crumbs;
	bool world_changed, painted; /* painted: the screen shows everything known */
	bool updating;               /* the views are being brought up to date */
	bool unattended;             /* keys come from a tape: nobody can be asked */
	bool read_only;              /* whatever the options say */
	bool settled;                /* the first read of this session's world is over, */
	int64_t connected_ms;        /* … which began then */
	bool quit;
	int exit_code;
	struct loop_timer *paint_timer, *tick_timer;
	int64_t painted_ms;
	int64_t busy_since_ms; /* requests have been under way without a pause since then; -1 = none is */
};

/* terminal is opened by the caller with app_event as its event function and this app as data: two steps, because
 * each needs the other. */
struct app *app_create(struct loop *loop, const struct config *config, struct demo *demo,
		       const struct app_catalogue *catalogue);
void app_destroy(struct app *app); /* NULL is fine */
DEFINE_CLEANUP(struct app *, app_destroy);
/* Takes the screen, connects and opens the first view. A failed connection is shown, not returned. place is taken
 * over; NULL = it is still to be read. */
void app_start(struct app *app, struct terminal *terminal, struct session_place *place);
/* Until it is left. Returns the exit code. */
int app_run(struct app *app);

void app_event(void *data, const struct event *event);
bool app_is_idle(void *data);                /* for tapes */
const struct canvas *app_screen(void *data); /* what is shown */

void app_touch(struct app *app); /* paint soon */
void app_world_touched(struct app *app);
void app_flash(struct app *app, enum severity severity, const char *format, ...) PRINTF_LIKE(3, 4);
void app_quit(struct app *app);
/* Takes the dialog over. One for the same data replaces the older one without an answer. */
void app_open_dialog(struct app *app, struct dialog *dialog, void (*answer)(struct app *app, int button, void *data),
		     void *data);
void app_set_namespace(struct app *app, const char *namespace); /* NULL = all */
/* Out of the fleet into the first view of that context, with the cursor on that cluster (key, "" = none): it is connected to,
 * once nothing is running that would end by it. All views are gone then. */
void app_go_in(struct app *app, const char *context, const char *cluster);

/* ---- plans (app_plans.c) ---- */
void app_leave(struct app *app);       /* mqdeck, once the person agrees */
void app_show_plans(struct app *app);  /* opens their view, or comes back to it */
bool app_may_prepare(struct app *app); /* else says what is in the way */

/* ---- stack ---- */
struct view *app_top(struct app *app); /* never NULL after app_start */
/* The new view's scope or selection is set before its open(). NULL scope = everything; NULL selection = none. */
struct view *app_push(struct app *app, const struct view_class *class, const struct sheet *sheet,
		      const struct view_scope *scope, const struct selection *selection);
void app_pop(struct app *app); /* the last one stays */

/* ---- themes (app_theme.c): by name, by path, or "auto" ---- */
bool app_theme_configure(struct app *app, struct err *err) MUST_USE; /* before the terminal is opened */
void app_theme_preview(struct app *app,
		       const char *name); /* NULL, or what there is not: back to the one that is kept */

/* ---- prompt (prompt.c) ---- */
void prompt_open(struct app *app, enum app_prompt prompt);
bool prompt_run_command(struct app *app, const char *text); /* as typed after ':' */
/* The command changes nothing. */
bool prompt_looks(const struct app *app, const char *text);

/* ---- actions ---- */
struct app_action {
	const char *name, *hint, *help;
	bool looks; /* and changes nothing */
};
/* From ACTION_COUNT on the actions are the operations, in the order of their table. */
struct app_action app_action(enum action action);
void app_act(struct app *app, enum action action);

#endif
