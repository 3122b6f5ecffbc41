/* etcd in miniature: objects by kind and key, one resource version for all, a bounded history. A watch from a version
 * that has fallen out of the history gets 410, as it would from the real one. */
#include "api/demo/kube/store.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/base/demo_private.h"

struct demo_kube_shelf { /* the objects of one kind, sorted */
	VEC(struct demo_kube_object *) objects;
};

struct demo_kube_change {
	enum demo_kube_store_change change;
	struct demo_kube_object *now, *before;
};

struct demo_kube_store_watch {
	struct demo_kube_store *store;
	enum demo_kube_kind_id kind;
	demo_kube_store_fn *fn;
	void *data;
	bool gone;
};

struct demo_kube_store {
	struct loop *loop;
	int64_t version;
	uint64_t *random; /* of the embedded cluster; makes the uids */
	struct demo_kube_shelf shelves[DEMO_KUBE_KIND_COUNT];
	struct demo_kube_change history[DEMO_KUBE_STORE_HISTORY];
	size_t history_start, history_len;
	int64_t forgotten; /* the newest version that fell out of the history */
	VEC(struct demo_kube_store_watch *) watches;
	unsigned notifying;
};

struct demo_kube_object *demo_kube_object_keep(struct demo_kube_object *object)
{
	object->references++;
	return object;
}

void demo_kube_object_release(struct demo_kube_object *object)
{
	if (!object || --object->references > 0)
		return;
	cJSON_Delete(object->json);
	free(object->text);
	free(object);
}

struct demo_kube_store *demo_kube_store_create(struct loop *loop, uint64_t *random)
{
	struct demo_kube_store *store = mem_alloc(sizeof *store);
	store->loop = loop;
	store->random = random;
	store->version = store->forgotten = 1000;
	return store;
}

void demo_kube_store_destroy(struct demo_kube_store *store)
{
	if (!store)
		return;
	for (size_t k = 0; k < DEMO_KUBE_KIND_COUNT; k++) {
		vec_each (&store->shelves[k].objects, object)
			demo_kube_object_release(*object);
		vec_finish(&store->shelves[k].objects);
	}
	for (size_t i = 0; i < store->history_len; i++) {
		struct demo_kube_change *change = &store->history[(store->history_start + i) % DEMO_KUBE_STORE_HISTORY];
		demo_kube_object_release(change->now);
		demo_kube_object_release(change->before);
	}
	vec_each (&store->watches, watch)
		free(*watch);
	vec_finish(&store->watches);
	free(store);
}

int64_t demo_kube_store_version(const struct demo_kube_store *store)
{
	return store->version;
}

