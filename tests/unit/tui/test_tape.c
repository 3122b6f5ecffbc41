#include "tests/unit/unit.h"

#include <stdio.h>
#include <unistd.h>

#include "api/base/loop.h"
#include "api/base/str.h"
#include "tui/tape/tape.h"

/* ---- a toy program: shows what was typed; some keys take their time ---- */

struct toy {
	struct clock clock;
	struct loop *loop;
	struct canvas *canvas, *shown;
	struct loop_timer *work;
	uint64_t frames;
	struct buf log;  /* names of the keys */
	char answer[64]; /* appears when the work is done */
	bool busy, done;
	int exit_code;
	char *report;
	size_t report_len;
};

static void paint(struct toy *toy)
{
	canvas_clear(toy->canvas);
	canvas_put(toy->canvas, 0, 0, -1, STYLE_TITLE, "toy");
	canvas_put(toy->canvas, 1, 0, -1, STYLE_TEXT, buf_str(&toy->log));
	canvas_put(toy->canvas, 2, 0, -1, STYLE_TEXT, toy->answer);
	toy->canvas->frame = ++toy->frames;
	canvas_copy(toy->shown, toy->canvas);
}

static void work_done(void *data)
{
	struct toy *toy = data;
	toy->busy = false;
	strcpy(toy->answer, "answer");
	paint(toy);
}

/* F5 works for a second and says nothing before; F6 too, but is not busy, as if the cluster had told us by itself. */
static void on_event(void *data, const struct event *event)
{
	struct toy *toy = data;
	char name[KEY_NAME_MAX];
	if (event->type == EVENT_PASTE) {
		buf_printf(&toy->log, "paste:%zu ", event->paste.len);
		paint(toy);
		return;
	}
	key_name(event->key, name);
	if (event->key.code == KEY_CODE_F1 + 4 || event->key.code == KEY_CODE_F1 + 5) {
		toy->busy = event->key.code == KEY_CODE_F1 + 4;
		toy->answer[0] = '\0';
		loop_timer_arm(toy->work, 1000);
		paint(toy);
		return;
	}
	buf_printf(&toy->log, "%s ", name);
	paint(toy);
}

static const struct canvas *shown(void *data)
{
	return ((struct toy *)data)->shown;
}

static bool is_idle(void *data)
{
	return !((struct toy *)data)->busy;
}

static void resize(void *data, int height, int width)
{
	struct toy *toy = data;
	canvas_resize(toy->canvas, height, width);
	paint(toy);
}

static int set_up(void **state)
{
	struct toy *toy = mem_alloc(sizeof *toy);
	toy->clock = clock_virtual(1767322800000);
	toy->loop = loop_create(&toy->clock);
	toy->canvas = canvas_create(4, 60, false);
	toy->shown = canvas_create(4, 60, false);
	toy->work = loop_timer_create(toy->loop, work_done, toy);
	toy->log = BUF_INIT(4096);
	paint(toy);
	*state = toy;
	return 0;
}

static int tear_down(void **state)
{
	struct toy *toy = *state;
	loop_timer_destroy(toy->work);
	loop_destroy(toy->loop);
	canvas_destroy(toy->canvas);
	canvas_destroy(toy->shown);
	buf_finish(&toy->log);
	free(toy->report);
	free(toy);
	return 0;
}

static void on_done(void *data, int exit_code)
{
	struct toy *toy = data;
	assert_false(toy->done);
	toy->done = true;
	toy->exit_code = exit_code;
}

