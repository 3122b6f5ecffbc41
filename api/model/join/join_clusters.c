/* Clusters, their brokers and their pods: who is there, told from records alone. A cluster that is there again keeps
 * its struct, its brokers theirs: what was sampled of them goes on. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/join/joined.h"
#include "api/model/records/pod_words.h"
#include "api/model/sources/watcher.h"

enum { BROKERS_MAX = 2048, NAME_MAX_BYTES = 600 };

/* ---- brokers ---- */

static struct join_broker *clusters_broker_named(struct join_cluster *cluster, const char *name)
{
	int32_t at = join_cluster_broker_named(cluster, name);
	if (at >= 0)
		return (struct join_broker *)cluster->brokers.items[at];
	if (cluster->brokers.len == BROKERS_MAX)
		return NULL;
	struct join_broker *broker = join_broker_create(cluster, name);
	vec_push(&cluster->brokers, &broker->pub);
	map_set(&cluster->broker_index, name, (void *)(uintptr_t)cluster->brokers.len);
	cluster->brokers_generation++;
	return broker;
}

static void clusters_expect(struct join_cluster *cluster, const char *name)
{
	struct join_broker *broker = clusters_broker_named(cluster, name);
	if (!broker)
		return;
	broker->seen = true;
	broker->pub.expected = true;
}

static void expect_pool(struct join_cluster *cluster, const struct kube_kafka_node_pool *pool)
{
	char name[NAME_MAX_BYTES];
	for (size_t i = 0; i < pool->node_id_count; i++) {
		snprintf(name, sizeof name, "%s-%s-%d", cluster->name, str_or(pool->meta.name, ""), pool->node_ids[i]);
		clusters_expect(cluster, name);
	}
}

static bool pools_are_read(const struct join_cluster *cluster)
{
	return world_source_is_read(&cluster->pub.parts[WORLD_PART_NODE_POOLS]);
}

static bool pool_names_all(const struct kube_kafka_node_pool *pool)
{
	return pool->replicas < 0 ? pool->node_id_count > 0 : (int64_t)pool->node_id_count >= pool->replicas;
}

/* Whether Kubernetes names every broker that is wanted. Where it does not, who is there is not on the way out. */
static bool brokers_are_named(const struct join_cluster *cluster)
{
	const struct source_found_cluster *found = &cluster->found;
	if (found->manager != WORLD_MANAGED_BY_STRIMZI)
		return found->stateful_set != NULL;
	for (size_t i = 0; i < found->pool_count; i++)
		if (!pool_names_all(found->pools[i]))
			return false;
	return found->pool_count || (found->desired >= 0 && pools_are_read(cluster));
}

static void expect_brokers(struct join_cluster *cluster)
{
	const struct source_found_cluster *found = &cluster->found;
	const struct kube_stateful_set *set = found->stateful_set;
	char name[NAME_MAX_BYTES];
	if (found->manager == WORLD_MANAGED_BY_STRIMZI) {
		for (size_t i = 0; i < found->pool_count; i++)
			expect_pool(cluster, found->pools[i]);
		bool alone = !found->pool_count && pools_are_read(cluster);
		for (int32_t i = 0; alone && i < found->desired && i < BROKERS_MAX; i++) {
			snprintf(name, sizeof name, "%s-kafka-%d", cluster->name, i);
			clusters_expect(cluster, name);
		}
		return;
	}
	if (!set)
		return;
	int64_t start = set->ordinals_start > 0 ? set->ordinals_start : 0;
	for (int32_t i = 0; i < set->replicas && i < BROKERS_MAX; i++) {
		snprintf(name, sizeof name, "%s-%" PRId64, join_cluster_pod_prefix(cluster), start + i);
		clusters_expect(cluster, name);
	}
}

const struct kube_container_status *join_pod_main_status(enum world_broker_kind kind, const struct kube_pod *pod)
{
	const struct kube_container *container = source_discover_pod_container(kind, pod);
	for (size_t i = 0; container && i < pod->status_count; i++)
		if (str_eq(pod->statuses[i].name, container->name))
			return &pod->statuses[i];
	return NULL;
}

