/* The clients that lose their connection: counted over the brokers that go, in a sentence and as JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/map.h"
#include "api/base/str.h"
#include "api/ops/impact/impact.h"
#include "api/ops/plan/name_list.h"

enum { NAMES_SHOWN = 4 };

static int most_first(const void *a, const void *b)
{
	const struct world_client *left = a, *right = b;
	if (left->connections != right->connections)
		return left->connections > right->connections ? -1 : 1;
	return strcmp(left->name, right->name);
}

static void add_client(struct ops_impact *out, struct map *index, const struct world_client *client)
{
	uintptr_t known = (uintptr_t)map_get(index, client->name);
	if (known) {
		out->clients.items[known - 1].connections += client->connections;
		return;
	}
	vec_push(&out->clients, *client);
	map_set(index, client->name, (void *)(uintptr_t)out->clients.len);
}

void ops_impact_count_clients(struct ops_impact *out, const struct world_broker *const *brokers, size_t count)
{
	struct map index = MAP_INIT;
	out->connections = -1;
	for (size_t i = 0; i < count; i++)
		if (brokers[i]->connections < 0)
			return;
	out->connections = 0;
	for (size_t i = 0; i < count; i++) {
		out->connections += brokers[i]->connections;
		for (size_t c = 0; c < brokers[i]->client_count; c++)
			add_client(out, &index, &brokers[i]->clients[c]);
	}
	map_finish(&index);
	if (out->clients.len)
		qsort(out->clients.items, out->clients.len, sizeof *out->clients.items, most_first);
}

/* ---- sentences ---- */

/* "billing 12, orders-svc 2 and 7 more": the numbers add up to all connections. */
static void name_clients(const struct ops_impact *impact, char *out, size_t size)
{
	int64_t rest = impact->connections;
	size_t len = 0;
	*out = '\0';
	for (size_t i = 0; i < impact->clients.len && i < NAMES_SHOWN && len < size; i++) {
		const struct world_client *client = &impact->clients.items[i];
		len += (size_t)snprintf(out + len, size - len, "%s%s %" PRId64, i ? ", " : "", client->name,
					client->connections);
		rest -= client->connections;
	}
	if (rest > 0 && len < size)
		snprintf(out + len, size - len, " and %" PRId64 " more", rest);
}

static void say_unknown(struct ops_plan *plan, const struct ops_impact *impact)
{
	const struct world_cluster *cluster = impact->cluster;
	if (cluster->connections > 0)
		ops_note(plan, OPS_MEANS,
			 "unknown how many of the %" PRId64 " clients of %s are connected to %s: those must reconnect",
			 cluster->connections, cluster->name, impact->brokers);
	else
		ops_note(plan, OPS_MEANS, "unknown how many clients are connected to %s: those must reconnect",
			 impact->brokers);
}

static void say_connections(struct ops_plan *plan, const struct ops_impact *impact)
{
	char names[400];
	name_clients(impact, names, sizeof names);
	if (impact->connections < 0)
		say_unknown(plan, impact);
	else if (impact->connections == 0)
		ops_note(plan, OPS_MEANS, "no clients are connected to %s", impact->brokers);
	else
		ops_note(plan, OPS_MEANS, "%" PRId64 " client%s %s connected to %s and must reconnect: %s",
			 impact->connections, ops_plural(impact->connections), impact->connections == 1 ? "is" : "are",
			 impact->brokers, names);
}

void ops_impact_note_clients(struct ops_plan *plan, const struct ops_impact *impact)
{
	say_connections(plan, impact);
	if (impact->groups > 0)
		ops_note(plan, OPS_MEANS,
			 "%" PRId64 " consumer group%s %s coordinated by %s: another broker takes over, members rejoin",
			 impact->groups, ops_plural(impact->groups), impact->groups == 1 ? "is" : "are",
			 impact->broker_count == 1 ? "it" : "them");
}

/* ---- JSON ---- */

void ops_impact_add_clients(const struct ops_impact *impact, cJSON *object)
{
	if (impact->connections < 0) {
		cJSON_AddNullToObject(object, "connections");
		cJSON_AddNullToObject(object, "clients");
		return;
	}
	cJSON_AddNumberToObject(object, "connections", (double)impact->connections);
	cJSON *list = cJSON_AddArrayToObject(object, "clients");
	for (size_t i = 0; i < impact->clients.len; i++) {
		cJSON *client = cJSON_CreateObject();
		cJSON_AddStringToObject(client, "name", impact->clients.items[i].name);
		cJSON_AddNumberToObject(client, "connections", (double)impact->clients.items[i].connections);
		cJSON_AddItemToArray(list, client);
	}
}
