/* Restarting, draining, recovering, replacing and growing on the embedded cluster, with nothing faked. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "tests/unit/ops/deck.h"

static void remember_uids(struct deck *deck, const char *key, char out[static 9][64])
{
	const struct world_cluster *cluster = world_find_cluster(deck_view(deck), key);
	for (size_t i = 0; i < cluster->broker_count && i < 9; i++)
		snprintf(out[i], 64, "%s", cluster->brokers[i]->pod ? cluster->brokers[i]->pod->meta.uid : "");
}

static size_t count_new(struct deck *deck, const char *key, char before[static 9][64])
{
	size_t count = 0;
	char now[9][64];
	remember_uids(deck, key, now);
	for (size_t i = 0; i < 3; i++)
		count += *now[i] && strcmp(now[i], before[i]) != 0;
	return count;
}

static size_t brokers_that_answer(struct deck *deck, const char *key)
{
	const struct world_cluster *cluster = world_find_cluster(deck_view(deck), key);
	size_t count = 0;
	for (size_t i = 0; i < cluster->broker_count; i++)
		count += cluster->brokers[i]->ready && cluster->brokers[i]->reachable == 1;
	return count;
}

static void roll(struct deck *deck, const char *name, const char *key, const struct ops_value *force)
{
	char uids[9][64];
	remember_uids(deck, key, uids);
	deck_prepare(deck, "roll", name, force, force ? 1 : 0);
	deck_run(deck);
	assert_int_equal(count_new(deck, key, uids), 3);
	assert_int_equal(brokers_that_answer(deck, key), 3);
}

static void rabbitmq_is_rolled(void **state)
{
	roll(*state, "prod/events", "prod/events/rabbitmq", NULL);
}

static void kafka_is_rolled_and_nothing_misses_a_replica_afterwards(void **state)
{
	struct deck *deck = *state;
	roll(deck, "prod/orders", "prod/orders/kafka", NULL);
	assert_int_equal(world_find_cluster(deck_view(deck), "prod/orders/kafka")->under_replicated, 0);
}

static void strimzi_restarts_what_is_marked(void **state)
{
	struct deck *deck = *state;
	const struct ops_value force = {.name = "force", .value = "true"};
	deck_prepare(deck, "roll", "staging/logs", NULL, 0);
	assert_int_equal(deck->plan->severity, OPS_BLOCKED); /* two partitions lag for good */
	assert_true(deck_says(deck, OPS_BLOCKS, "already under-replicated"));
	roll(deck, "staging/logs", "staging/logs/kafka", &force);
}

static void one_broker_of_an_operator_is_restarted(void **state)
{
	struct deck *deck = *state;
	char uids[9][64];
	remember_uids(deck, "staging/jobs/rabbitmq", uids);
	deck_prepare(deck, "restart", "jobs-server-1", NULL, 0);
	assert_true(deck_says(deck, OPS_MEANS, "clients are connected to jobs-server-1 and must reconnect: "));
	deck_run(deck);
	assert_int_equal(count_new(deck, "staging/jobs/rabbitmq", uids), 1);
}

static const struct world_broker *broker_named(struct deck *deck, const char *namespace, const char *name)
{
	const struct world_broker *broker = world_find_broker(deck_view(deck), namespace, name);
	assert_non_null(broker);
	return broker;
}

static void a_drained_node_is_left_in_the_order_of_quorums(void **state)
{
	struct deck *deck = *state;
	deck_prepare(deck, "drain", "node-2", NULL, 0);
	assert_true(deck->plan->step_count > 3 * world_find_node(deck_view(deck), "node-2")->broker_count);
	assert_true(deck_says(deck, OPS_CAUTION, "is bound to node-2"));
	if (deck->plan->severity == OPS_BLOCKED) { /* two lagging partitions need everybody */
		const struct ops_value force = {.name = "force", .value = "true"};
		deck_prepare(deck, "drain", "node-2", &force, 1);
		assert_int_equal(deck->plan->severity, OPS_DANGEROUS);
		assert_string_equal(deck->plan->confirm, "node-2");
	}
	deck_run(deck);
	assert_true(world_find_node(deck_view(deck), "node-2")->cordoned);
	assert_int_equal(world_find_node(deck_view(deck), "node-2")->broker_count, 0);
	/* What waits for its volume there comes back with the node. */
	struct ops_request wish = {0};
	struct err err = {0};
	deck_must(deck->plan->operation->roll_back(deck->plan, &wish, &err), &err);
	assert_ptr_equal(wish.operation, ops_find("uncordon"));
	deck_prepare(deck, "uncordon", "node-2", NULL, 0);
	deck_run(deck);
	deck_pass(deck, 60000);
	assert_true(world_find_node(deck_view(deck), "node-2")->broker_count > 0);
}

static void a_node_that_runs_is_not_recovered_from(void **state)
{
	struct deck *deck = *state;
	deck_prepare(deck, "recover", "node-1", NULL, 0);
	assert_int_equal(deck->plan->severity, OPS_BLOCKED);
	assert_true(deck_says(deck, OPS_BLOCKS, "node-1 is ready, so it is powered on"));
}

