/* What the console knows of one Kafka cluster, kept fresh by polling. Each part has its own time and error: a broker
 * that dies takes its own parts with it and nothing else. What was not read is unknown (-1, NULL), never zero. */
#ifndef MQDECK_KAFKA_POLL_KAFKA_SNAPSHOT_H
#define MQDECK_KAFKA_POLL_KAFKA_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/err.h"
#include "api/kafka/client/admin.h"
#include "api/kafka/poll/kafka_fields.h"

/* A part of the picture. err tells of the last attempt; the data is of the last one that worked. */
struct kafka_part {
	int64_t updated_ms; /* clock_now_ms of the loop's clock; -1 = never read */
	struct err err;     /* code NONE = the last attempt worked */
};

struct kafka_log_dir {
	const char *path;
	int64_t total_bytes, usable_bytes; /* of the file system; -1 before Kafka 3.3 */
	int64_t used_bytes;                /* of the replicas in it */
	int16_t error;                     /* Kafka's: 56 KAFKA_STORAGE_ERROR = offline */
	bool cordoned;                     /* takes no new replicas (cordoned.log.dirs); never before Kafka 4.3 */
};

struct kafka_broker {
	int32_t id;
#define X(place, type, member, ...) KAFKA_FIELD_##type(member)
#include "api/kafka/poll/broker_fields.def"
#undef X
	const char *version;       /* of the software, by its features: "4.1"; NULL = not known */
	bool connected;            /* a connection is open and speaks Kafka */
	bool registered;           /* in the last metadata: a broker that is gone stays listed while replicas name it */
	int32_t leaders, replicas; /* partitions led and held; one that is still being moved there is not held yet */
	int32_t not_in_sync;       /* replicas held here that are not in sync */
	struct err err;            /* of the connection; code NONE = fine */
	struct kafka_part dirs_part;
	const struct kafka_log_dir *dirs;
	size_t dir_count;
	int64_t used_bytes, total_bytes, usable_bytes; /* sums; -1 = unknown */
};

/* 40 bytes and 4 a node id: a replica that is in sync costs 22 bytes at replication factor 3. */
struct kafka_partition {
	const int32_t *nodes; /* replicas, then isr, offline, adding, removing: use kafka_partition_*() */
	int64_t size_bytes;   /* of the leader's replica, else of any that told; -1 = unknown */
	int32_t id, leader;   /* leader -1 = none */
	int32_t leader_epoch;
	int16_t error; /* Kafka's, as Metadata gave it: 5 LEADER_NOT_AVAILABLE */
	uint8_t replica_count, isr_count, offline_count, adding_count, removing_count;
};

static inline const int32_t *kafka_partition_isr(const struct kafka_partition *partition)
{
	return partition->nodes + partition->replica_count;
}

static inline const int32_t *kafka_partition_offline(const struct kafka_partition *partition)
{
	return kafka_partition_isr(partition) + partition->isr_count;
}

static inline const int32_t *kafka_partition_adding(const struct kafka_partition *partition)
{
	return kafka_partition_offline(partition) + partition->offline_count;
}

static inline const int32_t *kafka_partition_removing(const struct kafka_partition *partition)
{
	return kafka_partition_adding(partition) + partition->adding_count;
}

enum kafka_partition_state {
	KAFKA_PARTITION_OK,
	KAFKA_PARTITION_UNKNOWN, /* nothing is behind; whether that is enough for acks=all cannot be told */
	KAFKA_PARTITION_UNDER_REPLICATED,
	KAFKA_PARTITION_BELOW_MIN_ISR, /* producers with acks=all are refused */
	KAFKA_PARTITION_OFFLINE,       /* no leader */
};

/* How the brokers apply min.insync.replicas where a partition has fewer replicas than that. From Kafka 3.7 on all its
 * replicas are enough (Partition.effectiveMinIsr, KAFKA-15583); before, it never takes a write with acks=all. */
enum kafka_minimum { KAFKA_MINIMUM_CAPPED, KAFKA_MINIMUM_LITERAL, KAFKA_MINIMUM_UNKNOWN };

struct kafka_topic {
	const char *name;
	const struct kafka_partition *partitions; /* by id */
	int32_t partition_count;
#define X(place, type, member, ...) KAFKA_FIELD_##type(member)
#include "api/kafka/poll/topic_fields.def"
#undef X
	/* All replicas of all partitions; -1 = the broker of one of them did not tell in the last round. */
	int64_t stored_bytes;
	int64_t told_bytes; /* of the round under way, of so many replicas: for the poller alone */
	int32_t told_replicas;
	int16_t error; /* Kafka's */
	enum kafka_minimum minimum;
};

/* Metadata names it and tells no more of it: the user lacks an ACL, or its leaders are not known yet. */
static inline bool kafka_topic_is_hidden(const struct kafka_topic *topic)
{
	return topic->error && topic->partition_count == 0;
}

