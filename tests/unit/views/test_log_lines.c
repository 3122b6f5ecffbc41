/* Lines of several logs in one order. */
#include "views/screens/log_lines.h"

#include "api/base/buf.h"
#include "api/base/clock.h"
#include "tests/unit/unit.h"

struct world {
	struct clock clock;
	struct loop *loop;
	struct log_lines *lines;
	struct buf said;
};

static void say(void *data, size_t source, const char *line, size_t len)
{
	struct world *world = data;
	buf_printf(&world->said, "%zu%.*s ", source, (int)len, line);
}

static int set_up(void **state)
{
	struct world *world = mem_alloc(sizeof *world);
	world->clock = clock_virtual(0);
	world->loop = loop_create(&world->clock);
	world->said = (struct buf)BUF_INIT(4096);
	world->lines = log_lines_create(world->loop, say, world);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;
	log_lines_destroy(world->lines);
	loop_destroy(world->loop);
	buf_finish(&world->said);
	free(world);
	return 0;
}

static void stamps_are_found(void **state)
{
	int64_t at;
	const char kubelet[] = "2026-01-02T03:04:05.123456789Z text";
	assert_int_equal(log_lines_stamp(kubelet, sizeof kubelet - 1, &at), 31);
	assert_int_equal(at % 1000, 123);
	const char zoned[] = "2026-01-02T04:04:05.5+01:00 text";
	int64_t other;
	assert_int_equal(log_lines_stamp(zoned, sizeof zoned - 1, &other), 28);
	assert_int_equal(other - at, 377);
	const char alone[] = "2026-01-02T03:04:05Z";
	assert_int_equal(log_lines_stamp(alone, sizeof alone - 1, &at), 20);
	static const char *const none[] = {"", " ", "no stamp here", "2026-01-02 03:04:05 text",
					   "2026-01-02T03:04:05.1234567890123456789012345678901234567890Z text"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		assert_int_equal(log_lines_stamp(none[i], strlen(none[i]), &at), 0);
		assert_int_equal(at, -1);
	}
}

static void lines_come_in_order_of_time(void **state)
{
	struct world *world = *state;
	log_lines_add(world->lines, 0, 10, "a", 1);
	log_lines_add(world->lines, 0, 30, "c", 1);
	log_lines_add(world->lines, 1, 20, "b", 1);
	log_lines_add(world->lines, 1, 30, "d", 1);
	assert_string_equal(buf_str(&world->said), "");
	loop_run(world->loop, 1000, NULL);
	assert_string_equal(buf_str(&world->said), "0a 1b 0c 1d ");
}

/* A stack trace has one stamp at most, and a clock may be set back: one log stays as it was written. */
static void one_log_keeps_its_order(void **state)
{
	struct world *world = *state;
	log_lines_add(world->lines, 0, 20, "a", 1);
	log_lines_add(world->lines, 0, -1, "b", 1);
	log_lines_add(world->lines, 0, 5, "c", 1);
	log_lines_add(world->lines, 1, 10, "d", 1);
	log_lines_flush(world->lines);
	assert_string_equal(buf_str(&world->said), "1d 0a 0b 0c ");
}

static void who_never_falls_silent_is_shown_all_the_same(void **state)
{
	struct world *world = *state;
	for (int i = 0; i < 100; i++) {
		log_lines_add(world->lines, 0, i, ".", 1);
		loop_run(world->loop, 50, NULL);
		if (world->said.len > 0)
			break;
	}
	assert_in_range(loop_now_ms(world->loop), 700, 1000);
	log_lines_add(world->lines, 0, 200, "x", 1);
	log_lines_clear(world->lines);
	size_t len = world->said.len;
	loop_run(world->loop, 2000, NULL);
	assert_int_equal(world->said.len, len);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(stamps_are_found),
		TEST(lines_come_in_order_of_time),
		TEST(one_log_keeps_its_order),
		TEST(who_never_falls_silent_is_shown_all_the_same),
	};
	return cmocka_run_group_tests_name("log lines", tests, NULL, NULL);
}
