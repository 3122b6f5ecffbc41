#include "tests/unit/unit.h"

#include "api/base/mem.h"
#include "api/base/str.h"

static void orders_as_people_do(void **state)
{
	assert_true(str_compare_natural("kafka-2", "kafka-10") < 0);
	assert_true(str_compare_natural("kafka-10", "kafka-10") == 0);
	assert_true(str_compare_natural("a01", "a1") == 0);
	assert_true(str_compare_natural(NULL, "") < 0);
	assert_true(str_compare_natural("b", "a9") > 0);
}

static void parses_whole_numbers_only(void **state)
{
	int64_t n;
	assert_true(str_to_i64("-42", &n) && n == -42);
	assert_false(str_to_i64("42x", &n));
	assert_false(str_to_i64(" 42", &n));
	assert_false(str_to_i64("", &n));
	assert_false(str_to_i64("99999999999999999999", &n));
}

static void parses_finite_numbers_only(void **state)
{
	double n;
	assert_true(str_to_double("-1.5e3", &n) && n == -1500);
	const char *none[] = {"", " 1", "1x", "1e999", "inf", "-Infinity", "nan", "NAN(1)"};
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		assert_false(str_to_double(none[i], &n));
}

static void finds_whole_words_only(void **state)
{
	assert_true(str_has_word("pvc pvcs volume", ' ', "pvc"));
	assert_true(str_has_word("pvc pvcs volume", ' ', "volume"));
	assert_false(str_has_word("pvc pvcs volume", ' ', "vol"));
	assert_false(str_has_word("pvc pvcs volume", ' ', ""));
	assert_true(str_has_word("table|json", '|', "json"));
	assert_false(str_has_word("table|json", '|', "table|json"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_as_people_do),
		cmocka_unit_test(parses_whole_numbers_only),
		cmocka_unit_test(parses_finite_numbers_only),
		cmocka_unit_test(finds_whole_words_only),
	};
	return cmocka_run_group_tests_name("base/str", tests, NULL, NULL);
}
