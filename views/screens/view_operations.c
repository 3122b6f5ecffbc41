/* All plans that this machine knows: those running in this console with what they wait for, then the journal's,
 * newest first, whoever ran or runs them. */
#include <stdio.h>
#include <stdlib.h>

#include "api/base/str.h"
#include "tui/widgets/table.h"
#include "views/screens/plan_story.h"
#include "views/screens/screens.h"

enum { COLUMN_STATE, COLUMN_TARGET, COLUMN_PLAN, COLUMN_STEP, COLUMN_FIGURE, COLUMN_WHO, COLUMN_WHEN, COLUMNS };
enum { READ_AGAIN_MS = 500 };

static const struct table_column columns[] = {
	[COLUMN_STATE] = {.title = "STATE", .min = 9, .max = 11},
	[COLUMN_TARGET] = {.title = "TARGET", .min = 8, .max = 30, .priority = 4},
	[COLUMN_PLAN] = {.title = "PLAN", .min = 16, .max = 60},
	[COLUMN_STEP] = {.title = "STEP", .type = CELL_RATIO, .min = 4, .max = 7, .priority = 1},
	[COLUMN_FIGURE] = {.title = "NOW", .min = 10, .flex = 1, .priority = 2},
	[COLUMN_WHO] = {.title = "BY", .min = 6, .max = 24, .priority = 3},
	[COLUMN_WHEN] = {.title = "SINCE", .type = CELL_AGE, .min = 5, .max = 8, .priority = 1},
};

struct view_operations_row {
	const struct ops_plan *plan;             /* running here; NULL: it is the journal's alone */
	const struct ops_history_entry *history; /* what the journal says of it; NULL: nothing (yet) */
};

struct view_operations {
	struct table *table;
	struct view *view;
	struct ops_history histories;
	struct err err; /* why the journal could not be read */
	bool read;
	int64_t read_ms;
	VEC(struct view_operations_row) rows;
	char key[32];
	char text[ERR_TEXT_MAX + 512]; /* of the last cell that was put together */
};

/* ---- rows ---- */

static const struct ops_history_entry *operations_view_history_of(const struct view_operations *self,
								  const struct ops_plan *plan)
{
	for (size_t i = 0; plan->id && i < self->histories.count; i++)
		if (str_eq(self->histories.items[i].id, plan->id))
			return &self->histories.items[i];
	return NULL;
}

/* Those that were begun and are not over: what is over is the journal's, whether or not its plan is still on the
 * screen. */
static void operations_view_collect(struct view_operations *self)
{
	const struct plans *plans = &self->view->app->plans;
	vec_clear(&self->rows);
	for (size_t i = plans->at; plans_are_running(plans) && i < plans->count; i++)
		if (!ops_is_over(plans->items[i]))
			vec_push(&self->rows, (struct view_operations_row){
						      .plan = plans->items[i],
						      .history = operations_view_history_of(self, plans->items[i])});
	size_t live = self->rows.len;
	for (size_t i = 0; i < self->histories.count; i++) {
		bool known = false;
		for (size_t n = 0; n < live; n++)
			known |= self->rows.items[n].history == &self->histories.items[i];
		if (!known)
			vec_push(&self->rows, (struct view_operations_row){.history = &self->histories.items[i]});
	}
}

/* Plans move without the world, and those of other processes without a word: while they are looked at, files that
 * changed are read again. */
static void operations_view_follow(struct view_operations *self)
{
	struct app *app = self->view->app;
	int64_t now = loop_now_ms(app->loop);
	bool due = !self->read || self->histories.more || now - self->read_ms >= READ_AGAIN_MS;
	if (app->session && app->session->plans_dir && due) {
		size_t before = self->histories.count;
		err_clear(&self->err);
		bool good = ops_history_read(app->session->plans_dir, &self->histories, OPS_HISTORY_SLICE, &self->err);
		/* The title was drawn before. */
		if (good && (self->histories.more || self->histories.count != before))
			app_touch(app);
		self->read = true;
		self->read_ms = now;
	}
	operations_view_collect(self);
	table_refresh(self->table);
}

static const struct view_operations_row *operations_view_row_of(const struct view_operations *self)
{
	int64_t row = table_row(self->table);
	return row == TABLE_NO_ROW ? NULL : &self->rows.items[row];
}

