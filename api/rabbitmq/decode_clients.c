/* Connections, counted by application and node instead of kept: there may be tens of thousands, and the question is who
 * is connected where. */
#include <stdlib.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/rabbitmq/rabbitmq_decode.h"
#include "api/rabbitmq/rjson.h"

static const char *text_at(const cJSON *item, const char *key)
{
	const cJSON *text = rabbitmq_json_at(item, key);
	return cJSON_IsString(text) && *text->valuestring ? text->valuestring : NULL;
}

/* Half a character at the end would be shown as an escape. */
static int clients_cut(const char *name)
{
	size_t len = strnlen(name, RABBITMQ_CLIENT_NAME_MAX + 1);
	if (len <= RABBITMQ_CLIENT_NAME_MAX)
		return (int)len;
	len = RABBITMQ_CLIENT_NAME_MAX;
	while (len > RABBITMQ_CLIENT_NAME_MAX - 4 && ((unsigned char)name[len] & 0xc0) == 0x80)
		len--;
	return (int)len;
}

static struct rabbitmq_client *client_named(struct rabbitmq_clients *clients, const char *node, const char *name)
{
	CLEANUP(free) char *key = str_printf("%s\n%.*s", node, clients_cut(name), name);
	uintptr_t known = (uintptr_t)map_get(&clients->index, key);
	if (known)
		return &clients->items[known - 1];
	if (clients->count == clients->size) {
		clients->size = clients->size ? clients->size * 2 : 16;
		clients->items = mem_resize(clients->items, clients->size, sizeof *clients->items);
	}
	struct rabbitmq_client *client = &clients->items[clients->count++];
	*client = (struct rabbitmq_client){
		.node = arena_strdup(&clients->arena, node),
		.name = arena_strndup(&clients->arena, name, (size_t)clients_cut(name)),
	};
	map_set(&clients->index, key, (void *)(uintptr_t)clients->count);
	return client;
}

static void count_connection(struct rabbitmq_clients *clients, const cJSON *item)
{
	const char *node = text_at(item, "node"), *user = text_at(item, "user");
	const char *name = str_or(text_at(item, "user_provided_name"), str_or(user, "unnamed"));
	if (!node || clients->connections == RABBITMQ_CONNECTIONS_MAX) {
		clients->partial = true;
		return;
	}
	client_named(clients, node, name)->connections++;
	clients->connections++;
}

bool rabbitmq_decode_connections(struct rabbitmq_clients *clients, const char *json, size_t len,
				 struct rabbitmq_page *page, struct err *err)
{
	CLEANUP(rabbitmq_json) cJSON *root = rabbitmq_json_parse(json, len, "connections", err);
	if (!root)
		return false;
	const cJSON *item, *items = rabbitmq_json_items(root, page);
	if (!items)
		return err_set(err, ERR_PARSE, "RabbitMQ's list of connections is not an array");
	cJSON_ArrayForEach(item, items) count_connection(clients, item);
	return true;
}

static int by_node_and_connections(const void *a, const void *b)
{
	const struct rabbitmq_client *left = a, *right = b;
	int nodes = strcmp(left->node, right->node);
	if (nodes)
		return nodes;
	if (left->connections != right->connections)
		return left->connections > right->connections ? -1 : 1;
	return strcmp(left->name, right->name);
}

void rabbitmq_clients_seal(struct rabbitmq_clients *clients)
{
	map_finish(&clients->index);
	if (clients->count)
		qsort(clients->items, clients->count, sizeof *clients->items, by_node_and_connections);
}
