#include "tests/unit/unit.h"

#include <stdio.h>

#include "tui/widgets/pager.h"

static struct pager *pager;
static struct canvas *canvas;

static int set_up(void **state)
{
	pager = pager_create(64 * 1024);
	canvas = canvas_create(3, 12, false);
	return 0;
}

static int tear_down(void **state)
{
	pager_destroy(pager);
	canvas_destroy(canvas);
	return 0;
}

static void shows(const char *expected)
{
	struct buf text = BUF_INIT(CANVAS_EXPORT_MAX);
	canvas_clear(canvas);
	pager_draw(pager, canvas, canvas_rect(canvas));
	canvas_append_text(canvas, &text);
	assert_string_equal(buf_str(&text), expected);
	buf_finish(&text);
}

static bool press(const char *name)
{
	struct key key;
	assert_true(key_parse(name, &key));
	struct event event = event_key(key);
	return pager_event(pager, &event);
}

static void add(int from, int to)
{
	for (int i = from; i < to; i++) {
		char line[32];
		int len = snprintf(line, sizeof line, "line %d", i);
		pager_append(pager, STYLE_TEXT, line, (size_t)len);
	}
}

static void scrolls(void **state)
{
	add(0, 10);
	shows("line 0\nline 1\nline 2\n");
	press("j");
	shows("line 1\nline 2\nline 3\n");
	press("PageDown");
	shows("line 3\nline 4\nline 5\n");
	press("G");
	shows("line 7\nline 8\nline 9\n");
	press("j");
	shows("line 7\nline 8\nline 9\n");
	press("k");
	shows("line 6\nline 7\nline 8\n");
	press("Home");
	press("k");
	shows("line 0\nline 1\nline 2\n");
	assert_int_equal(pager_percent(pager), 30);
	assert_false(press("x"));
	struct event wheel = {.type = EVENT_MOUSE, .mouse = {.action = EVENT_MOUSE_WHEEL_DOWN, .y = 1, .x = 1}};
	assert_true(pager_event(pager, &wheel));
	shows("line 3\nline 4\nline 5\n");
}

static void cleans_what_it_shows(void **state)
{
	canvas_resize(canvas, 3, 40);
	pager_append_text(pager, STYLE_TEXT, "\x1b[31;1mred\x1b[0m \x1b[2Jx\r\na\tb\nlast");
	shows("red \\e[2Jx\na       b\nlast\n");
}

static void wraps(void **state)
{
	pager_append_text(pager, STYLE_TEXT, "abcdefghijklmnopqrstuvwxyz\n日本語日本語日本\nend");
	shows("abcdefghijkl\n日本語日本語\nend\n");
	press("l");
	shows("ijklmnopqrst\n本語日本\n\n");
	pager_set_wrap(pager, true);
	shows("abcdefghijkl\nmnopqrstuvwx\nyz\n");
	press("j");
	shows("mnopqrstuvwx\nyz\n日本語日本語\n");
	press("G");
	shows("日本語日本語\n日本\nend\n");
	press("k");
	shows("yz\n日本語日本語\n日本\n");
}

static void follows_the_end(void **state)
{
	pager_set_follow(pager, true);
	add(0, 5);
	shows("line 2\nline 3\nline 4\n");
	press("k");
	assert_false(pager_follows(pager));
	add(5, 7);
	shows("line 1\nline 2\nline 3\n");
	press("End");
	assert_true(pager_follows(pager));
	add(7, 8);
	shows("line 5\nline 6\nline 7\n");
}

static void forgets_the_oldest(void **state)
{
	for (int i = 0; i < 20000; i++)
		add(i, i + 1);
	assert_true(pager_bytes(pager) <= 64 * 1024);
	assert_int_equal(pager_dropped(pager) + pager_line_count(pager), 20000);
	/* What is read stays where it is, until it is gone. */
	char expected[64];
	uint64_t first = pager_dropped(pager);
	press("g");
	snprintf(expected, sizeof expected, "line %d\nline %d\nline %d\n", (int)first, (int)first + 1, (int)first + 2);
	shows(expected);
	press("PageDown");
	press("PageDown");
	add(20000, 20003);
	first += 4;
	snprintf(expected, sizeof expected, "line %d\nline %d\nline %d\n", (int)first, (int)first + 1, (int)first + 2);
	shows(expected);
}

