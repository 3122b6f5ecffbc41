/* The records in maps, one a kind; what was replaced is kept until the frame that points at it is made anew. */
#include "api/model/records/record_store.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/kube/records/record_decode.h"

enum { KEY_MAX = 1024 };

static const char *store_key_of(const char *namespace, const char *name, char out[static KEY_MAX])
{
	snprintf(out, KEY_MAX, "%s/%s", namespace ? namespace : "", str_or(name, ""));
	return out;
}

static void store_retire(struct record_store *store, void *record)
{
	if (store->owns && record)
		vec_push(&store->retired, record);
}

void record_store_finish(struct record_store *store)
{
	for (size_t kind = 0; kind < KUBE_KIND_COUNT; kind++) {
		struct map *map = &store->kinds[kind];
		for (struct map_entry *at = map_next(map, NULL); at; at = map_next(map, at))
			store_retire(store, at->value);
		map_finish(map);
	}
	record_store_collect(store);
	vec_finish(&store->retired);
}

void record_store_put(struct record_store *store, enum kube_kind kind, const void *record)
{
	const struct kube_meta *meta = record;
	char key[KEY_MAX];
	store_retire(store,
		     map_set(&store->kinds[kind], store_key_of(meta->namespace, meta->name, key), (void *)record));
}

void record_store_remove(struct record_store *store, enum kube_kind kind, const char *namespace, const char *name)
{
	char key[KEY_MAX];
	store_retire(store, map_remove(&store->kinds[kind], store_key_of(namespace, name, key)));
}

const void *record_store_get(const struct record_store *store, enum kube_kind kind, const char *namespace,
			     const char *name)
{
	char key[KEY_MAX];
	return name ? map_get(&store->kinds[kind], store_key_of(namespace, name, key)) : NULL;
}

const void *record_store_next(const struct record_store *store, enum kube_kind kind, struct map_entry **at)
{
	*at = map_next(&store->kinds[kind], *at);
	return *at ? (*at)->value : NULL;
}

void record_store_collect(struct record_store *store)
{
	vec_each (&store->retired, record)
		kube_record_free(*record);
	vec_clear(&store->retired);
}

bool record_labels_match(const struct kube_pair *selector, size_t selector_count, const struct kube_pair *labels,
			 size_t label_count)
{
	for (size_t i = 0; i < selector_count; i++) {
		bool found = false;
		for (size_t j = 0; j < label_count && !found; j++)
			found = str_eq(selector[i].key, labels[j].key) &&
				str_eq(str_or(selector[i].value, ""), str_or(labels[j].value, ""));
		if (!found)
			return false;
	}
	return selector_count > 0;
}
