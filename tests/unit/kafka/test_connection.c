#include "tests/unit/unit.h"

#include "api/base/mem.h"
#include "api/kafka/client/probe.h"
#include "api/kafka/wire/kafka_errors.h"
#include "api/kafka/wire/schema_list.h"
#include "tests/unit/kafka/fake_broker.h"

struct bench {
	struct clock clock;
	struct loop *loop;
	struct fake_cluster cluster;
	struct fake_broker *broker;
	struct kafka_connection_options options;
	struct kafka_connection *connection;
	unsigned ready, closed, answers, failures;
	struct err err;
	enum kafka_trouble trouble;
	enum kafka_sasl_mechanism better;
	int32_t controllers[16];
	bool destroy_on_answer;
};

static void *describe(struct fake_broker *broker, const struct kafka_header *header, const void *request,
		      struct arena *arena)
{
	struct kafka_describe_cluster_response *response = fake_message(arena, &kafka_describe_cluster_response_schema);
	response->controller_id = (int32_t)broker->requests;
	response->cluster_id = "c";
	return response;
}

static void on_ready(void *data)
{
	((struct bench *)data)->ready++;
}

static void on_close(void *data, const struct err *err)
{
	struct bench *bench = data;
	bench->closed++;
	bench->err = *err;
	bench->trouble = kafka_connection_trouble(bench->connection);
	bench->better = kafka_connection_better(bench->connection);
	kafka_connection_destroy(bench->connection);
	bench->connection = NULL;
}

static void on_answer(void *data, const struct err *err, const void *response)
{
	struct bench *bench = data;
	const struct kafka_describe_cluster_response *cluster = response;
	if (err) {
		bench->failures++;
		bench->err = *err;
		return;
	}
	bench->controllers[bench->answers++] = cluster->controller_id;
	if (bench->destroy_on_answer) {
		kafka_connection_destroy(bench->connection);
		bench->connection = NULL;
	}
}

static int set_up(void **state)
{
	struct bench *bench = mem_alloc(sizeof *bench);
	bench->clock = clock_virtual(1000);
	bench->loop = loop_create(&bench->clock);
	fake_cluster_init(&bench->cluster, bench->loop);
	bench->broker = &bench->cluster.brokers[0];
	bench->broker->answer = describe;
	bench->options = (struct kafka_connection_options){
		.loop = bench->loop,
		.dialer = &bench->cluster.dialer,
		.target = {.host = "kafka-0.kafka", .port = FAKE_PORT},
		.label = "kafka/test broker 0",
		.request_timeout_ms = 5000,
		.on_ready = on_ready,
		.on_close = on_close,
		.data = bench,
	};
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;
	kafka_connection_destroy(bench->connection);
	fake_cluster_finish(&bench->cluster);
	loop_destroy(bench->loop);
	free(bench);
	return 0;
}

static void open_it(struct bench *bench)
{
	bench->connection = kafka_connection_open(&bench->options, &bench->err);
	if (!bench->connection)
		fail_msg("%s", bench->err.text);
}

static void ask(struct bench *bench)
{
	struct kafka_describe_cluster_request request = {.endpoint_type = 1};
	kafka_connection_send(bench->connection, KAFKA_DESCRIBE_CLUSTER, &request, 0, on_answer, bench);
}

static void run(struct bench *bench, int64_t ms)
{
	loop_run(bench->loop, ms, NULL);
}

static void expect_closed(struct bench *bench, enum err_code code, const char *says)
{
	if (bench->closed != 1 || bench->err.code != code || !strstr(bench->err.text, says))
		fail_msg("closed %u, %s: %s (wanted: %s)", bench->closed, err_code_word(bench->err.code),
			 bench->err.text, says);
	assert_null(bench->connection);
}

/* ---- the way it should go ---- */
static void negotiates_and_pipelines(void **state)
{
	struct bench *bench = *state;
	open_it(bench);
	for (int i = 0; i < 5; i++)
		ask(bench);
	assert_int_equal(bench->answers, 0);
	assert_int_equal(kafka_connection_in_flight(bench->connection), 5);
	run(bench, 100);
	assert_int_equal(bench->ready, 1);
	assert_int_equal(bench->answers, 5);
	for (int i = 0; i < 5; i++)
		assert_int_equal(bench->controllers[i], 2 + i);
	assert_int_equal(bench->broker->last_version[KAFKA_DESCRIBE_CLUSTER], 2);
	assert_int_equal(bench->broker->last_version[KAFKA_API_VERSIONS], 3);
	assert_int_equal(kafka_connection_in_flight(bench->connection), 0);
	run(bench, 3600 * 1000);
	assert_int_equal(bench->closed, 0);
}

