/* The first screen: for each broker cluster what is wrong in words, then the map of brokers over nodes and zones,
 * the services, the newest events. Worst first. On a small terminal the tiles become lines. */
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

/* ---- sentences ---- */

static int draw_sentence(struct deck *deck, struct canvas *canvas, int y, int width, bool dense,
			 const struct world_cluster *cluster)
{
	bool here = deck_is_chosen(deck, cluster, NULL);
	style_t on = here ? STYLE_ON_CURSOR : 0;
	int first = y, x = 1;
	if (here)
		canvas_fill(canvas, (struct rect){y, 0, 1, width}, STYLE_CURSOR, ' ');
	x += canvas_put(canvas, y, x, 2, severity_style(cluster->severity) | on,
			*severity_sign(cluster->severity, canvas->ascii)
				? severity_sign(cluster->severity, canvas->ascii)
				: "?");
	x += 1 + canvas_printf(canvas, y, x + 1, width / 3, STYLE_TEXT | STYLE_BOLD | on, "%s %s",
			       cluster->kind == WORLD_BROKER_KAFKA ? "kafka" : "rabbit", cluster->name);
	x = x < deck->name_width ? deck->name_width : x + 1;
	style_t style = cluster->severity >= SEV_WARN ? severity_style(cluster->severity) : STYLE_TEXT;
	const char *headline = str_or(cluster->headline, "reading the brokers' state …");
	y += canvas_put_wrapped(canvas, y, x, width - x - 1,
				cluster->severity >= SEV_WARN ? 3
				: dense                       ? 1
							      : 2,
				style | on, headline);
	/* Where room is short only the worst cluster is explained. */
	if (cluster->detail && (!dense || deck->spots.len == 0))
		y += canvas_put_wrapped(canvas, y, x, width - x - 1, 2, STYLE_DIM, cluster->detail);
	deck_add_spot(deck, (struct rect){first, 0, y - first, width}, cluster, NULL);
	return y;
}

static int draw_sentences(struct deck *deck, struct canvas *canvas, struct rect rect, const struct world_view *world)
{
	int y = rect.y;
	size_t needed = world->cluster_count * 2;
	for (size_t i = 0; i < world->cluster_count; i++)
		needed += world->clusters[i]->broker_count;
	bool dense = needed + 3 > (size_t)rect.height;
	deck->name_width = 0;
	for (size_t i = 0; i < world->cluster_count; i++) {
		int width = canvas_text_width(world->clusters[i]->name) + 11;
		deck->name_width = width > deck->name_width && width < rect.width / 3 ? width : deck->name_width;
	}
	for (size_t i = 0; i < world->cluster_count && y < rect.y + rect.height; i++)
		y = draw_sentence(deck, canvas, y, rect.width, dense, world->clusters[i]);
	/* What concerns no single cluster. */
	for (size_t i = 0; i < world->problem_count && y < rect.y + rect.height; i++) {
		const struct world_problem *problem = &world->problems[i];
		if (problem->cluster)
			continue;
		canvas_put(canvas, y, 1, 2, severity_style(problem->severity),
			   severity_sign(problem->severity, canvas->ascii));
		y += canvas_put_wrapped(canvas, y, 3, rect.width - 4, 2, severity_style(problem->severity),
					problem->text);
	}
	return y;
}

/* ---- services and events ---- */

/* How wide the names are, so that what follows them stands in columns. */
static int service_name_width(const struct world_view *world, int at_most)
{
	int widest = 0;
	for (size_t i = 0; i < world->service_count; i++) {
		int width = canvas_text_width(world->services[i]->record->meta.name);
		widest = width > widest ? width : widest;
	}
	return widest > at_most ? at_most : widest;
}

static void draw_service(struct canvas *canvas, int y, int width, int name_width, struct sheet_row *row)
{
	const struct world_service *service = row->item.service;
	char ready[32] = "?";
	style_t style = STYLE_UNKNOWN;
	if (service->ready_endpoints >= 0) {
		snprintf(ready, sizeof ready, "%d of %d ready", service->ready_endpoints, service->all_endpoints);
		style = service->ready_endpoints == service->all_endpoints ? STYLE_OK
			: service->ready_endpoints                         ? STYLE_WARN
									   : STYLE_BAD;
	}
	int x = 1;
	canvas_put_fit(canvas, y, x, name_width, STYLE_TEXT, service->record->meta.name);
	x += name_width + 1;
	canvas_put_fit(canvas, y, x, 12, STYLE_DIM, str_or(service->record->type, ""));
	canvas_put_fit(canvas, y, x + 13, 13, style, ready);
	canvas_put_fit(canvas, y, x + 27, width - x - 28, STYLE_DIM, sheet_cell_ports(row).text);
}

static int draw_services(struct canvas *canvas, int y, int bottom, int width, const struct world_view *world)
{
	struct sheet_row row = {.world = world};
	int name_width = service_name_width(world, width / 3);
	for (size_t i = 0; i < world->service_count && y < bottom; i++) {
		row.item.service = world->services[i];
		row.cluster = row.item.service->cluster;
		/* Headless ones are for the brokers themselves. */
		if (row.cluster && !str_eq(row.item.service->record->cluster_ip, "None"))
			draw_service(canvas, y++, width, name_width, &row);
	}
	return y;
}

