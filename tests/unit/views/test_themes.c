/* The main screens of the embedded cluster in every theme: nothing but the style of a cell differs, and at every depth
 * of colour each text that stands there can be read on its ground. Also where a theme comes from: option, context,
 * background, and what is looked at without being kept. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <unistd.h>

#include "api/base/str.h"
#include "views/app/app.h"
#include "views/console/catalogue.h"

struct stage {
	struct clock clock;
	struct loop *loop;
	struct demo *demo;
	struct config *config;
	struct app *app;
	struct terminal *terminal;
};

enum { WAIT_MS = 30000 };

static int setup(void **state)
{
	struct stage *stage = mem_alloc(sizeof *stage);
	struct err err = {0};
	setenv("XDG_STATE_HOME", "/nonexistent", 1);
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	unsetenv("COLORFGBG");
	stage->clock = clock_virtual(1767323045000);
	stage->loop = loop_create(&stage->clock);
	stage->demo = demo_start(stage->loop, &(struct demo_options){.quiet = true}, &err);
	assert_non_null(stage->demo);
	*state = stage;
	return 0;
}

static void leave(struct stage *stage)
{
	app_destroy(stage->app);
	terminal_close(stage->terminal);
	config_destroy(stage->config);
	stage->app = NULL;
	stage->terminal = NULL;
	stage->config = NULL;
}

static int teardown(void **state)
{
	struct stage *stage = *state;
	leave(stage);
	demo_destroy(stage->demo);
	loop_destroy(stage->loop);
	free(stage);
	return 0;
}

static void wait_idle(struct stage *stage)
{
	int64_t end = loop_now_ms(stage->loop) + WAIT_MS;
	do
		loop_step(stage->loop, 20);
	while (!app_is_idle(stage->app) && loop_now_ms(stage->loop) < end);
	assert_true(app_is_idle(stage->app));
}

static void start(struct stage *stage, const char *configuration)
{
	struct err err = {0};
	leave(stage);
	stage->config = config_create();
	assert_true(config_parse_file_text(stage->config, "config", configuration, strlen(configuration), &err));
	stage->app = app_create(stage->loop, stage->config, stage->demo, &console_catalogue);
	if (!app_theme_configure(stage->app, &err))
		fail_msg("%s", err.text);
	stage->app->unattended = true;
	stage->terminal = terminal_open_headless(stage->loop, 40, 120, false, app_event, stage->app);
	app_start(stage->app, stage->terminal, NULL);
	wait_idle(stage);
}

static void press(struct stage *stage, const char *name)
{
	struct key key;
	assert_true(key_parse(name, &key));
	struct event event = event_key(key);
	app_event(stage->app, &event);
}

/* Keys by name, parted by blanks; or a command, with its ':'. */
static void play(struct stage *stage, const char *keys)
{
	bool command = keys[0] == ':' && keys[1] != ' ';
	if (command) {
		for (const char *c = keys; *c; c++)
			press(stage, *c == ' ' ? "Space" : (char[]){*c, '\0'});
		press(stage, "Enter");
	}
	while (!command && *keys) {
		size_t len = strcspn(keys, " ");
		CLEANUP(free) char *name = mem_strndup(keys, len);
		press(stage, name);
		keys += len + strspn(keys + len, " ");
	}
	wait_idle(stage);
}

static const char *theme_name(const struct stage *stage)
{
	return stage->app->theme.shown.name;
}

/* ---- every theme, every depth ---- */

static const struct {
	const char *keys, *seen;
} screens[] = {
	{":deck", "kafka orders"},
	{":brokers", "Q-CRIT"},
	{":replication", "IN SYNC"},
	{"m", "matrix of"},
	{":nodes", "NODE"},
	{"d", "node node-1"},
	{":brokers", "Q-CRIT"},
	{"a", "Actions on"},
	{"Esc", "Q-CRIT"},
	{":nodes", "NODE"},
	{"c", "plan: cordon"},
	{":brokers", "Q-CRIT"},
	{"f", "╭─"},
	{"Esc", "Q-CRIT"},
	{"?", "Everywhere"},
	{":theme", "BACKGROUND"},
};

