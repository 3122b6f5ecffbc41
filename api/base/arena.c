/* Blocks are cut off the newest chunk one after the other; what is larger than a chunk gets one of its own. Resetting
 * keeps the newest, so that an arena used for one answer after the other does not go to the heap for each. */
#include "api/base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/mem.h"

enum { ARENA_CHUNK = 4096, ARENA_ALIGN = 8 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t size, used;
	_Alignas(8) unsigned char bytes[];
};

void arena_finish(struct arena *arena)
{
	for (struct arena_chunk *chunk = arena->chunks; chunk;) {
		struct arena_chunk *next = chunk->next;
		free(chunk);
		chunk = next;
	}
	*arena = ARENA_INIT;
}

void arena_reset(struct arena *arena)
{
	struct arena_chunk *keep = arena->chunks;
	if (!keep)
		return;
	struct arena rest = {.chunks = keep->next};
	arena_finish(&rest);
	keep->next = NULL;
	keep->used = 0;
	arena->used = 0;
}

void arena_wipe(struct arena *arena)
{
	for (struct arena_chunk *chunk = arena->chunks; chunk; chunk = chunk->next)
		explicit_bzero(chunk->bytes, chunk->used);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	struct arena_chunk *chunk = arena->chunks;
	if (!chunk || chunk->size - chunk->used < size) {
		size_t bytes = size > ARENA_CHUNK ? size : ARENA_CHUNK;
		chunk = mem_resize(NULL, 1, sizeof *chunk + bytes);
		*chunk = (struct arena_chunk){.next = arena->chunks, .size = bytes};
		arena->chunks = chunk;
	}
	void *block = chunk->bytes + chunk->used;
	chunk->used += size;
	arena->used += size;
	return memset(block, 0, size);
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);
	if (len)
		memcpy(copy, text, len);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	char *text = arena_alloc(arena, len > 0 ? (size_t)len + 1 : 1);
	if (len > 0)
		vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	return text;
}
