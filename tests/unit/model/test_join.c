#include "tests/unit/unit.h"

#include "api/base/str.h"
#include "tests/unit/model/fixture.h"

static const char *const all_in_sync[] = {"012", "120", "201", "012"};
static const char one_queue[] =
	"[{\"name\":\"q\",\"vhost\":\"/\",\"type\":\"quorum\",\"leader\":\"rabbit@mq-1.mq.test\","
	"\"members\":[\"rabbit@mq-0.mq.test\",\"rabbit@mq-1.mq.test\",\"rabbit@mq-2.mq.test\"],"
	"\"online\":[\"rabbit@mq-0.mq.test\",\"rabbit@mq-1.mq.test\",\"rabbit@mq-2.mq.test\"],\"messages\":4}]";

static void brokers_pods_claims_volumes_and_nodes_are_joined(void **state)
{
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, all_in_sync, 4);
	const struct world_view *view = fixture_update(&f);
	assert_int_equal(view->cluster_count, 1);
	assert_int_equal(cluster->pub.broker_count, 3);
	const struct world_broker *broker = cluster->pub.brokers[1];
	assert_string_equal(broker->name, "log-1");
	assert_string_equal(broker->node->name, "node-2");
	assert_string_equal(broker->node->zone, "zone-b");
	assert_int_equal(broker->node->broker_count, 1);
	assert_ptr_equal(broker->node->brokers[0], broker);
	assert_int_equal(broker->id, 1);
	assert_int_equal(broker->restarts, 1);
	assert_int_equal(broker->volume_count, 1);
	assert_string_equal(broker->volumes[0]->claim->meta.name, "data-log-1");
	assert_string_equal(broker->volumes[0]->volume->meta.name, "pv-log-1");
	assert_string_equal(broker->volumes[0]->node, "node-2");
	assert_int_equal(broker->volumes[0]->used_bytes, 600);
	assert_int_equal(broker->volumes[0]->expandable, -1);
	assert_int_equal(broker->leaders, 1);
	assert_int_equal(broker->replicas, 4);
	assert_int_equal(broker->in_sync, 4);
	assert_int_equal(broker->quorum_critical, 0);
	assert_string_equal(broker->version, "4.1.0"); /* the broker says 4.1, its image the rest */
	assert_int_equal(view->pod_count, 3);
	assert_ptr_equal(world_find_broker(view, "test", "log-1"), broker);
	assert_null(world_find_broker(view, "other", "log-1"));
	assert_non_null(world_find_node(view, "node-3"));
	fixture_finish(&f);
}

static void the_broker_is_believed_over_its_image(void **state)
{
	static const char *const images[] = {"apache/kafka:4.0.1", "apache/kafka:latest", "apache/kafka",
					     "apache/kafka:4.10.2"};
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, all_in_sync, 4);
	const struct world_broker *broker = cluster->pub.brokers[1];
	for (size_t i = 0; i < ARRAY_LEN(images); i++) {
		((struct kube_container *)broker->pod->containers)->image = arena_strdup(&f.arena, images[i]);
		fixture_update(&f);
		assert_string_equal(broker->version, "4.1");
	}
	fixture_finish(&f);
}

/* One goes by its address; whom no node is known for holds nothing that is known. */
static void a_broker_runs_in_its_own_container_whatever_stands_before_it(void **state)
{
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, all_in_sync, 4);
	const struct world_broker *broker = cluster->pub.brokers[1];
	struct kube_pod *pod = (struct kube_pod *)broker->pod;
	struct kube_container containers[] = {{.name = "agent", .image = "agent:9.9", .memory_limit = 5},
					      pod->containers[0]};
	pod->containers = containers;
	pod->container_count = 2;
	fixture_update(&f);
	assert_ptr_equal(broker->container, &containers[1]);
	assert_int_equal(broker->memory_limit_bytes, containers[1].memory_limit);
	assert_string_equal(broker->version, "4.1.0");
	assert_int_equal(broker->started_ms, pod->statuses[0].running_since_ms);
	fixture_finish(&f);
}