static void falls_back_to_the_oldest_api_versions(void **state)
{
	struct bench *bench = *state;
	bench->broker->newest_api_versions = 2;
	open_it(bench);
	ask(bench);
	run(bench, 100);
	assert_int_equal(bench->answers, 1);
	assert_int_equal(bench->broker->seen[KAFKA_API_VERSIONS], 2);
	assert_int_equal(bench->broker->last_version[KAFKA_API_VERSIONS], 0);
}

static void takes_the_newest_version_both_speak(void **state)
{
	struct bench *bench = *state;
	bench->broker->cap_key = KAFKA_DESCRIBE_CLUSTER;
	bench->broker->cap_version = 1;
	open_it(bench);
	ask(bench);
	run(bench, 100);
	assert_int_equal(bench->answers, 1);
	assert_int_equal(bench->broker->last_version[KAFKA_DESCRIBE_CLUSTER], 1);
	assert_int_equal(kafka_connection_version(bench->connection, KAFKA_DESCRIBE_CLUSTER), 1);
}

static void says_what_a_broker_cannot_do(void **state)
{
	struct bench *bench = *state;
	bench->broker->cap_key = KAFKA_METADATA;
	bench->broker->cap_version = 8;
	open_it(bench);
	struct kafka_metadata_request request = {0};
	kafka_connection_send(bench->connection, KAFKA_METADATA, &request, 0, on_answer, bench);
	run(bench, 100);
	assert_int_equal(bench->failures, 1);
	assert_int_equal(bench->err.code, ERR_UNSUPPORTED);
	assert_non_null(strstr(bench->err.text, "Metadata"));
	assert_int_equal(bench->closed, 0);
}

static void read_only_sends_no_change(void **state)
{
	struct bench *bench = *state;
	bench->options.read_only = true;
	open_it(bench);
	struct kafka_unregister_broker_request request = {.broker_id = 1};
	kafka_connection_send(bench->connection, KAFKA_UNREGISTER_BROKER, &request, 0, on_answer, bench);
	ask(bench);
	run(bench, 100);
	assert_int_equal(bench->failures, 1);
	assert_int_equal(bench->err.code, ERR_REFUSED);
	assert_int_equal(bench->broker->seen[KAFKA_UNREGISTER_BROKER], 0);
	assert_int_equal(bench->answers, 1);
}

static void waits_as_long_as_it_is_told(void **state)
{
	struct bench *bench = *state;
	bench->broker->throttle_ms = 3000;
	open_it(bench);
	ask(bench);
	run(bench, 2900);
	assert_int_equal(bench->answers, 0);
	run(bench, 200);
	assert_int_equal(bench->answers, 1);
}

static void may_be_destroyed_inside_a_callback(void **state)
{
	struct bench *bench = *state;
	bench->destroy_on_answer = true;
	open_it(bench);
	for (int i = 0; i < 3; i++)
		ask(bench);
	run(bench, 100);
	assert_int_equal(bench->answers, 1);
	assert_int_equal(bench->failures, 0);
	assert_int_equal(bench->closed, 0);
}

/* ---- the ways it should not ---- */
static void gives_up_on_a_broker_that_says_nothing(void **state)
{
	struct bench *bench = *state;
	bench->broker->silent = true;
	open_it(bench);
	ask(bench);
	run(bench, 4900);
	assert_int_equal(bench->closed, 0);
	run(bench, 200);
	expect_closed(bench, ERR_TIMEOUT, "sends nothing");
	assert_int_equal(bench->failures, 1);
}

static void gives_up_on_a_broker_that_falls_silent(void **state)
{
	struct bench *bench = *state;
	open_it(bench);
	run(bench, 100);
	assert_int_equal(bench->ready, 1);
	bench->broker->silent = true;
	ask(bench);
	run(bench, 4900);
	assert_int_equal(bench->closed, 0);
	run(bench, 200);
	expect_closed(bench, ERR_TIMEOUT, "DescribeCluster");
	assert_int_equal(bench->failures, 1);
}

static void names_what_is_not_kafka(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *says;
	} cases[] = {
		{"HTTP/1.1 400 Bad Request\r\n\r\n", 28, "HTTP"},
		{"\x15\x03\x03\0\2\2\x28", 7, "TLS"},
		{"\x7f\xff\xff\xff", 4, "not Kafka"},
		{"\0\0\0\2xy", 6, "not Kafka"},
		{"SSH-2.0-x\r\n", 11, "not Kafka"},
	};
	struct bench *bench = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bench->broker->says = cases[i].bytes;
		bench->broker->says_len = cases[i].len;
		bench->closed = 0;
		open_it(bench);
		run(bench, 100);
		expect_closed(bench, ERR_PARSE, cases[i].says);
	}
}

