/* YAML from a file that somebody else may have written: depth and aliases are counted before a tree is made of it, and
 * every error names file and line. */
#include "api/kube/config/kubeconfig_yaml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "api/base/json_write.h"
#include "api/base/mem.h"
#include "api/base/str.h"

DEFINE_CLEANUP(yaml_parser_t *, yaml_parser_delete);

bool kubeconfig_wrong(const struct kubeconfig_file *file, const yaml_node_t *node, struct err *err, const char *format,
		      ...)
{
	char text[ERR_TEXT_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (!node)
		return err_set(err, ERR_CONFIG, "%s: %s", file->path, text);
	return err_set(err, ERR_CONFIG, "%s:%zu:%zu: %s", file->path, node->start_mark.line + 1,
		       node->start_mark.column + 1, text);
}

static bool wrong_at(const char *path, yaml_mark_t mark, struct err *err, const char *problem)
{
	return err_set(err, ERR_CONFIG, "%s:%zu:%zu: %s", path, mark.line + 1, mark.column + 1, problem);
}

static bool parser_failed(const yaml_parser_t *parser, const char *path, struct err *err)
{
	yaml_mark_t mark = parser->problem_mark;
	if (parser->error == YAML_READER_ERROR)
		return err_set(err, ERR_CONFIG, "%s: %s at byte %zu", path, str_or(parser->problem, "unreadable"),
			       parser->problem_offset);
	return wrong_at(path, mark, err, str_or(parser->problem, "invalid YAML"));
}

/* Before a tree is made of it: how deep, and how many aliases. */
static bool check_shape(const char *path, const char *text, size_t len, struct err *err)
{
	yaml_parser_t parser;
	if (!yaml_parser_initialize(&parser))
		mem_end();
	CLEANUP(yaml_parser_delete) yaml_parser_t *guard = &parser;
	yaml_parser_set_input_string(guard, (const unsigned char *)text, len);
	size_t depth = 0, aliases = 0;
	for (bool end = false; !end;) {
		yaml_event_t event;
		if (!yaml_parser_parse(&parser, &event))
			return parser_failed(&parser, path, err);
		yaml_event_type_t type = event.type;
		yaml_mark_t mark = event.start_mark;
		yaml_event_delete(&event);
		end = type == YAML_STREAM_END_EVENT;
		aliases += type == YAML_ALIAS_EVENT;
		depth += type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT;
		depth -= type == YAML_SEQUENCE_END_EVENT || type == YAML_MAPPING_END_EVENT;
		if (depth > KUBECONFIG_DEPTH_MAX)
			return wrong_at(path, mark, err, "nested too deeply for a kubeconfig");
		if (aliases > KUBECONFIG_ALIAS_MAX)
			return wrong_at(path, mark, err, "too many aliases for a kubeconfig");
	}
	return true;
}

/* "a\0b" would be another text, an "a", to whatever reads it. */
static bool yaml_check_nodes(struct kubeconfig_file *file, struct err *err)
{
	for (yaml_node_t *node = file->document.nodes.start; node < file->document.nodes.top; node++) {
		if (node->type == YAML_SCALAR_NODE && memchr(node->data.scalar.value, 0, node->data.scalar.length))
			return kubeconfig_wrong(file, node, err, "a text that contains a NUL character");
		if (node->type != YAML_MAPPING_NODE)
			continue;
		for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top;
		     pair++)
			if (!kubeconfig_scalar(yaml_document_get_node(&file->document, pair->key)))
				return kubeconfig_wrong(file, node, err, "a key that is not plain text");
	}
	return true;
}

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? mem_strndup(path, slash == path ? 1 : (size_t)(slash - path)) : mem_strdup(".");
	char *absolute = realpath(folder, NULL);
	if (!absolute)
		return folder;
	free(folder);
	return absolute;
}

/* Both may be left out; what is another object is none of ours. */
static bool check_type(struct kubeconfig_file *file, const char *member, const char *ours, struct err *err)
{
	const yaml_node_t *node = kubeconfig_member(file, kubeconfig_root(file), member);
	return !node || str_eq(kubeconfig_scalar(node), ours) || str_empty(kubeconfig_scalar(node)) ||
	       kubeconfig_wrong(file, node, err, "not a kubeconfig: its %s is %.60s instead of %s", member,
				str_or(kubeconfig_scalar(node), "no text"), ours);
}

