/* Which broker clusters there are. A custom resource says it for certain; a StatefulSet is weighed (evidence.h). */
#include "api/model/sources/discover.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "api/base/buf.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kube/records/kube_kinds.h"
#include "api/model/records/record_lookup.h"
#include "api/model/sources/controllers.h"

static bool is_of_operator(const struct kube_stateful_set *set)
{
	const struct kube_owner *owner = kube_controller(&set->meta);
	return owner && str_eq(owner->kind, "RabbitmqCluster");
}

/* ---- what is told ---- */

struct told {
	bool none;                       /* it is no broker */
	struct source_evidence evidence; /* enough where it is told to be one */
};

static struct told told_of(const struct source_discovery *discovery, const struct kube_meta *meta)
{
	static const char *const kinds[] = {[WORLD_BROKER_RABBITMQ] = "rabbitmq", [WORLD_BROKER_KAFKA] = "kafka"};
	const char *word = discovery->broker_kind
				   ? discovery->broker_kind(discovery->settings, str_or(meta->namespace, ""),
							    str_or(meta->name, ""))
				   : NULL;
	enum source_word from = word ? SOURCE_WORD_OF_CONFIGURATION : SOURCE_WORD_OF_ANNOTATION;
	struct told told = {0};
	word = word ? word : kube_annotation(meta, SOURCE_BROKER_ANNOTATION);
	told.none = str_eq(word, "none");
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_eq(word, kinds[i]))
			told.evidence = source_evidence_certain((enum world_broker_kind)i, from, kinds[i]);
	return told;
}

/* ---- what is found ---- */

static const struct kube_stateful_set *set_of_operator(const struct record_store *store,
						       const struct kube_rabbitmq_cluster *cluster)
{
	char name[300];
	snprintf(name, sizeof name, "%s-server", str_or(cluster->meta.name, ""));
	return record_store_get(store, KUBE_STATEFUL_SETS, cluster->meta.namespace, name);
}

static void index_pools(const struct record_store *store, struct record_lookup *pools)
{
	const struct kube_kafka_node_pool *pool;
	struct map_entry *at = NULL;
	while ((pool = record_store_next(store, KUBE_KAFKA_NODE_POOLS, &at)))
		record_lookup_put(
			pools,
			record_lookup_key(pool->meta.namespace, kube_label(&pool->meta, "strimzi.io/cluster"), NULL),
			(void *)pool);
}

static void find_pools(struct record_lookup *pools, struct source_found_cluster *found)
{
	uint64_t key = record_lookup_key(found->namespace, found->name, NULL);
	int32_t replicas = 0;
	for (const struct record_lookup_entry *at = NULL; (at = record_lookup_next(pools, key, at));) {
		const struct kube_kafka_node_pool *pool = at->value;
		if (!str_eq(pool->meta.namespace, found->namespace) ||
		    !str_eq(kube_label(&pool->meta, "strimzi.io/cluster"), found->name) ||
		    found->pool_count == SOURCE_POOLS_MAX)
			continue;
		found->pools[found->pool_count++] = pool;
		replicas += pool->replicas > 0 ? pool->replicas : 0;
	}
	if (found->pool_count)
		found->desired = replicas;
}

static void discover_kafkas(const struct source_discovery *discovery,
			    void (*each)(void *data, const struct source_found_cluster *found), void *data)
{
	const struct kube_kafka *kafka;
	struct map_entry *at = NULL;
	struct record_lookup pools = RECORD_LOOKUP_INIT;
	index_pools(discovery->store, &pools);
	while ((kafka = record_store_next(discovery->store, KUBE_KAFKAS, &at))) {
		if (told_of(discovery, &kafka->meta).none)
			continue;
		struct source_found_cluster found = {
			.kind = WORLD_BROKER_KAFKA,
			.manager = WORLD_MANAGED_BY_STRIMZI,
			.namespace = str_or(kafka->meta.namespace, ""),
			.name = str_or(kafka->meta.name, ""),
			.kafka = kafka,
			.desired = kafka->replicas,
			.evidence = source_evidence_certain(WORLD_BROKER_KAFKA, SOURCE_WORD_OF_RESOURCE, "Kafka"),
		};
		find_pools(&pools, &found);
		each(data, &found);
	}
	record_lookup_finish(&pools);
}

