/* The impact and the rules of stopping, on the world made by hand. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/ops/impact/impact.h"
#include "tests/unit/ops/rig.h"

static struct fake_world world;

static int setup(void **state)
{
	fake_world_init(&world);
	world.clusters[FAKE_KAFKA].cluster.replicated_count = 0;
	world.clusters[FAKE_RABBITMQ].cluster.replicated_count = 0;
	world.clusters[FAKE_KAFKA].cluster.group_count = -1;
	*state = &world;
	return 0;
}

static struct fake_cluster *kafka(void)
{
	return &world.clusters[FAKE_KAFKA];
}

static struct fake_cluster *rabbitmq(void)
{
	return &world.clusters[FAKE_RABBITMQ];
}

static struct ops_impact impact_on(struct fake_cluster *fake, unsigned mask, bool in_turn)
{
	const struct world_broker *brokers[FAKE_BROKERS];
	size_t count = 0;
	struct ops_impact impact;
	for (size_t i = 0; i < fake->cluster.broker_count; i++)
		if (mask & 1u << i)
			brokers[count++] = &fake->brokers[i];
	ops_impact_of(&impact, &fake->cluster, brokers, count, in_turn);
	return impact;
}

static void assert_lists(struct fake_cluster *fake, unsigned mask, bool in_turn, const char *expected)
{
	static const char letters[] = "OBMNPULCX";
	char text[256];
	size_t at = 0;
	struct ops_impact impact = impact_on(fake, mask, in_turn);
	for (size_t effect = 0; effect < OPS_IMPACT_EFFECT_COUNT; effect++)
		for (size_t i = 0; i < impact.lists[effect].len; i++)
			at += (size_t)snprintf(text + at, sizeof text - at, "%c%u ", letters[effect],
					       impact.lists[effect].items[i]);
	text[at] = '\0';
	assert_string_equal(text, expected);
	ops_impact_finish(&impact);
}

static void assert_stop(struct fake_cluster *fake, size_t broker, const char *reason)
{
	struct err err = {0};
	bool may = ops_impact_can_stop(&fake->cluster, &fake->brokers[broker], &err);
	if (!reason && !may)
		fail_msg("%s", err.text);
	if (reason) {
		assert_false(may);
		assert_contains(err.text, reason);
	}
}

static void partitions_go_by_what_is_left(void **state)
{
	fake_add_replicated(kafka(), "full", 0, 7);
	fake_add_replicated(kafka(), "pair", 0, 6);
	fake_add_replicated(kafka(), "single", 0, 4);
	kafka()->replicated[2].min_in_sync = 1;
	/* One away: full goes on with a new leader where it led, pair needs both, single has nothing to spare. */
	assert_lists(kafka(), 1, false, "U0 L0 ");
	assert_lists(kafka(), 4, false, "N1 P2 U0 ");
	/* Two at once: full is below 2; in turn it never is. */
	assert_lists(kafka(), 3, false, "B0 N1 ");
	assert_lists(kafka(), 3, true, "N1 U0 L0 ");
	assert_lists(kafka(), 7, false, "O0 O1 P2 ");
}

static void a_partition_at_its_minimum_forbids(void **state)
{
	fake_add_replicated(kafka(), "t", 0, 7);
	fake_add_replicated(kafka(), "t", 1, 7);
	assert_stop(kafka(), 0, NULL);
	fake_out_of_sync(kafka(), "t", 1, 2);
	assert_stop(kafka(), 0, "without orders-0, 1 partition would refuse acks=all: t/1");
	assert_lists(kafka(), 1, false, "B1 U0 L0 ");
	/* The one that is out of sync takes nothing away: ISR == min and it is not in it. */
	assert_stop(kafka(), 2, NULL);
	/* Below the minimum already: nobody who has a replica, in sync or not. */
	fake_out_of_sync(kafka(), "t", 1, 1);
	assert_stop(kafka(), 0, "(1 does already)");
	assert_stop(kafka(), 2, "would refuse acks=all");
	/* One that is known to be down takes nothing away by being recreated. */
	kafka()->brokers[2].reachable = 0;
	assert_stop(kafka(), 2, NULL);
}

