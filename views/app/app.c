/* What views and actions ask of the console: to be painted, a sentence on the bottom line, a dialog, an action. */
#include "views/app/app_private.h"

#include <stdarg.h>
#include <stdio.h>

#include "api/base/log.h"

void app_touch(struct app *app)
{
	app->painted = false;
	if (loop_timer_is_armed(app->paint_timer))
		return;
	int64_t wait = app->painted_ms + APP_PAINT_MS - loop_now_ms(app->loop);
	loop_timer_arm(app->paint_timer, wait > 0 ? wait : 0);
}

void app_world_touched(struct app *app)
{
	app->world_changed = true;
	app_touch(app);
}

void app_flash(struct app *app, enum severity severity, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(app->flash, sizeof app->flash, format, args);
	va_end(args);
	app->flash_severity = severity;
	app->flash_until_ms = loop_now_ms(app->loop) + APP_FLASH_MS;
	app_touch(app);
}

void app_quit(struct app *app)
{
	app->quit = true;
}

/* ---- the dialog ---- */

void app_answer_dialog(struct app *app, int button)
{
	struct app_dialog asked = app->dialog;
	if (!asked.dialog)
		return;
	app->dialog.answering = true;
	asked.answer(app, button, asked.data);
	/* The answer may have put the next dialog there. */
	if (app->dialog.dialog == asked.dialog)
		app->dialog = (struct app_dialog){0};
	dialog_destroy(asked.dialog);
}

void app_open_dialog(struct app *app, struct dialog *dialog, void (*answer)(struct app *app, int button, void *data),
		     void *data)
{
	if (app->dialog.dialog && !app->dialog.answering) {
		if (app->dialog.data == data)
			dialog_destroy(app->dialog.dialog);
		else
			app_answer_dialog(app, 0);
	}
	app->dialog = (struct app_dialog){.dialog = dialog, .answer = answer, .data = data};
}

/* ---- actions ---- */

static const struct app_action app_actions[ACTION_COUNT] = {
#define X(id, name_, hint_, help_, function) [ACTION_##id] = {.name = name_, .hint = hint_, .help = help_},
#define LOOK(id, name_, hint_, help_, function)                                                                        \
	[ACTION_##id] = {.name = name_, .hint = hint_, .help = help_, .looks = true},
#include "views/app/actions.def"
};

static const struct ops_operation *operation_of(enum action action)
{
	size_t count;
	const struct ops_operation *const *operations = ops_table(&count);
	return (int)action >= ACTION_COUNT ? operations[(int)action - ACTION_COUNT] : NULL;
}

struct app_action app_action(enum action action)
{
	const struct ops_operation *it = operation_of(action);
	return it ? (struct app_action){.name = it->name, .hint = it->hint, .help = it->summary} : app_actions[action];
}

void app_act(struct app *app, enum action action)
{
	struct view *top = app_top(app);
	const struct ops_operation *operation = operation_of(action);
	log_debug(LOG_VIEWS, "action action=\"%s\"", app_action(action).name);
	if (operation)
		app->catalogue->pick_operation(app, operation);
	else if (app->catalogue->functions[action])
		app->catalogue->functions[action](app);
	else if (top->class->act && !top->class->act(top, action))
		app_flash(app, SEV_INFO, "%s does nothing here", app_actions[action].name);
}
