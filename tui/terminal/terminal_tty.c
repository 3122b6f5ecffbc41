/* The tty: writing without ever waiting, raw modes, bytes in, size and signals, and giving it away for a while. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tui/terminal/terminal_private.h"
#include "tui/terminal/terminal_signals.h"

enum { READ_SIZE = 4096, DRAIN_MS = 200, ANSWER_WAIT_MS = 100, DOUBLE_CLICK_MS = 400 };

static void tty_send(struct terminal *terminal, const struct event *event)
{
	terminal->fn(terminal->data, event);
}

static void tty_send_redraw(struct terminal *terminal)
{
	struct event event = {.type = EVENT_REDRAW};
	tty_send(terminal, &event);
}

static void send_quit(struct terminal *terminal, int number)
{
	struct event event = {.type = EVENT_QUIT};
	event.signal = number;
	tty_send(terminal, &event);
}

/* ---- writing ---- */

void tty_flush(struct terminal *terminal)
{
	while (terminal->out.len > 0 && !terminal_signals_fired()) {
		ssize_t wrote = write(terminal->fd, terminal->out.data, terminal->out.len);
		if (wrote <= 0)
			break;
		terminal->bytes += (uint64_t)wrote;
		buf_consume(&terminal->out, (size_t)wrote);
	}
	if (terminal->watch)
		loop_fd_set(terminal->watch, terminal->out.len > 0 ? LOOP_READ | LOOP_WRITE : LOOP_READ);
}

/* Only at the edges (leaving, coming back), where the program waits for the terminal on purpose, and not for long. */
static void tty_flush_now(struct terminal *terminal)
{
	struct pollfd room = {.fd = terminal->fd, .events = POLLOUT};
	tty_flush(terminal);
	while (terminal->out.len > 0 && poll(&room, 1, DRAIN_MS) > 0 && !(room.revents & (POLLERR | POLLHUP)))
		tty_flush(terminal);
	buf_clear(&terminal->out);
}

static const char *tty_mouse_sequence(bool on)
{
	return on ? "\x1b[?1000h\x1b[?1002h\x1b[?1006h" : "\x1b[?1006l\x1b[?1002l\x1b[?1000l";
}

/* What undoes everything we may have switched on. */
static void append_leave(const struct terminal *terminal, struct buf *out)
{
	const struct curses_caps *caps = curses_screen_caps(terminal->screen);
	if (terminal->synchronized)
		buf_append_str(out, "\x1b[?2026l");
	if (caps->answers)
		buf_append_str(out, "\x1b[?2004l");
	if (terminal->mouse)
		buf_append_str(out, tty_mouse_sequence(false));
	buf_append_str(out, caps->leave);
}

/* after anything that has to be undone was switched on */
static void tty_arm_signals(const struct terminal *terminal)
{
	struct buf leave = BUF_INIT(512);
	append_leave(terminal, &leave);
	terminal_signals_arm(terminal->fd, &terminal->before, buf_str(&leave), leave.len);
	buf_finish(&leave);
}

void tty_enter(struct terminal *terminal)
{
	const struct curses_caps *caps = curses_screen_caps(terminal->screen);
	struct termios raw = terminal->before;
	cfmakeraw(&raw);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tty_arm_signals(terminal);
	tcsetattr(terminal->fd, TCSADRAIN, &raw);
	buf_append_str(&terminal->out, caps->enter);
	if (caps->answers)
		buf_append_str(&terminal->out, "\x1b[?2004h");
	if (terminal->mouse)
		buf_append_str(&terminal->out, tty_mouse_sequence(true));
}

/* An answer that comes late would change a screen that is already being read. */
static bool still_expects(struct terminal *terminal)
{
	if (terminal->asked_ms >= 0 && loop_now_ms(terminal->loop) - terminal->asked_ms > TERMINAL_ANSWER_MS)
		terminal->asked_ms = -1;
	terminal->input.expecting = terminal->asked_ms >= 0;
	return terminal->input.expecting;
}

void tty_leave(struct terminal *terminal)
{
	if (terminal_signals_fired())
		return;
	append_leave(terminal, &terminal->out);
	tty_flush_now(terminal);
	terminal_signals_disarm();
	/* An answer that is on its way must not be typed into the shell. */
	bool waiting = still_expects(terminal);
	struct pollfd answer = {.fd = terminal->fd, .events = POLLIN};
	if (waiting)
		poll(&answer, 1, ANSWER_WAIT_MS);
	terminal->asked_ms = -1;
	tcsetattr(terminal->fd, waiting ? TCSAFLUSH : TCSADRAIN, &terminal->before);
}

/* ---- reading ---- */

static void on_ground(struct terminal *terminal, int32_t rgb)
{
	struct event event = {.type = EVENT_GROUND, .ground = rgb};
	if (!still_expects(terminal))
		return;
	terminal->asked_ms = -1;
	tty_send(terminal, &event);
}

static void on_reply(struct terminal *terminal, const struct event *event)
{
	if (event->reply.kind == ']') {
		on_ground(terminal, event->reply.second);
		return;
	}
	/* DECRPM: 1 set, 2 reset; 0 unknown. */
	bool has = event->reply.kind == 'y' && event->reply.first == 2026 &&
		   (event->reply.second == 1 || event->reply.second == 2);
	if (!has || terminal->synchronized)
		return;
	terminal->synchronized = true;
	tty_arm_signals(terminal);
}

