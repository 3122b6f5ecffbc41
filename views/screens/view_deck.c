/* The first screen: for each broker cluster what is wrong in words, then the map of brokers over nodes and zones,
 * the services, the newest events. Worst first. On a small terminal the tiles become lines; more clusters than fit become
 * a list. */
#include "views/screens/deck_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/base/text.h"

/* ---- what can be chosen ---- */

static struct deck_spot *deck_view_chosen(struct deck *deck)
{
	vec_each (&deck->spots, spot) {
		if (str_eq(spot->selection.key, deck->chosen))
			return spot;
	}
	return deck->spots.len ? deck->spots.items : NULL;
}

/* The nearest spot in a direction: along it first, then across. */
static void deck_view_move(struct deck *deck, int dy, int dx)
{
	const struct deck_spot *from = deck_view_chosen(deck), *best = NULL;
	long best_distance = 0;
	if (!from)
		return;
	vec_each (&deck->spots, spot) {
		long down = spot->rect.y - from->rect.y, right = spot->rect.x - from->rect.x;
		long along = dy ? down * dy : right * dx, across = labs(dy ? right : down);
		if (along <= 0 || (dx && spot->rect.y >= from->rect.y + from->rect.height) ||
		    (dx && spot->rect.y + spot->rect.height <= from->rect.y))
			continue;
		long distance = along * 4 + across;
		if (!best || distance < best_distance) {
			best = spot;
			best_distance = distance;
		}
	}
	if (best)
		memcpy(deck->chosen, best->selection.key, sizeof deck->chosen);
}

/* ---- the view ---- */

/* NULL when they are. */
static const char *deck_why_clusters_are_unread(const struct world_view *world)
{
	for (size_t i = 0; i < WORLD_LIST_COUNT; i++)
		if (WORLD_ON_CLUSTERS >> i & 1 && err_is_set(&world->lists[i].err))
			return world->lists[i].err.text;
	return NULL;
}

/* What could not be asked is not said to be absent. */
static const char *deck_view_why_empty(const struct view *view)
{
	const struct world_view *world = view->app->world;
	if (!view->app->session)
		return "Not connected; the reason is shown above. Use :ctx for another context; `mqdeck --demo` needs "
		       "no cluster.";
	if (world && err_is_set(&world->link_err))
		return world->link_err.text;
	if (world && deck_why_clusters_are_unread(world))
		return deck_why_clusters_are_unread(world);
	if (world && world->link == WORLD_LIVE && !world->discovering)
		return "No RabbitMQ or Kafka found here. Press 0 for all namespaces, or use :ctx for another context.";
	return "looking for RabbitMQ and Kafka …";
}

static void draw_empty(const struct view *view, struct canvas *canvas, struct rect rect)
{
	const struct world_view *world = view->app->world;
	bool failed =
		view->app->session && world && (err_is_set(&world->link_err) || deck_why_clusters_are_unread(world));
	int y = rect.y + 1, columns = rect.width - 4;
	y += canvas_put_wrapped(canvas, y, 2, columns, rect.height - 2, failed ? STYLE_WARN : STYLE_DIM,
				deck_view_why_empty(view));
	if (failed && world->link == WORLD_LIVE && !err_is_set(&world->link_err))
		canvas_put_wrapped(
			canvas, y, 2, columns, rect.y + rect.height - y < 2 ? rect.y + rect.height - y : 2, STYLE_DIM,
			"Whether RabbitMQ or Kafka runs here is unknown. `:ns NAME` limits the view to one namespace.");
}

static int64_t deck_view_wall_ms(const struct view *view)
{
	return clock_wall_ms(loop_clock(view->app->loop));
}

static bool deck_view_has_chosen(const struct deck *deck, const struct world_view *world)
{
	struct selection selection;
	for (size_t i = 0; i < world->cluster_count; i++) {
		const struct world_cluster *cluster = world->clusters[i];
		if (str_eq(cluster->key, deck->chosen))
			return true;
		for (size_t b = 0; b < cluster->broker_count; b++) {
			deck_select(cluster, cluster->brokers[b], &selection);
			if (str_eq(selection.key, deck->chosen))
				return true;
		}
	}
	return false;
}

static void draw_whole(struct deck *deck, struct canvas *canvas, struct rect rect, const struct world_view *world,
		       int64_t wall_ms)
{
	deck->listed = false;
	if (!deck_view_has_chosen(deck, world))
		*deck->chosen = '\0';
	int y = deck_draw_sentences(deck, canvas, rect, world), bottom = rect.y + rect.height;
	if (y >= bottom)
		return;
	canvas_hline(canvas, y++, 0, rect.width, STYLE_BORDER);
	deck_draw_map(deck, canvas, (struct rect){y, 0, bottom - y, rect.width}, world, wall_ms);
}

