/* RabbitMQ's operations end to end: its own tools run in the pods of the embedded cluster. */
#include "tests/unit/unit.h"

#include "api/base/str.h"
#include "tests/unit/ops/deck.h"

#define EVENTS "prod/events/rabbitmq"

static const struct world_cluster *cluster_now(struct deck *deck)
{
	return world_find_cluster(deck_view(deck), EVENTS);
}

static const struct world_broker *broker_now(struct deck *deck, size_t index)
{
	const struct world_cluster *cluster = cluster_now(deck);
	assert_true(index < cluster->broker_count);
	return cluster->brokers[index];
}

/* Of the rows that have a member on the broker; online: of those the ones that have it online. */
static int64_t count_members(struct deck *deck, size_t index, int64_t *online)
{
	int64_t count = 0;
	const struct world_cluster *cluster = cluster_now(deck);
	*online = 0;
	for (int64_t i = 0; i < cluster->replicated_count; i++) {
		struct world_replicated row;
		world_replicated_at(cluster, i, &row);
		for (size_t r = 0; r < row.replica_count; r++) {
			if (row.replicas[r] != (int16_t)index)
				continue;
			count++;
			*online += row.in_sync[r];
		}
	}
	return count;
}

static void ask(struct deck *deck, const char *operation, const char *target, const char *name, const char *value)
{
	struct ops_value values[] = {{.name = name, .value = value}};
	deck_prepare(deck, operation, target, values, name ? 1 : 0);
}

static void take_back(struct deck *deck)
{
	struct err err = {0};
	struct ops_request wish;
	deck_must(deck->plan->operation->roll_back(deck->plan, &wish, &err), &err);
	CLEANUP(free)
	char *target = mem_strdup(strrchr(wish.target, '/') && str_has_suffix(wish.target, "/rabbitmq") ? "prod/events"
													: wish.target);
	deck_prepare(deck, wish.operation->name, target, wish.values, wish.value_count);
	deck_run(deck);
}

static void maintenance_stops_members_and_moves_leaders_and_back(void **state)
{
	struct deck *deck = *state;
	int64_t online, members = count_members(deck, 1, &online);
	assert_int_equal(online, members);
	ask(deck, "maintenance", "prod/events-1", "mode", "on");
	assert_true(deck_says(deck, OPS_CAUTION, "maintenance mode is not a cordon"));
	assert_int_equal(deck->plan->severity, OPS_CAREFUL);
	deck_run(deck);
	assert_int_equal(broker_now(deck, 1)->draining, 1);
	for (int64_t i = 0; i < cluster_now(deck)->queue_count; i++) {
		struct world_queue queue;
		world_queue_at(cluster_now(deck), i, &queue);
		if (str_eq(queue.type, "quorum"))
			assert_string_not_equal(str_or(queue.leader, "?"), "events-1");
	}
	/* Another one would now take every quorum. */
	ask(deck, "maintenance", "prod/events-2", "mode", "on");
	assert_int_equal(deck->plan->severity, OPS_DANGEROUS);
	assert_true(deck_says(deck, OPS_DANGER, "lose their quorum"));
	ask(deck, "maintenance", "prod/events-1", "mode", "on");
	assert_true(deck_says(deck, OPS_BLOCKS, "already in maintenance mode"));

	ask(deck, "maintenance", "prod/events-1", "mode", "off");
	deck_run(deck);
	assert_int_equal(broker_now(deck, 1)->draining, 0);
	assert_int_equal(count_members(deck, 1, &online), members);
	assert_int_equal(online, members);
}

static void failover_moves_leaders_and_a_rollback_brings_them_back(void **state)
{
	struct deck *deck = *state;
	ask(deck, "failover", "prod/events-0", NULL, NULL);
	deck_run(deck);
	assert_int_equal(broker_now(deck, 0)->draining, 1);
	take_back(deck);
	assert_int_equal(broker_now(deck, 0)->draining, 0);
	deck_pass(deck, 15000);
	assert_true(broker_now(deck, 0)->leaders > 5);
	ask(deck, "rebalance", "prod/events", NULL, NULL);
	deck_run(deck);
	deck_pass(deck, 15000);
	assert_true(broker_now(deck, 0)->leaders > 10);
}

