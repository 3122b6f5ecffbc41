/* Configuration and topics. Units: *_ms milliseconds, *_bytes bytes. */
#ifndef MQDECK_KAFKA_WIRE_MESSAGES_CONFIGS_H
#define MQDECK_KAFKA_WIRE_MESSAGES_CONFIGS_H

#include "api/kafka/wire/schema.h"

struct kafka_config_query {
	int8_t resource_type; /* 2 topic, 4 broker, 8 broker logger, 32 group */
	const char *resource_name;
	KAFKA_ARRAY(const char *) configuration_keys;
};

struct kafka_describe_configs_request {
	KAFKA_ARRAY(struct kafka_config_query) resources;
	bool include_synonyms;
	bool include_documentation; /* since version 3 */
};

struct kafka_config_synonym {
	const char *name;
	const char *value;
	int8_t source;
};

struct kafka_config_entry {
	const char *name;
	const char *value;
	bool read_only;
	int8_t config_source; /* 1 topic, 2 broker, 3 default of brokers, 4 static, 5 default */
	bool is_sensitive;
	KAFKA_ARRAY(struct kafka_config_synonym) synonyms;
	int8_t config_type;        /* since version 3 */
	const char *documentation; /* since version 3 */
};

struct kafka_config_result {
	int16_t error_code;
	const char *error_message;
	int8_t resource_type; /* 2 topic, 4 broker, 8 broker logger, 32 group */
	const char *resource_name;
	KAFKA_ARRAY(struct kafka_config_entry) configs;
};

struct kafka_describe_configs_response {
	int32_t throttle_time_ms;
	KAFKA_ARRAY(struct kafka_config_result) results;
};

struct kafka_alterable_config {
	const char *name;
	int8_t config_operation; /* 0 set, 1 delete, 2 append, 3 subtract */
	const char *value;
};

struct kafka_alter_configs_resource {
	int8_t resource_type; /* 2 topic, 4 broker, 8 broker logger, 32 group */
	const char *resource_name;
	KAFKA_ARRAY(struct kafka_alterable_config) configs;
};

struct kafka_incremental_alter_configs_request {
	KAFKA_ARRAY(struct kafka_alter_configs_resource) resources;
	bool validate_only;
};

struct kafka_alter_configs_result {
	int16_t error_code;
	const char *error_message;
	int8_t resource_type; /* 2 topic, 4 broker, 8 broker logger, 32 group */
	const char *resource_name;
};

struct kafka_incremental_alter_configs_response {
	int32_t throttle_time_ms;
	KAFKA_ARRAY(struct kafka_alter_configs_result) responses;
};

struct kafka_create_topic_assignment {
	int32_t partition_index;
	KAFKA_ARRAY(int32_t) broker_ids;
};

struct kafka_create_topic_config {
	const char *name;
	const char *value;
};

struct kafka_create_topic {
	const char *name;
	int32_t num_partitions;
	int16_t replication_factor;
	KAFKA_ARRAY(struct kafka_create_topic_assignment) assignments;
	KAFKA_ARRAY(struct kafka_create_topic_config) configs;
};

struct kafka_create_topics_request {
	KAFKA_ARRAY(struct kafka_create_topic) topics;
	int32_t timeout_ms;
	bool validate_only;
};

struct kafka_created_topic_config {
	const char *name;
	const char *value;
	bool read_only;
	int8_t config_source; /* 1 topic, 2 broker, 3 default of brokers, 4 static, 5 default */
	bool is_sensitive;
};

struct kafka_create_topic_result {
	const char *name;
	struct kafka_uuid topic_id; /* since version 7 */
	int16_t error_code;
	const char *error_message;
	int16_t topic_config_error_code;
	int32_t num_partitions;
	int16_t replication_factor;
	KAFKA_ARRAY(struct kafka_created_topic_config) configs;
};

struct kafka_create_topics_response {
	int32_t throttle_time_ms;
	KAFKA_ARRAY(struct kafka_create_topic_result) topics;
};

struct kafka_delete_topic {
	const char *name;           /* since version 6 */
	struct kafka_uuid topic_id; /* since version 6 */
};

struct kafka_delete_topics_request {
	KAFKA_ARRAY(struct kafka_delete_topic) topics; /* since version 6 */
	KAFKA_ARRAY(const char *) topic_names;         /* up to version 5 */
	int32_t timeout_ms;
};

struct kafka_delete_topic_result {
	const char *name;
	struct kafka_uuid topic_id; /* since version 6 */
	int16_t error_code;
	const char *error_message; /* since version 5 */
};

struct kafka_delete_topics_response {
	int32_t throttle_time_ms;
	KAFKA_ARRAY(struct kafka_delete_topic_result) responses;
};

struct kafka_create_partitions_assignment {
	KAFKA_ARRAY(int32_t) broker_ids;
};

struct kafka_create_partitions_topic {
	const char *name;
	int32_t count;
	KAFKA_ARRAY(struct kafka_create_partitions_assignment) assignments;
};

struct kafka_create_partitions_request {
	KAFKA_ARRAY(struct kafka_create_partitions_topic) topics;
	int32_t timeout_ms;
	bool validate_only;
};

struct kafka_create_partitions_result {
	const char *name;
	int16_t error_code;
	const char *error_message;
};

struct kafka_create_partitions_response {
	int32_t throttle_time_ms;
	KAFKA_ARRAY(struct kafka_create_partitions_result) results;
};

#endif