/* In-sync replicas that a write with acks=all needs, as the brokers apply it; -1 = unknown. */
int32_t kafka_partition_minimum(const struct kafka_topic *topic, const struct kafka_partition *partition);
/* Replicas that a reassignment is adding do not count until they are in sync: they are not behind, they move. */
int32_t kafka_partition_behind(const struct kafka_partition *partition);
enum kafka_partition_state kafka_partition_state(const struct kafka_topic *topic,
						 const struct kafka_partition *partition);

struct kafka_quorum_node {
	int32_t id;
	bool voter; /* else observer */
	int64_t log_end_offset;
	int64_t lag;                              /* behind the leader's end, in records */
	int64_t last_fetch_ms, last_caught_up_ms; /* Unix ms; -1 before Kafka 3.3, and not since this election */
};

struct kafka_quorum {
	bool present; /* false: ZooKeeper, or not read yet (see the part) */
	int32_t leader, epoch;
	int64_t high_watermark;
	const struct kafka_quorum_node *nodes; /* voters first */
	size_t voter_count, count;
};

struct kafka_group_partition {
	const char *topic;
	int32_t partition;
	int64_t committed;                  /* -1 = nothing committed */
	int64_t end;                        /* -1 = unknown */
	int64_t lag;                        /* -1 = unknown or nothing committed */
	const char *member, *client, *host; /* NULL = held by nobody */
};

struct kafka_group {
	const char *id;
#define X(place, type, member, ...) KAFKA_FIELD_##type(member)
#include "api/kafka/poll/group_fields.def"
#undef X
	int32_t coordinator;
	const struct kafka_group_partition *partitions;
	size_t partition_count;
	bool partial; /* its lag is unknown, because some of it could not be read */
};

/* Replicas of a partition that have all that was acknowledged and may lead without loss though they are not in sync
 * (KIP-966, from Kafka 4.1), and those that could at the last. */
struct kafka_eligible {
	const char *topic;
	int32_t partition;
	const int32_t *nodes, *last;
	size_t count, last_count;
};

struct kafka_snapshot {
	const char *label;
	const char *cluster_id;       /* NULL = not read yet */
	int32_t controller;           /* Metadata's; with KRaft any live broker that forwards. -1 = unknown */
	const char *metadata_version; /* finalized feature level, "4.1"; NULL = not known or ZooKeeper */
	bool reachable;               /* some broker answers */
	struct err err;               /* why none does */

	struct err hidden; /* why there may be topics that the user is not shown; code NONE = nothing betrays any */
	struct kafka_part metadata_part, reassignment_part, quorum_part, config_part, group_part, eligible_part;
	const struct kafka_broker *brokers; /* by id */
	size_t broker_count;
	const struct kafka_admin_place *places; /* the pods */
	size_t place_count;
	const struct kafka_topic *topics; /* by name */
	size_t topic_count;
	struct kafka_quorum quorum;
	const struct kafka_group *groups; /* by id */
	size_t group_count;
	const struct kafka_eligible *eligible; /* of topics below their minimum, where the cluster keeps them */
	size_t eligible_count;

	/* sums over all partitions; below_min_isr -1 = some minimum is unknown */
	int32_t partition_count, under_replicated, below_min_isr, offline_partitions, reassigning;
};

const struct kafka_broker *kafka_snapshot_broker(const struct kafka_snapshot *snapshot, int32_t id); /* NULL = none */
const struct kafka_topic *kafka_snapshot_topic(const struct kafka_snapshot *snapshot, const char *name);
const struct kafka_eligible *kafka_snapshot_eligible(const struct kafka_snapshot *snapshot, const char *topic,
						     int32_t partition); /* NULL = not known */

/* Milliseconds; 0 = the default in parentheses, negative = do not poll. */
struct kafka_poll_intervals {
	int64_t metadata; /* brokers, topics, reassignments (2 s, and 1 s more for each 25,000 partitions) */
	int64_t quorum;   /* (4 s) */
	int64_t log_dirs; /* (10 s) */
	int64_t configs;  /* min.insync.replicas (30 s) */
	int64_t groups;   /* (15 s) */
	int64_t eligible; /* leaders of partitions that are short of replicas (4 s) */
};

struct kafka_poller;

struct kafka_poller_options {
	struct loop *loop;
	struct kafka_admin *admin; /* borrowed: destroy the poller first */
	const char *label;
	struct kafka_poll_intervals intervals;
	/* Something of the snapshot changed or an error did. Read it with kafka_poller_snapshot(). */
	void (*on_change)(void *data);
	void *data;
};

struct kafka_poller *kafka_poller_create(const struct kafka_poller_options *options);
void kafka_poller_destroy(struct kafka_poller *poller); /* NULL is fine; no callback after */
/* Nothing is read more often than that; 0 = as the intervals have it. What is overdue by a shorter pace is read at once. */
void kafka_poller_set_pace(struct kafka_poller *poller, int64_t every_ms);
void kafka_poller_ask_again(struct kafka_poller *poller); /* all of it, at once, whatever is due when */
/* Borrowed; everything in it is valid until the loop runs again. Never NULL. */
const struct kafka_snapshot *kafka_poller_snapshot(struct kafka_poller *poller);
size_t kafka_snapshot_bytes(const struct kafka_poller *poller); /* memory held for the picture */

#endif
