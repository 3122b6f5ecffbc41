/* Pods say by their owner what made them; Strimzi's own sets are told by the labels of their pods. */
#include "api/model/records/pod_maker.h"

#include <stdio.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"

/* The Kafka cluster that Strimzi runs the pod for as a broker or a controller. NULL = none: the entity operator, the
 * exporter, Cruise Control, Connect and MirrorMaker bear the cluster's labels too. */
static const char *strimzi_cluster_of(const struct kube_pod *pod)
{
	const char *cluster = kube_label(&pod->meta, "strimzi.io/cluster");
	const char *component = kube_label(&pod->meta, "strimzi.io/name");
	if (!cluster || !str_eq(kube_label(&pod->meta, "strimzi.io/kind"), "Kafka"))
		return NULL;
	if (component) {
		size_t len = strlen(cluster);
		return str_has_prefix(component, cluster) && str_eq(component + len, "-kafka") ? cluster : NULL;
	}
	bool has_role = kube_label(&pod->meta, "strimzi.io/broker-role") ||
			kube_label(&pod->meta, "strimzi.io/controller-role");
	return has_role ? cluster : NULL;
}

void record_maker_write(char out[static RECORD_MAKER_MAX], const char *namespace, const char *kind, const char *name)
{
	snprintf(out, RECORD_MAKER_MAX, "%s/%s/%s", str_or(namespace, ""), kind, str_or(name, ""));
}

/* A Deployment's pods belong to a ReplicaSet, which is named after it and after their template. */
static void write_deployment(char *out, const struct kube_pod *pod, const struct kube_owner *owner)
{
	const char *hash = kube_label(&pod->meta, "pod-template-hash");
	size_t len = strlen(str_or(owner->name, "")), tail = hash ? strlen(hash) + 1 : 0;
	bool fits = hash && len > tail && str_eq(owner->name + len - tail + 1, hash);
	CLEANUP(free) char *name = mem_strndup(str_or(owner->name, ""), fits ? len - tail : len);
	record_maker_write(out, pod->meta.namespace, fits ? "Deployment" : "ReplicaSet", name);
}

static bool write_strimzi_maker(char *out, const struct kube_pod *pod)
{
	const char *cluster = strimzi_cluster_of(pod);
	if (cluster)
		record_maker_write(out, pod->meta.namespace, "Kafka", cluster);
	return cluster != NULL;
}

bool record_pod_maker(const struct kube_pod *pod, char out[static RECORD_MAKER_MAX])
{
	const struct kube_owner *owner = kube_controller(&pod->meta);
	if (owner && str_eq(owner->kind, "ReplicaSet"))
		write_deployment(out, pod, owner);
	else if (owner && (str_eq(owner->kind, "StatefulSet") || str_eq(owner->kind, "DaemonSet")))
		record_maker_write(out, pod->meta.namespace, owner->kind, owner->name);
	else
		return write_strimzi_maker(out, pod);
	return true;
}
