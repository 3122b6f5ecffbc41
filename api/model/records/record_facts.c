/* Small facts told from one record alone. */
#include "api/model/records/record_facts.h"

#include "api/base/str.h"

bool record_pod_is_ready(const struct kube_pod *pod)
{
	const struct kube_condition *ready =
		pod ? kube_condition(pod->conditions, pod->condition_count, "Ready") : NULL;
	return ready && str_eq(ready->status, "True");
}

const struct kube_condition *record_node_condition(const struct kube_node *node, const char *type)
{
	return node ? kube_condition(node->conditions, node->condition_count, type) : NULL;
}

/* The first of the two is there since Kubernetes 1.17; nodes that were registered by hand may bear the old one alone. */
const char *record_node_zone(const struct kube_node *node)
{
	const char *zone = node ? kube_label(&node->meta, "topology.kubernetes.io/zone") : NULL;
	return zone || !node ? zone : kube_label(&node->meta, "failure-domain.beta.kubernetes.io/zone");
}
