/* The cluster, its brokers and topics: the tables of these messages (see schema.h). */
#include "api/kafka/wire/messages.h"
#include "api/kafka/wire/schema_list.h"

#define T struct kafka_api_versions_request
static const struct kafka_field api_versions_request_fields[] = {
	{KAFKA_FIELD(T, client_software_name, STRING), .since = 3},
	{KAFKA_FIELD(T, client_software_version, STRING), .since = 3},
	{KAFKA_FIELD(T, cluster_id, STRING), .since = 5, .nullable = true},
	{KAFKA_FIELD(T, node_id, INT32), .since = 5, .preset = -1},
};
#undef T
const struct kafka_schema kafka_api_versions_request_schema =
	KAFKA_SCHEMA(kafka_api_versions_request, api_versions_request_fields);

#define T struct kafka_api_version
static const struct kafka_field api_version_fields[] = {
	{KAFKA_FIELD(T, api_key, INT16)},
	{KAFKA_FIELD(T, min_version, INT16)},
	{KAFKA_FIELD(T, max_version, INT16)},
};
#undef T
static const struct kafka_schema kafka_api_version_schema = KAFKA_SCHEMA(kafka_api_version, api_version_fields);

#define T struct kafka_supported_feature
static const struct kafka_field supported_feature_fields[] = {
	{KAFKA_FIELD(T, name, STRING), .since = 3},
	{KAFKA_FIELD(T, min_version, INT16), .since = 3},
	{KAFKA_FIELD(T, max_version, INT16), .since = 3},
};
#undef T
static const struct kafka_schema kafka_supported_feature_schema =
	KAFKA_SCHEMA(kafka_supported_feature, supported_feature_fields);

#define T struct kafka_finalized_feature
static const struct kafka_field finalized_feature_fields[] = {
	{KAFKA_FIELD(T, name, STRING), .since = 3},
	{KAFKA_FIELD(T, max_version_level, INT16), .since = 3},
	{KAFKA_FIELD(T, min_version_level, INT16), .since = 3},
};
#undef T
static const struct kafka_schema kafka_finalized_feature_schema =
	KAFKA_SCHEMA(kafka_finalized_feature, finalized_feature_fields);

#define T struct kafka_api_versions_response
static const struct kafka_field api_versions_response_fields[] = {
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD_STRUCTS(T, api_keys, kafka_api_version)},
	{KAFKA_FIELD(T, throttle_time_ms, INT32), .since = 1},
	{KAFKA_FIELD_STRUCTS(T, supported_features, kafka_supported_feature), .since = 3, .tagged = true},
	{KAFKA_FIELD(T, finalized_features_epoch, INT64), .since = 3, .tagged = true, .tag = 1, .preset = -1},
	{KAFKA_FIELD_STRUCTS(T, finalized_features, kafka_finalized_feature), .since = 3, .tagged = true, .tag = 2},
	{KAFKA_FIELD(T, zk_migration_ready, BOOL), .since = 3, .tagged = true, .tag = 3},
};
#undef T
const struct kafka_schema kafka_api_versions_response_schema =
	KAFKA_SCHEMA(kafka_api_versions_response, api_versions_response_fields);

#define T struct kafka_metadata_request_topic
static const struct kafka_field metadata_request_topic_fields[] = {
	{KAFKA_FIELD(T, topic_id, UUID), .since = 10},
	{KAFKA_FIELD(T, name, STRING), .nullable = true, .nullable_since = 10},
};
#undef T
static const struct kafka_schema kafka_metadata_request_topic_schema =
	KAFKA_SCHEMA(kafka_metadata_request_topic, metadata_request_topic_fields);

#define T struct kafka_metadata_request
static const struct kafka_field metadata_request_fields[] = {
	{KAFKA_FIELD_STRUCTS(T, topics, kafka_metadata_request_topic), .nullable = true},
	{KAFKA_FIELD(T, allow_auto_topic_creation, BOOL), .since = 4, .preset = 1},
	{KAFKA_FIELD(T, include_cluster_authorized_operations, BOOL), .since = 8, .until = 10},
	{KAFKA_FIELD(T, include_topic_authorized_operations, BOOL), .since = 8},
};
#undef T
const struct kafka_schema kafka_metadata_request_schema = KAFKA_SCHEMA(kafka_metadata_request, metadata_request_fields);

