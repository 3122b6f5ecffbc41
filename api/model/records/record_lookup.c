/* Entries in the order in which they were put, and chains through them by hash, made at the first question after. */
#include "api/model/records/record_lookup.h"

#include <string.h>

#include "api/base/map.h"

enum { LOOKUP_SLOTS_MIN = 16 };

static uint64_t mix_word(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 32;
}

/* Eight bytes at a time: names and labels of many objects are gone through for each picture. */
static uint64_t mix_text(uint64_t hash, const char *text)
{
	size_t len = text ? strlen(text) : 0, at = 0;
	uint64_t word;
	for (; at + sizeof word <= len; at += sizeof word) {
		memcpy(&word, text + at, sizeof word);
		hash = mix_word(hash, word);
	}
	word = 0;
	if (at < len)
		memcpy(&word, text + at, len - at);
	return mix_word(mix_word(hash, word), len);
}

uint64_t record_lookup_key(const char *first, const char *second, const char *third)
{
	return mix_text(mix_text(mix_text(map_seed(), first), second), third);
}

void record_lookup_finish(struct record_lookup *lookup)
{
	vec_finish(&lookup->entries);
	vec_finish(&lookup->slots);
	*lookup = RECORD_LOOKUP_INIT;
}

void record_lookup_clear(struct record_lookup *lookup)
{
	vec_clear(&lookup->entries);
	lookup->made = false;
}

void record_lookup_put(struct record_lookup *lookup, uint64_t key, void *value)
{
	vec_push(&lookup->entries, (struct record_lookup_entry){.key = key, .value = value});
	lookup->made = false;
}

static struct record_lookup_slot *slot_of(struct record_lookup *lookup, uint64_t key)
{
	return &lookup->slots.items[key & (lookup->slots.len - 1)];
}

/* From the last to the first, each before those that follow it: a chain has the order in which they were put. */
static void make_chains(struct record_lookup *lookup)
{
	size_t count = LOOKUP_SLOTS_MIN;
	while (count < lookup->entries.len * 2)
		count *= 2;
	vec_reserve(&lookup->slots, count);
	lookup->slots.len = count;
	memset(lookup->slots.items, 0, count * sizeof *lookup->slots.items);
	for (size_t i = lookup->entries.len; i-- > 0;) {
		struct record_lookup_slot *slot = slot_of(lookup, lookup->entries.items[i].key);
		lookup->entries.items[i].next = slot->first;
		slot->first = (uint32_t)i + 1;
		slot->count++;
	}
	lookup->made = true;
}

const struct record_lookup_entry *record_lookup_next(struct record_lookup *lookup, uint64_t key,
						     const struct record_lookup_entry *after)
{
	if (!lookup->made)
		make_chains(lookup);
	uint32_t next = after ? after->next : slot_of(lookup, key)->first;
	while (next && lookup->entries.items[next - 1].key != key)
		next = lookup->entries.items[next - 1].next;
	return next ? &lookup->entries.items[next - 1] : NULL;
}

size_t record_lookup_at_most(struct record_lookup *lookup, uint64_t key)
{
	if (!lookup->made)
		make_chains(lookup);
	return slot_of(lookup, key)->count;
}
