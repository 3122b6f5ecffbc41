/* From bytes to structs by a schema, for any message and version. Lengths are believed only as far as there are bytes
 * left, so that a hostile frame cannot ask for more memory than it brings. */
#include "api/kafka/wire/kafka_decode.h"

#include <string.h>

#include "api/base/mem.h"
#include "api/kafka/wire/codec.h"

static const uint8_t int_size[] = {
	[KAFKA_BOOL] = 1, [KAFKA_INT8] = 1, [KAFKA_INT16] = 2, [KAFKA_UINT16] = 2, [KAFKA_INT32] = 4, [KAFKA_INT64] = 8,
};

bool kafka_field_is_carried(const struct kafka_field *field, int version)
{
	return version >= field->since && (field->until == 0 || version <= field->until);
}

static size_t struct_wire_min(const struct kafka_schema *schema, int version, bool flexible);

static size_t field_wire_min(const struct kafka_field *field, int version, bool flexible)
{
	if (field->tagged || !kafka_field_is_carried(field, version))
		return 0;
	switch (field->type) {
	case KAFKA_UUID:
		return sizeof(struct kafka_uuid);
	case KAFKA_STRING:
		return flexible ? 1 : 2;
	case KAFKA_STRUCT:
		return struct_wire_min(field->sub, version, flexible);
	case KAFKA_BYTES:
	case KAFKA_INT32S:
	case KAFKA_STRINGS:
	case KAFKA_STRUCTS:
		return flexible ? 1 : 4;
	case KAFKA_OPTIONAL:
		return 1;
	default:
		return int_size[field->type];
	}
}

/* Inline size of an element in a C array and of the smallest one on the wire. */
static size_t struct_wire_min(const struct kafka_schema *schema, int version, bool flexible)
{
	size_t size = flexible ? 1 : 0;
	for (size_t i = 0; i < schema->count; i++)
		size += field_wire_min(&schema->fields[i], version, flexible);
	return size ? size : 1;
}

static void store_int(void *slot, uint8_t type, int64_t value)
{
	switch (type) {
	case KAFKA_BOOL:
		*(bool *)slot = value != 0;
		break;
	case KAFKA_INT8:
		*(int8_t *)slot = (int8_t)value;
		break;
	case KAFKA_INT16:
		*(int16_t *)slot = (int16_t)value;
		break;
	case KAFKA_UINT16:
		*(uint16_t *)slot = (uint16_t)value;
		break;
	case KAFKA_INT32:
		*(int32_t *)slot = (int32_t)value;
		break;
	case KAFKA_INT64:
		*(int64_t *)slot = value;
		break;
	default:
		break;
	}
}

static void set_presets(const struct kafka_schema *schema, void *message)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct kafka_field *field = &schema->fields[i];
		void *slot = (char *)message + field->offset;
		if (field->preset)
			store_int(slot, field->type, field->preset);
		else if (field->type == KAFKA_STRUCT)
			set_presets(field->sub, slot);
	}
}

void kafka_message_init(const struct kafka_schema *schema, void *message)
{
	memset(message, 0, schema->size);
	set_presets(schema, message);
}

static void *decoder_alloc(struct kafka_decoder *decoder, size_t size)
{
	if (decoder->reader.failed)
		return NULL;
	if (size > decoder->arena_max || decoder->arena->used > decoder->arena_max - size) {
		kafka_read_fail(&decoder->reader, "it requires far more memory than it has bytes");
		return NULL;
	}
	return arena_alloc(decoder->arena, size);
}

static const char *decode_string(struct kafka_decoder *decoder, bool nullable)
{
	struct kafka_reader *reader = &decoder->reader;
	int32_t len = kafka_read_len(reader, decoder->flexible, 2, 1);
	if (len < 0 && !nullable)
		kafka_read_fail(reader, "a non-nullable string is null");
	if (reader->failed || len < 0)
		return NULL;
	if (len == 0)
		return "";
	const uint8_t *raw = kafka_read_raw(reader, (size_t)len);
	char *text = decoder_alloc(decoder, (size_t)len + 1);
	if (!text)
		return NULL;
	memcpy(text, raw, (size_t)len);
	for (char *nul = text; (nul = memchr(nul, '\0', (size_t)(text + len - nul))) != NULL;)
		*nul = '\1';
	return text;
}

static void decode_bytes(struct kafka_decoder *decoder, bool nullable, struct kafka_bytes *out)
{
	struct kafka_reader *reader = &decoder->reader;
	int32_t len = kafka_read_len(reader, decoder->flexible, 4, 1);
	if (len < 0 && !nullable)
		kafka_read_fail(reader, "a non-nullable byte string is null");
	if (reader->failed || len < 0)
		return;
	const uint8_t *raw = kafka_read_raw(reader, (size_t)len);
	uint8_t *copy = decoder_alloc(decoder, len ? (size_t)len : 1);
	if (!copy)
		return;
	memcpy(copy, raw, (size_t)len);
	*out = (struct kafka_bytes){copy, len};
}

