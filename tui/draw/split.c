/* Dividing a rectangle in two by a share in percent, and dropping the second pane when there is no room for both. */
#include "tui/draw/split.h"

enum { PERCENT_MIN = 10, PERCENT_MAX = 90 };

static int split_hold_share(int percent)
{
	return percent < PERCENT_MIN ? PERCENT_MIN : percent > PERCENT_MAX ? PERCENT_MAX : percent;
}

/* Of `room` without the line between them: what the first pane gets; all of it when both do not fit. */
static int first_share(const struct split *split, int room)
{
	int first = (room - 1) * split_hold_share(split->percent) / 100;
	first = first < split->min_first ? split->min_first : first;
	if (room - 1 - first < split->min_second)
		first = room - 1 - split->min_second;
	return first < split->min_first || first < 1 || room - 1 - first < 1 ? room : first;
}

struct split_panes split_layout(const struct split *split, struct rect rect)
{
	struct split_panes panes = {.first = rect, .second = {.y = rect.y, .x = rect.x}};
	int room = split->vertical ? rect.width : rect.height;
	int first = first_share(split, room);
	if (first >= room)
		return panes;
	panes.second = rect;
	if (split->vertical) {
		panes.first.width = first;
		panes.second.x += first + 1;
		panes.second.width = room - first - 1;
	} else {
		panes.first.height = first;
		panes.second.y += first + 1;
		panes.second.height = room - first - 1;
	}
	return panes;
}

void split_draw(const struct split *split, struct canvas *canvas, struct rect rect)
{
	struct split_panes panes = split_layout(split, rect);
	if (panes.second.width == 0 || panes.second.height == 0)
		return;
	if (split->vertical)
		canvas_vline(canvas, rect.y, panes.second.x - 1, rect.height, STYLE_BORDER);
	else
		canvas_hline(canvas, panes.second.y - 1, rect.x, rect.width, STYLE_BORDER);
}

void split_grow(struct split *split, int percent)
{
	split->percent = split_hold_share(split_hold_share(split->percent) + percent);
}
