/* The rules that find what is wrong. One table (rules.c), one small function a rule; what a rule finds becomes a
 * problem, and the worst of a cluster's becomes its headline. */
#ifndef MQDECK_MODEL_RULES_RULES_H
#define MQDECK_MODEL_RULES_RULES_H

#include "api/model/world/world_private.h"

struct rule_findings {
	struct world *world;
	struct world_kept_cluster *cluster; /* NULL while rules about the whole Kubernetes cluster run */
	VEC(struct world_problem) items;
};

/* Texts live in the world's frame. `view` and `key` lead to what it is about; key NULL = the cluster's. */
void rule_finding_add(struct rule_findings *findings, enum severity severity, const char *view, const char *key,
		      const char *text, const char *detail);
const char *rule_finding_key(struct rule_findings *findings, const char *name); /* "namespace/name" */

typedef void rule_fn(struct rule_findings *findings);

struct rule {
	const char *name;
	rule_fn *find;
};

/* Worst first where severities are equal. */
extern const struct rule rules_of_cluster[];
extern const size_t rules_of_cluster_count;
extern const struct rule rules_of_world[];
extern const size_t rules_of_world_count;

/* Replication, by kind of broker (rules_kafka.c, rules_rabbitmq.c) */
rule_fn rule_kafka_offline, rule_kafka_below_min_isr, rule_kafka_no_controller, rule_kafka_under_replicated,
	rule_kafka_moving, rule_kafka_log_dirs;
rule_fn rule_rabbitmq_minority, rule_rabbitmq_leaderless, rule_rabbitmq_alarms, rule_rabbitmq_partitioned,
	rule_rabbitmq_short;
/* Kubernetes' side and the connection (rules_brokers.c) */
rule_fn rule_not_started, rule_brokers_down, rule_unheard, rule_management_refused, rule_operator, rule_scaling,
	rule_rolling, rule_disk_full, rule_critical, rule_cordoned;
/* Of no broker cluster (rules.c) */
rule_fn rule_link, rule_nodes, rule_forbidden;

/* What to say when no rule found anything: the sentence of a healthy or unknown cluster, and its severity. */
enum severity rule_calm_headline(struct world *world, struct world_kept_cluster *cluster, const char **headline);

#endif
