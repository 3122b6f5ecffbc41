/* Credentials typed by the operator, for brokers whose secret cannot be found or read. They stay in memory. */
#include <stdlib.h>

#include "api/base/str.h"
#include "views/console/actions.h"

enum { FIELD_USER, FIELD_PASSWORD };

static void sign_in_answered(struct app *app, int button, void *data)
{
	CLEANUP(free) char *cluster = data;
	const char *user = dialog_value(app->dialog.dialog, FIELD_USER);
	if (button == 0 || str_empty(user) || !app->session)
		return;
	world_set_credentials(app->session->world, cluster, user, dialog_value(app->dialog.dialog, FIELD_PASSWORD));
	app_world_touched(app);
}

/* Of Kafka's mechanisms the strongest that the brokers offer is taken, so there is nothing to choose. */
static const char *const sign_in_explanations[] = {
	[WORLD_BROKER_RABBITMQ] = "User and password of the management API.",
	[WORLD_BROKER_KAFKA] = "User and password for SASL: SCRAM, or PLAIN over TLS only.",
};

void action_sign_in(struct app *app)
{
	struct selection selection;
	struct view *top = app_top(app);
	if (!top->class->selection || !top->class->selection(top, &selection) || !*selection.cluster) {
		app_flash(app, SEV_INFO, "select a broker or its cluster first");
		return;
	}
	const struct world_cluster *cluster = world_find_cluster(app->world, selection.cluster);
	if (!cluster)
		return;
	CLEANUP(free) char *title = str_printf("Sign in to %s/%s", cluster->namespace, cluster->name);
	const char *lines[] = {sign_in_explanations[cluster->kind], "They are kept in memory only.", NULL};
	struct dialog_spec spec = {
		.title = title,
		.lines = lines,
		.fields = {[FIELD_USER] = {.label = "User", .kind = DIALOG_FIELD_TEXT},
			   [FIELD_PASSWORD] = {.label = "Password", .kind = DIALOG_FIELD_SECRET}},
		.buttons = {{.label = "Sign in", .id = 1}},
	};
	app_open_dialog(app, dialog_create(&spec), sign_in_answered, mem_strdup(selection.cluster));
}