static void too_few_replicas_never_forbid(void **state)
{
	fake_add_replicated(kafka(), "pair", 0, 3);
	assert_stop(kafka(), 0, NULL);
	fake_out_of_sync(kafka(), "pair", 0, 1);
	assert_stop(kafka(), 0, "(1 does already) and 1 would be offline"); /* the last of two */
	assert_stop(kafka(), 1, NULL);
	kafka()->replicated[0].min_in_sync = -1;
	assert_stop(kafka(), 0, "min.insync.replicas of 1 partitions");
	assert_stop(kafka(), 2, NULL); /* has no replica of it */
	struct ops_impact impact = impact_on(kafka(), 1, false);
	assert_contains(impact.unknown, "min.insync.replicas of 1 partition is unknown");
	assert_true(ops_impact_harms(&impact));
	ops_impact_finish(&impact);
}

static void controllers_keep_their_quorum(void **state)
{
	kafka()->cluster.voters = kafka()->voters;
	kafka()->cluster.voter_count = 3;
	for (int i = 0; i < 3; i++)
		kafka()->voters[i] = (struct world_voter){.id = i,
							  .broker = kafka()->brokers[i].name,
							  .voter = true,
							  .caught_up = true,
							  .leader = i == 0};
	assert_stop(kafka(), 1, NULL);
	struct ops_impact impact = impact_on(kafka(), 3, false);
	assert_int_equal(impact.voters_left, 1);
	assert_true(impact.quorum_lost);
	ops_impact_finish(&impact);
	kafka()->voters[2].caught_up = false;
	assert_stop(kafka(), 1, "without orders-1, only 1 of 3 controllers are caught up, and 2 are required");
	/* One alone can never be spared: that forbids nothing. */
	kafka()->cluster.voter_count = 1;
	assert_stop(kafka(), 0, NULL);
	kafka()->cluster.voter_count = 0;
}

static void queues_go_by_their_majority(void **state)
{
	fake_add_replicated(rabbitmq(), "audit", -1, 7);
	fake_add_replicated(rabbitmq(), "single", -1, 2);
	assert_lists(rabbitmq(), 1, false, "U0 L0 ");
	assert_lists(rabbitmq(), 2, false, "M1 U0 ");
	assert_lists(rabbitmq(), 3, false, "M0 M1 ");
	assert_lists(rabbitmq(), 5, true, "U0 L0 ");
	assert_stop(rabbitmq(), 0, NULL);
	assert_stop(rabbitmq(), 1, "without events-1, 1 queue would have no majority: single");
	fake_out_of_sync(rabbitmq(), "audit", -1, 2);
	assert_stop(rabbitmq(), 0, "audit");
	rabbitmq()->replicated[0].state = WORLD_REPLICA_UNKNOWN;
	assert_stop(rabbitmq(), 0, "members of 1 queues");
}

static void what_rabbitmq_says_itself_counts(void **state)
{
	fake_add_replicated(rabbitmq(), "audit", -1, 7);
	rabbitmq()->brokers[1].quorum_critical = 1;
	assert_stop(rabbitmq(), 1, "reports that it is quorum-critical");
	rabbitmq()->brokers[1].quorum_critical = -1;
	assert_stop(rabbitmq(), 1, "unknown whether");
}

static void classic_queues_are_away_with_their_node(void **state)
{
	rabbitmq()->queues[0] = (struct world_queue){.name = "a", .type = "classic", .leader = "events-0"};
	rabbitmq()->queues[1] = (struct world_queue){.name = "b", .type = "classic", .leader = "events-1"};
	rabbitmq()->queues[2] = (struct world_queue){.name = "c", .type = "quorum", .leader = "events-0"};
	rabbitmq()->queues[3] = (struct world_queue){.name = "d", .type = "other", .leader = "events-0"};
	rabbitmq()->queues[4] = (struct world_queue){.name = "e", .type = "volatile", .leader = "events-0"};
	rabbitmq()->cluster.queue_count = 5;
	assert_lists(rabbitmq(), 1, false, "C0 X3 ");
	assert_stop(rabbitmq(), 0, NULL);
}

