/* Words for the sentences of problems and headlines. Everything returned lives until the next world_update(). */
#ifndef MQDECK_MODEL_RULES_SENTENCES_H
#define MQDECK_MODEL_RULES_SENTENCES_H

#include "api/model/join/joined.h"

const char *rule_sentence_duration(struct world *world, int64_t ms); /* "41 s", "4 min 19 s", "3 h" */
const char *rule_sentence_cut(struct world *world,
			      const char *text); /* the first line, at most 120 bytes; NULL gives "" */

/* "1 partition", "12 partitions" */
const char *rule_sentence_count(struct world *world, int64_t count, const char *one, const char *many);

/* " (orders/0, pay/3 and 4 more)": of the `count` partitions or queues in that state those with the least in sync. */
const char *rule_sentence_worst(struct world *world, const struct join_cluster *cluster, enum world_replica_state state,
				int64_t count);

/* Of one that is not ready: "node-3 stopped reporting 40 s ago", "node-3 is not ready: PLEG is not healthy". */
const char *rule_sentence_node(struct world *world, const struct world_node *node);

/* "kafka-0", "kafka-0 and kafka-1", "kafka-0, kafka-1 and 3 more"; "" when none. */
const char *rule_sentence_names(struct world *world, const char *const *names, size_t count);
/* The same of the brokers that `which` takes. */
const char *rule_sentence_brokers(struct world *world, const struct join_cluster *cluster,
				  bool (*which)(const struct join_broker *broker));

#endif
