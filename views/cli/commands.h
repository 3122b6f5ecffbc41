/* The subcommands without a screen: one line each in the table of main.c. This room and those below it link without
 * curses. */
#ifndef MQDECK_VIEWS_CLI_COMMANDS_H
#define MQDECK_VIEWS_CLI_COMMANDS_H

#include "api/config/config.h"

enum cli_exit_code { CLI_EXIT_OK, CLI_EXIT_FAILED, CLI_EXIT_USAGE };

/* What a subcommand gets: everything after its name. Returns the exit code; sentences go to standard error, by
 * cli_say() and cli_failed() alone. Whether standard output took everything main() sees to. */
struct cli_command_line {
	const struct config *config;
	char **words;
	size_t count;
	char *const *typed; /* all of it as it was typed, from the name of the program on; NULL at the end */
};

/* "mqdeck: SENTENCE" on standard error, cleaned. */
void cli_say(const char *format, ...) PRINTF_LIKE(1, 2);
/* The same of an error; returns its exit code. */
int cli_failed(const struct err *err);
/* Standard streams that were closed are so for good: nothing that is opened later takes their number. */
void cli_hold_streams(void);
/* At the end: `code`, or that of a failure, with a sentence, when standard output did not take everything. */
int cli_finish_output(int code);

int main_get(const struct cli_command_line *line);
int main_plan(const struct cli_command_line *line);
int main_run(const struct cli_command_line *line);
int main_ops(const struct cli_command_line *line);
int main_bug_report(const struct cli_command_line *line);
int main_demo_server(const struct cli_command_line *line);

#endif
