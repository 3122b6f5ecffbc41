/* The functions of actions.def. */
#ifndef MQDECK_VIEWS_CONSOLE_ACTIONS_H
#define MQDECK_VIEWS_CONSOLE_ACTIONS_H

#include "views/app/app.h"

#define X(id, name, hint, help, function) void function(struct app *app);
#define V(id, name, hint, help)
#include "views/app/actions.def"

#endif
