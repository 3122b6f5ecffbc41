/* Which row of which line is at the top of a pager, and moving it. Wrapped rows are never stored: they follow from the
 * text and the width. */
#include "tui/widgets/pager_private.h"

/* ---- rows of a line ---- */

static int pager_room(const struct pager *pager)
{
	return pager->rect.width > 0 ? pager->rect.width : 1;
}

int pager_rows_of(const struct pager *pager, size_t index)
{
	const struct pager_line *line = pager_line_at(pager, index);
	int rows = 1;
	if (!pager->wrap || line->len == 0)
		return 1;
	size_t at = canvas_text_fit(line->text, line->len, pager_room(pager));
	for (; at < line->len; rows++)
		at += canvas_text_fit(line->text + at, line->len - at, pager_room(pager));
	return rows;
}

void pager_row_bounds(const struct pager *pager, const struct pager_line *line, int row, size_t *from, size_t *to)
{
	*from = 0;
	if (!pager->wrap) {
		*from = canvas_text_fit(line->text, line->len, pager->left);
		*to = *from + canvas_text_fit(line->text + *from, line->len - *from, pager_room(pager));
		return;
	}
	*to = canvas_text_fit(line->text, line->len, pager_room(pager));
	for (; row > 0 && *to < line->len; row--) {
		*from = *to;
		*to = *from + canvas_text_fit(line->text + *from, line->len - *from, pager_room(pager));
	}
}

/* ---- moving ---- */

static bool row_up(struct pager *pager)
{
	if (pager->top_row > 0) {
		pager->top_row--;
		return true;
	}
	size_t above = pager->top > 0 ? pager_shown_from(pager, pager->top - 1, true) : pager->count;
	if (above >= pager->count)
		return false;
	pager->top = above;
	pager->top_row = pager_rows_of(pager, above) - 1;
	return true;
}

static bool row_down(struct pager *pager)
{
	if (pager->top_row + 1 < pager_rows_of(pager, pager->top)) {
		pager->top_row++;
		return true;
	}
	size_t below = pager_shown_from(pager, pager->top + 1, false);
	if (below >= pager->count)
		return false;
	pager->top = below;
	pager->top_row = 0;
	return true;
}

void pager_go_to_end(struct pager *pager)
{
	pager->top = pager->count > 0 ? pager_shown_from(pager, pager->count - 1, true) : 0;
	pager->top_row = 0;
	if (pager->top >= pager->count) {
		pager->top = 0;
		return;
	}
	pager->top_row = pager_rows_of(pager, pager->top) - 1;
	for (int i = 1; i < pager->rect.height && row_up(pager); i++)
		continue;
}

static bool is_below(const struct pager *pager, size_t top, int row)
{
	return pager->top != top ? pager->top > top : pager->top_row > row;
}

void pager_hold_end(struct pager *pager)
{
	size_t top = pager->top;
	int row = pager->top_row;
	pager_go_to_end(pager);
	if (is_below(pager, top, row)) {
		pager->top = top;
		pager->top_row = row;
	}
}

void pager_hold_top(struct pager *pager)
{
	size_t shown = pager_shown_from(pager, pager->top, false);
	if (shown >= pager->count)
		shown = pager->count > 0 ? pager_shown_from(pager, pager->count - 1, true) : 0;
	if (shown != pager->top)
		pager->top_row = 0;
	pager->top = shown < pager->count ? shown : 0;
	if (pager->top < pager->count && pager->top_row >= pager_rows_of(pager, pager->top))
		pager->top_row = 0;
}

void pager_scroll(struct pager *pager, int rows)
{
	if (pager->count == 0)
		return;
	pager_hold_top(pager);
	for (; rows < 0 && row_up(pager); rows++)
		pager->follow = false;
	for (; rows > 0 && row_down(pager); rows--)
		continue;
	pager_hold_end(pager);
}

void pager_go_to(struct pager *pager, size_t line)
{
	pager->top = line;
	pager->top_row = 0;
	/* A third from the top, so that what leads to it is seen. */
	for (int i = 0; i < pager->rect.height / 3 && row_up(pager); i++)
		continue;
	pager_hold_end(pager);
}
