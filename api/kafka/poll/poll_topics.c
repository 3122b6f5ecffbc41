/* Topics and partitions of the snapshot: Metadata, ListPartitionReassignments, min.insync.replicas. */
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/poll/poller_private.h"
#include "api/kafka/wire/kafka_errors.h"
#include "api/kafka/wire/schema_list.h"

enum { CONFIG_TOPICS_A_CALL = 1000, CONFIG_TOPIC = 2 };

/* ---- finding ---- */
static int compare_topic_name(const void *key, const void *item)
{
	return strcmp(key, ((const struct kafka_topic *)item)->name);
}

struct kafka_topic *kafka_topics_find(const struct kafka_poller *poller, const char *name)
{
	const struct kafka_snapshot *snapshot = &poller->snapshot;
	if (!name || snapshot->topic_count == 0)
		return NULL;
	return bsearch(name, snapshot->topics, snapshot->topic_count, sizeof *snapshot->topics, compare_topic_name);
}

struct kafka_partition *kafka_topic_partition(const struct kafka_topic *topic, int32_t id)
{
	/* Ids are nearly always 0 to n-1. */
	struct kafka_partition *partitions = (struct kafka_partition *)(uintptr_t)topic->partitions;
	if (id >= 0 && id < topic->partition_count && partitions[id].id == id)
		return &partitions[id];
	for (int32_t i = 0; i < topic->partition_count; i++)
		if (partitions[i].id == id)
			return &partitions[i];
	return NULL;
}

/* ---- building ---- */
static uint8_t clamp_count(int32_t len)
{
	return (uint8_t)(len < 0 ? 0 : len > UINT8_MAX ? UINT8_MAX : len);
}

static void build_partition(struct arena *arena, const struct kafka_metadata_partition *in, struct kafka_partition *out)
{
	*out = (struct kafka_partition){
		.id = in->partition_index,
		.leader = in->leader_id,
		.leader_epoch = in->leader_epoch,
		.error = in->error_code,
		.size_bytes = -1,
		.replica_count = clamp_count(in->replica_nodes.len),
		.isr_count = clamp_count(in->isr_nodes.len),
		.offline_count = clamp_count(in->offline_replicas.len),
	};
	size_t count = (size_t)out->replica_count + out->isr_count + out->offline_count;
	int32_t *nodes = arena_alloc(arena, count * sizeof *nodes);
	out->nodes = nodes;
	if (out->replica_count)
		memcpy(nodes, in->replica_nodes.items, out->replica_count * sizeof *nodes);
	if (out->isr_count)
		memcpy(nodes + out->replica_count, in->isr_nodes.items, out->isr_count * sizeof *nodes);
	if (out->offline_count)
		memcpy(nodes + out->replica_count + out->isr_count, in->offline_replicas.items,
		       out->offline_count * sizeof *nodes);
}

static int compare_partitions(const void *a, const void *b)
{
	const struct kafka_partition *left = a, *right = b;
	return (left->id > right->id) - (left->id < right->id);
}

/* Sizes come seldom and are kept from one picture to the next. */
static void keep_sizes(const struct kafka_topic *before, struct kafka_topic *topic)
{
	topic->stored_bytes = before ? before->stored_bytes : -1;
	topic->told_bytes = before ? before->told_bytes : 0;
	topic->told_replicas = before ? before->told_replicas : 0;
	for (int32_t i = 0; before && i < topic->partition_count; i++) {
		struct kafka_partition *partition = (struct kafka_partition *)(uintptr_t)&topic->partitions[i];
		const struct kafka_partition *old = kafka_topic_partition(before, partition->id);
		if (old)
			partition->size_bytes = old->size_bytes;
	}
}

/* min.insync.replicas comes with the configurations, in a round of its own; -1 = not read yet. */
static int32_t topics_min_in_sync(struct kafka_poller *poller, const char *topic)
{
	return (int32_t)(intptr_t)map_get(&poller->min_in_sync, topic) - 1;
}

