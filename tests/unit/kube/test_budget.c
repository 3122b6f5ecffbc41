#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "api/kube/client/kube_budget.h"

enum { ASKERS = 64 };

struct scene;

struct asker {
	struct scene *scene;
	char name;
	struct kube_budget_share *share;
	int left; /* it asks so often again when it is granted a turn */
};

struct scene {
	struct clock clock;
	struct loop *loop;
	struct kube_budget *budget;
	bool answers; /* what is sent is answered at once */
	struct asker askers[ASKERS];
	size_t asker_count;
	char granted[512]; /* by whom, in order */
	int64_t last_ms;
};

static void scene_begin(struct scene *scene)
{
	*scene = (struct scene){.clock = clock_virtual(0), .answers = true};
	scene->loop = loop_create(&scene->clock);
	scene->budget = kube_budget_create(scene->loop);
}

static void scene_end(struct scene *scene)
{
	for (size_t i = 0; i < scene->asker_count; i++)
		kube_budget_leave(scene->askers[i].share);
	kube_budget_destroy(scene->budget);
	loop_destroy(scene->loop);
}

static void send_one(void *data)
{
	struct asker *asker = data;
	struct scene *scene = asker->scene;
	size_t len = strlen(scene->granted);
	assert_true(len + 1 < sizeof scene->granted);
	scene->granted[len] = asker->name;
	scene->last_ms = loop_now_ms(scene->loop);
	kube_budget_spend(scene->budget);
	if (scene->answers)
		kube_budget_answered(scene->budget);
	if (asker->left-- > 0)
		assert_non_null(kube_budget_ask(asker->share, send_one, asker));
}

static struct asker *add_asker(struct scene *scene, char name, enum kube_budget_rank rank, int turns)
{
	struct asker *asker = &scene->askers[scene->asker_count++];
	*asker = (struct asker){.scene = scene, .name = name, .share = kube_budget_join(scene->budget, rank)};
	for (int i = 0; i < turns; i++)
		assert_non_null(kube_budget_ask(asker->share, send_one, asker));
	return asker;
}

static size_t granted_to(const struct scene *scene, char name)
{
	size_t count = 0;
	for (const char *at = scene->granted; *at; at++)
		count += *at == name;
	return count;
}

/* All that a bucket which has rested holds for others than who is looked at is given at once, no more. */
static void empty_bucket(struct scene *scene)
{
	add_asker(scene, '.', KUBE_BUDGET_LOOKED_AT, KUBE_BUDGET_AT_ONCE);
	loop_run(scene->loop, 1, NULL);
	assert_int_equal(granted_to(scene, '.'), KUBE_BUDGET_AT_ONCE);
	scene->granted[0] = '\0';
	memset(scene->granted, 0, sizeof scene->granted);
}

static void nothing_is_granted_from_inside(void **state)
{
	struct scene scene;
	scene_begin(&scene);
	add_asker(&scene, 'a', KUBE_BUDGET_REST, 1);
	assert_string_equal(scene.granted, "");
	loop_run(scene.loop, 1, NULL);
	assert_string_equal(scene.granted, "a");
	scene_end(&scene);
}

/* What a command asks once is not spread over time: only so many are under way. */
static void without_a_rate_only_what_is_unanswered_counts(void **state)
{
	struct scene scene;
	scene_begin(&scene);
	kube_budget_lift_rate(scene.budget);
	add_asker(&scene, 'a', KUBE_BUDGET_REST, 200);
	loop_run(scene.loop, 1, NULL);
	assert_int_equal(strlen(scene.granted), 200);
	scene.answers = false;
	add_asker(&scene, 'b', KUBE_BUDGET_REST, 50);
	loop_run(scene.loop, 60 * 1000, NULL);
	assert_int_equal(granted_to(&scene, 'b'), KUBE_BUDGET_UNANSWERED_LOOKED_AT);
	for (int i = 0; i < 10; i++)
		kube_budget_answered(scene.budget);
	loop_run(scene.loop, 1, NULL);
	assert_int_equal(granted_to(&scene, 'b'), KUBE_BUDGET_UNANSWERED_LOOKED_AT + 10);
	scene_end(&scene);
}

static void after_a_rest_many_go_at_once_then_a_few_a_second(void **state)
{
	struct scene scene;
	scene_begin(&scene);
	loop_run(scene.loop, 3600 * 1000, NULL); /* a long rest saves up no more than a short one */
	add_asker(&scene, 'a', KUBE_BUDGET_REST, 100);
	loop_run(scene.loop, 1, NULL);
	assert_int_equal(strlen(scene.granted), KUBE_BUDGET_AT_ONCE - KUBE_BUDGET_RESERVE);
	loop_run(scene.loop, 10 * 1000, NULL);
	assert_in_range(strlen(scene.granted),
			KUBE_BUDGET_AT_ONCE - KUBE_BUDGET_RESERVE + 10 * KUBE_BUDGET_A_SECOND - 1,
			KUBE_BUDGET_AT_ONCE - KUBE_BUDGET_RESERVE + 10 * KUBE_BUDGET_A_SECOND + 1);
	scene_end(&scene);
}

