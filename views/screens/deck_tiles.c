/* The map: nodes and zones across, brokers as tiles, the volume under each. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "tui/draw/chart.h"
#include "views/screens/deck_private.h"

enum { TILE_MIN_WIDTH = 26, TILE_MAX_WIDTH = 40, TILE_GAP = 1, LABEL_WIDTH = 12, TILE_HEIGHT = 5, HEAD_HEIGHT = 2 };

/* Columns are nodes; brokers that are on none stand in a last column of their own. */
struct deck_tiles_map {
	const struct world_view *world;
	int columns, tile_width;
	bool homeless;
};

static bool hosts_brokers(const struct world_node *node)
{
	return node->broker_count > 0;
}

static const struct world_node *column_node(const struct deck_tiles_map *map, int column)
{
	for (size_t i = 0; i < map->world->node_count; i++) {
		if (hosts_brokers(map->world->nodes[i]) && column-- == 0)
			return map->world->nodes[i];
	}
	return NULL;
}

static int column_of(const struct deck_tiles_map *map, const struct world_broker *broker)
{
	int column = 0;
	for (size_t i = 0; i < map->world->node_count; i++) {
		if (map->world->nodes[i] == broker->node)
			return column;
		column += hosts_brokers(map->world->nodes[i]);
	}
	return map->columns - 1;
}

/* How many rows of tiles a cluster takes: the most brokers it has in one column. */
static int tile_rows(const struct deck_tiles_map *map, const struct world_cluster *cluster)
{
	int most = 0, counts[64] = {0};
	for (size_t i = 0; i < cluster->broker_count; i++) {
		int column = column_of(map, cluster->brokers[i]);
		if (column < 64 && ++counts[column] > most)
			most = counts[column];
	}
	return most;
}

static struct deck_tiles_map map_of(const struct world_view *world, int width)
{
	struct deck_tiles_map map = {.world = world};
	for (size_t i = 0; i < world->node_count; i++)
		map.columns += hosts_brokers(world->nodes[i]);
	for (size_t i = 0; i < world->cluster_count; i++) {
		for (size_t b = 0; b < world->clusters[i]->broker_count; b++)
			map.homeless |= !world->clusters[i]->brokers[b]->node;
	}
	map.columns += map.homeless;
	if (map.columns > 0)
		map.tile_width = (width - LABEL_WIDTH) / map.columns - TILE_GAP;
	map.tile_width = map.tile_width > TILE_MAX_WIDTH ? TILE_MAX_WIDTH : map.tile_width;
	return map;
}

bool deck_tiles_fit(const struct world_view *world, struct rect rect)
{
	struct deck_tiles_map map = map_of(world, rect.width);
	int height = HEAD_HEIGHT;
	for (size_t i = 0; i < world->cluster_count; i++)
		height += tile_rows(&map, world->clusters[i]) * TILE_HEIGHT;
	return map.columns > 0 && map.tile_width >= TILE_MIN_WIDTH && height <= rect.height;
}

static int deck_tiles_column_x(const struct deck_tiles_map *map, int column)
{
	return LABEL_WIDTH + column * (map->tile_width + TILE_GAP);
}

/* ---- heads ---- */

static void draw_node_state(struct canvas *canvas, int y, int x, int width, const struct world_node *node)
{
	int taken = canvas_put(canvas, y, x, width - 10, STYLE_HEADER, node->name);
	const char *word = !node->ready_known ? "unknown" : node->ready ? "ready" : "NOT READY";
	style_t style = !node->ready_known ? STYLE_UNKNOWN : node->ready ? STYLE_OK : STYLE_BAD;
	taken += 2 + canvas_put(canvas, y, x + taken + 2, width - taken - 2, style, word);
	if (node->cordoned)
		canvas_put(canvas, y, x + taken + 2, width - taken - 2, STYLE_WARN, "cordoned");
}

static void draw_heads(struct canvas *canvas, int y, const struct deck_tiles_map *map)
{
	for (int c = 0; c < map->columns; c++) {
		const struct world_node *node = column_node(map, c);
		int x = deck_tiles_column_x(map, c) + 1;
		if (!node) {
			canvas_put(canvas, y + 1, x, map->tile_width, STYLE_BAD, "no node");
			continue;
		}
		canvas_put(canvas, y, x, map->tile_width, STYLE_DIM, str_or(node->zone, ""));
		draw_node_state(canvas, y + 1, x, map->tile_width, node);
	}
}