static void one_line_is_never_too_much(void **state)
{
	char *big = mem_alloc(1 << 20);
	memset(big, 'x', (1 << 20) - 1);
	pager_append_text(pager, STYLE_TEXT, big);
	assert_int_equal(pager_line_count(pager), 1);
	shows("xxxxxxxxxxxx\n\n\n");
	pager_set_wrap(pager, true);
	press("G");
	shows("xxxxxxxxxxxx\nxxxxxxxxxxxx\nxxxx\n");
	free(big);
}

static void searches(void **state)
{
	struct err err = {0};
	add(0, 30);
	pager_draw(pager, canvas, canvas_rect(canvas));
	assert_true(pager_search(pager, "LINE .?5", &err));
	shows("line 4\nline 5\nline 6\n");
	assert_int_equal(canvas_at(canvas, 1, 0)->style, STYLE_MATCH);
	assert_int_equal(canvas_at(canvas, 0, 0)->style, STYLE_TEXT);
	press("n");
	shows("line 14\nline 15\nline 16\n");
	press("n");
	press("n");
	shows("line 4\nline 5\nline 6\n");
	press("Shift-N");
	shows("line 24\nline 25\nline 26\n");
	assert_false(pager_search(pager, "(", &err));
	assert_true(pager_search(pager, "nothing", &err));
	assert_false(pager_search_next(pager, false));
	assert_true(pager_search(pager, NULL, &err));
	assert_false(pager_search_next(pager, false));
}

static void filters(void **state)
{
	struct err err = {0};
	add(0, 30);
	assert_true(pager_set_filter(pager, "9$", &err));
	shows("line 9\nline 19\nline 29\n");
	assert_int_equal(pager_line_count(pager), 3);
	add(39, 41);
	press("G");
	shows("line 19\nline 29\nline 39\n");
	assert_true(pager_set_filter(pager, "nothing", &err));
	shows("\n\n\n");
	press("j");
	press("G");
	press("g");
	assert_false(pager_set_filter(pager, "[", &err));
	assert_true(pager_set_filter(pager, "!line [1-4]", &err));
	press("g");
	shows("line 0\nline 5\nline 6\n");
}

static void stays_when_the_text_is_set_again(void **state)
{
	pager_set_text(pager, "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\n");
	pager_draw(pager, canvas, canvas_rect(canvas));
	press("j");
	pager_set_text(pager, "a: 1\nb: 3\nc: 3\nd: 4\ne: 5\n");
	shows("b: 3\nc: 3\nd: 4\n");
	pager_set_text(pager, "a: 1\n");
	shows("a: 1\n\n\n");
}

static void paints_yaml(void **state)
{
	canvas_resize(canvas, 3, 30);
	pager_set_text(pager, "- name: x\n  # note\n  http://a");
	pager_set_highlight(pager, pager_highlight_yaml, NULL);
	shows("- name: x\n  # note\n  http://a\n");
	assert_int_equal(canvas_at(canvas, 0, 2)->style, STYLE_HEADER);
	assert_int_equal(canvas_at(canvas, 0, 6)->style, STYLE_DIM);
	assert_int_equal(canvas_at(canvas, 0, 8)->style, STYLE_TEXT);
	assert_int_equal(canvas_at(canvas, 1, 2)->style, STYLE_DIM);
	assert_int_equal(canvas_at(canvas, 2, 2)->style, STYLE_TEXT);
}

static void survives_any_rectangle(void **state)
{
	add(0, 5);
	pager_append_text(pager, STYLE_TEXT, "日本語日本語日本語日本語 \x1b\x1b\x1b");
	for (int wrap = 0; wrap < 2; wrap++) {
		pager_set_wrap(pager, wrap);
		for (int height = -1; height < 4; height++)
			for (int width = -1; width < 14; width++) {
				pager_draw(pager, canvas, (struct rect){0, 0, height, width});
				press("j");
				press("G");
				press("k");
			}
	}
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		test(scrolls),
		test(cleans_what_it_shows),
		test(wraps),
		test(follows_the_end),
		test(forgets_the_oldest),
		test(one_line_is_never_too_much),
		test(searches),
		test(filters),
		test(stays_when_the_text_is_set_again),
		test(paints_yaml),
		test(survives_any_rectangle),
	};
	return cmocka_run_group_tests_name("tui/pager", tests, NULL, NULL);
}
