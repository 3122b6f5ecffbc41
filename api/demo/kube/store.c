#include "api/demo/kube/store.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"

struct shelf { /* the objects of one kind, sorted */
	VEC(struct object *) objects;
};

struct change {
	enum store_change change;
	struct object *now, *before;
};

struct store_watch {
	struct store *store;
	enum kind_id kind;
	store_fn *fn;
	void *data;
	bool gone;
};

struct store {
	struct loop *loop;
	int64_t version;
	uint64_t seed;
	struct shelf shelves[KIND_COUNT];
	struct change history[STORE_HISTORY];
	size_t history_start, history_len;
	int64_t forgotten; /* the newest version that fell out of the history */
	VEC(struct store_watch *) watches;
	unsigned notifying;
};

struct object *object_keep(struct object *object)
{
	object->references++;
	return object;
}

void object_release(struct object *object)
{
	if (!object || --object->references > 0)
		return;
	cJSON_Delete(object->json);
	free(object->text);
	free(object);
}

struct store *store_create(struct loop *loop, uint64_t seed)
{
	struct store *store = mem_alloc(sizeof *store);
	store->loop = loop;
	store->seed = seed;
	store->version = store->forgotten = 1000;
	return store;
}

void store_destroy(struct store *store)
{
	if (!store)
		return;
	for (size_t k = 0; k < KIND_COUNT; k++) {
		vec_each (&store->shelves[k].objects, object)
			object_release(*object);
		vec_finish(&store->shelves[k].objects);
	}
	for (size_t i = 0; i < store->history_len; i++) {
		struct change *change = &store->history[(store->history_start + i) % STORE_HISTORY];
		object_release(change->now);
		object_release(change->before);
	}
	vec_each (&store->watches, watch)
		free(*watch);
	vec_finish(&store->watches);
	free(store);
}

int64_t store_version(const struct store *store)
{
	return store->version;
}