static size_t operations_view_count(void *data)
{
	return ((struct view_operations *)data)->rows.len;
}

static const char *operations_view_key(void *data, size_t row)
{
	struct view_operations *self = data;
	const struct view_operations_row *it = &self->rows.items[row];
	if (it->history)
		return it->history->id;
	if (it->plan->id)
		return it->plan->id;
	snprintf(self->key, sizeof self->key, "waits %zu", row); /* for its turn */
	return self->key;
}

/* ---- cells ---- */

static struct cell operations_view_state(struct view_operations *self, const struct view_operations_row *row)
{
	return cell_text(row->plan ? ops_state_word(row->plan->state) : ops_history_word(row->history->state));
}

static struct cell operations_view_target(struct view_operations *self, const struct view_operations_row *row)
{
	return cell_text(row->plan ? row->plan->target : row->history->target);
}

static struct cell plan_title(struct view_operations *self, const struct view_operations_row *row)
{
	return cell_text(row->plan ? row->plan->title : str_or(row->history->title, row->history->id));
}

static struct cell operations_view_step(struct view_operations *self, const struct view_operations_row *row)
{
	if (row->plan)
		return cell_ratio((int64_t)row->plan->current, (int64_t)row->plan->step_count);
	if (row->history->step_count == 0)
		return cell_none();
	return cell_ratio((int64_t)row->history->step, (int64_t)row->history->step_count);
}

static struct cell operations_view_figure(struct view_operations *self, const struct view_operations_row *row)
{
	const struct ops_plan *plan = row->plan;
	if (!plan)
		return cell_text(plan_story_text(self->view->app, row->history, self->text, sizeof self->text));
	const struct ops_step *now = plan->current < plan->step_count ? &plan->steps[plan->current] : NULL;
	return now ? cell_text(str_or(now->why, str_or(now->figure, now->title))) : cell_none();
}

static struct cell operations_view_who(struct view_operations *self, const struct view_operations_row *row)
{
	return row->history ? cell_text(row->history->who) : cell_none();
}

/* Since it runs, or since it is as it is. */
static struct cell operations_view_when(struct view_operations *self, const struct view_operations_row *row)
{
	if (!row->history || row->history->changed_ms < 0)
		return cell_none();
	bool runs = row->plan || row->history->state == OPS_HISTORY_RUNNING;
	int64_t since = runs ? row->history->started_ms : row->history->changed_ms;
	int64_t ago = (clock_wall_ms(loop_clock(self->view->app->loop)) - since) / 1000;
	return cell_age(ago < 0 ? 0 : ago);
}

static struct cell (*const operations_view_cells[COLUMNS])(struct view_operations *self,
							   const struct view_operations_row *row) = {
	[COLUMN_STATE] = operations_view_state,
	[COLUMN_TARGET] = operations_view_target,
	[COLUMN_PLAN] = plan_title,
	[COLUMN_STEP] = operations_view_step,
	[COLUMN_FIGURE] = operations_view_figure,
	[COLUMN_WHO] = operations_view_who,
	[COLUMN_WHEN] = operations_view_when,
};

static struct cell operations_view_cell(void *data, size_t row, size_t column)
{
	struct view_operations *self = data;
	return operations_view_cells[column](self, &self->rows.items[row]);
}

static enum severity operations_view_severity(void *data, size_t row)
{
	const struct view_operations_row *it = &((struct view_operations *)data)->rows.items[row];
	return it->plan ? SEV_INFO : plan_story_severity(it->history);
}

static const struct table_source operations_view_source = {.count = operations_view_count,
							   .key = operations_view_key,
							   .cell = operations_view_cell,
							   .severity = operations_view_severity};

/* ---- life ---- */

static void operations_view_open(struct view *view)
{
	struct view_operations *self = mem_alloc(sizeof *self);
	self->view = view;
	view->state = self;
	self->table = table_create(columns, ARRAY_LEN(columns), &operations_view_source, self);
	operations_view_follow(self);
	view->app->interrupted = 0; /* from here on they are in sight */
}

static void operations_view_close(struct view *view)
{
	struct view_operations *self = view->state;
	table_destroy(self->table);
	ops_history_finish(&self->histories);
	vec_finish(&self->rows);
	free(self);
}

