/* The cluster, its brokers, topics, settings and disks. */
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kafka/kafka_session_private.h"

static void fill_metadata_partition(const struct demo_kafka_call *call, const struct demo_kafka_partition *partition,
				    int32_t index, struct kafka_metadata_partition *out)
{
	out->partition_index = index;
	out->leader_id = partition->leader;
	out->leader_epoch = partition->leader_epoch;
	out->error_code = partition->leader < 0 ? KAFKA_ERR_LEADER_NOT_AVAILABLE : KAFKA_ERR_NONE;
	DEMO_KAFKA_ROOM(call, out->replica_nodes, partition->replica_count);
	DEMO_KAFKA_ROOM(call, out->isr_nodes, partition->replica_count);
	DEMO_KAFKA_ROOM(call, out->offline_replicas, partition->replica_count);
	for (size_t i = 0; i < partition->replica_count; i++) {
		int broker = partition->replicas[i];
		DEMO_KAFKA_PUSH(out->replica_nodes, broker);
		if (partition->isr & 1u << broker)
			DEMO_KAFKA_PUSH(out->isr_nodes, broker);
		if (!call->kafka->brokers[broker].up)
			DEMO_KAFKA_PUSH(out->offline_replicas, broker);
	}
}

static void fill_topic(const struct demo_kafka_call *call, const struct demo_kafka_topic *topic,
		       struct kafka_metadata_topic *out)
{
	out->name = topic->name;
	out->topic_id = topic->id;
	out->is_internal = topic->internal;
	out->topic_authorized_operations = INT32_MIN;
	DEMO_KAFKA_ROOM(call, out->partitions, topic->count);
	for (size_t i = 0; i < topic->count; i++)
		fill_metadata_partition(call, &call->kafka->partitions.items[topic->first + i], (int32_t)i,
					&out->partitions.items[out->partitions.len++]);
}

static const struct demo_kafka_topic *find_by_id(const struct demo_kafka *kafka, const struct kafka_uuid *id)
{
	vec_each (&kafka->topics, topic) {
		if (memcmp(&topic->id, id, sizeof *id) == 0)
			return topic;
	}
	return NULL;
}

void *demo_kafka_answer_metadata(const struct demo_kafka_call *call)
{
	const struct kafka_metadata_request *request = call->request;
	struct kafka_metadata_response *answer = demo_kafka_answer_new(call);
	struct demo_kafka *kafka = call->kafka;
	bool all = request->topics.len < 0;
	answer->cluster_id = kafka->cluster_id;
	answer->controller_id = kafka->controller;
	answer->cluster_authorized_operations = INT32_MIN;
	DEMO_KAFKA_ROOM(call, answer->brokers, DEMO_CLUSTER_BROKERS_MAX);
	for (int i = 0; i < DEMO_CLUSTER_BROKERS_MAX; i++) {
		if (kafka->brokers[i].up && kafka->brokers[i].registered)
			DEMO_KAFKA_PUSH(answer->brokers, (struct kafka_metadata_broker){
								 .node_id = i,
								 .host = demo_kafka_broker_host(kafka, call->arena, i),
								 .port = call->port,
								 .rack = demo_kafka_rack_of(call, i)});
	}
	DEMO_KAFKA_ROOM(call, answer->topics, all ? kafka->topics.len : (size_t)request->topics.len);
	for (size_t i = 0; all && i < kafka->topics.len; i++)
		fill_topic(call, &kafka->topics.items[i], &answer->topics.items[answer->topics.len++]);
	for (int32_t i = 0; !all && i < request->topics.len; i++) {
		const struct kafka_metadata_request_topic *asked = &request->topics.items[i];
		const struct demo_kafka_topic *topic =
			asked->name ? demo_kafka_find_topic(kafka, asked->name) : find_by_id(kafka, &asked->topic_id);
		struct kafka_metadata_topic *out = &answer->topics.items[answer->topics.len++];
		if (topic)
			fill_topic(call, topic, out);
		else
			*out = (struct kafka_metadata_topic){.error_code = KAFKA_ERR_UNKNOWN_TOPIC_OR_PARTITION,
							     .name = str_or(asked->name, ""),
							     .topic_id = asked->topic_id,
							     .topic_authorized_operations = INT32_MIN};
	}
	return answer;
}

void *demo_kafka_answer_cluster(const struct demo_kafka_call *call)
{
	const struct kafka_describe_cluster_request *request = call->request;
	struct kafka_describe_cluster_response *answer = demo_kafka_answer_new(call);
	const struct demo_kafka *kafka = call->kafka;
	answer->cluster_id = kafka->cluster_id;
	answer->controller_id = kafka->controller;
	answer->endpoint_type = 1;
	answer->cluster_authorized_operations = INT32_MIN;
	DEMO_KAFKA_ROOM(call, answer->brokers, DEMO_CLUSTER_BROKERS_MAX);
	for (int i = 0; i < DEMO_CLUSTER_BROKERS_MAX; i++) {
		const struct demo_kafka_broker *broker = &kafka->brokers[i];
		if (broker->registered && (broker->up || request->include_fenced_brokers))
			DEMO_KAFKA_PUSH(answer->brokers, (struct kafka_cluster_broker){
								 .broker_id = i,
								 .host = demo_kafka_broker_host(kafka, call->arena, i),
								 .port = call->port,
								 .rack = demo_kafka_rack_of(call, i),
								 .is_fenced = !broker->up});
	}
	return answer;
}

