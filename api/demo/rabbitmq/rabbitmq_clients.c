/* The clients of a RabbitMQ cluster: each connects to a node that takes clients, and to another one when that goes. */
#include <stdio.h>

#include "api/base/str.h"
#include "api/demo/rabbitmq/rabbitmq_cluster.h"

struct demo_rabbitmq_service {
	const char *name; /* of its connections; NULL = they have none */
	const char *user, *product;
	int connections;
};

struct demo_rabbitmq_services {
	const struct demo_rabbitmq_service *items;
	size_t count;
};

static const struct demo_rabbitmq_service prod_services[] = {
	{"orders-svc", "app", "RabbitMQ", 9},  {"billing", "app", "RabbitMQ", 12},
	{"shipping", "app", "pika", 5},        {"mailer", "app", "amqplib", 4},
	{NULL, "monitoring", "rabbitmq-c", 3}, {"fraud-score", "fraud", "amqp091-go", 4},
	{"reports", "app", "pika", 1},
};

static const struct demo_rabbitmq_service staging_services[] = {
	{"worker", "app", "RabbitMQ", 5},
	{"scheduler", "app", "RabbitMQ", 1},
	{NULL, "ci", "pika", 2},
};

static struct demo_rabbitmq_services services_of(const struct demo_rabbitmq *rabbit)
{
	if (str_eq(rabbit->spec->namespace, "prod"))
		return (struct demo_rabbitmq_services){prod_services, ARRAY_LEN(prod_services)};
	return (struct demo_rabbitmq_services){staging_services, ARRAY_LEN(staging_services)};
}

static bool takes_clients(const struct demo_rabbitmq *rabbit, int node)
{
	return rabbit->nodes[node].up && !rabbit->nodes[node].drained;
}

/* The first to take clients from that one on; -1 = none does. */
static int node_for(const struct demo_rabbitmq *rabbit, int preferred)
{
	for (int i = 0; i < DEMO_CLUSTER_BROKERS_MAX; i++) {
		int node = (preferred + i) % DEMO_CLUSTER_BROKERS_MAX;
		if (takes_clients(rabbit, node))
			return node;
	}
	return -1;
}

static cJSON *connection_json(const struct demo_rabbitmq *rabbit, const struct demo_rabbitmq_service *service, int node,
			      int number)
{
	char node_name[128];
	demo_rabbitmq_node_name(rabbit, node, node_name, sizeof node_name);
	cJSON *json = demo_json_make(
		"{'name':'10.244.%d.%d:%d -> "
		"10.244.%d.%d:5672','node':'%s','user':'%s','vhost':'/','type':'network',"
		"'state':'running','channels':2,'protocol':'AMQP 0-9-1','peer_host':'10.244.%d.%d','peer_port':%d,"
		"'port':5672,'ssl':false,'client_properties':{'product':'%s'}}",
		number % 3, 30 + number, 41000 + number * 17, node % 3, 10 + node, node_name, service->user, number % 3,
		30 + number, 41000 + number * 17, service->product);
	if (service->name) {
		cJSON_AddStringToObject(json, "user_provided_name", service->name);
		demo_json_set_text(json, "client_properties.connection_name", service->name);
	}
	return json;
}

int demo_rabbitmq_connection_count(const struct demo_rabbitmq *rabbit)
{
	struct demo_rabbitmq_services services = services_of(rabbit);
	int count = 0;
	for (size_t s = 0; s < services.count; s++)
		count += services.items[s].connections;
	return node_for(rabbit, 0) >= 0 ? count : 0;
}

cJSON *demo_rabbitmq_connections_json(const struct demo_rabbitmq *rabbit)
{
	struct demo_rabbitmq_services services = services_of(rabbit);
	cJSON *all = cJSON_CreateArray();
	int number = 0;
	for (size_t s = 0; s < services.count; s++) {
		for (int i = 0; i < services.items[s].connections; i++, number++) {
			/* Connections of one pod land on one node. */
			int node = node_for(rabbit, (int)(s + (size_t)i / 4) % rabbit->spec->replicas);
			if (node >= 0)
				cJSON_AddItemToArray(all, connection_json(rabbit, &services.items[s], node, number));
		}
	}
	return all;
}
