/* A few names and the count, for sentences: "a, b, c and 12 more". */
#ifndef MQDECK_OPS_PLAN_NAME_LIST_H
#define MQDECK_OPS_PLAN_NAME_LIST_H

#include <stdint.h>

#include "api/base/err.h"

struct ops_name_list {
	char names[400];
	int64_t count;
};

void ops_name_list_add(struct ops_name_list *list, const char *format, ...) PRINTF_LIKE(2, 3);
/* " and 12 more", "" when all of them are named. */
const char *ops_name_list_more(const struct ops_name_list *list, char out[static 48]);

static inline const char *ops_plural(int64_t count)
{
	return count == 1 ? "" : "s";
}

#endif
