/* The grid: putting text and shapes into cells, clipped. Wide characters and combining marks are settled here, so that
 * nobody else has to think of them. */
#include "tui/draw/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/text.h"

enum { PRINTF_MAX = 1024, ESCAPED_MAX = 16 };

static const struct canvas_cell canvas_blank_cell = {.codepoint = ' ', .width = 1};

/* ---- the grid ---- */

static int canvas_hold_side(int side)
{
	return side < 1 ? 1 : side > CANVAS_SIDE_MAX ? CANVAS_SIDE_MAX : side;
}

struct canvas *canvas_create(int height, int width, bool ascii)
{
	struct canvas *canvas = mem_alloc(sizeof *canvas);
	canvas->ascii = ascii;
	canvas_resize(canvas, height, width);
	return canvas;
}

void canvas_destroy(struct canvas *canvas)
{
	if (!canvas)
		return;
	free(canvas->cells);
	free(canvas);
}

void canvas_resize(struct canvas *canvas, int height, int width)
{
	canvas->height = canvas_hold_side(height);
	canvas->width = canvas_hold_side(width);
	canvas->cells =
		mem_resize(canvas->cells, (size_t)canvas->height * (size_t)canvas->width, sizeof *canvas->cells);
	canvas_clear(canvas);
}

void canvas_clear(struct canvas *canvas)
{
	size_t count = (size_t)canvas->height * (size_t)canvas->width;
	for (size_t i = 0; i < count; i++)
		canvas->cells[i] = canvas_blank_cell;
	canvas->has_cursor = false;
}

void canvas_copy(struct canvas *to, const struct canvas *from)
{
	if (to->height != from->height || to->width != from->width)
		canvas_resize(to, from->height, from->width);
	memcpy(to->cells, from->cells, (size_t)from->height * (size_t)from->width * sizeof *from->cells);
	to->ascii = from->ascii;
	to->has_cursor = from->has_cursor;
	to->cursor_y = from->cursor_y;
	to->cursor_x = from->cursor_x;
	to->frame = from->frame;
}

bool canvas_equal(const struct canvas *a, const struct canvas *b)
{
	if (a->height != b->height || a->width != b->width || a->has_cursor != b->has_cursor)
		return false;
	if (a->has_cursor && (a->cursor_y != b->cursor_y || a->cursor_x != b->cursor_x))
		return false;
	return memcmp(a->cells, b->cells, (size_t)a->height * (size_t)a->width * sizeof *a->cells) == 0;
}

struct rect canvas_rect(const struct canvas *canvas)
{
	return (struct rect){.height = canvas->height, .width = canvas->width};
}

static struct canvas_cell *cell_at(const struct canvas *canvas, int y, int x)
{
	if (y < 0 || x < 0 || y >= canvas->height || x >= canvas->width)
		return NULL;
	return &canvas->cells[(size_t)y * (size_t)canvas->width + (size_t)x];
}

const struct canvas_cell *canvas_at(const struct canvas *canvas, int y, int x)
{
	return cell_at(canvas, y, x);
}

/* A wide character that loses one half must not leave the other behind. */
static void break_wide(struct canvas *canvas, int y, int x)
{
	struct canvas_cell *cell = cell_at(canvas, y, x);
	if (!cell || cell->width == 1)
		return;
	struct canvas_cell *other = cell_at(canvas, y, cell->width == 2 ? x + 1 : x - 1);
	cell->codepoint = ' ';
	cell->width = 1;
	memset(cell->marks, 0, sizeof cell->marks);
	if (!other)
		return;
	other->codepoint = ' ';
	other->width = 1;
	memset(other->marks, 0, sizeof other->marks);
}

static void set_cell(struct canvas *canvas, int y, int x, style_t style, uint32_t codepoint, int width)
{
	break_wide(canvas, y, x);
	struct canvas_cell *cell = cell_at(canvas, y, x);
	*cell = (struct canvas_cell){.codepoint = codepoint, .style = style, .width = (uint8_t)width};
	if (width != 2)
		return;
	break_wide(canvas, y, x + 1);
	cell[1] = (struct canvas_cell){.style = style};
}

/* ---- text ---- */

/* Where a stretch of text is being put. */
struct canvas_pen {
	struct canvas *canvas;
	int y, x;   /* next column; may lie left of the canvas */
	int end;    /* first column not to be drawn */
	int last_x; /* cell that takes combining marks; -1 = none */
	style_t style;
	bool full;
};

static void add_mark(struct canvas_pen *pen, int32_t codepoint)
{
	struct canvas_cell *cell = pen->last_x >= 0 ? cell_at(pen->canvas, pen->y, pen->last_x) : NULL;
	if (!cell || codepoint > 0xffff)
		return;
	for (int i = 0; i < CANVAS_MARKS; i++) {
		if (cell->marks[i])
			continue;
		cell->marks[i] = (uint16_t)codepoint;
		return;
	}
}