/* Where the object stands, or where it would. */
static size_t shelf_find(const struct demo_kube_shelf *shelf, const char *namespace, const char *name, bool *found)
{
	size_t low = 0, high = shelf->objects.len;
	*found = false;
	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct demo_kube_object *at = shelf->objects.items[middle];
		int order = strcmp(at->namespace, namespace);
		if (order == 0)
			order = strcmp(at->name, name);
		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct demo_kube_object *demo_kube_store_get(const struct demo_kube_store *store, enum demo_kube_kind_id kind,
					     const char *namespace, const char *name)
{
	bool found;
	size_t at = shelf_find(&store->shelves[kind], namespace, name, &found);
	return found ? store->shelves[kind].objects.items[at] : NULL;
}

struct demo_kube_object **demo_kube_store_list(const struct demo_kube_store *store, enum demo_kube_kind_id kind,
					       size_t *count)
{
	*count = store->shelves[kind].objects.len;
	return store->shelves[kind].objects.items;
}

cJSON *demo_kube_object_edit(const struct demo_kube_object *object)
{
	return cJSON_Duplicate(object->json, true);
}

static void store_remember(struct demo_kube_store *store, enum demo_kube_store_change change,
			   struct demo_kube_object *now, struct demo_kube_object *before)
{
	struct demo_kube_change *slot =
		&store->history[(store->history_start + store->history_len) % DEMO_KUBE_STORE_HISTORY];
	if (store->history_len == DEMO_KUBE_STORE_HISTORY) {
		store->forgotten = slot->now->version;
		demo_kube_object_release(slot->now);
		demo_kube_object_release(slot->before);
		store->history_start = (store->history_start + 1) % DEMO_KUBE_STORE_HISTORY;
	} else {
		store->history_len++;
	}
	*slot = (struct demo_kube_change){.change = change,
					  .now = demo_kube_object_keep(now),
					  .before = before ? demo_kube_object_keep(before) : NULL};
}

static void sweep_watches(struct demo_kube_store *store)
{
	for (size_t i = store->watches.len; i-- > 0 && store->notifying == 0;) {
		struct demo_kube_store_watch *watch = store->watches.items[i];
		if (watch->gone) {
			vec_remove(&store->watches, i);
			free(watch);
		}
	}
}

static void store_notify(struct demo_kube_store *store, enum demo_kube_store_change change,
			 struct demo_kube_object *now, struct demo_kube_object *before)
{
	store_remember(store, change, now, before);
	demo_kube_object_keep(now);
	if (before)
		demo_kube_object_keep(before);
	store->notifying++;
	for (size_t i = 0; i < store->watches.len; i++) {
		struct demo_kube_store_watch *watch = store->watches.items[i];
		if (!watch->gone && watch->kind == now->kind->id)
			watch->fn(watch->data, change, now, before);
	}
	store->notifying--;
	sweep_watches(store);
	demo_kube_object_release(now);
	demo_kube_object_release(before);
}

static void add_uid(struct demo_kube_store *store, cJSON *json)
{
	char uid[40];
	uint64_t a = demo_random(store->random), b = demo_random(store->random);
	snprintf(uid, sizeof uid, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32), (unsigned)(a >> 16 & 0xffff),
		 (unsigned)(a & 0xfff), (unsigned)(0x8000 | (b >> 48 & 0x3fff)),
		 (unsigned long long)(b & 0xffffffffffff));
	demo_json_set_text(json, "metadata.uid", uid);
}

/* Gives json the members the server owns, as they are after `before`. */
static void store_stamp(struct demo_kube_store *store, const struct demo_kube_kind *kind, cJSON *json,
			const struct demo_kube_object *before, int64_t version)
{
	char text[64];
	demo_json_set_text(json, "kind", kind->name);
	demo_json_set_text(json, "apiVersion", demo_kube_kind_api_version(kind, text, sizeof text));
	demo_json_remove(json, "metadata.managedFields");
	if (before) {
		demo_json_set_text(json, "metadata.uid", demo_json_text(before->json, "metadata.uid"));
		demo_json_set_text(json, "metadata.creationTimestamp",
				   demo_json_text(before->json, "metadata.creationTimestamp"));
	} else {
		if (!*demo_json_text(json, "metadata.uid"))
			add_uid(store, json);
		if (!*demo_json_text(json, "metadata.creationTimestamp")) {
			clock_format_rfc3339(clock_wall_ms(loop_clock(store->loop)), text);
			demo_json_set_text(json, "metadata.creationTimestamp", text);
		}
	}
	const cJSON *spec = demo_json_at(json, "spec");
	if (spec && kind->id != DEMO_KUBE_KIND_NODE && kind->id != DEMO_KUBE_KIND_CLAIM &&
	    kind->id != DEMO_KUBE_KIND_VOLUME && kind->id != DEMO_KUBE_KIND_SERVICE) {
		int64_t generation = before ? demo_json_number(before->json, "metadata.generation", 1) : 1;
		if (before && !cJSON_Compare(spec, demo_json_at(before->json, "spec"), true))
			generation++;
		demo_json_set_number(json, "metadata.generation", (double)generation);
	}
	snprintf(text, sizeof text, "%lld", (long long)version);
	demo_json_set_text(json, "metadata.resourceVersion", text);
}

static struct demo_kube_object *object_make(const struct demo_kube_kind *kind, cJSON *json, int64_t version)
{
	struct demo_kube_object *object = mem_alloc(sizeof *object);
	*object = (struct demo_kube_object){
		.references = 1,
		.kind = kind,
		.version = version,
		.json = json,
		.name = demo_json_text(json, "metadata.name"),
		.namespace = kind->namespaced ? demo_json_text(json, "metadata.namespace") : "",
		.text = cJSON_PrintUnformatted(json),
	};
	object->text_len = strlen(object->text);
	return object;
}

