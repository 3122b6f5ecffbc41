/* Regular expressions as operators type them: PCRE2 with JIT, limits on matching, case-insensitive on request, and
 * "!re" for "not". Matching never takes unbounded time: what runs into the limits counts as no match. */
#ifndef MQDECK_TUI_WIDGETS_PATTERN_H
#define MQDECK_TUI_WIDGETS_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "api/base/err.h"
#include "api/base/mem.h"

struct pattern;

enum {
	PATTERN_NO_CASE = 1,
	PATTERN_INVERSE = 2 /* a leading '!' inverts */,
	PATTERN_MULTILINE = 4 /* ^ and $ at lines */
};
enum { PATTERN_TEXT_MAX = 1024 };

struct pattern *pattern_compile(const char *text, unsigned flags, struct err *err) MUST_USE;
/* What somebody types anew: "" = none, which leaves NULL. One that is refused leaves the pattern as it was. */
bool pattern_replace(struct pattern **pattern, const char *text, unsigned flags, struct err *err) MUST_USE;
void pattern_destroy(struct pattern *pattern); /* NULL is fine */
DEFINE_CLEANUP(struct pattern *, pattern_destroy);

bool pattern_match(const struct pattern *pattern, const char *text, size_t len);
/* Where it matches at or after `from`, regardless of inversion: [*start, *end) in bytes. */
bool pattern_find(const struct pattern *pattern, const char *text, size_t len, size_t from, size_t *start, size_t *end);
bool pattern_is_inverse(const struct pattern *pattern);

#endif
