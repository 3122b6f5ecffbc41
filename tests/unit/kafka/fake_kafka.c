#include "tests/unit/kafka/fake_kafka.h"

#include <stdio.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/wire/kafka_errors.h"
#include "api/kafka/wire/schema_list.h"

enum { BROKERS = 3 };

#define NEW(arena, type) arena_alloc(arena, sizeof(type))
#define MESSAGE(arena, name) fake_message(arena, &kafka_##name##_schema)
#define SET(array, pointer, count) ((array).items = (pointer), (array).len = (count))

typedef void *answer_fn(struct fake_kafka *kafka, struct fake_broker *broker, const void *request, struct arena *arena);

static void fill_partition(struct fake_kafka *kafka, struct kafka_metadata_partition *out, int32_t index,
			   struct arena *arena)
{
	int32_t *replicas = arena_alloc(arena, BROKERS * sizeof *replicas);
	int32_t *isr = arena_alloc(arena, BROKERS * sizeof *isr);
	int32_t *offline = arena_alloc(arena, BROKERS * sizeof *offline);
	*out = (struct kafka_metadata_partition){.partition_index = index, .leader_id = -1, .leader_epoch = 7};
	for (int32_t i = 0; i < BROKERS; i++) {
		replicas[i] = (index + i) % BROKERS;
		bool down = kafka->cluster.brokers[replicas[i]].down;
		if (!down && out->leader_id < 0)
			out->leader_id = replicas[i];
		*(down ? &offline[out->offline_replicas.len++] : &isr[out->isr_nodes.len++]) = replicas[i];
	}
	SET(out->replica_nodes, replicas, BROKERS);
	out->isr_nodes.items = isr;
	out->offline_replicas.items = offline;
}

static void *metadata(struct fake_kafka *kafka, struct fake_broker *broker, const void *data, struct arena *arena)
{
	static const struct {
		const char *name;
		int32_t partitions;
	} topics[] = {{"pay", 1}, {"orders", 3}};
	const struct kafka_metadata_request *request = data;
	struct kafka_metadata_response *response = MESSAGE(arena, metadata_response);
	response->brokers.items = arena_alloc(arena, BROKERS * sizeof *response->brokers.items);
	for (int32_t i = 0; i < BROKERS; i++)
		if (!kafka->cluster.brokers[i].down)
			response->brokers.items[response->brokers.len++] =
				(struct kafka_metadata_broker){.node_id = i,
							       .host = i == 0   ? "kafka-0"
								       : i == 1 ? "kafka-1"
										: "kafka-2",
							       .port = FAKE_PORT + i,
							       .rack = i == 0 ? "zone-a" : NULL};
	response->cluster_id = broker->cluster_id;
	response->controller_id = kafka->controller;
	if (request->topics.len == 0)
		return response;
	response->topics.items = arena_alloc(arena, ARRAY_LEN(topics) * sizeof *response->topics.items);
	response->topics.len = (int32_t)ARRAY_LEN(topics) - kafka->topics_hidden;
	for (int32_t t = 0; t < response->topics.len; t++) {
		struct kafka_metadata_topic *topic = &response->topics.items[t];
		*topic = (struct kafka_metadata_topic){.name = topics[t].name};
		SET(topic->partitions,
		    arena_alloc(arena, (size_t)topics[t].partitions * sizeof *topic->partitions.items),
		    topics[t].partitions);
		/* Backwards: nobody promised an order. */
		for (int32_t i = 0; i < topics[t].partitions; i++)
			fill_partition(kafka, &topic->partitions.items[topics[t].partitions - 1 - i], i, arena);
	}
	return response;
}

