/* Figures that others told: sums of them stay at the edge of the type, where a plain sum would be undefined. */
#ifndef MQDECK_BASE_FIGURE_H
#define MQDECK_BASE_FIGURE_H

#include <stdint.h>

static inline int64_t figure_sum(int64_t a, int64_t b)
{
	int64_t sum;
	return !__builtin_add_overflow(a, b, &sum) ? sum : b > 0 ? INT64_MAX : INT64_MIN;
}

static inline int64_t figure_difference(int64_t a, int64_t b)
{
	int64_t difference;
	return !__builtin_sub_overflow(a, b, &difference) ? difference : b < 0 ? INT64_MAX : INT64_MIN;
}

#endif
