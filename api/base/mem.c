/* Allocation that does not fail, the destructors behind CLEANUP(free) and CLEANUP(close), and freeing what is
 * secret. */
#include "api/base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void mem_end(void)
{
	fputs("mqdeck: out of memory\n", stderr);
	abort();
}

void *mem_need(void *block)
{
	if (!block)
		mem_end();
	return block;
}

void *mem_alloc(size_t size)
{
	return mem_need(calloc(1, size ? size : 1));
}

void *mem_resize(void *block, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		mem_end();
	size_t bytes = count * size;
	return mem_need(realloc(block, bytes > 0 ? bytes : 1));
}

char *mem_strdup(const char *text)
{
	return text ? mem_need(strdup(text)) : NULL;
}

char *mem_strndup(const char *text, size_t len)
{
	char *copy = mem_alloc(len + 1);
	if (len)
		memcpy(copy, text, len);
	return copy;
}

void cleanup_free(void *pointer_to_pointer)
{
	void *block;
	memcpy(&block, pointer_to_pointer, sizeof block);
	free(block);
}

void cleanup_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

void mem_free_secret(char *secret)
{
	if (!secret)
		return;
	explicit_bzero(secret, strlen(secret));
	free(secret);
}