static void *reassignments(struct fake_kafka *kafka, struct fake_broker *broker, const void *data, struct arena *arena)
{
	static int32_t adding[] = {3}, removing[] = {0};
	struct kafka_list_partition_reassignments_response *response =
		MESSAGE(arena, list_partition_reassignments_response);
	if (!kafka->moving)
		return response;
	SET(response->topics, NEW(arena, struct kafka_ongoing_topic), 1);
	struct kafka_ongoing_topic *topic = response->topics.items;
	topic->name = "orders";
	SET(topic->partitions, NEW(arena, struct kafka_ongoing_partition), 1);
	topic->partitions.items->partition_index = 1;
	SET(topic->partitions.items->adding_replicas, adding, 1);
	SET(topic->partitions.items->removing_replicas, removing, 1);
	return response;
}

static void *quorum(struct fake_kafka *kafka, struct fake_broker *broker, const void *data, struct arena *arena)
{
	struct kafka_describe_quorum_response *response = MESSAGE(arena, describe_quorum_response);
	SET(response->topics, NEW(arena, struct kafka_quorum_topic), 1);
	response->topics.items->topic_name = "__cluster_metadata";
	SET(response->topics.items->partitions, NEW(arena, struct kafka_quorum_partition), 1);
	struct kafka_quorum_partition *partition = response->topics.items->partitions.items;
	*partition = (struct kafka_quorum_partition){.leader_id = 1, .leader_epoch = 4, .high_watermark = 95};
	struct kafka_quorum_replica *voters = arena_alloc(arena, BROKERS * sizeof *voters);
	for (int32_t i = 0; i < BROKERS; i++)
		voters[i] = (struct kafka_quorum_replica){.replica_id = i,
							  .log_end_offset = i == 1 ? 100 : 90 + i,
							  .last_fetch_timestamp = 5000 + i,
							  .last_caught_up_timestamp = 4000};
	SET(partition->current_voters, voters, BROKERS);
	if (!kafka->has_quorum)
		response->error_code = KAFKA_ERR_UNSUPPORTED_VERSION;
	return response;
}

/* Only orders-1: broker 2 may lead, 0 could at the last. */
static void *topic_partitions(struct fake_kafka *kafka, struct fake_broker *broker, const void *data,
			      struct arena *arena)
{
	static int32_t eligible[] = {2}, last[] = {0};
	struct kafka_describe_topic_partitions_response *response = MESSAGE(arena, describe_topic_partitions_response);
	SET(response->next_cursor, NULL, -1);
	SET(response->topics, NEW(arena, struct kafka_described_topic), 1);
	response->topics.items->name = "orders";
	SET(response->topics.items->partitions, NEW(arena, struct kafka_topic_partition), 1);
	struct kafka_topic_partition *partition = response->topics.items->partitions.items;
	partition->partition_index = 1;
	SET(partition->eligible_leader_replicas, eligible, 1);
	SET(partition->last_known_elr, last, 1);
	return response;
}

static void *log_dirs(struct fake_kafka *kafka, struct fake_broker *broker, const void *data, struct arena *arena)
{
	struct kafka_describe_log_dirs_response *response = MESSAGE(arena, describe_log_dirs_response);
	SET(response->results, NEW(arena, struct kafka_log_dirs_result), 1);
	struct kafka_log_dirs_result *result = response->results.items;
	*result = (struct kafka_log_dirs_result){
		.log_dir = "/data", .total_bytes = 1000000, .usable_bytes = 400000, .is_cordoned = broker->id == 2};
	if (kafka->bare)
		return response;
	SET(result->topics, NEW(arena, struct kafka_log_dirs_topic), 1);
	result->topics.items->name = "orders";
	struct kafka_log_dirs_partition *sizes = arena_alloc(arena, 3 * sizeof *sizes);
	for (int32_t i = 0; i < 3; i++)
		sizes[i] = (struct kafka_log_dirs_partition){.partition_index = i,
							     .partition_size = 1000 * (i + 1) + broker->id};
	SET(result->topics.items->partitions, sizes, 3);
	return response;
}

