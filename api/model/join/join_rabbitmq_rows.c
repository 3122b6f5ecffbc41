/* The rows of queues and of their replicas, made from RabbitMQ's lists when somebody looks at them. */
#include <string.h>

#include "api/base/str.h"
#include "api/model/join/join.h"
#include "api/model/join/joined.h"

uint64_t join_rabbitmq_answers_mark(const struct join_cluster *cluster)
{
	const struct rabbitmq_snapshot *snapshot = &cluster->rabbitmq;
	uint64_t mark = join_answers_mix(cluster->brokers_generation, (uintptr_t)snapshot->queues);
	mark = join_answers_mix(mark, cluster->tallied_names);
	return join_answers_mix(mark, (uint64_t)snapshot->queues_part.updated_ms);
}

static int16_t index_of_word(const struct join_cluster *cluster, uint16_t word)
{
	return word < cluster->rabbitmq.queues->word_count ? cluster->word_broker[word] : -1;
}

void join_rabbitmq_replicated_at(const struct join_cluster *cluster, int64_t index, struct world_replicated *out)
{
	const struct rabbitmq_queues *queues = cluster->rabbitmq.queues;
	if (!queues || cluster->tallied != queues || index < 0 || (size_t)index >= queues->replicated_count)
		return;
	const struct rabbitmq_queue *queue = &queues->items[queues->replicated[index]];
	out->name = queue->name;
	out->vhost = rabbitmq_word(queues, queue->vhost);
	out->leader = index_of_word(cluster, queue->leader);
	out->state = join_rabbitmq_queue_state(queue);
	out->min_in_sync = queue->member_count ? queue->member_count / 2 + 1 : -1;
	for (size_t i = 0; i < queue->member_count && i < WORLD_REPLICAS_MAX; i++) {
		int16_t at = index_of_word(cluster, queue->members[i]);
		out->replicas[i] = at;
		out->replica_ids[i] = at >= 0 ? cluster->brokers.items[at]->ordinal : -1;
		out->in_sync[i] = join_rabbitmq_is_online(queue, queue->members[i]);
		out->in_sync_count += out->in_sync[i];
		out->replica_count++;
	}
}

/* What fits; returns the length with it. */
static size_t put_words(char *text, size_t size, size_t len, const char *words)
{
	const char *end = memccpy(text + len, words, '\0', size - len);
	text[size - 1] = '\0';
	return end ? (size_t)(end - text) - 1 : size - 1;
}

/* For each row that is sorted or filtered: no printf. */
static const char *joined_names(struct join_cluster *cluster, const uint16_t *words, size_t count)
{
	char text[4096];
	size_t len = 0;
	*text = '\0';
	for (size_t i = 0; i < count && len < sizeof text - 1; i++) {
		int16_t at = index_of_word(cluster, words[i]);
		const char *name =
			at >= 0 ? cluster->brokers.items[at]->name : rabbitmq_word(cluster->rabbitmq.queues, words[i]);
		len = put_words(text, sizeof text, len, i ? "," : "");
		len = put_words(text, sizeof text, len, str_or(name, "?"));
	}
	return join_cluster_phrase(cluster, text);
}

static enum severity queue_severity(const struct rabbitmq_queue *queue, const char *state)
{
	if (queue->type == RABBITMQ_QUORUM || queue->type == RABBITMQ_STREAM)
		return world_replica_state_severity(join_rabbitmq_queue_state(queue));
	if (!state)
		return SEV_INFO;
	return str_eq(state, "running") || str_eq(state, "idle") ? SEV_OK : str_eq(state, "down") ? SEV_BAD : SEV_WARN;
}

#define QUEUE_JOIN_COUNT(queues, value) value
#define QUEUE_JOIN_SMALL(queues, value) value
#define QUEUE_JOIN_BYTES(queues, value) value
#define QUEUE_JOIN_RATE(queues, value) value
#define QUEUE_JOIN_FLAG(queues, value) value
#define QUEUE_JOIN_TEXT(queues, value) value
#define QUEUE_JOIN_WORD(queues, value) rabbitmq_word(queues, value)

void join_queue_at(const struct world_cluster *pub, int64_t index, struct world_queue *out)
{
	struct join_cluster *cluster = join_cluster_of(pub);
	const struct rabbitmq_queues *queues = cluster->rabbitmq.queues;
	*out = (struct world_queue){
		.cluster = &cluster->pub,
		.name = "",
#define X(place, asked, type, member, ...) .member = WORLD_UNKNOWN_##type,
#include "api/rabbitmq/queue_fields.def"
#undef X
	};
	if (!queues || cluster->tallied != queues || index < 0 || (size_t)index >= queues->count)
		return;
	const struct rabbitmq_queue *queue = &queues->items[index];
	uint16_t leader = queue->leader != RABBITMQ_NO_NAME ? queue->leader : queue->node;
	int16_t at = index_of_word(cluster, leader);
	out->name = queue->name;
	out->vhost = rabbitmq_word(queues, queue->vhost);
	out->type = rabbitmq_queue_type_word(queue->type);
	out->state = rabbitmq_word(queues, queue->state);
	out->leader = at >= 0 ? cluster->brokers.items[at]->name : rabbitmq_word(queues, leader);
	out->members = queue->members_known ? joined_names(cluster, queue->members, queue->member_count) : NULL;
	out->online = queue->online_known
			      ? joined_names(cluster, queue->members + queue->member_count, queue->online_count)
			      : NULL;
#define X(place, asked, type, member, ...) out->member = QUEUE_JOIN_##type(queues, queue->member);
#include "api/rabbitmq/queue_fields.def"
#undef X
	out->severity = queue_severity(queue, out->state);
}
