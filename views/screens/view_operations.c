/* All plans that this machine knows: those under way in this console with what they wait for, then the journal's,
 * newest first, whoever ran or runs them. */
#include <stdio.h>
#include <stdlib.h>

#include "api/base/str.h"
#include "tui/widgets/table.h"
#include "views/console/operation_picker.h"
#include "views/screens/plan_story.h"

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

struct operation_row {
	const struct ops_plan *plan; /* under way here; NULL: it is the journal's alone */
	const struct ops_past *past; /* what the journal says of it; NULL: nothing (yet) */
};

struct operations {
	struct table *table;
	struct view *view;
	struct ops_pasts pasts;
	struct err err; /* why the journal could not be read */
	bool read;
	int64_t read_ms;
	VEC(struct operation_row) rows;
	char key[32];
	char text[ERR_TEXT_MAX + 512]; /* of the last cell that was put together */
};

/* ---- rows ---- */

static const struct ops_past *past_of(const struct operations *self, const struct ops_plan *plan)
{
	for (size_t i = 0; plan->id && i < self->pasts.count; i++)
		if (str_eq(self->pasts.items[i].id, plan->id))
			return &self->pasts.items[i];
	return NULL;
}

/* Those that were begun and are not over: what is over is the journal's, whether or not its plan is still on the screen.
 */
static void collect(struct operations *self)
{
	const struct plans *plans = &self->view->app->plans;
	vec_clear(&self->rows);
	for (size_t i = plans->at; plans_are_running(plans) && i < plans->count; i++)
		if (!ops_is_over(plans->items[i]))
			vec_push(&self->rows, (struct operation_row){.plan = plans->items[i],
								     .past = past_of(self, plans->items[i])});
	size_t live = self->rows.len;
	for (size_t i = 0; i < self->pasts.count; i++) {
		bool known = false;
		for (size_t n = 0; n < live; n++)
			known |= self->rows.items[n].past == &self->pasts.items[i];
		if (!known)
			vec_push(&self->rows, (struct operation_row){.past = &self->pasts.items[i]});
	}
}

/* Plans move without the world, and those of other processes without a word: while they are looked at, files that
 * changed are read again. */
static void follow(struct operations *self)
{
	struct app *app = self->view->app;
	int64_t now = loop_now_ms(app->loop);
	bool due = !self->read || self->pasts.more || now - self->read_ms >= READ_AGAIN_MS;
	if (app->session && app->session->plans_dir && due) {
		size_t before = self->pasts.count;
		err_clear(&self->err);
		bool good = ops_pasts_read(app->session->plans_dir, &self->pasts, OPS_PASTS_SLICE, &self->err);
		/* The title was drawn before. */
		if (good && (self->pasts.more || self->pasts.count != before))
			app_touch(app);
		self->read = true;
		self->read_ms = now;
	}
	collect(self);
	table_refresh(self->table);
}

static const struct operation_row *row_of(const struct operations *self)
{
	int64_t row = table_row(self->table);
	return row == TABLE_NO_ROW ? NULL : &self->rows.items[row];
}

static size_t count(void *data)
{
	return ((struct operations *)data)->rows.len;
}

static const char *key(void *data, size_t row)
{
	struct operations *self = data;
	const struct operation_row *it = &self->rows.items[row];
	if (it->past)
		return it->past->id;
	if (it->plan->id)
		return it->plan->id;
	snprintf(self->key, sizeof self->key, "waits %zu", row); /* for its turn */
	return self->key;
}

/* ---- cells ---- */

static struct cell state(struct operations *self, const struct operation_row *row)
{
	return cell_text(row->plan ? ops_state_word(row->plan->state) : ops_past_word(row->past->state));
}

static struct cell target(struct operations *self, const struct operation_row *row)
{
	return cell_text(row->plan ? row->plan->target : row->past->target);
}

static struct cell plan_title(struct operations *self, const struct operation_row *row)
{
	return cell_text(row->plan ? row->plan->title : str_or(row->past->title, row->past->id));
}

static struct cell step(struct operations *self, const struct operation_row *row)
{
	if (row->plan)
		return cell_ratio((int64_t)row->plan->current, (int64_t)row->plan->step_count);
	if (row->past->step_count == 0)
		return cell_none();
	return cell_ratio((int64_t)row->past->step, (int64_t)row->past->step_count);
}

