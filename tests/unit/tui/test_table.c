#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/str.h"
#include "tui/widgets/table.h"

/* A table of pods that the test moves about. */
struct pod {
	char name[32];
	int64_t restarts;
	double disk;
	enum severity severity;
};

enum { PODS_MAX = 60000 };

struct pods {
	struct pod *items;
	size_t len;
	size_t cells_asked;
};

enum { NAME, RESTARTS, DISK, NOTE, COLUMNS };

static size_t count(void *data)
{
	return ((struct pods *)data)->len;
}

static const char *key(void *data, size_t row)
{
	return ((struct pods *)data)->items[row].name;
}

static struct cell cell(void *data, size_t row, size_t column)
{
	struct pods *pods = data;
	const struct pod *pod = &pods->items[row];
	pods->cells_asked++;
	switch (column) {
	case NAME:
		return cell_text(pod->name);
	case RESTARTS:
		return pod->restarts < 0 ? cell_unknown() : cell_graded(cell_count(pod->restarts), pod->severity);
	case DISK:
		return cell_fraction(pod->disk);
	default:
		return cell_none();
	}
}

static enum severity row_severity(void *data, size_t row)
{
	return ((struct pods *)data)->items[row].severity;
}

static const struct table_source source = {.count = count, .key = key, .cell = cell, .severity = row_severity};
static const struct table_column columns[COLUMNS] = {
	[NAME] = {.title = "NAME", .type = CELL_TEXT, .min = 8, .flex = 1},
	[RESTARTS] = {.title = "RESTARTS", .type = CELL_COUNT, .priority = 2},
	[DISK] = {.title = "DISK", .type = CELL_FRACTION, .min = 5, .priority = 1},
	[NOTE] = {.title = "NOTE", .type = CELL_TEXT, .wide = true},
};

struct fixture {
	struct pods pods;
	struct table *table;
	struct canvas *canvas;
};

static void add(struct pods *pods, const char *name, int64_t restarts)
{
	struct pod *pod = &pods->items[pods->len++];
	*pod = (struct pod){.restarts = restarts, .disk = 0.5};
	snprintf(pod->name, sizeof pod->name, "%s", name);
}

static void drop(struct pods *pods, size_t at)
{
	memmove(pods->items + at, pods->items + at + 1, (pods->len - at - 1) * sizeof *pods->items);
	pods->len--;
}

static int set_up(void **state)
{
	static const char *const names[] = {"kafka-10", "kafka-2", "kafka-1", "rabbit-0", "rabbit-2"};
	struct fixture *f = mem_alloc(sizeof *f);
	f->pods.items = mem_alloc(PODS_MAX * sizeof *f->pods.items);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		add(&f->pods, names[i], (int64_t)(i * 7 % 5));
	f->table = table_create(columns, COLUMNS, &source, &f->pods);
	f->canvas = canvas_create(6, 40, false);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	table_destroy(f->table);
	canvas_destroy(f->canvas);
	free(f->pods.items);
	free(f);
	return 0;
}

static void shows(struct fixture *f, const char *expected)
{
	struct buf text = BUF_INIT(CANVAS_EXPORT_MAX);
	canvas_clear(f->canvas);
	table_draw(f->table, f->canvas, canvas_rect(f->canvas), true);
	canvas_append_text(f->canvas, &text);
	assert_string_equal(buf_str(&text), expected);
	buf_finish(&text);
}

static void order_is(struct fixture *f, const char *expected)
{
	struct buf text = BUF_INIT(4096);
	for (size_t line = 0; line < table_shown(f->table); line++)
		buf_printf(&text, "%s ", f->pods.items[table_row_at(f->table, line)].name);
	assert_string_equal(buf_str(&text), expected);
	buf_finish(&text);
}

static bool press(struct fixture *f, const char *name)
{
	struct key key;
	assert_true(key_parse(name, &key));
	struct event event = event_key(key);
	return table_event(f->table, &event) == TABLE_TOOK;
}

