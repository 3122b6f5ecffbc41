#include "tests/unit/unit.h"

#include "api/base/mem.h"
#include "api/kafka/client/admin.h"
#include "api/kafka/wire/kafka_errors.h"
#include "tests/unit/hoard.h"
#include "tests/unit/kafka/fake_kafka.h"

struct bench {
	struct clock clock;
	struct loop *loop;
	struct fake_kafka kafka;
	struct fake_broker *brokers;
	struct kafka_admin_options options;
	struct kafka_admin *admin;
	unsigned answers, failures;
	struct err err;
	unsigned troubles;
	enum kafka_trouble trouble;
	int32_t controller;
	bool destroy_on_answer;
	int32_t unreachable; /* broker that resolve refuses; -1 = none */
};

static bool resolve(void *data, int32_t node_id, const char *host, int32_t port, struct dial_target *target)
{
	*target = (struct dial_target){.namespace = "mq", .pod = host, .port = (uint16_t)port};
	return node_id != ((struct bench *)data)->unreachable;
}

static void on_answer(void *data, const struct err *err, const void *response)
{
	struct bench *bench = data;
	bench->answers += !err;
	bench->failures += err != NULL;
	if (err)
		bench->err = *err;
	if (bench->destroy_on_answer) {
		kafka_admin_destroy(bench->admin);
		bench->admin = NULL;
	}
}

