/* Who answers in which pod: asked on connections through the pods, and believed before any name. */
#include "tests/unit/unit.h"

#include <string.h>

#include "api/base/mem.h"
#include "api/kafka/client/admin.h"
#include "api/kafka/wire/kafka_errors.h"
#include "tests/unit/kafka/fake_kafka.h"

enum { PODS = 3 };

struct bench {
	struct clock clock;
	struct loop *loop;
	struct fake_kafka kafka;
	struct fake_broker *brokers; /* pod-0 holds the first */
	struct kafka_admin *admin;
	bool outside;       /* no advertised address leads to a pod */
	int8_t leads[PODS]; /* to which pod the address of each broker leads; -1 = to none */
	unsigned answers, failures, told;
	int64_t answered_by; /* whose log directories these are */
	struct err err;
};

static const struct dial_target pods[PODS] = {{.namespace = "mq", .pod = "pod-0", .port = FAKE_PORT},
					      {.namespace = "mq", .pod = "pod-1", .port = FAKE_PORT + 1},
					      {.namespace = "mq", .pod = "pod-2", .port = FAKE_PORT + 2}};

static bool resolve(void *data, int32_t node_id, const char *host, int32_t port, struct dial_target *target)
{
	int pod = ((struct bench *)data)->leads[port - FAKE_PORT];
	if (((struct bench *)data)->outside || pod < 0)
		return false;
	*target = pods[pod];
	return true;
}

static void on_answer(void *data, const struct err *err, const void *response)
{
	struct bench *bench = data;
	bench->answers += !err;
	bench->failures += err != NULL;
	if (err)
		bench->err = *err;
}

static void on_nodes(void *data)
{
	((struct bench *)data)->told++;
}

static int set_up(void **state)
{
	struct bench *bench = mem_alloc(sizeof *bench);
	bench->clock = clock_virtual(1000);
	bench->loop = loop_create(&bench->clock);
	fake_kafka_init(&bench->kafka, bench->loop);
	bench->brokers = bench->kafka.cluster.brokers;
	for (int8_t i = 0; i < PODS; i++)
		bench->leads[i] = i; /* kafka-1 to pod-1 */
	bench->admin = kafka_admin_create(&(struct kafka_admin_options){
		.loop = bench->loop,
		.dialer = &bench->kafka.cluster.dialer,
		.label = "kafka/test",
		.bootstrap = pods,
		.bootstrap_count = PODS,
		.resolve = resolve,
		.resolve_data = bench,
		.request_timeout_ms = 2000,
	});
	kafka_admin_watch(bench->admin, on_nodes, bench);
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;
	kafka_admin_destroy(bench->admin);
	fake_cluster_finish(&bench->kafka.cluster);
	loop_destroy(bench->loop);
	free(bench);
	return 0;
}

static void look_round(struct bench *bench, int64_t ms)
{
	struct kafka_metadata_request request = {.topics = KAFKA_NULL_ARRAY};
	kafka_admin_send(bench->admin, &(struct kafka_call){.api = KAFKA_METADATA,
							    .route = KAFKA_TO_ANY,
							    .request = &request,
							    .done = on_answer,
							    .data = bench});
	loop_run(bench->loop, ms, NULL);
}

/* Sizes of the fake's replicas end with its id. */
static void on_dirs(void *data, const struct err *err, const void *response)
{
	const struct kafka_describe_log_dirs_response *answer = response;
	on_answer(data, err, response);
	if (!err)
		((struct bench *)data)->answered_by =
			answer->results.items[0].topics.items[0].partitions.items[0].partition_size % 1000;
}

static void ask_broker(struct bench *bench, int32_t id, int64_t ms)
{
	struct kafka_describe_log_dirs_request request = {.topics = KAFKA_NULL_ARRAY};
	kafka_admin_send(bench->admin, &(struct kafka_call){.api = KAFKA_DESCRIBE_LOG_DIRS,
							    .route = KAFKA_TO_BROKER,
							    .broker = id,
							    .request = &request,
							    .done = on_dirs,
							    .data = bench});
	loop_run(bench->loop, ms, NULL);
}

