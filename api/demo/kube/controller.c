#include "api/demo/kube/controller.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kube/events.h"
#include "api/demo/kube/kubelet.h"
#include "api/demo/kube/manifests.h"

/* Kinds whose changes mean work. */
static const enum kind_id watched[] = {
	KIND_POD, KIND_STATEFUL_SET, KIND_POD_SET, KIND_NODE_POOL, KIND_RABBITMQ_CLUSTER, KIND_SERVICE, KIND_CLAIM, KIND_BUDGET,
	KIND_NODE,
};

struct controller {
	struct store_watch *watches[ARRAY_LEN(watched)];
	bool dirty;
	int64_t pruned_ms;
};

static void on_change(void *data, enum store_change change, const struct object *now, const struct object *before)
{
	struct controller *controller = data;
	controller->dirty = true;
}

struct controller *controller_create(struct demo *demo)
{
	struct controller *controller = mem_alloc(sizeof *controller);
	for (size_t i = 0; i < ARRAY_LEN(watched); i++)
		controller->watches[i] =
			store_watch(demo->store, watched[i], store_version(demo->store), on_change, controller);
	controller->dirty = true;
	return controller;
}

void controller_destroy(struct controller *controller)
{
	if (!controller)
		return;
	for (size_t i = 0; i < ARRAY_LEN(watched); i++)
		store_unwatch(controller->watches[i]);
	free(controller);
}

static struct object *set_of(struct demo *demo, const struct cluster_spec *spec)
{
	bool strimzi = spec->managed && spec->kind == BROKER_KAFKA;
	return store_get(demo->store, strimzi ? KIND_POD_SET : KIND_STATEFUL_SET, spec->namespace, spec->set);
}

/* The RabbitMQ operator carries the replicas of its resource over to the StatefulSet, but never downwards. */
static void reconcile_rabbitmq_cluster(struct demo *demo, const struct cluster_spec *spec, struct object *set)
{
	const struct object *resource = store_get(demo->store, KIND_RABBITMQ_CLUSTER, spec->namespace, spec->name);
	if (!resource)
		return;
	int64_t wanted = json_number(resource->json, "spec.replicas", 1);
	int64_t present = json_number(set->json, "spec.replicas", 0);
	const cJSON *labels = json_at(resource->json, "metadata.labels");
	const char *pause = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(labels, "rabbitmq.com/pauseReconciliation"));
	if (str_eq(pause, "true"))
		return;
	if (wanted > present) {
		cJSON *json = object_edit(set);
		json_set_number(json, "spec.replicas", (double)wanted);
		store_put(demo->store, KIND_STATEFUL_SET, json);
	} else if (wanted < present) {
		events_record(demo, resource, true, "rabbitmqcluster-controller", "UnsupportedOperation",
			      "Cluster Scale down not supported; tried to scale cluster from %lld nodes to %lld nodes",
			      (long long)present, (long long)wanted);
	}
}

static int desired_replicas(struct demo *demo, const struct cluster_spec *spec)
{
	const struct object *source = set_of(demo, spec);
	if (spec->managed && spec->kind == BROKER_KAFKA)
		source = store_get(demo->store, KIND_NODE_POOL, spec->namespace, "brokers");
	int64_t desired = source ? json_number(source->json, "spec.replicas", 0) : 0;
	return desired > CLUSTER_BROKERS_MAX ? CLUSTER_BROKERS_MAX : (int)desired;
}

static void add_broker(struct demo *demo, const struct cluster_spec *spec, int ordinal, const struct object *set)
{
	char name[96];
	cluster_claim_name(spec, ordinal, name, sizeof name);
	const struct object *claim = store_get(demo->store, KIND_CLAIM, spec->namespace, name);
	if (claim && *json_text(claim->json, "metadata.deletionTimestamp"))
		return; /* no pod on a claim that goes away: when it is gone both are made anew */
	if (!claim) {
		store_put(demo->store, KIND_CLAIM, manifest_claim(spec, ordinal));
		events_record(demo, set, false, "statefulset-controller", "SuccessfulCreate", "create Claim %s success", name);
	}
	cluster_pod_name(spec, ordinal, name, sizeof name);
	store_put(demo->store, KIND_POD, manifest_pod(spec, ordinal, set));
	events_record(demo, set, false, "statefulset-controller", "SuccessfulCreate", "create Pod %s in %s %s successful", name,
		      set->kind->name, set->name);
}

