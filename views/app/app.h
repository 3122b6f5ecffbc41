/* The console: one loop, one canvas, a stack of views, a prompt, a dialog. Events come in, actions are dispatched,
 * at most one paint per 33 ms goes out, and a key paints at once. */
#ifndef MQDECK_VIEWS_APP_APP_H
#define MQDECK_VIEWS_APP_APP_H

#include "tui/keys/keymap.h"
#include "tui/terminal/terminal.h"
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

struct app {
	struct loop *loop;
	const struct config *config;
	struct demo *demo;         /* NULL on a real cluster; borrowed */
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
	struct plans plans;         /* prepared, running or just over */
	int interrupted;            /* plans of this API server that nobody goes on with, until they were looked at;
				     * -1 = not counted yet */
	struct ops_history counted; /* as far as the journal was read for that */
	char flash[512];
	enum severity flash_severity;
	int64_t flash_until_ms;
	bool show_header, show_crumbs;
	bool world_changed, painted; /* painted: the screen shows everything known */
	bool updating;               /* the views are being brought up to date */
	bool unattended;             /* keys come from a tape: nobody can be asked */
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
struct app *app_create(struct loop *loop, const struct config *config, struct demo *demo);
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
void app_connect(struct app *app,
		 const char *context); /* NULL = as configured; the files are read again. Closes all views */
void app_set_namespace(struct app *app, const char *namespace); /* NULL = all */
/* Does what would end the running plans: at once when there are none, else only when the person agrees. doing is
 * what for, such as "Switching to prod". argument may be NULL and is copied. */
void app_leave_plans(struct app *app, const char *doing, void (*then)(struct app *app, const char *argument),
		     const char *argument);

void app_plans_changed(void *data); /* app_plans.c */
void app_count_interrupted(struct app *app);
void app_ask_trust(void *data, const struct kube_access *access); /* trust.c */

/* ---- stack ---- */
struct view *app_top(struct app *app); /* never NULL after app_start */
/* The new view's scope or selection is set before its open(). NULL scope = everything; NULL selection = none. */
struct view *app_push(struct app *app, const struct view_class *class, const struct sheet *sheet,
		      const struct view_scope *scope, const struct selection *selection);
void app_pop(struct app *app); /* the last one stays */
void app_clear_views(struct app *app);

/* ---- prompt (prompt.c) ---- */
void prompt_open(struct app *app, enum app_prompt prompt);
bool prompt_event(struct app *app, const struct event *event); /* true when taken */
bool prompt_run_command(struct app *app, const char *text);    /* as typed after ':' */

/* ---- frame (frame.c) ---- */
void frame_draw(struct app *app);

/* ---- actions ---- */
struct app_action {
	const char *name, *hint, *help;
	void (*function)(struct app *app);
};
const struct app_action *app_action(enum action action);
void action_quit(struct app *app);
void action_back(struct app *app);
void action_command(struct app *app);
void action_filter(struct app *app);
void action_help(struct app *app);
void action_refresh(struct app *app);
void action_toggle_crumbs(struct app *app);
void action_toggle_header(struct app *app);
void action_last_command(struct app *app);
void action_older_command(struct app *app);
void action_newer_command(struct app *app);
void action_suspend(struct app *app);
void action_open(struct app *app);
void action_describe(struct app *app);
void action_yaml(struct app *app);
void action_logs(struct app *app);
void action_logs_previous(struct app *app);
void action_copy(struct app *app);
void action_go_brokers(struct app *app);
void action_go_replication(struct app *app);
void action_go_volumes(struct app *app);
void action_go_services(struct app *app);
void action_go_nodes(struct app *app);
void action_go_node(struct app *app);
void action_go_events(struct app *app);
void action_go_matrix(struct app *app);
void action_menu(struct app *app);
void action_scale(struct app *app);
void action_cordon(struct app *app);
void action_uncordon(struct app *app);
void action_drain(struct app *app);
void action_show_plan(struct app *app);
void action_sign_in(struct app *app);
void action_all_namespaces(struct app *app);

#endif
