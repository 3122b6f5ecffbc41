/* The console's session: opened at the start, opened again for another context. What belonged to the old one goes first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "views/app/app_private.h"

static void session_changed(void *data)
{
	struct app *app = data;
	if (!app->updating)
		app_world_touched(app);
}

static void app_terminal_wanted(void *data, bool wanted, const char *command)
{
	struct app *app = data;
	if (wanted)
		terminal_suspend(app->terminal);
	else
		terminal_resume(app->terminal);
}

void app_connect_to(struct app *app, struct session_place *place)
{
	struct session_events events = {
		.on_change = session_changed,
		.on_terminal = app_terminal_wanted,
		.on_trust = app->unattended ? NULL : app_ask_trust,
		.data = app,
	};
	place->read_only = app->read_only;
	app->session = session_open(app->loop, app->config, place, &events, &app->session_err);
	app_theme_of_context(app);
	app_world_touched(app);
}

void app_connect(struct app *app, const char *context)
{
	struct session_place place;
	app_answer_dialog(app, 0);
	/* Views have requests under way on the session. */
	app_clear_views(app);
	/* Plans belong to the session they were made in. */
	plans_clear(&app->plans);
	app->world = NULL;
	session_close(app->session);
	app->session = NULL;
	app->settled = false;
	app->interrupted = -1;
	ops_history_finish(&app->counted);
	app->connected_ms = loop_now_ms(app->loop);
	err_clear(&app->session_err);
	if (session_place_read(&place, app->config, app->demo, context, &app->session_err))
		app_connect_to(app, &place);
	app_world_touched(app);
}

void app_switch_context(struct app *app, const char *context)
{
	struct selection wanted = {0};
	snprintf(wanted.cluster, sizeof wanted.cluster, "%s", app->fleet.cluster);
	app->fleet.cluster[0] = '\0';
	app_connect(app, context);
	app_push(app, app->catalogue->home, NULL, NULL, &wanted);
	if (!app->session)
		app_flash(app, SEV_BAD, "%s", app->session_err.text);
}

void app_go_in(struct app *app, const char *context, const char *cluster)
{
	/* Both are of a view that goes. */
	CLEANUP(free) char *kept = mem_strdup(context), *doing = str_printf("Switching to %s", context);
	struct selection wanted = {0};
	snprintf(wanted.cluster, sizeof wanted.cluster, "%s", cluster);
	app->fleet.left = true;
	if (app->session && str_eq(app->session->place.access->context, context)) {
		app_clear_views(app);
		app_push(app, app->catalogue->home, NULL, NULL, &wanted);
		return;
	}
	memcpy(app->fleet.cluster, wanted.cluster, sizeof app->fleet.cluster);
	app_leave_plans(app, doing, app_switch_context, kept);
}

void app_set_namespace(struct app *app, const char *namespace)
{
	app->world = NULL;
	session_set_namespace(app->session, namespace);
	app_world_touched(app);
}
