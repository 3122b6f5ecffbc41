/* The last lines of a broker that crashed: what is told of them is short, and in our words. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/text.h"
#include "api/model/records/crash_words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char words[RECORD_CRASH_WORDS_MAX], clean[4 * RECORD_CRASH_WORDS_MAX];
	memset(words, 'x', sizeof words);
	if (record_crash_words((const char *)data, size, words) != (words[0] != '\0') ||
	    !memchr(words, '\0', sizeof words))
		abort();
	text_clean(words, strlen(words), clean, sizeof clean);
	if (strcmp(words, clean) != 0)
		abort();
	return 0;
}