static void build_topic(struct kafka_poller *poller, struct arena *arena, const struct kafka_metadata_topic *in,
			struct kafka_topic *out)
{
	struct kafka_partition *partitions =
		arena_alloc(arena, (size_t)(in->partitions.len > 0 ? in->partitions.len : 0) * sizeof *partitions);
	*out = (struct kafka_topic){
		.name = arena_strdup(arena, in->name),
		.error = in->error_code,
		.partitions = partitions,
		.partition_count = in->partitions.len > 0 ? in->partitions.len : 0,
#define X(place, type, member, value, ...) .member = KAFKA_TAKE_##type(arena, value),
#include "api/kafka/poll/topic_fields.def"
#undef X
	};
	bool sorted = true;
	for (int32_t i = 0; i < out->partition_count; i++) {
		build_partition(arena, &in->partitions.items[i], &partitions[i]);
		sorted &= i == 0 || partitions[i - 1].id < partitions[i].id;
	}
	if (!sorted)
		qsort(partitions, (size_t)out->partition_count, sizeof *partitions, compare_partitions);
	keep_sizes(kafka_topics_find(poller, in->name), out);
}

static void add_reassignment(struct arena *arena, struct kafka_partition *partition,
			     const struct kafka_ongoing_partition *ongoing)
{
	size_t kept = (size_t)partition->replica_count + partition->isr_count + partition->offline_count;
	uint8_t adding = clamp_count(ongoing->adding_replicas.len);
	uint8_t removing = clamp_count(ongoing->removing_replicas.len);
	int32_t *nodes = arena_alloc(arena, (kept + adding + removing) * sizeof *nodes);
	memcpy(nodes, partition->nodes, kept * sizeof *nodes);
	if (adding)
		memcpy(nodes + kept, ongoing->adding_replicas.items, adding * sizeof *nodes);
	if (removing)
		memcpy(nodes + kept + adding, ongoing->removing_replicas.items, removing * sizeof *nodes);
	partition->nodes = nodes;
	partition->adding_count = adding;
	partition->removing_count = removing;
}

static void add_reassignments(struct kafka_poller *poller)
{
	if (!poller->reassignments)
		return;
	vec_each (&poller->reassignments->topics, ongoing) {
		const struct kafka_topic *topic = kafka_topics_find(poller, ongoing->name);
		for (int32_t i = 0; topic && i < ongoing->partitions.len; i++) {
			struct kafka_partition *partition =
				kafka_topic_partition(topic, ongoing->partitions.items[i].partition_index);
			if (partition)
				add_reassignment(&poller->topics_arena, partition, &ongoing->partitions.items[i]);
		}
	}
}

static int compare_topics(const void *a, const void *b)
{
	return strcmp(((const struct kafka_topic *)a)->name, ((const struct kafka_topic *)b)->name);
}

/* DescribeCluster 1 came with 3.7, as did the cap (messages/DescribeClusterRequest.json at both tags). One broker that
 * is older may lead anything. */
static enum kafka_minimum kafka_topics_minimum(const struct kafka_poller *poller)
{
	enum kafka_minimum minimum = KAFKA_MINIMUM_UNKNOWN;
	for (size_t i = 0; i < kafka_admin_broker_count(poller->options.admin); i++) {
		struct kafka_admin_broker broker;
		kafka_admin_broker(poller->options.admin, i, &broker);
		if (!broker.versions)
			continue;
		bool capped = false;
		vec_each (&broker.versions->api_keys, range)
			capped |= range->api_key == KAFKA_DESCRIBE_CLUSTER && range->max_version >= 1;
		if (!capped)
			return KAFKA_MINIMUM_LITERAL;
		minimum = KAFKA_MINIMUM_CAPPED;
	}
	return minimum;
}

static void kafka_topics_count(struct kafka_poller *poller)
{
	struct kafka_snapshot *snapshot = &poller->snapshot;
	enum kafka_minimum minimum = kafka_topics_minimum(poller);
	int32_t states[KAFKA_PARTITION_OFFLINE + 1] = {0}, all = 0, moving = 0, behind = 0, unknown = 0;
	for (size_t t = 0; t < snapshot->topic_count; t++) {
		struct kafka_topic *topic = (struct kafka_topic *)(uintptr_t)&snapshot->topics[t];
		topic->minimum = minimum;
		all += topic->partition_count;
		for (int32_t i = 0; i < topic->partition_count; i++) {
			const struct kafka_partition *partition = &topic->partitions[i];
			states[kafka_partition_state(topic, partition)]++;
			moving += partition->adding_count + partition->removing_count > 0;
			behind += kafka_partition_behind(partition) > 0;
			unknown += partition->leader >= 0 && kafka_partition_minimum(topic, partition) < 0;
		}
	}
	snapshot->partition_count = all;
	snapshot->under_replicated = behind;
	snapshot->below_min_isr = unknown ? -1 : states[KAFKA_PARTITION_BELOW_MIN_ISR];
	snapshot->offline_partitions = states[KAFKA_PARTITION_OFFLINE];
	snapshot->reassigning = moving;
}

