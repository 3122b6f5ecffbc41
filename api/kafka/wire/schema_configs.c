/* Configuration and topics: the tables of these messages (see schema.h). */
#include "api/kafka/wire/messages.h"
#include "api/kafka/wire/schema_list.h"

#define T struct kafka_config_query
static const struct kafka_field config_query_fields[] = {
	{KAFKA_FIELD(T, resource_type, INT8)},
	{KAFKA_FIELD(T, resource_name, STRING)},
	{KAFKA_FIELD_STRINGS(T, configuration_keys), .nullable = true},
};
#undef T
static const struct kafka_schema kafka_config_query_schema = KAFKA_SCHEMA(kafka_config_query, config_query_fields);

#define T struct kafka_describe_configs_request
static const struct kafka_field describe_configs_request_fields[] = {
	{KAFKA_FIELD_STRUCTS(T, resources, kafka_config_query)},
	{KAFKA_FIELD(T, include_synonyms, BOOL), .since = 1},
	{KAFKA_FIELD(T, include_documentation, BOOL), .since = 3},
};
#undef T
const struct kafka_schema kafka_describe_configs_request_schema =
	KAFKA_SCHEMA(kafka_describe_configs_request, describe_configs_request_fields);

#define T struct kafka_config_synonym
static const struct kafka_field config_synonym_fields[] = {
	{KAFKA_FIELD(T, name, STRING), .since = 1},
	{KAFKA_FIELD(T, value, STRING), .since = 1, .nullable = true},
	{KAFKA_FIELD(T, source, INT8), .since = 1},
};
#undef T
static const struct kafka_schema kafka_config_synonym_schema =
	KAFKA_SCHEMA(kafka_config_synonym, config_synonym_fields);

#define T struct kafka_config_entry
static const struct kafka_field config_entry_fields[] = {
	{KAFKA_FIELD(T, name, STRING)},
	{KAFKA_FIELD(T, value, STRING), .nullable = true},
	{KAFKA_FIELD(T, read_only, BOOL)},
	{KAFKA_FIELD(T, config_source, INT8), .since = 1, .preset = -1},
	{KAFKA_FIELD(T, is_sensitive, BOOL)},
	{KAFKA_FIELD_STRUCTS(T, synonyms, kafka_config_synonym), .since = 1},
	{KAFKA_FIELD(T, config_type, INT8), .since = 3},
	{KAFKA_FIELD(T, documentation, STRING), .since = 3, .nullable = true},
};
#undef T
static const struct kafka_schema kafka_config_entry_schema = KAFKA_SCHEMA(kafka_config_entry, config_entry_fields);

#define T struct kafka_config_result
static const struct kafka_field config_result_fields[] = {
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, error_message, STRING), .nullable = true},
	{KAFKA_FIELD(T, resource_type, INT8)},
	{KAFKA_FIELD(T, resource_name, STRING)},
	{KAFKA_FIELD_STRUCTS(T, configs, kafka_config_entry)},
};
#undef T
static const struct kafka_schema kafka_config_result_schema = KAFKA_SCHEMA(kafka_config_result, config_result_fields);

#define T struct kafka_describe_configs_response
static const struct kafka_field describe_configs_response_fields[] = {
	{KAFKA_FIELD(T, throttle_time_ms, INT32)},
	{KAFKA_FIELD_STRUCTS(T, results, kafka_config_result)},
};
#undef T
const struct kafka_schema kafka_describe_configs_response_schema =
	KAFKA_SCHEMA(kafka_describe_configs_response, describe_configs_response_fields);

#define T struct kafka_alterable_config
static const struct kafka_field alterable_config_fields[] = {
	{KAFKA_FIELD(T, name, STRING)},
	{KAFKA_FIELD(T, config_operation, INT8)},
	{KAFKA_FIELD(T, value, STRING), .nullable = true},
};
#undef T
static const struct kafka_schema kafka_alterable_config_schema =
	KAFKA_SCHEMA(kafka_alterable_config, alterable_config_fields);

#define T struct kafka_alter_configs_resource
static const struct kafka_field alter_configs_resource_fields[] = {
	{KAFKA_FIELD(T, resource_type, INT8)},
	{KAFKA_FIELD(T, resource_name, STRING)},
	{KAFKA_FIELD_STRUCTS(T, configs, kafka_alterable_config)},
};
#undef T
static const struct kafka_schema kafka_alter_configs_resource_schema =
	KAFKA_SCHEMA(kafka_alter_configs_resource, alter_configs_resource_fields);

