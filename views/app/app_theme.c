/* Which theme the console has: as configured, of the context, by the terminal's background, or chosen here. One may be
 * looked at without being kept. */
#include <stdio.h>
#include <stdlib.h>

#include "api/base/str.h"
#include "tui/draw/colour.h"
#include "tui/theme/theme.h"
#include "views/app/app_private.h"

static const char automatic_name[] = "auto";

/* The user's own dark.yaml stands for the built-in one here too. */
static bool load_named(const struct app_theme *state, const char *name, struct theme *theme, struct err *err)
{
	bool automatic = str_eq(name, automatic_name);
	return theme_load(theme, automatic ? theme_for_ground(state->ground)->name : name, NULL, NULL, err);
}

/* What is drawn: `theme`, with the accent of the context over it. */
static void app_theme_show(struct app *app, const struct theme *theme)
{
	struct app_theme *state = &app->theme;
	state->shown = *theme;
	if (state->accent != COLOUR_DEFAULT)
		theme_set_accent(&state->shown, state->accent);
	if (!app->terminal)
		return;
	terminal_set_theme(app->terminal, &state->shown);
	app_touch(app);
}

static bool app_theme_keep(struct app *app, const char *name, struct err *err)
{
	struct app_theme *state = &app->theme;
	if (!load_named(state, name, &state->kept, err))
		return false;
	state->automatic = str_eq(name, automatic_name);
	state->previewing = false;
	app_theme_show(app, &state->kept);
	return true;
}

bool app_theme_choose(struct app *app, const char *name, struct err *err)
{
	if (!app_theme_keep(app, name, err))
		return false;
	snprintf(app->theme.chosen, sizeof app->theme.chosen, "%s", name);
	return true;
}

bool app_theme_configure(struct app *app, struct err *err)
{
	/* The pictures of a tape are the same on every terminal. */
	app->theme.ground = app->unattended ? COLOUR_DEFAULT : theme_ground_of_environment(getenv("COLORFGBG"));
	return app_theme_choose(app, config_text(app->config, CONFIG_OPT_THEME), err);
}

void app_theme_preview(struct app *app, const char *name)
{
	struct theme theme;
	struct err err;
	bool ok = name && load_named(&app->theme, name, &theme, &err);
	if (ok || app->theme.previewing)
		app_theme_show(app, ok ? &theme : &app->theme.kept);
	app->theme.previewing = ok;
}

void app_theme_set_ground(struct app *app, int32_t rgb)
{
	struct err err;
	app->theme.ground = rgb;
	if (app->theme.automatic && !app_theme_keep(app, automatic_name, &err))
		app_flash(app, SEV_WARN, "%s", err.text);
}

/* What is wrong here is no reason not to connect. */
void app_theme_of_context(struct app *app)
{
	const char *context = app->session ? session_context(app->session) : "";
	const char *name = config_context_theme(app->config, context);
	const char *accent = config_context_accent(app->config, context);
	struct err err;
	app->theme.accent = COLOUR_DEFAULT;
	if (accent && !colour_parse(accent, &app->theme.accent))
		app_flash(app, SEV_WARN, "accent of context %s: \"%s\" is not a colour such as \"#ff0000\"", context,
			  accent);
	if (app_theme_keep(app, name ? name : app->theme.chosen, &err))
		return;
	app_theme_show(app, &app->theme.kept);
	app_flash(app, SEV_WARN, "%s", err.text);
}
