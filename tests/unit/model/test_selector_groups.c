/* Selectors of many clusters in few questions: each is covered, no question is too long, and one more changes little. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/buf.h"
#include "api/base/str.h"
#include "api/model/sources/selector_groups.h"
#include "api/net/http.h"

enum { MANY = 2000 };

static void need_many(struct source_groups *groups, size_t from, size_t to)
{
	char selector[64];
	for (size_t i = from; i < to; i++) {
		snprintf(selector, sizeof selector, "app.kubernetes.io/name=mq-%zu", i);
		source_groups_need(groups, NULL, selector);
	}
}

static void group_many(struct source_groups *groups, size_t from, size_t to)
{
	source_groups_begin(groups);
	need_many(groups, from, to);
	source_groups_end(groups);
}

static const struct source_group *group_of(const struct source_groups *groups, const char *selector)
{
	const struct source_group *found = NULL;
	vec_each (&groups->current, group) {
		if (!source_group_covers(*group, selector))
			continue;
		assert_null(found); /* once */
		found = *group;
	}
	return found;
}

static void each_of_many_stands_in_one_group_of_few(void **state)
{
	struct source_groups groups = {0};
	char selector[64], value[32];
	group_many(&groups, 0, MANY);
	assert_in_range(groups.current.len, 2, MANY / 250);
	for (size_t i = 0; i < MANY; i++) {
		snprintf(selector, sizeof selector, "app.kubernetes.io/name=mq-%zu", i);
		const struct source_group *group = group_of(&groups, selector);
		assert_non_null(group);
		snprintf(value, sizeof value, "mq-%zu", i);
		char *at = strstr(group->labels, value);
		while (at && !strchr(",)", at[strlen(value)]))
			at = strstr(at + 1, value);
		assert_non_null(at);
	}
	vec_each (&groups.current, group) {
		struct buf escaped = BUF_INIT(1 << 20);
		http_escape(&escaped, (*group)->labels);
		assert_in_range(escaped.len, 1, SOURCE_GROUP_MAX);
		buf_finish(&escaped);
	}
	source_groups_finish(&groups);
}

static void keys_are_joined_each_by_itself_and_only_with_their_like(void **state)
{
	static const char *const needed[] = {"b=2,a=1", "a=3,b=2", "a=1", "x/y=1", "a=1,b=2", "a in (1)", "c=,a=1"};
	struct source_groups groups = {0};
	source_groups_begin(&groups);
	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		source_groups_need(&groups, "prod", needed[i]);
	source_groups_need(&groups, NULL, "a=1");
	source_groups_end(&groups);
	static const struct {
		const char *selector, *labels;
	} expected[] = {{"b=2,a=1", "a in (1,3),b=2"}, {"a=3,b=2", "a in (1,3),b=2"},
			{"a=1,b=2", "a in (1,3),b=2"}, {"x/y=1", "x/y=1"},
			{"a in (1)", "a in (1)"},      {"c=,a=1", "c=,a=1"}};
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		const struct source_group *group = group_of(&groups, expected[i].selector);
		assert_string_equal(group->labels, expected[i].labels);
		assert_string_equal(group->namespace, "prod");
	}
	assert_int_equal(groups.current.len, 6); /* "a=1" twice: of one namespace, and of all */
	source_groups_finish(&groups);
}

static void few_are_asked_for_as_they_stand(void **state)
{
	struct source_groups groups = {0};
	group_many(&groups, 0, SOURCE_GROUPS_FEW);
	assert_int_equal(groups.current.len, SOURCE_GROUPS_FEW);
	vec_each (&groups.current, group)
		assert_null(strstr((*group)->labels, " in "));
	group_many(&groups, 0, SOURCE_GROUPS_FEW + 1);
	assert_in_range(groups.current.len, 1, SOURCE_GROUPS_PARTIAL);
	source_groups_finish(&groups);
}

/* Those that were watched before, and are still. */
static size_t kept(const struct source_groups *groups, char *const *before, size_t count)
{
	size_t same = 0;
	vec_each (&groups->current, group)
		for (size_t i = 0; i < count; i++)
			same += str_eq((*group)->labels, before[i]);
	return same;
}

static void one_more_leaves_the_others_alone(void **state)
{
	struct source_groups groups = {0};
	size_t replaced = 0;
	group_many(&groups, 0, MANY);
	for (size_t more = 1; more <= 100; more++) {
		char *before[64];
		size_t count = groups.current.len;
		assert_in_range(count, 1, ARRAY_LEN(before));
		for (size_t i = 0; i < count; i++)
			before[i] = mem_strdup(groups.current.items[i]->labels);
		group_many(&groups, 0, MANY + more);
		size_t lost = count - kept(&groups, before, count);
		assert_true(lost <= 2); /* the two smallest, when they are joined */
		replaced += lost;
		for (size_t i = 0; i < count; i++)
			free(before[i]);
		assert_true(groups.current.len <= MANY / 250 + SOURCE_GROUPS_PARTIAL);
	}
	assert_true(replaced > 0);
	source_groups_finish(&groups);
}

static void what_is_gone_is_let_go_once_it_is_half(void **state)
{
	struct source_groups groups = {0};
	group_many(&groups, 0, 100);
	struct source_group *held = source_group_hold(groups.current.items[0]);
	group_many(&groups, 40, 100);
	assert_int_equal(groups.current.len, 1);
	assert_ptr_equal(groups.current.items[0], held);
	group_many(&groups, 60, 100);
	assert_int_equal(groups.current.len, 1);
	assert_ptr_not_equal(groups.current.items[0], held);
	assert_true(source_group_covers(held, "app.kubernetes.io/name=mq-1")); /* who holds it sees it as it was */
	assert_false(source_group_covers(groups.current.items[0], "app.kubernetes.io/name=mq-1"));
	source_group_release(held);
	group_many(&groups, 0, 0);
	assert_int_equal(groups.current.len, 0);
	source_groups_finish(&groups);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_of_many_stands_in_one_group_of_few),
		cmocka_unit_test(keys_are_joined_each_by_itself_and_only_with_their_like),
		cmocka_unit_test(few_are_asked_for_as_they_stand),
		cmocka_unit_test(one_more_leaves_the_others_alone),
		cmocka_unit_test(what_is_gone_is_let_go_once_it_is_half),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
