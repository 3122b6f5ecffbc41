/* Brokers of the snapshot: what the connections know, their disks, and the KRaft quorum. */
#include <string.h>

#include "api/base/figure.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/poll/poller_private.h"
#include "api/kafka/wire/kafka_errors.h"

/* ---- versions ---- */
/* The software's version by the newest metadata.version it knows.
 * Source: org.apache.kafka.server.common.MetadataVersion, 4.4.0. What is newer than that has no name here: the next
 * release is not the last one known. */
static const struct {
	int16_t level; /* the first of that release */
	const char *release;
} releases[] = {
	{1, "3.0"},  {2, "3.1"},  {3, "3.2"},  {4, "3.3"},  {8, "3.4"},  {9, "3.5"},  {12, "3.6"}, {15, "3.7"},
	{20, "3.8"}, {21, "3.9"}, {22, "4.0"}, {26, "4.1"}, {28, "4.2"}, {30, "4.3"}, {31, "4.4"}, {34, NULL},
};

static const char *release_of(int16_t level)
{
	const char *release = NULL;
	for (size_t i = 0; i < ARRAY_LEN(releases); i++)
		if (level >= releases[i].level)
			release = releases[i].release;
	return release;
}

static const char *software_of(const struct kafka_api_versions_response *versions)
{
	if (versions)
		vec_each (&versions->supported_features, feature)
			if (str_eq(feature->name, "metadata.version"))
				return release_of(feature->max_version);
	return NULL;
}

static const char *finalized_of(const struct kafka_api_versions_response *versions)
{
	if (versions)
		vec_each (&versions->finalized_features, feature)
			if (str_eq(feature->name, "metadata.version"))
				return release_of(feature->max_version_level);
	return NULL;
}

/* ---- the table ---- */
static struct kafka_broker_dirs *find_dirs(const struct kafka_poller *poller, int32_t id)
{
	vec_each (&poller->dirs, dirs)
		if ((*dirs)->id == id)
			return *dirs;
	return NULL;
}

static void sum_dirs(struct kafka_broker *broker)
{
	broker->used_bytes = broker->total_bytes = broker->usable_bytes = broker->dir_count ? 0 : -1;
	for (size_t i = 0; i < broker->dir_count; i++) {
		const struct kafka_log_dir *dir = &broker->dirs[i];
		broker->used_bytes = figure_sum(broker->used_bytes, dir->used_bytes);
		if (dir->total_bytes < 0 || broker->total_bytes < 0)
			broker->total_bytes = broker->usable_bytes = -1;
		else {
			broker->total_bytes = figure_sum(broker->total_bytes, dir->total_bytes);
			broker->usable_bytes = figure_sum(broker->usable_bytes, dir->usable_bytes);
		}
	}
}

/* What is shown must last until the round ends, though an answer may come in before. */
static struct kafka_log_dir *copy_dirs(struct arena *arena, const struct kafka_broker_dirs *dirs)
{
	struct kafka_log_dir *copy = arena_alloc(arena, dirs->count * sizeof *copy);
	for (size_t i = 0; i < dirs->count; i++) {
		copy[i] = dirs->dirs[i];
		copy[i].path = arena_strdup(arena, copy[i].path);
	}
	return copy;
}

static void poll_fill_broker(struct kafka_poller *poller, const struct kafka_admin_broker *known,
			     struct kafka_broker *out)
{
	struct arena *arena = &poller->brokers_arena;
	struct kafka_broker_dirs *dirs = find_dirs(poller, known->id);
	const char *version = software_of(known->versions), *finalized = finalized_of(known->versions);
	*out = (struct kafka_broker){
		.id = known->id,
#define X(place, type, member, value, ...) .member = KAFKA_TAKE_##type(arena, value),
#include "api/kafka/poll/broker_fields.def"
#undef X
		.version = version,
		.connected = known->connected,
		.registered = true,
		.err = *known->err,
		.dirs_part.updated_ms = -1,
	};
	if (dirs) {
		dirs->version = out->version = version ? version : dirs->version;
		out->dirs_part = dirs->part;
		out->dirs = copy_dirs(&poller->brokers_arena, dirs);
		out->dir_count = dirs->count;
	}
	sum_dirs(out);
	if (finalized)
		poller->snapshot.metadata_version = finalized;
}

