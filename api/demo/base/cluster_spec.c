/* The table of the four broker clusters, and the names that follow from it. It stands below everything else of the
 * embedded cluster: Kubernetes needs the names of pods and claims just as the brokers do. */
#include "api/demo/base/cluster_spec.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"

static const struct demo_cluster_spec cluster_specs[DEMO_FLEET_SIZE] = {
	{
		.kind = DEMO_BROKER_RABBITMQ,
		.namespace = "prod",
		.name = "events",
		.set = "events",
		.headless = "events-headless",
		.client_service = "events",
		.node_service = "events-external",
		.claim = "data",
		.version = "4.0.5",
		.image = "docker.io/library/rabbitmq:4.0.5-management",
		.replicas = 3,
		.storage_gib = 20,
		.storage_class = "standard",
		.memory_gib = 4,
		.secret = "events-auth",
		.user = "deck",
		.password = "correct-horse-1",
	},
	{
		.kind = DEMO_BROKER_KAFKA,
		.namespace = "prod",
		.name = "orders",
		.set = "orders",
		.headless = "orders-headless",
		.client_service = "orders",
		.node_service = "orders-external",
		.claim = "data",
		.version = "4.1.0",
		.image = "docker.io/apache/kafka:4.1.0",
		.replicas = 3,
		.storage_gib = 100,
		.storage_class = "local-ssd",
		.memory_gib = 8,
	},
	{
		.kind = DEMO_BROKER_RABBITMQ,
		.namespace = "staging",
		.name = "jobs",
		.set = "jobs-server",
		.headless = "jobs-nodes",
		.client_service = "jobs",
		.claim = "persistence",
		.version = "3.13.7",
		.image = "docker.io/library/rabbitmq:3.13.7-management",
		.managed = true,
		.replicas = 3,
		.storage_gib = 10,
		.storage_class = "standard",
		.memory_gib = 2,
		.secret = "jobs-default-user",
		.user = "default_user_5rKm",
		.password = "correct-horse-2",
	},
	{
		.kind = DEMO_BROKER_KAFKA,
		.namespace = "staging",
		.name = "logs",
		.set = "logs-brokers",
		.headless = "logs-kafka-brokers",
		.client_service = "logs-kafka-bootstrap",
		.claim = "data",
		.version = "3.9.0",
		.image = "quay.io/strimzi/kafka:0.45.0-kafka-3.9.0",
		.managed = true,
		.replicas = 3,
		.storage_gib = 50,
		.storage_class = "standard",
		.memory_gib = 4,
		.secret = "mqdeck",
		.user = "mqdeck",
		.password = "correct-horse-3",
	},
};

const struct demo_cluster_spec *demo_cluster_spec(size_t index)
{
	return &cluster_specs[index];
}

int demo_cluster_of_pod(const char *namespace, const char *pod, int *ordinal)
{
	for (int i = 0; i < DEMO_FLEET_SIZE; i++) {
		const struct demo_cluster_spec *spec = &cluster_specs[i];
		size_t len = strlen(spec->set);
		int64_t number;
		if (!str_eq(spec->namespace, namespace) || !str_has_prefix(pod, spec->set) || pod[len] != '-' ||
		    !str_to_i64(pod + len + 1, &number) || number < 0 || number >= DEMO_CLUSTER_BROKERS_MAX)
			continue;
		*ordinal = (int)number;
		return i;
	}
	return -1;
}

const char *demo_cluster_pod_name(const struct demo_cluster_spec *spec, int ordinal, char *out, size_t size)
{
	snprintf(out, size, "%s-%d", spec->set, ordinal);
	return out;
}

const char *demo_cluster_claim_name(const struct demo_cluster_spec *spec, int ordinal, char *out, size_t size)
{
	bool strimzi = spec->managed && spec->kind == DEMO_BROKER_KAFKA;
	snprintf(out, size, "%s%s-%s-%d", spec->claim, strimzi ? "-0" : "", spec->set, ordinal);
	return out;
}
