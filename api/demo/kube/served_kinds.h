/* What kinds of objects the embedded cluster knows: one table that drives routing, discovery and storage. */
#ifndef MQDECK_DEMO_KUBE_SERVED_KINDS_H
#define MQDECK_DEMO_KUBE_SERVED_KINDS_H

#include <stdbool.h>
#include <stddef.h>

/* X(ID, group, version, plural, Kind, short names, namespaced, has scale) */
#define DEMO_KUBE_KINDS(X)                                                                                             \
	X(NAMESPACE, "", "v1", "namespaces", "Namespace", "ns", false, false)                                          \
	X(NODE, "", "v1", "nodes", "Node", "no", false, false)                                                         \
	X(POD, "", "v1", "pods", "Pod", "po", true, false)                                                             \
	X(SERVICE, "", "v1", "services", "Service", "svc", true, false)                                                \
	X(ENDPOINTS, "", "v1", "endpoints", "Endpoints", "ep", true, false)                                            \
	X(CLAIM, "", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", "pvc", true, false)                      \
	X(VOLUME, "", "v1", "persistentvolumes", "PersistentVolume", "pv", false, false)                               \
	X(CONFIG_MAP, "", "v1", "configmaps", "ConfigMap", "cm", true, false)                                          \
	X(SECRET, "", "v1", "secrets", "Secret", "", true, false)                                                      \
	X(EVENT, "", "v1", "events", "Event", "ev", true, false)                                                       \
	X(SERVICE_ACCOUNT, "", "v1", "serviceaccounts", "ServiceAccount", "sa", true, false)                           \
	X(STATEFUL_SET, "apps", "v1", "statefulsets", "StatefulSet", "sts", true, true)                                \
	X(ENDPOINT_SLICE, "discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", "", true, false)                \
	X(BUDGET, "policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", "pdb", true, false)                   \
	X(STORAGE_CLASS, "storage.k8s.io", "v1", "storageclasses", "StorageClass", "sc", false, false)                 \
	X(LEASE, "coordination.k8s.io", "v1", "leases", "Lease", "", true, false)                                      \
	X(RABBITMQ_CLUSTER, "rabbitmq.com", "v1beta1", "rabbitmqclusters", "RabbitmqCluster", "rmq", true, false)      \
	X(KAFKA, "kafka.strimzi.io", "v1", "kafkas", "Kafka", "k", true, false)                                        \
	X(NODE_POOL, "kafka.strimzi.io", "v1", "kafkanodepools", "KafkaNodePool", "knp", true, true)                   \
	X(KAFKA_USER, "kafka.strimzi.io", "v1", "kafkausers", "KafkaUser", "ku", true, false)                          \
	X(POD_SET, "core.strimzi.io", "v1", "strimzipodsets", "StrimziPodSet", "sps", true, false)

enum demo_kube_kind_id {
#define X(id, ...) DEMO_KUBE_KIND_##id,
	DEMO_KUBE_KINDS(X)
#undef X
		DEMO_KUBE_KIND_COUNT
};

struct demo_kube_kind {
	enum demo_kube_kind_id id;
	const char *group, *version, *plural, *name;
	const char *short_name; /* "" = none */
	bool namespaced, has_scale;
};

const struct demo_kube_kind *demo_kube_kind_get(enum demo_kube_kind_id id);
const struct demo_kube_kind *demo_kube_kind_find(const char *group, const char *version,
						 const char *plural); /* NULL = unknown */
/* "v1" or "apps/v1", written into out. */
const char *demo_kube_kind_api_version(const struct demo_kube_kind *kind, char *out, size_t size);

#endif
