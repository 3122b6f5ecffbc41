/* Steps that ask Kafka to move replicas and leaders. What is asked for stands in the plan's facts (partitions.h);
 * how far the asking came is a fact too, and to ask for the same once more does no harm. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/cell.h"
#include "api/base/str.h"
#include "api/kafka/wire/kafka_errors.h"
#include "api/ops/kafka/kafka_cursor.h"
#include "api/ops/kafka/partitions.h"

enum {
	BATCH = 500, /* partitions a request: the controller takes one as a whole, 10,000 records at most */
	KAFKA_WAITS_MS = 30 * 1000,
	MOVE_LIMIT_MS = 7 * 24 * 3600 * 1000,
	LEAD_LIMIT_MS = 2 * 60 * 1000,
	EMPTY_LIMIT_MS = 2 * 60 * 1000,
	PREFERRED_NOT_AVAILABLE = 80,
	BROKER_NOT_REGISTERED = 102,
};

/* ---- how far a step came ---- */

static const char *cursor_name(const struct ops_plan *plan, const struct ops_context *context, char out[static 32])
{
	snprintf(out, 32, "at.%zu", (size_t)(context->step - plan->steps));
	return out;
}

size_t ops_kafka_cursor(const struct ops_plan *plan, const struct ops_context *context)
{
	char name[32];
	int64_t at = ops_fact_number(plan, cursor_name(plan, context, name), 0);
	return at > 0 ? (size_t)at : 0;
}

void ops_kafka_set_cursor(struct ops_plan *plan, const struct ops_context *context, size_t at)
{
	char name[32];
	ops_set_fact(plan, cursor_name(plan, context, name), "%zu", at);
}

/* The next items of the list, up to BATCH. */
static size_t batch_end(const struct ops_kafka_assignment *list, size_t from)
{
	return from + BATCH < list->items.len ? from + BATCH : list->items.len;
}

static enum ops_outcome advance_cursor(struct ops_plan *plan, const struct ops_context *context)
{
	CLEANUP(ops_kafka_assignment_finish) struct ops_kafka_assignment list;
	ops_kafka_get_list(plan, "new", context->step->item, &list);
	size_t end = batch_end(&list, ops_kafka_cursor(plan, context));
	ops_kafka_set_cursor(plan, context, end);
	return end < list.items.len ? OPS_ANSWER_MORE : OPS_ANSWER_DONE;
}

/* Fills err for the first item that was refused; what a topic that is gone refuses is nothing. */
static bool partition_is_fine(int16_t code, const int16_t *also_fine, const char *what, const char *topic,
			      int32_t partition, const char *message, struct err *err)
{
	if (code == KAFKA_ERR_NONE || code == KAFKA_ERR_UNKNOWN_TOPIC_OR_PARTITION)
		return true;
	for (; *also_fine; also_fine++)
		if (code == *also_fine)
			return true;
	char phrase[400];
	snprintf(phrase, sizeof phrase, "%s %.250s/%d", what, str_or(topic, "?"), (int)partition);
	return ops_kafka_refuse(err, code, phrase, message);
}

static bool all_at(const struct world_cluster *cluster, const struct ops_kafka_assignment *list)
{
	for (struct ops_kafka_walk walk = ops_kafka_walk(cluster, list); ops_kafka_walk_next(&walk);)
		if (!ops_kafka_is_at(&walk.now, walk.item))
			return false;
	return true;
}

/* ---- reassign ---- */

static struct kafka_alter_partition_reassignments_request *
reassign_request(struct arena *arena, const struct ops_kafka_assignment *list, size_t from)
{
	struct kafka_alter_partition_reassignments_request *request = arena_alloc(arena, sizeof *request);
	*request = (struct kafka_alter_partition_reassignments_request){.timeout_ms = KAFKA_WAITS_MS,
									.allow_replication_factor_change = true};
	size_t end = batch_end(list, from);
	request->topics.items = arena_alloc(arena, (end - from + 1) * sizeof *request->topics.items);
	struct kafka_reassign_partition *partitions = arena_alloc(arena, (end - from + 1) * sizeof *partitions);
	for (size_t i = from; i < end; i++) {
		const struct ops_kafka_assignment_item *item = &list->items.items[i];
		bool next = i == from || strcmp(list->items.items[i - 1].topic, item->topic) != 0;
		if (next)
			request->topics.items[request->topics.len++].name = arena_strdup(arena, item->topic);
		struct kafka_reassign_topic *topic = &request->topics.items[request->topics.len - 1];
		struct kafka_reassign_partition *partition = &partitions[i - from];
		if (next)
			topic->partitions.items = partition;
		topic->partitions.len++;
		partition->partition_index = item->partition;
		partition->replicas.len = item->count ? item->count : -1;
		if (item->count) {
			partition->replicas.items = arena_alloc(arena, item->count * sizeof *item->nodes);
			memcpy(partition->replicas.items, item->nodes, item->count * sizeof *item->nodes);
		}
	}
	return request;
}

