/* Who answers in a pod. A port-forward tells which pod a connection entered, and a broker tells its own settings alone: asked
 * for another broker's, it names the id that it goes by itself. No number in a name proves as much. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/client/admin_private.h"
#include "api/kafka/wire/kafka_errors.h"

enum { BROKER_RESOURCE = 4, ASKS_MAX = 2, ASK_AGAIN_MS = 5000 };

static void ask_settings_of(struct kafka_node *node, int32_t id);

struct kafka_node *kafka_place_at(const struct kafka_admin *admin, const char *namespace, const char *pod)
{
	vec_each (&admin->bootstrap, node)
		if (pod && str_eq((*node)->pod, pod) && str_eq((*node)->namespace, namespace))
			return *node;
	return NULL;
}

struct kafka_node *kafka_place_of(const struct kafka_admin *admin, int32_t id)
{
	struct kafka_node *found = NULL;
	vec_each (&admin->bootstrap, node) {
		if ((*node)->met.id != id || kafka_node_is_foreign(*node))
			continue;
		if (found)
			return NULL; /* two that go by one id are both in doubt */
		found = *node;
	}
	return found;
}

bool kafka_node_is_foreign(const struct kafka_node *node)
{
	const struct kafka_admin *admin = node->admin;
	const char *ours = admin->cluster_id;
	if (!ours || !node->met.cluster_id || str_eq(node->met.cluster_id, ours))
		return false;
	vec_each (&admin->brokers, other)
		if (kafka_node_is_ready(*other) && str_eq((*other)->met.cluster_id, ours))
			return true;
	vec_each (&admin->bootstrap, other)
		if (kafka_node_is_ready(*other) && str_eq((*other)->met.cluster_id, ours))
			return true;
	return false;
}

bool kafka_node_is_in(const struct kafka_node *node, const struct kafka_node *place)
{
	return str_eq(node->pod, place->pod) && str_eq(node->namespace, place->namespace);
}

void kafka_identity_copy(struct kafka_identity *to, const struct kafka_identity *from)
{
	char *before = to->cluster_id;
	*to = *from;
	to->cluster_id = mem_strdup(from->cluster_id);
	free(before);
}

/* ---- asking ---- */

static void note_identity(struct kafka_node *node, int32_t id, const struct err *err, bool settled)
{
	struct kafka_node *place = kafka_place_at(node->admin, node->namespace, node->pod);
	node->asking = false;
	node->met.id = id;
	node->met.asked = true;
	node->met.settled = settled;
	node->met.err = *err;
	if (place && place != node)
		kafka_identity_copy(&place->met, &node->met);
	log_debug(LOG_KAFKA, "broker told its id label=\"%s\" pod=%s id=%d cluster=%s error=\"%s\"", node->label,
		  node->pod, (int)id, str_or(node->met.cluster_id, "-"), log_error_text(err));
	kafka_node_was_asked(node);
}

/* "Unexpected broker id, expected 3 or empty string, but received 7" (ConfigHelper.scala; its end differs by version). */
static bool take_expected(const char *message, int32_t *out)
{
	static const char before[] = ", expected ";
	const char *at = message ? strstr(message, before) : NULL;
	char *end = NULL;
	long long id = at ? strtoll(at + strlen(before), &end, 10) : -1;
	if (!at || end == at + strlen(before) || id < 0 || id > INT32_MAX)
		return false;
	*out = (int32_t)id;
	return true;
}

/* With broker.id.generation.enable the setting stays -1; any other number but the one asked for is no Kafka's answer. */
static bool is_contradicted(const struct kafka_config_result *result, int32_t id)
{
	int64_t said;
	vec_each (&result->configs, entry)
		if ((str_eq(entry->name, "node.id") || str_eq(entry->name, "broker.id")) && entry->value &&
		    (!str_to_i64(entry->value, &said) || (said >= 0 && said != id)))
			return true;
	return false;
}

/* Whether the refusal names another broker than the one asked for, which is then to be asked for. */
static bool is_another(const struct kafka_node *node, const struct kafka_config_result *result, int32_t *out)
{
	return result && result->error_code == KAFKA_ERR_INVALID_REQUEST && node->asks < ASKS_MAX &&
	       take_expected(result->error_message, out) && *out != node->asked_id;
}

static void on_settings(void *data, const struct err *err, const void *response)
{
	struct kafka_node *node = data;
	const struct kafka_describe_configs_response *answer = response;
	const struct kafka_config_result *result = !err && answer->results.len > 0 ? answer->results.items : NULL;
	struct err why = {0};
	int32_t expected;
	if (is_another(node, result, &expected)) {
		ask_settings_of(node, expected);
		return;
	}
	if (err)
		why = *err;
	else if (!result || (!result->error_code && is_contradicted(result, node->asked_id)))
		err_set(&why, ERR_PARSE, "%s: its answer does not tell its broker ID", node->label);
	else if (result->error_code)
		kafka_error_set(&why, result->error_code, "asking for its broker ID", result->error_message);
	bool settled = err ? err->code == ERR_UNSUPPORTED : !result || !kafka_error_is_retriable(result->error_code);
	struct kafka_node *place = kafka_place_at(node->admin, node->namespace, node->pod);
	if (!err && !settled && place) /* its way in is let go and entered anew, but not at once */
		place->dial_at = loop_now_ms(node->admin->options.loop) + ASK_AGAIN_MS;
	note_identity(node, err_is_set(&why) ? -1 : node->asked_id, &why, settled);
}

