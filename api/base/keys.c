/* Keys that stand twice in one mapping of a YAML document. */
#include "api/base/keys.h"

#include "api/base/map.h"

static bool mapping_is_single(yaml_document_t *document, const yaml_node_t *mapping, const char *name, struct err *err)
{
	struct map seen = MAP_INIT;
	bool single = true;
	for (yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
	     single && pair < mapping->data.mapping.pairs.top; pair++) {
		yaml_node_t *key = yaml_document_get_node(document, pair->key);
		if (key->type != YAML_SCALAR_NODE)
			continue;
		const yaml_node_t *first = map_set(&seen, (const char *)key->data.scalar.value, key);
		single = !first || err_set(err, ERR_CONFIG, "%s:%zu:%zu: %.80s is already set on line %zu", name,
					   key->start_mark.line + 1, key->start_mark.column + 1,
					   (const char *)key->data.scalar.value, first->start_mark.line + 1);
	}
	map_finish(&seen);
	return single;
}

bool keys_are_single(yaml_document_t *document, const char *name, struct err *err)
{
	for (const yaml_node_t *node = document->nodes.start; node < document->nodes.top; node++)
		if (node->type == YAML_MAPPING_NODE && !mapping_is_single(document, node, name, err))
			return false;
	return true;
}
