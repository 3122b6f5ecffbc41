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
	fixture_put_again(f);
	source_discover_clusters(&f->world->discovery, see, &seen);
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

/* Clients have the brokers' words in their images, names and labels, and sometimes the brokers' image itself. */
static void what_only_uses_brokers_is_none(void **state)
{
	static const struct {
		const char *image, *label;
		int32_t ports[2];
		unsigned runs;
	} uses[] = {
		{"registry.example/team/kafka-streams-billing:2.3", "billing-streams", {8080}},
		{"registry.example/rabbitmq-order-consumer:1.0", "order-consumer", {9000}},
		{"registry.example/indexer:7", "kafka-indexer", {8080}},
		{"registry.example/mailer:7", "rabbitmq-consumer"},
		{"grepplabs/kafka-proxy:0.4", "kafka", {9092, 9093}},
		{"seglo/kafka-lag-exporter:0.8", "kafka", {8000}},
		{"cloudamqp/lavinmq:2", "mq", {5672, 15672}},
		{"quay.io/prometheus/alertmanager:v0.27", "alertmanager", {9093, 9094}},
		{"registry.example/adapters/kafka:2.3", "adapter", {8080}},
		{"bitnami/kafka:4.0", "kafka-client", {0}, KUBE_PROGRAM_OTHER},
		{"apache/kafka:4.1.0", "connect", {9092}, KUBE_PROGRAM_OTHER},
	};
	struct fixture f;
	fixture_start(&f);
	for (size_t i = 0; i < ARRAY_LEN(uses); i++) {
		struct kube_stateful_set *set = set_with(&f, uses[i].image, 0);
		struct kube_pair label = {.key = "app.kubernetes.io/name", .value = uses[i].label};
		struct kube_port ports[] = {{.container_port = uses[i].ports[0]}, {.container_port = uses[i].ports[1]}};
		set->template_labels = set->meta.labels = &label;
		set->template_label_count = set->meta.label_count = 1;
		set->containers->ports = ports;
		set->containers->port_count = (uses[i].ports[0] != 0) + (uses[i].ports[1] != 0);
		set->containers->runs = uses[i].runs;
		assert_int_equal(brokers_found(&f), NO_BROKERS);
	}
	fixture_finish(&f);
}

static void an_image_of_ones_own_wants_more_than_its_name(void **state)
{
	struct fixture f;
	struct kube_env cookie = {.name = "RABBITMQ_ERLANG_COOKIE", .secret_name = "cookie"};
	struct kube_mount mounts[] = {{.mount_path = "/var/lib/rabbitmq-definitions"},
				      {.mount_path = "/conf/rabbitmq.conf"}};
	fixture_start(&f);
	struct kube_stateful_set *set = set_with(&f, "registry.example/platform/rabbitmq-with-exporter:3.13", 5672);
	set->containers->mounts = mounts;
	set->containers->mount_count = 1;
	assert_int_equal(brokers_found(&f), NO_BROKERS);
	set->containers->mount_count = 2;
	set->containers->env = &cookie;
	set->containers->env_count = 1;
	set->containers->probed_by = KUBE_PROGRAM_RABBITMQ_TOOL;
	assert_int_equal(brokers_found(&f), WORLD_BROKER_RABBITMQ);
	fixture_finish(&f);
}

static void what_was_found_is_told_in_words(void **state)
{
	struct fixture f;
	struct seen seen = {0};
	struct kube_env env = {.name = "KAFKA_NODE_ID"};
	fixture_start(&f);
	struct kube_stateful_set *set = set_with(&f, "bitnami/kafka:4.0", 9092);
	set->containers->env = &env;
	set->containers->env_count = 1;
	source_discover_clusters(&f.world->discovery, see, &seen);
	CLEANUP(free) char *words = source_evidence_words(&seen.clusters[0].evidence, false);
	CLEANUP(free) char *bare = source_evidence_words(&seen.clusters[0].evidence, true);
	assert_string_equal(words, "image bitnami/kafka:4.0, port 9092, environment KAFKA_NODE_ID");
	assert_string_equal(bare, "image, port, environment");
	fixture_finish(&f);
}

