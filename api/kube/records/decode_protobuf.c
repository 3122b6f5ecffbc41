/* Kubernetes' protobuf straight into a record, by the same field tables as JSON. What a table does not name is skipped,
 * so newer servers cost nothing. */
#include <stdio.h>
#include <string.h>

#include "api/kube/records/field_table.h"
#include "api/kube/records/protobuf.h"
#include "api/kube/records/record_decode.h"

struct kube_protobuf_decoder {
	struct kube_build *build;
	struct err *err;
};

static bool kube_protobuf_varint(const uint8_t **at, const uint8_t *end, uint64_t *out)
{
	uint64_t value = 0;
	for (unsigned shift = 0; shift < 64 && *at < end; shift += 7) {
		uint8_t byte = *(*at)++;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*out = value;
			return true;
		}
	}
	return false;
}

bool kube_protobuf_next(const uint8_t **at, const uint8_t *end, struct kube_protobuf_field *out)
{
	uint64_t tag, len;
	if (!kube_protobuf_varint(at, end, &tag) || tag >> 3 == 0 || tag >> 3 > UINT32_MAX)
		return false;
	*out = (struct kube_protobuf_field){.number = (uint32_t)(tag >> 3), .wire = tag & 7};
	size_t fixed = out->wire == KUBE_PROTOBUF_FIXED64 ? 8 : 4;
	switch (out->wire) {
	case KUBE_PROTOBUF_VARINT:
		return kube_protobuf_varint(at, end, &out->value);
	case KUBE_PROTOBUF_BYTES:
		if (!kube_protobuf_varint(at, end, &len) || len > (uint64_t)(end - *at))
			return false;
		out->bytes = (const char *)*at;
		out->len = (size_t)len;
		*at += len;
		return true;
	case KUBE_PROTOBUF_FIXED64:
	case KUBE_PROTOBUF_FIXED32:
		if ((size_t)(end - *at) < fixed)
			return false;
		*at += fixed;
		return true;
	default:
		return false; /* groups are not used by Kubernetes */
	}
}

static bool decode_protobuf_decode_members(struct kube_protobuf_decoder *decoder, const struct kube_table *table,
					   void *base, const char *bytes, size_t len);

static bool decode_protobuf_wrong(struct kube_protobuf_decoder *decoder, const struct kube_field *field)
{
	return err_set(decoder->err, ERR_PARSE, "invalid protobuf from the server: field %d (%s) has the wrong type",
		       field->number, field->name ? field->name : "nested");
}

static bool decode_protobuf_truncated(struct kube_protobuf_decoder *decoder)
{
	return err_set(decoder->err, ERR_PARSE,
		       "invalid protobuf from the server: a field is truncated or of unknown wire type");
}

/* The members of a message that is only numbers and texts: Time, Quantity, IntOrString, map entries. */
struct kube_protobuf_small {
	bool has[4];
	struct kube_protobuf_field fields[4];
};

static bool read_small(struct kube_protobuf_decoder *decoder, const struct kube_protobuf_field *value,
		       struct kube_protobuf_small *out)
{
	*out = (struct kube_protobuf_small){.fields = {{.bytes = ""}, {.bytes = ""}, {.bytes = ""}, {.bytes = ""}}};
	const uint8_t *at = (const uint8_t *)value->bytes, *end = at + value->len;
	while (at < end) {
		struct kube_protobuf_field field;
		if (!kube_protobuf_next(&at, end, &field))
			return decode_protobuf_truncated(decoder);
		if (field.number >= 4)
			continue;
		out->has[field.number] = true;
		out->fields[field.number] = field;
	}
	return true;
}

static bool small_is(const struct kube_protobuf_small *small, unsigned number, unsigned wire)
{
	return !small->has[number] || small->fields[number].wire == wire;
}

static bool decode_protobuf_read_string(struct kube_protobuf_decoder *decoder, const struct kube_field *field,
					void *base, const struct kube_protobuf_field *value)
{
	kube_put_pointer(base, field->offset,
			 kube_build_text(decoder->build, value->bytes, value->len, KUBE_STRING_MAX));
	return true;
}

static bool decode_protobuf_read_bool(struct kube_protobuf_decoder *decoder, const struct kube_field *field, void *base,
				      const struct kube_protobuf_field *value)
{
	*((bool *)base + field->offset) = value->value != 0;
	return true;
}

