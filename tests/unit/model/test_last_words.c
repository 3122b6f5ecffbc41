/* The log of a container that ended, end to end: read where nothing else tells why, once for each end, within caps. */
#include "tests/unit/unit.h"

#include "api/base/str.h"
#include "api/model/sources/last_words.h"
#include "api/model/world/world.h"
#include "tests/unit/model/broker_api.h"

enum { OFTEN = 1000, STEP_MS = 100 };

struct reader {
	struct clock clock;
	struct loop *loop;
	struct broker_api api;
	struct source_options options;
	struct source_last_words *words;
	int changes;
	struct kube_pod pod;
	struct kube_container_status status;
};

static void reader_on_change(void *data)
{
	((struct reader *)data)->changes++;
}

static void reader_start(struct reader *it, int status, const char *log)
{
	*it = (struct reader){
		.clock = clock_virtual(1767225600000),
		.api = {.refused = "/pods/log-0/log?", .refusal_status = status, .refusal = log, .refusals = OFTEN},
		.pod = {.meta = {.name = "log-0", .namespace = "prod", .uid = "1"}},
		.status = {.name = "kafka",
			   .restart_count = 2,
			   .waiting_reason = "CrashLoopBackOff",
			   .running_since_ms = -1,
			   .terminated_exit_code = -1,
			   .last_terminated_reason = "Error",
			   .last_exit_code = 1,
			   .last_finished_ms = 1}};
	it->loop = loop_create(&it->clock);
	it->options = (struct source_options){.loop = it->loop,
					      .client = broker_api_start(&it->api, it->loop),
					      .on_change = reader_on_change,
					      .data = it};
	it->words = source_last_words_create(&it->options);
}

static void reader_stop(struct reader *it)
{
	source_last_words_destroy(it->words);
	broker_api_stop(&it->api);
	loop_destroy(it->loop);
}

static unsigned reads_of(const struct reader *it)
{
	return OFTEN - it->api.refusals;
}

static const char *reason_after(struct reader *it, int64_t ms)
{
	const char *reason = source_last_words_reason(it->words, &it->pod, &it->status);
	for (int64_t waited = 0; waited < ms; waited += STEP_MS) {
		loop_run(it->loop, STEP_MS, NULL);
		reason = source_last_words_reason(it->words, &it->pod, &it->status);
	}
	return reason;
}

static void each_end_is_read_once(void **state)
{
	struct reader it;
	reader_start(&it, 200, "WARN password=hunter2\njava.io.IOException: No space left on device\n");
	assert_null(source_last_words_reason(it.words, &it.pod, &it.status));
	assert_int_equal(source_last_words_in_flight(it.words), 1);
	assert_string_equal(reason_after(&it, 1000), "no space left on device");
	assert_int_equal(it.changes, 1);
	assert_int_equal(source_last_words_in_flight(it.words), 0);
	assert_non_null(strstr(it.api.fake.last_path, "previous=true"));
	assert_non_null(strstr(it.api.fake.last_path, "tailLines=300"));
	assert_non_null(strstr(it.api.fake.last_path, "limitBytes=98304"));
	it.status.waiting_reason = NULL; /* it starts once more: that was the same end */
	it.status.running_since_ms = 2;
	it.status.restart_count = 3;
	assert_string_equal(reason_after(&it, 1000), "no space left on device");
	assert_int_equal(reads_of(&it), 1);
	reader_stop(&it);
}

static void the_next_end_is_read_after_a_pause_that_grows(void **state)
{
	struct reader it;
	reader_start(&it, 200, "eaddrinuse\n");
	assert_non_null(reason_after(&it, 1000));
	it.status.restart_count = 3;
	assert_null(reason_after(&it, 5000)); /* what the one before said does not hold for this one */
	assert_int_equal(reads_of(&it), 1);
	assert_string_equal(reason_after(&it, 10000), "address already in use");
	assert_int_equal(reads_of(&it), 2);
	it.status.restart_count = 4;
	assert_null(reason_after(&it, 10000));
	assert_string_equal(reason_after(&it, 15000), "address already in use");
	it.status = (struct kube_container_status){
		.name = "kafka", .terminated_exit_code = 1, .running_since_ms = -1, .restart_count = 5};
	assert_non_null(reason_after(&it, 60000));
	assert_null(strstr(it.api.fake.last_path, "previous")); /* it has not been started again */
	reader_stop(&it);
}

