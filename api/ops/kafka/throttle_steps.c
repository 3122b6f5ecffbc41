/* The replication throttle of a reassignment: a rate for each broker (its own dynamic setting, so each is asked
 * itself) and, for each topic, which replicas it holds for. What stood there before is read first, kept in facts and
 * put back.
 *
 * Facts (":CLUSTERKEY" behind them as in partitions.h): throttle, the rate; throttle.brokers, "0,1,2"; throttle.had,
 * per broker "ID=LEADER/FOLLOWER" with '-' for none, by ','; throttle.topics, topics that had a list of their own,
 * by
 * ','; throttle.known when these are of an earlier plan, whose throttle this one takes away in the end. */
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/kafka/wire/kafka_errors.h"
#include "api/ops/kafka/kafka_cursor.h"
#include "api/ops/kafka/partitions.h"

enum { TOPIC = 2, BROKER = 4, SET = 0, DELETE = 1, APPEND = 2, SUBTRACT = 3, DYNAMIC_TOPIC = 1, DYNAMIC_BROKER = 2 };
enum { TOPICS_MAX = 50, BROKERS_MAX = 200, LIST_MAX = 512 * 1024 };

static const char *const rate_names[] = {"leader.replication.throttled.rate", "follower.replication.throttled.rate"};
static const char *const list_names[] = {"leader.replication.throttled.replicas",
					 "follower.replication.throttled.replicas"};

/* ---- what is throttled ---- */

struct throttle {
	const struct ops_plan *plan;
	const char *key;
	int32_t brokers[BROKERS_MAX];
	size_t broker_count;
	struct ops_kafka_assignment new, old;
	VEC(size_t) topics; /* with something to copy: index of their first item in `new` */
};

static void throttle_finish(struct throttle *it)
{
	ops_kafka_assignment_finish(&it->new);
	ops_kafka_assignment_finish(&it->old);
	vec_finish(&it->topics);
}

static inline void cleanup_throttle_finish(struct throttle *it)
{
	throttle_finish(it);
}

static bool is_copied(const struct ops_kafka_assignment_item *new, const struct ops_kafka_assignment_item *old,
		      int32_t id)
{
	return ops_kafka_holds(new->nodes, new->count, id) && !ops_kafka_holds(old->nodes, old->count, id);
}

static bool copies_anything(const struct ops_kafka_assignment_item *new, const struct ops_kafka_assignment_item *old)
{
	for (size_t i = 0; i < new->count; i++)
		if (is_copied(new, old, new->nodes[i]))
			return true;
	return false;
}

static void read_throttle(struct throttle *out, const struct ops_plan *plan, const struct ops_context *context)
{
	*out = (struct throttle){.plan = plan, .key = context->step->item};
	const char *at = str_or(ops_kafka_fact(plan, "throttle.brokers", out->key), "");
	int id, used;
	while (out->broker_count < BROKERS_MAX && sscanf(at, "%d%n", &id, &used) == 1) {
		out->brokers[out->broker_count++] = id;
		at += used;
		at += *at == ',';
	}
	ops_kafka_get_list(plan, "new", out->key, &out->new);
	ops_kafka_get_list(plan, "old", out->key, &out->old);
	size_t hint = 0, first = 0;
	bool all = ops_kafka_fact(plan, "throttle.known", out->key) != NULL;
	vec_each (&out->new.items, item) {
		const struct ops_kafka_assignment_item *old =
			ops_kafka_assignment_find(&out->old, item->topic, item->partition, &hint);
		size_t index = (size_t)(item - out->new.items.items);
		if (index == 0 || strcmp(item[-1].topic, item->topic) != 0)
			first = index;
		bool known = out->topics.len && out->topics.items[out->topics.len - 1] == first;
		if (old && !known && (all || copies_anything(item, old)))
			vec_push(&out->topics, first);
	}
}

static const char *throttle_topic_name(const struct throttle *it, size_t index)
{
	return it->new.items.items[it->topics.items[index]].topic;
}

/* "0:1,0:2,1:3" for the leaders (whoever may be copied from) and for the followers (who copies). */
static void list_replicas(const struct throttle *it, size_t index, struct buf lists[static 2])
{
	size_t hint = 0, end = it->new.items.len;
	const char *topic = throttle_topic_name(it, index);
	for (size_t at = it->topics.items[index]; at < end && !strcmp(it->new.items.items[at].topic, topic); at++) {
		const struct ops_kafka_assignment_item *item = &it->new.items.items[at];
		const struct ops_kafka_assignment_item *old =
			ops_kafka_assignment_find(&it->old, topic, item->partition, &hint);
		if (!old || !copies_anything(item, old))
			continue;
		for (size_t i = 0; i < old->count; i++)
			buf_printf(&lists[0], "%s%d:%d", lists[0].len ? "," : "", (int)item->partition,
				   (int)old->nodes[i]);
		for (size_t i = 0; i < item->count; i++)
			if (is_copied(item, old, item->nodes[i]))
				buf_printf(&lists[1], "%s%d:%d", lists[1].len ? "," : "", (int)item->partition,
					   (int)item->nodes[i]);
	}
}

