#include "tests/unit/unit.h"

#include "tests/unit/ops/rig.h"

#define KAFKA "mq/orders/kafka"

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

static struct fake_cluster *kafka_of(struct rig *rig)
{
	return &rig->world.clusters[FAKE_KAFKA];
}

static void start_scaling(struct rig *rig)
{
	rig_prepare(rig, "scale", KAFKA, "4");
	rig_run(rig);
	rig_pass(rig, 1000);
}

static void steps_pass_their_gates_one_by_one(void **state)
{
	struct rig *rig = *state;
	start_scaling(rig);
	assert_int_equal(rig->api.replicas, 4);
	assert_int_equal(rig->plan->state, OPS_STATE_RUNNING);
	assert_int_equal(rig->plan->steps[0].state, OPS_STEP_DONE);
	assert_int_equal(rig->plan->steps[1].state, OPS_STEP_RUNNING);
	assert_contains(rig->plan->steps[1].figure, "0 of 1; orders-3: no pod yet");

	fake_add_broker(&rig->world, FAKE_KAFKA);
	ops_world_changed(rig->ops);
	rig_pass(rig, 10);
	assert_contains(rig->plan->steps[1].figure, "orders-3: missing");
	assert_contains(rig->plan->steps[1].why, "orders-3 has no pod yet");

	fake_broker_ready(kafka_of(rig), 3);
	rig_pass(rig, 2000);
	assert_int_equal(rig->plan->steps[1].state, OPS_STEP_DONE);
	assert_int_equal(rig->plan->steps[2].state, OPS_STEP_RUNNING); /* pod Ready is not enough */
	assert_false(ops_is_over(rig->plan));

	fake_broker_joined(kafka_of(rig), 3);
	rig_pass(rig, 2000);
	assert_int_equal(rig->plan->state, OPS_STATE_DONE);
	assert_contains(rig->plan->result, "Scale kafka orders from 3 to 4 brokers");
	int told = rig->progress;
	rig_pass(rig, 60000);
	assert_int_equal(rig->progress, told);
}

static void the_patch_is_guarded(void **state)
{
	struct rig *rig = *state;
	start_scaling(rig);
	assert_string_equal(rig->api.last_patch,
			    "{\"metadata\":{\"uid\":\"u-1\",\"resourceVersion\":\"7\"},\"spec\":{\"replicas\":4}}");
}

static void a_failed_dry_run_blocks(void **state)
{
	struct rig *rig = *state;
	rig->api.dry_faults[0].code = ERR_FORBIDDEN;
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_int_equal(rig->plan->severity, OPS_BLOCKED);
	assert_true(rig_says(rig, OPS_BLOCKS, "the dry run of"));
	assert_false(rig->plan->steps[0].dry_run_ok);
}

static void a_missing_right_is_named(void **state)
{
	struct rig *rig = *state;
	struct err err = {0};
	rig->api.denied = "patch";
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_true(rig_says(rig, OPS_BLOCKS, "permission denied: patch on statefulsets/scale.apps in namespace mq"));
	assert_int_equal(rig->api.gets, 0);
	assert_false(ops_may(rig->ops, ops_find("scale"), KAFKA, &err));
	assert_contains(err.text, "patch on statefulsets/scale.apps");
	rig->api.denied = NULL;
	assert_true(ops_may(rig->ops, ops_find("scale"), KAFKA, &err));
	rig->api.review_fails = true;
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_true(rig_says(rig, OPS_BLOCKS, "cannot tell whether"));
}

static void what_is_for_the_other_kind_is_not_offered(void **state)
{
	struct rig *rig = *state;
	struct err err = {0};
	assert_true(ops_may(rig->ops, ops_find("elect"), KAFKA, &err));
	assert_false(ops_may(rig->ops, ops_find("members"), KAFKA, &err));
	assert_string_equal(err.text, "only for RabbitMQ");
	assert_false(ops_may(rig->ops, ops_find("reassign"), "mq/events/rabbitmq", &err));
	assert_string_equal(err.text, "only for Kafka");
}

