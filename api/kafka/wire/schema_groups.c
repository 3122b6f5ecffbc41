/* Consumer groups: the tables of these messages (see schema.h). */
#include "api/kafka/wire/messages.h"
#include "api/kafka/wire/schema_list.h"

#define T struct kafka_list_groups_request
static const struct kafka_field list_groups_request_fields[] = {
	{KAFKA_FIELD_STRINGS(T, states_filter), .since = 4},
	{KAFKA_FIELD_STRINGS(T, types_filter), .since = 5},
};
#undef T
const struct kafka_schema kafka_list_groups_request_schema =
	KAFKA_SCHEMA(kafka_list_groups_request, list_groups_request_fields);

#define T struct kafka_listed_group
static const struct kafka_field listed_group_fields[] = {
	{KAFKA_FIELD(T, group_id, STRING)},
	{KAFKA_FIELD(T, protocol_type, STRING)},
	{KAFKA_FIELD(T, group_state, STRING), .since = 4},
	{KAFKA_FIELD(T, group_type, STRING), .since = 5},
};
#undef T
static const struct kafka_schema kafka_listed_group_schema = KAFKA_SCHEMA(kafka_listed_group, listed_group_fields);

#define T struct kafka_list_groups_response
static const struct kafka_field list_groups_response_fields[] = {
	{KAFKA_FIELD(T, throttle_time_ms, INT32), .since = 1},
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD_STRUCTS(T, groups, kafka_listed_group)},
};
#undef T
const struct kafka_schema kafka_list_groups_response_schema =
	KAFKA_SCHEMA(kafka_list_groups_response, list_groups_response_fields);

#define T struct kafka_describe_groups_request
static const struct kafka_field describe_groups_request_fields[] = {
	{KAFKA_FIELD_STRINGS(T, groups)},
	{KAFKA_FIELD(T, include_authorized_operations, BOOL), .since = 3},
};
#undef T
const struct kafka_schema kafka_describe_groups_request_schema =
	KAFKA_SCHEMA(kafka_describe_groups_request, describe_groups_request_fields);

#define T struct kafka_described_member
static const struct kafka_field described_member_fields[] = {
	{KAFKA_FIELD(T, member_id, STRING)},
	{KAFKA_FIELD(T, group_instance_id, STRING), .since = 4, .nullable = true},
	{KAFKA_FIELD(T, client_id, STRING)},
	{KAFKA_FIELD(T, client_host, STRING)},
	{KAFKA_FIELD(T, member_metadata, BYTES)},
	{KAFKA_FIELD(T, member_assignment, BYTES)},
};
#undef T
static const struct kafka_schema kafka_described_member_schema =
	KAFKA_SCHEMA(kafka_described_member, described_member_fields);

#define T struct kafka_described_group
static const struct kafka_field described_group_fields[] = {
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, error_message, STRING), .since = 6, .nullable = true},
	{KAFKA_FIELD(T, group_id, STRING)},
	{KAFKA_FIELD(T, group_state, STRING)},
	{KAFKA_FIELD(T, protocol_type, STRING)},
	{KAFKA_FIELD(T, protocol_data, STRING)},
	{KAFKA_FIELD_STRUCTS(T, members, kafka_described_member)},
	{KAFKA_FIELD(T, authorized_operations, INT32), .since = 3, .preset = INT32_MIN},
};
#undef T
static const struct kafka_schema kafka_described_group_schema =
	KAFKA_SCHEMA(kafka_described_group, described_group_fields);

#define T struct kafka_describe_groups_response
static const struct kafka_field describe_groups_response_fields[] = {
	{KAFKA_FIELD(T, throttle_time_ms, INT32), .since = 1},
	{KAFKA_FIELD_STRUCTS(T, groups, kafka_described_group)},
};
#undef T
const struct kafka_schema kafka_describe_groups_response_schema =
	KAFKA_SCHEMA(kafka_describe_groups_response, describe_groups_response_fields);

#define T struct kafka_group_ids_request
static const struct kafka_field group_ids_request_fields[] = {
	{KAFKA_FIELD_STRINGS(T, group_ids)},
	{KAFKA_FIELD(T, include_authorized_operations, BOOL)},
};
#undef T
const struct kafka_schema kafka_consumer_group_describe_request_schema =
	KAFKA_SCHEMA(kafka_group_ids_request, group_ids_request_fields);
