/* Who may change a cluster: leases that are free, held, renewed, left, lost and given back. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/base/str.h"
#include "api/ops/journal/journal_dir.h"
#include "api/ops/plan/plan.h"
#include "tests/unit/ops/fake_lease.h"
#include "tests/unit/ops/rig.h"

#define KAFKA "mq/orders/kafka"
#define LEASE "mqdeck-kafka-orders"
#define OTHER "ben@ops2/20260101-100000-00"

static int setup(void **state)
{
	struct rig *rig = rig_create();
	rig->clock.virtual_epoch = 1767225600000;
	rig_engine(rig, NULL, "ann@ops1");
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	rig_destroy(*state);
	return 0;
}

static void start_scaling(struct rig *rig)
{
	rig_prepare(rig, "scale", KAFKA, "4");
	rig_run(rig);
	rig_pass(rig, 1000);
}

static void let_fourth_join(struct rig *rig)
{
	struct fake_cluster *kafka = &rig->world.clusters[FAKE_KAFKA];
	fake_add_broker(&rig->world, FAKE_KAFKA);
	fake_broker_ready(kafka, 3);
	fake_broker_joined(kafka, 3);
}

static void finish(struct rig *rig)
{
	let_fourth_join(rig);
	rig_pass(rig, 5000);
}

static void renew_foreign(struct rig *rig, int64_t shift_ms)
{
	char at[32];
	clock_format_rfc3339(clock_wall_ms(&rig->clock) + shift_ms, at);
	fake_lease_put(&rig->api, LEASE, OTHER, at);
}

static const char *holder(struct rig *rig)
{
	return fake_lease_text(&rig->api, LEASE, "holderIdentity");
}

static void a_plan_holds_its_lease_and_gives_it_back(void **state)
{
	struct rig *rig = *state;
	start_scaling(rig);
	assert_contains(holder(rig), "ann@ops1/");
	assert_int_equal(rig->api.replicas, 4);
	int writes = rig->api.lease_writes;
	rig_pass(rig, 60 * 1000);
	assert_in_range(rig->api.lease_writes - writes, 5, 7); /* renewed every 10 s */
	finish(rig);
	assert_int_equal(rig->plan->state, OPS_STATE_DONE);
	assert_null(holder(rig));
	writes = rig->api.lease_writes;
	rig_pass(rig, 60 * 1000);
	assert_int_equal(rig->api.lease_writes, writes);
}

static enum ops_history_state written_state(const char *dir, const char *id)
{
	struct err err = {0};
	CLEANUP(ops_history_plan_destroy) struct ops_history_plan *plan = ops_history_plan_load(dir, id, &err);
	assert_non_null(plan);
	return plan->head.state;
}

/* Whoever is killed between the two leaves a plan to resume, and not a lease that nobody gives back. */
static void the_end_of_a_plan_is_written_once_its_lease_is_given_back(void **state)
{
	struct rig *rig = *state;
	char dir[] = "/tmp/mqdeck-lease-XXXXXX", path[128];
	assert_non_null(mkdtemp(dir));
	rig_engine(rig, dir, "ann@ops1");
	start_scaling(rig);
	rig->api.delay_ms = 200;
	let_fourth_join(rig);
	for (int i = 0; i < 1000 && rig->plan->current < rig->plan->step_count; i++)
		rig_pass(rig, 10);
	assert_int_equal(rig->plan->current, rig->plan->step_count);
	assert_non_null(holder(rig));
	assert_int_equal(written_state(dir, rig->plan->id), OPS_HISTORY_RUNNING);
	rig_pass(rig, 5000);
	assert_null(holder(rig));
	assert_int_equal(written_state(dir, rig->plan->id), OPS_HISTORY_DONE);
	snprintf(path, sizeof path, "%s/%s.jsonl", dir, rig->plan->id);
	unlink(path);
	rmdir(dir);
}

