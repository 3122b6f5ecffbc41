/* The plan screen: what will change and what it means, the steps, and beside them the map before and after. Nothing
 * runs before its button is pressed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "tui/draw/chart.h"
#include "views/screens/operation_picker.h"
#include "views/screens/plan_lines.h"
#include "views/screens/screens.h"

enum { BUTTONS_MAX = 4, HEAD_ROWS = 3, FOOT_ROWS = 2, BESIDE_FROM = 120, MAP_MIN = 50, MAP_MAX = 76, STATE_BAR = 24 };
enum { TYPED_CONFIRM = 1, TYPED_LEAVE };

struct view_plan_button {
	const char *label;
	bool confirms; /* changes something: never has the focus at the start */
	void (*press)(struct app *app);
};

struct view_plan {
	struct plan_lines lines;
	struct ops_map map;
	const struct ops_plan *mapped; /* whose map it is */
	size_t focus;
	enum ops_state shown; /* the state that the focus is for */
	struct rect drawn[BUTTONS_MAX];
};

/* ---- buttons ---- */

static void press_leave(struct app *app)
{
	app_pop(app);
}

static void plan_view_run(struct app *app)
{
	struct err err;
	if (!plans_run(&app->plans, &err))
		app_flash(app, SEV_BAD, "%s", err.text);
	app_touch(app);
}

static void plan_view_typed(struct app *app, int button, void *data)
{
	if (button == TYPED_CONFIRM)
		plan_view_run(app);
}

static size_t plan_view_dangerous(const struct plans *plans)
{
	size_t count = 0;
	for (size_t i = 0; i < plans->count; i++)
		count += plans->items[i]->severity == OPS_DANGEROUS;
	return count;
}

/* Each dangerous plan asks for its own name. */
static void ask_for_names(struct app *app)
{
	const struct plans *plans = &app->plans;
	const char *lines[] = {"This can make queues or partitions unavailable or lose their data.",
			       "Type the name to confirm.", NULL};
	struct dialog_spec spec = {
		.title = plans->count == 1 ? plans->items[0]->title : "Dangerous plans",
		.lines = lines,
		.severity = SEV_BAD,
		.careful = true,
		.buttons = {{.label = "Run", .id = TYPED_CONFIRM, .confirms = true},
			    {.label = "Cancel", .id = TYPED_LEAVE}},
	};
	char labels[DIALOG_FIELDS_MAX][300];
	size_t count = 0;
	for (size_t i = 0; i < plans->count && count < DIALOG_FIELDS_MAX; i++) {
		if (plans->items[i]->severity != OPS_DANGEROUS)
			continue;
		snprintf(labels[count], sizeof labels[count], "Type %s", plans->items[i]->confirm);
		spec.fields[count] = (struct dialog_field){
			.label = labels[count], .kind = DIALOG_FIELD_TYPED, .value = plans->items[i]->confirm};
		count++;
	}
	app_open_dialog(app, dialog_create(&spec), plan_view_typed, (void *)&app->plans);
}

static void press_run(struct app *app)
{
	size_t count = plan_view_dangerous(&app->plans);
	if (count > DIALOG_FIELDS_MAX)
		app_flash(app, SEV_BAD, "%zu dangerous plans are too many to confirm at once: mark fewer rows", count);
	else if (count)
		ask_for_names(app);
	else
		plan_view_run(app);
}

static void press_pause(struct app *app)
{
	plans_pause(&app->plans);
}

static void press_resume(struct app *app)
{
	plans_resume(&app->plans);
}

static void press_stop(struct app *app)
{
	plans_cancel(&app->plans);
}

static const struct view_plan_button run_button = {"Run", true, press_run},
				     plan_view_leave = {"Cancel", false, press_leave},
				     close_button = {"Close", false, press_leave},
				     plan_view_hide = {"Hide", false, press_leave},
				     pause_button = {"Pause", true, press_pause},
				     plan_view_resume = {"Resume", true, press_resume},
				     plan_view_stop = {"Stop at a safe point", true, press_stop};