static const char *image_version(const struct join_cluster *cluster, const struct kube_pod *pod)
{
	const struct kube_container *container = source_discover_pod_container(cluster->pub.kind, pod);
	const char *slash = container && container->image ? strrchr(container->image, '/') : NULL;
	const char *name = slash ? slash + 1 : container ? container->image : NULL;
	const char *colon = name ? strchr(name, ':') : NULL;
	if (!colon)
		return NULL;
	/* Strimzi: "0.45.0-kafka-3.9.0" */
	const char *kafka = strstr(colon, "kafka-");
	const char *version = kafka ? kafka + strlen("kafka-") : colon + 1;
	size_t len = strspn(version, "0123456789.");
	if (!len || !strchr("0123456789", *version))
		return NULL;
	return arena_strndup(&cluster->world->frame, version, len);
}

static int32_t pod_restarts(const struct kube_pod *pod)
{
	struct record_pod_words words;
	record_pod_words(pod, &words);
	return words.restarts > INT32_MAX ? INT32_MAX : (int32_t)words.restarts;
}

void join_broker_reset(struct join_broker *broker, struct join_cluster *cluster)
{
	struct world_broker *it = &broker->pub;
	const struct kube_container_status *status = join_pod_main_status(cluster->pub.kind, it->pod);
	it->container = source_discover_pod_container(cluster->pub.kind, it->pod);
	it->member_name = it->role = it->alarms = it->offline_dirs = it->cordoned_dirs = NULL;
	it->takes_no_replicas = false;
	it->cordoned_bytes = 0;
	it->version = image_version(cluster, it->pod);
	it->reachable = it->quorum_critical = -1;
	it->is_controller = false;
	it->leaders = it->replicas = it->in_sync = it->under_replicated = -1;
	it->disk_used_bytes = it->disk_total_bytes = -1;
#define X(place, type, member, ...) WORLD_IF_##place(it->member = WORLD_UNKNOWN_##type;)
#include "api/kafka/poll/broker_fields.def"
#include "api/rabbitmq/node_fields.def"
#undef X
	it->memory_limit_bytes = it->container && it->container->memory_limit > 0 ? it->container->memory_limit : -1;
	it->restarts = it->pod ? pod_restarts(it->pod) : -1;
	it->started_ms = status ? status->running_since_ms : -1;
	if (it->started_ms < 0 && it->pod && str_eq(it->pod->phase, "Running"))
		it->started_ms = it->pod->start_ms;
	it->connections = -1;
	it->clients = NULL;
	it->client_count = 0;
	broker->pub.draining = -1;
	broker->critical = broker->disk_free = -1;
	broker->voter_critical = broker->alive = broker->silent = broker->stopped = broker->slow = broker->drained =
		false;
	broker->unheard = NULL;
	broker->side = -1;
	it->source = (struct world_source){.updated_ms = -1};
}

static int compare_brokers(const void *a, const void *b)
{
	const struct world_broker *left = *(struct world_broker *const *)a, *right = *(struct world_broker *const *)b;
	if (left->ordinal != right->ordinal)
		return left->ordinal < right->ordinal ? -1 : 1;
	return str_compare_natural(left->name, right->name);
}

/* On a node brokers of several clusters meet. */
static int compare_neighbours(const void *a, const void *b)
{
	const struct world_broker *left = *(struct world_broker *const *)a, *right = *(struct world_broker *const *)b;
	int order = str_compare_natural(left->cluster->namespace, right->cluster->namespace);
	return order ? order : str_compare_natural(left->name, right->name);
}

/* Drops brokers nobody names any more and puts the rest in order. What is indexed by broker (replicas, node ids) goes by
 * the generation, so that it is made anew only when a broker came, went or moved. */
