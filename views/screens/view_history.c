/* One plan of the journal: where it stands, its steps, what it was said to mean, and what can be done with it now. */
#include <stdio.h>
#include <stdlib.h>

#include "api/base/str.h"
#include "views/console/operation_picker.h"
#include "views/screens/plan_story.h"
#include "views/screens/plan_lines.h"

enum { HEAD_ROWS = 3, DEED_ROWS = 3, READ_AGAIN_MS = 500 };

struct past_view {
	struct ops_pasts pasts; /* just this one; empty when it cannot be read */
	struct ops_plan *plan;  /* NULL then, or when it is of an operation that this mqdeck has not */
	struct err err;
	struct plan_lines lines;
	int64_t read_ms;
};

/* Another process may run it: it is read again, when it changed and when its process ended. */
static void read_past(struct view *view)
{
	struct past_view *self = view->state;
	struct app *app = view->app;
	const char *dir = app->session ? app->session->plans_dir : NULL;
	const struct past_plan *before = self->pasts.count ? self->pasts.read[0] : NULL;
	enum ops_past_state state = self->pasts.count ? self->pasts.items[0].state : OPS_PAST_UNREADABLE;
	self->read_ms = loop_now_ms(app->loop);
	err_clear(&self->err);
	if (!dir)
		err_set(&self->err, ERR_REFUSED, "no journals of plans are kept here");
	else if (ops_pasts_read_one(dir, view->scope.name, &self->pasts, &self->err) &&
		 self->pasts.read[0] == before && self->pasts.items[0].state == state)
		return;
	ops_plan_destroy(self->plan);
	self->plan = self->pasts.count ? ops_past_plan(dir, view->scope.name, &self->err) : NULL;
}

static void open(struct view *view)
{
	view->state = mem_alloc(sizeof(struct past_view));
	read_past(view);
}

static void close(struct view *view)
{
	struct past_view *self = view->state;
	ops_plan_destroy(self->plan);
	ops_pasts_finish(&self->pasts);
	plan_lines_finish(&self->lines);
	free(self);
}

/* ---- drawing ---- */

static void ago(const struct app *app, int64_t wall_ms, char out[static 16])
{
	int64_t passed = (clock_wall_ms(loop_clock(app->loop)) - wall_ms) / 1000;
	cell_human_age(passed < 0 ? 0 : passed, out);
}

static void draw_head(struct app *app, const struct ops_past *past, struct canvas *canvas, struct rect rect)
{
	char began[16], changed[16], step[64] = "";
	enum severity severity = past_severity(past);
	ago(app, past->started_ms, began);
	ago(app, past->changed_ms, changed);
	if (past->step < past->step_count)
		snprintf(step, sizeof step, " at step %zu of %zu", past->step + 1, past->step_count);
	canvas_put(canvas, rect.y, rect.x, 1, severity_style(severity), severity_sign(severity, canvas->ascii));
	canvas_put_fit(canvas, rect.y, rect.x + 2, rect.width - 2, STYLE_TEXT | STYLE_BOLD, past->title);
	int x = rect.x + 2;
	x += canvas_printf(canvas, rect.y + 1, x, rect.width - 2, severity_style(severity) | STYLE_BOLD, "%s%s",
			   ops_past_word(past->state), step);
	CLEANUP(free)
	char *who = str_printf("by %s, begun %s ago, last written %s ago", past->who, began, changed);
	canvas_put_fit(canvas, rect.y + 1, x + 2, rect.x + rect.width - x - 2, STYLE_DIM, who);
	canvas_hline(canvas, rect.y + 2, rect.x, rect.width, STYLE_BORDER);
}

static void draw(struct view *view, struct canvas *canvas, struct rect rect)
{
	struct past_view *self = view->state;
	struct rect inner = {rect.y, rect.x + 1, rect.height, rect.width - 2};
	if (loop_now_ms(view->app->loop) - self->read_ms >= READ_AGAIN_MS)
		read_past(view);
	if (!self->plan) {
		canvas_put_fit(canvas, inner.y + 1, inner.x + 1, inner.width - 2, STYLE_BAD, self->err.text);
		return;
	}
	const struct ops_past *past = &self->pasts.items[0];
	draw_head(view->app, past, canvas, inner);
	int body = inner.height - HEAD_ROWS - DEED_ROWS - 1;
	if (body > 0) {
		self->lines.width = inner.width;
		self->lines.ascii = canvas->ascii;
		plan_lines_of_plan(&self->lines, self->plan);
		plan_lines_draw(&self->lines, canvas, (struct rect){inner.y + HEAD_ROWS, inner.x, body, inner.width});
	}
	struct rect foot = {inner.y + inner.height - DEED_ROWS, inner.x, DEED_ROWS, inner.width};
	canvas_hline(canvas, foot.y - 1, inner.x, inner.width, STYLE_BORDER);
	past_draw_deeds(view->app, past, canvas, foot);
}

/* ---- input ---- */

static bool event(struct view *view, const struct event *event)
{
	return plan_lines_event(&((struct past_view *)view->state)->lines, event);
}

static bool act(struct view *view, enum action action)
{
	struct past_view *self = view->state;
	return self->plan && past_act(view->app, action, &self->pasts.items[0]);
}

static void title(struct view *view, struct buf *out)
{
	buf_printf(out, "plan %s", view->scope.name);
}

const struct view_class view_past = {
	.name = "past plan",
	.keys = KEYS_OPERATIONS,
	.open = open,
	.close = close,
	.draw = draw,
	.event = event,
	.act = act,
	.title = title,
};
