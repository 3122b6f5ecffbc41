/* Steps on the pods of brokers (pods.c), and what the operations that use them share. A pod is known by
 * the UID that stands in the plan's facts: whatever has another one is new, also for a plan that was resumed. */
#ifndef MQDECK_OPS_PARTS_PODS_H
#define MQDECK_OPS_PARTS_PODS_H

#include "api/ops/plan/plan.h"

enum {
	OPS_PODS_LEAVE_MS = 30 * 60 * 1000,
	OPS_PODS_RETURN_MS = 30 * 60 * 1000,
	OPS_PODS_CATCH_UP_MS = 6 * 60 * 60 * 1000
};

/* An argument that is "true": it makes dangerous what would be forbidden. */
bool ops_pods_flag(const struct ops_plan *plan, const char *name);
#define OPS_PODS_FORCE                                                                                                 \
	{.name = "force",                                                                                              \
	 .help = "true: proceed although availability is lost or cannot be determined",                                \
	 .type = OPS_ARGUMENT_TEXT}
#define OPS_PODS_REASON {.name = "reason", .help = "reason for the journal", .type = OPS_ARGUMENT_TEXT}
/* Flags must be true or false; says so, and the reason when one is given. */
void ops_pods_check_arguments(struct ops_plan *plan);

/* What harms becomes: forbidden, or dangerous with force=true. */
enum ops_sentence_kind ops_pods_harm(const struct ops_plan *plan);

/* What a lost log directory or a full disk means for a broker that is to come back on it. */
void ops_pods_check_disks(struct ops_plan *plan, const struct world_broker *broker);

/* Facts about a broker's pod as it is now: its UID, and how many of its replicas are behind already. */
void ops_pods_remember(struct ops_plan *plan, const struct world_broker *broker);
/* The UID remembered for a step's broker; NULL when it had no pod. */
const char *ops_pods_uid(const struct ops_plan *plan, const struct ops_context *context);
/* Another pod of that name is there, or the old one is not there any more. */
bool ops_pods_is_gone(const struct ops_plan *plan, const struct ops_context *context);

/* The steps that take one broker through a restart; how = delete_pod, evict_pod or annotate_pod. */
void ops_pods_add_restart(struct ops_plan *plan, const struct world_broker *broker, const struct ops_step_type *how);

/* The request that evicts or deletes the pod with that UID, and no other of its name. */
void ops_pods_take_away(struct ops_step_request *out, const char *namespace, const char *name, const char *uid,
			bool evict);

/* "namespace/pod" of a step → the pod's name within it; the namespace into out. */
const char *ops_pods_split(const char *key, char *namespace, size_t size);

/* Judges the answer to an eviction: later with the budget by name, done when the pod is gone. */
enum ops_outcome ops_pods_evict_answer(const struct ops_answer *answer, const char *pod, struct err *err);

/* The question whether a verb on pods (or their subresource) in the namespace is allowed. */
void ops_pods_need(struct ops_needs *needs, const char *verb, const char *subresource, const char *namespace);

/* A broker of an older or of this moment, in the words of its cluster: "kafka", "rabbitmq". */
const char *ops_pods_kind(const struct world_cluster *cluster);

#endif
