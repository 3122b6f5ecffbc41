/* What can be done to the row: every operation of the table that fits it, in a box over the view it was opened from. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "views/screens/operation_picker.h"
#include "views/screens/screens.h"

enum { BOX_MAX_WIDTH = 108, TITLE_MAX = 24, KEY_WIDTH = 7, EXPLAINED_ROWS = 3 };

struct view_menu_entry {
	const struct ops_operation *operation;
	char target[SELECTION_TEXT_MAX];
	bool headed;            /* the first on its kind of target */
	char why[ERR_TEXT_MAX]; /* it cannot be asked for; "" = it can */
};

struct view_menu {
	VEC(struct selection) selections; /* what it was opened on: the cursor, or what was marked */
	VEC(struct view_menu_entry) entries;
	size_t at;
	int title_width;
	int first;        /* row at the top, when not all fit */
	struct rect rows; /* as drawn last */
};

static struct view *menu_view_below(struct view *view)
{
	struct app *app = view->app;
	for (size_t i = app->view_count; i > 1; i--)
		if (app->views[i - 1] == view)
			return app->views[i - 2];
	return NULL;
}

static void menu_view_add_selection(void *data, const struct selection *selection)
{
	struct view_menu *self = data;
	if (self->selections.len < PLANS_MAX)
		vec_push(&self->selections, *selection);
}

/* What the row is stands first, then what it belongs to, then where it is. */
static void add_entries(struct view_menu *self, bool (*wanted)(enum ops_target target))
{
	size_t count, before = self->entries.len;
	const struct ops_operation *const *table = ops_table(&count);
	for (size_t i = 0; i < count && self->selections.len; i++) {
		struct view_menu_entry entry = {.operation = table[i]};
		if (!wanted(table[i]->target) ||
		    !operation_picker_operand_of(table[i], &self->selections.items[0], entry.target))
			continue;
		entry.headed = self->entries.len == before;
		vec_push(&self->entries, entry);
		int width = canvas_text_width(table[i]->title);
		width = width > TITLE_MAX ? TITLE_MAX : width;
		self->title_width = width > self->title_width ? width : self->title_width;
	}
}

static bool on_broker(enum ops_target target)
{
	return target == OPS_ON_BROKER || target == OPS_ON_BROKER_OR_NODE;
}

static bool on_cluster(enum ops_target target)
{
	return target == OPS_ON_CLUSTER;
}

static bool on_node(enum ops_target target)
{
	return target == OPS_ON_NODE;
}

static bool on_any_node(enum ops_target target)
{
	return target == OPS_ON_NODE || target == OPS_ON_BROKER_OR_NODE;
}

static void menu_view_update(struct view *view)
{
	struct view_menu *self = view->state;
	char room[ERR_TEXT_MAX];
	vec_each (&self->entries, entry) {
		const char *why = operation_picker_refusal(view->app, entry->operation, entry->target, room);
		snprintf(entry->why, sizeof entry->why, "%s", str_or(why, ""));
	}
}

static void menu_view_open(struct view *view)
{
	struct view_menu *self = mem_alloc(sizeof *self);
	view->state = self;
	operation_picker_each_chosen(menu_view_below(view), menu_view_add_selection, self);
	if (self->selections.len && self->selections.items[0].sheet->is_node) {
		add_entries(self, on_any_node);
	} else {
		add_entries(self, on_broker);
		add_entries(self, on_cluster);
		add_entries(self, on_node);
	}
}

static void menu_view_close(struct view *view)
{
	struct view_menu *self = view->state;
	vec_finish(&self->selections);
	vec_finish(&self->entries);
	free(self);
}

/* ---- drawing ---- */

