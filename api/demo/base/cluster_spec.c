/* The table of the four broker clusters, further ones made after two of them, and the names that follow. It stands below everything else of the
 * embedded cluster: Kubernetes needs the names of pods and claims just as the brokers do. */
#include "api/demo/base/cluster_spec.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"

static const struct demo_cluster_spec cluster_specs[] = {
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
		.lags = true,
	},
};

enum { PER_NAMESPACE = 10, LAGS_EVERY = 24 };

/* As the first two are, without a way in from outside. */
static struct demo_cluster_spec further_spec(struct arena *texts, size_t i)
{
	static const char *const names[PER_NAMESPACE] = {"audit", "billing", "carts",  "clicks", "mail",
							 "media", "orders",  "prices", "search", "stock"};
	struct demo_cluster_spec spec = cluster_specs[i % 2];
	spec.namespace = arena_printf(texts, "team-%02zu", i / PER_NAMESPACE + 1);
	spec.name = spec.set = spec.client_service = names[i % PER_NAMESPACE];
	spec.headless = arena_printf(texts, "%s-headless", spec.name);
	spec.node_service = NULL;
	spec.storage_gib = 50;
	if (spec.secret)
		spec.secret = arena_printf(texts, "%s-auth", spec.name);
	spec.lags = i % LAGS_EVERY == LAGS_EVERY - 1;
	return spec;
}

void demo_cluster_specs_make(struct demo_cluster_specs *specs, size_t more)
{
	char key[160];
	*specs = (struct demo_cluster_specs){.count = ARRAY_LEN(cluster_specs) + more};
	specs->items = mem_alloc(specs->count * sizeof *specs->items);
	for (size_t i = 0; i < specs->count; i++) {
		bool scripted = i < ARRAY_LEN(cluster_specs);
		specs->items[i] =
			scripted ? cluster_specs[i] : further_spec(&specs->texts, i - ARRAY_LEN(cluster_specs));
		snprintf(key, sizeof key, "%s/%s", specs->items[i].namespace, specs->items[i].set);
		map_set(&specs->by_set, key, (void *)(uintptr_t)(i + 1));
	}
}

void demo_cluster_specs_finish(struct demo_cluster_specs *specs)
{
	free(specs->items);
	arena_finish(&specs->texts);
	map_finish(&specs->by_set);
}

int demo_cluster_of_pod(const struct demo_cluster_specs *specs, const char *namespace, const char *pod, int *ordinal)
{
	char key[160];
	int64_t number;
	const char *dash = strrchr(pod, '-');
	if (!dash || !str_to_i64(dash + 1, &number) || number < 0 || number >= DEMO_CLUSTER_BROKERS_MAX)
		return -1;
	snprintf(key, sizeof key, "%s/%.*s", namespace, (int)(dash - pod), pod);
	int index = (int)(uintptr_t)map_get(&specs->by_set, key) - 1;
	if (index >= 0)
		*ordinal = (int)number;
	return index;
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
