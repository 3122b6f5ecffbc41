/* The subcommands without a screen: one line each in the table of main.c. This room and those below it link without
 * curses. */
#ifndef MQDECK_VIEWS_CLI_COMMANDS_H
#define MQDECK_VIEWS_CLI_COMMANDS_H

#include "api/config/config.h"

enum cli_exit_code { CLI_EXIT_OK, CLI_EXIT_FAILED, CLI_EXIT_USAGE };

/* What a subcommand gets: everything after its name. Returns the exit code; sentences go to standard error. */
struct cli_command_line {
	const struct config *config;
	char **words;
	size_t count;
};

int main_get(const struct cli_command_line *line);
int main_plan(const struct cli_command_line *line);
int main_run(const struct cli_command_line *line);
int main_ops(const struct cli_command_line *line);
int main_bug_report(const struct cli_command_line *line);
int main_demo_server(const struct cli_command_line *line);

#endif
