#include "tests/unit/unit.h"

#include "tests/unit/ops/rig.h"
#include "views/session/plans.h"

struct several {
	struct rig *rig;
	struct plans plans;
	int changes;
};

static void on_change(void *data)
{
	((struct several *)data)->changes++;
}

static int setup(void **state)
{
	struct several *several = mem_alloc(sizeof *several);
	*several = (struct several){.rig = rig_create(), .plans = {.on_change = on_change, .data = several}};
	*state = several;
	return 0;
}

static int teardown(void **state)
{
	struct several *several = *state;
	plans_clear(&several->plans);
	rig_destroy(several->rig);
	free(several);
	return 0;
}

static void prepare(struct several *several)
{
	static const char *const nodes[] = {"node-1", "node-2", "node-3"};
	struct err err = {0};
	if (!plans_prepare(&several->plans, several->rig->ops, ops_find("cordon"), nodes, 3, NULL, 0, &err))
		fail_msg("%s", err.text);
	assert_int_equal(plans_state(&several->plans), OPS_STATE_PREPARING);
	rig_pass(several->rig, 100);
	assert_int_equal(plans_state(&several->plans), OPS_STATE_READY);
	assert_int_equal(several->changes, 3);
}

static void run(struct several *several)
{
	struct err err = {0};
	if (!plans_run(&several->plans, &err))
		fail_msg("%s", err.text);
}

static void they_run_one_after_the_other(void **state)
{
	struct several *several = *state;
	struct rig *rig = several->rig;
	prepare(several);
	run(several);
	for (int i = 0; i < 3; i++) {
		rig_pass(rig, 1000);
		assert_int_equal(rig->api.patches, i + 1); /* the one before had to be done first */
		assert_int_equal(several->plans.at, i);
		assert_int_equal(plans_state(&several->plans), OPS_STATE_RUNNING);
		assert_true(plans_are_running(&several->plans));
		rig->api.unschedulable = false; /* the next node's */
		rig->world.nodes[i].cordoned = true;
		ops_world_changed(rig->ops);
		rig_pass(rig, 10);
	}
	assert_int_equal(plans_state(&several->plans), OPS_STATE_DONE);
	assert_false(plans_are_running(&several->plans));
}

static void the_first_that_fails_ends_it(void **state)
{
	struct several *several = *state;
	struct rig *rig = several->rig;
	prepare(several);
	run(several);
	rig_pass(rig, 1000);
	rig->world.nodes[0].cordoned = true;
	rig_pass(rig, 2000);
	assert_int_equal(several->plans.at, 1);
	rig_pass(rig, 70 * 1000); /* node-2 is never seen cordoned */
	assert_int_equal(plans_state(&several->plans), OPS_STATE_FAILED);
	assert_string_equal(plans_current(&several->plans)->target, "node-2");
	assert_int_equal(several->plans.items[2]->state, OPS_STATE_READY);
	assert_false(plans_are_running(&several->plans));
}

static void cancelling_begins_no_other(void **state)
{
	struct several *several = *state;
	prepare(several);
	run(several);
	rig_pass(several->rig, 1000);
	plans_cancel(&several->plans);
	rig_pass(several->rig, 5000);
	assert_int_equal(plans_state(&several->plans), OPS_STATE_CANCELLED);
	assert_int_equal(several->plans.at, 0);
	assert_int_equal(several->plans.items[1]->state, OPS_STATE_READY);
}

static void one_that_is_blocked_holds_all_back(void **state)
{
	struct several *several = *state;
	struct err err = {0};
	several->rig->world.nodes[2].cordoned = true;
	prepare(several);
	assert_int_equal(plans_severity(&several->plans), OPS_BLOCKED);
	assert_false(plans_run(&several->plans, &err));
	assert_int_equal(err.code, ERR_REFUSED);
	rig_pass(several->rig, 1000);
	assert_int_equal(several->rig->api.patches, 0);
}

static void a_wrong_target_leaves_nothing(void **state)
{
	struct several *several = *state;
	static const char *const nodes[] = {"node-1", "node-9"};
	struct err err = {0};
	assert_false(plans_prepare(&several->plans, several->rig->ops, ops_find("cordon"), nodes, 2, NULL, 0, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_int_equal(several->plans.count, 0);
	assert_null(plans_current(&several->plans));
	rig_pass(several->rig, 100); /* what was asked of the API for the first one is answered to nobody */
}

static void what_cannot_be_resumed_leaves_nothing(void **state)
{
	struct several *several = *state;
	struct err err = {0};
	prepare(several);
	assert_false(plans_take(&several->plans, several->rig->ops, ops_resume_plan, "20260102-030405-00", &err));
	assert_int_equal(err.code, ERR_REFUSED); /* this rig keeps no journals */
	assert_int_equal(several->plans.count, 0);
	assert_null(plans_current(&several->plans));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(they_run_one_after_the_other),  TEST(the_first_that_fails_ends_it),
		TEST(cancelling_begins_no_other),    TEST(one_that_is_blocked_holds_all_back),
		TEST(a_wrong_target_leaves_nothing), TEST(what_cannot_be_resumed_leaves_nothing),
	};
	return cmocka_run_group_tests_name("views/plans", tests, NULL, NULL);
}
