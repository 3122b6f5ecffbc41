/* The text of a pager: lines in a ring with a cap, colour sequences taken out, search and filter. */
#include "tui/widgets/pager.h"

#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "tui/widgets/pager_private.h"

enum { TAB = 8, RING_START = 64, LINE_COST = sizeof(struct pager_line) + 16, PAGE_LINES = 25 };

struct pager *pager_create(size_t max_bytes)
{
	struct pager *pager = mem_alloc(sizeof *pager);
	pager->max_bytes = max_bytes;
	pager->rect = (struct rect){.height = PAGE_LINES, .width = 80};
	return pager;
}

void pager_destroy(struct pager *pager)
{
	if (!pager)
		return;
	pager_clear(pager);
	pattern_destroy(pager->search);
	pattern_destroy(pager->filter);
	free(pager->ring);
	free(pager);
}

/* ---- the ring ---- */

static void drop_oldest(struct pager *pager)
{
	struct pager_line *line = pager_line_at(pager, 0);
	pager->bytes -= line->len + LINE_COST;
	pager->shown_count -= line->shown;
	free(line->text);
	pager->head = (pager->head + 1) & (pager->size - 1);
	pager->count--;
	pager->dropped++;
	if (pager->top > 0)
		pager->top--;
	else
		pager->top_row = 0;
	if (pager->found > 0)
		pager->found--;
}

void pager_clear(struct pager *pager)
{
	while (pager->count > 0)
		drop_oldest(pager);
	pager->head = pager->top = pager->found = 0;
	pager->top_row = pager->left = 0;
	pager->dropped = 0;
}

static void pager_grow(struct pager *pager)
{
	size_t size = pager->size ? pager->size * 2 : RING_START;
	struct pager_line *ring = mem_resize(NULL, size, sizeof *ring);
	for (size_t i = 0; i < pager->count; i++)
		ring[i] = *pager_line_at(pager, i);
	free(pager->ring);
	pager->ring = ring;
	pager->size = size;
	pager->head = 0;
}

/* ---- text in ---- */

/* Bytes of a colour sequence (CSI … m) at the front; 0 when there is none. */
static size_t colour_sequence(const char *text, size_t len)
{
	if (len < 3 || text[0] != '\x1b' || text[1] != '[')
		return 0;
	size_t at = 2;
	while (at < len && (strchr("0123456789;:", text[at]) && text[at]))
		at++;
	return at < len && text[at] == 'm' ? at + 1 : 0;
}

static char *pager_prepare(const char *text, size_t len, size_t *out_len)
{
	len = len < PAGER_LINE_MAX ? len : PAGER_LINE_MAX;
	if (len > 0 && text[len - 1] == '\r')
		len--;
	size_t tabs = 0, kept = 0;
	for (size_t i = 0; i < len; i++)
		tabs += text[i] == '\t';
	char *out = mem_alloc(len + tabs * TAB + 1);
	for (size_t i = 0; i < len;) {
		size_t colour = colour_sequence(text + i, len - i);
		if (colour > 0) {
			i += colour;
		} else if (text[i] == '\t') {
			do
				out[kept++] = ' ';
			while (kept % TAB != 0);
			i++;
		} else {
			out[kept++] = text[i++];
		}
	}
	*out_len = kept;
	return kept < len ? mem_resize(out, kept + 1, 1) : out;
}

static bool pager_passes(const struct pager *pager, const struct pager_line *line)
{
	return !pager->filter || pattern_match(pager->filter, line->text, line->len);
}

void pager_append(struct pager *pager, style_t style, const char *text, size_t len)
{
	if (pager->count == pager->size)
		pager_grow(pager);
	size_t kept;
	struct pager_line line = {.text = pager_prepare(text, len, &kept), .style = style};
	line.len = (uint32_t)kept;
	line.shown = pager_passes(pager, &line);
	*pager_line_at(pager, pager->count++) = line;
	pager->bytes += line.len + LINE_COST;
	pager->shown_count += line.shown;
	while (pager->bytes > pager->max_bytes && pager->count > 1)
		drop_oldest(pager);
}

