/* mqdeck is killed at every step of every operation, begun and done; another one takes the plan up, and the cluster
 * ends as if nothing had happened. A further operation joins by a line in the table. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/str.h"
#include "tests/unit/ops/deck.h"

struct wish {
	const char *operation, *target;
	struct ops_value values[4];
};

/* before: what is done first, undisturbed. */
static const struct {
	struct wish before, wish;
} cases[] = {
	{.wish = {"scale", "prod/orders", {{"replicas", "4"}}}},
	{.before = {"scale", "prod/orders", {{"replicas", "4"}}},
	 .wish = {"scale", "prod/orders", {{"replicas", "3"}}}},
	{.wish = {"scale", "prod/events", {{"replicas", "4"}}}},
	{.wish = {"scale", "staging/jobs", {{"replicas", "5"}}}},
	{.wish = {"scale", "staging/logs", {{"replicas", "4"}}}},
	{.wish = {"cordon", "node-2"}},
	{.before = {"cordon", "node-2"}, .wish = {"uncordon", "node-2"}},
};

static void prepare(struct deck *deck, const struct wish *wish)
{
	size_t count = 0;
	while (wish->values[count].name)
		count++;
	deck_prepare(deck, wish->operation, wish->target, wish->values, count);
}

static struct deck *start(const struct wish *before, const struct wish *wish)
{
	void *deck = NULL;
	assert_int_equal(deck_setup(&deck), 0);
	if (before->operation) {
		prepare(deck, before);
		deck_run(deck);
		deck_pass(deck, 60 * 1000);
	}
	prepare(deck, wish);
	deck_begin(deck);
	return deck;
}

static bool has_come(const struct ops_plan *plan, size_t step, bool done)
{
	enum ops_step_state state = plan->steps[step].state;
	return ops_is_over(plan) || (done ? state >= OPS_STEP_DONE : state >= OPS_STEP_RUNNING);
}

/* The first difference, for a person. */
static void assert_same(const char *expected, const char *found, const char *when)
{
	if (!strcmp(expected, found))
		return;
	while (*expected && *expected == *found) {
		expected++;
		found++;
	}
	fail_msg("%s: the cluster differs: \"%.200s\" became \"%.200s\"", when, expected, found);
}

static void kill_at(const struct wish *before, const struct wish *wish, size_t step, bool done, const char *expected)
{
	struct deck *deck = start(before, wish);
	for (int i = 0; i < 1000 * 1000 && !has_come(deck->plan, step, done); i++)
		loop_step(deck->loop, 1000);
	CLEANUP(free)
	char *when = str_printf("%s %s, step %zu %s", wish->operation, wish->target, step + 1, done ? "done" : "begun");
	bool over = ops_is_over(deck->plan); /* its end is written, and its leases are given back */
	CLEANUP(free) char *id = mem_strdup(deck->plan->id);
	deck_drop(deck);
	assert_true(deck_connect(deck));
	if (!over) {
		deck_resume(deck, id);
		deck_run(deck);
	}
	CLEANUP(free) char *found = deck_picture(deck);
	assert_same(expected, found, when);
	deck_teardown((void **)&deck);
}

static void killed_anywhere_it_ends_the_same(void **state)
{
	const struct wish *before = &cases[(size_t)*state].before, *wish = &cases[(size_t)*state].wish;
	struct deck *deck = start(before, wish);
	size_t steps = deck->plan->step_count;
	deck_finish(deck);
	CLEANUP(free) char *expected = deck_picture(deck);
	deck_teardown((void **)&deck);
	for (size_t step = 0; step < steps; step++) {
		kill_at(before, wish, step, false, expected);
		kill_at(before, wish, step, true, expected);
	}
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_LEN(cases)];
	char names[ARRAY_LEN(cases)][160];
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct wish *wish = &cases[i].wish;
		snprintf(names[i], sizeof names[i], "%s %s %s killed anywhere ends the same", wish->operation,
			 wish->target, str_or(wish->values[0].value, ""));
		tests[i] = (struct CMUnitTest){names[i], killed_anywhere_it_ends_the_same, NULL, NULL, (void *)i};
	}
	return cmocka_run_group_tests_name("ops/kill", tests, NULL, NULL);
}
