/* `mqdeck replay`: the same console under a tape, without a terminal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "tui/tape/tape.h"
#include "views/app/app.h"
#include "views/cli/cli.h"
#include "views/console/catalogue.h"
#include "views/console/console_consent.h"
#include "views/console/console_main.h"

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
	CLEANUP(loop_destroy) struct loop *loop = cli_create_loop(&clock, &err);
	CLEANUP(demo_destroy) struct demo *demo = loop ? cli_start_demo(line->config, loop, &err) : NULL;
	if (err_is_set(&err))
		return cli_failed(&err);
	CLEANUP(app_destroy) struct app *app = app_create(loop, line->config, demo, &console_catalogue);
	app->unattended = true;
	if (!app_theme_configure(app, &err) || !console_consent(app, tape, &err))
		return cli_failed(&err);
	CLEANUP(terminal_close)
	struct terminal *terminal = terminal_open_headless(loop, height, width,
							   config_flag(line->config, CONFIG_OPT_ASCII), app_event, app);
	struct main_replay state = {.app = app};
	struct tape_target target = {
		.send = app_event, .screen = app_screen, .is_idle = app_is_idle, .resize = replay_resize, .data = app};
	struct tape_options options = {
		.update = config_flag(line->config, CONFIG_OPT_UPDATE), .report = stderr, .theme = &app->theme.shown};
	const char *slash = strrchr(line->words[0], '/');
	CLEANUP(free)
	char *folder = slash ? mem_strndup(line->words[0], (size_t)(slash - line->words[0]) + 1) : mem_strdup(".");
	options.base = folder;
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
