#include "tests/bench/broker_sets.h"

#include <string.h>

#include "api/base/str.h"
#include "api/kube/records/record_decode.h"

enum { NODES_MAX = 1000, CREATED_MS = 1000000000, VOLUME_BYTES = 1 << 30 };

static struct kube_meta meta_of(struct broker_sets *sets, const char *namespace, const char *name)
{
	return (struct kube_meta){
		.name = name,
		.namespace = namespace,
		.uid = arena_printf(&sets->records, "uid-of-%s-%s", str_or(namespace, ""), name),
		.resource_version = "1",
		.created_ms = CREATED_MS,
		.deleted_ms = -1,
	};
}

/* "key=value,key=value" */
static struct kube_pair *pairs_of(struct broker_sets *sets, const char *text, size_t *count)
{
	struct kube_pair *pairs = arena_alloc(&sets->records, 8 * sizeof *pairs);
	*count = 0;
	for (const char *at = text; *at; at += strspn(at, ",")) {
		size_t key = strcspn(at, "="), value = strcspn(at + key + 1, ",");
		pairs[(*count)++] = (struct kube_pair){.key = arena_strndup(&sets->records, at, key),
						       .value = arena_strndup(&sets->records, at + key + 1, value)};
		at += key + 1 + value;
	}
	return pairs;
}

static const char *node_of(struct broker_sets *sets, size_t number)
{
	size_t nodes = sets->clusters / 2 < NODES_MAX ? sets->clusters / 2 : NODES_MAX;
	return arena_printf(&sets->records, "node-%zu", number % (nodes > 3 ? nodes : 3));
}

static struct kube_condition *ready_condition(struct broker_sets *sets)
{
	struct kube_condition *condition = arena_alloc(&sets->records, sizeof *condition);
	*condition = (struct kube_condition){.type = "Ready", .status = "True", .changed_ms = CREATED_MS};
	return condition;
}

static void put_node(struct broker_sets *sets, size_t number)
{
	struct kube_node *node = arena_alloc(&sets->records, sizeof *node);
	node->meta = meta_of(sets, NULL, node_of(sets, number));
	node->meta.labels =
		pairs_of(sets, arena_printf(&sets->records, "topology.kubernetes.io/zone=zone-%zu", number % 3),
			 &node->meta.label_count);
	node->conditions = ready_condition(sets);
	node->condition_count = 1;
	record_store_put(sets->store, KUBE_NODES, node);
}

static struct kube_container *container_of(struct broker_sets *sets, bool kafka)
{
	static const int32_t rabbitmq_ports[] = {5672, 15672}, kafka_ports[] = {9092, 9093};
	struct kube_container *container = arena_alloc(&sets->records, sizeof *container);
	*container = (struct kube_container){
		.name = "broker",
		.image = kafka ? "quay.io/apache/kafka:4.1.0" : "docker.io/library/rabbitmq:4.0.5-management",
		.ports = arena_alloc(&sets->records, 2 * sizeof(struct kube_port)),
		.port_count = 2,
		.mounts = arena_alloc(&sets->records, sizeof(struct kube_mount)),
		.mount_count = 1,
		.memory_limit = VOLUME_BYTES,
	};
	*container->mounts =
		(struct kube_mount){.name = "data", .mount_path = kafka ? "/var/lib/kafka" : "/var/lib/rabbitmq"};
	for (size_t i = 0; i < 2; i++)
		container->ports[i] = (struct kube_port){.name = i ? "more" : "clients",
							 .container_port = kafka ? kafka_ports[i] : rabbitmq_ports[i]};
	return container;
}

static struct kube_stateful_set *put_set(struct broker_sets *sets, const char *namespace, const char *name, bool kafka)
{
	struct kube_stateful_set *set = arena_alloc(&sets->records, sizeof *set);
	set->meta = meta_of(sets, namespace, name);
	set->replicas = set->ready_replicas = set->updated_replicas = BROKER_SETS_BROKERS;
	set->service_name = name;
	set->selector = pairs_of(sets,
				 arena_printf(&sets->records, "app.kubernetes.io/name=%s,app.kubernetes.io/instance=%s",
					      kafka ? "kafka" : "rabbitmq", name),
				 &set->selector_count);
	set->template_labels = set->selector;
	set->template_label_count = set->selector_count;
	set->containers = container_of(sets, kafka);
	set->container_count = 1;
	set->claim_templates = arena_alloc(&sets->records, sizeof *set->claim_templates);
	*set->claim_templates = (struct kube_claim_template){.name = "data", .storage_class = "standard"};
	set->claim_template_count = 1;
	record_store_put(sets->store, KUBE_STATEFUL_SETS, set);
	return set;
}