static enum ops_verdict ask_reassign(const struct ops_plan *plan, const struct ops_context *context,
				     struct ops_step_request *out, struct err *err)
{
	const struct world_cluster *cluster = ops_kafka_step_cluster(context, err);
	if (!cluster)
		return OPS_REFUSE;
	CLEANUP(ops_kafka_assignment_finish) struct ops_kafka_assignment list;
	ops_kafka_get_list(plan, "new", context->step->item, &list);
	size_t from = ops_kafka_cursor(plan, context);
	if (from >= list.items.len || (from == 0 && all_at(cluster, &list)))
		return OPS_ALREADY;
	out->way = OPS_BY_KAFKA;
	out->cluster_key = context->step->item;
	out->call = (struct kafka_call){.api = KAFKA_ALTER_PARTITION_REASSIGNMENTS,
					.route = KAFKA_TO_CONTROLLER,
					.request = reassign_request(out->arena, &list, from)};
	return OPS_TO_DO;
}

static enum ops_outcome take_reassign(struct ops_plan *plan, const struct ops_context *context,
				      const struct ops_answer *answer, struct err *err)
{
	static const int16_t also_fine[] = {KAFKA_ERR_NO_REASSIGNMENT_IN_PROGRESS, 0};
	const struct kafka_alter_partition_reassignments_response *response = answer->response;
	*err = answer->err;
	if (err_is_set(err) || !response)
		return OPS_ANSWER_FAILED;
	vec_each (&response->responses, topic)
		vec_each (&topic->partitions, partition)
			if (!partition_is_fine(partition->error_code, also_fine, "reassigning", topic->name,
					       partition->partition_index, partition->error_message, err))
				return OPS_ANSWER_FAILED;
	return advance_cursor(plan, context);
}

struct partition_progress {
	int64_t all, left, bytes_left;
	int32_t waits_for; /* a broker that does not answer, -1 = none */
};

static void count_missing(struct partition_progress *progress, const struct world_replicated *now,
			  const struct ops_kafka_assignment_item *item)
{
	for (size_t i = 0; i < item->count; i++) {
		const struct world_broker *broker = ops_kafka_broker_of(now->cluster, item->nodes[i]);
		if (ops_kafka_in_sync(now, item->nodes[i]))
			continue;
		progress->bytes_left += now->size_bytes > 0 ? now->size_bytes : 0;
		if (!broker || broker->reachable == 0)
			progress->waits_for = item->nodes[i];
	}
}

static void tell_progress(const struct ops_plan *plan, const struct ops_context *context,
			  const struct world_cluster *cluster, const struct partition_progress *progress,
			  struct ops_gauge *out)
{
	const char *bytes = ops_kafka_fact(plan, "bytes", context->step->item);
	int64_t total = 0;
	char left[16], of[16], name[64];
	if (bytes && !str_to_i64(bytes, &total))
		total = 0;
	int64_t moved = progress->all - progress->left;
	out->fraction = progress->all > 0 ? (double)moved / (double)progress->all : 1;
	if (total > 0 && progress->bytes_left <= total)
		out->fraction = progress->left == 0 ? 1 : 1 - (double)progress->bytes_left / (double)total;
	if (total > 0) {
		cell_human_bytes(progress->bytes_left, left);
		cell_human_bytes(total, of);
		snprintf(out->figure, sizeof out->figure, "%" PRId64 " of %" PRId64 " partitions moved, %s of %s left",
			 moved, progress->all, left, of);
	} else {
		snprintf(out->figure, sizeof out->figure, "%" PRId64 " of %" PRId64 " partitions reassigned", moved,
			 progress->all);
	}
	if (progress->waits_for >= 0)
		snprintf(out->why, sizeof out->why, "%s does not answer: the replicas it is to receive wait for it",
			 ops_kafka_broker_name(cluster, progress->waits_for, name));
}

