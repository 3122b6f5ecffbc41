/* Topics and partitions as they are at this moment: found by name, who holds and leads them, and how long their logs
 * are. Lengths are formulas over time, not counters, so that the same moment looks the same in every run. */
#include "api/demo/kafka/kafka_cluster.h"

#include <math.h>

#include "api/base/str.h"

struct demo_kafka_topic *demo_kafka_find_topic(struct demo_kafka *kafka, const char *name)
{
	vec_each (&kafka->topics, topic) {
		if (str_eq(topic->name, name))
			return topic;
	}
	return NULL;
}

struct demo_kafka_partition *demo_kafka_find_partition(struct demo_kafka *kafka, const char *name, int32_t index)
{
	const struct demo_kafka_topic *topic = demo_kafka_find_topic(kafka, name);
	bool there = topic && index >= 0 && (size_t)index < topic->count;
	return there ? &kafka->partitions.items[topic->first + (size_t)index] : NULL;
}

/* Rises all the time, now faster, now slower: the derivative is rate × (1 + 0.33 cos). */
int64_t demo_kafka_end_offset(const struct demo_kafka *kafka, const struct demo_kafka_partition *partition,
			      double seconds_ago)
{
	double t = (double)demo_time_ms(kafka->demo) / 1000 - seconds_ago;
	return partition->base_offset + (int64_t)(partition->rate * (t + 20 * sin(t / 60 + partition->phase)));
}

int64_t demo_kafka_start_offset(const struct demo_kafka *kafka, const struct demo_kafka_partition *partition)
{
	int64_t kept = (int64_t)(partition->rate * 86400) + 1000;
	int64_t end = demo_kafka_end_offset(kafka, partition, 0);
	return end > kept ? end - kept : 0;
}

/* Grows all the time, now faster, now slower, until retention takes an hour's worth: so do the logs of a real
 * broker. */
int64_t demo_kafka_partition_bytes(const struct demo_kafka *kafka, const struct demo_kafka_partition *partition)
{
	enum { RETENTION_S = 3600 };
	double t = (double)demo_time_ms(kafka->demo) / 1000;
	double grown = 450 + fmod(t, RETENTION_S) + 40 * sin(t / 60 + partition->phase);
	return partition->bytes + (int64_t)((double)partition->bytes * 1e-5 * grown);
}

int64_t demo_kafka_replica_bytes(const struct demo_kafka *kafka, const struct demo_kafka_partition *partition,
				 int broker)
{
	int64_t bytes = demo_kafka_has_replica(partition, broker) ? demo_kafka_partition_bytes(kafka, partition) : 0;
	return bytes > partition->left[broker] ? bytes - partition->left[broker] : 0;
}

int64_t demo_kafka_disk_used(const struct demo_kafka *kafka, int broker)
{
	int64_t used = 0;
	vec_each (&kafka->topics, topic)
		for (size_t i = 0; i < topic->count; i++)
			used += demo_kafka_replica_bytes(kafka, &kafka->partitions.items[topic->first + i], broker);
	return used;
}

void demo_kafka_lead(struct demo_kafka_partition *partition)
{
	for (size_t i = 0; i < partition->replica_count; i++) {
		if (partition->isr & 1u << partition->replicas[i]) {
			partition->leader = partition->replicas[i];
			partition->leader_epoch++;
			return;
		}
	}
	partition->leader = -1;
}

bool demo_kafka_has_replica(const struct demo_kafka_partition *partition, int broker)
{
	for (size_t i = 0; i < partition->replica_count; i++) {
		if (partition->replicas[i] == broker)
			return true;
	}
	return false;
}
