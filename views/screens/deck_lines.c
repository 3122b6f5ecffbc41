/* The map for small terminals and large clusters: a line a broker. */
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "tui/draw/chart.h"
#include "views/screens/deck_private.h"

enum { AT_BROKER = 1, STATE_WIDTH = 10, FIGURE_WIDTH = 5, SYNC_WIDTH = 9, DISK_WIDTH = 11, NAME_MIN = 6 };

struct deck_line {
	struct canvas *canvas;
	int y, x, right;
	int broker_width, node_width; /* what the names need, within bounds */
	style_t on;
};

static void deck_lines_widen(int *width, const char *text)
{
	int needed = text ? canvas_text_width(text) : 0;
	*width = needed > *width ? needed : *width;
}

static struct deck_line line_for(struct canvas *canvas, int width, const struct world_view *world)
{
	struct deck_line line = {.canvas = canvas, .right = width, .broker_width = NAME_MIN, .node_width = NAME_MIN};
	for (size_t c = 0; c < world->cluster_count; c++) {
		for (size_t i = 0; i < world->clusters[c]->broker_count; i++)
			deck_lines_widen(&line.broker_width, world->clusters[c]->brokers[i]->name);
	}
	for (size_t i = 0; i < world->node_count; i++)
		deck_lines_widen(&line.node_width, world->nodes[i]->name);
	if (line.broker_width > width / 3)
		line.broker_width = width / 3;
	if (line.node_width > width / 6)
		line.node_width = width / 6;
	return line;
}

static void deck_lines_put(struct deck_line *line, int columns, style_t style, const char *text)
{
	if (line->x + columns <= line->right)
		canvas_put_fit(line->canvas, line->y, line->x, columns, style | line->on, text);
	line->x += columns + 1;
}

static void put_right(struct deck_line *line, int columns, style_t style, const char *text)
{
	if (line->x + columns <= line->right)
		canvas_put_right(line->canvas, line->y, line->x, columns, style | line->on, text);
	line->x += columns + 1;
}

static void deck_lines_draw_head(struct deck_line line, int y)
{
	line.y = y;
	line.x = AT_BROKER + 2;
	deck_lines_put(&line, line.broker_width, STYLE_HEADER, "BROKER");
	deck_lines_put(&line, line.node_width, STYLE_HEADER, "NODE");
	deck_lines_put(&line, STATE_WIDTH, STYLE_HEADER, "STATE");
	put_right(&line, FIGURE_WIDTH, STYLE_HEADER, "LEADS");
	put_right(&line, SYNC_WIDTH, STYLE_HEADER, "IN SYNC");
	deck_lines_put(&line, DISK_WIDTH, STYLE_HEADER, "DISK");
	deck_lines_put(&line, line.right - line.x - 1, STYLE_HEADER, "VOLUME");
}

static void put_figure(struct deck_line *line, int columns, int64_t value, style_t style)
{
	char text[24] = "?";
	if (value >= 0)
		snprintf(text, sizeof text, "%lld", (long long)value);
	put_right(line, columns, value < 0 ? STYLE_UNKNOWN : style, text);
}

static void put_sync(struct deck_line *line, const struct world_broker *broker)
{
	char text[40] = "?";
	bool known = broker->in_sync >= 0 && broker->replicas >= 0;
	if (known)
		snprintf(text, sizeof text, "%lld/%lld", (long long)broker->in_sync, (long long)broker->replicas);
	put_right(line, SYNC_WIDTH,
		  !known                               ? STYLE_UNKNOWN
		  : broker->in_sync < broker->replicas ? STYLE_OUT_OF_SYNC
						       : STYLE_TEXT,
		  text);
}

static void put_disk(struct deck_line *line, const struct world_broker *broker)
{
	if (broker->disk_used_bytes < 0 || broker->disk_total_bytes <= 0) {
		deck_lines_put(line, DISK_WIDTH, STYLE_UNKNOWN, "?");
		return;
	}
	double part = (double)broker->disk_used_bytes / (double)broker->disk_total_bytes;
	style_t style = part >= 0.90 ? STYLE_BAD : part >= 0.80 ? STYLE_WARN : STYLE_BAR_FULL;
	char text[16];
	snprintf(text, sizeof text, "%3.0f%%", part * 100);
	if (line->x + DISK_WIDTH <= line->right) {
		chart_bar(line->canvas, line->y, line->x, DISK_WIDTH - 5, part, style);
		canvas_put(line->canvas, line->y, line->x + DISK_WIDTH - 5, 5,
			   (part >= 0.80 ? style : STYLE_TEXT) | line->on, text);
	}
	line->x += DISK_WIDTH + 1;
}

static void draw_broker(struct deck *deck, struct deck_line line, int y, const struct world_broker *broker)
{
	struct canvas *canvas = line.canvas;
	int width = line.right;
	line.y = y;
	line.x = AT_BROKER;
	if (deck_is_chosen(deck, broker->cluster, broker)) {
		line.on = STYLE_ON_CURSOR;
		canvas_fill(canvas, (struct rect){y, 0, 1, width}, STYLE_CURSOR, ' ');
	}
	const char *sign = severity_sign(broker->severity, canvas->ascii);
	deck_lines_put(&line, 1, severity_style(broker->severity), *sign ? sign : "?");
	deck_lines_put(&line, line.broker_width, STYLE_TEXT | STYLE_BOLD, broker->name);
	bool down = broker->node && broker->node->ready_known && !broker->node->ready;
	deck_lines_put(&line, line.node_width, down ? STYLE_BAD : STYLE_TEXT,
		       broker->node    ? broker->node->name
		       : canvas->ascii ? "-"
				       : "–");
	char word[64];
	bool leads = broker->severity < SEV_WARN && broker->is_controller;
	const char *state = sheet_broker_state(broker);
	snprintf(word, sizeof word, "%.*s%s", (int)strcspn(state, ":"), state, leads ? " ctrl" : "");
	deck_lines_put(&line, STATE_WIDTH, broker->severity >= SEV_WARN ? severity_style(broker->severity) : STYLE_TEXT,
		       word);
	put_figure(&line, FIGURE_WIDTH, broker->leaders, STYLE_TEXT);
	put_sync(&line, broker);
	put_disk(&line, broker);
	const struct kube_claim *claim = broker->volume_count ? broker->volumes[0]->claim : NULL;
	int rest = width - line.x - 1;
	if (claim && rest > 4)
		deck_lines_put(&line, rest, STYLE_DIM, str_or(claim->volume_name, str_or(claim->phase, "?")));
	deck_add_spot(deck, (struct rect){y, 0, 1, width}, broker->cluster, broker);
}

int deck_draw_lines(struct deck *deck, struct canvas *canvas, struct rect rect, const struct world_view *world)
{
	int y = rect.y, bottom = rect.y + rect.height;
	size_t left = 0;
	struct deck_line line = line_for(canvas, rect.width, world);
	for (size_t c = 0; c < world->cluster_count; c++)
		left += world->clusters[c]->broker_count;
	if (rect.height > 1)
		deck_lines_draw_head(line, y++);
	for (size_t c = 0; c < world->cluster_count; c++) {
		for (size_t i = 0; i < world->clusters[c]->broker_count; i++, left--) {
			/* The last line says what is not shown, unless it can show it. */
			if (y + 1 >= bottom && left > 1) {
				canvas_printf(canvas, y, AT_BROKER + 2, rect.width, STYLE_DIM,
					      "%zu more brokers; b shows them", left);
				return bottom;
			}
			draw_broker(deck, line, y++, world->clusters[c]->brokers[i]);
		}
	}
	return y;
}
