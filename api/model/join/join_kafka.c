/* What Kafka says, joined into brokers, partitions and the controllers' quorum. */
#include <stdio.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/join/joined.h"
#include "api/model/records/critical.h"

enum {
	VOTER_LAG_MS = 2000, /* controller.quorum.fetch.timeout.ms: a voter further behind does not count */
};

/* ---- partitions ---- */

enum world_replica_state join_kafka_partition_state(const struct kafka_topic *topic,
						    const struct kafka_partition *partition)
{
	static const enum world_replica_state states[] = {
		[KAFKA_PARTITION_OK] = WORLD_REPLICA_OK,
		[KAFKA_PARTITION_UNDER_REPLICATED] = WORLD_REPLICA_UNDER_REPLICATED,
		[KAFKA_PARTITION_BELOW_MIN_ISR] = WORLD_REPLICA_BELOW_MIN_ISR,
		[KAFKA_PARTITION_OFFLINE] = WORLD_REPLICA_OFFLINE,
	};
	return states[kafka_partition_state(topic, partition)];
}

static void tally_critical(struct join_cluster *cluster, const struct kafka_topic *topic,
			   const struct kafka_partition *partition)
{
	const int32_t *isr = kafka_partition_isr(partition);
	bool at_limit = world_is_critical_partition(partition->replica_count, partition->isr_count,
						    kafka_partition_minimum(topic, partition), true);
	for (size_t i = 0; at_limit && i < partition->isr_count; i++) {
		int16_t at = join_kafka_broker_of(cluster, isr[i]);
		if (at >= 0)
			((struct join_broker *)cluster->brokers.items[at])->tally.critical++;
	}
}

static void tally_topic(struct join_cluster *cluster, const struct kafka_topic *topic)
{
	struct join_totals *totals = &cluster->totals;
	for (int32_t i = 0; i < topic->partition_count; i++) {
		const struct kafka_partition *partition = &topic->partitions[i];
		enum world_replica_state state = join_kafka_partition_state(topic, partition);
		if (state != WORLD_REPLICA_OK)
			join_totals_note_worst(&totals->worst[state], totals->count,
					       2 * partition->isr_count + (topic->internal == 1));
		totals->count++;
		totals->under_replicated += state != WORLD_REPLICA_OK;
		totals->below_min += state == WORLD_REPLICA_BELOW_MIN_ISR;
		totals->leaderless += state == WORLD_REPLICA_OFFLINE;
		totals->unknown += state == WORLD_REPLICA_OK && kafka_partition_minimum(topic, partition) < 0;
		totals->moving += partition->adding_count || partition->removing_count;
		tally_critical(cluster, topic, partition);
	}
}

static void tally_partitions(struct join_cluster *cluster, const struct kafka_snapshot *snapshot)
{
	int64_t first = 0;
	cluster->metadata_ms = snapshot->metadata_part.updated_ms;
	cluster->configs_ms = snapshot->config_part.updated_ms;
	cluster->moves_ms = snapshot->reassignment_part.updated_ms;
	cluster->tallied_generation = cluster->brokers_generation;
	cluster->totals = (struct join_totals){0};
	join_cluster_forget_phrases(cluster);
	vec_each (&cluster->brokers, at)
		((struct join_broker *)*at)->tally.critical = 0;
	vec_clear(&cluster->topic_first);
	for (size_t i = 0; i < snapshot->topic_count; i++) {
		vec_push(&cluster->topic_first, first);
		first += snapshot->topics[i].partition_count;
		tally_topic(cluster, &snapshot->topics[i]);
	}
}

/* ---- controllers ---- */

static bool is_caught_up(const struct kafka_quorum *quorum, const struct kafka_quorum_node *voter, int64_t leader_ms)
{
	if (voter->id == quorum->leader)
		return true;
	return voter->last_caught_up_ms < 0 || leader_ms - voter->last_caught_up_ms <= VOTER_LAG_MS * 2;
}

static int64_t leader_time(const struct kafka_quorum *quorum)
{
	int64_t newest = -1;
	for (size_t i = 0; i < quorum->count; i++) {
		newest = quorum->nodes[i].last_caught_up_ms > newest ? quorum->nodes[i].last_caught_up_ms : newest;
		newest = quorum->nodes[i].last_fetch_ms > newest ? quorum->nodes[i].last_fetch_ms : newest;
	}
	return newest;
}

