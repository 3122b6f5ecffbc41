#include "views/app/app.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "views/screens/operation_picker.h"

static const struct app_action app_actions[ACTION_COUNT] = {
#define X(id, name_, hint_, help_, function_)                                                                          \
	[ACTION_##id] = {.name = name_, .hint = hint_, .help = help_, .function = function_},
#include "views/app/actions.def"
#undef X
};

const struct app_action *app_action(enum action action)
{
	return &app_actions[action];
}

static const struct {
	const char *key;
	enum view_keys scope;
	enum action action;
} default_keys[] = {
#define X(key_, scope_, action_) {.key = key_, .scope = VIEW_KEYS_##scope_, .action = ACTION_##action_},
#include "views/app/keys.def"
#undef X
};

/* ---- painting ---- */

static void update_world(struct app *app)
{
	/* Not where a plan ends: that may be inside a call of the very world it looked at. */
	if (app->session && !plans_are_running(&app->plans))
		session_plans_over(app->session);
	app->world = app->session ? world_update(app->session->world) : NULL;
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

/* Views look rows up while they draw and handle events: by numbers that must be those of the world as it is. */
static void follow_world(struct app *app)
{
	if (app->world_changed || (app->session && world_is_outdated(app->session->world)))
		update_world(app);
}

static void app_paint(struct app *app)
{
	if (!app->terminal || app->view_count == 0 || terminal_is_suspended(app->terminal))
		return;
	follow_world(app);
	loop_timer_disarm(app->paint_timer);
	canvas_clear(app->canvas);
	frame_draw(app);
	/* A terminal that has not taken the last frame yet asks for this one when it has. */
	app->painted = terminal_present(app->terminal, app->canvas);
	app->painted_ms = loop_now_ms(app->loop);
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
		app_paint(app);
	else
		loop_timer_arm(app->paint_timer, APP_SETTLE_MS);
}

void app_touch(struct app *app)
{
	app->painted = false;
	if (loop_timer_is_armed(app->paint_timer))
		return;
	int64_t wait = app->painted_ms + APP_PAINT_MS - loop_now_ms(app->loop);
	loop_timer_arm(app->paint_timer, wait > 0 ? wait : 0);
}

void app_world_touched(struct app *app)
{
	app->world_changed = true;
	app_touch(app);
}

static void app_tick(void *data)
{
	struct app *app = data;
	loop_timer_arm(app->tick_timer, APP_TICK_MS);
	app_world_touched(app);
}

/* ---- the dialog ---- */

static void answer_dialog(struct app *app, int button)
{
	struct app_dialog asked = app->dialog;
	if (!asked.dialog)
		return;
	app->dialog.answering = true;
	asked.answer(app, button, asked.data);
	/* The answer may have put the next dialog there. */
	if (app->dialog.dialog == asked.dialog)
		app->dialog = (struct app_dialog){0};
	dialog_destroy(asked.dialog);
}

void app_open_dialog(struct app *app, struct dialog *dialog, void (*answer)(struct app *app, int button, void *data),
		     void *data)
{
	if (app->dialog.dialog && !app->dialog.answering) {
		if (app->dialog.data == data)
			dialog_destroy(app->dialog.dialog);
		else
			answer_dialog(app, 0);
	}
	app->dialog = (struct app_dialog){.dialog = dialog, .answer = answer, .data = data};
}

static bool dialog_takes(struct app *app, const struct event *event)
{
	if (!app->dialog.dialog)
		return false;
	enum dialog_answer answer = dialog_event(app->dialog.dialog, event);
	if (answer != DIALOG_OPEN)
		answer_dialog(app, answer == DIALOG_DONE ? dialog_result(app->dialog.dialog) : 0);
	return true;
}

/* ---- the session ---- */

static void session_changed(void *data)
{
	struct app *app = data;
	if (!app->updating)
		app_world_touched(app);
}

static void app_terminal_wanted(void *data, bool wanted, const char *command)
{
	struct app *app = data;
	if (wanted)
		terminal_suspend(app->terminal);
	else
		terminal_resume(app->terminal);
}

static void app_connect_to(struct app *app, struct session_place *place)
{
	struct session_events events = {
		.on_change = session_changed,
		.on_terminal = app_terminal_wanted,
		.on_trust = app->unattended ? NULL : app_ask_trust,
		.data = app,
	};
	app->session = session_open(app->loop, app->config, place, &events, &app->session_err);
	app_world_touched(app);
}

void app_connect(struct app *app, const char *context)
{
	struct session_place place;
	answer_dialog(app, 0);
	/* Views have requests under way on the session. */
	app_clear_views(app);
	/* Plans belong to the session they were made in. */
	plans_clear(&app->plans);
	app->world = NULL;
	session_close(app->session);
	app->session = NULL;
	app->settled = false;
	app->interrupted = -1;
	ops_history_finish(&app->counted);
	app->connected_ms = loop_now_ms(app->loop);
	err_clear(&app->session_err);
	if (session_place_read(&place, app->config, app->demo, context, &app->session_err))
		app_connect_to(app, &place);
	app_world_touched(app);
}

void app_set_namespace(struct app *app, const char *namespace)
{
	app->world = NULL;
	session_set_namespace(app->session, namespace);
	app_world_touched(app);
}

/* ---- events ---- */

static void run_action(struct app *app, enum action action)
{
	if (app_actions[action].function)
		app_actions[action].function(app);
	else if (app_top(app)->class->act && !app_top(app)->class->act(app_top(app), action))
		app_flash(app, SEV_INFO, "%s does nothing here", app_actions[action].name);
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
			run_action(app, (enum action)action);
		else
			(void)!operation_picker_key(app, event->key);
	} else if (top->class->event) {
		top->class->event(top, event);
	}
}

void app_event(void *data, const struct event *event)
{
	struct app *app = data;
	follow_world(app);
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
	case EVENT_REDRAW:
	case EVENT_FOCUS:
	case EVENT_REPLY:
		break;
	}
	if (!app->quit)
		app_paint(app);
}