/* splitmix64 */
uint64_t store_random(struct store *store)
{
	uint64_t z = store->seed += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* Where the object stands, or where it would. */
static size_t shelf_find(const struct shelf *shelf, const char *namespace, const char *name, bool *found)
{
	size_t low = 0, high = shelf->objects.len;
	*found = false;
	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct object *at = shelf->objects.items[middle];
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

struct object *store_get(const struct store *store, enum kind_id kind, const char *namespace, const char *name)
{
	bool found;
	size_t at = shelf_find(&store->shelves[kind], namespace, name, &found);
	return found ? store->shelves[kind].objects.items[at] : NULL;
}

struct object **store_list(const struct store *store, enum kind_id kind, size_t *count)
{
	*count = store->shelves[kind].objects.len;
	return store->shelves[kind].objects.items;
}

cJSON *object_edit(const struct object *object)
{
	return cJSON_Duplicate(object->json, true);
}

static void remember(struct store *store, enum store_change change, struct object *now, struct object *before)
{
	struct change *slot = &store->history[(store->history_start + store->history_len) % STORE_HISTORY];
	if (store->history_len == STORE_HISTORY) {
		store->forgotten = slot->now->version;
		object_release(slot->now);
		object_release(slot->before);
		store->history_start = (store->history_start + 1) % STORE_HISTORY;
	} else {
		store->history_len++;
	}
	*slot = (struct change){
		.change = change, .now = object_keep(now), .before = before ? object_keep(before) : NULL};
}

static void sweep_watches(struct store *store)
{
	for (size_t i = store->watches.len; i-- > 0 && store->notifying == 0;) {
		struct store_watch *watch = store->watches.items[i];
		if (watch->gone) {
			vec_remove(&store->watches, i);
			free(watch);
		}
	}
}

static void notify(struct store *store, enum store_change change, struct object *now, struct object *before)
{
	remember(store, change, now, before);
	object_keep(now);
	if (before)
		object_keep(before);
	store->notifying++;
	for (size_t i = 0; i < store->watches.len; i++) {
		struct store_watch *watch = store->watches.items[i];
		if (!watch->gone && watch->kind == now->kind->id)
			watch->fn(watch->data, change, now, before);
	}
	store->notifying--;
	sweep_watches(store);
	object_release(now);
	object_release(before);
}

static void add_uid(struct store *store, cJSON *json)
{
	char uid[40];
	uint64_t a = store_random(store), b = store_random(store);
	snprintf(uid, sizeof uid, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32), (unsigned)(a >> 16 & 0xffff),
		 (unsigned)(a & 0xfff), (unsigned)(0x8000 | (b >> 48 & 0x3fff)),
		 (unsigned long long)(b & 0xffffffffffff));
	json_set_text(json, "metadata.uid", uid);
}

/* Gives json the members the server owns, as they are after `before`. */
static void stamp(struct store *store, const struct kind *kind, cJSON *json, const struct object *before, int64_t version)
{
	char text[64];
	json_set_text(json, "kind", kind->name);
	json_set_text(json, "apiVersion", kind_api_version(kind, text, sizeof text));
	json_remove(json, "metadata.managedFields");
	if (before) {
		json_set_text(json, "metadata.uid", json_text(before->json, "metadata.uid"));
		json_set_text(json, "metadata.creationTimestamp", json_text(before->json, "metadata.creationTimestamp"));
	} else {
		if (!*json_text(json, "metadata.uid"))
			add_uid(store, json);
		if (!*json_text(json, "metadata.creationTimestamp")) {
			clock_format_rfc3339(clock_wall_ms(loop_clock(store->loop)), text);
			json_set_text(json, "metadata.creationTimestamp", text);
		}
	}
	const cJSON *spec = json_at(json, "spec");
	if (spec && kind->id != KIND_NODE && kind->id != KIND_CLAIM && kind->id != KIND_VOLUME && kind->id != KIND_SERVICE) {
		int64_t generation = before ? json_number(before->json, "metadata.generation", 1) : 1;
		if (before && !cJSON_Compare(spec, json_at(before->json, "spec"), true))
			generation++;
		json_set_number(json, "metadata.generation", (double)generation);
	}
	snprintf(text, sizeof text, "%lld", (long long)version);
	json_set_text(json, "metadata.resourceVersion", text);
}

static struct object *object_make(const struct kind *kind, cJSON *json, int64_t version)
{
	struct object *object = mem_alloc(sizeof *object);
	*object = (struct object){
		.references = 1,
		.kind = kind,
		.version = version,
		.json = json,
		.name = json_text(json, "metadata.name"),
		.namespace = kind->namespaced ? json_text(json, "metadata.namespace") : "",
		.text = cJSON_PrintUnformatted(json),
	};
	object->text_len = strlen(object->text);
	return object;
}

struct object *store_try(struct store *store, enum kind_id id, cJSON *json)
{
	const struct kind *kind = kind_get(id);
	struct object *before = store_get(store, id, kind->namespaced ? json_text(json, "metadata.namespace") : "",
					  json_text(json, "metadata.name"));
	stamp(store, kind, json, before, before ? before->version : store->version);
	return object_make(kind, json, before ? before->version : store->version);
}

struct object *store_put(struct store *store, enum kind_id id, cJSON *json)
{
	const struct kind *kind = kind_get(id);
	struct shelf *shelf = &store->shelves[id];
	bool found;
	size_t at = shelf_find(shelf, kind->namespaced ? json_text(json, "metadata.namespace") : "",
			       json_text(json, "metadata.name"), &found);
	struct object *before = found ? shelf->objects.items[at] : NULL;
	if (before) {
		stamp(store, kind, json, before, before->version);
		if (cJSON_Compare(json, before->json, true)) {
			cJSON_Delete(json);
			return before;
		}
	} else if (shelf->objects.len >= STORE_OBJECTS_MAX) {
		cJSON_Delete(json);
		return NULL;
	}
	stamp(store, kind, json, before, ++store->version);
	struct object *now = object_make(kind, json, store->version);
	if (before) {
		shelf->objects.items[at] = now;
	} else {
		vec_push(&shelf->objects, now);
		memmove(shelf->objects.items + at + 1, shelf->objects.items + at,
			(shelf->objects.len - 1 - at) * sizeof *shelf->objects.items);
		shelf->objects.items[at] = now;
	}
	notify(store, before ? STORE_MODIFIED : STORE_ADDED, now, before);
	object_release(before);
	return now;
}

void store_remove(struct store *store, struct object *object)
{
	struct shelf *shelf = &store->shelves[object->kind->id];
	bool found;
	size_t at = shelf_find(shelf, object->namespace, object->name, &found);
	if (!found || shelf->objects.items[at] != object)
		return;
	cJSON *json = object_edit(object);
	stamp(store, object->kind, json, object, ++store->version);
	struct object *last = object_make(object->kind, json, store->version);
	vec_remove(&shelf->objects, at);
	notify(store, STORE_DELETED, last, object);
	object_release(last);
	object_release(object);
}

struct store_watch *store_watch(struct store *store, enum kind_id kind, int64_t version, store_fn *fn, void *data)
{
	if (version < store->forgotten)
		return NULL;
	struct store_watch *watch = mem_alloc(sizeof *watch);
	*watch = (struct store_watch){.store = store, .kind = kind, .fn = fn, .data = data};
	vec_push(&store->watches, watch);
	store->notifying++;
	for (size_t i = 0; i < store->history_len && !watch->gone; i++) {
		struct change *change = &store->history[(store->history_start + i) % STORE_HISTORY];
		if (change->now->kind->id == kind && change->now->version > version)
			fn(data, change->change, change->now, change->before);
	}
	store->notifying--;
	return watch;
}

void store_unwatch(struct store_watch *watch)
{
	if (!watch)
		return;
	watch->gone = true;
	sweep_watches(watch->store);
}
