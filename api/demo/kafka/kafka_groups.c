/* Consumer groups: who is in them and how far they have read. */
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kafka/kafka_session_private.h"

static struct demo_kafka_group *find_group(struct demo_kafka *kafka, const char *name)
{
	vec_each (&kafka->groups, group) {
		if (str_eq(group->name, name))
			return group;
	}
	return NULL;
}

static const char *group_state_word(const struct demo_kafka_group *group)
{
	return group->members > 0 ? "Stable" : "Empty";
}

void *demo_kafka_answer_list_groups(const struct demo_kafka_call *call)
{
	struct kafka_list_groups_response *answer = demo_kafka_answer_new(call);
	DEMO_KAFKA_ROOM(call, answer->groups, call->kafka->groups.len);
	vec_each (&call->kafka->groups, group) {
		if (demo_kafka_coordinator_of(call->kafka, group->name) == call->broker)
			DEMO_KAFKA_PUSH(answer->groups,
					(struct kafka_listed_group){.group_id = group->name,
								    .protocol_type = "consumer",
								    .group_state = group_state_word(group),
								    .group_type = "classic"});
	}
	return answer;
}

/* The assignment as a classic consumer writes it: version 0, the topic, its share of the partitions, no user data. */
static struct kafka_bytes assignment_of(const struct demo_kafka_call *call, const struct demo_kafka_group *group,
					int member)
{
	const struct demo_kafka_topic *topic = demo_kafka_find_topic(call->kafka, group->topic);
	size_t name_len = strlen(topic->name);
	size_t room = 2 + 4 + 2 + name_len + 4 + 4 * topic->count + 4, at = 0;
	uint8_t *bytes = arena_alloc(call->arena, room);
	uint32_t count = 0;
	bytes[5] = 1;
	at = 6;
	bytes[at++] = (uint8_t)(name_len >> 8);
	bytes[at++] = (uint8_t)name_len;
	memcpy(bytes + at, topic->name, name_len);
	at += name_len;
	uint8_t *count_at = bytes + at;
	at += 4;
	for (size_t p = (size_t)member; p < topic->count; p += (size_t)group->members, count++) {
		bytes[at + 2] = (uint8_t)(p >> 8);
		bytes[at + 3] = (uint8_t)p;
		at += 4;
	}
	count_at[2] = (uint8_t)(count >> 8);
	count_at[3] = (uint8_t)count;
	memset(bytes + at, 0xff, 4);
	return (struct kafka_bytes){.data = bytes, .len = (int32_t)(at + 4)};
}

static void fill_members(const struct demo_kafka_call *call, const struct demo_kafka_group *group,
			 struct kafka_described_group *out)
{
	DEMO_KAFKA_ROOM(call, out->members, group->members);
	for (int i = 0; i < group->members; i++) {
		char id[96], host[32];
		snprintf(id, sizeof id, "%s-%d-6f1c2a%02x", group->name, i, i * 17);
		snprintf(host, sizeof host, "/10.244.%d.%d", i % 3, 60 + i);
		DEMO_KAFKA_PUSH(out->members, (struct kafka_described_member){
						      .member_id = arena_strdup(call->arena, id),
						      .client_id = group->name,
						      .client_host = arena_strdup(call->arena, host),
						      .member_metadata = {.data = (const uint8_t *)"", .len = 0},
						      .member_assignment = assignment_of(call, group, i)});
	}
}

void *demo_kafka_answer_describe_groups(const struct demo_kafka_call *call)
{
	const struct kafka_describe_groups_request *request = call->request;
	struct kafka_describe_groups_response *answer = demo_kafka_answer_new(call);
	DEMO_KAFKA_ROOM(call, answer->groups, request->groups.len);
	for (int32_t i = 0; i < request->groups.len; i++) {
		const char *name = str_or(request->groups.items[i], "");
		const struct demo_kafka_group *group = find_group(call->kafka, name);
		struct kafka_described_group *out = &answer->groups.items[answer->groups.len++];
		*out = (struct kafka_described_group){.group_id = name,
						      .group_state = "Dead",
						      .protocol_type = "",
						      .protocol_data = "",
						      .authorized_operations = INT32_MIN};
		if (!group) {
			out->error_code = call->header->version >= 6 ? KAFKA_ERR_GROUP_ID_NOT_FOUND : KAFKA_ERR_NONE;
		} else if (demo_kafka_coordinator_of(call->kafka, name) != call->broker) {
			out->error_code = KAFKA_ERR_NOT_COORDINATOR;
		} else {
			out->group_state = group_state_word(group);
			out->protocol_type = "consumer";
			out->protocol_data = group->members > 0 ? "range" : "";
			fill_members(call, group, out);
		}
	}
	return answer;
}

static struct kafka_coordinator coordinator_for(const struct demo_kafka_call *call, const char *key)
{
	int broker = demo_kafka_coordinator_of(call->kafka, key);
	if (broker < 0)
		return (struct kafka_coordinator){.key = key,
						  .node_id = -1,
						  .host = "",
						  .port = -1,
						  .error_code = KAFKA_ERR_COORDINATOR_NOT_AVAILABLE};
	return (struct kafka_coordinator){.key = key,
					  .node_id = broker,
					  .host = demo_kafka_broker_host(call->kafka, call->arena, broker),
					  .port = call->port};
}

