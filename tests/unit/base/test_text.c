#include "tests/unit/unit.h"

#include "api/base/text.h"

static void cleans(const char *in, size_t len, const char *expected)
{
	char out[128];
	size_t written = text_clean(in, len, out, sizeof out);
	assert_string_equal(out, expected);
	assert_int_equal(written, strlen(expected));
}

static void makes_everything_unsafe_visible(void **state)
{
	cleans("a\x1b[31mb", 7, "a\\e[31mb");
	cleans("\r\n\t\0", 4, "\\r\\n\\t\\x00");
	cleans("\x9b"
	       "2J",
	       3, "\\x9B2J");
	cleans("\xc2\x9b"
	       "2J",
	       4, "\\u{9B}2J");
	cleans("\xe2\x80\xae"
	       "abc",
	       6, "\\u{202E}abc");
	cleans("z\xe2\x80\x8bw", 5, "z\\u{200B}w");
	cleans("\xff\xfe", 2, "\\xFF\\xFE");
	cleans("\xed\xa0\x80", 3, "\\xED\\xA0\\x80");
	cleans("h\xc3\xa9llo \xe6\x97\xa5", 10, "h\xc3\xa9llo \xe6\x97\xa5");
	cleans("\x7f", 1, "\\x7F");
}

static void cuts_at_a_boundary(void **state)
{
	char out[6];
	assert_int_equal(text_clean("abc\x1b[", 5, out, sizeof out), 5);
	assert_string_equal(out, "abc\\e");
	assert_int_equal(text_clean("abcd\x1b[", 6, out, sizeof out), 4);
	assert_string_equal(out, "abcd");
}

static void measures_columns(void **state)
{
	assert_int_equal(text_width("abc"), 3);
	assert_int_equal(text_width("\xe6\x97\xa5\xe6\x9c\xac"), 4);
	assert_int_equal(text_width("e\xcc\x81"), 1);
	assert_int_equal(text_fit("\xe6\x97\xa5\xe6\x9c\xac", 3), 3);
	assert_int_equal(text_fit("abc", 10), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_everything_unsafe_visible),
		cmocka_unit_test(cuts_at_a_boundary),
		cmocka_unit_test(measures_columns),
	};
	return cmocka_run_group_tests_name("base/text", tests, NULL, NULL);
}
