/* The question before the exec plugin of a kubeconfig runs for the first time. */
#include <stdlib.h>

#include "api/base/str.h"
#include "views/app/app_private.h"

enum { BUTTON_NO = 1, BUTTON_ONCE, BUTTON_ALWAYS };

static void trust_answered(struct app *app, int button, void *data)
{
	struct err err = {0};
	bool run = button == BUTTON_ONCE || button == BUTTON_ALWAYS;
	if (!session_answer_trust(app->session, run, button == BUTTON_ALWAYS, &err))
		app_flash(app, SEV_WARN, "the command runs, but the answer could not be saved: %s", err.text);
	app_world_touched(app);
}

static char *command_line(const struct kube_exec_plugin *plugin)
{
	struct buf line = BUF_INIT(16 * 1024);
	CLEANUP(free) char *path = kube_exec_trust_resolve(plugin->command);
	buf_append_str(&line, str_or(path, plugin->command));
	/* Quoted, so that one argument with a blank does not look like two. */
	for (char **arg = plugin->args; arg && *arg; arg++)
		buf_printf(&line, strpbrk(*arg, " \t\n'") || !**arg ? " '%s'" : " %s", *arg);
	return buf_take(&line);
}

/* Names alone: values may be secrets. */
static char *variable_names(const struct kube_exec_plugin *plugin)
{
	struct buf names = BUF_INIT(4 * 1024);
	for (size_t i = 0; i < plugin->env_count; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", plugin->env[i].name);
	return plugin->env_count ? buf_take(&names) : mem_strdup("none");
}

void app_ask_trust(void *data, const struct kube_access *access)
{
	struct app *app = data;
	CLEANUP(free) char *command = command_line(access->exec), *names = variable_names(access->exec);
	CLEANUP(free) char *runs = str_printf("Runs       %s", command);
	CLEANUP(free) char *with = str_printf("Variables  %s", names);
	CLEANUP(free) char *file = str_printf("Kubeconfig %s", str_or(access->exec->file, "in memory"));
	CLEANUP(free) char *user = str_printf("For user   %s at %s", access->user, access->server);
	const char *lines[] = {
		"To sign in, the kubeconfig asks to run a command on this machine with your permissions.",
		"",
		runs,
		with,
		file,
		user,
		"",
		"\"Always\" trusts exactly this command: a different program, argument, variable or server asks again.",
		NULL};
	struct dialog_spec spec = {
		.title = "Run a credential plugin?",
		.lines = lines,
		.severity = SEV_WARN,
		.careful = true,
		.buttons = {{.label = "No", .id = BUTTON_NO},
			    {.label = "Run once", .id = BUTTON_ONCE, .confirms = true},
			    {.label = "Always", .id = BUTTON_ALWAYS, .confirms = true}},
	};
	app_open_dialog(app, dialog_create(&spec), trust_answered, app->session);
	app_touch(app);
}
