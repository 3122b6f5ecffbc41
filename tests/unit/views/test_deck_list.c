/* The deck of more clusters than fit, drawn without a terminal: what is folded, what stands above, where the cursor is,
 * what the filter finds, and that nothing is painted outside its place. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/str.h"
#include "tests/unit/views/many_clusters.h"
#include "views/screens/deck_private.h"
#include "views/screens/screens.h"

enum { SCREEN_HEIGHT = 24, SCREEN_WIDTH = 80 };

struct deck_screen {
	struct many_clusters many;
	struct view view;
	struct canvas *canvas;
	struct buf text;
};

static void screen_resize(struct deck_screen *screen, int height, int width, bool ascii)
{
	canvas_destroy(screen->canvas);
	screen->canvas = canvas_create(height, width, ascii);
}

static void screen_open(struct deck_screen *screen, size_t clusters)
{
	*screen = (struct deck_screen){.text = BUF_INIT(1 << 20)};
	many_clusters_start(&screen->many, clusters);
	screen->view = (struct view){.class = &view_deck, .app = &screen->many.app};
	view_deck.open(&screen->view);
	screen_resize(screen, SCREEN_HEIGHT, SCREEN_WIDTH, false);
}

static void screen_close(struct deck_screen *screen)
{
	view_deck.close(&screen->view);
	many_clusters_finish(&screen->many);
	canvas_destroy(screen->canvas);
	buf_finish(&screen->text);
}

/* Between a header and a bottom line that nobody may paint over. */
static const char *screen_draw(struct deck_screen *screen)
{
	struct canvas *canvas = screen->canvas;
	struct rect rect = {1, 0, canvas->height - 2, canvas->width};
	canvas_clear(canvas);
	canvas_fill(canvas, (struct rect){0, 0, 1, canvas->width}, STYLE_TEXT, '#');
	canvas_fill(canvas, (struct rect){canvas->height - 1, 0, 1, canvas->width}, STYLE_TEXT, '#');
	view_deck.draw(&screen->view, canvas, rect);
	for (int x = 0; x < canvas->width; x++) {
		assert_int_equal(canvas_at(canvas, 0, x)->codepoint, '#');
		assert_int_equal(canvas_at(canvas, canvas->height - 1, x)->codepoint, '#');
	}
	buf_clear(&screen->text);
	canvas_append_text(canvas, &screen->text);
	return buf_str(&screen->text);
}

static const char *screen_update(struct deck_screen *screen)
{
	view_deck.update(&screen->view);
	return screen_draw(screen);
}

static const char *screen_press(struct deck_screen *screen, enum action action)
{
	view_deck.act(&screen->view, action);
	return screen_draw(screen);
}

static const char *screen_type(struct deck_screen *screen, const char *filter)
{
	struct err err;
	assert_true(view_deck.filter(&screen->view, filter, &err));
	assert_string_equal(view_deck.filter_text(&screen->view), filter);
	return screen_draw(screen);
}

static const char *screen_selected(struct deck_screen *screen)
{
	static struct selection selection;
	return view_deck.selection(&screen->view, &selection) ? selection.key : "";
}

static void say(struct deck_screen *screen, const char *name, enum severity severity, const char *headline)
{
	many_clusters_say(&screen->many, many_clusters_named(&screen->many, name), severity, headline);
	many_clusters_sort(&screen->many);
}

static void assert_in_order(const char *text, const char *first, const char *second)
{
	const char *a = strstr(text, first), *b = strstr(text, second);
	assert_non_null(a);
	assert_non_null(b);
	assert_true(a < b);
}

static void what_is_well_takes_a_line_a_namespace(void **state)
{
	struct deck_screen screen;
	screen_open(&screen, 200);
	say(&screen, "team-03/kafka-122", SEV_WARN, "2 partitions under-replicated");
	say(&screen, "team-04/rabbit-161", SEV_BAD, "no quorum");
	const char *text = screen_update(&screen);
	assert_non_null(strstr(text, " 200 clusters  600 brokers  2 not well  4 under"));
	assert_non_null(strstr(text, "1-7 of 7"));
	assert_non_null(strstr(text, "+ team-00"));
	assert_non_null(strstr(text, "40 clusters, 120 brokers, all well"));
	assert_non_null(strstr(text, "39 of its 40 clusters, 117 brokers, well"));
	assert_in_order(text, "no quorum", "2 partitions under-replicated");
	assert_in_order(text, "2 partitions under-replicated", "+ team-00");
	assert_null(strstr(text, "rabbit-001"));
	assert_string_equal(screen_selected(&screen), "team-04/rabbit-161/rabbitmq");
	screen_close(&screen);
}

