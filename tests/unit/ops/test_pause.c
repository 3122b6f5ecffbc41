/* Pausing, going on and stopping at a safe point, with an operation made for it: of its four steps the third belongs to
 * the second. A gate is open while nothing is under-replicated; a cluster that wants 99 brokers forbids it. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/ops/plan/plan.h"
#include "tests/unit/ops/rig.h"

#define KAFKA "mq/orders/kafka"

struct bench {
	struct rig *rig;
	char asked[16]; /* the items of the requests, in order */
	int failures;   /* so many requests are refused with `failure` */
	struct err failure;
};

static enum ops_verdict request_item(const struct ops_plan *plan, const struct ops_context *context,
				     struct ops_step_request *out, struct err *err)
{
	static const char *const argv[] = {"do", NULL};
	*out = (struct ops_step_request){.arena = out->arena,
					 .way = OPS_BY_EXEC,
					 .namespace = "mq",
					 .pod = context->step->item,
					 .container = "broker",
					 .argv = argv};
	return OPS_TO_DO;
}

static enum ops_gate_state gate_whole(const struct ops_plan *plan, const struct ops_context *context,
				      struct ops_gauge *out)
{
	int64_t left = context->cluster->under_replicated;
	snprintf(out->figure, sizeof out->figure, "%d left", (int)left);
	out->fraction = 1 - (double)left / 100;
	return left == 0 ? OPS_GATE_OPEN : OPS_GATE_SHUT;
}

static const struct ops_step_type step_plain = {
	.name = "plain", .request = request_item, .gate = gate_whole, .gate_limit_ms = 3600 * 1000};
static const struct ops_step_type step_bound = {.name = "bound",
						.request = request_item,
						.gate = gate_whole,
						.gate_limit_ms = 3600 * 1000,
						.no_stop_after = true};

static void no_access(const struct ops_context *context, struct ops_needs *needs)
{
}

static void four_steps(struct ops_plan *plan, const struct ops_context *context)
{
	ops_set_title(plan, "Four steps");
	ops_add_step_on(plan, &step_plain, NULL, "a", "step a");
	ops_add_step_on(plan, &step_bound, NULL, "b", "step b");
	ops_add_step_on(plan, &step_plain, NULL, "c", "step c");
	ops_add_step_on(plan, &step_plain, NULL, "d", "step d");
}

static void check(struct ops_plan *plan, const struct ops_context *context)
{
	if (context->cluster->desired == 99)
		ops_note(plan, OPS_BLOCKS, "99 are too many");
	ops_note_already(plan, "%s", plan->under_way ? "some of it is done" : "a new plan would be pointless");
}

static void check_new(struct ops_plan *plan, const struct ops_context *context)
{
	if (plan->under_way)
		check(plan, context);
}

static const struct ops_operation four = {.name = "four",
					  .title = "Four",
					  .target = OPS_ON_CLUSTER,
					  .no_lease = true,
					  .access = no_access,
					  .plan = four_steps,
					  .preflight = check_new};
static const struct ops_operation pointless = {.name = "pointless",
					       .title = "Pointless",
					       .target = OPS_ON_CLUSTER,
					       .no_lease = true,
					       .access = no_access,
					       .plan = four_steps,
					       .preflight = check};

static int command(void *data, const char *pod, const char *const *argv, struct buf *out, struct err *err)
{
	struct bench *bench = data;
	if (bench->failures > 0) {
		bench->failures--;
		*err = bench->failure;
		return -1;
	}
	strncat(bench->asked, pod, sizeof bench->asked - strlen(bench->asked) - 1);
	return 0;
}

static struct world_cluster *cluster_of(struct bench *bench)
{
	return &bench->rig->world.clusters[FAKE_KAFKA].cluster;
}

static int setup(void **state)
{
	struct bench *bench = mem_alloc(sizeof *bench);
	bench->rig = rig_create();
	bench->rig->api.data = bench;
	bench->rig->api.command = command;
	cluster_of(bench)->under_replicated = 1;
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;
	rig_destroy(bench->rig);
	free(bench);
	return 0;
}

static void prepare(struct bench *bench, const struct ops_operation *operation)
{
	struct err err = {0};
	bench->rig->plan = ops_prepare(bench->rig->ops, operation, KAFKA, NULL, 0, NULL, NULL, &err);
	if (!bench->rig->plan)
		fail_msg("%s", err.text);
	rig_pass(bench->rig, 100);
	assert_int_equal(bench->rig->plan->state, OPS_STATE_READY);
}

static struct ops_plan *start(struct bench *bench)
{
	prepare(bench, &four);
	rig_run(bench->rig);
	rig_pass(bench->rig, 100);
	return bench->rig->plan;
}

/* Opens the gate of the step that runs, for one step. */
static void let_one_pass(struct bench *bench)
{
	size_t current = bench->rig->plan->current;
	cluster_of(bench)->under_replicated = 0;
	for (int i = 0; i < 2000 && bench->rig->plan->current == current; i++)
		rig_pass(bench->rig, 1);
	cluster_of(bench)->under_replicated = 1;
	rig_pass(bench->rig, 1100);
}

static void a_pause_waits_for_the_end_of_the_step(void **state)
{
	struct bench *bench = *state;
	struct ops_plan *plan = start(bench);
	ops_pause(plan);
	rig_pass(bench->rig, 60 * 1000);
	assert_int_equal(plan->state, OPS_STATE_PAUSING);
	assert_string_equal(bench->asked, "a");
	let_one_pass(bench);
	assert_int_equal(plan->state, OPS_STATE_PAUSED);
	assert_int_equal(plan->current, 1);
	rig_pass(bench->rig, 3600 * 1000);
	assert_string_equal(bench->asked, "a");

	ops_resume(plan);
	rig_pass(bench->rig, 100);
	assert_int_equal(plan->state, OPS_STATE_RUNNING);
	assert_string_equal(bench->asked, "ab");
}

