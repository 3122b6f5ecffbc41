/* The two prompts on the bottom line: `:` for commands, `/` for the filter of the view on top. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "views/app/app_private.h"

/* ---- commands ---- */

struct prompt_offering {
	const char *typed;
	line_edit_offer_fn *offer;
	void *context;
};

static void offer_view(void *data, const char *name, const char *help)
{
	struct prompt_offering *offering = data;
	if (str_has_prefix(name, offering->typed))
		offering->offer(offering->context, name);
}

static void offer_contexts(const struct app *app, struct prompt_offering *offering)
{
	char line[LINE_EDIT_MAX];
	for (size_t i = 0; app->session && i < kubeconfig_context_count(app->session->place.kubeconfig); i++) {
		snprintf(line, sizeof line, "ctx %s", kubeconfig_context_name(app->session->place.kubeconfig, i));
		if (str_has_prefix(line, offering->typed))
			offering->offer(offering->context, line);
	}
}

static void offer_namespaces(const struct app *app, struct prompt_offering *offering)
{
	char line[LINE_EDIT_MAX];
	for (size_t i = 0; app->world && i < app->world->cluster_count; i++) {
		snprintf(line, sizeof line, "ns %s", app->world->clusters[i]->namespace);
		if (str_has_prefix(line, offering->typed))
			offering->offer(offering->context, line);
	}
}

static void offer_theme(void *data, const char *name, enum theme_origin origin, const char *path)
{
	struct prompt_offering *offering = data;
	char line[LINE_EDIT_MAX];
	snprintf(line, sizeof line, "theme %s", name);
	if (str_has_prefix(line, offering->typed))
		offering->offer(offering->context, line);
}

static void prompt_complete(void *data, const char *text, line_edit_offer_fn *offer, void *context)
{
	struct prompt_offering offering = {.typed = text, .offer = offer, .context = context};
	view_each(((struct app *)data)->catalogue, offer_view, &offering);
	if (str_has_prefix(text, "ctx"))
		offer_contexts(data, &offering);
	if (str_has_prefix(text, "ns"))
		offer_namespaces(data, &offering);
	if (str_has_prefix(text, "theme "))
		theme_each(offer_theme, &offering);
	static const char *const others[] = {"theme auto", "quit", "bug-report"};
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (str_has_prefix(others[i], text))
			offer(context, others[i]);
}

static bool command_quit(struct app *app, const char *argument)
{
	app_leave(app);
	return true;
}

static bool command_context(struct app *app, const char *argument)
{
	if (!*argument)
		return false; /* the view of contexts */
	CLEANUP(free) char *doing = str_printf("Switching to %s", argument);
	app->fleet.cluster[0] = '\0';
	app_leave_plans(app, doing, app_switch_context, argument);
	return true;
}

static bool command_namespace(struct app *app, const char *argument)
{
	if (!app->session || !*argument) {
		app_flash(app, SEV_INFO, "ns requires a namespace; 0 shows all");
		return true;
	}
	app_set_namespace(app, str_eq(argument, "all") ? NULL : argument);
	return true;
}

static bool command_fleet(struct app *app, const char *argument)
{
	const struct sheet *sheet;
	const struct view_class *fleet = view_find(app->catalogue, "fleet", &sheet);
	if (*argument)
		snprintf(app->fleet.named, sizeof app->fleet.named, "%s", argument);
	app_clear_views(app);
	return fleet && app_push(app, fleet, NULL, NULL, NULL);
}

static bool command_theme(struct app *app, const char *argument)
{
	const struct sheet *sheet;
	struct err err;
	/* Over what is there: themes are looked at on it, and Esc comes back to it. */
	const struct view_class *themes = view_find(app->catalogue, "themes", &sheet);
	if (!*argument)
		return themes && app_push(app, themes, NULL, NULL, NULL);
	if (app_theme_choose(app, argument, &err))
		app_flash(app, SEV_INFO, "theme %s", argument);
	else
		app_flash(app, SEV_WARN, "%s", err.text);
	return true;
}

static bool command_bug_report(struct app *app, const char *argument)
{
	app_act(app, ACTION_BUG_REPORT);
	return true;
}

/* X in k9s' spelling; answers false when the words are a view's after all. */
static const struct {
	const char *names[7];
	bool (*run)(struct app *app, const char *argument);
	bool looks; /* and changes nothing */
} prompt_commands[] = {
	{{"q", "q!", "qa", "Q", "quit", "exit"}, command_quit, true},
	{{"ctx", "context", "contexts"}, command_context, true},
	{{"ns", "namespace", "namespaces"}, command_namespace, true},
	{{"fleet"}, command_fleet, true},
	{{"theme", "themes", "skin", "skins"}, command_theme, true},
	{{"bug-report"}, command_bug_report, true},
};

bool prompt_looks(const struct app *app, const char *text)
{
	const struct sheet *sheet;
	text += strspn(text, " ");
	CLEANUP(free) char *word = mem_strndup(text, strcspn(text, " "));
	for (size_t i = 0; i < ARRAY_LEN(prompt_commands); i++)
		for (size_t n = 0; prompt_commands[i].names[n]; n++)
			if (str_eq(prompt_commands[i].names[n], word))
				return prompt_commands[i].looks;
	return !*word || view_find(app->catalogue, word, &sheet);
}

