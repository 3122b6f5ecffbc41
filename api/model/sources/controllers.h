/* Kafka's controllers in StatefulSets of their own: they speak to no client, hold no partitions, and belong to the cluster
 * whose brokers they lead. */
#ifndef MQDECK_MODEL_SOURCES_CONTROLLERS_H
#define MQDECK_MODEL_SOURCES_CONTROLLERS_H

#include "api/base/vec.h"
#include "api/model/sources/discover.h"

typedef VEC(struct source_found_cluster) source_found_clusters;

/* Gives those of the clusters found that are controllers alone to the cluster of their brokers, and takes them out; who
 * has none stays. */
void source_controllers_settle(source_found_clusters *clusters);

/* The id by which the controllers' quorum knows a host, as a container's environment lists the voters; -1 when it does
 * not. `matches` says whether a host is the one meant. */
int32_t source_controllers_id(const struct kube_container *container,
			      bool (*matches)(const void *data, const char *host), const void *data);

#endif
