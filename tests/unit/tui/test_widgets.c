#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>

#include "tui/draw/chart.h"
#include "tui/draw/split.h"
#include "tui/keys/keymap.h"
#include "tui/widgets/matrix.h"
#include "tui/widgets/pattern.h"

static struct canvas *canvas;

static int set_up(void **state)
{
	canvas = canvas_create(4, 40, false);
	return 0;
}

static int tear_down(void **state)
{
	canvas_destroy(canvas);
	return 0;
}

static void shows(const char *expected)
{
	struct buf text = BUF_INIT(CANVAS_EXPORT_MAX);
	canvas_append_text(canvas, &text);
	assert_string_equal(buf_str(&text), expected);
	buf_finish(&text);
}

static struct event key(const char *name)
{
	struct key parsed;
	assert_true(key_parse(name, &parsed));
	return event_key(parsed);
}

/* ---- charts ---- */

static void bars(void **state)
{
	chart_bar(canvas, 0, 0, 10, 0.61, STYLE_BAR_FULL);
	chart_bar(canvas, 0, 12, 10, 0.001, STYLE_BAR_FULL);
	chart_bar(canvas, 1, 0, 10, 0.99, STYLE_BAR_FULL);
	chart_bar(canvas, 1, 12, 10, 7, STYLE_BAR_FULL);
	chart_bar(canvas, 2, 0, 10, -1, STYLE_BAR_FULL);
	chart_bar(canvas, 2, 12, 10, NAN, STYLE_BAR_FULL);
	canvas->ascii = true;
	chart_bar(canvas, 3, 0, 10, 0.5, STYLE_BAR_FULL);
	shows("██████░░░░  █░░░░░░░░░\n█████████░  ██████████\n?           ?\n#####.....\n");
}

