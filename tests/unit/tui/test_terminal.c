#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include "api/base/str.h"
#include "tui/terminal/terminal.h"

enum { TRIES = 6000 }; /* of 20 ms each: the slowest machine has to get there */

/* ---- the child: a program of one screen on the pty ---- */

struct app {
	struct loop *loop;
	struct terminal *terminal;
	struct canvas *canvas;
	char last[128];
	bool stop;
};

static void paint(struct app *app)
{
	canvas_resize(app->canvas, terminal_height(app->terminal), terminal_width(app->terminal));
	canvas_put(app->canvas, 0, 0, -1, STYLE_TITLE, "hello");
	canvas_put(app->canvas, 1, 0, -1, STYLE_BAD, app->last);
	terminal_present(app->terminal, app->canvas);
}

static int use_up_the_stack(int depth)
{
	volatile char frame[4096];
	frame[0] = (char)depth;
	return depth >= 0 ? use_up_the_stack(depth + 1) + frame[0] : 0;
}

static void on_event(void *data, const struct event *event)
{
	struct app *app = data;
	if (event->type == EVENT_QUIT || (event->type == EVENT_KEY && event->key.code == 'q')) {
		app->stop = true;
		return;
	}
	if (event->type == EVENT_KEY && event->key.code == 'a')
		abort();
	if (event->type == EVENT_KEY && event->key.code == 'h')
		for (;;) /* as a disk that does not answer */
			poll(NULL, 0, -1);
	if (event->type == EVENT_KEY && event->key.code == 'r')
		use_up_the_stack(0);
	if (event->type == EVENT_KEY && event->key.code == 's') {
		terminal_suspend(app->terminal);
		if (write(STDOUT_FILENO, "<outside>", 9) != 9)
			_exit(3);
		terminal_resume(app->terminal);
	}
	if (event->type == EVENT_KEY)
		key_name(event->key, app->last);
	if (event->type == EVENT_PASTE)
		snprintf(app->last, sizeof app->last, "paste %zu", event->paste.len);
	if (event->type == EVENT_RESIZE)
		snprintf(app->last, sizeof app->last, "size %dx%d", event->size.width, event->size.height);
	paint(app);
}

static void run_app(const char *term)
{
	struct clock clock = clock_real();
	struct app app = {.loop = loop_create(&clock), .canvas = canvas_create(1, 1, false)};
	struct err err = {0};
	const struct terminal_options options = {
		.term = term, .colours = COLOUR_MODE_256, .charset = TERMINAL_CHARSET_UTF8, .mouse = true};
	/* The test's own handlers would go on with the tests in here. */
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	app.terminal = terminal_open(app.loop, &options, on_event, &app, &err);
	if (!app.terminal)
		_exit(2);
	if (!terminal_stand_in(app.terminal) != !str_eq(term, "no-such-terminal"))
		_exit(4);
	paint(&app);
	loop_run(app.loop, 4 * TRIES * 20, &app.stop);
	terminal_close(app.terminal);
	canvas_destroy(app.canvas);
	loop_destroy(app.loop);
	_exit(0);
}

/* ---- the parent: who holds the other end ---- */

struct session {
	int master, slave;
	pid_t pid;
	struct termios before;
	struct buf seen;
};

static void start(struct session *session, const char *term)
{
	const struct winsize size = {.ws_row = 24, .ws_col = 80};
	*session = (struct session){.seen = BUF_INIT(1024 * 1024)};
	assert_int_equal(openpty(&session->master, &session->slave, NULL, NULL, &size), 0);
	assert_int_equal(tcgetattr(session->slave, &session->before), 0);
	session->pid = fork();
	assert_true(session->pid >= 0);
	if (session->pid > 0)
		return;
	close(session->master);
	login_tty(session->slave);
	run_app(term);
}

static void read_more(struct session *session, int wait_ms)
{
	struct pollfd ready = {.fd = session->master, .events = POLLIN};
	if (poll(&ready, 1, wait_ms) <= 0)
		return;
	char bytes[4096];
	ssize_t got = read(session->master, bytes, sizeof bytes);
	if (got > 0)
		buf_append(&session->seen, bytes, (size_t)got);
}

