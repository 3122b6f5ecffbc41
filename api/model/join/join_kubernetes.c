/* Nodes, volumes, services and events: Kubernetes' side of the join. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "api/base/figure.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/join/joined.h"
#include "api/model/records/record_facts.h"
#include "api/model/sources/watcher.h"

enum { KEY_MAX = 1024, EVENTS_SHOWN = 1000 };

/* ---- nodes ---- */

static struct join_node *node_named(struct world *world, const char *name)
{
	struct join_node *node = map_get(&world->nodes, name);
	if (!node) {
		node = mem_alloc(sizeof *node);
		node->name = mem_strdup(name);
		node->pub.name = node->name;
		map_set(&world->nodes, name, node);
	}
	return node;
}

static void fill_node(struct join_node *node, const struct kube_node *record)
{
	const struct kube_condition *ready = record_node_condition(record, "Ready");
	struct world_node *it = &node->pub;
	node->seen = true;
	it->record = record;
	it->zone = record_node_zone(record);
	it->ready_known = ready != NULL;
	it->ready = ready && str_eq(ready->status, "True");
	it->reports = ready && str_eq(ready->status, "False"); /* Unknown is what the control plane says of it */
	it->not_ready_since_ms = ready && !it->ready ? ready->changed_ms : -1;
	it->cordoned = record && record->unschedulable;
}

static int join_compare_nodes(const void *a, const void *b)
{
	const struct world_node *left = *(struct world_node *const *)a, *right = *(struct world_node *const *)b;
	int order = str_compare_natural(left->zone, right->zone);
	return order ? order : str_compare_natural(left->name, right->name);
}

static void drop_unseen_nodes(struct world *world)
{
	VEC(struct join_node *) gone = {0};
	for (struct map_entry *at = map_next(&world->nodes, NULL); at; at = map_next(&world->nodes, at))
		if (!((struct join_node *)at->value)->seen)
			vec_push(&gone, at->value);
	vec_each (&gone, node) {
		map_remove(&world->nodes, (*node)->name);
		join_node_destroy(*node);
	}
	vec_finish(&gone);
}

void join_nodes(struct world *world)
{
	const struct kube_node *record;
	const char *name;
	struct map_entry *at;
	for (at = map_next(&world->nodes, NULL); at; at = map_next(&world->nodes, at)) {
		struct join_node *node = at->value;
		node->seen = false;
		vec_clear(&node->brokers);
	}
	for (at = NULL; (record = record_store_next(&world->store, KUBE_NODES, &at));)
		fill_node(node_named(world, str_or(record->meta.name, "")), record);
	for (at = NULL; (name = record_store_next_group(&world->store, RECORD_PODS_BY_NODE, &at));) {
		struct join_node *node = node_named(world, name);
		if (!node->seen) /* nodes may be forbidden to read: then pods still name them */
			fill_node(node, NULL);
	}
	drop_unseen_nodes(world);
	vec_clear(&world->node_list);
	for (at = map_next(&world->nodes, NULL); at; at = map_next(&world->nodes, at))
		vec_push(&world->node_list, &((struct join_node *)at->value)->pub);
	if (world->node_list.len)
		qsort(world->node_list.items, world->node_list.len, sizeof *world->node_list.items, join_compare_nodes);
}

/* ---- volumes ---- */

static struct join_volume *volume_named(struct world *world, const struct kube_claim *claim)
{
	char key[KEY_MAX];
	snprintf(key, sizeof key, "%s/%s", str_or(claim->meta.namespace, ""), str_or(claim->meta.name, ""));
	struct join_volume *volume = map_get(&world->volumes, key);
	if (!volume) {
		volume = mem_alloc(sizeof *volume);
		map_set(&world->volumes, key, volume);
	}
	return volume;
}

