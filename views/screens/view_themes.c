/* The themes there are. The one under the cursor is seen at once; Enter keeps it, leaving in any other way does not. */
#include <stdio.h>
#include <stdlib.h>

#include "api/base/str.h"
#include "api/base/vec.h"
#include "tui/draw/colour.h"
#include "tui/widgets/table.h"
#include "views/app/app.h"
#include "views/screens/screens.h"

enum { SAMPLE_WIDTH = 60, SAMPLE_NAME_WIDTH = 13 };

enum { COLUMN_THEME, COLUMN_KIND, COLUMN_GROUND, COLUMN_ABOUT };

static const struct table_column columns[] = {
	[COLUMN_THEME] = {.title = "THEME", .min = 12, .max = 40},
	[COLUMN_KIND] = {.title = "KIND", .max = 10},
	[COLUMN_GROUND] = {.title = "BACKGROUND", .max = 10, .priority = 1},
	[COLUMN_ABOUT] = {.title = "ABOUT", .max = 100, .flex = 1, .priority = 2},
};

struct themes_row {
	char *name;
	enum theme_origin origin;
	bool light, broken;
	char about[ERR_TEXT_MAX];
};

struct themes_state {
	struct table *table;
	VEC(struct themes_row) rows;
};

static void themes_add(void *data, const char *name, enum theme_origin origin, const char *path)
{
	struct themes_state *state = data;
	struct theme theme;
	struct err err;
	struct themes_row row = {.name = mem_strdup(name), .origin = origin};
	row.broken = !theme_load(&theme, path ? path : name, NULL, NULL, &err);
	row.light = !row.broken && colour_is_light(theme.ground);
	snprintf(row.about, sizeof row.about, "%s", row.broken ? err.text : theme.help);
	vec_push(&state->rows, row);
}

static size_t themes_count(void *data)
{
	return ((struct themes_state *)data)->rows.len;
}

static const char *themes_key(void *data, size_t row)
{
	return ((struct themes_state *)data)->rows.items[row].name;
}

static struct cell themes_cell(void *data, size_t row, size_t column)
{
	static const char *const kinds[] = {
		[THEME_OF_USER] = "user", [THEME_BUILT_IN] = "built in", [THEME_OF_K9S] = "k9s skin"};
	const struct themes_row *it = &((struct themes_state *)data)->rows.items[row];
	const char *const texts[] = {
		[COLUMN_THEME] = it->name,
		[COLUMN_KIND] = kinds[it->origin],
		[COLUMN_GROUND] = it->broken  ? ""
				  : it->light ? "light"
					      : "dark",
		[COLUMN_ABOUT] = it->about,
	};
	return cell_text(texts[column]);
}

static enum severity themes_severity(void *data, size_t row)
{
	return ((struct themes_state *)data)->rows.items[row].broken ? SEV_WARN : SEV_NONE;
}

static const struct table_source themes_source = {
	.count = themes_count, .key = themes_key, .cell = themes_cell, .severity = themes_severity};

static void themes_view_open(struct view *view)
{
	struct themes_state *state = mem_alloc(sizeof *state);
	theme_each(themes_add, state);
	state->table = table_create(columns, ARRAY_LEN(columns), &themes_source, state);
	table_refresh(state->table);
	(void)table_select_key(state->table, view->app->theme.kept.name);
	view->state = state;
}

static void themes_view_close(struct view *view)
{
	struct themes_state *state = view->state;
	app_theme_preview(view->app, NULL);
	table_destroy(state->table);
	vec_each (&state->rows, row)
		free(row->name);
	vec_finish(&state->rows);
	free(state);
}

/* What the theme makes of each role, in as many columns as there is room for. */
static void themes_draw_samples(struct canvas *canvas, struct rect rect)
{
	int beside = rect.width / SAMPLE_WIDTH > 0 ? rect.width / SAMPLE_WIDTH : 1;
	int rows = (STYLE_COUNT + beside - 1) / beside, width = rect.width / beside;
	if (rect.height < 2)
		return;
	canvas_hline(canvas, rect.y, rect.x, rect.width, STYLE_BORDER);
	canvas_put(canvas, rect.y, rect.x + 1, -1, STYLE_TITLE, " roles in this theme ");
	for (int role = 0; role < STYLE_COUNT; role++) {
		int y = rect.y + 1 + role % rows, x = rect.x + 1 + role / rows * width;
		if (y >= rect.y + rect.height)
			continue;
		canvas_put_fit(canvas, y, x, SAMPLE_NAME_WIDTH, (style_t)role, style_role_name((enum style_role)role));
		canvas_put_fit(canvas, y, x + SAMPLE_NAME_WIDTH + 1, width - SAMPLE_NAME_WIDTH - 3, STYLE_DIM,
			       style_role_help((enum style_role)role));
	}
}

static void themes_view_draw(struct view *view, struct canvas *canvas, struct rect rect)
{
	struct themes_state *state = view->state;
	struct rect table = rect, samples = rect;
	int wanted = (int)state->rows.len + 2;
	table.height = wanted < rect.height / 2 ? wanted : rect.height / 2;
	samples.y += table.height;
	samples.height -= table.height;
	table_draw(state->table, canvas, table, true);
	themes_draw_samples(canvas, samples);
}

static bool themes_view_event(struct view *view, const struct event *event)
{
	struct themes_state *state = view->state;
	enum table_answer answer = table_event(state->table, event);
	const char *name = table_key(state->table);
	if (answer == TABLE_ACTIVATED && name) {
		CLEANUP(free) char *command = str_printf("theme %s", name);
		struct app *app = view->app;
		prompt_run_command(app, command);
		app_pop(app);
		return true;
	}
	if (answer == TABLE_TOOK)
		app_theme_preview(view->app, name);
	return answer != TABLE_IGNORED;
}

static bool themes_view_filter(struct view *view, const char *text, struct err *err)
{
	struct themes_state *state = view->state;
	return table_set_filter(state->table, text, err);
}

static const char *themes_view_filter_text(struct view *view)
{
	struct themes_state *state = view->state;
	return table_filter(state->table);
}

const struct view_class view_themes = {
	.name = "themes",
	.keys = VIEW_KEYS_GLOBAL,
	.open = themes_view_open,
	.close = themes_view_close,
	.draw = themes_view_draw,
	.event = themes_view_event,
	.filter = themes_view_filter,
	.filter_text = themes_view_filter_text,
};
