#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/buf.h"
#include "api/base/mem.h"
#include "tui/terminal/input.h"

/* Events as text, so that a test says what it expects in one line. */
static void write_event(void *data, const struct event *event)
{
	struct buf *out = data;
	char name[KEY_NAME_MAX];
	switch (event->type) {
	case EVENT_KEY:
		key_name(event->key, name);
		buf_printf(out, "%s ", name);
		break;
	case EVENT_PASTE:
		assert_int_equal(event->paste.text[event->paste.len], '\0');
		buf_printf(out, "paste(%s) ", event->paste.text);
		break;
	case EVENT_MOUSE:
		buf_printf(out, "mouse(%d %d,%d b%d m%d) ", event->mouse.action, event->mouse.y, event->mouse.x,
			   event->mouse.button, event->mouse.mods);
		break;
	case EVENT_FOCUS:
		buf_printf(out, "focus(%d) ", event->focused);
		break;
	case EVENT_REPLY:
		buf_printf(out, "reply(%c %d %d) ", event->reply.kind, event->reply.first, event->reply.second);
		break;
	default:
		fail();
	}
}

static void decode_in_two(const char *bytes, size_t len, size_t cut, struct buf *out)
{
	struct input input;
	input_init(&input);
	input_feed(&input, bytes, cut, write_event, out);
	input_feed(&input, bytes + cut, len - cut, write_event, out);
	if (input_pending_ms(&input) >= 0)
		input_flush(&input, write_event, out);
	assert_int_equal(input_pending_ms(&input), -1);
	input_finish(&input);
}

/* However the bytes are cut into reads, the events are the same. */
static void gives(const char *bytes, size_t len, const char *expected)
{
	for (size_t cut = 0; cut <= len; cut++) {
		struct buf out = BUF_INIT(4096);
		decode_in_two(bytes, len, cut, &out);
		assert_string_equal(buf_str(&out), expected);
		buf_finish(&out);
	}
}

#define gives_str(bytes, expected) gives(bytes, sizeof(bytes) - 1, expected)

static void characters(void **state)
{
	gives_str("aZ? ~", "a Shift-Z ? Space ~ ");
	gives_str("\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80", "\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x98\x80 ");
	gives_str("\r\t\x7f\x08", "Enter Tab Backspace Backspace ");
	gives_str("\x01\x04\x1a\n", "Ctrl-A Ctrl-D Ctrl-Z Ctrl-J ");
	gives("\0", 1, "Ctrl-Space ");
	gives_str("\x1c\x1d\x1e\x1f", "Ctrl-\\ Ctrl-] Ctrl-^ Ctrl-_ ");
}

static void bad_utf8_is_dropped_and_what_follows_is_not(void **state)
{
	gives_str("\xff"
		  "a",
		  "a ");
	gives_str("\xc3"
		  "a",
		  "a ");
	gives_str("\xe6\x97"
		  "b",
		  "b ");
	gives_str("\xc2\x9b"
		  "c",
		  "c ");
	gives_str("\xe6\x97\x1b[A", "Up ");
	gives_str("\xed\xa0\x80z", "z ");
}

static void named_keys(void **state)
{
	gives_str("\x1b[A\x1b[B\x1b[C\x1b[D\x1b[H\x1b[F", "Up Down Right Left Home End ");
	gives_str("\x1bOA\x1bOB\x1bOP\x1bOS", "Up Down F1 F4 ");
	gives_str("\x1b[1~\x1b[2~\x1b[3~\x1b[4~\x1b[5~\x1b[6~", "Home Insert Delete End PageUp PageDown ");
	gives_str("\x1b[15~\x1b[17~\x1b[21~\x1b[23~\x1b[24~", "F5 F6 F10 F11 F12 ");
	gives_str("\x1b[[A\x1b[[E", "F1 F5 ");
	gives_str("\x1bOj\x1bOM", "* Enter ");
}