static void what_is_not_known_is_not_folded_as_well(void **state)
{
	struct deck_screen screen;
	screen_open(&screen, 200);
	say(&screen, "team-00/kafka-002", SEV_INFO, "3 of 3 brokers ready; replication not read yet");
	say(&screen, "team-01/kafka-050", SEV_INFO, "3 of 3 brokers ready; replication not read yet");
	say(&screen, "team-01/kafka-052", SEV_INFO, "3 of 3 brokers ready; replication not read yet");
	say(&screen, "team-02/kafka-090", SEV_INFO, "2 of 3 nodes heard, alarms unknown");
	many_clusters_named(&screen.many, "team-02/kafka-090")->replicated_count = 12;
	const char *text = screen_update(&screen);
	assert_non_null(strstr(text, "  4 unknown  0+ under"));
	assert_non_null(strstr(text, "kafka   team-00/kafka-002"));
	assert_in_order(text, "2 of 3 nodes heard", "? + team-01");
	assert_in_order(text, "2 of its 40 clusters, 6 brokers, not read yet",
			"38 of its 40 clusters, 114 brokers, well");
	for (size_t i = 0; i < screen.many.view.cluster_count; i++)
		many_clusters_say(&screen.many, screen.many.view.clusters[i], SEV_INFO, "brokers not known yet");
	many_clusters_sort(&screen.many);
	text = screen_update(&screen);
	assert_non_null(strstr(text, "  200 unknown  ? under"));
	assert_null(strstr(text, "well\n"));
	screen_close(&screen);
}

static void every_line_is_reached(void **state)
{
	struct deck_screen screen;
	screen_open(&screen, 2000);
	for (size_t i = 0; i < 2000; i += 2)
		many_clusters_say(&screen.many, screen.many.view.clusters[i], SEV_WARN, "lagging");
	many_clusters_sort(&screen.many);
	struct deck *deck = screen.view.state;
	screen_update(&screen);
	assert_int_equal(deck->rows.len, 1050);
	char last[DECK_KEY_MAX] = "";
	for (size_t i = 0; i < 1000; i++) {
		assert_true(deck->at >= deck->top && deck->at < deck->top + (size_t)deck->list.height);
		assert_string_not_equal(screen_selected(&screen), last);
		snprintf(last, sizeof last, "%s", screen_selected(&screen));
		screen_press(&screen, ACTION_DOWN);
	}
	assert_non_null(strstr(screen_press(&screen, ACTION_BOTTOM), "1039-1050 of 1050"));
	assert_non_null(strstr(screen_press(&screen, ACTION_PAGE_UP), "1039-1050 of 1050"));
	assert_int_equal(deck->at, deck->top);
	assert_non_null(strstr(screen_press(&screen, ACTION_PAGE_UP), "1028-1039 of 1050"));
	assert_non_null(strstr(screen_press(&screen, ACTION_TOP), "1-12 of 1050"));
	screen_press(&screen, ACTION_PAGE_DOWN);
	assert_int_equal(deck->at, 11);
	screen_press(&screen, ACTION_UP);
	assert_int_equal(deck->at, 10);
	screen_close(&screen);
}