static const char *operations_view_why_empty(const struct view_operations *self)
{
	const struct app *app = self->view->app;
	if (err_is_set(&self->err))
		return self->err.text;
	if (app->session && !app->session->plans_dir)
		return "No journal can be kept here, so finished plans are not listed.";
	return "No plan has run yet. Press a on a cluster, broker or node to list its operations.";
}

static void operations_view_draw(struct view *view, struct canvas *canvas, struct rect rect)
{
	struct view_operations *self = view->state;
	operations_view_follow(self);
	table_draw(self->table, canvas, rect, true);
	if (table_total(self->table) == 0)
		canvas_put_fit(canvas, rect.y + 2, rect.x + 2, rect.width - 4,
			       err_is_set(&self->err) ? STYLE_BAD : STYLE_DIM, operations_view_why_empty(self));
}

/* ---- input ---- */

static bool operations_view_event(struct view *view, const struct event *event)
{
	struct view_operations *self = view->state;
	operations_view_follow(self);
	enum table_answer answer = table_event(self->table, event);
	const struct view_operations_row *row = operations_view_row_of(self);
	if (answer != TABLE_ACTIVATED || !row)
		return answer != TABLE_IGNORED;
	if (row->plan)
		app_show_plans(view->app);
	else
		view_history_show(view->app, row->history);
	return true;
}

static bool operations_view_runs(enum ops_state state)
{
	return state == OPS_STATE_RUNNING;
}

static bool operations_view_pauses(enum ops_state state)
{
	return state == OPS_STATE_PAUSING || state == OPS_STATE_PAUSED;
}

static bool may_stop(enum ops_state state)
{
	return operations_view_runs(state) || operations_view_pauses(state);
}

static const struct {
	enum action action;
	void (*act)(struct plans *plans);
	bool (*fits)(enum ops_state operations_view_state);
} operations_view_acts[] = {
	{ACTION_PLAN_PAUSE, plans_pause, operations_view_runs},
	{ACTION_PLAN_RESUME, plans_resume, operations_view_pauses},
	{ACTION_PLAN_STOP, plans_cancel, may_stop},
};

static void act_on_live(struct app *app, enum action action, const struct ops_plan *plan)
{
	const char *name = app_action(action).name;
	for (size_t i = 0; i < ARRAY_LEN(operations_view_acts); i++) {
		if (operations_view_acts[i].action != action)
			continue;
		if (plan != plans_current(&app->plans))
			app_flash(app, SEV_INFO, "%s: this plan has not started yet", name);
		else if (!operations_view_acts[i].fits(plan->state))
			app_flash(app, SEV_INFO, "%s: not possible while the plan is %s", name,
				  ops_state_word(plan->state));
		else
			operations_view_acts[i].act(&app->plans);
		return;
	}
	app_flash(app, SEV_INFO, "%s: not possible while the plan is in progress; stop it first", name);
}

static bool operations_view_act(struct view *view, enum action action)
{
	struct view_operations *self = view->state;
	operations_view_follow(self);
	const struct view_operations_row *row = operations_view_row_of(self);
	if (!row)
		app_flash(view->app, SEV_INFO, "%s: no plan is selected", app_action(action).name);
	else if (row->plan)
		act_on_live(view->app, action, row->plan);
	else if (!plan_story_act(view->app, action, row->history))
		app_flash(view->app, SEV_INFO, "%s: only possible for plans that run in this console",
			  app_action(action).name);
	return true;
}

static bool operations_view_filter(struct view *view, const char *text, struct err *err)
{
	return table_set_filter(((struct view_operations *)view->state)->table, text, err);
}

static const char *operations_view_filter_text(struct view *view)
{
	return table_filter(((struct view_operations *)view->state)->table);
}

static void operations_view_title(struct view *view, struct buf *out)
{
	buf_printf(out, "operations (%zu)", table_total(((struct view_operations *)view->state)->table));
}

const struct view_class view_operations = {
	.name = "operations",
	.keys = VIEW_KEYS_OPERATIONS,
	.shows_history = true,
	.open = operations_view_open,
	.close = operations_view_close,
	.draw = operations_view_draw,
	.event = operations_view_event,
	.act = operations_view_act,
	.filter = operations_view_filter,
	.filter_text = operations_view_filter_text,
	.title = operations_view_title,
};
