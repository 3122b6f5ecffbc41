/* The shapes of the world (api/model/world/world.h): what it is made of, without how it comes about. They stand below
 * everything that fills them, so that each room of api/model can speak of a broker or a claim and call only downwards.
 *
 * The structs are plain and read-only for everybody but api/model. Unknown is never zero: figures are -1, ratios and
 * rates negative, strings NULL when they could not be read. Every part carries a `struct world_source` that says when
 * it was last heard of and what went wrong since. */
#ifndef MQDECK_MODEL_RECORDS_WORLD_SHAPES_H
#define MQDECK_MODEL_RECORDS_WORLD_SHAPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/err.h"
#include "api/base/severity.h"
#include "api/kube/records/records.h"
#include "api/model/records/field_shapes.h"
#include "api/model/records/world_parts.h"

struct record_lookup;

enum { WORLD_HISTORY = 32 }; /* points of a sparkline */

enum world_broker_kind { WORLD_BROKER_RABBITMQ, WORLD_BROKER_KAFKA };

enum world_cluster_manager {
	WORLD_MANAGED_BY_STATEFUL_SET,
	WORLD_MANAGED_BY_RABBITMQ_OPERATOR,
	WORLD_MANAGED_BY_STRIMZI,
	WORLD_MANAGED_BY_WORKLOAD, /* a Deployment or a DaemonSet: shown, and no operation is made on it */
};

struct world_history {
	float points[WORLD_HISTORY]; /* oldest first, negative = unknown */
	size_t count;
};

/* ---- Kubernetes' side, joined ---- */

struct world_node {
	const struct kube_node *record; /* NULL: brokers name it but it cannot be read */
	const char *name, *zone;        /* zone from topology.kubernetes.io/zone; NULL without */
	bool ready, ready_known;
	bool reports;               /* where it is not ready: its kubelet says so itself */
	int64_t not_ready_since_ms; /* Unix ms; -1 */
	bool cordoned;
	struct world_broker **brokers; /* on it now */
	size_t broker_count;
};

struct world_volume { /* one claim of a broker */
	const struct kube_claim *claim;
	const struct kube_volume *volume;       /* NULL: not bound or not readable */
	const struct kube_storage_class *class; /* NULL: none or not readable */
	struct world_broker *broker;            /* NULL: left behind by a scale-down */
	struct world_cluster *cluster;
	const char *node;                   /* where it is bound to by affinity, else the pod's node; NULL unknown */
	int64_t capacity_bytes, used_bytes; /* used: as the broker or the kubelet says */
	int64_t size_bytes; /* of the file system that it is, or is a part of, where the kubelet says; -1 */
	int64_t inodes, inodes_used;
	const char *use_unknown; /* why used_bytes is not known, where that can be said; NULL */
	int expandable;          /* 1, 0, -1 unknown */
	const char *waits;       /* why it is not bound, in words, untrusted; NULL: it is, or nothing tells */
};

struct world_service_port {
	const struct kube_port *port;
	int32_t broker_port;          /* the container port it reaches, -1 unknown */
	const char *broker_port_name; /* "amqp", "management", "kafka" …; NULL unknown */
};

struct world_service {
	const struct kube_service *record;
	struct world_cluster *cluster;
	struct world_service_port *ports;
	size_t port_count;
	int32_t ready_endpoints, all_endpoints; /* -1 unknown */
};

/* ---- brokers ---- */

struct world_client {     /* connections to one broker that bear the same name */
	const char *name; /* what the client calls its connection, else its user; cut at 64 bytes, untrusted */
	int64_t connections;
};

struct world_broker {
	struct world_cluster *cluster;
	const char *name; /* the pod's name, also while the pod is away */
	int32_t ordinal;
	int32_t id;                             /* Kafka node id, -1 for RabbitMQ or unknown */
	const char *member_name;                /* RabbitMQ node name ("rabbit@…"), NULL for Kafka or unknown */
	const struct kube_pod *pod;             /* NULL while there is none */
	const struct kube_container *container; /* of the pod: the one it runs in, whatever stands beside; NULL */
	struct world_node *node;                /* NULL unknown or not scheduled */
	struct world_volume **volumes;          /* its claims */
	size_t volume_count;
	bool expected; /* desired replicas include it */

