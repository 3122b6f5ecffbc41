#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/kafka/wire/codec.h"
#include "api/kafka/wire/messages.h"
#include "api/kafka/wire/schema_list.h"

/* Every message in every version, as kafka-clients' own classes write it (vectors/Generate.java). */
static const char *const releases[] = {"3.9.1", "4.1.1", "4.4.0"};
enum { NEWEST = ARRAY_LEN(releases) - 1, VECTORS_A_VERSION = 8 };

struct vector {
	const struct kafka_schema *schema;
	char writers[24]; /* the releases that write it so */
	int api, version;
	bool flexible;
	char name[96];
	uint8_t *bytes;
	size_t len;
	char *expected; /* " path=value …"; NULL = not told */
};

struct vectors {
	struct vector *items;
	size_t count;
};

static const struct kafka_schema *schema_of(int api, const char *side, int version, bool *flexible)
{
	*flexible = false;
	if (api == -1)
		return &kafka_consumer_assignment_schema;
	const struct kafka_api *entry = kafka_api_find((int16_t)api);
	assert_non_null(entry);
	*flexible = version >= entry->flexible_since;
	return strcmp(side, "request") == 0 ? entry->request : entry->response;
}

static uint8_t *parse_hex(const char *hex, size_t *len)
{
	*len = strcmp(hex, "-") == 0 ? 0 : strlen(hex) / 2;
	uint8_t *bytes = mem_alloc(*len + 1);
	for (size_t i = 0; i < *len; i++) {
		unsigned value;
		assert_int_equal(sscanf(hex + 2 * i, "%2x", &value), 1);
		bytes[i] = (uint8_t)value;
	}
	return bytes;
}

static void parse_line(struct vectors *all, char *line)
{
	line[strcspn(line, "\n")] = '\0';
	if (line[0] == '=') {
		all->items[all->count - 1].expected = mem_strdup(line + 1);
		return;
	}
	all->items = mem_resize(all->items, all->count + 1, sizeof *all->items);
	struct vector *vector = &all->items[all->count++];
	*vector = (struct vector){0};
	char side[16], variant[16];
	int used = 0;
	assert_int_equal(sscanf(line, "%23s %d %d %15s %15s %n", vector->writers, &vector->api, &vector->version, side,
				variant, &used),
			 5);
	vector->schema = schema_of(vector->api, side, vector->version, &vector->flexible);
	vector->bytes = parse_hex(line + used, &vector->len);
	snprintf(vector->name, sizeof vector->name, "%s v%d %s", vector->schema->name, vector->version, variant);
}

static int read_vectors(void **state)
{
	struct vectors *all = mem_alloc(sizeof *all);
	FILE *file = fopen(getenv("KAFKA_VECTORS"), "r");
	assert_non_null(file);
	char *line = NULL;
	size_t size = 0;
	while (getline(&line, &size, file) > 0)
		parse_line(all, line);
	free(line);
	fclose(file);
	*state = all;
	return 0;
}

static int free_vectors(void **state)
{
	struct vectors *all = *state;
	for (size_t i = 0; i < all->count; i++) {
		free(all->items[i].bytes);
		free(all->items[i].expected);
	}
	free(all->items);
	free(all);
	return 0;
}

static void *decode(const struct vector *vector, struct arena *arena, struct err *err)
{
	return kafka_decode_body(arena, vector->schema, vector->bytes, vector->len, vector->version, vector->flexible,
				 err);
}

static void expect_encodes_to(const struct vector *vector, const void *message)
{
	struct buf out = BUF_INIT(1 << 20);
	assert_true(kafka_encode_body(&out, vector->schema, message, vector->version, vector->flexible));
	if (out.len != vector->len || memcmp(buf_str(&out), vector->bytes, out.len) != 0)
		fail_msg("%s is written differently", vector->name);
	buf_finish(&out);
}

/* ---- values as the generator told them ---- */
static void dump_struct(struct buf *out, const struct kafka_schema *schema, const void *message, int version,
			const char *path);

