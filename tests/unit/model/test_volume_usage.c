/* How full a volume is where its broker does not tell: asked of the kubelet, seldom, and unknown by name where it may not
 * be. */
#include "tests/unit/unit.h"

#include "api/base/str.h"
#include "api/model/sources/volume_usage.h"
#include "api/model/world/world.h"
#include "tests/unit/model/broker_api.h"

enum { OFTEN = 1000, STEP_MS = 1000, MINUTE = 60 * 1000 };

static const char summary_json[] =
	"{\"pods\":[{\"volume\":[{\"availableBytes\":100,\"capacityBytes\":1000,\"usedBytes\":600,\"inodes\":100,"
	"\"inodesUsed\":97,\"pvcRef\":{\"name\":\"data-log-0\",\"namespace\":\"prod\"}}]}]}";
static const char forbidden_json[] = "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Forbidden\",\"code\":"
				     "403,\"message\":\"nodes \\\"node-1\\\" "
				     "is forbidden: User \\\"dev\\\" cannot get resource \\\"nodes/proxy\\\"\"}";

struct use {
	struct clock clock;
	struct loop *loop;
	struct broker_api api;
	struct source_options options;
	struct source_usage *usage;
	int changes;
	const char *why;
};

static void use_on_change(void *data)
{
	((struct use *)data)->changes++;
}

static void use_start(struct use *it, int status, const char *answer)
{
	*it = (struct use){.clock = clock_virtual(1767225600000),
			   .api = {.refused = "/api/v1/nodes/node-1/proxy/stats/summary",
				   .refusal_status = status,
				   .refusal = answer,
				   .refusals = OFTEN}};
	it->loop = loop_create(&it->clock);
	it->options = (struct source_options){.loop = it->loop,
					      .client = broker_api_start(&it->api, it->loop),
					      .on_change = use_on_change,
					      .data = it};
	it->usage = source_usage_create(&it->options);
}

static void use_stop(struct use *it)
{
	source_usage_destroy(it->usage);
	broker_api_stop(&it->api);
	loop_destroy(it->loop);
}

static unsigned asked_of(const struct use *it)
{
	return OFTEN - it->api.refusals;
}

static const struct kube_volume_stats *use_after(struct use *it, const char *claim, int64_t ms)
{
	const struct kube_volume_stats *stats = source_usage_of(it->usage, "node-1", "prod", claim, &it->why);
	for (int64_t waited = 0; waited < ms; waited += STEP_MS) {
		loop_run(it->loop, STEP_MS, NULL);
		source_usage_tick(it->usage);
		stats = source_usage_of(it->usage, "node-1", "prod", claim, &it->why);
	}
	return stats;
}

static void a_node_is_asked_once_a_minute_while_somebody_wants_to_know(void **state)
{
	struct use it;
	use_start(&it, 200, summary_json);
	assert_null(use_after(&it, "data-log-0", 0));
	assert_null(it.why); /* it is being asked */
	assert_true(source_usage_is_waiting(it.usage));
	const struct kube_volume_stats *stats = use_after(&it, "data-log-0", 2 * STEP_MS);
	assert_int_equal(stats->capacity, 1000);
	assert_int_equal(stats->available, 100);
	assert_false(source_usage_is_waiting(it.usage));
	assert_int_equal(it.changes, 1);
	assert_null(use_after(&it, "data-other", 0));
	assert_string_equal(it.why, "the kubelet of its node does not tell");
	use_after(&it, "data-log-0", 50 * STEP_MS);
	assert_int_equal(asked_of(&it), 1);
	use_after(&it, "data-log-0", 2 * MINUTE);
	assert_int_equal(asked_of(&it), 3);
	for (int i = 0; i < 600; i++) { /* nobody wants to know any more */
		loop_run(it.loop, STEP_MS, NULL);
		source_usage_tick(it.usage);
	}
	assert_in_range(asked_of(&it), 3, 6);
	use_stop(&it);
}

static void a_refusal_says_why_and_is_not_tried_again_for_long(void **state)
{
	struct use it;
	use_start(&it, 403, forbidden_json);
	assert_null(use_after(&it, "data-log-0", 5 * MINUTE));
	assert_non_null(strstr(it.why, "nodes/proxy"));
	assert_false(source_usage_is_waiting(it.usage));
	assert_int_equal(asked_of(&it), 1);
	use_after(&it, "data-log-0", 6 * MINUTE);
	assert_int_equal(asked_of(&it), 2);
	use_stop(&it);
}

static void an_answer_that_is_none_is_an_error_and_old_figures_go(void **state)
{
	struct use it;
	use_start(&it, 200, summary_json);
	assert_non_null(use_after(&it, "data-log-0", 2 * STEP_MS));
	it.api.refusal = "<html>login</html>";
	assert_non_null(use_after(&it, "data-log-0", 2 * MINUTE)); /* as of then */
	assert_null(use_after(&it, "data-log-0", 2 * MINUTE));
	assert_non_null(it.why);
	use_stop(&it);
}