static size_t topic_batches(const struct throttle *it)
{
	return (it->topics.len + TOPICS_MAX - 1) / TOPICS_MAX;
}

/* ---- requests ---- */

static const char *number_text(struct arena *arena, int64_t number)
{
	return arena_printf(arena, "%lld", (long long)number);
}

static struct kafka_call read_settings(struct arena *arena, int8_t type, const char *const *names, size_t count,
				       const char *const settings[static 2])
{
	struct kafka_describe_configs_request *request = arena_alloc(arena, sizeof *request);
	request->resources.items = arena_alloc(arena, count * sizeof *request->resources.items);
	for (size_t i = 0; i < count; i++) {
		struct kafka_config_query *query = &request->resources.items[request->resources.len++];
		query->resource_type = type;
		query->resource_name = arena_strdup(arena, names[i]);
		query->configuration_keys.items = arena_alloc(arena, 2 * sizeof *query->configuration_keys.items);
		query->configuration_keys.items[0] = settings[0];
		query->configuration_keys.items[1] = settings[1];
		query->configuration_keys.len = 2;
	}
	return (struct kafka_call){.api = KAFKA_DESCRIBE_CONFIGS, .route = KAFKA_TO_ANY, .request = request};
}

static struct kafka_incremental_alter_configs_request *alter_request(struct arena *arena, size_t resources)
{
	struct kafka_incremental_alter_configs_request *request = arena_alloc(arena, sizeof *request);
	request->resources.items = arena_alloc(arena, (resources + 1) * sizeof *request->resources.items);
	return request;
}

static void add_setting(struct arena *arena, struct kafka_alter_configs_resource *resource, const char *name,
			int8_t operation, const char *value)
{
	if (!resource->configs.items)
		resource->configs.items = arena_alloc(arena, 2 * sizeof *resource->configs.items);
	resource->configs.items[resource->configs.len++] =
		(struct kafka_alterable_config){.name = name, .config_operation = operation, .value = value};
}

/* The rates that the broker had of its own: "1000" or NULL, leader's and follower's. */
static void had_rates(const struct throttle *it, int32_t id, struct arena *arena, const char *out[static 2])
{
	char name[24];
	out[0] = out[1] = NULL;
	snprintf(name, sizeof name, "%d=", (int)id);
	for (const char *at = ops_kafka_fact(it->plan, "throttle.had", it->key); at && *at; at += *at == ',') {
		size_t len = strcspn(at, ",");
		size_t skip = strlen(name);
		if (!strncmp(at, name, skip)) {
			size_t first = strcspn(at + skip, "/,");
			bool both = at[skip + first] == '/';
			out[0] = at[skip] == '-' ? NULL : arena_strndup(arena, at + skip, first);
			if (both && at[skip + first + 1] != '-')
				out[1] = arena_strndup(arena, at + skip + first + 1, len - skip - first - 1);
		}
		at += len;
	}
}

static struct kafka_call write_rates(const struct throttle *it, struct arena *arena, size_t index, bool on)
{
	struct kafka_incremental_alter_configs_request *request = alter_request(arena, 1);
	struct kafka_alter_configs_resource *resource = &request->resources.items[request->resources.len++];
	const char *had[2];
	resource->resource_type = BROKER;
	resource->resource_name = number_text(arena, it->brokers[index]);
	had_rates(it, it->brokers[index], arena, had);
	for (size_t i = 0; i < 2; i++) {
		const char *value = on ? ops_kafka_fact(it->plan, "throttle", it->key) : had[i];
		add_setting(arena, resource, rate_names[i], value ? SET : DELETE, arena_strdup(arena, value));
	}
	return (struct kafka_call){.api = KAFKA_INCREMENTAL_ALTER_CONFIGS,
				   .route = KAFKA_TO_BROKER,
				   .broker = it->brokers[index],
				   .request = request};
}

