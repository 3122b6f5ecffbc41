/* `:bug-report`: what the console knows, as a file for maintainers. */
#include <stdio.h>

#include "api/base/str.h"
#include "views/cli/bug_report.h"
#include "views/console/actions.h"

void action_bug_report(struct app *app)
{
	struct err err = {0};
	CLEANUP(free) char *written = NULL;
	CLEANUP(free)
	char *terminal = str_printf("size=%dx%d ascii=%s", terminal_width(app->terminal),
				    terminal_height(app->terminal), terminal_is_ascii(app->terminal) ? "yes" : "no");
	struct cli_report report = {.config = app->config,
				    .session = app->session,
				    .session_err = app->session ? NULL : &app->session_err,
				    .world = app->world,
				    .terminal = terminal,
				    .wall_ms = clock_wall_ms(loop_clock(app->loop))};
	if (cli_report_write(&report, NULL, &written, &err))
		app_flash(app, SEV_OK, "wrote %s: names are hashed and secrets excluded; read it before you send it",
			  written);
	else
		app_flash(app, SEV_BAD, "cannot write the bug report: %s", err.text);
}
