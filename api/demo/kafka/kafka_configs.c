/* Settings of topics and brokers: what they are, and what a request makes of them. */
#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kafka/kafka_session_private.h"
#include "api/demo/kube/kubelet.h"

enum {
	RESOURCE_TOPIC = 2,
	RESOURCE_BROKER = 4,
	SOURCE_TOPIC = 1,
	SOURCE_BROKER = 2,
	SOURCE_STATIC = 4,
	SOURCE_DEFAULT = 5
};

static const struct {
	int8_t resource;
	const char *name, *value; /* NULL = made for the resource */
	int8_t source;
	bool read_only;
} settings[] = {
	{RESOURCE_TOPIC, "min.insync.replicas", NULL, SOURCE_TOPIC, false},
	{RESOURCE_TOPIC, "cleanup.policy", "delete", SOURCE_DEFAULT, false},
	{RESOURCE_TOPIC, "retention.ms", "604800000", SOURCE_DEFAULT, false},
	{RESOURCE_TOPIC, "retention.bytes", "-1", SOURCE_DEFAULT, false},
	{RESOURCE_TOPIC, "segment.bytes", "1073741824", SOURCE_DEFAULT, false},
	{RESOURCE_TOPIC, "max.message.bytes", "1048588", SOURCE_DEFAULT, false},
	{RESOURCE_TOPIC, "unclean.leader.election.enable", "false", SOURCE_DEFAULT, false},
	{RESOURCE_TOPIC, "leader.replication.throttled.replicas", "", SOURCE_DEFAULT, false},
	{RESOURCE_TOPIC, "follower.replication.throttled.replicas", "", SOURCE_DEFAULT, false},
	{RESOURCE_BROKER, "leader.replication.throttled.rate", "9223372036854775807", SOURCE_DEFAULT, false},
	{RESOURCE_BROKER, "follower.replication.throttled.rate", "9223372036854775807", SOURCE_DEFAULT, false},
	{RESOURCE_BROKER, "broker.id", NULL, SOURCE_STATIC, true},
	{RESOURCE_BROKER, "node.id", NULL, SOURCE_STATIC, true},
	{RESOURCE_BROKER, "process.roles", "broker,controller", SOURCE_STATIC, true},
	{RESOURCE_BROKER, "log.dirs", "/var/lib/kafka/data", SOURCE_STATIC, true},
	{RESOURCE_BROKER, "min.insync.replicas", "2", SOURCE_STATIC, false},
	{RESOURCE_BROKER, "default.replication.factor", "3", SOURCE_STATIC, true},
	{RESOURCE_BROKER, "auto.leader.rebalance.enable", "true", SOURCE_DEFAULT, true},
	{RESOURCE_BROKER, "unclean.leader.election.enable", "false", SOURCE_DEFAULT, false},
	{RESOURCE_BROKER, "controller.quorum.fetch.timeout.ms", "2000", SOURCE_DEFAULT, true},
	{RESOURCE_BROKER, "replica.lag.time.max.ms", "30000", SOURCE_DEFAULT, true},
	{RESOURCE_BROKER, "num.io.threads", "8", SOURCE_DEFAULT, false},
	{RESOURCE_BROKER, "log.retention.hours", "168", SOURCE_DEFAULT, true},
	{RESOURCE_BROKER, "broker.rack", NULL, SOURCE_STATIC, true},
};

const char *demo_kafka_rack_of(const struct demo_kafka_call *call, int broker)
{
	char pod[64], zone[2] = "a";
	demo_cluster_pod_name(call->kafka->spec, broker, pod, sizeof pod);
	const struct demo_kube_pod_state *state =
		demo_kube_kubelet_pod(call->kafka->demo, call->kafka->spec->namespace, pod);
	zone[0] = (char)('a' + (state && state->node >= 0 ? state->node : 0));
	return arena_strdup(call->arena, zone);
}

static const char *made_value(const struct demo_kafka_call *call, const char *name,
			      const struct demo_kafka_topic *topic)
{
	char text[16];
	if (str_eq(name, "broker.rack"))
		return demo_kafka_rack_of(call, call->broker);
	snprintf(text, sizeof text, "%d", topic ? topic->min_isr : call->broker);
	return arena_strdup(call->arena, text);
}

