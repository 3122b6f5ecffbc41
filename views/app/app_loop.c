/* The loop: events come in, the world is followed, at most one paint per 33 ms goes out. Begins and ends the console. */
#include <stdlib.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "views/app/app_private.h"

static const struct {
	const char *key;
	enum view_keys scope;
	enum action action;
} default_keys[] = {
/* key NULL: those of the operations */
#define X(key_, scope_, action_) {.key = key_, .scope = VIEW_KEYS_##scope_, .action = ACTION_##action_},
#define OPERATIONS_OF(scope_) {.scope = VIEW_KEYS_##scope_},
#include "views/app/keys.def"
#undef X
};

/* Where the key of an operation holds: where a row leads to its target. */
static const bool operations_hold[][VIEW_KEYS_SCOPES] = {
	[OPS_ON_CLUSTER] = {[VIEW_KEYS_DECK] = true, [VIEW_KEYS_TABLE] = true},
	[OPS_ON_NODE] = {[VIEW_KEYS_NODES] = true},
	[OPS_ON_BROKER] = {[VIEW_KEYS_TABLE] = true},
	[OPS_ON_BROKER_OR_NODE] = {[VIEW_KEYS_TABLE] = true, [VIEW_KEYS_NODES] = true},
};

/* ---- painting ---- */

static void update_world(struct app *app, bool whole)
{
	/* Not where a plan ends: that may be inside a call of the very world it looked at. */
	if (app->session && !plans_are_running(&app->plans))
		session_plans_over(app->session);
	app->world = app->session ? (whole ? world_update : world_hear)(app->session->world) : NULL;
	app->world_changed = false;
	loop_timer_arm(app->tick_timer, APP_TICK_MS); /* ages that are fresh need no tick of their own */
	if (!app->world || app->world->requests_in_flight == 0)
		app->busy_since_ms = -1;
	else if (app->busy_since_ms < 0)
		app->busy_since_ms = loop_now_ms(app->loop);
	/* A view may ask the operations, which look at the world anew: it is the same one, and no reason to come
	 * back here. */
	app->updating = true;
	for (size_t i = 0; i < app->view_count; i++) {
		if (app->views[i]->class->update)
			app->views[i]->class->update(app->views[i]);
	}
	app->updating = false;
}

static bool is_behind(const struct app *app)
{
	return app->session && world_is_outdated(app->session->world);
}

/* Views look rows up while they draw and handle events: by numbers that must be those of the world as it is. */
static void follow_world(struct app *app)
{
	if (app->world_changed || is_behind(app))
		update_world(app, true);
}

/* The same for what may go without the newest records where it takes long to join them all: with thousands of broker clusters
 * no key that only moves waits for them, and they are not joined for each of a thousand changes. The rest is painted later. */
static void follow_brokers(struct app *app)
{
	if (app->world_changed || is_behind(app))
		update_world(app, !app->session || world_due_ms(app->session->world) == 0);
}

static bool world_is_due(const struct app *app)
{
	return !app->session || loop_now_ms(app->loop) >= world_due_ms(app->session->world);
}

static void paint_the_rest_later(struct app *app)
{
	if (!is_behind(app))
		return;
	int64_t wait = world_due_ms(app->session->world) - loop_now_ms(app->loop);
	loop_timer_arm(app->paint_timer, wait > APP_PAINT_MS ? wait : APP_PAINT_MS);
}

/* What the view on top is about, else what its cursor is on: its brokers are asked first. */
static void tell_who_is_looked_at(struct app *app)
{
	struct view *view = app_top(app);
	struct selection selection = {0};
	const char *key = view->scope.cluster[0] ? view->scope.cluster : view->selection.cluster;
	if (!*key && view->class->selection && view->class->selection(view, &selection))
		key = selection.cluster;
	if (app->session)
		world_look_at(app->session->world, *key ? key : NULL);
}

