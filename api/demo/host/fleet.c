/* The miniature brokers behind each of the four clusters: made, moved on and found together. */
#include "api/demo/host/fleet.h"

#include "api/base/str.h"
#include "api/demo/kafka/kafka_cluster.h"
#include "api/demo/rabbitmq/rabbitmq_cluster.h"

struct demo_fleet *demo_fleet_create(struct demo *demo)
{
	struct demo_fleet *fleet = mem_alloc(sizeof *fleet);
	for (size_t i = 0; i < DEMO_FLEET_SIZE; i++) {
		struct demo_cluster *cluster = &fleet->clusters[i];
		cluster->spec = demo_cluster_spec(i);
		if (cluster->spec->kind == DEMO_BROKER_RABBITMQ)
			cluster->rabbit = demo_rabbitmq_create(demo, cluster->spec);
		else
			cluster->kafka = demo_kafka_create(demo, cluster->spec);
	}
	return fleet;
}

void demo_fleet_destroy(struct demo_fleet *fleet)
{
	if (!fleet)
		return;
	for (size_t i = 0; i < DEMO_FLEET_SIZE; i++) {
		demo_rabbitmq_destroy(fleet->clusters[i].rabbit);
		demo_kafka_destroy(fleet->clusters[i].kafka);
	}
	free(fleet);
}

void demo_fleet_tick(struct demo *demo)
{
	for (size_t i = 0; i < DEMO_FLEET_SIZE; i++) {
		struct demo_cluster *cluster = &demo->fleet->clusters[i];
		if (cluster->rabbit)
			demo_rabbitmq_tick(cluster->rabbit);
		else
			demo_kafka_tick(cluster->kafka);
	}
}

struct demo_cluster *demo_fleet_find(const struct demo *demo, const char *namespace, const char *pod, int *ordinal)
{
	int index = demo_cluster_of_pod(namespace, pod, ordinal);
	return index < 0 ? NULL : &demo->fleet->clusters[index];
}

struct demo_cluster *demo_fleet_get(const struct demo *demo, const char *namespace, const char *name)
{
	for (size_t i = 0; i < DEMO_FLEET_SIZE; i++) {
		struct demo_cluster *cluster = &demo->fleet->clusters[i];
		if (str_eq(cluster->spec->namespace, namespace) && str_eq(cluster->spec->name, name))
			return cluster;
	}
	return NULL;
}