static void the_reserve_is_for_who_is_looked_at(void **state)
{
	struct scene scene;
	scene_begin(&scene);
	add_asker(&scene, 'r', KUBE_BUDGET_REST, 100);
	loop_run(scene.loop, 1, NULL);
	size_t before = strlen(scene.granted);
	add_asker(&scene, 'l', KUBE_BUDGET_LOOKED_AT, KUBE_BUDGET_RESERVE - 2);
	loop_run(scene.loop, 1, NULL);
	assert_int_equal(granted_to(&scene, 'l'), KUBE_BUDGET_RESERVE - 2);
	assert_in_range(strlen(scene.granted), before + KUBE_BUDGET_RESERVE - 2, before + KUBE_BUDGET_RESERVE);
	scene_end(&scene);
}

static void so_many_are_under_way_at_a_time(void **state)
{
	struct scene scene;
	scene_begin(&scene);
	scene.answers = false;
	add_asker(&scene, 'r', KUBE_BUDGET_REST, 30);
	loop_run(scene.loop, 60 * 1000, NULL);
	assert_int_equal(strlen(scene.granted), KUBE_BUDGET_UNANSWERED);
	add_asker(&scene, 'l', KUBE_BUDGET_LOOKED_AT, 30);
	loop_run(scene.loop, 60 * 1000, NULL);
	assert_in_range(strlen(scene.granted), KUBE_BUDGET_UNANSWERED_LOOKED_AT, KUBE_BUDGET_UNANSWERED_LOOKED_AT);
	add_asker(&scene, 'o', KUBE_BUDGET_FIRST, 5);
	loop_run(scene.loop, 1, NULL);
	assert_int_equal(granted_to(&scene, 'o'), 5);
	for (size_t i = strlen(scene.granted); i > 0; i--)
		kube_budget_answered(scene.budget);
	loop_run(scene.loop, 1, NULL);
	assert_true(granted_to(&scene, 'l') > KUBE_BUDGET_UNANSWERED_LOOKED_AT - KUBE_BUDGET_UNANSWERED);
	scene_end(&scene);
}

static void who_is_looked_at_goes_first_then_who_is_unwell(void **state)
{
	struct scene scene;
	scene_begin(&scene);
	empty_bucket(&scene);
	add_asker(&scene, 'r', KUBE_BUDGET_REST, 8);
	add_asker(&scene, 'u', KUBE_BUDGET_UNWELL, 3);
	add_asker(&scene, 'l', KUBE_BUDGET_LOOKED_AT, 3);
	loop_run(scene.loop, 60 * 1000, NULL);
	/* Each fourth turn is the last rank's. */
	assert_string_equal(scene.granted, "lllruuurrrrrrr");
	scene_end(&scene);
}

static void shares_of_one_rank_take_turns(void **state)
{
	struct scene scene;
	scene_begin(&scene);
	empty_bucket(&scene);
	add_asker(&scene, 'a', KUBE_BUDGET_REST, 4);
	add_asker(&scene, 'b', KUBE_BUDGET_REST, 2);
	add_asker(&scene, 'c', KUBE_BUDGET_REST, 1);
	loop_run(scene.loop, 60 * 1000, NULL);
	assert_string_equal(scene.granted, "abcabaa");
	scene_end(&scene);
}

static void nobody_starves(void **state)
{
	struct scene scene;
	scene_begin(&scene);
	empty_bucket(&scene);
	add_asker(&scene, 'l', KUBE_BUDGET_LOOKED_AT, 1)->left = INT32_MAX;
	add_asker(&scene, 'u', KUBE_BUDGET_UNWELL, 1)->left = INT32_MAX;
	for (char name = 'A'; name < 'A' + 20; name++)
		add_asker(&scene, name, KUBE_BUDGET_REST, 1);
	loop_run(scene.loop, 30 * 1000, NULL);
	for (char name = 'A'; name < 'A' + 20; name++)
		assert_int_equal(granted_to(&scene, name), 1);
	/* … and then the rank before the last is the last. */
	assert_true(granted_to(&scene, 'u') > 0);
	assert_true(granted_to(&scene, 'l') >= strlen(scene.granted) * 3 / 4 - 1);
	scene_end(&scene);
}

