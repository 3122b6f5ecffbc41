/* What Kafka's operations share: partitions as the world shows them beside the lists that a plan keeps of them.
 *
 * Facts, all with ":CLUSTERKEY" behind the name where a step's item is a cluster's key (a plan about several clusters):
 *   new       assignment: where each partition of the plan shall be, preferred leader first
 *   old       assignment: where it was
 *   off       ids of the brokers that are left, by ','
 *   bytes     to be copied
 *   throttle  bytes a second and broker; absent = none */
#ifndef MQDECK_OPS_KAFKA_PARTITIONS_H
#define MQDECK_OPS_KAFKA_PARTITIONS_H

#include "api/ops/kafka/assignment.h"
#include "api/ops/plan/name_list.h"
#include "api/ops/plan/plan.h"

/* ---- names of facts ---- */

enum { OPS_KAFKA_FACT_MAX = 400 };
/* key NULL = a plan about one cluster. */
const char *ops_kafka_fact_name(char out[static OPS_KAFKA_FACT_MAX], const char *name, const char *key);
const char *ops_kafka_fact(const struct ops_plan *plan, const char *name, const char *key); /* NULL when absent */
/* The cluster of a step: that of its item, else the context's. NULL with err when it is not in the world. */
const struct world_cluster *ops_kafka_step_cluster(const struct ops_context *context, struct err *err);
/* Writes a list into a fact. When it is too long for a journal it says so and blocks. */
void ops_kafka_set_list(struct ops_plan *plan, const char *name, const char *key,
			const struct ops_kafka_assignment *list);
/* Empty when the fact is absent. */
void ops_kafka_get_list(const struct ops_plan *plan, const char *name, const char *key,
			struct ops_kafka_assignment *out);

/* ---- partitions ---- */

/* Where it will be once what is under way has ended; returns how many. */
size_t ops_kafka_target(const struct world_replicated *now, int32_t out[static WORLD_REPLICAS_MAX]);
/* Where it was before what is under way began. */
bool ops_kafka_is_moving(const struct world_replicated *now);
bool ops_kafka_is_at(const struct world_replicated *now,
		     const struct ops_kafka_assignment_item *item); /* and nothing moves */
bool ops_kafka_in_sync(const struct world_replicated *now, int32_t id);
bool ops_kafka_holds(const int32_t *ids, size_t count, int32_t id);
/* NULL = not (any more) in the world. */
const struct world_broker *ops_kafka_broker_of(const struct world_cluster *cluster, int32_t id);
/* "kafka-3", or "broker 3" when it has no pod; into out. */
const char *ops_kafka_broker_name(const struct world_cluster *cluster, int32_t id, char out[static 64]);

/* A walk over the partitions of a cluster that stand in a list (NULL = over all):
 *   for (struct ops_kafka_walk walk = ops_kafka_walk(cluster, &list); ops_kafka_walk_next(&walk);)
 *           … walk.now, walk.item */
struct ops_kafka_walk {
	const struct world_cluster *cluster;
	const struct ops_kafka_assignment *list;
	int64_t index;
	size_t hint;
	struct world_replicated now;
	const struct ops_kafka_assignment_item *item; /* NULL without a list */
};

static inline struct ops_kafka_walk ops_kafka_walk(const struct world_cluster *cluster,
						   const struct ops_kafka_assignment *list)
{
	return (struct ops_kafka_walk){.cluster = cluster, .list = list};
}

bool ops_kafka_walk_next(struct ops_kafka_walk *walk);

/* ---- what every plan about Kafka asks for and says ---- */

/* Port-forwards to the brokers, which carry the requests. */
void ops_kafka_need(struct ops_needs *needs, const char *namespace);
/* Blocks and returns false when what the brokers hold is not known, all of it, and now. */
bool ops_kafka_is_readable(struct ops_plan *plan, const struct ops_context *context,
			   const struct world_cluster *cluster);
/* "a, b, c and 4 more"; out is overwritten. */
const char *ops_kafka_names_text(struct ops_name_list *names, char out[static 460]);

/* As kafka_error_set(), for one item of an answer: what asking again does not help ends the plan. Returns false. */
bool ops_kafka_refuse(struct err *err, int16_t code, const char *what, const char *message);

/* ---- sentences about a list (moves.c) ---- */

/* What moving from the world as it is to the fact `new` means: bytes, brokers, room, in-sync replicas; and what
 * forbids it. */
void ops_kafka_check_moves(struct ops_plan *plan, const struct ops_context *context,
			   const struct world_cluster *cluster, const char *key);
/* "50MiB" or "52428800" into bytes a second; 0 = none. Blocks when it is not understood. */
int64_t ops_kafka_read_throttle(struct ops_plan *plan, const char *text);
/* Steps: throttle (where something is copied and a throttle is wanted), reassign, throttle off. */
void ops_kafka_add_moves(struct ops_plan *plan, const struct world_cluster *cluster, const char *key,
			 const char *title);

/* A step that takes the throttles of every broker that answers and of the topics of `new` away, whoever set them. */
void ops_kafka_add_unthrottle(struct ops_plan *plan, const struct world_cluster *cluster, const char *key);
/* The reassignment that takes a plan's moves back; false when it moved nothing (reassign.c). */
bool ops_kafka_roll_back_moves(const struct ops_plan *plan, struct ops_request *out) MUST_USE;

/* ---- leaders (leaders.c) ---- */

/* Lists (`new` and `old`) that make others lead what the brokers `off` lead or would lead; replicas stay. */
void ops_kafka_lead_elsewhere(const struct world_cluster *cluster, const int32_t *off, size_t off_count,
			      struct ops_kafka_assignment *out_new, struct ops_kafka_assignment *out_old);
/* Lists with every broker preferred for about as many partitions, changing as few as possible. */
void ops_kafka_spread_leaders(const struct world_cluster *cluster, struct ops_kafka_assignment *out_new,
			      struct ops_kafka_assignment *out_old);
/* Lists with the order that stands in the text (an assignment); only the order: what was moved to other brokers
 * since stays there. */
void ops_kafka_lead_as(const struct world_cluster *cluster, const char *text, struct ops_kafka_assignment *out_new,
		       struct ops_kafka_assignment *out_old);
/* "kafka-0 12 → 20, kafka-1 40 → 32": leaders now and once the list is in force. */
void ops_kafka_note_leaders(struct ops_plan *plan, const struct world_cluster *cluster,
			    const struct ops_kafka_assignment *list);
/* The steps for lists that change only the order: the order where it changes, then the election. */
void ops_kafka_add_election(struct ops_plan *plan, const struct world_cluster *cluster, const char *key,
			    const struct ops_kafka_assignment *list);

#endif