static void sorts_as_what_it_is(void **state)
{
	struct fixture *f = *state;
	order_is(f, "kafka-10 kafka-2 kafka-1 rabbit-0 rabbit-2 ");
	table_sort(f->table, NAME, false);
	order_is(f, "kafka-1 kafka-2 kafka-10 rabbit-0 rabbit-2 ");
	table_sort_toggle(f->table, NAME);
	order_is(f, "rabbit-2 rabbit-0 kafka-10 kafka-2 kafka-1 ");
	table_sort(f->table, RESTARTS, false);
	order_is(f, "kafka-10 rabbit-0 kafka-2 rabbit-2 kafka-1 ");
	f->pods.items[0].restarts = -1;
	f->pods.items[1].restarts = -1;
	table_refresh(f->table);
	order_is(f, "rabbit-0 rabbit-2 kafka-1 kafka-10 kafka-2 ");
	table_sort(f->table, RESTARTS, true);
	order_is(f, "kafka-1 rabbit-2 rabbit-0 kafka-10 kafka-2 ");
	table_sort(f->table, TABLE_NO_COLUMN, false);
	order_is(f, "kafka-10 kafka-2 kafka-1 rabbit-0 rabbit-2 ");
}

static int sign(int number)
{
	return (number > 0) - (number < 0);
}

/* The table compares prepared bytes; the order must be the one that every other place uses. */
static void sorts_names_like_str_compare_natural(void **state)
{
	static const char *const parts[] = {"a", "b", "0", "00",      "1", "01", "10", "9", "99999999999999999999",
					    "-", "/", ":", "\xc3\xa9"};
	struct fixture *f = *state;
	uint32_t seed = 7;
	f->pods.len = 0;
	for (int i = 0; i < 300; i++) {
		char name[32] = "";
		for (int p = 0; p < 4; p++) {
			seed = seed * 1664525 + 1013904223;
			const char *part = parts[(seed >> 16) % ARRAY_LEN(parts)];
			if (strlen(name) + strlen(part) < sizeof name)
				strcat(name, part);
		}
		add(&f->pods, name, 0);
	}
	table_sort(f->table, NAME, false);
	for (size_t line = 1; line < f->pods.len; line++) {
		int64_t a = table_row_at(f->table, line - 1), b = table_row_at(f->table, line);
		int order = sign(str_compare_natural(f->pods.items[a].name, f->pods.items[b].name));
		assert_true(order < 0 || (order == 0 && a < b));
	}
}

static void the_cursor_stays_on_its_object(void **state)
{
	struct fixture *f = *state;
	table_sort(f->table, NAME, false);
	assert_true(table_select_key(f->table, "kafka-10"));
	add(&f->pods, "aaa", 0);
	add(&f->pods, "kafka-3", 0);
	table_refresh(f->table);
	assert_string_equal(table_key(f->table), "kafka-10");
	assert_int_equal(table_line(f->table), 4);
	table_sort(f->table, NAME, true);
	assert_string_equal(table_key(f->table), "kafka-10");
	drop(&f->pods, 1); /* kafka-2 */
	table_refresh(f->table);
	assert_string_equal(table_key(f->table), "kafka-10");
	assert_string_equal(f->pods.items[table_row(f->table)].name, "kafka-10");
}

static void a_cursor_that_nobody_has_moved_stays_on_the_first_row(void **state)
{
	struct fixture *f = *state;
	table_sort(f->table, NAME, false);
	add(&f->pods, "aaa", 0);
	table_refresh(f->table);
	assert_string_equal(table_key(f->table), "aaa");
	assert_false(table_move(f->table, TABLE_UP)); /* goes nowhere, and is meant all the same */
	add(&f->pods, "aa", 0);
	table_refresh(f->table);
	assert_string_equal(table_key(f->table), "aaa");
}

static void a_third_time_gives_the_source_its_order_back(void **state)
{
	struct fixture *f = *state;
	table_sort_toggle(f->table, NAME);
	table_sort_toggle(f->table, NAME);
	order_is(f, "rabbit-2 rabbit-0 kafka-10 kafka-2 kafka-1 ");
	table_sort_toggle(f->table, NAME);
	order_is(f, "kafka-10 kafka-2 kafka-1 rabbit-0 rabbit-2 ");
	assert_int_equal(table_sort_column(f->table), TABLE_NO_COLUMN);
	table_sort_chosen(f->table); /* it is still the one that is chosen */
	order_is(f, "kafka-1 kafka-2 kafka-10 rabbit-0 rabbit-2 ");
}