static void the_brokers_container_is_found_behind_a_sidecar(void **state)
{
	struct kube_port amqp = {.container_port = 5672}, metrics = {.container_port = 9419};
	struct kube_container containers[] = {
		{.name = "istio-proxy", .image = "istio/proxyv2:1.24"},
		{.name = "rabbitmq-exporter", .image = "kbudde/rabbitmq-exporter", .ports = &metrics, .port_count = 1},
		{.name = "main", .image = "registry.example/mq:7", .ports = &amqp, .port_count = 1},
	};
	assert_ptr_equal(source_evidence_container(WORLD_BROKER_RABBITMQ, containers, 3), &containers[2]);
	assert_ptr_equal(source_evidence_container(WORLD_BROKER_RABBITMQ, containers, 1), &containers[0]);
	assert_null(source_evidence_container(WORLD_BROKER_RABBITMQ, containers, 0));
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
	source_discover_clusters(&f.world->discovery, see, &seen);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.clusters[0].name, "events");
	assert_int_equal(seen.clusters[0].manager, WORLD_MANAGED_BY_RABBITMQ_OPERATOR);
	assert_null(seen.clusters[0].rabbitmq);
	assert_true(source_discover_selector(&seen.clusters[0], 0, selector, sizeof selector));
	assert_string_equal(selector, "app=events-server");

	struct kube_rabbitmq_cluster resource = {.meta = {.name = "events", .namespace = "test"}, .replicas = 5};
	record_store_put(&f.world->store, KUBE_RABBITMQ_CLUSTERS, &resource);
	seen.count = 0;
	source_discover_clusters(&f.world->discovery, see, &seen);
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
	source_discover_clusters(&f.world->discovery, see, &seen);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.clusters[0].pool_count, 1);
	assert_int_equal(seen.clusters[0].desired, 3);
	assert_true(source_discover_selector(&seen.clusters[0], 0, selector, sizeof selector));
	assert_string_equal(selector, "strimzi.io/cluster=logs,strimzi.io/kind=Kafka");
	fixture_finish(&f);
}

static void of_what_strimzi_runs_for_a_cluster_only_brokers_and_controllers_are_its_own(void **state)
{
	static const struct {
		const char *kind, *name, *role; /* role: the key of a label */
		bool own;
	} pods[] = {
		{"Kafka", "logs-kafka", "strimzi.io/broker-role", true},
		{"Kafka", "logs-kafka", NULL, true},
		{"Kafka", NULL, "strimzi.io/controller-role", true},
		{"Kafka", NULL, NULL, false},
		{"Kafka", "logs-entity-operator", NULL, false},
		{"Kafka", "logs-kafka-exporter", NULL, false},
		{"Kafka", "logs-cruise-control", NULL, false},
		{"Kafka", "logs-zookeeper", NULL, false},
		{"KafkaConnect", "logs-connect", NULL, false},
		{"KafkaMirrorMaker2", "logs-mirrormaker2", NULL, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(pods); i++) {
		struct kube_pair labels[4] = {{"strimzi.io/cluster", "logs"}, {"strimzi.io/kind", pods[i].kind}};
		struct kube_pod pod = {.meta = {.labels = labels, .label_count = 2}};
		if (pods[i].name)
			labels[pod.meta.label_count++] = (struct kube_pair){"strimzi.io/name", pods[i].name};
		if (pods[i].role)
			labels[pod.meta.label_count++] = (struct kube_pair){pods[i].role, "true"};
		char maker[RECORD_MAKER_MAX];
		assert_int_equal(record_pod_maker(&pod, maker), pods[i].own);
		assert_true(!pods[i].own || str_eq(maker, "/Kafka/logs"));
	}
}

static struct kube_stateful_set *kafka_set(struct fixture *f, const char *name, const char *release, const char *roles,
					   const char *voters, int32_t port)
{
	struct kube_stateful_set *set = fixture_set(f, name, 3, "bitnami/kafka:4.0.0", port);
	struct kube_env *env = arena_alloc(&f->arena, 2 * sizeof *env);
	struct kube_pair *label = arena_alloc(&f->arena, sizeof *label);
	*label = (struct kube_pair){"app.kubernetes.io/instance", release};
	set->meta.labels = label;
	set->meta.label_count = release != NULL;
	if (roles)
		env[set->containers->env_count++] =
			(struct kube_env){.name = "KAFKA_CFG_PROCESS_ROLES", .value = roles};
	if (voters)
		env[set->containers->env_count++] =
			(struct kube_env){.name = "KAFKA_CFG_CONTROLLER_QUORUM_VOTERS", .value = voters};
	set->containers->env = env;
	return set;
}

static const struct source_found_cluster *found_named(const struct seen *seen, const char *name)
{
	for (size_t i = 0; i < seen->count; i++)
		if (str_eq(seen->clusters[i].name, name))
			return &seen->clusters[i];
	return NULL;
}

static void controllers_apart_belong_to_the_cluster_that_names_them_else_to_their_release(void **state)
{
	struct fixture f;
	struct seen seen = {0};
	char selector[64];
	fixture_start(&f);
	kafka_set(&f, "a-broker", "a", "broker", "1@kc-0.kc.test.svc:9093,2@kc-1.kc.test.svc:9093", 9092);
	kafka_set(&f, "b-broker", "b", "broker", NULL, 9092);
	kafka_set(&f, "kc", "b", "controller", NULL, 9093);
	kafka_set(&f, "b-controller", "b", NULL, NULL, 9093); /* by its name and its only port */
	kafka_set(&f, "c-both", "c", "controller,broker", NULL, 9092);
	source_discover_clusters(&f.world->discovery, see, &seen);
	assert_int_equal(seen.count, 3);
	assert_int_equal(found_named(&seen, "a-broker")->controller_count, 1);
	assert_string_equal(found_named(&seen, "a-broker")->controllers[0]->meta.name, "kc");
	assert_int_equal(found_named(&seen, "a-broker")->desired, 3);
	assert_string_equal(found_named(&seen, "b-broker")->controllers[0]->meta.name, "b-controller");
	assert_int_equal(found_named(&seen, "c-both")->controller_count, 0);
	assert_true(source_discover_selector(found_named(&seen, "a-broker"), 1, selector, sizeof selector));
	assert_string_equal(selector, "app=kc");
	assert_false(source_discover_selector(found_named(&seen, "a-broker"), 2, selector, sizeof selector));
	fixture_finish(&f);
}

static void controllers_without_a_sign_belong_to_the_only_brokers_of_the_namespace(void **state)
{
	struct fixture f;
	struct seen seen = {0};
	fixture_start(&f);
	kafka_set(&f, "log", NULL, NULL, NULL, 9092);
	kafka_set(&f, "quorum", NULL, "controller", NULL, 9093);
	source_discover_clusters(&f.world->discovery, see, &seen);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.clusters[0].controller_count, 1);
	kafka_set(&f, "more", NULL, NULL, NULL, 9092);
	seen.count = 0;
	source_discover_clusters(&f.world->discovery, see, &seen);
	assert_int_equal(seen.count, 3); /* of two it could be either */
	fixture_finish(&f);
}