static void it_is_given_back_when_the_plan_fails_or_is_stopped(void **state)
{
	struct rig *rig = *state;
	start_scaling(rig);
	ops_cancel(rig->plan);
	rig_pass(rig, 1000);
	assert_int_equal(rig->plan->state, OPS_STATE_CANCELLED);
	assert_null(holder(rig));
	rig->api.replicas = 3;
	rig_prepare(rig, "scale", KAFKA, "4");
	rig->api.patch_faults[rig->api.patches].code = ERR_FORBIDDEN;
	rig_run(rig);
	rig_pass(rig, 1000);
	assert_int_equal(rig->plan->state, OPS_STATE_FAILED);
	assert_null(holder(rig));
}

static void a_pause_keeps_it(void **state)
{
	struct rig *rig = *state;
	start_scaling(rig);
	ops_pause(rig->plan);
	struct fake_cluster *kafka = &rig->world.clusters[FAKE_KAFKA];
	fake_add_broker(&rig->world, FAKE_KAFKA);
	fake_broker_ready(kafka, 3);
	rig_pass(rig, 120 * 1000);
	assert_int_equal(rig->plan->state, OPS_STATE_PAUSED);
	assert_contains(holder(rig), "ann@ops1/");
}

static void the_second_one_is_told_who_has_it(void **state)
{
	struct rig *rig = *state;
	renew_foreign(rig, -5000);
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_int_equal(rig->plan->severity, OPS_BLOCKED);
	assert_true(rig_says(rig, OPS_BLOCKS,
			     "ben@ops2 holds the lease mq/" LEASE " since 2026-01-01T10:00:00 for "
			     "\"Roll kafka orders\" (plan 20260101-100000-00)"));
}

/* The plan that asks has no name yet either. */
static void a_holder_without_a_plan_is_somebody_else(void **state)
{
	struct rig *rig = *state;
	char at[32];
	clock_format_rfc3339(clock_wall_ms(&rig->clock) - 5000, at);
	fake_lease_put(&rig->api, LEASE, "ben@ops2/", at);
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_int_equal(rig->plan->severity, OPS_BLOCKED);
	assert_true(rig_says(rig, OPS_BLOCKS, "ben@ops2 holds the lease"));
}

static void one_that_lives_is_not_robbed(void **state)
{
	struct rig *rig = *state;
	rig_prepare(rig, "scale", KAFKA, "4");
	renew_foreign(rig, -3600 * 1000); /* its clock is an hour behind */
	rig_run(rig);
	for (int i = 0; i < 4 && !ops_is_over(rig->plan); i++) {
		rig_pass(rig, 10 * 1000);
		renew_foreign(rig, -3600 * 1000);
	}
	assert_int_equal(rig->plan->state, OPS_STATE_FAILED);
	assert_contains(rig->plan->result, "ben@ops2 holds the lease");
	assert_string_equal(holder(rig), OTHER);
	assert_int_equal(rig->api.patches, 0);
}

static void one_that_is_left_is_taken_over_after_its_time(void **state)
{
	struct rig *rig = *state;
	renew_foreign(rig, -300 * 1000);
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_true(rig_says(rig, OPS_CAUTION, "the holder seems to be gone"));
	rig_run(rig);
	rig_pass(rig, 25 * 1000);
	assert_string_equal(holder(rig), OTHER);
	assert_contains(rig->plan->steps[0].why, "ben@ops2 holds the lease");
	assert_int_equal(rig->api.patches, 0);
	rig_pass(rig, 10 * 1000);
	assert_contains(holder(rig), "ann@ops1/");
	assert_int_equal(rig->api.patches, 1);
	assert_null(rig->plan->steps[0].why);
}

static void a_clock_that_is_ahead_makes_nobody_immortal(void **state)
{
	struct rig *rig = *state;
	renew_foreign(rig, 3600 * 1000);
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_int_not_equal(rig->plan->severity, OPS_BLOCKED);
	rig_run(rig);
	rig_pass(rig, 35 * 1000);
	assert_contains(holder(rig), "ann@ops1/");
}

static void a_lease_that_is_lost_stops_the_plan(void **state)
{
	struct rig *rig = *state;
	start_scaling(rig);
	renew_foreign(rig, 0);
	rig_pass(rig, 12 * 1000);
	assert_int_equal(rig->plan->state, OPS_STATE_FAILED);
	assert_contains(rig->plan->result, "ben@ops2 holds the lease");
	assert_string_equal(holder(rig), OTHER);
}

