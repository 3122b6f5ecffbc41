#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "api/base/loop.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/net/http.h"
#include "api/net/pair.h"
#include "api/net/peer.h"
#include "tests/unit/net/server.h"

/* No label is that long: resolvers refuse it without asking anybody. */
#define IMPOSSIBLE_NAME "a-name-that-cannot-be-because-no-label-of-the-domain-name-system-is-that-long.invalid"

struct fixture {
	struct clock clock;
	struct loop *loop;
	struct server server;
	struct http *http;
	const char *answer; /* sent to each request */
	size_t answer_len, piece;
	char *last_request;
	bool close_after, reset_after;
	/* what on_done saw */
	int done;
	struct http_result result;
	char *body, *content_type, *instead;
	size_t streamed;
	/* to be done from inside a callback */
	struct http_request *to_cancel;
	bool destroy_inside, stop_inside;
};

static void answer_all(struct server_conn *conn, void *data)
{
	struct fixture *f = data;
	char *request;
	while ((request = server_take_request(conn))) {
		free(f->last_request);
		f->last_request = request;
		conn->piece = f->piece;
		conn->close_after = f->close_after;
		conn->reset_after = f->reset_after;
		if (f->answer)
			buf_append(&conn->out, f->answer, f->answer_len);
	}
}

static void set_answer(struct fixture *f, const char *text)
{
	f->answer = text;
	f->answer_len = text ? strlen(text) : 0;
}

static struct http *connect_to(struct fixture *f, struct http_options options)
{
	struct err err = {0};
	char url[64];
	snprintf(url, sizeof url, "http://127.0.0.1:%u/base", f->server.port);
	options.base_url = options.base_url ? options.base_url : url;
	struct http *http = http_create(f->loop, &options, &err);
	if (!http)
		fail_msg("%s", err.text);
	return http;
}

static int setup_with(void **state, struct clock clock)
{
	struct fixture *f = mem_alloc(sizeof *f);
	f->clock = clock;
	f->loop = loop_create(&f->clock);
	f->server = (struct server){.loop = f->loop, .script = answer_all, .data = f};
	server_start(&f->server);
	f->http = connect_to(f, (struct http_options){0});
	*state = f;
	return 0;
}

static int setup(void **state)
{
	return setup_with(state, clock_virtual(0));
}

/* For what is done outside the loop: resolving names. */
static int setup_real(void **state)
{
	return setup_with(state, clock_real());
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	http_destroy(f->http);
	server_stop(&f->server);
	loop_destroy(f->loop);
	free(f->last_request);
	free(f->body);
	free(f->content_type);
	free(f->instead);
	free(f);
	return 0;
}

static void note_done(void *data, const struct http_result *result)
{
	struct fixture *f = data;
	free(f->body);
	free(f->content_type);
	free(f->instead);
	f->result = *result;
	f->instead = mem_strdup(result->instead);
	f->body = mem_strndup(result->body, result->body_len);
	f->content_type = mem_strdup(result->content_type);
	f->done++;
	if (f->destroy_inside) {
		http_destroy(f->http);
		f->http = NULL;
	}
}

static bool count_bytes(void *data, const char *bytes, size_t len)
{
	struct fixture *f = data;
	f->streamed += len;
	if (f->to_cancel) {
		http_cancel(f->to_cancel);
		f->to_cancel = NULL;
	}
	if (f->destroy_inside) {
		http_destroy(f->http);
		f->http = NULL;
	}
	return !f->stop_inside;
}

static struct http_request *send_call(struct fixture *f, struct http_call call)
{
	struct err err = {0};
	call.method = call.method ? call.method : "GET";
	call.path = call.path ? call.path : "/x";
	call.on_done = note_done;
	call.data = f;
	struct http_request *request = http_send(f->http, &call, &err);
	if (!request)
		fail_msg("%s", err.text);
	return request;
}

static void run_until_done(struct fixture *f, int done)
{
	for (int i = 0; i < 20000 && f->done < done; i++)
		loop_step(f->loop, 10);
	assert_int_equal(f->done, done);
}

