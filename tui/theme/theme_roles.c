/* Our own form of a theme file: roles by name, each with its forms. */
#include <stdio.h>
#include <string.h>

#include "api/base/buf.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "tui/draw/colour.h"
#include "tui/theme/theme_private.h"

/* ---- one value ---- */

static bool read_rgb(void *to, const char *text)
{
	return colour_parse(text, to);
}

static bool read_16(void *to, const char *text)
{
	return colour_parse_16(text, to);
}

static bool read_attributes(void *to, const char *text)
{
	static const char *const words[] = {"bold", "dim", "underline", "reverse"}; /* as STYLE_ATTR_… count */
	uint8_t found = 0;
	while (*text) {
		size_t len = strcspn(text, " "), i = 0;
		while (i < ARRAY_LEN(words) && (strlen(words[i]) != len || strncmp(words[i], text, len) != 0))
			i++;
		if (i == ARRAY_LEN(words))
			return false;
		found |= (uint8_t)(1u << i);
		text += len + strspn(text + len, " ");
	}
	*(uint8_t *)to = found;
	return true;
}

static const struct theme_field {
	const char *name, *form;
	size_t offset;
	bool (*read)(void *to, const char *text);
} theme_fields[] = {
	{"fg", "a colour", offsetof(struct style_role_look, fg), read_rgb},
	{"bg", "a colour", offsetof(struct style_role_look, bg), read_rgb},
	{"cursor", "a colour", offsetof(struct style_role_look, on_cursor), read_rgb},
	{"fg16", "one of sixteen colours", offsetof(struct style_role_look, fg16), read_16},
	{"bg16", "one of sixteen colours", offsetof(struct style_role_look, bg16), read_16},
	{"style", "bold, dim, underline or reverse", offsetof(struct style_role_look, attributes), read_attributes},
	{"mono", "bold, dim, underline or reverse", offsetof(struct style_role_look, mono), read_attributes},
};

static const char *field_name(size_t index)
{
	return theme_fields[index].name;
}

static const char *role_name(size_t index)
{
	return style_role_name((enum style_role)index);
}

static void note_unknown(const struct theme_reader *reader, const yaml_node_t *key, const char *what,
			 const char *(*name)(size_t), size_t count)
{
	const char *word = str_or(theme_scalar(key), "…"), *closest = theme_closest(word, name, count);
	theme_note(reader, key, "unknown %s \"%.80s\"%s%s%s", what, word, closest ? "; did you mean " : "",
		   str_or(closest, ""), closest ? "?" : "");
}

/* ---- roles ---- */

static const struct theme_field *find_field(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(theme_fields); i++)
		if (str_eq(theme_fields[i].name, name))
			return &theme_fields[i];
	return NULL;
}

static void read_role(struct theme_reader *reader, enum style_role role, const yaml_node_t *node)
{
	struct style_role_look *look = &reader->theme->roles[role];
	unsigned given = 0;
	*look = (struct style_role_look){.fg = COLOUR_DEFAULT,
					 .bg = COLOUR_DEFAULT,
					 .on_cursor = COLOUR_DEFAULT,
					 .fg16 = COLOUR_DEFAULT,
					 .bg16 = COLOUR_DEFAULT,
					 .mono = look->mono};
	reader->has_16[role].given = true;
	if (node->type != YAML_MAPPING_NODE) {
		theme_note(reader, node, "role %s: expected {fg: …, bg: …}", style_role_name(role));
		return;
	}
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = yaml_document_get_node(reader->document, pair->key);
		const char *text = theme_scalar(yaml_document_get_node(reader->document, pair->value));
		const struct theme_field *field = find_field(theme_scalar(key));
		if (++reader->visited > THEME_NODES_MAX)
			return;
		if (!field)
			note_unknown(reader, key, "key", field_name, ARRAY_LEN(theme_fields));
		else if (!text || !field->read((char *)look + field->offset, text))
			theme_note(reader, key, "role %s: %s must be %s, not \"%.80s\"", style_role_name(role),
				   field->name, field->form, str_or(text, "…"));
		else
			given |= 1u << (field - theme_fields);
	}
	reader->has_16[role] = (struct theme_has_16){.given = true, .fg = given & 1u << 3, .bg = given & 1u << 4};
}