const struct kafka_schema kafka_share_group_describe_request_schema =
	KAFKA_SCHEMA(kafka_group_ids_request, group_ids_request_fields);
const struct kafka_schema kafka_streams_group_describe_request_schema =
	KAFKA_SCHEMA(kafka_group_ids_request, group_ids_request_fields);

#define T struct kafka_consumer_topic
static const struct kafka_field consumer_topic_fields[] = {
	{KAFKA_FIELD(T, topic_id, UUID)},
	{KAFKA_FIELD(T, topic_name, STRING)},
	{KAFKA_FIELD_INT32S(T, partitions)},
};
#undef T
static const struct kafka_schema kafka_consumer_topic_schema =
	KAFKA_SCHEMA(kafka_consumer_topic, consumer_topic_fields);

#define T struct kafka_consumer_target
static const struct kafka_field consumer_target_fields[] = {
	{KAFKA_FIELD_STRUCTS(T, topic_partitions, kafka_consumer_topic)},
};
#undef T
const struct kafka_schema kafka_consumer_target_schema = KAFKA_SCHEMA(kafka_consumer_target, consumer_target_fields);

#define T struct kafka_consumer_member
static const struct kafka_field consumer_member_fields[] = {
	{KAFKA_FIELD(T, member_id, STRING)},
	{KAFKA_FIELD(T, instance_id, STRING), .nullable = true},
	{KAFKA_FIELD(T, rack_id, STRING), .nullable = true},
	{KAFKA_FIELD(T, member_epoch, INT32)},
	{KAFKA_FIELD(T, client_id, STRING)},
	{KAFKA_FIELD(T, client_host, STRING)},
	{KAFKA_FIELD_STRINGS(T, subscribed_topic_names)},
	{KAFKA_FIELD(T, subscribed_topic_regex, STRING), .nullable = true},
	{KAFKA_FIELD_STRUCT(T, assignment, kafka_consumer_target)},
	{KAFKA_FIELD_STRUCT(T, target_assignment, kafka_consumer_target)},
	{KAFKA_FIELD(T, member_type, INT8), .since = 1, .preset = -1},
};
#undef T
static const struct kafka_schema kafka_consumer_member_schema =
	KAFKA_SCHEMA(kafka_consumer_member, consumer_member_fields);

#define T struct kafka_consumer_group
static const struct kafka_field consumer_group_fields[] = {
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, error_message, STRING), .nullable = true},
	{KAFKA_FIELD(T, group_id, STRING)},
	{KAFKA_FIELD(T, group_state, STRING)},
	{KAFKA_FIELD(T, group_epoch, INT32)},
	{KAFKA_FIELD(T, assignment_epoch, INT32)},
	{KAFKA_FIELD(T, assignor_name, STRING)},
	{KAFKA_FIELD_STRUCTS(T, members, kafka_consumer_member)},
	{KAFKA_FIELD(T, authorized_operations, INT32), .preset = INT32_MIN},
};
#undef T
static const struct kafka_schema kafka_consumer_group_schema =
	KAFKA_SCHEMA(kafka_consumer_group, consumer_group_fields);

#define T struct kafka_consumer_group_describe_response
static const struct kafka_field consumer_group_describe_response_fields[] = {
	{KAFKA_FIELD(T, throttle_time_ms, INT32)},
	{KAFKA_FIELD_STRUCTS(T, groups, kafka_consumer_group)},
};
#undef T
const struct kafka_schema kafka_consumer_group_describe_response_schema =
	KAFKA_SCHEMA(kafka_consumer_group_describe_response, consumer_group_describe_response_fields);

#define T struct kafka_find_coordinator_request
static const struct kafka_field find_coordinator_request_fields[] = {
	{KAFKA_FIELD(T, key, STRING), .until = 3},
	{KAFKA_FIELD(T, key_type, INT8), .since = 1},
	{KAFKA_FIELD_STRINGS(T, coordinator_keys), .since = 4},
};
#undef T
const struct kafka_schema kafka_find_coordinator_request_schema =
	KAFKA_SCHEMA(kafka_find_coordinator_request, find_coordinator_request_fields);

