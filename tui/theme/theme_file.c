/* Text to theme: YAML with libyaml's document API, which resolves aliases, then whichever of the two forms it has. */
#include "tui/theme/theme_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "tui/draw/colour.h"

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

/* ---- the file ---- */

static bool theme_not_yaml(const yaml_parser_t *parser, const char *name, struct err *err)
{
	if (parser->error == YAML_READER_ERROR)
		return err_set(err, ERR_CONFIG, "%s: not UTF-8 text (byte %zu)", name, parser->problem_offset);
	return err_set(err, ERR_CONFIG, "%s:%zu: %s", name, parser->problem_mark.line + 1,
		       str_or(parser->problem, "not YAML"));
}

static const yaml_node_t *member(yaml_document_t *document, const yaml_node_t *mapping, const char *key)
{
	for (yaml_node_pair_t *pair = mapping->data.mapping.pairs.start; pair < mapping->data.mapping.pairs.top; pair++)
		if (str_eq(theme_scalar(yaml_document_get_node(document, pair->key)), key))
			return yaml_document_get_node(document, pair->value);
	return NULL;
}

static bool read_theme(struct theme_reader *reader, const char *name, struct err *err)
{
	const yaml_node_t *top = yaml_document_get_root_node(reader->document);
	bool mapping = top && top->type == YAML_MAPPING_NODE;
	const yaml_node_t *skin = mapping ? member(reader->document, top, "k9s") : NULL;
	if (!mapping || (!skin && !member(reader->document, top, "roles")))
		return err_set(err, ERR_CONFIG,
			       "%s: neither a theme (a mapping with `roles`) nor a k9s skin (with `k9s`)", name);
	if (!skin)
		return theme_read_roles(reader, top) ||
		       err_set(err, ERR_CONFIG, "%s: `roles` must map roles to colours", name);
	if (skin->type != YAML_MAPPING_NODE)
		return err_set(err, ERR_CONFIG, "%s: `k9s` must map parts of the screen to colours", name);
	theme_read_k9s(reader, skin);
	return true;
}

static void set_name(struct theme *theme, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *stem = slash ? slash + 1 : path, *dot = strrchr(stem, '.');
	int len = dot && dot > stem ? (int)(dot - stem) : (int)strlen(stem);
	snprintf(theme->name, sizeof theme->name, "%.*s", len, stem);
}

static size_t count_brackets(const char *text, size_t len)
{
	size_t count = 0;
	for (size_t i = 0; i < len; i++)
		count += text[i] == '[' || text[i] == '{';
	return count;
}

bool theme_parse(struct theme *theme, const char *name, const char *text, size_t len, theme_note_fn *note, void *data,
		 struct err *err)
{
	yaml_parser_t parser;
	yaml_document_t document;
	struct theme_reader reader = {.document = &document, .theme = theme, .note = note, .data = data};
	if (len > THEME_FILE_MAX)
		return err_set(err, ERR_LIMIT, "%s is larger than %d KiB, the limit for a theme", name,
			       THEME_FILE_MAX / 1024);
	if (count_brackets(text, len) > THEME_BRACKETS_MAX)
		return err_set(err, ERR_LIMIT, "%s has more than %d brackets, the limit for a theme", name,
			       THEME_BRACKETS_MAX);
	if (!yaml_parser_initialize(&parser))
		return err_set(err, ERR_SYSTEM, "cannot start the YAML parser");
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	bool ok = yaml_parser_load(&parser, &document) || theme_not_yaml(&parser, name, err);
	if (ok) {
		ok = read_theme(&reader, name, err);
		yaml_document_delete(&document);
		set_name(theme, name);
	}
	yaml_parser_delete(&parser);
	return ok;
}
