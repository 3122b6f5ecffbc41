/* What the join keeps behind the shapes of the world: the memory of the room, and what its files share. The public
 * structs are the first members, so that a pointer to one is a pointer to its keeper. */
#ifndef MQDECK_MODEL_JOIN_JOINED_H
#define MQDECK_MODEL_JOIN_JOINED_H

#include "api/base/arena.h"
#include "api/base/map.h"
#include "api/base/vec.h"
#include "api/kafka/poll/kafka_snapshot.h"
#include "api/model/records/record_lookup.h"
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
	int64_t unknown;  /* of which that cannot be told */
	bool there;       /* Kafka: its pod was ready and the cluster knew it when they were counted */
	double in_rate, out_rate;
};

/* By what a Kafka broker was joined to its pod, the most certain first. */
enum join_evidence {
	JOIN_BY_NOTHING,
	JOIN_BY_OWN_WORD, /* it said so on a connection through that pod */
	JOIN_BY_NAME,
	JOIN_BY_ADDRESS,
	JOIN_BY_OPERATOR,
	JOIN_BY_MEMORY, /* as it was when that was certain */
};

struct join_broker {
	struct world_broker pub;
	char *name;
	bool seen;    /* in this join */
	bool crashed; /* what keeps it from running ended other than well, and has not run for long since */
	bool tallied;
	struct join_tally tally;
	int64_t bytes, bytes_ms; /* Kafka: log size at the last sample, for its growth */
	int64_t critical;        /* how many queues or partitions refuse without it; -1 unknown */
	int64_t disk_free;       /* RabbitMQ's figure; -1 */
	bool voter_critical;     /* Kafka: the controllers lose their quorum without it */
	bool alive;              /* RabbitMQ: it answered itself the last time it was asked */
	bool silent;             /* RabbitMQ: it does not answer us while others do */
	bool stopped; /* RabbitMQ: it was heard, and nothing listens any more in a container that still runs */
	bool slow;    /* RabbitMQ: it answers what it knows alone, and waits for others with the rest */
	bool drained; /* RabbitMQ: in maintenance, as the command line says where the broker does not say it of itself */
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
	int64_t count, under_replicated, below_min, leaderless, moving;
	int64_t unknown;                                    /* of which it cannot be told how many replicas they need */
	int64_t unseen;                                     /* of which not even the replicas are known */
	int64_t uncovered;                                  /* Kafka: no broker that was there has a replica in sync */
	struct join_worst worst[WORLD_REPLICA_OFFLINE + 1]; /* of each state that is not well: what to name first */
};

struct join_problems {
	VEC(struct world_problem) list;
};

struct join_cluster {
	struct world_cluster pub;
	struct world *world;
	char *key, *name, *namespace;
	bool seen;
	bool named;      /* whoever is wanted as a broker is named by Kubernetes */
	size_t found_at; /* in the order in which clusters were found */
	size_t place;    /* in the list */
	struct source_found_cluster found;
	VEC(struct world_broker *) brokers;
	VEC(struct world_broker *) controllers; /* that run apart from them */
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
	uint64_t tallied_names;                /* and what the nodes call themselves (a mark of it) */
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

