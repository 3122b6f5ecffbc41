/* The operations end to end on the embedded cluster. */
#include "tests/unit/unit.h"

#include "tests/unit/ops/deck.h"

static void prepare(struct deck *deck, const char *operation, const char *target, const char *replicas)
{
	struct ops_value value = {.name = "replicas", .value = replicas};
	deck_prepare(deck, operation, target, &value, replicas ? 1 : 0);
}

static size_t brokers_that_answer(struct deck *deck, const char *key)
{
	const struct world_cluster *cluster = world_find_cluster(deck_view(deck), key);
	assert_non_null(cluster);
	size_t count = 0;
	for (size_t i = 0; i < cluster->broker_count; i++)
		count += cluster->brokers[i]->ready && cluster->brokers[i]->reachable == 1;
	return count;
}

static void kafka_scales_up_and_down_again_while_empty(void **state)
{
	struct deck *deck = *state;
	prepare(deck, "scale", "prod/orders", "4");
	assert_true(deck_says(deck, OPS_MEANS, "orders-3 joins empty"));
	assert_true(deck->plan->steps[0].dry_run_ok);
	assert_int_equal(brokers_that_answer(deck, "prod/orders/kafka"), 3);
	deck_run(deck);
	assert_int_equal(brokers_that_answer(deck, "prod/orders/kafka"), 4);

	prepare(deck, "scale", "prod/orders", "2");
	assert_true(deck_says(deck, OPS_BLOCKS, "below a majority"));
	assert_true(deck_says(deck, OPS_BLOCKS, "orders-2 is a voter"));
	prepare(deck, "scale", "prod/orders", "3");
	assert_false(deck_says(deck, OPS_BLOCKS, ""));
	deck_run(deck);
	assert_int_equal(brokers_that_answer(deck, "prod/orders/kafka"), 3);
}

static void rabbitmq_scales_up_and_is_refused_down(void **state)
{
	struct deck *deck = *state;
	prepare(deck, "scale", "prod/events", "4");
	assert_true(deck_says(deck, OPS_CAUTION, "even number"));
	deck_run(deck);
	assert_int_equal(brokers_that_answer(deck, "prod/events/rabbitmq"), 4);
	prepare(deck, "scale", "prod/events", "2");
	assert_int_equal(deck->plan->severity, OPS_BLOCKED);
	assert_true(deck_says(deck, OPS_BLOCKS, "below a majority"));
}

static void operator_managed_rabbitmq_is_scaled_by_its_resource(void **state)
{
	struct deck *deck = *state;
	prepare(deck, "scale", "staging/jobs", "5");
	assert_true(deck_says(deck, OPS_CHANGES, "RabbitmqCluster staging/jobs"));
	deck_run(deck);
	assert_int_equal(brokers_that_answer(deck, "staging/jobs/rabbitmq"), 5);
	prepare(deck, "scale", "staging/jobs", "3");
	assert_true(deck_says(deck, OPS_MEANS, "UnsupportedOperation"));
	deck_run(deck);
	assert_int_equal(brokers_that_answer(deck, "staging/jobs/rabbitmq"), 3);
	assert_int_equal(world_find_cluster(deck_view(deck), "staging/jobs/rabbitmq")->desired, 3);
}

static void strimzi_is_scaled_by_its_node_pool(void **state)
{
	struct deck *deck = *state;
	prepare(deck, "scale", "staging/logs", "4");
	assert_true(deck_says(deck, OPS_CHANGES, "KafkaNodePool staging/"));
	deck_run(deck);
	assert_int_equal(brokers_that_answer(deck, "staging/logs/kafka"), 4);
}

static void a_node_is_cordoned_and_uncordoned(void **state)
{
	struct deck *deck = *state;
	prepare(deck, "cordon", "node-2", NULL);
	deck_run(deck);
	assert_true(world_find_node(deck_view(deck), "node-2")->cordoned);
	prepare(deck, "uncordon", "node-2", NULL);
	deck_run(deck);
	assert_false(world_find_node(deck_view(deck), "node-2")->cordoned);
}

static void an_api_that_stops_in_the_middle_is_waited_for(void **state)
{
	struct deck *deck = *state;
	struct err err = {0};
	prepare(deck, "scale", "prod/orders", "4");
	deck_must(ops_run(deck->plan, NULL, NULL, &err), &err);
	for (int i = 0; i < 100 && deck->plan->steps[0].state != OPS_STEP_DONE; i++)
		deck_pass(deck, 10);
	demo_stop_api(deck->demo);
	deck_pass(deck, 120 * 1000);
	assert_int_equal(deck->plan->state, OPS_STATE_RUNNING);
	deck_must(demo_start_api(deck->demo, &err), &err);
	for (int i = 0; i < 300 && !ops_is_over(deck->plan); i++)
		deck_pass(deck, 1000);
	if (deck->plan->state != OPS_STATE_DONE)
		deck_print(deck);
	assert_int_equal(deck->plan->state, OPS_STATE_DONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, deck_setup, deck_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(kafka_scales_up_and_down_again_while_empty),
		TEST(rabbitmq_scales_up_and_is_refused_down),
		TEST(operator_managed_rabbitmq_is_scaled_by_its_resource),
		TEST(strimzi_is_scaled_by_its_node_pool),
		TEST(a_node_is_cordoned_and_uncordoned),
		TEST(an_api_that_stops_in_the_middle_is_waited_for),
	};
	return cmocka_run_group_tests_name("ops/demo", tests, NULL, NULL);
}
