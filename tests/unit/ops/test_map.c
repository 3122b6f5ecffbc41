/* The map of a plan: who leaves, who comes, and who leads after it. */
#include "tests/unit/unit.h"

#include <string.h>

#include "api/base/str.h"
#include "api/ops/impact/plan_map.h"
#include "tests/unit/ops/rig.h"

static int setup(void **state)
{
	struct rig *rig = rig_create();
	struct fake_cluster *kafka = &rig->world.clusters[FAKE_KAFKA];
	kafka->cluster.replicated_count = 0;
	for (int i = 0; i < 3; i++)
		kafka->brokers[i].leaders = 0;
	fake_add_replicated(kafka, "pay", 0, 7);
	fake_add_replicated(kafka, "pay", 1, 6);
	kafka->brokers[0].leaders = kafka->brokers[1].leaders = 1;
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	rig_destroy(*state);
	return 0;
}

static struct ops_map map_of(struct rig *rig, const char *replicas)
{
	struct ops_map map;
	rig_prepare(rig, "scale", "mq/orders/kafka", replicas);
	ops_map_make(&map, ops_view(rig->ops), rig->plan);
	assert_int_equal(map.clusters.len, 1);
	return map;
}

static void a_new_broker_comes_and_leads_nothing(void **state)
{
	struct ops_map map = map_of(*state, "4");
	const struct ops_map_cluster *it = &map.clusters.items[0];
	assert_int_equal(it->brokers.len, 4);
	assert_int_equal(it->brokers.items[0].fate, OPS_MAP_FATE_STAYS);
	assert_int_equal(it->brokers.items[0].leads_after, 1);
	assert_int_equal(it->brokers.items[3].fate, OPS_MAP_FATE_COMES);
	assert_contains(it->brokers.items[3].name, "-3");
	assert_int_equal(it->brokers.items[3].leads_after, 0);
	assert_int_equal(it->effects.len, 0);
	ops_map_finish(&map);
}

static void leaders_of_a_broker_that_leaves_go_to_those_that_stay(void **state)
{
	struct rig *rig = *state;
	struct ops_map map = map_of(rig, "1");
	const struct ops_map_cluster *it = &map.clusters.items[0];
	assert_int_equal(it->brokers.len, 3);
	assert_int_equal(it->brokers.items[1].fate, OPS_MAP_FATE_LEAVES);
	assert_int_equal(it->brokers.items[2].fate, OPS_MAP_FATE_LEAVES);
	assert_int_equal(it->brokers.items[1].leads_after, 0);
	assert_int_equal(it->brokers.items[0].leads_after, 1); /* pay-1 has no replica there */
	assert_int_equal(it->effects.items[0].severity, SEV_BAD);
	assert_contains(it->effects.items[0].text, "1 partition offline: pay/1");
	assert_int_equal(it->effects.items[1].severity, SEV_BAD);
	assert_contains(it->effects.items[1].text, "1 partition below min.insync.replicas: pay/0");
	ops_map_finish(&map);
}

static void a_node_shows_the_clusters_with_a_broker_on_it(void **state)
{
	struct rig *rig = *state;
	struct ops_map map;
	rig_prepare(rig, "cordon", "node-1", NULL);
	ops_map_make(&map, ops_view(rig->ops), rig->plan);
	assert_string_equal(map.node, "node-1");
	assert_int_equal(map.clusters.len, 2);
	for (size_t i = 0; i < map.clusters.items[0].brokers.len; i++)
		assert_int_equal(map.clusters.items[0].brokers.items[i].fate, OPS_MAP_FATE_STAYS);
	ops_map_finish(&map);
}

static void a_target_that_is_gone_leaves_an_empty_map(void **state)
{
	struct rig *rig = *state;
	struct ops_map map;
	rig_prepare(rig, "cordon", "node-1", NULL);
	rig->world.view.node_count = 0;
	rig->world.view.cluster_count = 0;
	ops_map_make(&map, ops_view(rig->ops), rig->plan);
	assert_int_equal(map.clusters.len, 0);
	ops_map_finish(&map);
}

static void a_form_begins_with_what_is(void **state)
{
	struct rig *rig = *state;
	char now[OPS_ARGUMENT_MAX];
	ops_argument_now(rig->ops, ops_find("scale"), 0, "mq/orders/kafka", now);
	assert_string_equal(now, "3");
	ops_argument_now(rig->ops, ops_find("scale"), 0, "mq/none/kafka", now);
	assert_string_equal(now, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_new_broker_comes_and_leads_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(leaders_of_a_broker_that_leaves_go_to_those_that_stay, setup, teardown),
		cmocka_unit_test_setup_teardown(a_node_shows_the_clusters_with_a_broker_on_it, setup, teardown),
		cmocka_unit_test_setup_teardown(a_target_that_is_gone_leaves_an_empty_map, setup, teardown),
		cmocka_unit_test_setup_teardown(a_form_begins_with_what_is, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