static void get_brings_status_headers_and_body(void **state)
{
	struct fixture *f = *state;
	set_answer(f, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\nhello");
	send_call(f, (struct http_call){.headers = (const char *const[]){"Accept: application/json", NULL}});
	assert_int_equal(http_in_flight(f->http), 1);
	run_until_done(f, 1);
	assert_int_equal(f->result.status, 200);
	assert_int_equal(f->result.err.code, ERR_NONE);
	assert_string_equal(f->body, "hello");
	assert_string_equal(f->content_type, "application/json");
	assert_int_equal(f->result.retry_after_ms, -1);
	assert_true(str_has_prefix(f->last_request, "GET /base/x HTTP/1.1\r\n"));
	assert_non_null(strstr(f->last_request, "\r\nAccept: application/json\r\n"));
	assert_null(strstr(f->last_request, "Accept-Encoding"));
	assert_int_equal(http_in_flight(f->http), 0);
}

static void streaming_in_single_bytes_and_keep_alive(void **state)
{
	struct fixture *f = *state;
	set_answer(f, "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello, world");
	f->piece = 1;
	for (int i = 1; i <= 3; i++) {
		send_call(f, (struct http_call){.on_data = count_bytes});
		run_until_done(f, i);
		assert_int_equal(f->streamed, 12 * i);
		assert_int_equal(f->result.body_len, 0);
	}
	assert_int_equal(f->server.accepted, 1);
}

static void cancel_stop_and_destroy_from_inside(void **state)
{
	struct fixture *f = *state;
	set_answer(f, "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello, world");
	f->stop_inside = true;
	send_call(f, (struct http_call){.on_data = count_bytes});
	run_until_done(f, 1);
	assert_int_equal(f->result.err.code, ERR_CANCELLED);
	assert_int_equal(f->result.status, 200);

	f->stop_inside = false;
	f->to_cancel = send_call(f, (struct http_call){.on_data = count_bytes});
	loop_run(f->loop, 100, NULL);
	assert_int_equal(f->done, 1);
	assert_int_equal(http_in_flight(f->http), 0);

	f->destroy_inside = true;
	send_call(f, (struct http_call){.on_data = count_bytes});
	send_call(f, (struct http_call){.on_data = count_bytes});
	loop_run(f->loop, 100, NULL);
	assert_null(f->http);
	assert_int_equal(f->done, 1);

	f->http = connect_to(f, (struct http_options){0});
	send_call(f, (struct http_call){0});
	send_call(f, (struct http_call){0});
	loop_run(f->loop, 100, NULL);
	assert_null(f->http);
	assert_int_equal(f->done, 2);
}

static void a_request_can_be_cancelled_at_every_moment(void **state)
{
	struct fixture *f = *state;
	set_answer(f, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
	f->piece = 1;
	for (int steps = 0; steps < 60; steps++) {
		struct http_request *request = send_call(f, (struct http_call){0});
		int before = f->done;
		for (int i = 0; i < steps && f->done == before; i++)
			loop_step(f->loop, 1);
		if (f->done == before)
			http_cancel(request);
		assert_int_equal(http_in_flight(f->http), 0);
	}
	assert_true(f->done > 0);
}

/* ---- faults ---- */

static const char whole[] = "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 11\r\n\r\nhello world";

static void truncated_at_every_byte(void **state)
{
	struct fixture *f = *state;
	for (int reset = 0; reset < 2; reset++) {
		f->reset_after = reset;
		f->close_after = true;
		for (size_t len = 0; len < sizeof whole - 1; len++) {
			f->answer = whole;
			f->answer_len = len;
			send_call(f, (struct http_call){0});
			run_until_done(f, f->done + 1);
			if (f->result.err.code != ERR_CONNECT && f->result.err.code != ERR_PARSE)
				fail_msg("%zu bytes: status %d, %s", len, f->result.status, f->result.err.text);
			assert_int_equal(f->result.connection_died, f->result.err.code == ERR_CONNECT);
		}
	}
	f->reset_after = false;
	set_answer(f, whole);
	send_call(f, (struct http_call){0});
	run_until_done(f, f->done + 1);
	assert_string_equal(f->body, "hello world");
}

static void keep_alive_that_dies_is_not_seen(void **state)
{
	struct fixture *f = *state;
	set_answer(f, whole);
	for (int i = 1; i <= 3; i++) {
		send_call(f, (struct http_call){0});
		run_until_done(f, i);
		assert_string_equal(f->body, "hello world");
		while (f->server.conns) {
			f->server.conns->close_after = true;
			server_flush(f->server.conns);
		}
	}
	assert_int_equal(f->server.accepted, 3);
}

static void caps_hold(void **state)
{
	struct fixture *f = *state;
	struct buf big = BUF_INIT(8 << 20);
	buf_append_str(&big, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 2000; i++)
		buf_printf(&big, "X-Header-%d: abcdefghijklmnopqrstuvwxyz\r\n", i);
	buf_append_str(&big, "Content-Length: 0\r\n\r\n");
	set_answer(f, big.data);
	send_call(f, (struct http_call){0});
	run_until_done(f, 1);
	assert_int_equal(f->result.err.code, ERR_LIMIT);

	for (int status = 200; status <= 500; status += 300) {
		buf_clear(&big);
		buf_printf(&big, "HTTP/1.1 %d X\r\nContent-Length: 200000\r\n\r\n", status);
		for (int i = 0; i < 20000; i++)
			buf_append_str(&big, "0123456789");
		set_answer(f, big.data);
		send_call(f, (struct http_call){.body_max = 150000});
		run_until_done(f, f->done + 1);
		assert_int_equal(f->result.status, status);
		assert_int_equal(f->result.err.code, status == 200 ? ERR_LIMIT : ERR_NONE);
		assert_int_equal(f->result.body_len, status == 200 ? 150000 : 65536);
		send_call(f, (struct http_call){.body_max = 200000});
		run_until_done(f, f->done + 1);
		assert_int_equal(f->result.err.code, ERR_NONE);
		/* The same cap holds where it streams. */
		send_call(f, (struct http_call){.body_max = 150000, .on_data = count_bytes});
		run_until_done(f, f->done + 1);
		assert_int_equal(f->result.err.code, status == 200 ? ERR_LIMIT : ERR_NONE);
		send_call(f, (struct http_call){.body_max = 200000, .on_data = count_bytes});
		run_until_done(f, f->done + 1);
		assert_int_equal(f->result.err.code, ERR_NONE);
	}
	buf_finish(&big);
}

static void retry_after_in_seconds_and_as_a_date(void **state)
{
	struct fixture *f = *state;
	char date[64], text[256];
	time_t then = time(NULL) + 100;
	struct tm tm;
	strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&then, &tm));
	const char *const values[] = {"5", date, "soon", "-1", "99999999"};
	const int64_t low[] = {5000, 97000, -1, -1, -1}, high[] = {5000, 100000, -1, -1, -1};
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		snprintf(text, sizeof text, "HTTP/1.1 429 Busy\r\nretry-after: %s\r\nContent-Length: 4\r\n\r\nwait",
			 values[i]);
		set_answer(f, text);
		send_call(f, (struct http_call){.on_data = count_bytes});
		run_until_done(f, f->done + 1);
		assert_int_equal(f->result.status, 429);
		assert_string_equal(f->body, "wait");
		if (f->result.retry_after_ms < low[i] || f->result.retry_after_ms > high[i])
			fail_msg("%s: %lld", values[i], (long long)f->result.retry_after_ms);
	}
	assert_int_equal(f->streamed, 0);
}

