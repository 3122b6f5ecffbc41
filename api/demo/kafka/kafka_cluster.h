/* A Kafka cluster in miniature: brokers that are up or not as their pods are, partitions with leaders and in-sync
 * replicas that follow, offsets and groups that move slowly. All brokers are KRaft controllers too; the first
 * replicas are voters. */
#ifndef MQDECK_DEMO_KAFKA_KAFKA_CLUSTER_H
#define MQDECK_DEMO_KAFKA_KAFKA_CLUSTER_H

#include "api/base/arena.h"
#include "api/demo/base/cluster_spec.h"
#include "api/demo/base/demo_private.h"
#include "api/kafka/wire/messages.h"

enum { DEMO_KAFKA_PARTITIONS_MAX = 1000, DEMO_KAFKA_PORT = 9092, DEMO_KAFKA_SCRAM_PORT = 9094 };

struct demo_kafka_partition {
	int leader; /* -1 = none */
	int leader_epoch;
	int replicas[DEMO_CLUSTER_BROKERS_MAX];
	size_t replica_count;
	unsigned isr;                          /* a bit a broker */
	unsigned stuck;                        /* these never catch up */
	int target[DEMO_CLUSTER_BROKERS_MAX];  /* of the reassignment under way */
	size_t target_count;                   /* 0 = none */
	int settled[DEMO_CLUSTER_BROKERS_MAX]; /* the replicas before it */
	size_t settled_count;
	int64_t left[DEMO_CLUSTER_BROKERS_MAX]; /* bytes that each broker has still to copy */
	int64_t reassigned_ms;                  /* when it began */
	int64_t base_offset, bytes;
	double rate; /* records a second */
	unsigned phase;
};

struct demo_kafka_topic {
	char name[64];
	struct kafka_uuid id;
	int min_isr;
	bool internal;
	size_t first, count; /* of the cluster's partitions */
};

struct demo_kafka_broker {
	bool registered, up;
	int64_t changed_ms;
};

struct demo_kafka_group {
	const char *name, *topic;
	int members;
	double lag_seconds;      /* now */
	double base_lag_seconds; /* where it settles */
	int64_t stopped_until_ms;
};

struct demo_kafka_setting {   /* dynamic: set by a request */
	int8_t resource_type; /* as in the protocol: 2 topic, 4 broker */
	char resource[64], name[64];
	char *value;
};

struct demo_kafka_salted { /* a user's password as a broker keeps it, for one mechanism */
	const void *hash;  /* EVP_MD; NULL = not made yet */
	unsigned char bytes[64];
};

struct demo_kafka {
	struct demo *demo;
	const struct demo_cluster_spec *spec;
	char cluster_id[32];
	struct demo_kafka_broker brokers[DEMO_CLUSTER_BROKERS_MAX];
	int controller, controller_epoch;
	int64_t controller_lost_ms;
	VEC(struct demo_kafka_topic) topics;
	VEC(struct demo_kafka_partition) partitions;
	VEC(struct demo_kafka_group) groups;
	VEC(struct demo_kafka_setting) settings;
	struct demo_kafka_salted salted; /* of its one user, for the mechanism used last */
	int64_t ticked_ms;               /* demo time of the last tick */
};

struct demo_kafka *demo_kafka_create(struct demo *demo, const struct demo_cluster_spec *spec);
void demo_kafka_destroy(struct demo_kafka *kafka); /* NULL is fine */
void demo_kafka_tick(struct demo_kafka *kafka);
bool demo_kafka_stop_group(struct demo_kafka *kafka, const char *group, int64_t for_ms);

struct demo_kafka_topic *demo_kafka_find_topic(struct demo_kafka *kafka, const char *name); /* NULL = none */
/* NULL when there is none. */
struct demo_kafka_partition *demo_kafka_find_partition(struct demo_kafka *kafka, const char *topic, int32_t index);
int64_t demo_kafka_end_offset(const struct demo_kafka *kafka, const struct demo_kafka_partition *partition,
			      double seconds_ago);
int64_t demo_kafka_start_offset(const struct demo_kafka *kafka, const struct demo_kafka_partition *partition);
int64_t demo_kafka_partition_bytes(const struct demo_kafka *kafka, const struct demo_kafka_partition *partition);
/* Of its replica on that broker, as far as it has been copied; 0 without one. */
int64_t demo_kafka_replica_bytes(const struct demo_kafka *kafka, const struct demo_kafka_partition *partition,
				 int broker);
int64_t demo_kafka_disk_used(const struct demo_kafka *kafka, int broker);
bool demo_kafka_has_replica(const struct demo_kafka_partition *partition, int broker);
/* Makes the preferred replica lead; false when it cannot. */
bool demo_kafka_elect_preferred(struct demo_kafka *kafka, struct demo_kafka_partition *partition);
/* A replica that lives leads, in sync or not; what the others had more is lost. False when none lives. */
bool demo_kafka_elect_unclean(struct demo_kafka *kafka, struct demo_kafka_partition *partition);
/* The first in-sync replica leads; nobody when there is none. */
void demo_kafka_lead(struct demo_kafka_partition *partition);

/* kafka_reassignments.c: reassignments. replica_count 0 cancels; the same replicas in another order is done at once. */
void demo_kafka_reassign(struct demo_kafka *kafka, struct demo_kafka_partition *partition, const int32_t *replicas,
			 size_t count);
/* Copies what can be copied in that time, as the throttles let it, and ends what is all in sync. */
void demo_kafka_move_replicas(struct demo_kafka *kafka, int64_t elapsed_ms);
bool demo_kafka_is_in(const int *list, size_t count, int broker);

/* kafka_configs.c. NULL = not set by a request. */
const char *demo_kafka_setting(const struct demo_kafka *kafka, int8_t resource_type, const char *resource,
			       const char *name);
void demo_kafka_settings_finish(struct demo_kafka *kafka);
/* A broker that is up, other than for a group's name always the same. -1 = none. */
int demo_kafka_coordinator_of(const struct demo_kafka *kafka, const char *group);
/* "orders-0.orders-headless.prod.svc.cluster.local" in the arena. */
const char *demo_kafka_broker_host(const struct demo_kafka *kafka, struct arena *arena, int broker);

#endif
