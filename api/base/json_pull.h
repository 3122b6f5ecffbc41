/* Reading JSON in place, without a tree: for lists that may be long. */
#ifndef MQDECK_BASE_JSON_PULL_H
#define MQDECK_BASE_JSON_PULL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/err.h"

enum {
	JSON_DEPTH_MAX = 128, /* nesting */
	JSON_NUMBER_MAX = 63, /* bytes of a number that is read as a double */
};

/* A place in a text that is all there. All readers skip white space first and give false with err on wrong input. */
struct json_reader {
	const char *start, *at, *end;
	struct err *err;
};

struct json_text { /* between the quotes, still escaped */
	const char *bytes;
	size_t len;
	bool escaped;
};

static inline bool json_is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

bool json_too_deep(struct err *err);                             /* sets err; false */
bool json_wrong(struct json_reader *json, const char *expected); /* sets err with the place; false */
int json_peek(struct json_reader *json);                         /* next significant byte, -1 at the end */
bool json_take(struct json_reader *json, char c);                /* takes it when it is the next */
bool json_read_text(struct json_reader *json, struct json_text *out) MUST_USE;
bool json_read_null(struct json_reader *json); /* takes a null when it is the next */
bool json_read_bool(struct json_reader *json, bool *out) MUST_USE;
bool json_read_int(struct json_reader *json, int64_t *out) MUST_USE; /* exact; 1.5 and 1e3 are wrong */
bool json_read_number(struct json_reader *json, const char **bytes, size_t *len) MUST_USE; /* as text */
bool json_read_double(struct json_reader *json, double *out) MUST_USE;                     /* may come out infinite */
bool json_skip(struct json_reader *json) MUST_USE;  /* any value: quick, for only where it ends is looked for */
bool json_check(struct json_reader *json) MUST_USE; /* any value, all of which must be JSON */

/* Members: `if (!json_open(&json, '{')) …; while (json_next_key(&json, &first, &key)) …value…; return
 * json_closed(&json)`. */
struct json_walk {
	bool first, wrong;
};
bool json_next_key(struct json_reader *json, struct json_walk *walk, struct json_text *key);
bool json_next_item(struct json_reader *json, struct json_walk *walk);

/* Resolves escapes into out (at least text->len bytes); returns the length. Lone surrogates and NUL become U+FFFD. */
size_t json_unescape(const struct json_text *text, char *out);

/* ---- finding the end of a value that comes in pieces ---- */

struct json_scan {
	size_t depth;
	bool started, in_string, escaped, scalar;
};

/* Consumes bytes of one value; *done once its last byte was seen. A number or word ends before what follows it, so
 * at the end of all input it may still be open. */
size_t json_scan(struct json_scan *scan, const char *bytes, size_t len, bool *done);

#endif