static void draw_listed_clusters(struct deck *deck, struct canvas *canvas, struct rect rect,
				 const struct world_view *world, int64_t wall_ms)
{
	bool before = deck->listed;
	deck->listed = true;
	if (!before)
		deck_rows_build(deck, world); /* with a cursor */
	deck_draw_list(deck, canvas, rect, world, wall_ms);
}

static void deck_view_draw(struct view *view, struct canvas *canvas, struct rect rect)
{
	struct deck *deck = view->state;
	const struct world_view *world = view->app->world;
	struct rect body = {rect.y + 1, 0, rect.height - 1, rect.width};
	vec_clear(&deck->spots);
	if (!world || world->cluster_count == 0) {
		draw_empty(view, canvas, rect);
		return;
	}
	if (rect.height < 2)
		return;
	canvas_hline(canvas, rect.y, 0, rect.width, STYLE_BORDER);
	struct world_view part;
	deck->one_of_many = false;
	if (deck->pattern) {
		deck->one_of_many = !world->namespace && !deck_sentences_fit(deck, world, body);
		part = deck_part_of(deck, world, deck->shown.items, deck->shown.len);
		world = &part;
	}
	if (world->cluster_count && deck_sentences_fit(deck, world, body)) {
		if (deck->pattern)
			canvas_printf(canvas, rect.y, 1, rect.width - 2, STYLE_DIM, " %zu of %zu clusters </%s> ",
				      deck->shown.len, view->app->world->cluster_count, deck->filter);
		draw_whole(deck, canvas, body, world, deck_view_wall_ms(view));
	} else {
		draw_listed_clusters(deck, canvas, body, view->app->world, deck_view_wall_ms(view));
	}
}

/* ---- life and input ---- */

static void deck_view_open(struct view *view)
{
	view->state = mem_alloc(sizeof(struct deck));
}

static void deck_view_close(struct view *view)
{
	deck_rows_finish(view->state);
	free(view->state);
}

/* On the cluster that it was opened for, once that is there. */
static void deck_view_place(struct view *view)
{
	struct deck *deck = view->state;
	const struct world_view *world = view->app->world;
	char *wanted = view->selection.cluster;
	if (!*wanted || !world)
		return;
	bool found = world_find_cluster(world, wanted);
	if (found && !deck->placed) {
		snprintf(deck->chosen, sizeof deck->chosen, "%s", wanted);
		deck->placed = true;
	}
	if (found || deck->placed)
		*wanted = '\0';
}

static void deck_view_update(struct view *view)
{
	deck_view_place(view);
	deck_rows_build(view->state, view->app->world);
}

static const struct {
	enum action action;
	int dy, dx;
} deck_view_motions[] = {{ACTION_UP, -1, 0}, {ACTION_DOWN, 1, 0}, {ACTION_LEFT, 0, -1}, {ACTION_RIGHT, 0, 1}};

enum { DECK_WHEEL_LINES = 3 };

static void deck_view_go(struct view *view, long lines)
{
	struct deck *deck = view->state;
	long at = (long)deck->at + lines, last = (long)deck->rows.len - 1;
	at = at > last ? last : at;
	deck_rows_choose(deck, view->app->world, at < 0 ? 0 : (size_t)at);
}

static bool deck_view_on_list(struct view *view, const struct event_mouse *mouse)
{
	struct deck *deck = view->state;
	bool up = mouse->action == EVENT_MOUSE_WHEEL_UP;
	if (up || mouse->action == EVENT_MOUSE_WHEEL_DOWN) {
		deck_view_go(view, up ? -DECK_WHEEL_LINES : DECK_WHEEL_LINES);
		return true;
	}
	if (mouse->action != EVENT_MOUSE_PRESS)
		return false;
	size_t at = deck->top + (size_t)(mouse->y - deck->list.y);
	if (!rect_holds(deck->list, mouse->y, mouse->x) || at >= deck->rows.len)
		return true;
	deck_rows_choose(deck, view->app->world, at);
	if (mouse->clicks == 2)
		app_act(view->app, ACTION_OPEN);
	return true;
}

static bool deck_view_event(struct view *view, const struct event *event)
{
	struct deck *deck = view->state;
	if (event->type != EVENT_MOUSE || !view->app->world)
		return false;
	if (deck->listed)
		return deck_view_on_list(view, &event->mouse);
	if (event->mouse.action != EVENT_MOUSE_PRESS)
		return false;
	vec_each (&deck->spots, spot) {
		if (!rect_holds(spot->rect, event->mouse.y, event->mouse.x))
			continue;
		memcpy(deck->chosen, spot->selection.key, sizeof deck->chosen);
		deck->placed = true;
	}
	if (event->mouse.clicks == 2)
		app_act(view->app, ACTION_OPEN);
	return true;
}