static void nodes_go_by_addresses_too(void **state)
{
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster =
		fixture_rabbitmq(&f, "[{\"name\":\"orders\",\"vhost\":\"/\",\"type\":\"quorum\",\"state\":\"running\","
				     "\"leader\":\"hare@10-0-0-7.test.pod\",\"members\":[\"hare@10-0-0-7.test.pod\"],"
				     "\"online\":[\"hare@10-0-0-7.test.pod\"]}]");
	fixture_say_nodes(&f, cluster,
			  "[{\"name\":\"hare@10-0-0-7.test.pod\",\"running\":true},"
			  "{\"name\":\"hare@elsewhere\",\"running\":true}]");
	struct kube_pod_ip ip = {"10.0.0.7"};
	struct kube_pod *pod = (struct kube_pod *)cluster->pub.brokers[1]->pod;
	pod->ips = &ip;
	pod->ip_count = 1;
	cluster->tallied = NULL;
	fixture_update(&f);
	assert_string_equal(cluster->pub.brokers[1]->member_name, "hare@10-0-0-7.test.pod");
	assert_int_equal(cluster->pub.brokers[1]->leaders, 1);
	assert_null(cluster->pub.brokers[2]->member_name);
	assert_int_equal(cluster->pub.brokers[2]->leaders, -1);
	assert_int_equal(cluster->pub.brokers[2]->quorum_critical, -1);
	fixture_finish(&f);
}

static void objects_stay_where_they_are(void **state)
{
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, all_in_sync, 4);
	struct world_broker *broker = cluster->pub.brokers[1];
	struct world_node *node = broker->node;
	struct world_volume *volume = broker->volumes[0];
	record_store_remove(&f.world->store, KUBE_PODS, "test", "log-1");
	fixture_update(&f);
	assert_ptr_equal(cluster->pub.brokers[1], broker);
	assert_null(broker->pod);
	assert_null(broker->node);
	assert_string_equal(broker->state, "missing");
	assert_int_equal(broker->restarts, -1);
	assert_ptr_equal(broker->volumes[0], volume); /* by the name of the claim while there is no pod */
	assert_ptr_equal(world_find_node(&f.world->view, "node-2"), node);
	fixture_finish(&f);
}

static void a_scale_down_leaves_a_broker_until_its_pod_is_gone_and_its_claim_for_good(void **state)
{
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, all_in_sync, 4);
	((struct kube_stateful_set *)cluster->pub.stateful_set)->replicas = 2;
	fixture_update(&f);
	assert_int_equal(cluster->pub.broker_count, 3);
	assert_false(cluster->pub.brokers[2]->expected);
	record_store_remove(&f.world->store, KUBE_PODS, "test", "log-2");
	fixture_update(&f);
	assert_int_equal(cluster->pub.broker_count, 2);
	assert_int_equal(cluster->pub.volume_count, 3);
	assert_null(cluster->pub.volumes[2]->broker);
	assert_string_equal(cluster->pub.volumes[2]->claim->meta.name, "data-log-2");
	struct world_replicated row;
	world_replicated_at(&cluster->pub, 0, &row);
	assert_int_equal(row.replicas[2], -1);
	assert_int_equal(row.replica_ids[2], 2);
	fixture_finish(&f);
}

static void a_broker_has_the_claims_that_its_pod_mounts_whatever_they_are_called(void **state)
{
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, all_in_sync, 4);
	struct kube_claim *restored = fixture_claim(&f, "restored", "pv-restored");
	((struct kube_pod *)cluster->pub.brokers[1]->pod)->volumes->claim_name = "restored";
	fixture_claim(&f, "stranger", NULL);
	fixture_update(&f);
	assert_int_equal(cluster->pub.brokers[1]->volume_count, 1);
	assert_ptr_equal(cluster->pub.brokers[1]->volumes[0]->claim, restored);
	assert_int_equal(cluster->pub.volume_count, 4); /* data-log-1 was left behind; a stranger's is not here */
	fixture_finish(&f);
}

static void a_node_registered_by_hand_has_its_zone_in_the_old_label(void **state)
{
	struct fixture f;
	fixture_start(&f);
	fixture_node(&f, "node-9", "z", true)->meta.labels->key = "failure-domain.beta.kubernetes.io/zone";
	fixture_update(&f);
	assert_string_equal(world_find_node(&f.world->view, "node-9")->zone, "z");
	fixture_finish(&f);
}

