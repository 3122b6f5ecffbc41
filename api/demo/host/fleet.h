/* The miniature brokers of the embedded cluster, by cluster. */
#ifndef MQDECK_DEMO_HOST_FLEET_H
#define MQDECK_DEMO_HOST_FLEET_H

#include "api/demo/base/cluster_spec.h"
#include "api/demo/base/demo_private.h"

struct demo_cluster {
	const struct demo_cluster_spec *spec;
	struct demo_rabbitmq *rabbit; /* one of the two */
	struct demo_kafka *kafka;
};

struct demo_fleet {
	struct demo_cluster *clusters;
	size_t count;
};

struct demo_fleet *demo_fleet_create(struct demo *demo);
void demo_fleet_destroy(struct demo_fleet *fleet);
void demo_fleet_tick(struct demo *demo);
/* The cluster a pod belongs to and its ordinal; NULL for other pods. */
struct demo_cluster *demo_fleet_find(const struct demo *demo, const char *namespace, const char *pod, int *ordinal);
/* Bytes in the volume of a broker's pod; 0 for other pods. */
int64_t demo_fleet_disk_used(const struct demo *demo, const char *namespace, const char *pod);
struct demo_cluster *demo_fleet_get(const struct demo *demo, const char *namespace, const char *name);

#endif