static bool decode_protobuf_read_present(struct kube_protobuf_decoder *decoder, const struct kube_field *field,
					 void *base, const struct kube_protobuf_field *value)
{
	*((bool *)base + field->offset) = true;
	return true;
}

static bool decode_protobuf_read_int32(struct kube_protobuf_decoder *decoder, const struct kube_field *field,
				       void *base, const struct kube_protobuf_field *value)
{
	kube_put_i32(base, field->offset, (int32_t)(uint32_t)value->value);
	return true;
}

static bool decode_protobuf_read_int64(struct kube_protobuf_decoder *decoder, const struct kube_field *field,
				       void *base, const struct kube_protobuf_field *value)
{
	kube_put_i64(base, field->offset, (int64_t)value->value);
	return true;
}

static bool decode_protobuf_read_time(struct kube_protobuf_decoder *decoder, const struct kube_field *field, void *base,
				      const struct kube_protobuf_field *value)
{
	struct kube_protobuf_small time;
	if (!read_small(decoder, value, &time))
		return false;
	if (!small_is(&time, 1, KUBE_PROTOBUF_VARINT) || !small_is(&time, 2, KUBE_PROTOBUF_VARINT))
		return decode_protobuf_wrong(decoder, field);
	int64_t seconds = (int64_t)time.fields[1].value, nanos = (int32_t)(uint32_t)time.fields[2].value;
	bool sane = time.has[1] && seconds >= 0 && seconds < INT64_MAX / 1000 - 1 && nanos >= 0 && nanos < 1000000000;
	kube_put_i64(base, field->offset, sane ? seconds * 1000 + nanos / 1000000 : -1);
	return true;
}

static bool put_quantity(struct kube_protobuf_decoder *decoder, const struct kube_field *field, void *base,
			 const struct kube_protobuf_field *value)
{
	struct kube_protobuf_small quantity;
	if (!read_small(decoder, value, &quantity))
		return false;
	if (!small_is(&quantity, 1, KUBE_PROTOBUF_BYTES))
		return decode_protobuf_wrong(decoder, field);
	int64_t scale = field->type == KUBE_F_MILLI ? 1000 : 1;
	kube_put_i64(base, field->offset, kube_quantity(quantity.fields[1].bytes, quantity.fields[1].len, scale));
	return true;
}

static bool decode_protobuf_read_int_or_string(struct kube_protobuf_decoder *decoder, const struct kube_field *field,
					       void *base, const struct kube_protobuf_field *value)
{
	struct kube_protobuf_small either;
	if (!read_small(decoder, value, &either))
		return false;
	if (!small_is(&either, 1, KUBE_PROTOBUF_VARINT) || !small_is(&either, 2, KUBE_PROTOBUF_VARINT) ||
	    !small_is(&either, 3, KUBE_PROTOBUF_BYTES))
		return decode_protobuf_wrong(decoder, field);
	if (either.fields[1].value != 0)
		return decode_protobuf_read_string(decoder, field, base, &either.fields[3]);
	char number[16];
	int len = snprintf(number, sizeof number, "%d", (int)(int32_t)(uint32_t)either.fields[2].value);
	kube_put_pointer(base, field->offset, kube_build_text(decoder->build, number, (size_t)len, KUBE_STRING_MAX));
	return true;
}

static void *decode_protobuf_add(struct kube_protobuf_decoder *decoder, const struct kube_field *field, void *base,
				 size_t size)
{
	void *element = kube_build_add(decoder->build, base, field, size);
	if (!element)
		err_set(decoder->err, ERR_LIMIT, "an object from the server has more than %d %s", KUBE_ITEMS_MAX,
			field->name ? field->name : "elements");
	return element;
}

static bool decode_protobuf_read_strings(struct kube_protobuf_decoder *decoder, const struct kube_field *field,
					 void *base, const struct kube_protobuf_field *value)
{
	void *element = decode_protobuf_add(decoder, field, base, sizeof(const char *));
	if (!element)
		return false;
	const char *text = kube_build_text(decoder->build, value->bytes, value->len, KUBE_STRING_MAX);
	kube_put_pointer(element, 0, text ? text : arena_strdup(&decoder->build->arena, ""));
	return true;
}