static void what_is_sent(void **state)
{
	struct fixture *f = *state;
	set_answer(f, "HTTP/1.1 301 Moved\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
	send_call(f, (struct http_call){
			     .method = "PATCH",
			     .path = "/a%2Fb/../c?x=%20",
			     .headers = (const char *const[]){"Content-Type: application/merge-patch+json", NULL},
			     .body = "{\"a\":1}",
			     .body_len = 7});
	run_until_done(f, 1);
	assert_int_equal(f->result.status, 301);
	assert_true(str_has_prefix(f->last_request, "PATCH /base/a%2Fb/../c?x=%20 HTTP/1.1\r\n"));
	assert_non_null(strstr(f->last_request, "\r\nContent-Type: application/merge-patch+json\r\n"));
	assert_non_null(strstr(f->last_request, "\r\nContent-Length: 7\r\n"));
	assert_null(strstr(f->last_request, "Expect"));
	assert_true(str_has_suffix(f->last_request, "\r\n\r\n{\"a\":1}"));
	send_call(f, (struct http_call){.method = "POST"});
	run_until_done(f, 2);
	assert_non_null(strstr(f->last_request, "\r\nContent-Length: 0\r\n"));
	assert_null(strstr(f->last_request, "Content-Type"));
	send_call(f, (struct http_call){.method = "DELETE"});
	run_until_done(f, 3);
	assert_true(str_has_prefix(f->last_request, "DELETE /base/x "));
	set_answer(f, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
	send_call(f, (struct http_call){.method = "HEAD"});
	run_until_done(f, 4);
	assert_int_equal(f->result.err.code, ERR_NONE);

	struct err err = {0};
	const struct http_call wrong[] = {
		{.method = "GET", .path = "x", .on_done = note_done},
		{.method = "GET", .path = "/x y", .on_done = note_done},
		{.method = "GET", .path = "/x\r\nA: b", .on_done = note_done},
		{.method = "GET",
		 .path = "/",
		 .headers = (const char *const[]){"A: b\r\nC: d", NULL},
		 .on_done = note_done},
	};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_null(http_send(f->http, &wrong[i], &err));
}

static void gzip_when_asked(void **state)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n";
	static const char zipped[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xcb\x48\xcd\xc9\xc9\xd7\x51\xc8\xc0\xa4"
				     "\x00\x55\xa3\x82\x77\x1a\x00\x00\x00";
	struct fixture *f = *state;
	struct buf text = BUF_INIT(1000);
	buf_append_str(&text, head);
	buf_append(&text, zipped, sizeof zipped - 1);
	f->answer = text.data;
	f->answer_len = text.len;
	f->close_after = true;
	send_call(f, (struct http_call){.gzip = true});
	run_until_done(f, 1);
	assert_string_equal(f->body, "hello, hello, hello, hello");
	assert_non_null(strstr(f->last_request, "\r\nAccept-Encoding: gzip\r\n"));
	send_call(f,
		  (struct http_call){.wants = HTTP_WANTS_TEXT, .is_watch = true}); /* by a proxy that does it unasked */
	run_until_done(f, 2);
	assert_string_equal(f->body, "hello, hello, hello, hello");
	assert_non_null(strstr(f->last_request, "\r\nAccept-Encoding: identity\r\n"));
	buf_append(&text, zipped, sizeof zipped - 1); /* a second member, which libcurl does not take */
	f->answer = text.data;
	f->answer_len = text.len;
	send_call(f, (struct http_call){.gzip = true});
	run_until_done(f, 3);
	assert_non_null(strstr(f->result.err.text, "sent compressed data that cannot be read"));
	f->answer_len = sizeof head - 1 + 20;
	send_call(f, (struct http_call){.gzip = true, .body_max = 5});
	run_until_done(f, 4);
	assert_true(err_is_set(&f->result.err));
	send_call(f, (struct http_call){.gzip = true, .is_watch = true});
	run_until_done(f, 5);
	assert_null(strstr(f->last_request, "Accept-Encoding"));
	buf_finish(&text);
}

static void no_accept(void *data)
{
	fail_msg("a stranger's answer was taken for the API's");
}

/* Proxies, portals and servers of another kind: streamed or not, nothing of it reaches who asked. */
static void what_answers_in_an_apis_place_is_named(void **state)
{
	static const struct {
		enum http_wants wants;
		bool streamed;
		const char *answer, *instead; /* "" = it is the API's */
	} cases[] = {
		{HTTP_WANTS_OBJECT, true,
		 "200 OK\r\nContent-Type: text/html\r\n\r\n <!doctype html><TITLE lang=en>\n Sign in\x1b[2J to it "
		 "</TITLE>",
		 "an HTML page (“Sign in\\e[2J to it ”) from "},
		{HTTP_WANTS_OBJECT, true, "200 OK\r\n\r\n<html><h1>It works!</h1>", "an HTML page (“It works!”) from "},
		{HTTP_WANTS_JSON, false, "503 No\r\n\r\n<html><body>", "an HTML page from "},
		{HTTP_WANTS_TEXT, true, "200 OK\r\nContent-Type: text/html\r\n\r\n<html>", "an HTML page from "},
		{HTTP_WANTS_TEXT, true, "200 OK\r\n\r\n<html> is logged", ""},
		{HTTP_WANTS_OBJECT, true, "302 Found\r\nLocation: https://login.example/a?token=s3cret\r\n\r\n",
		 "a redirect to https://login.example/a from "},
		{HTTP_WANTS_TEXT, true, "307 Go\r\n\r\n", "a redirect to nowhere from "},
		{HTTP_WANTS_OBJECT, true, "200 OK\r\n\r\n\n null", "no JSON object but “null” from "},
		{HTTP_WANTS_OBJECT, false, "200 OK\r\n\r\n[1]", "no JSON object but “[1]” from "},
		{HTTP_WANTS_JSON, false, "200 OK\r\n\r\n[1]", ""},
		{HTTP_WANTS_OBJECT, true, "200 OK\r\n\r\n\r\n {}", ""},
		{HTTP_WANTS_OBJECT, true, "200 OK\r\n\r\n \r\n", "an empty response from "},
		{HTTP_WANTS_OBJECT, false, "200 OK\r\n\r\n", "an empty response from "},
		{HTTP_WANTS_OBJECT, false, "204 No Content\r\n\r\n", ""},
		{HTTP_WANTS_OBJECT, false, "200 OK\r\n\r\n\x1f\x8b\x08",
		 "compressed data that does not say so (gzip) from "},
		{HTTP_WANTS_OBJECT, false, "404 No\r\n\r\n404 page not found", ""},
		{HTTP_WANTS_ANYTHING, false, "200 OK\r\n\r\n<html>", ""},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(free) char *answer = str_printf("HTTP/1.1 %s", cases[i].answer);
		bool foreign = cases[i].instead[0], refused = strncmp(cases[i].answer, "503", 3) == 0;
		set_answer(f, answer);
		f->close_after = true;
		f->streamed = 0;
		send_call(f,
			  (struct http_call){.wants = cases[i].wants,
					     .on_data = cases[i].streamed ? count_bytes : NULL,
					     .on_accepted = foreign && strstr(answer, "text/html") ? no_accept : NULL});
		run_until_done(f, (int)i + 1);
		if (strncmp(f->instead, cases[i].instead, strlen(cases[i].instead)) != 0 || foreign != !!f->instead[0])
			fail_msg("%s: %s", cases[i].answer, f->instead);
		assert_int_equal(f->result.err.code, foreign && !refused ? ERR_PARSE : ERR_NONE);
		assert_null(strstr(f->instead, "s3cret"));
		if (foreign && !strstr(f->instead, "empty"))
			assert_int_equal(f->streamed, 0);
	}
}

static void not_http_at_all(void **state)
{
	static const char *const answers[] = {"SSH-2.0-OpenSSH_9.2\r\n", "\x16\x03\x01 tls", "HTTP/1.1 abc\r\n\r\n",
					      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"};
	struct fixture *f = *state;
	f->close_after = true;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		set_answer(f, answers[i]);
		send_call(f, (struct http_call){0});
		run_until_done(f, f->done + 1);
		assert_true(err_is_set(&f->result.err));
	}
}

/* ---- time ---- */

static void silent_peers_time_out(void **state)
{
	struct fixture *f = *state;
	set_answer(f, NULL);
	send_call(f, (struct http_call){0});
	loop_run(f->loop, 29900, NULL);
	assert_int_equal(f->done, 0);
	loop_run(f->loop, 200, NULL);
	assert_int_equal(f->done, 1);
	assert_int_equal(f->result.err.code, ERR_TIMEOUT);
	assert_non_null(strstr(f->result.err.text, "waiting for a response"));
	assert_in_range(f->result.total_ms, 30000, 30010);

	set_answer(f, "HTTP/1.1 200 OK\r\n\r\nsome");
	send_call(f, (struct http_call){.is_watch = true, .on_data = count_bytes});
	loop_run(f->loop, 100000, NULL);
	buf_append_str(&f->server.conns->out, "more");
	server_flush(f->server.conns);
	loop_run(f->loop, 149000, NULL);
	assert_int_equal(f->done, 1);
	assert_int_equal(f->streamed, 8);
	loop_run(f->loop, 2000, NULL);
	assert_int_equal(f->done, 2);
	assert_int_equal(f->result.err.code, ERR_TIMEOUT);
	assert_non_null(strstr(f->result.err.text, "reading the response"));

	send_call(f, (struct http_call){.is_watch = true, .silence_ms = 15000});
	loop_run(f->loop, 15100, NULL);
	assert_int_equal(f->done, 3);
}

static void answer_now(void *data)
{
	struct fixture *f = data;
	buf_append_str(&f->server.conns->out, whole);
	server_flush(f->server.conns);
}

/* Virtual time jumps over 20 s that take no real time. */
static void jumps_of_time_do_no_harm(void **state)
{
	struct fixture *f = *state;
	set_answer(f, NULL);
	struct loop_timer *timer = loop_timer_create(f->loop, answer_now, f);
	for (int i = 1; i <= 10; i++) {
		send_call(f, (struct http_call){0});
		loop_timer_arm(timer, 20000);
		loop_run(f->loop, 25000, NULL);
		assert_int_equal(f->done, i);
		assert_string_equal(f->body, "hello world");
		assert_int_equal(f->result.total_ms, 20000);
		assert_int_equal(f->result.first_byte_ms, 20000);
	}
	assert_int_equal(f->server.accepted, 1);
	loop_timer_destroy(timer);
}

static void a_handshake_without_end_times_out(void **state)
{
	struct fixture *f = *state;
	f->server.script = NULL;
	char url[64];
	snprintf(url, sizeof url, "https://127.0.0.1:%u", f->server.port);
	http_destroy(f->http);
	f->http = connect_to(f, (struct http_options){.base_url = url, .connect_timeout_ms = 2000});
	send_call(f, (struct http_call){.is_watch = true});
	loop_run(f->loop, 1900, NULL);
	assert_int_equal(f->done, 0);
	loop_run(f->loop, 200, NULL);
	assert_int_equal(f->done, 1);
	assert_int_equal(f->result.err.code, ERR_TIMEOUT);
	if (!strstr(f->result.err.text, "TLS handshake"))
		fail_msg("%s", f->result.err.text);
}

/* ---- ways there ---- */

static void addresses_that_are_refused(void **state)
{
	static const struct {
		const char *url, *proxy;
	} cases[] = {
		{"https://user:secret@host", NULL},
		{"https://host?x=1", NULL},
		{"https://host#f", NULL},
		{"ftp://host", NULL},
		{"host:6443", NULL},
		{"", NULL},
		{"https://", NULL},
		{"http://h", "ftp://proxy"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		struct http_options options = {.base_url = cases[i].url, .proxy_url = cases[i].proxy};
		if (http_create(f->loop, &options, &err))
			fail_msg("%s is taken", cases[i].url);
		assert_int_equal(err.code, ERR_CONFIG);
		assert_null(strstr(err.text, "secret"));
	}
}

static void nobody_there(void **state)
{
	struct fixture *f = *state;
	server_stop(&f->server);
	send_call(f, (struct http_call){0});
	run_until_done(f, 1);
	assert_int_equal(f->result.err.code, ERR_CONNECT);
	assert_non_null(strstr(f->result.err.text, "connection refused"));
	http_destroy(f->http);
	f->http = connect_to(f, (struct http_options){.base_url = "http://" IMPOSSIBLE_NAME "", .proxy_url = ""});
	send_call(f, (struct http_call){0});
	run_until_done(f, 2);
	assert_int_equal(f->result.err.code, ERR_CONNECT);
	assert_non_null(strstr(f->result.err.text, "cannot resolve the host name"));
}

static void through_an_http_proxy(void **state)
{
	struct fixture *f = *state;
	char proxy[64];
	snprintf(proxy, sizeof proxy, "http://user:pw@127.0.0.1:%u", f->server.port);
	setenv("no_proxy", "kube.invalid", 1);
	http_destroy(f->http);
	f->http = connect_to(f, (struct http_options){.base_url = "http://kube.invalid:1234/p", .proxy_url = proxy});
	set_answer(f, whole);
	send_call(f, (struct http_call){0});
	run_until_done(f, 1);
	unsetenv("no_proxy");
	assert_string_equal(f->body, "hello world");
	assert_true(str_has_prefix(f->last_request, "GET http://kube.invalid:1234/p/x HTTP/1.1\r\n"));
	/* https goes through CONNECT; the proxy's refusal is told as such. */
	http_destroy(f->http);
	f->http = connect_to(f, (struct http_options){.base_url = "https://kube.invalid", .proxy_url = proxy});
	set_answer(f, "HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n");
	send_call(f, (struct http_call){0});
	run_until_done(f, 2);
	assert_true(str_has_prefix(f->last_request, "CONNECT kube.invalid:443 HTTP/1.1\r\n"));
	assert_int_equal(f->result.err.code, ERR_CONNECT);
	assert_int_equal(f->result.status, 0);
	assert_non_null(strstr(f->result.err.text, "the proxy 127.0.0.1:"));
	assert_non_null(strstr(f->result.err.text, "rejected the username or password for it (407)"));
	assert_null(strstr(f->result.err.text, "pw"));
}

static void ask_through(struct fixture *f, const char *url, const char *proxy)
{
	http_destroy(f->http);
	f->http = connect_to(f, (struct http_options){.base_url = url, .proxy_url = proxy});
	send_call(f, (struct http_call){0});
	run_until_done(f, f->done + 1);
}

/* A plain request is the proxy's own to carry out; its 407 comes as an answer. */
static void the_proxy_is_named_when_it_fails(void **state)
{
	static const struct {
		const char *answer, *says;
	} cases[] = {
		{"HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n", "requires a username and password (407)"},
		{"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n",
		 "does not allow connections to kube.invalid (HTTP 403)"},
		{"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n", "cannot reach kube.invalid (HTTP 502)"},
		{"hello", "failed before it connected to kube.invalid"},
	};
	struct fixture *f = *state;
	char proxy[64], shown[64];
	snprintf(proxy, sizeof proxy, "http://127.0.0.1:%u", f->server.port);
	snprintf(shown, sizeof shown, "the proxy 127.0.0.1:%u (proxy-url)", f->server.port);
	f->close_after = true;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		set_answer(f, cases[i].answer);
		ask_through(f, "https://kube.invalid", proxy);
		if (!strstr(f->result.err.text, shown) || !strstr(f->result.err.text, cases[i].says))
			fail_msg("case %zu: %s", i, f->result.err.text);
		assert_int_equal(f->result.err.code, ERR_CONNECT);
	}
	set_answer(f, cases[0].answer);
	ask_through(f, "http://kube.invalid", proxy);
	assert_int_equal(f->result.status, 0);
	assert_non_null(strstr(f->result.err.text, shown));
	server_stop(&f->server);
	setenv("HTTPS_PROXY", proxy, 1);
	ask_through(f, "https://kube.invalid", NULL);
	unsetenv("HTTPS_PROXY");
	assert_non_null(strstr(f->result.err.text, "connection refused by the proxy 127.0.0.1:"));
	assert_non_null(strstr(f->result.err.text, "(HTTPS_PROXY)"));
}

static void no_proxy_is_read_as_go_reads_it(void **state)
{
	static const struct {
		const char *list, *host, *port;
		bool bypassed;
	} cases[] = {
		{NULL, "kube.example", "443", false},
		{"", "localhost", "443", true},
		{"", "127.9.0.1", "443", true},
		{"", "127.example.com", "443", false},
		{"*", "kube.example", "443", true},
		{" , kube.example ", "kube.example", "443", true},
		{"kube.example", "KUBE.Example", "443", true},
		{"example", "kube.example", "443", true},
		{"ample", "kube.example", "443", false},
		{".example", "kube.example", "443", true},
		{".kube.example", "kube.example", "443", false},
		{"*.example", "kube.example", "443", true},
		{"kube.example:443", "kube.example", "443", true},
		{"kube.example:443", "kube.example", "6443", false},
		{"10.0.0.0/8", "10.1.2.3", "443", true},
		{"10.0.0.0/8", "11.1.2.3", "443", false},
		{"10.1.2.0/23", "10.1.3.9", "443", true},
		{"10.1.2.0/23", "10.1.4.9", "443", false},
		{"0.0.0.0/0", "10.1.4.9", "443", true},
		{"10.0.0.0/8", "10.evil.example", "443", false},
		{"10.0.0.0/33", "10.1.2.3", "443", false},
		{"10.1.2.3:6443", "10.1.2.3", "6443", true},
		{"fd00::/8", "fd12::1", "443", true},
		{"fd00::1", "fd00::1", "443", true},
		{"[fd00::1]:443", "fd00::1", "443", true},
		{"[fd00::1]:443", "fd00::1", "80", false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (peer_proxy_is_bypassed(cases[i].list, cases[i].host, cases[i].port) != cases[i].bypassed)
			fail_msg("case %zu: %s, %s", i, cases[i].list, cases[i].host);
}

/* It is the server's address that is asked for, whatever name its certificate is for. */
static void no_proxy_is_held_against_the_servers_host(void **state)
{
	struct fixture *f = *state;
	struct http_options options = {.base_url = "https://kube.invalid", .server_name = "inside.example"};
	setenv("HTTPS_PROXY", "127.0.0.1:1", 1);
	setenv("NO_PROXY", "inside.example", 1);
	struct http *asked = connect_to(f, options);
	assert_string_equal(http_peer(asked)->options.proxy_url, "http://127.0.0.1:1");
	http_destroy(asked);
	setenv("NO_PROXY", "kube.invalid", 1);
	struct http *direct = connect_to(f, options);
	assert_string_equal(http_peer(direct)->options.proxy_url, "");
	http_destroy(direct);
	unsetenv("HTTPS_PROXY");
	unsetenv("NO_PROXY");
}

static void speak_socks(struct server_conn *conn, void *data)
{
	if (conn->requests == 0 && conn->in.len >= 3) {
		buf_append(&conn->out, "\5\0", 2);
		buf_clear(&conn->in);
		conn->requests = 1;
	} else if (conn->requests == 1 && conn->in.len >= 5 + 12 + 2) {
		assert_memory_equal(conn->in.data, "\5\1\0\3\14kube.invalid", 17);
		buf_append(&conn->out, "\5\0\0\1\0\0\0\0\0\0", 10);
		buf_clear(&conn->in);
		conn->requests = 2;
	} else if (conn->requests >= 2) {
		answer_all(conn, data);
	}
}

static void through_socks5_that_resolves(void **state)
{
	struct fixture *f = *state;
	char proxy[64];
	snprintf(proxy, sizeof proxy, "socks5://127.0.0.1:%u", f->server.port);
	f->server.script = speak_socks;
	http_destroy(f->http);
	f->http = connect_to(f, (struct http_options){.base_url = "http://kube.invalid:1234", .proxy_url = proxy});
	set_answer(f, whole);
	send_call(f, (struct http_call){0});
	run_until_done(f, 1);
	assert_string_equal(f->body, "hello world");
	assert_true(str_has_prefix(f->last_request, "GET /x HTTP/1.1\r\nHost: kube.invalid:1234\r\n"));
}

static int hand_out_socket(void *data, struct err *err)
{
	int *fd = data, given = *fd;
	*fd = -1;
	if (given < 0)
		err_set(err, ERR_FORBIDDEN, "no door is open");
	return given;
}

static void over_a_socket_that_is_given(void **state)
{
	struct fixture *f = *state;
	int ends[2];
	assert_true(pair_open(ends, NULL));
	http_destroy(f->http);
	f->http = connect_to(f, (struct http_options){.base_url = "http://rabbitmq-0.nodes.mq.svc:15672",
						      .open_socket = hand_out_socket,
						      .open_socket_data = &ends[0]});
	for (int i = 1; i <= 2; i++) {
		send_call(f, (struct http_call){0});
		loop_run(f->loop, 20, NULL);
		char request[1024] = {0};
		if (read(ends[1], request, sizeof request - 1) <= 0)
			fail_msg("nothing came: %s", f->result.err.text);
		assert_non_null(strstr(request, "\r\nHost: rabbitmq-0.nodes.mq.svc:15672\r\n"));
		assert_int_equal(write(ends[1], whole, sizeof whole - 1), sizeof whole - 1);
		run_until_done(f, i);
		assert_string_equal(f->body, "hello world");
	}
	close(ends[1]);
	send_call(f, (struct http_call){0});
	run_until_done(f, 3);
	assert_int_equal(f->result.err.code, ERR_CONNECT);
	assert_non_null(strstr(f->result.err.text, "no door is open"));
}

static void words_for_urls_and_headers(void **state)
{
	struct buf out = BUF_INIT(100);
	http_escape(&out, "a b/ü%~.");
	assert_string_equal(out.data, "a%20b%2F%C3%BC%25~.");
	buf_finish(&out);
	char *line = http_basic_header("Aladdin", "open sesame");
	assert_string_equal(line, "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
	mem_free_secret(line);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(get_brings_status_headers_and_body, setup, teardown),
		cmocka_unit_test_setup_teardown(streaming_in_single_bytes_and_keep_alive, setup, teardown),
		cmocka_unit_test_setup_teardown(cancel_stop_and_destroy_from_inside, setup, teardown),
		cmocka_unit_test_setup_teardown(a_request_can_be_cancelled_at_every_moment, setup, teardown),
		cmocka_unit_test_setup_teardown(truncated_at_every_byte, setup, teardown),
		cmocka_unit_test_setup_teardown(keep_alive_that_dies_is_not_seen, setup, teardown),
		cmocka_unit_test_setup_teardown(caps_hold, setup, teardown),
		cmocka_unit_test_setup_teardown(retry_after_in_seconds_and_as_a_date, setup_real, teardown),
		cmocka_unit_test_setup_teardown(what_is_sent, setup, teardown),
		cmocka_unit_test_setup_teardown(gzip_when_asked, setup, teardown),
		cmocka_unit_test_setup_teardown(what_answers_in_an_apis_place_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(not_http_at_all, setup, teardown),
		cmocka_unit_test_setup_teardown(silent_peers_time_out, setup, teardown),
		cmocka_unit_test_setup_teardown(jumps_of_time_do_no_harm, setup, teardown),
		cmocka_unit_test_setup_teardown(a_handshake_without_end_times_out, setup, teardown),
		cmocka_unit_test_setup_teardown(addresses_that_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(nobody_there, setup_real, teardown),
		cmocka_unit_test_setup_teardown(through_an_http_proxy, setup, teardown),
		cmocka_unit_test_setup_teardown(the_proxy_is_named_when_it_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(no_proxy_is_read_as_go_reads_it, setup, teardown),
		cmocka_unit_test_setup_teardown(no_proxy_is_held_against_the_servers_host, setup, teardown),
		cmocka_unit_test_setup_teardown(through_socks5_that_resolves, setup, teardown),
		cmocka_unit_test_setup_teardown(over_a_socket_that_is_given, setup, teardown),
		cmocka_unit_test(words_for_urls_and_headers),
	};
	return cmocka_run_group_tests_name("net/http", tests, NULL, NULL);
}
