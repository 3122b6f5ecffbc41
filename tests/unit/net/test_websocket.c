#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>

#include "api/base/loop.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/net/websocket.h"
#include "tests/unit/net/server.h"

/* A WebSocket server whose misbehaviour is written in the fixture. */
struct fixture {
	struct clock clock;
	struct loop *loop;
	struct server server;
	struct http *http;
	struct websocket *ws;
	/* the server's side */
	const char *answer; /* instead of the upgrade */
	const char *subprotocol;
	bool bad_accept, mute; /* mute: answers no frame */
	const char *then;      /* raw bytes after the upgrade */
	size_t then_len, piece;
	struct ws_decoder decoder;
	int pings, pongs, closes, echoes;
	unsigned close_code;
	/* the client's side */
	int opened, closed, messages, drained, status;
	size_t bytes;
	char protocol[64];
	unsigned char last[64];
	struct err err;
	char *body, *request;
	bool destroy_inside, pause_inside;
};

static bool server_frame(void *data, enum ws_opcode opcode, const unsigned char *payload, size_t len)
{
	struct server_conn *conn = data;
	struct fixture *f = conn->server->data;
	f->pings += opcode == WS_PING;
	f->pongs += opcode == WS_PONG;
	if (opcode == WS_CLOSE) {
		f->closes++;
		f->close_code = len >= 2 ? payload[0] << 8 | payload[1] : 0;
		conn->close_after = true;
	}
	if (opcode == WS_PING && !f->mute)
		return ws_encode(&conn->out, WS_PONG, NULL, NULL, 0, payload, len);
	if (opcode == WS_BINARY && !f->mute) {
		f->echoes++;
		return ws_encode(&conn->out, WS_BINARY, NULL, NULL, 0, payload, len);
	}
	return true;
}

static void upgrade(struct fixture *f, struct server_conn *conn)
{
	char *request = server_take_request(conn);
	if (!request)
		return;
	free(f->request);
	f->request = request;
	conn->piece = f->piece;
	if (f->answer) {
		buf_append_str(&conn->out, f->answer);
		conn->close_after = true;
		return;
	}
	server_upgrade(conn, request, f->subprotocol, f->bad_accept ? "nonsense" : NULL);
	if (f->then)
		buf_append(&conn->out, f->then, f->then_len);
}

static void serve(struct server_conn *conn, void *data)
{
	struct fixture *f = data;
	if (!conn->upgraded)
		upgrade(f, conn);
	if (!conn->upgraded)
		return;
	assert_true(ws_decoder_feed(&f->decoder, buf_str(&conn->in), conn->in.len, server_frame, conn, NULL));
	buf_clear(&conn->in);
}

static int setup_with(void **state, struct clock clock)
{
	struct fixture *f = mem_alloc(sizeof *f);
	f->clock = clock;
	f->loop = loop_create(&f->clock);
	f->server = (struct server){.loop = f->loop, .script = serve, .data = f};
	server_start(&f->server);
	ws_decoder_init(&f->decoder, 1 << 20, true);
	char url[64];
	snprintf(url, sizeof url, "http://127.0.0.1:%u/prefix", f->server.port);
	f->http = http_create(f->loop, &(struct http_options){.base_url = url}, NULL);
	assert_non_null(f->http);
	*state = f;
	return 0;
}

static int setup(void **state)
{
	return setup_with(state, clock_virtual(0));
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	websocket_destroy(f->ws);
	http_destroy(f->http);
	server_stop(&f->server);
	loop_destroy(f->loop);
	ws_decoder_finish(&f->decoder);
	free(f->body);
	free(f->request);
	free(f);
	return 0;
}

static void drop_if_asked(struct fixture *f)
{
	if (!f->destroy_inside)
		return;
	websocket_destroy(f->ws);
	f->ws = NULL;
}

static void on_open(void *data, const char *subprotocol)
{
	struct fixture *f = data;
	f->opened++;
	snprintf(f->protocol, sizeof f->protocol, "%s", subprotocol);
}

static void on_message(void *data, const unsigned char *bytes, size_t len)
{
	struct fixture *f = data;
	f->messages++;
	f->bytes += len;
	memcpy(f->last, bytes, len < sizeof f->last ? len : sizeof f->last);
	if (f->pause_inside)
		websocket_pause(f->ws, true);
	drop_if_asked(f);
}

static void on_drain(void *data)
{
	((struct fixture *)data)->drained++;
}