/* A broker tells its own settings only (ConfigHelper.scala). */
static void own_settings(const struct fake_kafka *kafka, const struct fake_broker *broker,
			 struct kafka_config_result *result, struct arena *arena)
{
	const char *own = arena_printf(arena, "%d", (int)broker->id);
	result->error_code = kafka->identity_error;
	if (result->error_code)
		return;
	if (strcmp(result->resource_name, own) == 0) {
		SET(result->configs, NEW(arena, struct kafka_config_entry), 1);
		*result->configs.items = (struct kafka_config_entry){.name = "node.id", .value = own};
		return;
	}
	result->error_code = KAFKA_ERR_INVALID_REQUEST;
	result->error_message =
		kafka->unexpected
			? kafka->unexpected
			: arena_printf(arena, "Unexpected broker id, expected %s or empty string, but received %s", own,
				       result->resource_name);
}

static void *configs(struct fake_kafka *kafka, struct fake_broker *broker, const void *data, struct arena *arena)
{
	const struct kafka_describe_configs_request *request = data;
	struct kafka_describe_configs_response *response = MESSAGE(arena, describe_configs_response);
	SET(response->results, arena_alloc(arena, (size_t)request->resources.len * sizeof *response->results.items),
	    request->resources.len);
	for (int32_t i = 0; i < request->resources.len; i++) {
		const struct kafka_config_query *query = &request->resources.items[i];
		struct kafka_config_result *result = &response->results.items[i];
		*result = (struct kafka_config_result){.resource_type = query->resource_type,
						       .resource_name = query->resource_name};
		if (query->resource_type == 4) {
			own_settings(kafka, broker, result, arena);
			continue;
		}
		if (!kafka->config_topic || str_eq(kafka->config_topic, query->resource_name))
			result->error_code = kafka->config_error;
		if (result->error_code)
			continue;
		SET(result->configs, NEW(arena, struct kafka_config_entry), 1);
		*result->configs.items =
			(struct kafka_config_entry){.name = "min.insync.replicas", .value = "2", .config_source = 1};
	}
	return response;
}

/* ---- groups ---- */
static int16_t refusal_of(const struct fake_kafka *kafka, const struct fake_broker *broker, int16_t api)
{
	return kafka->refused_api == api && kafka->refuser == broker->id ? kafka->refusal : 0;
}

static void *list_groups(struct fake_kafka *kafka, struct fake_broker *broker, const void *data, struct arena *arena)
{
	static struct kafka_listed_group groups[] = {{"shop", "consumer", "Stable", "classic"},
						     {"newshop", "consumer", "Stable", "Consumer"},
						     {"queue", "share", "Stable", "Share"},
						     {"wordcount", "streams", "Stable", "Streams"},
						     {"riddle", "", "", "Riddle"}};
	struct kafka_list_groups_response *response = MESSAGE(arena, list_groups_response);
	response->error_code = refusal_of(kafka, broker, KAFKA_LIST_GROUPS);
	if (broker->id == kafka->coordinator && !response->error_code)
		SET(response->groups, groups, kafka->newer_groups ? 5 : 2);
	if (broker->id == kafka->coordinator && kafka->many_groups) {
		SET(response->groups, arena_alloc(arena, (size_t)kafka->many_groups * sizeof *groups),
		    kafka->many_groups);
		for (int32_t i = 0; i < kafka->many_groups; i++) {
			char name[24];
			snprintf(name, sizeof name, "g%d", (int)i);
			response->groups.items[i] = groups[4];
			response->groups.items[i].group_id = arena_strdup(arena, name);
		}
	}
	return response;
}

