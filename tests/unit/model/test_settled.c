/* What is said while lists are refused, cut or late: unknown, by name, and neither missing nor nothing. */
#include "tests/unit/unit.h"

#include "api/base/str.h"
#include "tests/unit/model/broker_api.h"
#include "tests/unit/model/fixture.h"

enum { OFTEN = 1000, STEP_MS = 100 };

static const char set_json[] = "{\"metadata\":{\"name\":\"log\",\"namespace\":\"prod\"},\"spec\":{\"replicas\":3,"
			       "\"selector\":{\"matchLabels\":{\"app\":\"log\"}},\"template\":{\"metadata\":{"
			       "\"labels\":{\"app\":\"log\"}},\"spec\":{\"containers\":[{\"name\":\"kafka\","
			       "\"image\":\"apache/kafka:4.1.0\",\"ports\":[{\"containerPort\":9092}]}]}}}}";

struct late {
	struct clock clock;
	struct loop *loop;
	struct broker_api api;
	struct dial_opener dialer;
	struct world *world;
	const struct world_view *view;
};

static struct dial *open_nothing(struct dial_opener *opener, const struct dial_target *target, int *fd, struct err *err)
{
	err_set(err, ERR_CONNECT, "no way");
	return NULL;
}

static void late_start(struct late *it)
{
	it->clock = clock_virtual(1767225600000);
	it->loop = loop_create(&it->clock);
	it->api.sets = set_json;
	it->dialer.open = open_nothing;
	broker_api_put_pods(&it->api, "log", "\"app\":\"log\"", "StatefulSet", "log", "{\"containerPort\":9092}");
	it->world = world_create(&(struct world_options){
		.loop = it->loop, .client = broker_api_start(&it->api, it->loop), .dialer = &it->dialer});
	it->view = world_update(it->world);
}

static void late_stop(struct late *it)
{
	world_destroy(it->world);
	broker_api_stop(&it->api);
	loop_destroy(it->loop);
}

static void late_wait(struct late *it, int64_t ms)
{
	for (int64_t waited = 0; waited < ms && !(it->view->cluster_count && world_settled(it->world));
	     waited += STEP_MS) {
		loop_run(it->loop, STEP_MS, NULL);
		it->view = world_update(it->world);
	}
}

static bool late_says(const struct late *it, const char *text)
{
	for (size_t i = 0; i < it->view->problem_count; i++)
		if (str_has_prefix(it->view->problems[i].text, text))
			return true;
	return false;
}

static const struct {
	int status;
	const char *headers, *body;
} refusals[] = {
	{403, "", "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Forbidden\",\"code\":403}"},
	{429, "Retry-After: 1\r\n", "{\"kind\":\"Status\",\"status\":\"Failure\",\"code\":429}"},
	{429, "", "too many requests"},
	{500, "", "{\"kind\":\"Status\",\"status\":\"Failure\",\"code\":500}"},
	{503, "Retry-After: 86400\r\n", "<html>maintenance</html>"},
	{504, "", ""},
	{200, "", "<html>login</html>"},
	{200, "", "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[{\"meta"},
};

static void pods_that_are_refused_are_not_missing(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct late it = {.api = {.refused = "/pods?",
					  .refusal_status = refusals[i].status,
					  .refusal_headers = refusals[i].headers,
					  .refusal = refusals[i].body,
					  .refusals = OFTEN}};
		late_start(&it);
		late_wait(&it, 5000);
		assert_int_equal(it.view->cluster_count, 1);
		const struct world_cluster *cluster = it.view->clusters[0];
		assert_int_equal(it.view->link, WORLD_LIVE);
		assert_int_equal(cluster->broker_count, 3);
		for (size_t b = 0; b < 3; b++)
			assert_string_equal(cluster->brokers[b]->state, "unknown");
		assert_memory_equal(cluster->headline, "brokers unknown: ", 17);
		assert_true(late_says(&it, "pods unknown: "));
		assert_false(world_source_is_read(&cluster->parts[WORLD_PART_PODS]));
		late_stop(&it);
	}
}

/* The list that is refused, what is said of it, and whether it makes brokers unknown. */
static void each_list_that_is_refused_is_said_and_makes_nothing_up(void **state)
{
	static const struct {
		const char *path, *says;
	} lists[] = {
		{"/nodes?", "nodes unknown: "},
		{"/persistentvolumeclaims?", "claims unknown: "},
		{"/persistentvolumes?", "volumes unknown: "},
		{"/storageclasses?", "storage classes unknown: "},
		{"/services?", "services unknown: "},
		{"/endpointslices?", "endpoints unknown: "},
		{"/poddisruptionbudgets?", "disruption budgets unknown: "},
		{"/events?", "events unknown: "},
		{"/kafkas?", "Kafka resources unknown: "},
		{"/rabbitmqclusters?", "RabbitmqCluster resources unknown: "},
	};
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct late it = {.api = {.refused = lists[i].path, .refusal_status = 429, .refusals = OFTEN}};
		late_start(&it);
		late_wait(&it, 5000);
		assert_int_equal(it.view->cluster_count, 1);
		assert_true(late_says(&it, lists[i].says));
		assert_int_equal(it.view->pod_count, 3);
		assert_false(world_settled(it.world)); /* "later" is asked again */
		late_stop(&it);
	}
}

static void what_was_only_late_is_waited_for(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		bool later = refusals[i].status == 429 || refusals[i].status >= 502;
		struct late it = {.api = {.refused = "/pods?",
					  .refusal_status = refusals[i].status,
					  .refusal_headers = refusals[i].status == 503 ? "" : refusals[i].headers,
					  .refusal = refusals[i].body,
					  .refusals = 2}};
		if (!later)
			continue;
		late_start(&it);
		late_wait(&it, 15000);
		assert_true(world_settled(it.world));
		assert_int_equal(it.view->pod_count, 3);
		assert_false(late_says(&it, "pods unknown: "));
		late_stop(&it);
	}
}

static void late_ask(struct late *it, int64_t ms)
{
	world_ask_again(it->world);
	late_wait(it, ms);
}

/* Whatever the server had said about when. */
static void asked_to_ask_again_nothing_waits(void **state)
{
	static const char *const headers[] = {"", "Retry-After: 86400\r\n"};
	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		struct late it = {.api = {.refused = "/pods?",
					  .refusal_status = 503,
					  .refusal_headers = headers[i],
					  .refusal = "",
					  .refusals = OFTEN}};
		late_start(&it);
		late_wait(&it, 40000);
		assert_false(world_settled(it.world));
		it.api.refusals = 0;
		late_ask(&it, 500);
		assert_int_equal(it.view->pod_count, 3);
		late_stop(&it);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pods_that_are_refused_are_not_missing),
		cmocka_unit_test(each_list_that_is_refused_is_said_and_makes_nothing_up),
		cmocka_unit_test(what_was_only_late_is_waited_for),
		cmocka_unit_test(asked_to_ask_again_nothing_waits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
