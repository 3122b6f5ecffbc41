/* The subcommands: one line each in main.c's table. */
#ifndef MQDECK_VIEWS_CLI_COMMANDS_H
#define MQDECK_VIEWS_CLI_COMMANDS_H

#include "api/config/config.h"

enum exit_code { EXIT_OK, EXIT_FAILED, EXIT_USAGE };

/* What a subcommand gets: everything after its name. Returns the exit code; sentences go to standard error. */
struct command_line {
	const struct config *config;
	char **words;
	size_t count;
};

int main_console(const struct command_line *line);
int main_get(const struct command_line *line);
int main_plan(const struct command_line *line);
int main_run(const struct command_line *line);
int main_ops(const struct command_line *line);
int main_replay(const struct command_line *line);
int main_demo_server(const struct command_line *line);

#endif