static void write_list(const struct throttle *it, struct arena *arena, size_t index, bool on,
		       struct kafka_incremental_alter_configs_request *request)
{
	struct buf lists[2] = {BUF_INIT(LIST_MAX), BUF_INIT(LIST_MAX)};
	const char *topic = throttle_topic_name(it, index);
	bool had = str_has_word(str_or(ops_kafka_fact(it->plan, "throttle.topics", it->key), ""), ',', topic);
	struct kafka_alter_configs_resource *resource = &request->resources.items[request->resources.len++];
	resource->resource_type = TOPIC;
	resource->resource_name = arena_strdup(arena, topic);
	list_replicas(it, index, lists);
	for (size_t i = 0; i < 2; i++) {
		/* A list that was not there before goes away whole; from somebody else's only ours is taken. */
		int8_t operation = on ? APPEND : had ? SUBTRACT : DELETE;
		if (operation == DELETE || lists[i].len > 0)
			add_setting(arena, resource, list_names[i], operation,
				    operation == DELETE ? NULL : arena_strdup(arena, buf_str(&lists[i])));
		buf_finish(&lists[i]);
	}
	if (resource->configs.len == 0)
		request->resources.len--;
}

static struct kafka_call write_lists(const struct throttle *it, struct arena *arena, size_t batch, bool on)
{
	struct kafka_incremental_alter_configs_request *request = alter_request(arena, TOPICS_MAX);
	for (size_t i = batch * TOPICS_MAX; i < it->topics.len && i < (batch + 1) * TOPICS_MAX; i++)
		write_list(it, arena, i, on, request);
	return (struct kafka_call){
		.api = KAFKA_INCREMENTAL_ALTER_CONFIGS, .route = KAFKA_TO_CONTROLLER, .request = request};
}

/* ---- on: read brokers, read topics, set brokers, set topics ---- */

static size_t set_total(const struct throttle *it)
{
	return 2 * (it->broker_count + topic_batches(it));
}

static enum ops_verdict ask_set(const struct ops_plan *plan, const struct ops_context *context,
				struct ops_step_request *out, struct err *err)
{
	CLEANUP(throttle_finish) struct throttle it = {0};
	read_throttle(&it, plan, context);
	size_t at = ops_kafka_cursor(plan, context), brokers = it.broker_count, batches = topic_batches(&it);
	if (at >= set_total(&it))
		return OPS_ALREADY;
	out->way = OPS_BY_KAFKA;
	out->cluster_key = context->step->item;
	if (at < brokers) {
		const char *name = number_text(out->arena, it.brokers[at]);
		out->call = read_settings(out->arena, BROKER, &name, 1, rate_names);
		out->call.route = KAFKA_TO_BROKER;
		out->call.broker = it.brokers[at];
	} else if (at < brokers + batches) {
		const char *names[TOPICS_MAX];
		size_t count = 0;
		for (size_t i = (at - brokers) * TOPICS_MAX; i < it.topics.len && count < TOPICS_MAX; i++)
			names[count++] = throttle_topic_name(&it, i);
		out->call = read_settings(out->arena, TOPIC, names, count, list_names);
	} else if (at < 2 * brokers + batches) {
		out->call = write_rates(&it, out->arena, at - brokers - batches, true);
	} else {
		out->call = write_lists(&it, out->arena, at - 2 * brokers - batches, true);
	}
	return OPS_TO_DO;
}

static const char *own_value(const struct kafka_config_result *result, const char *name, int8_t source)
{
	vec_each (&result->configs, entry)
		if (str_eq(entry->name, name) && entry->config_source == source && !str_empty(entry->value))
			return entry->value;
	return NULL;
}

/* Our own rate is what a process that was killed here left, before it could write down what was there. */
static const char *rate_before(const struct throttle *it, const struct kafka_config_result *result, const char *name)
{
	const char *value = own_value(result, name, DYNAMIC_BROKER);
	return value && !str_eq(value, ops_kafka_fact(it->plan, "throttle", it->key)) ? value : "-";
}

static bool throttle_is_known(const struct throttle *it, const char *broker)
{
	char start[24];
	snprintf(start, sizeof start, "%.12s=", broker);
	for (const char *at = ops_kafka_fact(it->plan, "throttle.had", it->key); at; at = strchr(at, ',')) {
		at += *at == ',';
		if (str_has_prefix(at, start))
			return true;
	}
	return false;
}

static void append_fact(struct ops_plan *plan, const char *name, const char *key, const char *text)
{
	char fact[OPS_KAFKA_FACT_MAX];
	CLEANUP(free) char *before = mem_strdup(str_or(ops_kafka_fact(plan, name, key), ""));
	ops_set_fact(plan, ops_kafka_fact_name(fact, name, key), "%s%s%s", before, *before ? "," : "", text);
}