static size_t plan_view_add(const struct view_plan_button *out[], size_t count, const struct view_plan_button *button)
{
	out[count] = button;
	return count + 1;
}

static size_t buttons_of(const struct plans *plans, const struct view_plan_button *out[static BUTTONS_MAX])
{
	enum ops_state state = plans_state(plans);
	if (state == OPS_STATE_READY && plans->count && plans_severity(plans) != OPS_BLOCKED)
		return plan_view_add(out, plan_view_add(out, 0, &run_button), &plan_view_leave);
	if (state == OPS_STATE_RUNNING)
		return plan_view_add(out, plan_view_add(out, plan_view_add(out, 0, &plan_view_hide), &pause_button),
				     &plan_view_stop);
	if (state == OPS_STATE_PAUSING || state == OPS_STATE_PAUSED)
		return plan_view_add(out, plan_view_add(out, plan_view_add(out, 0, &plan_view_hide), &plan_view_resume),
				     &plan_view_stop);
	return plan_view_add(out, 0, state == OPS_STATE_CANCELLING ? &plan_view_hide : &close_button);
}

/* The safe one has the focus whenever the buttons change. */
static void plan_view_refocus(struct view_plan *self, const struct plans *plans)
{
	const struct view_plan_button *buttons[BUTTONS_MAX];
	size_t count = buttons_of(plans, buttons);
	enum ops_state state = plans_state(plans);
	if (self->shown == state && self->focus < count)
		return;
	self->shown = state;
	for (self->focus = 0; self->focus + 1 < count && buttons[self->focus]->confirms;)
		self->focus++;
}

/* ---- life ---- */

static void plan_view_open(struct view *view)
{
	view->state = mem_alloc(sizeof(struct view_plan));
}

static void plan_view_close(struct view *view)
{
	struct view_plan *self = view->state;
	struct app *app = view->app;
	plan_lines_finish(&self->lines);
	ops_map_finish(&self->map);
	free(self);
	if (plans_are_running(&app->plans))
		app_flash(app, SEV_INFO, "the plan keeps running; :plan shows it");
	else
		plans_clear(&app->plans);
}

/* Once it is ready: what was meant when Run was pressed stays on the screen. */
static void plan_view_update(struct view *view)
{
	struct view_plan *self = view->state;
	struct app *app = view->app;
	const struct ops_plan *plan = app->session ? plans_current(&app->plans) : NULL;
	if (!plan || plan->state == OPS_STATE_PREPARING) {
		self->mapped = NULL;
		ops_map_finish(&self->map);
	} else if (plan != self->mapped) {
		ops_map_finish(&self->map);
		ops_map_make(&self->map, ops_view(app->session->ops), plan);
		self->mapped = plan;
	}
}

/* ---- drawing ---- */

static char *head_of(const struct plans *plans)
{
	const struct ops_plan *first = plans->items[0];
	if (plans->count == 1)
		return mem_strdup(str_or(first->title, first->operation->title));
	return str_printf("%s %zu %ss", first->operation->title, plans->count,
			  operation_picker_operand_word(first->operation));
}

static void plan_view_state_of(const struct plans *plans, char *out, size_t size)
{
	const struct ops_plan *plan = plans_current(plans);
	char which[48] = "", step[64] = "";
	if (plans->begun && plans->count > 1)
		snprintf(which, sizeof which, ", plan %zu of %zu", plans->at + 1, plans->count);
	if (plans_are_running(plans) && plan->current < plan->step_count)
		snprintf(step, sizeof step, ", step %zu of %zu", plan->current + 1, plan->step_count);
	else if (!plans->begun && plans->count == 1 && plan->step_count)
		snprintf(step, sizeof step, ", %zu step%s", plan->step_count, plan->step_count == 1 ? "" : "s");
	/* A plan that is ready to be refused is no more than blocked. */
	bool blocked = plans_state(plans) == OPS_STATE_READY && plans_severity(plans) == OPS_BLOCKED;
	snprintf(out, size, "%s%s%s%s%s", blocked ? "" : ops_state_word(plans_state(plans)), blocked ? "" : ", ",
		 ops_severity_word(plans_severity(plans)), which, step);
}

