#include "tests/unit/unit.h"

#include "api/base/str.h"
#include "tests/unit/model/fixture.h"

static const char *const all_in_sync[] = {"012", "120"};

struct apart {
	struct fixture f;
	struct join_cluster *cluster;
	struct kafka_snapshot *snapshot;
	struct kube_pod *pods[3];
	struct kafka_quorum_node nodes[3];
};

/* Kafka's brokers "log", and its controllers 100 to 102 in the set "lead", all well. */
static void start(struct apart *a)
{
	static const char voters[] = "100@lead-0.lead.test.svc:9093,101@lead-1.lead.test.svc:9093,102@lead-2:9093";
	static struct kube_env env[] = {{.name = "KAFKA_PROCESS_ROLES", .value = "controller"},
					{.name = "KAFKA_CONTROLLER_QUORUM_VOTERS", .value = voters}};
	*a = (struct apart){0};
	fixture_start(&a->f);
	fixture_kafka(&a->f, all_in_sync, 2);
	struct kube_stateful_set *set = fixture_set(&a->f, "lead", 3, "quay.io/apache/kafka:4.1.0", 9093);
	set->service_name = "lead";
	set->containers->env = env;
	set->containers->env_count = 2;
	for (int32_t i = 0; i < 3; i++) {
		a->pods[i] = fixture_pod(&a->f, set, i, "node-1");
		a->pods[i]->subdomain = "lead";
		a->nodes[i] = (struct kafka_quorum_node){
			.id = 100 + i, .voter = true, .last_fetch_ms = 500000, .last_caught_up_ms = 500000};
	}
	fixture_update(&a->f);
	a->cluster = fixture_cluster(&a->f, "test/log/kafka");
	a->snapshot = fixture_say_partitions(&a->f, a->cluster, all_in_sync, 2);
	a->snapshot->quorum =
		(struct kafka_quorum){.present = true, .leader = 101, .nodes = a->nodes, .voter_count = 3, .count = 3};
}

static void controllers_stand_beside_their_brokers_with_their_role(void **state)
{
	struct apart a;
	start(&a);
	const struct world_view *view = fixture_update(&a.f);
	const struct world_cluster *it = &a.cluster->pub;
	assert_int_equal(view->cluster_count, 1);
	assert_int_equal(it->broker_count, 3);
	assert_int_equal(it->desired, 3);
	assert_int_equal(it->controller_count, 3);
	assert_int_equal(it->member_count, 6);
	const struct world_broker *controller = world_find_member(view, "test", "lead-1");
	assert_ptr_equal(controller, it->members[4]);
	assert_null(world_find_broker(view, "test", "lead-1"));
	assert_string_equal(controller->role, "controller");
	assert_string_equal(controller->state, "ready");
	assert_int_equal(controller->id, 101);
	assert_true(controller->is_controller);
	assert_int_equal(controller->replicas, 0);
	assert_int_equal(controller->quorum_critical, 0);
	assert_string_equal(it->voters[2].broker, "lead-2");
	assert_string_equal(it->headline, "3 of 3 brokers ready, 2 partitions all in sync, controller lead-1");
	assert_int_equal(it->severity, SEV_OK);
	fixture_finish(&a.f);
}

static void a_controller_that_is_down_is_said_and_the_next_one_counts(void **state)
{
	struct apart a;
	start(&a);
	fixture_set_condition(&a.f, a.pods[2], "Ready", "False", NULL);
	a.nodes[2].last_fetch_ms = a.nodes[2].last_caught_up_ms = 500000 - 60000;
	fixture_update(&a.f);
	const struct world_cluster *it = &a.cluster->pub;
	assert_string_equal(it->headline, "controller lead-2 is not ready");
	assert_int_equal(it->severity, SEV_WARN);
	assert_int_equal(it->controllers[0]->quorum_critical, 1);
	assert_int_equal(it->controllers[2]->quorum_critical, 0);
	fixture_finish(&a.f);
}

