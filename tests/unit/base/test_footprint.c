#include "tests/unit/unit.h"

#include <malloc.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/base/footprint.h"
#include "api/base/mem.h"
#include "api/base/str.h"

static long kib_of(const char *name)
{
	char line[128];
	long kib = -1;
	FILE *status = fopen("/proc/self/status", "re");
	assert_non_null(status);
	while (fgets(line, sizeof line, status))
		if (str_has_prefix(line, name))
			kib = strtol(line + strlen(name), NULL, 10);
	fclose(status);
	return kib;
}

static void large_blocks_go_back_to_the_kernel(void **state)
{
	enum { LARGE = 8 << 20 };
#ifdef __SANITIZE_ADDRESS__
	skip(); /* its allocator keeps what was freed */
#endif
	footprint_limit_heap();
	/* Without the limit the first of them would teach glibc to keep the next ones. */
	for (int i = 0; i < 2; i++) {
		long before = kib_of("RssAnon:");
		char *block = malloc(LARGE);
		memset(block, 1, LARGE);
		char *behind = malloc(1000);
		free(block);
		assert_true(kib_of("RssAnon:") - before < LARGE / 1024 / 2);
		free(behind);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(large_blocks_go_back_to_the_kernel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
