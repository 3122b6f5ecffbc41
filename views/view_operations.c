/* The plans of this console: the ones under way with what they wait for, then those that are over, newest first. */
#include <stdio.h>
#include <stdlib.h>

#include "api/base/str.h"
#include "tui/table.h"
#include "views/operate.h"

enum { COLUMN_STATE, COLUMN_TARGET, COLUMN_PLAN, COLUMN_STEP, COLUMN_FIGURE, COLUMN_WHEN };

static const struct table_column columns[] = {
	[COLUMN_STATE] = {.title = "STATE", .min = 9, .max = 10},
	[COLUMN_TARGET] = {.title = "TARGET", .min = 8, .max = 30, .priority = 3},
	[COLUMN_PLAN] = {.title = "PLAN", .min = 16, .max = 60},
	[COLUMN_STEP] = {.title = "STEP", .type = CELL_RATIO, .min = 4, .max = 7, .priority = 1},
	[COLUMN_FIGURE] = {.title = "NOW", .min = 10, .flex = 1, .priority = 2},
	[COLUMN_WHEN] = {.title = "ENDED", .type = CELL_AGE, .min = 5, .max = 8, .priority = 1},
};

struct operations {
	struct table *table;
	struct view *view;
	char key[32];
};

/* Those that were begun and are not over: what is over is remembered, whether or not its plan is still on the screen.
 */
static const struct ops_plan *live(const struct app *app, size_t row)
{
	const struct plans *plans = &app->plans;
	for (size_t i = plans->at; plans_are_running(plans) && i < plans->count; i++)
		if (!ops_is_over(plans->items[i]) && row-- == 0)
			return plans->items[i];
	return NULL;
}

static size_t live_count(const struct app *app)
{
	size_t count = 0;
	while (live(app, count))
		count++;
	return count;
}

static const struct app_past *past(const struct app *app, size_t row)
{
	return &app->past.items[app->past.len - 1 - (row - live_count(app))];
}

static struct app *app_of(void *data)
{
	return ((struct operations *)data)->view->app;
}

static size_t count(void *data)
{
	return live_count(app_of(data)) + app_of(data)->past.len;
}

static const char *key(void *data, size_t row)
{
	struct operations *self = data;
	size_t running = live_count(app_of(data));
	size_t number = row < running ? row : app_of(data)->past.len - (row - running);
	snprintf(self->key, sizeof self->key, "%s%zu", row < running ? "live" : "past", number);
	return self->key;
}

static struct cell live_cell(const struct ops_plan *plan, size_t column)
{
	const struct ops_step *step = plan->current < plan->step_count ? &plan->steps[plan->current] : NULL;
	switch (column) {
	case COLUMN_STATE:
		return cell_text(ops_state_word(plan->state));
	case COLUMN_TARGET:
		return cell_text(plan->target);
	case COLUMN_PLAN:
		return cell_text(plan->title);
	case COLUMN_STEP:
		return cell_ratio((int64_t)plan->current, (int64_t)plan->step_count);
	case COLUMN_FIGURE:
		return step ? cell_text(str_or(step->why, str_or(step->figure, step->title))) : cell_none();
	default:
		return cell_none();
	}
}

static struct cell past_cell(const struct app *app, const struct app_past *it, size_t column)
{
	int64_t ago = (clock_wall_ms(loop_clock(app->loop)) - it->ended_ms) / 1000;
	switch (column) {
	case COLUMN_STATE:
		return cell_text(ops_state_word(it->state));
	case COLUMN_TARGET:
		return cell_text(it->target);
	case COLUMN_PLAN:
		return cell_text(it->title);
	case COLUMN_STEP:
		return cell_ratio((int64_t)it->done, (int64_t)it->steps);
	case COLUMN_FIGURE:
		return cell_text(it->result);
	default:
		return cell_age(ago < 0 ? 0 : ago);
	}
}

static struct cell cell(void *data, size_t row, size_t column)
{
	const struct app *app = app_of(data);
	const struct ops_plan *plan = live(app, row);
	return plan ? live_cell(plan, column) : past_cell(app, past(app, row), column);
}