static void put_heading(const struct view_menu *self, const struct view_menu_entry *entry, struct canvas *canvas, int y,
			int x, int width)
{
	const char *word = on_cluster(entry->operation->target) ? "broker cluster"
			   : strchr(entry->target, '/')         ? "broker"
								: "node";
	struct operation_picker_operands all = {.operation = entry->operation};
	for (size_t i = 0; i < self->selections.len; i++)
		operation_picker_operands_add(&all, &self->selections.items[i]);
	if (all.count > 1)
		canvas_printf(canvas, y, x, width, STYLE_HEADER, "%zu %ss", all.count, word);
	else
		canvas_printf(canvas, y, x, width, STYLE_HEADER, "%s %s", word, entry->target);
	operation_picker_operands_finish(&all);
}

static void put_entry(const struct view_menu_entry *entry, int title_width, struct canvas *canvas, int y, int x,
		      int width, bool here)
{
	struct key key;
	char label[KEY_NAME_MAX] = "";
	bool may = !*entry->why;
	if (key_parse(entry->operation->key, &key))
		key_label(key, canvas->ascii, label);
	canvas_put_fit(canvas, y, x, KEY_WIDTH, may ? STYLE_KEY : STYLE_DIM, label);
	canvas_put_fit(canvas, y, x + KEY_WIDTH, title_width, may ? STYLE_TEXT | STYLE_BOLD : STYLE_DIM,
		       entry->operation->title);
	CLEANUP(free)
	char *text = may ? mem_strdup(entry->operation->summary) : str_printf("unavailable: %s", entry->why);
	canvas_put_fit(canvas, y, x + KEY_WIDTH + title_width + 1, width - KEY_WIDTH - title_width - 1,
		       may ? STYLE_TEXT : STYLE_DIM, text);
	if (here)
		canvas_restyle(canvas, (struct rect){y, x - 1, 1, width + 2}, STYLE_CURSOR);
}

/* Rows with their headings. */
static int menu_view_row_of(const struct view_menu *self, size_t index)
{
	int row = 0;
	for (size_t i = 0; i < index && i < self->entries.len; i++)
		row += 1 + self->entries.items[i].headed;
	return row;
}

static void draw_rows(struct view_menu *self, struct canvas *canvas, struct rect rect)
{
	int at = menu_view_row_of(self, self->at) + (self->entries.len && self->entries.items[self->at].headed);
	self->first = at >= self->first + rect.height ? at - rect.height + 1 : self->first;
	self->first = at < self->first + 1 ? (at > 0 ? at - 1 : 0) : self->first;
	self->rows = rect;
	int row = -self->first;
	for (size_t i = 0; i < self->entries.len; i++) {
		const struct view_menu_entry *entry = &self->entries.items[i];
		row += entry->headed;
		if (entry->headed && row > 0 && row <= rect.height)
			put_heading(self, entry, canvas, rect.y + row - 1, rect.x, rect.width);
		if (row >= 0 && row < rect.height)
			put_entry(entry, self->title_width, canvas, rect.y + row, rect.x, rect.width, i == self->at);
		row++;
	}
}