/* Reads until `text` was seen, and forgets everything up to it. */
static void sees(struct session *session, const char *text)
{
	for (int i = 0; i < TRIES; i++) {
		char *found =
			session->seen.len ? memmem(session->seen.data, session->seen.len, text, strlen(text)) : NULL;
		if (found) {
			buf_consume(&session->seen, (size_t)(found - session->seen.data) + strlen(text));
			return;
		}
		read_more(session, 20);
	}
	fail_msg("'%s' did not come", text);
}

static void types(struct session *session, const char *bytes)
{
	assert_int_equal(write(session->master, bytes, strlen(bytes)), strlen(bytes));
}

static int ends(struct session *session)
{
	int status = -1, tries = 0;
	for (; tries < TRIES && waitpid(session->pid, &status, WNOHANG) == 0; tries++)
		read_more(session, 20);
	assert_true(tries < TRIES);
	read_more(session, 20);
	return status;
}

/* They are set after the last bytes were written: whoever has read those may still be too early. */
static void modes_are_back(const struct session *session)
{
	struct termios now;
	for (int tries = 0; tries < TRIES; tries++) {
		assert_int_equal(tcgetattr(session->slave, &now), 0);
		if (now.c_lflag == session->before.c_lflag)
			break;
		poll(NULL, 0, 20);
	}
	assert_int_equal(now.c_lflag, session->before.c_lflag);
	assert_int_equal(now.c_iflag, session->before.c_iflag);
	assert_int_equal(now.c_oflag, session->before.c_oflag);
}

static void modes_are_raw(const struct session *session)
{
	struct termios now;
	assert_int_equal(tcgetattr(session->slave, &now), 0);
	assert_false(now.c_lflag & (ICANON | ECHO | ISIG));
}

static void finish(struct session *session)
{
	close(session->master);
	close(session->slave);
	buf_finish(&session->seen);
}

static const char leave_screen[] = "\x1b[?1049l", paste_off[] = "\x1b[?2004l", mouse_off[] = "\x1b[?1000l";

/* ---- tests ---- */

static void restores_when_it_ends(void **state)
{
	struct session session;
	start(&session, "xterm-256color");
	sees(&session, "\x1b[?1049h");
	sees(&session, "\x1b[?2004h");
	sees(&session, "hello");
	modes_are_raw(&session);
	types(&session, "q");
	assert_int_equal(ends(&session), 0);
	sees(&session, paste_off);
	sees(&session, mouse_off);
	sees(&session, leave_screen);
	modes_are_back(&session);
	finish(&session);
}

static bool is_one_of(const int *numbers, size_t count, int number)
{
	for (size_t i = 0; i < count; i++)
		if (numbers[i] == number)
			return true;
	return false;
}

static void restores_on_every_signal(void **state)
{
	static const int orderly[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};
	static const int others[] = {SIGKILL, SIGSTOP, SIGTSTP,  SIGCONT, SIGTTIN, SIGTTOU,
				     SIGCHLD, SIGURG,  SIGWINCH, SIGPIPE, SIGXFSZ};
	for (int number = 1; number < NSIG; number++) {
		struct session session;
		bool reserved = number == 32 || number == 33; /* for the C library */
		if (reserved || is_one_of(others, ARRAY_LEN(others), number))
			continue;
		start(&session, "xterm-256color");
		sees(&session, "hello");
		modes_are_raw(&session);
		kill(session.pid, number);
		int status = ends(&session);
		if (is_one_of(orderly, ARRAY_LEN(orderly), number))
			assert_int_equal(status, 0);
		else if (!WIFSIGNALED(status) || WTERMSIG(status) != number)
			fail_msg("signal %d: status %d", number, status);
		sees(&session, paste_off);
		sees(&session, leave_screen);
		modes_are_back(&session);
		finish(&session);
	}
}

static void restores_when_it_aborts(void **state)
{
	struct session session;
	start(&session, "xterm-256color");
	sees(&session, "hello");
	types(&session, "a");
	assert_true(WIFSIGNALED(ends(&session)));
	sees(&session, leave_screen);
	modes_are_back(&session);
	finish(&session);
}

static void restores_when_the_stack_is_used_up(void **state)
{
	struct session session;
	start(&session, "xterm-256color");
	sees(&session, "hello");
	types(&session, "r");
	assert_true(WIFSIGNALED(ends(&session)));
	sees(&session, leave_screen);
	modes_are_back(&session);
	finish(&session);
}

