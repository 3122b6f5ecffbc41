#include <stdio.h>
#include <string.h>

#include "api/kube/records/record_decode.h"
#include "api/kube/records/protobuf.h"
#include "api/kube/records/field_table.h"

struct decoder {
	struct kube_build *build;
	struct err *err;
};

bool protobuf_varint(const uint8_t **at, const uint8_t *end, uint64_t *out)
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

bool protobuf_next(const uint8_t **at, const uint8_t *end, struct protobuf_field *out)
{
	uint64_t tag, len;
	if (!protobuf_varint(at, end, &tag) || tag >> 3 == 0 || tag >> 3 > UINT32_MAX)
		return false;
	*out = (struct protobuf_field){.number = (uint32_t)(tag >> 3), .wire = tag & 7};
	size_t fixed = out->wire == PROTOBUF_FIXED64 ? 8 : 4;
	switch (out->wire) {
	case PROTOBUF_VARINT:
		return protobuf_varint(at, end, &out->value);
	case PROTOBUF_BYTES:
		if (!protobuf_varint(at, end, &len) || len > (uint64_t)(end - *at))
			return false;
		out->bytes = (const char *)*at;
		out->len = (size_t)len;
		*at += len;
		return true;
	case PROTOBUF_FIXED64:
	case PROTOBUF_FIXED32:
		if ((size_t)(end - *at) < fixed)
			return false;
		*at += fixed;
		return true;
	default:
		return false; /* groups are not used by Kubernetes */
	}
}

static bool decode_members(struct decoder *decoder, const struct kube_table *table, void *base, const char *bytes, size_t len);

static bool wrong(struct decoder *decoder, const struct kube_field *field)
{
	return err_set(decoder->err, ERR_PARSE, "the server's protobuf is wrong: field %d (%s) is not of its type", field->number,
		       field->name ? field->name : "nested");
}

static bool truncated(struct decoder *decoder)
{
	return err_set(decoder->err, ERR_PARSE, "the server's protobuf is wrong: a field is cut off or of unknown form");
}

/* The members of a message that is only numbers and texts: Time, Quantity, IntOrString, map entries. */
struct small {
	bool has[4];
	struct protobuf_field fields[4];
};

static bool read_small(struct decoder *decoder, const struct protobuf_field *value, struct small *out)
{
	*out = (struct small){.fields = {{.bytes = ""}, {.bytes = ""}, {.bytes = ""}, {.bytes = ""}}};
	const uint8_t *at = (const uint8_t *)value->bytes, *end = at + value->len;
	while (at < end) {
		struct protobuf_field field;
		if (!protobuf_next(&at, end, &field))
			return truncated(decoder);
		if (field.number >= 4)
			continue;
		out->has[field.number] = true;
		out->fields[field.number] = field;
	}
	return true;
}

static bool small_is(const struct small *small, unsigned number, unsigned wire)
{
	return !small->has[number] || small->fields[number].wire == wire;
}

static bool read_string(struct decoder *decoder, const struct kube_field *field, void *base, const struct protobuf_field *value)
{
	kube_put_pointer(base, field->offset, kube_build_text(decoder->build, value->bytes, value->len, KUBE_STRING_MAX));
	return true;
}

static bool read_bool(struct decoder *decoder, const struct kube_field *field, void *base, const struct protobuf_field *value)
{
	*((bool *)base + field->offset) = value->value != 0;
	return true;
}

static bool read_int32(struct decoder *decoder, const struct kube_field *field, void *base, const struct protobuf_field *value)
{
	kube_put_i32(base, field->offset, (int32_t)(uint32_t)value->value);
	return true;
}

static bool read_int64(struct decoder *decoder, const struct kube_field *field, void *base, const struct protobuf_field *value)
{
	kube_put_i64(base, field->offset, (int64_t)value->value);
	return true;
}

static bool read_time(struct decoder *decoder, const struct kube_field *field, void *base, const struct protobuf_field *value)
{
	struct small time;
	if (!read_small(decoder, value, &time))
		return false;
	if (!small_is(&time, 1, PROTOBUF_VARINT) || !small_is(&time, 2, PROTOBUF_VARINT))
		return wrong(decoder, field);
	int64_t seconds = (int64_t)time.fields[1].value, nanos = (int32_t)(uint32_t)time.fields[2].value;
	bool sane = time.has[1] && seconds >= 0 && seconds < INT64_MAX / 1000 - 1 && nanos >= 0 && nanos < 1000000000;
	kube_put_i64(base, field->offset, sane ? seconds * 1000 + nanos / 1000000 : -1);
	return true;
}

