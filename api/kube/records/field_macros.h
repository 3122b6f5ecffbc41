/* The words that the field tables are written in. Private to their files. */
#ifndef MQDECK_KUBE_RECORDS_FIELD_MACROS_H
#define MQDECK_KUBE_RECORDS_FIELD_MACROS_H

#include "api/kube/records/field_table.h"
#include "api/kube/records/records.h"

#define COMMON(kind, number_, json) .name = json, .name_len = sizeof(json) - 1, .number = number_, .type = KUBE_F_##kind
#define FIELD(kind, T, number, json, member) {COMMON(kind, number, json), .offset = offsetof(struct T, member)}
#define FIELD_INITIAL(kind, T, number, json, member, absent)                                                           \
	{COMMON(kind, number, json), .offset = offsetof(struct T, member), .initial = absent}
#define FIELD_ALIAS(kind, T, number, json, member)                                                                     \
	{COMMON(kind, number, json), .offset = offsetof(struct T, member), .alias = true}
#define ARRAY(kind, T, number, json, member, member_count)                                                             \
	{COMMON(kind, number, json), .offset = offsetof(struct T, member), .count = offsetof(struct T, member_count)}
#define PAIRS_KEPT(T, number, json, member, member_count, filter)                                                      \
	{COMMON(PAIRS, number, json), .offset = offsetof(struct T, member), .count = offsetof(struct T, member_count), \
	 .keep = filter}
#define STRUCTS(T, number, json, member, member_count, element)                                                        \
	{COMMON(MESSAGES, number, json), .offset = offsetof(struct T, member),                                         \
	 .count = offsetof(struct T, member_count), .table = &element}
#define STRUCTS_ALIAS(T, number, json, member, member_count, element)                                                  \
	{COMMON(MESSAGES, number, json), .offset = offsetof(struct T, member),                                         \
	 .count = offsetof(struct T, member_count), .table = &element, .alias = true}
#define INTO(number, json, members) {COMMON(MESSAGE, number, json), .table = &members}
#define INTO_EACH(number, json, members) {COMMON(EACH, number, json), .table = &members}
#define INTO_INLINE(json, members) {COMMON(MESSAGE, 0, json), .table = &members, .alias = true}      /* JSON only */
#define INTO_NESTED(number_, members) {.number = number_, .type = KUBE_F_MESSAGE, .table = &members} /* protobuf only */
#define QUANTITIES(number, json, members) {COMMON(KEYED, number, json), .table = &members}
/* Filled by finish(), only packed by the table. */
#define DERIVED(kind, T, member, member_count)                                                                         \
	{.type = KUBE_F_##kind, .offset = offsetof(struct T, member), .count = offsetof(struct T, member_count)}

#define MEMBERS(table_name, ...)                                                                                       \
	static const struct kube_field table_name##_fields[] = {__VA_ARGS__};                                          \
	static const struct kube_table table_name = {table_name##_fields,                                              \
						     sizeof table_name##_fields / sizeof(struct kube_field)}
#define STRUCT(table_name, T, finish_fn, ...)                                                                          \
	static const struct kube_field table_name##_fields[] = {__VA_ARGS__};                                          \
	static const struct kube_table table_name = {table_name##_fields,                                              \
						     sizeof table_name##_fields / sizeof(struct kube_field),           \
						     sizeof(struct T), finish_fn}
#define RECORD(table_name, T, finish_fn, ...)                                                                          \
	static const struct kube_field table_name##_fields[] = {__VA_ARGS__};                                          \
	const struct kube_table table_name = {table_name##_fields,                                                     \
					      sizeof table_name##_fields / sizeof(struct kube_field),                  \
					      sizeof(struct T), finish_fn}

extern const struct kube_table kube_container_table; /* a container of a pod or of a template */

#endif
