/* Lists in sentences: names, runs of partitions, and the count of what is not named. */
#include "tests/unit/unit.h"

#include <string.h>

#include "api/ops/plan/name_list.h"

static void add_run(struct ops_name_list *list, const char *topic, int32_t first, int32_t last)
{
	for (int32_t i = first; i <= last; i++)
		ops_name_list_add_partition(list, topic, i);
}

static void assert_list(struct ops_name_list *list, const char *names, const char *rest)
{
	char more[48];
	assert_string_equal(ops_name_list_more(list, more), rest);
	assert_string_equal(list->names, names);
}

static void three_names_are_said_and_the_others_counted(void **state)
{
	struct ops_name_list list = {0};
	assert_list(&list, "", "");
	ops_name_list_add(&list, "%s", "a");
	ops_name_list_add(&list, "%s", "b");
	ops_name_list_add(&list, "%s", "c");
	assert_list(&list, "a, b, c", "");
	ops_name_list_add(&list, "%s", "d");
	assert_list(&list, "a, b, c", " and 1 more");
}

static void partitions_in_a_row_are_one_run(void **state)
{
	struct ops_name_list list = {0};
	ops_name_list_add_partition(&list, "payments", 3);
	assert_list(&list, "payments/3", "");
	add_run(&list, "payments", 4, 28);
	assert_list(&list, "payments 3–28", "");
	ops_name_list_add_partition(&list, "payments", 31);
	add_run(&list, "payments", 40, 41);
	assert_list(&list, "payments 3–28, 31, 40–41", "");
	add_run(&list, "returns", 0, 9);
	assert_list(&list, "payments 3–28, 31, 40–41", " and 10 more");
}

static void single_partitions_are_named_each(void **state)
{
	struct ops_name_list list = {0};
	ops_name_list_add_partition(&list, "a", 1);
	ops_name_list_add_partition(&list, "a", 3);
	ops_name_list_add_partition(&list, "b", 4);
	assert_list(&list, "a/1, a/3, b/4", "");
}

static void topics_of_kafka_itself_come_last(void **state)
{
	struct ops_name_list list = {0};
	add_run(&list, "__consumer_offsets", 0, 28);
	assert_list(&list, "__consumer_offsets 0–28", "");
	ops_name_list_add_partition(&list, "payments", 7);
	assert_list(&list, "payments/7, __consumer_offsets 0–28", "");
	ops_name_list_add_partition(&list, "returns", 0);
	ops_name_list_add_partition(&list, "returns", 2);
	assert_list(&list, "payments/7, returns/0, returns/2", " and 29 more");
}

static void queues_have_no_number(void **state)
{
	struct ops_name_list list = {0};
	ops_name_list_add_partition(&list, "audit", -1);
	ops_name_list_add_partition(&list, "billing", -1);
	assert_list(&list, "audit, billing", "");
}

static void what_has_no_room_is_counted(void **state)
{
	char name[260];
	struct ops_name_list list = {0};
	memset(name, 'q', sizeof name);
	name[sizeof name - 1] = '\0';
	for (int i = 0; i < 5; i++) {
		name[0] = (char)('a' + i);
		ops_name_list_add_partition(&list, name, 1 << i);
	}
	char more[48];
	assert_int_equal(list.count, 5);
	ops_name_list_more(&list, more);
	assert_true(strlen(list.names) < sizeof list.names);
	assert_true(list.named > 0 && list.named < 5);
	assert_int_equal(list.names[strlen(list.names) - 2], '/');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_names_are_said_and_the_others_counted),
		cmocka_unit_test(partitions_in_a_row_are_one_run),
		cmocka_unit_test(single_partitions_are_named_each),
		cmocka_unit_test(topics_of_kafka_itself_come_last),
		cmocka_unit_test(queues_have_no_number),
		cmocka_unit_test(what_has_no_room_is_counted),
	};
	return cmocka_run_group_tests_name("ops/name_list", tests, NULL, NULL);
}
