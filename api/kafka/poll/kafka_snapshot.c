/* Looking things up in a snapshot, and the one place that says what state a partition is in. */
#include "api/kafka/poll/kafka_snapshot.h"

#include <stdlib.h>
#include <string.h>

enum kafka_partition_state kafka_partition_state(const struct kafka_topic *topic,
						 const struct kafka_partition *partition)
{
	if (partition->leader < 0)
		return KAFKA_PARTITION_OFFLINE;
	if (topic->min_in_sync > 0 && partition->isr_count < topic->min_in_sync)
		return KAFKA_PARTITION_BELOW_MIN_ISR;
	return partition->isr_count < partition->replica_count ? KAFKA_PARTITION_UNDER_REPLICATED : KAFKA_PARTITION_OK;
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
