/* JSON straight into a record, by the field table of its kind: one pass over the bytes, no tree in between. */
#include <string.h>

#include "api/base/clock.h"
#include "api/base/json_pull.h"
#include "api/kube/records/field_table.h"
#include "api/kube/records/record_decode.h"

struct kube_json_decoder {
	struct kube_build *build;
	struct json_reader json;
};

static bool decode_json_decode_members(struct kube_json_decoder *decoder, const struct kube_table *table, void *base);

/* A string as the records hold it; NULL when empty. */
static bool decode_json_take_text(struct kube_json_decoder *decoder, char **out)
{
	struct json_text text;
	if (!json_read_text(&decoder->json, &text))
		return false;
	if (!text.escaped) {
		*out = kube_build_text(decoder->build, text.bytes, text.len, KUBE_STRING_MAX);
		return true;
	}
	char *plain = arena_alloc(&decoder->build->arena, text.len + 1);
	*out = kube_build_text(decoder->build, plain, json_unescape(&text, plain), KUBE_STRING_MAX);
	return true;
}

static bool decode_json_read_string(struct kube_json_decoder *decoder, const struct kube_field *field, void *base)
{
	char *text;
	if (!decode_json_take_text(decoder, &text))
		return false;
	kube_put_pointer(base, field->offset, text);
	return true;
}

static bool decode_json_read_bool(struct kube_json_decoder *decoder, const struct kube_field *field, void *base)
{
	return json_read_bool(&decoder->json, (bool *)base + field->offset);
}

static bool decode_json_read_present(struct kube_json_decoder *decoder, const struct kube_field *field, void *base)
{
	*((bool *)base + field->offset) = true;
	return json_skip(&decoder->json);
}

static bool decode_json_read_int32(struct kube_json_decoder *decoder, const struct kube_field *field, void *base)
{
	int64_t value;
	if (!json_read_int(&decoder->json, &value))
		return false;
	if (value < INT32_MIN || value > INT32_MAX)
		return json_wrong(&decoder->json, "a number of 32 bits");
	kube_put_i32(base, field->offset, (int32_t)value);
	return true;
}

static bool decode_json_read_int64(struct kube_json_decoder *decoder, const struct kube_field *field, void *base)
{
	int64_t value;
	if (!json_read_int(&decoder->json, &value))
		return false;
	kube_put_i64(base, field->offset, value);
	return true;
}

static bool decode_json_read_time(struct kube_json_decoder *decoder, const struct kube_field *field, void *base)
{
	struct json_text text;
	char copy[40];
	if (!json_read_text(&decoder->json, &text))
		return false;
	size_t len = text.len < sizeof copy ? text.len : 0;
	memcpy(copy, text.bytes, len);
	copy[len] = '\0';
	kube_put_i64(base, field->offset, clock_parse_rfc3339(copy));
	return true;
}

/* Text, or a bare number as people write it into custom resources. */
static bool read_scalar(struct kube_json_decoder *decoder, const char **bytes, size_t *len)
{
	struct json_text text;
	if (json_peek(&decoder->json) != '"')
		return json_read_number(&decoder->json, bytes, len);
	if (!json_read_text(&decoder->json, &text))
		return false;
	*bytes = text.bytes;
	*len = text.len;
	return true;
}

static bool read_quantity(struct kube_json_decoder *decoder, const struct kube_field *field, void *base)
{
	const char *bytes;
	size_t len;
	if (!read_scalar(decoder, &bytes, &len))
		return false;
	kube_put_i64(base, field->offset, kube_quantity(bytes, len, field->type == KUBE_F_MILLI ? 1000 : 1));
	return true;
}

static bool decode_json_read_int_or_string(struct kube_json_decoder *decoder, const struct kube_field *field,
					   void *base)
{
	if (json_peek(&decoder->json) == '"')
		return decode_json_read_string(decoder, field, base);
	const char *bytes;
	size_t len;
	if (!json_read_number(&decoder->json, &bytes, &len))
		return false;
	kube_put_pointer(base, field->offset, kube_build_text(decoder->build, bytes, len, KUBE_STRING_MAX));
	return true;
}

