/* An object as the API server holds it; what only the brokers know, as `get -o yaml` has it. */
#include <stdlib.h>

#include "api/base/str.h"
#include "api/kube/records/yaml.h"
#include "views/cli/get.h"
#include "views/screens/view_text.h"

struct yaml_view {
	struct text_view text;
	struct kube_request *request;
};

static void say(struct yaml_view *self, const char *sentence)
{
	pager_set_text(self->text.pager, sentence);
}

static void answered(void *data, const struct cJSON *object, const struct kube_result *result)
{
	struct view *view = data;
	struct yaml_view *self = view->state;
	struct buf yaml = BUF_INIT(TEXT_MAX);
	struct err err = result->err;
	self->request = NULL;
	if (object && kube_yaml(object, &yaml, &err))
		pager_set_text(self->text.pager, buf_str(&yaml));
	else
		say(self, err.text);
	buf_finish(&yaml);
	app_touch(view->app);
}

static char *path_of(const struct view *view)
{
	const struct world_cluster *cluster =
		view->app->world ? world_find_cluster(view->app->world, view->subject.cluster) : NULL;
	if (view->subject.kind != SUBJECT_CLUSTER || !cluster)
		return subject_path(&view->subject);
	return cluster_path(cluster);
}

static void show_record(struct view *view)
{
	struct yaml_view *self = view->state;
	struct buf yaml = BUF_INIT(TEXT_MAX);
	if (view->app->world && get_append_record(view->app->world, subject_sheet(view->subject.kind), view->subject.key,
						  clock_wall_ms(loop_clock(view->app->loop)), &yaml))
		pager_set_text(self->text.pager, buf_str(&yaml));
	else
		say(self, "It is no longer there.");
	buf_finish(&yaml);
}

static void open(struct view *view)
{
	struct yaml_view *self = mem_alloc(sizeof *self);
	struct err err = {0};
	view->state = self;
	self->text.pager = pager_create(TEXT_MAX);
	pager_set_highlight(self->text.pager, pager_highlight_yaml, NULL);
	CLEANUP(free) char *path = path_of(view);
	if (!path) {
		show_record(view);
		return;
	}
	say(self, "reading …");
	self->request = view->app->session ? kube_get_json(view->app->session->client, path, answered, view, &err) : NULL;
	if (!self->request)
		say(self, str_or(err.text, "not connected"));
}

static void close(struct view *view)
{
	struct yaml_view *self = view->state;
	kube_request_cancel(self->request);
	pager_destroy(self->text.pager);
	free(self);
}

const struct view_class view_yaml = {
	.name = "yaml",
	.keys = KEYS_TEXT,
	.needs_subject = true,
	.open = open,
	.close = close,
	.draw = text_view_draw,
	.event = text_view_event,
	.act = text_view_act,
	.filter = text_view_search,
	.filter_text = text_view_searched,
	.title = text_view_title,
};
