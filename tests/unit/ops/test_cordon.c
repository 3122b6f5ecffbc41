#include "tests/unit/unit.h"

#include "tests/unit/ops/rig.h"

static int setup(void **state)
{
	*state = rig_create();
	return 0;
}

static int teardown(void **state)
{
	rig_destroy(*state);
	return 0;
}

static void cordon_says_who_stays_and_waits_for_the_watch(void **state)
{
	struct rig *rig = *state;
	rig_prepare(rig, "cordon", "node-2", NULL);
	assert_true(rig_says(rig, OPS_MEANS, "orders-1, events-1 stay on it"));
	assert_int_equal(rig->plan->severity, OPS_SAFE);
	assert_int_equal(rig->api.dry_runs, 1);
	assert_string_equal(rig->api.last_path, "/v1/nodes/node-2/");
	rig_run(rig);
	rig_pass(rig, 1000);
	assert_true(rig->api.unschedulable);
	assert_int_equal(rig->plan->state, OPS_STATE_RUNNING);
	rig->world.nodes[1].cordoned = true;
	ops_world_changed(rig->ops);
	rig_pass(rig, 10);
	assert_int_equal(rig->plan->state, OPS_STATE_DONE);

	rig_prepare(rig, "cordon", "node-2", NULL);
	assert_true(rig_says(rig, OPS_BLOCKS, "already cordoned"));
	rig_prepare(rig, "uncordon", "node-2", NULL);
	assert_int_equal(rig->plan->severity, OPS_SAFE);
	rig_run(rig);
	rig_pass(rig, 1000);
	rig->world.nodes[1].cordoned = false;
	rig_pass(rig, 2000);
	assert_int_equal(rig->plan->state, OPS_STATE_DONE);
	assert_false(rig->api.unschedulable);
	assert_contains(rig->api.last_patch, "\"spec\":{\"unschedulable\":null}");
	rig_prepare(rig, "uncordon", "node-2", NULL);
	assert_true(rig_says(rig, OPS_BLOCKS, "is not cordoned"));
}

static void cordon_warns_of_bound_volumes_and_of_the_last_node(void **state)
{
	struct rig *rig = *state;
	const char *node = "node-1";
	struct kube_volume volume = {.node_names = &node, .node_name_count = 1};
	struct world_volume claim = {.volume = &volume}, *claims[] = {&claim};
	rig->world.clusters[FAKE_KAFKA].brokers[0].volumes = claims;
	rig->world.clusters[FAKE_KAFKA].brokers[0].volume_count = 1;
	rig->world.nodes[1].cordoned = true;
	rig->world.nodes[2].ready = false;
	rig_prepare(rig, "cordon", "node-1", NULL);
	assert_true(rig_says(rig, OPS_CAUTION, "if orders-0 restarts, it stays Pending"));
	assert_false(rig_says(rig, OPS_CAUTION, "if events-0 restarts"));
	assert_true(rig_says(rig, OPS_CAUTION, "no other node is schedulable"));
	assert_int_equal(rig->plan->severity, OPS_CAREFUL);
}

/* Which brokers there are, and what keeps one on the node, is said only where it was read. */
static void what_was_not_read_is_not_absent(void **state)
{
	struct rig *rig = *state;
	struct world_view *view = &rig->world.view;
	struct kube_volume_source mounts = {.claim_name = "data-events-0"};
	rig->world.clusters[FAKE_RABBITMQ].pods[0].volumes = &mounts;
	rig->world.clusters[FAKE_RABBITMQ].pods[0].volume_count = 1;
	rig_prepare(rig, "cordon", "node-1", NULL);
	assert_true(rig_says(rig, OPS_CAUTION, "if events-0 restarts, it may stay Pending"));
	assert_false(rig_says(rig, OPS_CAUTION, "if orders-0 restarts"));
	rig->world.nodes[0].broker_count = 0;
	rig_prepare(rig, "cordon", "node-1", NULL);
	assert_true(rig_says(rig, OPS_MEANS, "no brokers on it"));
	view->namespace = "mq";
	rig_prepare(rig, "cordon", "node-1", NULL);
	assert_true(rig_says(rig, OPS_CAUTION, "only namespace mq is watched"));
	view->namespace = NULL;
	view->lists[WORLD_PART_PODS].updated_ms = -1;
	rig_prepare(rig, "cordon", "node-1", NULL);
	assert_false(rig_says(rig, OPS_MEANS, "no brokers on it"));
	assert_true(rig_says(rig, OPS_CAUTION, "pods cannot be read: there may be brokers on node-1"));
	view->lists[WORLD_PART_NODES].updated_ms = -1;
	rig_prepare(rig, "cordon", "node-1", NULL);
	assert_true(rig_says(rig, OPS_BLOCKS, "nodes cannot be read: unknown whether node-1 is cordoned"));
	assert_false(rig_says(rig, OPS_CAUTION, "no other node is schedulable"));
	rig_prepare(rig, "uncordon", "node-1", NULL);
	assert_false(rig_says(rig, OPS_BLOCKS, "is not cordoned"));
}

static void an_unseen_cordon_is_said(void **state)
{
	struct rig *rig = *state;
	rig_prepare(rig, "cordon", "node-1", NULL);
	rig_run(rig);
	rig_pass(rig, 70 * 1000);
	assert_int_equal(rig->plan->state, OPS_STATE_FAILED);
	assert_contains(rig->plan->err.text, "node-1 accepts new pods");
}

static void arguments_and_unknown_nodes_are_refused(void **state)
{
	struct rig *rig = *state;
	struct err err = {0};
	struct ops_value value = {.name = "replicas", .value = "1"};
	assert_null(ops_prepare(rig->ops, ops_find("cordon"), "node-1", &value, 1, NULL, NULL, &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_null(ops_prepare(rig->ops, ops_find("cordon"), "node-9", NULL, 0, NULL, NULL, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	CLEANUP(free) char *key = ops_resolve(&rig->world.view, OPS_ON_NODE, "node-3", &err);
	assert_string_equal(key, "node-3");
	assert_null(ops_resolve(&rig->world.view, OPS_ON_NODE, "node-9", &err));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cordon_says_who_stays_and_waits_for_the_watch),
		TEST(cordon_warns_of_bound_volumes_and_of_the_last_node),
		TEST(what_was_not_read_is_not_absent),
		TEST(an_unseen_cordon_is_said),
		TEST(arguments_and_unknown_nodes_are_refused),
	};
	return cmocka_run_group_tests_name("ops/cordon", tests, NULL, NULL);
}