static void what_was_not_read_forbids(void **state)
{
	kafka()->cluster.replicated_count = -1;
	assert_stop(kafka(), 0, "the brokers have not reported them");
	kafka()->cluster.replicated_count = 0;
	err_set(&kafka()->cluster.source.err, ERR_TIMEOUT, "no answer");
	assert_stop(kafka(), 0, "cannot be read now: no answer");
	err_clear(&kafka()->cluster.source.err);
	struct world_source *controllers = &kafka()->cluster.parts[WORLD_PART_QUORUM];
	err_set(&controllers->err, ERR_FORBIDDEN, "not authorized");
	assert_stop(kafka(), 0, "the controllers of orders are unknown: not authorized");
	*controllers = (struct world_source){.updated_ms = -1};
	assert_stop(kafka(), 0, "the controllers of orders are unknown: the brokers have not reported them");
	rabbitmq()->cluster.queue_count = -1;
	assert_stop(rabbitmq(), 0, "queues cannot be read");
	struct ops_impact impact = impact_on(rabbitmq(), 1, false);
	assert_true(ops_impact_harms(&impact));
	ops_impact_finish(&impact);
}

static bool said(const struct ops_plan *plan, enum ops_sentence_kind kind, const char *text)
{
	for (size_t i = 0; i < plan->sentence_count; i++)
		if (plan->sentences[i].kind == kind && strstr(plan->sentences[i].text, text))
			return true;
	return false;
}

static size_t away_first(const struct ops_plan *plan, const struct ops_context *context,
			 const struct world_broker **out, size_t max, bool *in_turn)
{
	out[0] = &world.clusters[FAKE_KAFKA].brokers[0];
	return 1;
}

/* Up to 3.13 they may be mirrored. */
static void say_of_classic_queues(struct ops_plan *plan)
{
	static const char *const versions[] = {"3.13.7", "4.0.5"};
	rabbitmq()->queues[0] = (struct world_queue){.name = "a", .type = "classic", .leader = "events-0"};
	rabbitmq()->cluster.queue_count = 1;
	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		rabbitmq()->cluster.version = versions[i];
		struct ops_impact impact = impact_on(rabbitmq(), 1, false);
		ops_impact_note(plan, &impact, OPS_BLOCKS);
		ops_impact_finish(&impact);
		assert_int_equal(said(plan, OPS_CAUTION, "has its only copy there and is unavailable meanwhile: a"), i);
	}
	assert_true(said(plan, OPS_CAUTION, "lives there and is unavailable meanwhile unless it is mirrored: a"));
}

static void sentences_and_json_name_what_is_hit(void **state)
{
	const struct ops_operation operation = {.name = "test", .away = away_first};
	struct rig *rig = rig_create();
	rig_prepare(rig, "cordon", "node-1", NULL);
	struct ops_plan *plan = rig->plan;
	for (int i = 0; i < 5; i++)
		fake_add_replicated(kafka(), "t", i, 7);
	fake_out_of_sync(kafka(), "t", 3, 1);
	kafka()->cluster.group_count = 2;
	kafka()->groups[0] = (struct world_group){.name = "g", .coordinator = "orders-0"};
	struct ops_impact impact = impact_on(kafka(), 1, false);
	ops_impact_note(plan, &impact, OPS_BLOCKS);
	ops_impact_finish(&impact);
	assert_true(said(plan, OPS_BLOCKS,
			 "without orders-0, 1 partition falls below min.insync.replicas and refuses acks=all: t/3"));
	assert_true(said(plan, OPS_MEANS, "4 partitions become under-replicated: t 0–2, 4"));
	assert_true(said(plan, OPS_MEANS, "unknown how many clients are connected to orders-0: those must reconnect"));
	assert_true(said(plan, OPS_MEANS, "1 consumer group is coordinated by it"));
	assert_int_equal(plan->severity, OPS_BLOCKED);
	say_of_classic_queues(plan);
	const struct ops_operation *before = plan->operation;
	plan->operation = &operation;
	cJSON *json = ops_impact_json(plan, &(struct ops_context){.view = &world.view});
	CLEANUP(free) char *text = cJSON_PrintUnformatted(json);
	assert_contains(text, "\"cluster\":\"mq/orders/kafka\",\"brokers\":[\"orders-0\"]");
	assert_contains(text, "\"partitionsBelowMinInSync\":[\"t/3\"]");
	assert_contains(text, "\"underReplicated\":[\"t/0\",\"t/1\",\"t/2\",\"t/4\"]");
	assert_contains(text, "\"connections\":null,\"clients\":null");
	cJSON_Delete(json);
	plan->operation = before;
	rig_destroy(rig);
}