/* From what is not read now no gate opens: NULL, and out says why. */
static const struct world_cluster *cluster_at_gate(const struct ops_context *context, struct ops_gauge *out)
{
	struct err err = {0};
	const struct world_cluster *cluster = ops_kafka_step_cluster(context, &err);
	if (cluster && cluster->replicated_count >= 0 && !err_is_set(&cluster->source.err))
		return cluster;
	snprintf(out->why, sizeof out->why, "%s", cluster ? cluster->source.err.text : err.text);
	return NULL;
}

static enum ops_gate_state gate_moved(const struct ops_plan *plan, const struct ops_context *context,
				      struct ops_gauge *out)
{
	const struct world_cluster *cluster = cluster_at_gate(context, out);
	struct partition_progress progress = {.waits_for = -1};
	if (!cluster)
		return OPS_GATE_SHUT;
	CLEANUP(ops_kafka_assignment_finish) struct ops_kafka_assignment list;
	ops_kafka_get_list(plan, "new", context->step->item, &list);
	for (struct ops_kafka_walk walk = ops_kafka_walk(cluster, &list); ops_kafka_walk_next(&walk);) {
		progress.all++;
		if (ops_kafka_is_at(&walk.now, walk.item))
			continue;
		progress.left++;
		count_missing(&progress, &walk.now, walk.item);
	}
	tell_progress(plan, context, cluster, &progress, out);
	return progress.left == 0 ? OPS_GATE_OPEN : OPS_GATE_SHUT;
}

const struct ops_step_type ops_step_kafka_reassign = {.name = "kafka-reassign",
						      .request = ask_reassign,
						      .answer = take_reassign,
						      .gate = gate_moved,
						      .gate_limit_ms = MOVE_LIMIT_MS,
						      .leaves = "the brokers go on with the moves that have begun",
						      .until = {&ops_step_kafka_reassign}};

/* ---- elect leaders ---- */

static bool can_lead(const struct world_replicated *now, int32_t id)
{
	const struct world_broker *broker = ops_kafka_broker_of(now->cluster, id);
	return ops_kafka_in_sync(now, id) && broker && broker->reachable != 0;
}

static bool wants_preferred(const struct world_replicated *now)
{
	return now->replica_count > 0 && now->leader_id != now->replica_ids[0] && can_lead(now, now->replica_ids[0]);
}

static bool wants_any(const struct world_replicated *now)
{
	return now->leader_id < 0;
}

/* The next items that want an election, up to BATCH; *end = where to go on. */
static struct kafka_elect_leaders_request *elect_request(struct arena *arena, const struct world_cluster *cluster,
							 const struct ops_kafka_assignment *list, size_t from,
							 bool unclean)
{
	struct kafka_elect_leaders_request *request = arena_alloc(arena, sizeof *request);
	*request = (struct kafka_elect_leaders_request){.election_type = unclean ? 1 : 0, .timeout_ms = KAFKA_WAITS_MS};
	size_t end = batch_end(list, from);
	int32_t *partitions = arena_alloc(arena, (end - from + 1) * sizeof *partitions), count = 0;
	request->topic_partitions.items =
		arena_alloc(arena, (end - from + 1) * sizeof *request->topic_partitions.items);
	struct kafka_elect_leaders_topic *topic = NULL;
	for (struct ops_kafka_walk walk = ops_kafka_walk(cluster, list); ops_kafka_walk_next(&walk);) {
		size_t at = (size_t)(walk.item - list->items.items);
		if (at < from || at >= end || !(unclean ? wants_any(&walk.now) : wants_preferred(&walk.now)))
			continue;
		if (!topic || strcmp(topic->topic, walk.item->topic) != 0) {
			topic = &request->topic_partitions.items[request->topic_partitions.len++];
			topic->topic = arena_strdup(arena, walk.item->topic);
			topic->partitions.items = &partitions[count];
		}
		topic->partitions.items[topic->partitions.len++] = walk.item->partition;
		count++;
	}
	return request;
}

