#include "tests/unit/unit.h"

#include "api/base/str.h"
#include "tests/unit/model/fixture.h"

struct seen {
	struct source_found_cluster clusters[8];
	size_t count;
};

static void see(void *data, const struct source_found_cluster *found)
{
	struct seen *seen = data;
	assert_true(seen->count < ARRAY_LEN(seen->clusters));
	seen->clusters[seen->count++] = *found;
}

enum { NO_BROKERS = -1 };

/* The kind of brokers that the world's only StatefulSet is taken to run. */
static int brokers_found(struct fixture *f)
{
	struct seen seen = {0};
	source_discover_clusters(&f->world->store, see, &seen);
	return seen.count ? (int)seen.clusters[0].kind : NO_BROKERS;
}

static struct kube_stateful_set *set_with(struct fixture *f, const char *image, int32_t port)
{
	return fixture_set(f, "x", 3, image, port);
}

static void images_of_brokers_and_of_what_stands_beside_them(void **state)
{
	static const struct {
		const char *image;
		int found;
	} images[] = {
		{"rabbitmq:3.13-management", WORLD_BROKER_RABBITMQ},
		{"docker.io/bitnami/rabbitmq:4.0.5", WORLD_BROKER_RABBITMQ},
		{"registry:5000/team/rabbitmq@sha256:abc", WORLD_BROKER_RABBITMQ},
		{"bitnami/kafka:3.9", WORLD_BROKER_KAFKA},
		{"confluentinc/cp-kafka:7.6.0", WORLD_BROKER_KAFKA},
		{"confluentinc/cp-server:7.6.0", WORLD_BROKER_KAFKA},
		{"quay.io/strimzi/kafka:0.45.0-kafka-3.9.0", WORLD_BROKER_KAFKA},
		{"apache/kafka:4.1.0", WORLD_BROKER_KAFKA},
		{"kafka/tool:1", NO_BROKERS}, /* only the last part of the name counts */
		{"kbudde/rabbitmq-exporter:1", NO_BROKERS},
		{"bitnami/kafka-exporter:1", NO_BROKERS},
		{"confluentinc/cp-kafka-connect:7", NO_BROKERS},
		{"confluentinc/cp-kafka-rest:7", NO_BROKERS},
		{"provectuslabs/kafka-ui:1", NO_BROKERS},
		{"redpandadata/redpanda:v24", NO_BROKERS},
		{"bitnami/zookeeper:3", NO_BROKERS},
		{"postgres:16", NO_BROKERS},
		{NULL, NO_BROKERS},
	};
	struct fixture f;
	fixture_start(&f);
	for (size_t i = 0; i < ARRAY_LEN(images); i++) {
		set_with(&f, images[i].image, 0);
		assert_int_equal(brokers_found(&f), images[i].found);
	}
	fixture_finish(&f);
}

static void labels_count_where_a_brokers_port_is_served(void **state)
{
	struct fixture f;
	fixture_start(&f);
	struct kube_stateful_set *set = set_with(&f, "company/mq:1", 5672);
	struct kube_pair label = {.key = "app.kubernetes.io/name", .value = "rabbitmq"};
	set->meta.labels = &label;
	set->meta.label_count = 1;
	assert_int_equal(brokers_found(&f), WORLD_BROKER_RABBITMQ);
	set->containers->ports->container_port = 8080;
	assert_int_equal(brokers_found(&f), NO_BROKERS);
	label.value = "kafka-exporter";
	set->containers->ports->container_port = 9092;
	assert_int_equal(brokers_found(&f), NO_BROKERS);
	fixture_finish(&f);
}

static void ports_alone_count_in_pairs(void **state)
{
	struct fixture f;
	fixture_start(&f);
	struct kube_stateful_set *set = set_with(&f, "company/mq:1", 0);
	struct kube_port ports[] = {{.container_port = 5672}, {.container_port = 4369}};
	set->containers->ports = ports;
	set->containers->port_count = 1;
	assert_int_equal(brokers_found(&f), NO_BROKERS);
	set->containers->port_count = 2;
	assert_int_equal(brokers_found(&f), WORLD_BROKER_RABBITMQ);
	ports[0].container_port = 9092;
	ports[1].container_port = 9093;
	assert_int_equal(brokers_found(&f), WORLD_BROKER_KAFKA);
	fixture_finish(&f);
}