static void tells_how_a_connection_ended(void **state)
{
	struct bench *bench = *state;
	bench->broker->says = "";
	open_it(bench);
	run(bench, 100);
	expect_closed(bench, ERR_CONNECT, "it may require TLS");

	bench->closed = 0;
	bench->broker->says = NULL;
	bench->broker->down = true;
	open_it(bench);
	run(bench, 100);
	expect_closed(bench, ERR_CONNECT, "the pod is gone");

	bench->closed = 0;
	bench->broker->down = false;
	open_it(bench);
	run(bench, 100);
	fake_broker_drop(bench->broker);
	ask(bench);
	run(bench, 100);
	expect_closed(bench, ERR_CONNECT, "SASL");
	assert_int_equal(bench->failures, 1);
}

static void notices_an_answer_to_another_question(void **state)
{
	struct bench *bench = *state;
	bench->broker->correlation_shift = 7;
	open_it(bench);
	ask(bench);
	run(bench, 100);
	expect_closed(bench, ERR_PARSE, "request 7");
	assert_int_equal(bench->failures, 1);
}

static void survives_an_answer_cut_anywhere(void **state)
{
	struct bench *bench = *state;
	for (size_t cut = 1; cut < 28; cut++) {
		bench->closed = bench->failures = 0;
		bench->broker->cut_answer = 0;
		open_it(bench);
		run(bench, 10);
		bench->broker->cut_answer = cut;
		ask(bench);
		run(bench, 10);
		expect_closed(bench, ERR_CONNECT, "closed the connection");
		assert_int_equal(bench->failures, 1);
		assert_int_equal(bench->answers, 0);
	}
}

/* ---- logging in ---- */
static void want_login(struct bench *bench, enum kafka_sasl_mechanism mechanism, const char *password)
{
	bench->broker->mechanism = mechanism;
	bench->broker->password = "s3cret,=\xc3\xa9";
	bench->options.sasl = (struct kafka_sasl){
		.mechanism = mechanism, .user = "deck", .password = password, .plain_without_tls = true};
}

static void logs_in_by_each_mechanism(void **state)
{
	struct bench *bench = *state;
	for (int mechanism = KAFKA_SASL_PLAIN; mechanism <= KAFKA_SASL_SCRAM_SHA_512; mechanism++) {
		want_login(bench, (enum kafka_sasl_mechanism)mechanism, "s3cret,=\xc3\xa9");
		bench->answers = bench->broker->logins = 0;
		open_it(bench);
		ask(bench);
		run(bench, 100);
		assert_int_equal(bench->broker->logins, 1);
		assert_int_equal(bench->answers, 1);
		kafka_connection_destroy(bench->connection);
		bench->connection = NULL;
	}
}

static void says_when_the_password_is_wrong(void **state)
{
	struct bench *bench = *state;
	for (int mechanism = KAFKA_SASL_PLAIN; mechanism <= KAFKA_SASL_SCRAM_SHA_512; mechanism++) {
		want_login(bench, (enum kafka_sasl_mechanism)mechanism, "hunter2");
		bench->closed = 0;
		open_it(bench);
		run(bench, 100);
		expect_closed(bench, ERR_UNAUTHORIZED, "invalid credentials");
		assert_null(strstr(bench->err.text, "hunter2"));
	}
}

static void says_which_mechanisms_there_are(void **state)
{
	struct bench *bench = *state;
	want_login(bench, KAFKA_SASL_SCRAM_SHA_256, "x");
	bench->broker->mechanism = KAFKA_SASL_SCRAM_SHA_512;
	open_it(bench);
	run(bench, 100);
	expect_closed(bench, ERR_UNAUTHORIZED, "it offers SCRAM-SHA-512");
}

