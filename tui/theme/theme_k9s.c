/* Skins of k9s as themes. k9s lays a skin over its stock one, takes a colour that it does not know for the terminal's
 * own, and never refuses one; so do we, and say what it silently leaves out. */
#include <stdio.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "tui/draw/colour.h"
#include "tui/theme/theme_private.h"

enum { SKIN_PATH_MAX = 160, SKIN_DEPTH_MAX = 6, LIFT_STEPS = 16 };

static const struct {
	const char *path, *stock;
} skin_keys[] = {
#define KEY(path_, stock_) {.path = path_, .stock = stock_},
#define USE(path, role, part)
#include "tui/theme/theme_k9s.def"
#undef KEY
#undef USE
};

enum skin_part { SKIN_FG, SKIN_BG, SKIN_BADGE };

static const struct {
	const char *path;
	enum style_role role;
	enum skin_part part;
} skin_uses[] = {
#define KEY(path, stock)
#define USE(path_, role_, part_) {.path = path_, .role = STYLE_##role_, .part = SKIN_##part_},
#include "tui/theme/theme_k9s.def"
#undef KEY
#undef USE
};

struct skin {
	struct theme_reader *reader;
	int32_t colours[ARRAY_LEN(skin_keys)];
};

/* ---- reading ---- */

static const char *skin_key_path(size_t index)
{
	return skin_keys[index].path;
}

static size_t skin_find(const char *path)
{
	size_t i = 0;
	while (i < ARRAY_LEN(skin_keys) && !str_eq(skin_keys[i].path, path))
		i++;
	return i;
}

/* Something below it is known. */
static bool skin_is_part(const char *path)
{
	size_t len = strlen(path);
	for (size_t i = 0; i < ARRAY_LEN(skin_keys); i++)
		if (strncmp(skin_keys[i].path, path, len) == 0 && skin_keys[i].path[len] == '.')
			return true;
	return false;
}

static void skin_set(struct skin *skin, size_t key, const yaml_node_t *at, const yaml_node_t *value)
{
	const char *text = theme_scalar(value);
	if (!*skin_keys[key].stock)
		return;
	if (text && colour_parse(text, &skin->colours[key]))
		return;
	skin->colours[key] = COLOUR_DEFAULT;
	theme_note(skin->reader, at, "%s: \"%.80s\" is not a colour; k9s uses the terminal's default",
		   skin_keys[key].path, str_or(text, "…"));
}

static void skin_read(struct skin *skin, const char *path, const yaml_node_t *at, const yaml_node_t *node, int depth);

/* One entry of a mapping or a sequence. */
static void skin_read_entry(struct skin *skin, const char *above, const char *name, const yaml_node_t *at,
			    const yaml_node_t *value, int depth)
{
	char path[SKIN_PATH_MAX];
	snprintf(path, sizeof path, "%s%s%.80s", above, *above ? "." : "", name);
	if (++skin->reader->visited < THEME_NODES_MAX)
		skin_read(skin, path, at, value, depth + 1);
	else if (skin->reader->visited == THEME_NODES_MAX)
		theme_note(skin->reader, at, "too many entries; the rest is ignored");
}

static void skin_read_mapping(struct skin *skin, const char *path, const yaml_node_t *node, int depth)
{
	yaml_document_t *document = skin->reader->document;
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = yaml_document_get_node(document, pair->key);
		skin_read_entry(skin, path, str_or(theme_scalar(key), "…"), key,
				yaml_document_get_node(document, pair->value), depth);
	}
}

static void skin_read_sequence(struct skin *skin, const char *path, const yaml_node_t *node, int depth)
{
	yaml_document_t *document = skin->reader->document;
	size_t index = 0;
	for (yaml_node_item_t *item = node->data.sequence.items.start; item < node->data.sequence.items.top; item++) {
		char name[24];
		const yaml_node_t *value = yaml_document_get_node(document, *item);
		snprintf(name, sizeof name, "%zu", index++);
		skin_read_entry(skin, path, name, value, value, depth);
	}
}