static int play_with(struct toy *toy, const char *text, const char *base, bool update)
{
	struct err err = {0};
	struct tape *tape = tape_parse("t.tape", text, strlen(text), &err);
	if (!tape)
		fail_msg("%s", err.text);
	free(toy->report);
	FILE *report = open_memstream(&toy->report, &toy->report_len);
	const struct tape_target target = {
		.send = on_event, .screen = shown, .is_idle = is_idle, .resize = resize, .data = toy};
	const struct tape_options options = {.base = base, .update = update, .report = report};
	struct tape_player *player = tape_player_create(toy->loop, tape, &target, &options, on_done, toy);
	toy->done = false;
	tape_player_start(player);
	loop_run(toy->loop, 100000, &toy->done);
	assert_true(toy->done);
	assert_true(tape_player_is_done(player));
	assert_int_equal(tape_player_exit(player), toy->exit_code);
	tape_player_destroy(player);
	tape_destroy(tape);
	fclose(report);
	return toy->exit_code;
}

static int play(struct toy *toy, const char *text)
{
	return play_with(toy, text, NULL, false);
}

/* ---- playing ---- */

static void presses_and_types(void **state)
{
	struct toy *toy = *state;
	assert_int_equal(
		play(toy,
		     "Type \"a\\n\" 'b'  # two strings, one blank between\nDown 2 Ctrl+d Shift+Tab F12 Alt+x Space"),
		0);
	assert_string_equal(buf_str(&toy->log), "a Enter Space b Down Down Ctrl-D Shift-Tab F12 Alt-x Space ");
}

static void pastes(void **state)
{
	struct toy *toy = *state;
	assert_int_equal(play(toy, "Copy 'one two' Paste Expect /paste:7/"), 0);
}

static void keeps_the_times(void **state)
{
	struct toy *toy = *state;
	int64_t start = loop_now_ms(toy->loop);
	assert_int_equal(play(toy, "Set TypingSpeed 10ms Type 'abc' Type@100ms 'de' Down@1s 2 Sleep 2s"), 0);
	assert_int_equal(loop_now_ms(toy->loop) - start, 30 + 200 + 2000 + 2000);
}

static void waits_for_the_screen_and_not_for_the_one_before(void **state)
{
	struct toy *toy = *state;
	assert_int_equal(play(toy, "Set AutoWait false F5 Wait@2s /answer/ Type 'x' F5 Wait+Screen@2s /answer/"), 0);
	/* The answer of before is still on the screen when F6 is sent, and gone with the frame that follows. */
	int64_t start = loop_now_ms(toy->loop);
	assert_int_equal(play(toy, "F6 Wait@2s /answer/"), 0);
	assert_true(loop_now_ms(toy->loop) - start >= 1000);
}

static void waits_by_itself_before_keys_and_looks(void **state)
{
	struct toy *toy = *state;
	assert_int_equal(play(toy, "F5 Expect /answer/ F5 Type 'x' Expect /answer/ Wait+Idle"), 0);
	assert_int_equal(play(toy, "Set KeyTimeout 500ms F5 Type 'y'"), TAPE_TIMEOUT);
	assert_non_null(strstr(toy->report, "t.tape:1:25: the program is still busy after 500 ms"));
}

static void gives_up_waiting(void **state)
{
	struct toy *toy = *state;
	int64_t start = loop_now_ms(toy->loop);
	assert_int_equal(play(toy, "Section 'one' Wait@300ms /never/"), TAPE_TIMEOUT);
	assert_true(loop_now_ms(toy->loop) - start >= 300 && loop_now_ms(toy->loop) - start < 400);
	assert_non_null(strstr(toy->report, "t.tape:1:15: [one] timed out after 300 ms waiting for /never/\n"));
	assert_non_null(strstr(toy->report, "  1| toy\n"));
	assert_int_equal(play(toy, "Set WaitTimeout 100ms F5 Wait+Idle"), TAPE_TIMEOUT);
}