static bool put_quantity(struct decoder *decoder, const struct kube_field *field, void *base, const struct protobuf_field *value)
{
	struct small quantity;
	if (!read_small(decoder, value, &quantity))
		return false;
	if (!small_is(&quantity, 1, PROTOBUF_BYTES))
		return wrong(decoder, field);
	int64_t scale = field->type == KUBE_F_MILLI ? 1000 : 1;
	kube_put_i64(base, field->offset, kube_quantity(quantity.fields[1].bytes, quantity.fields[1].len, scale));
	return true;
}

static bool read_int_or_string(struct decoder *decoder, const struct kube_field *field, void *base,
			       const struct protobuf_field *value)
{
	struct small either;
	if (!read_small(decoder, value, &either))
		return false;
	if (!small_is(&either, 1, PROTOBUF_VARINT) || !small_is(&either, 2, PROTOBUF_VARINT) ||
	    !small_is(&either, 3, PROTOBUF_BYTES))
		return wrong(decoder, field);
	if (either.fields[1].value != 0)
		return read_string(decoder, field, base, &either.fields[3]);
	char number[16];
	int len = snprintf(number, sizeof number, "%d", (int)(int32_t)(uint32_t)either.fields[2].value);
	kube_put_pointer(base, field->offset, kube_build_text(decoder->build, number, (size_t)len, KUBE_STRING_MAX));
	return true;
}

static void *add(struct decoder *decoder, const struct kube_field *field, void *base, size_t size)
{
	void *element = kube_build_add(decoder->build, base, field, size);
	if (!element)
		err_set(decoder->err, ERR_LIMIT, "an object of the server has more than %d %s", KUBE_ITEMS_MAX,
			field->name ? field->name : "elements");
	return element;
}

static bool read_strings(struct decoder *decoder, const struct kube_field *field, void *base, const struct protobuf_field *value)
{
	void *element = add(decoder, field, base, sizeof(const char *));
	if (!element)
		return false;
	const char *text = kube_build_text(decoder->build, value->bytes, value->len, KUBE_STRING_MAX);
	kube_put_pointer(element, 0, text ? text : arena_strdup(&decoder->build->arena, ""));
	return true;
}

static bool read_ints(struct decoder *decoder, const struct kube_field *field, void *base, const struct protobuf_field *value)
{
	void *element = add(decoder, field, base, sizeof(int32_t));
	if (!element)
		return false;
	kube_put_i32(element, 0, (int32_t)(uint32_t)value->value);
	return true;
}

static bool read_pairs(struct decoder *decoder, const struct kube_field *field, void *base, const struct protobuf_field *value)
{
	struct small entry;
	if (!read_small(decoder, value, &entry))
		return false;
	if (!small_is(&entry, 1, PROTOBUF_BYTES) || !small_is(&entry, 2, PROTOBUF_BYTES))
		return wrong(decoder, field);
	const struct protobuf_field *key = &entry.fields[1], *text = &entry.fields[2];
	if (field->keep && !field->keep(key->len ? key->bytes : "", key->len))
		return true;
	struct kube_pair *pair = add(decoder, field, base, sizeof *pair);
	if (!pair)
		return false;
	struct arena *arena = &decoder->build->arena;
	if (field->type == KUBE_F_SECRET_PAIRS) {
		decoder->build->is_secret = true;
		pair->value = arena_strndup(arena, text->bytes, text->len < KUBE_SECRET_MAX ? text->len : KUBE_SECRET_MAX);
	} else {
		pair->value = kube_build_text(decoder->build, text->bytes, text->len, KUBE_STRING_MAX);
	}
	pair->key = kube_build_text(decoder->build, key->bytes, key->len, KUBE_STRING_MAX);
	pair->key = pair->key ? pair->key : arena_strdup(arena, "");
	pair->value = pair->value ? pair->value : arena_strdup(arena, "");
	return true;
}

static bool read_message(struct decoder *decoder, const struct kube_field *field, void *base, const struct protobuf_field *value)
{
	return decode_members(decoder, field->table, base, value->bytes, value->len);
}

static bool read_messages(struct decoder *decoder, const struct kube_field *field, void *base, const struct protobuf_field *value)
{
	void *element = add(decoder, field, base, field->table->size);
	if (!element)
		return false;
	kube_build_initial(field->table, element);
	if (!decode_members(decoder, field->table, element, value->bytes, value->len))
		return false;
	if (field->table->finish && !field->table->finish(element, &decoder->build->arena))
		kube_build_drop(base, field);
	return true;
}