static void asks_for_the_best_mechanism_there_is(void **state)
{
	static const struct {
		enum kafka_sasl_mechanism offered, first, better;
		enum kafka_trouble trouble;
		bool clear_is_fine;
		const char *says; /* NULL = logged in */
	} cases[] = {
		{KAFKA_SASL_SCRAM_SHA_512, KAFKA_SASL_NONE, KAFKA_SASL_NONE, KAFKA_TROUBLE_NONE, false, NULL},
		{KAFKA_SASL_SCRAM_SHA_256, KAFKA_SASL_NONE, KAFKA_SASL_SCRAM_SHA_256, KAFKA_TROUBLE_MECHANISM, false,
		 "it offers SCRAM-SHA-256"},
		{KAFKA_SASL_SCRAM_SHA_256, KAFKA_SASL_SCRAM_SHA_256, KAFKA_SASL_NONE, KAFKA_TROUBLE_NONE, false, NULL},
		{KAFKA_SASL_PLAIN, KAFKA_SASL_NONE, KAFKA_SASL_PLAIN, KAFKA_TROUBLE_MECHANISM, true, "it offers PLAIN"},
		{KAFKA_SASL_PLAIN, KAFKA_SASL_NONE, KAFKA_SASL_NONE, KAFKA_TROUBLE_LOGIN_REFUSED, false,
		 "PLAIN would send the password in clear text over a port without TLS"},
	};
	struct bench *bench = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		want_login(bench, cases[i].offered, "s3cret,=\xc3\xa9");
		bench->options.sasl.mechanism = KAFKA_SASL_BEST;
		bench->options.sasl.plain_without_tls = cases[i].clear_is_fine;
		bench->options.first = cases[i].first;
		bench->ready = bench->closed = 0;
		bench->trouble = KAFKA_TROUBLE_NONE;
		bench->better = KAFKA_SASL_NONE;
		open_it(bench);
		run(bench, 100);
		assert_int_equal(bench->ready, cases[i].says == NULL);
		assert_int_equal(bench->trouble, cases[i].trouble);
		assert_int_equal(bench->better, cases[i].better);
		if (cases[i].says && !strstr(bench->err.text, cases[i].says))
			fail_msg("case %zu: %s", i, bench->err.text);
		kafka_connection_destroy(bench->connection);
		bench->connection = NULL;
	}
}

static void needs_no_login_where_the_port_wants_none(void **state)
{
	struct bench *bench = *state;
	want_login(bench, KAFKA_SASL_NONE, "s3cret");
	bench->options.sasl.mechanism = KAFKA_SASL_BEST;
	open_it(bench);
	ask(bench);
	run(bench, 100);
	assert_int_equal(bench->answers, 1);
	assert_int_equal(bench->broker->seen[KAFKA_SASL_AUTHENTICATE], 0);
}

static void finds_out_that_a_port_wants_a_login(void **state)
{
	struct bench *bench = *state;
	bench->broker->mechanism = KAFKA_SASL_SCRAM_SHA_512;
	open_it(bench);
	ask(bench);
	run(bench, 100);
	expect_closed(bench, ERR_CONNECT, "it may require a login");
	assert_int_equal(bench->trouble, KAFKA_TROUBLE_MAYBE_LOGIN);
	bench->options.ask_login = true;
	open_it(bench);
	run(bench, 100);
	assert_int_equal(bench->trouble, KAFKA_TROUBLE_LOGIN_WANTED);
	assert_non_null(
		strstr(bench->err.text, "requires a login (it offers SCRAM-SHA-512) and no user is configured"));
	bench->broker->mechanism = KAFKA_SASL_NONE;
	open_it(bench);
	ask(bench);
	run(bench, 100);
	assert_int_equal(bench->answers, 1);
}

static void suspects_tls_where_nothing_is_said_in_the_clear(void **state)
{
	struct bench *bench = *state;
	bench->broker->says = "\x15\x03\x03\x00\x02\x02\x50";
	bench->broker->says_len = 7;
	open_it(bench);
	run(bench, 100);
	expect_closed(bench, ERR_PARSE, "uses TLS");
	assert_int_equal(bench->trouble, KAFKA_TROUBLE_NOT_PLAIN);
	bench->closed = 0;
	bench->trouble = KAFKA_TROUBLE_NONE;
	bench->broker->says = "";
	bench->broker->says_len = 0;
	open_it(bench);
	run(bench, 100);
	expect_closed(bench, ERR_CONNECT, "it may require TLS");
	assert_int_equal(bench->trouble, KAFKA_TROUBLE_NOT_PLAIN);
}

/* ---- what a port speaks ---- */
static void on_probed(void *data, enum kafka_speaks speaks)
{
	*(int *)data = (int)speaks;
}

static int probe(struct bench *bench)
{
	struct err err = {0};
	int speaks = -1;
	struct kafka_probe *it = kafka_probe_start(&(struct kafka_probe_options){.loop = bench->loop,
										 .dialer = &bench->cluster.dialer,
										 .target = bench->options.target,
										 .on_done = on_probed,
										 .data = &speaks},
						   &err);
	assert_non_null(it);
	run(bench, 6000);
	kafka_probe_destroy(it);
	return speaks;
}

