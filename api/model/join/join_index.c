/* What the clusters of this frame are found by: labels, and the names of all that is theirs. A service says only what it
 * selects and an event what it is about, and with thousands of clusters neither can be held against each. */
#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/join/joined.h"

enum { STRIMZI_NAME_MAX = 1024 };

/* ---- labels ---- */

static uint64_t label_key(const char *namespace, const struct kube_pair *pair)
{
	return record_lookup_key(namespace, pair->key, pair->value);
}

static bool is_same_pair(const struct kube_pair *a, const struct kube_pair *b)
{
	return str_eq(a->key, b->key) && str_eq(a->value, b->value);
}

/* Most labels of a pod are those of the pod before it: they lead to the cluster already. */
static void index_labels(struct world *world, struct join_cluster *cluster, const struct kube_meta *meta,
			 const struct kube_meta *before)
{
	for (size_t i = 0; i < meta->label_count; i++)
		if (!before || i >= before->label_count || !is_same_pair(&meta->labels[i], &before->labels[i]))
			record_lookup_put(&world->index.labels, label_key(cluster->namespace, &meta->labels[i]),
					  cluster);
}

static void index_cluster_labels(struct world *world, struct join_cluster *cluster)
{
	const struct kube_stateful_set *set = cluster->found.stateful_set;
	const struct kube_meta template = {.labels = set ? set->template_labels : NULL,
					   .label_count = set ? set->template_label_count : 0},
			       *before = NULL;
	index_labels(world, cluster, &template, NULL);
	vec_each (&cluster->brokers, broker) {
		if (!(*broker)->pod)
			continue;
		index_labels(world, cluster, &(*broker)->pod->meta, before);
		before = &(*broker)->pod->meta;
	}
}

uint64_t join_index_selected(struct world *world, const char *namespace, const struct kube_pair *selector, size_t count)
{
	uint64_t rarest = record_lookup_key(namespace, NULL, NULL);
	size_t fewest = SIZE_MAX;
	for (size_t i = 0; i < count; i++) {
		uint64_t key = label_key(namespace, &selector[i]);
		size_t most = record_lookup_at_most(&world->index.labels, key);
		if (most >= fewest)
			continue;
		fewest = most;
		rarest = key;
	}
	return rarest;
}

bool join_cluster_is_selected(const struct join_cluster *cluster, const char *namespace,
			      const struct kube_pair *selector, size_t count)
{
	const struct kube_stateful_set *set = cluster->found.stateful_set;
	if (!str_eq(namespace, cluster->namespace))
		return false;
	if (set && record_labels_match(selector, count, set->template_labels, set->template_label_count))
		return true;
	for (size_t i = 0; i < cluster->brokers.len; i++) {
		const struct kube_pod *pod = cluster->brokers.items[i]->pod;
		if (pod && record_labels_match(selector, count, pod->meta.labels, pod->meta.label_count))
			return true;
	}
	return false;
}

/* ---- names ---- */

void join_index_name(struct join_cluster *cluster, const char *name)
{
	record_lookup_put(&cluster->world->index.names, record_lookup_key(cluster->namespace, name, NULL), cluster);
}

/* As Strimzi calls the pods of its pools, or of a cluster without any, before their number. */
static void index_strimzi_names(struct join_cluster *cluster)
{
	char name[STRIMZI_NAME_MAX];
	for (size_t i = 0; i <= cluster->found.pool_count; i++) {
		const char *pool = i ? str_or(cluster->found.pools[i - 1]->meta.name, "") : "kafka";
		snprintf(name, sizeof name, "%s-%s", cluster->name, pool);
		join_index_name(cluster, name);
	}
}

static void index_cluster_names(struct join_cluster *cluster)
{
	join_index_name(cluster, cluster->name);
	if (!str_eq(join_cluster_pod_prefix(cluster), cluster->name))
		join_index_name(cluster, join_cluster_pod_prefix(cluster));
	if (cluster->found.manager == WORLD_MANAGED_BY_STRIMZI)
		index_strimzi_names(cluster);
	for (size_t i = 0; i < cluster->pub.member_count; i++)
		join_index_name(cluster, cluster->pub.members[i]->name);
}

struct join_cluster *join_index_named(struct record_lookup *names, const char *namespace, const char *name,
				      bool (*is)(const struct join_cluster *cluster, const void *data),
				      const void *data)
{
	struct join_cluster *first = NULL;
	uint64_t key = record_lookup_key(namespace, name, NULL);
	for (const struct record_lookup_entry *at = NULL; (at = record_lookup_next(names, key, at));) {
		struct join_cluster *cluster = at->value;
		if ((!first || cluster->place < first->place) && is(cluster, data))
			first = cluster;
	}
	return first;
}

void join_index_place(struct world *world)
{
	for (size_t i = 0; i < world->cluster_list.len; i++)
		join_cluster_of(world->cluster_list.items[i])->place = i;
}

/* ---- the whole ---- */

void join_index_clusters(struct world *world)
{
	record_lookup_clear(&world->index.labels);
	record_lookup_clear(&world->index.names);
	join_index_place(world);
	vec_each (&world->cluster_list, cluster) {
		index_cluster_labels(world, join_cluster_of(*cluster));
		index_cluster_names(join_cluster_of(*cluster));
	}
}

void join_index_finish(struct join_index *index)
{
	record_lookup_finish(&index->names);
	record_lookup_finish(&index->labels);
	record_lookup_finish(&index->slices);
	record_lookup_finish(&index->free_volumes);
	record_lookup_finish(&index->mounts);
	record_lookup_finish(&index->claim_events);
}