/* Whatever it waits for, and whether or not anybody reads what it draws. */
static void ends_when_its_loop_is_stuck(void **state)
{
	static const int numbers[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		struct session session;
		start(&session, "xterm-256color");
		sees(&session, "hello");
		types(&session, "h");
		poll(NULL, 0, 100);
		kill(session.pid, numbers[i]);
		sees(&session, leave_screen);
		modes_are_back(&session);
		if (i % 2)
			kill(session.pid, numbers[i]); /* again: at once */
		assert_true(WIFSIGNALED(ends(&session)));
		finish(&session);
	}
}

static void stops_for_the_shell_on_every_signal_that_stops(void **state)
{
	static const int numbers[] = {SIGTTIN, SIGTTOU};
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		struct session session;
		int status;
		start(&session, "xterm-256color");
		sees(&session, "hello");
		kill(session.pid, numbers[i]);
		assert_int_equal(waitpid(session.pid, &status, WUNTRACED), session.pid);
		assert_true(WIFSTOPPED(status));
		sees(&session, leave_screen);
		modes_are_back(&session);
		kill(session.pid, SIGCONT);
		sees(&session, "hello");
		modes_are_raw(&session);
		types(&session, "q");
		assert_int_equal(ends(&session), 0);
		modes_are_back(&session);
		finish(&session);
	}
}

static void ends_when_the_terminal_is_gone(void **state)
{
	struct session session;
	start(&session, "xterm-256color");
	sees(&session, "hello");
	close(session.slave);
	close(session.master);
	int status = -1;
	for (int i = 0; i < TRIES && waitpid(session.pid, &status, WNOHANG) == 0; i++)
		poll(NULL, 0, 20);
	assert_int_equal(status, 0);
	buf_finish(&session.seen);
}

static void decodes_keys_and_pastes(void **state)
{
	struct session session;
	start(&session, "xterm-256color");
	sees(&session, "hello");
	types(&session, "\x1b[15~");
	sees(&session, "F5");
	types(&session, "\x1b");
	sees(&session, "Esc");
	types(&session, "\x1b[200~a\rb\x1b[201~");
	sees(&session, "paste 3");
	types(&session, "q");
	assert_int_equal(ends(&session), 0);
	finish(&session);
}

static void follows_the_size(void **state)
{
	struct session session;
	const struct winsize size = {.ws_row = 30, .ws_col = 100};
	start(&session, "xterm-256color");
	sees(&session, "hello");
	assert_int_equal(ioctl(session.master, TIOCSWINSZ, &size), 0);
	sees(&session, "size 100x30");
	types(&session, "q");
	assert_int_equal(ends(&session), 0);
	finish(&session);
}

static void lends_the_screen(void **state)
{
	struct session session;
	start(&session, "xterm-256color");
	sees(&session, "hello");
	types(&session, "s");
	sees(&session, leave_screen);
	sees(&session, "<outside>");
	sees(&session, "\x1b[?1049h");
	sees(&session, "hello");
	modes_are_raw(&session);
	types(&session, "q");
	assert_int_equal(ends(&session), 0);
	modes_are_back(&session);
	finish(&session);
}

static void stops_and_goes_on(void **state)
{
	struct session session;
	int status;
	start(&session, "xterm-256color");
	sees(&session, "hello");
	kill(session.pid, SIGTSTP);
	assert_int_equal(waitpid(session.pid, &status, WUNTRACED), session.pid);
	assert_true(WIFSTOPPED(status));
	sees(&session, leave_screen);
	modes_are_back(&session);
	kill(session.pid, SIGCONT);
	sees(&session, "hello");
	modes_are_raw(&session);
	/* And is still painted, not only taken. */
	types(&session, "\x1b[15~");
	sees(&session, "F5");
	types(&session, "q");
	assert_int_equal(ends(&session), 0);
	finish(&session);
}

static void asks_for_synchronized_frames(void **state)
{
	struct session session;
	const struct winsize size = {.ws_row = 26, .ws_col = 80};
	start(&session, "xterm-256color");
	sees(&session, "\x1b[?2026$p");
	sees(&session, "hello");
	types(&session, "\x1b[?2026;2$y");
	types(&session, "k");
	sees(&session, "k");
	assert_int_equal(ioctl(session.master, TIOCSWINSZ, &size), 0);
	sees(&session, "\x1b[?2026h");
	sees(&session, "size 80x26");
	sees(&session, "\x1b[?2026l");
	kill(session.pid, SIGTERM);
	assert_int_equal(ends(&session), 0);
	sees(&session, "\x1b[?2026l");
	sees(&session, leave_screen);
	finish(&session);
}

