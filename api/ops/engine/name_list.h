/* A few names and the count, for sentences: "a, b, c and 12 more". */
#ifndef MQDECK_OPS_ENGINE_NAME_LIST_H
#define MQDECK_OPS_ENGINE_NAME_LIST_H

#include <stdint.h>

#include "api/base/err.h"

struct found {
	char names[400];
	int64_t count;
};

void found_add(struct found *found, const char *format, ...) PRINTF_LIKE(2, 3);
/* " and 12 more", "" when all of them are named. */
const char *found_more(const struct found *found, char out[static 48]);

static inline const char *plural(int64_t count)
{
	return count == 1 ? "" : "s";
}

#endif