#define T struct kafka_incremental_alter_configs_request
static const struct kafka_field incremental_alter_configs_request_fields[] = {
	{KAFKA_FIELD_STRUCTS(T, resources, kafka_alter_configs_resource)},
	{KAFKA_FIELD(T, validate_only, BOOL)},
};
#undef T
const struct kafka_schema kafka_incremental_alter_configs_request_schema =
	KAFKA_SCHEMA(kafka_incremental_alter_configs_request, incremental_alter_configs_request_fields);

#define T struct kafka_alter_configs_result
static const struct kafka_field alter_configs_result_fields[] = {
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, error_message, STRING), .nullable = true},
	{KAFKA_FIELD(T, resource_type, INT8)},
	{KAFKA_FIELD(T, resource_name, STRING)},
};
#undef T
static const struct kafka_schema kafka_alter_configs_result_schema =
	KAFKA_SCHEMA(kafka_alter_configs_result, alter_configs_result_fields);

#define T struct kafka_incremental_alter_configs_response
static const struct kafka_field incremental_alter_configs_response_fields[] = {
	{KAFKA_FIELD(T, throttle_time_ms, INT32)},
	{KAFKA_FIELD_STRUCTS(T, responses, kafka_alter_configs_result)},
};
#undef T
const struct kafka_schema kafka_incremental_alter_configs_response_schema =
	KAFKA_SCHEMA(kafka_incremental_alter_configs_response, incremental_alter_configs_response_fields);

#define T struct kafka_create_topic_assignment
static const struct kafka_field create_topic_assignment_fields[] = {
	{KAFKA_FIELD(T, partition_index, INT32)},
	{KAFKA_FIELD_INT32S(T, broker_ids)},
};
#undef T
static const struct kafka_schema kafka_create_topic_assignment_schema =
	KAFKA_SCHEMA(kafka_create_topic_assignment, create_topic_assignment_fields);

#define T struct kafka_create_topic_config
static const struct kafka_field create_topic_config_fields[] = {
	{KAFKA_FIELD(T, name, STRING)},
	{KAFKA_FIELD(T, value, STRING), .nullable = true},
};
#undef T
static const struct kafka_schema kafka_create_topic_config_schema =
	KAFKA_SCHEMA(kafka_create_topic_config, create_topic_config_fields);

#define T struct kafka_create_topic
static const struct kafka_field create_topic_fields[] = {
	{KAFKA_FIELD(T, name, STRING)},
	{KAFKA_FIELD(T, num_partitions, INT32)},
	{KAFKA_FIELD(T, replication_factor, INT16)},
	{KAFKA_FIELD_STRUCTS(T, assignments, kafka_create_topic_assignment)},
	{KAFKA_FIELD_STRUCTS(T, configs, kafka_create_topic_config)},
};
#undef T
static const struct kafka_schema kafka_create_topic_schema = KAFKA_SCHEMA(kafka_create_topic, create_topic_fields);

#define T struct kafka_create_topics_request
static const struct kafka_field create_topics_request_fields[] = {
	{KAFKA_FIELD_STRUCTS(T, topics, kafka_create_topic)},
	{KAFKA_FIELD(T, timeout_ms, INT32), .preset = 60000},
	{KAFKA_FIELD(T, validate_only, BOOL), .since = 1},
};
#undef T
const struct kafka_schema kafka_create_topics_request_schema =
	KAFKA_SCHEMA(kafka_create_topics_request, create_topics_request_fields);

#define T struct kafka_created_topic_config
static const struct kafka_field created_topic_config_fields[] = {
	{KAFKA_FIELD(T, name, STRING), .since = 5},
	{KAFKA_FIELD(T, value, STRING), .since = 5, .nullable = true},
	{KAFKA_FIELD(T, read_only, BOOL), .since = 5},
	{KAFKA_FIELD(T, config_source, INT8), .since = 5, .preset = -1},
	{KAFKA_FIELD(T, is_sensitive, BOOL), .since = 5},
};
#undef T
static const struct kafka_schema kafka_created_topic_config_schema =
	KAFKA_SCHEMA(kafka_created_topic_config, created_topic_config_fields);

#define T struct kafka_create_topic_result
static const struct kafka_field create_topic_result_fields[] = {
	{KAFKA_FIELD(T, name, STRING)},
	{KAFKA_FIELD(T, topic_id, UUID), .since = 7},
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, error_message, STRING), .since = 1, .nullable = true},
	{KAFKA_FIELD(T, topic_config_error_code, INT16), .since = 5, .tagged = true},
	{KAFKA_FIELD(T, num_partitions, INT32), .since = 5, .preset = -1},
	{KAFKA_FIELD(T, replication_factor, INT16), .since = 5, .preset = -1},
	{KAFKA_FIELD_STRUCTS(T, configs, kafka_created_topic_config), .since = 5, .nullable = true},
};
#undef T
static const struct kafka_schema kafka_create_topic_result_schema =
	KAFKA_SCHEMA(kafka_create_topic_result, create_topic_result_fields);