static size_t readable_cells(const struct canvas *canvas, const struct theme *theme, enum colour_mode mode)
{
	size_t texts = 0;
	for (int y = 0; y < canvas->height; y++)
		for (int x = 0; x < canvas->width; x++) {
			const struct canvas_cell *cell = canvas_at(canvas, y, x);
			if (cell->codepoint == ' ' || cell->width == 0)
				continue;
			double found = theme_contrast(theme, cell->style, mode);
			texts++;
			if (found < theme_contrast_wanted(cell->style))
				fail_msg("%s, mode %d, %d:%d: style %x has contrast %.2f", theme->name, (int)mode, y, x,
					 cell->style, found);
		}
	return texts;
}

/* Where there is no colour, what is wrong is told apart by attributes, and by its sign. */
static void assert_mono(const struct canvas *canvas, const struct theme *theme)
{
	for (int y = 0; y < canvas->height; y++)
		for (int x = 0; x < canvas->width; x++) {
			style_t style = canvas_at(canvas, y, x)->style;
			struct style_look look = style_look(theme, style, COLOUR_MODE_MONO);
			assert_int_equal(look.fg, COLOUR_DEFAULT);
			assert_int_equal(look.bg, COLOUR_DEFAULT);
			if ((style & STYLE_ROLE_MASK) == STYLE_BAD || style & STYLE_ON_CURSOR)
				assert_true(look.attributes & (STYLE_ATTR_BOLD | STYLE_ATTR_REVERSE));
		}
}

static void show_in(struct stage *stage, const struct theme *theme, struct buf *text)
{
	struct event redraw = {.type = EVENT_REDRAW};
	app_theme_preview(stage->app, theme->name);
	app_event(stage->app, &redraw);
	assert_string_equal(theme_name(stage), theme->name);
	buf_clear(text);
	canvas_append_text(app_screen(stage->app), text);
}

static void nothing_but_style_differs(void **state)
{
	static const enum colour_mode depths[] = {COLOUR_MODE_TRUE, COLOUR_MODE_256, COLOUR_MODE_16, COLOUR_MODE_MONO};
	struct stage *stage = *state;
	struct buf first = BUF_INIT(CANVAS_EXPORT_MAX), text = BUF_INIT(CANVAS_EXPORT_MAX);
	start(stage, "theme: dark\n");
	for (size_t i = 0; i < ARRAY_LEN(screens); i++) {
		play(stage, screens[i].keys);
		show_in(stage, theme_default(), &first);
		if (!strstr(buf_str(&first), screens[i].seen))
			fail_msg("%s does not show %s:\n%s", screens[i].keys, screens[i].seen, buf_str(&first));
		for (size_t t = 0; t < theme_builtin_count; t++) {
			show_in(stage, &theme_builtin[t], &text);
			assert_string_equal(buf_str(&text), buf_str(&first));
			for (size_t d = 0; d < ARRAY_LEN(depths); d++)
				assert_true(readable_cells(app_screen(stage->app), &theme_builtin[t], depths[d]) > 100);
			assert_mono(app_screen(stage->app), &theme_builtin[t]);
		}
	}
	buf_finish(&first);
	buf_finish(&text);
}

/* ---- where a theme comes from ---- */

static void send_ground(struct stage *stage, int32_t rgb)
{
	struct event event = {.type = EVENT_GROUND, .ground = rgb};
	app_event(stage->app, &event);
}

static void the_background_chooses_until_somebody_does(void **state)
{
	struct stage *stage = *state;
	start(stage, "");
	assert_string_equal(theme_name(stage), "dark");
	send_ground(stage, 0xfdf6e3);
	assert_string_equal(theme_name(stage), "light");
	send_ground(stage, 0x002b36);
	assert_string_equal(theme_name(stage), "dark");
	play(stage, ":theme high-contrast");
	send_ground(stage, 0xffffff);
	assert_string_equal(theme_name(stage), "high-contrast");
	play(stage, ":theme auto");
	assert_string_equal(theme_name(stage), "light");
	start(stage, "theme: monochrome\n");
	send_ground(stage, 0xffffff);
	assert_string_equal(theme_name(stage), "monochrome");
	setenv("COLORFGBG", "0;15", 1);
	start(stage, "");
	assert_string_equal(theme_name(stage), "light");
	unsetenv("COLORFGBG");
}