static enum ops_verdict ask_election(const struct ops_plan *plan, const struct ops_context *context,
				     struct ops_step_request *out, bool unclean, struct err *err)
{
	const struct world_cluster *cluster = ops_kafka_step_cluster(context, err);
	if (!cluster)
		return OPS_REFUSE;
	CLEANUP(ops_kafka_assignment_finish) struct ops_kafka_assignment list;
	ops_kafka_get_list(plan, "new", context->step->item, &list);
	for (size_t from = ops_kafka_cursor(plan, context); from < list.items.len; from = batch_end(&list, from)) {
		struct kafka_elect_leaders_request *request = elect_request(out->arena, cluster, &list, from, unclean);
		if (request->topic_partitions.len == 0)
			continue;
		out->way = OPS_BY_KAFKA;
		out->cluster_key = context->step->item;
		out->call = (struct kafka_call){
			.api = KAFKA_ELECT_LEADERS, .route = KAFKA_TO_CONTROLLER, .request = request};
		return OPS_TO_DO;
	}
	return OPS_ALREADY;
}

static enum ops_verdict ask_preferred(const struct ops_plan *plan, const struct ops_context *context,
				      struct ops_step_request *out, struct err *err)
{
	return ask_election(plan, context, out, false, err);
}

static enum ops_verdict ask_unclean(const struct ops_plan *plan, const struct ops_context *context,
				    struct ops_step_request *out, struct err *err)
{
	return ask_election(plan, context, out, true, err);
}

static enum ops_outcome take_election(struct ops_plan *plan, const struct ops_context *context,
				      const struct ops_answer *answer, struct err *err)
{
	/* A preferred replica that fell out of sync meanwhile does not lead: the gate says so. */
	static const int16_t also_fine[] = {KAFKA_ERR_ELECTION_NOT_NEEDED, PREFERRED_NOT_AVAILABLE, 0};
	const struct kafka_elect_leaders_response *response = answer->response;
	*err = answer->err;
	/* The answer as a whole has the code of its partitions when none of them wanted an election. */
	bool refused = err_is_set(err) && !(response && response->error_code == KAFKA_ERR_ELECTION_NOT_NEEDED);
	if (refused || !response)
		return OPS_ANSWER_FAILED;
	err_clear(err);
	vec_each (&response->replica_election_results, topic)
		vec_each (&topic->partition_result, partition)
			if (!partition_is_fine(partition->error_code, also_fine, "electing a leader of", topic->topic,
					       partition->partition_id, partition->error_message, err))
				return OPS_ANSWER_FAILED;
	return advance_cursor(plan, context);
}

static enum ops_gate_state gate_elected(const struct ops_plan *plan, const struct ops_context *context,
					struct ops_gauge *out, bool (*wants)(const struct world_replicated *now),
					const char *what)
{
	const struct world_cluster *cluster = cluster_at_gate(context, out);
	if (!cluster)
		return OPS_GATE_SHUT;
	struct ops_name_list waiting = {0};
	char names[460];
	int64_t all = 0, elsewhere = 0;
	CLEANUP(ops_kafka_assignment_finish) struct ops_kafka_assignment list;
	ops_kafka_get_list(plan, "new", context->step->item, &list);
	for (struct ops_kafka_walk walk = ops_kafka_walk(cluster, &list); ops_kafka_walk_next(&walk); all++) {
		if (wants(&walk.now))
			ops_name_list_add_partition(&waiting, walk.now.name, walk.now.partition);
		else if (walk.now.replica_count > 0 && walk.now.leader_id != walk.now.replica_ids[0])
			elsewhere++;
	}
	out->fraction = all > 0 ? (double)(all - waiting.count) / (double)all : 1;
	int len = snprintf(out->figure, sizeof out->figure, "%" PRId64 " of %" PRId64 " partitions %s",
			   all - waiting.count, all, what);
	if (elsewhere > 0 && wants == wants_preferred && len > 0 && (size_t)len < sizeof out->figure)
		snprintf(out->figure + len, sizeof out->figure - (size_t)len,
			 "; %" PRId64 " of them by another replica: the preferred one is not in sync", elsewhere);
	if (waiting.count > 0)
		snprintf(out->why, sizeof out->why, "still to do: %s", ops_kafka_names_text(&waiting, names));
	return waiting.count == 0 ? OPS_GATE_OPEN : OPS_GATE_SHUT;
}

