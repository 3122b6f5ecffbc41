/* The state of the cluster and how it moves: brokers follow their pods, leaders and in-sync replicas follow the
 * brokers, consumers follow their groups. */
#include "api/demo/kafka/kafka_cluster.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kube/kubelet.h"
#include "api/demo/kube/pod_logs.h"

enum {
	SESSION_MS = 1500,          /* without a heartbeat a broker is fenced after this */
	CATCH_UP_MS = 3000,         /* the first replicas are in sync again after this … */
	CATCH_UP_SPREAD_MS = 12000, /* … the last after so much more */
	REBALANCE_MS = 20000,       /* then preferred leaders take over */
	LOG_EVERY_MS = 12000,
};

static const struct {
	const char *name;
	int count, replicas, min_isr;
	long long mebibytes; /* a partition */
	double rate;         /* a partition */
} prod_topics[] = {
	{"orders", 32, 3, 2, 180, 60},
	{"orders.dlq", 8, 3, 2, 4, 0.1},
	{"payments", 24, 3, 2, 150, 40},
	{"payments.dlq", 8, 3, 2, 4, 0.1},
	{"invoices", 16, 3, 2, 120, 12},
	{"shipments", 24, 3, 2, 110, 25},
	{"stock", 24, 3, 2, 90, 30},
	{"stock.snapshots", 16, 3, 2, 200, 2},
	{"prices", 16, 3, 2, 60, 18},
	{"catalog", 16, 3, 2, 140, 6},
	{"customers", 16, 3, 2, 130, 5},
	{"customers.gdpr", 8, 3, 2, 10, 0.1},
	{"sessions", 24, 3, 2, 70, 80},
	{"search.updates", 16, 3, 2, 60, 22},
	{"recommendations", 16, 3, 2, 90, 35},
	{"fraud.signals", 16, 3, 2, 80, 28},
	{"fraud.decisions", 8, 3, 2, 40, 8},
	{"mail.events", 16, 3, 2, 50, 14},
	{"audit", 12, 3, 2, 260, 10},
	{"connect-configs", 1, 3, 2, 1, 0.1},
	{"connect-offsets", 25, 3, 2, 2, 0.3},
	{"connect-status", 5, 3, 2, 1, 0.1},
	{"clickstream.raw", 8, 2, 1, 6621, 400},
	{"__consumer_offsets", 29, 3, 2, 6, 3},
};

static const struct {
	const char *name;
	int count, replicas, min_isr;
	long long mebibytes;
	double rate;
} staging_topics[] = {
	{"app.logs", 24, 3, 2, 420, 200}, {"access.logs", 24, 3, 2, 380, 160},    {"audit", 12, 3, 2, 150, 12},
	{"traces", 16, 3, 2, 300, 120},   {"metrics", 16, 3, 2, 120, 90},         {"alerts", 4, 3, 2, 5, 0.4},
	{"tests", 6, 3, 2, 20, 3},        {"__consumer_offsets", 18, 3, 2, 4, 2},
};

static const struct {
	bool prod;
	const char *name, *topic;
	int members;
	double lag_seconds;
} groups[] = {
	{true, "billing", "payments", 4, 1.5},
	{true, "shipping", "orders", 6, 0.8},
	{true, "search-indexer", "search.updates", 3, 2},
	{true, "fraud-scoring", "fraud.signals", 4, 0.5},
	{true, "warehouse-sync", "stock", 3, 4},
	{true, "analytics", "clickstream.raw", 2, 320},
	{true, "mailer", "mail.events", 0, 90},
	{false, "indexer", "app.logs", 4, 6},
	{false, "archiver", "access.logs", 2, 45},
	{false, "tracer", "traces", 2, 3},
};

