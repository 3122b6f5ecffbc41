/* What things look like: a cell of the canvas carries a style, which is a role ("bad", "header") and modifiers; a
 * theme (tui/theme) says what a role is in each of the four colour modes. Nothing outside these two rooms and the two
 * writers (terminal, SVG) knows a colour. */
#ifndef MQDECK_TUI_DRAW_STYLE_H
#define MQDECK_TUI_DRAW_STYLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/severity.h"

/* Roles, from roles.def: STYLE_TEXT, STYLE_DIM, … */
enum style_role {
#define X(NAME, name, kind, help) STYLE_##NAME,
#include "tui/draw/roles.def"
#undef X
	STYLE_COUNT
};

/* A role, or'ed with modifiers: `STYLE_BAD | STYLE_ON_CURSOR`. */
typedef uint16_t style_t;

enum {
	STYLE_ROLE_MASK = 0xff,
	STYLE_BOLD = 0x100,
	STYLE_UNDERLINE = 0x200,
	STYLE_REVERSED = 0x400,
	STYLE_ON_CURSOR =
		0x800, /* the cell lies on the line of the cursor: that background, a foreground readable on it */
};

enum colour_mode { COLOUR_MODE_AUTO, COLOUR_MODE_MONO, COLOUR_MODE_16, COLOUR_MODE_256, COLOUR_MODE_TRUE };

enum { STYLE_ATTR_BOLD = 1, STYLE_ATTR_DIM = 2, STYLE_ATTR_UNDERLINE = 4, STYLE_ATTR_REVERSE = 8 };

enum { COLOUR_DEFAULT = -1 }; /* the terminal's own foreground or background */

/* COLOUR_DEFAULT is the colour of role `text`, and for `text` itself the terminal's own. */
struct style_role_look {
	int32_t fg, bg;     /* 0xRRGGBB; COLOUR_DEFAULT. In 256 colours the nearest is taken. */
	int32_t on_cursor;  /* foreground on the cursor's line; COLOUR_DEFAULT = that of role `cursor` */
	int8_t fg16, bg16;  /* 0..15; COLOUR_DEFAULT */
	uint8_t attributes; /* STYLE_ATTR_… with colours */
	uint8_t mono;       /* STYLE_ATTR_… without */
};

enum { THEME_NAME_MAX = 64, THEME_HELP_MAX = 96 };

struct theme {
	char name[THEME_NAME_MAX], help[THEME_HELP_MAX];
	bool monochrome;     /* drawn as without colours whatever the terminal can */
	int32_t ground, ink; /* what the terminal's own colours are taken to be: in pictures, and to measure contrast */
	struct style_role_look roles[STYLE_COUNT];
};

/* A style ready to be written. fg and bg are 0xRRGGBB (true), 0..255, 0..15, or COLOUR_DEFAULT, as the mode has
 * them. */
struct style_look {
	int32_t fg, bg;
	uint8_t attributes;
};

struct style_look style_look(const struct theme *theme, style_t style, enum colour_mode mode);
const char *style_role_name(enum style_role role);
const char *style_role_help(enum style_role role);
bool style_role_is_sign(enum style_role role); /* seen, not read */
int style_role_by_name(const char *name);      /* -1 when there is none */

/* What the environment allows: NO_COLOR, CLICOLOR_FORCE, COLORTERM, TERM (any may be NULL). `colours` is what
 * terminfo says of the terminal: 0, 8, 16, 256 or more. Sources: no-color.org, bixense.com/clicolors. */
enum colour_mode colour_mode_detect(const char *no_color, const char *clicolor_force, const char *colorterm,
				    const char *term, int colours);
bool colour_mode_parse(const char *word, enum colour_mode *mode); /* auto, mono (or none), 16, 256, true */

int colour_to_256(int32_t rgb);     /* nearest of the 6×6×6 cube and the greys (16..255) */
int32_t colour_from_256(int index); /* 0xRRGGBB, xterm's palette; its first sixteen are a user's to change */

/* A severity is never colour alone: "✗ " bad, "! " warn, "● " ok. One column wide; "" for SEV_NONE. */
const char *severity_sign(enum severity severity, bool ascii);
style_t severity_style(enum severity severity);

#endif
