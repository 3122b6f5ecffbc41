/* From structs to bytes by a schema, and deep copies of messages by the same tables. */
#include "api/kafka/wire/kafka_decode.h"

#include <string.h>

#include "api/base/arena.h"
#include "api/kafka/wire/codec.h"

static void encode_field(const struct kafka_encoder *encoder, const struct kafka_field *field, const void *slot);

static int64_t load_int(const void *slot, uint8_t type)
{
	switch (type) {
	case KAFKA_BOOL:
		return *(const bool *)slot;
	case KAFKA_INT8:
		return *(const int8_t *)slot;
	case KAFKA_INT16:
		return *(const int16_t *)slot;
	case KAFKA_UINT16:
		return *(const uint16_t *)slot;
	case KAFKA_INT32:
		return *(const int32_t *)slot;
	default:
		return *(const int64_t *)slot;
	}
}

static void encode_array(const struct kafka_encoder *encoder, const struct kafka_field *field, bool nullable,
			 const struct kafka_any_array *array)
{
	int32_t len = array->len > 0 || nullable ? array->len : 0;
	if (field->type == KAFKA_OPTIONAL)
		kafka_write_int(encoder->out, len > 0 ? 1 : -1, 1);
	else
		kafka_write_len(encoder->out, encoder->flexible, 4, len);
	for (int32_t i = 0; i < len && !encoder->out->overflow; i++) {
		if (field->type == KAFKA_INT32S)
			kafka_write_int(encoder->out, ((const int32_t *)array->items)[i], 4);
		else if (field->type == KAFKA_STRINGS)
			kafka_write_string(encoder->out, encoder->flexible, ((const char *const *)array->items)[i]);
		else
			kafka_encode_struct(encoder, field->sub,
					    (const char *)array->items + (size_t)i * field->sub->size);
	}
}

static void encode_bytes(const struct kafka_encoder *encoder, bool nullable, const struct kafka_bytes *bytes)
{
	bool null = !bytes->data && nullable;
	int32_t len = bytes->data ? bytes->len : 0;
	kafka_write_len(encoder->out, encoder->flexible, 4, null ? -1 : len);
	if (len)
		buf_append(encoder->out, bytes->data, (size_t)len);
}

static void encode_field(const struct kafka_encoder *encoder, const struct kafka_field *field, const void *slot)
{
	static const uint8_t size[] = {[KAFKA_BOOL] = 1,   [KAFKA_INT8] = 1,  [KAFKA_INT16] = 2,
				       [KAFKA_UINT16] = 2, [KAFKA_INT32] = 4, [KAFKA_INT64] = 8};
	bool nullable = field->nullable && encoder->version >= field->nullable_since;
	const char *text;
	switch (field->type) {
	case KAFKA_UUID:
		buf_append(encoder->out, slot, sizeof(struct kafka_uuid));
		break;
	case KAFKA_STRING:
		text = *(const char *const *)slot;
		kafka_write_string(encoder->out, encoder->flexible, text || nullable ? text : "");
		break;
	case KAFKA_BYTES:
		encode_bytes(encoder, nullable, slot);
		break;
	case KAFKA_STRUCT:
		kafka_encode_struct(encoder, field->sub, slot);
		break;
	case KAFKA_INT32S:
	case KAFKA_STRINGS:
	case KAFKA_STRUCTS:
	case KAFKA_OPTIONAL:
		encode_array(encoder, field, nullable, slot);
		break;
	default:
		kafka_write_int(encoder->out, load_int(slot, field->type), size[field->type]);
		break;
	}
}

/* A tagged field at its default is not written, as Kafka itself does. All of ours are numbers or arrays of structs. */
static bool is_default(const struct kafka_field *field, const void *slot)
{
	if (field->type == KAFKA_STRUCTS)
		return ((const struct kafka_any_array *)slot)->len <= 0;
	return load_int(slot, field->type) == field->preset;
}

