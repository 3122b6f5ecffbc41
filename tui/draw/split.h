/* Two panes in a rectangle, side by side or one over the other, with a line between them. */
#ifndef MQDECK_TUI_DRAW_SPLIT_H
#define MQDECK_TUI_DRAW_SPLIT_H

#include <stdbool.h>

#include "tui/draw/canvas.h"
#include "tui/keys/event.h"

struct split {
	bool vertical;             /* side by side */
	int percent;               /* of the first pane, 10..90 */
	int min_first, min_second; /* columns or rows; when both do not fit, the first pane has everything */
	bool second_focused;
};

struct split_panes {
	struct rect first, second; /* second has no size when it does not fit */
};

struct split_panes split_layout(const struct split *split, struct rect rect);
void split_draw(const struct split *split, struct canvas *canvas, struct rect rect); /* the line */
void split_grow(struct split *split, int percent); /* may be negative; stays within 10..90 */

#endif