static void add_topic(struct demo_kafka *kafka, const char *name, int count, int replicas, int min_isr,
		      long long mebibytes, double rate)
{
	struct demo_kafka_topic topic = {.min_isr = min_isr,
					 .internal = str_has_prefix(name, "__"),
					 .first = kafka->partitions.len,
					 .count = (size_t)count};
	snprintf(topic.name, sizeof topic.name, "%s", name);
	for (size_t i = 0; i < sizeof topic.id.bytes; i++)
		topic.id.bytes[i] = (uint8_t)demo_random(&kafka->demo->random);
	int brokers = kafka->spec->replicas;
	for (int p = 0; p < count; p++) {
		uint64_t random = demo_random(&kafka->demo->random);
		struct demo_kafka_partition partition = {
			.leader_epoch = 3 + (int)(random & 7),
			.replica_count = (size_t)replicas,
			.base_offset = 40000000 + (int64_t)(random >> 8 & 0xffffff),
			.bytes = mebibytes * 1048576 + (int64_t)(random >> 32 & 0xfffff),
			.rate = rate * (0.8 + (double)(random >> 56 & 0x3f) / 160),
			.phase = (unsigned)(random >> 48 & 0xff),
		};
		for (int r = 0; r < replicas; r++) {
			/* Two replicas: broker 1 holds them all, so that its volume is the full one. */
			int broker =
				replicas < 3 ? (r == p % 2 ? 1 : p / 2 % 2 * 2) : (p + (int)topic.first + r) % brokers;
			partition.replicas[r] = broker;
			partition.isr |= 1u << broker;
		}
		partition.leader = partition.replicas[0];
		vec_push(&kafka->partitions, partition);
	}
	vec_push(&kafka->topics, topic);
}

/* Two partitions whose replica on broker 2 does not catch up. */
static void add_trouble(struct demo_kafka *kafka)
{
	static const int32_t lagging[] = {3, 9};
	for (size_t i = 0; i < ARRAY_LEN(lagging); i++) {
		struct demo_kafka_partition *partition = demo_kafka_find_partition(kafka, "audit", lagging[i]);
		partition->stuck = 1u << 2;
		partition->isr &= ~partition->stuck;
		if (partition->leader == 2)
			partition->leader = partition->replicas[1];
	}
}

static void broker_write_first_lines(struct demo_kafka *kafka, int broker)
{
	char pod[64], stamp[32];
	demo_cluster_pod_name(kafka->spec, broker, pod, sizeof pod);
	for (int i = 40; i > 0; i--) {
		clock_format_rfc3339(kafka->demo->start_wall_ms - i * 9000, stamp);
		stamp[10] = ' ';
		stamp[19] = '\0';
		demo_kube_logs_add(kafka->demo, kafka->spec->namespace, pod, i * 9000,
				   "[%s,%03d] INFO [UnifiedLog partition=%s-%d, dir=/var/lib/kafka/data] "
				   "Rolled new log segment at offset "
				   "%d in %d ms. (kafka.log.UnifiedLog)",
				   stamp, i * 17 % 1000, kafka->topics.items[(size_t)i % kafka->topics.len].name, i % 4,
				   41000000 + i * 1931, 2 + i % 5);
	}
}

struct demo_kafka *demo_kafka_create(struct demo *demo, const struct demo_cluster_spec *spec)
{
	struct demo_kafka *kafka = mem_alloc(sizeof *kafka);
	bool prod = str_eq(spec->namespace, "prod");
	kafka->demo = demo;
	kafka->spec = spec;
	kafka->controller_epoch = 12;
	kafka->controller_lost_ms = -1;
	snprintf(kafka->cluster_id, sizeof kafka->cluster_id, "%s",
		 prod ? "b3JkZXJzLXByb2QtaWQtQQ" : "bG9ncy1zdGFnaW5nLWlkQQ");
	for (int i = 0; i < spec->replicas; i++)
		kafka->brokers[i] =
			(struct demo_kafka_broker){.registered = true, .up = true, .changed_ms = -3600 * 1000};
	for (size_t i = 0; prod && i < ARRAY_LEN(prod_topics); i++)
		add_topic(kafka, prod_topics[i].name, prod_topics[i].count, prod_topics[i].replicas,
			  prod_topics[i].min_isr, prod_topics[i].mebibytes, prod_topics[i].rate);
	for (size_t i = 0; !prod && i < ARRAY_LEN(staging_topics); i++)
		add_topic(kafka, staging_topics[i].name, staging_topics[i].count, staging_topics[i].replicas,
			  staging_topics[i].min_isr, staging_topics[i].mebibytes, staging_topics[i].rate);
	if (spec->lags)
		add_trouble(kafka);
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		if (groups[i].prod == prod)
			vec_push(&kafka->groups, (struct demo_kafka_group){.name = groups[i].name,
									   .topic = groups[i].topic,
									   .members = groups[i].members,
									   .lag_seconds = groups[i].lag_seconds,
									   .base_lag_seconds = groups[i].lag_seconds});
	}
	for (int i = 0; i < spec->replicas; i++)
		broker_write_first_lines(kafka, i);
	return kafka;
}

void demo_kafka_destroy(struct demo_kafka *kafka)
{
	if (!kafka)
		return;
	vec_finish(&kafka->topics);
	vec_finish(&kafka->partitions);
	vec_finish(&kafka->groups);
	demo_kafka_settings_finish(kafka);
	free(kafka);
}

