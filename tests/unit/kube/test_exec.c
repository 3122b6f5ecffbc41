#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kube/client/exec.h"
#include "tests/unit/kube/pod_server.h"

enum { STDOUT = 1, STDERR = 2, STATUS = 3 };

/* What the command's far side does, and what came back. */
struct fixture {
	struct pod_server pods;
	const char *out, *errors, *status;
	bool no_end, status_in_pieces;
	struct buf input;
	bool input_closed;
	int done, exit_code;
	struct err err;
	char *got_out, *got_errors;
	struct kube_exec *exec;
	size_t streamed;
	bool stop_inside, cancel_inside;
};

#define FAILURE(rest) "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\"," rest "}"
static const char success[] = "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Success\"}";
static const char exit_137[] =
	FAILURE("\"message\":\"command terminated with non-zero exit code\",\"reason\":\"NonZeroExitCode\",\"details\":"
		"{\"causes\":[{\"reason\":\"ExitCode\",\"message\":\"137\"}]}");

static void write_end(struct fixture *f, struct server_conn *conn)
{
	size_t len = f->status ? strlen(f->status) : 0, half = f->status_in_pieces ? len / 2 : len;
	if (len)
		pod_server_send(conn, STATUS, f->status, half);
	if (half < len)
		pod_server_send(conn, STATUS, f->status + half, len - half);
	if (!f->no_end)
		pod_server_close(conn);
}

static void run_command(struct pod_server *pods, struct server_conn *conn)
{
	struct fixture *f = pods->data;
	pod_server_send(conn, STDOUT, NULL, 0); /* as servers do */
	if (f->out)
		pod_server_send(conn, STDOUT, f->out, strlen(f->out));
	if (f->errors)
		pod_server_send(conn, STDERR, f->errors, strlen(f->errors));
	if (!strstr(pods->last_path, "stdin=true"))
		write_end(f, conn);
}

static void take_input(struct pod_server *pods, struct server_conn *conn, const unsigned char *bytes, size_t len)
{
	struct fixture *f = pods->data;
	if (bytes[0] == 0) {
		assert_in_range(len, 2, 32769);
		buf_append(&f->input, bytes + 1, len - 1);
	} else {
		assert_int_equal(bytes[0], 255);
		assert_int_equal(len, 2);
		assert_int_equal(bytes[1], 0);
		f->input_closed = true;
		write_end(f, conn);
	}
}

static int setup(void **state)
{
	struct fixture *f = mem_alloc(sizeof *f);
	pod_server_start(&f->pods);
	f->pods.on_open = run_command;
	f->pods.on_message = take_input;
	f->pods.data = f;
	f->pods.subprotocol = "v5.channel.k8s.io";
	f->status = success;
	buf_init(&f->input, 1 << 20);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	kube_exec_cancel(f->exec);
	pod_server_stop(&f->pods);
	buf_finish(&f->input);
	free(f->got_out);
	free(f->got_errors);
	free(f);
	return 0;
}

static void note_done(void *data, const struct kube_exec_result *result)
{
	struct fixture *f = data;
	f->done++;
	f->err = result->err;
	f->exit_code = result->exit_code;
	free(f->got_out);
	free(f->got_errors);
	f->got_out = mem_strndup(result->out, result->out_len);
	f->got_errors = mem_strndup(result->errors, result->errors_len);
	f->exec = NULL;
}

static bool note_output(void *data, bool is_error_stream, const char *bytes, size_t len)
{
	struct fixture *f = data;
	f->streamed += len;
	if (f->cancel_inside) {
		kube_exec_cancel(f->exec);
		f->exec = NULL;
	}
	return !f->stop_inside;
}

static void start(struct fixture *f, struct kube_exec_options options)
{
	static const char *const argv[] = {"printf", "%s", "a b&c", NULL};
	struct err err = {0};
	options.namespace = "shop";
	options.pod = "rabbitmq-0";
	options.argv = options.argv ? options.argv : argv;
	options.on_done = note_done;
	options.data = f;
	f->exec = kube_exec_run(f->pods.client, &options, &err);
	if (!f->exec)
		fail_msg("%s", err.text);
}

static void run(struct fixture *f, struct kube_exec_options options)
{
	int done = f->done;
	start(f, options);
	pod_server_run(&f->pods, &f->done, done + 1);
}

static void output_and_argv(void **state)
{
	struct fixture *f = *state;
	f->out = "hello\n";
	f->errors = "careful\n";
	run(f, (struct kube_exec_options){.container = "rabbitmq"});
	if (err_is_set(&f->err))
		fail_msg("%s", f->err.text);
	assert_int_equal(f->exit_code, 0);
	assert_string_equal(f->got_out, "hello\n");
	assert_string_equal(f->got_errors, "careful\n");
	assert_string_equal(
		f->pods.last_path,
		"/api/v1/namespaces/shop/pods/rabbitmq-0/exec?container=rabbitmq&command=printf&command=%25s"
		"&command=a%20b%26c&stdout=true&stderr=true");
}

