/* What both readers of theme files need: notes with their line, scalars, the word that was probably meant, and colours for
 * terminals that have sixteen. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "tui/draw/colour.h"
#include "tui/theme/theme_private.h"

void theme_note(const struct theme_reader *reader, const yaml_node_t *at, const char *format, ...)
{
	char text[ERR_TEXT_MAX];
	va_list args;
	if (!reader->note)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	reader->note(reader->data, at ? at->start_mark.line + 1 : 0, text);
}

const char *theme_scalar(const yaml_node_t *node)
{
	return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

/* ---- hints ---- */

static size_t least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;
	return ab < c ? ab : c;
}

/* Levenshtein. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t row[THEME_WORD_MAX + 1], len = strlen(b);
	if (len > THEME_WORD_MAX || strlen(a) > THEME_WORD_MAX)
		return THEME_WORD_MAX;
	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= len; j++) {
			size_t above = row[j];
			row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[len];
}

const char *theme_closest(const char *word, const char *(*name)(size_t index), size_t count)
{
	const char *closest = NULL;
	size_t shortest = strlen(word) / 3 + 2;
	for (size_t i = 0; i < count; i++) {
		size_t distance = edit_distance(word, name(i));
		if (distance >= shortest)
			continue;
		shortest = distance;
		closest = name(i);
	}
	return closest;
}

/* ---- sixteen colours ---- */

void theme_derive_16(const struct theme *theme, struct style_role_look *look, bool fg, bool bg)
{
	const struct style_role_look *text = &theme->roles[STYLE_TEXT];
	if (bg)
		look->bg16 = look->bg == COLOUR_DEFAULT ? COLOUR_DEFAULT : (int8_t)colour_to_16(look->bg);
	if (fg)
		look->fg16 = look->fg == COLOUR_DEFAULT ? COLOUR_DEFAULT : (int8_t)colour_to_16(look->fg);
	int ground = look->bg16 != COLOUR_DEFAULT   ? look->bg16
		     : text->bg16 != COLOUR_DEFAULT ? text->bg16
						    : (colour_is_light(theme->ground) ? 15 : 0);
	int32_t under = colour_from_256(ground);
	if (!fg || look->fg16 == COLOUR_DEFAULT || colour_contrast(colour_from_256(look->fg16), under) >= 4.5)
		return;
	/* The same hue, brighter or darker, before no hue at all. */
	int8_t other = (int8_t)(look->fg16 ^ 8);
	bool helps = colour_contrast(colour_from_256(other), under) >= 4.5;
	look->fg16 = helps ? other : colour_is_light(under) ? 0 : 15;
}
