/* The cluster, its brokers and topics. Units: *_ms milliseconds, *_bytes bytes. */
#ifndef MQDECK_KAFKA_WIRE_MESSAGES_CLUSTER_H
#define MQDECK_KAFKA_WIRE_MESSAGES_CLUSTER_H

#include "api/kafka/wire/schema.h"

struct kafka_api_versions_request {
	const char *client_software_name;    /* since version 3 */
	const char *client_software_version; /* since version 3 */
	const char *cluster_id;              /* meant to be met, since version 5; NULL = any */
	int32_t node_id;                     /* likewise; -1 = any */
};

struct kafka_api_version {
	int16_t api_key;
	int16_t min_version;
	int16_t max_version;
};

struct kafka_supported_feature {
	const char *name;    /* since version 3 */
	int16_t min_version; /* since version 3 */
	int16_t max_version; /* since version 3 */
};

struct kafka_finalized_feature {
	const char *name;          /* since version 3 */
	int16_t max_version_level; /* since version 3 */
	int16_t min_version_level; /* since version 3 */
};

struct kafka_api_versions_response {
	int16_t error_code;
	KAFKA_ARRAY(struct kafka_api_version) api_keys;
	int32_t throttle_time_ms;                                       /* since version 1 */
	KAFKA_ARRAY(struct kafka_supported_feature) supported_features; /* since version 3 */
	int64_t finalized_features_epoch;                               /* since version 3 */
	KAFKA_ARRAY(struct kafka_finalized_feature) finalized_features; /* since version 3 */
	bool zk_migration_ready;                                        /* since version 3 */
};

struct kafka_metadata_request_topic {
	struct kafka_uuid topic_id; /* since version 10 */
	const char *name;
};

struct kafka_metadata_request {
	KAFKA_ARRAY(struct kafka_metadata_request_topic) topics;
	bool allow_auto_topic_creation;             /* leave false: asking must not create */
	bool include_cluster_authorized_operations; /* up to version 10 */
	bool include_topic_authorized_operations;
};

struct kafka_metadata_broker {
	int32_t node_id;
	const char *host;
	int32_t port;
	const char *rack;
};

struct kafka_metadata_partition {
	int16_t error_code;
	int32_t partition_index;
	int32_t leader_id;
	int32_t leader_epoch;
	KAFKA_ARRAY(int32_t) replica_nodes;
	KAFKA_ARRAY(int32_t) isr_nodes;
	KAFKA_ARRAY(int32_t) offline_replicas;
};

struct kafka_metadata_topic {
	int16_t error_code;
	const char *name;
	struct kafka_uuid topic_id; /* since version 10 */
	bool is_internal;
	KAFKA_ARRAY(struct kafka_metadata_partition) partitions;
	int32_t topic_authorized_operations;
};

struct kafka_metadata_response {
	int32_t throttle_time_ms;
	KAFKA_ARRAY(struct kafka_metadata_broker) brokers;
	const char *cluster_id;
	int32_t controller_id;
	KAFKA_ARRAY(struct kafka_metadata_topic) topics;
	int32_t cluster_authorized_operations; /* up to version 10 */
	int16_t error_code;                    /* since version 13 */
};

struct kafka_describe_cluster_request {
	bool include_cluster_authorized_operations;
	int8_t endpoint_type;        /* 1 broker, 2 controller; since version 1 */
	bool include_fenced_brokers; /* since version 2 */
};

struct kafka_cluster_broker {
	int32_t broker_id;
	const char *host;
	int32_t port;
	const char *rack;
	bool is_fenced; /* since version 2 */
};

struct kafka_describe_cluster_response {
	int32_t throttle_time_ms;
	int16_t error_code;
	const char *error_message;
	int8_t endpoint_type; /* 1 broker, 2 controller; since version 1 */
	const char *cluster_id;
	int32_t controller_id;
	KAFKA_ARRAY(struct kafka_cluster_broker) brokers;
	int32_t cluster_authorized_operations;
};

struct kafka_quorum_request_partition {
	int32_t partition_index;
};

struct kafka_quorum_request_topic {
	const char *topic_name;
	KAFKA_ARRAY(struct kafka_quorum_request_partition) partitions;
};

struct kafka_describe_quorum_request {
	KAFKA_ARRAY(struct kafka_quorum_request_topic) topics;
};

struct kafka_quorum_replica {
	int32_t replica_id;
	struct kafka_uuid replica_directory_id; /* since version 2 */
	int64_t log_end_offset;
	int64_t last_fetch_timestamp;     /* Unix ms, -1 = not told; since version 1 */
	int64_t last_caught_up_timestamp; /* Unix ms, -1 = not told; since version 1 */
};

struct kafka_quorum_partition {
	int32_t partition_index;
	int16_t error_code;
	const char *error_message; /* since version 2 */
	int32_t leader_id;
	int32_t leader_epoch;
	int64_t high_watermark;
	KAFKA_ARRAY(struct kafka_quorum_replica) current_voters;
	KAFKA_ARRAY(struct kafka_quorum_replica) observers;
};

struct kafka_quorum_topic {
	const char *topic_name;
	KAFKA_ARRAY(struct kafka_quorum_partition) partitions;
};

struct kafka_quorum_listener {
	const char *name; /* since version 2 */
	const char *host; /* since version 2 */
	uint16_t port;    /* since version 2 */
};

struct kafka_quorum_endpoint {
	int32_t node_id;                                     /* since version 2 */
	KAFKA_ARRAY(struct kafka_quorum_listener) listeners; /* since version 2 */
};

struct kafka_describe_quorum_response {
	int16_t error_code;
	const char *error_message; /* since version 2 */
	KAFKA_ARRAY(struct kafka_quorum_topic) topics;
	KAFKA_ARRAY(struct kafka_quorum_endpoint) nodes; /* since version 2 */
};

struct kafka_log_dirs_query {
	const char *topic;
	KAFKA_ARRAY(int32_t) partitions;
};

struct kafka_describe_log_dirs_request {
	KAFKA_ARRAY(struct kafka_log_dirs_query) topics;
};

struct kafka_log_dirs_partition {
	int32_t partition_index;
	int64_t partition_size;
	int64_t offset_lag; /* how far a future replica is behind */
	bool is_future_key;
};

struct kafka_log_dirs_topic {
	const char *name;
	KAFKA_ARRAY(struct kafka_log_dirs_partition) partitions;
};

struct kafka_log_dirs_result {
	int16_t error_code;
	const char *log_dir;
	KAFKA_ARRAY(struct kafka_log_dirs_topic) topics;
	int64_t total_bytes;  /* of the volume; -1 = not told; since version 4 */
	int64_t usable_bytes; /* -1 = not told; since version 4 */
	bool is_cordoned;     /* takes no new replicas; since version 5 */
};

struct kafka_describe_log_dirs_response {
	int32_t throttle_time_ms;
	int16_t error_code; /* since version 3 */
	KAFKA_ARRAY(struct kafka_log_dirs_result) results;
};

struct kafka_unregister_broker_request {
	int32_t broker_id;
};

struct kafka_unregister_broker_response {
	int32_t throttle_time_ms;
	int16_t error_code;
	const char *error_message;
};

#endif
