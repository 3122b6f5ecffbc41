/* How a bench tells a figure: a line that a person reads and tests/bench/all as well,
 *     figure NAME VALUE UNIT [LEAST..MOST] [words]
 * NAME has no blanks and keeps its meaning for ever: figures of two commits are compared by it. Its parts stand between
 * slashes, sizes last. LEAST..MOST is the range over the rounds. */
#ifndef MQDECK_BENCH_FIGURES_H
#define MQDECK_BENCH_FIGURES_H

#include <stdarg.h>
#include <stdio.h>

#include "tests/bench/times.h"

enum { FIGURE_NAME_MAX = 96 };

__attribute__((format(printf, 4, 0))) static inline void figure_put(double value, const char *unit, const char *range,
								    const char *format, va_list args)
{
	char name[FIGURE_NAME_MAX];
	vsnprintf(name, sizeof name, format, args);
	printf("figure %-46s %12.3f %s%s\n", name, value, unit, range);
}

__attribute__((format(printf, 3, 4))) static inline void figure_print(double value, const char *unit,
								      const char *format, ...)
{
	va_list args;
	va_start(args, format);
	figure_put(value, unit, "", format, args);
	va_end(args);
}

/* The middle of some milliseconds, which are sorted. */
__attribute__((format(printf, 3, 4))) static inline void figure_print_times(double *times, size_t count,
									    const char *format, ...)
{
	char range[64];
	va_list args;
	times_sort(times, count);
	snprintf(range, sizeof range, " %.3f..%.3f", times[0], times[count - 1]);
	va_start(args, format);
	figure_put(times[count / 2], "ms", range, format, args);
	va_end(args);
}

#endif