/* Stopping it leaves fewer than (n + 2) / 2 voters that keep up. */
static void join_quorum(struct join_cluster *cluster, const struct kafka_snapshot *snapshot)
{
	const struct kafka_quorum *quorum = &snapshot->quorum;
	int64_t now = leader_time(quorum);
	size_t caught_up = 0;
	vec_clear(&cluster->voters);
	for (size_t i = 0; quorum->present && i < quorum->count; i++) {
		const struct kafka_quorum_node *node = &quorum->nodes[i];
		int16_t at = join_kafka_broker_of(cluster, node->id);
		caught_up += node->voter && is_caught_up(quorum, node, now);
		vec_push(&cluster->voters, (struct world_voter){
						   .id = node->id,
						   .broker = at >= 0 ? cluster->brokers.items[at]->name : NULL,
						   .leader = node->id == quorum->leader,
						   .voter = node->voter,
						   .caught_up = is_caught_up(quorum, node, now),
						   .log_end = node->log_end_offset,
						   .lag = node->lag,
						   .caught_up_ms = node->last_caught_up_ms,
					   });
	}
	for (size_t i = 0; quorum->present && i < quorum->voter_count; i++) {
		int16_t at = join_kafka_broker_of(cluster, quorum->nodes[i].id);
		bool counts = is_caught_up(quorum, &quorum->nodes[i], now);
		if (at >= 0 && counts)
			((struct join_broker *)cluster->brokers.items[at])->voter_critical =
				world_are_critical_voters(quorum->voter_count, caught_up - 1);
	}
	cluster->pub.voters = cluster->voters.items;
	cluster->pub.voter_count = cluster->voters.len;
}

static const char *role_of(const struct kafka_snapshot *snapshot, int32_t id, bool registered)
{
	bool voter = false;
	for (size_t i = 0; snapshot->quorum.present && i < snapshot->quorum.voter_count; i++)
		voter |= snapshot->quorum.nodes[i].id == id;
	if (voter)
		return registered || kafka_snapshot_broker(snapshot, id) ? "controller,broker" : "controller";
	return registered ? "broker" : NULL;
}

/* ---- brokers ---- */

/* Who does not answer has no rate, least of all the last one. */
static void forget_growth(struct join_broker *broker)
{
	broker->bytes = -1;
	broker->pub.in_rate = -1;
}

static void sample_growth(struct join_broker *broker, const struct kafka_broker *snapshot)
{
	int64_t at = snapshot->dirs_part.updated_ms;
	if (snapshot->used_bytes < 0) {
		forget_growth(broker);
		return;
	}
	if (at == broker->bytes_ms)
		return;
	if (broker->bytes >= 0 && at > broker->bytes_ms) {
		double grown = (double)(snapshot->used_bytes - broker->bytes) * 1000 / (double)(at - broker->bytes_ms);
		/* When retention took away more than came in, what came in cannot be told. */
		broker->pub.in_rate = grown >= 0 ? grown : -1;
		join_history_push(&broker->pub.in_history, broker->pub.in_rate);
	}
	broker->bytes = snapshot->used_bytes;
	broker->bytes_ms = at;
}

static bool is_patch_of(const char *version, const char *release)
{
	return version && str_has_prefix(version, release) && version[strlen(release)] == '.';
}

static void fill_from_broker(struct join_broker *broker, const struct kafka_broker *snapshot, struct arena *frame)
{
	struct world_broker *it = &broker->pub;
	/* The broker tells its release only; an image of that release tells the patch level as well. */
	if (snapshot->version && !is_patch_of(it->version, snapshot->version))
		it->version = arena_strdup(frame, snapshot->version);
#define X(place, type, member, ...) WORLD_IF_##place(it->member = snapshot->member;)
#include "api/kafka/poll/broker_fields.def"
#undef X
	it->leaders = snapshot->leaders;
	it->replicas = snapshot->replicas;
	it->in_sync = snapshot->replicas - snapshot->not_in_sync;
	it->under_replicated = snapshot->not_in_sync;
	it->disk_total_bytes = snapshot->total_bytes;
	if (snapshot->total_bytes >= 0 && snapshot->usable_bytes >= 0 &&
	    snapshot->total_bytes >= snapshot->usable_bytes)
		it->disk_used_bytes = snapshot->total_bytes - snapshot->usable_bytes;
	it->source = (struct world_source){.updated_ms = snapshot->dirs_part.updated_ms, .err = snapshot->err};
	if (!err_is_set(&it->source.err))
		it->source.err = snapshot->dirs_part.err;
	sample_growth(broker, snapshot);
}

