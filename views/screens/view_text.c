/* What views with a pager have in common. */
#include "views/screens/view_text.h"

#include "api/base/str.h"

static struct pager *pager_of(struct view *view)
{
	return ((struct text_view *)view->state)->pager;
}

void text_view_draw(struct view *view, struct canvas *canvas, struct rect rect)
{
	pager_draw(pager_of(view), canvas, rect_inset(rect, 0, 1));
}

bool text_view_event(struct view *view, const struct event *event)
{
	return pager_event(pager_of(view), event);
}

bool text_view_act(struct view *view, enum action action)
{
	if (action != ACTION_WRAP)
		return false;
	pager_set_wrap(pager_of(view), !pager_wraps(pager_of(view)));
	return true;
}

/* What is looked for is kept in the scope's name, where nothing else of a text view is. */
bool text_view_search(struct view *view, const char *text, struct err *err)
{
	if (!pager_search(pager_of(view), text, err))
		return false;
	snprintf(view->scope.name, sizeof view->scope.name, "%s", text);
	return true;
}

const char *text_view_searched(struct view *view)
{
	return view->scope.name;
}

void text_view_title(struct view *view, struct buf *out)
{
	buf_append_str(out, view->class->name);
	if (*view->selection.name)
		buf_printf(out, " %s", view->selection.name);
	buf_printf(out, " %d%%", pager_percent(pager_of(view)));
	if (*view->scope.name)
		buf_printf(out, " /%s/ n N", view->scope.name);
}