static void what_is_looked_at_is_not_kept(void **state)
{
	struct stage *stage = *state;
	start(stage, "theme: dark\n");
	play(stage, ":brokers");
	size_t views = stage->app->view_count;
	/* In the list. */
	play(stage, ":theme");
	play(stage, "Down");
	assert_string_equal(theme_name(stage), "light");
	play(stage, "Down");
	assert_string_equal(theme_name(stage), "high-contrast");
	play(stage, "Esc");
	assert_string_equal(theme_name(stage), "dark");
	assert_int_equal(stage->app->view_count, views);
	play(stage, ":theme");
	play(stage, "Down Enter");
	assert_string_equal(theme_name(stage), "light");
	assert_int_equal(stage->app->view_count, views);
	/* While it is typed. */
	play(stage, ": t h e m e Space m");
	assert_string_equal(theme_name(stage), "monochrome");
	play(stage, "Backspace h");
	assert_string_equal(theme_name(stage), "high-contrast");
	play(stage, "x");
	assert_string_equal(theme_name(stage), "light");
	play(stage, "Esc");
	assert_string_equal(theme_name(stage), "light");
	/* Down the suggestions: what is seen is what Enter takes. */
	play(stage, ": t h e m e Space Down Down");
	assert_string_equal(theme_name(stage), "high-contrast");
	play(stage, "Enter");
	assert_string_equal(theme_name(stage), "high-contrast");
	assert_string_equal(stage->app->theme.kept.name, "high-contrast");
	play(stage, ":theme nothing");
	assert_string_equal(theme_name(stage), "high-contrast");
	assert_string_equal(stage->app->flash, "unknown theme \"nothing\"; `mqdeck theme list` lists them");
}

static void a_context_has_colours_of_its_own(void **state)
{
	struct stage *stage = *state;
	start(stage, "theme: high-contrast\ncontexts:\n  demo: {theme: light, accent: '#ff0000'}\n");
	assert_string_equal(theme_name(stage), "light");
	const struct canvas *screen = app_screen(stage->app);
	assert_int_equal(canvas_at(screen, 0, 60)->style, STYLE_ACCENT);
	assert_int_equal(style_look(&stage->app->theme.shown, STYLE_ACCENT, COLOUR_MODE_TRUE).bg, 0xff0000);
	readable_cells(screen, &stage->app->theme.shown, COLOUR_MODE_TRUE);
	readable_cells(screen, &stage->app->theme.shown, COLOUR_MODE_16);
	/* Also over a theme that is chosen later; and another connection begins anew. */
	play(stage, ":theme dark");
	assert_int_equal(stage->app->theme.shown.roles[STYLE_ACCENT].bg, 0xff0000);
	play(stage, ":ctx demo");
	assert_string_equal(theme_name(stage), "light");
	start(stage, "contexts:\n  other: {theme: light, accent: '#ff0000'}\n");
	assert_string_equal(theme_name(stage), "dark");
	assert_int_not_equal(canvas_at(app_screen(stage->app), 0, 60)->style, STYLE_ACCENT);
	start(stage, "contexts:\n  demo: {theme: nowhere}\n");
	assert_string_equal(stage->app->flash, "unknown theme \"nowhere\"; `mqdeck theme list` lists them");
	start(stage, "contexts:\n  demo: {accent: redd}\n");
	assert_string_equal(stage->app->flash, "accent of context demo: \"redd\" is not a colour such as \"#ff0000\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_but_style_differs, setup, teardown),
		cmocka_unit_test_setup_teardown(the_background_chooses_until_somebody_does, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_looked_at_is_not_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(a_context_has_colours_of_its_own, setup, teardown),
	};
	return cmocka_run_group_tests_name("views/themes", tests, NULL, NULL);
}
