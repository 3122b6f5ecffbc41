/* RabbitMQ's answers: the first byte says which. */
#include <stdlib.h>
#include <string.h>

#include "api/rabbitmq/rabbitmq_decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore(void *data, const char *name)
{
}

/* Whole, and in pieces that the text itself measures: both come to the same. */
static bool fuzz_list(struct rabbitmq_list *list, const char *json, size_t len, bool in_pieces)
{
	struct rabbitmq_page page;
	if (!in_pieces)
		return rabbitmq_list_take(list, json, len, &page, NULL);
	for (size_t at = 0, size; at < len; at += size) {
		size = (unsigned char)json[at] % 61 + 1;
		size = size < len - at ? size : len - at;
		rabbitmq_list_feed(list, json + at, size);
	}
	bool read = rabbitmq_list_end(list, &page, NULL);
	rabbitmq_list_destroy(list);
	return read;
}

static void fuzz_queues(const char *json, size_t len)
{
	struct rabbitmq_queues *whole = rabbitmq_queues_create(NULL), *pieces = rabbitmq_queues_create(NULL);
	for (int round = 0; round < 2; round++) {
		const char *vhost = round ? "v" : NULL;
		if (fuzz_list(rabbitmq_list_of_queues(whole, vhost), json, len, false) !=
		    fuzz_list(rabbitmq_list_of_queues(pieces, vhost), json, len, true))
			abort();
	}
	if (whole->count != pieces->count || whole->word_count != pieces->word_count)
		abort();
	for (size_t i = 0; i < whole->count; i++) {
		struct rabbitmq_queue a = whole->items[i], b = pieces->items[i];
		if (strcmp(a.name, b.name) != 0 || a.messages != b.messages || a.leader != b.leader ||
		    a.member_count != b.member_count || a.online_count != b.online_count || a.vhost != b.vhost)
			abort();
	}
	rabbitmq_queues_seal(whole);
	rabbitmq_queues_unref(whole);
	rabbitmq_queues_unref(pieces);
}

static void fuzz_connections(const char *json, size_t len)
{
	struct rabbitmq_clients *whole = rabbitmq_clients_create(), *pieces = rabbitmq_clients_create();
	if (fuzz_list(rabbitmq_list_of_connections(whole), json, len, false) !=
		    fuzz_list(rabbitmq_list_of_connections(pieces), json, len, true) ||
	    whole->connections != pieces->connections || whole->partial != pieces->partial)
		abort();
	rabbitmq_clients_seal(whole);
	rabbitmq_clients_unref(whole);
	rabbitmq_clients_unref(pieces);
}

static void fuzz_cluster_status(const char *json, size_t len)
{
	struct rabbitmq_overview *overview = NULL;
	struct rabbitmq_nodes *nodes = NULL;
	if (!rabbitmq_decode_cluster_status(json, len, &overview, &nodes, NULL))
		return;
	rabbitmq_overview_unref(overview);
	rabbitmq_nodes_unref(nodes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	const char *json = (const char *)data + 1;
	struct rabbitmq_check check;
	switch (data[0] % 7) {
	case 0:
		rabbitmq_overview_unref(rabbitmq_decode_overview(json, size - 1, NULL));
		break;
	case 1:
		rabbitmq_nodes_unref(rabbitmq_decode_nodes(json, size - 1, NULL));
		break;
	case 2:
		fuzz_queues(json, size - 1);
		break;
	case 3:
		(void)!rabbitmq_decode_check(json, size - 1, &check, NULL);
		break;
	case 4:
		fuzz_cluster_status(json, size - 1);
		break;
	case 5:
		fuzz_connections(json, size - 1);
		break;
	default:
		(void)!rabbitmq_decode_vhosts(json, size - 1, ignore, NULL, NULL);
		break;
	}
	return 0;
}