#define T struct kafka_coordinator
static const struct kafka_field coordinator_fields[] = {
	{KAFKA_FIELD(T, key, STRING), .since = 4},
	{KAFKA_FIELD(T, node_id, INT32), .since = 4},
	{KAFKA_FIELD(T, host, STRING), .since = 4},
	{KAFKA_FIELD(T, port, INT32), .since = 4},
	{KAFKA_FIELD(T, error_code, INT16), .since = 4},
	{KAFKA_FIELD(T, error_message, STRING), .since = 4, .nullable = true},
};
#undef T
static const struct kafka_schema kafka_coordinator_schema = KAFKA_SCHEMA(kafka_coordinator, coordinator_fields);

#define T struct kafka_find_coordinator_response
static const struct kafka_field find_coordinator_response_fields[] = {
	{KAFKA_FIELD(T, throttle_time_ms, INT32), .since = 1},
	{KAFKA_FIELD(T, error_code, INT16), .until = 3},
	{KAFKA_FIELD(T, error_message, STRING), .since = 1, .until = 3, .nullable = true},
	{KAFKA_FIELD(T, node_id, INT32), .until = 3},
	{KAFKA_FIELD(T, host, STRING), .until = 3},
	{KAFKA_FIELD(T, port, INT32), .until = 3},
	{KAFKA_FIELD_STRUCTS(T, coordinators, kafka_coordinator), .since = 4},
};
#undef T
const struct kafka_schema kafka_find_coordinator_response_schema =
	KAFKA_SCHEMA(kafka_find_coordinator_response, find_coordinator_response_fields);

#define T struct kafka_offset_fetch_topic
static const struct kafka_field offset_fetch_topic_fields[] = {
	{KAFKA_FIELD(T, name, STRING), .until = 7},
	{KAFKA_FIELD_INT32S(T, partition_indexes), .until = 7},
};
#undef T
static const struct kafka_schema kafka_offset_fetch_topic_schema =
	KAFKA_SCHEMA(kafka_offset_fetch_topic, offset_fetch_topic_fields);

#define T struct kafka_offset_fetch_group_topic
static const struct kafka_field offset_fetch_group_topic_fields[] = {
	{KAFKA_FIELD(T, name, STRING), .since = 8},
	{KAFKA_FIELD_INT32S(T, partition_indexes), .since = 8},
};
#undef T
static const struct kafka_schema kafka_offset_fetch_group_topic_schema =
	KAFKA_SCHEMA(kafka_offset_fetch_group_topic, offset_fetch_group_topic_fields);

#define T struct kafka_offset_fetch_group
static const struct kafka_field offset_fetch_group_fields[] = {
	{KAFKA_FIELD(T, group_id, STRING), .since = 8},
	{KAFKA_FIELD(T, member_id, STRING), .since = 9, .nullable = true},
	{KAFKA_FIELD(T, member_epoch, INT32), .since = 9, .preset = -1},
	{KAFKA_FIELD_STRUCTS(T, topics, kafka_offset_fetch_group_topic), .since = 8, .nullable = true},
};
#undef T
static const struct kafka_schema kafka_offset_fetch_group_schema =
	KAFKA_SCHEMA(kafka_offset_fetch_group, offset_fetch_group_fields);

#define T struct kafka_offset_fetch_request
static const struct kafka_field offset_fetch_request_fields[] = {
	{KAFKA_FIELD(T, group_id, STRING), .until = 7},
	{KAFKA_FIELD_STRUCTS(T, topics, kafka_offset_fetch_topic), .until = 7, .nullable = true},
	{KAFKA_FIELD_STRUCTS(T, groups, kafka_offset_fetch_group), .since = 8},
	{KAFKA_FIELD(T, require_stable, BOOL), .since = 7},
};
#undef T
const struct kafka_schema kafka_offset_fetch_request_schema =
	KAFKA_SCHEMA(kafka_offset_fetch_request, offset_fetch_request_fields);