static void modified_keys(void **state)
{
	gives_str("\x1b[1;2D\x1b[1;5C\x1b[1;3A\x1b[1;8B", "Shift-Left Ctrl-Right Alt-Up Ctrl-Alt-Shift-Down ");
	gives_str("\x1b[3;5~\x1b[15;2~\x1b[1;2P", "Ctrl-Delete Shift-F5 Shift-F1 ");
	gives_str("\x1b[Z", "Shift-Tab ");
	gives_str("\x1bx\x1b\r\x1b\x7f\x1b\xc3\xa9", "Alt-x Alt-Enter Alt-Backspace Alt-\xc3\xa9 ");
	gives_str("\x1b[27;5;9~\x1b[100;5u\x1b[13;2u\x1b[97;2u", "Ctrl-Tab Ctrl-D Shift-Enter Shift-A ");
}

static void a_lone_escape_is_a_key(void **state)
{
	gives_str("\x1b", "Esc ");
	gives_str("\x1b\x1b", "Esc Esc ");
	gives_str("\x1b\x1b[A", "Esc Up ");
	gives_str("\x1b[", "Alt-[ ");
	gives_str("\x1bO", "Alt-Shift-O ");
}

static void waits_longer_for_a_longer_sequence(void **state)
{
	struct input input;
	struct buf out = BUF_INIT(64);
	input_init(&input);
	input_feed(&input, "\x1b", 1, write_event, &out);
	assert_int_equal(input_pending_ms(&input), INPUT_ESCAPE_MS);
	input_feed(&input, "[?2026", 6, write_event, &out);
	assert_int_equal(input_pending_ms(&input), INPUT_SEQUENCE_MS);
	input_feed(&input, ";2$y", 4, write_event, &out);
	assert_string_equal(buf_str(&out), "reply(y 2026 2) ");
	buf_finish(&out);
	input_finish(&input);
}

static void a_paste_is_one_event(void **state)
{
	gives_str("\x1b[200~one\rtwo\r\nthree\x1b[201~q", "paste(one\ntwo\nthree) q ");
	gives_str("\x1b[200~\x1b[201~", "paste() ");
	gives_str("\x1b[200~a\x1b[20b\x1b\x1b[201~", "paste(a\x1b[20b\x1b) ");
	/* A terminal that goes away in the middle does not swallow what is typed afterwards. */
	gives_str("\x1b[200~abc\x1b[2", "paste(abc\x1b[2) ");
}

static void a_paste_has_a_limit(void **state)
{
	struct input input;
	struct buf out = BUF_INIT(2 * INPUT_PASTE_MAX);
	char *big = mem_alloc(INPUT_PASTE_MAX + 1000);
	memset(big, 'x', INPUT_PASTE_MAX + 1000);
	input_init(&input);
	input_feed(&input, "\x1b[200~", 6, write_event, &out);
	input_feed(&input, big, INPUT_PASTE_MAX + 1000, write_event, &out);
	input_feed(&input, "\x1b[201~k", 7, write_event, &out);
	assert_true(out.len <= INPUT_PASTE_MAX + 16);
	assert_string_equal(buf_str(&out) + out.len - 5, "x) k ");
	free(big);
	buf_finish(&out);
	input_finish(&input);
}

static void the_mouse(void **state)
{
	gives_str("\x1b[<0;10;5M\x1b[<0;10;5m", "mouse(0 4,9 b1 m0) mouse(1 4,9 b1 m0) ");
	gives_str("\x1b[<64;1;1M\x1b[<65;1;1M", "mouse(3 0,0 b0 m0) mouse(4 0,0 b0 m0) ");
	gives_str("\x1b[<34;300;200M\x1b[<20;2;3M", "mouse(2 199,299 b3 m0) mouse(0 2,1 b1 m5) ");
	gives_str("\x1b[<0;0;0M\x1b[<66;1;1M\x1b[<0M", "");
}

static void answers_and_focus(void **state)
{
	gives_str("\x1b[?2026;0$y\x1b[?64;1c\x1b[24;80R\x1b[0n",
		  "reply(y 2026 0) reply(c 64 1) reply(R 24 80) reply(n 0 0) ");
	gives_str("\x1b[I\x1b[O", "focus(1) focus(0) ");
	gives_str("\x1b]10;rgb:0000/0000/0000\x1b\\a\x1b]0;x\x07"
		  "b\x1bP1$r0m\x1b\\c",
		  "a b c ");
}

