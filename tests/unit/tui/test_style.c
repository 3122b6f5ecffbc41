#include "tests/unit/unit.h"

#include "tui/draw/style.h"
#include "tui/theme/theme.h"

static void finds_the_nearest_of_256(void **state)
{
	assert_int_equal(colour_to_256(0x000000), 16);
	assert_int_equal(colour_to_256(0xffffff), 231);
	assert_int_equal(colour_to_256(0x005f87), 24);
	assert_int_equal(colour_to_256(0x8a8a8a), 245);
	for (int i = 16; i < 256; i++)
		assert_int_equal(colour_from_256(colour_to_256(colour_from_256(i))), colour_from_256(i));
}

static void obeys_the_environment(void **state)
{
	static const struct {
		const char *no_color, *force, *colorterm, *term;
		int colours;
		enum colour_mode expected;
	} cases[] = {
		{NULL, NULL, NULL, "xterm-256color", 256, COLOUR_MODE_256},
		{NULL, NULL, "truecolor", "xterm-256color", 256, COLOUR_MODE_TRUE},
		{NULL, NULL, "24bit", "xterm-256color", 256, COLOUR_MODE_TRUE},
		{NULL, NULL, "yes", "xterm", 8, COLOUR_MODE_16},
		{"1", "1", "truecolor", "xterm-256color", 256, COLOUR_MODE_MONO},
		{"", NULL, NULL, "xterm-256color", 256, COLOUR_MODE_256},
		{NULL, NULL, NULL, "linux", 8, COLOUR_MODE_16},
		{NULL, NULL, NULL, "vt100", -1, COLOUR_MODE_MONO},
		{NULL, "1", NULL, "vt100", -1, COLOUR_MODE_16},
		{NULL, "0", NULL, "vt100", -1, COLOUR_MODE_MONO},
		{NULL, NULL, NULL, "xterm-direct", 16777216, COLOUR_MODE_TRUE},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(colour_mode_detect(cases[i].no_color, cases[i].force, cases[i].colorterm,
						    cases[i].term, cases[i].colours),
				 cases[i].expected);
}

static void every_role_is_told_apart_without_colour(void **state)
{
	/* What is bad or under the cursor must be seen on a screen of one colour too. */
	const struct theme *theme = theme_default();
	struct style_look text = style_look(theme, STYLE_TEXT, COLOUR_MODE_MONO);
	assert_int_equal(text.attributes, 0);
	assert_true(style_look(theme, STYLE_TEXT | STYLE_ON_CURSOR, COLOUR_MODE_MONO).attributes & STYLE_ATTR_REVERSE);
	assert_true(style_look(theme, STYLE_BAD, COLOUR_MODE_MONO).attributes & STYLE_ATTR_BOLD);
	assert_true(style_look(theme, STYLE_BUTTON_FOCUS, COLOUR_MODE_MONO).attributes & STYLE_ATTR_REVERSE);
	for (int role = 0; role < STYLE_COUNT; role++) {
		struct style_look look = style_look(theme, (style_t)role, COLOUR_MODE_MONO);
		assert_int_equal(look.fg, COLOUR_DEFAULT);
		assert_int_equal(look.bg, COLOUR_DEFAULT);
	}
}

static int luminance(int32_t rgb)
{
	return ((rgb >> 16 & 255) * 299 + (rgb >> 8 & 255) * 587 + (rgb & 255) * 114) / 1000;
}

static void the_cursor_line_is_readable(void **state)
{
	for (int role = 0; role < STYLE_COUNT; role++) {
		struct style_look look =
			style_look(theme_default(), (style_t)(role | STYLE_ON_CURSOR), COLOUR_MODE_TRUE);
		assert_true(luminance(look.fg) - luminance(look.bg) > 70);
	}
}

static void roles_have_names(void **state)
{
	for (int role = 0; role < STYLE_COUNT; role++)
		assert_int_equal(style_role_by_name(style_role_name((enum style_role)role)), role);
	assert_int_equal(style_role_by_name("nothing"), -1);
}

static void severities_have_signs(void **state)
{
	for (enum severity a = SEV_OK; a <= SEV_BAD; a++)
		for (enum severity b = SEV_OK; b < a; b++) {
			assert_string_not_equal(severity_sign(a, false), severity_sign(b, false));
			assert_string_not_equal(severity_sign(a, true), severity_sign(b, true));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_nearest_of_256),
		cmocka_unit_test(obeys_the_environment),
		cmocka_unit_test(every_role_is_told_apart_without_colour),
		cmocka_unit_test(the_cursor_line_is_readable),
		cmocka_unit_test(roles_have_names),
		cmocka_unit_test(severities_have_signs),
	};
	return cmocka_run_group_tests_name("tui/style", tests, NULL, NULL);
}