/* ---- tiles ---- */

static void deck_tiles_figure(int64_t value, char out[static 16])
{
	if (value < 0)
		snprintf(out, 16, "?");
	else if (value < 100000)
		snprintf(out, 16, "%lld", (long long)value);
	else
		cell_human_count((double)value, out);
}

static void draw_sync(struct canvas *canvas, int y, int x, int width, const struct world_broker *broker)
{
	char leads[16], in_sync[16], replicas[16];
	deck_tiles_figure(broker->leaders, leads);
	deck_tiles_figure(broker->in_sync, in_sync);
	deck_tiles_figure(broker->replicas, replicas);
	bool behind = broker->in_sync >= 0 && broker->in_sync < broker->replicas;
	canvas_put(canvas, y, x, width, STYLE_DIM, "leads");
	canvas_put(canvas, y, x + 6, 6, broker->leaders < 0 ? STYLE_UNKNOWN : STYLE_TEXT, leads);
	int taken = 12 + canvas_put(canvas, y, x + 12, width - 12, STYLE_DIM, "sync ");
	style_t style = broker->in_sync < 0 ? STYLE_UNKNOWN : behind ? STYLE_OUT_OF_SYNC : STYLE_TEXT;
	canvas_printf(canvas, y, x + taken, width - taken, style, "%s/%s", in_sync, replicas);
}

static style_t fullness_style(double part)
{
	return part >= 0.90 ? STYLE_BAD : part >= 0.80 ? STYLE_WARN : STYLE_BAR_FULL;
}

static void draw_disk(struct canvas *canvas, int y, int x, int width, const struct world_broker *broker)
{
	char total[16];
	int taken = canvas_put(canvas, y, x, width, STYLE_DIM, "disk ");
	if (broker->disk_used_bytes < 0 || broker->disk_total_bytes <= 0) {
		canvas_put(canvas, y, x + taken, width - taken, STYLE_UNKNOWN, "unknown");
		return;
	}
	double part = (double)broker->disk_used_bytes / (double)broker->disk_total_bytes;
	int bar = width - taken - 13;
	chart_bar(canvas, y, x + taken, bar, part, fullness_style(part));
	cell_human_bytes(broker->disk_total_bytes, total);
	canvas_printf(canvas, y, x + taken + bar + 1, 12, part >= 0.80 ? fullness_style(part) : STYLE_TEXT,
		      "%.0f%% of %s", part * 100, total);
}

/* What matters more than what flows: why it crashed, what it raised. */
static void draw_flow(struct canvas *canvas, int y, int x, int width, const struct world_broker *broker)
{
	if (broker->crash) {
		canvas_put_fit(canvas, y, x, width, STYLE_BAD, broker->crash);
		return;
	}
	if (broker->alarms && *broker->alarms) {
		canvas_printf(canvas, y, x, width, STYLE_BAD, "ALARM %s", broker->alarms);
		return;
	}
	double points[WORLD_HISTORY];
	for (size_t i = 0; i < broker->in_history.count; i++)
		points[i] = broker->in_history.points[i] < 0 ? (double)NAN : (double)broker->in_history.points[i];
	int taken = canvas_put(canvas, y, x, width, STYLE_DIM, "in ");
	chart_spark(canvas, y, x + taken, 8, points, broker->in_history.count, 0, CHART_BLOCK, STYLE_SPARK);
	struct cell rate = broker->cluster->kind == WORLD_BROKER_KAFKA ? cell_byte_rate(broker->in_rate)
								       : cell_rate(broker->in_rate);
	char text[32];
	cell_format(&rate, text, sizeof text, canvas->ascii);
	taken += 9;
	canvas_put(canvas, y, x + taken, 8, rate.type == CELL_UNKNOWN ? STYLE_UNKNOWN : STYLE_TEXT, text);
	char memory[16];
	if (broker->memory_used_bytes >= 0) {
		cell_human_bytes(broker->memory_used_bytes, memory);
		canvas_printf(canvas, y, x + taken + 9, width - taken - 9, STYLE_DIM, "mem %s", memory);
	}
}

