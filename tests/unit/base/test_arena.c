#include "tests/unit/unit.h"

#include "api/base/arena.h"

static void wipes_all_that_was_handed_out(void **state)
{
	struct arena arena = ARENA_INIT;
	char *small = arena_strdup(&arena, "token");
	char *large = arena_alloc(&arena, 100000);
	memset(large, 'x', 100000);
	arena_wipe(&arena);
	assert_memory_equal(small, "\0\0\0\0\0", 6);
	for (size_t i = 0; i < 100000; i++)
		assert_int_equal(large[i], 0);
	arena_finish(&arena);
}

static void formats_texts_of_any_length(void **state)
{
	struct arena arena = ARENA_INIT;
	assert_string_equal(arena_printf(&arena, "%s-%d", "kafka", 2), "kafka-2");
	char *wide = arena_printf(&arena, "%9000d", 7);
	assert_int_equal(strlen(wide), 9000);
	assert_int_equal(wide[8999], '7');
	assert_string_equal(arena_printf(&arena, "%s", ""), "");
	arena_finish(&arena);
}

static void reset_forgets_and_keeps_working(void **state)
{
	struct arena arena = ARENA_INIT;
	for (int i = 0; i < 100; i++)
		assert_non_null(arena_alloc(&arena, 1000));
	arena_reset(&arena);
	assert_int_equal(arena.used, 0);
	const unsigned char *block = arena_alloc(&arena, 64);
	for (int i = 0; i < 64; i++)
		assert_int_equal(block[i], 0);
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wipes_all_that_was_handed_out),
		cmocka_unit_test(formats_texts_of_any_length),
		cmocka_unit_test(reset_forgets_and_keeps_working),
	};
	return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}
