#include "tests/unit/unit.h"

#include "tui/widgets/line_edit.h"

static struct line_edit *edit;
static struct canvas *canvas;

static void complete(void *data, const char *text, line_edit_offer_fn *offer, void *context)
{
	static const char *const words[] = {"pods", "postgres", "nodes"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strncmp(words[i], text, strlen(text)) == 0)
			offer(context, words[i]);
}

static int set_up(void **state)
{
	edit = line_edit_create(complete, NULL);
	canvas = canvas_create(3, 12, false);
	return 0;
}

static int tear_down(void **state)
{
	line_edit_destroy(edit);
	canvas_destroy(canvas);
	return 0;
}

static enum line_edit_answer press(const char *name)
{
	struct key key;
	assert_true(key_parse(name, &key));
	struct event event = event_key(key);
	return line_edit_event(edit, &event);
}

static void type(const char *text)
{
	for (; *text; text++) {
		struct event event = event_key((struct key){(unsigned char)*text, 0});
		assert_int_equal(line_edit_event(edit, &event), LINE_EDIT_CHANGED);
	}
}

static enum line_edit_answer paste(const char *text)
{
	struct event event = {.type = EVENT_PASTE};
	event.paste.text = text;
	event.paste.len = strlen(text);
	return line_edit_event(edit, &event);
}

static void shows(const char *expected, int cursor)
{
	struct buf text = BUF_INIT(4096);
	canvas_clear(canvas);
	line_edit_draw(edit, canvas, (struct rect){0, 0, 1, 12}, ":", true);
	canvas_append_row(canvas, 0, &text);
	assert_string_equal(buf_str(&text), expected);
	assert_true(canvas->has_cursor);
	assert_int_equal(canvas->cursor_x, cursor);
	buf_finish(&text);
}

static void edits(void **state)
{
	type("one two");
	press("Ctrl-A");
	press("Right");
	press("Delete");
	assert_string_equal(line_edit_text(edit), "oe two");
	press("End");
	press("Backspace");
	press("Left");
	type("x");
	assert_string_equal(line_edit_text(edit), "oe txw");
	press("Ctrl-W");
	assert_string_equal(line_edit_text(edit), "oe w");
	press("Home");
	press("Ctrl-K");
	assert_string_equal(line_edit_text(edit), "");
	type("abc");
	assert_int_equal(press("Ctrl-U"), LINE_EDIT_CHANGED);
	assert_int_equal(press("Ctrl-U"), LINE_EDIT_TOOK);
	assert_int_equal(press("Backspace"), LINE_EDIT_CANCELLED);
	assert_int_equal(press("Esc"), LINE_EDIT_CANCELLED);
	assert_int_equal(press("Ctrl-C"), LINE_EDIT_CANCELLED);
	assert_int_equal(press("Enter"), LINE_EDIT_ACCEPTED);
	assert_int_equal(press("Ctrl-Z"), LINE_EDIT_IGNORED);
}

static void whole_characters(void **state)
{
	paste("a日e\xcc\x81z");
	press("Left");
	press("Backspace");
	assert_string_equal(line_edit_text(edit), "a日z");
	press("Backspace");
	assert_string_equal(line_edit_text(edit), "az");
	shows(":az", 2);
}

static void a_paste_is_text_and_nothing_else(void **state)
{
	assert_int_equal(paste("one\ntwo\x1b[31m\x07\tx\xff"), LINE_EDIT_CHANGED);
	assert_string_equal(line_edit_text(edit), "one two[31m x");
	assert_int_equal(paste("\x1b"), LINE_EDIT_TOOK);
}

static void has_a_limit(void **state)
{
	char big[LINE_EDIT_MAX * 2 + 1];
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	paste(big);
	assert_int_equal(strlen(line_edit_text(edit)), LINE_EDIT_MAX);
	struct event event = event_key((struct key){0x65e5, 0});
	assert_int_equal(line_edit_event(edit, &event), LINE_EDIT_TOOK);
	line_edit_set(edit, big);
	assert_int_equal(strlen(line_edit_text(edit)), LINE_EDIT_MAX);
}

static void suggests(void **state)
{
	type("po");
	assert_int_equal(line_edit_choice_count(edit), 2);
	shows(":pods", 3);
	press("Down");
	shows(":postgres", 3);
	press("Up");
	press("Up");
	shows(":postgres", 3);
	assert_int_equal(line_edit_draw_choices(edit, canvas, (struct rect){1, 0, 2, 12}), 2);
	assert_int_equal(canvas_at(canvas, 2, 0)->style, STYLE_ON_CURSOR);
	assert_int_equal(press("Tab"), LINE_EDIT_CHANGED);
	assert_string_equal(line_edit_text(edit), "postgres");
	press("Ctrl-U");
	assert_int_equal(line_edit_choice_count(edit), 0);
	type("n");
	assert_int_equal(press("Right"), LINE_EDIT_CHANGED);
	assert_string_equal(line_edit_text(edit), "nodes");
	press("Left");
	assert_int_equal(line_edit_choice_count(edit), 0);
	assert_int_equal(press("Right"), LINE_EDIT_TOOK);
}

static void remembers(void **state)
{
	static const char *const lines[] = {"first", "second", "second"};
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		line_edit_set(edit, lines[i]);
		line_edit_remember(edit);
	}
	line_edit_set(edit, "");
	line_edit_remember(edit);
	assert_string_equal(line_edit_history(edit, 0), "second");
	assert_string_equal(line_edit_history(edit, 1), "first");
	assert_null(line_edit_history(edit, 2));
	type("ty");
	press("Up");
	assert_string_equal(line_edit_text(edit), "second");
	press("Up");
	press("Up");
	assert_string_equal(line_edit_text(edit), "first");
	press("Down");
	press("Down");
	assert_string_equal(line_edit_text(edit), "ty");
	for (int i = 0; i < LINE_EDIT_HISTORY + 5; i++) {
		char line[16] = {(char)('a' + i % 26), (char)('a' + i / 26), 0};
		line_edit_set(edit, line);
		line_edit_remember(edit);
	}
	assert_null(line_edit_history(edit, LINE_EDIT_HISTORY));
	assert_non_null(line_edit_history(edit, LINE_EDIT_HISTORY - 1));
}

static void keeps_secrets(void **state)
{
	line_edit_set_secret(edit, true);
	type("pass");
	shows(":****", 5);
	line_edit_remember(edit);
	assert_null(line_edit_history(edit, 0));
	assert_string_equal(line_edit_text(edit), "pass");
}

static void scrolls_with_the_cursor(void **state)
{
	type("abcdefghijklmnop");
	shows(":ghijklmnop", 11);
	press("Home");
	shows(":abcdefghijk", 1);
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		test(edits),
		test(whole_characters),
		test(a_paste_is_text_and_nothing_else),
		test(has_a_limit),
		test(suggests),
		test(remembers),
		test(keeps_secrets),
		test(scrolls_with_the_cursor),
	};
	return cmocka_run_group_tests_name("tui/line_edit", tests, NULL, NULL);
}