	struct join_problems problems; /* its own, in the order of the rules */

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

/* What is found by what it is called in this update (join_index.c): each list is gone through once to fill it. */
struct join_index {
	struct record_lookup names;  /* namespace, name → cluster that has, or may have had, something of this name */
	struct record_lookup labels; /* namespace, key, value → cluster: of its template and of its pods */
	struct record_lookup slices; /* namespace, service → endpoint slice */
	struct record_lookup free_volumes; /* storage class → volume that nothing has claimed */
	struct record_lookup mounts;       /* namespace, claim → broker whose pod mounts it */
	struct record_lookup claim_events; /* namespace, claim → event */
	bool has_default_class;
};

struct world { /* as far as the join goes; api/model/world adds when it is joined */
	struct loop *loop;
	struct record_store store;
	struct source_discovery discovery;
	struct source_watcher *watcher; /* NULL: filled by hand */
	struct arena frame;             /* strings and arrays of the last world_update() */
	struct map clusters, nodes, volumes, services;
	VEC(struct world_cluster *) cluster_list;
	VEC(struct world_node *) node_list;
	VEC(struct world_volume *) volume_list;
	VEC(struct world_service *) service_list;
	struct join_problems own_problems;  /* of no cluster */
	VEC(struct world_problem) problems; /* all of them, worst first */
	VEC(struct world_event) events;
	VEC(const struct kube_pod *) pods;
	struct join_index index;
	struct world_view view;
	int64_t renew_ms; /* what the frame says holds for so long, then it is made again; 0 = until something
			     happens */
	uint64_t answers; /* the last number given to a cluster's answers */
	int64_t wall_ms;  /* now, of this update */
};

/* ---- what is kept: its beginnings and ends, and how it is looked up (kept.c) ---- */
struct join_cluster *join_cluster_create(struct world *world, const char *key,
					 const struct source_found_cluster *found);
struct join_broker *join_broker_create(struct join_cluster *cluster, const char *name);
void join_broker_reset(struct join_broker *broker, struct join_cluster *cluster); /* to what its pod says */
void join_cluster_reset(struct join_cluster *cluster);                            /* all its members, and the version */
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
void join_crashes(struct world *world);
void join_broker_sources(struct world *world);
void join_volumes(struct world *world);
void join_services(struct world *world);
void join_events(struct world *world);

/* ---- what is found by its names and labels (join_index.c), once the brokers are there ---- */
void join_index_clusters(struct world *world);
void join_index_finish(struct join_index *index);
void join_index_name(struct join_cluster *cluster, const char *name); /* something of it is called that */
/* The first in the list of those that have something of that name and for whom `is` holds; NULL = none. */
struct join_cluster *join_index_named(struct record_lookup *names, const char *namespace, const char *name,
				      bool (*is)(const struct join_cluster *cluster, const void *data),
				      const void *data);
void join_index_place(struct world *world); /* numbers the clusters as they stand in the list now */
/* Key into index.labels: under it are, in the order of the list, all clusters that the selector may select. */
uint64_t join_index_selected(struct world *world, const char *namespace, const struct kube_pair *selector,
			     size_t count);
/* The template of its StatefulSet, or a pod of it. */
bool join_cluster_is_selected(const struct join_cluster *cluster, const char *namespace,
			      const struct kube_pair *selector, size_t count);

/* ---- claims (join_claims.c) ---- */
void join_claims_look(struct world *world); /* what there is for them: before the others */
/* Why a claim of that class finds no volume (NULL = it names none), and why that one is not bound; NULL: nothing tells. */
const char *join_claim_lacks(struct join_cluster *cluster, const char *class);
const char *join_claim_waits(struct join_cluster *cluster, const struct kube_claim *claim);
void join_claim_templates(struct join_cluster *cluster);

/* How full the volumes of the cluster are, once its brokers have been heard. */
void join_disks(struct join_cluster *cluster);

/* ---- brokers' side ---- */
void join_broker_source(struct join_cluster *cluster); /* what its source has heard */
void join_rabbitmq(struct join_cluster *cluster);
int32_t join_rabbitmq_broker_of(const struct join_cluster *cluster, const char *member); /* index, -1 */
enum world_replica_state join_rabbitmq_queue_state(const struct rabbitmq_queue *queue);
bool join_rabbitmq_is_online(const struct rabbitmq_queue *queue, uint16_t member);
/* Fills in the sides, from who is alive and whom each does not hear (join_hearing.c). */
void join_hearing(struct join_cluster *cluster);
size_t join_hearing_missed_by(const struct join_cluster *cluster, const struct join_broker *broker);
/* Whether its management answers or its peers see it run (join_running.c): 1, 0, -1 nothing is known of now. */
int join_rabbitmq_reachable(const struct join_cluster *cluster, const struct join_broker *broker,
			    const struct rabbitmq_member *member, const struct rabbitmq_node *node);
/* In maintenance, as the broker, its peers or the command line say. */
bool join_rabbitmq_is_drained(const struct join_broker *broker);
/* Nothing listens in a container that runs on, and nobody knows it to run. */
bool join_rabbitmq_has_stopped(const struct join_cluster *cluster, const struct join_broker *broker,
			       const struct rabbitmq_member *member, const struct rabbitmq_node *node);
void join_kafka(struct join_cluster *cluster);
/* Controllers that run apart from the brokers (join_controllers.c): those that are expected, the pods that are theirs,
 * who is gone; and what the quorum says of them. */
void join_controllers_expect(struct join_cluster *cluster);
bool join_controllers_take_pod(struct join_cluster *cluster,
			       const struct kube_pod *pod); /* false = it is no controller's */
void join_controllers_settle(struct join_cluster *cluster);
void join_controllers_reset(struct join_cluster *cluster); /* to what their pods say */
void join_controllers_of_quorum(struct join_cluster *cluster, const struct kafka_snapshot *snapshot);
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
/* Of the container that keeps the broker from running: an init container, or its own; NULL = none is known. */
const struct kube_container_status *join_crash_status(const struct join_broker *broker);
const struct kube_container_status *join_pod_main_status(enum world_broker_kind kind, const struct kube_pod *pod);

#endif