#define T struct kafka_offsets_partition
static const struct kafka_field offsets_partition_fields[] = {
	{KAFKA_FIELD(T, partition_index, INT32), .until = 7},
	{KAFKA_FIELD(T, committed_offset, INT64), .until = 7},
	{KAFKA_FIELD(T, committed_leader_epoch, INT32), .since = 5, .until = 7, .preset = -1},
	{KAFKA_FIELD(T, metadata, STRING), .until = 7, .nullable = true},
	{KAFKA_FIELD(T, error_code, INT16), .until = 7},
};
#undef T
static const struct kafka_schema kafka_offsets_partition_schema =
	KAFKA_SCHEMA(kafka_offsets_partition, offsets_partition_fields);

#define T struct kafka_offsets_topic
static const struct kafka_field offsets_topic_fields[] = {
	{KAFKA_FIELD(T, name, STRING), .until = 7},
	{KAFKA_FIELD_STRUCTS(T, partitions, kafka_offsets_partition), .until = 7},
};
#undef T
static const struct kafka_schema kafka_offsets_topic_schema = KAFKA_SCHEMA(kafka_offsets_topic, offsets_topic_fields);

#define T struct kafka_offsets_group_partition
static const struct kafka_field offsets_group_partition_fields[] = {
	{KAFKA_FIELD(T, partition_index, INT32), .since = 8},
	{KAFKA_FIELD(T, committed_offset, INT64), .since = 8},
	{KAFKA_FIELD(T, committed_leader_epoch, INT32), .since = 8, .preset = -1},
	{KAFKA_FIELD(T, metadata, STRING), .since = 8, .nullable = true},
	{KAFKA_FIELD(T, error_code, INT16), .since = 8},
};
#undef T
static const struct kafka_schema kafka_offsets_group_partition_schema =
	KAFKA_SCHEMA(kafka_offsets_group_partition, offsets_group_partition_fields);

#define T struct kafka_offsets_group_topic
static const struct kafka_field offsets_group_topic_fields[] = {
	{KAFKA_FIELD(T, name, STRING), .since = 8},
	{KAFKA_FIELD_STRUCTS(T, partitions, kafka_offsets_group_partition), .since = 8},
};
#undef T
static const struct kafka_schema kafka_offsets_group_topic_schema =
	KAFKA_SCHEMA(kafka_offsets_group_topic, offsets_group_topic_fields);

#define T struct kafka_offsets_group
static const struct kafka_field offsets_group_fields[] = {
	{KAFKA_FIELD(T, group_id, STRING), .since = 8},
	{KAFKA_FIELD_STRUCTS(T, topics, kafka_offsets_group_topic), .since = 8},
	{KAFKA_FIELD(T, error_code, INT16), .since = 8},
};
#undef T
static const struct kafka_schema kafka_offsets_group_schema = KAFKA_SCHEMA(kafka_offsets_group, offsets_group_fields);

#define T struct kafka_offset_fetch_response
static const struct kafka_field offset_fetch_response_fields[] = {
	{KAFKA_FIELD(T, throttle_time_ms, INT32), .since = 3},
	{KAFKA_FIELD_STRUCTS(T, topics, kafka_offsets_topic), .until = 7},
	{KAFKA_FIELD(T, error_code, INT16), .since = 2, .until = 7},
	{KAFKA_FIELD_STRUCTS(T, groups, kafka_offsets_group), .since = 8},
};
#undef T
const struct kafka_schema kafka_offset_fetch_response_schema =
	KAFKA_SCHEMA(kafka_offset_fetch_response, offset_fetch_response_fields);

#define T struct kafka_consumer_assignment_topic
static const struct kafka_field consumer_assignment_topic_fields[] = {
	{KAFKA_FIELD(T, topic, STRING)},
	{KAFKA_FIELD_INT32S(T, partitions)},
};
#undef T
static const struct kafka_schema kafka_consumer_assignment_topic_schema =
	KAFKA_SCHEMA(kafka_consumer_assignment_topic, consumer_assignment_topic_fields);

#define T struct kafka_consumer_assignment
static const struct kafka_field consumer_assignment_fields[] = {
	{KAFKA_FIELD_STRUCTS(T, assigned_partitions, kafka_consumer_assignment_topic)},
	{KAFKA_FIELD(T, user_data, BYTES), .nullable = true},
};
#undef T
const struct kafka_schema kafka_consumer_assignment_schema =
	KAFKA_SCHEMA(kafka_consumer_assignment, consumer_assignment_fields);
