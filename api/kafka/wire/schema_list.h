/* The APIs we speak, once: X(name) by key. */
#ifndef MQDECK_KAFKA_WIRE_SCHEMA_LIST_H
#define MQDECK_KAFKA_WIRE_SCHEMA_LIST_H

#include "api/kafka/wire/schema.h"

#define KAFKA_APIS(X)                                                                                                  \
	X(list_offsets)                                                                                                \
	X(metadata)                                                                                                    \
	X(offset_fetch)                                                                                                \
	X(find_coordinator)                                                                                            \
	X(describe_groups)                                                                                             \
	X(list_groups)                                                                                                 \
	X(sasl_handshake)                                                                                              \
	X(api_versions)                                                                                                \
	X(create_topics)                                                                                               \
	X(delete_topics)                                                                                               \
	X(describe_configs)                                                                                            \
	X(describe_log_dirs)                                                                                           \
	X(sasl_authenticate)                                                                                           \
	X(create_partitions)                                                                                           \
	X(elect_leaders)                                                                                               \
	X(incremental_alter_configs)                                                                                   \
	X(alter_partition_reassignments)                                                                               \
	X(list_partition_reassignments)                                                                                \
	X(describe_quorum)                                                                                             \
	X(describe_cluster)                                                                                            \
	X(unregister_broker)                                                                                           \
	X(consumer_group_describe)                                                                                     \
	X(describe_topic_partitions)                                                                                   \
	X(share_group_describe)                                                                                        \
	X(streams_group_describe)

#define X(name) extern const struct kafka_schema kafka_##name##_request_schema, kafka_##name##_response_schema;
KAFKA_APIS(X)
#undef X

extern const struct kafka_schema kafka_consumer_assignment_schema;
/* What a member of a consumer group holds, and one of a share group. */
extern const struct kafka_schema kafka_consumer_target_schema;

#endif