static bool decode_protobuf_read_ints(struct kube_protobuf_decoder *decoder, const struct kube_field *field, void *base,
				      const struct kube_protobuf_field *value)
{
	void *element = decode_protobuf_add(decoder, field, base, sizeof(int32_t));
	if (!element)
		return false;
	kube_put_i32(element, 0, (int32_t)(uint32_t)value->value);
	return true;
}

static bool decode_protobuf_read_pairs(struct kube_protobuf_decoder *decoder, const struct kube_field *field,
				       void *base, const struct kube_protobuf_field *value)
{
	struct kube_protobuf_small entry;
	if (!read_small(decoder, value, &entry))
		return false;
	if (!small_is(&entry, 1, KUBE_PROTOBUF_BYTES) || !small_is(&entry, 2, KUBE_PROTOBUF_BYTES))
		return decode_protobuf_wrong(decoder, field);
	const struct kube_protobuf_field *key = &entry.fields[1], *text = &entry.fields[2];
	if (field->keep && !field->keep(key->len ? key->bytes : "", key->len))
		return true;
	struct kube_pair *pair = decode_protobuf_add(decoder, field, base, sizeof *pair);
	if (!pair)
		return false;
	struct arena *arena = &decoder->build->arena;
	if (field->type == KUBE_F_SECRET_PAIRS) {
		decoder->build->is_secret = true;
		pair->value =
			arena_strndup(arena, text->bytes, text->len < KUBE_SECRET_MAX ? text->len : KUBE_SECRET_MAX);
	} else {
		pair->value = kube_build_text(decoder->build, text->bytes, text->len, KUBE_STRING_MAX);
	}
	pair->key = kube_build_text(decoder->build, key->bytes, key->len, KUBE_STRING_MAX);
	pair->key = pair->key ? pair->key : arena_strdup(arena, "");
	pair->value = pair->value ? pair->value : arena_strdup(arena, "");
	return true;
}

static bool decode_protobuf_read_message(struct kube_protobuf_decoder *decoder, const struct kube_field *field,
					 void *base, const struct kube_protobuf_field *value)
{
	return decode_protobuf_decode_members(decoder, field->table, base, value->bytes, value->len);
}

static bool read_messages(struct kube_protobuf_decoder *decoder, const struct kube_field *field, void *base,
			  const struct kube_protobuf_field *value)
{
	void *element = decode_protobuf_add(decoder, field, base, field->table->size);
	if (!element)
		return false;
	kube_build_initial(field->table, element);
	if (!decode_protobuf_decode_members(decoder, field->table, element, value->bytes, value->len))
		return false;
	if (field->table->finish && !field->table->finish(element, &decoder->build->arena))
		kube_build_drop(base, field);
	return true;
}

static bool read_keyed(struct kube_protobuf_decoder *decoder, const struct kube_field *field, void *base,
		       const struct kube_protobuf_field *value)
{
	struct kube_protobuf_small entry;
	if (!read_small(decoder, value, &entry))
		return false;
	if (!small_is(&entry, 1, KUBE_PROTOBUF_BYTES) || !small_is(&entry, 2, KUBE_PROTOBUF_BYTES))
		return decode_protobuf_wrong(decoder, field);
	const struct kube_protobuf_field *key = &entry.fields[1];
	for (size_t i = 0; i < field->table->field_count; i++) {
		const struct kube_field *quantity = &field->table->fields[i];
		if (quantity->name_len == key->len && memcmp(quantity->name, key->bytes, key->len) == 0)
			return put_quantity(decoder, quantity, base, &entry.fields[2]);
	}
	return true;
}

