/* Requests, as the embedded cluster reads them, and a consumer's assignment. */
#include "api/base/arena.h"
#include "api/base/buf.h"
#include "api/kafka/wire/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct kafka_header header;
	struct buf out = BUF_INIT(KAFKA_FRAME_MAX);
	void *request = kafka_decode_request(&arena, data, size, &header, NULL);
	if (request && kafka_encode_request(&out, &header, request, true, NULL))
		kafka_message_copy(&arena, kafka_api_find(header.api_key)->request, request);
	kafka_decode_assignment(&arena, &(struct kafka_bytes){data, (int32_t)size});
	buf_finish(&out);
	arena_finish(&arena);
	return 0;
}
