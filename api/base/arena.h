/* Memory that is given back all at once. Suits the small strings and arrays of one decoded object or one answer. */
#ifndef MQDECK_BASE_ARENA_H
#define MQDECK_BASE_ARENA_H

#include <stddef.h>

#include "api/base/err.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks; /* newest first */
	size_t used;                /* bytes handed out, all chunks */
};

#define ARENA_INIT ((struct arena){0})

void arena_finish(struct arena *arena); /* frees everything; usable again */
void arena_reset(struct arena *arena);  /* forgets everything, keeps one chunk for reuse */
void arena_wipe(struct arena *arena);   /* overwrites all that was handed out: for secrets, before finish */
void *arena_alloc(struct arena *arena, size_t size); /* zeroed, 8-byte aligned */
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_strdup(struct arena *arena, const char *text); /* NULL gives NULL */
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