static bool read_keyed(struct decoder *decoder, const struct kube_field *field, void *base, const struct protobuf_field *value)
{
	struct small entry;
	if (!read_small(decoder, value, &entry))
		return false;
	if (!small_is(&entry, 1, PROTOBUF_BYTES) || !small_is(&entry, 2, PROTOBUF_BYTES))
		return wrong(decoder, field);
	const struct protobuf_field *key = &entry.fields[1];
	for (size_t i = 0; i < field->table->field_count; i++) {
		const struct kube_field *quantity = &field->table->fields[i];
		if (quantity->name_len == key->len && memcmp(quantity->name, key->bytes, key->len) == 0)
			return put_quantity(decoder, quantity, base, &entry.fields[2]);
	}
	return true;
}

static const struct reader {
	bool (*read)(struct decoder *decoder, const struct kube_field *field, void *base, const struct protobuf_field *value);
	unsigned wire;
} readers[] = {
	[KUBE_F_STRING] = {read_string, PROTOBUF_BYTES},
	[KUBE_F_BOOL] = {read_bool, PROTOBUF_VARINT},
	[KUBE_F_INT32] = {read_int32, PROTOBUF_VARINT},
	[KUBE_F_INT64] = {read_int64, PROTOBUF_VARINT},
	[KUBE_F_TIME] = {read_time, PROTOBUF_BYTES},
	[KUBE_F_QUANTITY] = {put_quantity, PROTOBUF_BYTES},
	[KUBE_F_MILLI] = {put_quantity, PROTOBUF_BYTES},
	[KUBE_F_INT_OR_STRING] = {read_int_or_string, PROTOBUF_BYTES},
	[KUBE_F_STRINGS] = {read_strings, PROTOBUF_BYTES},
	[KUBE_F_INTS] = {read_ints, PROTOBUF_VARINT},
	[KUBE_F_PAIRS] = {read_pairs, PROTOBUF_BYTES},
	[KUBE_F_SECRET_PAIRS] = {read_pairs, PROTOBUF_BYTES},
	[KUBE_F_MESSAGE] = {read_message, PROTOBUF_BYTES},
	[KUBE_F_EACH] = {read_message, PROTOBUF_BYTES},
	[KUBE_F_MESSAGES] = {read_messages, PROTOBUF_BYTES},
	[KUBE_F_KEYED] = {read_keyed, PROTOBUF_BYTES},
};

static const struct kube_field *find(const struct kube_table *table, uint32_t number)
{
	for (size_t i = 0; i < table->field_count; i++)
		if (table->fields[i].number == number)
			return &table->fields[i];
	return NULL;
}

static bool decode_members(struct decoder *decoder, const struct kube_table *table, void *base, const char *bytes, size_t len)
{
	const uint8_t *at = (const uint8_t *)bytes, *end = at + len;
	while (at < end) {
		struct protobuf_field value;
		if (!protobuf_next(&at, end, &value))
			return truncated(decoder);
		const struct kube_field *field = find(table, value.number);
		if (!field)
			continue;
		const struct reader *reader = &readers[field->type];
		if (reader->wire != value.wire)
			return wrong(decoder, field);
		if (!reader->read(decoder, field, base, &value))
			return false;
	}
	return true;
}

bool kube_protobuf_object(struct kube_build *build, const struct kube_table *table, void *base, const char *bytes, size_t len,
			  struct err *err)
{
	struct decoder decoder = {.build = build, .err = err};
	return decode_members(&decoder, table, base, bytes, len);
}

bool protobuf_unwrap(const char *bytes, size_t len, struct protobuf_unknown *out)
{
	*out = (struct protobuf_unknown){.raw = "", .kind = ""};
	if (len < PROTOBUF_MAGIC_LEN || memcmp(bytes, PROTOBUF_MAGIC, PROTOBUF_MAGIC_LEN) != 0)
		return false;
	const uint8_t *at = (const uint8_t *)bytes + PROTOBUF_MAGIC_LEN, *end = (const uint8_t *)bytes + len;
	while (at < end) {
		struct protobuf_field field;
		if (!protobuf_next(&at, end, &field))
			return false;
		if (field.wire != PROTOBUF_BYTES)
			continue;
		if (field.number == 1)
			protobuf_type_kind(field.bytes, field.len, &out->kind, &out->kind_len);
		if (field.number == 2) {
			out->raw = field.bytes;
			out->raw_len = field.len;
		}
	}
	return true;
}

void protobuf_type_kind(const char *bytes, size_t len, const char **kind, size_t *kind_len)
{
	const uint8_t *at = (const uint8_t *)bytes, *end = at + len;
	struct protobuf_field field;
	while (at < end && protobuf_next(&at, end, &field)) {
		if (field.number != 2 || field.wire != PROTOBUF_BYTES)
			continue;
		*kind = field.bytes;
		*kind_len = field.len;
	}
}
