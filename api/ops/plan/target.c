/* Targets by key and by name. A key stays good while the world is rebuilt, a pointer does not: whoever keeps a target
 * keeps its key and comes here each time. */
#include "api/ops/plan/target.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/model/world/world.h"
#include "api/ops/plan/plan.h"

const char *ops_broker_key(const struct world_broker *broker, char out[static OPS_KEY_MAX])
{
	snprintf(out, OPS_KEY_MAX, "%s/%s", broker->cluster->namespace, broker->name);
	return out;
}

struct world_broker *ops_find_broker(const struct world_view *view, const char *key)
{
	const char *slash = strchr(key, '/');
	if (!slash)
		return NULL;
	CLEANUP(free) char *namespace = mem_strndup(key, (size_t)(slash - key));
	return world_find_broker(view, namespace, slash + 1);
}

static const struct {
	const char *what;
	bool cluster, node, broker; /* what may be meant */
} target_words[] = {
	[OPS_ON_CLUSTER] = {"broker cluster", .cluster = true},
	[OPS_ON_NODE] = {"node", .node = true},
	[OPS_ON_BROKER] = {"broker", .broker = true},
	[OPS_ON_BROKER_OR_NODE] = {"broker or node", .node = true, .broker = true},
};

static bool is_controller_apart(const struct world_view *view, const char *key)
{
	const char *slash = strchr(key, '/');
	CLEANUP(free) char *namespace = slash ? mem_strndup(key, (size_t)(slash - key)) : NULL;
	return slash && world_find_member(view, namespace, slash + 1);
}

bool ops_resolve_target(const struct world_view *view, enum ops_target target, const char *key, struct ops_context *out,
			struct err *err)
{
	*out = (struct ops_context){.view = view};
	if (target_words[target].cluster)
		out->cluster = world_find_cluster(view, key);
	if (target_words[target].node)
		out->node = world_find_node(view, key);
	if (target_words[target].broker)
		out->broker = ops_find_broker(view, key);
	if (out->broker)
		out->cluster = out->broker->cluster;
	if (!out->cluster && target_words[target].broker && is_controller_apart(view, key))
		return err_set(
			err, ERR_UNSUPPORTED,
			"%s is a controller in a StatefulSet of its own: mqdeck shows it, and operates brokers only",
			key);
	if (!out->cluster && !out->node)
		return err_set(err, ERR_NOT_FOUND, "%s \"%s\" not found", target_words[target].what, key);
	return true;
}

static bool names_cluster(const struct world_cluster *cluster, const char *text)
{
	if (!strcmp(text, cluster->key) || !strcmp(text, cluster->name))
		return true;
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : 0;
	return slash && strlen(cluster->namespace) == len && !strncmp(text, cluster->namespace, len) &&
	       !strcmp(slash + 1, cluster->name);
}

/* A broker is named by its pod, with the namespace where two have one of that name. */
static char *resolve_broker(const struct world_view *view, const char *text, struct err *err)
{
	const struct world_broker *found = NULL;
	char key[OPS_KEY_MAX];
	for (size_t i = 0; i < view->cluster_count; i++) {
		for (size_t j = 0; j < view->clusters[i]->broker_count; j++) {
			const struct world_broker *broker = view->clusters[i]->brokers[j];
			if (strcmp(broker->name, text) != 0 && strcmp(ops_broker_key(broker, key), text) != 0)
				continue;
			if (found) {
				err_set(err, ERR_USAGE,
					"\"%s\" is ambiguous: a broker in namespace %s and one in %s; give "
					"NAMESPACE/BROKER",
					text, found->cluster->namespace, broker->cluster->namespace);
				return NULL;
			}
			found = broker;
		}
	}
	return found ? mem_strdup(ops_broker_key(found, key)) : NULL;
}

char *ops_resolve(const struct world_view *view, enum ops_target target, const char *text, struct err *err)
{
	if (!target_words[target].cluster) {
		struct ops_context context;
		struct err ambiguous = {0};
		char *broker = target_words[target].broker ? resolve_broker(view, text, &ambiguous) : NULL;
		if (broker)
			return broker;
		if (err_is_set(&ambiguous)) {
			*err = ambiguous;
			return NULL;
		}
		return ops_resolve_target(view, target, text, &context, err) ? mem_strdup(text) : NULL;
	}
	const struct world_cluster *found = NULL;
	for (size_t i = 0; i < view->cluster_count; i++) {
		const struct world_cluster *cluster = view->clusters[i];
		if (!names_cluster(cluster, text))
			continue;
		if (found) {
			err_set(err, ERR_USAGE, "\"%s\" is ambiguous: %s or %s", text, found->key, cluster->key);
			return NULL;
		}
		found = cluster;
	}
	if (!found)
		err_set(err, ERR_NOT_FOUND, "broker cluster \"%s\" not found", text);
	return found ? mem_strdup(found->key) : NULL;
}
