/* Kafka's primitive types on the wire: big-endian integers, strings, byte strings and varints. A reader that ran
 * past its end or met nonsense stays failed, so that a decoder may read on and check once. */
#ifndef MQDECK_KAFKA_WIRE_PRIMITIVES_H
#define MQDECK_KAFKA_WIRE_PRIMITIVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/arena.h"
#include "api/base/buf.h"
#include "api/kafka/wire/schema.h"

struct kafka_reader {
	const uint8_t *at, *end;
	bool failed;
	const char *problem; /* of the first failure, for the sentence */
};

size_t kafka_read_left(const struct kafka_reader *reader);
void kafka_read_fail(struct kafka_reader *reader, const char *problem);
int64_t kafka_read_int(struct kafka_reader *reader, size_t bytes);      /* signed, 1 to 8 bytes; 0 once failed */
uint32_t kafka_read_varint(struct kafka_reader *reader);                /* unsigned */
const uint8_t *kafka_read_raw(struct kafka_reader *reader, size_t len); /* NULL once failed */
void kafka_skip_tags(struct kafka_reader *reader);
/* Lengths as strings, byte strings and arrays have them: -1 = null. Compact: varint n + 1. `bytes` is the width of
 * the old form. A length beyond what is left fails; each element takes at least element_min bytes. */
int32_t kafka_read_len(struct kafka_reader *reader, bool compact, size_t bytes, size_t element_min);

void kafka_write_int(struct buf *out, int64_t value, size_t bytes);
void kafka_write_varint(struct buf *out, uint32_t value);
void kafka_write_len(struct buf *out, bool compact, size_t bytes, int32_t len);
void kafka_write_string(struct buf *out, bool compact, const char *text); /* NULL writes null */
/* Puts a big-endian int32 over bytes that are there already. */
void kafka_patch_int32(struct buf *out, size_t at, int32_t value);

#endif