static void on_close(void *data, const struct err *err, int status, const char *body)
{
	struct fixture *f = data;
	f->closed++;
	f->err = *err;
	f->status = status;
	free(f->body);
	f->body = mem_strdup(body);
	drop_if_asked(f);
}

static void open_with(struct fixture *f, struct websocket_call call)
{
	struct err err = {0};
	call.path = "/stream?a=b";
	call.on_open = on_open;
	call.on_message = on_message;
	call.on_drain = on_drain;
	call.on_close = on_close;
	call.data = f;
	f->opened = f->closed = f->messages = 0;
	f->ws = websocket_open(f->http, &call, &err);
	if (!f->ws)
		fail_msg("%s", err.text);
}

static void run_until(struct fixture *f, const int *counter, int value)
{
	for (int i = 0; i < 20000 && *counter < value; i++)
		loop_step(f->loop, 10);
	if (*counter < value)
		fail_msg("waited in vain: %s", f->err.text);
}

static void reopen(struct fixture *f)
{
	websocket_destroy(f->ws);
	f->err = (struct err){0};
	ws_decoder_finish(&f->decoder);
	ws_decoder_init(&f->decoder, 1 << 20, true);
	open_with(f, (struct websocket_call){.subprotocols = f->subprotocol ? "v5.x, v4.x" : NULL});
}

static void echo_and_close(void **state)
{
	struct fixture *f = *state;
	f->subprotocol = "v4.x";
	open_with(f, (struct websocket_call){.subprotocols = "v5.x, v4.x",
					     .headers = (const char *const[]){"Authorization: Bearer t", NULL}});
	assert_false(websocket_send(f->ws, "x", 1, NULL, 0));
	run_until(f, &f->opened, 1);
	assert_string_equal(f->protocol, "v4.x");
	assert_true(str_has_prefix(f->request, "GET /prefix/stream?a=b HTTP/1.1\r\n"));
	assert_non_null(strstr(f->request, "\r\nSec-WebSocket-Protocol: v5.x, v4.x\r\n"));
	assert_non_null(strstr(f->request, "\r\nAuthorization: Bearer t\r\n"));
	assert_true(websocket_send(f->ws, "\0", 1, "hello", 5));
	run_until(f, &f->messages, 1);
	assert_int_equal(f->bytes, 6);
	assert_memory_equal(f->last, "\0hello", 6);
	websocket_destroy(f->ws);
	f->ws = NULL;
	run_until(f, &f->closes, 1);
	assert_int_equal(f->close_code, 1000);
	assert_int_equal(f->closed, 0);
}

/* Without it the request would be another one, perhaps with more rights. */
static void no_header_is_left_out(void **state)
{
	struct fixture *f = *state;
	enum { TOKEN = 2 << 20 };
	CLEANUP(free) char *huge = mem_alloc(TOKEN + 1);
	memset(huge, 'x', TOKEN);
	memcpy(huge, "Token: ", 7);
	const char *const cases[][2] = {{huge, "larger than"},
					{"Impersonate-User: a\r\nb", "line break"},
					{"Impersonate-User: a\x7f", "control character"},
					{"Im personate: a", "no valid name"}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		const char *const headers[] = {"Accept: a", cases[i][0], NULL};
		assert_null(websocket_open(f->http, &(struct websocket_call){.path = "/a", .headers = headers}, &err));
		if (!strstr(err.text, cases[i][1]))
			fail_msg("case %zu: %s", i, err.text);
	}
}

static void everything_in_single_bytes(void **state)
{
	struct fixture *f = *state;
	f->piece = 1;
	f->then = "\x02\x01"
		  "a\x89\x01p\x80\x01"
		  "b\x82\x7e\x00\x7e"
		  "ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
		  "ccccccccccccc"
		  "cccccccccccccccc\x88\x02\x03\xe8";
	f->then_len = 3 + 3 + 3 + 4 + 126 + 4;
	open_with(f, (struct websocket_call){0});
	run_until(f, &f->closed, 1);
	assert_int_equal(f->err.code, ERR_NONE);
	assert_int_equal(f->messages, 2);
	assert_int_equal(f->bytes, 128);
	run_until(f, &f->closes, 1);
	assert_int_equal(f->pongs, 1);
	assert_int_equal(f->close_code, 1000);
}

