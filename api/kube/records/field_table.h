/* The field tables that drive both decoders: where a member of a record is found in JSON (by name) and in protobuf
 * (by number), and what it is. Private to the decoders. */
#ifndef MQDECK_KUBE_RECORDS_FIELD_TABLE_H
#define MQDECK_KUBE_RECORDS_FIELD_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/arena.h"
#include "api/base/err.h"
#include "api/kube/records/kube_kinds.h"

enum kube_field_type {
	KUBE_F_STRING,        /* const char * */
	KUBE_F_BOOL,          /* bool */
	KUBE_F_PRESENT,       /* bool: an object is there, whatever it holds */
	KUBE_F_INT32,         /* int32_t */
	KUBE_F_INT64,         /* int64_t */
	KUBE_F_TIME,          /* int64_t Unix ms: RFC 3339 or Time{seconds=1, nanos=2} */
	KUBE_F_QUANTITY,      /* int64_t in whole units, rounded up: text or Quantity{string=1} */
	KUBE_F_MILLI,         /* … in thousandths */
	KUBE_F_INT_OR_STRING, /* const char *: number, text or IntOrString{type=1, intVal=2, strVal=3} */
	KUBE_F_STRINGS,       /* const char ** and a count */
	KUBE_F_INTS,          /* int32_t * and a count */
	KUBE_F_PAIRS,         /* struct kube_pair * and a count: map of strings, those whose key `keep` likes */
	KUBE_F_SECRET_PAIRS,  /* the same, values base64 in JSON and bytes in protobuf */
	KUBE_F_MESSAGE,       /* an object whose members go to the same record */
	KUBE_F_EACH,          /* an array of such objects, all to the same record */
	KUBE_F_MESSAGES,      /* an array of structs and a count */
	KUBE_F_KEYED,         /* a map of quantities whose keys are names in `table` */
};

struct kube_field {
	const char *name; /* JSON; NULL = the member is not there in JSON (protobuf nests what JSON inlines) */
	uint8_t name_len;
	uint8_t number; /* protobuf; 0 = not there in protobuf */
	uint8_t type;
	int8_t initial;         /* of numbers and bools, when absent; times and quantities are -1 by nature */
	bool alias;             /* another path to a member that an earlier field owns */
	uint16_t offset, count; /* of the member and of its count, within the struct */
	const struct kube_table *table;
	bool (*keep)(const char *key, size_t len);
};

struct kube_table {
	const struct kube_field *fields;
	size_t field_count;
	size_t size; /* of the struct, for records and elements of arrays */
	/* After the last member of a struct: derives what the wire does not say. False drops an element of an array. */
	bool (*finish)(void *base, struct arena *arena);
};

/* What a decoder writes into. */
struct kube_build {
	struct arena arena;
	bool is_secret; /* overwritten before it is reused */
};

/* A struct of the table's size with all members absent. */
void *kube_build_begin(struct kube_build *build, const struct kube_table *table);
void kube_build_initial(const struct kube_table *table, void *base);
/* One more element of `size` bytes in the array of `field`; NULL beyond KUBE_ITEMS_MAX. It moves with the next one. */
void *kube_build_add(struct kube_build *build, void *base, const struct kube_field *field, size_t size);
void kube_build_drop(void *base, const struct kube_field *field); /* the last one again */
/* Text as the records hold it: cut, without NUL, NULL when empty. */
char *kube_build_text(struct kube_build *build, const char *bytes, size_t len, size_t max);
/* As one allocation, exactly sized: kube_record_free(). */
void *kube_build_pack(const struct kube_table *table, const void *base);
void kube_build_reset(struct kube_build *build);
void kube_build_finish(struct kube_build *build);

/* ---- members, written without breaking the aliasing rules ---- */
void kube_put_pointer(void *base, size_t offset, const void *value);
void kube_put_i32(void *base, size_t offset, int32_t value);
void kube_put_i64(void *base, size_t offset, int64_t value);

/* ---- values ---- */

/* "128Mi", "1.5", "500m", "1e3" times `scale` (1 or 1000), rounded up; -1 when it is none or does not fit. */
int64_t kube_quantity(const char *text, size_t len, int64_t scale);
/* Standard base64 into out (at least len bytes); -1 when it is none. */
int64_t kube_base64(const char *text, size_t len, unsigned char *out);

/* ---- the two decoders: one object in memory into a struct of build ---- */
bool kube_json_object(struct kube_build *build, const struct kube_table *table, void *base, const char *bytes,
		      size_t len, struct err *err) MUST_USE;
bool kube_protobuf_object(struct kube_build *build, const struct kube_table *table, void *base, const char *bytes,
			  size_t len, struct err *err) MUST_USE;

/* One a kind, by its record. */
#define X(name, group, versions, resource, kind, namespaced, protobuf, record)                                         \
	extern const struct kube_table record##_table;
KUBE_KINDS(X)
#undef X
/* Tables that are no kind. */
extern const struct kube_table kube_status_table;
extern const struct kube_table kube_list_meta_table; /* of struct kube_list_meta */

struct kube_list_meta {
	const char *resource_version, *continue_token;
};

#endif
