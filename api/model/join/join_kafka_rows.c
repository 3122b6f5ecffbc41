/* Rows of Kafka's partitions, topics and groups: made from the snapshot of the moment when they are looked at, because
 * 200,000 partitions are not kept twice. */
#include <stdio.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/join/join.h"
#include "api/model/join/joined.h"

static bool kafka_join_holds(const int32_t *ids, size_t count, int32_t id)
{
	for (size_t i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

uint64_t join_kafka_answers_mark(const struct join_cluster *cluster)
{
	const struct kafka_snapshot *snapshot = join_cluster_kafka(cluster);
	uint64_t mark = join_answers_mix(cluster->brokers_generation, (uintptr_t)snapshot);
	if (!snapshot)
		return mark;
	const int64_t read_ms[] = {snapshot->metadata_part.updated_ms, snapshot->reassignment_part.updated_ms,
				   snapshot->config_part.updated_ms,   snapshot->group_part.updated_ms,
				   snapshot->eligible_part.updated_ms, (int64_t)snapshot->eligible_count};
	for (size_t i = 0; i < ARRAY_LEN(read_ms); i++)
		mark = join_answers_mix(mark, (uint64_t)read_ms[i]);
	for (size_t i = 0; i < snapshot->broker_count; i++)
		mark = join_answers_mix(mark,
					(uint64_t)snapshot->brokers[i].dirs_part.updated_ms); /* sizes of partitions */
	mark = join_answers_mix(mark, snapshot->topic_count);
	return join_answers_mix(mark, snapshot->group_count);
}

static size_t topic_of(const struct join_cluster *cluster, int64_t index)
{
	size_t low = 0, high = cluster->topic_first.len;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (cluster->topic_first.items[middle] <= index)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void fill_replicas(const struct join_cluster *cluster, const struct kafka_partition *partition,
			  struct world_replicated *out)
{
	for (size_t i = 0; i < partition->replica_count && i < WORLD_REPLICAS_MAX; i++) {
		int32_t id = partition->nodes[i];
		out->replica_ids[i] = id;
		out->replicas[i] = join_kafka_broker_of(cluster, id);
		out->in_sync[i] = kafka_join_holds(kafka_partition_isr(partition), partition->isr_count, id);
		out->joining[i] = kafka_join_holds(kafka_partition_adding(partition), partition->adding_count, id);
		out->leaving[i] = kafka_join_holds(kafka_partition_removing(partition), partition->removing_count, id);
		out->in_sync_count += out->in_sync[i];
		out->replica_count++;
	}
}

static void fill_eligible(const struct kafka_eligible *eligible, struct world_replicated *out)
{
	out->eligible_known = eligible != NULL;
	for (size_t i = 0; eligible && i < out->replica_count; i++) {
		out->eligible[i] = kafka_join_holds(eligible->nodes, eligible->count, out->replica_ids[i]);
		out->was_eligible[i] = kafka_join_holds(eligible->last, eligible->last_count, out->replica_ids[i]);
	}
}

void join_kafka_replicated_at(const struct join_cluster *cluster, int64_t index, struct world_replicated *out)
{
	const struct kafka_snapshot *snapshot = join_cluster_kafka(cluster);
	if (!snapshot || index < 0 || !cluster->topic_first.len || cluster->topic_first.len != snapshot->topic_count)
		return;
	size_t at = topic_of(cluster, index);
	const struct kafka_topic *topic = &snapshot->topics[at];
	int64_t number = index - cluster->topic_first.items[at];
	if (number >= topic->partition_count)
		return;
	const struct kafka_partition *partition = &topic->partitions[number];
	out->name = topic->name;
	out->partition = partition->id;
	out->leader = join_kafka_broker_of(cluster, partition->leader);
	out->leader_id = partition->leader;
	out->min_in_sync = kafka_partition_minimum(topic, partition);
	out->state = join_kafka_partition_state(topic, partition);
	out->size_bytes = partition->size_bytes;
	fill_replicas(cluster, partition, out);
	fill_eligible(kafka_snapshot_eligible(snapshot, topic->name, partition->id), out);
}

void join_topic_at(const struct world_cluster *pub, int64_t index, struct world_topic *out)
{
	const struct kafka_snapshot *snapshot = join_cluster_kafka(join_cluster_of(pub));
	*out = (struct world_topic){.cluster = (struct world_cluster *)pub,
				    .name = "",
				    .partitions = -1,
#define X(place, type, member, ...) WORLD_IF_##place(.member = WORLD_UNKNOWN_##type, )
#include "api/kafka/poll/topic_fields.def"
#undef X
				    .replication_factor = -1,
				    .size_bytes = -1};
	if (!snapshot || index < 0 || (size_t)index >= snapshot->topic_count)
		return;
	const struct kafka_topic *topic = &snapshot->topics[index];
	out->name = topic->name;
#define X(place, type, member, ...) WORLD_IF_##place(out->member = topic->member;)
#include "api/kafka/poll/topic_fields.def"
#undef X
	if (kafka_topic_is_hidden(topic)) {
		out->under_replicated = out->below_min_isr = out->offline = -1;
		return;
	}
	bool unknown = false;
	out->partitions = topic->partition_count;
	out->size_bytes = topic->stored_bytes;
	for (int32_t i = 0; i < topic->partition_count; i++) {
		const struct kafka_partition *partition = &topic->partitions[i];
		enum world_replica_state state = join_kafka_partition_state(topic, partition);
		out->replication_factor = partition->replica_count > out->replication_factor ? partition->replica_count
											     : out->replication_factor;
		unknown |= partition->leader >= 0 && kafka_partition_minimum(topic, partition) < 0;
		out->under_replicated += state != WORLD_REPLICA_OK && state != WORLD_REPLICA_UNKNOWN;
		out->below_min_isr += state == WORLD_REPLICA_BELOW_MIN_ISR;
		out->offline += state == WORLD_REPLICA_OFFLINE;
	}
	out->below_min_isr = unknown ? -1 : out->below_min_isr;
}

/* For a broker whose pod is not known. */
static const char *id_in_words(struct join_cluster *cluster, int32_t id)
{
	char text[16];
	snprintf(text, sizeof text, "%d", (int)id);
	return join_cluster_phrase(cluster, text);
}

static const char *topics_of(struct join_cluster *cluster, const struct kafka_group *group)
{
	char text[1024];
	size_t len = 0;
	const char *last = NULL;
	*text = '\0';
	for (size_t i = 0; i < group->partition_count && len < sizeof text - 1; i++) {
		if (str_eq(group->partitions[i].topic, last))
			continue;
		last = group->partitions[i].topic;
		int put = snprintf(text + len, sizeof text - len, "%s%s", len ? "," : "", str_or(last, ""));
		len += put > 0 ? (size_t)put : 0;
	}
	return join_cluster_phrase(cluster, text);
}

void join_group_at(const struct world_cluster *pub, int64_t index, struct world_group *out)
{
	struct join_cluster *cluster = join_cluster_of(pub);
	const struct kafka_snapshot *snapshot = join_cluster_kafka(cluster);
	*out = (struct world_group){
		.cluster = &cluster->pub,
		.name = "",
#define X(place, type, member, ...) WORLD_IF_##place(.member = WORLD_UNKNOWN_##type, )
#include "api/kafka/poll/group_fields.def"
#undef X
	};
	if (!snapshot || index < 0 || (size_t)index >= snapshot->group_count)
		return;
	const struct kafka_group *group = &snapshot->groups[index];
	int16_t at = join_kafka_broker_of(cluster, group->coordinator);
	out->name = group->id;
	out->coordinator = at >= 0                   ? cluster->brokers.items[at]->name
			   : group->coordinator >= 0 ? id_in_words(cluster, group->coordinator)
						     : NULL;
	out->topics = topics_of(cluster, group);
#define X(place, type, member, ...) WORLD_IF_##place(out->member = group->member;)
#include "api/kafka/poll/group_fields.def"
#undef X
	/* What was committed to hidden topics is left out without a word, as they are. */
	if (err_is_set(&snapshot->hidden))
		out->lag = -1;
}
