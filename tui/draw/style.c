/* The default theme, and what becomes of a colour in 256 colours, in 16 and without any. */
#include "tui/draw/style.h"

#include "api/base/str.h"

static const struct theme default_theme = {
	.roles =
		{
#define X(NAME, role, front, back, front_on_cursor, front16, back16, attrs, attrs_mono)                                \
	[STYLE_##NAME] = {.name = #role,                                                                               \
			  .fg = front,                                                                                 \
			  .bg = back,                                                                                  \
			  .on_cursor = front_on_cursor,                                                                \
			  .fg16 = front16,                                                                             \
			  .bg16 = back16,                                                                              \
			  .attributes = attrs,                                                                         \
			  .mono = attrs_mono},
#include "tui/draw/colours.def"
#undef X
		},
};

const struct theme *theme_default(void)
{
	return &default_theme;
}

/* ---- the 256 colours of xterm ---- */

static const uint8_t cube_levels[] = {0, 95, 135, 175, 215, 255};

/* The first sixteen belong to the user; these are xterm's own, for pictures. */
static const int32_t first_sixteen[] = {0x000000, 0xcd3131, 0x0dbc79, 0xc5a332, 0x2472c8, 0xbc3fbc, 0x11a8cd, 0xd0d0d0,
					0x767676, 0xf14c4c, 0x23d18b, 0xe5c07b, 0x5f9be8, 0xd670d6, 0x29b8db, 0xffffff};

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

struct style_look style_look(const struct theme *theme, style_t style, enum colour_mode mode)
{
	unsigned role = style & STYLE_ROLE_MASK;
	const struct style_role_look *of_role = &theme->roles[role < STYLE_COUNT ? role : STYLE_TEXT];
	const struct style_role_look *cursor = &theme->roles[STYLE_CURSOR];
	bool on_cursor = style & STYLE_ON_CURSOR;
	struct style_look look = {.fg = COLOUR_DEFAULT, .bg = COLOUR_DEFAULT};
	look.attributes = mode == COLOUR_MODE_MONO ? of_role->mono : of_role->attributes;
	if (mode != COLOUR_MODE_MONO) {
		look.fg = in_mode(of_role->fg, of_role->fg16, mode);
		look.bg = in_mode(of_role->bg, of_role->bg16, mode);
	}
	if (on_cursor && mode == COLOUR_MODE_MONO) {
		look.attributes = (uint8_t)((look.attributes & ~STYLE_ATTR_DIM) ^ STYLE_ATTR_REVERSE);
	} else if (on_cursor) {
		bool own = of_role->on_cursor != COLOUR_DEFAULT && mode != COLOUR_MODE_16;
		look.fg = own ? in_mode(of_role->on_cursor, 0, mode) : in_mode(cursor->fg, cursor->fg16, mode);
		look.bg = in_mode(cursor->bg, cursor->bg16, mode);
	}
	if (style & STYLE_BOLD)
		look.attributes |= STYLE_ATTR_BOLD;
	if (style & STYLE_UNDERLINE)
		look.attributes |= STYLE_ATTR_UNDERLINE;
	if (style & STYLE_REVERSED)
		look.attributes ^= STYLE_ATTR_REVERSE;
	return look;
}

int style_role_by_name(const char *name)
{
	for (int i = 0; i < STYLE_COUNT; i++)
		if (str_eq(default_theme.roles[i].name, name))
			return i;
	return -1;
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
