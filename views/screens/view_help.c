/* Keys and commands, made from the tables: nothing is written twice. */
#include <stdlib.h>

#include "views/screens/screens.h"
#include "views/screens/view_text.h"

static const char *const scope_names[VIEW_KEYS_SCOPES] = {
#define X(id, name) [VIEW_KEYS_##id] = name,
#include "views/app/scopes.def"
#undef X
};

/* All keys of one action on one line. */
static void add_action(const struct key_binding *bindings, size_t count, size_t at, struct buf *out)
{
	struct buf keys = BUF_INIT(1024);
	char name[KEY_NAME_MAX];
	for (size_t i = 0; i < at; i++) {
		if (bindings[i].action == bindings[at].action)
			return;
	}
	for (size_t i = at; i < count; i++) {
		if (bindings[i].action != bindings[at].action)
			continue;
		key_name(bindings[i].key, name);
		buf_printf(&keys, "%s%s", i > at ? " " : "", name);
	}
	buf_printf(out, "  %-14s %s\n", buf_str(&keys), app_action((enum action)bindings[at].action).help);
	buf_finish(&keys);
}

static void add_scope(const struct app *app, int scope, struct buf *out)
{
	struct key_binding bindings[64];
	size_t count = keymap_list(app->keymap, scope, bindings, ARRAY_LEN(bindings));
	count = count < ARRAY_LEN(bindings) ? count : ARRAY_LEN(bindings);
	buf_printf(out, "%s\n", scope_names[scope]);
	for (size_t i = 0; i < count; i++)
		add_action(bindings, count, i, out);
	buf_append_char(out, '\n');
}

static void add_view(void *data, const char *name, const char *help)
{
	buf_printf(data, "  :%-13s %s\n", name, help);
}

static const char help_view_widgets[] =
	"In every table and text\n"
	"  j k arrows     move up and down; h l, left and right move across\n"
	"  g G            go to the top or bottom; Ctrl-F Ctrl-B, PageDown PageUp move by a page\n"
	"  Space          mark a row; Ctrl-Space marks a range; Ctrl-\\ clears all marks\n"
	"  Shift-Left     choose the sort column; Shift-Right goes to the next; Shift-O sorts by it,\n"
	"                 again reverses the order, a third time restores worst first\n"
	"  n N            go to the next or previous match of a search in a text\n"
	"\n";

static const char help_view_commands[] = "  :VIEW [NAMESPACE] [/FILTER]\n"
					 "  :ctx NAME       switch to another context of the kubeconfig\n"
					 "  :fleet NAME...  show the clusters of these contexts; :fleet all of all\n"
					 "  :ns NAME        show one namespace; :ns all shows all\n"
					 "  :theme NAME     change the theme; without a name, list all themes\n"
					 "  :q              quit mqdeck\n";

static void help_view_open(struct view *view)
{
	struct text_view *self = mem_alloc(sizeof *self);
	struct buf text = BUF_INIT(TEXT_VIEW_MAX);
	/* Where help was asked for stands first. */
	enum view_keys here =
		view->app->view_count > 1 ? view->app->views[view->app->view_count - 2]->class->keys : VIEW_KEYS_DECK;
	self->pager = pager_create(TEXT_VIEW_MAX);
	view->state = self;
	add_scope(view->app, (int)here, &text);
	add_scope(view->app, VIEW_KEYS_GLOBAL, &text);
	buf_append_str(&text, help_view_widgets);
	buf_append_str(&text, "Commands\n");
	buf_append_str(&text, help_view_commands);
	view_each(view->app->catalogue, add_view, &text);
	buf_append_char(&text, '\n');
	for (int scope = 0; scope < VIEW_KEYS_SCOPES; scope++) {
		if (scope != (int)here && scope != VIEW_KEYS_GLOBAL)
			add_scope(view->app, scope, &text);
	}
	pager_set_text(self->pager, buf_str(&text));
	buf_finish(&text);
}

static void help_view_close(struct view *view)
{
	struct text_view *self = view->state;
	pager_destroy(self->pager);
	free(self);
}

const struct view_class view_help = {
	.name = "help",
	.keys = VIEW_KEYS_TEXT,
	.open = help_view_open,
	.close = help_view_close,
	.draw = text_view_draw,
	.event = text_view_event,
	.act = text_view_act,
	.filter = text_view_search,
	.filter_text = text_view_searched,
	.title = text_view_title,
};
