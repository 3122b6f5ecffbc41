/* The parts of the picture: what is read on its own, and fails on its own. A statement carries the parts it leans on,
 * as a set (WORLD_ON(PODS) | WORLD_ON(NODES)): a plan's verdict, a headline, the rows of a sheet.
 *
 * Settled is one thing everywhere: each part that a statement leans on has answered in this round, or has failed with a
 * name and a reason. A refusal that only says "later" (ERR_BUSY: 429, 503) has done neither: it is asked again. A part
 * that was never read is neither empty nor zero nor false: what leans on it is unknown, and unknown wins over all of
 * these and over "safe". */
#ifndef MQDECK_MODEL_RECORDS_WORLD_PARTS_H
#define MQDECK_MODEL_RECORDS_WORLD_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "api/base/err.h"
#include "api/kube/records/kube_kinds.h"

struct world_source {
	int64_t updated_ms; /* loop clock of the last good answer; -1 = never */
	struct err err;     /* the failure since then; ERR_NONE = fine */
};

/* X(NAME, word, kind, view): lists of Kubernetes, with the view that leads to them; without one, nothing that is wrong
 * with a cluster could hide in it. */
#define WORLD_LISTS(X)                                                                                                 \
	X(STATEFUL_SETS, "broker clusters", KUBE_STATEFUL_SETS, "clusters")                                            \
	X(RABBITMQ_CLUSTERS, "RabbitmqCluster resources", KUBE_RABBITMQ_CLUSTERS, "clusters")                          \
	X(KAFKAS, "Kafka resources", KUBE_KAFKAS, "clusters")                                                          \
	X(NODE_POOLS, "KafkaNodePool resources", KUBE_KAFKA_NODE_POOLS, "clusters")                                    \
	X(PODS, "pods", KUBE_PODS, "pods")                                                                             \
	X(NODES, "nodes", KUBE_NODES, "nodes")                                                                         \
	X(CLAIMS, "claims", KUBE_CLAIMS, "volumes")                                                                    \
	X(VOLUMES, "volumes", KUBE_VOLUMES, "volumes")                                                                 \
	X(CLASSES, "storage classes", KUBE_STORAGE_CLASSES, "volumes")                                                 \
	X(SERVICES, "services", KUBE_SERVICES, "services")                                                             \
	X(ENDPOINTS, "endpoints", KUBE_ENDPOINT_SLICES, "services")                                                    \
	X(BUDGETS, "disruption budgets", KUBE_DISRUPTION_BUDGETS, "clusters")                                          \
	X(EVENTS, "events", KUBE_EVENTS, "events")                                                                     \
	X(LEASES, "leases", KUBE_LEASES, NULL)

/* X(NAME, word): what the brokers of a cluster say. What one kind of broker does not have counts as read. */
#define WORLD_TOLD(X)                                                                                                  \
	X(BROKERS, "brokers")   /* who is there */                                                                     \
	X(REPLICAS, "replicas") /* partitions, or queues with their members */                                         \
	X(MINIMUMS, "min.insync.replicas")                                                                             \
	X(MOVES, "reassignments")                                                                                      \
	X(QUORUM, "controllers")                                                                                       \
	X(CHECKS, "the brokers' own checks") /* of whether they are quorum-critical */                                 \
	X(DISKS, "log directories")                                                                                    \
	X(GROUPS, "consumer groups")

enum world_part {
#define X(name, ...) WORLD_PART_##name,
	WORLD_LISTS(X) WORLD_TOLD(X)
#undef X
		WORLD_PART_COUNT
};

enum { WORLD_LIST_COUNT = WORLD_PART_BROKERS };

#define WORLD_ON(name) (1u << WORLD_PART_##name)

/* Who makes up a broker cluster, as far as Kubernetes tells. */
#define WORLD_ON_CLUSTERS                                                                                              \
	(WORLD_ON(STATEFUL_SETS) | WORLD_ON(RABBITMQ_CLUSTERS) | WORLD_ON(KAFKAS) | WORLD_ON(NODE_POOLS) |             \
	 WORLD_ON(PODS))

static inline bool world_source_is_read(const struct world_source *source)
{
	return source->updated_ms >= 0;
}

/* All that brokers say: their headline leans on each of it. */
#define WORLD_ON_TOLD                                                                                                  \
	(WORLD_ON(BROKERS) | WORLD_ON(REPLICAS) | WORLD_ON(MINIMUMS) | WORLD_ON(MOVES) | WORLD_ON(QUORUM) |            \
	 WORLD_ON(CHECKS) | WORLD_ON(DISKS) | WORLD_ON(GROUPS))

/* Never read, or no longer allowed to be: what leans on it is unknown. */
static inline bool world_source_is_withheld(const struct world_source *source)
{
	return source->updated_ms < 0 || source->err.code == ERR_FORBIDDEN;
}

static inline bool world_source_is_settled(const struct world_source *source)
{
	return (source->updated_ms >= 0 || err_is_set(&source->err)) && source->err.code != ERR_BUSY;
}

const char *world_part_word(enum world_part part);
const char *world_part_view(enum world_part part);    /* NULL: none, and for what brokers say */
enum kube_kind world_part_kind(enum world_part part); /* part < WORLD_LIST_COUNT */
/* The first of the set, in the order above, that is withheld; WORLD_PART_COUNT: none is. */
enum world_part world_withheld_part(const struct world_source *parts, uint32_t leans_on);

#endif