static void operators_clusters_are_found_once_with_or_without_their_resource(void **state)
{
	struct fixture f;
	struct seen seen = {0};
	char selector[64];
	fixture_start(&f);
	struct kube_stateful_set *set = fixture_set(&f, "events-server", 3, "rabbitmq:4", 5672);
	struct kube_owner owner = {.kind = "RabbitmqCluster", .name = "events", .controller = true};
	set->meta.owners = &owner;
	set->meta.owner_count = 1;
	source_discover_clusters(&f.world->store, see, &seen);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.clusters[0].name, "events");
	assert_int_equal(seen.clusters[0].manager, WORLD_MANAGED_BY_RABBITMQ_OPERATOR);
	assert_null(seen.clusters[0].rabbitmq);
	assert_true(source_discover_selector(&seen.clusters[0], selector, sizeof selector));
	assert_string_equal(selector, "app=events-server");

	struct kube_rabbitmq_cluster resource = {.meta = {.name = "events", .namespace = "test"}, .replicas = 5};
	record_store_put(&f.world->store, KUBE_RABBITMQ_CLUSTERS, &resource);
	seen.count = 0;
	source_discover_clusters(&f.world->store, see, &seen);
	assert_int_equal(seen.count, 1);
	assert_ptr_equal(seen.clusters[0].stateful_set, set);
	assert_int_equal(seen.clusters[0].desired, 5);
	fixture_finish(&f);
}

static void strimzi_has_pools(void **state)
{
	struct fixture f;
	struct seen seen = {0};
	char selector[64];
	struct kube_pair label = {.key = "strimzi.io/cluster", .value = "logs"};
	struct kube_kafka kafka = {.meta = {.name = "logs", .namespace = "test"}, .replicas = -1};
	struct kube_kafka_node_pool brokers = {
		.meta = {.name = "brokers", .namespace = "test", .labels = &label, .label_count = 1}, .replicas = 3};
	struct kube_kafka_node_pool elsewhere = brokers;
	fixture_start(&f);
	elsewhere.meta.namespace = "other";
	record_store_put(&f.world->store, KUBE_KAFKAS, &kafka);
	record_store_put(&f.world->store, KUBE_KAFKA_NODE_POOLS, &brokers);
	record_store_put(&f.world->store, KUBE_KAFKA_NODE_POOLS, &elsewhere);
	source_discover_clusters(&f.world->store, see, &seen);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.clusters[0].pool_count, 1);
	assert_int_equal(seen.clusters[0].desired, 3);
	assert_true(source_discover_selector(&seen.clusters[0], selector, sizeof selector));
	assert_string_equal(selector, "strimzi.io/cluster=logs,strimzi.io/kind=Kafka");
	fixture_finish(&f);
}

static void ordinals(void **state)
{
	assert_int_equal(source_discover_ordinal("kafka-12"), 12);
	assert_int_equal(source_discover_ordinal("kafka"), -1);
	assert_int_equal(source_discover_ordinal(""), -1);
	assert_int_equal(source_discover_ordinal(NULL), -1);
	assert_int_equal(source_discover_ordinal("x-99999999999"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(images_of_brokers_and_of_what_stands_beside_them),
		cmocka_unit_test(labels_count_where_a_brokers_port_is_served),
		cmocka_unit_test(ports_alone_count_in_pairs),
		cmocka_unit_test(operators_clusters_are_found_once_with_or_without_their_resource),
		cmocka_unit_test(strimzi_has_pools),
		cmocka_unit_test(ordinals),
	};
	return cmocka_run_group_tests_name("model/discover", tests, NULL, NULL);
}