static const char set_json[] = "{\"metadata\":{\"name\":\"log\",\"namespace\":\"prod\"},\"spec\":{\"replicas\":1,"
			       "\"selector\":{\"matchLabels\":{\"app\":\"log\"}},\"template\":{\"metadata\":{"
			       "\"labels\":{\"app\":\"log\"}},\"spec\":{\"containers\":[{\"name\":\"kafka\","
			       "\"image\":\"apache/kafka:4.1.0\",\"ports\":[{\"containerPort\":9092}]}]}}}}";
static const char pod_json[] =
	"{\"metadata\":{\"name\":\"log-0\",\"namespace\":\"prod\",\"uid\":\"1\",\"labels\":{\"app\":\"log\"},"
	"\"ownerReferences\":[{\"kind\":\"StatefulSet\",\"name\":\"log\",\"controller\":true}]},\"spec\":{"
	"\"nodeName\":\"node-1\",\"volumes\":[{\"name\":\"data\",\"persistentVolumeClaim\":{\"claimName\":"
	"\"data-log-0\"}}],\"containers\":[{\"name\":\"kafka\",\"image\":\"apache/kafka:4.1.0\",\"ports\":[{"
	"\"containerPort\":9092}]}]},\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\","
	"\"status\":\"True\"}]}}";
static const char claim_json[] = "{\"metadata\":{\"name\":\"data-log-0\",\"namespace\":\"prod\"},\"spec\":{"
				 "\"volumeName\":\"pv\"},\"status\":{\"phase\":\"Bound\",\"capacity\":{\"storage\":"
				 "\"2000\"}}}";

static struct dial *open_nothing(struct dial_opener *opener, const struct dial_target *target, int *fd, struct err *err)
{
	err_set(err, ERR_CONNECT, "no way");
	return NULL;
}

static bool world_says(const struct world_view *view, const char *text)
{
	for (size_t i = 0; i < view->problem_count; i++)
		if (str_has_prefix(view->problems[i].text, text))
			return true;
	return false;
}

/* Kafka that does not answer tells nothing of its disk. */
static void what_the_kubelet_says_is_the_brokers_disk(void **state)
{
	static const struct {
		int status;
		const char *answer, *why;
		int64_t used, size;
	} cases[] = {
		{200, summary_json, NULL, 900, 1000},
		{200, "{\"pods\":[]}", "the kubelet of its node does not tell", -1, 2000},
		{403, forbidden_json, "nodes/proxy", -1, 2000},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct clock clock = clock_virtual(1767225600000);
		struct loop *loop = loop_create(&clock);
		struct dial_opener dialer = {.open = open_nothing};
		struct broker_api api = {.sets = set_json,
					 .claims = claim_json,
					 .refused = "/proxy/stats/summary",
					 .refusal_status = cases[i].status,
					 .refusal = cases[i].answer,
					 .refusals = OFTEN};
		buf_init(&api.pods, 1 << 16);
		buf_append_str(&api.pods, pod_json);
		struct world *world = world_create(&(struct world_options){
			.loop = loop, .client = broker_api_start(&api, loop), .dialer = &dialer});
		const struct world_view *view = world_update(world);
		for (int step = 0; step < 100 && !(view->cluster_count && world_settled(world)); step++) {
			loop_run(loop, 100, NULL);
			view = world_update(world);
		}
		assert_int_equal(OFTEN - api.refusals, 1);
		const struct world_broker *broker = view->clusters[0]->brokers[0];
		const struct world_volume *volume = broker->volumes[0];
		assert_int_equal(volume->used_bytes, cases[i].used);
		assert_int_equal(broker->disk_used_bytes, cases[i].used);
		assert_int_equal(broker->disk_total_bytes, cases[i].size);
		assert_true(cases[i].why ? strstr(volume->use_unknown, cases[i].why) != NULL : !volume->use_unknown);
		assert_int_equal(world_says(view, "the disk of log-0 is 90% full"), !cases[i].why);
		assert_int_equal(world_says(view, "the disk of log-0 has used 97% of its inodes"), !cases[i].why);
		world_destroy(world);
		broker_api_stop(&api);
		loop_destroy(loop);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_is_asked_once_a_minute_while_somebody_wants_to_know),
		cmocka_unit_test(a_refusal_says_why_and_is_not_tried_again_for_long),
		cmocka_unit_test(an_answer_that_is_none_is_an_error_and_old_figures_go),
		cmocka_unit_test(what_the_kubelet_says_is_the_brokers_disk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