static void expects(void **state)
{
	struct toy *toy = *state;
	assert_int_equal(play(toy, "Expect /^toy$/ Expect+Line 1 /toy/ ExpectNot /answer/ ExpectNot+Line 2 /toy/ "
				   "Expect+Line /^toy/"),
			 0);
	assert_int_equal(play(toy, "Expect+Line 2 /toy/ Type 'x'"), TAPE_EXPECTATION);
	assert_int_equal(toy->log.len, 0);
	assert_non_null(strstr(toy->report, "/toy/ is not on the screen"));
	assert_int_equal(play(toy, "ExpectNot /to./"), TAPE_EXPECTATION);
	assert_int_equal(play(toy, "Expect+Line 999 /./"), TAPE_EXPECTATION);
	assert_int_equal(play(toy, "Exit 7 Expect /never/"), 7);
}

static void sets_the_size(void **state)
{
	struct toy *toy = *state;
	assert_int_equal(play(toy, "Type 'abcdef' Expect /f/ Set Size 5x3 ExpectNot /f/"), 0);
	assert_int_equal(toy->shown->width, 5);
}

static void golden_screens(void **state)
{
	struct toy *toy = *state;
	char folder[] = "/tmp/mqdeck-tape-XXXXXX";
	assert_non_null(mkdtemp(folder));
	assert_int_equal(play_with(toy, "Golden a.screen", folder, false), TAPE_EXPECTATION);
	assert_non_null(strstr(toy->report, "golden screen"));
	assert_int_equal(
		play_with(toy, "Golden a.screen mask /[o]+/ /y/ Screenshot a.txt Screenshot a.svg", folder, true), 0);
	assert_int_equal(play_with(toy, "Golden a.screen mask /[o]+/ /y/", folder, false), 0);
	assert_int_equal(play_with(toy, "Golden a.txt", folder, false), 0);
	assert_int_equal(play_with(toy, "Type 'q' Golden a.txt", folder, false), TAPE_EXPECTATION);
	assert_non_null(strstr(toy->report, "-  2| \n+  2| q\n    | ^\n"));
	assert_non_null(strstr(toy->report, "the screen differs from"));
	CLEANUP(free) char *golden = str_printf("%s/a.screen", folder);
	char content[32] = "";
	FILE *file = fopen(golden, "r");
	assert_non_null(file);
	assert_true(fread(content, 1, sizeof content - 1, file) > 0);
	fclose(file);
	assert_string_equal(content, "t**\n\n\n\n");
	CLEANUP(free) char *command = str_printf("rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

/* Its tape is not the operator's: what it writes lands nowhere but where it lies. */
static void pictures_stay_below_the_folder(void **state)
{
	struct toy *toy = *state;
	char folder[] = "/tmp/mqdeck-tape-XXXXXX";
	assert_non_null(mkdtemp(folder));
	CLEANUP(free)
	char *make = str_printf("cd %s && mkdir in out && echo kept > out/kept.txt && ln -s ../out in/away && "
				"ln -s ../out/kept.txt in/link.txt && ln -s ../out/new.txt in/dangling.txt && "
				"ln out/kept.txt in/hard.txt && mkfifo in/pipe.txt && mkdir in/folder.txt in/down",
				folder);
	assert_int_equal(system(make), 0);
	CLEANUP(free) char *base = str_printf("%s/in", folder), *kept = str_printf("%s/out/kept.txt", folder);
	static const char *const paths[] = {"away/new.txt", "link.txt",   "dangling.txt", "hard.txt",
					    "pipe.txt",     "folder.txt", "none/new.txt"};
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		CLEANUP(free) char *take = str_printf("Screenshot %s", paths[i]);
		CLEANUP(free) char *golden = str_printf("Golden %s", paths[i]);
		assert_int_equal(play_with(toy, take, base, false), TAPE_EXPECTATION);
		assert_non_null(strstr(toy->report, "cannot write "));
		assert_int_equal(play_with(toy, golden, base, true), TAPE_EXPECTATION);
		assert_int_equal(play_with(toy, golden, base, false), TAPE_EXPECTATION);
	}
	CLEANUP(free)
	char *look = str_printf("cd %s && test \"$(ls out)\" = kept.txt && grep -q kept %s", folder, kept);
	assert_int_equal(system(look), 0);
	assert_int_equal(play_with(toy, "Screenshot ./down/new.txt Golden down//new.txt", base, false), 0);
	CLEANUP(free) char *clear = str_printf("rm -r %s", folder);
	assert_int_equal(system(clear), 0);
}

/* Where a tape is played, as whom and with what is never its own to say. */
static void sets_what_a_screen_looks_like_and_nothing_else(void **state)
{
	static const char *const others[] = {"KUBECONFIG", "HOME",         "XDG_CONFIG_HOME", "XDG_STATE_HOME",
					     "PATH",       "LD_PRELOAD",   "HTTPS_PROXY",     "no_proxy",
					     "TZ",         "SSL_CERT_DIR", "MQDECK_CONFIG",   "TERMINFO"};
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		struct err err = {0};
		CLEANUP(free) char *text = str_printf("Down\nEnv %s 'x'\n", others[i]);
		CLEANUP(free) char *expected = str_printf("t:2:5: a tape may not set %s, only ", others[i]);
		assert_null(tape_parse("t", text, strlen(text), &err));
		assert_true(str_has_prefix(err.text, expected));
	}
}