static void an_operation_waits_for_nobody_and_others_pay_for_it(void **state)
{
	struct scene scene;
	scene_begin(&scene);
	empty_bucket(&scene);
	add_asker(&scene, 'o', KUBE_BUDGET_FIRST, 10);
	add_asker(&scene, 'l', KUBE_BUDGET_LOOKED_AT, 1);
	loop_run(scene.loop, 1, NULL);
	assert_string_equal(scene.granted, "oooooooooo");
	loop_run(scene.loop, 60 * 1000, NULL);
	assert_int_equal(granted_to(&scene, 'l'), 1);
	assert_in_range(scene.last_ms, 10 * 1000 / KUBE_BUDGET_A_SECOND, 12 * 1000 / KUBE_BUDGET_A_SECOND);
	scene_end(&scene);
}

static void take_note(void *data)
{
	struct asker *asker = data;
	asker->scene->granted[strlen(asker->scene->granted)] = asker->name;
}

/* What is granted is often sent a moment later. */
static void a_turn_is_paid_for_when_it_is_granted(void **state)
{
	struct scene scene;
	scene_begin(&scene);
	struct asker *late = add_asker(&scene, 'r', KUBE_BUDGET_REST, 0);
	for (int i = 0; i < 40; i++)
		assert_non_null(kube_budget_ask(late->share, take_note, late));
	loop_run(scene.loop, 1, NULL);
	assert_int_equal(strlen(scene.granted), KUBE_BUDGET_UNANSWERED);
	for (int i = 0; i < KUBE_BUDGET_UNANSWERED; i++) {
		kube_budget_spend(scene.budget);
		kube_budget_answered(scene.budget);
	}
	loop_run(scene.loop, 1, NULL);
	assert_int_equal(strlen(scene.granted), 2 * KUBE_BUDGET_UNANSWERED);
	loop_run(scene.loop, 20 * 1000, NULL); /* turns that pass hold nobody up */
	assert_int_equal(strlen(scene.granted), 40);
	scene_end(&scene);
}

static void a_debt_ends(void **state)
{
	struct scene scene;
	scene_begin(&scene);
	for (int i = 0; i < 1000; i++) {
		kube_budget_spend(scene.budget);
		kube_budget_answered(scene.budget);
	}
	add_asker(&scene, 'l', KUBE_BUDGET_LOOKED_AT, 1);
	loop_run(scene.loop, 5 * 1000, NULL);
	assert_string_equal(scene.granted, "l");
	scene_end(&scene);
}

static void a_rank_that_changes_takes_its_turns_along(void **state)
{
	struct scene scene;
	scene_begin(&scene);
	empty_bucket(&scene);
	add_asker(&scene, 'a', KUBE_BUDGET_REST, 2);
	struct asker *b = add_asker(&scene, 'b', KUBE_BUDGET_REST, 2);
	kube_budget_set_rank(b->share, KUBE_BUDGET_LOOKED_AT);
	loop_run(scene.loop, 60 * 1000, NULL);
	assert_string_equal(scene.granted, "bbaa");
	kube_budget_set_rank(b->share, KUBE_BUDGET_REST);
	assert_int_equal(kube_budget_rank_of(b->share), KUBE_BUDGET_REST);
	scene_end(&scene);
}

static void what_is_cancelled_is_not_granted(void **state)
{
	struct scene scene;
	scene_begin(&scene);
	struct asker *a = add_asker(&scene, 'a', KUBE_BUDGET_REST, 0), *b = add_asker(&scene, 'b', KUBE_BUDGET_REST, 2);
	struct kube_budget_turn *first = kube_budget_ask(a->share, send_one, a);
	struct kube_budget_turn *second = kube_budget_ask(a->share, send_one, a);
	kube_budget_cancel(first);
	kube_budget_cancel(NULL);
	kube_budget_leave(b->share);
	b->share = NULL;
	loop_run(scene.loop, 60 * 1000, NULL);
	assert_string_equal(scene.granted, "a");
	assert_non_null(second);
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_granted_from_inside),
		cmocka_unit_test(without_a_rate_only_what_is_unanswered_counts),
		cmocka_unit_test(after_a_rest_many_go_at_once_then_a_few_a_second),
		cmocka_unit_test(the_reserve_is_for_who_is_looked_at),
		cmocka_unit_test(so_many_are_under_way_at_a_time),
		cmocka_unit_test(who_is_looked_at_goes_first_then_who_is_unwell),
		cmocka_unit_test(shares_of_one_rank_take_turns),
		cmocka_unit_test(nobody_starves),
		cmocka_unit_test(an_operation_waits_for_nobody_and_others_pay_for_it),
		cmocka_unit_test(a_turn_is_paid_for_when_it_is_granted),
		cmocka_unit_test(a_debt_ends),
		cmocka_unit_test(a_rank_that_changes_takes_its_turns_along),
		cmocka_unit_test(what_is_cancelled_is_not_granted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
