/* The pane that describes the row under the cursor: where it fits, and how it follows. */
#include "views/screens/detail.h"

#include <stdlib.h>

#include "api/base/str.h"
#include "views/app/app.h"
#include "views/screens/screens.h"

/* Side by side a table keeps its first columns and a description its lines only from this width on. */
enum {
	BESIDE_FROM = 150,
	BESIDE_PERCENT = 60,
	BELOW_PERCENT = 50,
	TABLE_MIN_WIDTH = 60,
	PANE_MIN_WIDTH = 40,
	MIN_HEIGHT = 6,
	STEP = 5
};

static void detail_forget(struct detail *detail)
{
	if (!detail->view)
		return;
	detail->view->class->close(detail->view);
	free(detail->view);
	detail->view = NULL;
}

void detail_finish(struct detail *detail)
{
	detail_forget(detail);
}

static bool is_drawn(const struct detail *detail)
{
	return detail->shown && detail->pane.width > 0 && detail->pane.height > 0;
}

struct rect detail_layout(struct detail *detail, struct rect rect)
{
	bool focused = detail->split.second_focused, beside = rect.width >= BESIDE_FROM;
	int percent = beside ? detail->beside : detail->below;
	detail->pane = (struct rect){0};
	if (!detail->shown)
		return rect;
	detail->split = (struct split){
		.vertical = beside,
		.percent = percent  ? percent
			   : beside ? BESIDE_PERCENT
				    : BELOW_PERCENT,
		.min_first = beside ? TABLE_MIN_WIDTH : MIN_HEIGHT,
		.min_second = beside ? PANE_MIN_WIDTH : MIN_HEIGHT,
	};
	struct split_panes panes = split_layout(&detail->split, rect);
	detail->pane = panes.second;
	detail->split.second_focused = focused && is_drawn(detail);
	return panes.first;
}

/* Another row begins at its own top. */
static void detail_follow(struct detail *detail, struct view *owner)
{
	struct selection selection;
	if (!owner->class->selection(owner, &selection)) {
		detail_forget(detail);
		return;
	}
	if (detail->view && detail->view->selection.sheet == selection.sheet &&
	    str_eq(detail->view->selection.key, selection.key))
		return;
	detail_forget(detail);
	detail->view = mem_alloc(sizeof *detail->view);
	*detail->view = (struct view){.class = &view_describe, .app = owner->app, .selection = selection};
	detail->view->class->open(detail->view);
	detail->view->class->act(detail->view, ACTION_WRAP); /* a pane is narrow */
	detail->view->class->update(detail->view);
}

void detail_draw(struct detail *detail, struct view *owner, struct canvas *canvas, struct rect rect)
{
	if (!is_drawn(detail))
		return;
	detail_follow(detail, owner);
	split_draw(&detail->split, canvas, rect);
	if (detail->view)
		detail->view->class->draw(detail->view, canvas, detail->pane);
}

void detail_update(struct detail *detail)
{
	if (detail->view)
		detail->view->class->update(detail->view);
}

static bool is_over(const struct rect *pane, const struct event_mouse *mouse)
{
	return mouse->y >= pane->y && mouse->y < pane->y + pane->height && mouse->x >= pane->x &&
	       mouse->x < pane->x + pane->width;
}

bool detail_event(struct detail *detail, const struct event *event)
{
	if (!is_drawn(detail) || !detail->view)
		return false;
	bool meant = event->type == EVENT_MOUSE ? is_over(&detail->pane, &event->mouse) : detail->split.second_focused;
	return meant && detail->view->class->event(detail->view, event);
}

static void detail_grow(struct detail *detail, int percent)
{
	split_grow(&detail->split, percent);
	*(detail->split.vertical ? &detail->beside : &detail->below) = detail->split.percent;
}

bool detail_act(struct detail *detail, enum action action)
{
	if (action == ACTION_DETAIL) {
		detail->shown = !detail->shown;
		detail->split.second_focused = false;
		return true;
	}
	if (!is_drawn(detail))
		return false;
	if (action == ACTION_DETAIL_FOCUS)
		detail->split.second_focused = !detail->split.second_focused;
	else if (action == ACTION_DETAIL_GROW)
		detail_grow(detail, -STEP);
	else if (action == ACTION_DETAIL_SHRINK)
		detail_grow(detail, STEP);
	else
		return false;
	return true;
}
