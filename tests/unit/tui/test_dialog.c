#include "tests/unit/unit.h"

#include "tui/widgets/dialog.h"

enum { RUN = 1, LEAVE };

static struct canvas *canvas;
static struct dialog *dialog;

static int set_up(void **state)
{
	canvas = canvas_create(14, 50, true);
	dialog = NULL;
	return 0;
}

static int tear_down(void **state)
{
	canvas_destroy(canvas);
	dialog_destroy(dialog);
	return 0;
}

static enum dialog_answer press(const char *name)
{
	struct key key;
	assert_true(key_parse(name, &key));
	struct event event = event_key(key);
	return dialog_event(dialog, &event);
}

static void type(const char *text)
{
	for (; *text; text++) {
		struct event event = event_key((struct key){(unsigned char)*text, 0});
		assert_int_equal(dialog_event(dialog, &event), DIALOG_OPEN);
	}
}

static enum dialog_answer paste(const char *text)
{
	struct event event = {.type = EVENT_PASTE};
	event.paste.text = text;
	event.paste.len = strlen(text);
	return dialog_event(dialog, &event);
}

static void screen_has(const char *expected)
{
	struct buf text = BUF_INIT(CANVAS_EXPORT_MAX);
	canvas_clear(canvas);
	dialog_draw(dialog, canvas);
	canvas_append_text(canvas, &text);
	if (!strstr(buf_str(&text), expected))
		fail_msg("no '%s' in\n%s", expected, buf_str(&text));
	buf_finish(&text);
}

static const char *const lines[] = {"node-3 is cordoned.", "evil \x1b[31m", NULL};

static void careful_dialogs_do_not_offer_the_deed_first(void **state)
{
	dialog = dialog_create(&(struct dialog_spec){.title = "cordon",
						     .lines = lines,
						     .careful = true,
						     .severity = SEV_WARN,
						     .buttons = {{"Run", RUN, true}, {"Leave", LEAVE, false}}});
	screen_has("+- ! cordon ");
	screen_has("node-3 is cordoned.");
	screen_has("evil \\e[31m");
	screen_has("Run    [ Leave ]");
	assert_int_equal(press("Enter"), DIALOG_DONE);
	assert_int_equal(dialog_result(dialog), LEAVE);
}

static void buttons_take_turns(void **state)
{
	dialog = dialog_create(
		&(struct dialog_spec){.title = "x", .buttons = {{"Run", RUN, true}, {"Leave", LEAVE, false}}});
	press("Tab");
	press("Right");
	press("Shift-Tab");
	press("Left");
	assert_int_equal(press("Enter"), DIALOG_DONE);
	assert_int_equal(dialog_result(dialog), RUN);
	assert_int_equal(press("Esc"), DIALOG_CANCELLED);
	assert_int_equal(press("Ctrl-C"), DIALOG_CANCELLED);
}

static void a_pasted_newline_confirms_nothing(void **state)
{
	dialog = dialog_create(&(struct dialog_spec){
		.title = "scale", .fields = {{"reason", DIALOG_FIELD_TEXT, ""}}, .buttons = {{"Run", RUN, true}}});
	assert_int_equal(paste("because\n\n\n"), DIALOG_OPEN);
	assert_string_equal(dialog_value(dialog, 0), "because   ");
	assert_int_equal(press("Enter"), DIALOG_OPEN);
	assert_int_equal(paste("\n"), DIALOG_OPEN);
	assert_int_equal(paste("\r\n"), DIALOG_OPEN);
	assert_int_equal(dialog_result(dialog), 0);
	assert_int_equal(press("Enter"), DIALOG_DONE);
}

static void what_has_to_be_typed_has_to_be_typed(void **state)
{
	dialog = dialog_create(&(struct dialog_spec){.title = "delete",
						     .fields = {{"name", DIALOG_FIELD_TYPED, "orders"}},
						     .buttons = {{"Delete", RUN, true}, {"Leave", LEAVE, false}}});
	screen_has("orders");
	assert_string_equal(dialog_value(dialog, 0), "");
	press("Enter");
	assert_int_equal(press("Enter"), DIALOG_OPEN);
	screen_has("Type orders to confirm.");
	assert_int_equal(paste("orders"), DIALOG_OPEN);
	assert_string_equal(dialog_value(dialog, 0), "");
	screen_has("Type this name; it cannot be pasted.");
	type("order");
	press("Enter");
	assert_int_equal(press("Enter"), DIALOG_OPEN);
	type("s");
	press("Enter");
	assert_int_equal(press("Enter"), DIALOG_DONE);
	assert_int_equal(dialog_result(dialog), RUN);
}

