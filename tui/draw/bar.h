/* One line made of pieces: status lines, crumbs, key hints. Pieces on the left and on the right; when there is too
 * little room the ones with the highest `priority` go first. */
#ifndef MQDECK_TUI_DRAW_BAR_H
#define MQDECK_TUI_DRAW_BAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/draw/canvas.h"

struct bar_piece {
	const char *text; /* NULL or "" is skipped */
	const char *key;  /* drawn before the text in STYLE_KEY; NULL = none */
	style_t style;
	uint8_t priority; /* 0 stays (and is cut) */
	bool right;
};

/* Fills the row with `fill`, then draws the pieces with `gap` columns between them. */
void bar_draw(struct canvas *canvas, int y, int x, int columns, style_t fill, int gap, const struct bar_piece *pieces,
	      size_t count);

/* The stack of views: "Deck › Brokers › kafka-0", the last one active. Drops from the left when too long. */
void bar_draw_crumbs(struct canvas *canvas, int y, int x, int columns, const char *const *names, size_t count);

#endif