static void decode_int32s(struct kafka_reader *reader, int32_t *items, int32_t len)
{
	const uint8_t *raw = kafka_read_raw(reader, (size_t)len * 4);
	for (int32_t i = 0; raw && i < len; i++, raw += 4)
		items[i] = (int32_t)((uint32_t)raw[0] << 24 | (uint32_t)raw[1] << 16 | (uint32_t)raw[2] << 8 | raw[3]);
}

static void decode_elements(struct kafka_decoder *decoder, const struct kafka_field *field, void *items, int32_t len)
{
	switch (field->type) {
	case KAFKA_INT32S:
		decode_int32s(&decoder->reader, items, len);
		break;
	case KAFKA_STRINGS:
		for (int32_t i = 0; i < len && !decoder->reader.failed; i++)
			((const char **)items)[i] = decode_string(decoder, false);
		break;
	default:
		for (int32_t i = 0; i < len && !decoder->reader.failed; i++)
			kafka_decode_struct(decoder, field->sub, (char *)items + (size_t)i * field->sub->size);
		break;
	}
}

static size_t element_wire_min(const struct kafka_decoder *decoder, const struct kafka_field *field)
{
	if (field->type == KAFKA_INT32S)
		return 4;
	if (field->type == KAFKA_STRINGS)
		return decoder->flexible ? 1 : 2;
	return struct_wire_min(field->sub, decoder->version, decoder->flexible);
}

static size_t decode_element_size(const struct kafka_field *field)
{
	if (field->type == KAFKA_INT32S)
		return sizeof(int32_t);
	return field->type == KAFKA_STRINGS ? sizeof(char *) : field->sub->size;
}

static void decode_array(struct kafka_decoder *decoder, const struct kafka_field *field, bool nullable,
			 struct kafka_any_array *out)
{
	struct kafka_reader *reader = &decoder->reader;
	int32_t len = field->type == KAFKA_OPTIONAL
			      ? (kafka_read_int(reader, 1) < 0 ? -1 : 1)
			      : kafka_read_len(reader, decoder->flexible, 4, element_wire_min(decoder, field));
	if (len < 0 && !nullable)
		kafka_read_fail(reader, "a non-nullable array is null");
	if (reader->failed)
		return;
	if (len > 0) {
		/* The length is bounded by the bytes that are left, so this is bounded too. */
		void *items = decoder_alloc(decoder, (size_t)len * decode_element_size(field));
		if (!items)
			return;
		decode_elements(decoder, field, items, len);
		out->items = items;
	}
	out->len = len;
}

static void decode_field(struct kafka_decoder *decoder, const struct kafka_field *field, void *slot)
{
	bool nullable = field->nullable && decoder->version >= field->nullable_since;
	const uint8_t *raw;
	switch (field->type) {
	case KAFKA_UUID:
		raw = kafka_read_raw(&decoder->reader, sizeof(struct kafka_uuid));
		if (raw)
			memcpy(slot, raw, sizeof(struct kafka_uuid));
		break;
	case KAFKA_STRING:
		*(const char **)slot = decode_string(decoder, nullable);
		break;
	case KAFKA_BYTES:
		decode_bytes(decoder, nullable, slot);
		break;
	case KAFKA_STRUCT:
		kafka_decode_struct(decoder, field->sub, slot);
		break;
	case KAFKA_INT32S:
	case KAFKA_STRINGS:
	case KAFKA_STRUCTS:
	case KAFKA_OPTIONAL:
		decode_array(decoder, field, nullable, slot);
		break;
	default:
		store_int(slot, field->type, kafka_read_int(&decoder->reader, int_size[field->type]));
		break;
	}
}

static const struct kafka_field *find_tagged(const struct kafka_schema *schema, int version, uint32_t tag)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct kafka_field *field = &schema->fields[i];
		if (field->tagged && field->tag == tag && kafka_field_is_carried(field, version))
			return field;
	}
	return NULL;
}

static void decode_tagged(struct kafka_decoder *decoder, const struct kafka_schema *schema, void *out)
{
	struct kafka_reader *reader = &decoder->reader;
	for (uint32_t count = kafka_read_varint(reader); count > 0 && !reader->failed; count--) {
		const struct kafka_field *field = find_tagged(schema, decoder->version, kafka_read_varint(reader));
		size_t size = kafka_read_varint(reader);
		const uint8_t *payload = kafka_read_raw(reader, size);
		if (!field || !payload)
			continue;
		const uint8_t *end = reader->end, *next = reader->at;
		reader->at = payload;
		reader->end = next;
		decode_field(decoder, field, (char *)out + field->offset);
		if (!reader->failed && reader->at != next)
			kafka_read_fail(reader, "a tagged field has a wrong size");
		reader->end = end;
		reader->at = reader->failed ? end : next;
	}
}

void kafka_decode_struct(struct kafka_decoder *decoder, const struct kafka_schema *schema, void *out)
{
	set_presets(schema, out);
	for (size_t i = 0; i < schema->count && !decoder->reader.failed; i++) {
		const struct kafka_field *field = &schema->fields[i];
		if (!field->tagged && kafka_field_is_carried(field, decoder->version))
			decode_field(decoder, field, (char *)out + field->offset);
	}
	if (decoder->flexible)
		decode_tagged(decoder, schema, out);
}
