/* The inside of a terminal. Private to tui/terminal. */
#ifndef MQDECK_TUI_TERMINAL_TERMINAL_PRIVATE_H
#define MQDECK_TUI_TERMINAL_TERMINAL_PRIVATE_H

#include <termios.h>

#include "tui/terminal/terminal.h"
#include "tui/terminal/terminal_curses.h"

enum { TERMINAL_OUT_MAX = 4 * 1024 * 1024 };

struct terminal {
	struct loop *loop;
	input_event_fn *fn;
	void *data;
	const struct theme *theme;
	enum colour_mode colours;
	bool ascii, mouse;
	int height, width;
	struct canvas *shown;
	uint64_t frames, bytes;
	struct event_mouse last_click;
	int64_t last_click_ms;
	/* None of this without a tty. */
	struct curses_screen *screen;
	const char *stand_in; /* of the screen; NULL = the terminal's own entry is used */
	int fd, signal_fd;
	struct termios before;
	struct loop_fd *watch, *signal_watch;
	struct loop_timer *pause;
	struct input input;
	struct buf out;   /* not yet taken by the tty */
	int64_t asked_ms; /* for the ground; -1 = not, or answered */
	bool synchronized, suspended, frame_refused;
};

/* ---- the tty (terminal_tty.c) ---- */
void tty_send_size(struct terminal *terminal);
void tty_flush(struct terminal *terminal); /* writes what can be written without waiting */
void tty_enter(struct terminal *terminal);
void tty_leave(struct terminal *terminal);
void tty_read_size(struct terminal *terminal);
void tty_on_ready(void *data, unsigned ready);
void tty_on_signals(void *data, unsigned ready);
void tty_on_pause(void *data);

#endif
