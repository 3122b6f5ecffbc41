/* Where replicas lie and who leads. Units: *_ms milliseconds, *_bytes bytes. */
#ifndef MQDECK_KAFKA_WIRE_MESSAGES_PARTITIONS_H
#define MQDECK_KAFKA_WIRE_MESSAGES_PARTITIONS_H

#include "api/kafka/wire/schema.h"

struct kafka_list_reassignments_topic {
	const char *name;
	KAFKA_ARRAY(int32_t) partition_indexes;
};

struct kafka_list_partition_reassignments_request {
	int32_t timeout_ms;
	KAFKA_ARRAY(struct kafka_list_reassignments_topic) topics;
};

struct kafka_ongoing_partition {
	int32_t partition_index;
	KAFKA_ARRAY(int32_t) replicas;
	KAFKA_ARRAY(int32_t) adding_replicas;
	KAFKA_ARRAY(int32_t) removing_replicas;
};

struct kafka_ongoing_topic {
	const char *name;
	KAFKA_ARRAY(struct kafka_ongoing_partition) partitions;
};

struct kafka_list_partition_reassignments_response {
	int32_t throttle_time_ms;
	int16_t error_code;
	const char *error_message;
	KAFKA_ARRAY(struct kafka_ongoing_topic) topics;
};

struct kafka_reassign_partition {
	int32_t partition_index;
	KAFKA_ARRAY(int32_t) replicas;
};

struct kafka_reassign_topic {
	const char *name;
	KAFKA_ARRAY(struct kafka_reassign_partition) partitions;
};

struct kafka_alter_partition_reassignments_request {
	int32_t timeout_ms;
	bool allow_replication_factor_change; /* since version 1 */
	KAFKA_ARRAY(struct kafka_reassign_topic) topics;
};

struct kafka_reassign_partition_result {
	int32_t partition_index;
	int16_t error_code;
	const char *error_message;
};

struct kafka_reassign_topic_result {
	const char *name;
	KAFKA_ARRAY(struct kafka_reassign_partition_result) partitions;
};

struct kafka_alter_partition_reassignments_response {
	int32_t throttle_time_ms;
	bool allow_replication_factor_change; /* since version 1 */
	int16_t error_code;
	const char *error_message;
	KAFKA_ARRAY(struct kafka_reassign_topic_result) responses;
};

struct kafka_elect_leaders_topic {
	const char *topic;
	KAFKA_ARRAY(int32_t) partitions;
};

struct kafka_elect_leaders_request {
	int8_t election_type; /* 0 preferred, 1 unclean */
	KAFKA_ARRAY(struct kafka_elect_leaders_topic) topic_partitions;
	int32_t timeout_ms;
};

struct kafka_election_partition_result {
	int32_t partition_id;
	int16_t error_code;
	const char *error_message;
};

struct kafka_election_result {
	const char *topic;
	KAFKA_ARRAY(struct kafka_election_partition_result) partition_result;
};

struct kafka_elect_leaders_response {
	int32_t throttle_time_ms;
	int16_t error_code;
	KAFKA_ARRAY(struct kafka_election_result) replica_election_results;
};

struct kafka_list_offsets_partition {
	int32_t partition_index;
	int32_t current_leader_epoch;
	int64_t timestamp; /* -1 latest, -2 earliest in a request */
};

struct kafka_list_offsets_topic {
	const char *name;
	KAFKA_ARRAY(struct kafka_list_offsets_partition) partitions;
};

struct kafka_list_offsets_request {
	int32_t replica_id;
	int8_t isolation_level;
	KAFKA_ARRAY(struct kafka_list_offsets_topic) topics;
	int32_t timeout_ms; /* since version 10 */
};

struct kafka_listed_offset {
	int32_t partition_index;
	int16_t error_code;
	int64_t timestamp; /* -1 latest, -2 earliest in a request */
	int64_t offset;
	int32_t leader_epoch;
};

struct kafka_listed_offsets_topic {
	const char *name;
	KAFKA_ARRAY(struct kafka_listed_offset) partitions;
};

struct kafka_list_offsets_response {
	int32_t throttle_time_ms;
	KAFKA_ARRAY(struct kafka_listed_offsets_topic) topics;
};

/* DescribeTopicPartitions: Metadata of some topics with the replicas that may lead without loss (KIP-966). */
struct kafka_topic_query {
	const char *name;
};

struct kafka_topic_cursor {
	const char *topic_name;
	int32_t partition_index;
};

struct kafka_describe_topic_partitions_request {
	KAFKA_ARRAY(struct kafka_topic_query) topics;
	int32_t response_partition_limit;
	KAFKA_ARRAY(struct kafka_topic_cursor) cursor; /* where to go on; null = at the start */
};

struct kafka_topic_partition {
	int16_t error_code;
	int32_t partition_index;
	int32_t leader_id;
	int32_t leader_epoch;
	KAFKA_ARRAY(int32_t) replica_nodes;
	KAFKA_ARRAY(int32_t) isr_nodes;
	KAFKA_ARRAY(int32_t) eligible_leader_replicas; /* null = not kept by this cluster */
	KAFKA_ARRAY(int32_t) last_known_elr;
	KAFKA_ARRAY(int32_t) offline_replicas;
};

struct kafka_described_topic {
	int16_t error_code;
	const char *name;
	struct kafka_uuid topic_id;
	bool is_internal;
	KAFKA_ARRAY(struct kafka_topic_partition) partitions;
	int32_t topic_authorized_operations;
};

struct kafka_describe_topic_partitions_response {
	int32_t throttle_time_ms;
	KAFKA_ARRAY(struct kafka_described_topic) topics;
	KAFKA_ARRAY(struct kafka_topic_cursor) next_cursor; /* null = that was all */
};

#endif