void *demo_kafka_answer_coordinator(const struct demo_kafka_call *call)
{
	const struct kafka_find_coordinator_request *request = call->request;
	struct kafka_find_coordinator_response *answer = demo_kafka_answer_new(call);
	if (call->header->version < 4) {
		struct kafka_coordinator one = coordinator_for(call, str_or(request->key, ""));
		answer->error_code = one.error_code;
		answer->node_id = one.node_id;
		answer->host = one.host;
		answer->port = one.port;
		return answer;
	}
	DEMO_KAFKA_ROOM(call, answer->coordinators, request->coordinator_keys.len);
	for (int32_t i = 0; i < request->coordinator_keys.len; i++)
		DEMO_KAFKA_PUSH(answer->coordinators,
				coordinator_for(call, str_or(request->coordinator_keys.items[i], "")));
	return answer;
}

/* -1 where the group has committed nothing. */
static int64_t group_committed(const struct demo_kafka_call *call, const struct demo_kafka_group *group,
			       const char *topic, int32_t index)
{
	const struct demo_kafka_partition *partition = demo_kafka_find_partition(call->kafka, topic, index);
	if (!group || !partition || !str_eq(group->topic, topic))
		return -1;
	int64_t end = demo_kafka_end_offset(call->kafka, partition, 0);
	int64_t offset = demo_kafka_end_offset(call->kafka, partition, group->lag_seconds);
	return offset > end ? end : offset;
}

static void fetch_topic(const struct demo_kafka_call *call, const struct demo_kafka_group *group, const char *topic,
			const int32_t *indexes, size_t count, struct kafka_offsets_group_topic *out)
{
	out->name = topic;
	DEMO_KAFKA_ROOM(call, out->partitions, count);
	for (size_t i = 0; i < count; i++) {
		int32_t index = indexes ? indexes[i] : (int32_t)i;
		DEMO_KAFKA_PUSH(out->partitions, (struct kafka_offsets_group_partition){
							 .partition_index = index,
							 .committed_offset = group_committed(call, group, topic, index),
							 .committed_leader_epoch = -1,
							 .metadata = ""});
	}
}

/* Without topics: all the group has committed. */
static void fetch_all(const struct demo_kafka_call *call, const struct demo_kafka_group *group,
		      struct kafka_offsets_group *out)
{
	const struct demo_kafka_topic *topic = group ? demo_kafka_find_topic(call->kafka, group->topic) : NULL;
	DEMO_KAFKA_ROOM(call, out->topics, 1);
	if (topic)
		fetch_topic(call, group, topic->name, NULL, topic->count, &out->topics.items[out->topics.len++]);
}

static void fetch_group(const struct demo_kafka_call *call, const struct kafka_offset_fetch_group *asked,
			struct kafka_offsets_group *out)
{
	out->group_id = str_or(asked->group_id, "");
	const struct demo_kafka_group *group = find_group(call->kafka, out->group_id);
	if (group && demo_kafka_coordinator_of(call->kafka, group->name) != call->broker) {
		out->error_code = KAFKA_ERR_NOT_COORDINATOR;
		return;
	}
	if (asked->topics.len < 0) {
		fetch_all(call, group, out);
		return;
	}
	DEMO_KAFKA_ROOM(call, out->topics, asked->topics.len);
	for (int32_t i = 0; i < asked->topics.len; i++) {
		const struct kafka_offset_fetch_group_topic *topic = &asked->topics.items[i];
		size_t count = topic->partition_indexes.len > 0 ? (size_t)topic->partition_indexes.len : 0;
		fetch_topic(call, group, str_or(topic->name, ""), topic->partition_indexes.items, count,
			    &out->topics.items[out->topics.len++]);
	}
}

/* Versions 6 and 7 ask for one group: put into the newer form and back. */
static void fetch_single(const struct demo_kafka_call *call, const struct kafka_offset_fetch_request *request,
			 struct kafka_offset_fetch_response *answer)
{
	struct kafka_offset_fetch_group asked = {.group_id = request->group_id, .topics = KAFKA_NULL_ARRAY};
	struct kafka_offsets_group found = {0};
	if (request->topics.len >= 0) {
		DEMO_KAFKA_ROOM(call, asked.topics, request->topics.len);
		for (int32_t i = 0; i < request->topics.len; i++) {
			struct kafka_offset_fetch_group_topic *topic = &asked.topics.items[asked.topics.len++];
			topic->name = request->topics.items[i].name;
			topic->partition_indexes.items = request->topics.items[i].partition_indexes.items;
			topic->partition_indexes.len = request->topics.items[i].partition_indexes.len;
		}
	}
	fetch_group(call, &asked, &found);
	answer->error_code = found.error_code;
	DEMO_KAFKA_ROOM(call, answer->topics, found.topics.len);
	for (int32_t i = 0; i < found.topics.len; i++) {
		struct kafka_offsets_topic *out = &answer->topics.items[answer->topics.len++];
		out->name = found.topics.items[i].name;
		DEMO_KAFKA_ROOM(call, out->partitions, found.topics.items[i].partitions.len);
		for (int32_t p = 0; p < found.topics.items[i].partitions.len; p++) {
			const struct kafka_offsets_group_partition *partition =
				&found.topics.items[i].partitions.items[p];
			DEMO_KAFKA_PUSH(out->partitions, (struct kafka_offsets_partition){
								 .partition_index = partition->partition_index,
								 .committed_offset = partition->committed_offset,
								 .committed_leader_epoch = -1,
								 .metadata = ""});
		}
	}
}

void *demo_kafka_answer_offset_fetch(const struct demo_kafka_call *call)
{
	const struct kafka_offset_fetch_request *request = call->request;
	struct kafka_offset_fetch_response *answer = demo_kafka_answer_new(call);
	if (call->header->version < 8) {
		fetch_single(call, request, answer);
		return answer;
	}
	DEMO_KAFKA_ROOM(call, answer->groups, request->groups.len);
	for (int32_t i = 0; i < request->groups.len; i++)
		fetch_group(call, &request->groups.items[i], &answer->groups.items[answer->groups.len++]);
	return answer;
}