static const struct kube_protobuf_field_reader {
	bool (*read)(struct kube_protobuf_decoder *decoder, const struct kube_field *field, void *base,
		     const struct kube_protobuf_field *value);
	unsigned wire;
} readers[] = {
	[KUBE_F_STRING] = {decode_protobuf_read_string, KUBE_PROTOBUF_BYTES},
	[KUBE_F_BOOL] = {decode_protobuf_read_bool, KUBE_PROTOBUF_VARINT},
	[KUBE_F_PRESENT] = {decode_protobuf_read_present, KUBE_PROTOBUF_BYTES},
	[KUBE_F_INT32] = {decode_protobuf_read_int32, KUBE_PROTOBUF_VARINT},
	[KUBE_F_INT64] = {decode_protobuf_read_int64, KUBE_PROTOBUF_VARINT},
	[KUBE_F_TIME] = {decode_protobuf_read_time, KUBE_PROTOBUF_BYTES},
	[KUBE_F_QUANTITY] = {put_quantity, KUBE_PROTOBUF_BYTES},
	[KUBE_F_MILLI] = {put_quantity, KUBE_PROTOBUF_BYTES},
	[KUBE_F_INT_OR_STRING] = {decode_protobuf_read_int_or_string, KUBE_PROTOBUF_BYTES},
	[KUBE_F_STRINGS] = {decode_protobuf_read_strings, KUBE_PROTOBUF_BYTES},
	[KUBE_F_INTS] = {decode_protobuf_read_ints, KUBE_PROTOBUF_VARINT},
	[KUBE_F_PAIRS] = {decode_protobuf_read_pairs, KUBE_PROTOBUF_BYTES},
	[KUBE_F_SECRET_PAIRS] = {decode_protobuf_read_pairs, KUBE_PROTOBUF_BYTES},
	[KUBE_F_MESSAGE] = {decode_protobuf_read_message, KUBE_PROTOBUF_BYTES},
	[KUBE_F_EACH] = {decode_protobuf_read_message, KUBE_PROTOBUF_BYTES},
	[KUBE_F_MESSAGES] = {read_messages, KUBE_PROTOBUF_BYTES},
	[KUBE_F_KEYED] = {read_keyed, KUBE_PROTOBUF_BYTES},
};

static const struct kube_field *decode_protobuf_find(const struct kube_table *table, uint32_t number)
{
	for (size_t i = 0; i < table->field_count; i++)
		if (table->fields[i].number == number)
			return &table->fields[i];
	return NULL;
}

static bool decode_protobuf_decode_members(struct kube_protobuf_decoder *decoder, const struct kube_table *table,
					   void *base, const char *bytes, size_t len)
{
	const uint8_t *at = (const uint8_t *)bytes, *end = at + len;
	while (at < end) {
		struct kube_protobuf_field value;
		if (!kube_protobuf_next(&at, end, &value))
			return decode_protobuf_truncated(decoder);
		const struct kube_field *field = decode_protobuf_find(table, value.number);
		if (!field)
			continue;
		const struct kube_protobuf_field_reader *reader = &readers[field->type];
		if (reader->wire != value.wire)
			return decode_protobuf_wrong(decoder, field);
		if (!reader->read(decoder, field, base, &value))
			return false;
	}
	return true;
}

bool kube_protobuf_object(struct kube_build *build, const struct kube_table *table, void *base, const char *bytes,
			  size_t len, struct err *err)
{
	struct kube_protobuf_decoder decoder = {.build = build, .err = err};
	return decode_protobuf_decode_members(&decoder, table, base, bytes, len);
}

bool kube_protobuf_unwrap(const char *bytes, size_t len, struct kube_protobuf_unknown *out)
{
	*out = (struct kube_protobuf_unknown){.raw = "", .kind = ""};
	if (len < KUBE_PROTOBUF_MAGIC_LEN || memcmp(bytes, KUBE_PROTOBUF_MAGIC, KUBE_PROTOBUF_MAGIC_LEN) != 0)
		return false;
	const uint8_t *at = (const uint8_t *)bytes + KUBE_PROTOBUF_MAGIC_LEN, *end = (const uint8_t *)bytes + len;
	while (at < end) {
		struct kube_protobuf_field field;
		if (!kube_protobuf_next(&at, end, &field))
			return false;
		if (field.wire != KUBE_PROTOBUF_BYTES)
			continue;
		if (field.number == 1)
			kube_protobuf_type_kind(field.bytes, field.len, &out->kind, &out->kind_len);
		if (field.number == 2) {
			out->raw = field.bytes;
			out->raw_len = field.len;
		}
	}
	return true;
}

void kube_protobuf_type_kind(const char *bytes, size_t len, const char **kind, size_t *kind_len)
{
	const uint8_t *at = (const uint8_t *)bytes, *end = at + len;
	struct kube_protobuf_field field;
	while (at < end && kube_protobuf_next(&at, end, &field)) {
		if (field.number != 2 || field.wire != KUBE_PROTOBUF_BYTES)
			continue;
		*kind = field.bytes;
		*kind_len = field.len;
	}
}