static void settle_brokers(struct join_cluster *cluster)
{
	size_t kept = 0;
	bool changed = false;
	for (size_t i = 0; i < cluster->brokers.len; i++) {
		struct join_broker *broker = (struct join_broker *)cluster->brokers.items[i];
		if (broker->seen)
			cluster->brokers.items[kept++] = &broker->pub;
		else
			join_broker_destroy(broker);
	}
	changed = kept != cluster->brokers.len;
	cluster->brokers.len = kept;
	for (size_t i = 1; i < kept && !changed; i++)
		changed = compare_brokers(&cluster->brokers.items[i - 1], &cluster->brokers.items[i]) > 0;
	if (!changed)
		return;
	cluster->brokers_generation++;
	if (kept)
		qsort(cluster->brokers.items, kept, sizeof *cluster->brokers.items, compare_brokers);
	map_finish(&cluster->broker_index);
	for (size_t i = 0; i < kept; i++)
		map_set(&cluster->broker_index, cluster->brokers.items[i]->name, (void *)(uintptr_t)(i + 1));
}

/* ---- clusters ---- */

static struct join_cluster *cluster_named(struct world *world, const char *key,
					  const struct source_found_cluster *found)
{
	struct join_cluster *cluster = map_get(&world->clusters, key);
	return cluster ? cluster : join_cluster_create(world, key, found);
}

static void see_cluster(void *data, const struct source_found_cluster *found)
{
	struct world *world = data;
	CLEANUP(free) char *key = source_discover_key(found);
	struct join_cluster *cluster = cluster_named(world, key, found);
	struct world_cluster *pub = &cluster->pub;
	if (cluster->seen)
		return;
	cluster->seen = true;
	cluster->found_at = world->cluster_list.len;
	cluster->found = *found;
	for (size_t i = 0; i < WORLD_LIST_COUNT; i++)
		pub->parts[i] = source_watcher_list(world->watcher, world_part_kind((enum world_part)i), found);
	pub->kind = found->kind;
	pub->manager = found->manager;
	pub->stateful_set = found->stateful_set;
	pub->workload = found->workload;
	pub->workload_kind = found->workload_kind;
	pub->rabbitmq_resource = found->rabbitmq;
	pub->kafka_resource = found->kafka;
	pub->desired = found->desired;
	CLEANUP(free) char *why = source_evidence_words(&found->evidence, false);
	pub->why = arena_strdup(&world->frame, why);
	pub->budget = NULL;
	vec_each (&cluster->brokers, it) {
		struct join_broker *broker = (struct join_broker *)*it;
		broker->seen = broker->pub.expected = false;
		broker->pub.pod = NULL;
		broker->pub.node = NULL;
	}
	expect_brokers(cluster);
	cluster->named = brokers_are_named(cluster);
	join_controllers_expect(cluster);
	vec_push(&world->cluster_list, pub);
}

static void clusters_drop_unseen(struct world *world)
{
	VEC(struct join_cluster *) gone = {0};
	for (struct map_entry *at = map_next(&world->clusters, NULL); at; at = map_next(&world->clusters, at))
		if (!((struct join_cluster *)at->value)->seen)
			vec_push(&gone, at->value);
	vec_each (&gone, cluster) {
		map_remove(&world->clusters, (*cluster)->key);
		join_cluster_destroy(*cluster);
	}
	vec_finish(&gone);
}

/* ---- pods ---- */

/* By what makes its pods. */
static void index_makers(const struct world *world, struct map *makers)
{
	char maker[RECORD_MAKER_MAX];
	for (size_t i = 0; i < world->cluster_list.len; i++) {
		struct join_cluster *cluster = join_cluster_of(world->cluster_list.items[i]);
		if (source_discover_brokers_maker(&cluster->found, maker))
			map_set(makers, maker, cluster);
		for (size_t j = 0; j < cluster->found.controller_count; j++)
			if (source_discover_set_maker(cluster->found.controllers[j], maker))
				map_set(makers, maker, cluster);
	}
}

static bool clusters_is_finished(const struct kube_pod *pod)
{
	return str_eq(pod->phase, "Succeeded");
}

static void see_pod(struct world *world, struct join_cluster *cluster, const struct kube_pod *pod)
{
	if (!pod->meta.name)
		return;
	if (join_controllers_take_pod(cluster, pod)) {
		vec_push(&world->pods, pod);
		return;
	}
	/* A job that a chart runs beside its brokers bears their labels; it has no number and ends. */
	struct join_broker *broker = clusters_is_finished(pod) && source_discover_ordinal(pod->meta.name) < 0
					     ? NULL
					     : clusters_broker_named(cluster, pod->meta.name);
	if (!broker)
		return;
	broker->seen = true;
	broker->pub.expected |= !cluster->named && pod->meta.deleted_ms < 0;
	broker->pub.pod = pod;
	struct join_node *node = pod->node_name ? map_get(&world->nodes, pod->node_name) : NULL;
	broker->pub.node = node ? &node->pub : NULL;
	vec_push(&world->pods, pod);
}