static void app_paint(struct app *app, bool whole)
{
	if (!app->terminal || app->view_count == 0 || terminal_is_suspended(app->terminal))
		return;
	(whole ? follow_world : follow_brokers)(app);
	loop_timer_disarm(app->paint_timer);
	paint_the_rest_later(app);
	int64_t began_us = log_is_on(LOG_TRACE, LOG_VIEWS) ? clock_real_us() : 0;
	canvas_clear(app->canvas);
	frame_draw(app);
	log_trace(LOG_VIEWS, "drawn view=%s us=%lld", app_top(app)->class->name,
		  (long long)(clock_real_us() - began_us));
	/* A terminal that has not taken the last frame yet asks for this one when it has. */
	app->painted = terminal_present(app->terminal, app->canvas);
	app->painted_ms = loop_now_ms(app->loop);
	tell_who_is_looked_at(app);
	/* Not before the first screen, which waits for no disk. */
	if (app->settled && app->interrupted < 0)
		app_count_interrupted(app);
}

/* While the world is being read for the first time every answer would move what is drawn: the first screen waits
 * until it is whole, for a moment. A key never waits. */
static bool is_worth_painting(struct app *app)
{
	app->settled = app->settled || !app->session || world_settled(app->session->world);
	return app->settled || loop_now_ms(app->loop) >= app->connected_ms + APP_FIRST_MS;
}

static void paint_due(void *data)
{
	struct app *app = data;
	if (is_worth_painting(app))
		app_paint(app, world_is_due(app));
	else
		loop_timer_arm(app->paint_timer, APP_SETTLE_MS);
}

static void app_tick(void *data)
{
	struct app *app = data;
	loop_timer_arm(app->tick_timer, APP_TICK_MS);
	app_world_touched(app);
}

/* ---- events ---- */

static bool dialog_takes(struct app *app, const struct event *event)
{
	if (!app->dialog.dialog)
		return false;
	enum dialog_answer answer = dialog_event(app->dialog.dialog, event);
	if (answer != DIALOG_OPEN)
		app_answer_dialog(app, answer == DIALOG_DONE ? dialog_result(app->dialog.dialog) : 0);
	return true;
}

static void key_pressed(struct app *app, const struct event *event)
{
	struct view *top = app_top(app);
	if (event->type == EVENT_KEY) {
		const int scopes[] = {(int)top->class->keys, VIEW_KEYS_GLOBAL};
		int action = keymap_find(app->keymap, event->key, scopes, 1);
		if (action < 0 && top->class->event && top->class->event(top, event))
			return;
		if (action < 0)
			action = keymap_find(app->keymap, event->key, scopes + 1, 1);
		if (action >= 0)
			app_act(app, (enum action)action);
		else
			app->catalogue->key(app, event->key);
	} else if (top->class->event) {
		top->class->event(top, event);
	}
}

/* Nothing is done by it that leans on more than what is shown: a key of the view itself, and what is typed before Enter. */
static bool is_only_a_move(struct app *app, const struct event *event)
{
	if (app->dialog.dialog)
		return false;
	if (event->type != EVENT_KEY)
		return event->type == EVENT_MOUSE || event->type == EVENT_PASTE;
	if (event->key.code == KEY_CODE_ENTER)
		return false;
	const int scopes[] = {(int)app_top(app)->class->keys, VIEW_KEYS_GLOBAL};
	return app->prompt != PROMPT_NONE || keymap_find(app->keymap, event->key, scopes, 2) < 0;
}

void app_event(void *data, const struct event *event)
{
	struct app *app = data;
	bool moves = is_only_a_move(app, event);
	(moves ? follow_brokers : follow_world)(app);
	switch (event->type) {
	case EVENT_QUIT:
		app->quit = true;
		return;
	case EVENT_RESIZE:
		canvas_resize(app->canvas, event->size.height, event->size.width);
		break;
	case EVENT_KEY:
	case EVENT_PASTE:
	case EVENT_MOUSE:
		app->flash[0] = '\0';
		if (!dialog_takes(app, event) && !prompt_event(app, event))
			key_pressed(app, event);
		break;
	case EVENT_GROUND:
		app_theme_set_ground(app, event->ground);
		break;
	case EVENT_REDRAW:
	case EVENT_FOCUS:
	case EVENT_REPLY:
		break;
	}
	if (!app->quit)
		app_paint(app, !moves);
}

/* ---- life ---- */

static bool has_default_key(struct key key, enum view_keys scope)
{
	struct key other;
	for (size_t i = 0; i < ARRAY_LEN(default_keys); i++)
		if (default_keys[i].scope == scope && default_keys[i].key && key_parse(default_keys[i].key, &other) &&
		    key_equal(other, key))
			return true;
	return false;
}