static void how_it_ended(void **state)
{
	static const struct {
		const char *status;
		int exit_code;
		enum err_code code;
	} cases[] = {
		{success, 0, ERR_NONE},
		{exit_137, 137, ERR_NONE},
		{FAILURE("\"message\":\"exec: \\\"x\\\": executable file not found in $PATH\",\"code\":500"), -1,
		 ERR_NOT_FOUND},
		{FAILURE("\"message\":\"container is gone mad\",\"code\":500"), -1, ERR_SERVER},
		{FAILURE("\"reason\":\"NonZeroExitCode\",\"details\":{\"causes\":[{\"reason\":\"ExitCode\","
			 "\"message\":\"x\"}]}"),
		 -1, ERR_SERVER},
		{"{\"kind\":\"Status\",", -1, ERR_CONNECT},
		{NULL, -1, ERR_CONNECT},
	};
	struct fixture *f = *state;
	for (int v4 = 0; v4 < 2; v4++) {
		f->pods.subprotocol = v4 ? "v4.channel.k8s.io" : "v5.channel.k8s.io";
		for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
			f->status = cases[i].status;
			f->status_in_pieces = i & 1;
			run(f, (struct kube_exec_options){0});
			if (f->exit_code != cases[i].exit_code || f->err.code != cases[i].code)
				fail_msg("%zu: exit %d, %s", i, f->exit_code, f->err.text);
		}
	}
}

static void refusals(void **state)
{
	static const struct {
		const char *answer;
		enum err_code code;
		const char *text;
	} cases[] = {
		{"HTTP/1.1 403 Forbidden\r\n\r\n" FAILURE(
			 "\"message\":\"pods \\\"rabbitmq-0\\\" is forbidden: User \\\"eve\\\" cannot create "
			 "resource \\\"pods/exec\\\" in "
			 "API group \\\"\\\" in the namespace \\\"shop\\\"\",\"reason\":\"Forbidden\",\"code\":403"),
		 ERR_FORBIDDEN, "cannot create resource \"pods/exec\""},
		{"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", ERR_UNSUPPORTED, "v5.channel.k8s.io"},
		{"HTTP/1.1 404 Not Found\r\n\r\n" FAILURE(
			 "\"message\":\"pods \\\"rabbitmq-0\\\" not found\",\"reason\":\"NotFound\",\"code\":404"),
		 ERR_NOT_FOUND, "not found"},
		{"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", ERR_UNAUTHORIZED, "401"},
		{"HTTP/1.1 500 Oops\r\n\r\nerror dialing backend", ERR_SERVER, "dialing backend"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		f->pods.answer = cases[i].answer;
		run(f, (struct kube_exec_options){0});
		if (f->err.code != cases[i].code || !strstr(f->err.text, cases[i].text))
			fail_msg("%zu: %s: %s", i, err_code_word(f->err.code), f->err.text);
	}
	struct err err = {0};
	const struct kube_exec_options nobody = {.namespace = "shop", .pod = "x", .argv = (const char *const[]){NULL}};
	assert_null(kube_exec_run(f->pods.client, &nobody, &err));
	assert_int_equal(err.code, ERR_USAGE);
}

static void input_is_sent_whole_and_closed(void **state)
{
	struct fixture *f = *state;
	size_t len = 700000;
	char *input = mem_alloc(len);
	for (size_t i = 0; i < len; i++)
		input[i] = (char)(i * 31);
	run(f, (struct kube_exec_options){.input = input, .input_len = len});
	assert_int_equal(f->err.code, ERR_NONE);
	assert_true(f->input_closed);
	assert_int_equal(f->input.len, len);
	assert_memory_equal(f->input.data, input, len);
	free(input);

	f->input_closed = false;
	run(f, (struct kube_exec_options){.input = "", .input_len = 0});
	assert_true(f->input_closed);
	f->pods.subprotocol = "v4.channel.k8s.io";
	run(f, (struct kube_exec_options){.input = "x", .input_len = 1});
	assert_int_equal(f->err.code, ERR_UNSUPPORTED);
}

static void output_is_capped_or_streamed(void **state)
{
	struct fixture *f = *state;
	f->out = "0123456789";
	run(f, (struct kube_exec_options){.output_max = 9});
	assert_int_equal(f->err.code, ERR_LIMIT);
	run(f, (struct kube_exec_options){.output_max = 10});
	assert_int_equal(f->err.code, ERR_NONE);
	run(f, (struct kube_exec_options){.output_max = 1, .on_output = note_output});
	assert_int_equal(f->err.code, ERR_NONE);
	assert_int_equal(f->streamed, 10);
	f->stop_inside = true;
	run(f, (struct kube_exec_options){.on_output = note_output});
	assert_int_equal(f->err.code, ERR_CANCELLED);
	f->cancel_inside = true;
	int done = f->done;
	start(f, (struct kube_exec_options){.on_output = note_output});
	loop_run(f->pods.loop, 100, NULL);
	assert_int_equal(f->done, done);
	assert_null(f->exec);
}

static void time_and_cancelling(void **state)
{
	struct fixture *f = *state;
	f->status = NULL;
	f->no_end = true;
	run(f, (struct kube_exec_options){.timeout_ms = 50});
	assert_int_equal(f->err.code, ERR_TIMEOUT);
	int done = f->done;
	for (int steps = 0; steps < 15; steps++) {
		start(f, (struct kube_exec_options){0});
		for (int i = 0; i < steps; i++)
			loop_step(f->pods.loop, 1);
		kube_exec_cancel(f->exec);
		f->exec = NULL;
	}
	loop_run(f->pods.loop, 50, NULL);
	assert_int_equal(f->done, done);
	assert_in_range(f->pods.server.open, 0, 1); /* the client's own, kept alive */
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(output_and_argv, setup, teardown),
		cmocka_unit_test_setup_teardown(how_it_ended, setup, teardown),
		cmocka_unit_test_setup_teardown(refusals, setup, teardown),
		cmocka_unit_test_setup_teardown(input_is_sent_whole_and_closed, setup, teardown),
		cmocka_unit_test_setup_teardown(output_is_capped_or_streamed, setup, teardown),
		cmocka_unit_test_setup_teardown(time_and_cancelling, setup, teardown),
	};
	return cmocka_run_group_tests_name("kube/exec", tests, NULL, NULL);
}
