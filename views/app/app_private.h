/* Inside the frame: what its own files ask of each other. */
#ifndef MQDECK_VIEWS_APP_APP_PRIVATE_H
#define MQDECK_VIEWS_APP_APP_PRIVATE_H

#include "views/app/app.h"

void app_answer_dialog(struct app *app, int button); /* as if that button had been pressed, if there is a dialog */
void app_clear_views(struct app *app);

/* ---- the session (app_session.c) ---- */
/* NULL = as configured; the files are read again. Closes all views. */
void app_connect(struct app *app, const char *context);
/* The same, and the first view on it, with the cursor on app->fleet.cluster. */
void app_switch_context(struct app *app, const char *context);
/* The place is taken over; there is no session yet. */
void app_connect_to(struct app *app, struct session_place *place);
void app_ask_trust(void *data, const struct kube_access *access); /* trust.c */

/* ---- plans (app_plans.c) ---- */
/* Does what would end the running plans: at once when there are none, else only when the person agrees. doing is
 * what for, such as "Switching to prod". argument may be NULL and is copied. */
void app_leave_plans(struct app *app, const char *doing, void (*then)(struct app *app, const char *argument),
		     const char *argument);
void app_plans_changed(void *data);
void app_count_interrupted(struct app *app);

/* ---- themes (app_theme.c) ---- */
bool app_theme_choose(struct app *app, const char *name, struct err *err) MUST_USE;
void app_theme_set_ground(struct app *app, int32_t rgb);
void app_theme_of_context(struct app *app); /* the session is a new one */

bool prompt_event(struct app *app, const struct event *event); /* true when taken */
void frame_draw(struct app *app);

#endif
