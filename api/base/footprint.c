/* glibc's heap keeps what it was given, for speed. A console that lists 50,000 pods once and then watches them for
 * weeks wants the memory back: these are the few settings that do it. */
#include "api/base/footprint.h"

#include <malloc.h>

enum { LARGE_BLOCK = 64 << 10 };

void footprint_limit_heap(void)
{
	/* libcurl resolves names in threads, and each thread would begin an arena of its own. */
	mallopt(M_ARENA_MAX, 1);
	/* Setting it also keeps glibc from raising it with every large block freed, after which such blocks (the buffer
	 * of a long list) would stay in the heap for ever. */
	mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
}
