/* `mqdeck`: the console on a terminal. */
#include "views/console/console_main.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/base/str.h"
#include "views/app/app.h"
#include "views/cli/cli.h"
#include "views/console/catalogue.h"
#include "views/fleet/fleet_sessions.h"

static bool terminal_options(const struct config *config, struct terminal_options *options, struct err *err)
{
	*options = (struct terminal_options){
		.charset = config_flag(config, CONFIG_OPT_ASCII) ? TERMINAL_CHARSET_ASCII : TERMINAL_CHARSET_AUTO,
		.mouse = config_flag(config, CONFIG_OPT_MOUSE),
	};
	return colour_mode_parse(config_text(config, CONFIG_OPT_COLOUR), &options->colours) ||
	       err_set(err, ERR_USAGE, "unknown colour mode %s", config_text(config, CONFIG_OPT_COLOUR));
}

/* Wrong files and unknown contexts are said before the screen is taken. */
static bool check_fleet(struct app *app, struct err *err)
{
	struct fleet *fleet = fleet_open(&(struct fleet_options){.loop = app->loop,
								 .config = app->config,
								 .demo = app->demo,
								 .contexts = app->fleet.contexts,
								 .context_count = app->fleet.count},
					 err);
	fleet_close(fleet);
	return fleet != NULL;
}

int main_console(const struct cli_command_line *line)
{
	struct err err = {0};
	struct terminal_options options;
	struct clock clock = clock_real();
	if (!terminal_options(line->config, &options, &err))
		return cli_failed(&err);
	CLEANUP(loop_destroy) struct loop *loop = cli_create_loop(&clock, &err);
	CLEANUP(demo_destroy) struct demo *demo = loop ? cli_start_demo(line->config, loop, &err) : NULL;
	if (err_is_set(&err))
		return cli_failed(&err);
	/* A console that cannot connect is of no use unless it can be told to: wrong files are said before the
	 * screen is taken. */
	CLEANUP(session_place_finish) struct session_place place = {0};
	bool fleet = config_flag(line->config, CONFIG_OPT_FLEET);
	if (!fleet && !session_place_read(&place, line->config, demo, NULL, &err))
		return cli_failed(&err);
	CLEANUP(app_destroy) struct app *app = app_create(loop, line->config, demo, &console_catalogue);
	app->fleet.contexts = (const char *const *)line->words;
	app->fleet.count = line->count;
	if (fleet && !check_fleet(app, &err))
		return cli_failed(&err);
	if (!app_theme_configure(app, &err))
		return cli_failed(&err);
	options.theme = &app->theme.shown;
	options.ask_ground = app->theme.automatic;
	CLEANUP(terminal_close) struct terminal *terminal = terminal_open(loop, &options, app_event, app, &err);
	if (!terminal)
		return cli_failed(&err);
	app_start(app, terminal, &place);
	if (terminal_stand_in(terminal))
		app_flash(app, SEV_WARN,
			  "terminal type '%s' is not known here: drawn as %s; set TERM or install its terminfo",
			  str_or(getenv("TERM"), ""), terminal_stand_in(terminal));
	return app_run(app);
}
