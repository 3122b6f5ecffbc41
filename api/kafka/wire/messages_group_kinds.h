/* Share groups (KIP-932) and streams groups (KIP-1071), as ShareGroupDescribe 1 and StreamsGroupDescribe 0 tell of them. */
#ifndef MQDECK_KAFKA_WIRE_MESSAGES_GROUP_KINDS_H
#define MQDECK_KAFKA_WIRE_MESSAGES_GROUP_KINDS_H

#include "api/kafka/wire/messages_groups.h"
#include "api/kafka/wire/schema.h"

struct kafka_share_member {
	const char *member_id;
	const char *rack_id;
	int32_t member_epoch;
	const char *client_id;
	const char *client_host;
	KAFKA_ARRAY(const char *) subscribed_topic_names;
	struct kafka_consumer_target assignment; /* several members may have a partition */
};

struct kafka_share_group {
	int16_t error_code;
	const char *error_message;
	const char *group_id;
	const char *group_state;
	int32_t group_epoch;
	int32_t assignment_epoch;
	const char *assignor_name;
	KAFKA_ARRAY(struct kafka_share_member) members;
	int32_t authorized_operations;
};

struct kafka_share_group_describe_response {
	int32_t throttle_time_ms;
	KAFKA_ARRAY(struct kafka_share_group) groups;
};

struct kafka_streams_key_value {
	const char *key;
	const char *value;
};

struct kafka_streams_topic {
	const char *name;
	int32_t partitions;
	int16_t replication_factor;
	KAFKA_ARRAY(struct kafka_streams_key_value) topic_configs;
};

struct kafka_streams_subtopology {
	const char *subtopology_id;
	KAFKA_ARRAY(const char *) source_topics;
	KAFKA_ARRAY(const char *) repartition_sink_topics;
	KAFKA_ARRAY(struct kafka_streams_topic) state_changelog_topics;
	KAFKA_ARRAY(struct kafka_streams_topic) repartition_source_topics;
};

struct kafka_streams_topology {
	int32_t epoch;
	KAFKA_ARRAY(struct kafka_streams_subtopology) subtopologies; /* null = not yet made, or topics are missing */
};

struct kafka_streams_endpoint {
	const char *host;
	uint16_t port;
};

struct kafka_streams_task_offset {
	const char *subtopology_id;
	int32_t partition;
	int64_t offset;
};

struct kafka_streams_tasks {
	const char *subtopology_id;
	KAFKA_ARRAY(int32_t) partitions;
};

struct kafka_streams_assignment {
	KAFKA_ARRAY(struct kafka_streams_tasks) active_tasks;
	KAFKA_ARRAY(struct kafka_streams_tasks) standby_tasks;
	KAFKA_ARRAY(struct kafka_streams_tasks) warmup_tasks;
};

struct kafka_streams_member {
	const char *member_id;
	int32_t member_epoch;
	const char *instance_id;
	const char *rack_id;
	const char *client_id;
	const char *client_host;
	int32_t topology_epoch;
	const char *process_id;
	KAFKA_ARRAY(struct kafka_streams_endpoint) user_endpoint; /* null, or one */
	KAFKA_ARRAY(struct kafka_streams_key_value) client_tags;
	KAFKA_ARRAY(struct kafka_streams_task_offset) task_offsets;
	KAFKA_ARRAY(struct kafka_streams_task_offset) task_end_offsets;
	struct kafka_streams_assignment assignment;
	struct kafka_streams_assignment target_assignment;
	bool is_classic;
};

struct kafka_streams_group {
	int16_t error_code;
	const char *error_message;
	const char *group_id;
	const char *group_state;
	int32_t group_epoch;
	int32_t assignment_epoch;
	KAFKA_ARRAY(struct kafka_streams_topology) topology; /* null, or one */
	KAFKA_ARRAY(struct kafka_streams_member) members;
	int32_t authorized_operations;
};

struct kafka_streams_group_describe_response {
	int32_t throttle_time_ms;
	KAFKA_ARRAY(struct kafka_streams_group) groups;
};

#endif
