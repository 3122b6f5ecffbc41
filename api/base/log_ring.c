/* The last records in memory: a ring of bytes in which each stands with its head, the oldest making room for the new. */
#include <stdlib.h>
#include <string.h>

#include "api/base/log_private.h"
#include "api/base/mem.h"

struct log_ring_head {
	int64_t at_ms;
	uint16_t len;
	uint8_t level, layer;
};

void log_ring_open(struct log_ring *ring)
{
	if (!ring->bytes)
		*ring = (struct log_ring){.bytes = mem_alloc(LOG_RING_SIZE)};
}

void log_ring_close(struct log_ring *ring)
{
	free(ring->bytes);
	*ring = (struct log_ring){0};
}

static size_t log_ring_until_wrap(uint64_t position, size_t len)
{
	size_t room = LOG_RING_SIZE - position % LOG_RING_SIZE;
	return len < room ? len : room;
}

static void log_ring_put(struct log_ring *ring, const void *bytes, size_t len)
{
	size_t first = log_ring_until_wrap(ring->end, len);
	memcpy(ring->bytes + ring->end % LOG_RING_SIZE, bytes, first);
	memcpy(ring->bytes, (const char *)bytes + first, len - first);
	ring->end += len;
}

static void log_ring_get(const struct log_ring *ring, uint64_t position, void *bytes, size_t len)
{
	size_t first = log_ring_until_wrap(position, len);
	memcpy(bytes, ring->bytes + position % LOG_RING_SIZE, first);
	memcpy((char *)bytes + first, ring->bytes, len - first);
}

void log_ring_add(struct log_ring *ring, const struct log_record *record)
{
	struct log_ring_head head = {.at_ms = record->at_ms,
				     .len = (uint16_t)strlen(record->text),
				     .level = (uint8_t)record->level,
				     .layer = (uint8_t)record->layer};
	while (ring->end + sizeof head + head.len - ring->oldest > LOG_RING_SIZE) {
		struct log_ring_head gone;
		log_ring_get(ring, ring->oldest, &gone, sizeof gone);
		ring->oldest += sizeof gone + gone.len;
	}
	log_ring_put(ring, &head, sizeof head);
	log_ring_put(ring, record->text, head.len);
}

bool log_ring_read(const struct log_ring *ring, uint64_t *position, struct log_record *out)
{
	if (*position < ring->oldest)
		*position = ring->oldest;
	if (*position >= ring->end)
		return false;
	struct log_ring_head head;
	log_ring_get(ring, *position, &head, sizeof head);
	log_ring_get(ring, *position + sizeof head, out->text, head.len);
	out->text[head.len] = '\0';
	out->at_ms = head.at_ms;
	out->level = head.level;
	out->layer = head.layer;
	*position += sizeof head + head.len;
	return true;
}
