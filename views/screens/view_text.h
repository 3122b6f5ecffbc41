/* What describe, YAML, help and logs share: a pager as a view. */
#ifndef MQDECK_VIEWS_SCREENS_VIEW_TEXT_H
#define MQDECK_VIEWS_SCREENS_VIEW_TEXT_H

#include "tui/widgets/pager.h"
#include "views/app/app.h"

enum { TEXT_VIEW_MAX = 4 * 1024 * 1024 };

/* A view whose state begins with this can use the functions below as its class's. */
struct text_view {
	struct pager *pager;
};

void text_view_draw(struct view *view, struct canvas *canvas, struct rect rect);
bool text_view_event(struct view *view, const struct event *event);
bool text_view_act(struct view *view, enum action action);                   /* wrap */
bool text_view_search(struct view *view, const char *text, struct err *err); /* the filter of texts: n and N go on */
const char *text_view_searched(struct view *view);
void text_view_title(struct view *view, struct buf *out); /* "describe kafka-0" */

#endif