static void menu_view_draw(struct view *view, struct canvas *canvas, struct rect rect)
{
	struct view_menu *self = view->state;
	struct view *under = menu_view_below(view);
	if (under)
		under->class->draw(under, canvas, rect);
	int width = rect.width - 2 > BOX_MAX_WIDTH ? BOX_MAX_WIDTH : rect.width - 2;
	int rows = menu_view_row_of(self, self->entries.len), height = (rows ? rows : 1) + EXPLAINED_ROWS + 3;
	height = height > rect.height ? rect.height : height;
	struct rect box = {rect.y + (rect.height - height) / 2, rect.x + (rect.width - width) / 2, height, width};
	canvas_fill(canvas, box, STYLE_DIALOG, ' ');
	canvas_box(canvas, box, STYLE_TITLE, CANVAS_BOX_ROUND);
	const char *name = self->selections.len ? self->selections.items[0].name : "nothing";
	if (self->selections.len > 1)
		canvas_printf(canvas, box.y, box.x + 2, width - 4, STYLE_TITLE, " Actions on %zu marked rows ",
			      self->selections.len);
	else
		canvas_printf(canvas, box.y, box.x + 2, width - 4, STYLE_TITLE, " Actions on %s ", name);
	struct rect inner = rect_inset(box, 1, 3);
	if (self->entries.len == 0) {
		canvas_put_fit(canvas, inner.y, inner.x, inner.width, STYLE_DIM,
			       "No operation applies to what is selected.");
		return;
	}
	draw_rows(self, canvas, (struct rect){inner.y, inner.x, inner.height - EXPLAINED_ROWS - 1, inner.width});
	const struct view_menu_entry *entry = &self->entries.items[self->at];
	canvas_hline(canvas, inner.y + inner.height - EXPLAINED_ROWS - 1, box.x + 1, width - 2, STYLE_BORDER);
	int y = inner.y + inner.height - EXPLAINED_ROWS;
	y += canvas_put_wrapped(canvas, y, inner.x, inner.width, *entry->why ? 1 : EXPLAINED_ROWS, STYLE_TEXT,
				entry->operation->summary);
	if (*entry->why)
		canvas_put_wrapped(canvas, y, inner.x, inner.width, EXPLAINED_ROWS - 1, STYLE_WARN, entry->why);
}

/* ---- input ---- */

static void menu_view_choose(struct view *view)
{
	struct view_menu *self = view->state;
	if (self->at >= self->entries.len)
		return;
	const struct view_menu_entry *entry = &self->entries.items[self->at];
	if (*entry->why) {
		app_flash(view->app, SEV_WARN, "%s", entry->why);
		return;
	}
	struct app *app = view->app;
	struct operation_picker_operands operands = {.operation = entry->operation};
	vec_each (&self->selections, selection)
		operation_picker_operands_add(&operands, selection);
	app_pop(app);
	operation_picker_start_on(app, &operands);
}

static bool choose_by_key(struct view *view, struct key key)
{
	struct view_menu *self = view->state;
	struct key own;
	for (size_t i = 0; i < self->entries.len; i++) {
		if (!key_parse(self->entries.items[i].operation->key, &own) || !key_equal(own, key))
			continue;
		self->at = i;
		menu_view_choose(view);
		return true;
	}
	return false;
}

static size_t entry_at(const struct view_menu *self, int y)
{
	for (size_t i = 0; i < self->entries.len; i++)
		if (self->rows.y + menu_view_row_of(self, i) + self->entries.items[i].headed - self->first == y)
			return i;
	return self->entries.len;
}

static bool menu_view_mouse(struct view *view, const struct event_mouse *mouse)
{
	struct view_menu *self = view->state;
	size_t at = entry_at(self, mouse->y);
	if (mouse->action != EVENT_MOUSE_PRESS || at >= self->entries.len ||
	    !rect_holds(self->rows, mouse->y, mouse->x))
		return false;
	self->at = at;
	if (mouse->clicks == 2)
		menu_view_choose(view);
	return true;
}

static bool menu_view_event(struct view *view, const struct event *event)
{
	if (event->type == EVENT_MOUSE)
		return menu_view_mouse(view, &event->mouse);
	return event->type == EVENT_KEY && choose_by_key(view, event->key);
}

static bool menu_view_act(struct view *view, enum action action)
{
	struct view_menu *self = view->state;
	if (action == ACTION_CHOOSE)
		menu_view_choose(view);
	else if (action == ACTION_DOWN)
		self->at += self->at + 1 < self->entries.len;
	else if (action == ACTION_UP)
		self->at -= self->at > 0;
	else
		return false;
	return true;
}

static void menu_view_title(struct view *view, struct buf *out)
{
	buf_append_str(out, "actions");
}

const struct view_class view_menu = {
	.name = "actions",
	.keys = VIEW_KEYS_MENU,
	.open = menu_view_open,
	.close = menu_view_close,
	.update = menu_view_update,
	.draw = menu_view_draw,
	.event = menu_view_event,
	.act = menu_view_act,
	.title = menu_view_title,
};
