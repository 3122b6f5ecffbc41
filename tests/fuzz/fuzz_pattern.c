/* A regular expression that somebody types into the console or a tape, and a text of anybody's that it is held against: the
 * first line, and what follows. Where it is found, it is within the text, and the search comes to an end. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tui/widgets/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	struct err err = {0};
	CLEANUP(free) char *input = mem_strndup((const char *)data + 1, size - 1);
	size_t len = strcspn(input, "\n");
	const char *text = input + len + (input[len] == '\n');
	CLEANUP(free) char *expression = mem_strndup(input, len);
	CLEANUP(pattern_destroy) struct pattern *pattern = pattern_compile(expression, data[0] & 7, &err);
	if (!pattern != err_is_set(&err))
		abort();
	if (!pattern)
		return 0;
	size_t text_len = strlen(text), start, end, found = 0;
	for (size_t at = 0; at <= text_len && pattern_find(pattern, text, text_len, at, &start, &end); found++) {
		if (start < at || end < start || end > text_len || found > text_len)
			abort();
		at = end > at ? end : at + 1;
	}
	if (!pattern_is_inverse(pattern) && found && !pattern_match(pattern, text, text_len))
		abort();
	return 0;
}