static void services_reach_ports_and_count_pods_once(void **state)
{
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, all_in_sync, 4);
	struct kube_port ports[] = {{.name = "client", .port = 19092, .target_port = "9092"},
				    {.port = 1, .target_port = "nowhere"}};
	struct kube_pair selector = {.key = "app", .value = "log"};
	struct kube_service service = {.meta = {.name = "log", .namespace = "test"},
				       .ports = ports,
				       .port_count = 2,
				       .selector = &selector,
				       .selector_count = 1};
	struct kube_service headless = service, foreign = service;
	struct kube_pair label = {.key = "kubernetes.io/service-name", .value = "log"};
	struct kube_endpoint endpoints[] = {{.target_name = "log-0", .ready = true}, {.target_name = "log-1"}};
	struct kube_endpoint_slice v4 = {
		.meta = {.name = "log-4", .namespace = "test", .labels = &label, .label_count = 1},
		.endpoints = endpoints,
		.endpoint_count = 2};
	struct kube_endpoint_slice v6 = v4;
	v6.meta.name = "log-6";
	headless.meta.name = "nothing-selected";
	headless.selector_count = 0;
	foreign.meta.namespace = "other";
	record_store_put(&f.world->store, KUBE_SERVICES, &service);
	record_store_put(&f.world->store, KUBE_SERVICES, &headless);
	record_store_put(&f.world->store, KUBE_SERVICES, &foreign);
	fixture_update(&f);
	assert_int_equal(cluster->pub.service_count, 1);
	const struct world_service *it = cluster->pub.services[0];
	assert_int_equal(it->ready_endpoints, 0); /* there is no slice */
	assert_int_equal(it->ports[0].broker_port, 9092);
	assert_string_equal(it->ports[0].broker_port_name, "kafka");
	assert_int_equal(it->ports[1].broker_port, -1);
	record_store_put(&f.world->store, KUBE_ENDPOINT_SLICES, &v4);
	record_store_put(&f.world->store, KUBE_ENDPOINT_SLICES, &v6);
	fixture_update(&f);
	assert_int_equal(it->ready_endpoints, 1);
	assert_int_equal(it->all_endpoints, 2);
	fixture_finish(&f);
}

static void rows_of_queues(void **state)
{
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_rabbitmq(&f, one_queue);
	assert_int_equal(cluster->pub.replicated_count, 1);
	struct world_replicated row;
	world_replicated_at(&cluster->pub, 0, &row);
	assert_string_equal(row.name, "q");
	assert_int_equal(row.leader, 1);
	assert_int_equal(row.replica_count, 3);
	assert_int_equal(row.in_sync_count, 3);
	assert_int_equal(row.min_in_sync, 2);
	assert_int_equal(row.state, WORLD_REPLICA_OK);
	struct world_queue queue, again;
	world_queue_at(&cluster->pub, 0, &queue);
	world_queue_at(&cluster->pub, 0, &again);
	assert_string_equal(queue.leader, "mq-1");
	assert_string_equal(queue.members, "mq-0,mq-1,mq-2");
	assert_ptr_equal(queue.members, again.members);
	assert_int_equal(queue.messages, 4);
	assert_int_equal(queue.memory_bytes, -1);
	assert_string_equal(cluster->pub.brokers[0]->member_name, "rabbit@mq-0.mq.test.svc");
	assert_int_equal(cluster->pub.brokers[0]->disk_used_bytes, 6LL << 30);
	assert_int_equal(cluster->pub.brokers[1]->disk_used_bytes, -1);
	assert_int_equal(cluster->pub.brokers[1]->leaders, 1);
	world_replicated_at(&cluster->pub, 7, &row); /* beyond the end */
	assert_int_equal(row.state, WORLD_REPLICA_UNKNOWN);
	fixture_finish(&f);
}

