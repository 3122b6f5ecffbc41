/* Overview, nodes, health checks and cluster status, from the management API or from the command line, into one
 * form. */
#include "api/rabbitmq/rabbitmq_decode.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/rabbitmq/rjson.h"

#define DECODE_COUNT(object, path, arena) rabbitmq_json_count(object, path)
#define DECODE_BYTES(object, path, arena) rabbitmq_json_count(object, path)
#define DECODE_RATE(object, path, arena) (float)rabbitmq_json_rate(object, path)
#define DECODE_FLAG(object, path, arena) (int8_t) rabbitmq_json_flag(object, path)
#define DECODE_TEXT(object, path, arena) rabbitmq_json_text(object, path, arena)

/* root NULL: nothing is known. */
static void fill_overview(struct rabbitmq_overview *out, const cJSON *root)
{
#define X(place, type, member, path, ...) out->member = DECODE_##type(root, path, &out->arena);
#include "api/rabbitmq/overview_fields.def"
#undef X
}

struct rabbitmq_overview *rabbitmq_decode_overview(const char *json, size_t len, struct err *err)
{
	CLEANUP(rabbitmq_json) cJSON *root = rabbitmq_json_parse(json, len, "overview", err);
	if (!root)
		return NULL;
	if (!cJSON_IsObject(root)) {
		err_set(err, ERR_PARSE, "RabbitMQ's overview is not an object");
		return NULL;
	}
	struct rabbitmq_overview *it = mem_alloc(sizeof *it);
	it->references = 1;
	fill_overview(it, root);
	return it;
}

static void decode_node(const cJSON *item, struct rabbitmq_node *out, struct arena *arena)
{
	*out = (struct rabbitmq_node){
#define X(place, type, member, path, ...) .member = DECODE_##type(item, path, arena),
#include "api/rabbitmq/node_fields.def"
#undef X
		.partitions = rabbitmq_json_joined(rabbitmq_json_at(item, "partitions"), arena),
	};
}

/* A node that was left out would look like one that is gone. */
static bool nodes_fit(const cJSON *array, struct err *err)
{
	return cJSON_GetArraySize(array) <= RABBITMQ_NODES_MAX ||
	       err_set(err, ERR_LIMIT,
		       "RabbitMQ lists %d nodes, more than the %d that mqdeck reads: none of them is known",
		       cJSON_GetArraySize(array), RABBITMQ_NODES_MAX);
}

struct rabbitmq_nodes *rabbitmq_decode_nodes(const char *json, size_t len, struct err *err)
{
	CLEANUP(rabbitmq_json) cJSON *root = rabbitmq_json_parse(json, len, "nodes", err);
	if (!root)
		return NULL;
	if (!cJSON_IsArray(root)) {
		err_set(err, ERR_PARSE, "RabbitMQ's list of nodes is not an array");
		return NULL;
	}
	if (!nodes_fit(root, err))
		return NULL;
	struct rabbitmq_nodes *nodes = mem_alloc(sizeof *nodes);
	nodes->references = 1;
	nodes->items = arena_alloc(&nodes->arena, ((size_t)cJSON_GetArraySize(root) + 1) * sizeof *nodes->items);
	const cJSON *item;
	cJSON_ArrayForEach(item, root)
	{
		decode_node(item, &nodes->items[nodes->count], &nodes->arena);
		if (nodes->items[nodes->count].name)
			nodes->count++;
	}
	return nodes;
}

/* "failed" over HTTP, "error" from the command line; another word is another service's. */
static bool is_verdict(const cJSON *status)
{
	const char *word = cJSON_GetStringValue(status);
	return str_eq(word, "ok") || str_eq(word, "failed") || str_eq(word, "error");
}

bool rabbitmq_decode_check(const char *json, size_t len, struct rabbitmq_check *out, struct err *err)
{
	CLEANUP(rabbitmq_json) cJSON *root = rabbitmq_json_parse(json, len, "health check", err);
	if (!root)
		return false;
	/* "status" over HTTP, "result" from the command line */
	const cJSON *status =
		rabbitmq_json_at(root, "status") ? rabbitmq_json_at(root, "status") : rabbitmq_json_at(root, "result");
	if (!is_verdict(status))
		return err_set(err, ERR_PARSE, "RabbitMQ's health check has no status");
	const cJSON *reason = rabbitmq_json_at(root, "reason"), *queues = rabbitmq_json_at(root, "queues");
	*out = (struct rabbitmq_check){.passed = str_eq(status->valuestring, "ok"), .queues = -1};
	if (cJSON_IsArray(queues))
		out->queues = cJSON_GetArraySize(queues);
	if (cJSON_IsString(reason))
		snprintf(out->reason, sizeof out->reason, "%s", reason->valuestring);
	return true;
}

