/* Leaders and replicas of Kafka, end to end on the embedded cluster: what was asked for is what the brokers then say.
 */
#include "tests/unit/unit.h"

#include "api/base/str.h"
#include "tests/unit/ops/deck.h"

#define ORDERS "prod/orders/kafka"
#define LOGS "staging/logs/kafka"

static const struct world_cluster *cluster_of(struct deck *deck, const char *key)
{
	const struct world_cluster *cluster = world_find_cluster(deck_view(deck), key);
	assert_non_null(cluster);
	return cluster;
}

static int64_t led_by(struct deck *deck, const char *key, int32_t id)
{
	int64_t led = 0;
	const struct world_cluster *cluster = cluster_of(deck, key);
	for (int64_t i = 0; i < cluster->replicated_count; i++) {
		struct world_replicated it;
		world_replicated_at(cluster, i, &it);
		led += it.leader >= 0 && cluster->brokers[it.leader]->id == id;
	}
	return led;
}

static int64_t held_by(struct deck *deck, const char *key, int32_t id)
{
	int64_t held = 0;
	const struct world_cluster *cluster = cluster_of(deck, key);
	for (int64_t i = 0; i < cluster->replicated_count; i++) {
		struct world_replicated it;
		world_replicated_at(cluster, i, &it);
		for (size_t r = 0; r < it.replica_count; r++)
			held += it.replica_ids[r] == id;
	}
	return held;
}

/* Every partition of the topic has so many replicas, all in sync; returns how many partitions. */
static int64_t check_topic(struct deck *deck, const char *key, const char *topic, size_t replicas)
{
	int64_t count = 0;
	const struct world_cluster *cluster = cluster_of(deck, key);
	for (int64_t i = 0; i < cluster->replicated_count; i++) {
		struct world_replicated it;
		world_replicated_at(cluster, i, &it);
		if (strcmp(it.name, topic) != 0)
			continue;
		count++;
		assert_int_equal(it.replica_count, replicas);
		assert_int_equal(it.in_sync_count, replicas);
	}
	return count;
}

static void prepare(struct deck *deck, const char *operation, const char *target, const char *name, const char *value)
{
	struct ops_value values[] = {{.name = name, .value = value}};
	deck_prepare(deck, operation, target, values, name ? 1 : 0);
}

static void roll_back(struct deck *deck)
{
	struct err err = {0};
	struct ops_request wish;
	deck_must(deck->plan->operation->roll_back(deck->plan, &wish, &err), &err);
	CLEANUP(free) char *target = mem_strdup(wish.target);
	deck_prepare(deck, wish.operation->name, target, wish.values, wish.value_count);
	deck_run(deck);
}

static void leaders_go_off_a_broker_and_come_back(void **state)
{
	struct deck *deck = *state;
	int64_t before = led_by(deck, ORDERS, 1);
	assert_true(before > 50);
	prepare(deck, "failover", "orders-1", NULL, NULL);
	assert_true(deck->plan->severity < OPS_BLOCKED);
	assert_true(deck_says(deck, OPS_MEANS, "orders-1 keeps its replicas"));
	deck_run(deck);
	assert_int_equal(led_by(deck, ORDERS, 1), 0);
	assert_true(held_by(deck, ORDERS, 1) > 100);
	prepare(deck, "failover", "orders-1", NULL, NULL);
	assert_true(deck_says(deck, OPS_BLOCKS, "nothing to move"));

	prepare(deck, "failover", "orders-0", NULL, NULL);
	assert_true(deck_says(deck, OPS_MEANS, "orders-0 stays the active controller"));
	deck_run(deck);
	assert_int_equal(led_by(deck, ORDERS, 0), 0);
	roll_back(deck);
	assert_true(led_by(deck, ORDERS, 0) > 50);
}

static void leaders_go_off_a_node_of_both_clusters(void **state)
{
	struct deck *deck = *state;
	const struct world_broker *broker = world_find_broker(deck_view(deck), "prod", "orders-2");
	CLEANUP(free) char *node = mem_strdup(broker->node->name);
	int64_t before = led_by(deck, ORDERS, 2);
	prepare(deck, "failover", node, NULL, NULL);
	deck_run(deck);
	assert_int_equal(led_by(deck, ORDERS, 2), 0);
	roll_back(deck);
	assert_int_equal(led_by(deck, ORDERS, 2), before);
}