static void read_only_blocks_everything(void **state)
{
	struct rig *rig = *state;
	struct err err = {0};
	rig->api.read_only = true;
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_int_equal(rig->plan->severity, OPS_BLOCKED);
	assert_true(rig_says(rig, OPS_BLOCKS, "read-only"));
	assert_int_equal(rig->api.gets + rig->api.dry_runs, 0);
	assert_false(ops_may(rig->ops, ops_find("scale"), KAFKA, &err));
}

static void a_refusal_in_the_middle_stops_there(void **state)
{
	struct rig *rig = *state;
	rig->api.patch_faults[0].code = ERR_FORBIDDEN;
	start_scaling(rig);
	assert_int_equal(rig->plan->state, OPS_STATE_FAILED);
	assert_int_equal(rig->plan->err.code, ERR_FORBIDDEN);
	assert_int_equal(rig->plan->steps[0].state, OPS_STEP_FAILED);
	assert_int_equal(rig->plan->steps[1].state, OPS_STEP_SKIPPED);
	assert_contains(rig->plan->result, "nothing was changed");
	assert_int_equal(rig->api.patches, 1);
}

static void a_conflict_is_checked_again_and_retried(void **state)
{
	struct rig *rig = *state;
	rig_prepare(rig, "scale", KAFKA, "4");
	rig->api.foreign_writes = 3;
	rig_run(rig);
	rig_pass(rig, 2000);
	assert_int_equal(rig->plan->steps[0].state, OPS_STEP_DONE);
	assert_int_equal(rig->api.patches, 4);
	assert_int_equal(rig->api.replicas, 4);
}

static void a_conflict_for_ever_ends(void **state)
{
	struct rig *rig = *state;
	rig_prepare(rig, "scale", KAFKA, "4");
	rig->api.foreign_writes = 1000;
	rig_run(rig);
	rig_pass(rig, 60000);
	assert_int_equal(rig->plan->state, OPS_STATE_FAILED);
	assert_int_equal(rig->plan->err.code, ERR_CONFLICT);
	assert_in_range(rig->api.patches, 2, 10);
}

static void somebody_elses_number_is_not_overwritten(void **state)
{
	struct rig *rig = *state;
	rig_prepare(rig, "scale", KAFKA, "4");
	rig->api.replicas = 6;
	rig_run(rig);
	rig_pass(rig, 2000);
	assert_int_equal(rig->plan->state, OPS_STATE_FAILED);
	assert_contains(rig->plan->err.text, "replicas is now 6, not 3");
	assert_int_equal(rig->api.patches, 0);
}

static void another_object_of_the_same_name_is_refused(void **state)
{
	struct rig *rig = *state;
	rig_prepare(rig, "scale", KAFKA, "4");
	rig->api.uid = "u-2";
	rig_run(rig);
	rig_pass(rig, 2000);
	assert_int_equal(rig->plan->state, OPS_STATE_FAILED);
	assert_contains(rig->plan->err.text, "recreated");
}

static void what_the_world_forbids_by_now_is_not_done(void **state)
{
	struct rig *rig = *state;
	rig->api.replicas = 3;
	rig_prepare(rig, "scale", KAFKA, "2");
	assert_int_equal(rig->plan->severity, OPS_SAFE);
	fake_add_replicated(kafka_of(rig), "late", 0, 4);
	rig_run(rig);
	rig_pass(rig, 2000);
	assert_int_equal(rig->plan->state, OPS_STATE_FAILED);
	assert_contains(rig->plan->err.text,
			"1 partition was placed on the leaving brokers since this plan was made: late/0");
	assert_int_equal(rig->api.replicas, 3);
}

static void an_api_that_is_away_is_waited_for(void **state)
{
	struct rig *rig = *state;
	rig_prepare(rig, "scale", KAFKA, "4");
	for (int i = 0; i < 5; i++)
		rig->api.get_faults[rig->api.gets + i].code = ERR_CONNECT;
	rig_run(rig);
	rig_pass(rig, 5000);
	assert_int_equal(rig->plan->state, OPS_STATE_RUNNING);
	assert_contains(rig->plan->steps[0].why, "retrying");
	rig_pass(rig, 40000);
	assert_int_equal(rig->plan->steps[0].state, OPS_STEP_DONE);
	assert_null(rig->plan->steps[0].why);
}