static void *decode_json_add(struct kube_json_decoder *decoder, const struct kube_field *field, void *base, size_t size)
{
	void *element = kube_build_add(decoder->build, base, field, size);
	if (!element)
		err_set(decoder->json.err, ERR_LIMIT, "an object from the server has more than %d %s", KUBE_ITEMS_MAX,
			field->name);
	return element;
}

static bool add_string(struct kube_json_decoder *decoder, const struct kube_field *field, void *base)
{
	char *text;
	void *element = decode_json_add(decoder, field, base, sizeof(const char *));
	if (!element || !decode_json_take_text(decoder, &text))
		return false;
	kube_put_pointer(element, 0, text ? text : arena_strdup(&decoder->build->arena, ""));
	return true;
}

static bool add_int(struct kube_json_decoder *decoder, const struct kube_field *field, void *base)
{
	int64_t value;
	void *element = decode_json_add(decoder, field, base, sizeof(int32_t));
	if (!element || !json_read_int(&decoder->json, &value))
		return false;
	kube_put_i32(element, 0, value < INT32_MIN || value > INT32_MAX ? -1 : (int32_t)value);
	return true;
}

static bool add_struct(struct kube_json_decoder *decoder, const struct kube_field *field, void *base)
{
	void *element = decode_json_add(decoder, field, base, field->table->size);
	if (!element)
		return false;
	kube_build_initial(field->table, element);
	if (!decode_json_decode_members(decoder, field->table, element))
		return false;
	if (field->table->finish && !field->table->finish(element, &decoder->build->arena))
		kube_build_drop(base, field);
	return true;
}

static bool decode_json_read_message(struct kube_json_decoder *decoder, const struct kube_field *field, void *base)
{
	return decode_json_decode_members(decoder, field->table, base);
}

static bool read_array(struct kube_json_decoder *decoder, const struct kube_field *field, void *base,
		       bool (*item)(struct kube_json_decoder *, const struct kube_field *, void *))
{
	struct json_walk walk = {.first = true};
	if (!json_take(&decoder->json, '['))
		return json_wrong(&decoder->json, "an array");
	while (json_next_item(&decoder->json, &walk))
		if (!item(decoder, field, base))
			return false;
	return !walk.wrong;
}

static bool decode_json_read_strings(struct kube_json_decoder *decoder, const struct kube_field *field, void *base)
{
	return read_array(decoder, field, base, add_string);
}

static bool decode_json_read_ints(struct kube_json_decoder *decoder, const struct kube_field *field, void *base)
{
	return read_array(decoder, field, base, add_int);
}

static bool read_structs(struct kube_json_decoder *decoder, const struct kube_field *field, void *base)
{
	return read_array(decoder, field, base, add_struct);
}

static bool read_each(struct kube_json_decoder *decoder, const struct kube_field *field, void *base)
{
	return read_array(decoder, field, base, decode_json_read_message);
}

static bool take_base64(struct kube_json_decoder *decoder, char **out)
{
	struct json_text text;
	if (!json_read_text(&decoder->json, &text))
		return false;
	decoder->build->is_secret = true;
	size_t max = text.len < KUBE_SECRET_MAX / 3 * 4 ? text.len : KUBE_SECRET_MAX / 3 * 4;
	*out = arena_alloc(&decoder->build->arena, max + 1);
	int64_t len = kube_base64(text.bytes, max, (unsigned char *)*out);
	if (len < 0)
		return json_wrong(&decoder->json, "base64 before this");
	(*out)[len] = '\0';
	return true;
}

