/* Small helpers on C strings. */
#ifndef MQDECK_BASE_STR_H
#define MQDECK_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "api/base/err.h"

/* NULL equals only NULL. */
static inline bool str_eq(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* NULL or "". */
static inline bool str_empty(const char *text)
{
	return !text || !*text;
}

const char *str_or(const char *text, const char *otherwise); /* otherwise when NULL or "" */
bool str_has_prefix(const char *text, const char *prefix);
bool str_has_suffix(const char *text, const char *suffix);
/* Is word one of the words that stand in `words` between separators? "" is none. */
bool str_has_word(const char *words, char separator, const char *word);

/* Human order: runs of digits compare as numbers ("kafka-2" before "kafka-10"). NULL sorts first. */
int str_compare_natural(const char *a, const char *b);

char *str_printf(const char *format, ...) PRINTF_LIKE(1, 2); /* free() it */

/* Whole-string parsers: false when anything is left over or out of range, as "inf" and "nan" are. */
bool str_to_i64(const char *text, int64_t *out) MUST_USE;
bool str_to_double(const char *text, double *out) MUST_USE;

#endif