/* Claims of a StatefulSet are named "<template>-<pod>", also of pods that are gone. */
static bool is_named_after(const struct join_cluster *cluster, const struct kube_claim *claim, const char *pod)
{
	const struct kube_stateful_set *set = cluster->found.stateful_set;
	const char *name = claim->meta.name;
	size_t len = strlen(name), pod_len = strlen(pod);
	if (len < pod_len + 2 || strcmp(name + len - pod_len, pod) != 0 || name[len - pod_len - 1] != '-')
		return false;
	for (size_t i = 0; set && i < set->claim_template_count; i++)
		if (set->claim_templates[i].name && strlen(set->claim_templates[i].name) == len - pod_len - 1 &&
		    strncmp(set->claim_templates[i].name, name, len - pod_len - 1) == 0)
			return true;
	return cluster->found.manager == WORLD_MANAGED_BY_STRIMZI && str_has_prefix(name, "data-");
}

/* A claim that was made by hand or restored bears no label of the operator: its name tells the broker it was of. */
static bool is_left_by_strimzi(const struct join_cluster *cluster, const struct kube_claim *claim)
{
	const struct source_found_cluster *found = &cluster->found;
	char kafka[KEY_MAX];
	snprintf(kafka, sizeof kafka, "%s-kafka", cluster->name);
	if (str_eq(kube_label(&claim->meta, "strimzi.io/cluster"), cluster->name))
		return str_eq(str_or(kube_label(&claim->meta, "strimzi.io/name"), kafka), kafka);
	int32_t ordinal = source_discover_ordinal(claim->meta.name);
	char pod[KEY_MAX];
	for (size_t i = 0; ordinal >= 0 && i < found->pool_count; i++) {
		snprintf(pod, sizeof pod, "%s-%s-%d", cluster->name, str_or(found->pools[i]->meta.name, ""), ordinal);
		if (is_named_after(cluster, claim, pod))
			return true;
	}
	snprintf(pod, sizeof pod, "%s-%d", kafka, ordinal);
	return ordinal >= 0 && is_named_after(cluster, claim, pod);
}

static bool is_left_behind(const struct join_cluster *cluster, const struct kube_claim *claim)
{
	if (cluster->found.manager == WORLD_MANAGED_BY_STRIMZI)
		return is_left_by_strimzi(cluster, claim);
	int32_t ordinal = source_discover_ordinal(claim->meta.name);
	char pod[KEY_MAX];
	snprintf(pod, sizeof pod, "%s-%d", join_cluster_pod_prefix(cluster), ordinal);
	return ordinal >= 0 && is_named_after(cluster, claim, pod);
}

static void index_mounts(struct world *world)
{
	struct record_lookup *mounts = &world->index.mounts;
	record_lookup_clear(mounts);
	for (size_t i = 0; i < world->cluster_list.len; i++) {
		const struct join_cluster *cluster = join_cluster_of(world->cluster_list.items[i]);
		for (size_t j = 0; j < cluster->brokers.len; j++) {
			struct world_broker *broker = cluster->brokers.items[j];
			for (size_t k = 0; broker->pod && k < broker->pod->volume_count; k++)
				record_lookup_put(
					mounts,
					record_lookup_key(cluster->namespace, broker->pod->volumes[k].claim_name, NULL),
					broker);
		}
	}
}

static bool is_mounted_by(const struct kube_claim *claim, const struct world_broker *broker)
{
	if (!str_eq(broker->cluster->namespace, str_or(claim->meta.namespace, "")))
		return false;
	for (size_t i = 0; i < broker->pod->volume_count; i++)
		if (str_eq(broker->pod->volumes[i].claim_name, claim->meta.name))
			return true;
	return false;
}

/* The first broker whose pod mounts it, where several share it. */
static struct world_broker *mounting_broker(struct world *world, const struct kube_claim *claim)
{
	uint64_t key = record_lookup_key(claim->meta.namespace, claim->meta.name, NULL);
	for (const struct record_lookup_entry *at = NULL; (at = record_lookup_next(&world->index.mounts, key, at));)
		if (is_mounted_by(claim, at->value))
			return at->value;
	return NULL;
}

