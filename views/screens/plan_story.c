/* Resume, roll back and abandon for a plan of the journal, with the reason where one of them is not possible. */
#include "views/screens/plan_story.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/base/str.h"

enum { BUTTON_LEAVE = 1, BUTTON_ABANDON, KEY_WIDTH = 7, NAME_WIDTH = 10 };

/* ---- resumed, rolled back ---- */

static void plan_story_take(struct app *app, const struct ops_history_entry *history, plans_take_fn *fn)
{
	struct err err = {0};
	if (!app_may_prepare(app))
		return;
	session_plans_over(app->session);
	if (plans_take(&app->plans, app->session->ops, fn, history->id, &err))
		app_show_plans(app);
	else
		app_flash(app, SEV_BAD, "%s", err.text);
}

static void plan_story_resume(struct app *app, const struct ops_history_entry *history)
{
	plan_story_take(app, history, ops_resume_plan);
}

static void plan_story_roll_back(struct app *app, const struct ops_history_entry *history)
{
	plan_story_take(app, history, ops_roll_back);
}

/* ---- left for good ---- */

static void plan_story_abandoned(void *data, const struct err *err)
{
	struct app *app = data;
	if (err)
		app_flash(app, SEV_WARN, "abandoned; its Lease could not be released and expires within 30 s: %s",
			  err->text);
	else
		app_flash(app, SEV_OK, "abandoned");
}

static void abandon_answered(struct app *app, int button, void *data)
{
	CLEANUP(free) char *id = data;
	struct err err = {0};
	if (button == BUTTON_ABANDON && app->session &&
	    !ops_abandon(app->session->ops, id, plan_story_abandoned, app, &err))
		app_flash(app, SEV_BAD, "%s", err.text);
}

static void ask_to_abandon(struct app *app, const struct ops_history_entry *history)
{
	CLEANUP(free)
	char *stands = history->step_title ? str_printf("It stopped at step %zu of %zu: %s.", history->step + 1,
							history->step_count, history->step_title)
					   : mem_strdup("All its steps are done.");
	const char *lines[] = {history->title, stands,
			       "Changes already made stay, and the plan can no longer be resumed.", NULL};
	struct dialog_spec spec = {
		.title = "Abandon a plan",
		.lines = lines,
		.severity = SEV_WARN,
		.careful = true,
		.buttons = {{.label = "Cancel", .id = BUTTON_LEAVE},
			    {.label = "Abandon", .id = BUTTON_ABANDON, .confirms = true}},
	};
	app_open_dialog(app, dialog_create(&spec), abandon_answered, mem_strdup(history->id));
}

/* ---- all that can be done ---- */

static const struct {
	enum action action;
	bool (*may)(const struct ops_history_entry *history, struct err *err);
	void (*begin)(struct app *app, const struct ops_history_entry *history);
} plan_story_deeds[] = {
	{ACTION_PLAN_RESUME, ops_may_resume, plan_story_resume},
	{ACTION_PLAN_ROLL_BACK, ops_may_roll_back, plan_story_roll_back},
	{ACTION_PLAN_ABANDON, ops_may_resume, ask_to_abandon},
};

bool plan_story_act(struct app *app, enum action action, const struct ops_history_entry *history)
{
	for (size_t i = 0; i < ARRAY_LEN(plan_story_deeds); i++) {
		struct err err = {0};
		if (plan_story_deeds[i].action != action)
			continue;
		if (plan_story_deeds[i].may(history, &err))
			plan_story_deeds[i].begin(app, history);
		else
			app_flash(app, SEV_WARN, "%s: %s", app_action(action).name, err.text);
		return true;
	}
	return false;
}

int plan_story_draw_deeds(const struct app *app, const struct ops_history_entry *history, struct canvas *canvas,
			  struct rect rect)
{
	for (int i = 0; i < (int)ARRAY_LEN(plan_story_deeds) && i < rect.height; i++) {
		struct key key;
		struct err err = {0};
		char label[KEY_NAME_MAX] = "";
		const struct app_action action = app_action(plan_story_deeds[i].action);
		bool may = plan_story_deeds[i].may(history, &err);
		int y = rect.y + i, x = rect.x + KEY_WIDTH + NAME_WIDTH + 1;
		if (keymap_key_of(app->keymap, VIEW_KEYS_OPERATIONS, (int)plan_story_deeds[i].action, &key))
			key_label(key, canvas->ascii, label);
		canvas_put_fit(canvas, y, rect.x, KEY_WIDTH, may ? STYLE_KEY : STYLE_DIM, label);
		canvas_put_fit(canvas, y, rect.x + KEY_WIDTH, NAME_WIDTH, may ? STYLE_TEXT | STYLE_BOLD : STYLE_DIM,
			       action.name);
		CLEANUP(free) char *text = may ? mem_strdup(action.help) : str_printf("unavailable: %s", err.text);
		canvas_put_fit(canvas, y, x, rect.x + rect.width - x, may ? STYLE_TEXT : STYLE_DIM, text);
	}
	return (int)ARRAY_LEN(plan_story_deeds);
}

/* ---- what is told of it ---- */

enum severity plan_story_severity(const struct ops_history_entry *history)
{
	static const enum severity severities[] = {
		[OPS_HISTORY_RUNNING] = SEV_INFO,     [OPS_HISTORY_PAUSED] = SEV_INFO,
		[OPS_HISTORY_INTERRUPTED] = SEV_WARN, [OPS_HISTORY_FAILED] = SEV_BAD,
		[OPS_HISTORY_CANCELLED] = SEV_WARN,   [OPS_HISTORY_DONE] = SEV_OK,
		[OPS_HISTORY_ABANDONED] = SEV_NONE,   [OPS_HISTORY_UNREADABLE] = SEV_WARN,
	};
	return history->rolled_back_by ? SEV_NONE : severities[history->state];
}

const char *plan_story_text(const struct app *app, const struct ops_history_entry *history, char *out, size_t size)
{
	if (history->state == OPS_HISTORY_UNREADABLE)
		return history->err.text;
	bool here = !history->cluster || (app->session && ops_was_run_here(app->session->ops, history));
	CLEANUP(free) char *where = here ? mem_strdup("") : str_printf("on %s: ", history->cluster);
	if (history->rolled_back_by)
		snprintf(out, size, "%srolled back by plan %s", where, history->rolled_back_by);
	else if (history->result)
		snprintf(out, size, "%s%s", where, history->result);
	else
		snprintf(out, size, "%sat %s", where, str_or(history->step_title, "its end"));
	return out;
}
