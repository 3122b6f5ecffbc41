/* A pane beside or below a table that describes the row under the cursor, and follows it. Beside where the terminal
 * is wide enough for both, below otherwise, and not at all where neither would be of use. */
#ifndef MQDECK_VIEWS_SCREENS_DETAIL_H
#define MQDECK_VIEWS_SCREENS_DETAIL_H

#include "tui/draw/split.h"
#include "views/app/view.h"

struct detail {
	struct split split; /* as drawn last */
	int beside, below;  /* the table's share each way, per cent; 0 = as it comes */
	bool shown;
	struct rect pane;  /* without size when it is not drawn */
	struct view *view; /* describes; NULL while there is nothing to describe */
};

void detail_finish(struct detail *detail);
/* What is left for the table. */
struct rect detail_layout(struct detail *detail, struct rect rect);
/* After the table was drawn, whose cursor owner's selection() tells. */
void detail_draw(struct detail *detail, struct view *owner, struct canvas *canvas, struct rect rect);
void detail_update(struct detail *detail); /* the world changed */
/* The mouse over the pane, and keys while it has the focus. */
bool detail_event(struct detail *detail, const struct event *event);
bool detail_act(struct detail *detail, enum action action); /* false: none of its actions */

#endif
