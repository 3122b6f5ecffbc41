/* The records in maps, one a kind; what was replaced is kept until the frame that points at it is made anew. Each pod
 * knows its place in the groups it stands in, so that one that changes costs the same whatever the number of pods. */
#include "api/model/records/record_store.h"

#include <stdio.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kube/records/record_decode.h"
#include "api/model/records/pod_maker.h"

enum { KEY_MAX = 1024 };

struct held_record {
	const void *record;
	void *note;
};

struct held_pod { /* of pods alone */
	struct held_record held;
	struct record_place {
		struct record_group *group; /* NULL = it goes by no text of that grouping */
		size_t at;
	} places[RECORD_GROUPINGS];
};

struct record_group {
	char *text;
	VEC(struct held_pod *) pods;
};

/* ---- groups ---- */

static const char *maker_of_pod(const struct kube_pod *pod, char out[static RECORD_MAKER_MAX])
{
	return record_pod_maker(pod, out) ? out : NULL;
}

static void enter_group(struct record_store *store, struct held_pod *pod, size_t grouping, const char *text)
{
	struct record_group *group = text ? map_get(&store->groups[grouping], text) : NULL;
	if (!text)
		return;
	if (!group) {
		group = mem_alloc(sizeof *group);
		group->text = mem_strdup(text);
		map_set(&store->groups[grouping], text, group);
	}
	pod->places[grouping] = (struct record_place){.group = group, .at = group->pods.len};
	vec_push(&group->pods, pod);
}

static void enter_groups(struct record_store *store, struct held_pod *pod)
{
	char maker[RECORD_MAKER_MAX];
	const struct kube_pod *record = pod->held.record;
	enter_group(store, pod, RECORD_PODS_BY_MAKER, maker_of_pod(record, maker));
	enter_group(store, pod, RECORD_PODS_BY_NODE, record->node_name);
}

static void free_group(struct record_group *group)
{
	vec_finish(&group->pods);
	free(group->text);
	free(group);
}

static void leave_groups(struct record_store *store, struct held_pod *pod)
{
	for (size_t i = 0; i < RECORD_GROUPINGS; i++) {
		struct record_place place = pod->places[i];
		pod->places[i].group = NULL;
		if (!place.group)
			continue;
		struct held_pod *last = place.group->pods.items[--place.group->pods.len];
		place.group->pods.items[place.at] = last;
		if (last != pod)
			last->places[i].at = place.at;
		if (place.group->pods.len)
			continue;
		map_remove(&store->groups[i], place.group->text);
		free_group(place.group);
	}
}

const struct record_group *record_store_group(const struct record_store *store, enum record_grouping grouping,
					      const char *text)
{
	return map_get(&store->groups[grouping], text);
}

const struct kube_pod *record_group_pod(const struct record_group *group, size_t index)
{
	return group && index < group->pods.len ? group->pods.items[index]->held.record : NULL;
}

const char *record_store_next_group(const struct record_store *store, enum record_grouping grouping,
				    struct map_entry **at)
{
	*at = map_next(&store->groups[grouping], *at);
	return *at ? (*at)->key : NULL;
}

/* ---- records ---- */

static const char *store_key_of(const char *namespace, const char *name, char out[static KEY_MAX])
{
	snprintf(out, KEY_MAX, "%s/%s", namespace ? namespace : "", str_or(name, ""));
	return out;
}

static void store_retire(struct record_store *store, struct held_record *held)
{
	if (store->owns)
		vec_push(&store->retired, (void *)held->record);
	free(held->note);
	held->note = NULL;
}

void record_store_finish(struct record_store *store)
{
	for (size_t kind = 0; kind < KUBE_KIND_COUNT; kind++) {
		struct map *map = &store->kinds[kind];
		for (struct map_entry *at = map_next(map, NULL); at; at = map_next(map, at)) {
			store_retire(store, at->value);
			free(at->value);
		}
		map_finish(map);
	}
	for (size_t i = 0; i < RECORD_GROUPINGS; i++) {
		struct map *map = &store->groups[i];
		for (struct map_entry *at = map_next(map, NULL); at; at = map_next(map, at))
			free_group(at->value);
		map_finish(map);
	}
	record_store_collect(store);
	vec_finish(&store->retired);
}

static struct held_record *hold_anew(struct record_store *store, enum kube_kind kind, const char *key)
{
	struct held_record *held = mem_alloc(kind == KUBE_PODS ? sizeof(struct held_pod) : sizeof *held);
	map_set(&store->kinds[kind], key, held);
	return held;
}

void record_store_put(struct record_store *store, enum kube_kind kind, const void *record)
{
	const struct kube_meta *meta = record;
	char key[KEY_MAX];
	store_key_of(meta->namespace, meta->name, key);
	struct held_record *held = map_get(&store->kinds[kind], key);
	if (held)
		store_retire(store, held);
	else
		held = hold_anew(store, kind, key);
	held->record = record;
	if (kind != KUBE_PODS)
		return;
	leave_groups(store, (struct held_pod *)held);
	enter_groups(store, (struct held_pod *)held);
}

void record_store_remove(struct record_store *store, enum kube_kind kind, const char *namespace, const char *name)
{
	char key[KEY_MAX];
	struct held_record *held = map_remove(&store->kinds[kind], store_key_of(namespace, name, key));
	if (!held)
		return;
	if (kind == KUBE_PODS)
		leave_groups(store, (struct held_pod *)held);
	store_retire(store, held);
	free(held);
}

const void *record_store_get(const struct record_store *store, enum kube_kind kind, const char *namespace,
			     const char *name)
{
	char key[KEY_MAX];
	const struct held_record *held = name ? map_get(&store->kinds[kind], store_key_of(namespace, name, key)) : NULL;
	return held ? held->record : NULL;
}

const void *record_store_next(const struct record_store *store, enum kube_kind kind, struct map_entry **at)
{
	*at = map_next(&store->kinds[kind], *at);
	return *at ? ((const struct held_record *)(*at)->value)->record : NULL;
}

void **record_store_note(const struct map_entry *at)
{
	return &((struct held_record *)at->value)->note;
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