static void the_cursor_stays_with_its_cluster(void **state)
{
	struct deck_screen screen;
	screen_open(&screen, 200);
	say(&screen, "team-01/kafka-040", SEV_WARN, "lagging");
	say(&screen, "team-02/kafka-080", SEV_WARN, "lagging");
	screen_update(&screen);
	/* Nobody moved it yet: it is on the worst. */
	say(&screen, "team-04/kafka-160", SEV_BAD, "no leader");
	screen_update(&screen);
	assert_string_equal(screen_selected(&screen), "team-04/kafka-160/kafka");
	screen_press(&screen, ACTION_DOWN);
	assert_string_equal(screen_selected(&screen), "team-01/kafka-040/kafka");
	say(&screen, "team-03/kafka-120", SEV_BAD, "no leader");
	say(&screen, "team-01/kafka-040", SEV_BAD, "no leader");
	screen_update(&screen);
	assert_string_equal(screen_selected(&screen), "team-01/kafka-040/kafka");
	/* It is well again: it stays in sight below the line of its namespace, until the cursor leaves it. */
	say(&screen, "team-01/kafka-040", SEV_OK, "all in sync");
	const char *text = screen_update(&screen);
	assert_string_equal(screen_selected(&screen), "team-01/kafka-040/kafka");
	assert_in_order(text, "+ team-01", "team-01/kafka-040");
	text = screen_press(&screen, ACTION_UP);
	assert_null(strstr(text, "team-01/kafka-040"));
	assert_string_equal(screen_selected(&screen), "");
	screen_close(&screen);
}

static void a_namespace_is_unfolded_and_stays_so(void **state)
{
	struct deck_screen screen;
	screen_open(&screen, 200);
	say(&screen, "team-01/kafka-040", SEV_WARN, "lagging");
	screen_update(&screen);
	const char *text = screen_press(&screen, ACTION_DOWN);
	assert_string_equal(screen_selected(&screen), "");
	assert_non_null(strstr(text, "team-00: 40 clusters, 120 brokers, all well; Enter shows each"));
	assert_non_null(strstr(screen_press(&screen, ACTION_OPEN), "- team-00"));
	screen_press(&screen, ACTION_DOWN);
	assert_string_equal(screen_selected(&screen), "team-00/kafka-000/kafka");
	/* The last line of the list: what is unfolded comes up from below. */
	screen_press(&screen, ACTION_BOTTOM);
	screen_press(&screen, ACTION_RIGHT);
	assert_non_null(strstr(screen_press(&screen, ACTION_DOWN), "46-57 of 86"));
	screen_press(&screen, ACTION_LEFT);
	screen_press(&screen, ACTION_TOP);
	screen_press(&screen, ACTION_DOWN);
	screen_press(&screen, ACTION_DOWN);
	assert_false(view_deck.act(&screen.view, ACTION_OPEN)); /* an object: the frame opens it */
	text = screen_update(&screen);
	assert_non_null(strstr(text, "- team-00"));
	text = screen_press(&screen, ACTION_LEFT);
	assert_non_null(strstr(text, "+ team-00"));
	assert_string_equal(screen_selected(&screen), "");
	assert_non_null(strstr(screen_press(&screen, ACTION_RIGHT), "team-00/kafka-000"));
	screen_close(&screen);
}

static void the_filter_finds_by_all_that_a_line_says(void **state)
{
	static const struct {
		const char *filter, *says;
	} typed[] = {
		{"team-03", "</team-03>"},
		{"team-03/kafka-12[0-3]", " 2 of 200 clusters </team-03/kafka-12[0-3]> "},
		{"RABBITMQ", " 100 of 200 clusters </RABBITMQ>  300 brokers "},
		{"warning", " 2 of 200 clusters </warning> "},
		{"payments", " 1 of 200 clusters </payments> "},
		{"!all in sync", " 2 of 200 clusters </!all in sync> "},
	};
	struct deck_screen screen;
	screen_open(&screen, 200);
	say(&screen, "team-01/kafka-040", SEV_WARN, "lagging");
	say(&screen, "team-02/rabbit-081", SEV_WARN, "queue payments has no leader");
	screen_update(&screen);
	for (size_t i = 0; i < ARRAY_LEN(typed); i++)
		assert_non_null(strstr(screen_type(&screen, typed[i].filter), typed[i].says));
	/* What fits is drawn as a deck of so many. */
	const char *text = screen_type(&screen, "payments");
	assert_non_null(strstr(text, "! rabbit team-02/rabbit-081 queue payments has no leader"));
	assert_non_null(strstr(text, "rabbit-081-0"));
	assert_string_equal(screen_selected(&screen), "team-02/rabbit-081/rabbitmq");
	assert_non_null(strstr(screen_type(&screen, "team-03"), "team-03/kafka-120"));
	text = screen_type(&screen, "nothing like it");
	assert_non_null(strstr(text, " 0 of 200 clusters </nothing like it>"));
	assert_non_null(strstr(text, "nothing matches the filter; Esc clears it"));
	assert_string_equal(screen_selected(&screen), "");
	struct err err;
	assert_false(view_deck.filter(&screen.view, "(", &err)); /* the last good one stays */
	assert_string_equal(view_deck.filter_text(&screen.view), "nothing like it");
	assert_non_null(strstr(screen_type(&screen, ""), " 200 clusters  600 brokers "));
	screen_close(&screen);
}

