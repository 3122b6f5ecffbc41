/* Tapes: keystrokes, waits on the screen and expectations in a file. A superset of the key commands of VHS.
 *
 *   Set Size 120x40 | Clock 2026-01-02T03:04:05Z | Colour mono|16|256|true (these before the first key; Size later too)
 *   Set TypingSpeed 0ms | WaitTimeout 15s | KeyTimeout 5s | AutoWait false
 *   Type[@50ms] "text" "more"   Enter 2   Down@100ms 3   Ctrl+d   Alt+x   Shift+Tab   F5   Copy "text"   Paste
 *   Sleep 500ms
 *   Wait[+Screen|+Line][@10s] /re/     Wait+Idle[@10s]
 *   Expect[+Screen|+Line [N]] /re/     ExpectNot[+Screen|+Line [N]] /re/
 *   Golden path [mask /re/ …]          Screenshot path.txt|path.svg
 *   Section "name"   Env KEY "value"   Source path   Exit n   # comment
 *
 * "…" takes \" \\ \n \t \e \xHH; '…' and `…` are taken as they are. Line N counts from 1; without N it is the line the
 * cursor stands in, and when there is no cursor any line. Where ^ and $ stand, a line of the screen begins and ends.
 * Before a key, an expectation, a golden screen and a screenshot the player waits until the program is idle
 * (KeyTimeout), unless AutoWait is false. Settings and commands of VHS about pictures and video are taken, ignored and
 * noted. Env sets only what a screen looks like (TERM, NO_COLOR, …); Golden and Screenshot stay below the folder of the
 * tape, and go through no link. */
#ifndef MQDECK_TUI_TAPE_TAPE_H
#define MQDECK_TUI_TAPE_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "api/base/err.h"
#include "api/base/loop.h"
#include "api/base/mem.h"
#include "tui/draw/canvas.h"
#include "tui/draw/style.h"
#include "tui/keys/event.h"
#include "tui/terminal/input.h"

struct tape;
struct tape_player;

enum { TAPE_FILE_MAX = 1024 * 1024, TAPE_COMMANDS_MAX = 20000, TAPE_NESTING_MAX = 8, TAPE_REPEAT_MAX = 10000 };

enum tape_exit { TAPE_OK, TAPE_EXPECTATION, TAPE_PARSE, TAPE_TIMEOUT };

/* Settings that the program needs before it starts. */
struct tape_settings {
	int height, width;        /* 0 = not set */
	int64_t clock_ms;         /* Unix ms; -1 = not set */
	enum colour_mode colours; /* COLOUR_MODE_AUTO = not set */
};

/* Errors are "file:line:column: what". Source is looked up beside the tape. */
struct tape *tape_load(const char *path, struct err *err) MUST_USE;
struct tape *tape_parse(const char *name, const char *text, size_t len, struct err *err) MUST_USE; /* no Source */
void tape_destroy(struct tape *tape);
DEFINE_CLEANUP(struct tape *, tape_destroy);
const struct tape_settings *tape_settings(const struct tape *tape);
size_t tape_note_count(const struct tape *tape); /* what was ignored */
const char *tape_note(const struct tape *tape, size_t index);
/* Variables set by Env, in order. */
size_t tape_env_count(const struct tape *tape);
const char *tape_env(const struct tape *tape, size_t index, const char **value);

/* Every key that the tape presses and every paste (without its text), in order, with where it stands, until fn returns
 * false. */
typedef bool tape_key_fn(void *data, const struct event *event, const char *file, int line);
void tape_each_key(const struct tape *tape, tape_key_fn *fn, void *data);

/* The program under the tape. A key is handled by the time send() returns or later; what the player sees of it are
 * frames with a number larger than the frame at the time of sending, so it never mistakes the screen before a key
 * for the one after it. */
struct tape_target {
	input_event_fn *send;                              /* keys and pastes, as from the keyboard */
	const struct canvas *(*screen)(void *data);        /* what was presented last; its frame number counts */
	bool (*is_idle)(void *data);                       /* nothing under way and everything drawn */
	void (*resize)(void *data, int height, int width); /* Set Size in the middle; NULL = not possible */
	void *data;
};

struct tape_options {
	const char *base;          /* folder that Golden and Screenshot paths are below; NULL = the working folder */
	bool update;               /* Golden files are written, not compared */
	FILE *report;              /* failures and notes; NULL = nobody is told */
	const struct theme *theme; /* of SVG screenshots; NULL = theme_default() */
};

/* Called once, from the loop. */
typedef void tape_done_fn(void *data, int exit_code);

struct tape_player *tape_player_create(struct loop *loop, const struct tape *tape, const struct tape_target *target,
				       const struct tape_options *options, tape_done_fn *done, void *data);
void tape_player_destroy(struct tape_player *player);
DEFINE_CLEANUP(struct tape_player *, tape_player_destroy);
void tape_player_start(struct tape_player *player);
bool tape_player_is_done(const struct tape_player *player);
int tape_player_exit(const struct tape_player *player);

#endif
