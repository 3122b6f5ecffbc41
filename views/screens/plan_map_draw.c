/* The map of a plan: each broker now and after it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "views/screens/plan_lines.h"

enum { NAME_MAX_COLUMNS = 24, NODE_MAX_COLUMNS = 16, EFFECT_ROWS = 3, FIGURES_WIDTH = 14 };

static int plan_map_widest(const struct ops_map *map, bool nodes, int least, int most)
{
	int widest = least;
	for (size_t c = 0; c < map->clusters.len; c++) {
		const struct ops_map_cluster *cluster = &map->clusters.items[c];
		for (size_t i = 0; i < cluster->brokers.len; i++) {
			const struct ops_map_broker *broker = &cluster->brokers.items[i];
			int width = canvas_text_width(nodes ? str_or(broker->node, "") : broker->name);
			widest = width > widest ? width : widest;
		}
	}
	return widest > most ? most : widest;
}

static void put_leads(struct canvas *canvas, int y, int x, int width, int64_t leads, const char *about)
{
	if (leads < 0)
		canvas_put(canvas, y, x, width, STYLE_UNKNOWN, "leads ?");
	else
		canvas_printf(canvas, y, x, width, STYLE_TEXT, "leads %s%" PRId64, about, leads);
}

static const struct {
	const char *sign, *ascii;
	style_t style;
} plan_map_fates[] = {
	[OPS_MAP_FATE_STAYS] = {"●", "*", STYLE_OK},   [OPS_MAP_FATE_TURN] = {"↻", "@", STYLE_WARN},
	[OPS_MAP_FATE_AWAY] = {"○", "o", STYLE_WARN},  [OPS_MAP_FATE_LEAVES] = {"✗", "x", STYLE_BAD},
	[OPS_MAP_FATE_COMES] = {"+", "+", STYLE_INFO},
};

/* Its sign, its name, its node; what it leads now; what becomes of it. */
static void put_broker(const struct ops_map_broker *broker, struct canvas *canvas, int y, int x, int name, int node,
		       int width)
{
	style_t style = plan_map_fates[broker->fate].style;
	bool moved = broker->leads_after != broker->leads && broker->leads >= 0;
	canvas_put(canvas, y, x, 1, style,
		   canvas->ascii ? plan_map_fates[broker->fate].ascii : plan_map_fates[broker->fate].sign);
	canvas_put_fit(canvas, y, x + 2, name, broker->ready ? STYLE_TEXT : STYLE_DIM, broker->name);
	canvas_put_fit(canvas, y, x + 3 + name, node, STYLE_DIM, str_or(broker->node, ""));
	int at = x + name + node + 5, left = width - name - node - 5;
	if (broker->fate != OPS_MAP_FATE_COMES)
		put_leads(canvas, y, at, left, broker->leads, "");
	if (broker->controller)
		canvas_put(canvas, y, at + FIGURES_WIDTH - 4, 2, STYLE_LEADER, "C");
	at += FIGURES_WIDTH, left -= FIGURES_WIDTH;
	if (broker->fate != OPS_MAP_FATE_STAYS)
		canvas_put(canvas, y, at, left, style | STYLE_BOLD, ops_map_fate_word(broker->fate));
	else
		put_leads(canvas, y, at, left, broker->leads_after, moved ? "~" : "");
}

static int put_effects(const struct ops_map_cluster *cluster, struct canvas *canvas, struct rect rect, int y)
{
	for (size_t i = 0; i < cluster->effects.len; i++) {
		const struct ops_map_effect *effect = &cluster->effects.items[i];
		int rows = rect.y + rect.height - y;
		style_t style = effect->severity >= SEV_WARN ? severity_style(effect->severity) : STYLE_TEXT;
		canvas_put(canvas, y, rect.x, rows > 0 ? 1 : 0, style, severity_sign(effect->severity, canvas->ascii));
		rows = rows > EFFECT_ROWS ? EFFECT_ROWS : rows;
		y += rows > 0 ? canvas_put_wrapped(canvas, y, rect.x + 2, rect.width - 2, rows, style, effect->text)
			      : 1;
	}
	return y;
}

int plan_map_draw(const struct ops_map *map, struct canvas *canvas, struct rect rect)
{
	int y = rect.y, end = rect.y + rect.height;
	int name = plan_map_widest(map, false, 8, NAME_MAX_COLUMNS),
	    node = plan_map_widest(map, true, 4, NODE_MAX_COLUMNS);
	int now = rect.x + name + node + 5;
	for (size_t c = 0; c < map->clusters.len; c++) {
		const struct ops_map_cluster *cluster = &map->clusters.items[c];
		y += c > 0;
		if (y < end) {
			canvas_printf(canvas, y, rect.x, now - rect.x - 1, STYLE_HEADER, "%s %s", cluster->kind,
				      cluster->name);
			canvas_put(canvas, y, now, FIGURES_WIDTH, STYLE_DIM, "now");
			canvas_put(canvas, y, now + FIGURES_WIDTH, rect.x + rect.width - now - FIGURES_WIDTH, STYLE_DIM,
				   "after");
		}
		y++;
		for (size_t i = 0; i < cluster->brokers.len; i++, y++)
			if (y < end)
				put_broker(&cluster->brokers.items[i], canvas, y, rect.x, name, node, rect.width);
		y = put_effects(cluster, canvas, rect, y);
	}
	return y - rect.y;
}