static struct kafka_admin_place place(struct bench *bench, size_t pod)
{
	struct kafka_admin_place places[PODS];
	assert_int_equal(kafka_admin_place_count(bench->admin), PODS);
	kafka_admin_places(bench->admin, places);
	assert_string_equal(places[pod].pod, pods[pod].pod);
	return places[pod];
}

static void expect_ids(struct bench *bench, const int32_t ids[static PODS])
{
	for (size_t i = 0; i < PODS; i++) {
		struct kafka_admin_place it = place(bench, i);
		if (it.id != ids[i] || !it.asked)
			fail_msg("pod %zu: id %d instead of %d, %s", i, (int)it.id, (int)ids[i], it.err.text);
	}
}

static void nobody_is_known_before_it_was_asked(void **state)
{
	struct bench *bench = *state;
	for (size_t i = 0; i < PODS; i++) {
		struct kafka_admin_place it = place(bench, i);
		assert_int_equal(it.id, -1);
		assert_false(it.asked);
		assert_null(it.cluster_id);
	}
}

static void every_pod_says_who_it_is(void **state)
{
	struct bench *bench = *state;
	look_round(bench, 500);
	expect_ids(bench, (int32_t[]){0, 1, 2});
	assert_string_equal(place(bench, 2).cluster_id, "fake");
	assert_true(bench->told > 0);
	/* One connection each, whoever wanted it first. */
	for (int i = 0; i < PODS; i++)
		assert_int_equal(bench->brokers[i].connections, 1);
	loop_run(bench->loop, 60000, NULL);
	for (int i = 0; i < PODS; i++)
		assert_int_equal(bench->brokers[i].seen[KAFKA_DESCRIBE_CONFIGS], 1);
}

static void who_advertises_addresses_outside_is_dialled_where_it_was_met(void **state)
{
	struct bench *bench = *state;
	bench->outside = true;
	bench->brokers[0].id = 2;
	bench->brokers[2].id = 0;
	look_round(bench, 500);
	expect_ids(bench, (int32_t[]){2, 1, 0});
	ask_broker(bench, 0, 500);
	ask_broker(bench, 2, 500);
	assert_int_equal(bench->failures, 0);
	assert_int_equal(bench->brokers[2].seen[KAFKA_DESCRIBE_LOG_DIRS], 1);
	assert_int_equal(bench->brokers[0].seen[KAFKA_DESCRIBE_LOG_DIRS], 1);
}

static void a_name_that_leads_to_another_broker_is_not_followed(void **state)
{
	struct bench *bench = *state;
	bench->brokers[0].id = 2;
	bench->brokers[2].id = 0;
	look_round(bench, 2000);
	expect_ids(bench, (int32_t[]){2, 1, 0});
	ask_broker(bench, 0, 2000);
	assert_int_equal(bench->failures, 0);
	assert_int_equal(bench->brokers[0].seen[KAFKA_DESCRIBE_LOG_DIRS], 0);
	assert_int_equal(bench->brokers[2].seen[KAFKA_DESCRIBE_LOG_DIRS], 1);
}

static void nobody_stands_in_for_a_broker_that_was_not_met(void **state)
{
	struct bench *bench = *state;
	bench->brokers[1].id = INT32_MAX;
	look_round(bench, 2000);
	expect_ids(bench, (int32_t[]){0, INT32_MAX, 2});
	ask_broker(bench, 1, 7000);
	assert_int_equal(bench->failures, 1);
	assert_string_equal(bench->err.text, "kafka/test broker 1: it advertises kafka-1:9093, where broker 2147483647 "
					     "answers");
	assert_int_equal(bench->brokers[1].seen[KAFKA_DESCRIBE_LOG_DIRS], 0);
}

static void a_broker_of_another_cluster_is_not_used(void **state)
{
	struct bench *bench = *state;
	bench->brokers[1].cluster_id = "theirs";
	look_round(bench, 2000);
	assert_string_equal(place(bench, 1).cluster_id, "theirs");
	ask_broker(bench, 1, 7000);
	assert_int_equal(bench->failures, 1);
	assert_non_null(
		strstr(bench->err.text, "pod-1, where its address leads, is a broker of another Kafka cluster"));
	assert_int_equal(bench->brokers[1].seen[KAFKA_DESCRIBE_LOG_DIRS], 0);
}

