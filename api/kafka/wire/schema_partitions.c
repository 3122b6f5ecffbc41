/* Where replicas lie and who leads: the tables of these messages (see schema.h). */
#include "api/kafka/wire/messages.h"
#include "api/kafka/wire/schema_list.h"

#define T struct kafka_list_reassignments_topic
static const struct kafka_field list_reassignments_topic_fields[] = {
	{KAFKA_FIELD(T, name, STRING)},
	{KAFKA_FIELD_INT32S(T, partition_indexes)},
};
#undef T
static const struct kafka_schema kafka_list_reassignments_topic_schema =
	KAFKA_SCHEMA(kafka_list_reassignments_topic, list_reassignments_topic_fields);

#define T struct kafka_list_partition_reassignments_request
static const struct kafka_field list_partition_reassignments_request_fields[] = {
	{KAFKA_FIELD(T, timeout_ms, INT32), .preset = 60000},
	{KAFKA_FIELD_STRUCTS(T, topics, kafka_list_reassignments_topic), .nullable = true},
};
#undef T
const struct kafka_schema kafka_list_partition_reassignments_request_schema =
	KAFKA_SCHEMA(kafka_list_partition_reassignments_request, list_partition_reassignments_request_fields);

#define T struct kafka_ongoing_partition
static const struct kafka_field ongoing_partition_fields[] = {
	{KAFKA_FIELD(T, partition_index, INT32)},
	{KAFKA_FIELD_INT32S(T, replicas)},
	{KAFKA_FIELD_INT32S(T, adding_replicas)},
	{KAFKA_FIELD_INT32S(T, removing_replicas)},
};
#undef T
static const struct kafka_schema kafka_ongoing_partition_schema =
	KAFKA_SCHEMA(kafka_ongoing_partition, ongoing_partition_fields);

#define T struct kafka_ongoing_topic
static const struct kafka_field ongoing_topic_fields[] = {
	{KAFKA_FIELD(T, name, STRING)},
	{KAFKA_FIELD_STRUCTS(T, partitions, kafka_ongoing_partition)},
};
#undef T
static const struct kafka_schema kafka_ongoing_topic_schema = KAFKA_SCHEMA(kafka_ongoing_topic, ongoing_topic_fields);

#define T struct kafka_list_partition_reassignments_response
static const struct kafka_field list_partition_reassignments_response_fields[] = {
	{KAFKA_FIELD(T, throttle_time_ms, INT32)},
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, error_message, STRING), .nullable = true},
	{KAFKA_FIELD_STRUCTS(T, topics, kafka_ongoing_topic)},
};
#undef T
const struct kafka_schema kafka_list_partition_reassignments_response_schema =
	KAFKA_SCHEMA(kafka_list_partition_reassignments_response, list_partition_reassignments_response_fields);

#define T struct kafka_reassign_partition
static const struct kafka_field reassign_partition_fields[] = {
	{KAFKA_FIELD(T, partition_index, INT32)},
	{KAFKA_FIELD_INT32S(T, replicas), .nullable = true},
};
#undef T
static const struct kafka_schema kafka_reassign_partition_schema =
	KAFKA_SCHEMA(kafka_reassign_partition, reassign_partition_fields);

#define T struct kafka_reassign_topic
static const struct kafka_field reassign_topic_fields[] = {
	{KAFKA_FIELD(T, name, STRING)},
	{KAFKA_FIELD_STRUCTS(T, partitions, kafka_reassign_partition)},
};
#undef T
static const struct kafka_schema kafka_reassign_topic_schema =
	KAFKA_SCHEMA(kafka_reassign_topic, reassign_topic_fields);

#define T struct kafka_alter_partition_reassignments_request
static const struct kafka_field alter_partition_reassignments_request_fields[] = {
	{KAFKA_FIELD(T, timeout_ms, INT32), .preset = 60000},
	{KAFKA_FIELD(T, allow_replication_factor_change, BOOL), .since = 1, .preset = 1},
	{KAFKA_FIELD_STRUCTS(T, topics, kafka_reassign_topic)},
};
#undef T
const struct kafka_schema kafka_alter_partition_reassignments_request_schema =
	KAFKA_SCHEMA(kafka_alter_partition_reassignments_request, alter_partition_reassignments_request_fields);

#define T struct kafka_reassign_partition_result
static const struct kafka_field reassign_partition_result_fields[] = {
	{KAFKA_FIELD(T, partition_index, INT32)},
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, error_message, STRING), .nullable = true},
};
#undef T
static const struct kafka_schema kafka_reassign_partition_result_schema =
	KAFKA_SCHEMA(kafka_reassign_partition_result, reassign_partition_result_fields);

