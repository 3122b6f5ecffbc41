#include "tests/unit/unit.h"

#include <string.h>

#include "api/ops/kafka/assignment.h"

static void lists_survive_their_text(void **state)
{
	static const char text[] = "orders 0:1,2,3 1:2,3,1 12:-;payments.dlq 0:10";
	struct err err = {0};
	CLEANUP(ops_kafka_assignment_finish) struct ops_kafka_assignment list;
	assert_true(ops_kafka_assignment_parse(&list, text, &err));
	assert_int_equal(list.items.len, 4);
	assert_int_equal(list.items.items[2].count, 0);
	assert_int_equal(list.items.items[3].nodes[0], 10);
	struct buf out = BUF_INIT(1024);
	ops_kafka_assignment_write(&list, &out);
	assert_string_equal(buf_str(&out), text);
	buf_finish(&out);
}

static void items_are_found_in_any_order(void **state)
{
	struct err err = {0};
	size_t hint = 0;
	CLEANUP(ops_kafka_assignment_finish) struct ops_kafka_assignment list;
	assert_true(ops_kafka_assignment_parse(&list, "b 1:2 0:1;a 3:4;c 0:7", &err));
	assert_int_equal(ops_kafka_assignment_find(&list, "c", 0, &hint)->nodes[0], 7);
	assert_int_equal(ops_kafka_assignment_find(&list, "a", 3, &hint)->nodes[0], 4);
	assert_int_equal(ops_kafka_assignment_find(&list, "b", 0, &hint)->nodes[0], 1);
	assert_int_equal(ops_kafka_assignment_find(&list, "b", 1, &hint)->nodes[0], 2);
	assert_null(ops_kafka_assignment_find(&list, "b", 2, &hint));
	assert_null(ops_kafka_assignment_find(&list, "", 0, &hint));
	assert_int_equal(ops_kafka_assignment_find(&list, "c", 0, &hint)->nodes[0], 7);
}

static void nonsense_is_refused(void **state)
{
	static const char *const texts[] = {
		"orders",
		"orders 0",
		"orders 0:",
		"orders 0:1,",
		"orders 0:1,1",
		" 0:1",
		"orders 0:1;",
		"orders 0:1 0:2",
		"orders 0:1;orders 0:2",
		"or ders 0:1",
		"orders 0:1x",
		"orders -1:1",
		"orders 0:99999999999",
		"or\nders 0:1",
		"orders 0:1,2;;x 0:1",
	};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct err err = {0};
		struct ops_kafka_assignment list;
		bool good = ops_kafka_assignment_parse(&list, texts[i], &err);
		/* A separator at the end is no harm. */
		if (good && strcmp(texts[i], "orders 0:1;") != 0)
			fail_msg("\"%s\" is taken", texts[i]);
		assert_int_equal(good, !err_is_set(&err));
		ops_kafka_assignment_finish(&list);
	}
	struct ops_kafka_assignment list = {0};
	static const int32_t nodes[OPS_KAFKA_ASSIGNMENT_NODES_MAX + 1];
	assert_false(ops_kafka_assignment_add(&list, "a;b", 0, nodes, 1));
	assert_false(ops_kafka_assignment_add(&list, "", 0, nodes, 1));
	assert_false(ops_kafka_assignment_add(&list, "a", -1, nodes, 1));
	assert_false(ops_kafka_assignment_add(&list, "a", 0, nodes, OPS_KAFKA_ASSIGNMENT_NODES_MAX + 1));
	ops_kafka_assignment_finish(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_survive_their_text),
		cmocka_unit_test(items_are_found_in_any_order),
		cmocka_unit_test(nonsense_is_refused),
	};
	return cmocka_run_group_tests_name("ops/assignment", tests, NULL, NULL);
}