static bool is_asked(const struct kafka_config_query *query, const char *name)
{
	for (int32_t i = 0; i < query->configuration_keys.len; i++) {
		if (str_eq(query->configuration_keys.items[i], name))
			return true;
	}
	return query->configuration_keys.len < 0;
}

/* As Kafka: it knows its own settings and nobody else's, and says whose it knows. */
static bool is_own_name(const struct demo_kafka_call *call, struct kafka_config_result *out)
{
	int64_t broker;
	bool number = str_to_i64(out->resource_name, &broker);
	if (number && broker == call->broker)
		return true;
	char text[128];
	if (number)
		snprintf(text, sizeof text, "Unexpected broker id, expected %d or empty string, but received %.40s",
			 call->broker, out->resource_name);
	else
		snprintf(text, sizeof text, "Broker id must be an integer, but it is: %.40s", out->resource_name);
	out->error_code = KAFKA_ERR_INVALID_REQUEST;
	out->error_message = arena_strdup(call->arena, text);
	return false;
}

static void fill_configs(const struct demo_kafka_call *call, const struct kafka_config_query *query,
			 struct kafka_config_result *out)
{
	const struct demo_kafka_topic *topic = NULL;
	out->resource_type = query->resource_type;
	out->resource_name = str_or(query->resource_name, "");
	if (query->resource_type == RESOURCE_TOPIC)
		topic = demo_kafka_find_topic(call->kafka, out->resource_name);
	if (query->resource_type == RESOURCE_BROKER ? !is_own_name(call, out) : !topic) {
		if (!out->error_code)
			out->error_code = KAFKA_ERR_UNKNOWN_TOPIC_OR_PARTITION;
		return;
	}
	DEMO_KAFKA_ROOM(call, out->configs, ARRAY_LEN(settings));
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		if (settings[i].resource != query->resource_type || !is_asked(query, settings[i].name))
			continue;
		const char *set =
			demo_kafka_setting(call->kafka, query->resource_type, out->resource_name, settings[i].name);
		const char *given = settings[i].value ? settings[i].value : made_value(call, settings[i].name, topic);
		int8_t own = query->resource_type == RESOURCE_TOPIC ? SOURCE_TOPIC : SOURCE_BROKER;
		DEMO_KAFKA_PUSH(out->configs, (struct kafka_config_entry){
						      .name = settings[i].name,
						      .value = set ? arena_strdup(call->arena, set) : given,
						      .read_only = settings[i].read_only,
						      .config_source = set ? own : settings[i].source,
						      .config_type = 2,
					      });
	}
}

void *demo_kafka_answer_configs(const struct demo_kafka_call *call)
{
	const struct kafka_describe_configs_request *request = call->request;
	struct kafka_describe_configs_response *answer = demo_kafka_answer_new(call);
	DEMO_KAFKA_ROOM(call, answer->results, request->resources.len);
	for (int32_t i = 0; i < request->resources.len; i++)
		fill_configs(call, &request->resources.items[i], &answer->results.items[answer->results.len++]);
	return answer;
}

/* ---- set by requests ---- */

enum { SET, DELETE, APPEND, SUBTRACT, VALUE_MAX = 64 * 1024 };
enum { INVALID_CONFIG = 40 };

static struct demo_kafka_setting *find_setting(const struct demo_kafka *kafka, int8_t type, const char *resource,
					       const char *name)
{
	vec_each (&kafka->settings, setting)
		if (setting->resource_type == type && str_eq(setting->resource, resource) &&
		    str_eq(setting->name, name))
			return setting;
	return NULL;
}

const char *demo_kafka_setting(const struct demo_kafka *kafka, int8_t type, const char *resource, const char *name)
{
	const struct demo_kafka_setting *setting = find_setting(kafka, type, resource, name);
	return setting ? setting->value : NULL;
}

void demo_kafka_settings_finish(struct demo_kafka *kafka)
{
	vec_each (&kafka->settings, setting)
		free(setting->value);
	vec_finish(&kafka->settings);
}