#define T struct kafka_create_topics_response
static const struct kafka_field create_topics_response_fields[] = {
	{KAFKA_FIELD(T, throttle_time_ms, INT32), .since = 2},
	{KAFKA_FIELD_STRUCTS(T, topics, kafka_create_topic_result)},
};
#undef T
const struct kafka_schema kafka_create_topics_response_schema =
	KAFKA_SCHEMA(kafka_create_topics_response, create_topics_response_fields);

#define T struct kafka_delete_topic
static const struct kafka_field delete_topic_fields[] = {
	{KAFKA_FIELD(T, name, STRING), .since = 6, .nullable = true},
	{KAFKA_FIELD(T, topic_id, UUID), .since = 6},
};
#undef T
static const struct kafka_schema kafka_delete_topic_schema = KAFKA_SCHEMA(kafka_delete_topic, delete_topic_fields);

#define T struct kafka_delete_topics_request
static const struct kafka_field delete_topics_request_fields[] = {
	{KAFKA_FIELD_STRUCTS(T, topics, kafka_delete_topic), .since = 6},
	{KAFKA_FIELD_STRINGS(T, topic_names), .until = 5},
	{KAFKA_FIELD(T, timeout_ms, INT32)},
};
#undef T
const struct kafka_schema kafka_delete_topics_request_schema =
	KAFKA_SCHEMA(kafka_delete_topics_request, delete_topics_request_fields);

#define T struct kafka_delete_topic_result
static const struct kafka_field delete_topic_result_fields[] = {
	{KAFKA_FIELD(T, name, STRING), .nullable = true, .nullable_since = 6},
	{KAFKA_FIELD(T, topic_id, UUID), .since = 6},
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, error_message, STRING), .since = 5, .nullable = true},
};
#undef T
static const struct kafka_schema kafka_delete_topic_result_schema =
	KAFKA_SCHEMA(kafka_delete_topic_result, delete_topic_result_fields);

#define T struct kafka_delete_topics_response
static const struct kafka_field delete_topics_response_fields[] = {
	{KAFKA_FIELD(T, throttle_time_ms, INT32), .since = 1},
	{KAFKA_FIELD_STRUCTS(T, responses, kafka_delete_topic_result)},
};
#undef T
const struct kafka_schema kafka_delete_topics_response_schema =
	KAFKA_SCHEMA(kafka_delete_topics_response, delete_topics_response_fields);

#define T struct kafka_create_partitions_assignment
static const struct kafka_field create_partitions_assignment_fields[] = {
	{KAFKA_FIELD_INT32S(T, broker_ids)},
};
#undef T
static const struct kafka_schema kafka_create_partitions_assignment_schema =
	KAFKA_SCHEMA(kafka_create_partitions_assignment, create_partitions_assignment_fields);

#define T struct kafka_create_partitions_topic
static const struct kafka_field create_partitions_topic_fields[] = {
	{KAFKA_FIELD(T, name, STRING)},
	{KAFKA_FIELD(T, count, INT32)},
	{KAFKA_FIELD_STRUCTS(T, assignments, kafka_create_partitions_assignment), .nullable = true},
};
#undef T
static const struct kafka_schema kafka_create_partitions_topic_schema =
	KAFKA_SCHEMA(kafka_create_partitions_topic, create_partitions_topic_fields);

#define T struct kafka_create_partitions_request
static const struct kafka_field create_partitions_request_fields[] = {
	{KAFKA_FIELD_STRUCTS(T, topics, kafka_create_partitions_topic)},
	{KAFKA_FIELD(T, timeout_ms, INT32)},
	{KAFKA_FIELD(T, validate_only, BOOL)},
};
#undef T
const struct kafka_schema kafka_create_partitions_request_schema =
	KAFKA_SCHEMA(kafka_create_partitions_request, create_partitions_request_fields);

#define T struct kafka_create_partitions_result
static const struct kafka_field create_partitions_result_fields[] = {
	{KAFKA_FIELD(T, name, STRING)},
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, error_message, STRING), .nullable = true},
};
#undef T
static const struct kafka_schema kafka_create_partitions_result_schema =
	KAFKA_SCHEMA(kafka_create_partitions_result, create_partitions_result_fields);

#define T struct kafka_create_partitions_response
static const struct kafka_field create_partitions_response_fields[] = {
	{KAFKA_FIELD(T, throttle_time_ms, INT32)},
	{KAFKA_FIELD_STRUCTS(T, results, kafka_create_partitions_result)},
};
#undef T
const struct kafka_schema kafka_create_partitions_response_schema =
	KAFKA_SCHEMA(kafka_create_partitions_response, create_partitions_response_fields);