	bool ready;             /* pod Ready and its node Ready: Kubernetes' view, joined */
	int reachable;          /* the broker itself answers or its peers see it: 1, 0, -1 unknown */
	enum severity severity; /* both views together */
	const char *state; /* one word or few: "ready", "lagging", "not ready", "starting", "crash loop", "missing",
			       "node down", "node not ready" */
	const char
		*crash; /* why the container that keeps it from running ended, in a few known words; NULL = it did not,
				or nothing tells */
	const char *role;    /* "controller,broker", "leader", "member", … NULL unknown */
	int draining;        /* RabbitMQ: in maintenance; 1, 0, -1 not said (over HTTP before 3.13) */
	bool is_controller;  /* Kafka: the active controller; RabbitMQ: false */
	int quorum_critical; /* RabbitMQ: stopping it loses a queue's quorum; Kafka: a partition or the KRaft
				quorum would refuse; 1, 0, -1 unknown */
	const char *version;
	int64_t leaders, replicas, in_sync, under_replicated;
	int64_t disk_used_bytes, disk_total_bytes, memory_limit_bytes;
#define X(place, type, member, ...) WORLD_IF_##place(WORLD_FIELD_##type(member))
#include "api/kafka/poll/broker_fields.def"
#include "api/rabbitmq/node_fields.def"
#undef X
	const char *alarms;        /* joined by ',', "" = none, NULL = unknown */
	const char *cordoned_dirs; /* Kafka: as offline_dirs, of those that take no new replicas */
	bool takes_no_replicas;    /* Kafka: no log directory that is online takes a new one */
	int64_t cordoned_bytes;    /* Kafka: free on cordoned directories alone: no room for new replicas */
	const char *offline_dirs;  /* Kafka: paths of the log directories that it lost, joined by ','; "" = none, NULL =
				     unknown, and for RabbitMQ */
	int32_t restarts;
	int64_t started_ms;       /* Unix ms, -1 */
	double in_rate, out_rate; /* messages a second where known, else bytes a second for Kafka log growth */
	struct world_history in_history;
	/* RabbitMQ, as of the last half minute; -1 unknown: statistics are off, there are more than 2,000 in the
	 * cluster, its management API is not reached. Always -1 for Kafka, whose protocol does not tell. */
	int64_t connections;
	const struct world_client *clients; /* what connections is the sum of, most first; NULL unknown */
	size_t client_count;
	struct world_source source; /* of the broker's own side */
};

/* ---- replicated things: Kafka partitions and RabbitMQ quorum queues and streams ---- */

/* X(name, word, severity), worst last. */
#define WORLD_REPLICA_STATES(X)                                                                                        \
	X(OK, "ok", SEV_OK)                                                                                            \
	X(UNKNOWN, "unknown", SEV_INFO)                                                                                \
	X(UNDER_REPLICATED, "under-replicated", SEV_WARN)                                                              \
	X(BELOW_MIN_ISR, "below-min-isr", SEV_BAD)                                                                     \
	X(NO_LEADER, "no-leader", SEV_BAD)                                                                             \
	X(MINORITY, "minority", SEV_BAD)                                                                               \
	X(OFFLINE, "offline", SEV_BAD)

enum world_replica_state {
#define X(name, word, severity) WORLD_REPLICA_##name,
	WORLD_REPLICA_STATES(X)
#undef X
};
const char *world_replica_state_word(enum world_replica_state state);
enum severity world_replica_state_severity(enum world_replica_state state);

enum { WORLD_REPLICAS_MAX = 32 };