/* Of two operations with the same key the first in their table has it. */
static void bind_operations(struct app *app, enum view_keys scope)
{
	size_t count;
	const int scopes[] = {(int)scope};
	const struct ops_operation *const *operations = ops_table(&count);
	for (size_t i = 0; i < count; i++) {
		struct err err;
		struct key key;
		if (!operations_hold[operations[i]->target][scope] || !key_parse(operations[i]->key, &key) ||
		    has_default_key(key, scope) || keymap_find(app->keymap, key, scopes, 1) >= 0)
			continue;
		if (!keymap_bind(app->keymap, operations[i]->key, (int)scope, ACTION_COUNT + (int)i, &err))
			app_flash(app, SEV_BAD, "%s", err.text);
	}
}

static void bind_default_keys(struct app *app)
{
	struct err err;
	for (size_t i = 0; i < ARRAY_LEN(default_keys); i++) {
		if (!default_keys[i].key)
			bind_operations(app, default_keys[i].scope);
		else if (!keymap_bind(app->keymap, default_keys[i].key, (int)default_keys[i].scope,
				      (int)default_keys[i].action, &err))
			app_flash(app, SEV_BAD, "%s", err.text);
	}
}

struct app *app_create(struct loop *loop, const struct config *config, struct demo *demo,
		       const struct app_catalogue *catalogue)
{
	struct app *app = mem_alloc(sizeof *app);
	*app = (struct app){
		.loop = loop,
		.config = config,
		.demo = demo,
		.catalogue = catalogue,
		.keymap = keymap_create(),
		.filter_line = line_edit_create(NULL, NULL),
		.show_header = true,
		.show_crumbs = true,
		.busy_since_ms = -1,
		.interrupted = -1,
	};
	app->theme = (struct app_theme){.kept = *theme_default(), .chosen = "dark", .ground = COLOUR_DEFAULT};
	app->theme.shown = app->theme.kept;
	app->theme.accent = COLOUR_DEFAULT;
	app->plans = (struct plans){.on_change = app_plans_changed, .data = app};
	app->paint_timer = loop_timer_create(loop, paint_due, app);
	app->tick_timer = loop_timer_create(loop, app_tick, app);
	app->painted_ms = loop_now_ms(loop) - APP_PAINT_MS;
	bind_default_keys(app);
	return app;
}

void app_destroy(struct app *app)
{
	if (!app)
		return;
	app->theme.previewing = false; /* the terminal may be closed already */
	app_clear_views(app);
	app_answer_dialog(app, 0);
	plans_clear(&app->plans);
	ops_history_finish(&app->counted);
	session_close(app->session);
	line_edit_destroy(app->command_line);
	line_edit_destroy(app->filter_line);
	keymap_destroy(app->keymap);
	canvas_destroy(app->canvas);
	loop_timer_destroy(app->paint_timer);
	loop_timer_destroy(app->tick_timer);
	free(app);
}

void app_start(struct app *app, struct terminal *terminal, struct session_place *place)
{
	app->terminal = terminal;
	app->canvas = canvas_create(terminal_height(terminal), terminal_width(terminal), terminal_is_ascii(terminal));
	app->connected_ms = loop_now_ms(app->loop);
	bool fleet = config_flag(app->config, CONFIG_OPT_FLEET);
	app->fleet.left = fleet;
	if (fleet)
		err_set(&app->session_err, ERR_USAGE,
			"no context is connected yet; :fleet shows them, and Enter goes in");
	else if (place)
		app_connect_to(app, place);
	else
		app_connect(app, NULL);
	if (!prompt_run_command(app, fleet ? "fleet" : config_text(app->config, CONFIG_OPT_COMMAND)))
		app_push(app, app->catalogue->home, NULL, NULL, NULL);
	loop_timer_arm(app->tick_timer, APP_TICK_MS);
	app_paint(app, true);
}

int app_run(struct app *app)
{
	while (!app->quit)
		loop_step(app->loop, -1);
	return app->exit_code;
}

bool app_is_idle(void *data)
{
	struct app *app = data;
	if (!app->painted || app->world_changed || loop_timer_is_armed(app->paint_timer))
		return false;
	if (app->plans.count && plans_state(&app->plans) == OPS_STATE_PREPARING)
		return false;
	return app->settled;
}

const struct canvas *app_screen(void *data)
{
	struct app *app = data;
	return terminal_shown(app->terminal);
}