static void preferred_leaders_lead_again(void **state)
{
	struct deck *deck = *state;
	int64_t before = led_by(deck, ORDERS, 2);
	assert_true(demo_kill_pod(deck->demo, "prod", "orders-2"));
	for (int i = 0; i < 100 && led_by(deck, ORDERS, 2) > 0; i++)
		deck_pass(deck, 200);
	assert_int_equal(led_by(deck, ORDERS, 2), 0);
	for (int i = 0; i < 300 && cluster_of(deck, ORDERS)->under_replicated != 0; i++)
		deck_pass(deck, 200);
	prepare(deck, "rebalance", ORDERS, NULL, NULL);
	deck_run(deck);
	assert_int_equal(led_by(deck, ORDERS, 2), before);
	prepare(deck, "rebalance", ORDERS, NULL, NULL);
	assert_true(deck_says(deck, OPS_BLOCKS, "every partition whose preferred replica is in sync"));
}

static void uneven_leaders_are_spread(void **state)
{
	struct deck *deck = *state;
	prepare(deck, "failover", "orders-1", NULL, NULL);
	deck_run(deck);
	prepare(deck, "rebalance", ORDERS, NULL, NULL);
	assert_true(deck_says(deck, OPS_MEANS, "preferred leaders are uneven"));
	prepare(deck, "rebalance", ORDERS, "mode", "spread");
	deck_run(deck);
	int64_t counts[] = {led_by(deck, ORDERS, 0), led_by(deck, ORDERS, 1), led_by(deck, ORDERS, 2)};
	for (size_t i = 0; i < 3; i++)
		assert_in_range(counts[i], cluster_of(deck, ORDERS)->replicated_count / 3 - 4,
				cluster_of(deck, ORDERS)->replicated_count / 3 + 4);
	roll_back(deck);
	assert_int_equal(led_by(deck, ORDERS, 1), 0);
}

static void replicas_become_fewer_and_more_again(void **state)
{
	struct deck *deck = *state;
	struct ops_value down[] = {{.name = "topic", .value = "audit"}, {.name = "rf", .value = "2"}};
	deck_prepare(deck, "reassign", ORDERS, down, 2);
	assert_int_equal(deck->plan->severity, OPS_DANGEROUS);
	assert_true(deck_says(deck, OPS_DANGER, "would have exactly min.insync.replicas"));
	deck_run(deck);
	assert_int_equal(check_topic(deck, ORDERS, "audit", 2), 12);

	struct ops_value up[] = {{.name = "topic", .value = "audit"},
				 {.name = "rf", .value = "3"},
				 {.name = "throttle", .value = "100M"}};
	deck_prepare(deck, "reassign", ORDERS, up, 3);
	assert_true(deck_says(deck, OPS_MEANS, "each broker copies at most 100Mi"));
	assert_int_equal(deck->plan->step_count, 3);
	deck_run(deck);
	assert_int_equal(check_topic(deck, ORDERS, "audit", 3), 12);
	/* 12 × 260 MiB over three brokers at 100 MiB a second each. */
	assert_true(deck->plan->steps[1].ended_ms - deck->plan->steps[1].started_ms > 9000);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(deck->plan->steps[i].state, OPS_STEP_DONE);
	roll_back(deck);
	assert_int_equal(check_topic(deck, ORDERS, "audit", 2), 12);
}

