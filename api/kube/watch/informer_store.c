/* The store of an informer: what is known, what a list replaces, and what its reader is told. When a list ends,
 * everything is compared and only differences are told, so a relist does not look like a cluster made anew. */
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/base/vec.h"
#include "api/kube/watch/informer_private.h"

/* ---- the store ---- */

static char *informer_key_of(const struct kube_meta *meta)
{
	return str_printf("%s/%s", str_or(meta->namespace, ""), str_or(meta->name, ""));
}

static bool same_version(const struct kube_meta *a, const struct kube_meta *b)
{
	return a->resource_version && str_eq(a->resource_version, b->resource_version) && str_eq(a->uid, b->uid);
}

static void informer_note_change(struct kube_informer *informer, enum kube_informer_change what, const void *record,
				 const void *was)
{
	informer->state.events++;
	informer->state.last_event_ms = loop_now_ms(kube_client_loop(informer->client));
	if (informer->options.on_change)
		informer->options.on_change(informer->options.data, what, record, was);
}

static size_t size_of(const void *record)
{
	return record ? kube_record_size(record) : 0;
}

/* A list being read replaces the store: only the larger of both counts. */
static void informer_weigh(struct kube_informer *informer)
{
	size_t held = informer->store_bytes > informer->fresh_bytes ? informer->store_bytes : informer->fresh_bytes;
	informer->client->held_bytes += held - informer->held_bytes;
	informer->held_bytes = held;
}

static bool within_caps(struct kube_informer *informer, const struct map *map)
{
	informer_weigh(informer);
	const char *resource = informer->info->resource;
	if (map->len > KUBE_INFORMER_OBJECTS_MAX)
		return err_set(
			&informer->stream_err, ERR_LIMIT,
			"%s: the server lists more than %d, the most that mqdeck reads: none of them is known; narrow "
			"it with --namespace",
			resource, KUBE_INFORMER_OBJECTS_MAX);
	if (informer->client->held_bytes > KUBE_INFORMER_BYTES_MAX)
		return err_set(
			&informer->stream_err, ERR_LIMIT,
			"%s: what the server lists is larger than the %d MiB that mqdeck keeps: none of them is known; "
			"narrow it with --namespace",
			resource, KUBE_INFORMER_BYTES_MAX >> 20);
	return true;
}

bool kube_informer_check_page(const struct kube_informer *informer, struct err *err)
{
	if (!informer->stream)
		return err_set(err, ERR_PARSE, "%s: the server's list response is empty", informer->info->resource);
	if (!kube_stream_end(informer->stream, err))
		return false;
	return str_empty(kube_stream_continue(informer->stream)) || informer->pages < KUBE_INFORMER_PAGES_MAX ||
	       err_set(err, ERR_LIMIT,
		       "%s: the server's list goes on after %d pages, the most that mqdeck reads: none of them is "
		       "known",
		       informer->info->resource, KUBE_INFORMER_PAGES_MAX);
}

bool kube_informer_upsert(struct kube_informer *informer, void *record)
{
	CLEANUP(free) char *key = informer_key_of(record);
	void *was = map_get(&informer->store, key);
	if (was && same_version(was, record)) {
		kube_record_free(record);
		return true;
	}
	map_set(&informer->store, key, record);
	informer->state.count = informer->store.len;
	informer->store_bytes += size_of(record) - size_of(was);
	informer_note_change(informer, was ? KUBE_INFORMER_UPDATED : KUBE_INFORMER_ADDED, record, was);
	kube_record_free(was);
	return within_caps(informer, &informer->store);
}

void kube_informer_remove(struct kube_informer *informer, void *record)
{
	CLEANUP(free) char *key = informer_key_of(record);
	void *was = map_remove(&informer->store, key);
	informer->state.count = informer->store.len;
	informer->store_bytes -= size_of(was);
	informer_weigh(informer);
	if (was)
		informer_note_change(informer, KUBE_INFORMER_DELETED, record, was);
	kube_record_free(was);
	kube_record_free(record);
}