static void dump_hex(struct buf *out, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		buf_printf(out, "%02x", bytes[i]);
}

static void dump_array(struct buf *out, const struct kafka_field *field, const struct kafka_any_array *array,
		       int version, const char *path)
{
	for (int32_t i = 0; i < array->len; i++) {
		char inner[256];
		snprintf(inner, sizeof inner, "%s[%d]%s", path, i, field->type == KAFKA_STRUCTS ? "." : "");
		if (field->type == KAFKA_STRUCTS)
			dump_struct(out, field->sub, (char *)array->items + (size_t)i * field->sub->size, version,
				    inner);
		else if (field->type == KAFKA_STRINGS)
			buf_printf(out, " %s=%s", inner, ((const char **)array->items)[i]);
		else
			buf_printf(out, " %s=%d", inner, ((int32_t *)array->items)[i]);
	}
}

static void dump_number(struct buf *out, const struct kafka_field *field, const void *slot, const char *path)
{
	long long value = field->type == KAFKA_BOOL     ? *(const bool *)slot
			  : field->type == KAFKA_INT8   ? *(const int8_t *)slot
			  : field->type == KAFKA_INT16  ? *(const int16_t *)slot
			  : field->type == KAFKA_UINT16 ? *(const uint16_t *)slot
			  : field->type == KAFKA_INT32  ? *(const int32_t *)slot
							: *(const int64_t *)slot;
	buf_printf(out, " %s=%lld", path, value);
}

static void dump_field(struct buf *out, const struct kafka_field *field, const void *slot, int version,
		       const char *path)
{
	const struct kafka_bytes *bytes = slot;
	const struct kafka_any_array *array = slot;
	char inner[256];
	switch (field->type) {
	case KAFKA_STRUCTS:
	case KAFKA_STRINGS:
	case KAFKA_INT32S:
		dump_array(out, field, slot, version, path);
		break;
	case KAFKA_STRUCT:
		snprintf(inner, sizeof inner, "%s.", path);
		dump_struct(out, field->sub, slot, version, inner);
		break;
	case KAFKA_OPTIONAL:
		snprintf(inner, sizeof inner, "%s.", path);
		if (array->len > 0)
			dump_struct(out, field->sub, array->items, version, inner);
		break;
	case KAFKA_STRING:
		buf_printf(out, " %s=%s", path, *(const char *const *)slot);
		break;
	case KAFKA_BYTES:
		buf_printf(out, " %s=", path);
		dump_hex(out, bytes->data, (size_t)bytes->len);
		break;
	case KAFKA_UUID:
		buf_printf(out, " %s=", path);
		dump_hex(out, slot, sizeof(struct kafka_uuid));
		break;
	default:
		dump_number(out, field, slot, path);
		break;
	}
}

static void dump_struct(struct buf *out, const struct kafka_schema *schema, const void *message, int version,
			const char *path)
{
	/* Tagged fields last, as on the wire. */
	for (size_t i = 0; i < 2 * (size_t)schema->count; i++) {
		const struct kafka_field *field = &schema->fields[i % schema->count];
		bool carried = version >= field->since && (!field->until || version <= field->until);
		if (!carried || field->tagged != (i >= schema->count))
			continue;
		char here[256];
		snprintf(here, sizeof here, "%s%s", path, field->name);
		dump_field(out, field, (const char *)message + field->offset, version, here);
	}
}

static void reads_and_writes_what_kafka_writes(void **state)
{
	const struct vectors *all = *state;
	assert_in_range(all->count, 500, 5000);
	for (size_t i = 0; i < all->count; i++) {
		const struct vector *vector = &all->items[i];
		struct arena arena = ARENA_INIT;
		struct err err = {0};
		void *message = decode(vector, &arena, &err);
		if (!message)
			fail_msg("%s: %s", vector->name, err.text);
		expect_encodes_to(vector, message);
		struct arena other = ARENA_INIT;
		void *copy = kafka_message_copy(&other, vector->schema, message);
		arena_finish(&arena);
		expect_encodes_to(vector, copy);
		arena_finish(&other);
	}
}