static bool take_settings(struct ops_plan *plan, const struct throttle *it,
			  const struct kafka_describe_configs_response *response, struct err *err)
{
	bool topics_known = ops_kafka_fact(plan, "throttle.known", it->key) != NULL;
	vec_each (&response->results, result) {
		char text[96];
		const char *name = str_or(result->resource_name, "?");
		bool of_topic = result->resource_type == TOPIC;
		if (result->error_code && !(of_topic && result->error_code == KAFKA_ERR_UNKNOWN_TOPIC_OR_PARTITION))
			return ops_kafka_refuse(err, result->error_code, "reading the throttle", result->error_message);
		bool listed = of_topic && (own_value(result, list_names[0], DYNAMIC_TOPIC) ||
					   own_value(result, list_names[1], DYNAMIC_TOPIC));
		if (listed && !topics_known)
			append_fact(plan, "throttle.topics", it->key, name);
		snprintf(text, sizeof text, "%.12s=%.30s/%.30s", name, rate_before(it, result, rate_names[0]),
			 rate_before(it, result, rate_names[1]));
		if (!of_topic && !throttle_is_known(it, name))
			append_fact(plan, "throttle.had", it->key, text);
	}
	return true;
}

static bool take_changes(const struct kafka_incremental_alter_configs_response *response, struct err *err)
{
	vec_each (&response->responses, result) {
		char phrase[400];
		bool gone =
			result->resource_type == TOPIC && result->error_code == KAFKA_ERR_UNKNOWN_TOPIC_OR_PARTITION;
		snprintf(phrase, sizeof phrase, "the throttle of %s %.250s",
			 result->resource_type == TOPIC ? "topic" : "broker", str_or(result->resource_name, "?"));
		if (result->error_code && !gone)
			return ops_kafka_refuse(err, result->error_code, phrase, result->error_message);
	}
	return true;
}

static enum ops_outcome take_set(struct ops_plan *plan, const struct ops_context *context,
				 const struct ops_answer *answer, struct err *err)
{
	CLEANUP(throttle_finish) struct throttle it = {0};
	*err = answer->err;
	if (err_is_set(err) || !answer->response)
		return OPS_ANSWER_FAILED;
	read_throttle(&it, plan, context);
	size_t at = ops_kafka_cursor(plan, context);
	bool reading = at < it.broker_count + topic_batches(&it);
	if (reading ? !take_settings(plan, &it, answer->response, err) : !take_changes(answer->response, err))
		return OPS_ANSWER_FAILED;
	ops_kafka_set_cursor(plan, context, at + 1);
	return at + 1 < set_total(&it) ? OPS_ANSWER_MORE : OPS_ANSWER_DONE;
}

/* ---- off: topics, then brokers ---- */

static enum ops_verdict ask_unset(const struct ops_plan *plan, const struct ops_context *context,
				  struct ops_step_request *out, struct err *err)
{
	CLEANUP(throttle_finish) struct throttle it = {0};
	read_throttle(&it, plan, context);
	size_t at = ops_kafka_cursor(plan, context), batches = topic_batches(&it);
	if (at >= batches + it.broker_count)
		return OPS_ALREADY;
	out->way = OPS_BY_KAFKA;
	out->cluster_key = context->step->item;
	out->call = at < batches ? write_lists(&it, out->arena, at, false)
				 : write_rates(&it, out->arena, at - batches, false);
	return OPS_TO_DO;
}

static enum ops_outcome take_unset(struct ops_plan *plan, const struct ops_context *context,
				   const struct ops_answer *answer, struct err *err)
{
	CLEANUP(throttle_finish) struct throttle it = {0};
	*err = answer->err;
	if (err_is_set(err) || !answer->response || !take_changes(answer->response, err))
		return OPS_ANSWER_FAILED;
	read_throttle(&it, plan, context);
	size_t at = ops_kafka_cursor(plan, context) + 1;
	ops_kafka_set_cursor(plan, context, at);
	return at < it.broker_count + topic_batches(&it) ? OPS_ANSWER_MORE : OPS_ANSWER_DONE;
}

const struct ops_step_type ops_step_kafka_throttle = {.name = "kafka-throttle",
						      .request = ask_set,
						      .answer = take_set,
						      .leaves = "the replication throttle stays on",
						      .until = {&ops_step_kafka_unthrottle}};
const struct ops_step_type ops_step_kafka_unthrottle = {
	.name = "kafka-unthrottle", .request = ask_unset, .answer = take_unset};