static void note_missing(const struct theme_reader *reader)
{
	struct buf names = BUF_INIT(ERR_TEXT_MAX / 2);
	for (int role = 0; role < STYLE_COUNT; role++)
		if (!reader->has_16[role].given)
			buf_printf(&names, "%s%s", names.len ? ", " : "", style_role_name((enum style_role)role));
	if (names.len)
		theme_note(reader, NULL, "missing roles, taken from %s: %s%s",
			   theme_for_ground(reader->theme->ground)->name, buf_str(&names), names.overflow ? ", …" : "");
	buf_finish(&names);
}

static void read_all_roles(struct theme_reader *reader, const yaml_node_t *roles)
{
	for (yaml_node_pair_t *pair = roles->data.mapping.pairs.start; pair < roles->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = yaml_document_get_node(reader->document, pair->key);
		const yaml_node_t *value = yaml_document_get_node(reader->document, pair->value);
		int role = style_role_by_name(str_or(theme_scalar(key), ""));
		if (++reader->visited > THEME_NODES_MAX)
			return;
		if (role < 0) {
			note_unknown(reader, key, "role", role_name, STYLE_COUNT);
			continue;
		}
		read_role(reader, (enum style_role)role, value);
	}
	note_missing(reader);
}

/* ---- the head ---- */

struct theme_head {
	const char *help, *monochrome, *ground, *ink;
	const yaml_node_t *roles;
};

static const char *const head_names[] = {"help", "monochrome", "ground", "ink", "roles"};

static const char *head_name(size_t index)
{
	return head_names[index];
}

static void roles_read_head(struct theme_reader *reader, const yaml_node_t *top, struct theme_head *head)
{
	for (yaml_node_pair_t *pair = top->data.mapping.pairs.start; pair < top->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = yaml_document_get_node(reader->document, pair->key);
		const yaml_node_t *value = yaml_document_get_node(reader->document, pair->value);
		const char **const places[] = {&head->help, &head->monochrome, &head->ground, &head->ink};
		const char *word = str_or(theme_scalar(key), "");
		size_t i = 0;
		while (i < ARRAY_LEN(head_names) && !str_eq(head_names[i], word))
			i++;
		if (i < ARRAY_LEN(places))
			*places[i] = theme_scalar(value);
		else if (i < ARRAY_LEN(head_names))
			head->roles = value;
		else
			note_unknown(reader, key, "key", head_name, ARRAY_LEN(head_names));
	}
}

static bool take_own(struct theme_reader *reader, const char *name, const char *text, int32_t *rgb)
{
	int32_t found = COLOUR_DEFAULT;
	if (text && (!colour_parse(text, &found) || found == COLOUR_DEFAULT))
		theme_note(reader, NULL, "%s must be a colour, not \"%.80s\"", name, text);
	if (found != COLOUR_DEFAULT)
		*rgb = found;
	return found != COLOUR_DEFAULT;
}

bool theme_read_roles(struct theme_reader *reader, const yaml_node_t *top)
{
	struct theme *theme = reader->theme;
	struct theme_head head = {0};
	int32_t ground = COLOUR_DEFAULT;
	roles_read_head(reader, top, &head);
	if (!head.roles || head.roles->type != YAML_MAPPING_NODE)
		return false;
	bool told = take_own(reader, "ground", head.ground, &ground);
	*theme = *theme_for_ground(ground);
	theme->ground = told ? ground : theme->ground;
	(void)take_own(reader, "ink", head.ink, &theme->ink);
	theme->monochrome = str_eq(head.monochrome, "true");
	snprintf(theme->help, sizeof theme->help, "%s", str_or(head.help, ""));
	read_all_roles(reader, head.roles);
	/* A theme that paints the ground itself is measured on that. */
	const struct style_role_look *text = &theme->roles[STYLE_TEXT];
	theme->ground = text->bg != COLOUR_DEFAULT ? text->bg : theme->ground;
	theme->ink = text->fg != COLOUR_DEFAULT ? text->fg : theme->ink;
	for (int role = 0; role < STYLE_COUNT; role++)
		if (reader->has_16[role].given)
			theme_derive_16(theme, &theme->roles[role], !reader->has_16[role].fg, !reader->has_16[role].bg);
	return true;
}