static enum ops_gate_state gate_preferred(const struct ops_plan *plan, const struct ops_context *context,
					  struct ops_gauge *out)
{
	return gate_elected(plan, context, out, wants_preferred, "led by the requested replica");
}

static enum ops_gate_state gate_unclean(const struct ops_plan *plan, const struct ops_context *context,
					struct ops_gauge *out)
{
	return gate_elected(plan, context, out, wants_any, "have a leader");
}

const struct ops_step_type ops_step_kafka_elect = {.name = "kafka-elect",
						   .request = ask_preferred,
						   .answer = take_election,
						   .gate = gate_preferred,
						   .gate_limit_ms = LEAD_LIMIT_MS};
const struct ops_step_type ops_step_kafka_elect_unclean = {.name = "kafka-elect-unclean",
							   .request = ask_unclean,
							   .answer = take_election,
							   .gate = gate_unclean,
							   .gate_limit_ms = LEAD_LIMIT_MS};

/* ---- brokers that are to go ---- */

/* Between the plan and the end of the moving a new topic may have been placed on it. */
static enum ops_gate_state gate_kafka_empty(const struct ops_plan *plan, const struct ops_context *context,
					    struct ops_gauge *out)
{
	const struct world_cluster *cluster = context->cluster;
	struct ops_name_list held = {0};
	char names[460];
	if (cluster->replicated_count < 0 || err_is_set(&cluster->source.err)) {
		snprintf(out->why, sizeof out->why, "%s", cluster->source.err.text);
		return OPS_GATE_SHUT;
	}
	const char *off = str_or(ops_fact(plan, "off"), "");
	for (struct ops_kafka_walk walk = ops_kafka_walk(cluster, NULL); ops_kafka_walk_next(&walk);) {
		for (size_t i = 0; i < walk.now.replica_count; i++) {
			char id[16];
			snprintf(id, sizeof id, "%d", (int)walk.now.replica_ids[i]);
			if (str_has_word(off, ',', id))
				ops_name_list_add(&held, "%s/%d on %s", walk.now.name, (int)walk.now.partition, id);
		}
	}
	if (held.count == 0) {
		snprintf(out->figure, sizeof out->figure, "broker %s holds no partitions", off);
		out->fraction = 1;
		return OPS_GATE_OPEN;
	}
	snprintf(out->figure, sizeof out->figure, "%" PRId64 " partition%s left", held.count, ops_plural(held.count));
	snprintf(out->why, sizeof out->why,
		 "placed there meanwhile: %s; make a new scale-down plan, which moves them too",
		 ops_kafka_names_text(&held, names));
	return OPS_GATE_SHUT;
}

static enum ops_verdict ask_unregister(const struct ops_plan *plan, const struct ops_context *context,
				       struct ops_step_request *out, struct err *err)
{
	int64_t id;
	if (!context->step->item || !str_to_i64(context->step->item, &id)) {
		err_set(err, ERR_REFUSED, "the plan does not say which broker to unregister");
		return OPS_REFUSE;
	}
	struct kafka_unregister_broker_request *request = arena_alloc(out->arena, sizeof *request);
	request->broker_id = (int32_t)id;
	out->way = OPS_BY_KAFKA;
	out->call =
		(struct kafka_call){.api = KAFKA_UNREGISTER_BROKER, .route = KAFKA_TO_CONTROLLER, .request = request};
	return OPS_TO_DO;
}

static enum ops_outcome take_unregister(struct ops_plan *plan, const struct ops_context *context,
					const struct ops_answer *answer, struct err *err)
{
	const struct kafka_unregister_broker_response *response = answer->response;
	if (response && response->error_code == BROKER_NOT_REGISTERED)
		return OPS_ANSWER_DONE; /* an answer that was lost, or an operator that did it itself */
	*err = answer->err;
	return err_is_set(err) ? OPS_ANSWER_FAILED : OPS_ANSWER_DONE;
}

const struct ops_step_type ops_step_kafka_empty = {
	.name = "kafka-empty", .gate = gate_kafka_empty, .gate_limit_ms = EMPTY_LIMIT_MS};
const struct ops_step_type ops_step_kafka_unregister = {
	.name = "kafka-unregister", .request = ask_unregister, .answer = take_unregister};