static void plan_view_draw_head(const struct plans *plans, struct canvas *canvas, struct rect rect)
{
	char state[200];
	enum ops_severity severity = plans_severity(plans);
	const struct ops_plan *plan = plans_current(plans);
	enum ops_state now = plans_state(plans);
	style_t style = now == OPS_STATE_FAILED ? STYLE_BAD : plan_lines_severity_style(severity);
	CLEANUP(free) char *head = head_of(plans);
	const char *sign =
		severity_sign(now == OPS_STATE_FAILED ? SEV_BAD : plan_lines_severity(severity), canvas->ascii);
	canvas_put(canvas, rect.y, rect.x, 1, style, sign);
	canvas_put_fit(canvas, rect.y, rect.x + 2, rect.width - 2, STYLE_TEXT | STYLE_BOLD, head);
	plan_view_state_of(plans, state, sizeof state);
	int x = rect.x + 2 + canvas_put(canvas, rect.y + 1, rect.x + 2, rect.width - 2, style | STYLE_BOLD, state);
	double fraction = plan_lines_fraction(plan);
	if (fraction >= 0 && plans->count == 1 && rect.x + rect.width - x > STATE_BAR + 8) {
		chart_bar(canvas, rect.y + 1, x + 2, STATE_BAR, fraction, STYLE_BAR_FULL);
		canvas_printf(canvas, rect.y + 1, x + 3 + STATE_BAR, 5, STYLE_DIM, "%.0f%%", fraction * 100);
	}
	canvas_hline(canvas, rect.y + 2, rect.x, rect.width, STYLE_BORDER);
}

static void plan_view_draw_buttons(struct view_plan *self, const struct plans *plans, struct canvas *canvas,
				   struct rect rect)
{
	const struct view_plan_button *buttons[BUTTONS_MAX];
	size_t count = buttons_of(plans, buttons);
	int x = rect.x + 1, more = self->lines.at_max - self->lines.at;
	memset(self->drawn, 0, sizeof self->drawn);
	for (size_t i = 0; i < count; i++) {
		bool here = i == self->focus;
		CLEANUP(free) char *label = str_printf(here ? "[ %s ]" : "  %s  ", buttons[i]->label);
		int width = canvas_put(canvas, rect.y, x, rect.x + rect.width - x,
				       here ? STYLE_BUTTON_FOCUS : STYLE_BUTTON, label);
		self->drawn[i] = (struct rect){rect.y, x, 1, width};
		x += width + 1;
	}
	char text[64];
	if (more <= 0)
		return;
	snprintf(text, sizeof text, "%d more line%s below", more, more == 1 ? "" : "s");
	if (canvas_text_width(text) < rect.x + rect.width - x)
		canvas_put_right(canvas, rect.y, x, rect.x + rect.width - x, STYLE_WARN, text);
}

static void plan_view_draw_lines(struct view_plan *self, const struct plans *plans, struct canvas *canvas,
				 struct rect rect)
{
	self->lines.width = rect.width;
	self->lines.ascii = canvas->ascii;
	plan_lines_of_plans(&self->lines, plans);
	plan_lines_draw(&self->lines, canvas, rect);
}

