/* Replicas on their way to other brokers: each broker takes in so much a second, and less where a throttle says so. */
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kafka/kafka_cluster.h"

enum { TOPIC = 2, BROKER = 4, LINE_RATE = 1024 * 1024 * 1024 };

bool demo_kafka_is_in(const int *list, size_t count, int broker)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == broker)
			return true;
	return false;
}

static void cancel_reassignment(struct demo_kafka_partition *partition)
{
	unsigned kept = 0;
	if (partition->target_count == 0)
		return;
	memcpy(partition->replicas, partition->settled, sizeof partition->replicas);
	partition->replica_count = partition->settled_count;
	partition->target_count = 0;
	memset(partition->left, 0, sizeof partition->left);
	for (size_t i = 0; i < partition->replica_count; i++)
		kept |= 1u << partition->replicas[i];
	partition->isr &= kept;
	if (partition->leader < 0 || !(kept & 1u << partition->leader))
		demo_kafka_lead(partition);
}

static bool is_same_set(const struct demo_kafka_partition *partition, const int32_t *replicas, size_t count)
{
	bool same = count == partition->replica_count;
	for (size_t i = 0; same && i < count; i++)
		same = demo_kafka_has_replica(partition, replicas[i]);
	return same;
}

void demo_kafka_reassign(struct demo_kafka *kafka, struct demo_kafka_partition *partition, const int32_t *replicas,
			 size_t count)
{
	cancel_reassignment(partition);
	count = count > DEMO_CLUSTER_BROKERS_MAX ? DEMO_CLUSTER_BROKERS_MAX : count;
	if (count == 0)
		return;
	if (is_same_set(partition, replicas, count)) {
		for (size_t i = 0; i < count; i++)
			partition->replicas[i] = replicas[i];
		return;
	}
	memcpy(partition->settled, partition->replicas, sizeof partition->settled);
	partition->settled_count = partition->replica_count;
	partition->target_count = count;
	partition->reassigned_ms = demo_time_ms(kafka->demo);
	partition->replica_count = 0;
	for (size_t i = 0; i < count; i++) {
		partition->target[i] = partition->replicas[partition->replica_count++] = replicas[i];
		if (!demo_kafka_is_in(partition->settled, partition->settled_count, replicas[i]))
			partition->left[replicas[i]] = demo_kafka_partition_bytes(kafka, partition) + 1;
	}
	/* While it lasts a partition has them all, those to come first. */
	for (size_t i = 0; i < partition->settled_count && partition->replica_count < DEMO_CLUSTER_BROKERS_MAX; i++)
		if (!demo_kafka_has_replica(partition, partition->settled[i]))
			partition->replicas[partition->replica_count++] = partition->settled[i];
}

/* ---- copying ---- */

static bool is_throttled(const struct demo_kafka *kafka, const struct demo_kafka_topic *topic, size_t partition,
			 int broker, const char *list)
{
	char entry[32];
	const char *value = demo_kafka_setting(kafka, TOPIC, topic->name, list);
	snprintf(entry, sizeof entry, "%zu:%d", partition, broker);
	return value && (!strcmp(value, "*") || str_has_word(value, ',', entry));
}

static int64_t rate_of(const struct demo_kafka *kafka, int broker, const char *name)
{
	char id[16];
	int64_t rate;
	snprintf(id, sizeof id, "%d", broker);
	const char *value = demo_kafka_setting(kafka, BROKER, id, name);
	return value && str_to_i64(value, &rate) ? rate : INT64_MAX;
}

struct demo_kafka_budgets { /* bytes that may still pass in this round */
	int64_t in[DEMO_CLUSTER_BROKERS_MAX], throttled_in[DEMO_CLUSTER_BROKERS_MAX],
		throttled_out[DEMO_CLUSTER_BROKERS_MAX];
};

static int64_t in_time(int64_t rate, int64_t elapsed_ms)
{
	return rate > LINE_RATE ? (int64_t)LINE_RATE * elapsed_ms / 1000 : rate * elapsed_ms / 1000;
}

static int64_t least_of(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void copy_replicas(const struct demo_kafka *kafka, const struct demo_kafka_topic *topic, size_t index,
			  struct demo_kafka_partition *partition, int to, struct demo_kafka_budgets *budgets)
{
	int from = partition->leader;
	if (from < 0 || !kafka->brokers[from].up || !kafka->brokers[to].up)
		return;
	bool in = is_throttled(kafka, topic, index, to, "follower.replication.throttled.replicas");
	bool out = is_throttled(kafka, topic, index, from, "leader.replication.throttled.replicas");
	int64_t bytes = least_of(partition->left[to], budgets->in[to]);
	bytes = in ? least_of(bytes, budgets->throttled_in[to]) : bytes;
	bytes = out ? least_of(bytes, budgets->throttled_out[from]) : bytes;
	partition->left[to] -= bytes;
	budgets->in[to] -= bytes;
	budgets->throttled_in[to] -= in ? bytes : 0;
	budgets->throttled_out[from] -= out ? bytes : 0;
}

static void finish_reassignment(struct demo_kafka_partition *partition)
{
	unsigned wanted = 0;
	for (size_t i = 0; i < partition->target_count; i++)
		wanted |= 1u << partition->target[i];
	if ((partition->isr & wanted) != wanted)
		return;
	memcpy(partition->replicas, partition->target, sizeof partition->replicas);
	partition->replica_count = partition->target_count;
	partition->target_count = 0;
	partition->isr &= wanted;
	if (partition->leader < 0 || !(wanted & 1u << partition->leader))
		demo_kafka_lead(partition);
}

void demo_kafka_move_replicas(struct demo_kafka *kafka, int64_t elapsed_ms)
{
	struct demo_kafka_budgets budgets;
	for (int i = 0; i < DEMO_CLUSTER_BROKERS_MAX; i++) {
		budgets.in[i] = in_time(LINE_RATE, elapsed_ms);
		budgets.throttled_in[i] = in_time(rate_of(kafka, i, "follower.replication.throttled.rate"), elapsed_ms);
		budgets.throttled_out[i] = in_time(rate_of(kafka, i, "leader.replication.throttled.rate"), elapsed_ms);
	}
	vec_each (&kafka->topics, topic) {
		for (size_t i = 0; i < topic->count; i++) {
			struct demo_kafka_partition *partition = &kafka->partitions.items[topic->first + i];
			if (partition->target_count == 0)
				continue;
			for (int to = 0; to < DEMO_CLUSTER_BROKERS_MAX; to++)
				if (partition->left[to] > 0)
					copy_replicas(kafka, topic, i, partition, to, &budgets);
			finish_reassignment(partition);
		}
	}
}
