/* A hash map from strings to pointers: open addressing, seeded hash (keys come from the cluster and may be chosen to
 * collide). The map copies its keys and never owns the values. Pointers it returned stay valid until the next
 * map_set or map_remove. */
#ifndef MQDECK_BASE_MAP_H
#define MQDECK_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_entry {
	char *key;
	void *value;
	uint64_t hash;
};

struct map {
	struct map_entry *slots; /* NULL until the first map_set */
	size_t size;             /* a power of two or 0 */
	size_t len;
};

#define MAP_INIT ((struct map){0})

void map_finish(struct map *map);
void *map_get(const struct map *map, const char *key);              /* NULL when absent */
struct map_entry *map_find(const struct map *map, const char *key); /* the same, for map_next */
void *map_set(struct map *map, const char *key, void *value);       /* returns the value that was there, or NULL */
void *map_remove(struct map *map, const char *key);                 /* returns the value that was there, or NULL */

/* The same for as long as this process runs, and not to be guessed from outside. */
uint64_t map_seed(void);

/* Iterates in no particular order: `for (struct map_entry *e = map_next(&m, NULL); e; e = map_next(&m, e))`. The map
 * must not change meanwhile. */
struct map_entry *map_next(const struct map *map, const struct map_entry *after);

#endif