static void put_codepoint(struct canvas_pen *pen, int32_t codepoint)
{
	int width = text_codepoint_width(codepoint);
	if (width <= 0) {
		add_mark(pen, codepoint);
		return;
	}
	if (pen->x + width > pen->end) {
		pen->full = true;
		return;
	}
	pen->last_x = -1;
	if (pen->x >= 0 && pen->y >= 0 && pen->y < pen->canvas->height) {
		set_cell(pen->canvas, pen->y, pen->x, pen->style, (uint32_t)codepoint, width);
		pen->last_x = pen->x;
	}
	pen->x += width;
}

static void put_escaped(struct canvas_pen *pen, const char *bytes, size_t len)
{
	char escaped[ESCAPED_MAX];
	text_clean(bytes, len, escaped, sizeof escaped);
	for (const char *c = escaped; *c && !pen->full; c++)
		put_codepoint(pen, *c);
}

int canvas_put_len(struct canvas *canvas, int y, int x, int max_columns, style_t style, const char *text, size_t len)
{
	int end = max_columns < 0 || max_columns > canvas->width - x ? canvas->width : x + max_columns;
	struct canvas_pen pen = {.canvas = canvas, .y = y, .x = x, .end = end, .last_x = -1, .style = style};
	for (size_t at = 0; at < len && !pen.full;) {
		int32_t codepoint;
		size_t used = text_decode(text + at, len - at, &codepoint);
		if (text_is_unsafe(codepoint))
			put_escaped(&pen, text + at, used);
		else
			put_codepoint(&pen, codepoint);
		at += used;
	}
	return pen.x - x;
}

int canvas_put(struct canvas *canvas, int y, int x, int max_columns, style_t style, const char *text)
{
	return canvas_put_len(canvas, y, x, max_columns, style, text, strlen(text));
}

