/* The inside of a pager. Private to tui/widgets/pager*.c. */
#ifndef MQDECK_TUI_WIDGETS_PAGER_PRIVATE_H
#define MQDECK_TUI_WIDGETS_PAGER_PRIVATE_H

#include "api/base/vec.h"
#include "tui/widgets/pager.h"
#include "tui/widgets/pattern.h"

struct pager_line {
	char *text;
	uint32_t len;
	style_t style;
	bool shown; /* passes the filter */
};

struct pager {
	struct pager_line *ring; /* `size` slots, a power of two; line i is ring[(head + i) & (size - 1)] */
	size_t size, head, count;
	size_t bytes, max_bytes, shown_count;
	uint64_t dropped;

	size_t top;  /* line at the top; always one that is shown, if there is any */
	int top_row; /* wrapped row of it */
	int left;    /* columns scrolled to the right, when not wrapped */
	bool wrap, follow;
	struct rect rect; /* drawn into last */

	struct pattern *search, *filter;
	size_t found; /* line of the match that was jumped to */
	pager_highlight_fn *highlight;
	void *highlight_data;
};

static inline struct pager_line *pager_line_at(const struct pager *pager, size_t index)
{
	return &pager->ring[(pager->head + index) & (pager->size - 1)];
}

/* The next shown line from `index` on, downwards or upwards; pager->count when there is none. */
static inline size_t pager_shown_from(const struct pager *pager, size_t index, bool up)
{
	while (index < pager->count && !pager_line_at(pager, index)->shown)
		index = up ? index - 1 : index + 1; /* below zero it wraps round, which is beyond the end */
	return index < pager->count ? index : pager->count;
}

/* ---- pager_rows.c ---- */
int pager_rows_of(const struct pager *pager, size_t index);
/* Where row `row` of the line begins and ends, in bytes. */
void pager_row_bounds(const struct pager *pager, const struct pager_line *line, int row, size_t *from, size_t *to);
/* After the text or the rectangle changed: the top is a line that is shown … */
void pager_hold_top(struct pager *pager);
/* … and never further down than the end needs. */
void pager_hold_end(struct pager *pager);
void pager_scroll(struct pager *pager, int rows);
/* Sets the top so that the last row is the last line of the rectangle. */
void pager_go_to_end(struct pager *pager);
void pager_go_to(struct pager *pager, size_t line);

#endif
