#include "tests/unit/unit.h"

#include "tui/draw/canvas.h"
#include "tui/theme/theme.h"

static struct canvas *canvas;

static int set_up(void **state)
{
	canvas = canvas_create(3, 10, false);
	return 0;
}

static int tear_down(void **state)
{
	canvas_destroy(canvas);
	return 0;
}

static void shows(const struct canvas *of, const char *expected)
{
	struct buf text = BUF_INIT(CANVAS_EXPORT_MAX);
	canvas_append_text(of, &text);
	assert_string_equal(buf_str(&text), expected);
	buf_finish(&text);
}

static void draws_and_trims(void **state)
{
	assert_int_equal(canvas_put(canvas, 1, 2, -1, STYLE_TEXT, "abc"), 3);
	shows(canvas, "\n  abc\n\n");
}

static void clips_on_every_side(void **state)
{
	canvas_put(canvas, 0, 7, -1, STYLE_TEXT, "abcdef");
	canvas_put(canvas, 1, -2, -1, STYLE_TEXT, "abcdef");
	canvas_put(canvas, -1, 0, -1, STYLE_TEXT, "above");
	canvas_put(canvas, 3, 0, -1, STYLE_TEXT, "below");
	canvas_put(canvas, 2, 2, 3, STYLE_TEXT, "abcdef");
	canvas_put(canvas, 2, 50, -1, STYLE_TEXT, "right");
	canvas_fill(canvas, (struct rect){-5, -5, 100, 2}, STYLE_TEXT, 'x');
	shows(canvas, "       abc\ncdef\n  abc\n");
}

static void never_draws_half_of_a_wide_character(void **state)
{
	assert_int_equal(canvas_put(canvas, 0, 0, 3, STYLE_TEXT, "日本"), 2);
	assert_int_equal(canvas_put(canvas, 1, 9, -1, STYLE_TEXT, "日"), 0);
	shows(canvas, "日\n\n\n");
	assert_int_equal(canvas_at(canvas, 0, 0)->width, 2);
	assert_int_equal(canvas_at(canvas, 0, 1)->width, 0);
}

static void a_wide_character_that_loses_a_half_is_gone(void **state)
{
	canvas_put(canvas, 0, 0, -1, STYLE_TEXT, "日本語");
	canvas_put(canvas, 0, 1, 1, STYLE_TEXT, "x");
	canvas_put(canvas, 0, 4, 1, STYLE_TEXT, "y");
	shows(canvas, " x本y\n\n\n");
	canvas_put(canvas, 1, 0, -1, STYLE_TEXT, "日本");
	canvas_put(canvas, 1, 1, -1, STYLE_TEXT, "語");
	shows(canvas, " x本y\n 語\n\n");
	for (int x = 0; x < 10; x++)
		assert_true(canvas_at(canvas, 1, x)->width == 1 || x == 1 || x == 2);
}

static void keeps_combining_marks(void **state)
{
	assert_int_equal(canvas_put(canvas, 0, 0, -1, STYLE_TEXT, "e\xcc\x81x"), 2);
	shows(canvas, "e\xcc\x81x\n\n\n");
	/* More than there is room for are dropped, and one without a base too. */
	assert_int_equal(canvas_put(canvas, 1, 0, -1, STYLE_TEXT,
				    "\xcc\x81"
				    "a\xcc\x81\xcc\x82\xcc\x83"),
			 1);
	shows(canvas, "e\xcc\x81x\na\xcc\x81\xcc\x82\n\n");
}

static void hostile_text_becomes_visible(void **state)
{
	canvas_resize(canvas, 3, 40);
	canvas_put(canvas, 0, 0, -1, STYLE_TEXT, "a\x1b[31mb\r\n");
	canvas_put(canvas, 1, 0, -1, STYLE_TEXT,
		   "\xe2\x80\xae"
		   "evil\xff\xc2\x9b");
	canvas_put(canvas, 2, 37, -1, STYLE_TEXT, "\x1b\x1b");
	shows(canvas, "a\\e[31mb\\r\\n\n\\u{202E}evil\\xFF\\u{9B}\n                                     \\e\\\n");
}

static void says_when_text_was_cut(void **state)
{
	assert_int_equal(canvas_put_fit(canvas, 0, 0, 6, STYLE_TEXT, "abcdefgh"), 6);
	canvas_put_fit(canvas, 1, 0, 4, STYLE_TEXT, "日本語");
	canvas_put_right(canvas, 2, 0, 10, STYLE_TEXT, "12");
	shows(canvas, "abcde…\n日…\n        12\n");
	canvas->ascii = true;
	canvas_put_fit(canvas, 0, 0, 6, STYLE_TEXT, "abcdefgh");
	canvas_put_right(canvas, 2, 0, 3, STYLE_TEXT, "12345");
	shows(canvas, "abcde~\n日…\n12~     12\n");
}

