/* `mqdeck` and `mqdeck replay`: the same console, on a terminal or under a tape. */
#include "views/console/console_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "tui/tape/tape.h"
#include "views/app/app.h"
#include "views/cli/cli.h"
#include "views/console/catalogue.h"

/* ---- console ---- */

static bool terminal_options(const struct config *config, struct terminal_options *options, struct err *err)
{
	*options = (struct terminal_options){
		.charset = config_flag(config, CONFIG_OPT_ASCII) ? TERMINAL_CHARSET_ASCII : TERMINAL_CHARSET_AUTO,
		.mouse = config_flag(config, CONFIG_OPT_MOUSE),
	};
	return colour_mode_parse(config_text(config, CONFIG_OPT_COLOUR), &options->colours) ||
	       err_set(err, ERR_USAGE, "unknown colour mode %s", config_text(config, CONFIG_OPT_COLOUR));
}

int main_console(const struct cli_command_line *line)
{
	struct err err = {0};
	struct terminal_options options;
	struct clock clock = clock_real();
	if (!terminal_options(line->config, &options, &err))
		return cli_failed(&err);
	CLEANUP(loop_destroy) struct loop *loop = loop_create(&clock);
	CLEANUP(demo_destroy) struct demo *demo = cli_start_demo(line->config, loop, &err);
	if (err_is_set(&err))
		return cli_failed(&err);
	/* A console that cannot connect is of no use unless it can be told to: wrong files are said before the
	 * screen is taken. */
	CLEANUP(session_place_finish) struct session_place place = {0};
	if (!session_place_read(&place, line->config, demo, NULL, &err))
		return cli_failed(&err);
	CLEANUP(app_destroy) struct app *app = app_create(loop, line->config, demo, &console_catalogue);
	if (!app_theme_configure(app, &err))
		return cli_failed(&err);
	options.theme = &app->theme.shown;
	options.ask_ground = app->theme.automatic;
	CLEANUP(terminal_close) struct terminal *terminal = terminal_open(loop, &options, app_event, app, &err);
	if (!terminal)
		return cli_failed(&err);
	app_start(app, terminal, &place);
	return app_run(app);
}

/* ---- replay ---- */

enum { REPLAY_HEIGHT = 40, REPLAY_WIDTH = 120 };

struct main_replay {
	struct app *app;
	int exit_code;
};

static void replay_done(void *data, int exit_code)
{
	struct main_replay *replay = data;
	replay->exit_code = exit_code;
	app_quit(replay->app);
}

static void replay_resize(void *data, int height, int width)
{
	struct event event = {.type = EVENT_RESIZE, .size = {.height = height, .width = width}};
	app_event(data, &event);
}

static bool replay_size(const struct config *config, const struct tape_settings *settings, int *height, int *width,
			struct err *err)
{
	const char *size = config_text(config, CONFIG_OPT_SIZE);
	*height = settings->height ? settings->height : REPLAY_HEIGHT;
	*width = settings->width ? settings->width : REPLAY_WIDTH;
	if (!size || settings->height)
		return true;
	int used = 0;
	if (sscanf(size, "%3dx%3d%n", width, height, &used) == 2 && size[used] == '\0' && *width > 0 && *height > 0)
		return true;
	return err_set(err, ERR_USAGE, "--size must be WIDTHxHEIGHT, such as 120x40, not \"%s\"", size);
}

/* Without a terminal and, when the tape sets a clock, with a time of its own: the same each run. */
static int main_play_tape(const struct cli_command_line *line, const struct tape *tape, int height, int width)
{
	struct err err = {0};
	const struct tape_settings *settings = tape_settings(tape);
	struct clock clock = settings->clock_ms >= 0 ? clock_virtual(settings->clock_ms) : clock_real();
	log_set_clock(&clock);
	CLEANUP(loop_destroy) struct loop *loop = loop_create(&clock);
	CLEANUP(demo_destroy) struct demo *demo = cli_start_demo(line->config, loop, &err);
	if (err_is_set(&err))
		return cli_failed(&err);
	CLEANUP(app_destroy) struct app *app = app_create(loop, line->config, demo, &console_catalogue);
	app->unattended = true;
	if (!app_theme_configure(app, &err))
		return cli_failed(&err);
	CLEANUP(terminal_close)
	struct terminal *terminal = terminal_open_headless(loop, height, width,
							   config_flag(line->config, CONFIG_OPT_ASCII), app_event, app);
	struct main_replay state = {.app = app};
	struct tape_target target = {
		.send = app_event, .screen = app_screen, .is_idle = app_is_idle, .resize = replay_resize, .data = app};
	struct tape_options options = {
		.update = config_flag(line->config, CONFIG_OPT_UPDATE), .report = stderr, .theme = &app->theme.shown};
	CLEANUP(free)
	char *folder =
		mem_strndup(line->words[0],
			    strrchr(line->words[0], '/') ? (size_t)(strrchr(line->words[0], '/') - line->words[0]) : 0);
	options.base = *folder ? folder : NULL;
	app_start(app, terminal, NULL);
	CLEANUP(tape_player_destroy)
	struct tape_player *player = tape_player_create(loop, tape, &target, &options, replay_done, &state);
	tape_player_start(player);
	app_run(app);
	return state.exit_code;
}

int main_replay(const struct cli_command_line *line)
{
	struct err err = {0};
	int height, width;
	CLEANUP(tape_destroy) struct tape *tape = tape_load(line->words[0], &err);
	if (!tape) {
		cli_say("%s", err.text);
		return TAPE_PARSE;
	}
	for (size_t i = 0; i < tape_env_count(tape); i++) {
		const char *value, *name = tape_env(tape, i, &value);
		setenv(name, value, 1);
	}
	if (!replay_size(line->config, tape_settings(tape), &height, &width, &err))
		return cli_failed(&err);
	int code = main_play_tape(line, tape, height, width);
	log_set_clock(NULL);
	return code;
}