static void ask_settings_of(struct kafka_node *node, int32_t id)
{
	char name[16];
	const char *keys[] = {"node.id", "broker.id"};
	struct kafka_config_query query = {BROKER_RESOURCE, name, {keys, ARRAY_LEN(keys)}};
	struct kafka_describe_configs_request request = {.resources = {&query, 1}};
	snprintf(name, sizeof name, "%d", (int)id);
	node->asked_id = id;
	node->asks++;
	kafka_connection_send(node->connection, KAFKA_DESCRIBE_CONFIGS, &request, 0, on_settings, node);
}

/* Which of them it most likely is: a right guess spares the broker a line in its log. */
static int32_t guess_id(const struct kafka_node *node, const struct kafka_metadata_response *metadata)
{
	const struct kafka_admin_options *options = &node->admin->options;
	struct dial_target target = {0};
	vec_each (&metadata->brokers, broker)
		if (options->resolve &&
		    options->resolve(options->resolve_data, broker->node_id, broker->host, broker->port, &target) &&
		    str_eq(target.pod, node->pod) && str_eq(target.namespace, node->namespace))
			return broker->node_id;
	return metadata->brokers.len > 0 ? metadata->brokers.items[0].node_id : 0;
}

static void on_cluster_named(void *data, const struct err *err, const void *response)
{
	struct kafka_node *node = data;
	const struct kafka_metadata_response *metadata = response;
	if (err) {
		note_identity(node, -1, err, false);
		return;
	}
	free(node->met.cluster_id);
	node->met.cluster_id = mem_strdup(metadata->cluster_id);
	if (node->id < 0)
		ask_settings_of(node, guess_id(node, metadata));
}

static void ask_openly(struct kafka_node *node)
{
	struct kafka_metadata_request request = {0}; /* no topics */
	kafka_connection_send(node->connection, KAFKA_METADATA, &request, 0, on_cluster_named, node);
	if (node->id >= 0)
		ask_settings_of(node, node->id);
}

static void on_checked(void *data, const struct err *err, const void *response)
{
	struct kafka_node *node = data;
	const struct kafka_api_versions_response *answer = response;
	node->refused = !err && answer->error_code == KAFKA_ERR_REBOOTSTRAP_REQUIRED;
	if (err || answer->error_code) {
		ask_openly(node);
		return;
	}
	free(node->met.cluster_id);
	node->met.cluster_id = mem_strdup(node->admin->cluster_id);
	note_identity(node, node->asked_id, &(struct err){0}, true);
}

bool kafka_place_checks(const struct kafka_node *node)
{
	return node->admin->cluster_id && kafka_connection_version(node->connection, KAFKA_API_VERSIONS) >= 5;
}

/* From Kafka 4.4 on a broker checks who is meant, without any right (KIP-1242): it refuses with REBOOTSTRAP_REQUIRED
 * whoever means another. Who it is then, it does not say. */
void kafka_place_ask(struct kafka_node *node)
{
	struct kafka_api_versions_request request = {.client_software_name = "mqdeck",
						     .client_software_version = MQDECK_VERSION,
						     .cluster_id = node->admin->cluster_id,
						     .node_id = node->id >= 0 ? node->id : node->met.id};
	node->asking = true;
	node->refused = false;
	node->asks = 0;
	node->asked_id = request.node_id;
	if (request.node_id >= 0 && kafka_place_checks(node))
		kafka_connection_send(node->connection, KAFKA_API_VERSIONS, &request, 0, on_checked, node);
	else
		ask_openly(node);
}

/* ---- dialling ---- */
static bool is_entered(const struct kafka_node *place)
{
	vec_each (&place->admin->brokers, node)
		if ((*node)->connection && kafka_node_is_in(*node, place))
			return true;
	return kafka_node_is_on_its_way(place);
}

/* The broker whose address leads there, which is dialled anyway; else the pod itself. */
static struct kafka_node *way_into(struct kafka_node *place)
{
	struct dial_target target;
	struct err ignored = {0};
	vec_each (&place->admin->brokers, node)
		if ((*node)->listed && !(*node)->connection && kafka_node_target(*node, &target, &ignored) &&
		    str_eq(target.pod, place->pod) && str_eq(target.namespace, place->namespace))
			return *node;
	return place;
}

static bool wants_asking(const struct kafka_node *place)
{
	return place->admin->have_brokers && place->pod && !place->met.settled;
}

void kafka_places_dial(struct kafka_admin *admin)
{
	size_t open = 0;
	vec_each (&admin->bootstrap, it) {
		struct kafka_node *place = *it;
		if (open >= KAFKA_DIAL_AT_ONCE || !wants_asking(place) ||
		    place->dial_at > loop_now_ms(admin->options.loop))
			continue;
		struct kafka_node *way = is_entered(place) ? NULL : way_into(place);
		if (way)
			kafka_node_dial(way);
		open += is_entered(place) || (way && way->turn);
	}
}

int64_t kafka_places_next_dial(const struct kafka_admin *admin)
{
	int64_t next = -1;
	vec_each (&admin->bootstrap, place)
		if (wants_asking(*place) && !is_entered(*place) && (next < 0 || (*place)->dial_at < next))
			next = (*place)->dial_at;
	return next;
}

/* ---- public ---- */

size_t kafka_admin_place_count(const struct kafka_admin *admin)
{
	size_t count = 0;
	vec_each (&admin->bootstrap, node)
		count += (*node)->pod != NULL;
	return count;
}

void kafka_admin_places(const struct kafka_admin *admin, struct kafka_admin_place *out)
{
	vec_each (&admin->bootstrap, node)
		if ((*node)->pod)
			*out++ = (struct kafka_admin_place){
				.namespace = (*node)->namespace,
				.pod = (*node)->pod,
				.id = (*node)->met.id,
				.cluster_id = (*node)->met.cluster_id,
				.asked = (*node)->met.asked,
				.err = (*node)->met.err,
			};
}
