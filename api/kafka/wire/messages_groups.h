/* Consumer groups. Units: *_ms milliseconds, *_bytes bytes. */
#ifndef MQDECK_KAFKA_WIRE_MESSAGES_GROUPS_H
#define MQDECK_KAFKA_WIRE_MESSAGES_GROUPS_H

#include "api/kafka/wire/schema.h"

struct kafka_list_groups_request {
	KAFKA_ARRAY(const char *) states_filter; /* since version 4 */
	KAFKA_ARRAY(const char *) types_filter;  /* since version 5 */
};

struct kafka_listed_group {
	const char *group_id;
	const char *protocol_type;
	const char *group_state; /* since version 4 */
	const char *group_type;  /* since version 5 */
};

struct kafka_list_groups_response {
	int32_t throttle_time_ms;
	int16_t error_code;
	KAFKA_ARRAY(struct kafka_listed_group) groups;
};

struct kafka_describe_groups_request {
	KAFKA_ARRAY(const char *) groups;
	bool include_authorized_operations;
};

struct kafka_described_member {
	const char *member_id;
	const char *group_instance_id;
	const char *client_id;
	const char *client_host;
	struct kafka_bytes member_metadata;
	struct kafka_bytes member_assignment;
};

struct kafka_described_group {
	int16_t error_code;
	const char *error_message; /* since version 6 */
	const char *group_id;
	const char *group_state;
	const char *protocol_type;
	const char *protocol_data;
	KAFKA_ARRAY(struct kafka_described_member) members;
	int32_t authorized_operations;
};

struct kafka_describe_groups_response {
	int32_t throttle_time_ms;
	KAFKA_ARRAY(struct kafka_described_group) groups;
};

/* ConsumerGroupDescribe, ShareGroupDescribe and StreamsGroupDescribe ask alike. */
struct kafka_group_ids_request {
	KAFKA_ARRAY(const char *) group_ids;
	bool include_authorized_operations;
};

struct kafka_consumer_topic {
	struct kafka_uuid topic_id;
	const char *topic_name;
	KAFKA_ARRAY(int32_t) partitions;
};

struct kafka_consumer_target {
	KAFKA_ARRAY(struct kafka_consumer_topic) topic_partitions;
};

struct kafka_consumer_member {
	const char *member_id;
	const char *instance_id;
	const char *rack_id;
	int32_t member_epoch;
	const char *client_id;
	const char *client_host;
	KAFKA_ARRAY(const char *) subscribed_topic_names;
	const char *subscribed_topic_regex;
	struct kafka_consumer_target assignment;
	struct kafka_consumer_target target_assignment;
	int8_t member_type; /* since version 1 */
};

struct kafka_consumer_group {
	int16_t error_code;
	const char *error_message;
	const char *group_id;
	const char *group_state;
	int32_t group_epoch;
	int32_t assignment_epoch;
	const char *assignor_name;
	KAFKA_ARRAY(struct kafka_consumer_member) members;
	int32_t authorized_operations;
};

struct kafka_consumer_group_describe_response {
	int32_t throttle_time_ms;
	KAFKA_ARRAY(struct kafka_consumer_group) groups;
};

struct kafka_find_coordinator_request {
	const char *key;                            /* up to version 3 */
	int8_t key_type;                            /* 0 group, 1 transaction */
	KAFKA_ARRAY(const char *) coordinator_keys; /* since version 4 */
};

struct kafka_coordinator {
	const char *key;           /* since version 4 */
	int32_t node_id;           /* since version 4 */
	const char *host;          /* since version 4 */
	int32_t port;              /* since version 4 */
	int16_t error_code;        /* since version 4 */
	const char *error_message; /* since version 4 */
};

struct kafka_find_coordinator_response {
	int32_t throttle_time_ms;
	int16_t error_code;                                 /* up to version 3 */
	const char *error_message;                          /* up to version 3 */
	int32_t node_id;                                    /* up to version 3 */
	const char *host;                                   /* up to version 3 */
	int32_t port;                                       /* up to version 3 */
	KAFKA_ARRAY(struct kafka_coordinator) coordinators; /* since version 4 */
};

struct kafka_offset_fetch_topic {
	const char *name;                       /* up to version 7 */
	KAFKA_ARRAY(int32_t) partition_indexes; /* up to version 7 */
};

struct kafka_offset_fetch_group_topic {
	const char *name;                       /* since version 8 */
	KAFKA_ARRAY(int32_t) partition_indexes; /* since version 8 */
};

struct kafka_offset_fetch_group {
	const char *group_id;                                      /* since version 8 */
	const char *member_id;                                     /* since version 9 */
	int32_t member_epoch;                                      /* since version 9 */
	KAFKA_ARRAY(struct kafka_offset_fetch_group_topic) topics; /* since version 8 */
};

struct kafka_offset_fetch_request {
	const char *group_id;                                /* up to version 7 */
	KAFKA_ARRAY(struct kafka_offset_fetch_topic) topics; /* up to version 7 */
	KAFKA_ARRAY(struct kafka_offset_fetch_group) groups; /* since version 8 */
	bool require_stable;                                 /* since version 7 */
};

struct kafka_offsets_partition {
	int32_t partition_index;        /* up to version 7 */
	int64_t committed_offset;       /* -1 = none; up to version 7 */
	int32_t committed_leader_epoch; /* up to version 7 */
	const char *metadata;           /* up to version 7 */
	int16_t error_code;             /* up to version 7 */
};

struct kafka_offsets_topic {
	const char *name;                                       /* up to version 7 */
	KAFKA_ARRAY(struct kafka_offsets_partition) partitions; /* up to version 7 */
};

struct kafka_offsets_group_partition {
	int32_t partition_index;        /* since version 8 */
	int64_t committed_offset;       /* -1 = none; since version 8 */
	int32_t committed_leader_epoch; /* since version 8 */
	const char *metadata;           /* since version 8 */
	int16_t error_code;             /* since version 8 */
};

struct kafka_offsets_group_topic {
	const char *name;                                             /* since version 8 */
	KAFKA_ARRAY(struct kafka_offsets_group_partition) partitions; /* since version 8 */
};

struct kafka_offsets_group {
	const char *group_id;                                 /* since version 8 */
	KAFKA_ARRAY(struct kafka_offsets_group_topic) topics; /* since version 8 */
	int16_t error_code;                                   /* since version 8 */
};

struct kafka_offset_fetch_response {
	int32_t throttle_time_ms;
	KAFKA_ARRAY(struct kafka_offsets_topic) topics; /* up to version 7 */
	int16_t error_code;                             /* up to version 7 */
	KAFKA_ARRAY(struct kafka_offsets_group) groups; /* since version 8 */
};

/* What a classic consumer's member_assignment holds, after its int16 version. */
struct kafka_consumer_assignment_topic {
	const char *topic;
	KAFKA_ARRAY(int32_t) partitions;
};

struct kafka_consumer_assignment {
	KAFKA_ARRAY(struct kafka_consumer_assignment_topic) assigned_partitions;
	struct kafka_bytes user_data;
};

#endif
