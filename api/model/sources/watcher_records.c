/* From informers into the store. A record may be in several lists, while one takes the place of another: it goes when no
 * list holds it. Lists of all namespaces bring what no cluster is beside: that stays out of the store. */
#include "api/base/str.h"
#include "api/kube/records/record_decode.h"
#include "api/model/sources/watcher_private.h"

static bool shapes_clusters(enum kube_kind kind)
{
	return kind == KUBE_STATEFUL_SETS || kind == KUBE_DEPLOYMENTS || kind == KUBE_DAEMON_SETS ||
	       kind == KUBE_PODS || kind == KUBE_RABBITMQ_CLUSTERS || kind == KUBE_KAFKAS ||
	       kind == KUBE_KAFKA_NODE_POOLS || kind == KUBE_KAFKA_USERS || kind == KUBE_POD_SETS;
}

static bool matters(const struct source_watched *watched, const struct kube_meta *meta)
{
	return !watched->is_sifted || source_scopes_has_namespace(watched->watcher, meta->namespace);
}

/* As another list of that namespace, NULL = of all, has it. */
static const void *held_in(struct source_watched *watched, const char *namespace, const struct kube_meta *meta)
{
	struct source_watched *other;
	const struct record_lookup_entry *at = NULL;
	while ((other = source_watched_next(watched->watcher, watched->kind, namespace, &at))) {
		const void *record = other != watched && other->informer && matters(other, meta)
					     ? kube_informer_get(other->informer, meta->namespace, meta->name)
					     : NULL;
		if (record)
			return record;
	}
	return NULL;
}

static void let_go(struct source_watched *watched, const struct kube_meta *meta)
{
	struct record_store *store = watched->watcher->options.store;
	const void *held = held_in(watched, NULL, meta);
	if (!held && meta->namespace)
		held = held_in(watched, meta->namespace, meta);
	if (held)
		record_store_put(store, watched->kind, kube_record_share(held));
	else
		record_store_remove(store, watched->kind, meta->namespace, meta->name);
}

void source_watched_on_change(void *data, enum kube_informer_change change, const void *record, const void *was)
{
	struct source_watched *watched = data;
	const struct source_options *options = &watched->watcher->options;
	if (!matters(watched, record))
		return;
	if (change == KUBE_INFORMER_DELETED)
		let_go(watched, record);
	else
		record_store_put(options->store, watched->kind, kube_record_share(record));
	if (shapes_clusters(watched->kind))
		source_watcher_follow_soon(watched->watcher);
	options->on_change(options->data);
}

void source_watched_release_records(struct source_watched *watched)
{
	const struct kube_meta *meta = NULL;
	while (watched->informer && (meta = kube_informer_next(watched->informer, meta)))
		if (matters(watched, meta))
			let_go(watched, meta);
}

static void sift(const struct source_watched *watched, const struct map *came, const struct map *left)
{
	struct record_store *store = watched->watcher->options.store;
	const struct kube_meta *meta = NULL;
	while ((meta = kube_informer_next(watched->informer, meta))) {
		if (map_find(came, str_or(meta->namespace, "")))
			record_store_put(store, watched->kind, kube_record_share(meta));
		else if (map_find(left, str_or(meta->namespace, "")))
			record_store_remove(store, watched->kind, meta->namespace, meta->name);
	}
}

void source_watcher_sift(struct source_watcher *watcher, const struct map *came, const struct map *left)
{
	for (struct map_entry *at = map_next(&watcher->watched, NULL); at; at = map_next(&watcher->watched, at)) {
		const struct source_watched *watched = at->value;
		if (watched->is_sifted && watched->informer)
			sift(watched, came, left);
	}
}
