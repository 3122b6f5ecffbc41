#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/rabbitmq/rabbitmq_decode.h"
#include "tests/unit/model/fixture.h"

enum { GIB = 1 << 30, START_MS = 1000000000 };
#define NAMESPACE "test"

void fixture_start(struct fixture *f)
{
	*f = (struct fixture){.clock = clock_virtual(START_MS)};
	f->loop = loop_create(&f->clock);
	clock_advance(&f->clock, 100000);
	f->world = world_create(&(struct world_options){.loop = f->loop});
}

void fixture_finish(struct fixture *f)
{
	world_destroy(f->world);
	loop_destroy(f->loop);
	arena_finish(&f->arena);
}

void fixture_put_again(struct fixture *f)
{
	struct record_store *store = &f->world->store;
	for (size_t kind = 0; kind < KUBE_KIND_COUNT; kind++) {
		const void *record;
		struct map_entry *at = NULL;
		while ((record = record_store_next(store, (enum kube_kind)kind, &at)))
			record_store_put(store, (enum kube_kind)kind, record);
	}
}

const struct world_view *fixture_update(struct fixture *f)
{
	fixture_put_again(f);
	world_mark_dirty(f->world);
	return world_update(f->world);
}

struct join_cluster *fixture_cluster(struct fixture *f, const char *key)
{
	struct world_cluster *cluster = world_find_cluster(&f->world->view, key);
	assert_non_null(cluster);
	return join_cluster_of(cluster);
}

struct join_broker *fixture_broker(struct fixture *f, const char *key, size_t index)
{
	struct join_cluster *cluster = fixture_cluster(f, key);
	assert_true(index < cluster->brokers.len);
	return (struct join_broker *)cluster->brokers.items[index];
}

/* ---- records ---- */

static struct kube_meta meta_of(struct fixture *f, const char *namespace, const char *name)
{
	return (struct kube_meta){
		.name = arena_strdup(&f->arena, name),
		.namespace = namespace,
		.created_ms = START_MS,
		.deleted_ms = -1,
	};
}

static struct kube_pair *pair_of(struct fixture *f, const char *key, const char *value)
{
	struct kube_pair *pair = arena_alloc(&f->arena, sizeof *pair);
	*pair = (struct kube_pair){.key = arena_strdup(&f->arena, key), .value = arena_strdup(&f->arena, value)};
	return pair;
}

struct kube_node *fixture_node(struct fixture *f, const char *name, const char *zone, bool ready)
{
	struct kube_node *node = arena_alloc(&f->arena, sizeof *node);
	node->meta = meta_of(f, NULL, name);
	node->meta.labels = pair_of(f, "topology.kubernetes.io/zone", zone);
	node->meta.label_count = zone ? 1 : 0;
	node->conditions = arena_alloc(&f->arena, sizeof *node->conditions);
	node->condition_count = 1;
	*node->conditions = (struct kube_condition){
		.type = "Ready", .status = ready ? "True" : "Unknown", .changed_ms = clock_wall_ms(&f->clock) - 41000};
	record_store_put(&f->world->store, KUBE_NODES, node);
	return node;
}

static struct kube_container *container_of(struct fixture *f, const char *name, const char *image, int32_t port)
{
	struct kube_container *container = arena_alloc(&f->arena, sizeof *container);
	*container = (struct kube_container){
		.name = arena_strdup(&f->arena, name),
		.image = arena_strdup(&f->arena, image),
		.ports = arena_alloc(&f->arena, sizeof(struct kube_port)),
		.port_count = port ? 1 : 0,
		.memory_limit = GIB,
	};
	container->ports->container_port = port;
	return container;
}

struct kube_stateful_set *fixture_set(struct fixture *f, const char *name, int32_t replicas, const char *image,
				      int32_t port)
{
	struct kube_stateful_set *set = arena_alloc(&f->arena, sizeof *set);
	set->meta = meta_of(f, NAMESPACE, name);
	set->replicas = replicas;
	set->selector = set->template_labels = pair_of(f, "app", name);
	set->selector_count = set->template_label_count = 1;
	set->containers = container_of(f, "broker", image, port);
	set->container_count = 1;
	set->claim_templates = arena_alloc(&f->arena, sizeof *set->claim_templates);
	set->claim_templates->name = "data";
	set->claim_template_count = 1;
	record_store_put(&f->world->store, KUBE_STATEFUL_SETS, set);
	return set;
}

static void bind_volume(struct fixture *f, const char *pod, const char *node)
{
	char name[128];
	struct kube_volume *volume = arena_alloc(&f->arena, sizeof *volume);
	snprintf(name, sizeof name, "pv-%s", pod);
	volume->meta = meta_of(f, NULL, name);
	volume->capacity = 10LL * GIB;
	volume->node_names = arena_alloc(&f->arena, sizeof *volume->node_names);
	volume->node_names[0] = node;
	volume->node_name_count = 1;
	record_store_put(&f->world->store, KUBE_VOLUMES, volume);
	snprintf(name, sizeof name, "data-%s", pod);
	fixture_claim(f, name, volume->meta.name);
}

