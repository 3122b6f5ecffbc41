/* What the join keeps behind the shapes of the world: the memory of the room, and what its files share. The public
 * structs are the first members, so that a pointer to one is a pointer to its keeper. */
#ifndef MQDECK_MODEL_JOIN_JOINED_H
#define MQDECK_MODEL_JOIN_JOINED_H

#include "api/base/arena.h"
#include "api/base/map.h"
#include "api/base/vec.h"
#include "api/kafka/poll/kafka_snapshot.h"
#include "api/model/records/record_store.h"
#include "api/model/records/world_shapes.h"
#include "api/model/sources/discover.h"
#include "api/model/sources/pod_address.h"
#include "api/rabbitmq/monitor.h"

struct source_watcher;

/* What the replicas add up to at one broker: made with the totals below. */
struct join_tally {
	int64_t leaders, replicas, in_sync;
	int64_t critical; /* replicated things that would refuse without it */
	double in_rate, out_rate;
};

/* By what a Kafka broker was joined to its pod, the most certain first. */
enum join_evidence {
	JOIN_BY_NOTHING,
	JOIN_BY_OWN_WORD, /* it said so on a connection through that pod */
	JOIN_BY_NAME,
	JOIN_BY_ADDRESS,
	JOIN_BY_OPERATOR,
	JOIN_BY_MEMORY,    /* as it was when that was certain */
	JOIN_BY_REMAINDER, /* it left the cluster, and no other pod and no other id are left over */
};

struct join_broker {
	struct world_broker pub;
	char *name;
	bool seen; /* in this join */
	bool tallied;
	struct join_tally tally;
	int64_t bytes, bytes_ms; /* Kafka: log size at the last sample, for its growth */
	int64_t critical;        /* how many queues or partitions refuse without it; -1 unknown */
	int64_t disk_free;       /* RabbitMQ's figure; -1 */
	bool voter_critical;     /* Kafka: the controllers lose their quorum without it */
	bool alive;              /* RabbitMQ: it answered itself the last time it was asked */
	bool silent;             /* RabbitMQ: it does not answer us while others do */
	bool stopped;        /* RabbitMQ: it was heard, and nothing listens any more in a container that still runs */
	bool slow;           /* RabbitMQ: it answers what it knows alone, and waits for others with the rest */
	const char *unheard; /* RabbitMQ: the nodes that it says it does not hear, joined by ','; NULL not said */
	int16_t side;        /* RabbitMQ: of the cluster's sides that do not hear each other; -1 = not alive */
	/* Kafka: how its id is known, and why it is not */
	enum join_evidence by, told_by; /* told: what the log was told */
	int32_t told_id, known_id;      /* known: the last that was certain; -1 */
	int32_t disputed_id;
	bool disputed;       /* another pod goes by the same id, or another id leads to it */
	unsigned claims;     /* ids that claim it, while they are weighed */
	const char *foreign; /* it answers as a broker of that other Kafka cluster (its id); NULL */
};

struct join_seat { /* Kafka: a node id and its pod */
	int32_t id;
	int16_t at; /* index into brokers; -1 = in dispute */
};

enum { JOIN_WORST_MAX = 2 };

struct join_worst { /* rows for world_replicated_at, lowest rank first */
	int64_t rows[JOIN_WORST_MAX];
	int32_t ranks[JOIN_WORST_MAX];
	size_t count;
};

/* Totals over the replicas of one cluster: made once for each answer of the brokers, not for each frame. */
struct join_totals {
	int64_t count, under_replicated, below_min, leaderless, unknown, moving;
	struct join_worst worst[WORLD_REPLICA_OFFLINE + 1]; /* of each state that is not well: what to name first */
};

struct join_cluster {
	struct world_cluster pub;
	struct world *world;
	char *key, *name, *namespace;
	bool seen;
	struct source_found_cluster found;
	VEC(struct world_broker *) brokers;
	VEC(struct world_volume *) volumes;
	VEC(struct world_service *) services;
	VEC(struct world_voter) voters;
	int64_t lease_renewed_ms, lease_seen_ms; /* as its lease says, -1 = not; since when we saw that, loop clock */
	bool lease_watched;                      /* and it was renewed while we looked on */
	struct map broker_index; /* pod name → index + 1 into brokers; rebuilt when the brokers change */

	/* RabbitMQ: counted parts, pinned by the last update */
	struct rabbitmq_snapshot rabbitmq;
	int16_t side_count;                    /* of those alive; more than 1 = the network has split them */
	int16_t *word_broker;                  /* number of a word → index of the broker it names, -1 = none */
	const struct rabbitmq_queues *tallied; /* the queues that the totals and word_broker are of */
	uint64_t tallied_generation;           /* and the brokers */
	/* Kafka: where to look; valid for the moment */
	const struct kafka_snapshot *(*kafka)(void *data);
	void *kafka_data;
	struct err way_err;       /* why no way leads into it; code NONE = one does, or is tried */
	VEC(int64_t) topic_first; /* number of the first partition of each topic, for world_replicated_at */
	int64_t metadata_ms, configs_ms, moves_ms; /* the answers that it and the totals were made of; -1 none */
	VEC(struct join_seat) seats;               /* by id */
	size_t strangers;                          /* registered brokers without a pod */
	bool ids_settled;                          /* every pod has been asked who it is */
	struct map phrases; /* joined names handed out by world_queue_at and world_group_at: text → itself */

