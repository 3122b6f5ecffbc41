/* Milliseconds, and the middle of several of them. */
#ifndef MQDECK_BENCH_TIMES_H
#define MQDECK_BENCH_TIMES_H

#include <stddef.h>
#include <stdlib.h>
#include <time.h>

/* Of CLOCK_MONOTONIC, or of CLOCK_PROCESS_CPUTIME_ID where other work on the machine must not count. */
static inline double times_ms(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1000 + (double)now.tv_nsec / 1e6;
}

static inline int times_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static inline void times_sort(double *times, size_t count)
{
	qsort(times, count, sizeof *times, times_compare);
}

#endif
