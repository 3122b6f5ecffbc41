#include "api/base/footprint.h"

#include <link.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LARGE_BLOCK = 64 << 10 };

void footprint_limit_heap(void)
{
	/* libcurl resolves names in threads, and each thread would begin an arena of its own. */
	mallopt(M_ARENA_MAX, 1);
	/* Setting it also keeps glibc from raising it with every large block freed, after which such blocks (the buffer
	 * of a long list) would stay in the heap for ever. */
	mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
}

static bool is_traced(void)
{
	static const char name[] = "TracerPid:\t";
	char line[128];
	bool traced = true;
	FILE *status = fopen("/proc/self/status", "re");
	while (status && fgets(line, sizeof line, status)) {
		if (strncmp(line, name, sizeof name - 1) != 0)
			continue;
		traced = strcmp(line + sizeof name - 1, "0\n") != 0;
		break;
	}
	if (status)
		fclose(status);
	return traced;
}

/* Segments that cannot be written hold nothing but the file's bytes. Relocated constants are in writable ones, even
 * where they are protected afterwards. */
static int drop_segments(struct dl_phdr_info *object, size_t size, void *data)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		if (segment->p_type != PT_LOAD || segment->p_flags & PF_W)
			continue;
		uintptr_t from = (object->dlpi_addr + segment->p_vaddr) & ~(page - 1);
		uintptr_t to = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz + page - 1) & ~(page - 1);
		/* The kernel's own page (vdso) refuses, which does no harm. */
		madvise((void *)from, to - from,
			MADV_DONTNEED); // NOLINT(performance-no-int-to-ptr): an address of the linker
	}
	return 0;
}

void footprint_drop_code(void)
{
	if (!is_traced())
		dl_iterate_phdr(drop_segments, NULL);
}