static void poll_topics_build(struct kafka_poller *poller, const struct kafka_metadata_response *metadata)
{
	struct kafka_snapshot *snapshot = &poller->snapshot;
	struct arena arena = ARENA_INIT;
	size_t count = 0;
	struct kafka_topic *topics =
		arena_alloc(&arena, (size_t)(metadata->topics.len > 0 ? metadata->topics.len : 0) * sizeof *topics);
	vec_each (&metadata->topics, topic)
		if (topic->name)
			build_topic(poller, &arena, topic, &topics[count++]);
	if (count > 1)
		qsort(topics, count, sizeof *topics, compare_topics);
	arena_finish(&poller->topics_arena);
	poller->topics_arena = arena;
	snapshot->topics = topics;
	snapshot->topic_count = count;
	add_reassignments(poller);
	kafka_topics_count(poller);
	snapshot->controller = metadata->controller_id;
	if (!str_eq(snapshot->cluster_id, metadata->cluster_id)) {
		free((char *)(uintptr_t)snapshot->cluster_id);
		snapshot->cluster_id = mem_strdup(metadata->cluster_id);
	}
}

/* ---- asking ---- */
enum reassignments_use { FOR_THE_NEXT_PICTURE, FOR_THIS_PICTURE };

static void ask_reassignments(struct kafka_poller *poller, enum reassignments_use use);

static void poll_topics_on_answer(struct kafka_poller *poller, int32_t tag, const struct err *err, const void *response)
{
	bool first = poller->snapshot.metadata_part.updated_ms < 0;
	if (!err)
		poll_topics_build(poller, response);
	kafka_part_note(poller, &poller->snapshot.metadata_part, err);
	if (first && !err)
		ask_reassignments(poller, FOR_THIS_PICTURE);
	else
		kafka_poll_finish(poller, KAFKA_POLL_METADATA);
}

static void poll_topics_ask(struct kafka_poller *poller)
{
	struct kafka_metadata_request request = {.topics = KAFKA_NULL_ARRAY}; /* null = all of them */
	kafka_poll_send(poller, KAFKA_POLL_METADATA,
			&(struct kafka_call){.api = KAFKA_METADATA, .route = KAFKA_TO_ANY, .request = &request},
			poll_topics_on_answer, 0);
}

static void on_reassignments(struct kafka_poller *poller, int32_t use, const struct err *err, const void *response)
{
	arena_finish(&poller->reassign_arena);
	poller->reassignments = NULL;
	if (!err)
		poller->reassignments = kafka_message_copy(
			&poller->reassign_arena, &kafka_list_partition_reassignments_response_schema, response);
	kafka_part_note(poller, &poller->snapshot.reassignment_part, err);
	if (use == FOR_THE_NEXT_PICTURE) {
		poll_topics_ask(poller);
		return;
	}
	add_reassignments(poller);
	kafka_topics_count(poller);
	kafka_poll_finish(poller, KAFKA_POLL_METADATA);
}

static void ask_reassignments(struct kafka_poller *poller, enum reassignments_use use)
{
	struct kafka_list_partition_reassignments_request request = {.timeout_ms = 5000, .topics = KAFKA_NULL_ARRAY};
	kafka_poll_send(poller, KAFKA_POLL_METADATA,
			&(struct kafka_call){.api = KAFKA_LIST_PARTITION_REASSIGNMENTS,
					     .route = KAFKA_TO_CONTROLLER,
					     .request = &request},
			on_reassignments, use);
}