static void a_pause_is_taken_back_before_it_comes(void **state)
{
	struct bench *bench = *state;
	struct ops_plan *plan = start(bench);
	ops_pause(plan);
	ops_resume(plan);
	let_one_pass(bench);
	assert_int_equal(plan->state, OPS_STATE_RUNNING);
	assert_string_equal(bench->asked, "ab");
}

static void a_step_is_not_parted_from_the_one_it_belongs_to(void **state)
{
	struct bench *bench = *state;
	struct ops_plan *plan = start(bench);
	let_one_pass(bench);
	assert_string_equal(bench->asked, "ab");
	ops_pause(plan);
	let_one_pass(bench);
	assert_int_equal(plan->state, OPS_STATE_PAUSING);
	assert_string_equal(bench->asked, "abc");
	let_one_pass(bench);
	assert_int_equal(plan->state, OPS_STATE_PAUSED);
	assert_int_equal(plan->current, 3);
}

static void an_abort_goes_on_to_a_safe_point(void **state)
{
	struct bench *bench = *state;
	struct ops_plan *plan = start(bench);
	let_one_pass(bench);
	ops_cancel(plan);
	rig_pass(bench->rig, 5000);
	assert_int_equal(plan->state, OPS_STATE_CANCELLING);
	let_one_pass(bench);
	assert_string_equal(bench->asked, "abc");
	assert_int_equal(plan->state, OPS_STATE_CANCELLED);
	assert_int_equal(plan->steps[1].state, OPS_STEP_DONE);
	assert_int_equal(plan->steps[3].state, OPS_STEP_SKIPPED);
}

static void an_abort_is_safe_while_the_bound_request_waits_for_the_api(void **state)
{
	struct bench *bench = *state;
	struct ops_plan *plan = start(bench);
	let_one_pass(bench);
	bench->failures = 5;
	err_set(&bench->failure, ERR_CONNECT, "connection refused");
	let_one_pass(bench);
	ops_cancel(plan);
	rig_pass(bench->rig, 2000);
	assert_int_equal(plan->state, OPS_STATE_CANCELLING);
	assert_string_equal(bench->asked, "ab");
	rig_pass(bench->rig, 60 * 1000);
	assert_int_equal(plan->state, OPS_STATE_CANCELLED);
	assert_string_equal(bench->asked, "abc");
}

static void an_abort_ends_a_pause(void **state)
{
	struct bench *bench = *state;
	struct ops_plan *plan = start(bench);
	ops_pause(plan);
	let_one_pass(bench);
	ops_cancel(plan);
	rig_pass(bench->rig, 10);
	assert_int_equal(plan->state, OPS_STATE_CANCELLED);
	assert_string_equal(bench->asked, "a");
}

static void what_forbids_going_on_leaves_it_paused(void **state)
{
	struct bench *bench = *state;
	struct ops_plan *plan = start(bench);
	ops_pause(plan);
	let_one_pass(bench);
	cluster_of(bench)->desired = 99;
	ops_resume(plan);
	rig_pass(bench->rig, 100);
	assert_int_equal(plan->state, OPS_STATE_PAUSED);
	assert_string_equal(plan->steps[1].why, "99 are too many");
	cluster_of(bench)->desired = 3;
	ops_resume(plan);
	rig_pass(bench->rig, 100);
	assert_int_equal(plan->state, OPS_STATE_RUNNING);
	assert_null(plan->steps[1].why);
}

static void what_is_so_already_forbids_only_a_new_plan(void **state)
{
	struct bench *bench = *state;
	prepare(bench, &pointless);
	assert_int_equal(bench->rig->plan->severity, OPS_BLOCKED);
	assert_true(rig_says(bench->rig, OPS_BLOCKS, "pointless"));
}

static void a_gate_that_comes_along_says_how_long(void **state)
{
	struct bench *bench = *state;
	cluster_of(bench)->under_replicated = 100;
	struct ops_plan *plan = start(bench);
	assert_int_equal(plan->steps[0].estimate_ms, -1);
	for (int i = 0; i < 20; i++) {
		cluster_of(bench)->under_replicated--;
		rig_pass(bench->rig, 1000);
	}
	assert_in_range(plan->steps[0].estimate_ms, 70 * 1000, 90 * 1000);
}

static void a_right_that_is_lost_stops_it_and_is_named(void **state)
{
	struct bench *bench = *state;
	struct ops_plan *plan = start(bench);
	bench->failures = 1;
	err_set(&bench->failure, ERR_FORBIDDEN, "create on pods/exec in namespace mq is not allowed");
	let_one_pass(bench);
	assert_int_equal(plan->state, OPS_STATE_FAILED);
	assert_contains(plan->result, "create on pods/exec");
	assert_contains(plan->result, "changes made so far are kept");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_pause_waits_for_the_end_of_the_step),
		TEST(a_pause_is_taken_back_before_it_comes),
		TEST(a_step_is_not_parted_from_the_one_it_belongs_to),
		TEST(an_abort_goes_on_to_a_safe_point),
		TEST(an_abort_is_safe_while_the_bound_request_waits_for_the_api),
		TEST(an_abort_ends_a_pause),
		TEST(what_forbids_going_on_leaves_it_paused),
		TEST(what_is_so_already_forbids_only_a_new_plan),
		TEST(a_gate_that_comes_along_says_how_long),
		TEST(a_right_that_is_lost_stops_it_and_is_named),
	};
	return cmocka_run_group_tests_name("ops/pause", tests, NULL, NULL);
}
