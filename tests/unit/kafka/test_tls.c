/* The TLS matrix (who signed the certificate, for which name, when, and who trusts whom) on Kafka's sockets. */
#include "tests/unit/unit.h"

#include "api/base/mem.h"
#include "tests/unit/kafka/fake_broker.h"

struct authorities {
	struct tls_cert_pair root, other, middle;
};

static const char *name = "kafka-0.kafka-brokers.mq.svc";

static void make(struct tls_cert_pair *pair, const struct tls_cert_pair *issuer, struct tls_cert_options options)
{
	options.issuer_cert_pem = issuer ? issuer->cert : NULL;
	options.issuer_key_pem = issuer ? issuer->key : NULL;
	tls_cert_pair_make(pair, &options);
}

static int make_authorities(void **state)
{
	struct authorities *all = mem_alloc(sizeof *all);
	make(&all->root, NULL, (struct tls_cert_options){.common_name = "root", .is_ca = true});
	make(&all->other, NULL, (struct tls_cert_options){.common_name = "other", .is_ca = true});
	make(&all->middle, &all->root, (struct tls_cert_options){.common_name = "middle", .is_ca = true});
	*state = all;
	return 0;
}

static int free_authorities(void **state)
{
	struct authorities *all = *state;
	tls_cert_pair_finish(&all->root);
	tls_cert_pair_finish(&all->other);
	tls_cert_pair_finish(&all->middle);
	free(all);
	return 0;
}

/* One connection to a broker with this certificate. */
struct attempt {
	struct clock clock;
	struct loop *loop;
	struct fake_cluster cluster;
	struct fake_broker *broker;
	struct kafka_connection_options options;
	bool ready;
	struct err err;
};

static void on_ready(void *data)
{
	((struct attempt *)data)->ready = true;
}

static void on_close(void *data, const struct err *err)
{
	((struct attempt *)data)->err = *err;
}

static void prepare(struct attempt *attempt, const struct tls_cert_pair *cert, const char *ca)
{
	*attempt = (struct attempt){.clock = clock_virtual(0)};
	attempt->loop = loop_create(&attempt->clock);
	fake_cluster_init(&attempt->cluster, attempt->loop);
	attempt->broker = &attempt->cluster.brokers[0];
	attempt->broker->cert = cert;
	attempt->options = (struct kafka_connection_options){
		.loop = attempt->loop,
		.dialer = &attempt->cluster.dialer,
		.target = {.namespace = "mq", .pod = "kafka-0", .port = FAKE_PORT},
		.server_name = name,
		.label = "kafka/test",
		.tls = {.enabled = true, .ca_pem = ca},
		.request_timeout_ms = 3000,
		.on_ready = on_ready,
		.on_close = on_close,
		.data = attempt,
	};
}

static void attempt_it(struct attempt *attempt)
{
	struct kafka_connection *connection = kafka_connection_open(&attempt->options, &attempt->err);
	if (connection)
		loop_run(attempt->loop, 5000, NULL);
	kafka_connection_destroy(connection);
	fake_cluster_finish(&attempt->cluster);
	loop_destroy(attempt->loop);
}

static void expect_refused(const struct attempt *attempt, const char *says)
{
	if (attempt->ready || attempt->err.code != ERR_TLS || !strstr(attempt->err.text, says))
		fail_msg("ready %d, %s: %s (wanted: %s)", attempt->ready, err_code_word(attempt->err.code),
			 attempt->err.text, says);
}

