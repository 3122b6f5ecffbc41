/* The miniature brokers behind each of the clusters: made, moved on and found together. */
#include "api/demo/host/fleet.h"

#include "api/base/str.h"
#include "api/demo/kafka/kafka_cluster.h"
#include "api/demo/rabbitmq/rabbitmq_cluster.h"

struct demo_fleet *demo_fleet_create(struct demo *demo)
{
	struct demo_fleet *fleet = mem_alloc(sizeof *fleet);
	fleet->count = demo->specs.count;
	fleet->clusters = mem_alloc(fleet->count * sizeof *fleet->clusters);
	for (size_t i = 0; i < fleet->count; i++) {
		struct demo_cluster *cluster = &fleet->clusters[i];
		cluster->spec = &demo->specs.items[i];
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
	for (size_t i = 0; i < fleet->count; i++) {
		demo_rabbitmq_destroy(fleet->clusters[i].rabbit);
		demo_kafka_destroy(fleet->clusters[i].kafka);
	}
	free(fleet->clusters);
	free(fleet);
}

void demo_fleet_tick(struct demo *demo)
{
	for (size_t i = 0; i < demo->fleet->count; i++) {
		struct demo_cluster *cluster = &demo->fleet->clusters[i];
		if (cluster->rabbit)
			demo_rabbitmq_tick(cluster->rabbit);
		else
			demo_kafka_tick(cluster->kafka);
	}
}

struct demo_cluster *demo_fleet_find(const struct demo *demo, const char *namespace, const char *pod, int *ordinal)
{
	int index = demo_cluster_of_pod(&demo->specs, namespace, pod, ordinal);
	return index < 0 ? NULL : &demo->fleet->clusters[index];
}

struct demo_cluster *demo_fleet_get(const struct demo *demo, const char *namespace, const char *name)
{
	for (size_t i = 0; i < demo->fleet->count; i++) {
		struct demo_cluster *cluster = &demo->fleet->clusters[i];
		if (str_eq(cluster->spec->namespace, namespace) && str_eq(cluster->spec->name, name))
			return cluster;
	}
	return NULL;
}

int64_t demo_fleet_disk_used(const struct demo *demo, const char *namespace, const char *pod)
{
	int ordinal = 0;
	const struct demo_cluster *cluster = demo_fleet_find(demo, namespace, pod, &ordinal);
	if (!cluster)
		return 0;
	return cluster->kafka ? demo_kafka_disk_used(cluster->kafka, ordinal)
			      : ((int64_t)cluster->spec->storage_gib << 30) -
					(int64_t)demo_rabbitmq_disk_free(cluster->rabbit, ordinal);
}
