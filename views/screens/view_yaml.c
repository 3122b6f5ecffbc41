/* An object as the API server holds it; what only the brokers know, as `get -o yaml` has it. */
#include <stdlib.h>

#include "api/base/str.h"
#include "api/kube/records/yaml.h"
#include "views/screens/screens.h"
#include "views/screens/view_text.h"
#include "views/sheets/sheet_record.h"

struct view_yaml {
	struct text_view text;
	struct kube_request *request;
};

static void yaml_view_say(struct view_yaml *self, const char *sentence)
{
	pager_set_text(self->text.pager, sentence);
}

static void yaml_view_answered(void *data, const struct cJSON *object, const struct kube_result *result)
{
	struct view *view = data;
	struct view_yaml *self = view->state;
	struct buf yaml = BUF_INIT(TEXT_VIEW_MAX);
	struct err err = result->err;
	self->request = NULL;
	if (object && kube_yaml(object, &yaml, &err))
		pager_set_text(self->text.pager, buf_str(&yaml));
	else
		yaml_view_say(self, err.text);
	buf_finish(&yaml);
	app_touch(view->app);
}

static void show_record(struct view *view)
{
	struct view_yaml *self = view->state;
	struct buf yaml = BUF_INIT(TEXT_VIEW_MAX);
	if (view->app->world && sheet_record_append_by_key(view->app->world, view->selection.sheet, view->selection.key,
							   clock_wall_ms(loop_clock(view->app->loop)), &yaml))
		pager_set_text(self->text.pager, buf_str(&yaml));
	else
		yaml_view_say(self, "This object no longer exists.");
	buf_finish(&yaml);
}

static void yaml_view_open(struct view *view)
{
	struct view_yaml *self = mem_alloc(sizeof *self);
	struct err err = {0};
	view->state = self;
	self->text.pager = pager_create(TEXT_VIEW_MAX);
	pager_set_highlight(self->text.pager, pager_highlight_yaml, NULL);
	CLEANUP(free) char *path = selection_path(&view->selection, view->app->world);
	if (!path) {
		show_record(view);
		return;
	}
	yaml_view_say(self, "loading …");
	self->request = view->app->session ? kube_get_json(view->app->session->client, "YAML view", path,
							   yaml_view_answered, view, &err)
					   : NULL;
	if (!self->request)
		yaml_view_say(self, str_or(err.text, "not connected"));
}

static void yaml_view_close(struct view *view)
{
	struct view_yaml *self = view->state;
	kube_request_cancel(self->request);
	pager_destroy(self->text.pager);
	free(self);
}

const struct view_class view_yaml = {
	.name = "yaml",
	.keys = VIEW_KEYS_TEXT,
	.needs_selection = true,
	.open = yaml_view_open,
	.close = yaml_view_close,
	.draw = text_view_draw,
	.event = text_view_event,
	.act = text_view_act,
	.filter = text_view_search,
	.filter_text = text_view_searched,
	.title = text_view_title,
};