static void the_ground_is_told(void **state)
{
	gives_str("\x1b]11;rgb:0000/0000/0000\x1b\\a", "reply(] 11 0) a ");
	gives_str("\x1b]11;rgb:ffff/ffff/ffff\x07"
		  "a",
		  "reply(] 11 16777215) a ");
	gives_str("\x1b]11;rgb:fd/f6/e3\x07", "reply(] 11 16643811) ");
	gives_str("\x1b]11;rgb:f/0/8\x07", "reply(] 11 16711816) ");
	gives_str("\x1b]11;#002b36\x07", "reply(] 11 11062) ");
	/* What is no colour says nothing, and types nothing. */
	static const char *const wrong[] = {"",
					    "11",
					    "11;",
					    "11;?",
					    "11;rgb:",
					    "11;rgb:0/0",
					    "11;rgb:0/0/0/0",
					    "11;rgb:00000/0/0",
					    "11;rgb:x/0/0",
					    "11;white",
					    "111;rgb:0/0/0",
					    "11;#12345"};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		char bytes[80];
		snprintf(bytes, sizeof bytes, "\x1b]%s\x1b\\a", wrong[i]);
		gives(bytes, strlen(bytes), "a ");
	}
}

/* The pieces of an expected answer may lie further apart than those of a key. */
static void an_expected_answer_may_come_in_pieces(void **state)
{
	struct input input;
	struct buf out = BUF_INIT(4096);
	input_init(&input);
	input_feed(&input, "\x1b]", 2, write_event, &out);
	assert_int_equal(input_pending_ms(&input), INPUT_ESCAPE_MS);
	input.expecting = true;
	assert_int_equal(input_pending_ms(&input), INPUT_ANSWER_MS);
	input_feed(&input, "11;rgb", 6, write_event, &out);
	assert_int_equal(input_pending_ms(&input), INPUT_ANSWER_MS);
	input_feed(&input, ":0/0/f\x07\x1b", 8, write_event, &out);
	assert_int_equal(input_pending_ms(&input), INPUT_ANSWER_ESCAPE_MS);
	assert_string_equal(buf_str(&out), "reply(] 11 255) ");
	input_finish(&input);
	buf_finish(&out);
}

static void what_is_too_long_is_dropped_whole(void **state)
{
	char bytes[400] = "\x1b[";
	memset(bytes + 2, '1', 200);
	strcpy(bytes + 202, "Aq");
	gives(bytes, strlen(bytes), "q ");
	memset(bytes + 2, ';', 200);
	strcpy(bytes + 202, "\x1b[Bq");
	gives(bytes, strlen(bytes), "Down q ");
	bytes[1] = ']';
	memset(bytes + 2, 'x', 200);
	strcpy(bytes + 202, "\x1b\\q");
	gives(bytes, strlen(bytes), "q ");
}

static void unknown_sequences_do_nothing(void **state)
{
	gives_str("\x1b[99~\x1b[1;2y\x1b[>4;2m\x1b[999999999999999999Aq", "reply(m 4 2) Up q ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters),
		cmocka_unit_test(bad_utf8_is_dropped_and_what_follows_is_not),
		cmocka_unit_test(named_keys),
		cmocka_unit_test(modified_keys),
		cmocka_unit_test(a_lone_escape_is_a_key),
		cmocka_unit_test(waits_longer_for_a_longer_sequence),
		cmocka_unit_test(a_paste_is_one_event),
		cmocka_unit_test(a_paste_has_a_limit),
		cmocka_unit_test(the_mouse),
		cmocka_unit_test(answers_and_focus),
		cmocka_unit_test(the_ground_is_told),
		cmocka_unit_test(an_expected_answer_may_come_in_pieces),
		cmocka_unit_test(what_is_too_long_is_dropped_whole),
		cmocka_unit_test(unknown_sequences_do_nothing),
	};
	return cmocka_run_group_tests_name("tui/input", tests, NULL, NULL);
}