static void skin_read(struct skin *skin, const char *path, const yaml_node_t *at, const yaml_node_t *node, int depth)
{
	size_t key = skin_find(path);
	bool part = !*path || skin_is_part(path);
	if (key < ARRAY_LEN(skin_keys)) {
		skin_set(skin, key, at, node);
	} else if (part && node->type == YAML_MAPPING_NODE && depth < SKIN_DEPTH_MAX) {
		skin_read_mapping(skin, path, node, depth);
	} else if (part && node->type == YAML_SEQUENCE_NODE && depth < SKIN_DEPTH_MAX) {
		skin_read_sequence(skin, path, node, depth);
	} else if (part) {
		theme_note(skin->reader, at, "%s groups colours by name and is not a colour itself", path);
	} else {
		const char *closest = theme_closest(path, skin_key_path, ARRAY_LEN(skin_keys));
		theme_note(skin->reader, at, "unknown key %s%s%s%s", path, closest ? "; did you mean " : "",
			   str_or(closest, ""), closest ? "?" : "");
	}
}

/* ---- what comes of it ---- */

static void skin_use(struct style_role_look *look, enum skin_part part, int32_t colour)
{
	if (part == SKIN_FG)
		look->fg = colour;
	else
		look->bg = colour;
	if (part == SKIN_BADGE)
		look->fg = colour == COLOUR_DEFAULT ? COLOUR_DEFAULT : colour_readable_on(colour);
}

static bool skin_is_readable(int32_t colour, int32_t ground)
{
	return colour_contrast(colour, ground) >= 4.5 &&
	       colour_contrast(colour_from_256(colour_to_256(colour)), colour_from_256(colour_to_256(ground))) >= 4.5;
}

/* What is faint in k9s, or stock on a ground of another lightness, carries text here that must be read: nearer to black
 * or white, a step at a time. */
static int32_t skin_lift(int32_t colour, int32_t ground)
{
	int32_t lifted = colour, target = colour_readable_on(ground);
	for (int step = 1; step <= LIFT_STEPS && !skin_is_readable(lifted, ground); step++) {
		lifted = 0;
		for (int shift = 0; shift <= 16; shift += 8) {
			int from = colour >> shift & 255, to = target >> shift & 255;
			lifted |= (from + (to - from) * step / LIFT_STEPS) << shift;
		}
	}
	return lifted;
}

static void skin_settle(const struct theme *theme, enum style_role role, struct style_role_look *look)
{
	int32_t ground = look->bg != COLOUR_DEFAULT ? look->bg : theme->ground;
	if (look->fg != COLOUR_DEFAULT && !style_role_is_sign(role))
		look->fg = skin_lift(look->fg, ground);
	theme_derive_16(theme, look, true, true);
}

static int32_t skin_colour(const struct skin *skin, const char *path)
{
	return skin->colours[skin_find(path)];
}

void theme_read_k9s(struct theme_reader *reader, const yaml_node_t *node)
{
	struct skin skin = {.reader = reader};
	struct theme *theme = reader->theme;
	for (size_t i = 0; i < ARRAY_LEN(skin_keys); i++)
		if (!*skin_keys[i].stock || !colour_parse(skin_keys[i].stock, &skin.colours[i]))
			skin.colours[i] = COLOUR_DEFAULT;
	skin_read(&skin, "", node, node, 0);
	int32_t ground = skin_colour(&skin, "body.bgColor"), ink = skin_colour(&skin, "body.fgColor");
	/* A skin that leaves the ground to the terminal is light when its text is dark. */
	if (ground == COLOUR_DEFAULT && ink != COLOUR_DEFAULT)
		ground = colour_readable_on(ink);
	*theme = *theme_for_ground(ground);
	theme->ground = ground != COLOUR_DEFAULT ? ground : theme->ground;
	theme->ink = ink != COLOUR_DEFAULT ? ink : theme->ink;
	snprintf(theme->help, sizeof theme->help, "k9s skin");
	for (size_t i = 0; i < ARRAY_LEN(skin_uses); i++) {
		struct style_role_look *look = &theme->roles[skin_uses[i].role];
		look->on_cursor = COLOUR_DEFAULT;
		skin_use(look, skin_uses[i].part, skin_colour(&skin, skin_uses[i].path));
	}
	for (int role = 0; role < STYLE_COUNT; role++)
		skin_settle(theme, (enum style_role)role, &theme->roles[role]);
}