/* Brings the pods of a cluster one step nearer to `desired`: missing ones at once, surplus ones from the highest down. */
static void reconcile_pods(struct demo *demo, const struct cluster_spec *spec, int desired)
{
	struct object *set = set_of(demo, spec);
	char name[64];
	if (!set)
		return;
	object_keep(set);
	for (int i = 0; i < desired; i++) {
		if (!store_get(demo->store, KIND_POD, spec->namespace, cluster_pod_name(spec, i, name, sizeof name)))
			add_broker(demo, spec, i, set);
	}
	for (int i = CLUSTER_BROKERS_MAX - 1; i >= desired; i--) {
		const struct object *pod =
			store_get(demo->store, KIND_POD, spec->namespace, cluster_pod_name(spec, i, name, sizeof name));
		if (!pod)
			continue;
		if (!*json_text(pod->json, "metadata.deletionTimestamp"))
			controller_begin_deletion(demo, pod, set);
		break;
	}
	object_release(set);
}

void controller_tick(struct demo *demo)
{
	struct controller *controller = demo->controller;
	int64_t now = demo_time_ms(demo);
	if (now - controller->pruned_ms > 60000) {
		controller->pruned_ms = now;
		events_prune(demo);
	}
	if (!controller->dirty)
		return;
	controller->dirty = false;
	controller_obey_taints(demo);
	controller_collect_claims(demo);
	for (size_t i = 0; i < FLEET_SIZE; i++) {
		const struct cluster_spec *spec = demo->fleet->clusters[i].spec;
		struct object *set = set_of(demo, spec);
		if (!set)
			continue;
		if (spec->managed && spec->kind == BROKER_RABBITMQ)
			reconcile_rabbitmq_cluster(demo, spec, set);
		int desired = desired_replicas(demo, spec);
		controller_adopt_pods(demo, spec, set);
		if (spec->managed && spec->kind == BROKER_KAFKA)
			controller_restart_marked(demo, spec, set);
		reconcile_pods(demo, spec, desired);
		controller_write_cluster(demo, spec, desired);
	}
	controller->dirty |= controller_expand_claims(demo);
	controller_write_endpoints(demo);
	controller_write_budgets(demo);
}

/* Ages differ a little, as they do. */
static int64_t age_of(const struct cluster_spec *spec, int ordinal)
{
	int64_t hours = spec->kind == BROKER_KAFKA ? 5 * 24 + 3 : 9 * 24 + 7;
	return -(hours * 3600 + ordinal * 97 + (spec->managed ? 40000 : 0)) * 1000;
}

/* What happened in the hour before, so that the events are not empty. */
static void tell_history(struct demo *demo)
{
	static const struct {
		const char *namespace, *pod;
		bool warning;
		const char *reason, *message;
		int count, minutes;
	} table[] = {
		{"staging", "logs-brokers-2", true, "Unhealthy", "Readiness probe failed: replica fetchers are behind", 6, 41},
		{"staging", "jobs-server-1", false, "Pulled", "Container image already present on machine", 1, 29},
		{"prod", "orders-1", true, "VolumeFilling", "/var/lib/kafka/data is more than 85% full", 3, 17},
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		const struct object *pod = store_get(demo->store, KIND_POD, table[i].namespace, table[i].pod);
		if (pod)
			events_record_past(demo, pod, table[i].warning, "kubelet", table[i].reason, table[i].message, table[i].count,
					   table[i].minutes * 60000);
	}
}

void controller_settle(struct demo *demo)
{
	char base[32], created[32], name[96];
	clock_format_rfc3339(demo->start_wall_ms - (int64_t)31 * 24 * 3600 * 1000, base);
	manifests_install_base(demo, base);
	for (size_t i = 0; i < FLEET_SIZE; i++) {
		const struct cluster_spec *spec = demo->fleet->clusters[i].spec;
		clock_format_rfc3339(demo->start_wall_ms + age_of(spec, 0) - 5000, created);
		manifests_install(demo, spec, created);
		const struct object *set = set_of(demo, spec);
		for (int ordinal = 0; ordinal < spec->replicas; ordinal++) {
			clock_format_rfc3339(demo->start_wall_ms + age_of(spec, ordinal) - 4000, created);
			cJSON *claim = manifest_claim(spec, ordinal);
			json_set_text(claim, "metadata.creationTimestamp", created);
			store_put(demo->store, KIND_CLAIM, claim);
			cJSON *pod = manifest_pod(spec, ordinal, set);
			json_set_text(pod, "metadata.creationTimestamp", created);
			store_put(demo->store, KIND_POD, pod);
			kubelet_settle(demo, spec->namespace, cluster_pod_name(spec, ordinal, name, sizeof name),
				       (ordinal + (int)i / 2) % KUBELET_NODES, age_of(spec, ordinal));
		}
	}
	tell_history(demo);
	demo->controller->dirty = true;
	controller_tick(demo);
}