static void discover_rabbitmq_clusters(const struct source_discovery *discovery,
				       void (*each)(void *data, const struct source_found_cluster *found), void *data)
{
	const struct kube_rabbitmq_cluster *cluster;
	struct map_entry *at = NULL;
	while ((cluster = record_store_next(discovery->store, KUBE_RABBITMQ_CLUSTERS, &at))) {
		if (told_of(discovery, &cluster->meta).none)
			continue;
		struct source_found_cluster found = {
			.kind = WORLD_BROKER_RABBITMQ,
			.manager = WORLD_MANAGED_BY_RABBITMQ_OPERATOR,
			.namespace = str_or(cluster->meta.namespace, ""),
			.name = str_or(cluster->meta.name, ""),
			.rabbitmq = cluster,
			.stateful_set = set_of_operator(discovery->store, cluster),
			.desired = cluster->replicas,
			.evidence = source_evidence_certain(WORLD_BROKER_RABBITMQ, SOURCE_WORD_OF_RESOURCE,
							    "RabbitmqCluster"),
		};
		each(data, &found);
	}
}

/* The resource may be unreadable where the StatefulSet is not: then the owner still names it. */
static struct source_evidence evidence_of(const struct source_discovery *discovery,
					  const struct source_evidence_case *of, void **kept)
{
	struct told told = told_of(discovery, of->meta);
	struct source_evidence evidence = told.evidence;
	if (evidence.enough)
		evidence.container = source_evidence_container(evidence.kind, of->containers, of->container_count);
	else if (!told.none)
		source_evidence_weigh(of, kept, &evidence);
	return evidence;
}

static void discover_set(const struct source_discovery *discovery, const struct kube_stateful_set *set, void **kept,
			 source_found_clusters *clusters)
{
	const struct source_evidence_case of = {.meta = &set->meta,
						.labels = set->template_labels,
						.label_count = set->template_label_count,
						.containers = set->containers,
						.container_count = set->container_count};
	const struct kube_owner *owner = kube_controller(&set->meta);
	bool of_operator = is_of_operator(set);
	struct source_evidence evidence = evidence_of(discovery, &of, kept);
	if (!evidence.enough || (of_operator && record_store_get(discovery->store, KUBE_RABBITMQ_CLUSTERS,
								 set->meta.namespace, owner->name)))
		return;
	vec_push(clusters,
		 (struct source_found_cluster){
			 .kind = evidence.kind,
			 .manager = of_operator ? WORLD_MANAGED_BY_RABBITMQ_OPERATOR : WORLD_MANAGED_BY_STATEFUL_SET,
			 .namespace = str_or(set->meta.namespace, ""),
			 .name = str_or(of_operator ? owner->name : set->meta.name, ""),
			 .stateful_set = set,
			 .desired = set->replicas,
			 .evidence = evidence,
		 });
}

static void discover_workloads(const struct source_discovery *discovery, enum kube_kind kind,
			       source_found_clusters *clusters)
{
	const struct kube_workload *workload;
	struct map_entry *at = NULL;
	while ((workload = record_store_next(discovery->store, kind, &at))) {
		const struct source_evidence_case of = {.meta = &workload->meta,
							.labels = workload->template_labels,
							.label_count = workload->template_label_count,
							.containers = workload->containers,
							.container_count = workload->container_count};
		struct source_evidence evidence = evidence_of(discovery, &of, record_store_note(at));
		if (!evidence.enough || evidence.score < SOURCE_ENOUGH_OF_WORKLOAD)
			continue;
		vec_push(clusters, (struct source_found_cluster){
					   .kind = evidence.kind,
					   .manager = WORLD_MANAGED_BY_WORKLOAD,
					   .namespace = str_or(workload->meta.namespace, ""),
					   .name = str_or(workload->meta.name, ""),
					   .workload = workload,
					   .workload_kind = kube_kind_info(kind)->kind,
					   .desired = workload->replicas,
					   .evidence = evidence,
				   });
	}
}

