/* Bytes from a terminal into events. Knows the sequences of xterm and its kin (CSI, SS3, modifiers, SGR mouse,
 * bracketed paste, focus, kitty's CSI u), needs no terminfo and does no I/O. Source: XTerm Control Sequences
 * (invisible-island.net), ECMA-48. */
#ifndef MQDECK_TUI_TERMINAL_INPUT_H
#define MQDECK_TUI_TERMINAL_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "api/base/buf.h"
#include "tui/keys/event.h"

enum {
	INPUT_SEQUENCE_MAX = 64,      /* longer ones are dropped */
	INPUT_PASTE_MAX = 256 * 1024, /* a longer paste is cut */
	INPUT_ESCAPE_MS = 40,         /* silence after which a lone Esc is the key */
	INPUT_SEQUENCE_MS = 300,      /* silence after which a longer unfinished sequence is dropped */
	INPUT_ANSWER_MS = 1000,       /* the same while the terminal is expected to answer: it may come in pieces */
	INPUT_ANSWER_ESCAPE_MS = 150,
	INPUT_PASTE_MS = 1000, /* silence after which a paste without an end is over */
};

typedef void input_event_fn(void *data, const struct event *event);

struct input {
	unsigned char sequence[INPUT_SEQUENCE_MAX]; /* begun and not complete */
	size_t len;
	bool skipping; /* in a sequence that became too long */
	bool pasting;
	bool expecting; /* an answer to a question about colours; set by whoever asked */
	struct buf paste;
};

void input_init(struct input *input);
void input_finish(struct input *input);
void input_feed(struct input *input, const void *bytes, size_t len, input_event_fn *fn, void *data);
/* Milliseconds after which input_flush() is due if nothing more comes; -1 = nothing is begun. */
int input_pending_ms(const struct input *input);
void input_flush(struct input *input, input_event_fn *fn, void *data);

#endif