static void a_lost_answer_is_not_asked_for_twice(void **state)
{
	struct rig *rig = *state;
	rig_prepare(rig, "scale", KAFKA, "4");
	rig->api.patch_faults[0] = (struct fake_fault){.code = ERR_TIMEOUT, .carried_out = true};
	rig_run(rig);
	rig_pass(rig, 5000);
	assert_int_equal(rig->plan->steps[0].state, OPS_STEP_DONE);
	assert_string_equal(rig->plan->steps[0].result, "already done");
	assert_int_equal(rig->api.patches, 1);
	assert_int_equal(rig->api.replicas, 4);
}

static void a_gate_has_a_time_limit_and_a_reason(void **state)
{
	struct rig *rig = *state;
	start_scaling(rig);
	fake_add_broker(&rig->world, FAKE_KAFKA);
	fake_add_event(&rig->world, "StatefulSet", "orders", "FailedCreate", "exceeded quota: pods");
	rig_pass(rig, 14 * 60 * 1000);
	assert_int_equal(rig->plan->state, OPS_STATE_RUNNING);
	rig_pass(rig, 2 * 60 * 1000);
	assert_int_equal(rig->plan->state, OPS_STATE_FAILED);
	assert_int_equal(rig->plan->err.code, ERR_TIMEOUT);
	assert_contains(rig->plan->err.text, "exceeded quota: pods");
	assert_contains(rig->plan->result, "changes made so far are kept");
}

static void a_gate_does_not_open_nor_run_out_on_old_data(void **state)
{
	struct rig *rig = *state;
	start_scaling(rig);
	fake_add_broker(&rig->world, FAKE_KAFKA);
	fake_broker_ready(kafka_of(rig), 3);
	fake_broker_joined(kafka_of(rig), 3);
	rig->world.view.link = WORLD_STALE;
	rig_pass(rig, 16 * 60 * 1000);
	assert_int_equal(rig->plan->state, OPS_STATE_RUNNING);
	assert_contains(rig->plan->steps[1].why, "does not answer");
	rig->world.view.link = WORLD_LIVE;
	rig_pass(rig, 3000);
	assert_int_equal(rig->plan->state, OPS_STATE_DONE);
}

static void cancel_leaves_a_gate_and_says_what_stays(void **state)
{
	struct rig *rig = *state;
	start_scaling(rig);
	ops_cancel(rig->plan);
	rig_pass(rig, 100);
	assert_int_equal(rig->plan->state, OPS_STATE_CANCELLED);
	assert_contains(rig->plan->result, "changes made so far are kept; the new number of replicas stays");
	assert_int_equal(rig->plan->steps[2].state, OPS_STEP_SKIPPED);
}

static void cancel_waits_for_a_request_that_was_sent(void **state)
{
	struct rig *rig = *state;
	rig_prepare(rig, "scale", KAFKA, "4");
	rig->api.delay_ms = 500;
	rig_run(rig);
	rig_pass(rig, 700); /* the patch is on its way */
	ops_cancel(rig->plan);
	assert_int_equal(rig->plan->state, OPS_STATE_CANCELLING);
	rig_pass(rig, 100);
	assert_int_equal(rig->plan->state, OPS_STATE_CANCELLING);
	rig_pass(rig, 1000);
	assert_int_equal(rig->plan->state, OPS_STATE_CANCELLED);
	assert_int_equal(rig->plan->steps[0].state, OPS_STEP_DONE);
	assert_contains(rig->plan->result, "changes made so far are kept");
}

static void cancel_before_anything_changes_nothing(void **state)
{
	struct rig *rig = *state;
	rig_prepare(rig, "scale", KAFKA, "4");
	for (int i = 0; i < 3; i++)
		rig->api.get_faults[rig->api.gets + i].code = ERR_CONNECT;
	rig_run(rig);
	rig_pass(rig, 500);
	ops_cancel(rig->plan);
	rig_pass(rig, 60000);
	assert_int_equal(rig->plan->state, OPS_STATE_CANCELLED);
	assert_contains(rig->plan->result, "nothing was changed");
	assert_int_equal(rig->api.replicas, 3);
}