static void without_the_api_nothing_is_changed_until_it_is_held_again(void **state)
{
	struct rig *rig = *state;
	rig_prepare(rig, "scale", KAFKA, "4");
	rig->api.patch_faults[0].code = ERR_CONNECT;
	rig_run(rig);
	rig_pass(rig, 500);
	rig->api.lease_fault = ERR_CONNECT;
	for (int i = 1; i < 5; i++)
		rig->api.patch_faults[i].code = ERR_CONNECT;
	rig_pass(rig, 60 * 1000);
	int tried = rig->api.patches;
	assert_int_equal(rig->plan->state, OPS_STATE_RUNNING);
	rig_pass(rig, 60 * 1000);
	assert_int_equal(rig->api.patches, tried);
	assert_contains(rig->plan->steps[0].why, "could not be renewed in time");
	rig->api.lease_fault = ERR_NONE;
	rig_pass(rig, 20 * 1000);
	assert_int_equal(rig->api.replicas, 4);
	finish(rig);
	assert_int_equal(rig->plan->state, OPS_STATE_DONE);
}

static void rights_that_are_revoked_are_named(void **state)
{
	struct rig *rig = *state;
	struct err err = {0};
	start_scaling(rig);
	rig->api.lease_fault = ERR_FORBIDDEN;
	rig_pass(rig, 15 * 1000);
	assert_int_equal(rig->plan->state, OPS_STATE_FAILED);
	assert_contains(rig->plan->result, "PATCH leases");
	rig->api.lease_fault = ERR_NONE;
	rig->api.replicas = 3;
	rig->api.denied = "create";
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_true(
		rig_says(rig, OPS_BLOCKS, "permission denied: create on leases.coordination.k8s.io in namespace mq"));
	assert_false(ops_may(rig->ops, ops_find("scale"), KAFKA, &err));
	assert_contains(err.text, "permission denied: create");
	assert_true(ops_may(rig->ops, ops_find("cordon"), "node-1", &err));
}

static void a_cordon_needs_none(void **state)
{
	struct rig *rig = *state;
	rig_prepare(rig, "cordon", "node-1", NULL);
	rig_run(rig);
	rig_pass(rig, 1000);
	assert_int_equal(rig->api.lease_writes, 0);
}

static void a_plan_may_be_dropped_at_any_moment(void **state)
{
	struct rig *rig = *state;
	struct err err = {0};
	struct ops_value value = {.name = "replicas", .value = "4"};
	rig->api.delay_ms = 7;
	for (int64_t ms = 0; ms < 120; ms += 3) {
		struct ops_plan *plan = ops_prepare(rig->ops, ops_find("scale"), KAFKA, &value, 1, NULL, NULL, &err);
		rig_pass(rig, ms);
		if (plan->state == OPS_STATE_READY && plan->severity != OPS_BLOCKED) {
			assert_true(ops_run(plan, NULL, NULL, &err));
			rig_pass(rig, ms - 50);
			if (ms % 2)
				ops_cancel(plan);
			rig_pass(rig, ms % 11);
		}
		ops_plan_destroy(plan);
		rig->api.replicas = 3;
	}
	rig_pass(rig, 1000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_plan_holds_its_lease_and_gives_it_back),
		TEST(the_end_of_a_plan_is_written_once_its_lease_is_given_back),
		TEST(it_is_given_back_when_the_plan_fails_or_is_stopped),
		TEST(a_pause_keeps_it),
		TEST(the_second_one_is_told_who_has_it),
		TEST(a_holder_without_a_plan_is_somebody_else),
		TEST(one_that_lives_is_not_robbed),
		TEST(one_that_is_left_is_taken_over_after_its_time),
		TEST(a_clock_that_is_ahead_makes_nobody_immortal),
		TEST(a_lease_that_is_lost_stops_the_plan),
		TEST(without_the_api_nothing_is_changed_until_it_is_held_again),
		TEST(rights_that_are_revoked_are_named),
		TEST(a_cordon_needs_none),
		TEST(a_plan_may_be_dropped_at_any_moment),
	};
	return cmocka_run_group_tests_name("ops/lease", tests, NULL, NULL);
}
