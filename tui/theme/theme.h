/* Themes: what each role of roles.def looks like. The built-in ones are made from the files of themes/ when mqdeck is built;
 * files of the same form, and skins of k9s, are read when they are asked for.
 *
 * A file is a mapping: `help`, `ground`, `ink`, `monochrome`, and `roles`, a mapping of role to {fg, bg, cursor, fg16,
 * bg16, style, mono} (themes/dark.yaml explains them). A role that is not there is that of the built-in dark or light
 * theme, whichever the ground is. */
#ifndef MQDECK_TUI_THEME_THEME_H
#define MQDECK_TUI_THEME_THEME_H

#include "tui/draw/style.h"

/* Made by embed.py; the first one is the default. */
extern const struct theme theme_builtin[];
extern const size_t theme_builtin_count;

const struct theme *theme_default(void);
const struct theme *theme_builtin_find(const char *name); /* NULL when there is none */

#endif
