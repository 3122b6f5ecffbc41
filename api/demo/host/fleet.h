/* The four broker clusters of the embedded cluster: what they are, and where their state hangs. */
#ifndef MQDECK_DEMO_HOST_FLEET_H
#define MQDECK_DEMO_HOST_FLEET_H

#include <stddef.h>

#include "api/demo/http/json_tree.h"
#include "api/demo/host/demo_private.h"
#include "api/demo/kube/store.h"

enum broker_kind { BROKER_RABBITMQ, BROKER_KAFKA };

struct cluster_spec {
	enum broker_kind kind;
	const char *namespace, *name;
	const char *set;      /* pods are SET-0, SET-1 …; the StatefulSet or StrimziPodSet */
	const char *headless, *client_service, *node_service /* NULL = none */;
	const char *claim;    /* claims are CLAIM-SET-ORDINAL, or CLAIM-0-SET-ORDINAL of Strimzi */
	const char *version, *image;
	bool managed;         /* by RabbitMQ's cluster operator or Strimzi */
	int replicas;
	int storage_gib;
	const char *storage_class;
	int memory_gib;
	const char *secret, *user, *password; /* RabbitMQ's administrator; Kafka's SCRAM user */
};

enum { FLEET_SIZE = 4, CLUSTER_BROKERS_MAX = 9 };

struct cluster {
	const struct cluster_spec *spec;
	struct rabbit *rabbit; /* one of the two */
	struct kafka *kafka;
};

struct fleet {
	struct cluster clusters[FLEET_SIZE];
};

struct fleet *fleet_create(struct demo *demo);
void fleet_destroy(struct fleet *fleet);
void fleet_tick(struct demo *demo);
/* The cluster a pod belongs to and its ordinal; NULL for other pods. */
struct cluster *fleet_find(const struct demo *demo, const char *namespace, const char *pod, int *ordinal);
struct cluster *fleet_get(const struct demo *demo, const char *namespace, const char *name);

/* "SET-2", into out. */
const char *cluster_pod_name(const struct cluster_spec *spec, int ordinal, char *out, size_t size);
const char *cluster_claim_name(const struct cluster_spec *spec, int ordinal, char *out, size_t size);

#endif