void source_discover_clusters(const struct source_discovery *discovery,
			      void (*each)(void *data, const struct source_found_cluster *found), void *data)
{
	source_found_clusters clusters = {0};
	const struct kube_stateful_set *set;
	struct map_entry *at = NULL;
	while ((set = record_store_next(discovery->store, KUBE_STATEFUL_SETS, &at)))
		discover_set(discovery, set, record_store_note(at), &clusters);
	source_controllers_settle(&clusters);
	discover_workloads(discovery, KUBE_DEPLOYMENTS, &clusters);
	discover_workloads(discovery, KUBE_DAEMON_SETS, &clusters);
	vec_each (&clusters, found)
		each(data, found);
	vec_finish(&clusters);
	discover_rabbitmq_clusters(discovery, each, data);
	discover_kafkas(discovery, each, data);
}

char *source_discover_key(const struct source_found_cluster *found)
{
	return str_printf("%s/%s/%s", found->namespace, found->name,
			  found->kind == WORLD_BROKER_KAFKA ? "kafka" : "rabbitmq");
}

static bool write_selector(const struct kube_pair *pairs, size_t count, char *out, size_t size)
{
	struct buf text = BUF_INIT(size - 1);
	for (size_t i = 0; i < count; i++)
		buf_printf(&text, "%s%s=%s", i ? "," : "", str_or(pairs[i].key, ""), str_or(pairs[i].value, ""));
	bool whole = count && !text.overflow;
	snprintf(out, size, "%s", buf_str(&text));
	buf_finish(&text);
	return whole;
}

bool source_discover_selector(const struct source_found_cluster *found, size_t index, char *out, size_t size)
{
	if (found->manager == WORLD_MANAGED_BY_STRIMZI) {
		snprintf(out, size, "strimzi.io/cluster=%s,strimzi.io/kind=Kafka", found->name);
		return index == 0;
	}
	if (found->workload)
		return index == 0 &&
		       write_selector(found->workload->selector, found->workload->selector_count, out, size);
	const struct kube_stateful_set *set = index == 0                         ? found->stateful_set
					      : index <= found->controller_count ? found->controllers[index - 1]
										 : NULL;
	return set && write_selector(set->selector, set->selector_count, out, size);
}

const struct kube_container *source_discover_pod_container(enum world_broker_kind kind, const struct kube_pod *pod)
{
	return pod ? source_evidence_container(kind, pod->containers, pod->container_count) : NULL;
}

/* ---- whose pods are whose ---- */

bool source_discover_set_maker(const struct kube_stateful_set *set, char out[static RECORD_MAKER_MAX])
{
	if (set)
		record_maker_write(out, set->meta.namespace, "StatefulSet", set->meta.name);
	return set != NULL;
}

bool source_discover_brokers_maker(const struct source_found_cluster *found, char out[static RECORD_MAKER_MAX])
{
	if (found->manager != WORLD_MANAGED_BY_STRIMZI && !found->workload)
		return source_discover_set_maker(found->stateful_set, out);
	record_maker_write(out, found->namespace, found->workload ? found->workload_kind : "Kafka", found->name);
	return true;
}

int32_t source_discover_ordinal(const char *name)
{
	size_t len = name ? strlen(name) : 0, digits = 0;
	while (digits < len && isdigit((unsigned char)name[len - 1 - digits]))
		digits++;
	int64_t number;
	if (!digits || digits > 9 || !str_to_i64(name + len - digits, &number) || number > INT32_MAX)
		return -1;
	return (int32_t)number;
}