static struct cell figure(struct operations *self, const struct operation_row *row)
{
	const struct ops_plan *plan = row->plan;
	if (!plan)
		return cell_text(past_story(self->view->app, row->past, self->text, sizeof self->text));
	const struct ops_step *now = plan->current < plan->step_count ? &plan->steps[plan->current] : NULL;
	return now ? cell_text(str_or(now->why, str_or(now->figure, now->title))) : cell_none();
}

static struct cell who(struct operations *self, const struct operation_row *row)
{
	return row->past ? cell_text(row->past->who) : cell_none();
}

/* Since it runs, or since it is as it is. */
static struct cell when(struct operations *self, const struct operation_row *row)
{
	if (!row->past || row->past->changed_ms < 0)
		return cell_none();
	bool runs = row->plan || row->past->state == OPS_PAST_RUNNING;
	int64_t since = runs ? row->past->started_ms : row->past->changed_ms;
	int64_t ago = (clock_wall_ms(loop_clock(self->view->app->loop)) - since) / 1000;
	return cell_age(ago < 0 ? 0 : ago);
}

static struct cell (*const cells[COLUMNS])(struct operations *self, const struct operation_row *row) = {
	[COLUMN_STATE] = state,   [COLUMN_TARGET] = target, [COLUMN_PLAN] = plan_title, [COLUMN_STEP] = step,
	[COLUMN_FIGURE] = figure, [COLUMN_WHO] = who,	    [COLUMN_WHEN] = when,
};

static struct cell cell(void *data, size_t row, size_t column)
{
	struct operations *self = data;
	return cells[column](self, &self->rows.items[row]);
}

static enum severity severity(void *data, size_t row)
{
	const struct operation_row *it = &((struct operations *)data)->rows.items[row];
	return it->plan ? SEV_INFO : past_severity(it->past);
}

static const struct table_source source = {.count = count, .key = key, .cell = cell, .severity = severity};

/* ---- life ---- */

static void open(struct view *view)
{
	struct operations *self = mem_alloc(sizeof *self);
	self->view = view;
	view->state = self;
	self->table = table_create(columns, ARRAY_LEN(columns), &source, self);
	follow(self);
	view->app->interrupted = 0; /* from here on they are in sight */
}

static void close(struct view *view)
{
	struct operations *self = view->state;
	table_destroy(self->table);
	ops_pasts_finish(&self->pasts);
	vec_finish(&self->rows);
	free(self);
}

static const char *why_empty(const struct operations *self)
{
	const struct app *app = self->view->app;
	if (err_is_set(&self->err))
		return self->err.text;
	if (app->session && !app->session->plans_dir)
		return "No journal can be kept here, so that plans that are over are not known.";
	return "No plan was run yet: a on a cluster, a broker or a node shows what can be done.";
}

static void draw(struct view *view, struct canvas *canvas, struct rect rect)
{
	struct operations *self = view->state;
	follow(self);
	table_draw(self->table, canvas, rect, true);
	if (table_total(self->table) == 0)
		canvas_put_fit(canvas, rect.y + 2, rect.x + 2, rect.width - 4,
			       err_is_set(&self->err) ? STYLE_BAD : STYLE_DIM, why_empty(self));
}

/* ---- input ---- */

static bool event(struct view *view, const struct event *event)
{
	struct operations *self = view->state;
	follow(self);
	enum table_answer answer = table_event(self->table, event);
	const struct operation_row *row = row_of(self);
	if (answer != TABLE_ACTIVATED || !row)
		return answer != TABLE_IGNORED;
	if (row->plan)
		app_show_plans(view->app);
	else
		past_show(view->app, row->past);
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

static void act_on_live(struct app *app, enum action action, const struct ops_plan *plan)
{
	const char *name = app_action(action)->name;
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		if (acts[i].action != action)
			continue;
		if (plan != plans_current(&app->plans))
			app_flash(app, SEV_INFO, "%s: it is not its turn yet", name);
		else if (!acts[i].fits(plan->state))
			app_flash(app, SEV_INFO, "%s: not of a plan that is %s", name, ops_state_word(plan->state));
		else
			acts[i].act(&app->plans);
		return;
	}
	app_flash(app, SEV_INFO, "%s: not of a plan that is under way; it is stopped first", name);
}

static bool act(struct view *view, enum action action)
{
	struct operations *self = view->state;
	follow(self);
	const struct operation_row *row = row_of(self);
	if (!row)
		app_flash(view->app, SEV_INFO, "%s: there is no plan", app_action(action)->name);
	else if (row->plan)
		act_on_live(view->app, action, row->plan);
	else if (!past_act(view->app, action, row->past))
		app_flash(view->app, SEV_INFO, "%s: only what this console runs can be", app_action(action)->name);
	return true;
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