static void a_plan_may_be_dropped_at_any_moment(void **state)
{
	struct rig *rig = *state;
	struct err err = {0};
	struct ops_value value = {.name = "replicas", .value = "4"};
	rig->api.delay_ms = 7;
	for (int64_t ms = 0; ms < 60; ms++) {
		struct ops_plan *plan = ops_prepare(rig->ops, ops_find("scale"), KAFKA, &value, 1, NULL, NULL, &err);
		rig_pass(rig, ms);
		if (plan->state == OPS_STATE_READY && plan->severity != OPS_BLOCKED) {
			assert_true(ops_run(plan, NULL, NULL, &err));
			rig_pass(rig, ms - 20);
		}
		ops_plan_destroy(plan);
		rig->api.replicas = 3;
	}
	rig_pass(rig, 1000);
}

static void a_plan_outlives_the_engine(void **state)
{
	struct rig *rig = *state;
	start_scaling(rig);
	ops_destroy(rig->ops);
	rig->ops = NULL;
	rig_pass(rig, 5000);
	assert_int_equal(rig->plan->state, OPS_STATE_CANCELLED);
	ops_cancel(rig->plan);
	assert_false(ops_run(rig->plan, NULL, NULL, NULL));
}

static void destroy_when_over(void *data, struct ops_plan *plan)
{
	struct rig *rig = data;
	if (ops_is_over(plan)) {
		ops_plan_destroy(plan);
		rig->plan = NULL;
	}
}

static void a_plan_may_be_destroyed_in_its_last_call(void **state)
{
	struct rig *rig = *state;
	struct err err = {0};
	rig_prepare(rig, "scale", KAFKA, "4");
	rig->api.patch_faults[0].code = ERR_FORBIDDEN;
	assert_true(ops_run(rig->plan, destroy_when_over, rig, &err));
	assert_false(ops_run(rig->plan, destroy_when_over, rig, &err));
	rig_pass(rig, 1000);
	assert_null(rig->plan);
}

static void a_target_that_goes_away_is_said(void **state)
{
	struct rig *rig = *state;
	rig_prepare(rig, "scale", KAFKA, "4");
	rig->world.view.clusters = &rig->world.cluster_list[1];
	rig->world.view.cluster_count = 1;
	rig_run(rig);
	rig_pass(rig, 1000);
	assert_int_equal(rig->plan->state, OPS_STATE_FAILED);
	assert_contains(rig->plan->err.text, "not found");
}

static void the_table_is_whole(void **state)
{
	size_t count;
	const struct ops_operation *const *table = ops_table(&count);
	assert_true(count >= 7);
	for (size_t i = 0; i < count; i++) {
		assert_ptr_equal(ops_find(table[i]->name), table[i]);
		assert_non_null(table[i]->title);
		assert_non_null(table[i]->summary);
		assert_non_null(table[i]->access);
		assert_non_null(table[i]->plan);
		assert_non_null(table[i]->preflight);
	}
	assert_null(ops_find("explode"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(steps_pass_their_gates_one_by_one),
		TEST(the_patch_is_guarded),
		TEST(a_failed_dry_run_blocks),
		TEST(a_missing_right_is_named),
		TEST(what_is_for_the_other_kind_is_not_offered),
		TEST(read_only_blocks_everything),
		TEST(a_refusal_in_the_middle_stops_there),
		TEST(a_conflict_is_checked_again_and_retried),
		TEST(a_conflict_for_ever_ends),
		TEST(somebody_elses_number_is_not_overwritten),
		TEST(another_object_of_the_same_name_is_refused),
		TEST(what_the_world_forbids_by_now_is_not_done),
		TEST(an_api_that_is_away_is_waited_for),
		TEST(a_lost_answer_is_not_asked_for_twice),
		TEST(a_gate_has_a_time_limit_and_a_reason),
		TEST(a_gate_does_not_open_nor_run_out_on_old_data),
		TEST(cancel_leaves_a_gate_and_says_what_stays),
		TEST(cancel_waits_for_a_request_that_was_sent),
		TEST(cancel_before_anything_changes_nothing),
		TEST(a_plan_may_be_dropped_at_any_moment),
		TEST(a_plan_outlives_the_engine),
		TEST(a_plan_may_be_destroyed_in_its_last_call),
		TEST(a_target_that_goes_away_is_said),
		TEST(the_table_is_whole),
	};
	return cmocka_run_group_tests_name("ops/run", tests, NULL, NULL);
}
