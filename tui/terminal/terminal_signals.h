/* Signals while the terminal is ours: asked from the loop through a pipe, and the tty given back from inside the
 * handler where nobody may come to it later. Private to tui/terminal. */
#ifndef MQDECK_TUI_TERMINAL_TERMINAL_SIGNALS_H
#define MQDECK_TUI_TERMINAL_TERMINAL_SIGNALS_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

/* Installs the handlers. Returns the descriptor to read signal numbers from, a byte each; -1 when there is none
 * left. */
int terminal_signals_install(void);
void terminal_signals_remove(void); /* puts back what was there before */

/* From now on a signal that ends the program writes `leave` to fd and sets the old modes first. */
void terminal_signals_arm(int fd, const struct termios *modes, const char *leave, size_t len);
void terminal_signals_disarm(void);
/* A signal has already given the tty back. */
bool terminal_signals_fired(void);

#endif
