/* The screens, each a view_class: those of views.def, and two that are opened by what they belong to alone. */
#ifndef MQDECK_VIEWS_SCREENS_SCREENS_H
#define MQDECK_VIEWS_SCREENS_SCREENS_H

#include "views/app/view.h"

#define X(variable, names, help) extern const struct view_class variable;
#include "views/screens/views.def"
#undef X
extern const struct view_class view_menu, view_history;

const struct view_class *view_of_sheet(const struct sheet *sheet); /* that sheet as a table */

#endif