/* A broker that has no pod now. */
static struct world_broker *broker_without_pod(const struct join_cluster *cluster, const struct kube_claim *claim)
{
	vec_each (&cluster->brokers, broker)
		if (!(*broker)->pod && is_named_after(cluster, claim, (*broker)->name))
			return *broker;
	return NULL;
}

static bool owns_unmounted(const struct join_cluster *cluster, const void *data)
{
	const struct kube_claim *claim = data;
	return str_eq(claim->meta.namespace, cluster->namespace) &&
	       (broker_without_pod(cluster, claim) || is_left_behind(cluster, claim));
}

static void take_owner(struct world *world, const struct kube_claim *claim, const char *name,
		       struct join_cluster **owner)
{
	struct join_cluster *cluster =
		join_index_named(&world->index.names, claim->meta.namespace, name, owns_unmounted, claim);
	if (cluster && (!*owner || cluster->place < (*owner)->place))
		*owner = cluster;
}

/* What no pod mounts is a broker's that has no pod now, or was left behind. Behind one of the dashes in its name begins
 * that of the pod, which without its number is that of what made it. */
static struct join_cluster *unmounted_owner(struct world *world, const struct kube_claim *claim)
{
	struct join_cluster *owner = NULL;
	const char *name = claim->meta.name, *label = kube_label(&claim->meta, "strimzi.io/cluster");
	size_t len = strlen(name);
	while (len && isdigit((unsigned char)name[len - 1]))
		len--;
	CLEANUP(free) char *unnumbered = mem_strndup(name, len ? len - 1 : 0);
	if (label)
		take_owner(world, claim, label, &owner);
	for (const char *at = strchr(name, '-'); at; at = strchr(at + 1, '-')) {
		size_t begin = (size_t)(at - name) + 1;
		take_owner(world, claim, name + begin, &owner);
		if (begin < len)
			take_owner(world, claim, unnumbered + begin, &owner);
	}
	return owner;
}

static void give_to_broker(struct world_broker *broker, struct world_volume *volume)
{
	broker->volumes = mem_resize(broker->volumes, broker->volume_count + 1, sizeof(struct world_volume *));
	broker->volumes[broker->volume_count++] = volume;
}

static void fill_volume(struct world *world, struct join_cluster *cluster, const struct kube_claim *claim,
			struct world_broker *broker)
{
	struct join_volume *volume = volume_named(world, claim);
	struct world_volume *it = &volume->pub;
	const struct kube_volume *bound = record_store_get(&world->store, KUBE_VOLUMES, NULL, claim->volume_name);
	const char *class = claim->storage_class ? claim->storage_class : bound ? bound->storage_class : NULL;
	volume->seen = true;
	*it = (struct world_volume){
		.claim = claim,
		.volume = bound,
		.class = record_store_get(&world->store, KUBE_STORAGE_CLASSES, NULL, class),
		.broker = broker,
		.cluster = &cluster->pub,
		.capacity_bytes = claim->capacity > 0 ? claim->capacity
				  : bound             ? bound->capacity
						      : -1,
		.expandable = -1,
		.waits = join_claim_waits(cluster, claim),
	};
	it->node = bound && bound->node_name_count ? bound->node_names[0]
		   : broker && broker->pod         ? broker->pod->node_name
						   : NULL;
	if (it->class)
		it->expandable = it->class->allow_volume_expansion;
	if (broker)
		give_to_broker(broker, it);
	vec_push(&cluster->volumes, it);
	vec_push(&world->volume_list, it);
}

static void join_claim(struct world *world, const struct kube_claim *claim)
{
	if (!claim->meta.name)
		return;
	struct world_broker *broker = mounting_broker(world, claim);
	struct join_cluster *owner = broker ? join_cluster_of(broker->cluster) : unmounted_owner(world, claim);
	if (owner)
		fill_volume(world, owner, claim, broker ? broker : broker_without_pod(owner, claim));
}

