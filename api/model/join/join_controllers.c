/* Kafka's controllers where they run in StatefulSets of their own: kept as brokers are, beside them. */
#include <inttypes.h>
#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/join/joined.h"
#include "api/model/records/critical.h"
#include "api/model/sources/controllers.h"

enum { CONTROLLERS_MAX = 64, NAME_MAX_BYTES = 600 };

static struct join_broker *controller_named(struct join_cluster *cluster, const char *name)
{
	vec_each (&cluster->controllers, at)
		if (str_eq((*at)->name, name))
			return (struct join_broker *)*at;
	if (cluster->controllers.len == CONTROLLERS_MAX)
		return NULL;
	struct join_broker *controller = join_broker_create(cluster, name);
	vec_push(&cluster->controllers, &controller->pub);
	return controller;
}

void join_controllers_expect(struct join_cluster *cluster)
{
	char name[NAME_MAX_BYTES];
	vec_each (&cluster->controllers, at) {
		((struct join_broker *)*at)->seen = (*at)->expected = false;
		(*at)->pod = NULL;
		(*at)->node = NULL;
	}
	for (size_t i = 0; i < cluster->found.controller_count; i++) {
		const struct kube_stateful_set *set = cluster->found.controllers[i];
		int64_t start = set->ordinals_start > 0 ? set->ordinals_start : 0;
		for (int32_t j = 0; j < set->replicas && j < CONTROLLERS_MAX; j++) {
			snprintf(name, sizeof name, "%s-%" PRId64, str_or(set->meta.name, ""), start + j);
			struct join_broker *controller = controller_named(cluster, name);
			if (controller)
				controller->seen = controller->pub.expected = true;
		}
	}
}

bool join_controllers_take_pod(struct join_cluster *cluster, const struct kube_pod *pod)
{
	const struct kube_owner *owner = kube_controller(&pod->meta);
	for (size_t i = 0; owner && i < cluster->found.controller_count; i++) {
		if (!str_eq(owner->name, cluster->found.controllers[i]->meta.name))
			continue;
		struct join_broker *controller = controller_named(cluster, pod->meta.name);
		struct join_node *node = pod->node_name ? map_get(&cluster->world->nodes, pod->node_name) : NULL;
		if (!controller)
			return true;
		controller->seen = true;
		controller->pub.pod = pod;
		controller->pub.node = node ? &node->pub : NULL;
		return true;
	}
	return false;
}

static int controllers_compare(const void *a, const void *b)
{
	return str_compare_natural((*(struct world_broker *const *)a)->name, (*(struct world_broker *const *)b)->name);
}

/* Those that are still there, in order; and all members in one array, for whoever lists them. */
void join_controllers_settle(struct join_cluster *cluster)
{
	struct world_cluster *it = &cluster->pub;
	size_t kept = 0;
	for (size_t i = 0; i < cluster->controllers.len; i++) {
		struct join_broker *controller = (struct join_broker *)cluster->controllers.items[i];
		if (controller->seen)
			cluster->controllers.items[kept++] = &controller->pub;
		else
			join_broker_destroy(controller);
	}
	cluster->controllers.len = kept;
	if (kept)
		qsort(cluster->controllers.items, kept, sizeof *cluster->controllers.items, controllers_compare);
	it->controllers = cluster->controllers.items;
	it->controller_count = kept;
	it->member_count = it->broker_count + kept;
	it->members = arena_alloc(&cluster->world->frame, (it->member_count + 1) * sizeof *it->members);
	for (size_t i = 0; i < it->member_count; i++)
		it->members[i] = i < it->broker_count ? it->brokers[i] : it->controllers[i - it->broker_count];
}

void join_controllers_reset(struct join_cluster *cluster)
{
	vec_each (&cluster->controllers, at) {
		join_broker_reset((struct join_broker *)*at, cluster);
		(*at)->id = -1;
		(*at)->role = "controller";
		(*at)->leaders = (*at)->replicas = (*at)->in_sync = (*at)->under_replicated = 0; /* it holds none */
	}
}

/* ---- what the quorum says of them ---- */

static bool is_its_host(const void *data, const char *host)
{
	const struct world_broker *controller = data;
	struct source_pod_address address =
		controller->pod ? source_pod_address_of(controller->pod)
				: (struct source_pod_address){.namespace = controller->cluster->namespace,
							      .name = controller->name};
	return source_pod_is_named(&address, host) || source_pod_has_address(&address, host);
}

/* As the brokers' environment lists the voters, or their own. */
static int32_t controllers_id(const struct join_cluster *cluster, const struct world_broker *controller)
{
	int32_t id = source_controllers_id(cluster->found.evidence.container, is_its_host, controller);
	for (size_t i = 0; id < 0 && i < cluster->found.controller_count; i++) {
		const struct kube_stateful_set *set = cluster->found.controllers[i];
		const struct kube_container *container =
			source_evidence_container(WORLD_BROKER_KAFKA, set->containers, set->container_count);
		id = source_controllers_id(container, is_its_host, controller);
	}
	return id;
}

static bool leaves_too_few(const struct join_cluster *cluster)
{
	size_t voters = 0, caught_up = 0;
	vec_each (&cluster->voters, it) {
		voters += it->voter;
		caught_up += it->voter && it->caught_up;
	}
	return caught_up == 0 || world_are_critical_voters(voters, caught_up - 1);
}

void join_controllers_of_quorum(struct join_cluster *cluster, const struct kafka_snapshot *snapshot)
{
	bool fresh = !join_cluster_is_stale(cluster, snapshot->quorum_part.updated_ms);
	vec_each (&cluster->controllers, at) {
		struct world_broker *controller = *at;
		controller->id = controllers_id(cluster, controller);
		for (size_t i = 0; controller->id >= 0 && i < cluster->voters.len; i++) {
			struct world_voter *voter = &cluster->voters.items[i];
			if (voter->id != controller->id || voter->broker)
				continue;
			voter->broker = controller->name;
			controller->is_controller = voter->leader;
			controller->reachable = fresh && voter->caught_up ? 1 : -1;
			bool critical = voter->voter && voter->caught_up && leaves_too_few(cluster);
			controller->quorum_critical = critical ? 1 : fresh ? 0 : -1;
		}
	}
}
