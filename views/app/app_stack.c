/* The views that stand on each other; the one on top is seen. */
#include <stdlib.h>
#include <string.h>

#include "api/base/log.h"
#include "views/app/app_private.h"

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
	if (app->view_count <= 1)
		return;
	close_view(app->views[--app->view_count]);
	log_debug(LOG_VIEWS, "view closed view=%s depth=%zu",
		  app_top(app)->sheet ? app_top(app)->sheet->name : app_top(app)->class->name, app->view_count);
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
	log_debug(LOG_VIEWS, "view opened view=%s depth=%zu", sheet ? sheet->name : class->name, app->view_count);
	if (class->open)
		class->open(view);
	if (class->update)
		class->update(view);
	return view;
}

struct sheet_scope view_scope_borrow(const struct view_scope *scope)
{
	return (struct sheet_scope){
		.namespace = *scope->namespace ? scope->namespace : NULL,
		.cluster = *scope->cluster ? scope->cluster : NULL,
		.node = *scope->node ? scope->node : NULL,
		.broker = *scope->broker ? scope->broker : NULL,
		.name = *scope->name ? scope->name : NULL,
	};
}
