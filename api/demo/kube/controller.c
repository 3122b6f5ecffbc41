/* Turns changes of the store into work: which pods a cluster should have, one step a tick, and what happened in the
 * hour before the demo began. */
#include "api/demo/kube/controller.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kube/events.h"
#include "api/demo/kube/kubelet.h"
#include "api/demo/kube/manifests.h"

/* Kinds whose changes mean work. */
static const enum demo_kube_kind_id controller_watched[] = {
	DEMO_KUBE_KIND_POD,       DEMO_KUBE_KIND_STATEFUL_SET,     DEMO_KUBE_KIND_POD_SET,
	DEMO_KUBE_KIND_NODE_POOL, DEMO_KUBE_KIND_RABBITMQ_CLUSTER, DEMO_KUBE_KIND_SERVICE,
	DEMO_KUBE_KIND_CLAIM,     DEMO_KUBE_KIND_BUDGET,           DEMO_KUBE_KIND_NODE,
};

struct demo_kube_controller {
	struct demo_kube_store_watch *watches[ARRAY_LEN(controller_watched)];
	bool dirty;
	int64_t pruned_ms;
};

static void controller_on_change(void *data, enum demo_kube_store_change change, const struct demo_kube_object *now,
				 const struct demo_kube_object *before)
{
	struct demo_kube_controller *controller = data;
	controller->dirty = true;
}

struct demo_kube_controller *demo_kube_controller_create(struct demo *demo)
{
	struct demo_kube_controller *controller = mem_alloc(sizeof *controller);
	for (size_t i = 0; i < ARRAY_LEN(controller_watched); i++)
		controller->watches[i] =
			demo_kube_store_watch(demo->store, controller_watched[i], demo_kube_store_version(demo->store),
					      controller_on_change, controller);
	controller->dirty = true;
	return controller;
}

void demo_kube_controller_destroy(struct demo_kube_controller *controller)
{
	if (!controller)
		return;
	for (size_t i = 0; i < ARRAY_LEN(controller_watched); i++)
		demo_kube_store_unwatch(controller->watches[i]);
	free(controller);
}

static struct demo_kube_object *set_of(struct demo *demo, const struct demo_cluster_spec *spec)
{
	bool strimzi = spec->managed && spec->kind == DEMO_BROKER_KAFKA;
	return demo_kube_store_get(demo->store, strimzi ? DEMO_KUBE_KIND_POD_SET : DEMO_KUBE_KIND_STATEFUL_SET,
				   spec->namespace, spec->set);
}

/* The RabbitMQ operator carries the replicas of its resource over to the StatefulSet, but never downwards. */
static void reconcile_rabbitmq_cluster(struct demo *demo, const struct demo_cluster_spec *spec,
				       struct demo_kube_object *set)
{
	const struct demo_kube_object *resource =
		demo_kube_store_get(demo->store, DEMO_KUBE_KIND_RABBITMQ_CLUSTER, spec->namespace, spec->name);
	if (!resource)
		return;
	int64_t wanted = demo_json_number(resource->json, "spec.replicas", 1);
	int64_t present = demo_json_number(set->json, "spec.replicas", 0);
	const cJSON *labels = demo_json_at(resource->json, "metadata.labels");
	const char *pause =
		cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(labels, "rabbitmq.com/pauseReconciliation"));
	if (str_eq(pause, "true"))
		return;
	if (wanted > present) {
		cJSON *json = demo_kube_object_edit(set);
		demo_json_set_number(json, "spec.replicas", (double)wanted);
		demo_kube_store_put(demo->store, DEMO_KUBE_KIND_STATEFUL_SET, json);
	} else if (wanted < present) {
		demo_kube_events_record(
			demo, resource, true, "rabbitmqcluster-controller", "UnsupportedOperation",
			"Cluster Scale down not supported; tried to scale cluster from %lld nodes to %lld nodes",
			(long long)present, (long long)wanted);
	}
}

static int desired_replicas(struct demo *demo, const struct demo_cluster_spec *spec)
{
	const struct demo_kube_object *source = set_of(demo, spec);
	if (spec->managed && spec->kind == DEMO_BROKER_KAFKA)
		source = demo_kube_store_get(demo->store, DEMO_KUBE_KIND_NODE_POOL, spec->namespace, "brokers");
	int64_t desired = source ? demo_json_number(source->json, "spec.replicas", 0) : 0;
	return desired > DEMO_CLUSTER_BROKERS_MAX ? DEMO_CLUSTER_BROKERS_MAX : (int)desired;
}

static void controller_add_broker(struct demo *demo, const struct demo_cluster_spec *spec, int ordinal,
				  const struct demo_kube_object *set)
{
	char name[96];
	demo_cluster_claim_name(spec, ordinal, name, sizeof name);
	const struct demo_kube_object *claim =
		demo_kube_store_get(demo->store, DEMO_KUBE_KIND_CLAIM, spec->namespace, name);
	if (claim && *demo_json_text(claim->json, "metadata.deletionTimestamp"))
		return; /* no pod on a claim that goes away: when it is gone both are made anew */
	if (!claim) {
		demo_kube_store_put(demo->store, DEMO_KUBE_KIND_CLAIM, demo_kube_manifest_claim(spec, ordinal));
		demo_kube_events_record(demo, set, false, "statefulset-controller", "SuccessfulCreate",
					"create Claim %s success", name);
	}
	demo_cluster_pod_name(spec, ordinal, name, sizeof name);
	demo_kube_store_put(demo->store, DEMO_KUBE_KIND_POD, demo_kube_manifest_pod(spec, ordinal, set));
	demo_kube_events_record(demo, set, false, "statefulset-controller", "SuccessfulCreate",
				"create Pod %s in %s %s successful", name, set->kind->name, set->name);
}

