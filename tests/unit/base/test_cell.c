#include "tests/unit/unit.h"

#include "api/base/cell.h"
#include "api/base/json_write.h"

static void shows(struct cell cell, const char *person, const char *program)
{
	char out[64];
	cell_format(&cell, out, sizeof out, false);
	assert_string_equal(out, person);
	struct buf json = BUF_INIT(1024);
	cell_append_json(&cell, &json);
	assert_string_equal(buf_str(&json), program);
	buf_finish(&json);
}

static void one_value_two_readers(void **state)
{
	shows(cell_unknown(), "?", "null");
	shows(cell_none(), "–", "null");
	shows(cell_text("a\x1b\""), "a\\e\"", "\"a\\u001b\\\"\"");
	shows(cell_list("a,b"), "a,b", "[\"a\",\"b\"]");
	shows(cell_list(""), "", "[]");
	shows(cell_numbers("0,1,2"), "0,1,2", "[0,1,2]");
	shows(cell_bytes(6549825126), "6.1Gi", "6549825126");
	shows(cell_bytes(-1), "?", "null");
	shows(cell_fraction(0.614), "61%", "0.614");
	shows(cell_age(59), "59s", "59");
	shows(cell_age(3 * 86400 + 7200), "3d2h", "266400");
	shows(cell_bool(true), "yes", "true");
	shows(cell_ratio(2, 3), "2/3", "\"2/3\"");
	shows(cell_ratio(0, -1), "?", "null");
	shows(cell_ratio(-1, 3), "?", "null");
	assert_int_equal(cell_graded(cell_ratio(0, -1), SEV_OK).severity, SEV_NONE);
	assert_int_equal(cell_graded(cell_ratio(0, -1), SEV_BAD).severity, SEV_BAD);
	shows(cell_rate(12345), "12k/s", "12345");
	shows(cell_byte_rate(4.1 * 1048576), "4.1Mi/s", "4.29916e+06");
}

static void figures_sort_by_what_they_mean_and_the_unknown_by_nothing(void **state)
{
	struct cell one = cell_count(1), two = cell_count(2), unknown = cell_unknown(), none = cell_none();
	struct cell half = cell_ratio(2, 4), most = cell_ratio(2, 3), fraction = cell_fraction(0.5);
	assert_true(cell_order(&one) < cell_order(&two));
	assert_true(cell_order(&half) < cell_order(&most));
	assert_true(cell_order(&half) == cell_order(&fraction));
	assert_true(cell_is_missing(&unknown) && cell_is_missing(&none));
	assert_false(cell_is_missing(&one));
}

static void json_is_always_valid_utf8(void **state)
{
	struct buf json = BUF_INIT(1024);
	json_write_string(&json, "\xff\xc2\x9b\\");
	assert_string_equal(buf_str(&json), "\"\xEF\xBF\xBD\\u009b\\\\\"");
	buf_finish(&json);
}

/* Also a JSON text that another library wrote, which escapes less. */
static void nothing_written_acts_on_a_terminal(void **state)
{
	static const char bad[] =
		"a\x1b[2J\x7f\xc2\x9b\xe2\x80\xae\xe2\x80\x8b\xef\xbb\xbf\xf3\xa0\x80\x81\xc3\xa9\xf0\x9f\x98\x80";
	static const char good[] =
		"a\\u001b[2J\\u007f\\u009b\\u202e\\u200b\\ufeff\\udb40\\udc01\xc3\xa9\xf0\x9f\x98\x80";
	struct buf json = BUF_INIT(1024);
	json_write_string(&json, bad);
	assert_memory_equal(buf_str(&json) + 1, good, sizeof good - 1);
	buf_clear(&json);
	json_write_escaped(&json, bad);
	assert_string_equal(buf_str(&json), good);
	buf_clear(&json);
	struct cell cell = cell_list("\xf3\xa0\x80\x81\"");
	cell_append_yaml(&cell, &json);
	assert_string_equal(buf_str(&json), "[\"\\U000e0001\\\"\"]");
	buf_finish(&json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_value_two_readers),
		cmocka_unit_test(figures_sort_by_what_they_mean_and_the_unknown_by_nothing),
		cmocka_unit_test(json_is_always_valid_utf8),
		cmocka_unit_test(nothing_written_acts_on_a_terminal),
	};
	return cmocka_run_group_tests_name("base/cell", tests, NULL, NULL);
}