static void members_come_and_go(void **state)
{
	struct deck *deck = *state;
	int64_t online;
	struct ops_value one[] = {{"remove", "events-2"}, {"queue", "clickstream"}, {"vhost", "analytics"}};
	deck_prepare(deck, "members", "prod/events", one, 3);
	deck_run(deck);
	assert_int_equal(count_members(deck, 2, &online), 40);
	take_back(deck);
	assert_int_equal(count_members(deck, 2, &online), 41);

	ask(deck, "members", "prod/events", "shrink", "events-2");
	assert_true(deck_says(deck, OPS_CAUTION, "without a spare member"));
	deck_run(deck);
	assert_int_equal(count_members(deck, 2, &online), 1); /* the stream's */
	ask(deck, "members", "prod/events", "shrink", "events-1");
	assert_true(deck->plan->severity < OPS_BLOCKED);
	struct ops_value some[] = {{"grow", "events-2"}, {"queue", "^orders\\."}};
	deck_prepare(deck, "members", "prod/events", some, 2);
	deck_run(deck);
	assert_int_equal(count_members(deck, 2, &online), 6);
	ask(deck, "members", "prod/events", "grow", "events-2");
	deck_run(deck);
	assert_int_equal(count_members(deck, 2, &online), 41);
	assert_int_equal(online, 41);
	ask(deck, "members", "prod/events", "shrink", "events-2");
	deck_run(deck);
	take_back(deck);
	assert_int_equal(count_members(deck, 2, &online), 41);
}

static void scale_five_and_back_to_three(void **state)
{
	struct deck *deck = *state;
	int64_t online;
	ask(deck, "scale", "prod/events", "replicas", "5");
	deck_run(deck);
	ask(deck, "members", "prod/events", "grow", "events-4");
	deck_run(deck);
	struct ops_value stream[] = {{"add", "events-4"}, {"queue", "clickstream"}, {"vhost", "analytics"}};
	deck_prepare(deck, "members", "prod/events", stream, 3);
	deck_run(deck);
	ask(deck, "members", "prod/events", "grow", "events-3");
	deck_run(deck);
	assert_int_equal(count_members(deck, 3, &online), 40);
	assert_int_equal(count_members(deck, 4, &online), 41);

	ask(deck, "scale", "prod/events", "replicas", "3");
	assert_true(deck_says(deck, OPS_MEANS, "claim data-events-4 keeps the data of a removed node"));
	deck_run(deck);
	const struct world_cluster *cluster = cluster_now(deck);
	assert_int_equal(cluster->desired, 3);
	for (int64_t i = 0; i < cluster->replicated_count; i++) {
		struct world_replicated row;
		world_replicated_at(cluster, i, &row);
		assert_int_equal(row.replica_count, 3);
		assert_int_equal(row.state, WORLD_REPLICA_OK);
	}
	/* The old data would keep it from starting: it goes when told to. */
	ask(deck, "scale", "prod/events", "replicas", "4");
	assert_true(deck_says(deck, OPS_CAUTION, "refuses to start with its old data"));
	struct ops_value anew[] = {{"replicas", "4"}, {"claims", "delete"}};
	deck_prepare(deck, "scale", "prod/events", anew, 2);
	assert_int_equal(deck->plan->severity, OPS_DANGEROUS);
	deck_run(deck);
	assert_int_equal(broker_now(deck, 3)->reachable, 1);
}

static void an_operator_is_paused_and_resumed(void **state)
{
	struct deck *deck = *state;
	ask(deck, "pause", "prod/events", NULL, NULL);
	assert_true(deck_says(deck, OPS_BLOCKS, "no operator manages"));
	ask(deck, "pause", "staging/jobs", NULL, NULL);
	deck_run(deck);
	CLEANUP(free) char *paused = demo_dump(deck->demo);
	assert_non_null(strstr(paused, "\"rabbitmq.com/pauseReconciliation\":\"true\""));
	ask(deck, "resume", "staging/jobs", NULL, NULL);
	deck_run(deck);
	CLEANUP(free) char *resumed = demo_dump(deck->demo);
	assert_null(strstr(resumed, "pauseReconciliation"));
	ask(deck, "pause", "staging/logs", NULL, NULL);
	deck_run(deck);
	CLEANUP(free) char *strimzi = demo_dump(deck->demo);
	assert_non_null(strstr(strimzi, "\"strimzi.io/pause-reconciliation\":\"true\""));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, deck_setup, deck_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(maintenance_stops_members_and_moves_leaders_and_back),
		TEST(failover_moves_leaders_and_a_rollback_brings_them_back),
		TEST(members_come_and_go),
		TEST(scale_five_and_back_to_three),
		TEST(an_operator_is_paused_and_resumed),
	};
	return cmocka_run_group_tests_name("ops/demo_rabbitmq", tests, NULL, NULL);
}