static void what_does_not_confirm_needs_no_typing(void **state)
{
	dialog = dialog_create(&(struct dialog_spec){.title = "delete",
						     .fields = {{"name", DIALOG_FIELD_TYPED, "orders"}},
						     .buttons = {{"Delete", RUN, true}, {"Leave", LEAVE, false}}});
	press("Tab");
	press("Tab");
	assert_int_equal(press("Enter"), DIALOG_DONE);
	assert_int_equal(dialog_result(dialog), LEAVE);
}

static void numbers_are_numbers(void **state)
{
	dialog = dialog_create(&(struct dialog_spec){
		.title = "scale", .fields = {{"replicas", DIALOG_FIELD_NUMBER, "3"}}, .buttons = {{"Run", RUN, true}}});
	press("Up");
	press("Up");
	press("Down");
	assert_string_equal(dialog_value(dialog, 0), "4");
	type("x-2");
	assert_string_equal(dialog_value(dialog, 0), "42");
	paste("999");
	assert_string_equal(dialog_value(dialog, 0), "42");
	type("99999999999");
	assert_string_equal(dialog_value(dialog, 0), "429999999");
	press("Ctrl-U");
	assert_string_equal(dialog_value(dialog, 0), "");
	press("Down");
	assert_string_equal(dialog_value(dialog, 0), "0");
}

static void choices_and_menus(void **state)
{
	static const char *const manners[] = {"graceful", "forced", NULL};
	dialog = dialog_create(&(struct dialog_spec){.title = "drain",
						     .fields = {{"manner", DIALOG_FIELD_CHOICE, "forced", manners}},
						     .buttons = {{"Run", RUN, true}}});
	assert_int_equal(dialog_choice(dialog, 0), 1);
	screen_has("< forced >");
	press("Space");
	assert_string_equal(dialog_value(dialog, 0), "graceful");
	dialog_destroy(dialog);
	dialog = dialog_create(
		&(struct dialog_spec){.title = "what", .fields = {{"", DIALOG_FIELD_MENU, NULL, manners}}});
	screen_has("> graceful");
	press("Down");
	screen_has("> forced");
	press("j");
	press("k");
	assert_int_equal(press("Enter"), DIALOG_DONE);
	assert_string_equal(dialog_value(dialog, 0), "forced");
}

static void the_mouse_presses(void **state)
{
	dialog = dialog_create(
		&(struct dialog_spec){.title = "x", .buttons = {{"Run", RUN, true}, {"Leave", LEAVE, false}}});
	dialog_draw(dialog, canvas);
	for (int y = 0; y < canvas->height; y++)
		for (int x = 0; x < canvas->width; x++) {
			struct event click = {.type = EVENT_MOUSE,
					      .mouse = {.action = EVENT_MOUSE_PRESS, .button = 1, .y = y, .x = x}};
			const struct canvas_cell *cell = canvas_at(canvas, y, x);
			bool on_leave = cell->codepoint == 'L';
			if (on_leave) {
				assert_int_equal(dialog_event(dialog, &click), DIALOG_DONE);
				assert_int_equal(dialog_result(dialog), LEAVE);
			}
		}
	assert_int_equal(dialog_result(dialog), LEAVE);
}

static void long_texts_scroll(void **state)
{
	const char *many[60];
	for (size_t i = 0; i < 59; i++)
		many[i] =
			i == 58 ? "the last line" : "a line that is much too long for the width of this little screen";
	many[59] = NULL;
	dialog =
		dialog_create(&(struct dialog_spec){.title = "x", .lines = many, .buttons = {{"Leave", LEAVE, false}}});
	screen_has("PgDn");
	screen_has("[ Leave ]");
	for (int i = 0; i < 30; i++)
		press("PageDown");
	screen_has("the last line");
	dialog_set_error(dialog, "no \x1b way");
	screen_has("no \\e way");
}

static void survives_any_size(void **state)
{
	static const char *const choices[] = {"a", "b", NULL};
	dialog = dialog_create(&(struct dialog_spec){
		.title = "a title",
		.lines = lines,
		.fields = {{"one", DIALOG_FIELD_TEXT, "x"}, {"two", DIALOG_FIELD_MENU, "b", choices}},
		.buttons = {{"Run", RUN, true}, {"Leave", LEAVE, false}}});
	for (int height = 1; height < 16; height++)
		for (int width = 1; width < 60; width += 3) {
			canvas_resize(canvas, height, width);
			dialog_draw(dialog, canvas);
		}
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		test(careful_dialogs_do_not_offer_the_deed_first),
		test(buttons_take_turns),
		test(a_pasted_newline_confirms_nothing),
		test(what_has_to_be_typed_has_to_be_typed),
		test(what_does_not_confirm_needs_no_typing),
		test(numbers_are_numbers),
		test(choices_and_menus),
		test(the_mouse_presses),
		test(long_texts_scroll),
		test(survives_any_size),
	};
	return cmocka_run_group_tests_name("tui/dialog", tests, NULL, NULL);
}