static void what_is_being_moved_is_taken_back(void **state)
{
	struct deck *deck = *state;
	struct err err = {0};
	struct ops_value down[] = {{.name = "topic", .value = "audit"}, {.name = "rf", .value = "2"}};
	deck_prepare(deck, "reassign", ORDERS, down, 2);
	deck_run(deck);
	prepare(deck, "reassign", ORDERS, "cancel", "true");
	assert_true(deck_says(deck, OPS_BLOCKS, "nothing is being reassigned"));
	struct ops_value slow[] = {
		{.name = "topic", .value = "audit"}, {.name = "rf", .value = "3"}, {.name = "throttle", .value = "1M"}};
	deck_prepare(deck, "reassign", ORDERS, slow, 3);
	deck_must(ops_run(deck->plan, NULL, NULL, &err), &err);
	deck_pass(deck, 30000);
	assert_int_equal(deck->plan->steps[1].state, OPS_STEP_RUNNING);
	assert_true(strstr(deck->plan->steps[1].figure, "0 of 12 partitions moved") != NULL);
	ops_cancel(deck->plan);
	deck_pass(deck, 2000);
	assert_int_equal(deck->plan->state, OPS_STATE_CANCELLED);
	roll_back(deck); /* with its throttle: nothing of it stays */
	assert_int_equal(check_topic(deck, ORDERS, "audit", 2), 12);
	deck_prepare(deck, "reassign", ORDERS, slow, 2);
	deck_must(ops_run(deck->plan, NULL, NULL, &err), &err);
	deck_pass(deck, 3000);
	struct ops_value fast[] = {
		{.name = "topic", .value = "audit"}, {.name = "rf", .value = "3"}, {"throttle", "0"}};
	ops_cancel(deck->plan);
	deck_pass(deck, 2000);
	prepare(deck, "reassign", ORDERS, "cancel", "true");
	assert_int_equal(deck->plan->severity, OPS_SAFE);
	assert_true(deck_says(deck, OPS_MEANS, "throttle=keep leaves them"));
	deck_run(deck);
	deck_prepare(deck, "reassign", ORDERS, fast, 3);
	deck_run(deck);
	assert_int_equal(check_topic(deck, ORDERS, "audit", 3), 12);
}

static void scale(struct deck *deck, const char *key, const char *replicas)
{
	struct ops_value values[] = {{.name = "replicas", .value = replicas}, {.name = "throttle", .value = "900M"}};
	deck_prepare(deck, "scale", key, values, 2);
}

static void kafka_goes_from_three_to_five_and_back(void **state)
{
	struct deck *deck = *state;
	scale(deck, ORDERS, "5");
	deck_run(deck);
	struct ops_value values[] = {{"topic", "orders"}, {"from", "0"}, {"to", "3"}, {"throttle", "0"}};
	deck_prepare(deck, "reassign", ORDERS, values, 4);
	deck_run(deck);
	values[0].value = "payments", values[1].value = "1", values[2].value = "4";
	deck_prepare(deck, "reassign", ORDERS, values, 4);
	deck_run(deck);
	assert_int_equal(held_by(deck, ORDERS, 3), 32);
	assert_int_equal(held_by(deck, ORDERS, 4), 24);

	scale(deck, ORDERS, "2");
	assert_true(deck_says(deck, OPS_BLOCKS, "below a majority"));
	assert_true(deck_says(deck, OPS_BLOCKS, "orders-2 is a voter"));
	scale(deck, ORDERS, "3");
	assert_true(deck->plan->severity < OPS_BLOCKED);
	assert_true(deck_says(deck, OPS_MEANS, "56 partitions of orders change replicas"));
	deck_run(deck);
	assert_int_equal(held_by(deck, ORDERS, 3) + held_by(deck, ORDERS, 4), 0);
	assert_int_equal(cluster_of(deck, ORDERS)->broker_count, 3);
	assert_int_equal(cluster_of(deck, ORDERS)->under_replicated, 0);
	assert_int_equal(check_topic(deck, ORDERS, "orders", 3), 32);
}

static void strimzi_scales_down_by_its_pool_once_empty(void **state)
{
	struct deck *deck = *state;
	scale(deck, LOGS, "4");
	deck_run(deck);
	struct ops_value values[] = {{"topic", "alerts"}, {"from", "0"}, {"to", "3"}};
	deck_prepare(deck, "reassign", LOGS, values, 3);
	deck_run(deck);
	scale(deck, LOGS, "3");
	assert_true(deck_says(deck, OPS_CHANGES, "KafkaNodePool"));
	deck_run(deck);
	assert_int_equal(cluster_of(deck, LOGS)->broker_count, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, deck_setup, deck_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(leaders_go_off_a_broker_and_come_back),  TEST(leaders_go_off_a_node_of_both_clusters),
		TEST(preferred_leaders_lead_again),           TEST(uneven_leaders_are_spread),
		TEST(replicas_become_fewer_and_more_again),   TEST(what_is_being_moved_is_taken_back),
		TEST(kafka_goes_from_three_to_five_and_back), TEST(strimzi_scales_down_by_its_pool_once_empty),
	};
	return cmocka_run_group_tests_name("ops/demo_kafka", tests, NULL, NULL);
}
