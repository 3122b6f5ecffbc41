/* The table of the APIs that are spoken, with the versions and the schema of each. What is not in it cannot be sent,
 * and what does not say `reads` cannot be sent in read-only mode. */
#include "api/kafka/wire/codec.h"

#include "api/base/mem.h"
#include "api/kafka/wire/schema_list.h"

enum { NEVER = 127 };

#define API(name) .request = &kafka_##name##_request_schema, .response = &kafka_##name##_response_schema

/* By key. The oldest version is what Kafka 2.8 to 4.4 all serve and we need, or the first that is stable; the newest is
 * the last that says something we use. */
static const struct kafka_api apis[] = {
	{KAFKA_LIST_OFFSETS, "ListOffsets", .min = 4, .max = 10, .flexible_since = 6, .reads = true, API(list_offsets)},
	{KAFKA_METADATA, "Metadata", .min = 9, .max = 13, .flexible_since = 9, .reads = true, API(metadata)},
	{KAFKA_OFFSET_FETCH, "OffsetFetch", .min = 6, .max = 9, .flexible_since = 6, .reads = true, API(offset_fetch)},
	{KAFKA_FIND_COORDINATOR, "FindCoordinator", .min = 3, .max = 6, .flexible_since = 3, .reads = true,
	 API(find_coordinator)},
	{KAFKA_DESCRIBE_GROUPS, "DescribeGroups", .min = 4, .max = 6, .flexible_since = 5, .reads = true,
	 API(describe_groups)},
	{KAFKA_LIST_GROUPS, "ListGroups", .min = 3, .max = 5, .flexible_since = 3, .reads = true, API(list_groups)},
	{KAFKA_SASL_HANDSHAKE, "SaslHandshake", .min = 0, .max = 1, .flexible_since = NEVER, .reads = true,
	 API(sasl_handshake)},
	{KAFKA_API_VERSIONS, "ApiVersions", .min = 0, .max = 5, .flexible_since = 3, .reads = true, API(api_versions)},
	{KAFKA_CREATE_TOPICS, "CreateTopics", .min = 5, .max = 7, .flexible_since = 5, API(create_topics)},
	{KAFKA_DELETE_TOPICS, "DeleteTopics", .min = 4, .max = 6, .flexible_since = 4, API(delete_topics)},
	{KAFKA_DESCRIBE_CONFIGS, "DescribeConfigs", .min = 1, .max = 4, .flexible_since = 4, .reads = true,
	 API(describe_configs)},
	{KAFKA_DESCRIBE_LOG_DIRS, "DescribeLogDirs", .min = 1, .max = 5, .flexible_since = 2, .reads = true,
	 API(describe_log_dirs)},
	{KAFKA_SASL_AUTHENTICATE, "SaslAuthenticate", .min = 0, .max = 2, .flexible_since = 2, .reads = true,
	 API(sasl_authenticate)},
	{KAFKA_CREATE_PARTITIONS, "CreatePartitions", .min = 2, .max = 3, .flexible_since = 2, API(create_partitions)},
	{KAFKA_ELECT_LEADERS, "ElectLeaders", .min = 2, .max = 2, .flexible_since = 2, API(elect_leaders)},
	{KAFKA_INCREMENTAL_ALTER_CONFIGS, "IncrementalAlterConfigs", .min = 0, .max = 1, .flexible_since = 1,
	 API(incremental_alter_configs)},
	{KAFKA_ALTER_PARTITION_REASSIGNMENTS, "AlterPartitionReassignments", .min = 0, .max = 1, .flexible_since = 0,
	 API(alter_partition_reassignments)},
	{KAFKA_LIST_PARTITION_REASSIGNMENTS, "ListPartitionReassignments", .min = 0, .max = 0, .flexible_since = 0,
	 .reads = true, API(list_partition_reassignments)},
	{KAFKA_DESCRIBE_QUORUM, "DescribeQuorum", .min = 0, .max = 2, .flexible_since = 0, .reads = true,
	 API(describe_quorum)},
	{KAFKA_DESCRIBE_CLUSTER, "DescribeCluster", .min = 0, .max = 2, .flexible_since = 0, .reads = true,
	 API(describe_cluster)},
	{KAFKA_UNREGISTER_BROKER, "UnregisterBroker", .min = 0, .max = 0, .flexible_since = 0, API(unregister_broker)},
	{KAFKA_CONSUMER_GROUP_DESCRIBE, "ConsumerGroupDescribe", .min = 0, .max = 1, .flexible_since = 0, .reads = true,
	 API(consumer_group_describe)},
	{KAFKA_DESCRIBE_TOPIC_PARTITIONS, "DescribeTopicPartitions", .min = 0, .max = 0, .flexible_since = 0,
	 .reads = true, API(describe_topic_partitions)},
	{KAFKA_SHARE_GROUP_DESCRIBE, "ShareGroupDescribe", .min = 1, .max = 1, .flexible_since = 0, .reads = true,
	 API(share_group_describe)},
	{KAFKA_STREAMS_GROUP_DESCRIBE, "StreamsGroupDescribe", .min = 0, .max = 0, .flexible_since = 0, .reads = true,
	 API(streams_group_describe)},
};

#undef API

const struct kafka_api *kafka_api_find(int16_t key)
{
	for (size_t i = 0; i < ARRAY_LEN(apis); i++)
		if (apis[i].key == key)
			return &apis[i];
	return NULL;
}

const struct kafka_api *kafka_api_list(size_t *count)
{
	*count = ARRAY_LEN(apis);
	return apis;
}
