#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/base/vec.h"
#include "api/kube/watch/informer_private.h"

/* ---- the store ---- */

static char *key_of(const struct kube_meta *meta)
{
	return str_printf("%s/%s", str_or(meta->namespace, ""), str_or(meta->name, ""));
}

static bool same_version(const struct kube_meta *a, const struct kube_meta *b)
{
	return a->resource_version && str_eq(a->resource_version, b->resource_version) && str_eq(a->uid, b->uid);
}

static void change(struct informer *informer, enum informer_change what, const void *record, const void *was)
{
	informer->state.events++;
	informer->state.last_event_ms = loop_now_ms(kube_client_loop(informer->client));
	if (informer->options.on_change)
		informer->options.on_change(informer->options.data, what, record, was);
}

void informer_upsert(struct informer *informer, void *record)
{
	CLEANUP(free) char *key = key_of(record);
	void *was = map_get(&informer->store, key);
	if (was && same_version(was, record)) {
		kube_record_free(record);
		return;
	}
	map_set(&informer->store, key, record);
	informer->state.count = informer->store.len;
	change(informer, was ? INFORMER_UPDATED : INFORMER_ADDED, record, was);
	kube_record_free(was);
}

void informer_remove(struct informer *informer, void *record)
{
	CLEANUP(free) char *key = key_of(record);
	void *was = map_remove(&informer->store, key);
	informer->state.count = informer->store.len;
	if (was)
		change(informer, INFORMER_DELETED, record, was);
	kube_record_free(was);
	kube_record_free(record);
}

bool informer_take_listed(struct informer *informer, void *record)
{
	CLEANUP(free) char *key = key_of(record);
	kube_record_free(map_set(&informer->fresh, key, record));
	return true;
}

static void free_map(struct map *map)
{
	for (struct map_entry *entry = map_next(map, NULL); entry; entry = map_next(map, entry))
		kube_record_free(entry->value);
	map_finish(map);
}

void informer_drop_fresh(struct informer *informer)
{
	free_map(&informer->fresh);
}

struct difference {
	enum informer_change what;
	void *record, *was;
};

void informer_replace(struct informer *informer)
{
	VEC(struct difference) differences = {0};
	struct map old = informer->store;
	for (struct map_entry *entry = map_next(&informer->fresh, NULL); entry; entry = map_next(&informer->fresh, entry)) {
		void *was = map_remove(&old, entry->key);
		if (was && same_version(was, entry->value)) {
			kube_record_free(entry->value);
			entry->value = was;
			continue;
		}
		vec_push(&differences, (struct difference){was ? INFORMER_UPDATED : INFORMER_ADDED, entry->value, was});
	}
	for (struct map_entry *entry = map_next(&old, NULL); entry; entry = map_next(&old, entry))
		vec_push(&differences, (struct difference){INFORMER_DELETED, entry->value, entry->value});
	map_finish(&old);
	informer->store = informer->fresh;
	informer->fresh = MAP_INIT;
	informer->state.count = informer->store.len;
	vec_each (&differences, it) {
		change(informer, it->what, it->record, it->was);
		kube_record_free(it->was);
	}
	vec_finish(&differences);
}

/* ---- what the reader is told ---- */

void informer_tell(struct informer *informer)
{
	if (informer->options.on_state)
		informer->options.on_state(informer->options.data, &informer->state);
}

void informer_failed(struct informer *informer, const struct err *err)
{
	struct informer_state *state = &informer->state;
	bool news = state->watching || state->stale_since_ms < 0 || !str_eq(state->err.text, err->text);
	if (state->stale_since_ms < 0)
		state->stale_since_ms =
			state->last_contact_ms >= 0 ? state->last_contact_ms : loop_now_ms(kube_client_loop(informer->client));
	state->watching = false;
	state->err = *err;
	if (news)
		informer_tell(informer);
}

bool informer_fresh(struct informer *informer)
{
	struct informer_state *state = &informer->state;
	bool watching = informer->phase == PHASE_WATCH;
	bool news = state->stale_since_ms >= 0 || state->watching != watching || err_is_set(&state->err) || state->absent;
	state->stale_since_ms = -1;
	state->watching = watching;
	state->absent = false;
	err_clear(&state->err);
	if (news)
		informer_tell(informer);
	return news;
}

/* ---- life ---- */

struct informer *informer_start(struct kube_client *client, const struct informer_options *options, struct err *err)
{
	const struct kube_kind_info *info = kube_kind_info(options->kind);
	if (options->namespace && !info->namespaced) {
		err_set(err, ERR_USAGE, "%s are not in namespaces", info->resource);
		return NULL;
	}
	struct informer *informer = mem_alloc(sizeof *informer);
	informer->client = client;
	informer->options = *options;
	informer->options.namespace = mem_strdup(options->namespace);
	informer->options.label_selector = mem_strdup(options->label_selector);
	informer->options.field_selector = mem_strdup(options->field_selector);
	informer->info = info;
	informer->state = (struct informer_state){.last_event_ms = -1,
						  .last_contact_ms = -1,
						  .stale_since_ms = loop_now_ms(kube_client_loop(client))};
	informer->contact = (struct kube_contact){.on_contact = informer_on_contact, .data = informer};
	kube_client_contact(client, &informer->contact);
	informer_sync_start(informer);
	return informer;
}

void informer_stop(struct informer *informer)
{
	if (!informer)
		return;
	kube_client_uncontact(informer->client, &informer->contact);
	informer_sync_stop(informer);
	informer_drop_fresh(informer);
	free_map(&informer->store);
	free((char *)informer->options.namespace);
	free((char *)informer->options.label_selector);
	free((char *)informer->options.field_selector);
	free(informer);
}

const struct informer_state *informer_state(const struct informer *informer)
{
	return &informer->state;
}

const void *informer_get(const struct informer *informer, const char *namespace, const char *name)
{
	const struct kube_meta meta = {.namespace = namespace, .name = name};
	CLEANUP(free) char *key = key_of(&meta);
	return map_get(&informer->store, key);
}

const void *informer_next(const struct informer *informer, const void *after)
{
	struct map_entry *entry = NULL;
	if (after) {
		CLEANUP(free) char *key = key_of(after);
		entry = map_find(&informer->store, key);
		if (!entry)
			return NULL;
	}
	entry = map_next(&informer->store, entry);
	return entry ? entry->value : NULL;
}
