/* A Kafka cluster in miniature: brokers that are up or not as their pods are, partitions with leaders and in-sync replicas
 * that follow, offsets and groups that move slowly. All brokers are KRaft controllers too; the first replicas are voters. */
#ifndef MQDECK_DEMO_KAFKA_KAFKA_CLUSTER_H
#define MQDECK_DEMO_KAFKA_KAFKA_CLUSTER_H

#include "api/base/arena.h"
#include "api/demo/host/fleet.h"
#include "api/kafka/wire/messages.h"

enum { KAFKA_DEMO_PARTITIONS_MAX = 1000, KAFKA_DEMO_PORT = 9092, KAFKA_DEMO_SCRAM_PORT = 9094 };

struct kafka_partition {
	int leader; /* -1 = none */
	int leader_epoch;
	int replicas[CLUSTER_BROKERS_MAX];
	size_t replica_count;
	unsigned isr;   /* a bit a broker */
	unsigned stuck; /* these never catch up */
	int target[CLUSTER_BROKERS_MAX]; /* of the reassignment under way */
	size_t target_count;             /* 0 = none */
	int settled[CLUSTER_BROKERS_MAX]; /* the replicas before it */
	size_t settled_count;
	int64_t left[CLUSTER_BROKERS_MAX]; /* bytes that each broker has still to copy */
	int64_t reassigned_ms;             /* when it began */
	int64_t base_offset, bytes;
	double rate; /* records a second */
	unsigned phase;
};

struct kafka_topic {
	char name[64];
	struct kafka_uuid id;
	int min_isr;
	bool internal;
	size_t first, count; /* of the cluster's partitions */
};

struct kafka_broker {
	bool registered, up;
	int64_t changed_ms;
};

struct kafka_group {
	const char *name, *topic;
	int members;
	double lag_seconds;      /* now */
	double base_lag_seconds; /* where it settles */
	int64_t stopped_until_ms;
};

struct kafka_setting { /* dynamic: set by a request */
	int8_t resource_type; /* as in the protocol: 2 topic, 4 broker */
	char resource[64], name[64];
	char *value;
};

struct kafka {
	struct demo *demo;
	const struct cluster_spec *spec;
	char cluster_id[32];
	struct kafka_broker brokers[CLUSTER_BROKERS_MAX];
	int controller, controller_epoch;
	int64_t controller_lost_ms;
	VEC(struct kafka_topic) topics;
	VEC(struct kafka_partition) partitions;
	VEC(struct kafka_group) groups;
	VEC(struct kafka_setting) settings;
	int64_t ticked_ms; /* demo time of the last tick */
};

struct kafka *kafka_create(struct demo *demo, const struct cluster_spec *spec);
void kafka_destroy(struct kafka *kafka); /* NULL is fine */
void kafka_tick(struct kafka *kafka);
bool kafka_stop_group(struct kafka *kafka, const char *group, int64_t for_ms);

struct kafka_topic *kafka_find_topic(struct kafka *kafka, const char *name); /* NULL = none */
/* NULL when there is none. */
struct kafka_partition *kafka_find_partition(struct kafka *kafka, const char *topic, int32_t index);
int64_t kafka_end_offset(const struct kafka *kafka, const struct kafka_partition *partition, double seconds_ago);
int64_t kafka_start_offset(const struct kafka *kafka, const struct kafka_partition *partition);
int64_t kafka_partition_bytes(const struct kafka *kafka, const struct kafka_partition *partition);
bool kafka_has_replica(const struct kafka_partition *partition, int broker);
/* Makes the preferred replica lead; false when it cannot. */
bool kafka_elect_preferred(struct kafka *kafka, struct kafka_partition *partition);
/* A replica that lives leads, in sync or not; what the others had more is lost. False when none lives. */
bool kafka_elect_unclean(struct kafka *kafka, struct kafka_partition *partition);
/* The first in-sync replica leads; nobody when there is none. */
void kafka_lead(struct kafka_partition *partition);

/* kafka_reassignments.c: reassignments. replica_count 0 cancels; the same replicas in another order is done at once. */
void kafka_reassign(struct kafka *kafka, struct kafka_partition *partition, const int32_t *replicas, size_t count);
/* Copies what can be copied in that time, as the throttles let it, and ends what is all in sync. */
void kafka_move_replicas(struct kafka *kafka, int64_t elapsed_ms);
bool kafka_is_in(const int *list, size_t count, int broker);

/* kafka_configs.c. NULL = not set by a request. */
const char *kafka_setting(const struct kafka *kafka, int8_t resource_type, const char *resource, const char *name);
void kafka_settings_finish(struct kafka *kafka);
/* A broker that is up, other than for a group's name always the same. -1 = none. */
int kafka_coordinator_of(const struct kafka *kafka, const char *group);
/* "orders-0.orders-headless.prod.svc.cluster.local" in the arena. */
const char *kafka_broker_host(const struct kafka *kafka, struct arena *arena, int broker);

#endif