struct world_replicated { /* filled by world_replicated_at: 200,000 partitions are not kept twice */
	struct world_cluster *cluster;
	const char *name;                        /* topic or queue, untrusted */
	const char *vhost;                       /* RabbitMQ; NULL for Kafka */
	int32_t partition;                       /* -1 for queues */
	int32_t leader;                          /* index into cluster->brokers, -1 none or no pod is known for it */
	int32_t leader_id;                       /* Kafka node id, -1 none or unknown */
	int16_t replicas[WORLD_REPLICAS_MAX];    /* indexes into cluster->brokers in preference order; -1 = a broker no
						 longer there */
	int32_t replica_ids[WORLD_REPLICAS_MAX]; /* Kafka node ids; ordinals for RabbitMQ */
	bool in_sync[WORLD_REPLICAS_MAX];        /* in the ISR, or online */
	bool joining[WORLD_REPLICAS_MAX];        /* being added by a reassignment */
	bool leaving[WORLD_REPLICAS_MAX];
	/* Kafka, of a partition below its minimum: has all that was acknowledged and may lead without loss; could so
	 * at the last. */
	bool eligible[WORLD_REPLICAS_MAX], was_eligible[WORLD_REPLICAS_MAX];
	bool eligible_known;
	uint8_t replica_count, in_sync_count;
	int32_t min_in_sync; /* Kafka: replicas that acks=all needs in sync; majority for queues; -1 unknown */
	enum world_replica_state state;
	int64_t size_bytes; /* -1 */
};

struct world_queue {
	struct world_cluster *cluster;
	const char *name, *vhost, *type, *state, *leader; /* leader: member's broker name or node name */
	const char *members, *online;                     /* broker names joined by ',' */
#define X(place, asked, type, member, ...) WORLD_FIELD_##type(member)
#include "api/rabbitmq/queue_fields.def"
#undef X
	enum severity severity;
};

struct world_topic {
	struct world_cluster *cluster;
	const char *name;
#define X(place, type, member, ...) WORLD_IF_##place(WORLD_FIELD_##type(member))
#include "api/kafka/poll/topic_fields.def"
#undef X
	int32_t partitions, replication_factor;
	int32_t under_replicated, below_min_isr, offline;
	int64_t size_bytes; /* of all replicas; -1 = one of them was not told of */
};

struct world_group {
	struct world_cluster *cluster;
	const char *name, *coordinator, *topics;
#define X(place, type, member, ...) WORLD_IF_##place(WORLD_FIELD_##type(member))
#include "api/kafka/poll/group_fields.def"
#undef X
};

struct world_voter { /* KRaft */
	int32_t id;
	const char *broker; /* NULL: a controller without a broker */
	bool leader, voter;
	bool caught_up; /* keeps up with the leader; true where the version does not say */
	int64_t log_end, lag;
	int64_t caught_up_ms; /* Unix ms, -1 */
};

/* ---- clusters ---- */

struct world_plan {        /* that holds a broker cluster now, of whatever mqdeck, as its Lease tells: untrusted */
	const char *who;   /* "user@host" */
	const char *id;    /* of its journal, on the machine it runs on; "" */
	const char *title; /* "Roll kafka orders"; NULL */
	int64_t since_ms;  /* Unix ms, -1 */
};

struct world_cluster {
	const char *key; /* "namespace/name" + "/rabbitmq" or "/kafka": unique */
	const char *name, *namespace;
	enum world_broker_kind kind;
	enum world_cluster_manager manager;
	const struct kube_stateful_set *stateful_set;          /* NULL when Strimzi runs it */
	const struct kube_workload *workload;                  /* or NULL */
	const char *workload_kind;                             /* "Deployment", "DaemonSet"; NULL without */
	const struct kube_rabbitmq_cluster *rabbitmq_resource; /* or NULL */
	const struct kube_kafka *kafka_resource;               /* or NULL */
	const char *why; /* it was taken for a broker cluster: "image bitnami/kafka:3.9, port 9092"; untrusted */
	const struct kube_disruption_budget *budget; /* or NULL */
	const struct world_plan *plan;               /* or NULL */
	bool plan_known;                             /* whether there is a plan can be told */
	int32_t desired;                             /* replicas wanted */
	const char *version;

