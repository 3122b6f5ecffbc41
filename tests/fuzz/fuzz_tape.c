/* Tapes: a file of any content is read or refused with a place. */
#include <stdlib.h>
#include <string.h>

#include "tui/tape/tape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct tape *tape = tape_parse("fuzz", (const char *)data, size, &err);
	if (!tape && strncmp(err.text, "fuzz:", 5) != 0)
		abort();
	tape_destroy(tape);
	return 0;
}
