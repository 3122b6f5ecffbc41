/* From styles to looks: roles, the palettes of terminals, what the environment says of colours. */
#include "tui/draw/style.h"

#include "api/base/str.h"

enum style_role_kind { STYLE_KIND_TEXT, STYLE_KIND_SIGN };

static const struct {
	const char *name, *help;
	enum style_role_kind kind;
} style_roles[STYLE_COUNT] = {
#define X(NAME, role, what, words) [STYLE_##NAME] = {.name = #role, .help = words, .kind = STYLE_KIND_##what},
#include "tui/draw/roles.def"
#undef X
};

const char *style_role_name(enum style_role role)
{
	return style_roles[role].name;
}

const char *style_role_help(enum style_role role)
{
	return style_roles[role].help;
}

bool style_role_is_sign(enum style_role role)
{
	return style_roles[role].kind == STYLE_KIND_SIGN;
}

int style_role_by_name(const char *name)
{
	for (int i = 0; i < STYLE_COUNT; i++)
		if (str_eq(style_roles[i].name, name))
			return i;
	return -1;
}

/* ---- the 256 colours of xterm ---- */

static const uint8_t cube_levels[] = {0, 95, 135, 175, 215, 255};

static const int32_t first_sixteen[] = {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
					0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff};

int32_t colour_from_256(int index)
{
	if (index < 0 || index > 255)
		return COLOUR_DEFAULT;
	if (index < 16)
		return first_sixteen[index];
	if (index >= 232)
		return (8 + 10 * (index - 232)) * 0x010101;
	index -= 16;
	return cube_levels[index / 36] << 16 | cube_levels[index / 6 % 6] << 8 | cube_levels[index % 6];
}

static int colour_square(int x)
{
	return x * x;
}

static int colour_distance(int32_t a, int32_t b)
{
	return colour_square((a >> 16 & 255) - (b >> 16 & 255)) + colour_square((a >> 8 & 255) - (b >> 8 & 255)) +
	       colour_square((a & 255) - (b & 255));
}

int colour_to_256(int32_t rgb)
{
	int best = 16;
	for (int i = 17; i < 256; i++)
		if (colour_distance(colour_from_256(i), rgb) < colour_distance(colour_from_256(best), rgb))
			best = i;
	return best;
}

/* ---- looks ---- */

static int32_t in_mode(int32_t rgb, int8_t of16, enum colour_mode mode)
{
	if (mode == COLOUR_MODE_16)
		return of16;
	if (mode == COLOUR_MODE_256 && rgb != COLOUR_DEFAULT)
		return colour_to_256(rgb);
	return rgb;
}

static struct style_look coloured_look(const struct theme *theme, unsigned role, bool on_cursor, enum colour_mode mode)
{
	const struct style_role_look *of_role = &theme->roles[role], *text = &theme->roles[STYLE_TEXT];
	const struct style_role_look *cursor = &theme->roles[STYLE_CURSOR];
	struct style_look look = {.attributes = of_role->attributes};
	look.fg = in_mode(of_role->fg, of_role->fg16, mode);
	look.bg = in_mode(of_role->bg, of_role->bg16, mode);
	if (on_cursor) {
		bool own = of_role->on_cursor != COLOUR_DEFAULT && mode != COLOUR_MODE_16;
		look.fg = own ? in_mode(of_role->on_cursor, 0, mode) : in_mode(cursor->fg, cursor->fg16, mode);
		look.bg = in_mode(cursor->bg, cursor->bg16, mode);
	}
	look.fg = look.fg == COLOUR_DEFAULT ? in_mode(text->fg, text->fg16, mode) : look.fg;
	look.bg = look.bg == COLOUR_DEFAULT ? in_mode(text->bg, text->bg16, mode) : look.bg;
	return look;
}

static struct style_look mono_look(const struct theme *theme, unsigned role, bool on_cursor)
{
	struct style_look look = {.fg = COLOUR_DEFAULT, .bg = COLOUR_DEFAULT, .attributes = theme->roles[role].mono};
	if (on_cursor)
		look.attributes = (uint8_t)((look.attributes & ~STYLE_ATTR_DIM) ^ STYLE_ATTR_REVERSE);
	return look;
}

struct style_look style_look(const struct theme *theme, style_t style, enum colour_mode mode)
{
	unsigned role = style & STYLE_ROLE_MASK;
	bool on_cursor = style & STYLE_ON_CURSOR;
	role = role < STYLE_COUNT ? role : STYLE_TEXT;
	struct style_look look = theme->monochrome || mode == COLOUR_MODE_MONO
					 ? mono_look(theme, role, on_cursor)
					 : coloured_look(theme, role, on_cursor, mode);
	if (style & STYLE_BOLD)
		look.attributes |= STYLE_ATTR_BOLD;
	if (style & STYLE_UNDERLINE)
		look.attributes |= STYLE_ATTR_UNDERLINE;
	if (style & STYLE_REVERSED)
		look.attributes ^= STYLE_ATTR_REVERSE;
	return look;
}

/* ---- modes ---- */

static bool says_true_colour(const char *colorterm, const char *term)
{
	return str_eq(colorterm, "truecolor") || str_eq(colorterm, "24bit") ||
	       (term && str_has_suffix(term, "-direct"));
}

enum colour_mode colour_mode_detect(const char *no_color, const char *clicolor_force, const char *colorterm,
				    const char *term, int colours)
{
	bool forced = !str_empty(clicolor_force) && !str_eq(clicolor_force, "0");
	if (!str_empty(no_color))
		return COLOUR_MODE_MONO;
	if (says_true_colour(colorterm, term) && colours >= 8)
		return COLOUR_MODE_TRUE;
	if (colours >= 256)
		return COLOUR_MODE_256;
	if (colours >= 8)
		return COLOUR_MODE_16;
	return forced ? COLOUR_MODE_16 : COLOUR_MODE_MONO;
}

bool colour_mode_parse(const char *word, enum colour_mode *mode)
{
	static const struct {
		const char *word;
		enum colour_mode mode;
	} words[] = {{"auto", COLOUR_MODE_AUTO},     {"mono", COLOUR_MODE_MONO}, {"none", COLOUR_MODE_MONO},
		     {"16", COLOUR_MODE_16},         {"256", COLOUR_MODE_256},   {"true", COLOUR_MODE_TRUE},
		     {"truecolor", COLOUR_MODE_TRUE}};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (!str_eq(words[i].word, word))
			continue;
		*mode = words[i].mode;
		return true;
	}
	return false;
}

/* ---- severities ---- */

const char *severity_sign(enum severity severity, bool ascii)
{
	static const char *const signs[][2] = {
		[SEV_NONE] = {"", ""},   [SEV_OK] = {"●", "*"},  [SEV_INFO] = {"·", "."},
		[SEV_WARN] = {"!", "!"}, [SEV_BAD] = {"✗", "x"},
	};
	return signs[severity][ascii];
}

style_t severity_style(enum severity severity)
{
	static const style_t styles[] = {
		[SEV_NONE] = STYLE_TEXT, [SEV_OK] = STYLE_OK,   [SEV_INFO] = STYLE_INFO,
		[SEV_WARN] = STYLE_WARN, [SEV_BAD] = STYLE_BAD,
	};
	return styles[severity];
}