static int compare_pods(const void *a, const void *b)
{
	const struct kube_pod *left = *(const struct kube_pod *const *)a, *right = *(const struct kube_pod *const *)b;
	int order = strcmp(str_or(left->meta.namespace, ""), str_or(right->meta.namespace, ""));
	return order ? order : str_compare_natural(left->meta.name, right->meta.name);
}

static void join_pods(struct world *world)
{
	struct map makers = MAP_INIT;
	const struct kube_pod *pod;
	index_makers(world, &makers);
	vec_clear(&world->pods);
	for (struct map_entry *at = map_next(&makers, NULL); at; at = map_next(&makers, at)) {
		const struct record_group *pods = record_store_group(&world->store, RECORD_PODS_BY_MAKER, at->key);
		for (size_t i = 0; (pod = record_group_pod(pods, i)); i++)
			see_pod(world, at->value, pod);
	}
	map_finish(&makers);
	if (world->pods.len)
		qsort(world->pods.items, world->pods.len, sizeof *world->pods.items, compare_pods);
}

static void place_on_nodes(struct join_cluster *cluster)
{
	vec_each (&cluster->brokers, it) {
		struct join_node *node = (struct join_node *)(*it)->node;
		if (node)
			vec_push(&node->brokers, *it);
	}
	cluster->pub.brokers = cluster->brokers.items;
	cluster->pub.broker_count = cluster->brokers.len;
}

void join_cluster_reset(struct join_cluster *cluster)
{
	cluster->pub.version = NULL;
	vec_each (&cluster->brokers, it) {
		join_broker_reset((struct join_broker *)*it, cluster);
		if (!cluster->pub.version)
			cluster->pub.version = (*it)->version;
	}
	join_controllers_reset(cluster);
}

/* The first that covers a cluster is its budget. */
static void give_budget(struct world *world, const struct kube_disruption_budget *budget)
{
	const char *namespace = budget->meta.namespace;
	uint64_t key = join_index_selected(world, namespace, budget->selector, budget->selector_count);
	for (const struct record_lookup_entry *at = NULL; (at = record_lookup_next(&world->index.labels, key, at));) {
		struct join_cluster *cluster = at->value;
		if (!cluster->pub.budget &&
		    join_cluster_is_selected(cluster, namespace, budget->selector, budget->selector_count))
			cluster->pub.budget = budget;
	}
}

static void join_budgets(struct world *world)
{
	const struct kube_disruption_budget *budget;
	struct map_entry *at = NULL;
	while ((budget = record_store_next(&world->store, KUBE_DISRUPTION_BUDGETS, &at)))
		give_budget(world, budget);
}

void join_clusters(struct world *world)
{
	vec_clear(&world->cluster_list);
	for (struct map_entry *at = map_next(&world->clusters, NULL); at; at = map_next(&world->clusters, at))
		((struct join_cluster *)at->value)->seen = false;
	source_discover_clusters(&world->discovery, see_cluster, world);
	clusters_drop_unseen(world);
	join_pods(world);
	for (size_t i = 0; i < world->cluster_list.len; i++) {
		struct join_cluster *cluster = join_cluster_of(world->cluster_list.items[i]);
		settle_brokers(cluster);
		place_on_nodes(cluster);
		join_controllers_settle(cluster);
		join_cluster_reset(cluster);
	}
	join_index_clusters(world);
	join_budgets(world);
	for (size_t i = 0; i < world->node_list.len; i++) {
		struct join_node *node = (struct join_node *)world->node_list.items[i];
		if (node->brokers.len)
			qsort(node->brokers.items, node->brokers.len, sizeof *node->brokers.items, compare_neighbours);
		node->pub.brokers = node->brokers.items;
		node->pub.broker_count = node->brokers.len;
	}
}