static void sparklines(void **state)
{
	static const double values[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
	static const double gap[] = {8, NAN, 4};
	chart_spark(canvas, 0, 0, 9, values, 9, 0, CHART_BLOCK, STYLE_SPARK);
	chart_spark(canvas, 0, 10, 5, values, 9, 8, CHART_BLOCK, STYLE_SPARK);
	chart_spark(canvas, 1, 0, 5, gap, 3, 0, CHART_BLOCK, STYLE_SPARK);
	chart_spark(canvas, 2, 0, 5, values, 9, 8, CHART_BRAILLE, STYLE_SPARK);
	canvas->ascii = true;
	chart_spark(canvas, 3, 0, 9, values, 9, 0, CHART_BRAILLE, STYLE_SPARK);
	shows("▁▁▂▃▄▅▆▇█ ▄▅▆▇█\n  █ ▄\n⢀⣀⣤⣶⣿\n .:-+*#%@\n");
}

/* ---- panes ---- */

static void panes(void **state)
{
	struct split split = {.vertical = true, .percent = 50, .min_first = 10, .min_second = 10};
	struct split_panes found = split_layout(&split, canvas_rect(canvas));
	assert_int_equal(found.first.width, 19);
	assert_int_equal(found.second.x, 20);
	assert_int_equal(found.second.width, 20);
	split_draw(&split, canvas, (struct rect){0, 0, 1, 40});
	shows("                   │\n\n\n\n");
	/* Not room enough for both: the first has all. */
	found = split_layout(&split, (struct rect){0, 0, 4, 20});
	assert_int_equal(found.first.width, 20);
	assert_int_equal(found.second.width, 0);
	split_grow(&split, 1000);
	assert_int_equal(split.percent, 90);
	found = split_layout(&split, canvas_rect(canvas));
	assert_int_equal(found.second.width, 10);
	split.vertical = false;
	split.min_first = split.min_second = 1;
	split_grow(&split, -1000);
	found = split_layout(&split, canvas_rect(canvas));
	assert_int_equal(found.first.height, 1);
	assert_int_equal(found.second.y, 2);
	assert_int_equal(found.second.height, 2);
}

/* ---- the matrix ---- */

static size_t rows(void *data)
{
	return *(size_t *)data;
}

static size_t columns(void *data)
{
	return 6;
}

static const char *row_title(void *data, size_t row)
{
	static char title[32];
	snprintf(title, sizeof title, "orders-%zu", row);
	return title;
}

static const char *column_title(void *data, size_t column)
{
	static char title[32];
	snprintf(title, sizeof title, "kafka-%zu", column);
	return title;
}

static struct matrix_sign sign(void *data, size_t row, size_t column)
{
	return column == row % 6 ? (struct matrix_sign){"L●", STYLE_LEADER} : (struct matrix_sign){"●", STYLE_IN_SYNC};
}

static const struct matrix_source source = {
	.rows = rows, .columns = columns, .row_title = row_title, .column_title = column_title, .sign = sign};

static void press(struct matrix *matrix, const char *name)
{
	struct event event = key(name);
	assert_true(matrix_event(matrix, &event));
}

static void scrolls_both_ways(void **state)
{
	size_t count = 50;
	struct matrix *matrix = matrix_create(&source, &count);
	matrix_draw(matrix, canvas, canvas_rect(canvas), true);
	shows("          kafka-0  kafka-1  kafka-2 ›\norders-0  [ L●  ]     ●        ●\norders-1     ●       L●     "
	      "   ●\n"
	      "orders-2     ●        ●       L●\n");
	press(matrix, "G");
	press(matrix, "l");
	press(matrix, "Right");
	press(matrix, "l");
	press(matrix, "l");
	canvas_clear(canvas);
	matrix_draw(matrix, canvas, canvas_rect(canvas), true);
	assert_int_equal(matrix_row(matrix), 49);
	assert_int_equal(matrix_column(matrix), 4);
	shows("         ‹ kafka-2  kafka-3  kafka-4 ›\norders-47     ●        ●        ●\norders-48     ●        ●  "
	      "      ●\n"
	      "orders-49     ●        ●     [  ●  ]\n");
	struct event click = {.type = EVENT_MOUSE,
			      .mouse = {.action = EVENT_MOUSE_PRESS, .button = 1, .y = 1, .x = 21}};
	assert_true(matrix_event(matrix, &click));
	assert_int_equal(matrix_row(matrix), 47);
	assert_int_equal(matrix_column(matrix), 3);
	count = 2;
	matrix_draw(matrix, canvas, canvas_rect(canvas), false);
	assert_int_equal(matrix_row(matrix), 1);
	count = 0;
	for (int width = 0; width < 40; width++)
		matrix_draw(matrix, canvas, (struct rect){0, 0, 4, width}, true);
	press(matrix, "G");
	assert_int_equal(matrix_row(matrix), 0);
	matrix_destroy(matrix);
}

/* ---- keys ---- */

static void binds_keys_by_scope(void **state)
{
	enum { GLOBAL, TABLE, PODS };
	struct keymap *map = keymap_create();
	struct err err = {0};
	static const int inner[] = {PODS, TABLE, GLOBAL};
	assert_true(keymap_bind(map, "?", GLOBAL, 1, &err));
	assert_true(keymap_bind(map, "Ctrl-D", TABLE, 2, &err));
	assert_true(keymap_bind(map, "l", GLOBAL, 3, &err));
	assert_true(keymap_bind(map, "l", PODS, 4, &err));
	assert_int_equal(keymap_find(map, key("l").key, inner, 3), 4);
	assert_int_equal(keymap_find(map, key("l").key, inner + 1, 2), 3);
	assert_int_equal(keymap_find(map, key("ctrl+d").key, inner, 3), 2);
	assert_int_equal(keymap_find(map, key("x").key, inner, 3), -1);
	/* The user's file comes later and wins. */
	assert_true(keymap_bind(map, "Ctrl-D", TABLE, 9, &err));
	assert_int_equal(keymap_find(map, key("Ctrl-D").key, inner, 3), 9);
	assert_false(keymap_bind(map, "Ctrl-Nothing", TABLE, 9, &err));
	assert_int_equal(err.code, ERR_CONFIG);
	assert_non_null(strstr(err.text, "Ctrl-Nothing"));
	struct key_binding list[2];
	assert_int_equal(keymap_list(map, -1, list, 2), 4);
	assert_int_equal(keymap_list(map, GLOBAL, list, 2), 2);
	assert_int_equal(list[1].action, 3);
	struct key found;
	assert_true(keymap_key_of(map, PODS, 4, &found));
	assert_true(key_equal(found, key("l").key));
	keymap_destroy(map);
}

/* ---- expressions ---- */

static void expressions(void **state)
{
	struct err err = {0};
	size_t start, end;
	struct pattern *pattern = pattern_compile("ka(f|v)ka", PATTERN_NO_CASE, &err);
	assert_non_null(pattern);
	assert_true(pattern_match(pattern, "a KAFKA b", 9));
	assert_true(pattern_find(pattern, "kafka KAVKA", 11, 1, &start, &end));
	assert_int_equal(start, 6);
	assert_int_equal(end, 11);
	assert_false(pattern_find(pattern, "kafka", 5, 99, &start, &end));
	/* Bytes that are no UTF-8 neither match nor stop the search. */
	assert_true(pattern_match(pattern, "\xff\xfe kafka \xff", 10));
	pattern_destroy(pattern);
	pattern = pattern_compile("!x", PATTERN_INVERSE, &err);
	assert_true(pattern_is_inverse(pattern));
	assert_false(pattern_match(pattern, "axb", 3));
	assert_true(pattern_match(pattern, "ab", 2));
	pattern_destroy(pattern);
	assert_null(pattern_compile("a[", 0, &err));
	assert_non_null(strstr(err.text, "invalid expression at character"));
	char *long_text = mem_alloc(PATTERN_TEXT_MAX + 2);
	memset(long_text, 'a', PATTERN_TEXT_MAX + 1);
	assert_null(pattern_compile(long_text, 0, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	free(long_text);
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		test(bars),        test(sparklines), test(panes), test(scrolls_both_ways), test(binds_keys_by_scope),
		test(expressions),
	};
	return cmocka_run_group_tests_name("tui/widgets", tests, NULL, NULL);
}