/* mq-0 is heard with figures, so that none listed is none; mq-1 and mq-2 are not. */
static void clients_are_told_by_broker(void **state)
{
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_rabbitmq(&f, one_queue);
	struct world_broker **brokers = cluster->pub.brokers;
	assert_int_equal(brokers[0]->connections, -1);
	fixture_say_connections(&f, cluster,
				"[{\"node\":\"rabbit@mq-1.mq.test.svc\",\"user\":\"app\"},"
				"{\"node\":\"rabbit@mq-1.mq.test.svc\",\"user_provided_name\":\"billing\"},"
				"{\"node\":\"rabbit@mq-1.mq.test.svc\",\"user_provided_name\":\"billing\"}]");
	fixture_update(&f);
	assert_int_equal(brokers[0]->connections, 0);
	assert_int_equal(brokers[0]->client_count, 0);
	assert_non_null(brokers[0]->clients);
	assert_int_equal(brokers[1]->connections, 3);
	assert_int_equal(brokers[1]->client_count, 2);
	assert_string_equal(brokers[1]->clients[0].name, "billing");
	assert_int_equal(brokers[1]->clients[0].connections, 2);
	assert_int_equal(brokers[2]->connections, -1);
	assert_null(brokers[2]->clients);
	fixture_say_nodes(&f, cluster,
			  "[{\"name\":\"rabbit@mq-0.mq.test.svc\",\"running\":true,\"mem_used\":1},"
			  "{\"name\":\"rabbit@mq-2.mq.test.svc\",\"running\":false}]");
	fixture_update(&f);
	assert_int_equal(brokers[1]->connections, -1); /* not a member any more */
	assert_int_equal(brokers[2]->connections, 0);  /* gone */
	clock_advance(&f.clock, 91000);
	fixture_update(&f);
	assert_int_equal(brokers[0]->connections, -1); /* who was there then says nothing of now */
	fixture_finish(&f);
}

static void a_new_picture_replaces_the_old_one(void **state)
{
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_rabbitmq(&f, one_queue);
	fixture_say_queues(&f, cluster,
			   "[{\"name\":\"c\",\"type\":\"classic\",\"node\":\"rabbit@mq-2.mq\"},"
			   "{\"name\":\"s\",\"type\":\"stream\"}]");
	struct world_replicated row; /* before the join: nothing of the old one may be touched */
	world_replicated_at(&cluster->pub, 0, &row);
	assert_int_equal(row.state, WORLD_REPLICA_UNKNOWN);
	fixture_update(&f);
	assert_int_equal(cluster->pub.queue_count, 2);
	assert_int_equal(cluster->pub.replicated_count, 1);
	world_replicated_at(&cluster->pub, 0, &row);
	assert_string_equal(row.name, "s");
	assert_int_equal(row.state, WORLD_REPLICA_UNKNOWN);
	assert_int_equal(cluster->pub.brokers[2]->leaders, 0); /* a classic queue is on one broker, nobody leads it */
	assert_int_equal(cluster->pub.brokers[0]->quorum_critical, -1); /* members of the stream are unknown */
	fixture_finish(&f);
}

static void vanished_clusters_are_gone(void **state)
{
	struct fixture f;
	fixture_start(&f);
	fixture_kafka(&f, all_in_sync, 4);
	record_store_remove(&f.world->store, KUBE_STATEFUL_SETS, "test", "log");
	const struct world_view *view = fixture_update(&f);
	assert_int_equal(view->cluster_count, 0);
	assert_int_equal(view->pod_count, 0);
	assert_int_equal(view->volume_count, 0);
	assert_int_equal(view->nodes[0]->broker_count, 0);
	fixture_finish(&f);
}

static void events_of_brokers_and_nodes_newest_first(void **state)
{
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, all_in_sync, 4);
	struct kube_event events[] = {
		{.meta = {.name = "a", .namespace = "test"},
		 .object_kind = "Pod",
		 .object_namespace = "test",
		 .object_name = "log-1",
		 .last_ms = 10},
		{.meta = {.name = "b", .namespace = "default"},
		 .object_kind = "Node",
		 .object_name = "node-1",
		 .last_ms = 30},
		{.meta = {.name = "c", .namespace = "test"},
		 .object_kind = "Pod",
		 .object_namespace = "test",
		 .object_name = "web",
		 .last_ms = 40},
		{.meta = {.name = "d", .namespace = "test"},
		 .object_kind = "PersistentVolumeClaim",
		 .object_namespace = "test",
		 .object_name = "data-log-0",
		 .last_ms = 20},
	};
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		record_store_put(&f.world->store, KUBE_EVENTS, &events[i]);
	const struct world_view *view = fixture_update(&f);
	assert_int_equal(view->event_count, 3);
	assert_ptr_equal(view->events[0].record, &events[1]);
	assert_ptr_equal(view->events[1].record, &events[3]);
	assert_ptr_equal(view->events[1].cluster, &cluster->pub);
	assert_null(view->events[0].cluster);
	fixture_finish(&f);
}

