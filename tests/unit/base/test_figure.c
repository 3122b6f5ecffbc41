#include "tests/unit/unit.h"

#include "api/base/figure.h"

static void sums_stay_at_the_edge(void **state)
{
	assert_int_equal(figure_sum(2, 3), 5);
	assert_int_equal(figure_sum(INT64_MAX, 1), INT64_MAX);
	assert_int_equal(figure_sum(INT64_MIN, -1), INT64_MIN);
	assert_int_equal(figure_sum(INT64_MAX, INT64_MIN), -1);
	assert_int_equal(figure_difference(2, 3), -1);
	assert_int_equal(figure_difference(INT64_MIN, 1), INT64_MIN);
	assert_int_equal(figure_difference(INT64_MAX, -1), INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(sums_stay_at_the_edge)};
	return cmocka_run_group_tests_name("base/figure", tests, NULL, NULL);
}
