/* One plan of the journal: where it stands, its steps, what it was said to mean, and what can be done with it now. */
#include <stdio.h>
#include <stdlib.h>

#include "api/base/str.h"
#include "views/screens/plan_lines.h"
#include "views/screens/plan_story.h"
#include "views/screens/screens.h"

enum { HEAD_ROWS = 3, DEED_ROWS = 3, READ_AGAIN_MS = 500 };

struct view_history {
	struct ops_history histories; /* just this one; empty when it cannot be read */
	struct ops_plan *plan;        /* NULL then, or when it is of an operation that this mqdeck has not */
	struct err err;
	struct plan_lines lines;
	int64_t read_ms;
};

/* Another process may run it: it is read again, when it changed and when its process ended. */
static void history_view_read(struct view *view)
{
	struct view_history *self = view->state;
	struct app *app = view->app;
	const char *dir = app->session ? app->session->plans_dir : NULL;
	const struct ops_history_plan *before = self->histories.count ? self->histories.read[0] : NULL;
	enum ops_history_state state = self->histories.count ? self->histories.items[0].state : OPS_HISTORY_UNREADABLE;
	self->read_ms = loop_now_ms(app->loop);
	err_clear(&self->err);
	if (!dir)
		err_set(&self->err, ERR_REFUSED, "no plan journals are kept here");
	else if (ops_history_read_one(dir, view->scope.name, &self->histories, &self->err) &&
		 self->histories.read[0] == before && self->histories.items[0].state == state)
		return;
	ops_plan_destroy(self->plan);
	self->plan = self->histories.count ? ops_read_plan(dir, view->scope.name, &self->err) : NULL;
}

static void history_view_open(struct view *view)
{
	view->state = mem_alloc(sizeof(struct view_history));
	history_view_read(view);
}

static void history_view_close(struct view *view)
{
	struct view_history *self = view->state;
	ops_plan_destroy(self->plan);
	ops_history_finish(&self->histories);
	plan_lines_finish(&self->lines);
	free(self);
}

/* ---- drawing ---- */

static void history_view_ago(const struct app *app, int64_t wall_ms, char out[static 16])
{
	int64_t passed = (clock_wall_ms(loop_clock(app->loop)) - wall_ms) / 1000;
	cell_human_age(passed < 0 ? 0 : passed, out);
}

static void history_view_draw_head(struct app *app, const struct ops_history_entry *history, struct canvas *canvas,
				   struct rect rect)
{
	char began[16], changed[16], step[64] = "";
	enum severity severity = plan_story_severity(history);
	history_view_ago(app, history->started_ms, began);
	history_view_ago(app, history->changed_ms, changed);
	if (history->step < history->step_count)
		snprintf(step, sizeof step, " at step %zu of %zu", history->step + 1, history->step_count);
	canvas_put(canvas, rect.y, rect.x, 1, severity_style(severity), severity_sign(severity, canvas->ascii));
	canvas_put_fit(canvas, rect.y, rect.x + 2, rect.width - 2, STYLE_TEXT | STYLE_BOLD, history->title);
	int x = rect.x + 2;
	x += canvas_printf(canvas, rect.y + 1, x, rect.width - 2, severity_style(severity) | STYLE_BOLD, "%s%s",
			   ops_history_word(history->state), step);
	CLEANUP(free)
	char *who = str_printf("by %s, started %s ago, last updated %s ago", history->who, began, changed);
	canvas_put_fit(canvas, rect.y + 1, x + 2, rect.x + rect.width - x - 2, STYLE_DIM, who);
	canvas_hline(canvas, rect.y + 2, rect.x, rect.width, STYLE_BORDER);
}

static void history_view_draw(struct view *view, struct canvas *canvas, struct rect rect)
{
	struct view_history *self = view->state;
	struct rect inner = {rect.y, rect.x + 1, rect.height, rect.width - 2};
	if (loop_now_ms(view->app->loop) - self->read_ms >= READ_AGAIN_MS)
		history_view_read(view);
	if (!self->plan) {
		canvas_put_fit(canvas, inner.y + 1, inner.x + 1, inner.width - 2, STYLE_BAD, self->err.text);
		return;
	}
	const struct ops_history_entry *history = &self->histories.items[0];
	history_view_draw_head(view->app, history, canvas, inner);
	int body = inner.height - HEAD_ROWS - DEED_ROWS - 1;
	if (body > 0) {
		self->lines.width = inner.width;
		self->lines.ascii = canvas->ascii;
		plan_lines_of_plan(&self->lines, self->plan);
		plan_lines_draw(&self->lines, canvas, (struct rect){inner.y + HEAD_ROWS, inner.x, body, inner.width});
	}
	struct rect foot = {inner.y + inner.height - DEED_ROWS, inner.x, DEED_ROWS, inner.width};
	canvas_hline(canvas, foot.y - 1, inner.x, inner.width, STYLE_BORDER);
	plan_story_draw_deeds(view->app, history, canvas, foot);
}

/* ---- input ---- */

static bool history_view_event(struct view *view, const struct event *event)
{
	return plan_lines_event(&((struct view_history *)view->state)->lines, event);
}

static bool history_view_act(struct view *view, enum action action)
{
	struct view_history *self = view->state;
	return plan_lines_act(&self->lines, action) ||
	       (self->plan && plan_story_act(view->app, action, &self->histories.items[0]));
}

static void history_view_title(struct view *view, struct buf *out)
{
	buf_printf(out, "plan %s", view->scope.name);
}

static const struct view_class view_history = {
	.name = "finished plan",
	.keys = VIEW_KEYS_HISTORY,
	.shows_history = true,
	.open = history_view_open,
	.close = history_view_close,
	.draw = history_view_draw,
	.event = history_view_event,
	.act = history_view_act,
	.title = history_view_title,
};

void view_history_show(struct app *app, const struct ops_history_entry *history)
{
	struct view_scope scope = {0};
	snprintf(scope.name, sizeof scope.name, "%s", history->id);
	app_push(app, &view_history, NULL, &scope, NULL);
}
