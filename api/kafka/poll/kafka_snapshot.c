/* Looking things up in a snapshot, and the one place that says what state a partition is in. */
#include "api/kafka/poll/kafka_snapshot.h"

#include <stdlib.h>
#include <string.h>

static bool snapshot_lists(const int32_t *nodes, uint8_t count, int32_t id)
{
	for (uint8_t i = 0; i < count; i++)
		if (nodes[i] == id)
			return true;
	return false;
}

int32_t kafka_partition_minimum(const struct kafka_topic *topic, const struct kafka_partition *partition)
{
	if (topic->min_in_sync <= partition->replica_count || topic->minimum == KAFKA_MINIMUM_LITERAL)
		return topic->min_in_sync;
	return topic->minimum == KAFKA_MINIMUM_CAPPED ? partition->replica_count : -1;
}

int32_t kafka_partition_behind(const struct kafka_partition *partition)
{
	int32_t behind = 0;
	for (uint8_t i = 0; i < partition->replica_count && partition->isr_count < partition->replica_count; i++)
		behind += !snapshot_lists(kafka_partition_isr(partition), partition->isr_count, partition->nodes[i]) &&
			  !snapshot_lists(kafka_partition_adding(partition), partition->adding_count,
					  partition->nodes[i]);
	return behind;
}

enum kafka_partition_state kafka_partition_state(const struct kafka_topic *topic,
						 const struct kafka_partition *partition)
{
	if (partition->leader < 0)
		return KAFKA_PARTITION_OFFLINE;
	int32_t minimum = kafka_partition_minimum(topic, partition);
	if (partition->isr_count < minimum)
		return KAFKA_PARTITION_BELOW_MIN_ISR;
	if (kafka_partition_behind(partition) > 0)
		return KAFKA_PARTITION_UNDER_REPLICATED;
	return minimum < 0 ? KAFKA_PARTITION_UNKNOWN : KAFKA_PARTITION_OK;
}

static int compare_broker(const void *key, const void *item)
{
	int32_t left = *(const int32_t *)key, right = ((const struct kafka_broker *)item)->id;
	return (left > right) - (left < right);
}

const struct kafka_broker *kafka_snapshot_broker(const struct kafka_snapshot *snapshot, int32_t id)
{
	if (snapshot->broker_count == 0)
		return NULL;
	return bsearch(&id, snapshot->brokers, snapshot->broker_count, sizeof *snapshot->brokers, compare_broker);
}

static int compare_topic(const void *key, const void *item)
{
	return strcmp(key, ((const struct kafka_topic *)item)->name);
}

const struct kafka_topic *kafka_snapshot_topic(const struct kafka_snapshot *snapshot, const char *name)
{
	if (snapshot->topic_count == 0)
		return NULL;
	return bsearch(name, snapshot->topics, snapshot->topic_count, sizeof *snapshot->topics, compare_topic);
}