static void the_cursor_stays_at_the_place_of_what_is_gone(void **state)
{
	struct fixture *f = *state;
	assert_true(table_select_key(f->table, "kafka-1"));
	drop(&f->pods, 2);
	table_refresh(f->table);
	assert_string_equal(table_key(f->table), "rabbit-0");
	assert_true(table_select_key(f->table, "rabbit-2"));
	drop(&f->pods, 3);
	table_refresh(f->table);
	assert_string_equal(table_key(f->table), "rabbit-0");
	f->pods.len = 0;
	table_refresh(f->table);
	assert_null(table_key(f->table));
	assert_int_equal(table_row(f->table), TABLE_NO_ROW);
	add(&f->pods, "new", 0);
	table_refresh(f->table);
	assert_string_equal(table_key(f->table), "new");
}

/* Rows come, go and move at random; the cursor must follow its row for as long as it exists, on the same line of the
 * screen whenever there are lines enough above and below. */
static void follows_under_churn(void **state)
{
	struct fixture *f = *state;
	uint32_t seed = 3;
	for (int i = 0; i < 200; i++) {
		char name[32];
		snprintf(name, sizeof name, "pod-%d", i);
		add(&f->pods, name, i % 17);
	}
	table_sort(f->table, RESTARTS, false);
	assert_true(table_select_key(f->table, "pod-100"));
	for (int round = 0; round < 300; round++) {
		seed = seed * 1664525 + 1013904223;
		size_t at = (seed >> 8) % f->pods.len;
		if (strcmp(f->pods.items[at].name, "pod-100") == 0) {
			f->pods.items[at].restarts = seed >> 20;
		} else if (seed >> 28 < 6) {
			drop(&f->pods, at);
		} else if (seed >> 28 < 12) {
			char name[32];
			snprintf(name, sizeof name, "new-%d", round);
			add(&f->pods, name, seed >> 24);
		} else {
			f->pods.items[at].restarts = seed >> 24;
		}
		table_refresh(f->table);
		canvas_clear(f->canvas);
		table_draw(f->table, f->canvas, canvas_rect(f->canvas), true);
		assert_string_equal(table_key(f->table), "pod-100");
		assert_string_equal(f->pods.items[table_row(f->table)].name, "pod-100");
		int on_cursor = 0;
		for (int y = 1; y < f->canvas->height; y++)
			on_cursor += (canvas_at(f->canvas, y, 2)->style & STYLE_ON_CURSOR) != 0;
		assert_int_equal(on_cursor, 1);
	}
}

static void draws_signs_bars_and_alignment(void **state)
{
	struct fixture *f = *state;
	f->pods.items[1].restarts = 12;
	f->pods.items[1].severity = SEV_BAD;
	f->pods.items[2].restarts = -1;
	f->pods.items[3].disk = -1;
	table_sort(f->table, NAME, false);
	shows(f, "  NAME↑                  RESTARTS   DISK\n"
		 "  kafka-1                       ?    50%\n"
		 "✗ kafka-2                    ✗ 12    50%\n"
		 "  kafka-10                      0    50%\n"
		 "  rabbit-0                      1      ?\n"
		 "  rabbit-2                      3    50%\n");
	f->canvas->ascii = true;
	f->pods.items[4].disk = 0.02;
	canvas_resize(f->canvas, 6, 44);
	shows(f, "  NAME^                      RESTARTS   DISK\n"
		 "  kafka-1                           ?    50%\n"
		 "x kafka-2                        x 12    50%\n"
		 "  kafka-10                          0    50%\n"
		 "  rabbit-0                          1      ?\n"
		 "  rabbit-2                          3     2%\n");
}

static void a_narrow_terminal_hides_by_priority(void **state)
{
	struct fixture *f = *state;
	canvas_resize(f->canvas, 2, 20);
	shows(f, "  NAME          DISK\n  kafka-10       50%\n");
	canvas_resize(f->canvas, 2, 14);
	shows(f, "  NAME\n  kafka-10\n");
	canvas_resize(f->canvas, 2, 6);
	shows(f, "  NAME\n  kaf…\n");
	canvas_resize(f->canvas, 2, 40);
	table_set_wide(f->table, true);
	shows(f, "  NAME             RESTARTS   DISK  NOTE\n"
		 "  kafka-10                0    50%  –\n");
}