static bool wants_tag(const struct kafka_field *field, int version, const void *in)
{
	return field->tagged && kafka_field_is_carried(field, version) &&
	       !is_default(field, (const char *)in + field->offset);
}

static void encode_tagged(const struct kafka_encoder *encoder, const struct kafka_schema *schema, const void *in)
{
	uint32_t count = 0;
	for (size_t i = 0; i < schema->count; i++)
		count += wants_tag(&schema->fields[i], encoder->version, in);
	kafka_write_varint(encoder->out, count);
	for (size_t i = 0; count && i < schema->count; i++) {
		const struct kafka_field *field = &schema->fields[i];
		if (!wants_tag(field, encoder->version, in))
			continue;
		struct buf payload = BUF_INIT(encoder->out->max);
		struct kafka_encoder inner = {.out = &payload, .version = encoder->version, .flexible = true};
		encode_field(&inner, field, (const char *)in + field->offset);
		kafka_write_varint(encoder->out, field->tag);
		kafka_write_varint(encoder->out, (uint32_t)payload.len);
		buf_append(encoder->out, buf_str(&payload), payload.len);
		encoder->out->overflow |= payload.overflow;
		buf_finish(&payload);
	}
}

void kafka_encode_struct(const struct kafka_encoder *encoder, const struct kafka_schema *schema, const void *in)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct kafka_field *field = &schema->fields[i];
		if (!field->tagged && kafka_field_is_carried(field, encoder->version))
			encode_field(encoder, field, (const char *)in + field->offset);
	}
	if (encoder->flexible)
		encode_tagged(encoder, schema, in);
}

/* ---- deep copies ---- */
static void encode_copy_members(struct arena *arena, const struct kafka_schema *schema, void *message);

static void *copy_items(struct arena *arena, const struct kafka_field *field, const struct kafka_any_array *array)
{
	size_t size = field->type == KAFKA_INT32S    ? sizeof(int32_t)
		      : field->type == KAFKA_STRINGS ? sizeof(char *)
						     : field->sub->size;
	void *items = arena_alloc(arena, (size_t)array->len * size);
	memcpy(items, array->items, (size_t)array->len * size);
	for (int32_t i = 0; i < array->len; i++) {
		if (field->type == KAFKA_STRINGS)
			((const char **)items)[i] = arena_strdup(arena, ((const char **)items)[i]);
		else if (field->sub)
			encode_copy_members(arena, field->sub, (char *)items + (size_t)i * size);
	}
	return items;
}

static void copy_member(struct arena *arena, const struct kafka_field *field, void *slot)
{
	struct kafka_any_array *array = slot;
	struct kafka_bytes *bytes = slot;
	switch (field->type) {
	case KAFKA_STRING:
		*(const char **)slot = arena_strdup(arena, *(const char **)slot);
		break;
	case KAFKA_BYTES:
		if (bytes->data)
			bytes->data =
				(const uint8_t *)arena_strndup(arena, (const char *)bytes->data, (size_t)bytes->len);
		break;
	case KAFKA_STRUCT:
		encode_copy_members(arena, field->sub, slot);
		break;
	case KAFKA_INT32S:
	case KAFKA_STRINGS:
	case KAFKA_STRUCTS:
	case KAFKA_OPTIONAL:
		if (array->len > 0)
			array->items = copy_items(arena, field, array);
		break;
	default:
		break;
	}
}

static void encode_copy_members(struct arena *arena, const struct kafka_schema *schema, void *message)
{
	for (size_t i = 0; i < schema->count; i++)
		copy_member(arena, &schema->fields[i], (char *)message + schema->fields[i].offset);
}

void *kafka_message_copy(struct arena *arena, const struct kafka_schema *schema, const void *message)
{
	void *copy = arena_alloc(arena, schema->size);
	memcpy(copy, message, schema->size);
	encode_copy_members(arena, schema, copy);
	return copy;
}
