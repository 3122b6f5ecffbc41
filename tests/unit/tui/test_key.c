#include "tests/unit/unit.h"

#include "tui/keys/event.h"

static void reads(const char *name, uint32_t code, uint8_t mods, const char *printed)
{
	struct key key, again;
	char out[KEY_NAME_MAX];
	assert_true(key_parse(name, &key));
	assert_int_equal(key.code, code);
	assert_int_equal(key.mods, mods);
	key_name(key, out);
	assert_string_equal(out, printed);
	assert_true(key_parse(out, &again));
	assert_true(key_equal(key, again));
}

static void names_read_back(void **state)
{
	reads("Ctrl-D", 'd', KEY_MOD_CTRL, "Ctrl-D");
	reads("ctrl+d", 'd', KEY_MOD_CTRL, "Ctrl-D");
	reads("Shift-F", 'F', 0, "Shift-F");
	reads("Shift-f", 'F', 0, "Shift-F");
	reads("F", 'F', 0, "Shift-F");
	reads("f", 'f', 0, "f");
	reads("F1", KEY_CODE_F1, 0, "F1");
	reads("f12", KEY_CODE_F12, 0, "F12");
	reads("Shift-Tab", KEY_CODE_TAB, KEY_MOD_SHIFT, "Shift-Tab");
	reads("Backtab", KEY_CODE_TAB, KEY_MOD_SHIFT, "Shift-Tab");
	reads("Shift+Left", KEY_CODE_LEFT, KEY_MOD_SHIFT, "Shift-Left");
	reads("Ctrl-Alt-Delete", KEY_CODE_DELETE, KEY_MOD_CTRL | KEY_MOD_ALT, "Ctrl-Alt-Delete");
	reads("Ctrl-Space", ' ', KEY_MOD_CTRL, "Ctrl-Space");
	reads("space", ' ', 0, "Space");
	reads("Ctrl-\\", '\\', KEY_MOD_CTRL, "Ctrl-\\");
	reads("Escape", KEY_CODE_ESCAPE, 0, "Esc");
	reads("-", '-', 0, "-");
	reads("Ctrl--", '-', KEY_MOD_CTRL, "Ctrl--");
	reads("+", '+', 0, "+");
	reads("?", '?', 0, "?");
	reads("\xc3\xa9", 0xe9, 0, "\xc3\xa9");
}

static void refuses_what_is_none(void **state)
{
	static const char *const wrong[] = {"",        "Ctrl-", "F0",          "F13",  "F1x",
					    "Hyper-x", "ab",    "Ctrl-Ctrl-x", "\x1b", "\xff"};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct key key;
		assert_false(key_parse(wrong[i], &key));
	}
}

static void labels_are_short(void **state)
{
	static const struct {
		const char *name, *label, *plain;
	} cases[] = {{"Ctrl-D", "^D", "^D"}, {"Enter", "↵", "Enter"},    {"Shift-S", "S", "S"},
		     {"Up", "↑", "Up"},      {"PageUp", "PgUp", "PgUp"}, {"Shift-Tab", "⇧Tab", "Shift-Tab"}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct key key;
		char out[KEY_NAME_MAX];
		assert_true(key_parse(cases[i].name, &key));
		key_label(key, false, out);
		assert_string_equal(out, cases[i].label);
		key_label(key, true, out);
		assert_string_equal(out, cases[i].plain);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_read_back),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(labels_are_short),
	};
	return cmocka_run_group_tests_name("tui/key", tests, NULL, NULL);
}