static void broker_log_line(struct demo_kafka *kafka, int broker, const char *text)
{
	char pod[64], stamp[32];
	if (broker < 0 || !kafka->brokers[broker].up)
		return;
	clock_format_rfc3339(demo_wall_ms(kafka->demo), stamp);
	stamp[10] = ' ';
	stamp[19] = '\0';
	demo_kube_logs_add(kafka->demo, kafka->spec->namespace,
			   demo_cluster_pod_name(kafka->spec, broker, pod, sizeof pod), 0, "[%s,%03d] %s", stamp,
			   (int)(demo_wall_ms(kafka->demo) % 1000), text);
}

static void update_brokers(struct demo_kafka *kafka)
{
	char pod[64];
	for (int i = 0; i < DEMO_CLUSTER_BROKERS_MAX; i++) {
		struct demo_kafka_broker *broker = &kafka->brokers[i];
		bool up = demo_kube_kubelet_pod_is_up(kafka->demo, kafka->spec->namespace,
						      demo_cluster_pod_name(kafka->spec, i, pod, sizeof pod));
		if (up == broker->up)
			continue;
		broker->up = up;
		broker->registered = broker->registered || up;
		broker->changed_ms = demo_time_ms(kafka->demo);
	}
}

static void update_controller(struct demo_kafka *kafka)
{
	int64_t now = demo_time_ms(kafka->demo);
	int voters = kafka->spec->replicas, up = 0;
	for (int i = 0; i < voters; i++)
		up += kafka->brokers[i].up;
	if (kafka->controller >= 0 && kafka->brokers[kafka->controller].up && up > voters / 2) {
		kafka->controller_lost_ms = -1;
		return;
	}
	if (kafka->controller_lost_ms < 0)
		kafka->controller_lost_ms = now;
	if (now - kafka->controller_lost_ms < SESSION_MS || up <= voters / 2) {
		kafka->controller = up <= voters / 2 ? -1 : kafka->controller;
		return;
	}
	for (int i = voters - 1; i >= 0; i--) {
		if (kafka->brokers[i].up)
			kafka->controller = i;
	}
	kafka->controller_epoch++;
	kafka->controller_lost_ms = -1;
	broker_log_line(kafka, kafka->controller,
			"INFO [RaftManager] Completed transition to Leader (org.apache.kafka.raft.QuorumState)");
}

/* A fenced broker leaves the in-sync set unless it is the last; one that is back joins after a while of its own. */
static void update_members(struct demo_kafka *kafka, struct demo_kafka_partition *partition, int64_t now)
{
	bool leaderless = partition->leader < 0;
	for (size_t i = 0; i < partition->replica_count; i++) {
		int id = partition->replicas[i];
		const struct demo_kafka_broker *broker = &kafka->brokers[id];
		unsigned bit = 1u << id;
		int64_t since = now - broker->changed_ms;
		int64_t catch_up = CATCH_UP_MS + (int64_t)partition->phase * CATCH_UP_SPREAD_MS / 256;
		if (!broker->up && since >= SESSION_MS && partition->isr & bit && partition->isr != bit)
			partition->isr &= ~bit;
		if (broker->up && !leaderless && !(partition->isr & bit) && !(partition->stuck & bit) &&
		    since >= catch_up && partition->left[id] == 0)
			partition->isr |= bit;
	}
}

static void update_leader(struct demo_kafka *kafka, struct demo_kafka_partition *partition, int64_t now)
{
	bool led = partition->leader >= 0 && partition->isr & 1u << partition->leader &&
		   (kafka->brokers[partition->leader].up ||
		    now - kafka->brokers[partition->leader].changed_ms < SESSION_MS);
	unsigned alive = 0;
	for (int i = 0; i < DEMO_CLUSTER_BROKERS_MAX; i++)
		alive |= kafka->brokers[i].up ? 1u << i : 0;
	if (!led && partition->isr & alive) {
		unsigned all = partition->isr;
		partition->isr &= alive;
		demo_kafka_lead(partition);
		partition->isr = all;
	} else if (!led && partition->leader >= 0) {
		partition->leader = -1;
		partition->leader_epoch++;
	}
}

