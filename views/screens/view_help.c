/* Keys and commands, made from the tables: nothing is written twice. */
#include <stdlib.h>

#include "views/screens/view_text.h"

static const char *const scope_names[KEYS_SCOPES] = {
	[KEYS_GLOBAL] = "Everywhere", [KEYS_DECK] = "Deck",	  [KEYS_TABLE] = "Tables",    [KEYS_NODES] = "Nodes",
	[KEYS_MATRIX] = "Matrix",     [KEYS_TEXT] = "Texts",	  [KEYS_LOGS] = "Logs",	      [KEYS_DESCRIBE] = "Describe",
	[KEYS_MENU] = "Actions",      [KEYS_PLAN] = "Plan",	      [KEYS_OPERATIONS] = "Operations",
};

static void add_scope(const struct app *app, int scope, struct buf *out)
{
	struct key_binding bindings[64];
	char name[KEY_NAME_MAX];
	size_t count = keymap_list(app->keymap, scope, bindings, ARRAY_LEN(bindings));
	buf_printf(out, "%s\n", scope_names[scope]);
	for (size_t i = 0; i < count && i < ARRAY_LEN(bindings); i++) {
		key_name(bindings[i].key, name);
		buf_printf(out, "  %-12s %s\n", name, app_action((enum action)bindings[i].action)->help);
	}
	buf_append_char(out, '\n');
}

static void add_view(void *data, const char *name, const char *help)
{
	buf_printf(data, "  :%-12s %s\n", name, help);
}

static const char widgets[] =
	"In every table and text\n"
	"  j k arrows   up and down; h l or left and right across\n"
	"  g G          top and bottom; Ctrl-F Ctrl-B or PageDown PageUp a page\n"
	"  Space        mark; Ctrl-Space a range; Ctrl-\\ no mark\n"
	"  Shift-Left   choose a column to sort by; Shift-Right the next; Shift-O sorts by it,\n"
	"               again inverts, once more has the worst first as at the beginning\n"
	"  n N          next and previous match of what / looked for in a text\n"
	"\n"
	"On a plan\n"
	"  Tab arrows   choose a button; Enter presses it; j k PageDown PageUp scroll\n"
	"\n";

static const char commands[] =
	"  :VIEW [NAMESPACE] [/FILTER]\n"
	"  :ctx NAME     another context of the kubeconfig\n"
	"  :ns NAME      one namespace; :ns all\n"
	"  :q            leave\n";

static void open(struct view *view)
{
	struct text_view *self = mem_alloc(sizeof *self);
	struct buf text = BUF_INIT(TEXT_MAX);
	/* Where help was asked for stands first. */
	enum key_scope here = view->app->view_count > 1 ? view->app->views[view->app->view_count - 2]->class->keys : KEYS_DECK;
	self->pager = pager_create(TEXT_MAX);
	view->state = self;
	add_scope(view->app, (int)here, &text);
	add_scope(view->app, KEYS_GLOBAL, &text);
	buf_append_str(&text, widgets);
	buf_append_str(&text, "Commands\n");
	buf_append_str(&text, commands);
	view_each(add_view, &text);
	buf_append_char(&text, '\n');
	for (int scope = 0; scope < KEYS_SCOPES; scope++) {
		if (scope != (int)here && scope != KEYS_GLOBAL)
			add_scope(view->app, scope, &text);
	}
	pager_set_text(self->pager, buf_str(&text));
	buf_finish(&text);
}

static void close(struct view *view)
{
	struct text_view *self = view->state;
	pager_destroy(self->pager);
	free(self);
}

const struct view_class view_help = {
	.name = "help",
	.keys = KEYS_TEXT,
	.open = open,
	.close = close,
	.draw = text_view_draw,
	.event = text_view_event,
	.act = text_view_act,
	.filter = text_view_search,
	.filter_text = text_view_searched,
	.title = text_view_title,
};