static const char *says(void *data, const char *namespace, const char *name)
{
	return str_eq(namespace, "test") && str_eq(name, "x") ? data : NULL;
}

static void what_the_operator_says_it_is_wins(void **state)
{
	struct fixture f;
	struct seen seen = {0};
	fixture_start(&f);
	struct kube_pair told = {SOURCE_BROKER_ANNOTATION, "none"};
	struct kube_stateful_set *set = set_with(&f, "bitnami/kafka:4.0", 9092);
	set->meta.annotations = &told;
	set->meta.annotation_count = 1;
	assert_int_equal(brokers_found(&f), NO_BROKERS);
	told.value = "rabbitmq";
	assert_int_equal(brokers_found(&f), WORLD_BROKER_RABBITMQ);
	told.value = "any other word";
	assert_int_equal(brokers_found(&f), WORLD_BROKER_KAFKA);
	f.world->discovery.broker_kind = says;
	f.world->discovery.settings = (void *)"rabbitmq";
	told.value = "none";
	source_discover_clusters(&f.world->discovery, see, &seen);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.clusters[0].kind, WORLD_BROKER_RABBITMQ);
	assert_ptr_equal(seen.clusters[0].evidence.container, set->containers);
	CLEANUP(free) char *words = source_evidence_words(&seen.clusters[0].evidence, false);
	assert_string_equal(words, "configuration rabbitmq");
	f.world->discovery.settings = (void *)"none";
	assert_int_equal(brokers_found(&f), NO_BROKERS);
	fixture_finish(&f);
}

