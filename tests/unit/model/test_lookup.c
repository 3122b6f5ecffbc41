#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/model/records/record_lookup.h"

enum { NAMES = 50, VALUES = 2000 };

static uint64_t lookup_test_key(size_t value)
{
	char name[16];
	snprintf(name, sizeof name, "name-%zu", value % NAMES);
	return record_lookup_key("space", name, NULL);
}

static void all_of_a_key_are_found_in_the_order_in_which_they_were_put(void **state)
{
	static int values[VALUES];
	struct record_lookup lookup = RECORD_LOOKUP_INIT;
	for (int round = 0; round < 2; round++) { /* cleared, it is as new */
		for (size_t i = 0; i < VALUES; i++)
			record_lookup_put(&lookup, lookup_test_key(i), &values[i]);
		for (size_t name = 0; name < NAMES; name++) {
			const struct record_lookup_entry *at = NULL;
			for (size_t i = name; i < VALUES; i += NAMES) {
				at = record_lookup_next(&lookup, lookup_test_key(name), at);
				assert_non_null(at);
				assert_ptr_equal(at->value, &values[i]);
			}
			assert_null(record_lookup_next(&lookup, lookup_test_key(name), at));
			assert_true(record_lookup_at_most(&lookup, lookup_test_key(name)) >= VALUES / NAMES);
		}
		assert_null(record_lookup_next(&lookup, lookup_test_key(0) + 1, NULL));
		record_lookup_clear(&lookup);
		assert_null(record_lookup_next(&lookup, lookup_test_key(0), NULL));
	}
	record_lookup_finish(&lookup);
}

static void what_is_put_after_a_question_is_found_too(void **state)
{
	int first, second;
	struct record_lookup lookup = RECORD_LOOKUP_INIT;
	assert_null(record_lookup_next(&lookup, 7, NULL));
	record_lookup_put(&lookup, 7, &first);
	assert_ptr_equal(record_lookup_next(&lookup, 7, NULL)->value, &first);
	record_lookup_put(&lookup, 7, &second);
	assert_ptr_equal(record_lookup_next(&lookup, 7, record_lookup_next(&lookup, 7, NULL))->value, &second);
	record_lookup_finish(&lookup);
}

static void texts_do_not_run_into_one_another(void **state)
{
	assert_true(record_lookup_key("ab", "c", NULL) != record_lookup_key("a", "bc", NULL));
	assert_true(record_lookup_key("a", NULL, "b") != record_lookup_key("a", "b", NULL));
	assert_true(record_lookup_key("12345678", "", "") != record_lookup_key("1234567", "8", ""));
	assert_true(record_lookup_key("a", "", NULL) == record_lookup_key("a", NULL, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_a_key_are_found_in_the_order_in_which_they_were_put),
		cmocka_unit_test(what_is_put_after_a_question_is_found_too),
		cmocka_unit_test(texts_do_not_run_into_one_another),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
