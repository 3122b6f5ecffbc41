/* Themes: the shipped ones can be read at every depth, files and k9s skins load, and nothing a file holds does harm. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/base/buf.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "tui/draw/colour.h"
#include "tui/theme/theme.h"

/* ---- notes, as one text ---- */

static void keep_note(void *data, size_t line, const char *text)
{
	buf_printf(data, "%zu: %s\n", line, text);
}

static bool parse_noting(struct theme *theme, const char *text, struct buf *notes, struct err *err)
{
	buf_clear(notes);
	return theme_parse(theme, "some/skin.yaml", text, strlen(text), keep_note, notes, err);
}

static void assert_notes(const struct buf *notes, const char *expected)
{
	assert_string_equal(buf_str(notes), expected);
}

/* ---- what is shipped ---- */

static const enum colour_mode coloured[] = {COLOUR_MODE_TRUE, COLOUR_MODE_256, COLOUR_MODE_16};

static void every_shipped_pair_is_readable(void **state)
{
	for (size_t t = 0; t < theme_builtin_count; t++)
		for (size_t m = 0; m < ARRAY_LEN(coloured); m++)
			for (int style = 0; style < 2 * STYLE_COUNT; style++) {
				style_t of = (style_t)(style % STYLE_COUNT);
				of |= style < STYLE_COUNT ? 0 : STYLE_ON_CURSOR;
				double found = theme_contrast(&theme_builtin[t], of, coloured[m]);
				if (found < theme_contrast_wanted(of))
					fail_msg("%s, mode %d: %s%s has %.2f", theme_builtin[t].name, (int)coloured[m],
						 style_role_name((enum style_role)(of & STYLE_ROLE_MASK)),
						 of & STYLE_ON_CURSOR ? " on the cursor" : "", found);
			}
}

static void high_contrast_is_higher(void **state)
{
	const struct theme *theme = theme_builtin_find("high-contrast");
	for (int role = 0; role < STYLE_COUNT; role++)
		if (!style_role_is_sign((enum style_role)role))
			assert_true(theme_contrast(theme, (style_t)role, COLOUR_MODE_TRUE) >= 7);
}

static void monochrome_has_no_colour_anywhere(void **state)
{
	const struct theme *theme = theme_builtin_find("monochrome");
	for (int role = 0; role < STYLE_COUNT; role++)
		for (size_t m = 0; m < ARRAY_LEN(coloured); m++) {
			struct style_look look = style_look(theme, (style_t)role, coloured[m]);
			assert_int_equal(look.fg, COLOUR_DEFAULT);
			assert_int_equal(look.bg, COLOUR_DEFAULT);
			assert_int_equal(look.attributes,
					 style_look(theme_default(), (style_t)role, COLOUR_MODE_MONO).attributes);
		}
}

/* Two programs read the same files: embed.py at build time, and theme_parse. */
static void shipped_files_read_as_they_are_built_in(void **state)
{
	for (size_t i = 0; i < theme_builtin_count; i++) {
		struct theme theme;
		struct err err = {0};
		struct buf notes = BUF_INIT(4096);
		const struct theme *built_in = &theme_builtin[i];
		CLEANUP(free) char *path = str_printf("%s/%s.yaml", getenv("THEMES_DIR"), built_in->name);
		if (!theme_load(&theme, path, keep_note, &notes, &err))
			fail_msg("%s", err.text);
		assert_notes(&notes, "");
		assert_string_equal(theme.name, built_in->name);
		assert_string_equal(theme.help, built_in->help);
		assert_int_equal(theme.monochrome, built_in->monochrome);
		assert_int_equal(theme.ground, built_in->ground);
		assert_int_equal(theme.ink, built_in->ink);
		for (int role = 0; role < STYLE_COUNT; role++)
			if (memcmp(&theme.roles[role], &built_in->roles[role], sizeof theme.roles[role]) != 0)
				fail_msg("%s: %s differs", built_in->name, style_role_name((enum style_role)role));
		buf_finish(&notes);
	}
}

/* ---- our own form ---- */

