/* NULL is allowed wherever a string is only looked at: what a server leaves out arrives here as NULL. */
#include "api/base/str.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/mem.h"

const char *str_or(const char *text, const char *otherwise)
{
	return str_empty(text) ? otherwise : text;
}

bool str_has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_has_suffix(const char *text, const char *suffix)
{
	size_t len = strlen(text), tail = strlen(suffix);
	return len >= tail && strcmp(text + len - tail, suffix) == 0;
}

bool str_has_word(const char *words, char separator, const char *word)
{
	const char separators[] = {separator, '\0'};
	size_t len = strlen(word);
	while (len > 0 && *words) {
		size_t this_len = strcspn(words, separators);
		if (this_len == len && strncmp(words, word, len) == 0)
			return true;
		words += this_len;
		words += *words == separator;
	}
	return false;
}

int str_compare_natural(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	while (*a && *b) {
		if (!isdigit((unsigned char)*a) || !isdigit((unsigned char)*b)) {
			if (*a != *b)
				return (unsigned char)*a - (unsigned char)*b;
			a++, b++;
			continue;
		}
		a += strspn(a, "0");
		b += strspn(b, "0");
		size_t na = strspn(a, "0123456789"), nb = strspn(b, "0123456789");
		if (na != nb)
			return na < nb ? -1 : 1;
		int order = strncmp(a, b, na);
		if (order != 0)
			return order;
		a += na, b += nb;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

char *str_printf(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text;
	if (vasprintf(&text, format, args) < 0)
		mem_end();
	va_end(args);
	return text;
}

bool str_to_i64(const char *text, int64_t *out)
{
	char *end;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (errno || end == text || *end || isspace((unsigned char)*text))
		return false;
	*out = value;
	return true;
}

bool str_to_double(const char *text, double *out)
{
	char *end;
	errno = 0;
	double value = strtod(text, &end);
	if (errno || end == text || *end || isspace((unsigned char)*text) || !isfinite(value))
		return false;
	*out = value;
	return true;
}
