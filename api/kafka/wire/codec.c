/* Frames and headers around a body: which header version goes with which API, and looking into any response for its
 * error codes and throttle time without knowing its type. */
#include "api/kafka/wire/codec.h"

#include <string.h>

#include "api/base/mem.h"
#include "api/kafka/wire/kafka_decode.h"
#include "api/kafka/wire/messages.h"
#include "api/kafka/wire/schema_list.h"

/* How much memory a message may take for each of its bytes. The densest honest one, a list of short strings,
 * takes 8. */
enum { ARENA_A_BYTE = 16, ARENA_LEAST = 64 * 1024 };

static bool is_flexible(const struct kafka_api *api, int version)
{
	return version >= api->flexible_since;
}

static const struct kafka_api *find_spoken(const struct kafka_header *header, struct err *err)
{
	const struct kafka_api *api = kafka_api_find(header->api_key);
	if (api && header->version >= api->min && header->version <= api->max)
		return api;
	if (api)
		err_set(err, ERR_UNSUPPORTED, "%s version %d is not supported, only %d to %d", api->name,
			header->version, api->min, api->max);
	else
		err_set(err, ERR_UNSUPPORTED, "Kafka API key %d is not supported", header->api_key);
	return NULL;
}

/* ---- encoding ---- */
bool kafka_encode_body(struct buf *out, const struct kafka_schema *schema, const void *message, int version,
		       bool flexible)
{
	kafka_encode_struct(&(struct kafka_encoder){.out = out, .version = version, .flexible = flexible}, schema,
			    message);
	return !out->overflow;
}

static bool finish_frame(struct buf *out, size_t start, bool fits, const char *name, struct err *err)
{
	size_t len = out->len - start - 4;
	if (!fits || out->overflow || len > KAFKA_FRAME_MAX)
		return err_set(err, ERR_LIMIT, "the Kafka message %s is too large to send", name);
	kafka_patch_int32(out, start, (int32_t)len);
	return true;
}

bool kafka_encode_request(struct buf *out, const struct kafka_header *header, const void *request, bool read_only,
			  struct err *err)
{
	const struct kafka_api *api = find_spoken(header, err);
	if (!api)
		return false;
	if (read_only && !api->reads)
		return err_set(err, ERR_REFUSED, "%s is not sent: this session is read-only", api->name);
	size_t start = out->len;
	kafka_write_int(out, 0, 4);
	kafka_write_int(out, header->api_key, 2);
	kafka_write_int(out, header->version, 2);
	kafka_write_int(out, header->correlation, 4);
	kafka_write_string(out, false, header->client_id);
	if (is_flexible(api, header->version))
		kafka_write_varint(out, 0);
	bool fits = kafka_encode_body(out, api->request, request, header->version, is_flexible(api, header->version));
	return finish_frame(out, start, fits, api->name, err);
}

/* ApiVersions is answered with the old header in every version, so that a client can read it before it knows any. */
static bool response_has_tags(const struct kafka_api *api, int version)
{
	return api->key != KAFKA_API_VERSIONS && is_flexible(api, version);
}

bool kafka_encode_response(struct buf *out, const struct kafka_header *header, const void *response, struct err *err)
{
	const struct kafka_api *api = find_spoken(header, err);
	if (!api)
		return false;
	size_t start = out->len;
	kafka_write_int(out, 0, 4);
	kafka_write_int(out, header->correlation, 4);
	if (response_has_tags(api, header->version))
		kafka_write_varint(out, 0);
	bool fits = kafka_encode_body(out, api->response, response, header->version, is_flexible(api, header->version));
	return finish_frame(out, start, fits, api->name, err);
}

/* ---- decoding ---- */
static void *decode_rest(struct arena *arena, struct kafka_reader *reader, const struct kafka_schema *schema,
			 int version, bool flexible, bool more_may_follow, struct err *err)
{
	struct kafka_decoder decoder = {.reader = *reader, .arena = arena, .version = version, .flexible = flexible};
	decoder.arena_max = arena->used + ARENA_LEAST + ARENA_A_BYTE * kafka_read_left(reader);
	void *message = arena_alloc(arena, schema->size);
	kafka_decode_struct(&decoder, schema, message);
	if (!decoder.reader.failed && !more_may_follow && kafka_read_left(&decoder.reader) > 0)
		kafka_read_fail(&decoder.reader, "bytes are left over");
	*reader = decoder.reader;
	if (!reader->failed)
		return message;
	err_set(err, ERR_PARSE, "cannot decode a Kafka message (%s version %d): %s", schema->name, version,
		reader->problem);
	return NULL;
}

void *kafka_decode_body(struct arena *arena, const struct kafka_schema *schema, const uint8_t *bytes, size_t len,
			int version, bool flexible, struct err *err)
{
	struct kafka_reader reader = {.at = bytes, .end = bytes + len};
	return decode_rest(arena, &reader, schema, version, flexible, false, err);
}

