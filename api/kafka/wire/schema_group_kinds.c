/* Share groups and streams groups, which are no consumer groups: the tables of these messages (see schema.h). */
#include "api/kafka/wire/messages.h"
#include "api/kafka/wire/schema_list.h"

#define T struct kafka_share_member
static const struct kafka_field share_member_fields[] = {
	{KAFKA_FIELD(T, member_id, STRING)},
	{KAFKA_FIELD(T, rack_id, STRING), .nullable = true},
	{KAFKA_FIELD(T, member_epoch, INT32)},
	{KAFKA_FIELD(T, client_id, STRING)},
	{KAFKA_FIELD(T, client_host, STRING)},
	{KAFKA_FIELD_STRINGS(T, subscribed_topic_names)},
	{KAFKA_FIELD_STRUCT(T, assignment, kafka_consumer_target)},
};
#undef T
static const struct kafka_schema kafka_share_member_schema = KAFKA_SCHEMA(kafka_share_member, share_member_fields);

#define T struct kafka_share_group
static const struct kafka_field share_group_fields[] = {
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, error_message, STRING), .nullable = true},
	{KAFKA_FIELD(T, group_id, STRING)},
	{KAFKA_FIELD(T, group_state, STRING)},
	{KAFKA_FIELD(T, group_epoch, INT32)},
	{KAFKA_FIELD(T, assignment_epoch, INT32)},
	{KAFKA_FIELD(T, assignor_name, STRING)},
	{KAFKA_FIELD_STRUCTS(T, members, kafka_share_member)},
	{KAFKA_FIELD(T, authorized_operations, INT32), .preset = INT32_MIN},
};
#undef T
static const struct kafka_schema kafka_share_group_schema = KAFKA_SCHEMA(kafka_share_group, share_group_fields);

#define T struct kafka_share_group_describe_response
static const struct kafka_field share_group_describe_response_fields[] = {
	{KAFKA_FIELD(T, throttle_time_ms, INT32)},
	{KAFKA_FIELD_STRUCTS(T, groups, kafka_share_group)},
};
#undef T
const struct kafka_schema kafka_share_group_describe_response_schema =
	KAFKA_SCHEMA(kafka_share_group_describe_response, share_group_describe_response_fields);

#define T struct kafka_streams_key_value
static const struct kafka_field streams_key_value_fields[] = {
	{KAFKA_FIELD(T, key, STRING)},
	{KAFKA_FIELD(T, value, STRING)},
};
#undef T
static const struct kafka_schema kafka_streams_key_value_schema =
	KAFKA_SCHEMA(kafka_streams_key_value, streams_key_value_fields);

#define T struct kafka_streams_topic
static const struct kafka_field streams_topic_fields[] = {
	{KAFKA_FIELD(T, name, STRING)},
	{KAFKA_FIELD(T, partitions, INT32)},
	{KAFKA_FIELD(T, replication_factor, INT16)},
	{KAFKA_FIELD_STRUCTS(T, topic_configs, kafka_streams_key_value)},
};
#undef T
static const struct kafka_schema kafka_streams_topic_schema = KAFKA_SCHEMA(kafka_streams_topic, streams_topic_fields);

#define T struct kafka_streams_subtopology
static const struct kafka_field streams_subtopology_fields[] = {
	{KAFKA_FIELD(T, subtopology_id, STRING)},
	{KAFKA_FIELD_STRINGS(T, source_topics)},
	{KAFKA_FIELD_STRINGS(T, repartition_sink_topics)},
	{KAFKA_FIELD_STRUCTS(T, state_changelog_topics, kafka_streams_topic)},
	{KAFKA_FIELD_STRUCTS(T, repartition_source_topics, kafka_streams_topic)},
};
#undef T
static const struct kafka_schema kafka_streams_subtopology_schema =
	KAFKA_SCHEMA(kafka_streams_subtopology, streams_subtopology_fields);

#define T struct kafka_streams_topology
static const struct kafka_field streams_topology_fields[] = {
	{KAFKA_FIELD(T, epoch, INT32)},
	{KAFKA_FIELD_STRUCTS(T, subtopologies, kafka_streams_subtopology), .nullable = true},
};
#undef T
static const struct kafka_schema kafka_streams_topology_schema =
	KAFKA_SCHEMA(kafka_streams_topology, streams_topology_fields);