static void falls_back_when_the_terminal_is_not_known(void **state)
{
	struct session session;
	start(&session, "no-such-terminal");
	sees(&session, "hello");
	types(&session, "q");
	assert_int_equal(ends(&session), 0);
	modes_are_back(&session);
	finish(&session);
}

/* It would be written all over with sequences that it shows as text. */
static void a_terminal_without_a_cursor_is_refused(void **state)
{
	struct session session;
	start(&session, "dumb");
	assert_int_equal(WEXITSTATUS(ends(&session)), 2);
	read_more(&session, 100);
	assert_int_equal(session.seen.len, 0);
	modes_are_back(&session);
	finish(&session);
}

static void an_old_terminal_gets_nothing_it_does_not_know(void **state)
{
	struct session session;
	start(&session, "vt100");
	sees(&session, "hello");
	types(&session, "q");
	assert_int_equal(ends(&session), 0);
	assert_null(memmem(session.seen.data, session.seen.len, "\x1b[?", 3));
	assert_null(memmem(session.seen.data, session.seen.len, "$<", 2));
	modes_are_back(&session);
	finish(&session);
}

/* ---- without a tty ---- */

static void count_events(void *data, const struct event *event)
{
	int *sizes = data;
	*sizes += event->type == EVENT_RESIZE;
}

static void works_without_a_tty(void **state)
{
	struct clock clock = clock_virtual(0);
	struct loop *loop = loop_create(&clock);
	int sizes = 0;
	struct terminal *terminal = terminal_open_headless(loop, 10, 20, true, count_events, &sizes);
	struct canvas *canvas = canvas_create(10, 20, true);
	canvas_put(canvas, 0, 0, -1, STYLE_TEXT, "x");
	assert_true(terminal_present(terminal, canvas));
	assert_int_equal(canvas->frame, 1);
	assert_true(canvas_equal(terminal_shown(terminal), canvas));
	terminal_set_size(terminal, 5, 6);
	terminal_set_size(terminal, 5, 6);
	assert_int_equal(sizes, 1);
	assert_int_equal(terminal_width(terminal), 6);
	terminal_suspend(terminal);
	terminal_resume(terminal);
	assert_true(terminal_copy(terminal, "text"));
	terminal_close(terminal);
	canvas_destroy(canvas);
	loop_destroy(loop);
}

static void says_that_there_is_no_terminal(void **state)
{
	struct clock clock = clock_real();
	struct loop *loop = loop_create(&clock);
	struct err err = {0};
	const struct terminal_options options = {.tty = "/dev/null"};
	assert_null(terminal_open(loop, &options, count_events, NULL, &err));
	assert_non_null(strstr(err.text, "/dev/null is not a terminal"));
	loop_destroy(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(restores_when_it_ends),
		cmocka_unit_test(restores_on_every_signal),
		cmocka_unit_test(restores_when_the_stack_is_used_up),
		cmocka_unit_test(ends_when_its_loop_is_stuck),
		cmocka_unit_test(stops_for_the_shell_on_every_signal_that_stops),
		cmocka_unit_test(restores_when_it_aborts),
		cmocka_unit_test(ends_when_the_terminal_is_gone),
		cmocka_unit_test(decodes_keys_and_pastes),
		cmocka_unit_test(follows_the_size),
		cmocka_unit_test(lends_the_screen),
		cmocka_unit_test(stops_and_goes_on),
		cmocka_unit_test(asks_for_synchronized_frames),
		cmocka_unit_test(a_terminal_without_a_cursor_is_refused),
		cmocka_unit_test(falls_back_when_the_terminal_is_not_known),
		cmocka_unit_test(an_old_terminal_gets_nothing_it_does_not_know),
		cmocka_unit_test(works_without_a_tty),
		cmocka_unit_test(says_that_there_is_no_terminal),
	};
	return cmocka_run_group_tests_name("tui/terminal", tests, NULL, NULL);
}
