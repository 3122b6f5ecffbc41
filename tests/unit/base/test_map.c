#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/map.h"

/* Against the plainest model: an array of flags. */
static void agrees_with_an_array(void **state)
{
	enum { KEYS = 300, STEPS = 20000 };
	static int values[KEYS];
	bool in[KEYS] = {false};
	size_t len = 0;
	struct map map = MAP_INIT;
	unsigned random = 1;
	for (int step = 0; step < STEPS; step++) {
		random = random * 1103515245 + 12345;
		unsigned k = (random >> 8) % KEYS;
		char key[16];
		snprintf(key, sizeof key, "key-%u", k);
		if (random & 0x40000000) {
			assert_ptr_equal(map_set(&map, key, &values[k]), in[k] ? &values[k] : NULL);
			len += !in[k];
			in[k] = true;
		} else {
			assert_ptr_equal(map_remove(&map, key), in[k] ? &values[k] : NULL);
			len -= in[k];
			in[k] = false;
		}
		assert_int_equal(map.len, len);
	}
	for (unsigned k = 0; k < KEYS; k++) {
		char key[16];
		snprintf(key, sizeof key, "key-%u", k);
		assert_ptr_equal(map_get(&map, key), in[k] ? &values[k] : NULL);
		struct map_entry *entry = map_find(&map, key);
		assert_int_equal(entry != NULL, in[k]);
		if (entry)
			assert_string_equal(entry->key, key);
	}
	size_t seen = 0;
	for (struct map_entry *e = map_next(&map, NULL); e; e = map_next(&map, e))
		seen++;
	assert_int_equal(seen, len);
	map_finish(&map);
	assert_null(map_get(&map, "key-1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_an_array)};
	return cmocka_run_group_tests_name("base/map", tests, NULL, NULL);
}
