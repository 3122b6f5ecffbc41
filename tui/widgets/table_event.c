/* Keys and mouse of a table, as two lists. */
#include "tui/widgets/table_private.h"

enum { WHEEL_LINES = 3 };

static void mark_and_go_on(struct table *table)
{
	table_mark_toggle(table);
	table_move(table, TABLE_DOWN);
}

static void choose_left(struct table *table)
{
	table_choose_column(table, -1);
}

static void choose_right(struct table *table)
{
	table_choose_column(table, 1);
}

static const struct {
	struct key key;
	enum table_motion motion;
} table_motions[] = {
	{{KEY_CODE_UP, 0}, TABLE_UP},
	{{'k', 0}, TABLE_UP},
	{{KEY_CODE_DOWN, 0}, TABLE_DOWN},
	{{'j', 0}, TABLE_DOWN},
	{{KEY_CODE_PAGE_UP, 0}, TABLE_PAGE_UP},
	{{'b', KEY_MOD_CTRL}, TABLE_PAGE_UP},
	{{KEY_CODE_PAGE_DOWN, 0}, TABLE_PAGE_DOWN},
	{{'f', KEY_MOD_CTRL}, TABLE_PAGE_DOWN},
	{{KEY_CODE_HOME, 0}, TABLE_TOP},
	{{'g', 0}, TABLE_TOP},
	{{KEY_CODE_END, 0}, TABLE_BOTTOM},
	{{'G', 0}, TABLE_BOTTOM},
};

static const struct {
	struct key key;
	void (*act)(struct table *table);
} table_deeds[] = {
	{{' ', 0}, mark_and_go_on},
	{{' ', KEY_MOD_CTRL}, table_mark_range},
	{{'\\', KEY_MOD_CTRL}, table_mark_clear},
	{{KEY_CODE_LEFT, KEY_MOD_SHIFT}, choose_left},
	{{KEY_CODE_RIGHT, KEY_MOD_SHIFT}, choose_right},
	{{'O', 0}, table_sort_chosen},
};

static enum table_answer table_on_key(struct table *table, struct key key)
{
	if (key_equal(key, (struct key){KEY_CODE_ENTER, 0})) {
		table->placed = true;
		return table->key ? TABLE_ACTIVATED : TABLE_TOOK;
	}
	for (size_t i = 0; i < ARRAY_LEN(table_motions); i++) {
		if (!key_equal(table_motions[i].key, key))
			continue;
		table_move(table, table_motions[i].motion);
		return TABLE_TOOK;
	}
	for (size_t i = 0; i < ARRAY_LEN(table_deeds); i++) {
		if (!key_equal(table_deeds[i].key, key))
			continue;
		table_deeds[i].act(table);
		return TABLE_TOOK;
	}
	return TABLE_IGNORED;
}

static enum table_answer table_on_header(struct table *table, int x)
{
	const struct table_layout *layout = &table->layout;
	for (size_t i = 0; i < layout->count; i++) {
		if (x < layout->x[i] || x >= layout->x[i] + layout->width[i])
			continue;
		table_sort_toggle(table, layout->column[i]);
		return TABLE_TOOK;
	}
	return TABLE_IGNORED;
}

static enum table_answer table_on_mouse(struct table *table, const struct event_mouse *mouse)
{
	if (!rect_holds(table->layout.rect, mouse->y, mouse->x))
		return TABLE_IGNORED;
	if (mouse->action == EVENT_MOUSE_WHEEL_UP || mouse->action == EVENT_MOUSE_WHEEL_DOWN) {
		for (int i = 0; i < WHEEL_LINES; i++)
			table_move(table, mouse->action == EVENT_MOUSE_WHEEL_UP ? TABLE_UP : TABLE_DOWN);
		return TABLE_TOOK;
	}
	if (mouse->action != EVENT_MOUSE_PRESS || mouse->button != 1)
		return TABLE_IGNORED;
	if (mouse->y == table->layout.rect.y)
		return table_on_header(table, mouse->x);
	size_t line = table->top + (size_t)(mouse->y - table->layout.rect.y - 1);
	if (line >= table->lines.len)
		return TABLE_TOOK;
	table_select_line(table, line);
	return mouse->clicks == 2 ? TABLE_ACTIVATED : TABLE_TOOK;
}

enum table_answer table_event(struct table *table, const struct event *event)
{
	if (event->type == EVENT_KEY)
		return table_on_key(table, event->key);
	return event->type == EVENT_MOUSE ? table_on_mouse(table, &event->mouse) : TABLE_IGNORED;
}