static int compare_volumes(const void *a, const void *b)
{
	const struct world_volume *left = *(struct world_volume *const *)a, *right = *(struct world_volume *const *)b;
	int order = strcmp(left->cluster->key, right->cluster->key);
	return order ? order : str_compare_natural(left->claim->meta.name, right->claim->meta.name);
}

static void drop_unseen_volumes(struct world *world)
{
	VEC(char *) gone = {0};
	for (struct map_entry *at = map_next(&world->volumes, NULL); at; at = map_next(&world->volumes, at))
		if (!((struct join_volume *)at->value)->seen)
			vec_push(&gone, mem_strdup(at->key));
	vec_each (&gone, key) {
		free(map_remove(&world->volumes, *key));
		free(*key);
	}
	vec_finish(&gone);
}

static void take_usage(struct world *world, struct world_volume *volume)
{
	const struct kube_pod *pod = volume->broker->pod;
	const struct world_node *node = volume->broker->node;
	const char *why = NULL;
	if (!pod || !pod->node_name || !volume->claim->meta.namespace || !str_eq(volume->claim->phase, "Bound"))
		return;
	if (node && node->ready_known && !node->ready && !node->reports) {
		volume->use_unknown = "its node does not report";
		return;
	}
	const struct kube_volume_stats *stats =
		source_watcher_usage(world->watcher, pod->node_name, volume->claim, &why);
	volume->use_unknown = why ? arena_strdup(&world->frame, why) : NULL;
	if (!stats)
		return;
	/* What only root may still write is not free for a broker. */
	bool told = stats->capacity >= stats->available && stats->available >= 0;
	volume->size_bytes = stats->capacity;
	volume->used_bytes = told ? stats->capacity - stats->available : stats->used;
	volume->inodes = stats->inodes;
	volume->inodes_used = stats->inodes_used;
}

/* What a broker does not tell of its disks, the kubelets of their nodes may. */
static void ask_kubelets(struct world *world, struct world_broker *broker)
{
	int64_t used = 0, total = 0;
	for (size_t i = 0; i < broker->volume_count; i++) {
		struct world_volume *volume = broker->volumes[i];
		take_usage(world, volume);
		bool told = volume->used_bytes >= 0 && volume->size_bytes > 0;
		used = told && used >= 0 ? figure_sum(used, volume->used_bytes) : -1;
		total = told && total >= 0 ? figure_sum(total, volume->size_bytes) : -1;
	}
	if (used < 0 || total < 0)
		return;
	broker->disk_used_bytes = used;
	broker->disk_total_bytes = total;
}

/* RabbitMQ says only what is free; what is used follows where the claim is a file system of its own. */
void join_disks(struct join_cluster *cluster)
{
	const struct world_source *parts = cluster->pub.parts;
	vec_each (&cluster->volumes, volume) {
		(*volume)->used_bytes = (*volume)->size_bytes = (*volume)->inodes = (*volume)->inodes_used = -1;
		(*volume)->use_unknown = NULL;
	}
	bool have_told = err_is_set(&cluster->pub.source.err) || (world_source_is_settled(&parts[WORLD_PART_BROKERS]) &&
								  world_source_is_settled(&parts[WORLD_PART_DISKS]));
	vec_each (&cluster->brokers, at) {
		struct world_broker *broker = *at;
		int64_t free_bytes = ((struct join_broker *)broker)->disk_free;
		if (!broker->volume_count)
			continue;
		int64_t capacity = broker->volume_count == 1 ? broker->volumes[0]->capacity_bytes : -1;
		if (free_bytes >= 0 && capacity >= free_bytes)
			broker->disk_used_bytes = capacity - free_bytes;
		if (broker->disk_total_bytes < 0)
			broker->disk_total_bytes = capacity;
		if (broker->volume_count == 1)
			broker->volumes[0]->used_bytes = broker->disk_used_bytes;
		if (broker->disk_used_bytes < 0 && have_told)
			ask_kubelets(cluster->world, broker);
	}
}

