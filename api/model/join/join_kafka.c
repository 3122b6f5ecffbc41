/* What Kafka says, joined into brokers, partitions and the controllers' quorum. */
#include <stdio.h>
#include <string.h>

#include "api/base/figure.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/wire/kafka_errors.h"
#include "api/model/join/joined.h"
#include "api/model/records/critical.h"

enum {
	VOTER_LAG_MS = 2000, /* controller.quorum.fetch.timeout.ms: a voter further behind does not count */
	DIRS_TOLD = 16,      /* of one broker; the others are told in one */
};

/* ---- partitions ---- */

enum world_replica_state join_kafka_partition_state(const struct kafka_topic *topic,
						    const struct kafka_partition *partition)
{
	static const enum world_replica_state states[] = {
		[KAFKA_PARTITION_OK] = WORLD_REPLICA_OK,
		[KAFKA_PARTITION_UNKNOWN] = WORLD_REPLICA_UNKNOWN,
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
	int32_t minimum = kafka_partition_minimum(topic, partition);
	bool at_limit = world_is_critical_partition(partition->replica_count, partition->isr_count, minimum, true);
	for (size_t i = 0; (at_limit || minimum < 0) && i < partition->isr_count; i++) {
		int16_t at = join_kafka_broker_of(cluster, isr[i]);
		struct join_broker *broker = at >= 0 ? (struct join_broker *)cluster->brokers.items[at] : NULL;
		if (!broker)
			continue;
		broker->tally.critical += at_limit;
		broker->tally.unknown += minimum < 0;
	}
}

static bool is_covered(const struct join_cluster *cluster, const struct kafka_partition *partition)
{
	const int32_t *isr = kafka_partition_isr(partition);
	for (size_t i = 0; i < partition->isr_count; i++) {
		int16_t at = join_kafka_broker_of(cluster, isr[i]);
		if (at >= 0 && ((const struct join_broker *)cluster->brokers.items[at])->tally.there)
			return true;
	}
	return false;
}

static void tally_topic(struct join_cluster *cluster, const struct kafka_topic *topic)
{
	struct join_totals *totals = &cluster->totals;
	totals->unseen += kafka_topic_is_hidden(topic);
	for (int32_t i = 0; i < topic->partition_count; i++) {
		const struct kafka_partition *partition = &topic->partitions[i];
		enum world_replica_state state = join_kafka_partition_state(topic, partition);
		if (state != WORLD_REPLICA_OK)
			join_totals_note_worst(&totals->worst[state], totals->count,
					       2 * partition->isr_count + (topic->internal == 1));
		totals->count++;
		totals->under_replicated += state != WORLD_REPLICA_OK && state != WORLD_REPLICA_UNKNOWN;
		totals->below_min += state == WORLD_REPLICA_BELOW_MIN_ISR;
		totals->leaderless += state == WORLD_REPLICA_OFFLINE;
		totals->unknown += partition->leader >= 0 && kafka_partition_minimum(topic, partition) < 0;
		totals->moving += partition->adding_count || partition->removing_count;
		totals->uncovered += !is_covered(cluster, partition);
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
	vec_each (&cluster->brokers, at) {
		const struct kafka_broker *own = (*at)->id >= 0 ? kafka_snapshot_broker(snapshot, (*at)->id) : NULL;
		((struct join_broker *)*at)->tally =
			(struct join_tally){.there = (*at)->ready && own && own->registered};
	}
	vec_clear(&cluster->topic_first);
	for (size_t i = 0; i < snapshot->topic_count; i++) {
		vec_push(&cluster->topic_first, first);
		first += snapshot->topics[i].partition_count;
		tally_topic(cluster, &snapshot->topics[i]);
	}
}

/* ---- controllers ---- */

/* Who has no time where others have one, or no end of its log, has fetched nothing since this leader was elected. */
static bool is_caught_up(const struct kafka_quorum *quorum, const struct kafka_quorum_node *voter, int64_t leader_ms)
{
	if (voter->id == quorum->leader)
		return true;
	if (voter->last_caught_up_ms < 0)
		return leader_ms < 0 && voter->log_end_offset >= 0;
	return leader_ms - voter->last_caught_up_ms <= VOTER_LAG_MS * 2;
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
	if (!world_source_is_withheld(&it->cluster->parts[WORLD_PART_REPLICAS])) {
		it->leaders = snapshot->leaders;
		it->replicas = snapshot->replicas;
		it->in_sync = snapshot->replicas - snapshot->not_in_sync;
		it->under_replicated = snapshot->not_in_sync;
	}
	it->disk_total_bytes = snapshot->total_bytes;
	if (snapshot->total_bytes >= 0 && snapshot->usable_bytes >= 0 &&
	    snapshot->total_bytes >= snapshot->usable_bytes)
		it->disk_used_bytes = snapshot->total_bytes - snapshot->usable_bytes;
	it->source = (struct world_source){.updated_ms = snapshot->dirs_part.updated_ms, .err = snapshot->err};
	if (!err_is_set(&it->source.err))
		it->source.err = snapshot->dirs_part.err;
	sample_growth(broker, snapshot);
}

/* Paths are the broker's own words: one that holds the separator is told without it. */
static const char *dir_path(struct arena *frame, const char *path)
{
	char *copy = arena_strdup(frame, str_empty(path) ? "?" : path);
	for (char *at = copy; (at = strchr(at, ','));)
		*at = '_';
	return copy;
}

static void take_offline_dirs(struct join_broker *broker, const struct kafka_broker *snapshot, struct arena *frame)
{
	struct world_broker *it = &broker->pub;
	it->alarms = it->offline_dirs = NULL;
	if (!snapshot || snapshot->dirs_part.updated_ms < 0)
		return;
	it->alarms = it->offline_dirs = "";
	bool told = true;
	size_t count = 0;
	for (size_t i = 0; i < snapshot->dir_count; i++) {
		const struct kafka_log_dir *dir = &snapshot->dirs[i];
		told &= dir->error == KAFKA_ERR_NONE || dir->error == KAFKA_ERR_STORAGE;
		if (dir->error != KAFKA_ERR_STORAGE || count++ > DIRS_TOLD)
			continue;
		const char *path = count > DIRS_TOLD ? "others" : dir_path(frame, dir->path);
		const char *between = *it->alarms ? "," : "";
		it->offline_dirs = arena_printf(frame, "%s%s%s", it->offline_dirs, between, path);
		it->alarms = arena_printf(frame, "%s%slog directory %s offline", it->alarms, between, path);
	}
	if (!told && !*it->alarms)
		it->alarms = it->offline_dirs = NULL;
}

static void take_cordoned_dirs(struct join_broker *broker, const struct kafka_broker *snapshot, struct arena *frame)
{
	struct world_broker *it = &broker->pub;
	size_t open = 0, count = 0;
	it->cordoned_dirs = NULL;
	it->takes_no_replicas = false;
	it->cordoned_bytes = 0;
	if (!snapshot || snapshot->dirs_part.updated_ms < 0)
		return;
	it->cordoned_dirs = "";
	for (size_t i = 0; i < snapshot->dir_count; i++) {
		const struct kafka_log_dir *dir = &snapshot->dirs[i];
		open += !dir->cordoned && dir->error == KAFKA_ERR_NONE;
		if (!dir->cordoned)
			continue;
		it->cordoned_bytes = figure_sum(it->cordoned_bytes, dir->usable_bytes > 0 ? dir->usable_bytes : 0);
		if (count++ > DIRS_TOLD)
			continue;
		it->cordoned_dirs = arena_printf(frame, "%s%s%s", it->cordoned_dirs, *it->cordoned_dirs ? "," : "",
						 count > DIRS_TOLD ? "others" : dir_path(frame, dir->path));
	}
	it->takes_no_replicas = *it->cordoned_dirs && open == 0;
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

/* A controller alone is in no list of brokers: it is there where it keeps up, and where it does not, who knows. */
static int controller_is_reachable(const struct join_cluster *cluster, int32_t id)
{
	for (size_t i = 0; i < cluster->voters.len; i++)
		if (cluster->voters.items[i].id == id)
			return cluster->voters.items[i].caught_up ? 1 : -1;
	return -1;
}

static int kafka_join_reachable(const struct join_cluster *cluster, const struct kafka_snapshot *snapshot,
				const struct world_broker *broker, const struct kafka_broker *own)
{
	bool fresh = !join_cluster_is_stale(cluster, snapshot->metadata_part.updated_ms);
	bool accounted = is_accounted_for(cluster, (const struct join_broker *)broker);
	if (!fresh || !accounted || !snapshot->reachable)
		return own && own->connected ? 1 : -1;
	if (own && own->registered)
		return 1;
	/* Whoever is no broker may be a controller, as long as nobody tells who those are. */
	if (str_eq(broker->role, "controller") || world_source_is_withheld(&cluster->pub.parts[WORLD_PART_QUORUM]))
		return controller_is_reachable(cluster, broker->id);
	return 0;
}

static void take_critical(struct join_broker *broker, const struct kafka_snapshot *snapshot)
{
	if (broker->pub.id < 0)
		return; /* what it holds is not known */
	bool known = broker->tally.unknown == 0 &&
		     world_withheld_part(broker->pub.cluster->parts, WORLD_ON(REPLICAS) | WORLD_ON(QUORUM)) ==
			     WORLD_PART_COUNT;
	if (snapshot->metadata_part.updated_ms >= 0)
		broker->critical = broker->tally.critical;
	if (broker->critical > 0 || broker->voter_critical)
		broker->pub.quorum_critical = 1;
	else if (known)
		broker->pub.quorum_critical = 0;
}

static void kafka_join_fill_broker(struct join_cluster *cluster, struct join_broker *broker,
				   const struct kafka_snapshot *snapshot)
{
	struct world_broker *it = &broker->pub;
	const struct kafka_broker *own = it->id >= 0 ? kafka_snapshot_broker(snapshot, it->id) : NULL;
	int32_t controller = snapshot->quorum.present ? snapshot->quorum.leader : snapshot->controller;
	it->role = snapshot->metadata_part.updated_ms < 0 ? NULL : role_of(snapshot, it->id, own && own->registered);
	it->is_controller = it->id >= 0 && it->id == controller;
	take_offline_dirs(broker, own, &cluster->world->frame);
	take_cordoned_dirs(broker, own, &cluster->world->frame);
	if (own)
		fill_from_broker(broker, own, &cluster->world->frame);
	else
		forget_growth(broker);
	it->reachable = kafka_join_reachable(cluster, snapshot, it, own);
	take_critical(broker, snapshot);
}

static int64_t kafka_join_lag_of(const struct kafka_snapshot *snapshot)
{
	int64_t sum = -1;
	if (err_is_set(&snapshot->group_part.err) || err_is_set(&snapshot->hidden))
		return -1; /* some may not have been told of at all */
	for (size_t i = 0; i < snapshot->group_count; i++) {
		if (snapshot->groups[i].partial)
			return -1;
		if (snapshot->groups[i].lag >= 0)
			sum = figure_sum(sum < 0 ? 0 : sum, snapshot->groups[i].lag);
	}
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

/* In this order what kafka_join_parts() has of them. */
static const enum world_part kafka_join_told[] = {WORLD_PART_BROKERS, WORLD_PART_REPLICAS, WORLD_PART_MINIMUMS,
						  WORLD_PART_MOVES,   WORLD_PART_QUORUM,   WORLD_PART_DISKS,
						  WORLD_PART_GROUPS};

static void kafka_join_parts(struct join_cluster *cluster, const struct kafka_snapshot *snapshot)
{
	int64_t now = loop_now_ms(cluster->world->loop);
	join_cluster_told(cluster, WORLD_PART_CHECKS, now, &(struct err){0}); /* there are none */
	for (size_t i = 0; !snapshot && i < ARRAY_LEN(kafka_join_told); i++)
		join_cluster_told(cluster, kafka_join_told[i], -1, &cluster->way_err);
	if (!snapshot)
		return;
	/* ZooKeeper's brokers have no controllers of their own. */
	const struct kafka_part without = {.updated_ms = now}, disks = kafka_join_disks(snapshot);
	bool quorum = snapshot->quorum_part.err.code != ERR_UNSUPPORTED;
	struct kafka_part replicas = snapshot->metadata_part;
	if (err_is_set(&snapshot->hidden))
		replicas.err = snapshot->hidden;
	const struct kafka_part *said[] = {&snapshot->metadata_part,
					   &replicas,
					   &snapshot->config_part,
					   &snapshot->reassignment_part,
					   quorum ? &snapshot->quorum_part : &without,
					   &disks,
					   &snapshot->group_part};
	for (size_t i = 0; i < ARRAY_LEN(said); i++)
		join_cluster_told(cluster, kafka_join_told[i], said[i]->updated_ms, &said[i]->err);
}

static void fill_cluster(struct join_cluster *cluster, const struct kafka_snapshot *snapshot)
{
	struct world_cluster *it = &cluster->pub;
	bool known = snapshot && snapshot->metadata_part.updated_ms >= 0;
	bool groups = snapshot && snapshot->group_part.updated_ms >= 0;
	if (known && err_is_set(&snapshot->hidden) && snapshot->topic_count == 0)
		known = false;
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
	if (world_source_is_withheld(&it->parts[WORLD_PART_REPLICAS]))
		it->under_replicated = it->below_min = it->leaderless = -1;
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
	join_controllers_of_quorum(cluster, snapshot);
	fill_cluster(cluster, snapshot);
	vec_each (&cluster->brokers, at)
		kafka_join_fill_broker(cluster, (struct join_broker *)*at, snapshot);
	for (size_t i = 0; i < cluster->brokers.len; i++)
		if (cluster->brokers.items[i]->is_controller && cluster->brokers.items[i]->version)
			cluster->pub.version = cluster->brokers.items[i]->version;
}
