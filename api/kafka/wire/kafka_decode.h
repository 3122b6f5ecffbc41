/* Inside the codec: what codec.c needs of the table-driven decoder and encoder. */
#ifndef MQDECK_KAFKA_WIRE_KAFKA_DECODE_H
#define MQDECK_KAFKA_WIRE_KAFKA_DECODE_H

#include "api/kafka/wire/primitives.h"
#include "api/kafka/wire/schema.h"

struct kafka_decoder {
	struct kafka_reader reader;
	struct arena *arena;
	size_t arena_max; /* arena->used may not pass it */
	int version;
	bool flexible;
};

void kafka_decode_struct(struct kafka_decoder *decoder, const struct kafka_schema *schema, void *out);

struct kafka_encoder {
	struct buf *out;
	int version;
	bool flexible;
};

void kafka_encode_struct(const struct kafka_encoder *encoder, const struct kafka_schema *schema, const void *in);

/* Whether the version carries the field. */
bool kafka_field_is_carried(const struct kafka_field *field, int version);

#endif
