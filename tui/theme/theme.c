/* The built-in themes, the choice among them, and the contrast of what a theme draws. */
#include "tui/theme/theme.h"

#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "tui/draw/colour.h"

const struct theme *theme_default(void)
{
	return &theme_builtin[0];
}

const struct theme *theme_builtin_find(const char *name)
{
	for (size_t i = 0; i < theme_builtin_count; i++)
		if (str_eq(theme_builtin[i].name, name))
			return &theme_builtin[i];
	return NULL;
}

const struct theme *theme_for_ground(int32_t rgb)
{
	const struct theme *light = theme_builtin_find("light");
	return rgb != COLOUR_DEFAULT && colour_is_light(rgb) && light ? light : theme_default();
}

int32_t theme_ground_of_environment(const char *text)
{
	const char *last = text ? strrchr(text, ';') : NULL;
	int64_t index;
	if (!last || !str_to_i64(last + 1, &index) || index < 0 || index > 15)
		return COLOUR_DEFAULT;
	/* 7 and 9 to 15 are light in every palette that sets the variable. */
	return index == 7 || index > 8 ? 0xffffff : 0x000000;
}

void theme_set_accent(struct theme *theme, int32_t rgb)
{
	struct style_role_look *look = &theme->roles[STYLE_ACCENT];
	look->bg = rgb;
	look->fg = colour_readable_on(rgb);
	look->bg16 = (int8_t)colour_to_16(rgb);
	look->fg16 = colour_is_light(colour_from_256(look->bg16)) ? 0 : 15;
}

/* The terminal's own colours where there are sixteen: black and white, as the theme's are dark or light. */
static int32_t own_colour(const struct theme *theme, int32_t rgb, enum colour_mode mode)
{
	if (mode != COLOUR_MODE_16)
		return rgb;
	return colour_is_light(theme->ground) == (rgb == theme->ground) ? 0xffffff : 0x000000;
}

double theme_contrast(const struct theme *theme, style_t style, enum colour_mode mode)
{
	if (theme->monochrome || mode == COLOUR_MODE_MONO)
		return 21;
	struct style_look look = style_look(theme, style, mode);
	int32_t fg = own_colour(theme, theme->ink, mode), bg = own_colour(theme, theme->ground, mode);
	if (look.fg != COLOUR_DEFAULT)
		fg = mode == COLOUR_MODE_TRUE ? look.fg : colour_from_256(look.fg);
	if (look.bg != COLOUR_DEFAULT)
		bg = mode == COLOUR_MODE_TRUE ? look.bg : colour_from_256(look.bg);
	return colour_contrast(fg, bg);
}

double theme_contrast_wanted(style_t style)
{
	return style_role_is_sign((enum style_role)(style & STYLE_ROLE_MASK)) ? 3 : 4.5;
}
