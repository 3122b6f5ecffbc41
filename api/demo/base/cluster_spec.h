/* What the broker clusters of the embedded cluster are, and what their pods and claims are called. */
#ifndef MQDECK_DEMO_BASE_CLUSTER_SPEC_H
#define MQDECK_DEMO_BASE_CLUSTER_SPEC_H

#include <stdbool.h>
#include <stddef.h>

#include "api/base/arena.h"
#include "api/base/map.h"

enum { DEMO_CLUSTER_BROKERS_MAX = 9 };

enum demo_broker_kind { DEMO_BROKER_RABBITMQ, DEMO_BROKER_KAFKA };

struct demo_cluster_spec {
	enum demo_broker_kind kind;
	const char *namespace, *name;
	const char *set; /* pods are SET-0, SET-1 …; the StatefulSet or StrimziPodSet */
	const char *headless, *client_service, *node_service /* NULL = none */;
	const char *claim; /* claims are CLAIM-SET-ORDINAL, or CLAIM-0-SET-ORDINAL of Strimzi */
	const char *version, *image;
	bool managed; /* by RabbitMQ's cluster operator or Strimzi */
	bool lags;    /* Kafka: two of its partitions are under-replicated */
	int replicas;
	int storage_gib;
	const char *storage_class;
	int memory_gib;
	const char *secret, *user, *password; /* RabbitMQ's administrator; Kafka's SCRAM user */
};

struct demo_cluster_specs {
	struct demo_cluster_spec *items; /* the four of the script, then those that were asked for beside them */
	size_t count;
	struct arena texts;
	struct map by_set; /* of "namespace/set" the index + 1 */
};

/* more: so many beside the four, ten to a namespace team-01, team-02 … */
void demo_cluster_specs_make(struct demo_cluster_specs *specs, size_t more);
void demo_cluster_specs_finish(struct demo_cluster_specs *specs);
/* The index of the cluster a pod belongs to, and its ordinal there; -1 for other pods. */
int demo_cluster_of_pod(const struct demo_cluster_specs *specs, const char *namespace, const char *pod, int *ordinal);

/* "SET-2", into out. */
const char *demo_cluster_pod_name(const struct demo_cluster_spec *spec, int ordinal, char *out, size_t size);
const char *demo_cluster_claim_name(const struct demo_cluster_spec *spec, int ordinal, char *out, size_t size);

#endif
