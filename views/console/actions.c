/* Actions that go somewhere or belong to the console as a whole. Each is one line in actions.def. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "views/console/actions.h"
#include "views/screens/screens.h"
#include "views/screens/view_logs.h"

/* ---- the console ---- */

void action_quit(struct app *app)
{
	app_leave(app);
}

void action_back(struct app *app)
{
	struct view *top = app_top(app);
	struct err err;
	if (top->class->filter && *top->class->filter_text(top) && top->class->filter(top, "", &err))
		return;
	if (app->view_count > 1)
		app_pop(app);
	else if (top->class == &view_deck && app->fleet.left)
		prompt_run_command(app, "fleet");
	else if (top->class != &view_deck && (top->class != &view_fleet || app->session))
		prompt_run_command(app, "deck");
	else
		app_flash(app, SEV_INFO, "Press Ctrl-C to quit mqdeck");
}

void action_command(struct app *app)
{
	prompt_open(app, PROMPT_COMMAND);
}

void action_filter(struct app *app)
{
	prompt_open(app, PROMPT_FILTER);
}

void action_show_plan(struct app *app)
{
	app_show_plans(app);
}

void action_help(struct app *app)
{
	if (app_top(app)->class == &view_help)
		app_pop(app);
	else
		app_push(app, &view_help, NULL, NULL, NULL);
}

void action_refresh(struct app *app)
{
	struct view *top = app_top(app);
	bool own = top->class->act && top->class->act(top, ACTION_REFRESH);
	if (!own && app->session)
		world_ask_again(app->session->world);
	app_world_touched(app);
}

void action_toggle_crumbs(struct app *app)
{
	app->show_crumbs = !app->show_crumbs;
}

void action_toggle_header(struct app *app)
{
	app->show_header = !app->show_header;
}

static void run_from_history(struct app *app, size_t back)
{
	const char *text = app->command_line ? line_edit_history(app->command_line, back) : NULL;
	if (!text) {
		app_flash(app, SEV_INFO, "no other command in the history");
		return;
	}
	app->history_at = back;
	CLEANUP(free) char *copy = mem_strdup(text);
	prompt_run_command(app, copy);
}

void action_last_command(struct app *app)
{
	run_from_history(app, app->history_at == 0 ? 1 : 0);
}

void action_older_command(struct app *app)
{
	run_from_history(app, app->history_at + 1);
}

void action_newer_command(struct app *app)
{
	if (app->history_at > 0)
		run_from_history(app, app->history_at - 1);
}

void action_suspend(struct app *app)
{
	terminal_suspend(app->terminal);
	raise(SIGSTOP);
	terminal_resume(app->terminal);
}

void action_all_namespaces(struct app *app)
{
	if (!app->session || !app->session->namespace)
		return;
	app_set_namespace(app, NULL);
	app_flash(app, SEV_INFO, "all namespaces");
}

/* ---- from what the cursor is on ---- */

static bool action_selection_here(struct app *app, struct selection *out)
{
	struct view *top = app_top(app);
	if (top->class->selection && top->class->selection(top, out))
		return true;
	app_flash(app, SEV_INFO, "nothing is selected");
	return false;
}

static void go_to_sheet(struct app *app, const struct sheet *sheet, const struct view_scope *scope)
{
	app_push(app, view_of_sheet(sheet), sheet, scope, NULL);
}

static void action_broker_key(const struct selection *selection, char *out, size_t size)
{
	snprintf(out, size, "%s/%s", selection->namespace, selection->broker);
}

/* The scope of everything that belongs to the cluster under the cursor, or of everything when it is on none. */
static struct view_scope cluster_scope(struct app *app)
{
	struct view_scope scope = app_top(app)->scope;
	struct selection selection;
	struct view *top = app_top(app);
	scope.name[0] = scope.broker[0] = scope.node[0] = '\0';
	if (top->class->selection && top->class->selection(top, &selection))
		snprintf(scope.cluster, sizeof scope.cluster, "%s", selection.cluster);
	return scope;
}

/* Narrower: of the broker or the node under the cursor, where it is on one; replication also of one topic or queue. */
static struct view_scope narrow_scope(struct app *app, const struct sheet *sheet)
{
	struct view_scope scope = cluster_scope(app);
	struct selection selection;
	struct view *top = app_top(app);
	if (!top->class->selection || !top->class->selection(top, &selection))
		return scope;
	if (selection.sheet->is_broker)
		action_broker_key(&selection, scope.broker, sizeof scope.broker);
	if (selection.sheet->is_node && sheet != &sheet_replication)
		snprintf(scope.node, sizeof scope.node, "%s", selection.node);
	if (selection.sheet->names_replicas && sheet == &sheet_replication)
		snprintf(scope.name, sizeof scope.name, "%s", selection.name);
	return scope;
}