struct kube_claim *fixture_claim(struct fixture *f, const char *name, const char *volume)
{
	struct kube_claim *claim = arena_alloc(&f->arena, sizeof *claim);
	claim->meta = meta_of(f, NAMESPACE, name);
	claim->volume_name = volume;
	claim->phase = volume ? "Bound" : "Pending";
	claim->requested = 10LL * GIB;
	claim->capacity = volume ? 10LL * GIB : -1;
	record_store_put(&f->world->store, KUBE_CLAIMS, claim);
	return claim;
}

void fixture_set_condition(struct fixture *f, struct kube_pod *pod, const char *type, const char *status,
			   const char *message)
{
	struct kube_condition *condition = arena_alloc(&f->arena, sizeof *condition);
	*condition =
		(struct kube_condition){.type = type, .status = status, .message = message, .changed_ms = START_MS};
	pod->conditions = condition;
	pod->condition_count = 1;
}

struct kube_container_status *fixture_status(struct kube_pod *pod)
{
	return pod->statuses;
}

struct kube_pod *fixture_pod(struct fixture *f, const struct kube_stateful_set *set, int32_t ordinal, const char *node)
{
	char name[128];
	struct kube_pod *pod = arena_alloc(&f->arena, sizeof *pod);
	snprintf(name, sizeof name, "%s-%d", set->meta.name, ordinal);
	pod->meta = meta_of(f, NAMESPACE, name);
	pod->meta.labels = set->template_labels;
	pod->meta.label_count = set->template_label_count;
	pod->meta.owners = arena_alloc(&f->arena, sizeof *pod->meta.owners);
	*pod->meta.owners = (struct kube_owner){.kind = "StatefulSet", .name = set->meta.name, .controller = true};
	pod->meta.owner_count = 1;
	pod->node_name = node;
	pod->phase = "Running";
	pod->start_ms = START_MS;
	pod->containers = set->containers;
	pod->container_count = set->container_count;
	pod->statuses = arena_alloc(&f->arena, sizeof *pod->statuses);
	pod->status_count = 1;
	*pod->statuses = (struct kube_container_status){.name = "broker",
							.ready = true,
							.started = true,
							.restart_count = 1,
							.running_since_ms = START_MS + 1000};
	pod->volumes = arena_alloc(&f->arena, sizeof *pod->volumes);
	pod->volume_count = 1;
	pod->volumes->claim_name = arena_printf(&f->arena, "data-%s", name);
	fixture_set_condition(f, pod, "Ready", "True", NULL);
	record_store_put(&f->world->store, KUBE_PODS, pod);
	bind_volume(f, pod->meta.name, node);
	return pod;
}

static void three_nodes_and_pods(struct fixture *f, const struct kube_stateful_set *set)
{
	static const char *const nodes[] = {"node-1", "node-2", "node-3"}, *const zones[] = {"zone-a", "zone-b",
											     "zone-c"};
	for (int32_t i = 0; i < 3; i++) {
		fixture_node(f, nodes[i], zones[i], true);
		fixture_pod(f, set, i, nodes[i]);
	}
}

/* ---- RabbitMQ ---- */

void fixture_say_queues(struct fixture *f, struct join_cluster *cluster, const char *queues_json)
{
	struct rabbitmq_queues *queues = rabbitmq_queues_create(NULL);
	struct rabbitmq_page page;
	struct err err = {0};
	assert_true(rabbitmq_list_take(rabbitmq_list_of_queues(queues, NULL), queues_json, strlen(queues_json), &page,
				       &err));
	rabbitmq_queues_seal(queues);
	rabbitmq_queues_unref(cluster->rabbitmq.queues);
	cluster->rabbitmq.queues = queues;
	cluster->rabbitmq.queues_part.updated_ms = loop_now_ms(f->loop);
	cluster->rabbitmq.overview_part.updated_ms = loop_now_ms(f->loop);
}

void fixture_say_connections(struct fixture *f, struct join_cluster *cluster, const char *connections_json)
{
	struct rabbitmq_clients *clients = rabbitmq_clients_create();
	struct rabbitmq_page page;
	struct err err = {0};
	assert_true(rabbitmq_list_take(rabbitmq_list_of_connections(clients), connections_json,
				       strlen(connections_json), &page, &err));
	rabbitmq_clients_seal(clients);
	rabbitmq_clients_unref(cluster->rabbitmq.clients);
	cluster->rabbitmq.clients = clients;
	cluster->rabbitmq.clients_part.updated_ms = loop_now_ms(f->loop);
}