static void nothing_known_is_nothing_shown(void **state)
{
	struct fixture f;
	fixture_start(&f);
	const struct world_view *view = fixture_update(&f);
	assert_int_equal(view->cluster_count, 0);
	assert_int_equal(view->problem_count, 0);
	assert_ptr_equal(world_update(f.world), view); /* nothing changed: the same frame */
	fixture_finish(&f);
}

/* The operator's node pools cannot be read, or do not list their nodes yet: who is there belongs there. */
static void brokers_that_nobody_lists_are_not_leaving(void **state)
{
	static struct kube_pair labels[] = {
		{"strimzi.io/cluster", "log"}, {"strimzi.io/kind", "Kafka"}, {"strimzi.io/broker-role", "true"}};
	struct kube_kafka kafka = {.meta = {.name = "log", .namespace = "test"}, .replicas = -1};
	struct kube_kafka_node_pool pool = {
		.meta = {.name = "pool", .namespace = "test", .labels = labels, .label_count = 1}, .replicas = 2};
	for (int listed = 0; listed < 2; listed++) {
		struct fixture f;
		fixture_start(&f);
		fixture_node(&f, "node-1", "zone-a", true);
		struct kube_stateful_set *set = fixture_set(&f, "log-pool", 2, "quay.io/apache/kafka:4.1.0", 9092);
		set->template_labels = labels;
		set->template_label_count = ARRAY_LEN(labels);
		struct kube_pod *pod = NULL;
		for (int32_t i = 0; i < 2; i++) {
			pod = fixture_pod(&f, set, i, "node-1");
			pod->meta.owners->kind = "StrimziPodSet";
		}
		record_store_remove(&f.world->store, KUBE_STATEFUL_SETS, "test", "log-pool");
		record_store_put(&f.world->store, KUBE_KAFKAS, &kafka);
		if (listed)
			record_store_put(&f.world->store, KUBE_KAFKA_NODE_POOLS, &pool);
		fixture_set_condition(&f, pod, "Ready", "False", NULL);
		fixture_status(pod)->ready = false;
		fixture_update(&f);
		const struct world_cluster *cluster = &fixture_cluster(&f, "test/log/kafka")->pub;
		assert_int_equal(cluster->broker_count, 2);
		assert_true(cluster->brokers[0]->expected && cluster->brokers[1]->expected);
		assert_non_null(strstr(cluster->headline, "log-pool-1"));
		pod->meta.deleted_ms = 1;
		fixture_update(&f);
		assert_false(cluster->brokers[1]->expected);
		bool told = false;
		for (size_t i = 0; i < f.world->problems.len; i++)
			told |= str_eq(f.world->problems.items[i].text, "log-pool-1 is stopping");
		assert_true(told);
		fixture_finish(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(brokers_pods_claims_volumes_and_nodes_are_joined),
		cmocka_unit_test(the_broker_is_believed_over_its_image),
		cmocka_unit_test(a_broker_runs_in_its_own_container_whatever_stands_before_it),
		cmocka_unit_test(nodes_go_by_addresses_too),
		cmocka_unit_test(objects_stay_where_they_are),
		cmocka_unit_test(a_scale_down_leaves_a_broker_until_its_pod_is_gone_and_its_claim_for_good),
		cmocka_unit_test(a_broker_has_the_claims_that_its_pod_mounts_whatever_they_are_called),
		cmocka_unit_test(a_node_registered_by_hand_has_its_zone_in_the_old_label),
		cmocka_unit_test(services_reach_ports_and_count_pods_once),
		cmocka_unit_test(rows_of_queues),
		cmocka_unit_test(clients_are_told_by_broker),
		cmocka_unit_test(a_new_picture_replaces_the_old_one),
		cmocka_unit_test(vanished_clusters_are_gone),
		cmocka_unit_test(events_of_brokers_and_nodes_newest_first),
		cmocka_unit_test(nothing_known_is_nothing_shown),
		cmocka_unit_test(brokers_that_nobody_lists_are_not_leaving),
	};
	return cmocka_run_group_tests_name("model/join", tests, NULL, NULL);
}
