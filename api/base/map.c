/* Open addressing with linear probing. Removal closes the gap behind it instead of leaving tombstones, so that a map in
 * which objects come and go for weeks does not fill with them. */
#include "api/base/map.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "api/base/mem.h"

enum { MAP_FIRST_SIZE = 16 };

uint64_t map_seed(void)
{
	static uint64_t seed;
	while (seed == 0) {
		if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
			seed = 0x9e3779b97f4a7c15u;
	}
	return seed;
}

/* Seeded FNV-1a with a strong finish: the seed is what stops chosen collisions from being prepared in advance. */
static uint64_t hash_of(const char *key)
{
	uint64_t h = map_seed();
	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * 0x100000001b3u;
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	return h ^ (h >> 32);
}

static struct map_entry *map_find_slot(const struct map *map, const char *key, uint64_t hash)
{
	for (size_t i = hash & (map->size - 1);; i = (i + 1) & (map->size - 1)) {
		struct map_entry *e = &map->slots[i];
		if (!e->key || (e->hash == hash && strcmp(e->key, key) == 0))
			return e;
	}
}

static void map_grow(struct map *map)
{
	struct map bigger = {.size = map->size ? map->size * 2 : MAP_FIRST_SIZE, .len = map->len};
	bigger.slots = mem_alloc(bigger.size * sizeof *bigger.slots);
	for (size_t i = 0; i < map->size; i++) {
		if (map->slots[i].key)
			*map_find_slot(&bigger, map->slots[i].key, map->slots[i].hash) = map->slots[i];
	}
	free(map->slots);
	*map = bigger;
}

void map_finish(struct map *map)
{
	for (size_t i = 0; i < map->size; i++)
		free(map->slots[i].key);
	free(map->slots);
	*map = MAP_INIT;
}

void *map_get(const struct map *map, const char *key)
{
	if (map->len == 0)
		return NULL;
	struct map_entry *e = map_find_slot(map, key, hash_of(key));
	return e->key ? e->value : NULL;
}

struct map_entry *map_find(const struct map *map, const char *key)
{
	struct map_entry *e = map->len > 0 ? map_find_slot(map, key, hash_of(key)) : NULL;
	return e && e->key ? e : NULL;
}

void *map_set(struct map *map, const char *key, void *value)
{
	if ((map->len + 1) * 4 > map->size * 3)
		map_grow(map);
	uint64_t hash = hash_of(key);
	struct map_entry *e = map_find_slot(map, key, hash);
	void *old = e->key ? e->value : NULL;
	if (!e->key) {
		*e = (struct map_entry){.key = mem_strdup(key), .hash = hash};
		map->len++;
	}
	e->value = value;
	return old;
}

void *map_remove(struct map *map, const char *key)
{
	if (map->len == 0)
		return NULL;
	struct map_entry *gone = map_find_slot(map, key, hash_of(key));
	if (!gone->key)
		return NULL;
	void *value = gone->value;
	free(gone->key);
	*gone = (struct map_entry){0};
	map->len--;
	/* Close the gap: whoever sits after it may have been pushed there by it. */
	size_t hole = (size_t)(gone - map->slots);
	for (size_t i = (hole + 1) & (map->size - 1); map->slots[i].key; i = (i + 1) & (map->size - 1)) {
		struct map_entry moved = map->slots[i];
		map->slots[i] = (struct map_entry){0};
		*map_find_slot(map, moved.key, moved.hash) = moved;
	}
	return value;
}

struct map_entry *map_next(const struct map *map, const struct map_entry *after)
{
	for (size_t i = after ? (size_t)(after - map->slots) + 1 : 0; i < map->size; i++) {
		if (map->slots[i].key)
			return &map->slots[i];
	}
	return NULL;
}