	uint64_t brokers_generation; /* grows when the list of brokers changes */
	uint64_t answers_mark;       /* of what pub.answers numbers */
	struct join_totals totals;
};

struct join_node {
	struct world_node pub;
	char *name;
	bool seen;
	VEC(struct world_broker *) brokers;
};

struct join_volume {
	struct world_volume pub;
	bool seen;
};

struct join_service {
	struct world_service pub;
	bool seen;
};

struct world { /* as far as the join goes; api/model/world adds when it is joined */
	struct loop *loop;
	struct record_store store;
	struct source_watcher *watcher; /* NULL: filled by hand */
	struct arena frame;             /* strings and arrays of the last world_update() */
	struct map clusters, nodes, volumes, services;
	VEC(struct world_cluster *) cluster_list;
	VEC(struct world_node *) node_list;
	VEC(struct world_volume *) volume_list;
	VEC(struct world_service *) service_list;
	VEC(struct world_problem) problems;
	VEC(struct world_event) events;
	VEC(const struct kube_pod *) pods;
	struct world_view view;
	int64_t renew_ms; /* what the frame says holds for so long, then it is made again; 0 = until something
			     happens */
	uint64_t answers; /* the last number given to a cluster's answers */
	int64_t wall_ms;  /* now, of this update */
};

/* ---- what is kept: its beginnings and ends, and how it is looked up (kept.c) ---- */
struct join_cluster *join_cluster_create(struct world *world, const char *key,
					 const struct source_found_cluster *found);
void join_broker_destroy(struct join_broker *broker);
void join_node_destroy(struct join_node *node);
void join_unpin(struct rabbitmq_snapshot *snapshot); /* gives back the references to its parts */
struct join_cluster *join_cluster_of(const struct world_cluster *cluster);
const struct kafka_snapshot *join_cluster_kafka(const struct join_cluster *cluster);    /* NULL while there is none */
int32_t join_cluster_broker_named(const struct join_cluster *cluster, const char *pod); /* index, -1 */
struct source_pod_address join_cluster_address(const struct join_cluster *cluster, const struct world_broker *broker);
int32_t join_cluster_broker_addressed(const struct join_cluster *cluster,
				      const char *host); /* index of the only one that has that address, -1 */
void join_cluster_destroy(struct join_cluster *cluster);
/* The StatefulSet's or pod set's name for a broker's claims and pods; "" when unknown. */
const char *join_cluster_pod_prefix(const struct join_cluster *cluster);
void join_totals_note_worst(struct join_worst *worst, int64_t row, int32_t rank);
/* How a part stands that its brokers tell. */
void join_cluster_told(struct join_cluster *cluster, enum world_part part, int64_t updated_ms, const struct err *err);
/* What its replicas add up to, as of then; unknown where they are not known. */
void join_cluster_show_totals(struct join_cluster *cluster, bool known, int64_t replicas_ms);
bool join_cluster_is_older(const struct join_cluster *cluster, int64_t updated_ms, int64_t age_ms);
bool join_cluster_is_stale(const struct join_cluster *cluster,
			   int64_t updated_ms); /* what was heard then says nothing of now */

/* ---- the steps (join.c) ---- */
void join_nodes(struct world *world);
void join_clusters(struct world *world);
void join_plans(struct world *world);
void join_broker_sources(struct world *world);
void join_volumes(struct world *world);
void join_services(struct world *world);
void join_events(struct world *world);

/* ---- brokers' side ---- */
void join_rabbitmq(struct join_cluster *cluster);
int32_t join_rabbitmq_broker_of(const struct join_cluster *cluster, const char *member); /* index, -1 */
enum world_replica_state join_rabbitmq_queue_state(const struct rabbitmq_queue *queue);
bool join_rabbitmq_is_online(const struct rabbitmq_queue *queue, uint16_t member);
/* Fills in the sides, from who is alive and whom each does not hear (join_hearing.c). */
void join_hearing(struct join_cluster *cluster);
size_t join_hearing_missed_by(const struct join_cluster *cluster, const struct join_broker *broker);
void join_kafka(struct join_cluster *cluster);
/* Joins node ids to pods (join_kafka_ids.c). */
void join_kafka_ids(struct join_cluster *cluster, const struct kafka_snapshot *snapshot);
int16_t join_kafka_broker_of(const struct join_cluster *cluster, int32_t id); /* index, -1 */
enum world_replica_state join_kafka_partition_state(const struct kafka_topic *topic,
						    const struct kafka_partition *partition);
/* A value that differs when the rows made of what was said may. */
uint64_t join_kafka_answers_mark(const struct join_cluster *cluster);
uint64_t join_rabbitmq_answers_mark(const struct join_cluster *cluster);
uint64_t join_answers_mix(uint64_t mark, uint64_t value);
void join_rabbitmq_replicated_at(const struct join_cluster *cluster, int64_t index, struct world_replicated *out);
void join_kafka_replicated_at(const struct join_cluster *cluster, int64_t index, struct world_replicated *out);
/* The one copy of a text that many rows share; cleared when the picture changes. */
const char *join_cluster_phrase(struct join_cluster *cluster, const char *text);
void join_cluster_forget_phrases(struct join_cluster *cluster);
void join_history_push(struct world_history *history, double value);

/* ---- small facts of records ---- */
const struct kube_container_status *join_pod_main_status(enum world_broker_kind kind, const struct kube_pod *pod);

#endif