#define T struct kafka_streams_endpoint
static const struct kafka_field streams_endpoint_fields[] = {
	{KAFKA_FIELD(T, host, STRING)},
	{KAFKA_FIELD(T, port, UINT16)},
};
#undef T
static const struct kafka_schema kafka_streams_endpoint_schema =
	KAFKA_SCHEMA(kafka_streams_endpoint, streams_endpoint_fields);

#define T struct kafka_streams_task_offset
static const struct kafka_field streams_task_offset_fields[] = {
	{KAFKA_FIELD(T, subtopology_id, STRING)},
	{KAFKA_FIELD(T, partition, INT32)},
	{KAFKA_FIELD(T, offset, INT64)},
};
#undef T
static const struct kafka_schema kafka_streams_task_offset_schema =
	KAFKA_SCHEMA(kafka_streams_task_offset, streams_task_offset_fields);

#define T struct kafka_streams_tasks
static const struct kafka_field streams_tasks_fields[] = {
	{KAFKA_FIELD(T, subtopology_id, STRING)},
	{KAFKA_FIELD_INT32S(T, partitions)},
};
#undef T
static const struct kafka_schema kafka_streams_tasks_schema = KAFKA_SCHEMA(kafka_streams_tasks, streams_tasks_fields);

#define T struct kafka_streams_assignment
static const struct kafka_field streams_assignment_fields[] = {
	{KAFKA_FIELD_STRUCTS(T, active_tasks, kafka_streams_tasks)},
	{KAFKA_FIELD_STRUCTS(T, standby_tasks, kafka_streams_tasks)},
	{KAFKA_FIELD_STRUCTS(T, warmup_tasks, kafka_streams_tasks)},
};
#undef T
static const struct kafka_schema kafka_streams_assignment_schema =
	KAFKA_SCHEMA(kafka_streams_assignment, streams_assignment_fields);

#define T struct kafka_streams_member
static const struct kafka_field streams_member_fields[] = {
	{KAFKA_FIELD(T, member_id, STRING)},
	{KAFKA_FIELD(T, member_epoch, INT32)},
	{KAFKA_FIELD(T, instance_id, STRING), .nullable = true},
	{KAFKA_FIELD(T, rack_id, STRING), .nullable = true},
	{KAFKA_FIELD(T, client_id, STRING)},
	{KAFKA_FIELD(T, client_host, STRING)},
	{KAFKA_FIELD(T, topology_epoch, INT32)},
	{KAFKA_FIELD(T, process_id, STRING)},
	{KAFKA_FIELD_OPTIONAL(T, user_endpoint, kafka_streams_endpoint)},
	{KAFKA_FIELD_STRUCTS(T, client_tags, kafka_streams_key_value)},
	{KAFKA_FIELD_STRUCTS(T, task_offsets, kafka_streams_task_offset)},
	{KAFKA_FIELD_STRUCTS(T, task_end_offsets, kafka_streams_task_offset)},
	{KAFKA_FIELD_STRUCT(T, assignment, kafka_streams_assignment)},
	{KAFKA_FIELD_STRUCT(T, target_assignment, kafka_streams_assignment)},
	{KAFKA_FIELD(T, is_classic, BOOL)},
};
#undef T
static const struct kafka_schema kafka_streams_member_schema =
	KAFKA_SCHEMA(kafka_streams_member, streams_member_fields);

#define T struct kafka_streams_group
static const struct kafka_field streams_group_fields[] = {
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, error_message, STRING), .nullable = true},
	{KAFKA_FIELD(T, group_id, STRING)},
	{KAFKA_FIELD(T, group_state, STRING)},
	{KAFKA_FIELD(T, group_epoch, INT32)},
	{KAFKA_FIELD(T, assignment_epoch, INT32)},
	{KAFKA_FIELD_OPTIONAL(T, topology, kafka_streams_topology)},
	{KAFKA_FIELD_STRUCTS(T, members, kafka_streams_member)},
	{KAFKA_FIELD(T, authorized_operations, INT32), .preset = INT32_MIN},
};
#undef T
static const struct kafka_schema kafka_streams_group_schema = KAFKA_SCHEMA(kafka_streams_group, streams_group_fields);

#define T struct kafka_streams_group_describe_response
static const struct kafka_field streams_group_describe_response_fields[] = {
	{KAFKA_FIELD(T, throttle_time_ms, INT32)},
	{KAFKA_FIELD_STRUCTS(T, groups, kafka_streams_group)},
};
#undef T
const struct kafka_schema kafka_streams_group_describe_response_schema =
	KAFKA_SCHEMA(kafka_streams_group_describe_response, streams_group_describe_response_fields);
