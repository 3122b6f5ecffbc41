/* The terminal: a tty, or none at all (for tapes and tests). Gives events, takes canvases.
 *
 * One write(2) a frame, only what changed, wrapped in synchronized output where the terminal has it. The tty is
 * opened anew, so that O_NONBLOCK does not leak to the shell. It is restored on close, on SIGHUP, SIGTERM, SIGINT
 * and on a crash. */
#ifndef MQDECK_TUI_TERMINAL_TERMINAL_H
#define MQDECK_TUI_TERMINAL_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

#include "api/base/err.h"
#include "api/base/loop.h"
#include "api/base/mem.h"
#include "tui/draw/canvas.h"
#include "tui/draw/style.h"
#include "tui/keys/event.h"
#include "tui/terminal/input.h"

struct terminal;

enum terminal_charset { TERMINAL_CHARSET_AUTO, TERMINAL_CHARSET_UTF8, TERMINAL_CHARSET_ASCII };

struct terminal_options {
	const char *tty;               /* path of the tty; NULL = /dev/tty */
	const char *term;              /* NULL = $TERM */
	enum colour_mode colours;      /* COLOUR_MODE_AUTO looks at the environment */
	enum terminal_charset charset; /* TERMINAL_CHARSET_AUTO: the locale's, which the program has set with
					  setlocale(LC_CTYPE, "") */
	const struct theme *theme;     /* NULL = theme_default() */
	bool mouse;
	bool ask_ground; /* EVENT_GROUND comes when the terminal answers within TERMINAL_ANSWER_MS */
};

enum { TERMINAL_ANSWER_MS = 2000 };

/* Takes the screen. Events arrive from the loop; one terminal a process. An unknown TERM falls back to
 * xterm-256color, xterm and vt100, in this order. */
struct terminal *terminal_open(struct loop *loop, const struct terminal_options *options, input_event_fn *fn,
			       void *data, struct err *err) MUST_USE;
/* The type whose entry is used because terminfo has none of its own for this terminal; NULL = its own is. */
const char *terminal_stand_in(const struct terminal *terminal);
/* The same without a tty: presents are kept, events come from terminal_inject(). */
struct terminal *terminal_open_headless(struct loop *loop, int height, int width, bool ascii, input_event_fn *fn,
					void *data);
void terminal_close(struct terminal *terminal); /* restores the tty; NULL is fine */
DEFINE_CLEANUP(struct terminal *, terminal_close);

int terminal_height(const struct terminal *terminal);
int terminal_width(const struct terminal *terminal);
bool terminal_is_ascii(const struct terminal *terminal);

/* Shows the canvas. False when the tty has not yet taken the frame before; EVENT_REDRAW comes when it has. A canvas
 * of another size than the terminal is shown as far as it fits. Gives the canvas its frame number when it was shown. */
bool terminal_present(struct terminal *terminal, struct canvas *canvas);
const struct canvas *terminal_shown(const struct terminal *terminal); /* what was presented last */

/* Leaves the screen to somebody else (an exec plugin, $EDITOR) and takes it back; EVENT_REDRAW follows. */
void terminal_suspend(struct terminal *terminal);
void terminal_resume(struct terminal *terminal);
bool terminal_is_suspended(const struct terminal *terminal);

void terminal_set_theme(struct terminal *terminal, const struct theme *theme);
/* OSC 52. False when text is longer than terminals take (74,000 bytes of base64). */
bool terminal_copy(struct terminal *terminal, const char *text);

/* As if it had come from the keyboard. */
void terminal_set_size(struct terminal *terminal, int height, int width); /* headless only; sends EVENT_RESIZE */

#endif