static const char *offline_dirs(const struct kafka_broker *snapshot)
{
	if (!snapshot || snapshot->dirs_part.updated_ms < 0)
		return NULL;
	for (size_t i = 0; i < snapshot->dir_count; i++)
		if (snapshot->dirs[i].error)
			return "log directory offline";
	return "";
}

/* That the cluster does not know a pod's broker can be told only of a pod whose id is known, or when every broker that it
 * does know has another pod. */
static bool is_accounted_for(const struct join_cluster *cluster, const struct join_broker *broker)
{
	if (broker->pub.id >= 0)
		return true;
	bool voters = true;
	for (size_t i = 0; i < cluster->voters.len; i++)
		voters &= !cluster->voters.items[i].voter || cluster->voters.items[i].broker;
	return cluster->strangers == 0 && voters && !broker->foreign && !broker->disputed;
}

static int kafka_join_reachable(const struct kafka_snapshot *snapshot, const struct kafka_broker *own, const char *role,
				bool fresh)
{
	if (fresh && snapshot->reachable)
		return (own && own->registered) || str_eq(role, "controller");
	return own && own->connected ? 1 : -1;
}

static void take_critical(struct join_broker *broker, const struct kafka_snapshot *snapshot)
{
	if (broker->pub.id < 0)
		return; /* what it holds is not known */
	if (snapshot->metadata_part.updated_ms >= 0 && snapshot->config_part.updated_ms >= 0) {
		broker->critical = broker->tally.critical;
		broker->pub.quorum_critical = broker->critical > 0 || broker->voter_critical;
	} else if (broker->voter_critical) {
		broker->pub.quorum_critical = 1;
	}
}

static void kafka_join_fill_broker(struct join_cluster *cluster, struct join_broker *broker,
				   const struct kafka_snapshot *snapshot)
{
	struct world_broker *it = &broker->pub;
	const struct kafka_broker *own = it->id >= 0 ? kafka_snapshot_broker(snapshot, it->id) : NULL;
	bool fresh = !join_cluster_is_stale(cluster, snapshot->metadata_part.updated_ms);
	int32_t controller = snapshot->quorum.present ? snapshot->quorum.leader : snapshot->controller;
	it->role = snapshot->metadata_part.updated_ms < 0 ? NULL : role_of(snapshot, it->id, own && own->registered);
	it->is_controller = it->id >= 0 && it->id == controller;
	it->alarms = offline_dirs(own);
	if (own)
		fill_from_broker(broker, own, &cluster->world->frame);
	else
		forget_growth(broker);
	it->reachable = kafka_join_reachable(snapshot, own, it->role, fresh && is_accounted_for(cluster, broker));
	take_critical(broker, snapshot);
}

static int64_t kafka_join_lag_of(const struct kafka_snapshot *snapshot)
{
	int64_t sum = -1;
	for (size_t i = 0; i < snapshot->group_count; i++)
		if (snapshot->groups[i].lag >= 0)
			sum = (sum < 0 ? 0 : sum) + snapshot->groups[i].lag;
	return sum;
}

static struct world_source kafka_join_source(const struct join_cluster *cluster, const struct kafka_snapshot *snapshot)
{
	struct world_source source = {.updated_ms = snapshot ? snapshot->metadata_part.updated_ms : -1};
	bool reachable = snapshot && snapshot->reachable;
	if (snapshot && !reachable)
		source.err = snapshot->err;
	if (err_is_set(&cluster->way_err) && !reachable)
		source.err = cluster->way_err;
	if (snapshot && !err_is_set(&source.err))
		source.err = snapshot->metadata_part.err;
	return source;
}

