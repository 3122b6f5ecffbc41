/* Reading JSON in place, without a tree. Private to the decoders. */
#ifndef MQDECK_KUBE_RECORDS_JSON_PULL_H
#define MQDECK_KUBE_RECORDS_JSON_PULL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/err.h"

/* A place in a text that is all there. All readers skip white space first and give false with err on wrong input. */
struct kube_json_reader {
	const char *start, *at, *end;
	struct err *err;
};

struct kube_json_text { /* between the quotes, still escaped */
	const char *bytes;
	size_t len;
	bool escaped;
};

bool kube_json_wrong(struct kube_json_reader *json, const char *expected); /* sets err with the place; false */
int kube_json_peek(struct kube_json_reader *json);                         /* next significant byte, -1 at the end */
bool kube_json_take(struct kube_json_reader *json, char c);                /* takes it when it is the next */
bool kube_json_read_text(struct kube_json_reader *json, struct kube_json_text *out) MUST_USE;
bool kube_json_read_null(struct kube_json_reader *json); /* takes a null when it is the next */
bool kube_json_read_bool(struct kube_json_reader *json, bool *out) MUST_USE;
bool kube_json_read_int(struct kube_json_reader *json, int64_t *out) MUST_USE; /* exact; 1.5 and 1e3 are wrong */
bool kube_json_read_number(struct kube_json_reader *json, const char **bytes, size_t *len) MUST_USE; /* as text */
bool kube_json_skip(struct kube_json_reader *json) MUST_USE;                                         /* any value */

/* Members: `if (!json_open(&json, '{')) …; while (kube_json_next_key(&json, &first, &key)) …value…; return
 * json_closed(&json)`. */
struct kube_json_walk {
	bool first, wrong;
};
bool kube_json_next_key(struct kube_json_reader *json, struct kube_json_walk *walk, struct kube_json_text *key);
bool kube_json_next_item(struct kube_json_reader *json, struct kube_json_walk *walk);

/* Resolves escapes into out (at least text->len bytes); returns the length. Lone surrogates and NUL become U+FFFD. */
size_t kube_json_unescape(const struct kube_json_text *text, char *out);

/* ---- finding the end of a value that comes in pieces ---- */

struct kube_json_scan {
	size_t depth;
	bool started, in_string, escaped, scalar;
};

/* Consumes bytes of one value; *done once its last byte was seen. A number or word ends before what follows it, so
 * at the end of all input it may still be open. */
size_t kube_json_scan(struct kube_json_scan *scan, const char *bytes, size_t len, bool *done);

#endif