static void *describe_groups(struct fake_kafka *kafka, struct fake_broker *broker, const void *data,
			     struct arena *arena)
{
	/* orders: partitions 0 and 2 */
	static const uint8_t assignment[] = {0, 1, 0, 0, 0, 1, 0, 6, 'o', 'r', 'd', 'e',  'r',  's',  0,
					     0, 0, 2, 0, 0, 0, 0, 0, 0,   0,   2,   0xff, 0xff, 0xff, 0xff};
	const struct kafka_describe_groups_request *request = data;
	struct kafka_describe_groups_response *response = MESSAGE(arena, describe_groups_response);
	SET(response->groups, NEW(arena, struct kafka_described_group), 1);
	struct kafka_described_group *group = response->groups.items;
	*group = (struct kafka_described_group){.group_id = request->groups.items[0]};
	if (broker->id != kafka->coordinator) {
		group->error_code = KAFKA_ERR_NOT_COORDINATOR;
		return response;
	}
	group->error_code = refusal_of(kafka, broker, KAFKA_DESCRIBE_GROUPS);
	if (group->error_code)
		return response;
	group->group_state = "Stable";
	group->protocol_type = "consumer";
	group->protocol_data = "range";
	SET(group->members, NEW(arena, struct kafka_described_member), 1);
	*group->members.items = (struct kafka_described_member){.member_id = "m-1",
								.client_id = "web",
								.client_host = "/10.0.0.9",
								.member_assignment = {assignment, sizeof assignment}};
	return response;
}

static void *describe_consumers(struct fake_kafka *kafka, struct fake_broker *broker, const void *data,
				struct arena *arena)
{
	static int32_t held[] = {0, 1, 2};
	struct kafka_consumer_group_describe_response *response = MESSAGE(arena, consumer_group_describe_response);
	SET(response->groups, NEW(arena, struct kafka_consumer_group), 1);
	*response->groups.items = (struct kafka_consumer_group){
		.group_id = "newshop", .group_state = "Stable", .assignor_name = "uniform"};
	SET(response->groups.items->members, NEW(arena, struct kafka_consumer_member), 1);
	struct kafka_consumer_member *member = response->groups.items->members.items;
	*member = (struct kafka_consumer_member){.member_id = "n-1", .client_id = "app", .client_host = "/10.0.0.8"};
	SET(member->assignment.topic_partitions, NEW(arena, struct kafka_consumer_topic), 1);
	member->assignment.topic_partitions.items->topic_name = "orders";
	SET(member->assignment.topic_partitions.items->partitions, held, 3);
	return response;
}

/* Two members share orders-0. */
static void *describe_shares(struct fake_kafka *kafka, struct fake_broker *broker, const void *data,
			     struct arena *arena)
{
	static int32_t held[] = {0};
	struct kafka_share_group_describe_response *response = MESSAGE(arena, share_group_describe_response);
	SET(response->groups, NEW(arena, struct kafka_share_group), 1);
	*response->groups.items =
		(struct kafka_share_group){.group_id = "queue", .group_state = "Stable", .assignor_name = "simple"};
	SET(response->groups.items->members, arena_alloc(arena, 2 * sizeof(struct kafka_share_member)), 2);
	for (int i = 0; i < 2; i++) {
		struct kafka_share_member *member = &response->groups.items->members.items[i];
		*member = (struct kafka_share_member){
			.member_id = i ? "q-2" : "q-1", .client_id = "worker", .client_host = "/10.0.0.9"};
		SET(member->assignment.topic_partitions, NEW(arena, struct kafka_consumer_topic), 1);
		member->assignment.topic_partitions.items->topic_name = "orders";
		SET(member->assignment.topic_partitions.items->partitions, held, 1);
	}
	return response;
}

/* One member with the tasks 0 and 1 of the subtopology that reads orders, each said apart, a list without tasks, and a
 * standby task, which holds nothing. */
