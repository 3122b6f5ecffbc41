/* Responses as a hostile broker may send them: the first two bytes choose API and version. */
#include <stdlib.h>

#include "api/base/arena.h"
#include "api/base/buf.h"
#include "api/kafka/wire/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 6)
		return 0;
	size_t count;
	const struct kafka_api *api = &kafka_api_list(&count)[data[0] % count];
	struct kafka_header header = {.api_key = api->key};
	header.version = (int16_t)(api->min + data[1] % (api->max - api->min + 1));
	header.correlation =
		(int32_t)((uint32_t)data[2] << 24 | (uint32_t)data[3] << 16 | (uint32_t)data[4] << 8 | data[5]);
	struct arena arena = ARENA_INIT;
	void *response = kafka_decode_response(&arena, data + 2, size - 2, &header, NULL);
	if (response) {
		/* What was understood can be written and read again. */
		struct buf out = BUF_INIT(KAFKA_FRAME_MAX);
		struct arena again = ARENA_INIT;
		if (!kafka_encode_response(&out, &header, response, NULL) ||
		    !kafka_decode_response(&again, (const uint8_t *)out.data + 4, out.len - 4, &header, NULL))
			abort();
		kafka_response_has_error(api, response, 41);
		arena_finish(&again);
		buf_finish(&out);
	}
	arena_finish(&arena);
	return 0;
}
