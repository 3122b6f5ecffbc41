/* Plans on the screen: their view, what is said at their end, and what would end them. */
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "views/app/app_private.h"

enum { BUTTON_CLOSE = 1, BUTTON_STOP };

static void say_end(struct app *app)
{
	enum ops_state state = plans_state(&app->plans);
	const struct ops_plan *last = plans_current(&app->plans);
	if (app->plans.begun && state >= OPS_STATE_DONE)
		app_flash(app, state == OPS_STATE_DONE ? SEV_OK : SEV_BAD, "%s: %s", last->title,
			  err_is_set(&app->plans.err) ? app->plans.err.text
						      : str_or(last->result, ops_state_word(state)));
}

void app_plans_changed(void *data)
{
	struct app *app = data;
	say_end(app);
	app_touch(app);
}

void app_count_interrupted(struct app *app)
{
	struct err err;
	struct ops_history *histories = &app->counted;
	const char *dir = app->session ? app->session->plans_dir : NULL;
	/* A journal that cannot be read is :operations' to complain about: it is said where somebody asked for it. */
	bool good = dir && ops_history_read(dir, histories, OPS_HISTORY_SLICE, &err);
	if (good && histories->more) {
		app_touch(app); /* comes back here */
		return;
	}
	app->interrupted = 0;
	for (size_t i = 0; good && i < histories->count; i++)
		app->interrupted += histories->items[i].state == OPS_HISTORY_INTERRUPTED &&
				    !histories->items[i].rolled_back_by &&
				    ops_was_run_here(app->session->ops, &histories->items[i]);
	ops_history_finish(histories);
	if (app->interrupted)
		app_touch(app);
}

bool app_may_prepare(struct app *app)
{
	if (!app->session) {
		app_flash(app, SEV_BAD, "not connected");
		return false;
	}
	if (plans_are_running(&app->plans)) {
		app_flash(app, SEV_WARN, "%s is still running; :plan shows it", plans_current(&app->plans)->title);
		return false;
	}
	return true;
}

void app_show_plans(struct app *app)
{
	for (size_t i = 0; i < app->view_count; i++) {
		if (app->views[i]->class != app->catalogue->plan)
			continue;
		while (app_top(app)->class != app->catalogue->plan)
			app_pop(app);
		app_touch(app);
		return;
	}
	app_push(app, app->catalogue->plan, NULL, NULL, NULL);
	app_touch(app);
}

/* ---- what would end them ---- */

struct app_leaving {
	void (*then)(struct app *app, const char *argument);
	char *argument;
};

static void leaving_answered(struct app *app, int button, void *data)
{
	struct app_leaving leaving = *(struct app_leaving *)data;
	free(data);
	if (button == BUTTON_STOP)
		leaving.then(app, leaving.argument);
	free(leaving.argument);
}

void app_leave_plans(struct app *app, const char *doing, void (*then)(struct app *app, const char *argument),
		     const char *argument)
{
	if (!plans_are_running(&app->plans)) {
		then(app, argument);
		return;
	}
	CLEANUP(free) char *running = str_printf("%s is running.", plans_current(&app->plans)->title);
	CLEANUP(free)
	char *means =
		str_printf("%s stops it here: changes already made stay, and the remaining steps do not run.", doing);
	const char *lines[] = {running, means, NULL};
	struct dialog_spec spec = {
		.title = "A plan is running",
		.lines = lines,
		.severity = SEV_WARN,
		.careful = true,
		.buttons = {{.label = "Stay", .id = BUTTON_CLOSE},
			    {.label = "Leave anyway", .id = BUTTON_STOP, .confirms = true}},
	};
	struct app_leaving *leaving = mem_alloc(sizeof *leaving);
	*leaving = (struct app_leaving){.then = then, .argument = mem_strdup(argument)};
	app_open_dialog(app, dialog_create(&spec), leaving_answered, leaving);
}

static void leave_agreed(struct app *app, const char *argument)
{
	app_quit(app);
}

void app_leave(struct app *app)
{
	app_leave_plans(app, "Leaving mqdeck", leave_agreed, NULL);
}