void *kafka_decode_request(struct arena *arena, const uint8_t *bytes, size_t len, struct kafka_header *header,
			   struct err *err)
{
	struct kafka_reader reader = {.at = bytes, .end = bytes + len};
	*header = (struct kafka_header){0};
	header->api_key = (int16_t)kafka_read_int(&reader, 2);
	header->version = (int16_t)kafka_read_int(&reader, 2);
	header->correlation = (int32_t)kafka_read_int(&reader, 4);
	if (reader.failed) {
		err_set(err, ERR_PARSE, "a Kafka request of %zu bytes has no header", len);
		return NULL;
	}
	const struct kafka_api *api = find_spoken(header, err);
	if (!api)
		return NULL;
	/* The client id stays an old-style string in every version. */
	int32_t id_len = kafka_read_len(&reader, false, 2, 1);
	const uint8_t *id = id_len > 0 ? kafka_read_raw(&reader, (size_t)id_len) : NULL;
	if (id_len >= 0 && !reader.failed)
		header->client_id = arena_strndup(arena, (const char *)id, (size_t)id_len);
	if (is_flexible(api, header->version))
		kafka_skip_tags(&reader);
	return decode_rest(arena, &reader, api->request, header->version, is_flexible(api, header->version), false,
			   err);
}

void *kafka_decode_response(struct arena *arena, const uint8_t *bytes, size_t len, const struct kafka_header *header,
			    struct err *err)
{
	const struct kafka_api *api = find_spoken(header, err);
	if (!api)
		return NULL;
	struct kafka_reader reader = {.at = bytes, .end = bytes + len};
	int32_t correlation = (int32_t)kafka_read_int(&reader, 4);
	if (!reader.failed && correlation != header->correlation) {
		err_set(err, ERR_PARSE, "the broker responded to request %d instead of %s, request %d", correlation,
			api->name, header->correlation);
		return NULL;
	}
	if (response_has_tags(api, header->version))
		kafka_skip_tags(&reader);
	return decode_rest(arena, &reader, api->response, header->version, is_flexible(api, header->version), false,
			   err);
}

const struct kafka_consumer_assignment *kafka_decode_assignment(struct arena *arena, const struct kafka_bytes *bytes)
{
	if (!bytes->data || bytes->len < 2)
		return NULL;
	struct kafka_reader reader = {.at = bytes->data, .end = bytes->data + bytes->len};
	int version = (int)kafka_read_int(&reader, 2);
	if (version < 0)
		return NULL;
	return decode_rest(arena, &reader, &kafka_consumer_assignment_schema, version, false, true, NULL);
}

/* ---- frames ---- */
enum kafka_frame kafka_frame_peek(const uint8_t *bytes, size_t len, size_t *body_len, struct err *err)
{
	/* A TLS record: alert or handshake, protocol version 3.x. As a length it would be above 256 MiB anyway. */
	if (len >= 2 && (bytes[0] == 0x15 || bytes[0] == 0x16) && bytes[1] == 3) {
		err_set(err, ERR_PARSE, "the port uses TLS, not plain Kafka: turn TLS on for it");
		return KAFKA_FRAME_BAD;
	}
	if (len < 4)
		return KAFKA_FRAME_PARTIAL;
	if (memcmp(bytes, "HTTP", 4) == 0) {
		err_set(err, ERR_PARSE, "the port responds with HTTP, not Kafka: it belongs to another service");
		return KAFKA_FRAME_BAD;
	}
	struct kafka_reader reader = {.at = bytes, .end = bytes + 4};
	int64_t size = kafka_read_int(&reader, 4);
	if (size < 4 || size > KAFKA_FRAME_MAX) {
		err_set(err, ERR_PARSE, "the response is not Kafka: it starts with a length of %lld bytes (0x%08x)",
			(long long)size, (unsigned)size);
		return KAFKA_FRAME_BAD;
	}
	*body_len = (size_t)size;
	return len - 4 >= *body_len ? KAFKA_FRAME_WHOLE : KAFKA_FRAME_PARTIAL;
}

/* ---- looking into responses ---- */
static const void *find_member(const struct kafka_schema *schema, const void *message, const char *name, uint8_t type)
{
	for (size_t i = 0; i < schema->count; i++)
		if (schema->fields[i].type == type && strcmp(schema->fields[i].name, name) == 0)
			return (const char *)message + schema->fields[i].offset;
	return NULL;
}

int16_t kafka_response_error(const struct kafka_api *api, const void *response, const char **message)
{
	const int16_t *code = find_member(api->response, response, "error_code", KAFKA_INT16);
	const char *const *text = find_member(api->response, response, "error_message", KAFKA_STRING);
	if (message)
		*message = text ? *text : NULL;
	return code ? *code : 0;
}

static bool struct_has_error(const struct kafka_schema *schema, const void *message, int16_t code)
{
	const int16_t *own = find_member(schema, message, "error_code", KAFKA_INT16);
	if (own && *own == code)
		return true;
	for (size_t i = 0; i < schema->count; i++) {
		const struct kafka_field *field = &schema->fields[i];
		if (field->type != KAFKA_STRUCTS && field->type != KAFKA_OPTIONAL)
			continue;
		const struct kafka_any_array *array = (const void *)((const char *)message + field->offset);
		for (int32_t k = 0; k < array->len; k++)
			if (struct_has_error(field->sub, (const char *)array->items + (size_t)k * field->sub->size,
					     code))
				return true;
	}
	return false;
}

bool kafka_response_has_error(const struct kafka_api *api, const void *response, int16_t code)
{
	return struct_has_error(api->response, response, code);
}

int32_t kafka_response_throttle(const struct kafka_api *api, const void *response)
{
	const int32_t *throttle = find_member(api->response, response, "throttle_time_ms", KAFKA_INT32);
	return throttle && *throttle > 0 ? *throttle : 0;
}