	struct world_broker **brokers; /* by ordinal */
	size_t broker_count;
	/* Kafka: that run in StatefulSets of their own. They hold nothing, and no operation is made on them. */
	struct world_broker **controllers;
	size_t controller_count;
	struct world_broker **members; /* the brokers, then the controllers */
	size_t member_count;
	struct world_volume **volumes;
	size_t volume_count;
	/* For each claim template of the StatefulSet, why a new claim of it would find no volume; NULL = nothing is known
	 * against it, and NULL without templates. */
	const char *const *template_waits;
	struct world_service **services;
	size_t service_count;
	struct world_voter *voters;
	size_t voter_count;

	/* Kafka: brokers that could not be matched to a pod, in a sentence: what they hold is unknown, and no plan is
	 * safe. NULL = each has its pod. The advice: why, and what to do. */
	const char *unjoined, *unjoined_advice;

	enum severity severity;
	const char *headline; /* "12 of 384 partitions refuse acks=all: kafka-2 is down, node-3 stopped reporting 40
				 s ago" */
	const char *detail;   /* what follows from it, what is safe; NULL when there is nothing to add */

	int64_t replicas_ms;      /* loop clock of the answer that the replicas are of; -1 = never */
	uint64_t answers;         /* another number whenever what world_replicated_at, world_queue_at, world_topic_at
				     and world_group_at give may have changed; no two clusters have the same */
	int64_t replicated_count; /* partitions, or quorum queues and streams; -1 unknown */
	int64_t under_replicated, below_min, leaderless;
	int64_t queue_count, topic_count, group_count, total_lag;
	/* RabbitMQ's own figures: connections also where there are too many to be told apart */
#define X(place, type, member, ...) WORLD_IF_##place(WORLD_FIELD_##type(member))
#include "api/rabbitmq/overview_fields.def"
#undef X
	struct world_source source; /* of the brokers' side as a whole */
	int64_t pace_ms; /* its brokers are asked so seldom, and what they said may be as old; 0 = as often as they bear */
	bool outdated; /* what they said was got so, and has not been renewed since somebody needs it */
	struct world_source parts[WORLD_PART_COUNT]; /* as far as they concern this cluster */
	bool credentials_missing;                    /* ask for them: world_set_credentials */
};

struct world_problem { /* worst first */
	enum severity severity;
	struct world_cluster *cluster; /* NULL: of the Kubernetes cluster */
	const char *text, *detail;
	const char *link_view, *link_key; /* where Enter leads; NULL */
};

struct world_event {
	const struct kube_event *record;
	struct world_cluster *cluster;
};

enum world_link {
	WORLD_CONNECTING,
	WORLD_LIVE,
	WORLD_STALE /* was live, is old */,
	WORLD_UNREACHABLE /* never was */
};

struct world_view { /* what world_update() left */
	enum world_link link;
	struct err link_err;             /* why not live */
	int64_t data_age_ms;             /* of the oldest part that should be live; -1 = nothing yet */
	bool discovering;                /* the first lists are not all in yet */
	const char *namespace;           /* the only one that is looked at; NULL = all */
	struct world_cluster **clusters; /* worst first, then namespace/name */
	size_t cluster_count;
	struct world_node **nodes; /* by zone, then name */
	size_t node_count;
	struct world_volume **volumes;
	size_t volume_count;
	struct world_service **services;
	size_t service_count;
	struct world_problem *problems;
	size_t problem_count;
	struct world_event *events; /* newest first, of the broker clusters' objects and nodes */
	size_t event_count;
	const struct kube_pod **pods; /* all pods of broker clusters */
	size_t pod_count;
	struct record_lookup *names;                 /* what world_find_broker() and the like look into */
	struct world_source lists[WORLD_LIST_COUNT]; /* of the whole: the worst of each */
	size_t requests_in_flight;
};

/* Of a type that mqdeck does not know: neither is what becomes of it without one of its nodes. */
bool world_queue_is_strange(const struct world_queue *queue);
/* The lists that tell who its brokers are, and whether they are there. */
uint32_t world_made_of(enum world_cluster_manager manager);
/* Its operator was told to leave it alone: what its resource asks for is not done. */
bool world_is_paused(const struct world_cluster *cluster);
/* Of the Lease, in the cluster's namespace, that a plan holds while it changes the cluster; free() it. */
char *world_lease_name(const struct world_cluster *cluster);

#endif