void pager_append_text(struct pager *pager, style_t style, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		pager_append(pager, style, text, len);
		text += len;
		text += *text == '\n';
	}
}

void pager_set_text(struct pager *pager, const char *text)
{
	size_t top = pager->top;
	int row = pager->top_row, left = pager->left;
	pager_clear(pager);
	pager_append_text(pager, STYLE_TEXT, text);
	pager->left = left;
	if (top >= pager->count)
		return;
	pager->top = top;
	pager->top_row = row;
}

/* ---- settings ---- */

void pager_set_highlight(struct pager *pager, pager_highlight_fn *highlight, void *data)
{
	pager->highlight = highlight;
	pager->highlight_data = data;
}

void pager_set_wrap(struct pager *pager, bool wrap)
{
	pager->wrap = wrap;
	pager->top_row = pager->left = 0;
}

bool pager_wraps(const struct pager *pager)
{
	return pager->wrap;
}

void pager_set_follow(struct pager *pager, bool follow)
{
	pager->follow = follow;
}

bool pager_follows(const struct pager *pager)
{
	return pager->follow;
}

size_t pager_line_count(const struct pager *pager)
{
	return pager->shown_count;
}

size_t pager_bytes(const struct pager *pager)
{
	return pager->bytes;
}

uint64_t pager_dropped(const struct pager *pager)
{
	return pager->dropped;
}

int pager_percent(const struct pager *pager)
{
	size_t bottom = pager->top + (size_t)(pager->rect.height > 0 ? pager->rect.height : 0);
	if (pager->count == 0 || bottom >= pager->count)
		return 100;
	return (int)(bottom * 100 / pager->count);
}

/* ---- search and filter ---- */

static bool pager_line_matches(const struct pager *pager, size_t index)
{
	const struct pager_line *line = pager_line_at(pager, index);
	size_t start, end;
	return line->shown && pattern_find(pager->search, line->text, line->len, 0, &start, &end);
}

/* Looks through all lines once, beginning at `from`. */
static bool pager_find_match(struct pager *pager, size_t from, bool backwards)
{
	for (size_t i = 0; i < pager->count; i++) {
		size_t index = (from + (backwards ? pager->count - i : i)) % pager->count;
		if (!pager_line_matches(pager, index))
			continue;
		pager->found = index;
		pager->follow = false;
		pager_go_to(pager, index);
		return true;
	}
	return false;
}

bool pager_search(struct pager *pager, const char *text, struct err *err)
{
	struct pattern *search = NULL;
	if (!str_empty(text)) {
		search = pattern_compile(text, PATTERN_NO_CASE, err);
		if (!search)
			return false;
	}
	pattern_destroy(pager->search);
	pager->search = search;
	pager->found = pager->top;
	if (search && pager->count > 0)
		pager_find_match(pager, pager->top, false);
	return true;
}

bool pager_search_next(struct pager *pager, bool backwards)
{
	if (!pager->search || pager->count == 0)
		return false;
	size_t next = backwards ? pager->found + pager->count - 1 : pager->found + 1;
	return pager_find_match(pager, next % pager->count, backwards);
}

bool pager_set_filter(struct pager *pager, const char *text, struct err *err)
{
	struct pattern *filter = NULL;
	if (!str_empty(text) && !str_eq(text, "!")) {
		filter = pattern_compile(text, PATTERN_NO_CASE | PATTERN_INVERSE, err);
		if (!filter)
			return false;
	}
	pattern_destroy(pager->filter);
	pager->filter = filter;
	pager->shown_count = 0;
	for (size_t i = 0; i < pager->count; i++) {
		struct pager_line *line = pager_line_at(pager, i);
		line->shown = pager_passes(pager, line);
		pager->shown_count += line->shown;
	}
	pager->top_row = 0;
	return true;
}