void fixture_say_nodes(struct fixture *f, struct join_cluster *cluster, const char *nodes_json)
{
	struct err err = {0};
	struct rabbitmq_nodes *nodes = rabbitmq_decode_nodes(nodes_json, strlen(nodes_json), &err);
	assert_non_null(nodes);
	rabbitmq_nodes_unref(cluster->rabbitmq.nodes);
	cluster->rabbitmq.nodes = nodes;
	cluster->rabbitmq.nodes_part.updated_ms = loop_now_ms(f->loop);
}

struct join_cluster *fixture_rabbitmq(struct fixture *f, const char *queues_json)
{
	static const char nodes_json[] = "[{\"name\":\"rabbit@mq-0.mq.test.svc\",\"running\":true,\"mem_alarm\":"
					 "false,\"disk_free_alarm\":false,"
					 "\"disk_free\":4294967296,\"mem_used\":100,\"mem_limit\":400},"
					 "{\"name\":\"rabbit@mq-1.mq.test.svc\",\"running\":true,\"mem_alarm\":"
					 "false,\"disk_free_alarm\":false},"
					 "{\"name\":\"rabbit@mq-2.mq.test.svc\",\"running\":true,\"mem_alarm\":"
					 "false,\"disk_free_alarm\":false}"
					 "]";
	three_nodes_and_pods(f, fixture_set(f, "mq", 3, "docker.io/library/rabbitmq:4.0.5-management", 5672));
	fixture_update(f);
	struct join_cluster *cluster = fixture_cluster(f, NAMESPACE "/mq/rabbitmq");
	fixture_say_nodes(f, cluster, nodes_json);
	fixture_say_queues(f, cluster, queues_json);
	fixture_update(f);
	return cluster;
}

/* ---- Kafka ---- */

static const struct kafka_snapshot *snapshot_of(void *data)
{
	return data;
}

static void say_partition(struct fixture *f, struct kafka_partition *partition, int32_t id, const char *isr)
{
	size_t in_sync = strlen(isr);
	int32_t *ids = arena_alloc(&f->arena, (3 + in_sync) * sizeof *ids);
	for (int32_t i = 0; i < 3; i++)
		ids[i] = i;
	for (size_t i = 0; i < in_sync; i++)
		ids[3 + i] = isr[i] - '0';
	*partition = (struct kafka_partition){
		.nodes = ids,
		.id = id,
		.leader = in_sync ? ids[3] : -1,
		.size_bytes = 1000,
		.replica_count = 3,
		.isr_count = (uint8_t)in_sync,
	};
}

static struct kafka_broker *say_brokers(struct fixture *f)
{
	struct kafka_broker *brokers = arena_alloc(&f->arena, 3 * sizeof *brokers);
	for (int32_t i = 0; i < 3; i++)
		brokers[i] = (struct kafka_broker){
			.id = i,
			.host = arena_printf(&f->arena, "log-%d.log.test.svc", i),
			.version = "4.1",
			.connected = true,
			.registered = true,
			.used_bytes = 100,
			.total_bytes = 1000,
			.usable_bytes = 400,
		};
	return brokers;
}

struct kafka_snapshot *fixture_say_partitions(struct fixture *f, struct join_cluster *cluster, const char *const *isr,
					      size_t count)
{
	struct kafka_snapshot *snapshot = arena_alloc(&f->arena, sizeof *snapshot);
	struct kafka_topic *topic = arena_alloc(&f->arena, sizeof *topic);
	struct kafka_partition *partitions = arena_alloc(&f->arena, (count + 1) * sizeof *partitions);
	struct kafka_broker *brokers = say_brokers(f);
	for (size_t i = 0; i < count; i++) {
		say_partition(f, &partitions[i], (int32_t)i, isr[i]);
		for (int32_t id = 0; id < 3; id++) {
			brokers[id].replicas++;
			brokers[id].leaders += partitions[i].leader == id;
			brokers[id].not_in_sync += !strchr(isr[i], '0' + id);
		}
	}
	*topic = (struct kafka_topic){
		.name = "orders", .partitions = partitions, .partition_count = (int32_t)count, .min_in_sync = 2};
	*snapshot = (struct kafka_snapshot){.controller = 0,
					    .reachable = true,
					    .brokers = brokers,
					    .broker_count = 3,
					    .topics = topic,
					    .topic_count = 1};
	snapshot->metadata_part.updated_ms = snapshot->config_part.updated_ms = snapshot->quorum_part.updated_ms =
		loop_now_ms(f->loop);
	snapshot->group_part.updated_ms = -1;
	cluster->kafka = snapshot_of;
	cluster->kafka_data = snapshot;
	cluster->metadata_ms = -1;
	return snapshot;
}

struct join_cluster *fixture_kafka(struct fixture *f, const char *const *isr, size_t count)
{
	three_nodes_and_pods(f, fixture_set(f, "log", 3, "quay.io/apache/kafka:4.1.0", 9092));
	fixture_update(f);
	struct join_cluster *cluster = fixture_cluster(f, NAMESPACE "/log/kafka");
	fixture_say_partitions(f, cluster, isr, count);
	fixture_update(f);
	return cluster;
}
