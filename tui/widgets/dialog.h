/* A modal dialog: text, fields, choices and buttons over what is on the screen. A pasted newline never confirms
 * anything, and a field of DIALOG_FIELD_TYPED keeps the confirming button shut until its text was typed. */
#ifndef MQDECK_TUI_WIDGETS_DIALOG_H
#define MQDECK_TUI_WIDGETS_DIALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/mem.h"
#include "tui/draw/canvas.h"
#include "tui/keys/event.h"

struct dialog;

enum { DIALOG_LINES_MAX = 200, DIALOG_FIELDS_MAX = 8, DIALOG_BUTTONS_MAX = 4 };

enum dialog_field_kind {
	DIALOG_FIELD_TEXT,
	DIALOG_FIELD_NUMBER, /* digits only; Up and Down count */
	DIALOG_FIELD_SECRET, /* drawn as stars */
	DIALOG_FIELD_TYPED,  /* must equal `value` before a confirming button can be pressed */
	DIALOG_FIELD_CHOICE, /* Left and Right, or Space, go through `choices` */
	DIALOG_FIELD_MENU,   /* all choices one under the other; Up and Down; Enter takes it */
};

struct dialog_field {
	const char *label;
	enum dialog_field_kind kind;
	const char *value;          /* at the start; for DIALOG_FIELD_TYPED what has to be typed */
	const char *const *choices; /* DIALOG_FIELD_CHOICE, DIALOG_FIELD_MENU: NULL-terminated */
};

struct dialog_button {
	const char *label;
	int id;        /* what dialog_result() gives; not 0 */
	bool confirms; /* changes something: never focused at the start when the dialog `careful` */
};

struct dialog_spec {
	const char *title;
	const char *const *lines; /* NULL-terminated; untrusted text is fine; wrapped at the dialog's width */
	enum severity severity;   /* colour and sign of the title */
	bool careful;             /* the first button that does not confirm has the focus */
	struct dialog_field fields[DIALOG_FIELDS_MAX];    /* up to the first without label */
	struct dialog_button buttons[DIALOG_BUTTONS_MAX]; /* up to the first without label */
};

/* Everything in spec is copied. */
struct dialog *dialog_create(const struct dialog_spec *spec);
void dialog_destroy(struct dialog *dialog);
DEFINE_CLEANUP(struct dialog *, dialog_destroy);

enum dialog_answer { DIALOG_OPEN, DIALOG_DONE /* a button: dialog_result() */, DIALOG_CANCELLED /* Esc */ };
/* Modal: takes every key. Tab, Shift-Tab and arrows move the focus; Enter presses the focused button, and in a field
 * goes on to the next (in the last one to the first button, without pressing it). In a DIALOG_FIELD_MENU of a dialog
 * without buttons Enter is done, with dialog_result() 0. What is typed for a DIALOG_FIELD_TYPED cannot be pasted. */
enum dialog_answer dialog_event(struct dialog *dialog, const struct event *event);
void dialog_draw(struct dialog *dialog, struct canvas *canvas); /* centred; scrolls its lines when they do not fit */

int dialog_result(const struct dialog *dialog);                      /* the pressed button's id */
const char *dialog_value(const struct dialog *dialog, size_t field); /* text, or the choice's text */
size_t dialog_choice(const struct dialog *dialog, size_t field);
/* Changes the text lines while it is open (a plan recomputed, progress). */
void dialog_set_error(struct dialog *dialog, const char *sentence); /* shown above the buttons; NULL clears */

#endif
