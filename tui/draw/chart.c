/* Fractions of a cell in block, braille or ASCII signs, whichever the terminal can show. */
#include "tui/draw/chart.h"

#include <math.h>
#include <stdint.h>

enum { EIGHTHS = 8, BLOCK_LOWER = 0x2580, BRAILLE = 0x2800, DOTS_DOWN = 4 };

static const char ascii_levels[] = " .:-=+*#%@";

/* ---- bars ---- */

void chart_bar(struct canvas *canvas, int y, int x, int columns, double fraction, style_t style)
{
	if (!(fraction >= 0)) {
		canvas_put_fit(canvas, y, x, columns, STYLE_UNKNOWN, "?");
		return;
	}
	fraction = fraction > 1 ? 1 : fraction;
	int full = (int)lround(fraction * columns);
	/* What is there but little must not look like nothing, and what is nearly full not like full. */
	if (full == 0 && fraction > 0 && columns > 0)
		full = 1;
	if (full == columns && fraction < 0.995 && columns > 1)
		full--;
	for (int i = 0; i < columns; i++) {
		uint32_t sign = i < full ? (canvas->ascii ? '#' : 0x2588) : canvas->ascii ? '.' : 0x2591;
		canvas_glyph(canvas, y, x + i, i < full ? style : STYLE_BAR_EMPTY, sign);
	}
}

/* ---- sparklines ---- */

static double chart_largest(const double *values, size_t count)
{
	double max = 0;
	for (size_t i = 0; i < count; i++)
		if (values[i] > max)
			max = values[i];
	return max;
}

/* A value as 0..steps, at least 1 when there is anything; -1 when it is not known. */
static int chart_level(double value, double max, int steps)
{
	if (isnan(value))
		return -1;
	if (!(value > 0) || !(max > 0))
		return 0;
	int found = (int)lround(value / max * steps);
	return found < 1 ? 1 : found > steps ? steps : found;
}

static uint32_t block_sign(const struct canvas *canvas, double value, double max)
{
	if (canvas->ascii) {
		int found = chart_level(value, max, (int)sizeof ascii_levels - 2);
		return found < 0 ? ' ' : (uint32_t)ascii_levels[found];
	}
	int found = chart_level(value, max, EIGHTHS);
	return found < 0 ? ' ' : found == 0 ? BLOCK_LOWER + 1 : BLOCK_LOWER + (uint32_t)found;
}

/* Dots of one braille column filled from below. Bit order: left 0 1 2 6, right 3 4 5 7 from the top. */
static uint32_t braille_column(int dots, bool right)
{
	static const uint8_t bits[2][DOTS_DOWN] = {{0x40, 0x04, 0x02, 0x01}, {0x80, 0x20, 0x10, 0x08}};
	uint32_t found = 0;
	for (int i = 0; i < dots; i++)
		found |= bits[right][i];
	return found;
}

static int braille_dots(double value, double max)
{
	int found = chart_level(value, max, DOTS_DOWN);
	return found == 0 ? 1 : found;
}

/* The value `back` places before the newest; NAN where there is none. */
static double value_back(const double *values, size_t count, size_t back)
{
	return back < count ? values[count - 1 - back] : NAN;
}

void chart_spark(struct canvas *canvas, int y, int x, int columns, const double *values, size_t count, double max,
		 enum chart_form form, style_t style)
{
	if (columns <= 0)
		return;
	bool braille = form == CHART_BRAILLE && !canvas->ascii;
	size_t shown = (size_t)columns * (braille ? 2 : 1);
	if (count > shown) {
		values += count - shown;
		count = shown;
	}
	max = max > 0 ? max : chart_largest(values, count);
	for (int i = 0; i < columns; i++) {
		size_t back = (size_t)(columns - 1 - i);
		uint32_t sign;
		if (braille) {
			double left = value_back(values, count, 2 * back + 1),
			       right = value_back(values, count, 2 * back);
			uint32_t dots = braille_column(braille_dots(left, max), false) |
					braille_column(braille_dots(right, max), true);
			sign = dots ? BRAILLE + dots : ' ';
		} else {
			sign = block_sign(canvas, value_back(values, count, back), max);
		}
		canvas_glyph(canvas, y, x + i, style, sign);
	}
}

/* ---- areas ---- */
