/* RabbitMQ's answers: the first byte says which. */
#include "api/rabbitmq/rabbitmq_decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore(void *data, const char *name)
{
}

static void fuzz_queues(const char *json, size_t len)
{
	struct rabbitmq_queues *queues = rabbitmq_queues_create();
	struct rabbitmq_page page;
	for (int round = 0; round < 2; round++)
		if (!rabbitmq_decode_queues(queues, json, len, round ? "v" : NULL, &page, NULL))
			break;
	rabbitmq_queues_seal(queues);
	rabbitmq_queues_unref(queues);
}

static void fuzz_connections(const char *json, size_t len)
{
	struct rabbitmq_clients *clients = rabbitmq_clients_create();
	struct rabbitmq_page page;
	for (int round = 0; round < 2; round++)
		if (!rabbitmq_decode_connections(clients, json, len, &page, NULL))
			break;
	rabbitmq_clients_seal(clients);
	rabbitmq_clients_unref(clients);
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
