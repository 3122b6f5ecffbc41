#include "tests/unit/unit.h"

#include "tests/unit/model/fixture.h"

struct told {
	struct fixture f;
	int times;
};

static void on_change(void *data)
{
	((struct told *)data)->times++;
}

static void start(struct told *told)
{
	*told = (struct told){0};
	fixture_start(&told->f);
	world_destroy(told->f.world);
	told->f.world =
		world_create(&(struct world_options){.loop = told->f.loop, .on_change = on_change, .data = told});
	world_update(told->f.world);
	told->times = 0;
}

static void what_kubernetes_says_is_told_at_once(void **state)
{
	struct told told;
	start(&told);
	world_mark_dirty(told.f.world);
	assert_int_equal(told.times, 1);
	fixture_finish(&told.f);
}

static void answers_of_brokers_are_told_together(void **state)
{
	struct told told;
	start(&told);
	world_mark_polled(told.f.world);
	loop_run(told.f.loop, WORLD_POLLED_MS / 2, NULL);
	world_mark_polled(told.f.world);
	assert_int_equal(told.times, 0);
	assert_true(world_is_outdated(told.f.world));
	/* The second does not put the first off. */
	loop_run(told.f.loop, WORLD_POLLED_MS / 2 + 1, NULL);
	assert_int_equal(told.times, 1);
	world_update(told.f.world);
	loop_run(told.f.loop, 5 * (int64_t)WORLD_POLLED_MS, NULL);
	assert_int_equal(told.times, 1);
	fixture_finish(&told.f);
}

static void whoever_looks_meanwhile_sees_the_answers(void **state)
{
	struct told told;
	start(&told);
	world_mark_polled(told.f.world);
	world_update(told.f.world);
	assert_false(world_is_outdated(told.f.world));
	loop_run(told.f.loop, 5 * (int64_t)WORLD_POLLED_MS, NULL);
	assert_int_equal(told.times, 0);
	fixture_finish(&told.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_kubernetes_says_is_told_at_once),
		cmocka_unit_test(answers_of_brokers_are_told_together),
		cmocka_unit_test(whoever_looks_meanwhile_sees_the_answers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
