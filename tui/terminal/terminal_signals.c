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

enum { LEAVE_MAX = 512, DRAIN_MS = 200, STACK_SIZE = 64 * 1024, SIGNALS = 65, STUCK_S = 5 };

enum terminal_signals_manner {
	CRASH, /* whatever is not named below would end the program as it is */
	TELL,
	END,
	STOP,
	LEAVE, /* changes nothing, or is the program's own choice */
};

static const struct {
	int number;
	enum terminal_signals_manner manner;
} terminal_signals_handled[] = {
	{SIGWINCH, TELL}, {SIGTSTP, TELL},  {SIGCONT, TELL}, {SIGHUP, END},    {SIGTERM, END},
	{SIGINT, END},    {SIGQUIT, END},   {SIGTTIN, STOP}, {SIGTTOU, STOP},  {SIGKILL, LEAVE},
	{SIGSTOP, LEAVE}, {SIGCHLD, LEAVE}, {SIGURG, LEAVE}, {SIGPIPE, LEAVE}, {SIGXFSZ, LEAVE},
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
	bool taken[SIGNALS];
	char stack[STACK_SIZE]; /* for the handler of what used up the other one */
	stack_t stack_before;
	bool installed;
} signals;

/* Only what POSIX allows in a handler: write, poll, tcsetattr. */
static void write_back(void)
{
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

static void give_back(void)
{
	if (!signals.armed)
		return;
	signals.armed = 0;
	signals.fired = 1;
	write_back();
}

static enum terminal_signals_manner manner_of(int number)
{
	for (size_t i = 0; i < ARRAY_LEN(terminal_signals_handled); i++)
		if (terminal_signals_handled[i].number == number)
			return terminal_signals_handled[i].manner;
	return CRASH;
}

/* Whoever had the signal before (the system, a sanitizer) does with it what it would have done. */
static void die_of(int number)
{
	sigaction(number, &signals.before[number], NULL);
	raise(number);
}

/* In the background the tty is the shell's already. Going on is another signal, of which the loop is told. */
static void stop_here(void)
{
	if (signals.armed && tcgetpgrp(signals.fd) == getpgrp())
		write_back();
	raise(SIGSTOP);
}

/* The loop is told, and ends in order; a loop that is stuck is not waited for. */
static void tell_loop(int number, bool ends)
{
	unsigned char byte = (unsigned char)number;
	if (ends)
		alarm(STUCK_S);
	if (write(signals.pipe[1], &byte, 1) < 0 && ends)
		_exit(128 + number);
}

static void terminal_signals_on_signal(int number)
{
	int kept = errno;
	enum terminal_signals_manner manner = manner_of(number);
	bool again = manner == END && signals.fired;
	if (manner == END || manner == CRASH)
		give_back();
	if (manner == STOP)
		stop_here();
	else if (manner == CRASH || again)
		die_of(number);
	else
		tell_loop(number, manner == END);
	errno = kept;
}

/* What somebody asked for before, as a profiler its own signal, stays; but for faults, which are passed on. */
static bool is_ours_to_take(int number)
{
	static const int faults[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGTRAP};
	enum terminal_signals_manner manner = manner_of(number);
	for (size_t i = 0; i < ARRAY_LEN(faults); i++)
		if (faults[i] == number)
			return true;
	return manner != LEAVE && (manner != CRASH || signals.before[number].sa_handler == SIG_DFL);
}

int terminal_signals_install(void)
{
	if (signals.installed || pipe2(signals.pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	signals.installed = true;
	signals.fired = 0;
	const stack_t stack = {.ss_sp = signals.stack, .ss_size = sizeof signals.stack};
	sigaltstack(&stack, &signals.stack_before);
	struct sigaction action = {.sa_handler = terminal_signals_on_signal, .sa_flags = SA_RESTART | SA_ONSTACK};
	sigfillset(&action.sa_mask);
	for (int i = 1; i < SIGNALS; i++)
		signals.taken[i] = sigaction(i, NULL, &signals.before[i]) == 0 && is_ours_to_take(i) &&
				   sigaction(i, &action, NULL) == 0;
	return signals.pipe[0];
}

void terminal_signals_remove(void)
{
	if (!signals.installed)
		return;
	for (int i = 1; i < SIGNALS; i++)
		if (signals.taken[i])
			sigaction(i, &signals.before[i], NULL);
	sigaltstack(&signals.stack_before, NULL);
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