static void upgrades_that_are_refused(void **state)
{
	static const struct {
		const char *answer;
		enum err_code code;
		int status;
		const char *body;
	} cases[] = {
		{"HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\n\r\nno no", ERR_FORBIDDEN, 403, "no no"},
		{"HTTP/1.1 403 Forbidden\r\n\r\n", ERR_FORBIDDEN, 403, ""},
		{"HTTP/1.1 401 Unauthorized\r\n\r\nuntil the end", ERR_UNAUTHORIZED, 401, "until the end"},
		{"HTTP/1.1 404 N\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwiki\r\n5;x\r\npedia\r\n0\r\n\r\n",
		 ERR_NOT_FOUND, 404, "wikipedia"},
		{"HTTP/1.1 500 E\r\nContent-Length: 99\r\n\r\ncut", ERR_SERVER, 500, "cut"},
		{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", ERR_UNSUPPORTED, 200, "ok"},
		{"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>Sign in</title>", ERR_UNSUPPORTED, 0, ""},
		{"HTTP/1.1 302 F\r\nLocation: https://login.example/?t\r\n\r\n", ERR_UNSUPPORTED, 0, ""},
		{"SSH-2.0-OpenSSH_9.2\r\n", ERR_PARSE, 0, ""},
		{"HTTP/1.1 1", ERR_CONNECT, 0, ""},
		{"", ERR_CONNECT, 0, ""},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		f->answer = cases[i].answer;
		reopen(f);
		run_until(f, &f->closed, 1);
		if (f->err.code != cases[i].code)
			fail_msg("%zu: %s", i, f->err.text);
		if (strstr(cases[i].answer, "Sign in"))
			assert_non_null(strstr(f->err.text, "an HTML page (“Sign in”) from 127.0.0.1"));
		if (strstr(cases[i].answer, "Location"))
			assert_non_null(strstr(f->err.text, "a redirect to https://login.example/ from 127.0.0.1"));
		assert_int_equal(f->status, cases[i].status);
		assert_string_equal(f->body, cases[i].body);
		assert_int_equal(f->opened, 0);
	}
}

static void upgrades_that_lie(void **state)
{
	struct fixture *f = *state;
	f->bad_accept = true;
	reopen(f);
	run_until(f, &f->closed, 1);
	assert_int_equal(f->err.code, ERR_PARSE);
	f->bad_accept = false;
	f->subprotocol = "v9.x";
	reopen(f);
	run_until(f, &f->closed, 1);
	assert_int_equal(f->err.code, ERR_UNSUPPORTED);
	char *endless = mem_alloc(100000);
	memset(endless, 'a', 99999);
	memcpy(endless, "HTTP/1.1 101 S\r\nx: ", 19);
	f->answer = endless;
	reopen(f);
	run_until(f, &f->closed, 1);
	assert_int_equal(f->err.code, ERR_LIMIT);
	free(endless);
	f->answer = NULL;
}

static void frames_that_end_it(void **state)
{
	static const struct {
		const char *then;
		size_t len;
		enum err_code code;
		unsigned close_code;
	} cases[] = {
		{"\x82\x81\x01\x02\x03\x04x", 7, ERR_PARSE, 1002},
		{"\x82\x7f\x00\x00\x00\x00\x40\x00\x00\x00", 10, ERR_LIMIT, 1002},
		{"\x88\x00", 2, ERR_NONE, 1000},
		{"\x88\x02\x03\xe9", 4, ERR_NONE, 1001},
		{"\x88\x06\x03\xf3"
		 "oops",
		 8, ERR_CONNECT, 1011},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		f->then = cases[i].then;
		f->then_len = cases[i].len;
		f->closes = 0;
		reopen(f);
		run_until(f, &f->closed, 1);
		if (f->err.code != cases[i].code)
			fail_msg("%zu: %s", i, f->err.text);
		run_until(f, &f->closes, 1);
		assert_int_equal(f->close_code, cases[i].close_code);
	}
	assert_non_null(strstr(f->err.text, "1011: oops"));
}

static void destroying_inside_callbacks(void **state)
{
	struct fixture *f = *state;
	f->destroy_inside = true;
	f->then = "\x82\x01"
		  "a\x82\x01"
		  "b";
	f->then_len = 6;
	open_with(f, (struct websocket_call){0});
	run_until(f, &f->messages, 1);
	loop_run(f->loop, 30, NULL);
	assert_int_equal(f->messages, 1);
	assert_int_equal(f->closed, 0);
	f->then = "\x88";
	f->then_len = 1;
	f->answer = "HTTP/1.1 403 F\r\n\r\n";
	open_with(f, (struct websocket_call){0});
	run_until(f, &f->closed, 1);
	assert_null(f->ws);
}

static void destroyed_at_every_moment(void **state)
{
	struct fixture *f = *state;
	f->piece = 16;
	f->then = "\x82\x01"
		  "a\x82\x01"
		  "b";
	f->then_len = 6;
	for (int steps = 0; steps < 40; steps++) {
		reopen(f);
		for (int i = 0; i < steps; i++)
			loop_step(f->loop, 1);
	}
	assert_int_equal(f->messages, 2);
}

static void a_full_queue_drains(void **state)
{
	struct fixture *f = *state;
	open_with(f, (struct websocket_call){0});
	run_until(f, &f->opened, 1);
	f->server.conns->deaf = true;
	char block[32768] = {0};
	int sent = 0;
	while (websocket_send(f->ws, "\1", 1, block, sizeof block) && sent < 10000) {
		sent++;
		loop_step(f->loop, 0);
	}
	assert_in_range(sent, 8, 9999);
	assert_int_equal(f->drained, 0);
	f->server.conns->deaf = false;
	server_flush(f->server.conns);
	run_until(f, &f->drained, 1);
	run_until(f, &f->messages, sent);
	assert_int_equal(f->bytes, (size_t)sent * (sizeof block + 1));
}

static void a_paused_one_reads_nothing(void **state)
{
	struct fixture *f = *state;
	f->pause_inside = true;
	f->then = "\x82\x01"
		  "a\x82\x01"
		  "b\x82\x01"
		  "c";
	f->then_len = 9;
	open_with(f, (struct websocket_call){0});
	for (int i = 1; i <= 3; i++) {
		run_until(f, &f->messages, i);
		loop_run(f->loop, 10, NULL);
		assert_int_equal(f->messages, i);
		websocket_pause(f->ws, false);
	}
	run_until(f, &f->messages, 3);
	/* A connection that breaks during the pause is told of after it. */
	websocket_pause(f->ws, true);
	server_stop(&f->server);
	loop_run(f->loop, 20, NULL);
	assert_int_equal(f->closed, 0);
	f->pause_inside = false;
	websocket_pause(f->ws, false);
	run_until(f, &f->closed, 1);
	assert_int_equal(f->err.code, ERR_CONNECT);
}

static void pings_find_the_dead(void **state)
{
	struct fixture *f = *state;
	open_with(f, (struct websocket_call){.ping_ms = 20000});
	run_until(f, &f->opened, 1);
	loop_run(f->loop, 200000, NULL);
	assert_int_equal(f->closed, 0);
	assert_in_range(f->pings, 9, 10);
	f->mute = true;
	loop_run(f->loop, 85000, NULL);
	assert_int_equal(f->closed, 1);
	assert_int_equal(f->err.code, ERR_TIMEOUT);
}

static void opening_times_out(void **state)
{
	struct fixture *f = *state;
	f->server.script = NULL;
	open_with(f, (struct websocket_call){.open_timeout_ms = 5000});
	loop_run(f->loop, 4900, NULL);
	assert_int_equal(f->closed, 0);
	loop_run(f->loop, 200, NULL);
	assert_int_equal(f->closed, 1);
	assert_int_equal(f->err.code, ERR_TIMEOUT);
}

static void nobody_listens(void **state)
{
	struct fixture *f = *state;
	server_stop(&f->server);
	open_with(f, (struct websocket_call){0});
	run_until(f, &f->closed, 1);
	assert_int_equal(f->err.code, ERR_CONNECT);
	assert_non_null(strstr(f->err.text, "connection refused"));
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(echo_and_close, setup, teardown),
		cmocka_unit_test_setup_teardown(no_header_is_left_out, setup, teardown),
		cmocka_unit_test_setup_teardown(everything_in_single_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(upgrades_that_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(upgrades_that_lie, setup, teardown),
		cmocka_unit_test_setup_teardown(frames_that_end_it, setup, teardown),
		cmocka_unit_test_setup_teardown(destroying_inside_callbacks, setup, teardown),
		cmocka_unit_test_setup_teardown(destroyed_at_every_moment, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_queue_drains, setup, teardown),
		cmocka_unit_test_setup_teardown(a_paused_one_reads_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(pings_find_the_dead, setup, teardown),
		cmocka_unit_test_setup_teardown(opening_times_out, setup, teardown),
		cmocka_unit_test_setup_teardown(nobody_listens, setup, teardown),
	};
	return cmocka_run_group_tests_name("net/websocket", tests, NULL, NULL);
}