/* The words of `list` that are not in `without`, then those of `more` that are not there yet. free() it. */
static char *edit_list(const char *list, const char *without, const char *more)
{
	struct buf out = BUF_INIT(VALUE_MAX);
	const char *const sources[] = {list, more};
	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		for (const char *at = sources[i]; *at; at += *at == ',') {
			size_t len = strcspn(at, ",");
			CLEANUP(free) char *word = mem_strndup(at, len);
			if (len > 0 && !str_has_word(without, ',', word) && !str_has_word(buf_str(&out), ',', word))
				buf_printf(&out, "%s%s", out.len ? "," : "", word);
			at += len;
		}
	}
	return out.data ? buf_take(&out) : mem_strdup("");
}

static void write_setting(struct demo_kafka *kafka, int8_t type, const char *resource,
			  const struct kafka_alterable_config *change)
{
	struct demo_kafka_setting *setting = find_setting(kafka, type, resource, change->name);
	const char *before = setting ? setting->value : "", *value = str_or(change->value, "");
	char *now = change->config_operation == SET      ? mem_strdup(value)
		    : change->config_operation == APPEND ? edit_list(before, "", value)
							 : edit_list(before, value, "");
	if (!setting) {
		struct demo_kafka_setting fresh = {.resource_type = type};
		snprintf(fresh.resource, sizeof fresh.resource, "%s", resource);
		snprintf(fresh.name, sizeof fresh.name, "%s", change->name);
		vec_push(&kafka->settings, fresh);
		setting = &kafka->settings.items[kafka->settings.len - 1];
	}
	free(setting->value);
	setting->value = now;
}

static void delete_setting(struct demo_kafka *kafka, const struct demo_kafka_setting *setting)
{
	if (!setting)
		return;
	free(setting->value);
	vec_remove(&kafka->settings, (size_t)(setting - kafka->settings.items));
}

static bool may_be_set(int8_t type, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		if (settings[i].resource == type && str_eq(settings[i].name, name))
			return !settings[i].read_only;
	return false;
}

static int16_t check_configs(const struct demo_kafka_call *call, const struct kafka_alter_configs_resource *asked)
{
	int64_t broker;
	const char *name = str_or(asked->resource_name, "");
	if (asked->resource_type == RESOURCE_TOPIC && !demo_kafka_find_topic(call->kafka, name))
		return KAFKA_ERR_UNKNOWN_TOPIC_OR_PARTITION;
	/* A broker's own settings are changed by that broker. */
	if (asked->resource_type == RESOURCE_BROKER && (!str_to_i64(name, &broker) || broker != call->broker))
		return KAFKA_ERR_INVALID_REQUEST;
	vec_each (&asked->configs, change)
		if (!may_be_set(asked->resource_type, change->name) || change->config_operation < SET ||
		    change->config_operation > SUBTRACT)
			return INVALID_CONFIG;
	return KAFKA_ERR_NONE;
}

static void apply_configs(struct demo_kafka *kafka, const struct kafka_alter_configs_resource *asked)
{
	int64_t min;
	vec_each (&asked->configs, change) {
		if (change->config_operation == DELETE)
			delete_setting(kafka,
				       find_setting(kafka, asked->resource_type, asked->resource_name, change->name));
		else
			write_setting(kafka, asked->resource_type, asked->resource_name, change);
		if (asked->resource_type == RESOURCE_TOPIC && str_eq(change->name, "min.insync.replicas") &&
		    str_to_i64(str_or(change->value, ""), &min))
			demo_kafka_find_topic(kafka, asked->resource_name)->min_isr = (int)min;
	}
}

void *demo_kafka_answer_alter_configs(const struct demo_kafka_call *call)
{
	const struct kafka_incremental_alter_configs_request *request = call->request;
	struct kafka_incremental_alter_configs_response *answer = demo_kafka_answer_new(call);
	DEMO_KAFKA_ROOM(call, answer->responses, request->resources.len);
	for (int32_t i = 0; i < request->resources.len; i++) {
		const struct kafka_alter_configs_resource *asked = &request->resources.items[i];
		int16_t code = check_configs(call, asked);
		if (code == KAFKA_ERR_NONE && !request->validate_only)
			apply_configs(call->kafka, asked);
		DEMO_KAFKA_PUSH(answer->responses, (struct kafka_alter_configs_result){
							   .error_code = code,
							   .error_message = code ? "the change is not taken" : NULL,
							   .resource_type = asked->resource_type,
							   .resource_name = str_or(asked->resource_name, "")});
	}
	return answer;
}
