/* Bars and sparklines, in blocks, braille or ASCII. Values that are not known are NAN and leave a gap. */
#ifndef MQDECK_TUI_DRAW_CHART_H
#define MQDECK_TUI_DRAW_CHART_H

#include <stddef.h>

#include "tui/draw/canvas.h"

/* A fraction 0..1 as a bar of `columns`. Negative or NAN is drawn as '?'. */
void chart_bar(struct canvas *canvas, int y, int x, int columns, double fraction, style_t style);

enum chart_form { CHART_BLOCK, CHART_BRAILLE /* two values a column */ };
/* The newest values at the right, one row. max <= 0 scales to the largest value shown. */
void chart_spark(struct canvas *canvas, int y, int x, int columns, const double *values, size_t count, double max,
		 enum chart_form form, style_t style);

#endif