static void what_was_said_outlives_new_targets(void **state)
{
	struct bench *bench = *state;
	struct dial_target renamed[PODS];
	look_round(bench, 500);
	for (size_t i = 0; i < PODS; i++) {
		renamed[i] = pods[i];
		renamed[i].host = "another.name";
	}
	kafka_admin_set_bootstrap(bench->admin, renamed, PODS);
	expect_ids(bench, (int32_t[]){0, 1, 2});
}

static void who_may_not_be_asked_is_unknown_and_used_by_its_name(void **state)
{
	struct bench *bench = *state;
	bench->kafka.identity_error = 31; /* CLUSTER_AUTHORIZATION_FAILED */
	look_round(bench, 500);
	expect_ids(bench, (int32_t[]){-1, -1, -1});
	assert_int_equal(place(bench, 1).err.code, ERR_FORBIDDEN);
	ask_broker(bench, 1, 500);
	assert_int_equal(bench->failures, 0);
	loop_run(bench->loop, 60000, NULL);
	for (int i = 0; i < PODS; i++)
		assert_int_equal(bench->brokers[i].connections, 1);
}

static void who_may_not_be_asked_still_checks_who_is_meant(void **state)
{
	struct bench *bench = *state;
	bench->kafka.identity_error = 31;
	for (int i = 0; i < PODS; i++)
		bench->brokers[i].newest_api_versions = 5;
	bench->brokers[1].id = 2;
	bench->brokers[2].id = 1;
	look_round(bench, 500);
	for (int32_t id = 0; id < PODS; id++)
		ask_broker(bench, id, 7000);
	expect_ids(bench, (int32_t[]){0, -1, -1}); /* the others refuse, and do not tell who they are */
	assert_int_equal(bench->brokers[0].seen[KAFKA_DESCRIBE_LOG_DIRS], 1);
	assert_int_equal(bench->failures, 2);
	assert_non_null(strstr(bench->err.text, "pod-2, where its address leads, says that it is another broker"));
}

static void a_pod_that_cannot_be_entered_is_asked_when_it_can(void **state)
{
	struct bench *bench = *state;
	fake_kafka_kill(&bench->kafka, 2);
	look_round(bench, 500);
	expect_ids(bench, (int32_t[]){0, 1, -1});
	assert_non_null(strstr(place(bench, 2).err.text, "the pod is gone"));
	loop_run(bench->loop, 60000, NULL);
	assert_in_range(bench->brokers[2].connections, 10, 20);
	fake_kafka_revive(&bench->kafka, 2);
	loop_run(bench->loop, 20000, NULL);
	expect_ids(bench, (int32_t[]){0, 1, 2});
	assert_int_equal(place(bench, 2).err.code, ERR_NONE);
}

static void a_refusal_names_the_broker_in_the_words_of_every_version(void **state)
{
	static const struct {
		const char *message;
		int32_t id;
	} table[] = {
		{"Unexpected broker id, expected 1, but received 0", 1},
		{"Unexpected broker id, expected 1 or empty string, but received 0", 1},
		{"Unexpected broker id, expected 1 or empty string, but received Resource(type=BROKER, name='0'}.name",
		 1},
		{"Unexpected broker id, expected 7 or empty string, but received 0", -1}, /* it is not 7 either */
		{"Unexpected broker id, expected 99999999999999999999, but received 0", -1},
		{"Unexpected broker id, expected -1, but received 0", -1},
		{"Unexpected broker id, expected ", -1},
		{"wrong", -1},
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		void *own;
		set_up(&own);
		struct bench *bench = own;
		bench->outside = true;
		bench->kafka.unexpected = table[i].message;
		look_round(bench, 3000);
		if (place(bench, 1).id != table[i].id)
			fail_msg("%s: %d", table[i].message, (int)place(bench, 1).id);
		tear_down(&own);
	}
}

/* ---- in every arrangement ---- */

struct arrangement {
	struct bench *bench;
	uint32_t random;
	bool down[PODS], honest;
};

