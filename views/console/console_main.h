/* The subcommands that have a screen, or are about one. */
#ifndef MQDECK_VIEWS_CONSOLE_CONSOLE_MAIN_H
#define MQDECK_VIEWS_CONSOLE_CONSOLE_MAIN_H

#include "views/cli/commands.h"

int main_console(const struct cli_command_line *line);
int main_replay(const struct cli_command_line *line);
int main_theme(const struct cli_command_line *line); /* list, check FILE */

#endif