bool kube_informer_take_listed(struct kube_informer *informer, void *record)
{
	CLEANUP(free) char *key = informer_key_of(record);
	void *was = map_set(&informer->fresh, key, record);
	informer->fresh_bytes += size_of(record) - size_of(was);
	kube_record_free(was);
	return within_caps(informer, &informer->fresh);
}

static void free_map(struct map *map)
{
	for (struct map_entry *entry = map_next(map, NULL); entry; entry = map_next(map, entry))
		kube_record_free(entry->value);
	map_finish(map);
}

void kube_informer_drop_fresh(struct kube_informer *informer)
{
	free_map(&informer->fresh);
	informer->fresh_bytes = 0;
	informer_weigh(informer);
}

struct kube_informer_difference {
	enum kube_informer_change what;
	void *record, *was;
};

void kube_informer_replace(struct kube_informer *informer)
{
	VEC(struct kube_informer_difference) differences = {0};
	struct map old = informer->store;
	for (struct map_entry *entry = map_next(&informer->fresh, NULL); entry;
	     entry = map_next(&informer->fresh, entry)) {
		void *was = map_remove(&old, entry->key);
		if (was && same_version(was, entry->value)) {
			kube_record_free(entry->value);
			entry->value = was;
			continue;
		}
		vec_push(&differences, (struct kube_informer_difference){
					       was ? KUBE_INFORMER_UPDATED : KUBE_INFORMER_ADDED, entry->value, was});
	}
	for (struct map_entry *entry = map_next(&old, NULL); entry; entry = map_next(&old, entry))
		vec_push(&differences,
			 (struct kube_informer_difference){KUBE_INFORMER_DELETED, entry->value, entry->value});
	map_finish(&old);
	informer->store = informer->fresh;
	informer->fresh = MAP_INIT;
	informer->state.count = informer->store.len;
	informer->store_bytes = informer->fresh_bytes; /* of one version all copies have one size */
	informer->fresh_bytes = 0;
	informer_weigh(informer);
	vec_each (&differences, it) {
		informer_note_change(informer, it->what, it->record, it->was);
		kube_record_free(it->was);
	}
	vec_finish(&differences);
}

void kube_informer_store_finish(struct kube_informer *informer)
{
	free_map(&informer->store);
	informer->store_bytes = 0;
	kube_informer_drop_fresh(informer);
}

const void *kube_informer_get(const struct kube_informer *informer, const char *namespace, const char *name)
{
	const struct kube_meta meta = {.namespace = namespace, .name = name};
	CLEANUP(free) char *key = informer_key_of(&meta);
	return map_get(&informer->store, key);
}

const void *kube_informer_next(const struct kube_informer *informer, const void *after)
{
	struct map_entry *entry = NULL;
	if (after) {
		CLEANUP(free) char *key = informer_key_of(after);
		entry = map_find(&informer->store, key);
		if (!entry)
			return NULL;
	}
	entry = map_next(&informer->store, entry);
	return entry ? entry->value : NULL;
}

/* ---- what the reader is told ---- */

void kube_informer_tell(struct kube_informer *informer)
{
	if (informer->options.on_state)
		informer->options.on_state(informer->options.data, &informer->state);
}

void kube_informer_failed(struct kube_informer *informer, const struct err *err)
{
	struct kube_informer_state *state = &informer->state;
	bool news = state->watching || state->stale_since_ms < 0 || !str_eq(state->err.text, err->text);
	if (state->stale_since_ms < 0)
		state->stale_since_ms = state->last_contact_ms >= 0 ? state->last_contact_ms
								    : loop_now_ms(kube_client_loop(informer->client));
	state->watching = false;
	state->err = *err;
	if (news)
		kube_informer_tell(informer);
}

bool kube_informer_fresh(struct kube_informer *informer)
{
	struct kube_informer_state *state = &informer->state;
	bool watching = informer->phase == KUBE_INFORMER_PHASE_WATCH;
	bool news =
		state->stale_since_ms >= 0 || state->watching != watching || err_is_set(&state->err) || state->absent;
	state->stale_since_ms = -1;
	state->watching = watching;
	state->absent = false;
	err_clear(&state->err);
	if (news)
		kube_informer_tell(informer);
	return news;
}
