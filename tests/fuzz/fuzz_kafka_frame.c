/* Splitting a stream into frames. */
#include <stdlib.h>

#include "api/kafka/wire/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (size_t at = 0; at <= size;) {
		size_t body = 0;
		struct err err = {0};
		enum kafka_frame kind = kafka_frame_peek(data + at, size - at, &body, &err);
		if ((kind == KAFKA_FRAME_BAD) != err_is_set(&err))
			abort();
		if (kind != KAFKA_FRAME_WHOLE)
			break;
		if (body > size - at - 4)
			abort();
		at += 4 + body;
	}
	return 0;
}
