/* One round of reading the groups: poll_groups.c asks the coordinators, poll_lag.c the leaders and joins both. */
#ifndef MQDECK_KAFKA_POLL_POLL_GROUPS_PRIVATE_H
#define MQDECK_KAFKA_POLL_POLL_GROUPS_PRIVATE_H

#include "api/base/map.h"
#include "api/base/vec.h"
#include "api/kafka/poll/poller_private.h"

/* A partition that a group commits to or a member holds: both sorts lie in one list, and are joined at the end. */
typedef VEC(struct kafka_group_partition) kafka_group_partitions;

struct kafka_group_build {
	struct kafka_group group;
	kafka_group_partitions held, committed;
};

struct kafka_end_offset {
	const char *topic;
	int32_t partition, leader;
	int64_t end;
};

struct kafka_group_round {
	struct arena arena; /* becomes the snapshot's */
	VEC(struct kafka_group_build) groups;
	struct map index; /* id -> (void *)(place in groups + 1) */
	struct kafka_end_offset *ends;
	size_t end_count;
	struct err err; /* of the first broker that failed */
};

/* ---- poll_lag.c ---- */
/* Keeps the first error of the round. */
void kafka_group_note_error(struct kafka_poller *poller, const struct err *err);
/* All coordinators have answered: ask where the logs end, then finish the round. */
void kafka_group_ask_ends(struct kafka_poller *poller);
/* Makes the picture of what is there. */
void kafka_group_finish_round(struct kafka_poller *poller);

#endif
