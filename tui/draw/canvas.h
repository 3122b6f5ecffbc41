/* The screen as a grid of cells. Every widget draws here; one file hands changed cells to the terminal, and the same
 * grid is read by tapes, golden files and pictures.
 *
 * Coordinates are y, x from 0 at the top left, in terminal columns. Everything drawn is clipped, so no caller needs
 * to check bounds. All text is taken as untrusted: what could act on a terminal is drawn as a visible escape
 * (text.h). */
#ifndef MQDECK_TUI_DRAW_CANVAS_H
#define MQDECK_TUI_DRAW_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/buf.h"
#include "api/base/err.h"
#include "tui/draw/style.h"

enum { CANVAS_MARKS = 2, CANVAS_SIDE_MAX = 1000 };

/* A wide character takes its cell (width 2) and the next one (width 0, code point 0). */
struct canvas_cell {
	uint32_t codepoint;
	uint16_t marks[CANVAS_MARKS]; /* combining marks of the BMP; others are dropped. 0 = none */
	style_t style;
	uint8_t width;
	uint8_t padding; /* always 0, so that cells compare as bytes */
};

struct rect {
	int y, x, height, width;
};

struct canvas {
	int height, width;
	bool ascii; /* whoever draws here uses no sign outside ASCII */
	bool has_cursor;
	int cursor_y, cursor_x; /* where the terminal's own cursor stands, for line edits */
	uint64_t frame;         /* number of the drawing, set by whoever presents it; grows */
	struct canvas_cell *cells;
};

/* Sizes are held within 1..CANVAS_SIDE_MAX. */
struct canvas *canvas_create(int height, int width, bool ascii);
void canvas_destroy(struct canvas *canvas);                        /* NULL is fine */
void canvas_resize(struct canvas *canvas, int height, int width);  /* content is cleared */
void canvas_clear(struct canvas *canvas);                          /* blanks in STYLE_TEXT, no cursor */
void canvas_copy(struct canvas *to, const struct canvas *from);    /* takes size, content, frame */
bool canvas_equal(const struct canvas *a, const struct canvas *b); /* size, cells and cursor; not the frame */
struct rect canvas_rect(const struct canvas *canvas);

/* Draws text from (y, x) into at most max_columns (negative = to the right edge). Returns the columns taken. What
 * does not fit is cut; a wide character never by half. */
int canvas_put(struct canvas *canvas, int y, int x, int max_columns, style_t style, const char *text);
int canvas_put_len(struct canvas *canvas, int y, int x, int max_columns, style_t style, const char *text, size_t len);
int canvas_printf(struct canvas *canvas, int y, int x, int max_columns, style_t style, const char *format, ...)
	PRINTF_LIKE(6, 7);
/* As canvas_put, but too long text ends in "…" ("~" in ASCII), and the rest of the columns is blanked. */
int canvas_put_fit(struct canvas *canvas, int y, int x, int columns, style_t style, const char *text);
/* Wrapped at spaces over at most `rows` rows; the last one is cut with a sign. Returns the rows taken. */
int canvas_put_wrapped(struct canvas *canvas, int y, int x, int columns, int rows, style_t style, const char *text);
int canvas_wrapped_rows(const char *text, int columns, int rows); /* what canvas_put_wrapped would take */
/* As canvas_put_fit, at the right of the columns. */
void canvas_put_right(struct canvas *canvas, int y, int x, int columns, style_t style, const char *text);

/* One of our own signs, already known to be safe and one column wide. */
void canvas_glyph(struct canvas *canvas, int y, int x, style_t style, uint32_t codepoint);
void canvas_fill(struct canvas *canvas, struct rect rect, style_t style, uint32_t codepoint);
/* Adds modifiers (STYLE_ON_CURSOR …) to what is there. */
void canvas_modify(struct canvas *canvas, struct rect rect, style_t modifiers);
/* Replaces the style of what is there. */
void canvas_restyle(struct canvas *canvas, struct rect rect, style_t style);

enum canvas_box_form { CANVAS_BOX_SHARP, CANVAS_BOX_ROUND };
/* A border along the inside of rect; the inside is left as it is. In ASCII made of + - |. */
void canvas_box(struct canvas *canvas, struct rect rect, style_t style, enum canvas_box_form form);
void canvas_hline(struct canvas *canvas, int y, int x, int columns, style_t style);
void canvas_vline(struct canvas *canvas, int y, int x, int rows, style_t style);

struct rect rect_inset(struct rect rect, int dy, int dx); /* never negative in size */
struct rect rect_clip(struct rect rect, struct rect within);
bool rect_holds(struct rect rect, int y, int x);

const struct canvas_cell *canvas_at(const struct canvas *canvas, int y, int x); /* NULL outside */

/* Columns text would take if drawn whole, escapes counted. */
int canvas_text_width(const char *text);
/* The longest prefix that fits in `columns`, in bytes, escapes counted; at least one character when columns > 0. */
size_t canvas_text_fit(const char *text, size_t len, int columns);

/* Rows right-trimmed, each ended by a newline. */
void canvas_append_text(const struct canvas *canvas, struct buf *out);
/* One row, right-trimmed, without newline. */
void canvas_append_row(const struct canvas *canvas, int y, struct buf *out);
/* A self-contained picture. `colours` is COLOUR_MODE_MONO…COLOUR_MODE_TRUE, `title` is shown in the window's bar
 * (NULL = no bar). */
void canvas_append_svg(const struct canvas *canvas, const struct theme *theme, enum colour_mode colours,
		       const char *title, struct buf *out);
enum { CANVAS_EXPORT_MAX = 16 * 1024 * 1024 }; /* a cap that fits every export */

#endif