static void boxes_in_both_forms(void **state)
{
	canvas_box(canvas, (struct rect){0, 0, 3, 4}, STYLE_BORDER, CANVAS_BOX_ROUND);
	canvas->ascii = true;
	canvas_box(canvas, (struct rect){0, 5, 3, 4}, STYLE_BORDER, CANVAS_BOX_SHARP);
	shows(canvas, "╭──╮ +--+\n│  │ |  |\n╰──╯ +--+\n");
}

static void compares_copies_and_restyles(void **state)
{
	struct canvas *copy = canvas_create(1, 1, true);
	canvas_put(canvas, 0, 0, -1, STYLE_BAD, "日x");
	canvas->frame = 7;
	canvas_copy(copy, canvas);
	assert_true(canvas_equal(copy, canvas));
	assert_int_equal(copy->frame, 7);
	canvas_modify(copy, (struct rect){0, 2, 1, 1}, STYLE_ON_CURSOR);
	assert_false(canvas_equal(copy, canvas));
	assert_int_equal(canvas_at(copy, 0, 2)->style, STYLE_BAD | STYLE_ON_CURSOR);
	assert_int_equal(canvas_at(copy, 0, 1)->style, STYLE_BAD);
	canvas_destroy(copy);
}

static void holds_its_size(void **state)
{
	canvas_resize(canvas, -4, 1000000);
	assert_int_equal(canvas->height, 1);
	assert_int_equal(canvas->width, CANVAS_SIDE_MAX);
}

/* Enough of XML to see that every element is closed and nothing raw is in the text. */
static void is_well_formed(const char *xml)
{
	int depth = 0;
	bool in_tag = false, in_quotes = false;
	for (const char *c = xml; *c; c++) {
		if (in_tag && *c == '"')
			in_quotes = !in_quotes;
		else if (*c == '<') {
			assert_false(in_tag);
			in_tag = true;
			depth += c[1] == '/' ? -1 : 1;
			assert_true(depth >= 0);
		} else if (*c == '>') {
			assert_true(in_tag && !in_quotes);
			depth -= c[-1] == '/';
			in_tag = false;
		} else if (*c == '&') {
			assert_true(strncmp(c, "&amp;", 5) == 0 || strncmp(c, "&lt;", 4) == 0 ||
				    strncmp(c, "&gt;", 4) == 0 || strncmp(c, "&quot;", 6) == 0);
		} else {
			assert_true((unsigned char)*c >= 0x20 || *c == '\n');
		}
	}
	assert_int_equal(depth, 0);
}

static void makes_a_picture(void **state)
{
	canvas_resize(canvas, 6, 40);
	canvas_box(canvas, canvas_rect(canvas), STYLE_BORDER, CANVAS_BOX_ROUND);
	canvas_put(canvas, 1, 2, -1, STYLE_BAD | STYLE_ON_CURSOR, "<a href=\"x\">&amp;\x1b</a>");
	canvas_put(canvas, 2, 2, -1, STYLE_BUTTON_FOCUS | STYLE_UNDERLINE, "日本 e\xcc\x81 ▂▅█░ ⣀⡇ ┼");
	for (enum colour_mode mode = COLOUR_MODE_MONO; mode <= COLOUR_MODE_TRUE; mode++) {
		struct buf svg = BUF_INIT(CANVAS_EXPORT_MAX);
		canvas_append_svg(canvas, theme_default(), mode, "a <title> & \x1b", &svg);
		is_well_formed(buf_str(&svg));
		assert_non_null(strstr(buf_str(&svg), "&lt;a"));
		assert_null(strstr(buf_str(&svg), "<a "));
		buf_finish(&svg);
	}
}

static void tells_the_rows_that_wrapped_text_takes(void **state)
{
	static const char *const texts[] = {"",
					    "short",
					    "two words",
					    "one that is wrapped over several rows",
					    "日本語の文 in between",
					    "aworldwithoutanyspacesinit",
					    "bell\x07 and more"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		for (int columns = 0; columns < 40; columns++)
			for (int rows = 0; rows < 5; rows++)
				assert_int_equal(canvas_wrapped_rows(texts[i], columns, rows),
						 canvas_put_wrapped(canvas, 0, 0, columns, rows, STYLE_TEXT, texts[i]));
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		test(draws_and_trims),
		test(clips_on_every_side),
		test(never_draws_half_of_a_wide_character),
		test(a_wide_character_that_loses_a_half_is_gone),
		test(keeps_combining_marks),
		test(hostile_text_becomes_visible),
		test(says_when_text_was_cut),
		test(boxes_in_both_forms),
		test(compares_copies_and_restyles),
		test(holds_its_size),
		test(tells_the_rows_that_wrapped_text_takes),
		test(makes_a_picture),
	};
	return cmocka_run_group_tests_name("tui/canvas", tests, NULL, NULL);
}
