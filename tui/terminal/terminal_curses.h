/* What terminal.c needs of curses: bytes for a frame. curses never sees the tty; it writes into a file in memory, and
 * terminal.c sends what is there with one write(2). Private to tui/terminal. */
#ifndef MQDECK_TUI_TERMINAL_TERMINAL_CURSES_H
#define MQDECK_TUI_TERMINAL_TERMINAL_CURSES_H

#include <stdbool.h>

#include "api/base/buf.h"
#include "api/base/err.h"
#include "tui/draw/canvas.h"

struct curses_screen;

enum { CURSES_SEQUENCE_MAX = 96 };

/* What terminfo says of the terminal. Strings are ready to be sent (no padding), "" when it has none. */
struct curses_caps {
	int colours;
	bool answers; /* an xterm or its kin: may be asked, knows bracketed paste */
	bool mouse;
	char enter[CURSES_SEQUENCE_MAX], leave[CURSES_SEQUENCE_MAX]; /* alternate screen, cursor, attributes */
};

/* Tries `term`, then xterm-256color (when colorterm is set or the name looks like it), xterm and vt100; for true colour
 * first the "-direct" entry, when there is one. One that cannot place its cursor ("dumb") is refused. */
struct curses_screen *curses_screen_open(const char *term, bool want_direct, bool looks_capable, int height, int width,
					 struct err *err) MUST_USE;
void curses_screen_close(struct curses_screen *screen); /* NULL is fine */
const struct curses_caps *curses_screen_caps(const struct curses_screen *screen);
const char *curses_screen_term(const struct curses_screen *screen); /* whose entry is used */
bool curses_screen_is_direct(const struct curses_screen *screen);

void curses_screen_set_look(struct curses_screen *screen, const struct theme *theme, enum colour_mode colours);
void curses_screen_resize(struct curses_screen *screen, int height, int width);
void curses_screen_invalidate(struct curses_screen *screen); /* the next paint draws everything */

/* Appends the bytes that turn what was painted last into `canvas`; returns how many cells changed. */
size_t curses_screen_paint(struct curses_screen *screen, const struct canvas *canvas, struct buf *out);

#endif