#define T struct kafka_reassign_topic_result
static const struct kafka_field reassign_topic_result_fields[] = {
	{KAFKA_FIELD(T, name, STRING)},
	{KAFKA_FIELD_STRUCTS(T, partitions, kafka_reassign_partition_result)},
};
#undef T
static const struct kafka_schema kafka_reassign_topic_result_schema =
	KAFKA_SCHEMA(kafka_reassign_topic_result, reassign_topic_result_fields);

#define T struct kafka_alter_partition_reassignments_response
static const struct kafka_field alter_partition_reassignments_response_fields[] = {
	{KAFKA_FIELD(T, throttle_time_ms, INT32)},
	{KAFKA_FIELD(T, allow_replication_factor_change, BOOL), .since = 1, .preset = 1},
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, error_message, STRING), .nullable = true},
	{KAFKA_FIELD_STRUCTS(T, responses, kafka_reassign_topic_result)},
};
#undef T
const struct kafka_schema kafka_alter_partition_reassignments_response_schema =
	KAFKA_SCHEMA(kafka_alter_partition_reassignments_response, alter_partition_reassignments_response_fields);

#define T struct kafka_elect_leaders_topic
static const struct kafka_field elect_leaders_topic_fields[] = {
	{KAFKA_FIELD(T, topic, STRING)},
	{KAFKA_FIELD_INT32S(T, partitions)},
};
#undef T
static const struct kafka_schema kafka_elect_leaders_topic_schema =
	KAFKA_SCHEMA(kafka_elect_leaders_topic, elect_leaders_topic_fields);

#define T struct kafka_elect_leaders_request
static const struct kafka_field elect_leaders_request_fields[] = {
	{KAFKA_FIELD(T, election_type, INT8), .since = 1},
	{KAFKA_FIELD_STRUCTS(T, topic_partitions, kafka_elect_leaders_topic), .nullable = true},
	{KAFKA_FIELD(T, timeout_ms, INT32), .preset = 60000},
};
#undef T
const struct kafka_schema kafka_elect_leaders_request_schema =
	KAFKA_SCHEMA(kafka_elect_leaders_request, elect_leaders_request_fields);

#define T struct kafka_election_partition_result
static const struct kafka_field election_partition_result_fields[] = {
	{KAFKA_FIELD(T, partition_id, INT32)},
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, error_message, STRING), .nullable = true},
};
#undef T
static const struct kafka_schema kafka_election_partition_result_schema =
	KAFKA_SCHEMA(kafka_election_partition_result, election_partition_result_fields);

#define T struct kafka_election_result
static const struct kafka_field election_result_fields[] = {
	{KAFKA_FIELD(T, topic, STRING)},
	{KAFKA_FIELD_STRUCTS(T, partition_result, kafka_election_partition_result)},
};
#undef T
static const struct kafka_schema kafka_election_result_schema =
	KAFKA_SCHEMA(kafka_election_result, election_result_fields);

#define T struct kafka_elect_leaders_response
static const struct kafka_field elect_leaders_response_fields[] = {
	{KAFKA_FIELD(T, throttle_time_ms, INT32)},
	{KAFKA_FIELD(T, error_code, INT16), .since = 1},
	{KAFKA_FIELD_STRUCTS(T, replica_election_results, kafka_election_result)},
};
#undef T
const struct kafka_schema kafka_elect_leaders_response_schema =
	KAFKA_SCHEMA(kafka_elect_leaders_response, elect_leaders_response_fields);

#define T struct kafka_list_offsets_partition
static const struct kafka_field list_offsets_partition_fields[] = {
	{KAFKA_FIELD(T, partition_index, INT32)},
	{KAFKA_FIELD(T, current_leader_epoch, INT32), .since = 4, .preset = -1},
	{KAFKA_FIELD(T, timestamp, INT64)},
};
#undef T
static const struct kafka_schema kafka_list_offsets_partition_schema =
	KAFKA_SCHEMA(kafka_list_offsets_partition, list_offsets_partition_fields);

#define T struct kafka_list_offsets_topic
static const struct kafka_field list_offsets_topic_fields[] = {
	{KAFKA_FIELD(T, name, STRING)},
	{KAFKA_FIELD_STRUCTS(T, partitions, kafka_list_offsets_partition)},
};
#undef T
static const struct kafka_schema kafka_list_offsets_topic_schema =
	KAFKA_SCHEMA(kafka_list_offsets_topic, list_offsets_topic_fields);

#define T struct kafka_list_offsets_request
static const struct kafka_field list_offsets_request_fields[] = {
	{KAFKA_FIELD(T, replica_id, INT32)},
	{KAFKA_FIELD(T, isolation_level, INT8), .since = 2},
	{KAFKA_FIELD_STRUCTS(T, topics, kafka_list_offsets_topic)},
	{KAFKA_FIELD(T, timeout_ms, INT32), .since = 10},
};
#undef T
const struct kafka_schema kafka_list_offsets_request_schema =
	KAFKA_SCHEMA(kafka_list_offsets_request, list_offsets_request_fields);

