/* One table a message: the field's name and wire type, the versions that carry it, and where it lies in the C struct
 * of messages.h. The tables drive decoding, encoding and copying in both directions. Facts from Kafka's message
 * definitions (clients/src/main/resources/common/message, 2.8.0 to 4.4.0). */
#ifndef MQDECK_KAFKA_WIRE_SCHEMA_H
#define MQDECK_KAFKA_WIRE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kafka_type {
	KAFKA_BOOL,
	KAFKA_INT8,
	KAFKA_INT16,
	KAFKA_UINT16,
	KAFKA_INT32,
	KAFKA_INT64,
	KAFKA_UUID,
	KAFKA_STRING,
	KAFKA_BYTES,
	KAFKA_STRUCT,
	KAFKA_INT32S,   /* array of int32 */
	KAFKA_STRINGS,  /* array of strings */
	KAFKA_STRUCTS,  /* array of structs */
	KAFKA_OPTIONAL, /* a struct or null: here an array of one, or a null array */
};

struct kafka_uuid {
	uint8_t bytes[16];
};

struct kafka_bytes {
	const uint8_t *data; /* NULL = null */
	int32_t len;
};

/* An array as it lies in a message: NULL items with len -1 is Kafka's null, len 0 is empty. Works with vec_each(). */
#define KAFKA_ARRAY(type)                                                                                              \
	struct {                                                                                                       \
		type *items;                                                                                           \
		int32_t len;                                                                                           \
	}

struct kafka_any_array {
	void *items;
	int32_t len;
};

/* What an array of the struct kinds looks like from outside. */
#define KAFKA_NULL_ARRAY {.items = NULL, .len = -1}

struct kafka_schema;

struct kafka_field {
	const char *name;               /* the member's */
	const struct kafka_schema *sub; /* STRUCT, STRUCTS and OPTIONAL */
	int64_t preset; /* the value of a field that the version does not carry (numbers; others are 0 or NULL) */
	uint16_t offset;
	uint8_t type; /* enum kafka_type */
	int8_t since; /* first version that carries it */
	int8_t until; /* last version that carries it; 0 = the newest */
	int8_t nullable_since;
	bool nullable;
	bool tagged;
	uint8_t tag;
};

struct kafka_schema {
	const char *name;
	const struct kafka_field *fields;
	uint16_t count;
	uint16_t size; /* of the C struct */
};

/* ---- for the tables ---- */
#define KAFKA_C_BOOL bool
#define KAFKA_C_INT8 int8_t
#define KAFKA_C_INT16 int16_t
#define KAFKA_C_UINT16 uint16_t
#define KAFKA_C_INT32 int32_t
#define KAFKA_C_INT64 int64_t
#define KAFKA_C_UUID struct kafka_uuid
#define KAFKA_C_STRING const char *
#define KAFKA_C_BYTES struct kafka_bytes

/* offsetof, refused by the compiler when the member's type is not the wire type's. */
#define KAFKA_OFFSET(type, member, c_type)                                                                             \
	(offsetof(type, member) +                                                                                      \
	 0 * sizeof(struct {                                                                                           \
		 _Static_assert(__builtin_types_compatible_p(__typeof__(((type *)NULL)->member), c_type),              \
				"type of " #member);                                                                   \
		 int unused;                                                                                           \
	 }))

#define KAFKA_FIELD(owner, member, wire)                                                                               \
	.name = #member, .type = KAFKA_##wire, .offset = KAFKA_OFFSET(owner, member, KAFKA_C_##wire)
#define KAFKA_FIELD_INT32S(owner, member)                                                                              \
	.name = #member, .type = KAFKA_INT32S,                                                                         \
	.offset = KAFKA_OFFSET(owner, member.items, int32_t *) - offsetof(struct kafka_any_array, items)
#define KAFKA_FIELD_STRINGS(owner, member)                                                                             \
	.name = #member, .type = KAFKA_STRINGS,                                                                        \
	.offset = KAFKA_OFFSET(owner, member.items, const char **) - offsetof(struct kafka_any_array, items)
#define KAFKA_FIELD_STRUCT(owner, member, schema)                                                                      \
	.name = #member, .type = KAFKA_STRUCT, .sub = &schema##_schema,                                                \
	.offset = KAFKA_OFFSET(owner, member, struct schema)
#define KAFKA_FIELD_OPTIONAL(owner, member, schema)                                                                    \
	.name = #member, .type = KAFKA_OPTIONAL, .sub = &schema##_schema, .nullable = true,                            \
	.offset = KAFKA_OFFSET(owner, member.items, struct schema *) - offsetof(struct kafka_any_array, items)
#define KAFKA_FIELD_STRUCTS(owner, member, schema)                                                                     \
	.name = #member, .type = KAFKA_STRUCTS, .sub = &schema##_schema,                                               \
	.offset = KAFKA_OFFSET(owner, member.items, struct schema *) - offsetof(struct kafka_any_array, items)

#define KAFKA_SCHEMA(owner, field_table)                                                                               \
	{.name = #owner,                                                                                               \
	 .fields = (field_table),                                                                                      \
	 .count = sizeof(field_table) / sizeof((field_table)[0]),                                                      \
	 .size = sizeof(struct owner)}

#endif
