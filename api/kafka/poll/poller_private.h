/* Inside the poller: poller.c starts the parts, poll_topics.c, poll_brokers.c and poll_groups.c read them, and
 * poll_rounds.c below them keeps the times. */
#ifndef MQDECK_KAFKA_POLL_POLLER_PRIVATE_H
#define MQDECK_KAFKA_POLL_POLLER_PRIVATE_H

#include "api/base/arena.h"
#include "api/base/map.h"
#include "api/base/vec.h"
#include "api/kafka/client/admin.h"
#include "api/kafka/poll/kafka_snapshot.h"

enum kafka_poll {
	KAFKA_POLL_METADATA,
	KAFKA_POLL_QUORUM,
	KAFKA_POLL_LOG_DIRS,
	KAFKA_POLL_CONFIGS,
	KAFKA_POLL_GROUPS,
	KAFKA_POLL_ELIGIBLE,
	KAFKA_POLL_COUNT
};

typedef void kafka_poll_fn(struct kafka_poller *poller, int32_t tag, const struct err *err, const void *response);

struct kafka_poll_round {
	int64_t due_ms, began_ms;
	unsigned pending; /* calls under way */
	bool later;       /* somebody said "later" in it: it is made again soon */
	unsigned laters;  /* rounds in a row that ended so */
};

/* One call under way, so that destroying can cancel it. */
struct kafka_poll_call {
	struct kafka_poll_call *next;
	struct kafka_poller *poller;
	struct kafka_request *request;
	struct kafka_poll_round *round;
	kafka_poll_fn *fn;
	int32_t tag;
};

/* What a broker told of itself, kept while it is away. */
struct kafka_broker_dirs {
	int32_t id;
	const char *version; /* static text; NULL = never known */
	struct kafka_part part;
	struct arena arena;
	const struct kafka_log_dir *dirs;
	size_t count;
	const char *unlisted; /* a topic on its disks that Metadata had not named by then; NULL = none */
};

struct kafka_group_round;

struct kafka_poller {
	struct kafka_poller_options options;
	struct kafka_snapshot snapshot;
	struct loop_timer *timer;
	int64_t pace_ms;
	struct kafka_poll_round rounds[KAFKA_POLL_COUNT];
	struct kafka_poll_call *calls;
	struct arena topics_arena, reassign_arena, quorum_arena, brokers_arena, groups_arena, eligible_arena;
	struct kafka_list_partition_reassignments_response *reassignments; /* in reassign_arena */
	struct map min_in_sync;                                            /* topic -> (void *)(value + 1) */
	struct map min_in_sync_fresh;                                      /* being read */
	size_t config_at;                                                  /* topics asked for already in this round */
	struct err config_err;                                             /* of the first topic refused in it */
	VEC(struct kafka_broker_dirs *) dirs;
	struct kafka_group_round *groups;
	bool changed;
	unsigned busy;
	bool destroyed;
};

/* ---- poll_rounds.c ---- */
int64_t kafka_poller_now(const struct kafka_poller *poller);
int64_t kafka_poller_interval(const struct kafka_poller *poller, enum kafka_poll poll); /* negative = never */
/* Is no round of it under way, and is there what it needs? */
bool kafka_poller_may_start(const struct kafka_poller *poller, enum kafka_poll poll);
void kafka_poller_arm(struct kafka_poller *poller);
/* After each way out of a callback. */
void kafka_poller_free_if_idle(struct kafka_poller *poller);
/* Counts into the round until fn has been called. `tag` is passed through. */
void kafka_poll_send(struct kafka_poller *poller, enum kafka_poll poll, const struct kafka_call *call,
		     kafka_poll_fn *fn, int32_t tag);
/* An item of an answer could not be read: the sentence, "later" being ERR_BUSY whatever the reason. */
void kafka_poll_refused(struct kafka_poller *poller, enum kafka_poll poll, int16_t code, const char *what,
			const char *message, struct err *out);
/* A part was read (err NULL) or could not be. */
void kafka_part_note(struct kafka_poller *poller, struct kafka_part *part, const struct err *err);
/* The round is over. */
void kafka_poll_finish(struct kafka_poller *poller, enum kafka_poll poll);

/* ---- poll_topics.c: topics, reassignments, min.insync.replicas ---- */
void kafka_poll_metadata(struct kafka_poller *poller);
void kafka_poll_configs(struct kafka_poller *poller);
struct kafka_topic *kafka_topics_find(const struct kafka_poller *poller, const char *name);
struct kafka_partition *kafka_topic_partition(const struct kafka_topic *topic, int32_t id);

/* ---- poll_brokers.c: quorum, log dirs, and the table of brokers ---- */
void kafka_poll_quorum(struct kafka_poller *poller);
void kafka_poll_log_dirs(struct kafka_poller *poller);
void kafka_brokers_build(struct kafka_poller *poller);
void kafka_broker_dirs_finish(struct kafka_poller *poller);

/* ---- poll_eligible.c ---- */
void kafka_poll_eligible(struct kafka_poller *poller);

/* ---- poll_groups.c, with poll_members.c and poll_lag.c below it ---- */
void kafka_poll_groups(struct kafka_poller *poller);
void kafka_group_round_free(struct kafka_group_round *round); /* NULL is fine */

#endif
