/* What happens when the descriptors run out: never an abort, a sentence instead, and all is well once some are free. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/file.h"
#include "api/base/mem.h"
#include "api/net/dial.h"
#include "api/net/http.h"
#include "api/net/websocket.h"
#include "tests/unit/hoard.h"
#include "tests/unit/net/server.h"

enum { LIMIT = 96, REQUESTS = 20, ROOM = 8 };

struct fixture {
	struct clock clock;
	struct loop *loop;
	struct server server;
	struct http *http;
	struct hoard hoard;
	bool is_silent;
	int done, limited, answered, timed_out;
	struct err err;
};

static void answer(struct server_conn *conn, void *data)
{
	const struct fixture *f = data;
	CLEANUP(free) char *request = server_take_request(conn);
	if (request && !f->is_silent)
		buf_append_str(&conn->out, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
}

static int setup(void **state)
{
	struct fixture *f = mem_alloc(sizeof *f);
	struct err err = {0};
	char url[64];
	hoard_begin(&f->hoard, LIMIT);
	f->clock = clock_virtual(0);
	f->loop = loop_create(&f->clock);
	f->server = (struct server){.loop = f->loop, .script = answer, .data = f};
	server_start(&f->server);
	snprintf(url, sizeof url, "http://127.0.0.1:%u", f->server.port);
	f->http = http_create(f->loop, &(struct http_options){.base_url = url}, &err);
	assert_non_null(f->http);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	http_destroy(f->http);
	server_stop(&f->server);
	loop_destroy(f->loop);
	hoard_end(&f->hoard);
	free(f);
	return 0;
}

static void note_done(void *data, const struct http_result *result)
{
	struct fixture *f = data;
	f->done++;
	f->limited += result->err.code == ERR_LIMIT && result->err.no_descriptor;
	f->timed_out += result->err.code == ERR_TIMEOUT;
	f->answered += result->status == 200;
	if (err_is_set(&result->err))
		f->err = result->err;
}

static struct http_request *ask(struct fixture *f)
{
	struct err err = {0};
	struct http_request *request = http_send(
		f->http, &(struct http_call){.method = "GET", .path = "/", .on_done = note_done, .data = f}, &err);
	assert_non_null(request);
	return request;
}

static void more_requests_than_descriptors_end_with_a_sentence(void **state)
{
	struct fixture *f = *state;
	char said[256];
	f->is_silent = true;
	hoard_all(&f->hoard, DESCRIPTORS_FOR_SERVER);
	for (int i = 0; i < ROOM; i++)
		close(f->hoard.fds[--f->hoard.count]);
	for (int i = 0; i < REQUESTS; i++)
		ask(f);
	loop_run(f->loop, 1000, NULL);
	assert_int_equal(f->limited, REQUESTS - ROOM);
	assert_int_equal(f->done, f->limited);
	snprintf(said, sizeof said,
		 "127.0.0.1:%u: cannot open another connection: this process may have %d files open (ulimit -n); start "
		 "mqdeck with a higher limit, or for one namespace (-n)",
		 f->server.port, LIMIT);
	assert_string_equal(f->err.text, said);
	/* Those that got a connection go on with it. */
	loop_run(f->loop, 60000, NULL);
	assert_int_equal(f->done, REQUESTS);
	assert_int_equal(f->timed_out, REQUESTS - f->limited);
	f->is_silent = false;
	ask(f);
	loop_run(f->loop, 1000, NULL);
	assert_int_equal(f->answered, 1);
}

static void a_request_works_again_once_descriptors_are_free(void **state)
{
	struct fixture *f = *state;
	hoard_all(&f->hoard, DESCRIPTORS_FOR_SERVER);
	ask(f);
	loop_run(f->loop, 1000, NULL);
	assert_int_equal(f->limited, 1);
	hoard_let_go(&f->hoard);
	ask(f);
	loop_run(f->loop, 1000, NULL);
	assert_int_equal(f->answered, 1);
}

static void ws_closed(void *data, const struct err *err, int status, const char *body)
{
}

static void ws_message(void *data, const unsigned char *bytes, size_t len)
{
}

static void brokers_get_none_when_the_server_still_does(void **state)
{
	struct fixture *f = *state;
	struct err err = {0};
	const struct websocket_call call = {
		.path = "/", .subprotocols = "x", .on_message = ws_message, .on_close = ws_closed, .data = f};
	CLEANUP(close) int fd = -1;
	struct dial_opener *dialer = dial_tcp_create(f->loop);
	hoard_all(&f->hoard, DESCRIPTORS_FOR_BROKER);
	assert_null(websocket_open(f->http, &call, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	err_clear(&err);
	const struct dial_target target = {.host = "127.0.0.1", .port = f->server.port};
	assert_null(dialer->open(dialer, &target, &fd, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_int_equal(fd, -1);
	ask(f);
	loop_run(f->loop, 1000, NULL);
	assert_int_equal(f->answered, 1);
	hoard_let_go(&f->hoard);
	struct dial *dial = dialer->open(dialer, &target, &fd, &err);
	assert_non_null(dial);
	dialer->close(dial);
	struct websocket *ws = websocket_open(f->http, &call, &err);
	assert_non_null(ws);
	websocket_destroy(ws);
	dial_tcp_destroy(dialer);
}

static void no_http_without_descriptors(void **state)
{
	struct fixture *f = *state;
	struct err err = {0};
	hoard_all(&f->hoard, DESCRIPTORS_FOR_SERVER);
	assert_null(http_create(f->loop, &(struct http_options){.base_url = "http://127.0.0.1:1"}, &err));
	assert_int_equal(err.code, ERR_LIMIT);
}

/* Each way of not getting one, down to the last. */
static void whichever_descriptor_is_missing_nothing_ends_but_the_request(void **state)
{
	struct fixture *f = *state;
	for (int left = 0; left < 12; left++) {
		struct err err = {0};
		int done = f->done;
		hoard_all_but(&f->hoard, left);
		struct http *http =
			http_create(f->loop, &(struct http_options){.base_url = "http://127.0.0.1:1"}, &err);
		assert_null(http);
		assert_int_equal(err.code, ERR_LIMIT);
		ask(f);
		loop_run(f->loop, 1000, NULL);
		assert_int_equal(f->done, done + 1);
		assert_int_equal(f->err.code, ERR_LIMIT);
		hoard_let_go(&f->hoard);
	}
}

static void files_can_still_be_opened(void **state)
{
	struct fixture *f = *state;
	struct err err = {0};
	hoard_all(&f->hoard, DESCRIPTORS_FOR_SERVER);
	CLEANUP(close)
	int fd = file_open("/proc/self/status", &(struct file_use){.what = "file", .trust = FILE_ANYBODYS}, &err);
	assert_true(fd >= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(more_requests_than_descriptors_end_with_a_sentence, setup, teardown),
		cmocka_unit_test_setup_teardown(a_request_works_again_once_descriptors_are_free, setup, teardown),
		cmocka_unit_test_setup_teardown(brokers_get_none_when_the_server_still_does, setup, teardown),
		cmocka_unit_test_setup_teardown(no_http_without_descriptors, setup, teardown),
		cmocka_unit_test_setup_teardown(whichever_descriptor_is_missing_nothing_ends_but_the_request, setup,
						teardown),
		cmocka_unit_test_setup_teardown(files_can_still_be_opened, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
