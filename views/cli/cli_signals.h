/* Signals that ask a command to end, told to its loop; a loop that does not hear of them, since nobody takes what is
 * printed or a disk does not answer, is ended all the same. */
#ifndef MQDECK_VIEWS_CLI_CLI_SIGNALS_H
#define MQDECK_VIEWS_CLI_CLI_SIGNALS_H

/* From now on SIGINT, SIGTERM and SIGHUP are told through the descriptor, until the process ends. Once in a process; -1 = no
 * descriptor is left. */
int cli_signals_open(void);
int cli_signals_next(int fd); /* 0 = none */
/* Said by the loop at every turn, at least once a second: after a signal, a process that does not say it is ended. */
void cli_signals_alive(void);

#endif
