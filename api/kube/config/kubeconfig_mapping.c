/* Mappings as kubectl has them (sigs.k8s.io/yaml on goyaml v2): of equal keys the last one holds, and `<<` puts the members of
 * another mapping in its place, where what follows overrides them. Done once for the whole file, before anything looks a key
 * up. */
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/base/vec.h"
#include "api/kube/config/kubeconfig_yaml.h"

enum { KEYS_MAX = 4096, MERGED_MAX = 10000 };

struct kubeconfig_members {
	VEC(yaml_node_pair_t) pairs;
};

struct kubeconfig_settling {
	struct kubeconfig_file *file;
	bool *begun, *done; /* by node */
	size_t merged;      /* members that came by `<<` */
	struct err *err;
};

static bool settle_mapping(struct kubeconfig_settling *it, int id);

static yaml_node_t *mapping_node(const struct kubeconfig_settling *it, int id)
{
	return yaml_document_get_node(&it->file->document, id);
}

static bool put_pair(struct kubeconfig_settling *it, struct kubeconfig_members *out, yaml_node_pair_t pair)
{
	const yaml_node_t *key = mapping_node(it, pair.key);
	vec_each (&out->pairs, known) {
		if (!str_eq(kubeconfig_scalar(mapping_node(it, known->key)), kubeconfig_scalar(key)))
			continue;
		*known = pair;
		return true;
	}
	if (out->pairs.len >= KEYS_MAX)
		return kubeconfig_wrong(it->file, key, it->err, "more than %d keys in one mapping", KEYS_MAX);
	vec_push(&out->pairs, pair);
	return true;
}

static bool merge_mapping(struct kubeconfig_settling *it, struct kubeconfig_members *out, int id)
{
	const yaml_node_t *node = mapping_node(it, id);
	if (node->type != YAML_MAPPING_NODE)
		return kubeconfig_wrong(it->file, node, it->err, "<< requires a mapping or a list of mappings");
	if (!settle_mapping(it, id))
		return false;
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
		if (++it->merged > MERGED_MAX)
			return kubeconfig_wrong(it->file, node, it->err, "more than %d members are merged by <<",
						MERGED_MAX);
		if (!put_pair(it, out, *pair))
			return false;
	}
	return true;
}

/* Of several the first has precedence. */
static bool merge_value(struct kubeconfig_settling *it, struct kubeconfig_members *out, int id)
{
	const yaml_node_t *node = mapping_node(it, id);
	if (node->type != YAML_SEQUENCE_NODE)
		return merge_mapping(it, out, id);
	for (yaml_node_item_t *item = node->data.sequence.items.top; item > node->data.sequence.items.start;)
		if (!merge_mapping(it, out, *--item))
			return false;
	return true;
}

static bool is_merge_key(const yaml_node_t *key)
{
	return str_eq(kubeconfig_scalar(key), "<<") && key->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static bool gather_members(struct kubeconfig_settling *it, const yaml_node_t *node, struct kubeconfig_members *out)
{
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++)
		if (is_merge_key(mapping_node(it, pair->key)) ? !merge_value(it, out, pair->value)
							      : !put_pair(it, out, *pair))
			return false;
	return true;
}

static bool settle_mapping(struct kubeconfig_settling *it, int id)
{
	yaml_node_t *node = mapping_node(it, id);
	struct kubeconfig_members members = {0};
	if (it->done[id])
		return true;
	if (it->begun[id])
		return kubeconfig_wrong(it->file, node, it->err, "a mapping that is merged into itself");
	it->begun[id] = true;
	bool gathered = gather_members(it, node, &members);
	if (gathered)
		node->data.mapping.pairs.top = node->data.mapping.pairs.start;
	vec_each (&members.pairs, pair)
		if (gathered && !yaml_document_append_mapping_pair(&it->file->document, id, pair->key, pair->value))
			mem_end();
	vec_finish(&members.pairs);
	it->done[id] = true;
	return gathered;
}

bool kubeconfig_settle_mappings(struct kubeconfig_file *file, struct err *err)
{
	int count = (int)(file->document.nodes.top - file->document.nodes.start);
	CLEANUP(free) bool *begun = mem_alloc((size_t)count + 1), *done = mem_alloc((size_t)count + 1);
	struct kubeconfig_settling it = {.file = file, .begun = begun, .done = done, .err = err};
	for (int id = 1; id <= count; id++)
		if (mapping_node(&it, id)->type == YAML_MAPPING_NODE && !settle_mapping(&it, id))
			return false;
	return true;
}