bool kubeconfig_file_parse(struct kubeconfig_file *file, const char *path, const char *text, size_t len,
			   struct err *err)
{
	*file = (struct kubeconfig_file){.path = mem_strdup(path), .folder = folder_of(path)};
	if (!check_shape(path, text, len, err))
		return false;
	yaml_parser_t parser;
	if (!yaml_parser_initialize(&parser))
		mem_end();
	CLEANUP(yaml_parser_delete) yaml_parser_t *guard = &parser;
	yaml_parser_set_input_string(guard, (const unsigned char *)text, len);
	if (!yaml_parser_load(&parser, &file->document))
		return parser_failed(&parser, path, err);
	file->loaded = true;
	const yaml_node_t *root = kubeconfig_root(file);
	if (root && root->type != YAML_MAPPING_NODE)
		return kubeconfig_wrong(file, root, err, "not a kubeconfig: expected a mapping");
	return yaml_check_nodes(file, err) && kubeconfig_settle_mappings(file, err) &&
	       check_type(file, "kind", "Config", err) && check_type(file, "apiVersion", "v1", err);
}

bool kubeconfig_slurp(const char *what, enum file_trust trust, const char *path, size_t max, struct buf *out,
		      struct err *err)
{
	/* Links are how Kubernetes mounts secrets and how a kubeconfig is chosen. */
	const struct file_use use = {.what = what, .trust = trust, .follow = true};
	out->max = max;
	bool read = file_read(path, &use, out, err) &&
		    (!memchr(buf_str(out), 0, out->len) ||
		     err_set(err, ERR_CONFIG, "%s %s contains a NUL byte and is not used", what, path));
	if (!read && err)
		err->code = ERR_CONFIG;
	return read;
}

bool kubeconfig_file_read(struct kubeconfig_file *file, const char *path, bool *missing, struct err *err)
{
	struct stat status;
	*missing = stat(path, &status) < 0 && (errno == ENOENT || errno == ENOTDIR);
	if (*missing)
		return true;
	struct buf text = {0};
	bool done = kubeconfig_slurp("the kubeconfig", FILE_ANYBODYS, path, KUBECONFIG_FILE_MAX, &text, err);
	*missing = done && text.len == 0;
	if (done && !*missing)
		done = kubeconfig_file_parse(file, path, buf_str(&text), text.len, err);
	if (done)
		file->mode = status.st_mode & 0777;
	buf_finish_secret(&text);
	return done;
}

void kubeconfig_file_finish(struct kubeconfig_file *file)
{
	if (file->loaded) {
		for (yaml_node_t *node = file->document.nodes.start; node < file->document.nodes.top; node++)
			if (node->type == YAML_SCALAR_NODE)
				explicit_bzero(node->data.scalar.value, node->data.scalar.length);
		yaml_document_delete(&file->document);
	}
	free(file->path);
	free(file->folder);
	*file = (struct kubeconfig_file){0};
}

/* ---- looking things up ---- */

yaml_node_t *kubeconfig_root(struct kubeconfig_file *file)
{
	return yaml_document_get_root_node(&file->document);
}

const char *kubeconfig_scalar(const yaml_node_t *node)
{
	return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

static bool is_null(const yaml_node_t *node)
{
	const char *text = kubeconfig_scalar(node);
	return text && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       (!text[0] || str_eq(text, "~") || str_eq(text, "null") || str_eq(text, "Null") || str_eq(text, "NULL"));
}

yaml_node_t *kubeconfig_member(struct kubeconfig_file *file, const yaml_node_t *node, const char *name)
{
	if (!node || node->type != YAML_MAPPING_NODE)
		return NULL;
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
		if (!str_eq(kubeconfig_scalar(yaml_document_get_node(&file->document, pair->key)), name))
			continue;
		yaml_node_t *value = yaml_document_get_node(&file->document, pair->value);
		return is_null(value) ? NULL : value;
	}
	return NULL;
}

yaml_node_t *kubeconfig_item(struct kubeconfig_file *file, const yaml_node_t *node, size_t index)
{
	if (!node || node->type != YAML_SEQUENCE_NODE)
		return NULL;
	yaml_node_item_t *item = node->data.sequence.items.start + index;
	return item < node->data.sequence.items.top ? yaml_document_get_node(&file->document, *item) : NULL;
}

