/* The kubelet's stats/summary: what is taken of it, and what never is. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kube/records/stats_summary.h"

struct taken {
	struct kube_volume_stats last;
	size_t count;
};

static void stats_take(void *data, const struct kube_volume_stats *stats)
{
	struct taken *taken = data;
	taken->last = *stats;
	taken->count++;
}

static bool parse(struct taken *taken, const char *json)
{
	struct err err = {0};
	*taken = (struct taken){0};
	CLEANUP(free) char *copy = mem_strndup(json, strlen(json));
	bool whole = kube_stats_summary_parse(copy, strlen(copy), stats_take, taken, &err);
	assert_true(whole != err_is_set(&err));
	return whole;
}

#define POD(volumes) "{\"node\":{\"x\":[1]},\"pods\":[{\"podRef\":{\"name\":\"p\"},\"volume\":[" volumes "]}]}"
#define CLAIM "\"pvcRef\":{\"name\":\"data-log-0\",\"namespace\":\"mq\"}"

static void figures_of_each_claim_are_taken(void **state)
{
	struct taken taken;
	assert_true(parse(&taken, POD("{\"availableBytes\":400,\"capacityBytes\":1000,\"usedBytes\":590,\"inodes\":10,"
				      "\"inodesUsed\":3,\"inodesFree\":7,\"name\":\"data\"," CLAIM "},"
				      "{\"name\":\"config\",\"capacityBytes\":5}")));
	assert_int_equal(taken.count, 1);
	assert_string_equal(taken.last.namespace, "mq");
	assert_string_equal(taken.last.claim, "data-log-0");
	assert_int_equal(taken.last.capacity, 1000);
	assert_int_equal(taken.last.available, 400);
	assert_int_equal(taken.last.used, 590);
	assert_int_equal(taken.last.inodes, 10);
	assert_int_equal(taken.last.inodes_used, 3);
}

static void what_is_not_told_is_unknown(void **state)
{
	struct taken taken;
	assert_true(parse(&taken, POD("{" CLAIM ",\"usedBytes\":-5}")));
	assert_int_equal(taken.last.used, -1);
	assert_int_equal(taken.last.capacity, -1);
	assert_int_equal(taken.last.inodes, -1);
	assert_true(parse(&taken, "{\"pods\":null}"));
	assert_true(parse(&taken, "{\"pods\":[{\"volume\":null},null]}"));
	assert_true(parse(&taken, "{}"));
	assert_int_equal(taken.count, 0);
}

static void wrong_answers_are_errors_and_never_figures(void **state)
{
	static const char *const wrong[] = {
		"",
		"null",
		"[]",
		"<html>login</html>",
		"{\"pods\":7}",
		"{\"pods\":[{\"volume\":{}}]}",
		"{\"pods\":[{\"volume\":[7]}]}",
		POD("{\"usedBytes\":\"many\"," CLAIM "}"),
		POD("{\"usedBytes\":99999999999999999999999," CLAIM "}"),
		POD("{\"usedBytes\":1.5," CLAIM "}"),
		"{\"pods\":[{\"volume\":[{\"usedBytes\":1",
	};
	struct taken taken;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_false(parse(&taken, wrong[i]));
		assert_int_equal(taken.count, 0);
	}
}

static void a_name_that_is_too_long_is_no_claim(void **state)
{
	struct taken taken;
	char name[400], json[1024];
	memset(name, 'a', sizeof name);
	name[sizeof name - 1] = '\0';
	snprintf(json, sizeof json, POD("{\"usedBytes\":1,\"pvcRef\":{\"namespace\":\"mq\",\"name\":\"%s\"}}"), name);
	assert_true(parse(&taken, json));
	assert_int_equal(taken.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_of_each_claim_are_taken),
		cmocka_unit_test(what_is_not_told_is_unknown),
		cmocka_unit_test(wrong_answers_are_errors_and_never_figures),
		cmocka_unit_test(a_name_that_is_too_long_is_no_claim),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
