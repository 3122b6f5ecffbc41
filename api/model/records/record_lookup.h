/* Pointers found again by a few texts together, many by the same ones. It is filled, asked and cleared as a whole, keeps
 * its memory, and copies nothing: where a map has one value a key and keys that come and go, this is for what is gone
 * through once. Only a hash of the texts is kept, seeded because they come from the cluster: among what is found may be
 * what goes by others, so that whoever asks compares. */
#ifndef MQDECK_MODEL_RECORDS_RECORD_LOOKUP_H
#define MQDECK_MODEL_RECORDS_RECORD_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/vec.h"

struct record_lookup_entry {
	uint64_t key;
	void *value;
	uint32_t next; /* of the same slot: number + 1, 0 = none */
};

struct record_lookup_slot {
	uint32_t first, count;
};

struct record_lookup {
	VEC(struct record_lookup_entry) entries; /* as they were put */
	VEC(struct record_lookup_slot) slots;    /* made when it is asked; a power of two */
	bool made;
};

#define RECORD_LOOKUP_INIT ((struct record_lookup){0})

uint64_t record_lookup_key(const char *first, const char *second, const char *third); /* NULL is as good as "" */

void record_lookup_finish(struct record_lookup *lookup);
void record_lookup_clear(struct record_lookup *lookup);
void record_lookup_put(struct record_lookup *lookup, uint64_t key, void *value);
/* Goes through what was put under the key in that order: `const struct record_lookup_entry *at = NULL; while ((at =
 * record_lookup_next(lookup, key, at)))`. Nothing must be put meanwhile. */
const struct record_lookup_entry *record_lookup_next(struct record_lookup *lookup, uint64_t key,
						     const struct record_lookup_entry *after);
/* How much there may be under the key, at the most: to choose among several. */
size_t record_lookup_at_most(struct record_lookup *lookup, uint64_t key);

#endif