static enum severity severity(void *data, size_t row)
{
	const struct app *app = app_of(data);
	if (live(app, row))
		return SEV_INFO;
	enum ops_state state = past(app, row)->state;
	return state == OPS_STATE_DONE ? SEV_OK : state == OPS_STATE_FAILED ? SEV_BAD : SEV_WARN;
}

static const struct table_source source = {.count = count, .key = key, .cell = cell, .severity = severity};

static void open(struct view *view)
{
	struct operations *self = mem_alloc(sizeof *self);
	self->view = view;
	view->state = self;
	self->table = table_create(columns, ARRAY_LEN(columns), &source, self);
}

static void close(struct view *view)
{
	struct operations *self = view->state;
	table_destroy(self->table);
	free(self);
}

static void draw(struct view *view, struct canvas *canvas, struct rect rect)
{
	struct operations *self = view->state;
	/* Plans move without the world. */
	table_refresh(self->table);
	table_draw(self->table, canvas, rect, true);
	if (table_total(self->table) == 0)
		canvas_put(canvas, rect.y + 2, rect.x + 2, rect.width - 4, STYLE_DIM,
			   "No plan was run from this console yet: a on a cluster, a broker or a node shows what can "
			   "be done.");
}

static bool event(struct view *view, const struct event *event)
{
	struct operations *self = view->state;
	enum table_answer answer = table_event(self->table, event);
	int64_t row = table_row(self->table);
	if (answer != TABLE_ACTIVATED || row == TABLE_NO_ROW)
		return answer != TABLE_IGNORED;
	if (live(view->app, (size_t)row))
		app_show_plans(view->app);
	else
		app_flash(view->app, SEV_INFO, "%s", past(view->app, (size_t)row)->result);
	return true;
}

static bool runs(enum ops_state state)
{
	return state == OPS_STATE_RUNNING;
}

static bool pauses(enum ops_state state)
{
	return state == OPS_STATE_PAUSING || state == OPS_STATE_PAUSED;
}

static bool may_stop(enum ops_state state)
{
	return runs(state) || pauses(state);
}

static const struct {
	enum action action;
	void (*act)(struct plans *plans);
	bool (*fits)(enum ops_state state);
} acts[] = {
	{ACTION_PLAN_PAUSE, plans_pause, runs},
	{ACTION_PLAN_GO_ON, plans_go_on, pauses},
	{ACTION_PLAN_STOP, plans_cancel, may_stop},
};

static bool act(struct view *view, enum action action)
{
	struct app *app = view->app;
	int64_t row = table_row(((struct operations *)view->state)->table);
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		if (acts[i].action != action)
			continue;
		const struct ops_plan *plan = row == TABLE_NO_ROW ? NULL : live(app, (size_t)row);
		if (!plan)
			app_flash(app, SEV_INFO, "%s: only what is under way can be", app_action(action)->name);
		else if (plan != plans_current(&app->plans))
			app_flash(app, SEV_INFO, "%s: it is not its turn yet", app_action(action)->name);
		else if (!acts[i].fits(plan->state))
			app_flash(app, SEV_INFO, "%s: not of a plan that is %s", app_action(action)->name,
				  ops_state_word(plan->state));
		else
			acts[i].act(&app->plans);
		return true;
	}
	return false;
}

static bool filter(struct view *view, const char *text, struct err *err)
{
	return table_set_filter(((struct operations *)view->state)->table, text, err);
}

static const char *filter_text(struct view *view)
{
	return table_filter(((struct operations *)view->state)->table);
}

static void title(struct view *view, struct buf *out)
{
	buf_printf(out, "operations (%zu)", table_total(((struct operations *)view->state)->table));
}

const struct view_class view_operations = {
	.name = "operations",
	.keys = KEYS_OPERATIONS,
	.open = open,
	.close = close,
	.draw = draw,
	.event = event,
	.act = act,
	.filter = filter,
	.filter_text = filter_text,
	.title = title,
};