static void pods_of_a_dead_node_are_given_up(void **state)
{
	struct deck *deck = *state;
	struct ops_request wish = {0};
	struct err err = {0};
	assert_true(demo_fail_node(deck->demo, "node-1"));
	for (int i = 0; i < 60 && world_find_node(deck_view(deck), "node-1")->ready; i++)
		deck_pass(deck, 1000);
	deck_prepare(deck, "drain", "node-1", NULL, 0);
	assert_true(deck_says(deck, OPS_BLOCKS, "node-1 is not ready"));
	deck_prepare(deck, "recover", "node-1", NULL, 0);
	assert_int_equal(deck->plan->severity, OPS_DANGEROUS);
	assert_string_equal(deck->plan->confirm, "node-1");
	assert_true(deck_says(deck, OPS_MEANS, "its kubelet last reported at"));
	deck_run(deck);
	assert_int_equal(world_find_node(deck_view(deck), "node-1")->broker_count, 0);
	deck_must(deck->plan->operation->roll_back(deck->plan, &wish, &err), &err);
	deck_prepare(deck, "recover", "node-1", wish.values, wish.value_count);
	assert_true(deck_says(deck, OPS_BLOCKS, "it is not back yet"));
	assert_true(demo_heal_node(deck->demo, "node-1"));
	for (int i = 0; i < 60 && !world_find_node(deck_view(deck), "node-1")->ready; i++)
		deck_pass(deck, 1000);
	deck_prepare(deck, "recover", "node-1", wish.values, wish.value_count);
	deck_run(deck);
	deck_pass(deck, 60000);
	assert_true(world_find_node(deck_view(deck), "node-1")->broker_count > 0);
}

static void a_broker_is_replaced_with_an_empty_volume(void **state)
{
	struct deck *deck = *state;
	char pod[64], claim[64];
	const struct world_broker *broker = broker_named(deck, "prod", "orders-1");
	snprintf(pod, sizeof pod, "%s", broker->pod->meta.uid);
	snprintf(claim, sizeof claim, "%s", broker->volumes[0]->claim->meta.uid);
	deck_prepare(deck, "replace", "orders-1", NULL, 0);
	assert_true(deck_says(deck, OPS_CHANGES, "claim prod/data-orders-1 is deleted with its data and recreated"));
	deck_run(deck);
	broker = broker_named(deck, "prod", "orders-1");
	assert_string_not_equal(broker->pod->meta.uid, pod);
	assert_int_equal(broker->volume_count, 1);
	assert_string_not_equal(broker->volumes[0]->claim->meta.uid, claim);
	assert_int_equal(broker->under_replicated, 0);
}

static int64_t smallest_claim(struct deck *deck, const char *key)
{
	const struct world_cluster *cluster = world_find_cluster(deck_view(deck), key);
	int64_t least = INT64_MAX;
	for (size_t i = 0; i < cluster->volume_count; i++)
		if (cluster->volumes[i]->claim->capacity < least)
			least = cluster->volumes[i]->claim->capacity;
	return least;
}

static void volumes_grow_and_the_set_is_recreated_around_its_pods(void **state)
{
	struct deck *deck = *state;
	char uids[9][64], set[64];
	remember_uids(deck, "prod/events/rabbitmq", uids);
	const struct world_cluster *cluster = world_find_cluster(deck_view(deck), "prod/events/rabbitmq");
	snprintf(set, sizeof set, "%s", cluster->stateful_set->meta.uid);
	struct ops_value size = {.name = "size", .value = "1Gi"};
	deck_prepare(deck, "expand", "prod/events", &size, 1);
	assert_true(deck_says(deck, OPS_BLOCKS, "is already larger: volumes cannot shrink"));
	size.value = "lots";
	deck_prepare(deck, "expand", "prod/events", &size, 1);
	assert_true(deck_says(deck, OPS_BLOCKS, "\"lots\" is not a size"));
	size.value = "300Gi";
	deck_prepare(deck, "expand", "prod/events", &size, 1);
	deck_run(deck);
	assert_true(smallest_claim(deck, "prod/events/rabbitmq") == 300LL << 30);
	cluster = world_find_cluster(deck_view(deck), "prod/events/rabbitmq");
	assert_string_not_equal(cluster->stateful_set->meta.uid, set);
	assert_true(cluster->stateful_set->claim_templates[0].requested == 300LL << 30);
	assert_int_equal(count_new(deck, "prod/events/rabbitmq", uids), 0); /* no pod was touched */
	deck_prepare(deck, "expand", "prod/events", &size, 1);
	assert_true(deck_says(deck, OPS_BLOCKS, "already requests 300Gi"));
}

static void volumes_of_a_class_that_cannot_grow_do_not(void **state)
{
	struct deck *deck = *state;
	struct ops_value size = {.name = "size", .value = "300Gi"};
	deck_prepare(deck, "expand", "prod/orders", &size, 1);
	assert_true(deck_says(deck, OPS_BLOCKS, "does not allow expansion"));
}

int main(int argc, char **argv)
{
	if (argc > 1) /* one test: its name or a pattern */
		cmocka_set_test_filter(argv[1]);
#define TEST(name) cmocka_unit_test_setup_teardown(name, deck_setup, deck_teardown)
	const struct CMUnitTest tests[] = {
		TEST(rabbitmq_is_rolled),
		TEST(kafka_is_rolled_and_nothing_misses_a_replica_afterwards),
		TEST(strimzi_restarts_what_is_marked),
		TEST(one_broker_of_an_operator_is_restarted),
		TEST(a_drained_node_is_left_in_the_order_of_quorums),
		TEST(a_node_that_runs_is_not_recovered_from),
		TEST(pods_of_a_dead_node_are_given_up),
		TEST(a_broker_is_replaced_with_an_empty_volume),
		TEST(volumes_grow_and_the_set_is_recreated_around_its_pods),
		TEST(volumes_of_a_class_that_cannot_grow_do_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
