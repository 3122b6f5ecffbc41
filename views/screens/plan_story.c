#include "views/screens/plan_story.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/base/str.h"
#include "views/console/operation_picker.h"

enum { BUTTON_LEAVE = 1, BUTTON_ABANDON, KEY_WIDTH = 7, NAME_WIDTH = 10 };

/* ---- taken up, taken back ---- */

static void take(struct app *app, const struct ops_past *past, plans_take_fn *fn)
{
	struct err err = {0};
	if (!app_may_prepare(app))
		return;
	session_plans_over(app->session);
	if (plans_take(&app->plans, app->session->ops, fn, past->id, &err))
		app_show_plans(app);
	else
		app_flash(app, SEV_BAD, "%s", err.text);
}

static void take_up(struct app *app, const struct ops_past *past)
{
	take(app, past, ops_take_up);
}

static void roll_back(struct app *app, const struct ops_past *past)
{
	take(app, past, ops_roll_back);
}

/* ---- left for good ---- */

static void abandoned(void *data, const struct err *err)
{
	struct app *app = data;
	if (err)
		app_flash(app, SEV_WARN, "abandoned; its lease runs out by itself: %s", err->text);
	else
		app_flash(app, SEV_OK, "abandoned");
}

static void abandon_answered(struct app *app, int button, void *data)
{
	CLEANUP(free) char *id = data;
	struct err err = {0};
	if (button == BUTTON_ABANDON && app->session &&
	    !ops_abandon(app->session->ops, id, abandoned, app, &err))
		app_flash(app, SEV_BAD, "%s", err.text);
}

static void ask_to_abandon(struct app *app, const struct ops_past *past)
{
	CLEANUP(free)
	char *stands = past->step_title ? str_printf("It stands at step %zu of %zu: %s.", past->step + 1,
						     past->step_count, past->step_title)
					: mem_strdup("All its steps are done.");
	const char *lines[] = {past->title, stands,
			       "What was changed stays as it is now, and the plan can never be taken up again.", NULL};
	struct dialog_spec spec = {
		.title = "Abandon a plan",
		.lines = lines,
		.severity = SEV_WARN,
		.careful = true,
		.buttons = {{.label = "Leave it", .id = BUTTON_LEAVE},
			    {.label = "Abandon", .id = BUTTON_ABANDON, .confirms = true}},
	};
	app_open_dialog(app, dialog_create(&spec), abandon_answered, mem_strdup(past->id));
}

/* ---- all that can be done ---- */

static const struct {
	enum action action;
	bool (*may)(const struct ops_past *past, struct err *err);
	void (*begin)(struct app *app, const struct ops_past *past);
} deeds[] = {
	{ACTION_PLAN_GO_ON, ops_past_may_go_on, take_up},
	{ACTION_PLAN_ROLL_BACK, ops_past_may_roll_back, roll_back},
	{ACTION_PLAN_ABANDON, ops_past_may_go_on, ask_to_abandon},
};

bool past_act(struct app *app, enum action action, const struct ops_past *past)
{
	for (size_t i = 0; i < ARRAY_LEN(deeds); i++) {
		struct err err = {0};
		if (deeds[i].action != action)
			continue;
		if (deeds[i].may(past, &err))
			deeds[i].begin(app, past);
		else
			app_flash(app, SEV_WARN, "%s: %s", app_action(action)->name, err.text);
		return true;
	}
	return false;
}

int past_draw_deeds(const struct app *app, const struct ops_past *past, struct canvas *canvas, struct rect rect)
{
	for (int i = 0; i < (int)ARRAY_LEN(deeds) && i < rect.height; i++) {
		struct key key;
		struct err err = {0};
		char label[KEY_NAME_MAX] = "";
		const struct app_action *action = app_action(deeds[i].action);
		bool may = deeds[i].may(past, &err);
		int y = rect.y + i, x = rect.x + KEY_WIDTH + NAME_WIDTH + 1;
		if (keymap_key_of(app->keymap, KEYS_OPERATIONS, (int)deeds[i].action, &key))
			key_label(key, canvas->ascii, label);
		canvas_put_fit(canvas, y, rect.x, KEY_WIDTH, may ? STYLE_KEY : STYLE_DIM, label);
		canvas_put_fit(canvas, y, rect.x + KEY_WIDTH, NAME_WIDTH, may ? STYLE_TEXT | STYLE_BOLD : STYLE_DIM,
			       action->name);
		CLEANUP(free) char *text = may ? mem_strdup(action->help) : str_printf("cannot: %s", err.text);
		canvas_put_fit(canvas, y, x, rect.x + rect.width - x, may ? STYLE_TEXT : STYLE_DIM, text);
	}
	return (int)ARRAY_LEN(deeds);
}

/* ---- what is told of it ---- */

enum severity past_severity(const struct ops_past *past)
{
	static const enum severity severities[] = {
		[OPS_PAST_RUNNING] = SEV_INFO,     [OPS_PAST_PAUSED] = SEV_INFO,    [OPS_PAST_INTERRUPTED] = SEV_WARN,
		[OPS_PAST_FAILED] = SEV_BAD,       [OPS_PAST_CANCELLED] = SEV_WARN, [OPS_PAST_DONE] = SEV_OK,
		[OPS_PAST_ABANDONED] = SEV_NONE,   [OPS_PAST_UNREADABLE] = SEV_WARN,
	};
	return past->undone_by ? SEV_NONE : severities[past->state];
}

const char *past_story(const struct app *app, const struct ops_past *past, char *out, size_t size)
{
	if (past->state == OPS_PAST_UNREADABLE)
		return past->err.text;
	bool here = !past->cluster || (app->session && ops_past_is_here(app->session->ops, past));
	CLEANUP(free) char *where = here ? mem_strdup("") : str_printf("on %s: ", past->cluster);
	if (past->undone_by)
		snprintf(out, size, "%staken back by plan %s", where, past->undone_by);
	else if (past->result)
		snprintf(out, size, "%s%s", where, past->result);
	else
		snprintf(out, size, "%sat %s", where, str_or(past->step_title, "its end"));
	return out;
}

void past_show(struct app *app, const struct ops_past *past)
{
	struct view_scope scope = {0};
	snprintf(scope.name, sizeof scope.name, "%s", past->id);
	app_push(app, &view_past, NULL, &scope, NULL);
}