static void forget_volumes(struct join_cluster *cluster)
{
	vec_clear(&cluster->volumes);
	vec_each (&cluster->brokers, broker)
		(*broker)->volume_count = 0;
}

void join_volumes(struct world *world)
{
	const struct kube_claim *claim;
	struct map_entry *at;
	vec_clear(&world->volume_list);
	for (at = map_next(&world->volumes, NULL); at; at = map_next(&world->volumes, at))
		((struct join_volume *)at->value)->seen = false;
	for (size_t i = 0; i < world->cluster_list.len; i++)
		forget_volumes(join_cluster_of(world->cluster_list.items[i]));
	join_claims_look(world);
	index_mounts(world);
	for (at = NULL; (claim = record_store_next(&world->store, KUBE_CLAIMS, &at));)
		join_claim(world, claim);
	/* Only now: each name that comes costs the whole index anew when it is asked next, as claims of others do. */
	vec_each (&world->volume_list, volume)
		join_index_name(join_cluster_of((*volume)->cluster), (*volume)->claim->meta.name);
	drop_unseen_volumes(world);
	if (world->volume_list.len)
		qsort(world->volume_list.items, world->volume_list.len, sizeof *world->volume_list.items,
		      compare_volumes);
	for (size_t i = 0; i < world->cluster_list.len; i++) {
		struct join_cluster *cluster = join_cluster_of(world->cluster_list.items[i]);
		if (cluster->volumes.len)
			qsort(cluster->volumes.items, cluster->volumes.len, sizeof *cluster->volumes.items,
			      compare_volumes);
		cluster->pub.volumes = cluster->volumes.items;
		cluster->pub.volume_count = cluster->volumes.len;
		join_disks(cluster);
		join_claim_templates(cluster);
	}
}

/* ---- events ---- */

static int compare_events(const void *a, const void *b)
{
	const struct world_event *left = a, *right = b;
	if (left->record->last_ms != right->record->last_ms)
		return left->record->last_ms > right->record->last_ms ? -1 : 1;
	return strcmp(str_or(left->record->meta.name, ""), str_or(right->record->meta.name, ""));
}

static bool event_concerns(const struct join_cluster *cluster, const void *data)
{
	const struct kube_event *event = data;
	if (!str_eq(event->object_namespace, cluster->namespace) || !event->object_name)
		return false;
	if (join_cluster_broker_named(cluster, event->object_name) >= 0 || str_eq(event->object_name, cluster->name) ||
	    str_eq(event->object_name, join_cluster_pod_prefix(cluster)))
		return true;
	for (size_t i = 0; i < cluster->volumes.len; i++)
		if (str_eq(event->object_name, cluster->volumes.items[i]->claim->meta.name))
			return true;
	for (size_t i = 0; i < cluster->services.len; i++)
		if (str_eq(event->object_name, cluster->services.items[i]->record->meta.name))
			return true;
	return false;
}

void join_events(struct world *world)
{
	const struct kube_event *event;
	struct map_entry *at = NULL;
	vec_clear(&world->events);
	while ((event = record_store_next(&world->store, KUBE_EVENTS, &at))) {
		struct join_cluster *cluster = join_index_named(&world->index.names, event->object_namespace,
								event->object_name, event_concerns, event);
		if (cluster || str_eq(event->object_kind, "Node"))
			vec_push(&world->events,
				 (struct world_event){.record = event, .cluster = cluster ? &cluster->pub : NULL});
	}
	if (world->events.len)
		qsort(world->events.items, world->events.len, sizeof *world->events.items, compare_events);
	if (world->events.len > EVENTS_SHOWN)
		world->events.len = EVENTS_SHOWN;
}