static uint32_t draw(struct arrangement *it, uint32_t below)
{
	it->random = it->random * 1664525u + 1013904223u;
	return (it->random >> 8) % below;
}

/* Ids in any order, addresses that lead home, to another's pod or outside, brokers that are down or of another cluster, and
 * clusters where nobody may ask; there the addresses are honest, for nothing else is left to go by. */
static void arrange(struct arrangement *it)
{
	struct bench *bench = it->bench;
	bench->kafka.identity_error = draw(it, 5) == 0 ? 31 : 0;
	it->honest = bench->kafka.identity_error != 0;
	for (int i = PODS; i-- > 1;) {
		uint32_t other = draw(it, (uint32_t)i + 1);
		int32_t id = bench->brokers[i].id;
		bench->brokers[i].id = bench->brokers[other].id;
		bench->brokers[other].id = id;
	}
	for (int8_t i = 0; i < PODS; i++) {
		for (int8_t pod = 0; it->honest && pod < PODS; pod++)
			if (bench->brokers[pod].id == i)
				bench->leads[i] = pod;
		if (!it->honest)
			bench->leads[i] = (int8_t)((int)draw(it, PODS + 1) - 1);
		it->down[i] = i > 0 && draw(it, 5) == 0;
		bench->brokers[i].down = it->down[i];
		bench->brokers[i].cluster_id = i > 0 && !it->honest && draw(it, 6) == 0 ? "theirs" : "fake";
		bench->brokers[i].newest_api_versions = draw(it, 2) ? 5 : 4;
	}
}

static void hold_arrangement(struct arrangement *it)
{
	struct bench *bench = it->bench;
	for (size_t i = 0; i < PODS; i++) {
		struct kafka_admin_place said = place(bench, i);
		bool can_tell = !it->down[i] && !bench->kafka.identity_error;
		if (can_tell || said.id >= 0) /* from Kafka 4.4 on it need not be allowed to tell */
			assert_int_equal(said.id, bench->brokers[i].id);
		assert_true(said.asked);
		assert_int_equal(err_is_set(&said.err), said.id < 0);
		if (said.id >= 0)
			assert_string_equal(said.cluster_id, bench->brokers[i].cluster_id);
	}
	const char *cluster = NULL;
	for (int32_t id = 0; id < PODS; id++) {
		bench->answered_by = -1;
		ask_broker(bench, id, 8000);
		if (bench->answered_by < 0)
			continue;
		assert_int_equal(bench->answered_by, id);
		const char *of = NULL;
		for (size_t i = 0; i < PODS; i++)
			if (bench->brokers[i].id == id)
				of = bench->brokers[i].cluster_id;
		assert_string_equal(of, cluster ? cluster : of); /* one cluster is never mixed up with another */
		cluster = of;
	}
}

static void whoever_is_asked_is_the_one_meant(void **state)
{
	for (uint32_t seed = 0; seed < 400; seed++) {
		void *own;
		set_up(&own);
		struct arrangement it = {.bench = own, .random = seed * 2654435761u};
		arrange(&it);
		look_round(it.bench, 20000);
		hold_arrangement(&it);
		tear_down(&own);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nobody_is_known_before_it_was_asked),
		TEST(every_pod_says_who_it_is),
		TEST(who_advertises_addresses_outside_is_dialled_where_it_was_met),
		TEST(a_name_that_leads_to_another_broker_is_not_followed),
		TEST(nobody_stands_in_for_a_broker_that_was_not_met),
		TEST(a_broker_of_another_cluster_is_not_used),
		TEST(what_was_said_outlives_new_targets),
		TEST(who_may_not_be_asked_is_unknown_and_used_by_its_name),
		TEST(who_may_not_be_asked_still_checks_who_is_meant),
		TEST(a_pod_that_cannot_be_entered_is_asked_when_it_can),
		cmocka_unit_test(whoever_is_asked_is_the_one_meant),
		cmocka_unit_test(a_refusal_names_the_broker_in_the_words_of_every_version),
	};
	return cmocka_run_group_tests_name("kafka/places", tests, NULL, NULL);
}
