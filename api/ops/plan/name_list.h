/* A few names and the count, for sentences: "a, b, c and 12 more". Partitions are said as runs: "payments 0–28". */
#ifndef MQDECK_OPS_PLAN_NAME_LIST_H
#define MQDECK_OPS_PLAN_NAME_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "api/base/err.h"

enum { OPS_NAME_LIST_SHOWN = 3, OPS_NAME_LIST_TOPIC = 100 };

struct ops_name_run { /* of partitions of one topic */
	char topic[OPS_NAME_LIST_TOPIC];
	int32_t first, last;
};

/* Zeroed is empty. Either names or partitions, where a partition may be a queue, which has no number. */
struct ops_name_list {
	char names
		[400]; /* whole once ops_name_list_more() was called: a hundred thousand partitions are named but once */
	int64_t count; /* of all that were added */
	int64_t named; /* of those, how many "names" says */
	/* What matters to whoever runs the cluster comes before what Kafka keeps for itself (__consumer_offsets). */
	struct ops_name_run own[OPS_NAME_LIST_SHOWN], internal[OPS_NAME_LIST_SHOWN];
	int own_count, internal_count;
	bool grew; /* since they were named */
};

void ops_name_list_add(struct ops_name_list *list, const char *format, ...) PRINTF_LIKE(2, 3);
/* In the order of topics and of their numbers. "partition" is -1 of what has none. */
void ops_name_list_add_partition(struct ops_name_list *list, const char *topic, int32_t partition);
/* " and 12 more", "" when all of them are named. */
const char *ops_name_list_more(struct ops_name_list *list, char out[static 48]);

static inline const char *ops_plural(int64_t count)
{
	return count == 1 ? "" : "s";
}

#endif