#define T struct kafka_listed_offset
static const struct kafka_field listed_offset_fields[] = {
	{KAFKA_FIELD(T, partition_index, INT32)},
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, timestamp, INT64), .since = 1, .preset = -1},
	{KAFKA_FIELD(T, offset, INT64), .since = 1, .preset = -1},
	{KAFKA_FIELD(T, leader_epoch, INT32), .since = 4, .preset = -1},
};
#undef T
static const struct kafka_schema kafka_listed_offset_schema = KAFKA_SCHEMA(kafka_listed_offset, listed_offset_fields);

#define T struct kafka_listed_offsets_topic
static const struct kafka_field listed_offsets_topic_fields[] = {
	{KAFKA_FIELD(T, name, STRING)},
	{KAFKA_FIELD_STRUCTS(T, partitions, kafka_listed_offset)},
};
#undef T
static const struct kafka_schema kafka_listed_offsets_topic_schema =
	KAFKA_SCHEMA(kafka_listed_offsets_topic, listed_offsets_topic_fields);

#define T struct kafka_list_offsets_response
static const struct kafka_field list_offsets_response_fields[] = {
	{KAFKA_FIELD(T, throttle_time_ms, INT32), .since = 2},
	{KAFKA_FIELD_STRUCTS(T, topics, kafka_listed_offsets_topic)},
};
#undef T
const struct kafka_schema kafka_list_offsets_response_schema =
	KAFKA_SCHEMA(kafka_list_offsets_response, list_offsets_response_fields);

#define T struct kafka_topic_query
static const struct kafka_field topic_query_fields[] = {
	{KAFKA_FIELD(T, name, STRING)},
};
#undef T
static const struct kafka_schema kafka_topic_query_schema = KAFKA_SCHEMA(kafka_topic_query, topic_query_fields);

#define T struct kafka_topic_cursor
static const struct kafka_field topic_cursor_fields[] = {
	{KAFKA_FIELD(T, topic_name, STRING)},
	{KAFKA_FIELD(T, partition_index, INT32)},
};
#undef T
static const struct kafka_schema kafka_topic_cursor_schema = KAFKA_SCHEMA(kafka_topic_cursor, topic_cursor_fields);

#define T struct kafka_describe_topic_partitions_request
static const struct kafka_field describe_topic_partitions_request_fields[] = {
	{KAFKA_FIELD_STRUCTS(T, topics, kafka_topic_query)},
	{KAFKA_FIELD(T, response_partition_limit, INT32), .preset = 2000},
	{KAFKA_FIELD_OPTIONAL(T, cursor, kafka_topic_cursor)},
};
#undef T
const struct kafka_schema kafka_describe_topic_partitions_request_schema =
	KAFKA_SCHEMA(kafka_describe_topic_partitions_request, describe_topic_partitions_request_fields);

#define T struct kafka_topic_partition
static const struct kafka_field topic_partition_fields[] = {
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, partition_index, INT32)},
	{KAFKA_FIELD(T, leader_id, INT32)},
	{KAFKA_FIELD(T, leader_epoch, INT32), .preset = -1},
	{KAFKA_FIELD_INT32S(T, replica_nodes)},
	{KAFKA_FIELD_INT32S(T, isr_nodes)},
	{KAFKA_FIELD_INT32S(T, eligible_leader_replicas), .nullable = true},
	{KAFKA_FIELD_INT32S(T, last_known_elr), .nullable = true},
	{KAFKA_FIELD_INT32S(T, offline_replicas)},
};
#undef T
static const struct kafka_schema kafka_topic_partition_schema =
	KAFKA_SCHEMA(kafka_topic_partition, topic_partition_fields);

#define T struct kafka_described_topic
static const struct kafka_field described_topic_fields[] = {
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, name, STRING), .nullable = true},
	{KAFKA_FIELD(T, topic_id, UUID)},
	{KAFKA_FIELD(T, is_internal, BOOL)},
	{KAFKA_FIELD_STRUCTS(T, partitions, kafka_topic_partition)},
	{KAFKA_FIELD(T, topic_authorized_operations, INT32), .preset = INT32_MIN},
};
#undef T
static const struct kafka_schema kafka_described_topic_schema =
	KAFKA_SCHEMA(kafka_described_topic, described_topic_fields);

#define T struct kafka_describe_topic_partitions_response
static const struct kafka_field describe_topic_partitions_response_fields[] = {
	{KAFKA_FIELD(T, throttle_time_ms, INT32)},
	{KAFKA_FIELD_STRUCTS(T, topics, kafka_described_topic)},
	{KAFKA_FIELD_OPTIONAL(T, next_cursor, kafka_topic_cursor)},
};
#undef T
const struct kafka_schema kafka_describe_topic_partitions_response_schema =
	KAFKA_SCHEMA(kafka_describe_topic_partitions_response, describe_topic_partitions_response_fields);