static void *describe_streams(struct fake_kafka *kafka, struct fake_broker *broker, const void *data,
			      struct arena *arena)
{
	static int32_t held[] = {0, 1}, standby[] = {2};
	static const char *sources[] = {"orders"};
	struct kafka_streams_group_describe_response *response = MESSAGE(arena, streams_group_describe_response);
	SET(response->groups, NEW(arena, struct kafka_streams_group), 1);
	struct kafka_streams_group *group = response->groups.items;
	*group = (struct kafka_streams_group){.group_id = "wordcount", .group_state = "Stable"};
	SET(group->topology, NEW(arena, struct kafka_streams_topology), 1);
	SET(group->topology.items->subtopologies, NEW(arena, struct kafka_streams_subtopology), 1);
	group->topology.items->subtopologies.items->subtopology_id = "0";
	SET(group->topology.items->subtopologies.items->source_topics, sources, 1);
	SET(group->members, NEW(arena, struct kafka_streams_member), 1);
	*group->members.items = (struct kafka_streams_member){
		.member_id = "w-1", .client_id = "counter", .client_host = "/10.0.0.7", .process_id = "p"};
	SET(group->members.items->user_endpoint, NULL, -1);
	SET(group->members.items->assignment.active_tasks, arena_alloc(arena, 3 * sizeof(struct kafka_streams_tasks)),
	    3);
	for (int i = 0; i < 3; i++) {
		struct kafka_streams_tasks *tasks = &group->members.items->assignment.active_tasks.items[i];
		tasks->subtopology_id = "0";
		SET(tasks->partitions, i < 2 ? &held[i] : NULL, i < 2);
	}
	SET(group->members.items->assignment.standby_tasks, NEW(arena, struct kafka_streams_tasks), 1);
	group->members.items->assignment.standby_tasks.items->subtopology_id = "0";
	SET(group->members.items->assignment.standby_tasks.items->partitions, standby, 1);
	return response;
}

/* shop committed 40 and 50 of orders-0 and orders-1, newshop nothing. */
static void *offsets(struct fake_kafka *kafka, struct fake_broker *broker, const void *data, struct arena *arena)
{
	const struct kafka_offset_fetch_request *request = data;
	static struct kafka_offsets_partition old[] = {{0, 40, -1, "", 0}, {1, 50, -1, "", 0}};
	static struct kafka_offsets_group_partition newer[] = {{0, 40, -1, "", 0}, {1, 50, -1, "", 0}};
	struct kafka_offset_fetch_response *response = MESSAGE(arena, offset_fetch_response);
	if (request->group_id && strcmp(request->group_id, "shop") == 0) {
		SET(response->topics, NEW(arena, struct kafka_offsets_topic), 1);
		response->topics.items->name = "orders";
		SET(response->topics.items->partitions, old, 2);
	}
	SET(response->groups, arena_alloc(arena, 2 * sizeof *response->groups.items), request->groups.len);
	for (int32_t i = 0; i < request->groups.len; i++) {
		struct kafka_offsets_group *group = &response->groups.items[i];
		*group = (struct kafka_offsets_group){.group_id = request->groups.items[i].group_id};
		if (strcmp(group->group_id, "shop") != 0)
			continue;
		SET(group->topics, NEW(arena, struct kafka_offsets_group_topic), 1);
		group->topics.items->name = "orders";
		SET(group->topics.items->partitions, newer, 2);
		newer[1].error_code = refusal_of(kafka, broker, KAFKA_OFFSET_FETCH);
	}
	return response;
}

static void *list_offsets(struct fake_kafka *kafka, struct fake_broker *broker, const void *data, struct arena *arena)
{
	const struct kafka_list_offsets_request *request = data;
	struct kafka_list_offsets_response *response = MESSAGE(arena, list_offsets_response);
	SET(response->topics, arena_alloc(arena, (size_t)request->topics.len * sizeof *response->topics.items),
	    request->topics.len);
	for (int32_t t = 0; t < request->topics.len; t++) {
		const struct kafka_list_offsets_topic *in = &request->topics.items[t];
		struct kafka_listed_offset *out = arena_alloc(arena, (size_t)in->partitions.len * sizeof *out);
		for (int32_t i = 0; i < in->partitions.len; i++)
			out[i] = (struct kafka_listed_offset){
				.partition_index = in->partitions.items[i].partition_index,
				.error_code = refusal_of(kafka, broker, KAFKA_LIST_OFFSETS),
				.offset = 100 * (in->partitions.items[i].partition_index + 1)};
		response->topics.items[t].name = in->name;
		SET(response->topics.items[t].partitions, out, in->partitions.len);
	}
	return response;
}