static void tells_tls_from_the_rest(void **state)
{
	static const struct {
		const char *says;
		size_t len;
		enum kafka_speaks speaks;
	} cases[] = {
		{"\x15\x03\x03\x00\x02\x02\x50", 7, KAFKA_SPEAKS_TLS},
		{"HTTP/1.1 400 Bad Request\r\n\r\n", 28, KAFKA_SPEAKS_OTHER},
		{"\x15", 1, KAFKA_SPEAKS_OTHER},
		{"", 0, KAFKA_SPEAKS_OTHER},
	};
	struct bench *bench = *state;
	struct tls_cert_pair cert;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bench->broker->says = cases[i].says;
		bench->broker->says_len = cases[i].len;
		assert_int_equal(probe(bench), cases[i].speaks);
	}
	bench->broker->says = NULL;
	tls_cert_pair_make(&cert, &(struct tls_cert_options){.sans = "DNS:x"});
	bench->broker->cert = &cert;
	assert_int_equal(probe(bench), KAFKA_SPEAKS_TLS);
	bench->broker->down = true;
	assert_int_equal(probe(bench), KAFKA_SPEAKS_UNKNOWN);
	bench->broker->down = false;
	bench->broker->cert = NULL;
	bench->broker->silent = true;
	tls_cert_pair_finish(&cert);
}

static void keeps_the_password_from_the_open_wire(void **state)
{
	struct bench *bench = *state;
	want_login(bench, KAFKA_SASL_PLAIN, "s3cret,=\xc3\xa9");
	bench->options.sasl.plain_without_tls = false;
	open_it(bench);
	run(bench, 100);
	expect_closed(bench, ERR_REFUSED, "in clear");
	assert_int_equal(bench->broker->seen[KAFKA_SASL_AUTHENTICATE], 0);
}

static void distrusts_a_broker_that_does_not_know_the_password(void **state)
{
	struct bench *bench = *state;
	want_login(bench, KAFKA_SASL_SCRAM_SHA_256, "s3cret,=\xc3\xa9");
	bench->broker->forges_signature = true;
	open_it(bench);
	ask(bench);
	run(bench, 100);
	expect_closed(bench, ERR_UNAUTHORIZED, "impostor");
	assert_int_equal(bench->broker->seen[KAFKA_DESCRIBE_CLUSTER], 0);
}

static void logs_in_again_before_the_session_ends(void **state)
{
	struct bench *bench = *state;
	want_login(bench, KAFKA_SASL_SCRAM_SHA_512, "s3cret,=\xc3\xa9");
	bench->broker->session_ms = 60000;
	open_it(bench);
	run(bench, 53000);
	assert_int_equal(bench->broker->logins, 1);
	run(bench, 2000);
	assert_int_equal(bench->broker->logins, 2);
	assert_int_equal(bench->broker->connections, 1);
	ask(bench);
	run(bench, 100);
	assert_int_equal(bench->answers, 1);
	run(bench, 600000);
	assert_in_range(bench->broker->logins, 12, 14);
	assert_int_equal(bench->ready, 1);
	assert_int_equal(bench->closed, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(negotiates_and_pipelines),
		TEST(falls_back_to_the_oldest_api_versions),
		TEST(takes_the_newest_version_both_speak),
		TEST(says_what_a_broker_cannot_do),
		TEST(read_only_sends_no_change),
		TEST(waits_as_long_as_it_is_told),
		TEST(may_be_destroyed_inside_a_callback),
		TEST(gives_up_on_a_broker_that_says_nothing),
		TEST(gives_up_on_a_broker_that_falls_silent),
		TEST(names_what_is_not_kafka),
		TEST(tells_how_a_connection_ended),
		TEST(notices_an_answer_to_another_question),
		TEST(survives_an_answer_cut_anywhere),
		TEST(logs_in_by_each_mechanism),
		TEST(says_when_the_password_is_wrong),
		TEST(says_which_mechanisms_there_are),
		TEST(asks_for_the_best_mechanism_there_is),
		TEST(needs_no_login_where_the_port_wants_none),
		TEST(finds_out_that_a_port_wants_a_login),
		TEST(suspects_tls_where_nothing_is_said_in_the_clear),
		TEST(tells_tls_from_the_rest),
		TEST(keeps_the_password_from_the_open_wire),
		TEST(distrusts_a_broker_that_does_not_know_the_password),
		TEST(logs_in_again_before_the_session_ends),
	};
	return cmocka_run_group_tests_name("kafka/connection", tests, NULL, NULL);
}
