/* Plans in words: the lines of the plan screen, wrapped, worst first. */
#ifndef MQDECK_VIEWS_SCREENS_PLAN_LINES_H
#define MQDECK_VIEWS_SCREENS_PLAN_LINES_H

#include "api/base/vec.h"
#include "api/ops/impact/plan_map.h"
#include "tui/draw/canvas.h"
#include "tui/keys/event.h"
#include "views/app/view.h"
#include "views/session/plans.h"

enum { PLAN_LINES_LABEL_WIDTH = 9 };

struct plan_lines_item {
	char label[32]; /* "Caution", the sign of a step; "" = goes on from the line before */
	char *text;     /* owned */
	style_t label_style, style;
	int indent;      /* of the text, in columns */
	double fraction; /* a bar before the text; negative = none */
};

struct plan_lines {
	VEC(struct plan_lines_item) items;
	int width;
	bool ascii;
	int at, at_max, page; /* the first line shown, how far that can go, rows shown: as drawn last */
};

/* The whole plan; several plans one after the other. Replaces what was there. */
void plan_lines_of_plans(struct plan_lines *lines, const struct plans *plans);
void plan_lines_of_plan(struct plan_lines *lines, const struct ops_plan *plan);
void plan_lines_finish(struct plan_lines *lines);
/* From where it was scrolled to. */
void plan_lines_draw(struct plan_lines *lines, struct canvas *canvas, struct rect rect);
bool plan_lines_event(struct plan_lines *lines, const struct event *event); /* the wheel; false: not for it */
bool plan_lines_act(struct plan_lines *lines, enum action action);          /* scrolls; false: not for it */

style_t plan_lines_severity_style(enum ops_severity severity);
enum severity plan_lines_severity(enum ops_severity severity);
/* 0..1 of the whole: steps done and the part of the one that runs; negative = not begun. */
double plan_lines_fraction(const struct ops_plan *plan);

/* The map, one line a broker; returns the rows it takes, also when the rectangle has fewer. */
int plan_map_draw(const struct ops_map *map, struct canvas *canvas, struct rect rect);

#endif
