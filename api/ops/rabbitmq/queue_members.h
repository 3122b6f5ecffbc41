/* What the operations on RabbitMQ share: who is asked, what a queue loses, and the steps that run RabbitMQ's own
 * command line tools in a broker's container (rabbitmq_steps.c). */
#ifndef MQDECK_OPS_RABBITMQ_QUEUE_MEMBERS_H
#define MQDECK_OPS_RABBITMQ_QUEUE_MEMBERS_H

#include "api/ops/plan/plan.h"

/* Rights for running commands in the namespace's pods. */
void ops_rabbitmq_need(struct ops_needs *needs, const char *namespace);

/* OPS_BLOCKS sentences for whatever the judgement on queues needs and is not known now; false then. */
bool ops_rabbitmq_is_readable(struct ops_plan *plan, const struct ops_context *context);

/* The broker of the cluster with that name, NULL when there is none. */
const struct world_broker *ops_rabbitmq_broker(const struct world_cluster *cluster, const char *name);
/* One that runs and can be asked about `but`; NULL when there is none. */
const struct world_broker *ops_rabbitmq_survivor(const struct world_cluster *cluster, const struct world_broker *but);

/* Is the broker a member of the queue; in_sync (may be NULL): is that member online? */
bool ops_rabbitmq_holds(const struct world_replicated *row, const struct world_broker *broker, bool *in_sync);
/* "quorum" or "stream" of the queue; NULL when there is no such queue. */
const char *ops_rabbitmq_type(const struct world_cluster *cluster, const char *vhost, const char *name);

/* The queue of a step stands in its item as "VHOST\tNAME". free() it. */
char *ops_rabbitmq_item(const char *vhost, const char *name);

/* A node's name outlives its being known: steps that take it out of the cluster read it from the plan. */
void ops_rabbitmq_remember(struct ops_plan *plan, const struct world_broker *broker);

/* What taking those brokers out of every queue's members would do: OPS_BLOCKS for a queue that would be without a
 * quorum or without a member, or has no quorum now and so cannot change; OPS_CAUTION for one that has none to spare
 * afterwards. Returns how many memberships there are. */
int64_t ops_rabbitmq_check_shrink(struct ops_plan *plan, const struct world_cluster *cluster,
				  const struct world_broker *const *leaving, size_t count);

/* ---- cli_tools.c: for steps ---- */

/* The command argv (by NULL) in that broker's container. ERR_BUSY, so that it is tried again, when the broker is
 * NULL or has no pod. */
enum ops_verdict ops_rabbitmq_run_in(struct ops_step_request *out, const struct world_broker *broker,
				     int64_t timeout_ms, const char *const *argv, struct err *err);

/* Done with exit code 0; a node that does not answer is asked again some times; else failed in RabbitMQ's words. */
enum ops_outcome ops_rabbitmq_judge(struct ops_plan *plan, const struct ops_answer *answer, struct err *err);

/* Again after a pause, but not for ever: `tries` times for the running step. err says why. */
enum ops_outcome ops_rabbitmq_again_later(struct ops_plan *plan, int tries, struct err *err);

enum { OPS_RABBITMQ_COMPLAINT_MAX = 300 };
/* What a tool complained of, in one line. */
void ops_rabbitmq_squeeze(const char *text, char out[static OPS_RABBITMQ_COMPLAINT_MAX]);

/* ---- maintenance.c: used by what needs a broker out of the way ---- */

/* Steps that put a broker into maintenance, or bring it back and wait for its members. */
void ops_rabbitmq_add_drain(struct ops_plan *plan, const struct world_broker *broker);
void ops_rabbitmq_add_revive(struct ops_plan *plan, const struct world_broker *broker);
/* What they mean, in a plan's preflight. */
void ops_rabbitmq_check_drain(struct ops_plan *plan, const struct ops_context *context,
			      const struct world_broker *const *brokers, size_t count);
void ops_rabbitmq_check_revive(struct ops_plan *plan, const struct world_broker *broker);

#endif