static bool add_pair(struct kube_json_decoder *decoder, const struct kube_field *field, void *base,
		     const struct json_text *key)
{
	if ((field->keep && !field->keep(key->bytes, key->len)))
		return json_skip(&decoder->json);
	struct kube_pair *pair = decode_json_add(decoder, field, base, sizeof *pair);
	if (!pair)
		return false;
	struct arena *arena = &decoder->build->arena;
	char *plain = arena_alloc(arena, key->len + 1), *value = NULL;
	const char *name = kube_build_text(decoder->build, plain, json_unescape(key, plain), KUBE_STRING_MAX);
	pair->key = name ? name : plain;
	bool read = json_read_null(&decoder->json) ||
		    (field->type == KUBE_F_SECRET_PAIRS ? take_base64(decoder, &value)
							: decode_json_take_text(decoder, &value));
	pair->value = value ? value : arena_strdup(arena, "");
	return read;
}

static bool decode_json_read_pairs(struct kube_json_decoder *decoder, const struct kube_field *field, void *base)
{
	struct json_walk walk = {.first = true};
	struct json_text key;
	if (!json_take(&decoder->json, '{'))
		return json_wrong(&decoder->json, "an object");
	while (json_next_key(&decoder->json, &walk, &key))
		if (!add_pair(decoder, field, base, &key))
			return false;
	return !walk.wrong;
}

static bool (*const readers[])(struct kube_json_decoder *decoder, const struct kube_field *field, void *base) = {
	[KUBE_F_STRING] = decode_json_read_string,
	[KUBE_F_BOOL] = decode_json_read_bool,
	[KUBE_F_PRESENT] = decode_json_read_present,
	[KUBE_F_INT32] = decode_json_read_int32,
	[KUBE_F_INT64] = decode_json_read_int64,
	[KUBE_F_TIME] = decode_json_read_time,
	[KUBE_F_QUANTITY] = read_quantity,
	[KUBE_F_MILLI] = read_quantity,
	[KUBE_F_INT_OR_STRING] = decode_json_read_int_or_string,
	[KUBE_F_STRINGS] = decode_json_read_strings,
	[KUBE_F_INTS] = decode_json_read_ints,
	[KUBE_F_PAIRS] = decode_json_read_pairs,
	[KUBE_F_SECRET_PAIRS] = decode_json_read_pairs,
	[KUBE_F_MESSAGE] = decode_json_read_message,
	[KUBE_F_EACH] = read_each,
	[KUBE_F_MESSAGES] = read_structs,
	[KUBE_F_KEYED] =
		decode_json_read_message, /* in JSON a map of quantities is an object whose members are quantities */
};

static const struct kube_field *decode_json_find(const struct kube_table *table, const struct json_text *key)
{
	for (size_t i = 0; i < table->field_count; i++) {
		const struct kube_field *field = &table->fields[i];
		if (field->name_len == key->len && field->name && memcmp(field->name, key->bytes, key->len) == 0)
			return field;
	}
	return NULL;
}

static bool decode_json_decode_members(struct kube_json_decoder *decoder, const struct kube_table *table, void *base)
{
	struct json_walk walk = {.first = true};
	struct json_text key;
	if (!json_take(&decoder->json, '{'))
		return json_wrong(&decoder->json, "an object");
	while (json_next_key(&decoder->json, &walk, &key)) {
		const struct kube_field *field = decode_json_find(table, &key);
		bool read = field ? json_read_null(&decoder->json) || readers[field->type](decoder, field, base)
				  : json_skip(&decoder->json);
		if (!read)
			return false;
	}
	return !walk.wrong;
}

bool kube_json_object(struct kube_build *build, const struct kube_table *table, void *base, const char *bytes,
		      size_t len, struct err *err)
{
	struct kube_json_decoder decoder = {.build = build,
					    .json = {.start = bytes, .at = bytes, .end = bytes + len, .err = err}};
	if (!decode_json_decode_members(&decoder, table, base))
		return false;
	return json_peek(&decoder.json) < 0 || json_wrong(&decoder.json, "the end");
}
