/* One line of input with history, completion and a ghost suggestion. */
#ifndef MQDECK_TUI_WIDGETS_LINE_EDIT_H
#define MQDECK_TUI_WIDGETS_LINE_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "api/base/mem.h"
#include "tui/draw/canvas.h"
#include "tui/keys/event.h"

struct line_edit;

enum { LINE_EDIT_MAX = 1024 /* bytes */, LINE_EDIT_HISTORY = 100, LINE_EDIT_CHOICES = 64 };

enum line_edit_answer {
	LINE_EDIT_IGNORED,
	LINE_EDIT_TOOK,     /* the cursor or the suggestion moved */
	LINE_EDIT_CHANGED,  /* the text changed */
	LINE_EDIT_ACCEPTED, /* Enter */
	LINE_EDIT_CANCELLED /* Esc, or Backspace on an empty line */
};

/* Offers whole lines for what is typed so far, best first, by calling offer() up to LINE_EDIT_CHOICES times. */
typedef void line_edit_offer_fn(void *context, const char *whole_line);
typedef void line_edit_complete_fn(void *data, const char *text, line_edit_offer_fn *offer, void *context);

struct line_edit *line_edit_create(line_edit_complete_fn *complete, void *data); /* complete may be NULL */
void line_edit_destroy(struct line_edit *edit);
DEFINE_CLEANUP(struct line_edit *, line_edit_destroy);

const char *line_edit_text(const struct line_edit *edit);
void line_edit_set(struct line_edit *edit, const char *text);   /* cursor at the end */
void line_edit_set_secret(struct line_edit *edit, bool secret); /* drawn as stars, kept out of the history, wiped */
/* Chars and bracketed paste (its newlines become spaces), arrows, Home/End, Ctrl-A/B/D/F/K/U/W, Up/Down through
 * suggestions or history, Tab/Right/Ctrl-F accept the suggestion, Enter, Esc. */
enum line_edit_answer line_edit_event(struct line_edit *edit, const struct event *event);
/* Puts the text into the history (not when empty, secret, or the same as the last) . */
void line_edit_remember(struct line_edit *edit);
const char *line_edit_history(const struct line_edit *edit, size_t back); /* 0 = newest; NULL beyond */

/* Draws `prompt` and the text on one line, with the terminal's cursor in it when focused. */
void line_edit_draw(const struct line_edit *edit, struct canvas *canvas, struct rect rect, const char *prompt,
		    bool focused);
/* The suggestions, at most rect.height of them, chosen one marked. Returns the rows used. */
int line_edit_draw_choices(const struct line_edit *edit, struct canvas *canvas, struct rect rect);
const char *
line_edit_suggestion(const struct line_edit *edit); /* the whole line with the ghost; the text without one */
size_t line_edit_choice_count(const struct line_edit *edit);

#endif