static void put_volume(struct broker_sets *sets, const struct kube_pod *pod)
{
	struct kube_volume *volume = arena_alloc(&sets->records, sizeof *volume);
	struct kube_claim *claim = arena_alloc(&sets->records, sizeof *claim);
	volume->meta =
		meta_of(sets, NULL, arena_printf(&sets->records, "pvc-%s-%s", pod->meta.namespace, pod->meta.name));
	volume->capacity = claim->requested = claim->capacity = VOLUME_BYTES;
	volume->storage_class = claim->storage_class = "standard";
	volume->phase = claim->phase = "Bound";
	claim->meta = meta_of(sets, pod->meta.namespace, pod->volumes->claim_name);
	claim->volume_name = volume->meta.name;
	record_store_put(sets->store, KUBE_VOLUMES, volume);
	record_store_put(sets->store, KUBE_CLAIMS, claim);
}

/* What a broker that is gone left, and that waits for a volume: of one cluster in ten. */
static void put_waiting_claim(struct broker_sets *sets, const struct kube_stateful_set *set)
{
	struct kube_claim *claim = arena_alloc(&sets->records, sizeof *claim);
	claim->meta = meta_of(sets, set->meta.namespace,
			      arena_printf(&sets->records, "data-%s-%d", set->meta.name, BROKER_SETS_BROKERS));
	claim->storage_class = "standard";
	claim->phase = "Pending";
	claim->capacity = -1;
	record_store_put(sets->store, KUBE_CLAIMS, claim);
}

static void put_event(struct broker_sets *sets, const struct kube_pod *pod)
{
	struct kube_event *event = arena_alloc(&sets->records, sizeof *event);
	event->meta = meta_of(sets, pod->meta.namespace, arena_printf(&sets->records, "%s.17f3a9", pod->meta.name));
	event->type = "Normal";
	event->reason = "Started";
	event->object_kind = "Pod";
	event->object_namespace = pod->meta.namespace;
	event->object_name = pod->meta.name;
	event->object_uid = pod->meta.uid;
	event->first_ms = event->last_ms = CREATED_MS;
	record_store_put(sets->store, KUBE_EVENTS, event);
}

static struct kube_pod *put_pod(struct broker_sets *sets, const struct kube_meta *owner, const char *owner_kind,
				size_t ordinal, const char *labels)
{
	struct kube_pod *pod = arena_alloc(&sets->records, sizeof *pod);
	pod->meta = meta_of(sets, owner->namespace, arena_printf(&sets->records, "%s-%zu", owner->name, ordinal));
	pod->meta.labels = pairs_of(sets, labels, &pod->meta.label_count);
	pod->meta.owners = arena_alloc(&sets->records, sizeof *pod->meta.owners);
	*pod->meta.owners = (struct kube_owner){.api_version = "apps/v1",
						.kind = owner_kind,
						.name = owner->name,
						.uid = owner->uid,
						.controller = true};
	pod->meta.owner_count = 1;
	pod->phase = "Running";
	pod->start_ms = CREATED_MS;
	pod->conditions = ready_condition(sets);
	pod->condition_count = 1;
	pod->statuses = arena_alloc(&sets->records, sizeof *pod->statuses);
	*pod->statuses = (struct kube_container_status){
		.name = "broker", .ready = true, .started = true, .running_since_ms = CREATED_MS};
	pod->status_count = 1;
	return pod;
}

static void put_broker(struct broker_sets *sets, const struct kube_stateful_set *set, size_t number, size_t ordinal)
{
	struct kube_pod *pod = put_pod(
		sets, &set->meta, "StatefulSet", ordinal,
		arena_printf(&sets->records,
			     "%s=%s,%s=%s,app.kubernetes.io/component=broker,controller-revision-hash=%s-6f7d9c,"
			     "statefulset.kubernetes.io/pod-name=%s-%zu",
			     set->selector[0].key, set->selector[0].value, set->selector[1].key, set->selector[1].value,
			     set->meta.name, set->meta.name, ordinal));
	pod->node_name = node_of(sets, number * BROKER_SETS_BROKERS + ordinal);
	pod->containers = set->containers;
	pod->container_count = set->container_count;
	pod->volumes = arena_alloc(&sets->records, sizeof *pod->volumes);
	pod->volumes->claim_name = arena_printf(&sets->records, "data-%s", pod->meta.name);
	pod->volume_count = 1;
	record_store_put(sets->store, KUBE_PODS, pod);
	put_volume(sets, pod);
	put_event(sets, pod);
}

static void put_service(struct broker_sets *sets, const struct kube_stateful_set *set, const char *name)
{
	struct kube_service *service = arena_alloc(&sets->records, sizeof *service);
	struct kube_endpoint_slice *slice = arena_alloc(&sets->records, sizeof *slice);
	service->meta = meta_of(sets, set->meta.namespace, name);
	service->type = "ClusterIP";
	service->selector = set->selector;
	service->selector_count = set->selector_count;
	service->ports = arena_alloc(&sets->records, sizeof *service->ports);
	*service->ports = (struct kube_port){
		.name = "clients", .port = set->containers->ports->container_port, .target_port = "clients"};
	service->port_count = 1;
	slice->meta = meta_of(sets, set->meta.namespace, arena_printf(&sets->records, "%s-x7k2p", name));
	slice->meta.labels = pairs_of(sets, arena_printf(&sets->records, "kubernetes.io/service-name=%s", name),
				      &slice->meta.label_count);
	slice->endpoints = arena_alloc(&sets->records, BROKER_SETS_BROKERS * sizeof *slice->endpoints);
	slice->endpoint_count = BROKER_SETS_BROKERS;
	for (size_t i = 0; i < BROKER_SETS_BROKERS; i++)
		slice->endpoints[i] =
			(struct kube_endpoint){.target_kind = "Pod",
					       .target_name = arena_printf(&sets->records, "%s-%zu", set->meta.name, i),
					       .ready = true};
	record_store_put(sets->store, KUBE_SERVICES, service);
	record_store_put(sets->store, KUBE_ENDPOINT_SLICES, slice);
}