#define T struct kafka_metadata_broker
static const struct kafka_field metadata_broker_fields[] = {
	{KAFKA_FIELD(T, node_id, INT32)},
	{KAFKA_FIELD(T, host, STRING)},
	{KAFKA_FIELD(T, port, INT32)},
	{KAFKA_FIELD(T, rack, STRING), .since = 1, .nullable = true},
};
#undef T
static const struct kafka_schema kafka_metadata_broker_schema =
	KAFKA_SCHEMA(kafka_metadata_broker, metadata_broker_fields);

#define T struct kafka_metadata_partition
static const struct kafka_field metadata_partition_fields[] = {
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, partition_index, INT32)},
	{KAFKA_FIELD(T, leader_id, INT32)},
	{KAFKA_FIELD(T, leader_epoch, INT32), .since = 7, .preset = -1},
	{KAFKA_FIELD_INT32S(T, replica_nodes)},
	{KAFKA_FIELD_INT32S(T, isr_nodes)},
	{KAFKA_FIELD_INT32S(T, offline_replicas), .since = 5},
};
#undef T
static const struct kafka_schema kafka_metadata_partition_schema =
	KAFKA_SCHEMA(kafka_metadata_partition, metadata_partition_fields);

#define T struct kafka_metadata_topic
static const struct kafka_field metadata_topic_fields[] = {
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, name, STRING), .nullable = true, .nullable_since = 12},
	{KAFKA_FIELD(T, topic_id, UUID), .since = 10},
	{KAFKA_FIELD(T, is_internal, BOOL), .since = 1},
	{KAFKA_FIELD_STRUCTS(T, partitions, kafka_metadata_partition)},
	{KAFKA_FIELD(T, topic_authorized_operations, INT32), .since = 8, .preset = INT32_MIN},
};
#undef T
static const struct kafka_schema kafka_metadata_topic_schema =
	KAFKA_SCHEMA(kafka_metadata_topic, metadata_topic_fields);

#define T struct kafka_metadata_response
static const struct kafka_field metadata_response_fields[] = {
	{KAFKA_FIELD(T, throttle_time_ms, INT32), .since = 3},
	{KAFKA_FIELD_STRUCTS(T, brokers, kafka_metadata_broker)},
	{KAFKA_FIELD(T, cluster_id, STRING), .since = 2, .nullable = true},
	{KAFKA_FIELD(T, controller_id, INT32), .since = 1, .preset = -1},
	{KAFKA_FIELD_STRUCTS(T, topics, kafka_metadata_topic)},
	{KAFKA_FIELD(T, cluster_authorized_operations, INT32), .since = 8, .until = 10, .preset = INT32_MIN},
	{KAFKA_FIELD(T, error_code, INT16), .since = 13},
};
#undef T
const struct kafka_schema kafka_metadata_response_schema =
	KAFKA_SCHEMA(kafka_metadata_response, metadata_response_fields);

#define T struct kafka_describe_cluster_request
static const struct kafka_field describe_cluster_request_fields[] = {
	{KAFKA_FIELD(T, include_cluster_authorized_operations, BOOL)},
	{KAFKA_FIELD(T, endpoint_type, INT8), .since = 1, .preset = 1},
	{KAFKA_FIELD(T, include_fenced_brokers, BOOL), .since = 2},
};
#undef T
const struct kafka_schema kafka_describe_cluster_request_schema =
	KAFKA_SCHEMA(kafka_describe_cluster_request, describe_cluster_request_fields);

#define T struct kafka_cluster_broker
static const struct kafka_field cluster_broker_fields[] = {
	{KAFKA_FIELD(T, broker_id, INT32)},
	{KAFKA_FIELD(T, host, STRING)},
	{KAFKA_FIELD(T, port, INT32)},
	{KAFKA_FIELD(T, rack, STRING), .nullable = true},
	{KAFKA_FIELD(T, is_fenced, BOOL), .since = 2},
};
#undef T
static const struct kafka_schema kafka_cluster_broker_schema =
	KAFKA_SCHEMA(kafka_cluster_broker, cluster_broker_fields);

#define T struct kafka_describe_cluster_response
static const struct kafka_field describe_cluster_response_fields[] = {
	{KAFKA_FIELD(T, throttle_time_ms, INT32)},
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, error_message, STRING), .nullable = true},
	{KAFKA_FIELD(T, endpoint_type, INT8), .since = 1, .preset = 1},
	{KAFKA_FIELD(T, cluster_id, STRING)},
	{KAFKA_FIELD(T, controller_id, INT32), .preset = -1},
	{KAFKA_FIELD_STRUCTS(T, brokers, kafka_cluster_broker)},
	{KAFKA_FIELD(T, cluster_authorized_operations, INT32), .preset = INT32_MIN},
};
#undef T
const struct kafka_schema kafka_describe_cluster_response_schema =
	KAFKA_SCHEMA(kafka_describe_cluster_response, describe_cluster_response_fields);

