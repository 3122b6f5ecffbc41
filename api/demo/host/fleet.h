/* The four broker clusters of the embedded cluster: what they are, and where their state hangs. */
#ifndef MQDECK_DEMO_HOST_FLEET_H
#define MQDECK_DEMO_HOST_FLEET_H

#include <stddef.h>

#include "api/demo/host/demo_private.h"
#include "api/demo/http/json_tree.h"
#include "api/demo/kube/store.h"

enum demo_broker_kind { DEMO_BROKER_RABBITMQ, DEMO_BROKER_KAFKA };

struct demo_cluster_spec {
	enum demo_broker_kind kind;
	const char *namespace, *name;
	const char *set; /* pods are SET-0, SET-1 …; the StatefulSet or StrimziPodSet */
	const char *headless, *client_service, *node_service /* NULL = none */;
	const char *claim; /* claims are CLAIM-SET-ORDINAL, or CLAIM-0-SET-ORDINAL of Strimzi */
	const char *version, *image;
	bool managed; /* by RabbitMQ's cluster operator or Strimzi */
	int replicas;
	int storage_gib;
	const char *storage_class;
	int memory_gib;
	const char *secret, *user, *password; /* RabbitMQ's administrator; Kafka's SCRAM user */
};

enum { DEMO_FLEET_SIZE = 4, DEMO_CLUSTER_BROKERS_MAX = 9 };

struct demo_cluster {
	const struct demo_cluster_spec *spec;
	struct demo_rabbitmq *rabbit; /* one of the two */
	struct demo_kafka *kafka;
};

struct demo_fleet {
	struct demo_cluster clusters[DEMO_FLEET_SIZE];
};

struct demo_fleet *demo_fleet_create(struct demo *demo);
void demo_fleet_destroy(struct demo_fleet *fleet);
void demo_fleet_tick(struct demo *demo);
/* The cluster a pod belongs to and its ordinal; NULL for other pods. */
struct demo_cluster *demo_fleet_find(const struct demo *demo, const char *namespace, const char *pod, int *ordinal);
struct demo_cluster *demo_fleet_get(const struct demo *demo, const char *namespace, const char *name);

/* "SET-2", into out. */
const char *demo_cluster_pod_name(const struct demo_cluster_spec *spec, int ordinal, char *out, size_t size);
const char *demo_cluster_claim_name(const struct demo_cluster_spec *spec, int ordinal, char *out, size_t size);

#endif