static const char *namespace_of(struct broker_sets *sets, size_t number)
{
	return arena_printf(&sets->records, "team-%zu", number / (sets->per_namespace ? sets->per_namespace : 1));
}

static void put_cluster(struct broker_sets *sets, size_t number)
{
	bool kafka = number % 2;
	const char *namespace = namespace_of(sets, number),
		   *name = arena_printf(&sets->records, "%s-%zu", kafka ? "log" : "mq", number);
	const struct kube_stateful_set *set = put_set(sets, namespace, name, kafka);
	struct kube_disruption_budget *budget = arena_alloc(&sets->records, sizeof *budget);
	for (size_t i = 0; i < BROKER_SETS_BROKERS; i++)
		put_broker(sets, set, number, i);
	put_service(sets, set, name);
	put_service(sets, set, arena_printf(&sets->records, "%s-headless", name));
	if (number % 10 == 0)
		put_waiting_claim(sets, set);
	budget->meta = meta_of(sets, namespace, name);
	budget->selector = set->selector;
	budget->selector_count = set->selector_count;
	budget->max_unavailable = "1";
	record_store_put(sets->store, KUBE_DISRUPTION_BUDGETS, budget);
}

void broker_sets_put(struct broker_sets *sets)
{
	struct kube_storage_class *class = arena_alloc(&sets->records, sizeof *class);
	class->meta = meta_of(sets, NULL, "standard");
	record_store_put(sets->store, KUBE_STORAGE_CLASSES, class);
	for (size_t i = 0; i < NODES_MAX && i < (sets->clusters > 6 ? sets->clusters / 2 : 3); i++)
		put_node(sets, i);
	for (size_t i = 0; i < sets->clusters; i++)
		put_cluster(sets, i);
}

void broker_sets_put_others(struct broker_sets *sets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct kube_meta owner = meta_of(sets, namespace_of(sets, i % sets->clusters), "web-5d8f7c9b6d");
		struct kube_pod *pod = put_pod(sets, &owner, "ReplicaSet", i, "app=web,pod-template-hash=5d8f7c9b6d");
		pod->node_name = node_of(sets, i);
		record_store_put(sets->store, KUBE_PODS, pod);
	}
}

/* ---- what changes ---- */

static void put_again(struct broker_sets *sets, enum kube_kind kind, const void *record)
{
	static const size_t sizes[KUBE_KIND_COUNT] = {
		[KUBE_PODS] = sizeof(struct kube_pod),
		[KUBE_NODES] = sizeof(struct kube_node),
		[KUBE_CLAIMS] = sizeof(struct kube_claim),
		[KUBE_VOLUMES] = sizeof(struct kube_volume),
		[KUBE_STORAGE_CLASSES] = sizeof(struct kube_storage_class),
		[KUBE_SERVICES] = sizeof(struct kube_service),
		[KUBE_ENDPOINT_SLICES] = sizeof(struct kube_endpoint_slice),
		[KUBE_DISRUPTION_BUDGETS] = sizeof(struct kube_disruption_budget),
		[KUBE_EVENTS] = sizeof(struct kube_event),
		[KUBE_STATEFUL_SETS] = sizeof(struct kube_stateful_set),
	};
	struct kube_meta *copy = arena_alloc(&sets->changed, sizes[kind]);
	memcpy(copy, record, sizes[kind]);
	copy->resource_version = arena_printf(&sets->changed, "%s1", copy->resource_version);
	record_store_put(sets->store, kind, copy);
}

void broker_sets_change_all(struct broker_sets *sets)
{
	for (size_t kind = 0; kind < KUBE_KIND_COUNT; kind++) {
		VEC(const void *) records = {0};
		const void *record;
		for (struct map_entry *at = NULL; (record = record_store_next(sets->store, (enum kube_kind)kind, &at));)
			vec_push(&records, record);
		vec_each (&records, it)
			put_again(sets, (enum kube_kind)kind, *it);
		vec_finish(&records);
	}
}

void broker_sets_change_pod(struct broker_sets *sets, size_t cluster)
{
	const char *name = arena_printf(&sets->changed, "%s-%zu-0", cluster % 2 ? "log" : "mq", cluster);
	put_again(sets, KUBE_PODS, record_store_get(sets->store, KUBE_PODS, namespace_of(sets, cluster), name));
}

void broker_sets_finish(struct broker_sets *sets)
{
	arena_finish(&sets->records);
	arena_finish(&sets->changed);
}
