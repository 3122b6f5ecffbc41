/* How a record lies in memory. It is built loosely in an arena and then packed into one block with all its arrays and
 * strings: 50,000 of them must be small, and are freed with one call. */
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/kube/records/field_table.h"
#include "api/kube/records/record_decode.h"

enum { FIRST_ITEMS = 4 };

/* In front of every record: the decoders' users see only what follows. */
struct kube_record_head {
	size_t size;   /* of the whole allocation */
	size_t owners; /* it is gone with the last one */
};

/* ---- members ---- */

void kube_put_pointer(void *base, size_t offset, const void *value)
{
	memcpy((char *)base + offset, &value, sizeof value);
}

static void *kube_get_pointer(const void *base, size_t offset)
{
	void *value;
	memcpy(&value, (const char *)base + offset, sizeof value);
	return value;
}

void kube_put_i32(void *base, size_t offset, int32_t value)
{
	memcpy((char *)base + offset, &value, sizeof value);
}

void kube_put_i64(void *base, size_t offset, int64_t value)
{
	memcpy((char *)base + offset, &value, sizeof value);
}

static size_t get_count(const void *base, const struct kube_field *field)
{
	size_t count;
	memcpy(&count, (const char *)base + field->count, sizeof count);
	return count;
}

static void put_count(void *base, const struct kube_field *field, size_t count)
{
	memcpy((char *)base + field->count, &count, sizeof count);
}

/* ---- building ---- */

void kube_build_initial(const struct kube_table *table, void *base)
{
	for (size_t i = 0; i < table->field_count; i++) {
		const struct kube_field *field = &table->fields[i];
		switch (field->type) {
		case KUBE_F_TIME:
		case KUBE_F_QUANTITY:
		case KUBE_F_MILLI:
			kube_put_i64(base, field->offset, -1);
			break;
		case KUBE_F_INT64:
			kube_put_i64(base, field->offset, field->initial);
			break;
		case KUBE_F_INT32:
			kube_put_i32(base, field->offset, field->initial);
			break;
		case KUBE_F_BOOL:
		case KUBE_F_PRESENT:
			*((bool *)base + field->offset) = field->initial != 0;
			break;
		case KUBE_F_MESSAGE:
		case KUBE_F_EACH:
		case KUBE_F_KEYED:
			kube_build_initial(field->table, base);
			break;
		default:
			break;
		}
	}
}

void *kube_build_begin(struct kube_build *build, const struct kube_table *table)
{
	void *base = arena_alloc(&build->arena, table->size);
	kube_build_initial(table, base);
	return base;
}

/* The capacity follows from the count: doubled each time the count reaches a power of two. */
void *kube_build_add(struct kube_build *build, void *base, const struct kube_field *field, size_t size)
{
	size_t count = get_count(base, field);
	if (count >= KUBE_ITEMS_MAX)
		return NULL;
	char *items = kube_get_pointer(base, field->offset);
	if (count == 0 || (count >= FIRST_ITEMS && (count & (count - 1)) == 0)) {
		char *more = arena_alloc(&build->arena, (count ? 2 * count : FIRST_ITEMS) * size);
		if (count)
			memcpy(more, items, count * size);
		kube_put_pointer(base, field->offset, more);
		items = more;
	}
	put_count(base, field, count + 1);
	return memset(items + count * size, 0, size);
}

void kube_build_drop(void *base, const struct kube_field *field)
{
	put_count(base, field, get_count(base, field) - 1);
}

static size_t cut_at_character(const char *bytes, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max > 0 && ((unsigned char)bytes[max] & 0xc0) == 0x80)
		max--;
	return max;
}

char *kube_build_text(struct kube_build *build, const char *bytes, size_t len, size_t max)
{
	static const char replacement[] = "\xef\xbf\xbd";
	if (len == 0)
		return NULL;
	len = cut_at_character(bytes, len, max);
	size_t zeros = 0;
	for (const char *at = memchr(bytes, 0, len); at; at = memchr(at + 1, 0, len - (size_t)(at + 1 - bytes)))
		zeros++;
	if (zeros == 0)
		return arena_strndup(&build->arena, bytes, len);
	char *copy = arena_alloc(&build->arena, len + 2 * zeros + 1), *to = copy;
	for (size_t i = 0; i < len; i++) {
		if (bytes[i])
			*to++ = bytes[i];
		else
			to = (char *)memcpy(to, replacement, 3) + 3;
	}
	return copy;
}

void kube_build_reset(struct kube_build *build)
{
	if (build->is_secret)
		kube_build_finish(build);
	else
		arena_reset(&build->arena);
}

void kube_build_finish(struct kube_build *build)
{
	if (build->is_secret)
		arena_wipe(&build->arena);
	arena_finish(&build->arena);
}

/* ---- packing ---- */

struct kube_record_pack {
	size_t arrays, strings; /* bytes needed, then bytes written */
	char *array_at, *string_at;
};

static size_t record_element_size(const struct kube_field *field)
{
	static const size_t sizes[] = {
		[KUBE_F_STRINGS] = sizeof(const char *),
		[KUBE_F_INTS] = sizeof(int32_t),
		[KUBE_F_PAIRS] = sizeof(struct kube_pair),
		[KUBE_F_SECRET_PAIRS] = sizeof(struct kube_pair),
		[KUBE_F_KEYED] = 0,
	};
	return field->type == KUBE_F_MESSAGES ? field->table->size : sizes[field->type];
}

