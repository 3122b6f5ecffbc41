/* Text to theme: YAML with libyaml's document API, which resolves aliases, then whichever of the two forms it has. */
#include "tui/theme/theme_private.h"

#include <stdio.h>
#include <string.h>

#include "api/base/keys.h"
#include "api/base/mem.h"
#include "api/base/str.h"

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
		ok = keys_are_single(&document, name, err) && read_theme(&reader, name, err);
		yaml_document_delete(&document);
		set_name(theme, name);
	}
	yaml_parser_delete(&parser);
	return ok;
}