/* What YAML 1.1 takes for a number or a boolean is no string to kubectl, which refuses the file. */
static bool is_other_scalar(const yaml_node_t *node)
{
	static const char *const words[] = {"true", "false", "yes", "no", "on", "off", ".inf", ".nan"};
	const char *text = kubeconfig_scalar(node);
	if (!text || node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	const char *digits = text + strspn(text, "+-");
	char *end;
	if (digits - text > 1 || !strchr("0123456789.", *digits) || !digits[strspn(digits, ".")])
		return false;
	(void)strtod(digits, &end);
	return *end == '\0';
}

static bool check_string(struct kubeconfig_file *file, const yaml_node_t *node, const char *name, struct err *err)
{
	/* Not quoted: it may be a password. */
	return !is_other_scalar(node) ||
	       kubeconfig_wrong(file, node, err, "%s must be a string: put its value in quotes", name);
}

bool kubeconfig_get_text(struct kubeconfig_file *file, const yaml_node_t *node, const char *name, char **out,
			 struct err *err)
{
	const yaml_node_t *value = kubeconfig_member(file, node, name);
	if (value && !kubeconfig_scalar(value))
		return kubeconfig_wrong(file, value, err, "%s must be a string", name);
	if (value && !check_string(file, value, name, err))
		return false;
	mem_free_secret(*out);
	*out = value && kubeconfig_scalar(value)[0] ? mem_strdup(kubeconfig_scalar(value)) : NULL;
	return true;
}

bool kubeconfig_get_bool(struct kubeconfig_file *file, const yaml_node_t *node, const char *name, bool *out,
			 struct err *err)
{
	static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
	const yaml_node_t *value = kubeconfig_member(file, node, name);
	*out = false;
	if (!value)
		return true;
	bool plain = value->type == YAML_SCALAR_NODE && value->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	for (size_t i = 0; plain && i < ARRAY_LEN(words); i++) {
		if (strcasecmp(words[i], kubeconfig_scalar(value)) != 0)
			continue;
		*out = i % 2 == 1;
		return true;
	}
	return kubeconfig_wrong(file, value, err, "%s must be true or false", name);
}

bool kubeconfig_get_list(struct kubeconfig_file *file, const yaml_node_t *node, const char *name, char ***out,
			 struct err *err)
{
	const yaml_node_t *list = kubeconfig_member(file, node, name);
	*out = NULL;
	if (!list)
		return true;
	if (list->type != YAML_SEQUENCE_NODE)
		return kubeconfig_wrong(file, list, err, "%s must be a list", name);
	size_t count = (size_t)(list->data.sequence.items.top - list->data.sequence.items.start);
	if (count == 0)
		return true;
	char **items = mem_alloc((count + 1) * sizeof *items);
	*out = items;
	for (size_t i = 0; i < count; i++) {
		const yaml_node_t *item = kubeconfig_item(file, list, i);
		if (!kubeconfig_scalar(item))
			return kubeconfig_wrong(file, item, err, "%s must be a list of strings", name);
		if (!check_string(file, item, name, err))
			return false;
		items[i] = mem_strdup(kubeconfig_scalar(item));
	}
	return true;
}

/* ---- JSON, for the cluster's exec extension ---- */

static bool is_json_word(const yaml_node_t *node)
{
	const char *text = kubeconfig_scalar(node);
	double number;
	return node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       (str_eq(text, "true") || str_eq(text, "false") ||
		(strspn(text, "-0123456789.eE+") == strlen(text) && str_to_double(text, &number) && text[0] != '+' &&
		 text[0] != '.'));
}

static bool append_json(struct kubeconfig_file *file, const yaml_node_t *node, struct buf *out, int depth)
{
	if (depth > KUBECONFIG_DEPTH_MAX || !node)
		return false;
	if (is_null(node))
		return buf_append_str(out, "null");
	if (node->type == YAML_SCALAR_NODE) {
		if (is_json_word(node))
			return buf_append_str(out, kubeconfig_scalar(node));
		json_write_string(out, kubeconfig_scalar(node));
		return !out->overflow;
	}
	bool is_map = node->type == YAML_MAPPING_NODE;
	buf_append_char(out, is_map ? '{' : '[');
	size_t count = is_map ? (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start)
			      : (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
	for (size_t i = 0; i < count; i++) {
		int value = is_map ? node->data.mapping.pairs.start[i].value : node->data.sequence.items.start[i];
		if (i)
			buf_append_char(out, ',');
		if (is_map) {
			const yaml_node_t *key =
				yaml_document_get_node(&file->document, node->data.mapping.pairs.start[i].key);
			json_write_string(out, kubeconfig_scalar(key));
			buf_append_char(out, ':');
		}
		if (!append_json(file, yaml_document_get_node(&file->document, value), out, depth + 1))
			return false;
	}
	return buf_append_char(out, is_map ? '}' : ']');
}

bool kubeconfig_append_json(struct kubeconfig_file *file, const yaml_node_t *node, struct buf *out, struct err *err)
{
	return append_json(file, node, out, 0) ||
	       kubeconfig_wrong(file, node, err, "too large or nested too deeply to pass to a plugin");
}
