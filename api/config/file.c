/* The configuration file: YAML of one level, checked against options.def so that a misspelt name is an error with its
 * line, not a setting that silently does nothing. */
#include "api/config/config_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "api/base/buf.h"
#include "api/base/file.h"
#include "api/base/keys.h"
#include "api/base/mem.h"
#include "api/base/str.h"

enum { CONFIG_FILE_MAX = 256 * 1024, CONFIG_NAME_MAX = 300 };

static bool config_wrong(struct err *err, const char *name, const yaml_node_t *at, const char *what)
{
	return err_set(err, ERR_CONFIG, "%s:%zu:%zu: %s", name, at->start_mark.line + 1, at->start_mark.column + 1,
		       what);
}

static const char *scalar_text(const yaml_node_t *node)
{
	return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

static bool read_credentials(struct config *config, yaml_document_t *document, const yaml_node_t *node,
			     const char *name, struct err *err)
{
	if (node->type != YAML_MAPPING_NODE)
		return config_wrong(err, name, node, "credentials must map NAMESPACE/CLUSTER to the name of a secret");
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = yaml_document_get_node(document, pair->key);
		const char *cluster = scalar_text(key),
			   *secret = scalar_text(yaml_document_get_node(document, pair->value));
		if (!cluster || !secret || !strchr(cluster, '/'))
			return config_wrong(err, name, key, "expected NAMESPACE/CLUSTER: SECRET");
		config_add_credentials(config, cluster, secret);
	}
	return true;
}

static bool read_brokers(struct config *config, yaml_document_t *document, const yaml_node_t *node, const char *name,
			 struct err *err)
{
	static const char form[] = "expected NAMESPACE/NAME: kafka, rabbitmq or none";
	if (node->type != YAML_MAPPING_NODE)
		return config_wrong(err, name, node, "brokers must map NAMESPACE/NAME to kafka, rabbitmq or none");
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = yaml_document_get_node(document, pair->key);
		const char *workload = scalar_text(key),
			   *kind = scalar_text(yaml_document_get_node(document, pair->value));
		if (!workload || !kind || !strchr(workload, '/') || !config_add_broker(config, workload, kind))
			return config_wrong(err, name, key, form);
	}
	return true;
}

static bool read_context(struct config *config, yaml_document_t *document, const char *context, const yaml_node_t *node,
			 const char *name, struct err *err)
{
	static const char form[] = "a context must map theme and accent to plain values";
	if (node->type != YAML_MAPPING_NODE)
		return config_wrong(err, name, node, form);
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = yaml_document_get_node(document, pair->key);
		const char *setting = scalar_text(key),
			   *value = scalar_text(yaml_document_get_node(document, pair->value));
		if (!setting || !value || !config_add_context(config, context, setting, value))
			return config_wrong(err, name, key, form);
	}
	return true;
}

static bool read_contexts(struct config *config, yaml_document_t *document, const yaml_node_t *node, const char *name,
			  struct err *err)
{
	if (node->type != YAML_MAPPING_NODE)
		return config_wrong(err, name, node, "contexts must map context names to theme and accent");
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = yaml_document_get_node(document, pair->key);
		if (!scalar_text(key))
			return config_wrong(err, name, key, "expected the name of a context");
		if (!read_context(config, document, scalar_text(key), yaml_document_get_node(document, pair->value),
				  name, err))
			return false;
	}
	return true;
}

static bool read_option(struct config *config, yaml_document_t *document, const yaml_node_t *key,
			const yaml_node_t *value, const char *name, struct err *err)
{
	char origin[CONFIG_NAME_MAX], what[128];
	snprintf(origin, sizeof origin, "%s:%zu", name, key->start_mark.line + 1);
	const char *word = scalar_text(key);
	if (!word)
		return config_wrong(err, name, key, "an option name must be plain text");
	if (str_eq(word, "credentials"))
		return read_credentials(config, document, value, name, err);
	if (str_eq(word, "brokers"))
		return read_brokers(config, document, value, name, err);
	if (str_eq(word, "contexts"))
		return read_contexts(config, document, value, name, err);
	for (size_t i = 0; i < CONFIG_OPTION_COUNT; i++) {
		const struct config_option_spec *spec = config_option_spec((enum config_option_id)i);
		if (spec->where != CONFIG_OPTION_FILE || !str_eq(spec->name, word))
			continue;
		if (!scalar_text(value))
			return config_wrong(err, name, value, "expected one plain value");
		/* What the command line said stays. */
		return config_is_set(config, (enum config_option_id)i) ||
		       config_set(config, (enum config_option_id)i, scalar_text(value), origin, err);
	}
	snprintf(what, sizeof what, "unknown option \"%.60s\"; `mqdeck --help` lists them", word);
	return config_wrong(err, name, key, what);
}

static bool read_document(struct config *config, yaml_document_t *document, const char *name, struct err *err)
{
	const yaml_node_t *top = yaml_document_get_root_node(document);
	if (!top)
		return true;
	if (top->type != YAML_MAPPING_NODE)
		return config_wrong(err, name, top, "expected `option: value` lines");
	for (yaml_node_pair_t *pair = top->data.mapping.pairs.start; pair < top->data.mapping.pairs.top; pair++) {
		if (!read_option(config, document, yaml_document_get_node(document, pair->key),
				 yaml_document_get_node(document, pair->value), name, err))
			return false;
	}
	return true;
}

bool config_parse_file_text(struct config *config, const char *name, const char *text, size_t len, struct err *err)
{
	yaml_parser_t parser;
	yaml_document_t document;
	if (!yaml_parser_initialize(&parser))
		return err_set(err, ERR_SYSTEM, "cannot start the YAML parser");
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	bool ok = yaml_parser_load(&parser, &document);
	if (!ok) {
		err_set(err, ERR_CONFIG, "%s:%zu:%zu: %s", name, parser.problem_mark.line + 1,
			parser.problem_mark.column + 1, str_or(parser.problem, "not YAML"));
	} else {
		ok = keys_are_single(&document, name, err) && read_document(config, &document, name, err);
		yaml_document_delete(&document);
	}
	yaml_parser_delete(&parser);
	return ok;
}

static char *usual_path(void)
{
	const char *direct = getenv("MQDECK_CONFIG"), *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	if (!str_empty(direct))
		return mem_strdup(direct);
	if (!str_empty(xdg))
		return str_printf("%s/mqdeck/config.yaml", xdg);
	return str_empty(home) ? NULL : str_printf("%s/.config/mqdeck/config.yaml", home);
}

bool config_load_file(struct config *config, const char *path, struct err *err)
{
	const struct file_use use = {.what = "the configuration file", .trust = FILE_TRUSTED};
	CLEANUP(free) char *usual = path ? mem_strdup(path) : usual_path();
	if (!usual)
		return true;
	struct err reason = {0};
	struct buf text = BUF_INIT(CONFIG_FILE_MAX);
	bool ok = file_read(usual, &use, &text, &reason);
	if (ok)
		ok = config_parse_file_text(config, usual, buf_str(&text), text.len, &reason);
	else if (reason.code == ERR_LIMIT)
		err_set(&reason, ERR_CONFIG, "%s is larger than %d KiB", usual, CONFIG_FILE_MAX / 1024);
	else if (reason.code == ERR_NOT_FOUND && !path)
		ok = true;
	buf_finish(&text);
	if (!ok && err)
		*err = reason;
	return ok;
}