static void update_isr(struct demo_kafka *kafka, struct demo_kafka_partition *partition, int64_t now)
{
	unsigned before = partition->isr;
	update_members(kafka, partition, now);
	update_leader(kafka, partition, now);
	if (partition->isr != before && partition->phase % 32 == 0)
		broker_log_line(kafka, partition->leader,
				partition->isr < before
					? "INFO [Partition] Shrinking ISR (kafka.cluster.Partition)"
					: "INFO [Partition] ISR updated, expanding (kafka.cluster.Partition)");
}

bool demo_kafka_elect_preferred(struct demo_kafka *kafka, struct demo_kafka_partition *partition)
{
	int preferred = partition->replicas[0];
	if (!kafka->brokers[preferred].up || !(partition->isr & 1u << preferred))
		return false;
	partition->leader = preferred;
	partition->leader_epoch++;
	return true;
}

bool demo_kafka_elect_unclean(struct demo_kafka *kafka, struct demo_kafka_partition *partition)
{
	for (size_t i = 0; i < partition->replica_count; i++) {
		int id = partition->replicas[i];
		if (!kafka->brokers[id].up)
			continue;
		partition->leader = id;
		partition->leader_epoch++;
		partition->isr = 1u << id;
		return true;
	}
	return false;
}

static void rebalance_leaders(struct demo_kafka *kafka, int64_t now)
{
	bool due = false;
	for (int i = 0; i < DEMO_CLUSTER_BROKERS_MAX; i++) {
		int64_t since = now - kafka->brokers[i].changed_ms;
		due = due || (kafka->brokers[i].up && since >= REBALANCE_MS && since < REBALANCE_MS + 2000);
	}
	vec_each (&kafka->partitions, partition) {
		if (due && partition->leader != partition->replicas[0])
			demo_kafka_elect_preferred(kafka, partition);
	}
}

static void move_groups(struct demo_kafka *kafka, int64_t now)
{
	double seconds = (double)(now - kafka->ticked_ms) / 1000;
	kafka->ticked_ms = now;
	vec_each (&kafka->groups, group) {
		if (now < group->stopped_until_ms)
			group->lag_seconds += seconds;
		else if (group->lag_seconds > group->base_lag_seconds)
			group->lag_seconds = fmax(group->base_lag_seconds, group->lag_seconds - 1.5 * seconds);
	}
}

/* What a broker says when all is well. */
static void say_usual(struct demo_kafka *kafka, int64_t round)
{
	char line[200];
	const struct demo_kafka_topic *topic = &kafka->topics.items[(size_t)round % kafka->topics.len];
	snprintf(line, sizeof line,
		 "INFO [UnifiedLog partition=%s-%d, dir=/var/lib/kafka/data] Rolled new log segment "
		 "(kafka.log.UnifiedLog)",
		 topic->name, (int)(round % (int64_t)topic->count));
	broker_log_line(kafka, (int)(round % kafka->spec->replicas), line);
}

void demo_kafka_tick(struct demo_kafka *kafka)
{
	int64_t now = demo_time_ms(kafka->demo);
	update_brokers(kafka);
	update_controller(kafka);
	vec_each (&kafka->partitions, partition)
		update_isr(kafka, partition, now);
	demo_kafka_move_replicas(kafka, now - kafka->ticked_ms);
	rebalance_leaders(kafka, now);
	if (!kafka->demo->quiet && now / LOG_EVERY_MS != kafka->ticked_ms / LOG_EVERY_MS)
		say_usual(kafka, now / LOG_EVERY_MS);
	move_groups(kafka, now);
}

bool demo_kafka_stop_group(struct demo_kafka *kafka, const char *name, int64_t for_ms)
{
	vec_each (&kafka->groups, group) {
		if (str_eq(group->name, name)) {
			group->stopped_until_ms = demo_time_ms(kafka->demo) + for_ms;
			return true;
		}
	}
	return false;
}

int demo_kafka_coordinator_of(const struct demo_kafka *kafka, const char *group)
{
	unsigned hash = 2166136261u;
	for (const char *c = group; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	for (int i = 0; i < kafka->spec->replicas; i++) {
		int broker = (int)((hash + (unsigned)i) % (unsigned)kafka->spec->replicas);
		if (kafka->brokers[broker].up)
			return broker;
	}
	return -1;
}

const char *demo_kafka_broker_host(const struct demo_kafka *kafka, struct arena *arena, int broker)
{
	char host[200];
	const struct demo_cluster_spec *spec = kafka->spec;
	snprintf(host, sizeof host, "%s-%d.%s.%s.svc%s", spec->set, broker, spec->headless, spec->namespace,
		 spec->managed ? "" : ".cluster.local");
	return arena_strdup(arena, host);
}