static void a_file_changes_what_it_names(void **state)
{
	struct theme theme;
	struct err err = {0};
	struct buf notes = BUF_INIT(8192);
	const char *text = "help: mine\nground: white\nroles:\n  bad: {fg: red, style: bold underline}\n"
			   "  live: {fg: black, bg: '#ffd700', fg16: 0, bg16: bright-yellow}\n";
	assert_true(parse_noting(&theme, text, &notes, &err));
	assert_string_equal(theme.name, "skin");
	assert_int_equal(theme.ground, 0xffffff);
	assert_int_equal(theme.roles[STYLE_BAD].fg, 0xff0000);
	/* Bright red cannot be read on white; red can. */
	assert_int_equal(theme.roles[STYLE_BAD].fg16, 1);
	assert_int_equal(theme.roles[STYLE_BAD].attributes, STYLE_ATTR_BOLD | STYLE_ATTR_UNDERLINE);
	assert_int_equal(theme.roles[STYLE_BAD].mono, STYLE_ATTR_BOLD);
	assert_int_equal(theme.roles[STYLE_LIVE].bg16, 11);
	assert_int_equal(theme.roles[STYLE_OK].fg, theme_builtin_find("light")->roles[STYLE_OK].fg);
	assert_non_null(strstr(buf_str(&notes), "0: missing roles, taken from light: text, dim,"));
	assert_null(strstr(buf_str(&notes), " bad,"));
	buf_finish(&notes);
}

static void what_means_nothing_is_said_with_its_line(void **state)
{
	struct theme theme;
	struct err err = {0};
	struct buf notes = BUF_INIT(8192);
	const char *text = "rols: 1\nroles:\n  baad: {fg: red}\n  bad: {fg: redd, mono: blink, colour: x, fg16: 16}\n"
			   "  ok: green\n";
	assert_true(parse_noting(&theme, text, &notes, &err));
	const char *const expected[] = {"1: unknown key \"rols\"; did you mean roles?\n",
					"3: unknown role \"baad\"; did you mean bad?\n",
					"4: role bad: fg must be a colour, not \"redd\"\n",
					"4: role bad: mono must be bold, dim, underline or reverse, not \"blink\"\n",
					"4: unknown key \"colour\"\n",
					"4: role bad: fg16 must be one of sixteen colours, not \"16\"\n",
					"5: role ok: expected {fg: …, bg: …}\n"};
	for (size_t i = 0; i < ARRAY_LEN(expected); i++)
		if (!strstr(buf_str(&notes), expected[i]))
			fail_msg("not said: %sin:\n%s", expected[i], buf_str(&notes));
	buf_finish(&notes);
}

/* ---- skins of k9s ---- */

static const char skin_text[] =
	"# -----\nforeground: &foreground \"#f8f8f2\"\nbackground: &background \"#282a36\"\n"
	"comment: &comment \"#6272a4\"\ngreen: &green \"#50fa7b\"\npink: &pink \"#ff79c6\"\n"
	"red: &red \"#ff5555\"\n"
	"k9s:\n  body:\n    fgColor: *foreground\n    bgColor: *background\n    logoColor: *pink\n"
	"  frame:\n    border: {fgColor: *comment}\n"
	"    status:\n      addColor: *green\n      errorColor: *red\n"
	"      completedColor: *comment\n"
	"  views:\n    table:\n      cursorFgColor: *background\n      cursorBgColor: *pink\n"
	"      header: {fgColor: *foreground, bgColor: default}\n"
	"    charts:\n      bgColor: default\n      defaultDialColors: [*green, *red]\n"
	"      resourceColors: {cpu: [*green, *red]}\n";

static void a_skin_of_k9s_is_a_theme(void **state)
{
	struct theme theme;
	struct err err = {0};
	struct buf notes = BUF_INIT(8192);
	assert_true(parse_noting(&theme, skin_text, &notes, &err));
	assert_notes(&notes, "");
	assert_int_equal(theme.ground, 0x282a36);
	assert_int_equal(theme.roles[STYLE_TEXT].fg, 0xf8f8f2);
	assert_int_equal(theme.roles[STYLE_TEXT].bg, 0x282a36);
	assert_int_equal(theme.roles[STYLE_OK].fg, 0x50fa7b);
	assert_int_equal(theme.roles[STYLE_CURSOR].bg, 0xff79c6);
	assert_int_equal(theme.roles[STYLE_BANNER].bg, 0xff5555);
	assert_int_equal(theme.roles[STYLE_BANNER].fg, 0x000000);
	/* `default` is what the screen has, and what the skin does not say is stock. */
	assert_int_equal(style_look(&theme, STYLE_HEADER, COLOUR_MODE_TRUE).bg, 0x282a36);
	assert_int_equal(theme.roles[STYLE_WARN].fg, 0xff8c00);
	/* Too faint for what is written in it here. */
	assert_int_not_equal(theme.roles[STYLE_DIM].fg, 0x6272a4);
	assert_true(theme_contrast(&theme, STYLE_DIM, COLOUR_MODE_TRUE) >= 4.5);
	assert_int_equal(theme.roles[STYLE_BORDER].fg, 0x6272a4);
	assert_int_equal(theme.roles[STYLE_OK].fg16, 10);
	assert_int_equal(theme.roles[STYLE_BAD].mono, STYLE_ATTR_BOLD);
	buf_finish(&notes);
}