static void pack_string(struct kube_record_pack *pack, void *base, size_t offset)
{
	const char *text = kube_get_pointer(base, offset);
	if (!text)
		return;
	size_t size = strlen(text) + 1;
	pack->strings += size;
	if (!pack->string_at)
		return;
	memcpy(pack->string_at, text, size);
	kube_put_pointer(base, offset, pack->string_at);
	pack->string_at += size;
}

static void pack_members(struct kube_record_pack *pack, const struct kube_table *table, void *base);

static void pack_element(struct kube_record_pack *pack, const struct kube_field *field, void *element)
{
	switch (field->type) {
	case KUBE_F_STRINGS:
		pack_string(pack, element, 0);
		break;
	case KUBE_F_PAIRS:
	case KUBE_F_SECRET_PAIRS:
		pack_string(pack, element, offsetof(struct kube_pair, key));
		pack_string(pack, element, offsetof(struct kube_pair, value));
		break;
	case KUBE_F_MESSAGES:
		pack_members(pack, field->table, element);
		break;
	default:
		break;
	}
}

static void pack_array(struct kube_record_pack *pack, const struct kube_field *field, void *base)
{
	size_t count = get_count(base, field), size = record_element_size(field);
	char *items = count ? kube_get_pointer(base, field->offset) : NULL;
	size_t bytes = (count * size + 7) & ~(size_t)7;
	pack->arrays += bytes;
	if (pack->array_at) {
		kube_put_pointer(base, field->offset, count ? pack->array_at : NULL);
		if (count)
			items = memcpy(pack->array_at, items, count * size);
		pack->array_at += bytes;
	}
	for (size_t i = 0; i < count; i++)
		pack_element(pack, field, items + i * size);
}

static void pack_members(struct kube_record_pack *pack, const struct kube_table *table, void *base)
{
	for (size_t i = 0; i < table->field_count; i++) {
		const struct kube_field *field = &table->fields[i];
		if (field->alias)
			continue;
		switch (field->type) {
		case KUBE_F_STRING:
		case KUBE_F_INT_OR_STRING:
			pack_string(pack, base, field->offset);
			break;
		case KUBE_F_MESSAGE:
		case KUBE_F_EACH:
			pack_members(pack, field->table, base);
			break;
		case KUBE_F_STRINGS:
		case KUBE_F_INTS:
		case KUBE_F_PAIRS:
		case KUBE_F_SECRET_PAIRS:
		case KUBE_F_MESSAGES:
			pack_array(pack, field, base);
			break;
		default:
			break;
		}
	}
}

void *kube_build_pack(const struct kube_table *table, const void *base)
{
	struct kube_record_pack pack = {0};
	pack_members(&pack, table, (void *)base);
	size_t record = (table->size + 7) & ~(size_t)7;
	size_t size = sizeof(struct kube_record_head) + record + pack.arrays + pack.strings;
	struct kube_record_head *head = mem_resize(NULL, 1, size);
	*head = (struct kube_record_head){.size = size, .owners = 1};
	char *copy = memcpy(head + 1, base, table->size);
	struct kube_record_pack write = {.array_at = copy + record, .string_at = copy + record + pack.arrays};
	pack_members(&write, table, copy);
	return copy;
}

void *kube_record_share(const void *record)
{
	((struct kube_record_head *)record - 1)->owners++;
	return (void *)record;
}

void kube_record_free(void *record)
{
	struct kube_record_head *head = record ? (struct kube_record_head *)record - 1 : NULL;
	if (head && --head->owners == 0)
		free(head);
}

void kube_record_free_secret(void *record)
{
	if (!record)
		return;
	struct kube_record_head *head = (struct kube_record_head *)record - 1;
	explicit_bzero(record, head->size - sizeof *head);
	free(head);
}

size_t kube_record_size(const void *record)
{
	return ((const struct kube_record_head *)record - 1)->size;
}

/* ---- looking at records ---- */

static const char *pair_value(const struct kube_pair *pairs, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(pairs[i].key, key))
			return pairs[i].value;
	return NULL;
}

const char *kube_label(const struct kube_meta *meta, const char *key)
{
	return pair_value(meta->labels, meta->label_count, key);
}

const char *kube_annotation(const struct kube_meta *meta, const char *key)
{
	return pair_value(meta->annotations, meta->annotation_count, key);
}

const struct kube_owner *kube_controller(const struct kube_meta *meta)
{
	for (size_t i = 0; i < meta->owner_count; i++)
		if (meta->owners[i].controller)
			return &meta->owners[i];
	return NULL;
}

const struct kube_env *kube_env(const struct kube_container *container, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t at = container->env_count; at-- > 0;)
			if (str_eq(container->env[at].name, names[i]))
				return &container->env[at];
	return NULL;
}

const struct kube_condition *kube_condition(const struct kube_condition *conditions, size_t count, const char *type)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(conditions[i].type, type))
			return &conditions[i];
	return NULL;
}
