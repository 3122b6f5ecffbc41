/* One round of reading the groups: poll_groups.c asks the coordinators which there are and what they committed,
 * poll_members.c who is in them, poll_lag.c the leaders where the logs end, and joins all. */
#ifndef MQDECK_KAFKA_POLL_POLL_GROUPS_PRIVATE_H
#define MQDECK_KAFKA_POLL_POLL_GROUPS_PRIVATE_H

#include "api/base/map.h"
#include "api/base/vec.h"
#include "api/kafka/poll/poller_private.h"

/* A partition that a group commits to or a member holds: both sorts lie in one list, and are joined at the end. */
typedef VEC(struct kafka_group_partition) kafka_group_partitions;

struct kafka_group_build {
	struct kafka_group group;
	bool partial; /* some of what its lag is made of could not be read */
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
	size_t held;    /* partitions that members hold, of all groups */
	struct err err; /* of the first broker that failed */
};

/* ---- poll_members.c ---- */
/* Of all groups that this broker has listed. */
void kafka_group_ask_members(struct kafka_poller *poller, int32_t broker);
/* Whether groups of its type commit offsets, which OffsetFetch tells. */
bool kafka_group_commits(const struct kafka_group_build *build);

/* ---- poll_lag.c ---- */
struct kafka_group_build *kafka_group_find(struct kafka_group_round *round, const char *id); /* NULL = not listed */
void kafka_group_send(struct kafka_poller *poller, enum kafka_api_key api, int32_t broker, const void *request,
		      kafka_poll_fn *fn);
/* Whether the code is an error, which is then the group's. */
bool kafka_group_take_error(struct kafka_poller *poller, struct kafka_group_build *build, int16_t code,
			    const char *message);
/* At the end of each answer of a coordinator: after the last it asks where the logs end, then finishes the round. */
void kafka_group_answered(struct kafka_poller *poller);
/* Keeps the first error of the round, or the first that only says "later". */
void kafka_group_note_error(struct kafka_poller *poller, const struct err *err);
/* Makes the picture of what is there. */
void kafka_group_finish_round(struct kafka_poller *poller);

#endif