static size_t away_rabbitmq(const struct ops_plan *plan, const struct ops_context *context,
			    const struct world_broker **out, size_t max, bool *in_turn)
{
	for (size_t i = 0; i < 3; i++)
		out[i] = &rabbitmq()->brokers[i];
	return 3;
}

static bool clients_said(struct ops_plan *plan, unsigned mask, const char *text)
{
	struct ops_impact impact = impact_on(rabbitmq(), mask, false);
	ops_impact_note(plan, &impact, OPS_BLOCKS);
	ops_impact_finish(&impact);
	return said(plan, OPS_MEANS, text);
}

static void clients_are_counted_and_named_over_the_brokers_that_go(void **state)
{
	static const struct world_client first[] = {{"billing", 12}, {"orders-svc", 2}};
	static const struct world_client second[] = {{"orders-svc", 11}, {"a", 3}, {"b", 2},
						     {"billing", 1},     {"c", 1}, {"d", 1}};
	const struct ops_operation operation = {.name = "test", .away = away_rabbitmq};
	struct rig *rig = rig_create();
	rig_prepare(rig, "cordon", "node-1", NULL);
	struct ops_plan *plan = rig->plan;
	struct world_broker *brokers = rabbitmq()->brokers;
	brokers[0].connections = 14;
	brokers[0].clients = first;
	brokers[0].client_count = ARRAY_LEN(first);
	brokers[1].connections = 19;
	brokers[1].clients = second;
	brokers[1].client_count = ARRAY_LEN(second);
	assert_true(clients_said(plan, 1,
				 "14 clients are connected to events-0 and must reconnect: billing 12, orders-svc 2"));
	assert_true(clients_said(plan, 3,
				 "33 clients are connected to events-0, events-1 and must reconnect: billing 13, "
				 "orders-svc 13, a 3, b 2 and 2 more"));
	assert_true(clients_said(plan, 6,
				 "unknown how many clients are connected to events-1, events-2: those must reconnect"));
	rabbitmq()->cluster.connections = 5321;
	assert_true(clients_said(
		plan, 4,
		"unknown how many of the 5321 clients of events are connected to events-2: those must reconnect"));
	brokers[2].connections = 0;
	assert_true(clients_said(plan, 4, "no clients are connected to events-2"));
	const struct ops_operation *before = plan->operation;
	plan->operation = &operation;
	cJSON *json = ops_impact_json(plan, &(struct ops_context){.view = &world.view});
	CLEANUP(free) char *text = cJSON_PrintUnformatted(json);
	assert_contains(text, "\"connections\":33,\"clients\":[{\"name\":\"billing\",\"connections\":13},"
			      "{\"name\":\"orders-svc\",\"connections\":13},");
	assert_contains(text, "{\"name\":\"d\",\"connections\":1}]");
	cJSON_Delete(json);
	plan->operation = before;
	rig_destroy(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(partitions_go_by_what_is_left, setup),
		cmocka_unit_test_setup(a_partition_at_its_minimum_forbids, setup),
		cmocka_unit_test_setup(too_few_replicas_never_forbid, setup),
		cmocka_unit_test_setup(controllers_keep_their_quorum, setup),
		cmocka_unit_test_setup(queues_go_by_their_majority, setup),
		cmocka_unit_test_setup(what_rabbitmq_says_itself_counts, setup),
		cmocka_unit_test_setup(classic_queues_are_away_with_their_node, setup),
		cmocka_unit_test_setup(what_was_not_read_forbids, setup),
		cmocka_unit_test_setup(sentences_and_json_name_what_is_hit, setup),
		cmocka_unit_test_setup(clients_are_counted_and_named_over_the_brokers_that_go, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
