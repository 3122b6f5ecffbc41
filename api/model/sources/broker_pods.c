/* Which pods are a cluster's brokers, and which of them to ask first. */
#include "api/base/str.h"
#include "api/model/records/record_facts.h"
#include "api/model/records/record_lookup.h"
#include "api/model/sources/broker_source_private.h"

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
	char maker[RECORD_MAKER_MAX];
	const struct record_group *pods =
		source_discover_brokers_maker(found, maker)
			? record_store_group(source->options->store, RECORD_PODS_BY_MAKER, maker)
			: NULL;
	vec_clear(&source->pods);
	for (size_t i = 0; (pod = record_group_pod(pods, i)); i++) {
		if (!pod->meta.name || !str_eq(pod->phase, "Running"))
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

uint64_t source_broker_pod_state(const struct kube_pod *pod)
{
	uint64_t state = record_lookup_key(pod->meta.uid, NULL, NULL) + record_pod_is_ready(pod);
	for (size_t i = 0; i < pod->status_count; i++)
		state += (uint64_t)pod->statuses[i].restart_count << 1;
	return state;
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
