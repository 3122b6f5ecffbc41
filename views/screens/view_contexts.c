/* The contexts of the kubeconfig; Enter switches. */
#include <stdlib.h>

#include "api/base/str.h"
#include "tui/widgets/table.h"
#include "views/app/app.h"
#include "views/screens/screens.h"

enum { COLUMN_NAME, COLUMN_CLUSTER, COLUMN_USER, COLUMN_CONTEXT_NAMESPACE };

static const struct table_column columns[] = {
	[COLUMN_NAME] = {.title = "CONTEXT", .min = 10, .max = 60},
	[COLUMN_CLUSTER] = {.title = "CLUSTER", .max = 60},
	[COLUMN_USER] = {.title = "USER", .max = 60, .priority = 2},
	[COLUMN_CONTEXT_NAMESPACE] = {.title = "NAMESPACE", .max = 60, .priority = 1},
};

static const struct kubeconfig *config_of(void *data)
{
	struct view *view = data;
	return view->app->session ? view->app->session->place.kubeconfig : NULL;
}

static size_t contexts_view_count(void *data)
{
	return config_of(data) ? kubeconfig_context_count(config_of(data)) : 0;
}

static const char *contexts_view_key(void *data, size_t row)
{
	return kubeconfig_context_name(config_of(data), row);
}

static struct cell contexts_view_cell(void *data, size_t row, size_t column)
{
	static const char *(*const of[])(const struct kubeconfig *, size_t) = {
		[COLUMN_NAME] = kubeconfig_context_name,
		[COLUMN_CLUSTER] = kubeconfig_context_cluster,
		[COLUMN_USER] = kubeconfig_context_user,
		[COLUMN_CONTEXT_NAMESPACE] = kubeconfig_context_namespace,
	};
	return cell_text(of[column](config_of(data), row));
}

static enum severity contexts_view_severity(void *data, size_t row)
{
	struct view *view = data;
	return str_eq(contexts_view_key(data, row), session_context(view->app->session)) ? SEV_OK : SEV_NONE;
}

static const struct table_source contexts_view_source = {.count = contexts_view_count,
							 .key = contexts_view_key,
							 .cell = contexts_view_cell,
							 .severity = contexts_view_severity};

static void contexts_view_open(struct view *view)
{
	view->state = table_create(columns, ARRAY_LEN(columns), &contexts_view_source, view);
}

static void contexts_view_close(struct view *view)
{
	table_destroy(view->state);
}

static void contexts_view_update(struct view *view)
{
	table_refresh(view->state);
}

static void contexts_view_draw(struct view *view, struct canvas *canvas, struct rect rect)
{
	table_draw(view->state, canvas, rect, true);
}

static bool contexts_view_event(struct view *view, const struct event *event)
{
	enum table_answer answer = table_event(view->state, event);
	if (answer == TABLE_ACTIVATED && table_key(view->state)) {
		CLEANUP(free) char *command = str_printf("ctx %s", table_key(view->state));
		prompt_run_command(view->app, command);
	}
	return answer != TABLE_IGNORED;
}

static bool contexts_view_filter(struct view *view, const char *text, struct err *err)
{
	return table_set_filter(view->state, text, err);
}

static const char *contexts_view_filter_text(struct view *view)
{
	return table_filter(view->state);
}

const struct view_class view_contexts = {
	.name = "contexts",
	.keys = VIEW_KEYS_GLOBAL,
	.open = contexts_view_open,
	.close = contexts_view_close,
	.update = contexts_view_update,
	.draw = contexts_view_draw,
	.event = contexts_view_event,
	.filter = contexts_view_filter,
	.filter_text = contexts_view_filter_text,
};
