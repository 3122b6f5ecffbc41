/* Opens and closes the terminal, decides how many colours it has, and turns a canvas into bytes for it; without a tty
 * the same calls serve tapes and tests. */
#include "tui/terminal/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "tui/terminal/terminal_private.h"
#include "tui/terminal/terminal_signals.h"
#include "tui/theme/theme.h"

enum {
	SYNC_FROM = 64, /* a smaller frame arrives whole anyway */
	COPY_MAX = 55000,
};

/* ---- opening and closing ---- */

static struct terminal *terminal_create(struct loop *loop, input_event_fn *fn, void *data)
{
	struct terminal *terminal = mem_alloc(sizeof *terminal);
	*terminal = (struct terminal){.loop = loop, .fn = fn, .data = data, .fd = -1, .signal_fd = -1, .asked_ms = -1};
	terminal->theme = theme_default();
	terminal->colours = COLOUR_MODE_TRUE;
	terminal->out = BUF_INIT(TERMINAL_OUT_MAX);
	terminal->shown = canvas_create(1, 1, false);
	input_init(&terminal->input);
	return terminal;
}

static bool open_tty(struct terminal *terminal, const char *path, struct err *err)
{
	char name[128];
	const int flags = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
	terminal->fd = open(path ? path : "/dev/tty", flags);
	for (int fd = 0; fd <= 2 && terminal->fd < 0 && !path; fd++)
		if (ttyname_r(fd, name, sizeof name) == 0)
			terminal->fd = open(name, flags);
	if (terminal->fd < 0)
		return err_set_errno(err, errno, "cannot open the terminal %s", path ? path : "/dev/tty");
	if (tcgetattr(terminal->fd, &terminal->before) < 0)
		return err_set_errno(err, errno, "%s is not a terminal", path ? path : "/dev/tty");
	return true;
}

/* A terminal that asks for UTF-8 by locale gets it; curses needs the C library to agree. */
static bool choose_charset(enum terminal_charset charset)
{
	if (charset == TERMINAL_CHARSET_UTF8 && !str_eq(nl_langinfo(CODESET), "UTF-8"))
		setlocale(LC_CTYPE, "C.UTF-8");
	return charset == TERMINAL_CHARSET_ASCII || !str_eq(nl_langinfo(CODESET), "UTF-8");
}

static enum colour_mode choose_colours(enum colour_mode wanted, const char *term)
{
	if (wanted != COLOUR_MODE_AUTO)
		return wanted;
	/* 256 stands for "whatever it can": terminfo is asked once it is open. */
	return colour_mode_detect(getenv("NO_COLOR"), getenv("CLICOLOR_FORCE"), getenv("COLORTERM"), term, 256);
}

/* No more than terminfo allows, and no true colour without an entry that can say it. */
static enum colour_mode hold_colours(enum colour_mode wanted, const struct curses_screen *screen)
{
	int colours = curses_screen_caps(screen)->colours;
	if (wanted == COLOUR_MODE_TRUE && !curses_screen_is_direct(screen))
		wanted = COLOUR_MODE_256;
	if (wanted == COLOUR_MODE_256 && colours < 256)
		wanted = COLOUR_MODE_16;
	if (wanted == COLOUR_MODE_16 && colours < 8)
		wanted = COLOUR_MODE_MONO;
	return wanted;
}

static bool open_screen(struct terminal *terminal, const struct terminal_options *options, struct err *err)
{
	const char *term = options->term ? options->term : getenv("TERM");
	enum colour_mode wanted = choose_colours(options->colours, term);
	bool capable = getenv("COLORTERM") || (term && (strstr(term, "xterm") || strstr(term, "256color")));
	tty_read_size(terminal);
	terminal->screen =
		curses_screen_open(term, wanted == COLOUR_MODE_TRUE, capable, terminal->height, terminal->width, err);
	if (!terminal->screen)
		return false;
	const char *used = curses_screen_term(terminal->screen);
	bool own = str_eq(used, term) || curses_screen_is_direct(terminal->screen);
	terminal->stand_in = own ? NULL : used;
	terminal->colours = hold_colours(wanted, terminal->screen);
	terminal->mouse = options->mouse && curses_screen_caps(terminal->screen)->mouse;
	curses_screen_set_look(terminal->screen, terminal->theme, terminal->colours);
	return true;
}

struct terminal *terminal_open(struct loop *loop, const struct terminal_options *options, input_event_fn *fn,
			       void *data, struct err *err)
{
	struct terminal *terminal = terminal_create(loop, fn, data);
	terminal->theme = options->theme ? options->theme : theme_default();
	terminal->ascii = choose_charset(options->charset);
	if (!open_tty(terminal, options->tty, err)) {
		terminal_close(terminal);
		return NULL;
	}
	terminal->signal_fd = terminal_signals_install();
	if (terminal->signal_fd < 0) {
		err_set(err, ERR_SYSTEM, "the terminal is already in use by this program");
		terminal_close(terminal);
		return NULL;
	}
	if (!open_screen(terminal, options, err)) {
		terminal_close(terminal);
		return NULL;
	}
	terminal->pause = loop_timer_create(loop, tty_on_pause, terminal);
	terminal->signal_watch = loop_fd_add(loop, terminal->signal_fd, LOOP_READ, tty_on_signals, terminal);
	terminal->watch = loop_fd_add(loop, terminal->fd, LOOP_READ, tty_on_ready, terminal);
	log_info(LOG_TUI, "terminal opened type=%s size=%dx%d colours=%d ascii=%s", str_or(getenv("TERM"), "-"),
		 terminal->width, terminal->height, (int)terminal->colours, terminal->ascii ? "yes" : "no");
	tty_enter(terminal);
	bool answers = curses_screen_caps(terminal->screen)->answers;
	if (answers && options->ask_ground && terminal->colours != COLOUR_MODE_MONO) {
		buf_append_str(&terminal->out, "\x1b]11;?\x1b\\");
		terminal->asked_ms = loop_now_ms(loop);
		terminal->input.expecting = true;
	}
	if (answers)
		buf_append_str(&terminal->out, "\x1b[?2026$p");
	return terminal;
}