/* Brings the pods of a cluster one step nearer to `desired`: missing ones at once, surplus ones from the highest
 * down. */
static void reconcile_pods(struct demo *demo, const struct demo_cluster_spec *spec, int desired)
{
	struct demo_kube_object *set = set_of(demo, spec);
	char name[64];
	if (!set)
		return;
	demo_kube_object_keep(set);
	for (int i = 0; i < desired; i++) {
		if (!demo_kube_store_get(demo->store, DEMO_KUBE_KIND_POD, spec->namespace,
					 demo_cluster_pod_name(spec, i, name, sizeof name)))
			controller_add_broker(demo, spec, i, set);
	}
	for (int i = DEMO_CLUSTER_BROKERS_MAX - 1; i >= desired; i--) {
		const struct demo_kube_object *pod =
			demo_kube_store_get(demo->store, DEMO_KUBE_KIND_POD, spec->namespace,
					    demo_cluster_pod_name(spec, i, name, sizeof name));
		if (!pod)
			continue;
		if (!*demo_json_text(pod->json, "metadata.deletionTimestamp"))
			demo_kube_controller_begin_deletion(demo, pod, set);
		break;
	}
	demo_kube_object_release(set);
}

void demo_kube_controller_tick(struct demo *demo)
{
	struct demo_kube_controller *controller = demo->controller;
	int64_t now = demo_time_ms(demo);
	if (now - controller->pruned_ms > 60000) {
		controller->pruned_ms = now;
		demo_kube_events_prune(demo);
	}
	if (!controller->dirty)
		return;
	controller->dirty = false;
	demo_kube_controller_obey_taints(demo);
	demo_kube_controller_collect_claims(demo);
	for (size_t i = 0; i < demo->specs.count; i++) {
		const struct demo_cluster_spec *spec = &demo->specs.items[i];
		struct demo_kube_object *set = set_of(demo, spec);
		if (!set)
			continue;
		if (spec->managed && spec->kind == DEMO_BROKER_RABBITMQ)
			reconcile_rabbitmq_cluster(demo, spec, set);
		int desired = desired_replicas(demo, spec);
		demo_kube_controller_adopt_pods(demo, spec, set);
		if (spec->managed && spec->kind == DEMO_BROKER_KAFKA)
			demo_kube_controller_restart_marked(demo, spec, set);
		reconcile_pods(demo, spec, desired);
		demo_kube_controller_write_cluster(demo, spec, desired);
	}
	controller->dirty |= demo_kube_controller_expand_claims(demo);
	demo_kube_controller_write_endpoints(demo);
	demo_kube_controller_write_budgets(demo);
}

/* Ages differ a little, as they do. */
static int64_t age_of(const struct demo_cluster_spec *spec, int ordinal)
{
	int64_t hours = spec->kind == DEMO_BROKER_KAFKA ? 5 * 24 + 3 : 9 * 24 + 7;
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
		{"staging", "logs-brokers-2", true, "Unhealthy", "Readiness probe failed: replica fetchers are behind",
		 6, 41},
		{"staging", "jobs-server-1", false, "Pulled", "Container image already present on machine", 1, 29},
		{"prod", "orders-1", true, "VolumeFilling", "/var/lib/kafka/data is more than 85% full", 3, 17},
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		const struct demo_kube_object *pod =
			demo_kube_store_get(demo->store, DEMO_KUBE_KIND_POD, table[i].namespace, table[i].pod);
		if (pod)
			demo_kube_events_record_past(demo, pod, table[i].warning, "kubelet", table[i].reason,
						     table[i].message, table[i].count, table[i].minutes * 60000);
	}
}

void demo_kube_controller_settle(struct demo *demo)
{
	char base[32], created[32], name[96];
	clock_format_rfc3339(demo->start_wall_ms - (int64_t)31 * 24 * 3600 * 1000, base);
	demo_kube_install_base(demo, base);
	for (size_t i = 0; i < demo->specs.count; i++) {
		const struct demo_cluster_spec *spec = &demo->specs.items[i];
		clock_format_rfc3339(demo->start_wall_ms + age_of(spec, 0) - 5000, created);
		demo_kube_install_cluster(demo, spec, created);
		const struct demo_kube_object *set = set_of(demo, spec);
		for (int ordinal = 0; ordinal < spec->replicas; ordinal++) {
			clock_format_rfc3339(demo->start_wall_ms + age_of(spec, ordinal) - 4000, created);
			cJSON *claim = demo_kube_manifest_claim(spec, ordinal);
			demo_json_set_text(claim, "metadata.creationTimestamp", created);
			demo_kube_store_put(demo->store, DEMO_KUBE_KIND_CLAIM, claim);
			cJSON *pod = demo_kube_manifest_pod(spec, ordinal, set);
			demo_json_set_text(pod, "metadata.creationTimestamp", created);
			demo_kube_store_put(demo->store, DEMO_KUBE_KIND_POD, pod);
			demo_kube_kubelet_settle(demo, spec->namespace,
						 demo_cluster_pod_name(spec, ordinal, name, sizeof name),
						 (ordinal + (int)i / 2) % DEMO_KUBE_NODES, age_of(spec, ordinal));
		}
	}
	tell_history(demo);
	demo->controller->dirty = true;
	demo_kube_controller_tick(demo);
}