static void what_the_quorum_said_long_ago_makes_no_controller_one_that_may_stop(void **state)
{
	struct apart a;
	start(&a);
	fixture_update(&a.f);
	assert_int_equal(a.cluster->pub.controllers[0]->quorum_critical, 0);
	a.snapshot->quorum_part.updated_ms = -1;
	fixture_update(&a.f);
	assert_int_equal(a.cluster->pub.controllers[0]->quorum_critical, -1);
	fixture_finish(&a.f);
}

/* The old leader that is down has fetched nothing from the new one: -1 where the others' times are told. */
static void a_voter_that_never_fetched_from_this_leader_does_not_keep_up(void **state)
{
	struct apart a;
	start(&a);
	a.nodes[2].last_fetch_ms = a.nodes[2].last_caught_up_ms = a.nodes[2].log_end_offset = -1;
	fixture_update(&a.f);
	const struct world_cluster *it = &a.cluster->pub;
	assert_false(it->voters[2].caught_up);
	assert_int_equal(it->controllers[0]->quorum_critical, 1);
	assert_int_equal(it->controllers[1]->quorum_critical, 1);
	assert_int_equal(it->controllers[2]->reachable, -1);
	/* The first version tells no times, of nobody. */
	for (int i = 0; i < 3; i++)
		a.nodes[i].last_fetch_ms = a.nodes[i].last_caught_up_ms = -1;
	fixture_update(&a.f);
	assert_true(it->voters[0].caught_up);
	assert_false(it->voters[2].caught_up);
	fixture_finish(&a.f);
}

static void controllers_go_with_their_set(void **state)
{
	struct apart a;
	start(&a);
	fixture_update(&a.f);
	for (int i = 0; i < 3; i++)
		record_store_remove(&a.f.world->store, KUBE_PODS, "test", a.pods[i]->meta.name);
	record_store_remove(&a.f.world->store, KUBE_STATEFUL_SETS, "test", "lead");
	fixture_update(&a.f);
	assert_int_equal(a.cluster->pub.controller_count, 0);
	assert_int_equal(a.cluster->pub.member_count, 3);
	fixture_finish(&a.f);
}

static void brokers_without_a_quorum_to_tell_have_told_all(void **state)
{
	struct apart a;
	start(&a);
	a.snapshot->quorum = (struct kafka_quorum){0};
	a.snapshot->quorum_part.updated_ms = -1;
	err_set(&a.snapshot->quorum_part.err, ERR_UNSUPPORTED, "no version of DescribeQuorum");
	fixture_update(&a.f);
	assert_true(world_source_is_read(&a.cluster->pub.parts[WORLD_PART_QUORUM]));
	assert_false(err_is_set(&a.cluster->pub.parts[WORLD_PART_QUORUM].err));
	assert_int_equal(a.cluster->pub.controllers[0]->id, 100);
	assert_int_equal(a.cluster->pub.controllers[0]->quorum_critical, -1);
	err_set(&a.snapshot->quorum_part.err, ERR_FORBIDDEN, "not allowed");
	fixture_update(&a.f);
	assert_false(world_source_is_read(&a.cluster->pub.parts[WORLD_PART_QUORUM]));
	fixture_finish(&a.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(controllers_stand_beside_their_brokers_with_their_role),
		cmocka_unit_test(a_controller_that_is_down_is_said_and_the_next_one_counts),
		cmocka_unit_test(what_the_quorum_said_long_ago_makes_no_controller_one_that_may_stop),
		cmocka_unit_test(a_voter_that_never_fetched_from_this_leader_does_not_keep_up),
		cmocka_unit_test(controllers_go_with_their_set),
		cmocka_unit_test(brokers_without_a_quorum_to_tell_have_told_all),
	};
	return cmocka_run_group_tests_name("model/controllers", tests, NULL, NULL);
}