static struct kafka_broker *poll_find_broker(struct kafka_broker *brokers, size_t count, int32_t id)
{
	for (size_t low = 0, high = count; low < high;) {
		size_t middle = low + (high - low) / 2;
		if (brokers[middle].id == id)
			return &brokers[middle];
		if (brokers[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

typedef VEC(struct kafka_broker) broker_list;

/* A broker that replicas name and the cluster does not know any more. */
static struct kafka_broker *add_missing(broker_list *list, int32_t id, const char *label)
{
	struct kafka_broker missing = {
		.id = id,
		.dirs_part.updated_ms = -1,
		.used_bytes = -1,
		.total_bytes = -1,
		.usable_bytes = -1,
#define X(place, type, member, ...) .member = KAFKA_UNKNOWN_##type,
#include "api/kafka/poll/broker_fields.def"
#undef X
	};
	err_set(&missing.err, ERR_NOT_FOUND,
		"%s broker %d is not registered with the cluster: it is down or was removed", label, id);
	size_t at = 0;
	while (at < list->len && list->items[at].id < id)
		at++;
	vec_push(list, missing);
	memmove(list->items + at + 1, list->items + at, (list->len - 1 - at) * sizeof missing);
	list->items[at] = missing;
	return &list->items[at];
}

static bool poll_broker_is_listed(const int32_t *nodes, uint8_t count, int32_t id)
{
	for (uint8_t i = 0; i < count; i++)
		if (nodes[i] == id)
			return true;
	return false;
}

static void count_partition(broker_list *list, const struct kafka_partition *partition, const char *label)
{
	enum { BROKERS_MAX = 4096 };
	const int32_t *isr = kafka_partition_isr(partition);
	for (uint8_t i = 0; i < partition->replica_count; i++) {
		int32_t id = partition->nodes[i];
		struct kafka_broker *broker = poll_find_broker(list->items, list->len, id);
		if (!broker && list->len < BROKERS_MAX)
			broker = add_missing(list, id, label);
		if (!broker)
			continue;
		bool in_sync = poll_broker_is_listed(isr, partition->isr_count, id);
		if (!in_sync && poll_broker_is_listed(kafka_partition_adding(partition), partition->adding_count, id))
			continue; /* it is being moved there: nothing is held yet, nothing is behind */
		broker->replicas++;
		broker->leaders += partition->leader == id;
		broker->not_in_sync += !in_sync;
	}
}

static void take_places(struct kafka_poller *poller)
{
	struct arena *arena = &poller->brokers_arena;
	size_t count = kafka_admin_place_count(poller->options.admin);
	struct kafka_admin_place *places = arena_alloc(arena, (count + 1) * sizeof *places);
	kafka_admin_places(poller->options.admin, places);
	for (size_t i = 0; i < count; i++) {
		places[i].namespace = arena_strdup(arena, places[i].namespace);
		places[i].pod = arena_strdup(arena, places[i].pod);
		places[i].cluster_id = arena_strdup(arena, places[i].cluster_id);
	}
	poller->snapshot.places = places;
	poller->snapshot.place_count = count;
}

void kafka_brokers_build(struct kafka_poller *poller)
{
	struct kafka_snapshot *snapshot = &poller->snapshot;
	const struct kafka_admin *admin = poller->options.admin;
	broker_list list = {0};
	arena_reset(&poller->brokers_arena);
	for (size_t i = 0; i < kafka_admin_broker_count(admin); i++) {
		struct kafka_admin_broker known;
		struct kafka_broker broker;
		kafka_admin_broker(admin, i, &known);
		poll_fill_broker(poller, &known, &broker);
		vec_push(&list, broker);
	}
	for (size_t t = 0; t < snapshot->topic_count; t++)
		for (int32_t i = 0; i < snapshot->topics[t].partition_count; i++)
			count_partition(&list, &snapshot->topics[t].partitions[i], snapshot->label);
	struct kafka_broker *brokers = arena_alloc(&poller->brokers_arena, list.len * sizeof *brokers);
	if (list.len)
		memcpy(brokers, list.items, list.len * sizeof *brokers);
	snapshot->brokers = brokers;
	snapshot->broker_count = list.len;
	take_places(poller);
	vec_finish(&list);
}

/* ---- disks ---- */
static void dirs_free(struct kafka_broker_dirs *dirs)
{
	arena_finish(&dirs->arena);
	free(dirs);
}

void kafka_broker_dirs_finish(struct kafka_poller *poller)
{
	vec_each (&poller->dirs, dirs)
		dirs_free(*dirs);
	vec_finish(&poller->dirs);
}

/* A topic is as large as all its replicas, and is not known where one was not told of. */
static void begin_sizes(struct kafka_poller *poller)
{
	for (size_t i = 0; i < poller->snapshot.topic_count; i++) {
		struct kafka_topic *topic = (struct kafka_topic *)(uintptr_t)&poller->snapshot.topics[i];
		topic->told_bytes = 0;
		topic->told_replicas = 0;
	}
}

static void end_sizes(struct kafka_poller *poller)
{
	for (size_t i = 0; i < poller->snapshot.topic_count; i++) {
		struct kafka_topic *topic = (struct kafka_topic *)(uintptr_t)&poller->snapshot.topics[i];
		int32_t replicas = 0;
		for (int32_t p = 0; p < topic->partition_count; p++)
			replicas += topic->partitions[p].replica_count;
		topic->stored_bytes = topic->told_replicas == replicas ? topic->told_bytes : -1;
	}
}

/* The leader's size is the partition's; any other is better than none. */
static void take_size(struct kafka_topic *topic, const struct kafka_log_dirs_partition *size, int32_t broker)
{
	struct kafka_partition *partition = kafka_topic_partition(topic, size->partition_index);
	if (!partition || size->is_future_key || size->partition_size < 0)
		return;
	if (partition->leader == broker || partition->size_bytes < 0)
		partition->size_bytes = size->partition_size;
	if (poll_broker_is_listed(partition->nodes, partition->replica_count, broker)) {
		topic->told_bytes = figure_sum(topic->told_bytes, size->partition_size);
		topic->told_replicas++;
	}
}

static int64_t take_sizes(struct kafka_poller *poller, const struct kafka_log_dirs_result *result,
			  struct kafka_broker_dirs *dirs)
{
	int64_t used = 0;
	vec_each (&result->topics, in) {
		struct kafka_topic *topic = kafka_topics_find(poller, in->name);
		if (!topic && !dirs->unlisted && in->name && strcmp(in->name, "__cluster_metadata") != 0)
			dirs->unlisted = arena_strdup(&dirs->arena, in->name);
		vec_each (&in->partitions, size) {
			used = figure_sum(used, size->partition_size > 0 ? size->partition_size : 0);
			if (topic)
				take_size(topic, size, dirs->id);
		}
	}
	return used;
}

static void take_dirs(struct kafka_poller *poller, struct kafka_broker_dirs *dirs,
		      const struct kafka_describe_log_dirs_response *response)
{
	arena_finish(&dirs->arena);
	dirs->unlisted = NULL;
	dirs->count = (size_t)(response->results.len > 0 ? response->results.len : 0);
	struct kafka_log_dir *items = arena_alloc(&dirs->arena, dirs->count * sizeof *items);
	for (size_t i = 0; i < dirs->count; i++) {
		const struct kafka_log_dirs_result *result = &response->results.items[i];
		items[i] = (struct kafka_log_dir){
			.path = arena_strdup(&dirs->arena, str_or(result->log_dir, "")),
			.total_bytes = result->total_bytes,
			.usable_bytes = result->usable_bytes,
			.used_bytes = take_sizes(poller, result, dirs),
			.error = result->error_code,
			.cordoned = result->is_cordoned,
		};
	}
	dirs->dirs = items;
}

static void on_log_dirs(struct kafka_poller *poller, int32_t id, const struct err *err, const void *response)
{
	struct kafka_broker_dirs *dirs = find_dirs(poller, id);
	struct err refused = {0};
	const struct kafka_describe_log_dirs_response *answer = response;
	if (!err && answer->results.len <= 0) {
		/* Before version 3 that is how a missing ACL looks. */
		err_set(&refused, ERR_FORBIDDEN,
			"%s broker %d does not report its log directories: the Kafka user may lack Describe on the "
			"cluster",
			poller->snapshot.label, id);
		err = &refused;
	}
	if (!err)
		take_dirs(poller, dirs, answer);
	kafka_part_note(poller, &dirs->part, err);
	if (poller->rounds[KAFKA_POLL_LOG_DIRS].pending > 0)
		return;
	end_sizes(poller);
	kafka_poll_finish(poller, KAFKA_POLL_LOG_DIRS);
}

static void forget_gone(struct kafka_poller *poller)
{
	for (size_t i = poller->dirs.len; i-- > 0;) {
		const struct kafka_broker *broker = kafka_snapshot_broker(&poller->snapshot, poller->dirs.items[i]->id);
		if (broker)
			continue;
		dirs_free(poller->dirs.items[i]);
		vec_remove(&poller->dirs, i);
	}
}

void kafka_poll_log_dirs(struct kafka_poller *poller)
{
	struct kafka_describe_log_dirs_request request = {.topics = KAFKA_NULL_ARRAY};
	forget_gone(poller);
	begin_sizes(poller);
	for (size_t i = 0; i < kafka_admin_broker_count(poller->options.admin); i++) {
		struct kafka_admin_broker broker;
		kafka_admin_broker(poller->options.admin, i, &broker);
		if (!find_dirs(poller, broker.id)) {
			struct kafka_broker_dirs *dirs = mem_alloc(sizeof *dirs);
			dirs->id = broker.id;
			dirs->part.updated_ms = -1;
			vec_push(&poller->dirs, dirs);
		}
		kafka_poll_send(poller, KAFKA_POLL_LOG_DIRS,
				&(struct kafka_call){.api = KAFKA_DESCRIBE_LOG_DIRS,
						     .route = KAFKA_TO_BROKER,
						     .broker = broker.id,
						     .request = &request},
				on_log_dirs, broker.id);
	}
}

/* ---- quorum ---- */
static void add_nodes(struct kafka_quorum_node *out, const struct kafka_quorum_replica *replicas, int32_t count,
		      bool voter)
{
	for (int32_t i = 0; i < count; i++)
		out[i] = (struct kafka_quorum_node){
			.id = replicas[i].replica_id,
			.voter = voter,
			.log_end_offset = replicas[i].log_end_offset,
			.last_fetch_ms = replicas[i].last_fetch_timestamp,
			.last_caught_up_ms = replicas[i].last_caught_up_timestamp,
		};
}

static void take_quorum(struct kafka_poller *poller, const struct kafka_quorum_partition *in)
{
	struct kafka_quorum *quorum = &poller->snapshot.quorum;
	size_t voters = (size_t)(in->current_voters.len > 0 ? in->current_voters.len : 0);
	size_t observers = (size_t)(in->observers.len > 0 ? in->observers.len : 0);
	arena_finish(&poller->quorum_arena);
	struct kafka_quorum_node *nodes = arena_alloc(&poller->quorum_arena, (voters + observers) * sizeof *nodes);
	add_nodes(nodes, in->current_voters.items, (int32_t)voters, true);
	add_nodes(nodes + voters, in->observers.items, (int32_t)observers, false);
	*quorum = (struct kafka_quorum){
		.present = true,
		.leader = in->leader_id,
		.epoch = in->leader_epoch,
		.high_watermark = in->high_watermark,
		.nodes = nodes,
		.voter_count = voters,
		.count = voters + observers,
	};
	int64_t end = in->high_watermark;
	for (size_t i = 0; i < voters; i++)
		if (nodes[i].id == in->leader_id)
			end = nodes[i].log_end_offset;
	for (size_t i = 0; i < quorum->count; i++)
		nodes[i].lag = nodes[i].log_end_offset < 0     ? -1
			       : end > nodes[i].log_end_offset ? end - nodes[i].log_end_offset
							       : 0;
}

static void on_quorum(struct kafka_poller *poller, int32_t tag, const struct err *err, const void *response)
{
	const struct kafka_describe_quorum_response *answer = response;
	const struct kafka_quorum_partition *partition = NULL;
	struct err why = {0};
	if (!err && answer->topics.len > 0 && answer->topics.items[0].partitions.len > 0)
		partition = &answer->topics.items[0].partitions.items[0];
	if (!err && !partition)
		err_set(&why, ERR_PARSE, "%s: the broker's response contains no quorum", poller->snapshot.label);
	else if (!err && partition->error_code)
		kafka_poll_refused(poller, KAFKA_POLL_QUORUM, partition->error_code, "reading the KRaft quorum",
				   partition->error_message, &why);
	if (err_is_set(&why))
		err = &why;
	if (!err && partition)
		take_quorum(poller, partition);
	else if (err && err->code == ERR_UNSUPPORTED)
		poller->snapshot.quorum.present = false;
	kafka_part_note(poller, &poller->snapshot.quorum_part, err);
	kafka_poll_finish(poller, KAFKA_POLL_QUORUM);
}

void kafka_poll_quorum(struct kafka_poller *poller)
{
	struct kafka_quorum_request_partition partition = {.partition_index = 0};
	struct kafka_quorum_request_topic topic = {.topic_name = "__cluster_metadata", .partitions = {&partition, 1}};
	struct kafka_describe_quorum_request request = {.topics = {&topic, 1}};
	kafka_poll_send(poller, KAFKA_POLL_QUORUM,
			&(struct kafka_call){.api = KAFKA_DESCRIBE_QUORUM, .route = KAFKA_TO_ANY, .request = &request},
			on_quorum, 0);
}
