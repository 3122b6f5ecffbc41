/* What is seen of a pager: colours of its text, drawing it, and the keys that move it. */
#include "tui/widgets/pager_private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE_STEP = 8, WHEEL_LINES = 3, LEFT_MAX = PAGER_LINE_MAX };

/* ---- colours ---- */

struct pager_painting {
	style_t *styles; /* one a byte */
	size_t len;
};

static void pager_paint(void *context, size_t from, size_t to, style_t style)
{
	struct pager_painting *painting = context;
	for (size_t i = from; i < to && i < painting->len; i++)
		painting->styles[i] = style;
}

static void paint_matches(const struct pager *pager, const struct pager_line *line, struct pager_painting *painting)
{
	size_t start, end;
	for (size_t at = 0; pattern_find(pager->search, line->text, line->len, at, &start, &end);) {
		pager_paint(painting, start, end, STYLE_MATCH);
		at = end > at ? end : at + 1;
	}
}

static void paint_line(const struct pager *pager, const struct pager_line *line, struct pager_painting *painting)
{
	for (size_t i = 0; i < line->len; i++)
		painting->styles[i] = line->style;
	if (pager->highlight)
		pager->highlight(pager->highlight_data, line->text, line->len, pager_paint, painting);
	if (pager->search)
		paint_matches(pager, line, painting);
}

/* Behind the indent and the dashes of a list. */
static size_t yaml_begin(const char *line, size_t len)
{
	size_t at = 0;
	while (at < len && (line[at] == ' ' || (line[at] == '-' && at + 1 < len && line[at + 1] == ' ')))
		at++;
	return at;
}

void pager_highlight_yaml(void *data, const char *line, size_t len, pager_paint_fn *put, void *context)
{
	size_t at = yaml_begin(line, len);
	if (at < len && line[at] == '#') {
		put(context, at, len, STYLE_DIM);
		return;
	}
	size_t end = at;
	while (end < len && line[end] != ':' && line[end] != ' ' && line[end] != '"')
		end++;
	bool key = end < len && end > at && line[end] == ':' && (end + 1 == len || line[end + 1] == ' ');
	if (!key)
		return;
	put(context, at, end, STYLE_HEADER);
	put(context, end, end + 1, STYLE_DIM);
}

/* ---- drawing ---- */

static void pager_draw_row(const struct pager *pager, struct canvas *canvas, int y, const struct pager_line *line,
			   int row)
{
	size_t from, to;
	pager_row_bounds(pager, line, row, &from, &to);
	if (from >= to)
		return;
	struct pager_painting painting = {.styles = mem_resize(NULL, line->len, sizeof(style_t)), .len = line->len};
	paint_line(pager, line, &painting);
	int x = pager->rect.x, end = pager->rect.x + pager->rect.width;
	while (from < to && x < end) {
		size_t run = from;
		while (run < to && painting.styles[run] == painting.styles[from])
			run++;
		x += canvas_put_len(canvas, y, x, end - x, painting.styles[from], line->text + from, run - from);
		from = run;
	}
	free(painting.styles);
}

void pager_draw(struct pager *pager, struct canvas *canvas, struct rect rect)
{
	rect = rect_clip(rect, canvas_rect(canvas));
	pager->rect = rect;
	canvas_fill(canvas, rect, STYLE_TEXT, ' ');
	if (pager->shown_count == 0)
		return;
	pager_hold_top(pager);
	if (pager->follow)
		pager_go_to_end(pager);
	else
		pager_hold_end(pager);
	size_t index = pager->top;
	int row = pager->top_row;
	for (int y = rect.y; y < rect.y + rect.height && index < pager->count; y++) {
		pager_draw_row(pager, canvas, y, pager_line_at(pager, index), row);
		if (++row < pager_rows_of(pager, index))
			continue;
		row = 0;
		index = pager_shown_from(pager, index + 1, false);
	}
}

/* ---- input ---- */

static void pager_scroll_aside(struct pager *pager, int columns)
{
	int left = pager->left + columns;
	pager->left = pager->wrap || left < 0 ? 0 : left > LEFT_MAX ? LEFT_MAX : left;
}

static void go_to_start(struct pager *pager)
{
	pager->follow = false;
	pager->top = 0;
	pager->top_row = 0;
}

static void follow_end(struct pager *pager)
{
	pager_go_to_end(pager);
	pager->follow = true;
}

static void next_match(struct pager *pager)
{
	pager_search_next(pager, false);
}

static void previous_match(struct pager *pager)
{
	pager_search_next(pager, true);
}

static bool pager_on_key(struct pager *pager, struct key key)
{
	const int page = pager->rect.height > 1 ? pager->rect.height - 1 : 1;
	const struct {
		struct key key;
		int rows, columns;
		void (*act)(struct pager *pager);
	} table[] = {
		{{KEY_CODE_UP, 0}, -1, 0, NULL},
		{{'k', 0}, -1, 0, NULL},
		{{KEY_CODE_DOWN, 0}, 1, 0, NULL},
		{{'j', 0}, 1, 0, NULL},
		{{KEY_CODE_PAGE_UP, 0}, -page, 0, NULL},
		{{'b', KEY_MOD_CTRL}, -page, 0, NULL},
		{{KEY_CODE_PAGE_DOWN, 0}, page, 0, NULL},
		{{'f', KEY_MOD_CTRL}, page, 0, NULL},
		{{KEY_CODE_LEFT, 0}, 0, -SIDE_STEP, NULL},
		{{'h', 0}, 0, -SIDE_STEP, NULL},
		{{KEY_CODE_RIGHT, 0}, 0, SIDE_STEP, NULL},
		{{'l', 0}, 0, SIDE_STEP, NULL},
		{{KEY_CODE_HOME, 0}, 0, 0, go_to_start},
		{{'g', 0}, 0, 0, go_to_start},
		{{KEY_CODE_END, 0}, 0, 0, follow_end},
		{{'G', 0}, 0, 0, follow_end},
		{{'n', 0}, 0, 0, next_match},
		{{'N', 0}, 0, 0, previous_match},
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (!key_equal(table[i].key, key))
			continue;
		if (table[i].act)
			table[i].act(pager);
		pager_scroll(pager, table[i].rows);
		pager_scroll_aside(pager, table[i].columns);
		return true;
	}
	return false;
}

bool pager_event(struct pager *pager, const struct event *event)
{
	if (event->type == EVENT_KEY)
		return pager_on_key(pager, event->key);
	bool wheel = event->type == EVENT_MOUSE &&
		     (event->mouse.action == EVENT_MOUSE_WHEEL_UP || event->mouse.action == EVENT_MOUSE_WHEEL_DOWN);
	if (!wheel || !rect_holds(pager->rect, event->mouse.y, event->mouse.x))
		return false;
	pager_scroll(pager, event->mouse.action == EVENT_MOUSE_WHEEL_UP ? -WHEEL_LINES : WHEEL_LINES);
	return true;
}
