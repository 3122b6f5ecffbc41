#include "tests/unit/unit.h"

#include <unistd.h>

#include "api/base/loop.h"

struct trace {
	struct loop *loop;
	struct loop_timer *timer;
	struct loop_fd *watch;
	int order[8], count;
	int64_t at;
};

static void note_one(void *data)
{
	struct trace *trace = data;
	trace->order[trace->count++] = 1;
	trace->at = loop_now_ms(trace->loop);
}

static void note_two(void *data)
{
	struct trace *trace = data;
	trace->order[trace->count++] = 2;
}

static void timers_run_in_order_of_virtual_time(void **state)
{
	struct clock clock = clock_virtual(0);
	struct trace trace = {.loop = loop_create(&clock)};
	struct loop_timer *late = loop_timer_create(trace.loop, note_one, &trace);
	struct loop_timer *soon = loop_timer_create(trace.loop, note_two, &trace);
	struct loop_timer *never = loop_timer_create(trace.loop, note_two, &trace);
	loop_timer_arm(late, 60000);
	loop_timer_arm(soon, 10);
	loop_timer_arm(never, 20);
	loop_timer_disarm(never);
	loop_run(trace.loop, 59999, NULL);
	assert_int_equal(trace.count, 1);
	loop_run(trace.loop, 1, NULL);
	assert_int_equal(trace.count, 2);
	assert_int_equal(trace.order[0], 2);
	assert_int_equal(trace.at, 60000);
	loop_timer_destroy(late);
	loop_timer_destroy(soon);
	loop_timer_destroy(never);
	loop_destroy(trace.loop);
}

static void destroy_itself(void *data)
{
	struct trace *trace = data;
	loop_timer_destroy(trace->timer);
	trace->count++;
}

static void remove_itself(void *data, unsigned ready)
{
	struct trace *trace = data;
	assert_true(ready & LOOP_READ);
	loop_fd_remove(trace->watch);
	trace->count++;
}

static void handles_may_go_inside_their_own_call(void **state)
{
	struct clock clock = clock_real();
	struct trace trace = {.loop = loop_create(&clock)};
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	trace.watch = loop_fd_add(trace.loop, ends[0], LOOP_READ, remove_itself, &trace);
	trace.timer = loop_timer_create(trace.loop, destroy_itself, &trace);
	loop_timer_arm(trace.timer, 1);
	assert_int_equal(write(ends[1], "x", 1), 1);
	for (int i = 0; i < 6000 && trace.count < 2; i++)
		loop_step(trace.loop, 10);
	assert_int_equal(trace.count, 2);
	close(ends[0]);
	close(ends[1]);
	loop_destroy(trace.loop);
}

static void sleep_is_told_once_and_only_when_it_was_long(void **state)
{
	struct clock clock = clock_virtual(0);
	struct trace trace = {.loop = loop_create(&clock)};
	struct loop_wake *first = loop_wake_add(trace.loop, note_one, &trace);
	struct loop_wake *second = loop_wake_add(trace.loop, note_two, &trace);
	loop_run(trace.loop, 1000, NULL);
	clock.virtual_slept_ms += LOOP_SLEPT_MS - 1;
	loop_run(trace.loop, 1000, NULL);
	assert_int_equal(trace.count, 0);
	clock.virtual_slept_ms += LOOP_SLEPT_MS;
	loop_run(trace.loop, 1000, NULL);
	assert_int_equal(trace.count, 2);
	loop_wake_remove(second);
	clock.virtual_slept_ms += 3600 * 1000;
	loop_run(trace.loop, 1000, NULL);
	assert_int_equal(trace.count, 3);
	assert_int_equal(trace.order[2], 1);
	loop_wake_remove(first);
	loop_wake_remove(NULL);
	loop_destroy(trace.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_run_in_order_of_virtual_time),
		cmocka_unit_test(handles_may_go_inside_their_own_call),
		cmocka_unit_test(sleep_is_told_once_and_only_when_it_was_long),
	};
	return cmocka_run_group_tests_name("base/loop", tests, NULL, NULL);
}
