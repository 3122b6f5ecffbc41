/* Connections, counted by application and node instead of kept: there may be tens of thousands, and the question is who
 * is connected where. */
#include <stdlib.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/rabbitmq/list_read.h"

struct client_reader {
	struct rabbitmq_clients *clients;
	struct buf scratch;
	char *texts[3]; /* of client_paths; NULL = not said, or empty */
};

static const struct rabbitmq_path client_paths[] = {RABBITMQ_PATH("node"), RABBITMQ_PATH("user"),
						    RABBITMQ_PATH("user_provided_name")};

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

static void client_begin(void *data)
{
	struct client_reader *reader = data;
	for (size_t i = 0; i < ARRAY_LEN(reader->texts); i++) {
		free(reader->texts[i]);
		reader->texts[i] = NULL;
	}
}

static bool client_value(void *data, size_t path, struct json_reader *json)
{
	struct client_reader *reader = data;
	struct json_value text;
	if (!rabbitmq_read_string(json, &reader->scratch, &text))
		return false;
	if (text.len)
		reader->texts[path] = mem_strndup(text.bytes, text.len);
	return true;
}

static void client_end(void *data)
{
	struct client_reader *reader = data;
	struct rabbitmq_clients *clients = reader->clients;
	const char *node = reader->texts[0], *user = reader->texts[1];
	const char *name = str_or(reader->texts[2], str_or(user, "unnamed"));
	if (!node || clients->connections == RABBITMQ_CONNECTIONS_MAX) {
		clients->partial = true;
		return;
	}
	client_named(clients, node, name)->connections++;
	clients->connections++;
}

static void client_finish(void *data)
{
	struct client_reader *reader = data;
	client_begin(reader);
	rabbitmq_clients_unref(reader->clients);
	buf_finish(&reader->scratch);
	free(reader);
}

struct rabbitmq_list *rabbitmq_list_of_connections(struct rabbitmq_clients *clients)
{
	static const struct rabbitmq_list_kind kind = {
		.what = "connections",
		.paths = client_paths,
		.path_count = ARRAY_LEN(client_paths),
		.begin = client_begin,
		.value = client_value,
		.end = client_end,
		.finish = client_finish,
	};
	struct client_reader *reader = mem_alloc(sizeof *reader);
	reader->clients = clients ? rabbitmq_clients_ref(clients) : rabbitmq_clients_create();
	reader->scratch = BUF_INIT(RABBITMQ_ITEM_MAX);
	return rabbitmq_list_create(&kind, reader);
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