/* What skins that people share really hold. */
static void odd_keys_are_said_and_never_refused(void **state)
{
	struct theme theme;
	struct err err = {0};
	struct buf notes = BUF_INIT(8192);
	const char *text = "k9s:\n  body: {fgColor: white, bgColor: background}\n"
			   "  frame: {status: {highlightcolor: red}}\n"
			   "  views:\n    table: {cursorColor: red, fgColor: {a: b}}\n    yaml: {colorColor: red}\n"
			   "    help: {fgColor: red}\n    xray: {showIcons: false}\n    logs: blue\n";
	assert_true(parse_noting(&theme, text, &notes, &err));
	assert_notes(&notes, "2: body.bgColor: \"background\" is not a colour; k9s uses the terminal's default\n"
			     "3: unknown key frame.status.highlightcolor; did you mean frame.status.highlightColor?\n"
			     "5: unknown key views.table.cursorColor; did you mean views.table.cursorFgColor?\n"
			     "5: views.table.fgColor: \"…\" is not a colour; k9s uses the terminal's default\n"
			     "6: unknown key views.yaml.colorColor; did you mean views.yaml.colonColor?\n"
			     "7: unknown key views.help\n"
			     "9: views.logs groups colours by name and is not a colour itself\n");
	assert_int_equal(theme.roles[STYLE_TEXT].bg, COLOUR_DEFAULT);
	buf_finish(&notes);
}

static void a_skin_without_a_ground_is_dark_or_light_by_its_text(void **state)
{
	static const struct {
		const char *text;
		int32_t ground;
	} cases[] = {{"k9s: {body: {fgColor: '#202020', bgColor: default}}", 0xffffff},
		     {"k9s: {body: {fgColor: '#e0e0e0', bgColor: default}}", 0x000000},
		     {"k9s: {}", 0x000000}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct theme theme;
		struct err err = {0};
		assert_true(theme_parse(&theme, "x", cases[i].text, strlen(cases[i].text), NULL, NULL, &err));
		assert_int_equal(theme.ground, cases[i].ground);
	}
}

/* ---- hostile files ---- */

