/* Which broker clusters there are, told from records alone: StatefulSets by what speaks for them, and the custom
 * resources of the RabbitMQ cluster operator and of Strimzi. */
#ifndef MQDECK_MODEL_SOURCES_DISCOVER_H
#define MQDECK_MODEL_SOURCES_DISCOVER_H

#include "api/model/records/pod_maker.h"
#include "api/model/records/record_store.h"
#include "api/model/records/world_shapes.h"
#include "api/model/sources/evidence.h"

enum { SOURCE_POOLS_MAX = 16, SOURCE_CONTROLLERS_MAX = 4 };

struct source_found_cluster { /* points at records and so lives as long as they do */
	enum world_broker_kind kind;
	enum world_cluster_manager manager;
	const char *namespace, *name;
	const struct kube_stateful_set *stateful_set;
	const struct kube_workload *workload; /* or NULL */
	const char *workload_kind;            /* "Deployment", "DaemonSet"; NULL without */
	const struct kube_rabbitmq_cluster *rabbitmq;
	const struct kube_kafka *kafka;
	const struct kube_kafka_node_pool *pools[SOURCE_POOLS_MAX];
	size_t pool_count;
	const struct kube_stateful_set *controllers[SOURCE_CONTROLLERS_MAX]; /* Kafka: apart from the brokers */
	size_t controller_count;
	int32_t desired;                 /* brokers; -1 unknown */
	struct source_evidence evidence; /* why it was taken for one */
};

/* An annotation of a StatefulSet or of a resource that says what it runs: "kafka", "rabbitmq", or "none". */
#define SOURCE_BROKER_ANNOTATION "mqdeck.io/broker"

struct source_discovery {
	const struct record_store *store;
	/* The same from the configuration, which wins; NULL, function or word = nothing is said. */
	const char *(*broker_kind)(void *data, const char *namespace, const char *name);
	void *settings;
};

/* Calls for every cluster, in no order. */
void source_discover_clusters(const struct source_discovery *discovery,
			      void (*each)(void *data, const struct source_found_cluster *found), void *data);

/* What it goes by everywhere, "namespace/name/rabbitmq": free() it. */
char *source_discover_key(const struct source_found_cluster *found);

/* The index-th of the label selectors that tell its pods, as the API wants it: the brokers' first, then the controllers';
 * false when there are not so many. */
bool source_discover_selector(const struct source_found_cluster *found, size_t index, char *out, size_t size);

/* The container that runs the broker in a pod; NULL for none. */
const struct kube_container *source_discover_pod_container(enum world_broker_kind kind, const struct kube_pod *pod);

/* What makes a cluster's brokers, as record_pod_maker() says it of their pods. False when nothing does. */
bool source_discover_brokers_maker(const struct source_found_cluster *found, char out[static RECORD_MAKER_MAX]);
bool source_discover_set_maker(const struct kube_stateful_set *set, char out[static RECORD_MAKER_MAX]);

/* A pod's own number: the digits its name ends in. -1 when it ends in none. */
int32_t source_discover_ordinal(const char *name);

#endif
