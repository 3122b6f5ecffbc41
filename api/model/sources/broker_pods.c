/* Which pods are a cluster's brokers, and which of them to ask first. */
#include "api/base/str.h"
#include "api/model/records/record_facts.h"
#include "api/model/sources/broker_source_private.h"

static bool pods_are_of(const struct source_found_cluster *found, const struct kube_pod *pod)
{
	const struct kube_owner *owner = kube_controller(&pod->meta);
	if (!str_eq(pod->meta.namespace, found->namespace))
		return false;
	if (found->manager == WORLD_MANAGED_BY_STRIMZI)
		return str_eq(kube_label(&pod->meta, "strimzi.io/cluster"), found->name) &&
		       str_eq(str_or(kube_label(&pod->meta, "strimzi.io/kind"), "Kafka"), "Kafka");
	return owner && found->stateful_set && str_eq(owner->kind, "StatefulSet") &&
	       str_eq(owner->name, found->stateful_set->meta.name);
}

/* A dead kubelet's pods stay "ready" for a while: its node is asked too. */
static bool is_hopeful(const struct record_store *store, const struct kube_pod *pod)
{
	const struct kube_node *node = record_store_get(store, KUBE_NODES, NULL, pod->node_name);
	const struct kube_condition *ready = record_node_condition(node, "Ready");
	return record_pod_is_ready(pod) && pod->meta.deleted_ms < 0 && !(ready && !str_eq(ready->status, "True"));
}

static int pods_compare_names(const void *a, const void *b)
{
	return str_compare_natural((*(const struct kube_pod *const *)a)->meta.name,
				   (*(const struct kube_pod *const *)b)->meta.name);
}

/* Those that will answer come first, else in the order of their names. */
void source_broker_find_pods(struct source_broker *source, const struct source_found_cluster *found)
{
	VEC(const struct kube_pod *) rest = {0};
	const struct kube_pod *pod;
	struct map_entry *at = NULL;
	vec_clear(&source->pods);
	while ((pod = record_store_next(source->options->store, KUBE_PODS, &at))) {
		if (!pods_are_of(found, pod) || !pod->meta.name || !str_eq(pod->phase, "Running"))
			continue;
		if (is_hopeful(source->options->store, pod))
			vec_push(&source->pods, pod);
		else
			vec_push(&rest, pod);
	}
	if (source->pods.len)
		qsort(source->pods.items, source->pods.len, sizeof *source->pods.items, pods_compare_names);
	if (rest.len)
		qsort(rest.items, rest.len, sizeof *rest.items, pods_compare_names);
	vec_each (&rest, it)
		vec_push(&source->pods, *it);
	vec_finish(&rest);
}

const char *source_broker_pod_names(const struct source_broker *source, const struct kube_pod *pod,
				    struct arena *scratch)
{
	const char *host = str_or(pod->hostname, pod->meta.name), *domain = pod->subdomain, *space = source->namespace;
	if (!domain)
		return host;
	return arena_printf(scratch, "%s.%s.%s.svc,%s.%s.%s.svc.cluster.local,%s.%s.%s,%s.%s", host, domain, space,
			    host, domain, space, host, domain, space, host, domain);
}