struct demo_kube_object *demo_kube_store_try(struct demo_kube_store *store, enum demo_kube_kind_id id, cJSON *json)
{
	const struct demo_kube_kind *kind = demo_kube_kind_get(id);
	struct demo_kube_object *before =
		demo_kube_store_get(store, id, kind->namespaced ? demo_json_text(json, "metadata.namespace") : "",
				    demo_json_text(json, "metadata.name"));
	store_stamp(store, kind, json, before, before ? before->version : store->version);
	return object_make(kind, json, before ? before->version : store->version);
}

struct demo_kube_object *demo_kube_store_put(struct demo_kube_store *store, enum demo_kube_kind_id id, cJSON *json)
{
	const struct demo_kube_kind *kind = demo_kube_kind_get(id);
	struct demo_kube_shelf *shelf = &store->shelves[id];
	bool found;
	size_t at = shelf_find(shelf, kind->namespaced ? demo_json_text(json, "metadata.namespace") : "",
			       demo_json_text(json, "metadata.name"), &found);
	struct demo_kube_object *before = found ? shelf->objects.items[at] : NULL;
	if (before) {
		store_stamp(store, kind, json, before, before->version);
		if (cJSON_Compare(json, before->json, true)) {
			cJSON_Delete(json);
			return before;
		}
	} else if (shelf->objects.len >= DEMO_KUBE_STORE_OBJECTS_MAX) {
		cJSON_Delete(json);
		return NULL;
	}
	store_stamp(store, kind, json, before, ++store->version);
	struct demo_kube_object *now = object_make(kind, json, store->version);
	if (before) {
		shelf->objects.items[at] = now;
	} else {
		vec_push(&shelf->objects, now);
		memmove(shelf->objects.items + at + 1, shelf->objects.items + at,
			(shelf->objects.len - 1 - at) * sizeof *shelf->objects.items);
		shelf->objects.items[at] = now;
	}
	store_notify(store, before ? DEMO_KUBE_STORE_MODIFIED : DEMO_KUBE_STORE_ADDED, now, before);
	demo_kube_object_release(before);
	return now;
}

void demo_kube_store_remove(struct demo_kube_store *store, struct demo_kube_object *object)
{
	struct demo_kube_shelf *shelf = &store->shelves[object->kind->id];
	bool found;
	size_t at = shelf_find(shelf, object->namespace, object->name, &found);
	if (!found || shelf->objects.items[at] != object)
		return;
	cJSON *json = demo_kube_object_edit(object);
	store_stamp(store, object->kind, json, object, ++store->version);
	struct demo_kube_object *last = object_make(object->kind, json, store->version);
	vec_remove(&shelf->objects, at);
	store_notify(store, DEMO_KUBE_STORE_DELETED, last, object);
	demo_kube_object_release(last);
	demo_kube_object_release(object);
}

struct demo_kube_store_watch *demo_kube_store_watch(struct demo_kube_store *store, enum demo_kube_kind_id kind,
						    int64_t version, demo_kube_store_fn *fn, void *data)
{
	if (version < store->forgotten)
		return NULL;
	struct demo_kube_store_watch *watch = mem_alloc(sizeof *watch);
	*watch = (struct demo_kube_store_watch){.store = store, .kind = kind, .fn = fn, .data = data};
	vec_push(&store->watches, watch);
	store->notifying++;
	for (size_t i = 0; i < store->history_len && !watch->gone; i++) {
		struct demo_kube_change *change = &store->history[(store->history_start + i) % DEMO_KUBE_STORE_HISTORY];
		if (change->now->kind->id == kind && change->now->version > version)
			fn(data, change->change, change->now, change->before);
	}
	store->notifying--;
	return watch;
}

void demo_kube_store_unwatch(struct demo_kube_store_watch *watch)
{
	if (!watch)
		return;
	watch->gone = true;
	sweep_watches(watch->store);
}