/* Lines that a key moves the cursor of the list by; 0 = another key. */
static long deck_view_lines(const struct deck *deck, enum action action)
{
	long page = deck->list.height > 1 ? deck->list.height - 1 : 1, all = (long)deck->rows.len;
	switch (action) {
	case ACTION_UP:
		return -1;
	case ACTION_DOWN:
		return 1;
	case ACTION_PAGE_UP:
		return -page;
	case ACTION_PAGE_DOWN:
		return page;
	case ACTION_TOP:
		return -all;
	case ACTION_BOTTOM:
		return all;
	default:
		return 0;
	}
}

static bool deck_view_act_on_list(struct view *view, enum action action)
{
	struct deck *deck = view->state;
	long lines = deck_view_lines(deck, action);
	if (lines)
		deck_view_go(view, lines);
	else if (action == ACTION_LEFT || action == ACTION_RIGHT)
		deck_rows_fold(deck, view->app->world, action == ACTION_RIGHT);
	else
		return false;
	return true;
}

/* The first and the last of what is drawn. */
static bool deck_view_jump(struct deck *deck, enum action action)
{
	bool up = action == ACTION_TOP || action == ACTION_PAGE_UP;
	if (!up && action != ACTION_BOTTOM && action != ACTION_PAGE_DOWN)
		return false;
	if (deck->spots.len)
		memcpy(deck->chosen, deck->spots.items[up ? 0 : deck->spots.len - 1].selection.key,
		       sizeof deck->chosen);
	deck->placed = true;
	return true;
}

/* What is under the cursor and no object: Enter unfolds it, or goes where the problem is. */
static bool deck_view_enter(struct view *view)
{
	struct deck *deck = view->state;
	const struct deck_row *row = deck->at < deck->rows.len ? &deck->rows.items[deck->at] : NULL;
	const struct sheet *sheet;
	if (!deck->listed || !row)
		return false;
	if (row->kind == DECK_ROW_FOLD)
		return deck_rows_fold(deck, view->app->world, -1);
	const struct view_class *class =
		row->problem ? view_find(view->app->catalogue, row->problem->link_view, &sheet) : NULL;
	return class && app_push(view->app, class, sheet, NULL, NULL);
}

static bool deck_view_act(struct view *view, enum action action)
{
	struct deck *deck = view->state;
	if (!view->app->world)
		return false;
	if (action == ACTION_OPEN)
		return deck_view_enter(view);
	if (deck->listed)
		return deck_view_act_on_list(view, action);
	for (size_t i = 0; i < ARRAY_LEN(deck_view_motions); i++) {
		if (deck_view_motions[i].action != action)
			continue;
		deck_view_move(deck, deck_view_motions[i].dy, deck_view_motions[i].dx);
		deck->placed = true;
		return true;
	}
	return deck_view_jump(deck, action);
}

static bool deck_view_selection(struct view *view, struct selection *out)
{
	struct deck *deck = view->state;
	const struct deck_row *row = deck->at < deck->rows.len ? &deck->rows.items[deck->at] : NULL;
	struct deck_spot *spot = deck->listed ? NULL : deck_view_chosen(deck);
	if (spot)
		*out = spot->selection;
	if (deck->listed && row && row->kind == DECK_ROW_CLUSTER) {
		deck_select(row->cluster, NULL, out);
		return true;
	}
	return spot != NULL;
}

/* ---- the filter ---- */

static bool deck_view_filter(struct view *view, const char *text, struct err *err)
{
	struct deck *deck = view->state;
	if (!pattern_replace(&deck->pattern, text, PATTERN_NO_CASE | PATTERN_INVERSE, err))
		return false;
	snprintf(deck->filter, sizeof deck->filter, "%s", text);
	deck_rows_build(deck, view->app->world);
	return true;
}

static const char *deck_view_filter_text(struct view *view)
{
	return ((struct deck *)view->state)->filter;
}

static void deck_view_title(struct view *view, struct buf *out)
{
	const struct deck *deck = view->state;
	buf_append_str(out, view->class->name);
	if (deck->pattern)
		buf_printf(out, " (%zu of %zu) </%s>", deck->shown.len,
			   view->app->world ? view->app->world->cluster_count : 0, deck->filter);
}

const struct view_class view_deck = {
	.name = "deck",
	.keys = VIEW_KEYS_DECK,
	.open = deck_view_open,
	.close = deck_view_close,
	.update = deck_view_update,
	.draw = deck_view_draw,
	.event = deck_view_event,
	.act = deck_view_act,
	.selection = deck_view_selection,
	.filter = deck_view_filter,
	.filter_text = deck_view_filter_text,
	.title = deck_view_title,
};
