/* The kinds mqdeck reads. A kind is one line here, its record in records.h and its field table in kube_kinds.c, from
 * which both decoders work. */
#ifndef MQDECK_KUBE_RECORDS_KUBE_KINDS_H
#define MQDECK_KUBE_RECORDS_KUBE_KINDS_H

#include <stdbool.h>
#include <stddef.h>

#include "api/kube/records/records.h"

/* X(NAME, group, versions (best first, by ','), resource, kind, namespaced, protobuf, record type) */
#define KUBE_KINDS(X)                                                                                                  \
	X(PODS, "", "v1", "pods", "Pod", true, true, kube_pod)                                                         \
	X(SERVICES, "", "v1", "services", "Service", true, true, kube_service)                                         \
	X(ENDPOINT_SLICES, "discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true, true,                    \
	  kube_endpoint_slice)                                                                                         \
	X(CLAIMS, "", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true, true, kube_claim)                 \
	X(VOLUMES, "", "v1", "persistentvolumes", "PersistentVolume", false, true, kube_volume)                        \
	X(STORAGE_CLASSES, "storage.k8s.io", "v1", "storageclasses", "StorageClass", false, true, kube_storage_class)  \
	X(NODES, "", "v1", "nodes", "Node", false, true, kube_node)                                                    \
	X(EVENTS, "", "v1", "events", "Event", true, true, kube_event)                                                 \
	X(STATEFUL_SETS, "apps", "v1", "statefulsets", "StatefulSet", true, true, kube_stateful_set)                   \
	X(DEPLOYMENTS, "apps", "v1", "deployments", "Deployment", true, true, kube_deployment)                         \
	X(DAEMON_SETS, "apps", "v1", "daemonsets", "DaemonSet", true, true, kube_daemon_set)                           \
	X(DISRUPTION_BUDGETS, "policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true, true,               \
	  kube_disruption_budget)                                                                                      \
	X(SECRETS, "", "v1", "secrets", "Secret", true, true, kube_secret)                                             \
	X(CONFIG_MAPS, "", "v1", "configmaps", "ConfigMap", true, true, kube_config_map)                               \
	X(RABBITMQ_CLUSTERS, "rabbitmq.com", "v1beta1", "rabbitmqclusters", "RabbitmqCluster", true, false,            \
	  kube_rabbitmq_cluster)                                                                                       \
	X(KAFKAS, "kafka.strimzi.io", "v1,v1beta2", "kafkas", "Kafka", true, false, kube_kafka)                        \
	X(KAFKA_NODE_POOLS, "kafka.strimzi.io", "v1,v1beta2", "kafkanodepools", "KafkaNodePool", true, false,          \
	  kube_kafka_node_pool)                                                                                        \
	X(KAFKA_USERS, "kafka.strimzi.io", "v1,v1beta2", "kafkausers", "KafkaUser", true, false, kube_kafka_user)      \
	X(POD_SETS, "core.strimzi.io", "v1,v1beta2", "strimzipodsets", "StrimziPodSet", true, false, kube_pod_set)     \
	X(LEASES, "coordination.k8s.io", "v1", "leases", "Lease", true, true, kube_lease)

enum kube_kind {
#define X(name, ...) KUBE_##name,
	KUBE_KINDS(X)
#undef X
		KUBE_KIND_COUNT
};

struct kube_table;

struct kube_kind_info {
	const char *group, *versions, *resource, *kind;
	bool namespaced, protobuf;
	const struct kube_table *table;
};

const struct kube_kind_info *kube_kind_info(enum kube_kind kind);
/* By resource ("pods") or kind ("Pod"); -1 when we do not read it. */
int kube_kind_find(const char *word);
/* The index-th of the versions, best first, as a string of at most 15 bytes; false when there are not so many. */
bool kube_kind_version(enum kube_kind kind, size_t index, char out[static 16]);

#endif
