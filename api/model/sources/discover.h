/* Which broker clusters there are, told from records alone: StatefulSets by owner, label, image and port, and the
 * custom resources of the RabbitMQ cluster operator and of Strimzi. */
#ifndef MQDECK_MODEL_SOURCES_DISCOVER_H
#define MQDECK_MODEL_SOURCES_DISCOVER_H

#include "api/model/records/record_store.h"
#include "api/model/records/world_shapes.h"

enum { SOURCE_POOLS_MAX = 16 };

struct source_found_cluster { /* points at records and so lives as long as they do */
	enum world_broker_kind kind;
	enum world_cluster_manager manager;
	const char *namespace, *name;
	const struct kube_stateful_set *stateful_set;
	const struct kube_rabbitmq_cluster *rabbitmq;
	const struct kube_kafka *kafka;
	const struct kube_kafka_node_pool *pools[SOURCE_POOLS_MAX];
	size_t pool_count;
	int32_t desired; /* -1 unknown */
	const char *why; /* it was taken for one: a literal, for the log */
};

/* Calls for every cluster, in no order. */
void source_discover_clusters(const struct record_store *store,
			      void (*each)(void *data, const struct source_found_cluster *found), void *data);

/* What it goes by everywhere, "namespace/name/rabbitmq": free() it. */
char *source_discover_key(const struct source_found_cluster *found);

/* The label selector that its pods share, as the API wants it; false when there is none. */
bool source_discover_selector(const struct source_found_cluster *found, char *out, size_t size);

/* The container that runs the broker: by name and image, else the first. NULL when there is none. */
const struct kube_container *source_discover_container(enum world_broker_kind kind,
						       const struct kube_container *containers, size_t count);

/* The same of a pod; NULL for none. */
const struct kube_container *source_discover_pod_container(enum world_broker_kind kind, const struct kube_pod *pod);

/* A pod's own number: the digits its name ends in. -1 when it ends in none. */
int32_t source_discover_ordinal(const char *name);

#endif
