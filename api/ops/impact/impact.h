/* The impact: what a cluster loses while some of its brokers are away, by name. Made from what was read and from
 * nothing else: what is not known is said to be not known. One pass over the replicas and one over the queues. */
#ifndef MQDECK_OPS_IMPACT_IMPACT_H
#define MQDECK_OPS_IMPACT_IMPACT_H

#include "api/base/vec.h"
#include "api/ops/plan/name_list.h"
#include "api/ops/plan/plan.h"

/* X(NAME, member in JSON): kinds of what happens to a partition or queue. Each is in one of the first six at most. */
#define OPS_IMPACT_EFFECTS(X)                                                                                          \
	X(OFFLINE, "partitionsOffline")          /* no in-sync replica is left */                                      \
	X(BELOW_MIN, "partitionsBelowMinInSync") /* acks=all is refused */                                             \
	X(MINORITY, "queuesWithoutQuorum")       /* quorum queues and streams */                                       \
	X(NO_SLACK, "partitionsWithoutSlack")    /* acks=all is refused: min.insync.replicas = replicas */             \
	X(UNPROTECTED, "unprotected")            /* no replica to spare even when all are well: never forbids */       \
	X(UNDER_REPLICATED, "underReplicated")   /* stays up, under-replicated */                                      \
	X(LEADERS, "leadersMoved")                                                                                     \
	X(CLASSIC, "classicQueuesUnavailable") /* from here on indexes are those of world_queue_at */                  \
	X(OTHER, "queuesOfUnknownType")        /* nobody knows what becomes of them */

enum ops_impact_effect {
#define X(name, json) OPS_IMPACT_##name,
	OPS_IMPACT_EFFECTS(X)
#undef X
		OPS_IMPACT_EFFECT_COUNT
};

struct ops_impact {
	const struct world_cluster *cluster;
	bool in_turn;      /* one after the other, each back before the next goes */
	char brokers[200]; /* "kafka-2", "kafka-0, kafka-1, kafka-2 and 2 more" */
	size_t broker_count;
	VEC(uint32_t)
	lists[OPS_IMPACT_EFFECT_COUNT]; /* numbers for world_replicated_at, from CLASSIC on for world_queue_at */
	int32_t voters,
		voters_left; /* of the controllers' quorum that keep up; -1 = there is none or it is not known */
	bool quorum_lost;
	int32_t members, members_left;    /* RabbitMQ nodes running now, and after; -1 not known */
	int64_t connections;              /* clients connected to those brokers; -1 not known of all of them */
	VEC(struct world_client) clients; /* what connections is the sum of, most first; names are the world's */
	int64_t groups;                   /* Kafka consumer groups that get another coordinator; -1 not known */
	int64_t volumes;                  /* claims of those brokers */
	char unknown[ERR_TEXT_MAX];       /* what could not be read and might hurt; "" = nothing */
};

/* The brokers are of that cluster. The result holds numbers of this moment's world: of use until the next
 * world_update(). */
void ops_impact_of(struct ops_impact *out, const struct world_cluster *cluster,
		   const struct world_broker *const *brokers, size_t count, bool in_turn);
void ops_impact_finish(struct ops_impact *impact);
static inline void cleanup_ops_impact_finish(struct ops_impact *impact)
{
	ops_impact_finish(impact);
}

/* Sentences into the plan. `harm` is what lost availability and what is not known become: OPS_BLOCKS, OPS_DANGER, … */
void ops_impact_note(struct ops_plan *plan, const struct ops_impact *impact, enum ops_sentence_kind harm);
/* The first names of those that an effect hits, and how many there are. */
void ops_impact_name_rows(const struct ops_impact *impact, enum ops_impact_effect effect, struct ops_name_list *names);
bool ops_impact_harms(const struct ops_impact *impact); /* availability is lost, or nobody knows */

/* For the plan's JSON: an array with an object for each cluster from which the plan takes brokers away, with every
 * name. Never NULL; the caller deletes it. */
struct cJSON *ops_impact_json(const struct ops_plan *plan, const struct ops_context *context);
/* The same as text, of that moment's world; free() it. NULL when the target is gone. */
char *ops_impact_text(const struct world_view *view, const struct ops_plan *plan);

/* May this broker be stopped now? Kafka's can-roll rule, RabbitMQ's critical rule (api/model/records/critical.h); no
 * with the reason, also when it cannot be told. A broker that is known to be down may. */
bool ops_impact_can_stop(const struct world_cluster *cluster, const struct world_broker *broker,
			 struct err *why) MUST_USE;

/* The partitions or queues that are under-replicated now: their number (-1 not known) and the first names ("" when
 * none). */
int64_t ops_impact_unwell(const struct world_cluster *cluster, char *names, size_t size);

/* ---- clients: what impact.c and impact_sentences.c leave to impact_clients.c ---- */

void ops_impact_count_clients(struct ops_impact *out, const struct world_broker *const *brokers, size_t count);
void ops_impact_note_clients(struct ops_plan *plan, const struct ops_impact *impact);
/* Members "connections" and "clients", [{"name", "connections"}] with every name: both null where they are not
 * known. */
void ops_impact_add_clients(const struct ops_impact *impact, struct cJSON *object);

#endif