void app_flash(struct app *app, enum severity severity, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(app->flash, sizeof app->flash, format, args);
	va_end(args);
	app->flash_severity = severity;
	app->flash_until_ms = loop_now_ms(app->loop) + APP_FLASH_MS;
	app_touch(app);
}

void app_quit(struct app *app)
{
	app->quit = true;
}

/* ---- the stack ---- */

struct view *app_top(struct app *app)
{
	return app->views[app->view_count - 1];
}

static void close_view(struct view *view)
{
	if (view->class->close)
		view->class->close(view);
	free(view);
}

void app_pop(struct app *app)
{
	if (app->view_count > 1)
		close_view(app->views[--app->view_count]);
}

void app_clear_views(struct app *app)
{
	while (app->view_count > 0)
		close_view(app->views[--app->view_count]);
}

struct view *app_push(struct app *app, const struct view_class *class, const struct sheet *sheet,
		      const struct view_scope *scope, const struct selection *selection)
{
	/* Links lead round in circles: the oldest view gives way, the first one stays. */
	if (app->view_count == APP_VIEWS_MAX) {
		close_view(app->views[1]);
		memmove(app->views + 1, app->views + 2, (APP_VIEWS_MAX - 2) * sizeof app->views[0]);
		app->view_count--;
	}
	struct view *view = mem_alloc(sizeof *view);
	*view = (struct view){.class = class, .app = app, .sheet = sheet};
	if (scope)
		view->scope = *scope;
	if (selection)
		view->selection = *selection;
	app->views[app->view_count++] = view;
	if (class->open)
		class->open(view);
	if (class->update)
		class->update(view);
	return view;
}

/* ---- life ---- */

static void bind_default_keys(struct app *app)
{
	struct err err;
	for (size_t i = 0; i < ARRAY_LEN(default_keys); i++) {
		if (!keymap_bind(app->keymap, default_keys[i].key, (int)default_keys[i].scope,
				 (int)default_keys[i].action, &err))
			app_flash(app, SEV_BAD, "%s", err.text);
	}
}

struct app *app_create(struct loop *loop, const struct config *config, struct demo *demo)
{
	struct app *app = mem_alloc(sizeof *app);
	*app = (struct app){
		.loop = loop,
		.config = config,
		.demo = demo,
		.keymap = keymap_create(),
		.filter_line = line_edit_create(NULL, NULL),
		.show_header = true,
		.show_crumbs = true,
		.busy_since_ms = -1,
		.interrupted = -1,
	};
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
	app_clear_views(app);
	answer_dialog(app, 0);
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
	if (place)
		app_connect_to(app, place);
	else
		app_connect(app, NULL);
	if (!prompt_run_command(app, config_text(app->config, CONFIG_OPT_COMMAND)))
		app_push(app, &view_deck, NULL, NULL, NULL);
	loop_timer_arm(app->tick_timer, APP_TICK_MS);
	app_paint(app);
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