static bool run_builtin(struct app *app, const char *word, const char *argument)
{
	for (size_t i = 0; i < ARRAY_LEN(prompt_commands); i++) {
		for (size_t n = 0; prompt_commands[i].names[n]; n++) {
			if (str_eq(prompt_commands[i].names[n], word))
				return prompt_commands[i].run(app, argument);
		}
	}
	return false;
}

/* VIEW [NAMESPACE] [/FILTER] */
static bool open_view(struct app *app, const char *word, char *rest)
{
	const struct sheet *sheet;
	const struct view_class *class = view_find(app->catalogue, word, &sheet);
	if (!class)
		return false;
	struct selection selection;
	struct view_scope scope = {0};
	bool has_selection = app->view_count > 0 && app_top(app)->class->selection &&
			     app_top(app)->class->selection(app_top(app), &selection);
	if (class->needs_selection && !has_selection) {
		app_flash(app, SEV_INFO, "%s needs a selected row: select one first", class->name);
		return true;
	}
	char *filter = strchr(rest, '/');
	if (filter)
		*filter++ = '\0';
	snprintf(scope.namespace, sizeof scope.namespace, "%.*s", (int)strcspn(rest, " "), rest);
	if (!class->needs_selection)
		app_clear_views(app);
	struct view *view = app_push(app, class, sheet, &scope, class->needs_selection ? &selection : NULL);
	struct err err;
	if (filter && class->filter && !class->filter(view, filter, &err))
		app_flash(app, SEV_WARN, "%s", err.text);
	return true;
}

bool prompt_run_command(struct app *app, const char *text)
{
	while (*text == ' ')
		text++;
	CLEANUP(free) char *word = mem_strndup(text, strcspn(text, " "));
	CLEANUP(free) char *rest = mem_strdup(text + strlen(word) + strspn(text + strlen(word), " "));
	return run_builtin(app, word, rest) || open_view(app, word, rest);
}

/* ---- the lines ---- */

void prompt_open(struct app *app, enum app_prompt prompt)
{
	if (!app->command_line)
		app->command_line = line_edit_create(prompt_complete, app);
	if (prompt == PROMPT_FILTER && !app_top(app)->class->filter) {
		app_flash(app, SEV_INFO, "nothing to filter here");
		return;
	}
	app->prompt = prompt;
	if (prompt == PROMPT_FILTER)
		line_edit_set(app->filter_line, app_top(app)->class->filter_text(app_top(app)));
	else
		line_edit_set(app->command_line, "");
}

/* A theme is seen while it is typed or chosen among the suggestions. */
static const char *theme_wanted(const struct app *app)
{
	static const char command[] = "theme ";
	const char *line = line_edit_suggestion(app->command_line);
	return str_has_prefix(line_edit_text(app->command_line), command) ? line + sizeof command - 1 : NULL;
}

static void command_answered(struct app *app, enum line_edit_answer answer)
{
	if (answer == LINE_EDIT_TOOK || answer == LINE_EDIT_CHANGED)
		app_theme_preview(app, theme_wanted(app));
	/* What is seen is what Enter takes. */
	if (answer == LINE_EDIT_ACCEPTED && app->theme.previewing)
		line_edit_set(app->command_line, line_edit_suggestion(app->command_line));
	if (answer == LINE_EDIT_ACCEPTED || answer == LINE_EDIT_CANCELLED)
		app_theme_preview(app, NULL);
	if (answer == LINE_EDIT_CANCELLED)
		app->prompt = PROMPT_NONE;
	if (answer != LINE_EDIT_ACCEPTED)
		return;
	const char *text = line_edit_text(app->command_line);
	app->prompt = PROMPT_NONE;
	app->history_at = 0;
	line_edit_remember(app->command_line);
	if (*text && !prompt_run_command(app, text))
		app_flash(app, SEV_WARN, "unknown view or command \"%s\"; ? lists them", text);
}

/* The filter works while it is typed; a half-typed expression that is wrong keeps the last good one. */
static void filter_answered(struct app *app, enum line_edit_answer answer)
{
	struct view *view = app_top(app);
	struct err err;
	const char *text = answer == LINE_EDIT_CANCELLED ? "" : line_edit_text(app->filter_line);
	if (!view->class->filter(view, text, &err))
		app_flash(app, SEV_WARN, "%s", err.text);
	if (answer == LINE_EDIT_ACCEPTED || answer == LINE_EDIT_CANCELLED)
		app->prompt = PROMPT_NONE;
	if (answer == LINE_EDIT_ACCEPTED)
		line_edit_remember(app->filter_line);
}

bool prompt_event(struct app *app, const struct event *event)
{
	if (app->prompt == PROMPT_NONE)
		return false;
	if (app->prompt == PROMPT_COMMAND)
		command_answered(app, line_edit_event(app->command_line, event));
	else
		filter_answered(app, line_edit_event(app->filter_line, event));
	return true;
}