static void go_to_narrow(struct app *app, const struct sheet *sheet)
{
	struct view_scope scope = narrow_scope(app, sheet);
	go_to_sheet(app, sheet, &scope);
}

void action_go_brokers(struct app *app)
{
	struct view_scope scope = cluster_scope(app);
	go_to_sheet(app, &sheet_brokers, &scope);
}

void action_go_services(struct app *app)
{
	struct view_scope scope = cluster_scope(app);
	go_to_sheet(app, &sheet_services, &scope);
}

void action_go_nodes(struct app *app)
{
	go_to_sheet(app, &sheet_nodes, NULL);
}

void action_go_replication(struct app *app)
{
	go_to_narrow(app, &sheet_replication);
}

void action_go_volumes(struct app *app)
{
	go_to_narrow(app, &sheet_volumes);
}

void action_go_events(struct app *app)
{
	go_to_narrow(app, &sheet_events);
}

void action_go_node(struct app *app)
{
	struct selection selection;
	struct view_scope scope = {0};
	if (!action_selection_here(app, &selection))
		return;
	if (!*selection.node) {
		app_flash(app, SEV_INFO, "%s %s: its node is unknown", selection.sheet->word, selection.name);
		return;
	}
	snprintf(scope.node, sizeof scope.node, "%s", selection.node);
	go_to_sheet(app, &sheet_nodes, &scope);
}

void action_go_matrix(struct app *app)
{
	struct view *top = app_top(app);
	struct view_scope scope = cluster_scope(app);
	if (top->class == &view_matrix) {
		app_pop(app);
		return;
	}
	app_push(app, &view_matrix, NULL, &scope, NULL);
}

void action_describe(struct app *app)
{
	struct selection selection;
	if (action_selection_here(app, &selection))
		app_push(app, &view_describe, NULL, NULL, &selection);
}

void action_yaml(struct app *app)
{
	struct selection selection;
	if (action_selection_here(app, &selection))
		app_push(app, &view_yaml, NULL, NULL, &selection);
}

static void open_logs(struct app *app, bool previous)
{
	struct selection selection;
	if (!action_selection_here(app, &selection))
		return;
	if (!*selection.broker && !*selection.cluster) {
		app_flash(app, SEV_INFO, "a %s has no logs", selection.sheet->word);
		return;
	}
	view_logs_set_previous(app_push(app, &view_logs, NULL, NULL, &selection), previous);
}

void action_logs(struct app *app)
{
	open_logs(app, false);
}

void action_logs_previous(struct app *app)
{
	open_logs(app, true);
}

void action_copy(struct app *app)
{
	struct selection selection;
	if (!action_selection_here(app, &selection))
		return;
	if (terminal_copy(app->terminal, selection.name))
		app_flash(app, SEV_INFO, "copied %s", selection.name);
}

void action_menu(struct app *app)
{
	struct selection selection;
	struct view *top = app_top(app);
	if (top->class == &view_menu)
		app_pop(app);
	else if (top->class->selection && top->class->selection(top, &selection))
		app_push(app, &view_menu, NULL, NULL, NULL);
	else
		app_flash(app, SEV_INFO, "nothing is selected");
}

/* ---- Enter ---- */

/* What is no object the view may open itself. */
static bool opens_itself(struct app *app)
{
	struct view *top = app_top(app);
	struct selection ignored;
	return top->class->selection && !top->class->selection(top, &ignored) && top->class->act &&
	       top->class->act(top, ACTION_OPEN);
}

/* What the row's sheet says: a view of the object, or a sheet of what belongs to it. */
void action_open(struct app *app)
{
	struct selection selection;
	const struct sheet *sheet;
	if (opens_itself(app) || !action_selection_here(app, &selection))
		return;
	const struct view_class *class = view_find(app->catalogue, str_or(selection.sheet->opens, "describe"), &sheet);
	if (!sheet) {
		app_push(app, class, NULL, NULL, &selection);
		return;
	}
	struct view_scope scope = narrow_scope(app, sheet);
	if (selection.sheet->is_node)
		scope.namespace[0] = '\0'; /* a node is in none, and neither is what is on it */
	app_push(app, class, sheet, &scope, NULL);
}
