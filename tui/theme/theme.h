/* Themes: what each role of roles.def looks like. The built-in ones are made from the files of themes/ when mqdeck is
 * built; files of the same form, and skins of k9s, are read when they are asked for.
 *
 * A file is a mapping: `help`, `ground`, `ink`, `monochrome`, and `roles`, a mapping of role to {fg, bg, cursor, fg16,
 * bg16, style, mono} (themes/dark.yaml explains them). A role that is not there is that of the built-in dark or light
 * theme, whichever the ground is. A file with `k9s` instead is a skin: the stock skin with what the file changes
 * (theme_k9s.def). Whatever a file says that means nothing is noted and left out. */
#ifndef MQDECK_TUI_THEME_THEME_H
#define MQDECK_TUI_THEME_THEME_H

#include "api/base/err.h"
#include "tui/draw/style.h"

enum { THEME_FILE_MAX = 64 * 1024, THEME_FILES_MAX = 256 /* of a folder */, THEME_PATH_MAX = 1024 };

/* Made by embed.py; the first one is the default. */
extern const struct theme theme_builtin[];
extern const size_t theme_builtin_count;

const struct theme *theme_default(void);
const struct theme *theme_builtin_find(const char *name); /* NULL when there is none */
/* The built-in one for a background. */
const struct theme *theme_for_ground(int32_t rgb);
/* What COLORFGBG says of the background, as rxvt and its kin set it ("15;0", "0;default;15"): black or white, or
 * COLOUR_DEFAULT when it says nothing. text may be NULL. */
int32_t theme_ground_of_environment(const char *text);

/* ---- files ---- */

/* What means nothing in a file, or is missing. line 0 = the file as a whole. */
typedef void theme_note_fn(void *data, size_t line, const char *text);

/* name stands in errors, and its stem becomes the theme's name. note may be NULL. */
bool theme_parse(struct theme *theme, const char *name, const char *text, size_t len, theme_note_fn *note, void *data,
		 struct err *err) MUST_USE;
/* By name (a file of the user, built in, a skin of k9s, in this order) or, with a slash or ".yaml" in it, by path. */
bool theme_load(struct theme *theme, const char *name, theme_note_fn *note, void *data, struct err *err) MUST_USE;

enum theme_origin { THEME_OF_USER, THEME_BUILT_IN, THEME_OF_K9S };

/* All that theme_load() finds by name, in order; of two with one name the one that would be taken. path is NULL for
 * what is built in. */
typedef void theme_each_fn(void *data, const char *name, enum theme_origin origin, const char *path);
void theme_each(theme_each_fn *fn, void *data);

/* ---- colours of a theme ---- */

/* Gives the header the colour of a context. */
void theme_set_accent(struct theme *theme, int32_t rgb);
/* Of the text of a style on its ground, the terminal's own taken as the theme says. Without colours 21: the best. */
double theme_contrast(const struct theme *theme, style_t style, enum colour_mode mode);
double theme_contrast_wanted(style_t style);

#endif
