/* The inside of a dialog. Private to tui/widgets/dialog*.c. */
#ifndef MQDECK_TUI_WIDGETS_DIALOG_PRIVATE_H
#define MQDECK_TUI_WIDGETS_DIALOG_PRIVATE_H

#include "api/base/vec.h"
#include "tui/widgets/dialog.h"
#include "tui/widgets/line_edit.h"

struct dialog_field_state {
	char *label;
	enum dialog_field_kind kind;
	struct line_edit *edit;
	VEC(char *) choices;
	size_t choice, first; /* first choice of a menu that is drawn */
	char *expected;       /* DIALOG_FIELD_TYPED */
	struct rect drawn;
};

struct dialog_button_state {
	char *label;
	int id;
	bool confirms;
	struct rect drawn;
};

struct dialog {
	char *title, *error;
	enum severity severity;
	VEC(char *) lines; /* clean */
	struct dialog_field_state fields[DIALOG_FIELDS_MAX];
	size_t field_count;
	struct dialog_button_state buttons[DIALOG_BUTTONS_MAX];
	size_t button_count;
	size_t focus; /* fields, then buttons */
	int scroll, result;
};

#endif