static struct kube_workload *workload(struct fixture *f, enum kube_kind kind, const char *name, const char *image,
				      int32_t port)
{
	struct kube_stateful_set *like = fixture_set(f, name, 2, image, port);
	struct kube_workload *it = arena_alloc(&f->arena, sizeof *it);
	*it = (struct kube_workload){.meta = like->meta,
				     .replicas = 2,
				     .selector = like->selector,
				     .selector_count = 1,
				     .containers = like->containers,
				     .container_count = 1};
	record_store_remove(&f->world->store, KUBE_STATEFUL_SETS, "test", name);
	record_store_put(&f->world->store, kind, it);
	return it;
}

static void brokers_in_a_deployment_are_found_and_clients_with_their_image_are_not(void **state)
{
	struct fixture f;
	struct seen seen = {0};
	char selector[64], maker[RECORD_MAKER_MAX], brokers[RECORD_MAKER_MAX];
	fixture_start(&f);
	workload(&f, KUBE_DEPLOYMENTS, "log", "apache/kafka:4.1.0", 9092);
	workload(&f, KUBE_DEPLOYMENTS, "tool", "apache/kafka:4.1.0", 0);
	workload(&f, KUBE_DAEMON_SETS, "mq", "rabbitmq:4", 5672);
	source_discover_clusters(&f.world->discovery, see, &seen);
	assert_int_equal(seen.count, 2);
	const struct source_found_cluster *log = found_named(&seen, "log"), *mq = found_named(&seen, "mq");
	assert_int_equal(log->manager, WORLD_MANAGED_BY_WORKLOAD);
	assert_string_equal(log->workload_kind, "Deployment");
	assert_string_equal(mq->workload_kind, "DaemonSet");
	assert_true(source_discover_selector(log, 0, selector, sizeof selector));
	assert_string_equal(selector, "app=log");
	assert_true(source_discover_brokers_maker(log, brokers));
	struct kube_owner owner = {.kind = "ReplicaSet", .name = "log-5d9c7", .controller = true};
	struct kube_pair hash = {"pod-template-hash", "5d9c7"};
	struct kube_pod pod = {
		.meta = {.namespace = "test", .owners = &owner, .owner_count = 1, .labels = &hash, .label_count = 1}};
	assert_true(record_pod_maker(&pod, maker));
	assert_string_equal(maker, brokers);
	hash.value = "c7";
	assert_true(record_pod_maker(&pod, maker));
	assert_string_not_equal(maker, brokers);
	fixture_finish(&f);
}

static void brokers_in_a_deployment_are_shown_with_their_pods(void **state)
{
	struct fixture f;
	fixture_start(&f);
	fixture_node(&f, "node-1", "zone-a", true);
	workload(&f, KUBE_DAEMON_SETS, "mq", "rabbitmq:4", 5672);
	struct kube_stateful_set like = {.meta = {.name = "mq"}};
	struct kube_pod *pod = fixture_pod(&f, &like, 7, "node-1");
	pod->meta.owners->kind = "DaemonSet";
	fixture_update(&f);
	const struct world_cluster *cluster = &fixture_cluster(&f, "test/mq/rabbitmq")->pub;
	assert_int_equal(cluster->broker_count, 1);
	assert_true(cluster->brokers[0]->expected);
	assert_string_equal(cluster->brokers[0]->state, "ready");
	assert_string_equal(cluster->detail, "runs in a DaemonSet: found, shown, and not managed");
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
		cmocka_unit_test(what_only_uses_brokers_is_none),
		cmocka_unit_test(an_image_of_ones_own_wants_more_than_its_name),
		cmocka_unit_test(what_was_found_is_told_in_words),
		cmocka_unit_test(the_brokers_container_is_found_behind_a_sidecar),
		cmocka_unit_test(ports_alone_count_in_pairs),
		cmocka_unit_test(operators_clusters_are_found_once_with_or_without_their_resource),
		cmocka_unit_test(strimzi_has_pools),
		cmocka_unit_test(of_what_strimzi_runs_for_a_cluster_only_brokers_and_controllers_are_its_own),
		cmocka_unit_test(controllers_apart_belong_to_the_cluster_that_names_them_else_to_their_release),
		cmocka_unit_test(controllers_without_a_sign_belong_to_the_only_brokers_of_the_namespace),
		cmocka_unit_test(what_the_operator_says_it_is_wins),
		cmocka_unit_test(brokers_in_a_deployment_are_found_and_clients_with_their_image_are_not),
		cmocka_unit_test(brokers_in_a_deployment_are_shown_with_their_pods),
		cmocka_unit_test(ordinals),
	};
	return cmocka_run_group_tests_name("model/discover", tests, NULL, NULL);
}
