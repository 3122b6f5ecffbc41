/* The screens, each a view_class: those of views.def, and those that are opened by what they belong to alone. */
#ifndef MQDECK_VIEWS_SCREENS_SCREENS_H
#define MQDECK_VIEWS_SCREENS_SCREENS_H

#include "views/app/view.h"

struct ops_history_entry;

#define X(variable, names, help) extern const struct view_class variable;
#include "views/screens/views.def"
#undef X
extern const struct view_class view_menu; /* on what is under it, by an action alone */

/* Opens the screen of one plan of the journal: steps, sentences, result. */
void view_history_show(struct app *app, const struct ops_history_entry *history);

const struct view_class *view_of_sheet(const struct sheet *sheet); /* that sheet as a table */

#endif