#define T struct kafka_quorum_request_partition
static const struct kafka_field quorum_request_partition_fields[] = {
	{KAFKA_FIELD(T, partition_index, INT32)},
};
#undef T
static const struct kafka_schema kafka_quorum_request_partition_schema =
	KAFKA_SCHEMA(kafka_quorum_request_partition, quorum_request_partition_fields);

#define T struct kafka_quorum_request_topic
static const struct kafka_field quorum_request_topic_fields[] = {
	{KAFKA_FIELD(T, topic_name, STRING)},
	{KAFKA_FIELD_STRUCTS(T, partitions, kafka_quorum_request_partition)},
};
#undef T
static const struct kafka_schema kafka_quorum_request_topic_schema =
	KAFKA_SCHEMA(kafka_quorum_request_topic, quorum_request_topic_fields);

#define T struct kafka_describe_quorum_request
static const struct kafka_field describe_quorum_request_fields[] = {
	{KAFKA_FIELD_STRUCTS(T, topics, kafka_quorum_request_topic)},
};
#undef T
const struct kafka_schema kafka_describe_quorum_request_schema =
	KAFKA_SCHEMA(kafka_describe_quorum_request, describe_quorum_request_fields);

#define T struct kafka_quorum_replica
static const struct kafka_field quorum_replica_fields[] = {
	{KAFKA_FIELD(T, replica_id, INT32)},
	{KAFKA_FIELD(T, replica_directory_id, UUID), .since = 2},
	{KAFKA_FIELD(T, log_end_offset, INT64)},
	{KAFKA_FIELD(T, last_fetch_timestamp, INT64), .since = 1, .preset = -1},
	{KAFKA_FIELD(T, last_caught_up_timestamp, INT64), .since = 1, .preset = -1},
};
#undef T
static const struct kafka_schema kafka_quorum_replica_schema =
	KAFKA_SCHEMA(kafka_quorum_replica, quorum_replica_fields);

#define T struct kafka_quorum_partition
static const struct kafka_field quorum_partition_fields[] = {
	{KAFKA_FIELD(T, partition_index, INT32)},
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, error_message, STRING), .since = 2, .nullable = true},
	{KAFKA_FIELD(T, leader_id, INT32)},
	{KAFKA_FIELD(T, leader_epoch, INT32)},
	{KAFKA_FIELD(T, high_watermark, INT64)},
	{KAFKA_FIELD_STRUCTS(T, current_voters, kafka_quorum_replica)},
	{KAFKA_FIELD_STRUCTS(T, observers, kafka_quorum_replica)},
};
#undef T
static const struct kafka_schema kafka_quorum_partition_schema =
	KAFKA_SCHEMA(kafka_quorum_partition, quorum_partition_fields);

#define T struct kafka_quorum_topic
static const struct kafka_field quorum_topic_fields[] = {
	{KAFKA_FIELD(T, topic_name, STRING)},
	{KAFKA_FIELD_STRUCTS(T, partitions, kafka_quorum_partition)},
};
#undef T
static const struct kafka_schema kafka_quorum_topic_schema = KAFKA_SCHEMA(kafka_quorum_topic, quorum_topic_fields);

#define T struct kafka_quorum_listener
static const struct kafka_field quorum_listener_fields[] = {
	{KAFKA_FIELD(T, name, STRING), .since = 2},
	{KAFKA_FIELD(T, host, STRING), .since = 2},
	{KAFKA_FIELD(T, port, UINT16), .since = 2},
};
#undef T
static const struct kafka_schema kafka_quorum_listener_schema =
	KAFKA_SCHEMA(kafka_quorum_listener, quorum_listener_fields);

#define T struct kafka_quorum_endpoint
static const struct kafka_field quorum_endpoint_fields[] = {
	{KAFKA_FIELD(T, node_id, INT32), .since = 2},
	{KAFKA_FIELD_STRUCTS(T, listeners, kafka_quorum_listener), .since = 2},
};
#undef T
static const struct kafka_schema kafka_quorum_endpoint_schema =
	KAFKA_SCHEMA(kafka_quorum_endpoint, quorum_endpoint_fields);