const char *terminal_stand_in(const struct terminal *terminal)
{
	return terminal->stand_in;
}

struct terminal *terminal_open_headless(struct loop *loop, int height, int width, bool ascii, input_event_fn *fn,
					void *data)
{
	struct terminal *terminal = terminal_create(loop, fn, data);
	terminal->ascii = ascii;
	terminal->height = height;
	terminal->width = width;
	return terminal;
}

void terminal_close(struct terminal *terminal)
{
	if (!terminal)
		return;
	if (terminal->screen && terminal->watch && !terminal->suspended)
		tty_leave(terminal);
	loop_fd_remove(terminal->watch);
	loop_fd_remove(terminal->signal_watch);
	loop_timer_destroy(terminal->pause);
	curses_screen_close(terminal->screen);
	if (terminal->signal_fd >= 0)
		terminal_signals_remove();
	if (terminal->fd >= 0)
		close(terminal->fd);
	input_finish(&terminal->input);
	buf_finish(&terminal->out);
	canvas_destroy(terminal->shown);
	free(terminal);
}

/* ---- showing ---- */

static void show_on_tty(struct terminal *terminal, const struct canvas *canvas)
{
	static const char begin[] = "\x1b[?2026h", end[] = "\x1b[?2026l";
	size_t held = terminal->out.len;
	struct buf frame = BUF_INIT(TERMINAL_OUT_MAX);
	int64_t began_us = log_is_on(LOG_TRACE, LOG_TUI) ? clock_real_us() : 0;
	size_t cells = curses_screen_paint(terminal->screen, canvas, &frame);
	log_trace(LOG_TUI, "paint cells=%zu bytes=%zu held=%zu us=%lld", cells, frame.len, held,
		  (long long)(clock_real_us() - began_us));
	bool wrap = terminal->synchronized && frame.len >= SYNC_FROM;
	if (wrap)
		buf_append(&terminal->out, begin, sizeof begin - 1);
	buf_append(&terminal->out, frame.data, frame.len);
	if (wrap)
		buf_append(&terminal->out, end, sizeof end - 1);
	if (terminal->out.overflow) {
		/* Nobody has taken anything for a long time: the frame is given up and the next draws everything. */
		terminal->out.len = held;
		terminal->out.overflow = false;
		curses_screen_invalidate(terminal->screen);
	}
	buf_finish(&frame);
	tty_flush(terminal);
}

bool terminal_present(struct terminal *terminal, struct canvas *canvas)
{
	if (terminal->screen) {
		/* Before the first frame only the greeting waits, and goes out with it. */
		bool busy = terminal->out.len > 0 && terminal->frames > 0;
		if (terminal->suspended || !terminal->watch || terminal_signals_fired())
			return false;
		if (busy) {
			terminal->frame_refused = true;
			return false;
		}
		show_on_tty(terminal, canvas);
	}
	canvas->frame = ++terminal->frames;
	canvas_copy(terminal->shown, canvas);
	return true;
}

const struct canvas *terminal_shown(const struct terminal *terminal)
{
	return terminal->shown;
}

bool terminal_is_suspended(const struct terminal *terminal)
{
	return terminal->suspended;
}

void terminal_set_theme(struct terminal *terminal, const struct theme *theme)
{
	terminal->theme = theme;
	if (terminal->screen)
		curses_screen_set_look(terminal->screen, theme, terminal->colours);
}

static void append_base64(struct buf *out, const unsigned char *bytes, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < len; i += 3) {
		unsigned second = i + 1 < len ? bytes[i + 1] : 0, third = i + 2 < len ? bytes[i + 2] : 0;
		unsigned bits = (unsigned)bytes[i] << 16 | second << 8 | third;
		buf_append_char(out, digits[bits >> 18]);
		buf_append_char(out, digits[bits >> 12 & 63]);
		buf_append_char(out, i + 1 < len ? digits[bits >> 6 & 63] : '=');
		buf_append_char(out, i + 2 < len ? digits[bits & 63] : '=');
	}
}

bool terminal_copy(struct terminal *terminal, const char *text)
{
	size_t len = strlen(text);
	if (len > COPY_MAX)
		return false;
	if (!terminal->screen || terminal->suspended)
		return true;
	buf_append_str(&terminal->out, "\x1b]52;c;");
	append_base64(&terminal->out, (const unsigned char *)text, len);
	buf_append_str(&terminal->out, "\x1b\\");
	tty_flush(terminal);
	return true;
}

void terminal_set_size(struct terminal *terminal, int height, int width)
{
	if (terminal->screen || (terminal->height == height && terminal->width == width))
		return;
	terminal->height = height;
	terminal->width = width;
	tty_send_size(terminal);
}

/* ---- asking ---- */

int terminal_height(const struct terminal *terminal)
{
	return terminal->height;
}

int terminal_width(const struct terminal *terminal)
{
	return terminal->width;
}

bool terminal_is_ascii(const struct terminal *terminal)
{
	return terminal->ascii;
}
