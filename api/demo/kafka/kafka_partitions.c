/* Where replicas lie, who leads, and how far logs reach. */
#include "api/base/str.h"
#include "api/demo/kafka/kafka_session_private.h"

static void fill_ongoing(const struct demo_kafka_call *call, const struct demo_kafka_partition *partition,
			 int32_t index, struct kafka_ongoing_partition *out)
{
	out->partition_index = index;
	DEMO_KAFKA_ROOM(call, out->replicas, partition->replica_count);
	DEMO_KAFKA_ROOM(call, out->adding_replicas, partition->replica_count);
	DEMO_KAFKA_ROOM(call, out->removing_replicas, partition->replica_count);
	for (size_t i = 0; i < partition->replica_count; i++) {
		int broker = partition->replicas[i];
		DEMO_KAFKA_PUSH(out->replicas, broker);
		if (!demo_kafka_is_in(partition->settled, partition->settled_count, broker))
			DEMO_KAFKA_PUSH(out->adding_replicas, broker);
		if (!demo_kafka_is_in(partition->target, partition->target_count, broker))
			DEMO_KAFKA_PUSH(out->removing_replicas, broker);
	}
}

static bool wants_partition(const struct kafka_list_partition_reassignments_request *request, const char *topic,
			    int32_t index)
{
	for (int32_t i = 0; i < request->topics.len; i++) {
		const struct kafka_list_reassignments_topic *asked = &request->topics.items[i];
		for (int32_t p = 0; str_eq(asked->name, topic) && p < asked->partition_indexes.len; p++) {
			if (asked->partition_indexes.items[p] == index)
				return true;
		}
	}
	return request->topics.len < 0;
}

void *demo_kafka_answer_list_reassignments(const struct demo_kafka_call *call)
{
	const struct kafka_list_partition_reassignments_request *request = call->request;
	struct kafka_list_partition_reassignments_response *answer = demo_kafka_answer_new(call);
	DEMO_KAFKA_ROOM(call, answer->topics, call->kafka->topics.len);
	vec_each (&call->kafka->topics, topic) {
		struct kafka_ongoing_topic *out = &answer->topics.items[answer->topics.len];
		out->name = topic->name;
		DEMO_KAFKA_ROOM(call, out->partitions, topic->count);
		for (size_t i = 0; i < topic->count; i++) {
			const struct demo_kafka_partition *partition = &call->kafka->partitions.items[topic->first + i];
			if (partition->target_count > 0 && wants_partition(request, topic->name, (int32_t)i))
				fill_ongoing(call, partition, (int32_t)i,
					     &out->partitions.items[out->partitions.len++]);
		}
		answer->topics.len += out->partitions.len > 0;
	}
	return answer;
}

static int16_t alter_reassignment(const struct demo_kafka_call *call, const char *topic,
				  const struct kafka_reassign_partition *asked)
{
	struct demo_kafka_partition *partition =
		demo_kafka_find_partition(call->kafka, str_or(topic, ""), asked->partition_index);
	if (!partition)
		return KAFKA_ERR_UNKNOWN_TOPIC_OR_PARTITION;
	if (asked->replicas.len < 0 && partition->target_count == 0)
		return KAFKA_ERR_NO_REASSIGNMENT_IN_PROGRESS;
	unsigned seen = 0;
	for (int32_t i = 0; i < asked->replicas.len; i++) {
		int32_t id = asked->replicas.items[i];
		if (id < 0 || id >= DEMO_CLUSTER_BROKERS_MAX || !call->kafka->brokers[id].registered || seen & 1u << id)
			return 39; /* INVALID_REPLICA_ASSIGNMENT */
		seen |= 1u << id;
	}
	if (asked->replicas.len == 0)
		return 39;
	demo_kafka_reassign(call->kafka, partition, asked->replicas.items,
			    asked->replicas.len < 0 ? 0 : (size_t)asked->replicas.len);
	return KAFKA_ERR_NONE;
}

void *demo_kafka_answer_alter_reassignments(const struct demo_kafka_call *call)
{
	const struct kafka_alter_partition_reassignments_request *request = call->request;
	struct kafka_alter_partition_reassignments_response *answer = demo_kafka_answer_new(call);
	answer->allow_replication_factor_change = true;
	DEMO_KAFKA_ROOM(call, answer->responses, request->topics.len);
	for (int32_t t = 0; t < request->topics.len; t++) {
		const struct kafka_reassign_topic *asked = &request->topics.items[t];
		struct kafka_reassign_topic_result *out = &answer->responses.items[answer->responses.len++];
		out->name = str_or(asked->name, "");
		DEMO_KAFKA_ROOM(call, out->partitions, asked->partitions.len);
		for (int32_t p = 0; p < asked->partitions.len; p++)
			DEMO_KAFKA_PUSH(out->partitions,
					(struct kafka_reassign_partition_result){
						.partition_index = asked->partitions.items[p].partition_index,
						.error_code = alter_reassignment(call, asked->name,
										 &asked->partitions.items[p])});
	}
	return answer;
}