int canvas_printf(struct canvas *canvas, int y, int x, int max_columns, style_t style, const char *format, ...)
{
	char text[PRINTF_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return canvas_put(canvas, y, x, max_columns, style, text);
}

/* Columns of the character at the front; its bytes in *used. */
static int front_width(const char *text, size_t len, size_t *used)
{
	int32_t codepoint;
	char escaped[ESCAPED_MAX];
	*used = text_decode(text, len, &codepoint);
	if (text_is_unsafe(codepoint))
		return (int)text_clean(text, *used, escaped, sizeof escaped);
	return text_codepoint_width(codepoint);
}

int canvas_text_width(const char *text)
{
	int columns = 0;
	size_t len = strlen(text), used;
	for (size_t at = 0; at < len; at += used)
		columns += front_width(text + at, len - at, &used);
	return columns;
}

size_t canvas_text_fit(const char *text, size_t len, int columns)
{
	size_t at = 0, used;
	for (int taken = 0; at < len; at += used) {
		taken += front_width(text + at, len - at, &used);
		if (taken > columns && (at > 0 || columns <= 0))
			break;
	}
	return at;
}

static void blank_out(struct canvas *canvas, int y, int x, int columns, style_t style)
{
	canvas_fill(canvas, (struct rect){.y = y, .x = x, .height = 1, .width = columns}, style, ' ');
}

int canvas_put_fit(struct canvas *canvas, int y, int x, int columns, style_t style, const char *text)
{
	if (columns <= 0)
		return 0;
	int width = canvas_text_width(text);
	bool cut = width > columns;
	int used = canvas_put(canvas, y, x, cut ? columns - 1 : columns, style, text);
	blank_out(canvas, y, x + used, columns - used, style);
	if (cut)
		canvas_glyph(canvas, y, x + used, style, canvas->ascii ? '~' : 0x2026);
	return cut ? columns : used;
}

/* Bytes of the first row of text, which does not fit as a whole: up to a space where there is one. */
static size_t wrap_after(const char *text, int columns)
{
	size_t fits = text_fit(text, (size_t)columns), cut = fits;
	while (cut > 0 && text[cut] != ' ')
		cut--;
	return cut ? cut : fits;
}

int canvas_put_wrapped(struct canvas *canvas, int y, int x, int columns, int rows, style_t style, const char *text)
{
	int row = 0;
	while (row < rows && columns > 0) {
		if (row == rows - 1 || canvas_text_width(text) <= columns) {
			canvas_put_fit(canvas, y + row, x, columns, style, text);
			return row + 1;
		}
		size_t cut = wrap_after(text, columns);
		canvas_put_len(canvas, y + row, x, columns, style, text, cut);
		text += cut + (text[cut] == ' ');
		row++;
	}
	return row;
}

int canvas_wrapped_rows(const char *text, int columns, int rows)
{
	int row = 0;
	while (row < rows && columns > 0) {
		row++;
		if (row == rows || canvas_text_width(text) <= columns)
			break;
		size_t cut = wrap_after(text, columns);
		text += cut + (text[cut] == ' ');
	}
	return row;
}

void canvas_put_right(struct canvas *canvas, int y, int x, int columns, style_t style, const char *text)
{
	int width = canvas_text_width(text);
	int lead = width < columns ? columns - width : 0;
	blank_out(canvas, y, x, lead, style);
	canvas_put_fit(canvas, y, x + lead, columns - lead, style, text);
}

/* ---- shapes ---- */

struct rect rect_clip(struct rect rect, struct rect within)
{
	int bottom = rect.y + rect.height, right = rect.x + rect.width;
	if (bottom > within.y + within.height)
		bottom = within.y + within.height;
	if (right > within.x + within.width)
		right = within.x + within.width;
	rect.y = rect.y < within.y ? within.y : rect.y;
	rect.x = rect.x < within.x ? within.x : rect.x;
	rect.height = bottom > rect.y ? bottom - rect.y : 0;
	rect.width = right > rect.x ? right - rect.x : 0;
	return rect;
}

struct rect rect_inset(struct rect rect, int dy, int dx)
{
	int height = rect.height - 2 * dy, width = rect.width - 2 * dx;
	return (struct rect){
		.y = rect.y + dy, .x = rect.x + dx, .height = height > 0 ? height : 0, .width = width > 0 ? width : 0};
}

bool rect_holds(struct rect rect, int y, int x)
{
	return y >= rect.y && x >= rect.x && y < rect.y + rect.height && x < rect.x + rect.width;
}

void canvas_glyph(struct canvas *canvas, int y, int x, style_t style, uint32_t codepoint)
{
	if (cell_at(canvas, y, x))
		set_cell(canvas, y, x, style, codepoint, 1);
}

void canvas_fill(struct canvas *canvas, struct rect rect, style_t style, uint32_t codepoint)
{
	rect = rect_clip(rect, canvas_rect(canvas));
	for (int y = rect.y; y < rect.y + rect.height; y++)
		for (int x = rect.x; x < rect.x + rect.width; x++)
			set_cell(canvas, y, x, style, codepoint, 1);
}

static void change_style(struct canvas *canvas, struct rect rect, style_t keep, style_t add)
{
	rect = rect_clip(rect, canvas_rect(canvas));
	for (int y = rect.y; y < rect.y + rect.height; y++)
		for (int x = rect.x; x < rect.x + rect.width; x++) {
			struct canvas_cell *cell = cell_at(canvas, y, x);
			cell->style = (style_t)((cell->style & keep) | add);
		}
}

void canvas_modify(struct canvas *canvas, struct rect rect, style_t modifiers)
{
	change_style(canvas, rect, (style_t)~0, modifiers);
}

void canvas_restyle(struct canvas *canvas, struct rect rect, style_t style)
{
	change_style(canvas, rect, 0, style);
}

void canvas_hline(struct canvas *canvas, int y, int x, int columns, style_t style)
{
	canvas_fill(canvas, (struct rect){.y = y, .x = x, .height = 1, .width = columns}, style,
		    canvas->ascii ? '-' : 0x2500);
}

void canvas_vline(struct canvas *canvas, int y, int x, int rows, style_t style)
{
	canvas_fill(canvas, (struct rect){.y = y, .x = x, .height = rows, .width = 1}, style,
		    canvas->ascii ? '|' : 0x2502);
}

void canvas_box(struct canvas *canvas, struct rect rect, style_t style, enum canvas_box_form form)
{
	static const uint32_t corners[][4] = {
		[CANVAS_BOX_SHARP] = {0x250c, 0x2510, 0x2514, 0x2518},
		[CANVAS_BOX_ROUND] = {0x256d, 0x256e, 0x2570, 0x256f},
	};
	static const uint32_t plain[4] = {'+', '+', '+', '+'};
	if (rect.height < 2 || rect.width < 2)
		return;
	const uint32_t *corner = canvas->ascii ? plain : corners[form];
	int bottom = rect.y + rect.height - 1, right = rect.x + rect.width - 1;
	canvas_hline(canvas, rect.y, rect.x, rect.width, style);
	canvas_hline(canvas, bottom, rect.x, rect.width, style);
	canvas_vline(canvas, rect.y, rect.x, rect.height, style);
	canvas_vline(canvas, rect.y, right, rect.height, style);
	canvas_glyph(canvas, rect.y, rect.x, style, corner[0]);
	canvas_glyph(canvas, rect.y, right, style, corner[1]);
	canvas_glyph(canvas, bottom, rect.x, style, corner[2]);
	canvas_glyph(canvas, bottom, right, style, corner[3]);
}
