/* The lower part of the deck: the map of the brokers, the services that lead to them, the newest events. */
#include <stdio.h>

#include "api/base/str.h"
#include "views/screens/deck_private.h"

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

static void draw_events(struct canvas *canvas, int y, int bottom, int width, const struct world_view *world,
			int64_t wall_ms)
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
}

void deck_draw_map(struct deck *deck, struct canvas *canvas, struct rect rect, const struct world_view *world,
		   int64_t wall_ms)
{
	int y = rect.y, bottom = rect.y + rect.height;
	if (rect.height < 1)
		return;
	y = deck_tiles_fit(world, rect) ? deck_draw_tiles(deck, canvas, rect, world)
					: deck_draw_lines(deck, canvas, rect, world);
	if (y < bottom)
		y = draw_services(canvas, y, bottom, rect.width, world);
	if (y + 1 < bottom && (world->event_count || !deck->listed)) {
		canvas_hline(canvas, y++, 0, rect.width, STYLE_BORDER);
		draw_events(canvas, y, bottom, rect.width, world, wall_ms);
	}
}
