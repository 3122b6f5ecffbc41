/* Lays pieces out on one line from both ends; which ones fit is decided before anything is drawn. */
#include "tui/draw/bar.h"

#include "api/base/str.h"

enum { PIECES_MAX = 64 };

static int piece_width(const struct bar_piece *piece)
{
	int width = canvas_text_width(str_or(piece->text, ""));
	if (!str_empty(piece->key))
		width += canvas_text_width(piece->key) + (width > 0);
	return width;
}

static bool is_empty(const struct bar_piece *piece)
{
	return str_empty(piece->text) && str_empty(piece->key);
}

/* Marks the pieces that stay: while they do not fit, the one with the highest priority (of equals the last) goes. */
static void bar_choose_pieces(const struct bar_piece *pieces, size_t count, int columns, int gap, bool *shown)
{
	for (;;) {
		int total = -gap;
		size_t worst = count;
		for (size_t i = 0; i < count; i++) {
			if (!shown[i])
				continue;
			total += piece_width(&pieces[i]) + gap;
			if (pieces[i].priority > 0 && (worst == count || pieces[i].priority >= pieces[worst].priority))
				worst = i;
		}
		if (total <= columns || worst == count)
			return;
		shown[worst] = false;
	}
}

static int draw_piece(struct canvas *canvas, int y, int x, int columns, const struct bar_piece *piece)
{
	int used = 0;
	if (columns <= 0)
		return 0;
	if (!str_empty(piece->key)) {
		used = canvas_put(canvas, y, x, columns, STYLE_KEY, piece->key);
		used += used < columns && !str_empty(piece->text);
	}
	return used + canvas_put(canvas, y, x + used, columns - used, piece->style, str_or(piece->text, ""));
}

void bar_draw(struct canvas *canvas, int y, int x, int columns, style_t fill, int gap, const struct bar_piece *pieces,
	      size_t count)
{
	bool shown[PIECES_MAX];
	count = count < PIECES_MAX ? count : PIECES_MAX;
	for (size_t i = 0; i < count; i++)
		shown[i] = !is_empty(&pieces[i]);
	bar_choose_pieces(pieces, count, columns, gap, shown);
	canvas_fill(canvas, (struct rect){y, x, 1, columns}, fill, ' ');
	int left = x, right = x + columns;
	for (size_t i = count; i-- > 0;) {
		if (!shown[i] || !pieces[i].right)
			continue;
		int width = piece_width(&pieces[i]);
		right = right - width < x ? x : right - width;
		draw_piece(canvas, y, right, width, &pieces[i]);
		right -= gap;
	}
	for (size_t i = 0; i < count; i++) {
		if (!shown[i] || pieces[i].right)
			continue;
		left += draw_piece(canvas, y, left, right - left, &pieces[i]) + gap;
	}
}

void bar_draw_crumbs(struct canvas *canvas, int y, int x, int columns, const char *const *names, size_t count)
{
	const char *between = canvas->ascii ? " > " : " › ";
	size_t first = 0;
	for (; first + 1 < count; first++) {
		int total = first > 0 ? 2 : 0;
		for (size_t i = first; i < count; i++)
			total += canvas_text_width(names[i]) + (i > first ? 3 : 0);
		if (total <= columns)
			break;
	}
	int end = x + columns;
	canvas_fill(canvas, (struct rect){y, x, 1, columns}, STYLE_CRUMB, ' ');
	if (first > 0)
		x += canvas_put(canvas, y, x, end - x, STYLE_CRUMB, canvas->ascii ? "~ " : "… ");
	for (size_t i = first; i < count && x < end; i++) {
		if (i > first)
			x += canvas_put(canvas, y, x, end - x, STYLE_CRUMB, between);
		x += canvas_put(canvas, y, x, end - x, i + 1 == count ? STYLE_CRUMB_ACTIVE : STYLE_CRUMB, names[i]);
	}
}
