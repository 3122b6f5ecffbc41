/* Eligible leader replicas (KIP-966): who of a partition that is short of replicas in sync has all that was acknowledged,
 * though it is not in sync any more. Asked only where the cluster keeps them, and only of topics that are short. */
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/poll/poller_private.h"

enum { ELIGIBLE_TOPICS = 50, ELIGIBLE_PARTITIONS = 2000 }; /* a broker answers for no more partitions at once */

static bool keeps_eligible(const struct kafka_poller *poller)
{
	for (size_t i = 0; i < kafka_admin_broker_count(poller->options.admin); i++) {
		struct kafka_admin_broker broker;
		kafka_admin_broker(poller->options.admin, i, &broker);
		if (broker.versions)
			vec_each (&broker.versions->finalized_features, feature)
				if (str_eq(feature->name, "eligible.leader.replicas.version"))
					return feature->max_version_level >= 1;
	}
	return false;
}

static bool is_short(const struct kafka_topic *topic)
{
	for (int32_t i = 0; i < topic->partition_count; i++)
		if (kafka_partition_state(topic, &topic->partitions[i]) >= KAFKA_PARTITION_BELOW_MIN_ISR)
			return true;
	return false;
}

static void forget_eligible(struct kafka_poller *poller)
{
	poller->changed |= poller->snapshot.eligible_count > 0;
	arena_finish(&poller->eligible_arena);
	poller->snapshot.eligible = NULL;
	poller->snapshot.eligible_count = 0;
}

static int compare_eligible(const void *a, const void *b)
{
	const struct kafka_eligible *left = a, *right = b;
	int names = strcmp(left->topic, right->topic);
	return names ? names : (left->partition > right->partition) - (left->partition < right->partition);
}

static void take_nodes(struct arena *arena, const int32_t *items, int32_t len, const int32_t **out, size_t *count)
{
	*count = (size_t)(len > 0 ? len : 0);
	int32_t *nodes = arena_alloc(arena, (*count + 1) * sizeof *nodes);
	if (*count)
		memcpy(nodes, items, *count * sizeof *nodes);
	*out = nodes;
}

static void take_eligible(struct kafka_poller *poller, const struct kafka_describe_topic_partitions_response *response)
{
	struct arena *arena = &poller->eligible_arena;
	VEC(struct kafka_eligible) list = {0};
	vec_each (&response->topics, topic) {
		const char *name = arena_strdup(arena, topic->name);
		for (int32_t i = 0; name && !topic->error_code && i < topic->partitions.len; i++) {
			const struct kafka_topic_partition *in = &topic->partitions.items[i];
			struct kafka_eligible one = {.topic = name, .partition = in->partition_index};
			if (in->error_code || in->eligible_leader_replicas.len < 0)
				continue;
			take_nodes(arena, in->eligible_leader_replicas.items, in->eligible_leader_replicas.len,
				   &one.nodes, &one.count);
			take_nodes(arena, in->last_known_elr.items, in->last_known_elr.len, &one.last, &one.last_count);
			vec_push(&list, one);
		}
	}
	struct kafka_eligible *items = arena_alloc(arena, (list.len + 1) * sizeof *items);
	if (list.len) {
		qsort(list.items, list.len, sizeof *items, compare_eligible);
		memcpy(items, list.items, list.len * sizeof *items);
	}
	poller->snapshot.eligible = items;
	poller->snapshot.eligible_count = list.len;
	vec_finish(&list);
}

static void on_eligible(struct kafka_poller *poller, int32_t tag, const struct err *err, const void *response)
{
	forget_eligible(poller);
	if (!err)
		take_eligible(poller, response);
	kafka_part_note(poller, &poller->snapshot.eligible_part, err);
	kafka_poll_finish(poller, KAFKA_POLL_ELIGIBLE);
}

void kafka_poll_eligible(struct kafka_poller *poller)
{
	const struct kafka_snapshot *snapshot = &poller->snapshot;
	VEC(struct kafka_topic_query) topics = {0};
	for (size_t i = 0; keeps_eligible(poller) && i < snapshot->topic_count && topics.len < ELIGIBLE_TOPICS; i++)
		if (is_short(&snapshot->topics[i]))
			vec_push(&topics, (struct kafka_topic_query){.name = snapshot->topics[i].name});
	struct kafka_describe_topic_partitions_request request = {.topics = {topics.items, (int32_t)topics.len},
								  .response_partition_limit = ELIGIBLE_PARTITIONS,
								  .cursor = KAFKA_NULL_ARRAY};
	if (topics.len > 0) {
		kafka_poll_send(poller, KAFKA_POLL_ELIGIBLE,
				&(struct kafka_call){.api = KAFKA_DESCRIBE_TOPIC_PARTITIONS,
						     .route = KAFKA_TO_ANY,
						     .request = &request},
				on_eligible, 0);
	} else {
		forget_eligible(poller);
		kafka_poll_finish(poller, KAFKA_POLL_ELIGIBLE);
	}
	vec_finish(&topics);
}

const struct kafka_eligible *kafka_snapshot_eligible(const struct kafka_snapshot *snapshot, const char *topic,
						     int32_t partition)
{
	const struct kafka_eligible key = {.topic = topic, .partition = partition};
	if (snapshot->eligible_count == 0)
		return NULL;
	return bsearch(&key, snapshot->eligible, snapshot->eligible_count, sizeof key, compare_eligible);
}
