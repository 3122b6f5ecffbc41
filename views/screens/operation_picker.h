/* From what the cursor is on, or what is marked, to plans: which operations fit a row, what they are asked with.
 * Knows no operation by name. */
#ifndef MQDECK_VIEWS_SCREENS_OPERATION_PICKER_H
#define MQDECK_VIEWS_SCREENS_OPERATION_PICKER_H

#include "views/app/app.h"

struct operation_picker_operands { /* targets of one operation */
	const struct ops_operation *operation;
	char *keys[PLANS_MAX + 1]; /* one more than may be: enough to say that it is too many */
	size_t count;
};

/* The key of what the operation would work on; false when the row leads to no such thing. */
bool operation_picker_operand_of(const struct ops_operation *operation, const struct selection *selection,
				 char out[static SELECTION_TEXT_MAX]);
/* What the operation's targets are called: "broker cluster". */
const char *operation_picker_operand_word(const struct ops_operation *operation);
void operation_picker_operands_add(struct operation_picker_operands *operands,
				   const struct selection *selection); /* each once */
void operation_picker_operands_finish(struct operation_picker_operands *operands);

/* Each marked row of the view, or the one under the cursor. */
void operation_picker_each_chosen(struct view *view, void (*fn)(void *data, const struct selection *selection),
				  void *data);

/* Why nothing can be asked for now at all, NULL when it can: for menus. The text is good until the next call. */
const char *operation_picker_refusal(struct app *app, const struct ops_operation *operation, const char *target,
				     char out[static ERR_TEXT_MAX]);

/* On what is chosen in the view on top; asks for the arguments first where there are any. */
void operation_picker_start(struct app *app, const struct ops_operation *operation);
/* The operands are taken over. */
void operation_picker_start_on(struct app *app, struct operation_picker_operands *operands);
/* An operation's own key, where the keymap has nothing else on it. */
void operation_picker_key(struct app *app, struct key key);

#endif