/* The volume stands in the lower border: it is what the tile rests on. */
static void draw_volume(struct canvas *canvas, int y, int x, int width, const struct world_broker *broker)
{
	if (broker->volume_count == 0)
		return;
	const struct kube_claim *claim = broker->volumes[0]->claim;
	bool bound = str_eq(claim->phase, "Bound");
	char text[600];
	snprintf(text, sizeof text, " %s %s %s ", claim->meta.name, canvas->ascii ? "->" : "→",
		 bound ? str_or(claim->volume_name, "?") : str_or(claim->phase, "?"));
	canvas_put(canvas, y, x, width, bound ? STYLE_DIM : STYLE_BAD, text);
}

/* Of a broker whose loss costs a quorum; shorter where its name leaves less room. */
static const char *quorum_word(int width, const char *name)
{
	static const char word[] = "quorum-critical";
	return canvas_text_width(name) + canvas_text_width(word) + 4 <= width ? word : "quorum-crit";
}

static void draw_tile(struct deck *deck, struct canvas *canvas, struct rect rect, const struct world_broker *broker)
{
	bool here = deck_is_chosen(deck, broker->cluster, broker);
	style_t border = here                           ? STYLE_CURSOR
			 : broker->severity >= SEV_WARN ? severity_style(broker->severity)
							: STYLE_BORDER;
	canvas_box(canvas, rect, border, CANVAS_BOX_ROUND);
	int inner = rect.width - 4, x = rect.x + 2, y = rect.y;
	canvas_printf(canvas, y, x, inner, (here ? STYLE_CURSOR : STYLE_TEXT) | STYLE_BOLD, " %s ", broker->name);
	bool calm = broker->severity < SEV_WARN && broker->ready; /* then its role says more than its state */
	const char *word = !calm ? sheet_broker_state(broker) : broker->is_controller ? "controller" : NULL;
	if (!word && broker->quorum_critical == 1)
		word = quorum_word(inner, broker->name);
	if (word) {
		char tag[64];
		snprintf(tag, sizeof tag, " %s%s%.*s ",
			 broker->severity >= SEV_WARN ? severity_sign(broker->severity, canvas->ascii) : "",
			 broker->severity >= SEV_WARN ? " " : "", (int)strcspn(word, ":"), word);
		int width = canvas_text_width(tag);
		style_t style = broker->severity >= SEV_WARN ? severity_style(broker->severity)
				: broker->is_controller      ? STYLE_LEADER
							     : STYLE_WARN;
		canvas_put(canvas, y, rect.x + rect.width - 2 - (width < inner ? width : inner), inner, style, tag);
	}
	draw_sync(canvas, y + 1, x, inner, broker);
	draw_disk(canvas, y + 2, x, inner, broker);
	draw_flow(canvas, y + 3, x, inner, broker);
	draw_volume(canvas, y + 4, x, inner, broker);
	deck_add_spot(deck, rect, broker->cluster, broker);
}

static int draw_cluster(struct deck *deck, struct canvas *canvas, int y, const struct deck_tiles_map *map,
			const struct world_cluster *cluster)
{
	int filled[64] = {0};
	canvas_put(canvas, y + 1, 1, LABEL_WIDTH - 2, STYLE_DIM,
		   cluster->kind == WORLD_BROKER_KAFKA ? "kafka" : "rabbit");
	canvas_put_fit(canvas, y + 2, 1, LABEL_WIDTH - 2, STYLE_TEXT | STYLE_BOLD, cluster->name);
	canvas_put_fit(canvas, y + 3, 1, LABEL_WIDTH - 2, STYLE_DIM, str_or(cluster->version, "?"));
	for (size_t i = 0; i < cluster->broker_count; i++) {
		int column = column_of(map, cluster->brokers[i]);
		struct rect rect = {y + filled[column % 64]++ * TILE_HEIGHT, deck_tiles_column_x(map, column),
				    TILE_HEIGHT, map->tile_width};
		draw_tile(deck, canvas, rect, cluster->brokers[i]);
	}
	return y + tile_rows(map, cluster) * TILE_HEIGHT;
}

int deck_draw_tiles(struct deck *deck, struct canvas *canvas, struct rect rect, const struct world_view *world)
{
	struct deck_tiles_map map = map_of(world, rect.width);
	int y = rect.y;
	draw_heads(canvas, y, &map);
	y += HEAD_HEIGHT;
	for (size_t i = 0; i < world->cluster_count; i++)
		y = draw_cluster(deck, canvas, y, &map, world->clusters[i]);
	return y;
}