static int set_up(void **state)
{
	static const struct dial_target targets[] = {{.host = "kafka-0", .port = FAKE_PORT},
						     {.host = "kafka-1", .port = FAKE_PORT + 1}};
	struct bench *bench = mem_alloc(sizeof *bench);
	bench->clock = clock_virtual(1000);
	bench->loop = loop_create(&bench->clock);
	bench->unreachable = -1;
	fake_kafka_init(&bench->kafka, bench->loop);
	bench->brokers = bench->kafka.cluster.brokers;
	bench->options = (struct kafka_admin_options){
		.loop = bench->loop,
		.dialer = &bench->kafka.cluster.dialer,
		.label = "kafka/test",
		.bootstrap = targets,
		.bootstrap_count = ARRAY_LEN(targets),
		.resolve = resolve,
		.resolve_data = bench,
		.request_timeout_ms = 2000,
	};
	bench->admin = kafka_admin_create(&bench->options);
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

static void run(struct bench *bench, int64_t ms)
{
	loop_run(bench->loop, ms, NULL);
}

static struct kafka_request *ask_metadata(struct bench *bench)
{
	struct kafka_metadata_request request = {.topics = KAFKA_NULL_ARRAY};
	return kafka_admin_send(bench->admin, &(struct kafka_call){.api = KAFKA_METADATA,
								   .route = KAFKA_TO_ANY,
								   .request = &request,
								   .done = on_answer,
								   .data = bench});
}

static void ask_broker(struct bench *bench, int32_t broker)
{
	struct kafka_describe_log_dirs_request request = {.topics = KAFKA_NULL_ARRAY};
	kafka_admin_send(bench->admin, &(struct kafka_call){.api = KAFKA_DESCRIBE_LOG_DIRS,
							    .route = KAFKA_TO_BROKER,
							    .broker = broker,
							    .request = &request,
							    .done = on_answer,
							    .data = bench});
}

static void ask_group(struct bench *bench)
{
	const char *group = "shop";
	struct kafka_describe_groups_request request = {.groups = {&group, 1}};
	kafka_admin_send(bench->admin, &(struct kafka_call){.api = KAFKA_DESCRIBE_GROUPS,
							    .route = KAFKA_TO_COORDINATOR,
							    .group = group,
							    .request = &request,
							    .done = on_answer,
							    .data = bench});
}

static void elect(struct bench *bench)
{
	struct kafka_elect_leaders_request request = {.topic_partitions = KAFKA_NULL_ARRAY, .timeout_ms = 1000};
	kafka_admin_send(bench->admin, &(struct kafka_call){.api = KAFKA_ELECT_LEADERS,
							    .route = KAFKA_TO_CONTROLLER,
							    .request = &request,
							    .done = on_answer,
							    .data = bench});
}

static void expect(const struct bench *bench, unsigned answers, unsigned failures)
{
	if (bench->answers != answers || bench->failures != failures)
		fail_msg("%u answers and %u failures: %s", bench->answers, bench->failures, bench->err.text);
}

static void want_login(struct bench *bench, enum kafka_sasl_mechanism mechanism, const char *password)
{
	for (int i = 0; i < 3; i++) {
		bench->brokers[i].mechanism = mechanism;
		bench->brokers[i].password = password;
	}
}

static void on_trouble(void *data, enum kafka_trouble trouble, const struct err *err)
{
	struct bench *bench = data;
	bench->troubles++;
	bench->trouble = trouble;
}

/* Once the mechanism is known the others are asked for it at once. */
static void finds_the_mechanism_and_the_new_password(void **state)
{
	struct bench *bench = *state;
	kafka_admin_destroy(bench->admin);
	want_login(bench, KAFKA_SASL_SCRAM_SHA_256, "old");
	bench->options.sasl = (struct kafka_sasl){.mechanism = KAFKA_SASL_BEST, .user = "deck", .password = "old"};
	bench->options.on_trouble = on_trouble;
	bench->options.trouble_data = bench;
	bench->admin = kafka_admin_create(&bench->options);
	ask_metadata(bench);
	run(bench, 200);
	for (int32_t i = 0; i < 3; i++)
		ask_broker(bench, i);
	run(bench, 200);
	expect(bench, 4, 0);
	assert_int_equal(bench->troubles, 0);
	assert_in_range(bench->brokers[0].connections + bench->brokers[1].connections + bench->brokers[2].connections,
			4, 7);

	want_login(bench, KAFKA_SASL_SCRAM_SHA_256, "new");
	fake_broker_drop(&bench->brokers[2]);
	run(bench, 1000); /* its back-off */
	ask_broker(bench, 2);
	run(bench, 1000);
	assert_true(bench->troubles > 0);
	assert_int_equal(bench->trouble, KAFKA_TROUBLE_LOGIN_REFUSED);
	kafka_admin_set_security(bench->admin, &(struct kafka_tls){0},
				 &(struct kafka_sasl){.mechanism = KAFKA_SASL_BEST, .user = "deck", .password = "new"});
	bench->answers = bench->failures = 0;
	for (int32_t i = 0; i < 3; i++)
		ask_broker(bench, i);
	run(bench, 300);
	expect(bench, 3, 0);
}

static void finds_its_brokers(void **state)
{
	struct bench *bench = *state;
	ask_metadata(bench);
	run(bench, 100);
	expect(bench, 1, 0);
	assert_int_equal(kafka_admin_broker_count(bench->admin), 3);
	struct kafka_admin_broker broker;
	kafka_admin_broker(bench->admin, 0, &broker);
	assert_int_equal(broker.id, 0);
	assert_string_equal(broker.host, "kafka-0");
	assert_string_equal(broker.rack, "zone-a");
	ask_broker(bench, 2);
	run(bench, 100);
	expect(bench, 2, 0);
	assert_int_equal(bench->brokers[2].seen[KAFKA_DESCRIBE_LOG_DIRS], 1);
	kafka_admin_broker(bench->admin, 2, &broker);
	assert_true(broker.connected);
	assert_non_null(broker.versions);
}

static void keeps_one_connection_a_broker(void **state)
{
	struct bench *bench = *state;
	for (int i = 0; i < 10; i++) {
		ask_broker(bench, 2);
		run(bench, 100);
	}
	expect(bench, 10, 0);
	assert_int_equal(bench->brokers[2].connections, 1);
}

static void the_way_in_goes_on_as_the_brokers_own_connection(void **state)
{
	struct bench *bench = *state;
	static const struct dial_target targets[] = {{.namespace = "mq", .pod = "kafka-0", .port = FAKE_PORT},
						     {.namespace = "mq", .pod = "kafka-1", .port = FAKE_PORT + 1}};
	kafka_admin_set_bootstrap(bench->admin, targets, ARRAY_LEN(targets));
	ask_metadata(bench);
	run(bench, 100);
	ask_broker(bench, 0);
	ask_broker(bench, 1);
	run(bench, 100);
	expect(bench, 3, 0);
	assert_int_equal(bench->brokers[0].connections, 1);
	assert_int_equal(bench->brokers[1].connections, 1);
	/* Its end is the broker's now, and the broker is dialled again. */
	fake_broker_drop(&bench->brokers[1]);
	run(bench, 100);
	struct kafka_admin_broker broker;
	kafka_admin_broker(bench->admin, 1, &broker);
	assert_false(broker.connected);
	assert_non_null(strstr(broker.err->text, "broker 1"));
	run(bench, 2000);
	ask_broker(bench, 1);
	run(bench, 1000);
	expect(bench, 4, 0);
	assert_int_equal(bench->brokers[1].connections, 2);
}

static void follows_the_controller(void **state)
{
	struct bench *bench = *state;
	bench->kafka.controller = 2;
	elect(bench);
	run(bench, 100);
	expect(bench, 1, 0);
	assert_int_equal(bench->brokers[2].seen[KAFKA_ELECT_LEADERS], 1);
	bench->kafka.controller = 1;
	elect(bench);
	run(bench, 1000);
	expect(bench, 2, 0);
	assert_int_equal(bench->brokers[2].seen[KAFKA_ELECT_LEADERS], 2);
	assert_int_equal(bench->brokers[1].seen[KAFKA_ELECT_LEADERS], 1);
}

static void follows_the_coordinator(void **state)
{
	struct bench *bench = *state;
	ask_group(bench);
	run(bench, 100);
	expect(bench, 1, 0);
	assert_int_equal(bench->brokers[1].seen[KAFKA_DESCRIBE_GROUPS], 1);
	bench->kafka.coordinator = 2;
	ask_group(bench);
	run(bench, 1000);
	expect(bench, 2, 0);
	assert_int_equal(bench->brokers[2].seen[KAFKA_DESCRIBE_GROUPS], 1);
}

static void a_read_goes_elsewhere_when_a_broker_hangs(void **state)
{
	struct bench *bench = *state;
	bench->brokers[0].silent = true;
	ask_metadata(bench);
	run(bench, 100);
	expect(bench, 1, 0);
	bench->brokers[0].silent = false;
	for (int i = 0; i < 3; i++) {
		ask_broker(bench, i);
		run(bench, 3000);
	}
	expect(bench, 4, 0);
	bench->brokers[0].silent = bench->brokers[1].silent = true;
	for (int i = 0; i < 3; i++)
		ask_metadata(bench);
	run(bench, 6500);
	expect(bench, 7, 0);
}

static void a_change_is_never_sent_twice(void **state)
{
	struct bench *bench = *state;
	elect(bench);
	run(bench, 100);
	expect(bench, 1, 0);
	bench->brokers[0].silent = true;
	elect(bench);
	run(bench, 30000);
	expect(bench, 1, 1);
	assert_int_equal(bench->err.code, ERR_TIMEOUT);
	assert_non_null(strstr(bench->err.text, "may have been carried out"));
	assert_int_equal(bench->brokers[0].seen[KAFKA_ELECT_LEADERS], 2);
	assert_int_equal(bench->brokers[1].seen[KAFKA_ELECT_LEADERS] + bench->brokers[2].seen[KAFKA_ELECT_LEADERS], 0);
}

static void errors_of_the_whole_answer_are_errors(void **state)
{
	struct bench *bench = *state;
	bench->kafka.elect_error = 31;
	elect(bench);
	run(bench, 100);
	expect(bench, 0, 1);
	assert_int_equal(bench->err.code, ERR_FORBIDDEN);
	assert_non_null(strstr(bench->err.text, "CLUSTER_AUTHORIZATION_FAILED"));
	/* Retriable ones are tried again, but not for ever. */
	bench->kafka.elect_error = 7;
	elect(bench);
	run(bench, 20000);
	expect(bench, 0, 2);
	assert_int_equal(bench->err.code, ERR_TIMEOUT);
	assert_in_range(bench->brokers[0].seen[KAFKA_ELECT_LEADERS], 5, 20);
}

static void read_only_changes_nothing(void **state)
{
	struct bench *bench = *state;
	kafka_admin_destroy(bench->admin);
	bench->options.read_only = true;
	bench->admin = kafka_admin_create(&bench->options);
	elect(bench);
	struct kafka_unregister_broker_request leave = {.broker_id = 1};
	kafka_admin_send(bench->admin, &(struct kafka_call){.api = KAFKA_UNREGISTER_BROKER,
							    .route = KAFKA_TO_CONTROLLER,
							    .request = &leave,
							    .done = on_answer,
							    .data = bench});
	run(bench, 100);
	expect(bench, 0, 2);
	assert_int_equal(bench->err.code, ERR_REFUSED);
	ask_metadata(bench);
	run(bench, 100);
	expect(bench, 1, 2);
}

static void says_what_cannot_be_reached(void **state)
{
	struct bench *bench = *state;
	ask_broker(bench, 7);
	run(bench, 100);
	expect(bench, 0, 1);
	assert_int_equal(bench->err.code, ERR_NOT_FOUND);
	bench->unreachable = 2;
	ask_broker(bench, 2);
	run(bench, 100);
	expect(bench, 0, 2);
	assert_int_equal(bench->err.code, ERR_CONNECT);
	assert_non_null(strstr(bench->err.text, "advertises kafka-2:9094"));
	/* KRaft: another broker takes it to the controller. */
	bench->kafka.controller = 2;
	struct kafka_list_partition_reassignments_request request = {.topics = KAFKA_NULL_ARRAY};
	kafka_admin_send(bench->admin, &(struct kafka_call){.api = KAFKA_LIST_PARTITION_REASSIGNMENTS,
							    .route = KAFKA_TO_CONTROLLER,
							    .request = &request,
							    .done = on_answer,
							    .data = bench});
	run(bench, 100);
	expect(bench, 1, 2);
}

static void dials_again_after_a_pause_that_grows(void **state)
{
	struct bench *bench = *state;
	for (int i = 0; i < 3; i++)
		fake_kafka_kill(&bench->kafka, i);
	for (int i = 0; i < 4; i++)
		ask_metadata(bench);
	run(bench, 5900);
	expect(bench, 0, 0);
	run(bench, 200);
	expect(bench, 0, 4);
	assert_int_equal(bench->err.code, ERR_CONNECT);
	assert_non_null(strstr(bench->err.text, "the pod is gone"));
	assert_true(err_is_set(kafka_admin_bootstrap_error(bench->admin)));
	assert_in_range(bench->brokers[0].connections, 3, 6);
	for (int i = 0; i < 3; i++)
		fake_kafka_revive(&bench->kafka, i);
	ask_metadata(bench);
	run(bench, 5500);
	expect(bench, 1, 4);
	assert_false(err_is_set(kafka_admin_bootstrap_error(bench->admin)));
}

/* A sentence that names another pod at each try would be painted anew for as long as nobody answers. */
static void who_cannot_be_reached_is_always_the_same_one(void **state)
{
	struct bench *bench = *state;
	for (int i = 0; i < 3; i++)
		fake_kafka_kill(&bench->kafka, i);
	for (int i = 0; i < 30; i++) {
		ask_metadata(bench);
		run(bench, 1000);
		assert_non_null(strstr(kafka_admin_bootstrap_error(bench->admin)->text, "kafka-0"));
	}
	fake_kafka_revive(&bench->kafka, 0);
	run(bench, 6000);
	assert_false(err_is_set(kafka_admin_bootstrap_error(bench->admin)));
}

static struct kafka_admin_broker broker_at(struct bench *bench, size_t index)
{
	struct kafka_admin_broker broker;
	kafka_admin_broker(bench->admin, index, &broker);
	return broker;
}

/* Brokers hang up on who is silent for long; who is silent for a moment and hung up on has lost them. */
static void an_idle_connection_that_ends_is_no_failure(void **state)
{
	struct bench *bench = *state;
	ask_broker(bench, 1);
	run(bench, 1000);
	expect(bench, 1, 0);
	run(bench, 6 * 60 * 1000);
	fake_kafka_kill(&bench->kafka, 1);
	run(bench, 1000);
	assert_true(broker_at(bench, 1).connected);
	assert_false(err_is_set(broker_at(bench, 1).err));
	fake_kafka_revive(&bench->kafka, 1);
	ask_broker(bench, 1);
	run(bench, 1000);
	expect(bench, 2, 0);
	fake_kafka_kill(&bench->kafka, 1);
	run(bench, 1000);
	assert_false(broker_at(bench, 1).connected);
	assert_true(err_is_set(broker_at(bench, 1).err));
}

static void who_is_away_for_long_is_dialled_seldom_and_at_once_when_asked_to(void **state)
{
	struct bench *bench = *state;
	for (int i = 0; i < 3; i++)
		fake_kafka_kill(&bench->kafka, i);
	kafka_admin_set_patience(bench->admin, 5 * 60 * 1000);
	for (int i = 0; i < 600; i++) {
		ask_metadata(bench);
		run(bench, 3000);
	}
	unsigned long before = bench->brokers[0].connections;
	assert_in_range(before, 10, 40); /* in half an hour */
	kafka_admin_ask_again(bench->admin);
	run(bench, 100);
	assert_int_equal(bench->brokers[0].connections, before + 1);
	kafka_admin_set_patience(bench->admin, 1000); /* an operation waits for it */
	run(bench, 10 * 1000);
	assert_in_range(bench->brokers[0].connections, before + 4, before + 12);
}

static void nothing_is_called_after_the_end(void **state)
{
	struct bench *bench = *state;
	kafka_admin_cancel(ask_metadata(bench));
	struct kafka_request *late = ask_metadata(bench);
	loop_step(bench->loop, 0);
	loop_step(bench->loop, 0);
	kafka_admin_cancel(late);
	run(bench, 1000);
	expect(bench, 0, 0);
	assert_int_equal(kafka_admin_in_flight(bench->admin), 0);
	bench->destroy_on_answer = true;
	for (int i = 0; i < 3; i++)
		ask_metadata(bench);
	ask_broker(bench, 9);
	run(bench, 1000);
	assert_int_equal(bench->answers + bench->failures, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void without_descriptors_brokers_are_dialled_rarely(void **state)
{
	struct bench *bench = *state;
	struct hoard_dialer hoarder = hoard_dialer(bench->options.dialer);
	kafka_admin_destroy(bench->admin);
	bench->options.dialer = &hoarder.dialer;
	bench->admin = kafka_admin_create(&bench->options);
	for (int i = 0; i < 300; i++) {
		ask_metadata(bench);
		run(bench, 2000);
	}
	assert_int_equal(bench->answers, 0);
	assert_int_equal(bench->err.code, ERR_LIMIT);
	assert_non_null(strstr(bench->err.text, "(ulimit -n)"));
	/* Every 5 s it would be 240 times. */
	assert_in_range(hoarder.asked, 20, 60);
	hoarder.refuses = false;
	run(bench, 40000);
	ask_metadata(bench);
	run(bench, 2000);
	assert_in_range(bench->answers, 1, 4);
	kafka_admin_destroy(bench->admin);
	bench->admin = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(finds_its_brokers),
		TEST(finds_the_mechanism_and_the_new_password),
		TEST(keeps_one_connection_a_broker),
		TEST(the_way_in_goes_on_as_the_brokers_own_connection),
		TEST(follows_the_controller),
		TEST(follows_the_coordinator),
		TEST(a_read_goes_elsewhere_when_a_broker_hangs),
		TEST(a_change_is_never_sent_twice),
		TEST(errors_of_the_whole_answer_are_errors),
		TEST(read_only_changes_nothing),
		TEST(says_what_cannot_be_reached),
		TEST(dials_again_after_a_pause_that_grows),
		TEST(who_cannot_be_reached_is_always_the_same_one),
		TEST(without_descriptors_brokers_are_dialled_rarely),
		TEST(an_idle_connection_that_ends_is_no_failure),
		TEST(who_is_away_for_long_is_dialled_seldom_and_at_once_when_asked_to),
		TEST(nothing_is_called_after_the_end),
	};
	return cmocka_run_group_tests_name("kafka/admin", tests, NULL, NULL);
}
