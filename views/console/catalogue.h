/* What the console is made of: every view, every action and what each of them does. */
#ifndef MQDECK_VIEWS_CONSOLE_CATALOGUE_H
#define MQDECK_VIEWS_CONSOLE_CATALOGUE_H

#include "views/app/app.h"

extern const struct app_catalogue console_catalogue;

#endif
