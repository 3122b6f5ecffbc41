/* Who is asked how often, on the embedded cluster with more broker clusters than can all be asked as often as they bear. */
#include "tests/unit/unit.h"

#include <string.h>

#include "api/base/str.h"
#include "tests/unit/ops/deck.h"

#define LOOKED_AT "team-01/audit/rabbitmq"
#define OTHER_RABBITMQ "team-01/carts/rabbitmq"
#define OTHER_KAFKA "team-01/billing/kafka"

enum { MINUTE = 60 * 1000, NEEDED_MS = 30 * 1000 };

static const struct world_cluster *cluster_of(struct deck *deck, const char *key)
{
	const struct world_cluster *cluster = world_find_cluster(deck_view(deck), key);
	assert_non_null(cluster);
	return cluster;
}

static int64_t age_of(struct deck *deck, const char *key)
{
	return loop_now_ms(deck->loop) - cluster_of(deck, key)->source.updated_ms;
}

/* How old what is known of it gets within that time. */
static int64_t oldest(struct deck *deck, const char *key, int64_t ms)
{
	int64_t most = 0;
	for (int64_t passed = 0; passed < ms; passed += 500) {
		deck_pass(deck, 500);
		int64_t age = age_of(deck, key);
		most = age > most ? age : most;
	}
	return most;
}

static void who_is_looked_at_is_asked_as_often_as_ever(void **state)
{
	struct deck *deck = *state;
	world_look_at(deck->world, LOOKED_AT);
	deck_pass(deck, 2000);
	assert_in_range(oldest(deck, LOOKED_AT, MINUTE), 4000, 7000);
	assert_int_equal(cluster_of(deck, LOOKED_AT)->pace_ms, 0);
	assert_false(cluster_of(deck, LOOKED_AT)->outdated);
}

static void who_is_well_and_not_looked_at_is_asked_rarely_and_not_called_stale(void **state)
{
	static const char *const keys[] = {OTHER_RABBITMQ, OTHER_KAFKA};
	struct deck *deck = *state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		assert_in_range(oldest(deck, keys[i], 3 * MINUTE), 55 * 1000, 80 * 1000);
		const struct world_cluster *cluster = cluster_of(deck, keys[i]);
		assert_true(cluster->pace_ms >= MINUTE);
		assert_true(cluster->outdated);
		for (size_t b = 0; b < cluster->broker_count; b++)
			assert_int_equal(cluster->brokers[b]->reachable, 1);
		assert_int_equal(cluster->severity, SEV_OK);
	}
	assert_true(deck_view(deck)->data_age_ms < 10 * 1000); /* nothing is overdue */
}

/* Until the headline of OTHER_RABBITMQ holds `words`, or does not. */
static void pass_until_said(struct deck *deck, const char *words, bool said)
{
	for (int i = 0; i < 200; i++) {
		if ((strstr(cluster_of(deck, OTHER_RABBITMQ)->headline, words) != NULL) == said)
			return;
		deck_pass(deck, 1000);
	}
	fail_msg("\"%s\" is %s", words, said ? "never said" : "said for ever");
}

static void what_is_said_of_it_says_of_when(void **state)
{
	struct deck *deck = *state;
	pass_until_said(deck, "ago", false);
	pass_until_said(deck, ", as of 30 s ago", true);
	assert_in_range(age_of(deck, OTHER_RABBITMQ), 30 * 1000, 42 * 1000);
	world_look_at(deck->world, OTHER_RABBITMQ);
	deck_pass(deck, 2000);
	assert_null(strstr(cluster_of(deck, OTHER_RABBITMQ)->headline, "ago"));
	assert_true(age_of(deck, OTHER_RABBITMQ) < 3000); /* what was overdue was asked at once */
	world_look_at(deck->world, LOOKED_AT);
}

static void who_is_unwell_is_asked_before_who_is_well(void **state)
{
	struct deck *deck = *state;
	assert_true(demo_fail_node(deck->demo, "node-3"));
	oldest(deck, LOOKED_AT, 2 * MINUTE);
	size_t unwell = 0;
	const struct world_view *view = deck_view(deck);
	for (size_t i = 0; i < view->cluster_count; i++)
		if (view->clusters[i]->severity >= SEV_WARN && !str_eq(view->clusters[i]->key, LOOKED_AT)) {
			unwell++;
			assert_true(view->clusters[i]->pace_ms < MINUTE);
		}
	assert_true(unwell > 2);
	assert_true(demo_heal_node(deck->demo, "node-3"));
	oldest(deck, LOOKED_AT, 5 * MINUTE);
	assert_int_equal(cluster_of(deck, OTHER_KAFKA)->severity, SEV_OK);
	assert_true(cluster_of(deck, OTHER_KAFKA)->pace_ms >= MINUTE);
}

static void an_operation_has_its_cluster_asked_anew_before_it_judges(void **state)
{
	struct deck *deck = *state;
	for (int i = 0; i < 400 && age_of(deck, OTHER_KAFKA) < 40 * 1000; i++)
		deck_pass(deck, 500);
	assert_true(age_of(deck, OTHER_KAFKA) >= 40 * 1000);
	int64_t asked_ms = loop_now_ms(deck->loop);
	deck_prepare(deck, "restart", "team-01/billing-1", NULL, 0);
	assert_true(loop_now_ms(deck->loop) - asked_ms < 10 * 1000);
	const struct world_cluster *cluster = cluster_of(deck, OTHER_KAFKA);
	assert_true(cluster->source.updated_ms >= asked_ms);
	assert_true(cluster->parts[WORLD_PART_QUORUM].updated_ms >= asked_ms);
	assert_true(cluster->parts[WORLD_PART_MINIMUMS].updated_ms >= asked_ms - 30 * 1000);
	assert_false(cluster->outdated);
	assert_false(deck_says(deck, OPS_BLOCKS, "did not answer anew"));
	/* … for as long as there is the plan, and half a minute more. */
	assert_true(oldest(deck, OTHER_KAFKA, 2 * MINUTE) < 10 * 1000);
	ops_plan_destroy(deck->plan);
	deck->plan = NULL;
	oldest(deck, LOOKED_AT, NEEDED_MS + 2000);
	assert_true(cluster_of(deck, OTHER_KAFKA)->pace_ms >= MINUTE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_looked_at_is_asked_as_often_as_ever),
		cmocka_unit_test(who_is_well_and_not_looked_at_is_asked_rarely_and_not_called_stale),
		cmocka_unit_test(what_is_said_of_it_says_of_when),
		cmocka_unit_test(who_is_unwell_is_asked_before_who_is_well),
		cmocka_unit_test(an_operation_has_its_cluster_asked_anew_before_it_judges),
	};
	return cmocka_run_group_tests(tests, deck_setup_many, deck_teardown);
}