/* Who does not answer at all is not asked again for each thing that is not known of it. */
static struct kafka_part kafka_join_disks(const struct kafka_snapshot *snapshot)
{
	struct kafka_part disks = snapshot->metadata_part;
	for (size_t i = 0; i < snapshot->broker_count; i++) {
		const struct kafka_broker *broker = &snapshot->brokers[i];
		if (!broker->registered || err_is_set(&broker->err))
			continue;
		if (broker->dirs_part.updated_ms < disks.updated_ms)
			disks.updated_ms = broker->dirs_part.updated_ms;
		if (err_is_set(&broker->dirs_part.err))
			disks.err = broker->dirs_part.err;
	}
	return disks;
}

static void kafka_join_parts(struct join_cluster *cluster, const struct kafka_snapshot *snapshot)
{
	struct err none = {0};
	struct kafka_part disks = snapshot ? kafka_join_disks(snapshot) : (struct kafka_part){.updated_ms = -1};
	const struct {
		enum world_part part;
		const struct kafka_part *said;
	} parts[] = {
		{WORLD_PART_BROKERS, snapshot ? &snapshot->metadata_part : NULL},
		{WORLD_PART_REPLICAS, snapshot ? &snapshot->metadata_part : NULL},
		{WORLD_PART_MINIMUMS, snapshot ? &snapshot->config_part : NULL},
		{WORLD_PART_MOVES, snapshot ? &snapshot->reassignment_part : NULL},
		{WORLD_PART_QUORUM, snapshot ? &snapshot->quorum_part : NULL},
		{WORLD_PART_DISKS, snapshot ? &disks : NULL},
		{WORLD_PART_GROUPS, snapshot ? &snapshot->group_part : NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		join_cluster_told(cluster, parts[i].part, parts[i].said ? parts[i].said->updated_ms : -1,
				  parts[i].said ? &parts[i].said->err : &cluster->way_err);
	join_cluster_told(cluster, WORLD_PART_CHECKS, loop_now_ms(cluster->world->loop), &none); /* there are none */
}

static void fill_cluster(struct join_cluster *cluster, const struct kafka_snapshot *snapshot)
{
	struct world_cluster *it = &cluster->pub;
	bool known = snapshot && snapshot->metadata_part.updated_ms >= 0;
	bool groups = snapshot && snapshot->group_part.updated_ms >= 0;
	join_cluster_show_totals(cluster, known, known ? snapshot->metadata_part.updated_ms : -1);
	it->topic_count = known ? (int64_t)snapshot->topic_count : -1;
	it->group_count = groups ? (int64_t)snapshot->group_count : -1;
	it->total_lag = groups ? kafka_join_lag_of(snapshot) : -1;
	it->queue_count = -1;
#define X(place, type, member, ...) WORLD_IF_##place(it->member = WORLD_UNKNOWN_##type;)
#include "api/rabbitmq/overview_fields.def"
#undef X
	it->source = kafka_join_source(cluster, snapshot);
	kafka_join_parts(cluster, snapshot);
}

void join_kafka(struct join_cluster *cluster)
{
	const struct kafka_snapshot *snapshot = join_cluster_kafka(cluster);
	fill_cluster(cluster, NULL);
	cluster->pub.unjoined = cluster->pub.unjoined_advice = NULL;
	cluster->pub.voters = NULL;
	cluster->pub.voter_count = 0;
	if (!snapshot)
		return;
	join_kafka_ids(cluster, snapshot);
	/* 200,000 partitions are gone through once for each answer, not for each pod that changes. */
	if (snapshot->metadata_part.updated_ms != cluster->metadata_ms ||
	    snapshot->config_part.updated_ms != cluster->configs_ms ||
	    snapshot->reassignment_part.updated_ms != cluster->moves_ms ||
	    cluster->tallied_generation != cluster->brokers_generation ||
	    cluster->topic_first.len != snapshot->topic_count)
		tally_partitions(cluster, snapshot);
	join_quorum(cluster, snapshot);
	fill_cluster(cluster, snapshot);
	vec_each (&cluster->brokers, at)
		kafka_join_fill_broker(cluster, (struct join_broker *)*at, snapshot);
	for (size_t i = 0; i < cluster->brokers.len; i++)
		if (cluster->brokers.items[i]->is_controller && cluster->brokers.items[i]->version)
			cluster->pub.version = cluster->brokers.items[i]->version;
}