static void a_log_that_may_not_be_read_stays_unknown_and_is_not_asked_for_again(void **state)
{
	struct reader it;
	reader_start(&it, 403, "{\"kind\":\"Status\",\"reason\":\"Forbidden\",\"code\":403,\"message\":\"eacces\"}");
	assert_null(reason_after(&it, 120000));
	assert_int_equal(reads_of(&it), 1);
	reader_stop(&it);
	reader_start(&it, 500, "kubelet is gone: Permission denied"); /* no word of the container's */
	assert_null(reason_after(&it, 60000));
	assert_in_range(reads_of(&it), 2, 4);
	reader_stop(&it);
}

static void a_log_without_end_is_cut(void **state)
{
	static char endless[400 * 1024];
	struct reader it;
	memset(endless, 'x', sizeof endless - 1);
	memcpy(endless + sizeof endless - 20, "\nenospc\n", 8);
	reader_start(&it, 200, endless);
	assert_null(reason_after(&it, 6000));
	assert_int_equal(it.changes, 1);
	reader_stop(&it);
}

static const char set_json[] = "{\"metadata\":{\"name\":\"log\",\"namespace\":\"prod\"},\"spec\":{\"replicas\":1,"
			       "\"selector\":{\"matchLabels\":{\"app\":\"log\"}},\"template\":{\"metadata\":{"
			       "\"labels\":{\"app\":\"log\"}},\"spec\":{\"containers\":[{\"name\":\"kafka\","
			       "\"image\":\"apache/kafka:4.1.0\",\"ports\":[{\"containerPort\":9092}]}]}}}}";
static const char pod_json[] =
	"{\"metadata\":{\"name\":\"log-0\",\"namespace\":\"prod\",\"uid\":\"1\",\"labels\":{\"app\":\"log\"},"
	"\"ownerReferences\":[{\"kind\":\"StatefulSet\",\"name\":\"log\",\"controller\":true}]},\"spec\":{"
	"\"containers\":[{\"name\":\"kafka\",\"image\":\"apache/kafka:4.1.0\",\"ports\":[{\"containerPort\":9092}]}]},"
	"\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\"}],"
	"\"containerStatuses\":[{\"name\":\"kafka\",\"restartCount\":2,\"state\":{\"waiting\":{\"reason\":"
	"\"CrashLoopBackOff\"}},\"lastState\":{\"terminated\":{\"exitCode\":1,\"reason\":\"Error\",\"finishedAt\":"
	"\"2025-12-31T23:59:50Z\"}}}]}}";

static struct dial *open_nothing(struct dial_opener *opener, const struct dial_target *target, int *fd, struct err *err)
{
	err_set(err, ERR_CONNECT, "no way");
	return NULL;
}

/* And it is waited for, before the world counts as settled. */
static void the_world_says_what_the_log_says(void **state)
{
	struct clock clock = clock_virtual(1767225600000);
	struct loop *loop = loop_create(&clock);
	struct broker_api api = {.sets = set_json,
				 .refused = "/log?",
				 .refusal_status = 200,
				 .refusal = "java.io.IOException: No space left on device",
				 .refusals = OFTEN};
	struct dial_opener dialer = {.open = open_nothing};
	buf_init(&api.pods, 1 << 16);
	buf_append_str(&api.pods, pod_json);
	struct world *world = world_create(
		&(struct world_options){.loop = loop, .client = broker_api_start(&api, loop), .dialer = &dialer});
	const struct world_view *view = world_update(world);
	for (int i = 0; i < 100 && !(view->cluster_count && world_settled(world)); i++) {
		loop_run(loop, STEP_MS, NULL);
		view = world_update(world);
	}
	assert_int_equal(view->cluster_count, 1);
	assert_string_equal(view->clusters[0]->brokers[0]->state, "crashed: no space left on device");
	assert_non_null(strstr(view->clusters[0]->headline, "log-0 is in a crash loop: no space left on device"));
	assert_int_equal(OFTEN - api.refusals, 1);
	world_destroy(world);
	broker_api_stop(&api);
	loop_destroy(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_end_is_read_once),
		cmocka_unit_test(the_next_end_is_read_after_a_pause_that_grows),
		cmocka_unit_test(a_log_that_may_not_be_read_stays_unknown_and_is_not_asked_for_again),
		cmocka_unit_test(a_log_without_end_is_cut),
		cmocka_unit_test(the_world_says_what_the_log_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