static void few_clusters_are_filtered_too(void **state)
{
	struct deck_screen screen;
	screen_open(&screen, 4);
	const char *text = screen_update(&screen);
	assert_non_null(strstr(text, "kafka kafka-000"));
	assert_non_null(strstr(text, "rabbit rabbit-003"));
	text = screen_type(&screen, "rabbit");
	assert_non_null(strstr(text, " 2 of 4 clusters </rabbit> "));
	assert_null(strstr(text, "kafka-000"));
	assert_string_equal(screen_selected(&screen), "team-00/rabbit-001/rabbitmq");
	assert_non_null(strstr(screen_type(&screen, "x-x"), "nothing matches the filter"));
	assert_non_null(strstr(screen_type(&screen, ""), "kafka kafka-000"));
	screen_close(&screen);
}

/* Of the lines out of sight not even the sentence is looked at. */
static void only_what_is_seen_is_put_together(void **state)
{
	struct deck_screen screen;
	screen_open(&screen, 2000);
	for (size_t i = 0; i < 2000; i++)
		many_clusters_say(&screen.many, screen.many.view.clusters[i], SEV_WARN, "lagging");
	for (size_t i = 100; i < 2000; i++)
		screen.many.view.clusters[i]->headline = (const char *)8;
	assert_non_null(strstr(screen_update(&screen), "1-12 of 2000"));
	screen_press(&screen, ACTION_DOWN);
	screen_press(&screen, ACTION_PAGE_DOWN);
	screen_close(&screen);
}

/* screen_draw() holds header and bottom line against it. */
static void nothing_is_painted_outside(void **state)
{
	static const int sizes[][2] = {{24, 80}, {40, 120}, {60, 200}, {3, 20}, {4, 30}, {7, 40}, {12, 60}, {17, 9}};
	static const char *const word = "a sentence that is wrapped because it has so much to say of what is wrong ";
	static const struct world_problem problem = {.severity = SEV_BAD, .text = "node-3 stopped reporting"};
	struct deck_screen screen;
	for (size_t clusters = 0; clusters < 45; clusters++) {
		screen_open(&screen, clusters);
		for (size_t i = 0; i < clusters; i += 3) {
			struct world_cluster *cluster = screen.many.view.clusters[i];
			many_clusters_say(&screen.many, cluster, SEV_BAD,
					  arena_printf(&screen.many.arena, "%s%s%s", word, word, word));
			cluster->detail = cluster->headline;
		}
		screen.many.view.problems = (struct world_problem *)&problem;
		screen.many.view.problem_count = clusters % 2;
		for (size_t i = 0; i < 2 * ARRAY_LEN(sizes); i++) {
			screen_resize(&screen, sizes[i / 2][0], sizes[i / 2][1], i % 2);
			screen_update(&screen);
			screen_press(&screen, ACTION_BOTTOM);
			screen_press(&screen, ACTION_TOP);
		}
		screen_close(&screen);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_well_takes_a_line_a_namespace),
		cmocka_unit_test(what_is_not_known_is_not_folded_as_well),
		cmocka_unit_test(every_line_is_reached),
		cmocka_unit_test(the_cursor_stays_with_its_cluster),
		cmocka_unit_test(a_namespace_is_unfolded_and_stays_so),
		cmocka_unit_test(the_filter_finds_by_all_that_a_line_says),
		cmocka_unit_test(few_clusters_are_filtered_too),
		cmocka_unit_test(only_what_is_seen_is_put_together),
		cmocka_unit_test(nothing_is_painted_outside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
