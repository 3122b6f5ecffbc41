/* Kafka's wire format, both directions: the console writes requests and reads responses, the embedded cluster the other
 * way round, with the same tables (PROTOCOL.md).
 *
 * Messages are plain structs (messages.h). What is decoded lies in the arena given. Strings are NUL-terminated copies
 * (a NUL inside becomes U+0001, which a screen shows as an escape); NULL is Kafka's null or a version without the
 * field.
 * Everything from the peer is bounded: an array by the bytes that are left for it, a whole message by its arena use. */
#ifndef MQDECK_KAFKA_WIRE_CODEC_H
#define MQDECK_KAFKA_WIRE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/arena.h"
#include "api/base/buf.h"
#include "api/base/err.h"
#include "api/kafka/wire/schema.h"

enum kafka_api_key {
	KAFKA_LIST_OFFSETS = 2,
	KAFKA_METADATA = 3,
	KAFKA_OFFSET_FETCH = 9,
	KAFKA_FIND_COORDINATOR = 10,
	KAFKA_DESCRIBE_GROUPS = 15,
	KAFKA_LIST_GROUPS = 16,
	KAFKA_SASL_HANDSHAKE = 17,
	KAFKA_API_VERSIONS = 18,
	KAFKA_CREATE_TOPICS = 19,
	KAFKA_DELETE_TOPICS = 20,
	KAFKA_DESCRIBE_CONFIGS = 32,
	KAFKA_DESCRIBE_LOG_DIRS = 35,
	KAFKA_SASL_AUTHENTICATE = 36,
	KAFKA_CREATE_PARTITIONS = 37,
	KAFKA_ELECT_LEADERS = 43,
	KAFKA_INCREMENTAL_ALTER_CONFIGS = 44,
	KAFKA_ALTER_PARTITION_REASSIGNMENTS = 45,
	KAFKA_LIST_PARTITION_REASSIGNMENTS = 46,
	KAFKA_DESCRIBE_QUORUM = 55,
	KAFKA_DESCRIBE_CLUSTER = 60,
	KAFKA_UNREGISTER_BROKER = 64,
	KAFKA_CONSUMER_GROUP_DESCRIBE = 69,
	KAFKA_DESCRIBE_TOPIC_PARTITIONS = 75,
	KAFKA_SHARE_GROUP_DESCRIBE = 77,
	KAFKA_STREAMS_GROUP_DESCRIBE = 89,
};

enum { KAFKA_FRAME_MAX = 64 * 1024 * 1024 };

struct kafka_api {
	int16_t key;
	const char *name;
	int8_t min, max;       /* versions we speak */
	int8_t flexible_since; /* 127 = never */
	bool reads;            /* only these can be encoded in read-only mode */
	const struct kafka_schema *request, *response;
};

const struct kafka_api *kafka_api_find(int16_t key); /* NULL = not one of ours */
const struct kafka_api *kafka_api_list(size_t *count);

struct kafka_header {
	int16_t api_key, version;
	int32_t correlation;
	const char *client_id; /* may be NULL */
};

/* A message with every field at its default. */
void kafka_message_init(const struct kafka_schema *schema, void *message);
/* A deep copy in the arena. */
void *kafka_message_copy(struct arena *arena, const struct kafka_schema *schema, const void *message);

/* Append one whole frame, length first. Fields that the version does not carry are left out. A request is
 * REFUSED when read_only is set and the API is not among those that only read, UNSUPPORTED when we do not speak the
 * version. */
bool kafka_encode_request(struct buf *out, const struct kafka_header *header, const void *request, bool read_only,
			  struct err *err) MUST_USE;
bool kafka_encode_response(struct buf *out, const struct kafka_header *header, const void *response,
			   struct err *err) MUST_USE;

/* `bytes` is a frame without its length. Bytes left over are an error. */
/* On UNSUPPORTED the header's key, version and correlation are filled in, so that a server can answer. */
void *kafka_decode_request(struct arena *arena, const uint8_t *bytes, size_t len, struct kafka_header *header,
			   struct err *err) MUST_USE;
/* What the response answers is told by header (its api_key, version and correlation). */
void *kafka_decode_response(struct arena *arena, const uint8_t *bytes, size_t len, const struct kafka_header *header,
			    struct err *err) MUST_USE;

/* A message alone, without frame and header: test vectors, and the consumer protocol inside DescribeGroups. */
bool kafka_encode_body(struct buf *out, const struct kafka_schema *schema, const void *message, int version,
		       bool flexible) MUST_USE;
void *kafka_decode_body(struct arena *arena, const struct kafka_schema *schema, const uint8_t *bytes, size_t len,
			int version, bool flexible, struct err *err) MUST_USE;

/* What partitions a member of a classic consumer group holds, from member_assignment. Bytes after what we know are
 * ignored. NULL on anything odd. */
struct kafka_consumer_assignment;
const struct kafka_consumer_assignment *kafka_decode_assignment(struct arena *arena, const struct kafka_bytes *bytes);

enum kafka_frame { KAFKA_FRAME_PARTIAL, KAFKA_FRAME_WHOLE, KAFKA_FRAME_BAD };

/* Looks at the start of a stream. WHOLE: the frame's body is at bytes + 4, body_len bytes. BAD with a sentence: no
 * Kafka frame begins like that (an HTTP server, a TLS alert, a length below 4 or above KAFKA_FRAME_MAX). */
enum kafka_frame kafka_frame_peek(const uint8_t *bytes, size_t len, size_t *body_len, struct err *err) MUST_USE;

/* The top-level error_code of a response (0 = none or no such field) and its error_message (may be NULL). */
int16_t kafka_response_error(const struct kafka_api *api, const void *response, const char **message);
/* Whether an error_code anywhere in the response is `code`. */
bool kafka_response_has_error(const struct kafka_api *api, const void *response, int16_t code);
/* throttle_time_ms, 0 when there is none. */
int32_t kafka_response_throttle(const struct kafka_api *api, const void *response);

#endif