static void finds_each_value_under_its_name(void **state)
{
	const struct vectors *all = *state;
	size_t checked = 0;
	for (size_t i = 0; i < all->count; i++) {
		const struct vector *vector = &all->items[i];
		if (!vector->expected)
			continue;
		struct arena arena = ARENA_INIT;
		struct buf out = BUF_INIT(1 << 20);
		dump_struct(&out, vector->schema, decode(vector, &arena, NULL), vector->version, "");
		if (strcmp(buf_str(&out), vector->expected) != 0)
			fail_msg("%s:\n read %s\n told %s", vector->name, buf_str(&out), vector->expected);
		buf_finish(&out);
		arena_finish(&arena);
		checked++;
	}
	assert_in_range(checked, 100, 2000);
}

static unsigned vectors_of(const struct vectors *all, const char *release, int api, int version)
{
	unsigned found = 0;
	for (size_t i = 0; i < all->count; i++)
		found += all->items[i].api == api && all->items[i].version == version &&
			 strstr(all->items[i].writers, release);
	return found;
}

/* The newest release writes all that we speak; the others do up to the version they end at. */
static void covers_every_version_we_speak_in_every_release(void **state)
{
	const struct vectors *all = *state;
	size_t count;
	const struct kafka_api *apis = kafka_api_list(&count);
	for (size_t a = 0; a < count; a++)
		for (size_t r = 0; r < ARRAY_LEN(releases); r++)
			for (int version = apis[a].min; version <= apis[a].max; version++) {
				unsigned found = vectors_of(all, releases[r], apis[a].key, version);
				bool ended = r < NEWEST && found == 0 &&
					     vectors_of(all, releases[r], apis[a].key, version + 1) == 0;
				if (found != VECTORS_A_VERSION && !ended)
					fail_msg("%s v%d has %u vectors of %s", apis[a].name, version, found,
						 releases[r]);
			}
}

static void refuses_every_truncation(void **state)
{
	const struct vectors *all = *state;
	for (size_t i = 0; i < all->count; i++) {
		struct vector cut = all->items[i];
		for (cut.len = 0; cut.len < all->items[i].len; cut.len++) {
			struct arena arena = ARENA_INIT;
			struct err err = {0};
			/* A block of its own, so that a byte read too many is seen. */
			cut.bytes = memcpy(mem_alloc(cut.len ? cut.len : 1), all->items[i].bytes, cut.len);
			if (decode(&cut, &arena, &err))
				fail_msg("%s cut to %zu bytes is accepted", cut.name, cut.len);
			assert_int_equal(err.code, ERR_PARSE);
			arena_finish(&arena);
			free(cut.bytes);
		}
	}
}

static void survives_every_flipped_bit(void **state)
{
	const struct vectors *all = *state;
	for (size_t i = 0; i < all->count; i++) {
		const struct vector *vector = &all->items[i];
		if (!vector->expected)
			continue;
		for (size_t bit = 0; bit < vector->len * 8; bit++) {
			struct arena arena = ARENA_INIT;
			struct err err = {0};
			vector->bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
			void *message = decode(vector, &arena, &err);
			assert_true(message ? err.code == ERR_NONE : err.code == ERR_PARSE);
			if (arena.used > 64 * 1024 + 4096 + 16 * vector->len)
				fail_msg("%s: %zu bytes of memory for %zu", vector->name, arena.used, vector->len);
			vector->bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
			arena_finish(&arena);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_writes_what_kafka_writes),
		cmocka_unit_test(finds_each_value_under_its_name),
		cmocka_unit_test(covers_every_version_we_speak_in_every_release),
		cmocka_unit_test(refuses_every_truncation),
		cmocka_unit_test(survives_every_flipped_bit),
	};
	return cmocka_run_group_tests_name("kafka/vectors", tests, read_vectors, free_vectors);
}