static const char *rabbitmq_decode_version_of(const cJSON *versions, const char *node, struct arena *arena)
{
	return rabbitmq_json_text(rabbitmq_json_at(versions, node), "rabbitmq_version", arena);
}

static bool array_holds(const cJSON *array, const char *text)
{
	const cJSON *item;
	cJSON_ArrayForEach(item, array) if (cJSON_IsString(item) && str_eq(item->valuestring, text)) return true;
	return false;
}

/* "unknown" is said of a node that could not be asked, and newer words may come. */
static int decode_maintenance(const cJSON *status)
{
	const char *words = str_or(cJSON_GetStringValue(status), "");
	if (str_has_prefix(words, "not "))
		return 0;
	return strstr(words, "marked for maintenance") || strstr(words, "drain") ? 1 : -1;
}

static struct rabbitmq_nodes *nodes_of_status(const cJSON *root)
{
	const cJSON *running = rabbitmq_json_at(root, "running_nodes"), *disk = rabbitmq_json_at(root, "disk_nodes");
	const cJSON *versions = rabbitmq_json_at(root, "versions"),
		    *drained = rabbitmq_json_at(root, "maintenance_status");
	const cJSON *partitions = rabbitmq_json_at(root, "partitions");
	const cJSON *all = cJSON_IsArray(disk) ? disk : running;
	struct rabbitmq_nodes *nodes = mem_alloc(sizeof *nodes);
	nodes->references = 1;
	nodes->items = arena_alloc(&nodes->arena, ((size_t)cJSON_GetArraySize(all) + 1) * sizeof *nodes->items);
	nodes->alarms = rabbitmq_json_joined(rabbitmq_json_at(root, "alarms"), &nodes->arena);
	const cJSON *item;
	cJSON_ArrayForEach(item, all)
	{
		if (!cJSON_IsString(item))
			continue;
		const char *name = item->valuestring;
		struct rabbitmq_node *node = &nodes->items[nodes->count++];
		decode_node(NULL, node, &nodes->arena);
		node->name = arena_strdup(&nodes->arena, name);
		node->running = array_holds(running, name);
		node->version = rabbitmq_decode_version_of(versions, name, &nodes->arena);
		node->partitions = rabbitmq_json_joined(rabbitmq_json_at(partitions, name), &nodes->arena);
		if (!node->partitions && partitions)
			node->partitions = "";
		node->being_drained = decode_maintenance(rabbitmq_json_at(drained, name));
	}
	return nodes;
}

bool rabbitmq_decode_cluster_status(const char *json, size_t len, struct rabbitmq_overview **overview,
				    struct rabbitmq_nodes **nodes, struct err *err)
{
	CLEANUP(rabbitmq_json) cJSON *root = rabbitmq_json_parse(json, len, "cluster_status", err);
	if (!root)
		return false;
	const cJSON *running = rabbitmq_json_at(root, "running_nodes");
	if (!cJSON_IsArray(running))
		return err_set(err, ERR_PARSE, "rabbitmq-diagnostics cluster_status lists no running nodes");
	if (!nodes_fit(running, err) || !nodes_fit(rabbitmq_json_at(root, "disk_nodes"), err))
		return false;
	*nodes = nodes_of_status(root);
	struct rabbitmq_overview *it = mem_alloc(sizeof *it);
	const cJSON *first = cJSON_GetArrayItem(running, 0);
	it->references = 1;
	fill_overview(it, NULL);
	it->cluster_name = rabbitmq_json_text(root, "cluster_name", &it->arena);
	if (cJSON_IsString(first))
		it->version =
			rabbitmq_decode_version_of(rabbitmq_json_at(root, "versions"), first->valuestring, &it->arena);
	*overview = it;
	return true;
}

bool rabbitmq_decode_vhosts(const char *json, size_t len, void (*each)(void *data, const char *name), void *data,
			    struct err *err)
{
	CLEANUP(rabbitmq_json) cJSON *root = rabbitmq_json_parse(json, len, "virtual hosts", err);
	if (!root)
		return false;
	if (!cJSON_IsArray(root))
		return err_set(err, ERR_PARSE, "RabbitMQ's list of virtual hosts is not an array");
	const cJSON *item;
	cJSON_ArrayForEach(item, root)
	{
		const cJSON *name = rabbitmq_json_at(item, "name");
		if (cJSON_IsString(name))
			each(data, name->valuestring);
	}
	return true;
}