static void draw_body(struct view_plan *self, const struct plans *plans, struct canvas *canvas, struct rect rect)
{
	bool map = plans->count == 1 && self->map.clusters.len;
	if (map && rect.width + 2 >= BESIDE_FROM) {
		int width = rect.width * 2 / 5;
		width = width < MAP_MIN ? MAP_MIN : width > MAP_MAX ? MAP_MAX : width;
		struct rect left = {rect.y, rect.x, rect.height, rect.width - width - 3};
		plan_view_draw_lines(self, plans, canvas, left);
		canvas_vline(canvas, rect.y, rect.x + left.width + 1, rect.height, STYLE_BORDER);
		plan_map_draw(&self->map, canvas, (struct rect){rect.y, rect.x + left.width + 3, rect.height, width});
		return;
	}
	plan_view_draw_lines(self, plans, canvas, rect);
	/* Below, where it fits as a whole: half a map misleads. */
	int used = (int)self->lines.items.len + 1;
	struct rect under = {rect.y + used, rect.x, rect.height - used, rect.width};
	int needed = map ? plan_map_draw(&self->map, canvas, (struct rect){rect.y, rect.x, 0, rect.width}) : 0;
	if (map && needed <= under.height)
		plan_map_draw(&self->map, canvas, under);
}

static void plan_view_draw(struct view *view, struct canvas *canvas, struct rect rect)
{
	struct view_plan *self = view->state;
	const struct plans *plans = &view->app->plans;
	if (plans->count == 0) {
		canvas_put(canvas, rect.y + 1, rect.x + 2, rect.width - 4, STYLE_DIM,
			   "No plan yet. Press a on a cluster, broker or node to list its operations.");
		return;
	}
	plan_view_update(view);
	plan_view_refocus(self, plans);
	struct rect inner = {rect.y, rect.x + 1, rect.height, rect.width - 2};
	plan_view_draw_head(plans, canvas, inner);
	int body = inner.height - HEAD_ROWS - FOOT_ROWS;
	if (body > 0)
		draw_body(self, plans, canvas, (struct rect){inner.y + HEAD_ROWS, inner.x, body, inner.width});
	plan_view_draw_buttons(self, plans, canvas, (struct rect){inner.y + inner.height - 1, inner.x, 1, inner.width});
}

static void plan_view_title(struct view *view, struct buf *out)
{
	const struct plans *plans = &view->app->plans;
	buf_printf(out, "plan%s%s", plans->count ? ": " : "", plans->count ? plans->items[0]->operation->name : "");
}

/* ---- input ---- */

static void plan_view_press(struct view *view, size_t at)
{
	const struct view_plan_button *buttons[BUTTONS_MAX];
	if (at < buttons_of(&view->app->plans, buttons))
		buttons[at]->press(view->app); /* may have closed the view */
}

static bool plan_view_clicked(struct view *view, const struct event_mouse *mouse)
{
	struct view_plan *self = view->state;
	for (size_t i = 0; i < BUTTONS_MAX && mouse->action == EVENT_MOUSE_PRESS; i++) {
		if (!rect_holds(self->drawn[i], mouse->y, mouse->x))
			continue;
		self->focus = i;
		plan_view_press(view, i);
		return true;
	}
	return false;
}

static bool plan_view_event(struct view *view, const struct event *event)
{
	struct view_plan *self = view->state;
	if (view->app->plans.count == 0)
		return false;
	return plan_lines_event(&self->lines, event) ||
	       (event->type == EVENT_MOUSE && plan_view_clicked(view, &event->mouse));
}

static bool plan_view_act(struct view *view, enum action action)
{
	struct view_plan *self = view->state;
	const struct view_plan_button *buttons[BUTTONS_MAX];
	if (view->app->plans.count == 0)
		return true; /* there is nothing to press or to scroll */
	size_t count = buttons_of(&view->app->plans, buttons);
	if (action == ACTION_BUTTON_PRESS)
		plan_view_press(view, self->focus);
	else if (action == ACTION_BUTTON_NEXT)
		self->focus = (self->focus + 1) % count;
	else if (action == ACTION_BUTTON_BACK)
		self->focus = (self->focus + count - 1) % count;
	else
		return plan_lines_act(&self->lines, action);
	return true;
}

const struct view_class view_plan = {
	.name = "plan",
	.keys = VIEW_KEYS_PLAN,
	.shows_plans = true,
	.open = plan_view_open,
	.close = plan_view_close,
	.update = plan_view_update,
	.draw = plan_view_draw,
	.event = plan_view_event,
	.act = plan_view_act,
	.title = plan_view_title,
};