#define T struct kafka_describe_quorum_response
static const struct kafka_field describe_quorum_response_fields[] = {
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, error_message, STRING), .since = 2, .nullable = true},
	{KAFKA_FIELD_STRUCTS(T, topics, kafka_quorum_topic)},
	{KAFKA_FIELD_STRUCTS(T, nodes, kafka_quorum_endpoint), .since = 2},
};
#undef T
const struct kafka_schema kafka_describe_quorum_response_schema =
	KAFKA_SCHEMA(kafka_describe_quorum_response, describe_quorum_response_fields);

#define T struct kafka_log_dirs_query
static const struct kafka_field log_dirs_query_fields[] = {
	{KAFKA_FIELD(T, topic, STRING)},
	{KAFKA_FIELD_INT32S(T, partitions)},
};
#undef T
static const struct kafka_schema kafka_log_dirs_query_schema =
	KAFKA_SCHEMA(kafka_log_dirs_query, log_dirs_query_fields);

#define T struct kafka_describe_log_dirs_request
static const struct kafka_field describe_log_dirs_request_fields[] = {
	{KAFKA_FIELD_STRUCTS(T, topics, kafka_log_dirs_query), .nullable = true},
};
#undef T
const struct kafka_schema kafka_describe_log_dirs_request_schema =
	KAFKA_SCHEMA(kafka_describe_log_dirs_request, describe_log_dirs_request_fields);

#define T struct kafka_log_dirs_partition
static const struct kafka_field log_dirs_partition_fields[] = {
	{KAFKA_FIELD(T, partition_index, INT32)},
	{KAFKA_FIELD(T, partition_size, INT64)},
	{KAFKA_FIELD(T, offset_lag, INT64)},
	{KAFKA_FIELD(T, is_future_key, BOOL)},
};
#undef T
static const struct kafka_schema kafka_log_dirs_partition_schema =
	KAFKA_SCHEMA(kafka_log_dirs_partition, log_dirs_partition_fields);

#define T struct kafka_log_dirs_topic
static const struct kafka_field log_dirs_topic_fields[] = {
	{KAFKA_FIELD(T, name, STRING)},
	{KAFKA_FIELD_STRUCTS(T, partitions, kafka_log_dirs_partition)},
};
#undef T
static const struct kafka_schema kafka_log_dirs_topic_schema =
	KAFKA_SCHEMA(kafka_log_dirs_topic, log_dirs_topic_fields);

#define T struct kafka_log_dirs_result
static const struct kafka_field log_dirs_result_fields[] = {
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, log_dir, STRING)},
	{KAFKA_FIELD_STRUCTS(T, topics, kafka_log_dirs_topic)},
	{KAFKA_FIELD(T, total_bytes, INT64), .since = 4, .preset = -1},
	{KAFKA_FIELD(T, usable_bytes, INT64), .since = 4, .preset = -1},
	{KAFKA_FIELD(T, is_cordoned, BOOL), .since = 5},
};
#undef T
static const struct kafka_schema kafka_log_dirs_result_schema =
	KAFKA_SCHEMA(kafka_log_dirs_result, log_dirs_result_fields);

#define T struct kafka_describe_log_dirs_response
static const struct kafka_field describe_log_dirs_response_fields[] = {
	{KAFKA_FIELD(T, throttle_time_ms, INT32)},
	{KAFKA_FIELD(T, error_code, INT16), .since = 3},
	{KAFKA_FIELD_STRUCTS(T, results, kafka_log_dirs_result)},
};
#undef T
const struct kafka_schema kafka_describe_log_dirs_response_schema =
	KAFKA_SCHEMA(kafka_describe_log_dirs_response, describe_log_dirs_response_fields);

#define T struct kafka_unregister_broker_request
static const struct kafka_field unregister_broker_request_fields[] = {
	{KAFKA_FIELD(T, broker_id, INT32)},
};
#undef T
const struct kafka_schema kafka_unregister_broker_request_schema =
	KAFKA_SCHEMA(kafka_unregister_broker_request, unregister_broker_request_fields);

#define T struct kafka_unregister_broker_response
static const struct kafka_field unregister_broker_response_fields[] = {
	{KAFKA_FIELD(T, throttle_time_ms, INT32)},
	{KAFKA_FIELD(T, error_code, INT16)},
	{KAFKA_FIELD(T, error_message, STRING), .nullable = true},
};
#undef T
const struct kafka_schema kafka_unregister_broker_response_schema =
	KAFKA_SCHEMA(kafka_unregister_broker_response, unregister_broker_response_fields);