/* Whole minutes: a figure that ticks would cost bytes each second and say no more. */
static void coarse_age(int64_t ms, char out[static 16])
{
	int64_t minutes = ms / 60000;
	if (minutes < 1)
		snprintf(out, 16, "now");
	else if (minutes < 60)
		snprintf(out, 16, "%dm", (int)minutes);
	else if (minutes < 48 * 60)
		snprintf(out, 16, "%dh", (int)(minutes / 60));
	else
		snprintf(out, 16, "%dd", (int)(minutes / 1440));
}

static int draw_events(struct deck *deck, struct canvas *canvas, int y, int bottom, int width,
		       const struct world_view *world, int64_t wall_ms)
{
	for (size_t i = 0; i < world->event_count && i < DECK_EVENTS && y < bottom; i++) {
		const struct kube_event *event = world->events[i].record;
		char age[16];
		coarse_age(event->last_ms < 0 ? 0 : wall_ms - event->last_ms, age);
		bool warning = str_eq(event->type, "Warning");
		canvas_put_right(canvas, y, 1, 6, STYLE_DIM, age);
		int x = 8 + canvas_put(canvas, y, 8, 1, warning ? STYLE_WARN : STYLE_DIM, warning ? "!" : " ");
		x += 1 + canvas_put(canvas, y, x + 1, width / 4, STYLE_TEXT, str_or(event->object_name, ""));
		x += 1 + canvas_put(canvas, y, x + 1, 28, warning ? STYLE_WARN : STYLE_TEXT, str_or(event->reason, ""));
		canvas_put_fit(canvas, y, x + 1, width - x - 2, STYLE_DIM, str_or(event->message, ""));
		y++;
	}
	return y;
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
			canvas, y, 2, columns, 2, STYLE_DIM,
			"Whether RabbitMQ or Kafka runs here is unknown. `:ns NAME` limits the view to one namespace.");
}

static void deck_view_draw(struct view *view, struct canvas *canvas, struct rect rect)
{
	struct deck *deck = view->state;
	const struct world_view *world = view->app->world;
	int bottom = rect.y + rect.height;
	vec_clear(&deck->spots);
	if (!world || world->cluster_count == 0) {
		draw_empty(view, canvas, rect);
		return;
	}
	canvas_hline(canvas, rect.y, 0, rect.width, STYLE_BORDER);
	int y = draw_sentences(deck, canvas, (struct rect){rect.y + 1, 0, rect.height - 1, rect.width}, world);
	if (y >= bottom)
		return;
	canvas_hline(canvas, y++, 0, rect.width, STYLE_BORDER);
	struct rect map = {y, 0, bottom - y, rect.width};
	y = deck_tiles_fit(world, map) ? deck_draw_tiles(deck, canvas, map, world)
				       : deck_draw_lines(deck, canvas, map, world);
	if (y < bottom)
		y = draw_services(canvas, y, bottom, rect.width, world);
	if (y + 1 < bottom) {
		canvas_hline(canvas, y++, 0, rect.width, STYLE_BORDER);
		draw_events(deck, canvas, y, bottom, rect.width, world, clock_wall_ms(loop_clock(view->app->loop)));
	}
}

static void deck_view_open(struct view *view)
{
	view->state = mem_alloc(sizeof(struct deck));
}

static void deck_view_close(struct view *view)
{
	struct deck *deck = view->state;
	vec_finish(&deck->spots);
	free(deck);
}

static const struct {
	enum action action;
	int dy, dx;
} deck_view_motions[] = {{ACTION_UP, -1, 0}, {ACTION_DOWN, 1, 0}, {ACTION_LEFT, 0, -1}, {ACTION_RIGHT, 0, 1}};

static bool deck_view_event(struct view *view, const struct event *event)
{
	struct deck *deck = view->state;
	if (event->type != EVENT_MOUSE || event->mouse.action != EVENT_MOUSE_PRESS)
		return false;
	vec_each (&deck->spots, spot) {
		if (rect_holds(spot->rect, event->mouse.y, event->mouse.x))
			memcpy(deck->chosen, spot->selection.key, sizeof deck->chosen);
	}
	if (event->mouse.clicks == 2)
		app_act(view->app, ACTION_OPEN);
	return true;
}

static bool deck_view_act(struct view *view, enum action action)
{
	for (size_t i = 0; i < ARRAY_LEN(deck_view_motions); i++) {
		if (deck_view_motions[i].action != action)
			continue;
		deck_view_move(view->state, deck_view_motions[i].dy, deck_view_motions[i].dx);
		return true;
	}
	return false;
}

static bool deck_view_selection(struct view *view, struct selection *out)
{
	struct deck_spot *spot = deck_view_chosen(view->state);
	if (spot)
		*out = spot->selection;
	return spot != NULL;
}

const struct view_class view_deck = {
	.name = "deck",
	.keys = VIEW_KEYS_DECK,
	.open = deck_view_open,
	.close = deck_view_close,
	.draw = deck_view_draw,
	.event = deck_view_event,
	.act = deck_view_act,
	.selection = deck_view_selection,
};
