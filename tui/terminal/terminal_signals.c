/* Signal handlers with what POSIX allows in them and no more. On a crash they give the terminal back before the process
 * dies, so that the operator keeps a usable shell. */
#include "tui/terminal/terminal_signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/base/mem.h"

enum { LEAVE_MAX = 512, DRAIN_MS = 200, SIGNALS = 13 };

enum terminal_signals_manner { TELL, END, CRASH };

static const struct {
	int number;
	enum terminal_signals_manner manner;
} terminal_signals_handled[SIGNALS] = {
	{SIGWINCH, TELL}, {SIGTSTP, TELL}, {SIGCONT, TELL},  {SIGHUP, END},    {SIGTERM, END},
	{SIGINT, END},    {SIGQUIT, END},  {SIGABRT, CRASH}, {SIGSEGV, CRASH}, {SIGBUS, CRASH},
	{SIGFPE, CRASH},  {SIGILL, CRASH}, {SIGSYS, CRASH},
};

/* A handler can reach nothing but what has static storage; this is all of it. */
static struct {
	volatile sig_atomic_t armed, fired;
	int fd;
	struct termios modes;
	char leave[LEAVE_MAX];
	size_t len;
	int pipe[2];
	struct sigaction before[SIGNALS];
	bool installed;
} signals;

/* Only what POSIX allows in a handler: write, poll, tcsetattr. */
static void give_back(void)
{
	if (!signals.armed)
		return;
	signals.armed = 0;
	signals.fired = 1;
	for (size_t done = 0; done < signals.len;) {
		ssize_t wrote = write(signals.fd, signals.leave + done, signals.len - done);
		struct pollfd room = {.fd = signals.fd, .events = POLLOUT};
		if (wrote > 0)
			done += (size_t)wrote;
		else if (errno != EAGAIN || poll(&room, 1, DRAIN_MS) <= 0)
			break;
	}
	tcsetattr(signals.fd, TCSANOW, &signals.modes);
}

static size_t terminal_signals_index_of(int number)
{
	size_t i = 0;
	while (i + 1 < SIGNALS && terminal_signals_handled[i].number != number)
		i++;
	return i;
}

static void terminal_signals_on_signal(int number)
{
	int kept = errno;
	size_t at = terminal_signals_index_of(number);
	enum terminal_signals_manner manner = terminal_signals_handled[at].manner;
	bool again = manner == END && signals.fired;
	if (manner != TELL)
		give_back();
	if (manner == CRASH || again) {
		/* Whoever had the signal before (the system, a sanitizer) does with it what it would have done. */
		sigaction(number, &signals.before[at], NULL);
		raise(number);
	} else {
		unsigned char byte = (unsigned char)number;
		if (write(signals.pipe[1], &byte, 1) < 0 && manner == END)
			_exit(128 + number);
	}
	errno = kept;
}

int terminal_signals_install(void)
{
	if (signals.installed || pipe2(signals.pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	signals.installed = true;
	signals.fired = 0;
	struct sigaction action = {.sa_handler = terminal_signals_on_signal, .sa_flags = SA_RESTART};
	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < SIGNALS; i++)
		sigaction(terminal_signals_handled[i].number, &action, &signals.before[i]);
	return signals.pipe[0];
}

void terminal_signals_remove(void)
{
	if (!signals.installed)
		return;
	for (size_t i = 0; i < SIGNALS; i++)
		sigaction(terminal_signals_handled[i].number, &signals.before[i], NULL);
	close(signals.pipe[0]);
	close(signals.pipe[1]);
	signals.installed = false;
	signals.armed = 0;
}

void terminal_signals_arm(int fd, const struct termios *modes, const char *leave, size_t len)
{
	signals.armed = 0;
	signals.fd = fd;
	signals.modes = *modes;
	signals.len = len < LEAVE_MAX ? len : LEAVE_MAX;
	memcpy(signals.leave, leave, signals.len);
	signals.armed = 1;
}

void terminal_signals_disarm(void)
{
	signals.armed = 0;
}

bool terminal_signals_fired(void)
{
	return signals.fired;
}