static struct kafka_quorum_replica quorum_replica(const struct demo_kafka *kafka, int broker)
{
	int64_t now = demo_wall_ms(kafka->demo);
	int64_t log = 900000 + demo_time_ms(kafka->demo) / 500;
	bool up = kafka->brokers[broker].up, leads = broker == kafka->controller;
	int64_t gone = demo_time_ms(kafka->demo) - kafka->brokers[broker].changed_ms;
	struct kafka_quorum_replica replica = {
		.replica_id = broker,
		.log_end_offset = up ? log : log - gone / 500,
		.last_fetch_timestamp = up ? now - (leads ? 0 : 120) : now - gone,
		.last_caught_up_timestamp = up ? now - (leads ? 0 : 140) : now - gone - 20,
	};
	replica.replica_directory_id.bytes[0] = 0x4d;
	replica.replica_directory_id.bytes[15] = (uint8_t)(broker + 1);
	return replica;
}

void *demo_kafka_answer_quorum(const struct demo_kafka_call *call)
{
	struct kafka_describe_quorum_response *answer = demo_kafka_answer_new(call);
	const struct demo_kafka *kafka = call->kafka;
	answer->error_message = NULL;
	DEMO_KAFKA_ROOM(call, answer->topics, 1);
	DEMO_KAFKA_PUSH(answer->topics, (struct kafka_quorum_topic){.topic_name = "__cluster_metadata"});
	struct kafka_quorum_topic *topic = &answer->topics.items[0];
	DEMO_KAFKA_ROOM(call, topic->partitions, 1);
	DEMO_KAFKA_PUSH(topic->partitions, (struct kafka_quorum_partition){
						   .leader_id = kafka->controller,
						   .leader_epoch = kafka->controller_epoch,
						   .high_watermark = 900000 + demo_time_ms(kafka->demo) / 500 - 1,
					   });
	struct kafka_quorum_partition *partition = &topic->partitions.items[0];
	DEMO_KAFKA_ROOM(call, partition->current_voters, DEMO_CLUSTER_BROKERS_MAX);
	DEMO_KAFKA_ROOM(call, partition->observers, DEMO_CLUSTER_BROKERS_MAX);
	DEMO_KAFKA_ROOM(call, answer->nodes, DEMO_CLUSTER_BROKERS_MAX);
	for (int i = 0; i < DEMO_CLUSTER_BROKERS_MAX; i++) {
		if (i < kafka->spec->replicas)
			DEMO_KAFKA_PUSH(partition->current_voters, quorum_replica(kafka, i));
		else if (kafka->brokers[i].registered)
			DEMO_KAFKA_PUSH(partition->observers, quorum_replica(kafka, i));
		if (i >= kafka->spec->replicas)
			continue;
		struct kafka_quorum_endpoint *node = &answer->nodes.items[answer->nodes.len++];
		node->node_id = i;
		DEMO_KAFKA_ROOM(call, node->listeners, 1);
		DEMO_KAFKA_PUSH(node->listeners,
				(struct kafka_quorum_listener){.name = "CONTROLLER",
							       .host = demo_kafka_broker_host(kafka, call->arena, i),
							       .port = 9093});
	}
	return answer;
}

static bool wants_log_dir(const struct kafka_describe_log_dirs_request *request, const char *topic)
{
	for (int32_t i = 0; i < request->topics.len; i++) {
		if (str_eq(request->topics.items[i].topic, topic))
			return true;
	}
	return request->topics.len < 0;
}

void *demo_kafka_answer_log_dirs(const struct demo_kafka_call *call)
{
	const struct kafka_describe_log_dirs_request *request = call->request;
	struct kafka_describe_log_dirs_response *answer = demo_kafka_answer_new(call);
	struct demo_kafka *kafka = call->kafka;
	int64_t used = demo_kafka_disk_used(kafka, call->broker);
	DEMO_KAFKA_ROOM(call, answer->results, 1);
	DEMO_KAFKA_PUSH(answer->results, (struct kafka_log_dirs_result){.log_dir = "/var/lib/kafka/data"});
	struct kafka_log_dirs_result *dir = &answer->results.items[0];
	DEMO_KAFKA_ROOM(call, dir->topics, kafka->topics.len);
	vec_each (&kafka->topics, topic) {
		struct kafka_log_dirs_topic *out = &dir->topics.items[dir->topics.len];
		out->name = topic->name;
		DEMO_KAFKA_ROOM(call, out->partitions, topic->count);
		for (size_t i = 0; i < topic->count; i++) {
			const struct demo_kafka_partition *partition = &kafka->partitions.items[topic->first + i];
			int64_t bytes = demo_kafka_replica_bytes(kafka, partition, call->broker);
			if (!demo_kafka_has_replica(partition, call->broker))
				continue;
			DEMO_KAFKA_PUSH(out->partitions,
					(struct kafka_log_dirs_partition){.partition_index = (int32_t)i,
									  .partition_size = bytes});
		}
		if (out->partitions.len > 0 && wants_log_dir(request, topic->name))
			dir->topics.len++;
	}
	dir->total_bytes = (int64_t)kafka->spec->storage_gib << 30;
	dir->usable_bytes = dir->total_bytes > used ? dir->total_bytes - used : 0;
	return answer;
}

void *demo_kafka_answer_unregister(const struct demo_kafka_call *call)
{
	const struct kafka_unregister_broker_request *request = call->request;
	struct kafka_unregister_broker_response *answer = demo_kafka_answer_new(call);
	int32_t id = request->broker_id;
	if (id < 0 || id >= DEMO_CLUSTER_BROKERS_MAX || !call->kafka->brokers[id].registered) {
		answer->error_code = 102; /* BROKER_ID_NOT_REGISTERED */
		answer->error_message = "broker is not registered";
	} else if (!call->kafka->brokers[id].up) {
		call->kafka->brokers[id].registered = false;
	}
	return answer;
}