static void judges_certificates(void **state)
{
	const struct authorities *all = *state;
	static const char *good = "DNS:kafka-0.kafka-brokers.mq.svc,IP:10.0.0.7";
	const struct {
		struct tls_cert_options options;
		const struct tls_cert_pair *issuer;
		const char *ask;  /* name asked for */
		const char *says; /* NULL = accepted */
	} cases[] = {
		{{.sans = good, .usage = "serverAuth"}, &all->root, name, NULL},
		{{.sans = good}, &all->root, "10.0.0.7", NULL},
		{{.sans = "DNS:*.kafka-brokers.mq.svc"}, &all->root, name, NULL},
		{{.sans = good}, &all->root, "10.0.0.8", "10.0.0.7"},
		{{.sans = good}, &all->root, "kafka-1.kafka-brokers.mq.svc", name},
		{{.sans = "IP:10.0.0.7"}, &all->root, name, "10.0.0.7"},
		{{.sans = "DNS:kafka*.kafka-brokers.mq.svc"}, &all->root, name, "kafka*"},
		{{.common_name = name}, &all->root, name, "subjectAltName"},
		{{.sans = good, .valid_from_s = -7200, .valid_to_s = -60}, &all->root, name, "expired"},
		{{.sans = good, .valid_from_s = 600, .valid_to_s = 7200}, &all->root, name, "not valid before"},
		{{.sans = good}, NULL, name, "self-signed"},
		{{.sans = good}, &all->other, name, "unknown authority"},
		{{.sans = good}, &all->middle, name, "intermediate certificates"},
		{{.sans = good, .usage = "clientAuth"}, &all->root, name, "not valid for servers"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct tls_cert_pair cert;
		struct attempt attempt;
		make(&cert, cases[i].issuer, cases[i].options);
		prepare(&attempt, &cert, all->root.cert);
		attempt.options.server_name = cases[i].ask;
		attempt_it(&attempt);
		if (cases[i].says)
			expect_refused(&attempt, cases[i].says);
		else if (!attempt.ready)
			fail_msg("case %zu: %s", i, attempt.err.text);
		tls_cert_pair_finish(&cert);
	}
}

static void configured_name_goes_before_the_advertised(void **state)
{
	const struct authorities *all = *state;
	struct tls_cert_pair cert;
	struct attempt attempt;
	make(&cert, &all->root, (struct tls_cert_options){.sans = "DNS:kafka.example"});
	prepare(&attempt, &cert, all->root.cert);
	attempt.options.tls.server_name = "kafka.example";
	attempt_it(&attempt);
	assert_true(attempt.ready);
	tls_cert_pair_finish(&cert);
}

static void given_authority_replaces_the_systems(void **state)
{
	const struct authorities *all = *state;
	struct tls_cert_pair cert;
	struct attempt attempt;
	make(&cert, &all->root, (struct tls_cert_options){.sans = "DNS:kafka-0.kafka-brokers.mq.svc"});
	prepare(&attempt, &cert, NULL);
	attempt_it(&attempt);
	expect_refused(&attempt, "is not trusted");
	prepare(&attempt, &cert, all->other.cert);
	attempt_it(&attempt);
	expect_refused(&attempt, "is not trusted");
	prepare(&attempt, &cert, "no PEM");
	attempt_it(&attempt);
	expect_refused(&attempt, "CA certificate");
	prepare(&attempt, &cert, all->other.cert);
	attempt.options.tls.insecure = true;
	attempt_it(&attempt);
	assert_true(attempt.ready);
	tls_cert_pair_finish(&cert);
}

static void wants_tls_1_2(void **state)
{
	const struct authorities *all = *state;
	struct tls_cert_pair cert;
	struct attempt attempt;
	make(&cert, &all->root, (struct tls_cert_options){.sans = "DNS:kafka-0.kafka-brokers.mq.svc"});
	for (int version = TLS1_VERSION; version <= TLS1_3_VERSION; version++) {
		prepare(&attempt, &cert, all->root.cert);
		attempt.broker->tls_max = version;
		attempt_it(&attempt);
		if (version < TLS1_2_VERSION)
			expect_refused(&attempt, "1.2");
		else
			assert_true(attempt.ready);
	}
	tls_cert_pair_finish(&cert);
}

static void shows_its_certificate_when_asked(void **state)
{
	const struct authorities *all = *state;
	struct tls_cert_pair cert, client, stranger;
	struct attempt attempt;
	make(&cert, &all->root, (struct tls_cert_options){.sans = "DNS:kafka-0.kafka-brokers.mq.svc"});
	make(&client, &all->other, (struct tls_cert_options){.common_name = "deck", .usage = "clientAuth"});
	make(&stranger, NULL, (struct tls_cert_options){.common_name = "stranger", .usage = "clientAuth"});
	for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
		prepare(&attempt, &cert, all->root.cert);
		attempt.broker->client_ca = all->other.cert;
		attempt.broker->tls_max = version;
		attempt.options.tls.cert_pem = client.cert;
		attempt.options.tls.key_pem = client.key;
		attempt_it(&attempt);
		assert_true(attempt.ready);

		prepare(&attempt, &cert, all->root.cert);
		attempt.broker->client_ca = all->other.cert;
		attempt.broker->tls_max = version;
		attempt_it(&attempt);
		expect_refused(&attempt, "client certificate");

		prepare(&attempt, &cert, all->root.cert);
		attempt.broker->client_ca = all->other.cert;
		attempt.broker->tls_max = version;
		attempt.options.tls.cert_pem = stranger.cert;
		attempt.options.tls.key_pem = stranger.key;
		attempt_it(&attempt);
		expect_refused(&attempt, "the client certificate");
	}
	prepare(&attempt, &cert, all->root.cert);
	attempt.options.tls.cert_pem = client.cert;
	attempt.options.tls.key_pem = stranger.key;
	attempt_it(&attempt);
	expect_refused(&attempt, "client key");
	tls_cert_pair_finish(&cert);
	tls_cert_pair_finish(&client);
	tls_cert_pair_finish(&stranger);
}

static void meets_a_broker_in_the_clear(void **state)
{
	const struct authorities *all = *state;
	struct attempt attempt;
	prepare(&attempt, NULL, all->root.cert);
	attempt.broker->says = "HTTP/1.1 400 Bad Request\r\n\r\n";
	attempt.broker->says_len = 28;
	attempt_it(&attempt);
	expect_refused(&attempt, "does not use TLS");
}

static void gives_up_on_a_handshake_that_hangs(void **state)
{
	const struct authorities *all = *state;
	struct attempt attempt;
	prepare(&attempt, NULL, all->root.cert);
	attempt.broker->silent = true;
	attempt_it(&attempt);
	assert_false(attempt.ready);
	assert_int_equal(attempt.err.code, ERR_TIMEOUT);
	assert_non_null(strstr(attempt.err.text, "TLS handshake"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_certificates),
		cmocka_unit_test(configured_name_goes_before_the_advertised),
		cmocka_unit_test(given_authority_replaces_the_systems),
		cmocka_unit_test(wants_tls_1_2),
		cmocka_unit_test(shows_its_certificate_when_asked),
		cmocka_unit_test(meets_a_broker_in_the_clear),
		cmocka_unit_test(gives_up_on_a_handshake_that_hangs),
	};
	return cmocka_run_group_tests_name("kafka/tls", tests, make_authorities, free_authorities);
}