static void sources_other_tapes(void **state)
{
	char folder[] = "/tmp/mqdeck-tape-XXXXXX";
	struct err err = {0};
	assert_non_null(mkdtemp(folder));
	CLEANUP(free)
	char *outer = str_printf("%s/outer.tape", folder), *inner = str_printf("%s/inner.tape", folder);
	FILE *file = fopen(outer, "w");
	fputs("Source inner.tape\nDown\n", file);
	fclose(file);
	file = fopen(inner, "w");
	fputs("Set Size 100x30\nEnv TERM \"b c\"\n", file);
	fclose(file);
	struct tape *tape = tape_load(outer, &err);
	assert_non_null(tape);
	const char *value;
	assert_int_equal(tape_settings(tape)->width, 100);
	assert_int_equal(tape_settings(tape)->height, 30);
	assert_int_equal(tape_env_count(tape), 1);
	assert_string_equal(tape_env(tape, 0, &value), "TERM");
	assert_string_equal(value, "b c");
	tape_destroy(tape);
	file = fopen(inner, "w");
	fputs("Source inner.tape\n", file);
	fclose(file);
	assert_null(tape_load(outer, &err));
	assert_non_null(strstr(err.text, "nested"));
	CLEANUP(free) char *command = str_printf("rm -r %s", folder);
	assert_int_equal(system(command), 0);
	assert_null(tape_load(outer, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

/* ---- parsing ---- */

static void reads_settings(void **state)
{
	static const char text[] = "# a comment\nSet Size 120x40\nSet Clock 2026-01-02T03:04:05Z\nSet Colour 256\n"
				   "Set FontSize 14\nSet Theme \"Dracula\"\nOutput demo.gif\nHide\nEnter";
	struct err err = {0};
	struct tape *tape = tape_parse("t", text, sizeof text - 1, &err);
	assert_non_null(tape);
	assert_int_equal(tape_settings(tape)->width, 120);
	assert_int_equal(tape_settings(tape)->height, 40);
	assert_int_equal(tape_settings(tape)->clock_ms, 1767323045000);
	assert_int_equal(tape_settings(tape)->colours, COLOUR_MODE_256);
	assert_int_equal(tape_note_count(tape), 4);
	assert_string_equal(tape_note(tape, 0), "t:5:5: Set FontSize has no effect here and is ignored");
	tape_destroy(tape);
}

static void says_what_is_wrong_and_where(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"Enter\n  Entr", "t:2:3: 'Entr' is neither a command nor a key"},
		{"j", "t:1:1: 'j' is neither a command nor a key"},
		{"Type", "t:1:5: expected a string here"},
		{"Type \"abc", "t:1:6: unterminated string"},
		{"Type \"a\\q\"", "t:1:6: unknown escape; use one of \\\" \\\\ \\n \\t \\e \\xHH"},
		{"Type \"\\x1\"", "t:1:6: \\x needs two hexadecimal digits"},
		{"Type \"\\x00\"", "t:1:6: NUL bytes are not allowed here"},
		{"Wait /a(/", "t:1:6: invalid expression at character 3: missing closing parenthesis"},
		{"Wait /abc", "t:1:6: unterminated expression"},
		{"Wait abc", "t:1:6: expected an expression /…/ here"},
		{"Wait+Row /a/", "t:1:1: unknown scope +Row; use +Screen, +Line or +Idle"},
		{"Expect+Idle /a/", "t:1:1: unknown scope +Idle; use +Screen, +Line"},
		{"Wait@soon /a/", "t:1:1: 'soon' is not a duration; use a form such as 500ms, 2s or 1m"},
		{"Sleep@1s 2s", "t:1:1: Sleep takes no '@1s'"},
		{"Sleep fast", "t:1:7: 'fast' is not a duration; use a form such as 500ms, 2s or 1m"},
		{"Down 99999", "t:1:6: '99999' is not a number from 0 to 10000"},
		{"Set Size 120", "t:1:10: '120' is not a size; use columns and rows such as 120x40"},
		{"Set Size 0x5", "t:1:10: '0x5' is not a size; use columns and rows such as 120x40"},
		{"Enter Set Clock 2026-01-02T03:04:05Z", "t:1:11: Set Clock must come before the first command"},
		{"Set Clock noon", "t:1:11: 'noon' is not a time; use a form such as 2026-01-02T03:04:05Z"},
		{"Set Nothing 1", "t:1:5: unknown setting 'Nothing'"},
		{"Screenshot a.png", "t:1:12: a screenshot must be a .txt or .svg file"},
		{"Golden a mask b", "t:1:15: expected an expression /…/ here"},
		{"Source x.tape", "t:1:8: Source works only in a tape that is read from a file"},
		{"\"Type\"", "t:1:1: expected a command here"},
		{"Env A=B c", "t:1:5: a variable name cannot contain '='"},
		{"Screenshot /tmp/a.txt", "t:1:12: '/tmp/a.txt' is not a path below the folder of the tape"},
		{"Screenshot b/../../a.txt", "t:1:12: 'b/../../a.txt' is not a path below the folder of the tape"},
		{"Golden ../a", "t:1:8: '../a' is not a path below the folder of the tape"},
		{"Golden ./", "t:1:8: './' is not a path below the folder of the tape"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		assert_null(tape_parse("t", cases[i].text, strlen(cases[i].text), &err));
		assert_string_equal(err.text, cases[i].expected);
		assert_int_equal(err.code, ERR_PARSE);
	}
}

static void takes_slashes_and_quotes(void **state)
{
	struct toy *toy = *state;
	assert_int_equal(play(toy, "Type `a\"b'` Type 'c\\d' Type \"\\x41\\t\\\"\\e\" Expect /a \" b ' c \\\\ d "
				   "Shift-A Tab \" Esc/"),
			 0);
	assert_int_equal(play(toy, "Type '/' Expect /\\/$/"), 0);
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		test(presses_and_types),
		test(pastes),
		test(keeps_the_times),
		test(waits_for_the_screen_and_not_for_the_one_before),
		test(waits_by_itself_before_keys_and_looks),
		test(gives_up_waiting),
		test(expects),
		test(sets_the_size),
		test(golden_screens),
		test(pictures_stay_below_the_folder),
		cmocka_unit_test(sets_what_a_screen_looks_like_and_nothing_else),
		cmocka_unit_test(sources_other_tapes),
		cmocka_unit_test(reads_settings),
		cmocka_unit_test(says_what_is_wrong_and_where),
		test(takes_slashes_and_quotes),
	};
	return cmocka_run_group_tests_name("tui/tape", tests, NULL, NULL);
}