enum { PREFERRED_NOT_AVAILABLE = 80, ELIGIBLE_NOT_AVAILABLE = 83 };

static int16_t elect_partition(const struct demo_kafka_call *call, struct demo_kafka_partition *partition)
{
	const struct kafka_elect_leaders_request *request = call->request;
	bool unclean = request->election_type == 1;
	if (!partition)
		return KAFKA_ERR_UNKNOWN_TOPIC_OR_PARTITION;
	if (unclean ? partition->leader >= 0 : partition->leader == partition->replicas[0])
		return KAFKA_ERR_ELECTION_NOT_NEEDED;
	if (unclean)
		return demo_kafka_elect_unclean(call->kafka, partition) ? KAFKA_ERR_NONE : ELIGIBLE_NOT_AVAILABLE;
	return demo_kafka_elect_preferred(call->kafka, partition) ? KAFKA_ERR_NONE : PREFERRED_NOT_AVAILABLE;
}

/* For all partitions only those are answered where something was to do. */
static void elect_everywhere(const struct demo_kafka_call *call, struct kafka_elect_leaders_response *answer)
{
	DEMO_KAFKA_ROOM(call, answer->replica_election_results, call->kafka->topics.len);
	vec_each (&call->kafka->topics, topic) {
		struct kafka_election_result *out =
			&answer->replica_election_results.items[answer->replica_election_results.len];
		out->topic = topic->name;
		DEMO_KAFKA_ROOM(call, out->partition_result, topic->count);
		for (size_t i = 0; i < topic->count; i++) {
			int16_t code = elect_partition(call, &call->kafka->partitions.items[topic->first + i]);
			if (code != KAFKA_ERR_ELECTION_NOT_NEEDED)
				DEMO_KAFKA_PUSH(out->partition_result,
						(struct kafka_election_partition_result){.partition_id = (int32_t)i,
											 .error_code = code});
		}
		answer->replica_election_results.len += out->partition_result.len > 0;
	}
}

void *demo_kafka_answer_elect(const struct demo_kafka_call *call)
{
	const struct kafka_elect_leaders_request *request = call->request;
	struct kafka_elect_leaders_response *answer = demo_kafka_answer_new(call);
	if (request->topic_partitions.len < 0) {
		elect_everywhere(call, answer);
		return answer;
	}
	DEMO_KAFKA_ROOM(call, answer->replica_election_results, request->topic_partitions.len);
	for (int32_t t = 0; t < request->topic_partitions.len; t++) {
		const struct kafka_elect_leaders_topic *asked = &request->topic_partitions.items[t];
		struct kafka_election_result *out =
			&answer->replica_election_results.items[answer->replica_election_results.len++];
		out->topic = str_or(asked->topic, "");
		DEMO_KAFKA_ROOM(call, out->partition_result, asked->partitions.len);
		for (int32_t p = 0; p < asked->partitions.len; p++) {
			int32_t index = asked->partitions.items[p];
			DEMO_KAFKA_PUSH(
				out->partition_result,
				(struct kafka_election_partition_result){
					.partition_id = index,
					.error_code = elect_partition(
						call, demo_kafka_find_partition(call->kafka, out->topic, index))});
		}
	}
	return answer;
}

static struct kafka_listed_offset listed_offset(const struct demo_kafka_call *call, const char *topic,
						const struct kafka_list_offsets_partition *asked)
{
	struct kafka_listed_offset out = {.partition_index = asked->partition_index, .timestamp = -1, .offset = -1};
	const struct demo_kafka_partition *partition =
		demo_kafka_find_partition(call->kafka, topic, asked->partition_index);
	if (!partition) {
		out.error_code = KAFKA_ERR_UNKNOWN_TOPIC_OR_PARTITION;
	} else if (partition->leader != call->broker) {
		out.error_code = KAFKA_ERR_NOT_LEADER;
	} else {
		out.leader_epoch = partition->leader_epoch;
		out.offset = asked->timestamp == -2 ? demo_kafka_start_offset(call->kafka, partition)
						    : demo_kafka_end_offset(call->kafka, partition, 0);
	}
	return out;
}

void *demo_kafka_answer_offsets(const struct demo_kafka_call *call)
{
	const struct kafka_list_offsets_request *request = call->request;
	struct kafka_list_offsets_response *answer = demo_kafka_answer_new(call);
	DEMO_KAFKA_ROOM(call, answer->topics, request->topics.len);
	for (int32_t t = 0; t < request->topics.len; t++) {
		const struct kafka_list_offsets_topic *asked = &request->topics.items[t];
		struct kafka_listed_offsets_topic *out = &answer->topics.items[answer->topics.len++];
		out->name = str_or(asked->name, "");
		DEMO_KAFKA_ROOM(call, out->partitions, asked->partitions.len);
		for (int32_t p = 0; p < asked->partitions.len; p++)
			DEMO_KAFKA_PUSH(out->partitions, listed_offset(call, out->name, &asked->partitions.items[p]));
	}
	return answer;
}
