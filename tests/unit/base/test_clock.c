#include "tests/unit/unit.h"

#include "api/base/clock.h"

static void reads_rfc3339(void **state)
{
	assert_int_equal(clock_parse_rfc3339("1970-01-01T00:00:01Z"), 1000);
	assert_int_equal(clock_parse_rfc3339("2026-01-02T03:04:05.250Z"), 1767323045250);
	assert_int_equal(clock_parse_rfc3339("2026-01-02T05:04:05+02:00"), 1767323045000);
	assert_int_equal(clock_parse_rfc3339("2026-01-02T03:04:05"), -1);
	assert_int_equal(clock_parse_rfc3339("2026-01-02T03:04:05Zx"), -1);
	assert_int_equal(clock_parse_rfc3339(""), -1);
	/* Nothing below -1, which would be a time in sums. */
	assert_int_equal(clock_parse_rfc3339("0001-01-01T00:00:00Z"), -1);
	assert_int_equal(clock_parse_rfc3339("26-01-02T03:04:05Z"), -1);
	assert_int_equal(clock_parse_rfc3339("1970-01-01T00:00:00+23:59"), -1);
	assert_int_equal(clock_parse_rfc3339("2026-01-02T03:04:05+99:99"), -1);
	assert_int_equal(clock_parse_rfc3339("2026-01-02T03:04:05+-1:00"), -1);
	assert_int_equal(clock_parse_rfc3339("9999-12-31T23:59:59.999Z"), 253402300799999);
	assert_int_equal(clock_parse_rfc3339("9999-12-31T23:59:60Z"), -1);
	assert_int_equal(clock_parse_rfc3339("9999-12-31T23:30:00-01:00"), -1);
	char text[32];
	clock_format_rfc3339(1767323045250, text);
	assert_string_equal(text, "2026-01-02T03:04:05Z");
}

static void virtual_time_moves_only_when_told(void **state)
{
	struct clock clock = clock_virtual(5000);
	assert_int_equal(clock_wall_ms(&clock), 5000);
	clock_advance(&clock, 250);
	assert_int_equal(clock_now_ms(&clock), 250);
	assert_int_equal(clock_wall_ms(&clock), 5250);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_rfc3339),
		cmocka_unit_test(virtual_time_moves_only_when_told),
	};
	return cmocka_run_group_tests_name("base/clock", tests, NULL, NULL);
}