static void asks_only_for_what_it_shows(void **state)
{
	struct fixture *f = *state;
	f->pods.len = 0;
	for (int i = 0; i < 5000; i++) {
		char name[32];
		snprintf(name, sizeof name, "pod-%d", i);
		add(&f->pods, name, i);
	}
	table_refresh(f->table);
	f->pods.cells_asked = 0;
	table_draw(f->table, f->canvas, canvas_rect(f->canvas), true);
	assert_true(f->pods.cells_asked <= 2 * COLUMNS * 5);
}

static void filters(void **state)
{
	struct fixture *f = *state;
	struct err err = {0};
	assert_true(table_set_filter(f->table, "KAFKA", &err));
	order_is(f, "kafka-10 kafka-2 kafka-1 ");
	assert_true(table_set_filter(f->table, "!kafka", &err));
	order_is(f, "rabbit-0 rabbit-2 ");
	assert_false(table_set_filter(f->table, "ka(", &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_string_equal(table_filter(f->table), "!kafka");
	order_is(f, "rabbit-0 rabbit-2 ");
	add(&f->pods, "rabbit-3", 0);
	add(&f->pods, "kafka-3", 0);
	table_refresh(f->table);
	order_is(f, "rabbit-0 rabbit-2 rabbit-3 ");
	assert_int_equal(table_total(f->table), 7);
	assert_true(table_set_filter(f->table, "", &err));
	assert_int_equal(table_shown(f->table), 7);
	/* More than one cell, and a figure as it is shown. */
	assert_true(table_set_filter(f->table, "^rabbit-0 .*50%", &err));
	order_is(f, "rabbit-0 ");
}

static bool only_restarted(void *data, size_t row)
{
	return ((struct pods *)data)->items[row].restarts > 2;
}

static void filters_in_code(void **state)
{
	struct fixture *f = *state;
	table_set_keep(f->table, only_restarted, &f->pods);
	order_is(f, "kafka-1 rabbit-2 ");
	table_set_keep(f->table, NULL, NULL);
	assert_int_equal(table_shown(f->table), 5);
}

static void an_evil_expression_ends(void **state)
{
	struct fixture *f = *state;
	struct err err = {0};
	f->pods.len = 0;
	for (int i = 0; i < 50; i++)
		add(&f->pods, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", i);
	table_refresh(f->table);
	assert_true(table_set_filter(f->table, "(a+)+$x|(a|a)*b", &err));
	assert_int_equal(table_shown(f->table), 0);
}

static void collect(void *data, size_t row)
{
	buf_printf(data, "%zu ", row);
}

static void chosen_are(struct fixture *f, const char *expected)
{
	struct buf text = BUF_INIT(256);
	table_each_chosen(f->table, collect, &text);
	assert_string_equal(buf_str(&text), expected);
	buf_finish(&text);
}

static void marks(void **state)
{
	struct fixture *f = *state;
	chosen_are(f, "0 ");
	assert_true(press(f, "Space"));
	assert_int_equal(table_line(f->table), 1);
	press(f, "j");
	press(f, "j");
	press(f, "Ctrl-Space");
	chosen_are(f, "0 1 2 3 ");
	assert_int_equal(table_marked_count(f->table), 4);
	assert_true(table_set_filter(f->table, "kafka", NULL));
	chosen_are(f, "0 1 2 ");
	assert_int_equal(table_marked_count(f->table), 3);
	assert_true(table_set_filter(f->table, NULL, NULL));
	drop(&f->pods, 0);
	table_refresh(f->table);
	assert_int_equal(table_marked_count(f->table), 3);
	assert_false(table_is_marked(f->table, "kafka-10"));
	press(f, "Ctrl-\\");
	assert_int_equal(table_marked_count(f->table), 0);
}

static void keys_move_the_cursor(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 95; i++) {
		char name[32];
		snprintf(name, sizeof name, "pod-%d", i);
		add(&f->pods, name, 0);
	}
	table_refresh(f->table);
	canvas_resize(f->canvas, 11, 40);
	table_draw(f->table, f->canvas, canvas_rect(f->canvas), true);
	static const struct {
		const char *key;
		size_t line;
	} steps[] = {{"j", 1},       {"Down", 2}, {"k", 1},     {"PageDown", 11}, {"Ctrl-F", 21},
		     {"PageUp", 11}, {"G", 99},   {"Down", 99}, {"PageDown", 99}, {"Ctrl-B", 89},
		     {"Home", 0},    {"Up", 0},   {"End", 99},  {"g", 0}};
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		press(f, steps[i].key);
		assert_int_equal(table_line(f->table), steps[i].line);
	}
	assert_false(press(f, "x"));
	struct event enter = event_key((struct key){KEY_CODE_ENTER, 0});
	assert_int_equal(table_event(f->table, &enter), TABLE_ACTIVATED);
}

static void the_mouse_selects_and_sorts(void **state)
{
	struct fixture *f = *state;
	table_draw(f->table, f->canvas, canvas_rect(f->canvas), true);
	struct event click = {.type = EVENT_MOUSE,
			      .mouse = {.action = EVENT_MOUSE_PRESS, .button = 1, .clicks = 1, .y = 3, .x = 4}};
	assert_int_equal(table_event(f->table, &click), TABLE_TOOK);
	assert_string_equal(table_key(f->table), "kafka-1");
	click.mouse.clicks = 2;
	assert_int_equal(table_event(f->table, &click), TABLE_ACTIVATED);
	click.mouse.y = 0;
	click.mouse.clicks = 1;
	table_event(f->table, &click);
	order_is(f, "kafka-1 kafka-2 kafka-10 rabbit-0 rabbit-2 ");
	click.mouse.y = 20;
	assert_int_equal(table_event(f->table, &click), TABLE_IGNORED);
	struct event wheel = {.type = EVENT_MOUSE, .mouse = {.action = EVENT_MOUSE_WHEEL_DOWN, .y = 2, .x = 2}};
	table_event(f->table, &wheel);
	assert_int_equal(table_line(f->table), 3);
}

static void chooses_a_column_to_sort(void **state)
{
	struct fixture *f = *state;
	table_draw(f->table, f->canvas, canvas_rect(f->canvas), true);
	press(f, "Shift-Right");
	press(f, "Shift-Right");
	press(f, "Shift-O");
	assert_int_equal(table_sort_column(f->table), RESTARTS);
	press(f, "Shift-O");
	assert_true(table_sort_descending(f->table));
	press(f, "Shift-Left");
	press(f, "Shift-Left");
	press(f, "Shift-O");
	assert_int_equal(table_sort_column(f->table), NAME);
	assert_int_equal(table_column_by_title(f->table, "disk"), DISK);
	assert_int_equal(table_column_by_title(f->table, "nothing"), TABLE_NO_COLUMN);
}

static void fifty_thousand_rows(void **state)
{
	struct fixture *f = *state;
	f->pods.len = 0;
	for (int i = 0; i < 50000; i++) {
		char name[32];
		snprintf(name, sizeof name, "pod-%d", (int)(i * 7919LL % 50000));
		add(&f->pods, name, i % 100);
	}
	table_sort(f->table, NAME, false);
	table_select_line(f->table, 40000);
	assert_string_equal(table_key(f->table), "pod-40000");
	table_sort(f->table, RESTARTS, true);
	assert_string_equal(table_key(f->table), "pod-40000");
	assert_true(table_set_filter(f->table, "pod-4000", NULL));
	assert_int_equal(table_shown(f->table), 11);
	assert_string_equal(table_key(f->table), "pod-40000");
}

static void survives_any_rectangle(void **state)
{
	struct fixture *f = *state;
	for (int height = -1; height < 8; height++)
		for (int width = -1; width < 45; width++)
			table_draw(f->table, f->canvas, (struct rect){1, 3, height, width}, true);
	table_draw(f->table, f->canvas, (struct rect){100, 100, 5, 5}, false);
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		test(sorts_as_what_it_is),
		test(sorts_names_like_str_compare_natural),
		test(the_cursor_stays_on_its_object),
		test(a_cursor_that_nobody_has_moved_stays_on_the_first_row),
		test(a_third_time_gives_the_source_its_order_back),
		test(the_cursor_stays_at_the_place_of_what_is_gone),
		test(follows_under_churn),
		test(draws_signs_bars_and_alignment),
		test(a_narrow_terminal_hides_by_priority),
		test(asks_only_for_what_it_shows),
		test(filters),
		test(filters_in_code),
		test(an_evil_expression_ends),
		test(marks),
		test(keys_move_the_cursor),
		test(the_mouse_selects_and_sorts),
		test(chooses_a_column_to_sort),
		test(fifty_thousand_rows),
		test(survives_any_rectangle),
	};
	return cmocka_run_group_tests_name("tui/table", tests, NULL, NULL);
}
