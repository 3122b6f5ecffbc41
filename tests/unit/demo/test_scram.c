/* The console's own Kafka connection against the embedded brokers: both sides of SCRAM, and what wrong passwords
 * get. */
#include "tests/unit/unit.h"

#include <sys/socket.h>
#include <unistd.h>

#include "api/demo/host/pod_connection.h"
#include "api/kafka/client/connection.h"
#include "api/kafka/wire/messages.h"
#include "tests/unit/demo/client.h"

/* A dialer that carries bytes straight into the pod. */
struct dial {
	struct demo_pod_connection *pod;
	struct loop_fd *watch;
	int far;
	struct err err;
};

struct pod_dialer {
	struct dial_opener dialer;
	struct client *client;
};

static void end(struct dial *dial)
{
	loop_fd_remove(dial->watch);
	dial->watch = NULL;
	if (dial->far >= 0)
		close(dial->far);
	dial->far = -1;
}

static void pump(void *data, unsigned ready)
{
	struct dial *dial = data;
	char bytes[4096];
	struct buf out = BUF_INIT(1 << 20);
	ssize_t got = recv(dial->far, bytes, sizeof bytes, MSG_DONTWAIT);
	bool open = got > 0 && demo_pod_connection_feed(dial->pod, bytes, (size_t)got, &out);
	if (out.len > 0)
		assert_int_equal(send(dial->far, out.data, out.len, MSG_DONTWAIT | MSG_NOSIGNAL), out.len);
	buf_finish(&out);
	if (!open)
		end(dial);
}

static struct dial *dial_open(struct dial_opener *self, const struct dial_target *target, int *fd, struct err *err)
{
	struct client *client = ((struct pod_dialer *)self)->client;
	struct dial *dial = mem_alloc(sizeof *dial);
	int ends[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	dial->pod = demo_pod_connection_open(client->demo, target->namespace, target->pod, target->port);
	assert_non_null(dial->pod);
	dial->far = ends[0];
	dial->watch = loop_fd_add(client->loop, ends[0], LOOP_READ, pump, dial);
	*fd = ends[1];
	return dial;
}

static const struct err *dial_error(const struct dial *dial)
{
	return &dial->err;
}

static void dial_close(struct dial *dial)
{
	if (!dial)
		return;
	end(dial);
	demo_pod_connection_close(dial->pod);
	free(dial);
}

struct outcome {
	int ready, closed, answered;
	struct err err;
	int32_t brokers;
};

static void on_ready(void *data)
{
	((struct outcome *)data)->ready++;
}

static void on_close(void *data, const struct err *err)
{
	struct outcome *outcome = data;
	outcome->closed++;
	outcome->err = *err;
}

static void on_metadata(void *data, const struct err *err, const void *response)
{
	struct outcome *outcome = data;
	const struct kafka_metadata_response *answer = response;
	outcome->answered++;
	outcome->brokers = answer ? answer->brokers.len : -1;
}

static struct outcome try_login(struct client *client, enum kafka_sasl_mechanism mechanism, const char *password)
{
	struct pod_dialer dialer = {.dialer = {.open = dial_open, .error = dial_error, .close = dial_close},
				    .client = client};
	struct outcome outcome = {0};
	struct err err = {0};
	struct kafka_connection_options options = {
		.loop = client->loop,
		.dialer = &dialer.dialer,
		.target = {.namespace = "staging", .pod = "logs-brokers-0", .port = 9094},
		.label = "kafka/logs broker 0",
		.sasl = {.mechanism = mechanism, .user = "mqdeck", .password = password},
		.request_timeout_ms = 3600 * 1000,
		.on_ready = on_ready,
		.on_close = on_close,
		.data = &outcome,
	};
	struct kafka_connection *connection = kafka_connection_open(&options, &err);
	assert_non_null(connection);
	struct kafka_metadata_request request = {.topics = KAFKA_NULL_ARRAY};
	kafka_connection_send(connection, KAFKA_METADATA, &request, 0, on_metadata, &outcome);
	client_live(client, 1000);
	kafka_connection_destroy(connection);
	return outcome;
}

static void the_right_password_enters(void **state)
{
	static const enum kafka_sasl_mechanism mechanisms[] = {KAFKA_SASL_SCRAM_SHA_256, KAFKA_SASL_SCRAM_SHA_512};
	for (size_t i = 0; i < ARRAY_LEN(mechanisms); i++) {
		struct outcome outcome = try_login(*state, mechanisms[i], "correct-horse-3");
		assert_int_equal(outcome.ready, 1);
		assert_int_equal(outcome.answered, 1);
		assert_int_equal(outcome.brokers, 3);
		assert_int_equal(outcome.closed, 0);
	}
}

static void a_wrong_password_does_not(void **state)
{
	struct outcome outcome = try_login(*state, KAFKA_SASL_SCRAM_SHA_512, "battery-staple");
	assert_int_equal(outcome.ready, 0);
	assert_int_equal(outcome.brokers, -1);
	assert_int_equal(outcome.closed, 1);
	assert_int_equal(outcome.err.code, ERR_UNAUTHORIZED);
}

static void no_password_does_not(void **state)
{
	struct outcome outcome = try_login(*state, KAFKA_SASL_NONE, NULL);
	assert_int_equal(outcome.brokers, -1);
	assert_int_equal(outcome.closed, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_right_password_enters, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(a_wrong_password_does_not, client_setup, client_teardown),
		cmocka_unit_test_setup_teardown(no_password_does_not, client_setup, client_teardown),
	};
	return cmocka_run_group_tests_name("demo/scram", tests, NULL, NULL);
}