static void count_clicks(struct terminal *terminal, struct event_mouse *mouse)
{
	if (mouse->action != EVENT_MOUSE_PRESS)
		return;
	int64_t now = loop_now_ms(terminal->loop);
	bool again = terminal->last_click.clicks == 1 && now - terminal->last_click_ms <= DOUBLE_CLICK_MS &&
		     terminal->last_click.button == mouse->button && terminal->last_click.y == mouse->y &&
		     terminal->last_click.x == mouse->x;
	mouse->clicks = again ? 2 : 1;
	terminal->last_click = *mouse;
	terminal->last_click_ms = now;
}

static void on_input(void *data, const struct event *event)
{
	struct terminal *terminal = data;
	if (event->type == EVENT_REPLY) {
		on_reply(terminal, event);
		return;
	}
	struct event copy = *event;
	if (copy.type == EVENT_MOUSE)
		count_clicks(terminal, &copy.mouse);
	tty_send(terminal, &copy);
}

void tty_on_pause(void *data)
{
	struct terminal *terminal = data;
	input_flush(&terminal->input, on_input, terminal);
}

static void tty_lost(struct terminal *terminal)
{
	loop_fd_remove(terminal->watch);
	terminal->watch = NULL;
	send_quit(terminal, SIGHUP);
}

void tty_on_ready(void *data, unsigned ready)
{
	struct terminal *terminal = data;
	if (ready & LOOP_WRITE) {
		tty_flush(terminal);
		if (terminal->out.len == 0 && terminal->frame_refused) {
			terminal->frame_refused = false;
			tty_send_redraw(terminal);
		}
	}
	if (!(ready & (LOOP_READ | LOOP_HANGUP)))
		return;
	char bytes[READ_SIZE];
	ssize_t got = read(terminal->fd, bytes, sizeof bytes);
	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
		tty_lost(terminal);
		return;
	}
	if (got < 0)
		return;
	input_feed(&terminal->input, bytes, (size_t)got, on_input, terminal);
	(void)still_expects(terminal);
	int pause_ms = input_pending_ms(&terminal->input);
	if (pause_ms >= 0)
		loop_timer_arm(terminal->pause, pause_ms);
	else
		loop_timer_disarm(terminal->pause);
}

void tty_read_size(struct terminal *terminal)
{
	struct winsize size = {0};
	if (ioctl(terminal->fd, TIOCGWINSZ, &size) < 0 || size.ws_row == 0 || size.ws_col == 0) {
		size.ws_row = 24;
		size.ws_col = 80;
	}
	terminal->height = size.ws_row < CANVAS_SIDE_MAX ? size.ws_row : CANVAS_SIDE_MAX;
	terminal->width = size.ws_col < CANVAS_SIDE_MAX ? size.ws_col : CANVAS_SIDE_MAX;
}

void tty_send_size(struct terminal *terminal)
{
	struct event event = {.type = EVENT_RESIZE};
	event.size.height = terminal->height;
	event.size.width = terminal->width;
	tty_send(terminal, &event);
}

/* ---- giving the tty away and taking it back ---- */

void terminal_suspend(struct terminal *terminal)
{
	if (!terminal->screen || terminal->suspended)
		return;
	tty_leave(terminal);
	loop_fd_remove(terminal->watch);
	terminal->watch = NULL;
	loop_timer_disarm(terminal->pause);
	terminal->suspended = true;
}

void terminal_resume(struct terminal *terminal)
{
	if (!terminal->suspended)
		return;
	terminal->suspended = false;
	terminal->watch = loop_fd_add(terminal->loop, terminal->fd, LOOP_READ, tty_on_ready, terminal);
	input_finish(&terminal->input);
	input_init(&terminal->input);
	int height = terminal->height, width = terminal->width;
	tty_read_size(terminal);
	tty_enter(terminal);
	curses_screen_resize(terminal->screen, terminal->height, terminal->width);
	tty_flush_now(terminal);
	if (height != terminal->height || width != terminal->width)
		tty_send_size(terminal);
	tty_send_redraw(terminal);
}

/* ---- size and signals ---- */

static void on_winch(struct terminal *terminal)
{
	if (terminal->suspended)
		return;
	tty_read_size(terminal);
	curses_screen_resize(terminal->screen, terminal->height, terminal->width);
	tty_send_size(terminal);
}

static void on_stop(struct terminal *terminal)
{
	if (terminal->suspended)
		return;
	terminal_suspend(terminal);
	raise(SIGSTOP);
	terminal_resume(terminal);
}

/* Stopped without asking and let go on: the shell has had the tty meanwhile. */
static void on_continue(struct terminal *terminal)
{
	if (terminal->suspended)
		return;
	tty_enter(terminal);
	/* What waits here would hold back every frame. */
	tty_flush_now(terminal);
	curses_screen_invalidate(terminal->screen);
	on_winch(terminal);
}

void tty_on_signals(void *data, unsigned ready)
{
	struct terminal *terminal = data;
	unsigned char numbers[64];
	ssize_t got = read(terminal->signal_fd, numbers, sizeof numbers);
	for (ssize_t i = 0; i < got; i++) {
		if (numbers[i] == SIGWINCH)
			on_winch(terminal);
		else if (numbers[i] == SIGTSTP)
			on_stop(terminal);
		else if (numbers[i] == SIGCONT)
			on_continue(terminal);
		else
			send_quit(terminal, numbers[i]);
	}
}
