/* PCRE2 behind the two calls that the widgets need, with its limits set so that no pattern can hang the console. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "tui/widgets/pattern.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

enum { MATCH_LIMIT = 100000, DEPTH_LIMIT = 1000, HEAP_LIMIT_KIB = 1024, JIT_STACK_MAX = 256 * 1024 };

struct pattern {
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
	bool inverse;
};

static pcre2_code *pattern_compile_code(const char *text, unsigned flags, struct err *err)
{
	/* A name in invalid UTF-8 is still to be found; PCRE2 then treats the bad bytes as no match. */
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
	options |= flags & PATTERN_NO_CASE ? PCRE2_CASELESS : 0;
	options |= flags & PATTERN_MULTILINE ? PCRE2_MULTILINE : 0;
	int number;
	PCRE2_SIZE at;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, options, &number, &at, NULL);
	if (code)
		return code;
	unsigned char why[160];
	pcre2_get_error_message(number, why, sizeof why);
	err_set(err, ERR_USAGE, "invalid expression at character %zu: %s", (size_t)at + 1, (const char *)why);
	return NULL;
}

struct pattern *pattern_compile(const char *text, unsigned flags, struct err *err)
{
	bool inverse = flags & PATTERN_INVERSE && *text == '!';
	if (strlen(text) > PATTERN_TEXT_MAX) {
		err_set(err, ERR_LIMIT, "the expression is longer than %d bytes", PATTERN_TEXT_MAX);
		return NULL;
	}
	pcre2_code *code = pattern_compile_code(text + inverse, flags, err);
	if (!code)
		return NULL;
	struct pattern *pattern = mem_alloc(sizeof *pattern);
	*pattern = (struct pattern){.code = code, .inverse = inverse};
	pattern->match = mem_need(pcre2_match_data_create(1, NULL));
	pattern->context = mem_need(pcre2_match_context_create(NULL));
	pcre2_set_match_limit(pattern->context, MATCH_LIMIT);
	pcre2_set_depth_limit(pattern->context, DEPTH_LIMIT);
	pcre2_set_heap_limit(pattern->context, HEAP_LIMIT_KIB);
	/* Where memory may not be made executable there is no JIT, and matching is only slower. */
	if (pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0) {
		pattern->stack = pcre2_jit_stack_create(32 * 1024, JIT_STACK_MAX, NULL);
		pcre2_jit_stack_assign(pattern->context, NULL, pattern->stack);
	}
	return pattern;
}

void pattern_destroy(struct pattern *pattern)
{
	if (!pattern)
		return;
	pcre2_jit_stack_free(pattern->stack);
	pcre2_match_context_free(pattern->context);
	pcre2_match_data_free(pattern->match);
	pcre2_code_free(pattern->code);
	free(pattern);
}

bool pattern_replace(struct pattern **pattern, const char *text, unsigned flags, struct err *err)
{
	struct pattern *typed = *text ? pattern_compile(text, flags, err) : NULL;
	if (*text && !typed)
		return false;
	pattern_destroy(*pattern);
	*pattern = typed;
	return true;
}

bool pattern_find(const struct pattern *pattern, const char *text, size_t len, size_t from, size_t *start, size_t *end)
{
	if (from > len)
		return false;
	int found = pcre2_match(pattern->code, (PCRE2_SPTR)text, len, from, 0, pattern->match, pattern->context);
	if (found < 0)
		return false;
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(pattern->match);
	/* \K in a lookahead can put the end before the start. */
	*start = at[0];
	*end = at[1] < at[0] ? at[0] : at[1];
	return true;
}

bool pattern_match(const struct pattern *pattern, const char *text, size_t len)
{
	size_t start, end;
	return pattern_find(pattern, text, len, 0, &start, &end) != pattern->inverse;
}

bool pattern_is_inverse(const struct pattern *pattern)
{
	return pattern->inverse;
}
