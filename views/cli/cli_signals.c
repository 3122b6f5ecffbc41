/* Handlers, and not signalfd: what is blocked would wait with the loop. */
#include "views/cli/cli_signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "api/base/mem.h"

enum { STUCK_S = 10 };

static const int cli_signals_told[] = {SIGINT, SIGTERM, SIGHUP};

/* A handler can reach nothing but what has static storage; this is all of it. */
static struct {
	int pipe[2];
	volatile sig_atomic_t last;
} cli_signals;

static void cli_signals_on_signal(int number)
{
	int kept = errno;
	unsigned char byte = (unsigned char)number;
	cli_signals.last = number;
	alarm(STUCK_S);
	if (write(cli_signals.pipe[1], &byte, 1) < 0)
		_exit(128 + number);
	errno = kept;
}

static void cli_signals_on_alarm(int number)
{
	_exit(128 + (cli_signals.last ? (int)cli_signals.last : number));
}

int cli_signals_open(void)
{
	if (pipe2(cli_signals.pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	struct sigaction told = {.sa_handler = cli_signals_on_signal, .sa_flags = SA_RESTART};
	struct sigaction late = {.sa_handler = cli_signals_on_alarm};
	sigfillset(&told.sa_mask);
	sigaction(SIGALRM, &late, NULL);
	for (size_t i = 0; i < ARRAY_LEN(cli_signals_told); i++)
		sigaction(cli_signals_told[i], &told, NULL);
	return cli_signals.pipe[0];
}

int cli_signals_next(int fd)
{
	unsigned char number;
	return read(fd, &number, 1) == 1 ? number : 0;
}

void cli_signals_alive(void)
{
	if (cli_signals.last)
		alarm(STUCK_S);
}