/* Which partitions move is asked before the partitions themselves, so that a move that has just begun is never taken
 * for replicas that fell behind. Only the first picture comes without, soonest, and has it added at once. */
void kafka_poll_metadata(struct kafka_poller *poller)
{
	if (poller->snapshot.metadata_part.updated_ms < 0)
		poll_topics_ask(poller);
	else
		ask_reassignments(poller, FOR_THE_NEXT_PICTURE);
}

/* ---- min.insync.replicas ---- */
/* A topic that was deleted in between is no failure. */
static void refuse_config(struct kafka_poller *poller, const struct kafka_config_result *result)
{
	if (err_is_set(&poller->config_err) || result->error_code == KAFKA_ERR_UNKNOWN_TOPIC_OR_PARTITION)
		return;
	CLEANUP(free)
	char *what = str_printf("%s: the configuration of topic %s", poller->snapshot.label,
				str_or(result->resource_name, "?"));
	kafka_poll_refused(poller, KAFKA_POLL_CONFIGS, result->error_code, what, result->error_message,
			   &poller->config_err);
}

static void take_configs(struct kafka_poller *poller, const struct kafka_describe_configs_response *response)
{
	vec_each (&response->results, result) {
		int64_t value;
		if (result->error_code)
			refuse_config(poller, result);
		if (result->error_code || result->configs.len < 1 || !result->resource_name ||
		    !str_to_i64(str_or(result->configs.items[0].value, ""), &value) || value < 0 || value > INT16_MAX)
			continue;
		map_set(&poller->min_in_sync_fresh, result->resource_name, (void *)(intptr_t)(value + 1));
	}
}

static void finish_configs(struct kafka_poller *poller, const struct err *err)
{
	bool some = poller->min_in_sync_fresh.len > 0 || !err_is_set(&poller->config_err);
	if (!err) {
		map_finish(&poller->min_in_sync);
		poller->min_in_sync = poller->min_in_sync_fresh;
		for (size_t i = 0; i < poller->snapshot.topic_count; i++) {
			struct kafka_topic *topic = (struct kafka_topic *)(uintptr_t)&poller->snapshot.topics[i];
			topic->min_in_sync = topics_min_in_sync(poller, topic->name);
		}
		kafka_topics_count(poller);
	} else {
		map_finish(&poller->min_in_sync_fresh);
	}
	poller->min_in_sync_fresh = MAP_INIT;
	if (err || some)
		kafka_part_note(poller, &poller->snapshot.config_part, err);
	if (err_is_set(&poller->config_err)) /* what it was refused for is unknown, the rest is not */
		kafka_part_note(poller, &poller->snapshot.config_part, &poller->config_err);
	kafka_poll_finish(poller, KAFKA_POLL_CONFIGS);
}

static void ask_configs(struct kafka_poller *poller);

static void on_configs(struct kafka_poller *poller, int32_t tag, const struct err *err, const void *response)
{
	if (!err)
		take_configs(poller, response);
	if (err || poller->config_at >= poller->snapshot.topic_count)
		finish_configs(poller, err);
	else
		ask_configs(poller);
}

static void ask_configs(struct kafka_poller *poller)
{
	static const char *key = "min.insync.replicas";
	const struct kafka_snapshot *snapshot = &poller->snapshot;
	VEC(struct kafka_config_query) queries = {0};
	for (; poller->config_at < snapshot->topic_count && queries.len < CONFIG_TOPICS_A_CALL; poller->config_at++)
		vec_push(&queries, (struct kafka_config_query){
					   .resource_type = CONFIG_TOPIC,
					   .resource_name = snapshot->topics[poller->config_at].name,
					   .configuration_keys = {&key, 1},
				   });
	struct kafka_describe_configs_request request = {.resources = {queries.items, (int32_t)queries.len}};
	kafka_poll_send(poller, KAFKA_POLL_CONFIGS,
			&(struct kafka_call){.api = KAFKA_DESCRIBE_CONFIGS, .route = KAFKA_TO_ANY, .request = &request},
			on_configs, 0);
	vec_finish(&queries);
}

void kafka_poll_configs(struct kafka_poller *poller)
{
	poller->config_at = 0;
	err_clear(&poller->config_err);
	ask_configs(poller);
}