static void says_why_a_file_is_no_theme(void **state)
{
	static const struct {
		const char *text, *sentence;
	} cases[] = {
		{"", "x.yaml: neither a theme (a mapping with `roles`) nor a k9s skin (with `k9s`)"},
		{"- a\n- b\n", "x.yaml: neither a theme (a mapping with `roles`) nor a k9s skin (with `k9s`)"},
		{"colours: {}\n", "x.yaml: neither a theme (a mapping with `roles`) nor a k9s skin (with `k9s`)"},
		{"roles: 7\n", "x.yaml: `roles` must map roles to colours"},
		{"k9s: [a]\n", "x.yaml: `k9s` must map parts of the screen to colours"},
		{"roles:\n  text: {fg: red}\n  text: {fg: blue}\n", "x.yaml:3:3: text is already set on line 2"},
		{"k9s:\n  body: {fgColor: red, fgColor: blue}\n", "x.yaml:2:24: fgColor is already set on line 2"},
		{"roles:\n  a: {\n", "x.yaml:3: did not find expected node content"},
		{"roles: *nowhere\n", "x.yaml:1: found undefined alias"},
		{"roles: {a: \"\xff\xfe\"}\n", "x.yaml: not UTF-8 text (byte 12)"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct theme theme;
		struct err err = {0};
		assert_false(theme_parse(&theme, "x.yaml", cases[i].text, strlen(cases[i].text), NULL, NULL, &err));
		assert_string_equal(err.text, cases[i].sentence);
	}
}

static void aliases_in_circles_come_to_an_end(void **state)
{
	struct theme theme;
	struct err err = {0};
	struct buf text = BUF_INIT(THEME_FILE_MAX), notes = BUF_INIT(1024 * 1024);
	assert_true(parse_noting(&theme, "k9s: &a\n  body: *a\n  views: *a\n", &notes, &err));
	/* One long list in many places. */
	buf_append_str(&text, "c: &c [");
	for (int i = 0; i < 6000; i++)
		buf_append_str(&text, "x, ");
	buf_append_str(&text, "]\nk9s: {body: *c, prompt: *c, info: *c, dialog: *c, frame: *c, views: *c}\n");
	assert_true(parse_noting(&theme, buf_str(&text), &notes, &err));
	assert_non_null(strstr(buf_str(&notes), "too many entries; the rest is ignored"));
	buf_finish(&text);
	buf_finish(&notes);
}

static void a_huge_file_is_refused(void **state)
{
	struct theme theme;
	struct err err = {0};
	CLEANUP(free) char *text = mem_alloc(THEME_FILE_MAX + 1);
	memset(text, '#', THEME_FILE_MAX + 1);
	assert_false(theme_parse(&theme, "x", text, THEME_FILE_MAX + 1, NULL, NULL, &err));
	assert_string_equal(err.text, "x is larger than 64 KiB, the limit for a theme");
	/* As deep as the file allows, in both of YAML's ways. */
	memset(text, '[', THEME_FILE_MAX);
	assert_false(theme_parse(&theme, "x", text, THEME_FILE_MAX, NULL, NULL, &err));
	assert_string_equal(err.text, "x has more than 2000 brackets, the limit for a theme");
	for (size_t i = 0; i < THEME_FILE_MAX; i++)
		text[i] = i % 2 ? ' ' : '-';
	assert_false(theme_parse(&theme, "x", text, THEME_FILE_MAX, NULL, NULL, &err));
}

/* ---- where they are found ---- */

static void write_file(const char *folder, const char *name, const char *text)
{
	CLEANUP(free) char *path = str_printf("%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void list_name(void *data, const char *name, enum theme_origin origin, const char *path)
{
	buf_printf(data, "%s%s ", name, origin == THEME_OF_USER ? "*" : origin == THEME_OF_K9S ? "+" : "");
	assert_int_equal(origin == THEME_BUILT_IN, path == NULL);
}

static void the_users_own_come_first(void **state)
{
	char folder[] = "/tmp/mqdeck-themes-XXXXXX";
	struct theme theme;
	struct err err = {0};
	struct buf names = BUF_INIT(4096);
	assert_non_null(mkdtemp(folder));
	CLEANUP(free) char *make = str_printf("mkdir -p %s/mqdeck/themes %s/k9s/skins", folder, folder);
	CLEANUP(free) char *own = str_printf("%s/mqdeck/themes", folder), *k9s = str_printf("%s/k9s/skins", folder);
	CLEANUP(free) char *fifo = str_printf("%s/pipe.yaml", own), *remove = str_printf("rm -rf %s", folder);
	assert_int_equal(system(make), 0);
	setenv("XDG_CONFIG_HOME", folder, 1);
	write_file(own, "dark.yaml", "roles: {bad: {fg: red}}\n");
	write_file(own, "mine10.yml", "roles: {}\n");
	write_file(own, "mine9.yaml", "roles: {}\n");
	write_file(own, "notes.txt", "no theme\n");
	write_file(k9s, "dracula.yaml", skin_text);
	write_file(k9s, "light.yaml", skin_text);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	theme_each(list_name, &names);
	assert_string_equal(buf_str(&names), "dark* mine9* mine10* pipe* light high-contrast monochrome dracula+ ");
	assert_true(theme_load(&theme, "dark", NULL, NULL, &err));
	assert_int_equal(theme.roles[STYLE_BAD].fg, 0xff0000);
	assert_true(theme_load(&theme, "dracula", NULL, NULL, &err));
	assert_string_equal(theme.name, "dracula");
	assert_true(theme_load(&theme, "light", NULL, NULL, &err));
	assert_int_equal(theme.ground, 0xffffff);
	/* Nobody writes into it: reading would wait for ever. */
	assert_false(theme_load(&theme, "pipe", NULL, NULL, &err));
	assert_non_null(strstr(err.text, "pipe.yaml is a named pipe"));
	assert_false(theme_load(&theme, "none", NULL, NULL, &err));
	assert_string_equal(err.text, "unknown theme \"none\"; `mqdeck theme list` lists them");
	assert_false(theme_load(&theme, "./none.yaml", NULL, NULL, &err));
	buf_finish(&names);
	assert_int_equal(system(remove), 0);
}

/* ---- colours ---- */

static void colours_have_names(void **state)
{
	static const struct {
		const char *text;
		bool known;
		int32_t rgb;
	} cases[] = {{"#1e2F3a", true, 0x1e2f3a},
		     {"#fab", true, 0xffaabb},
		     {"papayawhip", true, 0xffefd5},
		     {"grey", true, 0x808080},
		     {"default", true, COLOUR_DEFAULT},
		     {"-", true, COLOUR_DEFAULT},
		     {"#12345", false, 0},
		     {"#1234567", false, 0},
		     {"#gggggg", false, 0},
		     {"linegreen", false, 0},
		     {"", false, 0},
		     {"Red", false, 0}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int32_t rgb = 0;
		assert_int_equal(colour_parse(cases[i].text, &rgb), cases[i].known);
		assert_int_equal(rgb, cases[i].rgb);
	}
}

static void sixteen_keep_the_hue(void **state)
{
	static const struct {
		int32_t rgb;
		int index;
	} cases[] = {{0xff5555, 9},  {0x800000, 1},  {0x50fa7b, 10}, {0x008700, 2}, {0xbd93f9, 12},
		     {0xf1fa8c, 11}, {0x8be9fd, 14}, {0x005faf, 6},  {0x000080, 4}, {0x202020, 0},
		     {0x808080, 8},  {0xd0d0d0, 7},  {0xffffff, 15}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(colour_to_16(cases[i].rgb), cases[i].index);
}

static void contrast_is_that_of_wcag(void **state)
{
	assert_true(colour_contrast(0xffffff, 0x000000) > 20.99);
	assert_true(colour_contrast(0x767676, 0xffffff) > 4.53 && colour_contrast(0xffffff, 0x767676) < 4.55);
	assert_int_equal(colour_readable_on(0xffd700), 0x000000);
	assert_int_equal(colour_readable_on(0x800000), 0xffffff);
}

static void the_environment_may_tell_the_ground(void **state)
{
	static const struct {
		const char *text;
		int32_t ground;
	} cases[] = {{"15;0", 0x000000},         {"0;15", 0xffffff},
		     {"0;default;15", 0xffffff}, {"7;8", 0x000000},
		     {"0;7", 0xffffff},          {NULL, COLOUR_DEFAULT},
		     {"", COLOUR_DEFAULT},       {"15", COLOUR_DEFAULT},
		     {"0;16", COLOUR_DEFAULT},   {"0;default", COLOUR_DEFAULT},
		     {"0;-1", COLOUR_DEFAULT}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(theme_ground_of_environment(cases[i].text), cases[i].ground);
	assert_string_equal(theme_for_ground(0xfdf6e3)->name, "light");
	assert_string_equal(theme_for_ground(0x002b36)->name, "dark");
	assert_string_equal(theme_for_ground(COLOUR_DEFAULT)->name, "dark");
}

static void an_accent_is_readable(void **state)
{
	static const int32_t accents[] = {0xff0000, 0xffff00, 0x000080, 0x808080, 0x00ff00};
	for (size_t i = 0; i < ARRAY_LEN(accents); i++)
		for (size_t m = 0; m < ARRAY_LEN(coloured); m++) {
			struct theme theme = *theme_default();
			theme_set_accent(&theme, accents[i]);
			assert_true(theme_contrast(&theme, STYLE_ACCENT, coloured[m]) >= 4.5);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shipped_pair_is_readable),
		cmocka_unit_test(high_contrast_is_higher),
		cmocka_unit_test(monochrome_has_no_colour_anywhere),
		cmocka_unit_test(shipped_files_read_as_they_are_built_in),
		cmocka_unit_test(a_file_changes_what_it_names),
		cmocka_unit_test(what_means_nothing_is_said_with_its_line),
		cmocka_unit_test(a_skin_of_k9s_is_a_theme),
		cmocka_unit_test(odd_keys_are_said_and_never_refused),
		cmocka_unit_test(a_skin_without_a_ground_is_dark_or_light_by_its_text),
		cmocka_unit_test(says_why_a_file_is_no_theme),
		cmocka_unit_test(aliases_in_circles_come_to_an_end),
		cmocka_unit_test(a_huge_file_is_refused),
		cmocka_unit_test(the_users_own_come_first),
		cmocka_unit_test(colours_have_names),
		cmocka_unit_test(sixteen_keep_the_hue),
		cmocka_unit_test(contrast_is_that_of_wcag),
		cmocka_unit_test(the_environment_may_tell_the_ground),
		cmocka_unit_test(an_accent_is_readable),
	};
	return cmocka_run_group_tests_name("tui/theme", tests, NULL, NULL);
}