static void *find_coordinator(struct fake_kafka *kafka, struct fake_broker *broker, const void *data,
			      struct arena *arena)
{
	const struct kafka_find_coordinator_request *request = data;
	struct kafka_find_coordinator_response *response = MESSAGE(arena, find_coordinator_response);
	response->node_id = kafka->coordinator;
	SET(response->coordinators, NEW(arena, struct kafka_coordinator), request->coordinator_keys.len ? 1 : 0);
	*response->coordinators.items = (struct kafka_coordinator){.key = "shop", .node_id = kafka->coordinator};
	return response;
}

/* ---- changes ---- */
static void *elect_leaders(struct fake_kafka *kafka, struct fake_broker *broker, const void *data, struct arena *arena)
{
	struct kafka_elect_leaders_response *response = MESSAGE(arena, elect_leaders_response);
	response->error_code = broker->id == kafka->controller ? kafka->elect_error : KAFKA_ERR_NOT_CONTROLLER;
	return response;
}

static void *alter_configs(struct fake_kafka *kafka, struct fake_broker *broker, const void *data, struct arena *arena)
{
	return MESSAGE(arena, incremental_alter_configs_response);
}

static const struct {
	int16_t key;
	answer_fn *answer;
} answers[] = {
	{KAFKA_METADATA, metadata},
	{KAFKA_LIST_PARTITION_REASSIGNMENTS, reassignments},
	{KAFKA_DESCRIBE_QUORUM, quorum},
	{KAFKA_DESCRIBE_LOG_DIRS, log_dirs},
	{KAFKA_DESCRIBE_TOPIC_PARTITIONS, topic_partitions},
	{KAFKA_DESCRIBE_CONFIGS, configs},
	{KAFKA_LIST_GROUPS, list_groups},
	{KAFKA_DESCRIBE_GROUPS, describe_groups},
	{KAFKA_CONSUMER_GROUP_DESCRIBE, describe_consumers},
	{KAFKA_SHARE_GROUP_DESCRIBE, describe_shares},
	{KAFKA_STREAMS_GROUP_DESCRIBE, describe_streams},
	{KAFKA_OFFSET_FETCH, offsets},
	{KAFKA_LIST_OFFSETS, list_offsets},
	{KAFKA_FIND_COORDINATOR, find_coordinator},
	{KAFKA_ELECT_LEADERS, elect_leaders},
	{KAFKA_INCREMENTAL_ALTER_CONFIGS, alter_configs},
};

static void *answer(struct fake_broker *broker, const struct kafka_header *header, const void *request,
		    struct arena *arena)
{
	for (size_t i = 0; i < ARRAY_LEN(answers); i++)
		if (answers[i].key == header->api_key)
			return answers[i].answer((struct fake_kafka *)broker->cluster, broker, request, arena);
	return NULL;
}

void fake_kafka_init(struct fake_kafka *kafka, struct loop *loop)
{
	*kafka = (struct fake_kafka){.controller = 0, .coordinator = 1, .has_quorum = true};
	fake_cluster_init(&kafka->cluster, loop);
	for (int i = 0; i < BROKERS; i++)
		kafka->cluster.brokers[i].answer = answer;
}

void fake_kafka_kill(struct fake_kafka *kafka, int32_t broker)
{
	kafka->cluster.brokers[broker].down = true;
	fake_broker_drop(&kafka->cluster.brokers[broker]);
}

void fake_kafka_revive(struct fake_kafka *kafka, int32_t broker)
{
	kafka->cluster.brokers[broker].down = false;
}
