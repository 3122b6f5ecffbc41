/* The table of rules, and what their functions share. */
#ifndef MQDECK_MODEL_RULES_RULES_PRIVATE_H
#define MQDECK_MODEL_RULES_RULES_PRIVATE_H

#include "api/model/join/joined.h"

struct rule_findings {
	struct world *world;
	struct join_cluster *cluster; /* NULL while rules about the whole Kubernetes cluster run */
	struct join_problems *found;
};

/* Texts live in the world's frame. `view` and `key` lead to what it is about; key NULL = the cluster's. */
void rule_finding_add(struct rule_findings *findings, enum severity severity, const char *view, const char *key,
		      const char *text, const char *detail);
const char *rule_finding_key(struct rule_findings *findings, const char *name); /* "namespace/name" */

/* X(name): of each broker cluster, worst first where severities are equal. */
#define RULES_OF_CLUSTER(X)                                                                                            \
	X(kafka_offline)                                                                                               \
	X(kafka_below_min_isr)                                                                                         \
	X(rabbitmq_minority)                                                                                           \
	X(rabbitmq_leaderless)                                                                                         \
	X(kafka_no_controller)                                                                                         \
	X(rabbitmq_alarms)                                                                                             \
	X(rabbitmq_partitioned)                                                                                        \
	X(kafka_log_dirs)                                                                                              \
	X(unjoined)                                                                                                    \
	X(not_started)                                                                                                 \
	X(kafka_under_replicated)                                                                                      \
	X(rabbitmq_short)                                                                                              \
	X(rabbitmq_waiting)                                                                                            \
	X(unmanaged)                                                                                                   \
	X(rolling)                                                                                                     \
	X(brokers_down)                                                                                                \
	X(kafka_controllers_down)                                                                                      \
	X(disk_full)                                                                                                   \
	X(inodes_full)                                                                                                 \
	X(unheard)                                                                                                     \
	X(operator)                                                                                                    \
	X(scaling)                                                                                                     \
	X(kafka_moving)                                                                                                \
	X(critical)                                                                                                    \
	X(cordoned)                                                                                                    \
	X(management_refused)                                                                                          \
	X(withheld)

/* Of no broker cluster (rules_world.c). */
#define RULES_OF_WORLD(X)                                                                                              \
	X(link)                                                                                                        \
	X(nodes)                                                                                                       \
	X(unread)

#define X(name) void rule_##name(struct rule_findings *findings);
RULES_OF_CLUSTER(X)
RULES_OF_WORLD(X)
#undef X

/* What to say when no rule found anything: the sentence of a healthy or unknown cluster, and its severity. */
enum severity rule_calm_headline(struct world *world, struct join_cluster *cluster, const char **headline);

/* One word and a severity for every broker of it. */
void rule_broker_states(struct join_cluster *cluster);
/* What is wrong with a broker, as a sentence that begins with its name; NULL when nothing is. */
const char *rule_broker_trouble(struct world *world, const struct join_broker *broker);
/* Containers that end (crashes.c). ": its init container NAME" and the like, where it is not the broker's own container; "" else. */
const char *rule_crash_container(struct world *world, const struct join_broker *broker,
				 const struct kube_container_status *status);
const char *rule_crash_loop(struct world *world, const struct join_broker *broker);
const char *rule_crash_once(struct world *world, const struct join_broker *broker);
/* "crashed: no space left on device" for the word of a state that is a crash, where the reason is known. */
const char *rule_crash_word(struct world *world, const struct join_broker *broker, const char *word);
/* RabbitMQ (rules_hearing.c): on a side of a split network that is not the only largest one. */
bool rule_rabbitmq_is_cut_off(const struct join_broker *broker);
bool rule_rabbitmq_never_pauses(const struct world_cluster *cluster);
/* The brokers alive on other sides than this, and those that others wait for: "a, b and c", "" when none. */
const char *rule_rabbitmq_others(struct world *world, const struct join_cluster *cluster, int16_t side);
const char *rule_rabbitmq_awaited(struct world *world, const struct join_cluster *cluster);
/* Since when it has not been ready, Unix ms; -1 = it is, or that is not known. */
int64_t rule_broker_unready_since(const struct join_broker *broker);
/* It does not become ready by itself: it crashes, has no image, no node or no volume. */
bool rule_broker_is_stuck(const struct join_broker *broker);
/* ": kafka-2 is down, node-3 stopped reporting 41 s ago": the worst troubles of the cluster's brokers; "" without. */
const char *rule_broker_causes(struct world *world, const struct join_cluster *cluster);

#endif
