/* A tape is somebody's file, and its keys are pressed where the kubeconfig leads: keys that may change something want a
 * yes. What is judged are the tables of keys, actions and commands, in any view at once, since only playing tells in which
 * view a key is pressed; what they do not know counts as a change. */
#include "views/console/console_consent.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/base/str.h"
#include "views/cli/cli.h"

struct consent {
	const struct app *app;
	enum app_prompt prompt;
	bool edited; /* the command is not what was typed */
	char command[LINE_EDIT_MAX];
	/* The first that may change something. */
	const char *file;
	int line;
	char key[KEY_NAME_MAX + LINE_EDIT_MAX];
};

/* The worst that the key does in any view. */
static enum action worst_of(const struct app *app, struct key key, bool *looks)
{
	enum action worst = ACTION_NONE;
	*looks = true;
	for (int scope = 0; scope < VIEW_KEYS_SCOPES && *looks; scope++) {
		int action = keymap_find(app->keymap, key, &scope, 1);
		if (action < 0)
			continue;
		worst = (enum action)action;
		*looks = app_action(worst).looks;
	}
	*looks = *looks && worst != ACTION_NONE;
	return worst;
}

static bool key_looks(struct consent *consent, struct key key)
{
	bool looks;
	enum action action = worst_of(consent->app, key, &looks);
	if (action == ACTION_COMMAND || action == ACTION_FILTER)
		consent->prompt = action == ACTION_COMMAND ? PROMPT_COMMAND : PROMPT_FILTER;
	consent->command[0] = '\0';
	consent->edited = false;
	if (!looks) {
		key_name(key, consent->key);
		if (action != ACTION_NONE)
			snprintf(consent->key + strlen(consent->key), KEY_NAME_MAX, " (%s)", app_action(action).name);
	}
	return looks;
}

static bool command_looks(struct consent *consent)
{
	bool looks =
		consent->prompt != PROMPT_COMMAND || (!consent->edited && prompt_looks(consent->app, consent->command));
	if (!looks)
		snprintf(consent->key, sizeof consent->key, ":%s", consent->command);
	consent->prompt = PROMPT_NONE;
	return looks;
}

static void consent_type(struct consent *consent, const struct event *event)
{
	size_t len = strlen(consent->command);
	if (event->type != EVENT_KEY || event->key.code >= 0x80 || len + 1 >= sizeof consent->command ||
	    !key_is_text(event->key)) {
		consent->edited = true;
		return;
	}
	consent->command[len] = (char)event->key.code;
	consent->command[len + 1] = '\0';
}

static bool consent_key(void *data, const struct event *event, const char *file, int line)
{
	struct consent *consent = data;
	bool looks = true;
	if (consent->prompt == PROMPT_NONE && event->type == EVENT_KEY) {
		looks = key_looks(consent, event->key);
	} else if (consent->prompt == PROMPT_NONE) {
		looks = false;
		snprintf(consent->key, sizeof consent->key, "Paste");
	} else if (event->type == EVENT_KEY && event->key.code == KEY_CODE_ENTER) {
		looks = command_looks(consent);
	} else if (event->type == EVENT_KEY && event->key.code == KEY_CODE_ESCAPE) {
		consent->prompt = PROMPT_NONE;
	} else {
		consent_type(consent, event);
	}
	if (looks)
		return true;
	consent->file = file;
	consent->line = line;
	return false;
}

static bool ask_on_terminal(void)
{
	char answer[16] = "";
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return false;
	cli_say("replay it there? yes or no:");
	return fgets(answer, sizeof answer, stdin) && (str_eq(answer, "yes\n") || str_eq(answer, "y\n"));
}

bool console_consent(struct app *app, const struct tape *tape, struct err *err)
{
	struct consent consent = {.app = app};
	if (app->demo || config_flag(app->config, CONFIG_OPT_READONLY) || config_flag(app->config, CONFIG_OPT_YES))
		return true;
	tape_each_key(tape, consent_key, &consent);
	app->read_only = !consent.file;
	if (app->read_only)
		return true;
	cli_say("%s:%d: %s may change what it is pressed on, and this is not the embedded cluster", consent.file,
		consent.line, consent.key);
	return ask_on_terminal() ||
	       err_set(err, ERR_USAGE, "not replayed: add --yes to agree, --readonly to only look, or --demo");
}
