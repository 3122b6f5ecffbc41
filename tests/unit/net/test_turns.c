/* Many requests at once: so many go, the others wait in order, and neither watches nor what is silent keep them for ever. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/loop.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/net/http.h"
#include "tests/unit/net/server.h"

enum { MANY = 100, CONNS_MAX = 256 };

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
static const char watch_head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

struct crowd;

struct crowd_asker {
	struct crowd *crowd;
	int number;
};

struct crowd {
	struct crowd_asker askers[MANY];
	struct http_request *requests[MANY];
	struct clock clock;
	struct loop *loop;
	struct server server;
	struct http *http;
	bool holds; /* answers nothing until told */
	struct server_conn *held[CONNS_MAX];
	int held_count, asked[CONNS_MAX], asked_count;
	int done[CONNS_MAX], done_count, accepted, failed;
	struct err err;
};

static void crowd_script(struct server_conn *conn, void *data)
{
	struct crowd *it = data;
	CLEANUP(free) char *request = server_take_request(conn);
	if (!request)
		return;
	it->asked[it->asked_count++] = atoi(strchr(request, '/') + 1);
	if (it->holds)
		it->held[it->held_count++] = conn;
	else
		buf_append_str(&conn->out, strstr(request, "?watch") ? watch_head : answer);
}

static void crowd_start(struct crowd *it)
{
	struct err err = {0};
	char url[64];
	it->clock = clock_virtual(0);
	it->loop = loop_create(&it->clock);
	it->server = (struct server){.loop = it->loop, .script = crowd_script, .data = it};
	server_start(&it->server);
	snprintf(url, sizeof url, "http://127.0.0.1:%u", it->server.port);
	it->http = http_create(it->loop, &(struct http_options){.base_url = url, .proxy_url = ""}, &err);
	assert_non_null(it->http);
}

static void crowd_stop(struct crowd *it)
{
	http_destroy(it->http);
	server_stop(&it->server);
	loop_destroy(it->loop);
}

static void crowd_on_done(void *data, const struct http_result *result)
{
	struct crowd_asker *asker = data;
	struct crowd *it = asker->crowd;
	it->done[it->done_count++] = asker->number;
	it->failed += err_is_set(&result->err);
	it->err = result->err;
}

static void crowd_on_accepted(void *data)
{
	((struct crowd_asker *)data)->crowd->accepted++;
}

static bool crowd_on_data(void *data, const char *bytes, size_t len)
{
	return true;
}

static struct http_request *crowd_send(struct crowd_asker *asker, struct http_call call)
{
	struct err err = {0};
	char path[32];
	snprintf(path, sizeof path, "/%d%s", asker->number, call.is_watch ? "?watch" : "");
	call.method = "GET";
	call.path = path;
	call.on_data = crowd_on_data;
	call.on_accepted = crowd_on_accepted;
	call.on_done = crowd_on_done;
	call.data = asker;
	struct http_request *request = http_send(asker->crowd->http, &call, &err);
	assert_non_null(request);
	return request;
}

/* Many are sent at once, and nobody is answered until told. */
static void crowd_start_held(struct crowd *it)
{
	*it = (struct crowd){.holds = true};
	crowd_start(it);
	for (int i = 0; i < MANY; i++) {
		it->askers[i] = (struct crowd_asker){it, i};
		it->requests[i] = crowd_send(&it->askers[i], (struct http_call){0});
	}
}

static void crowd_answer(struct crowd *it)
{
	it->holds = false;
	for (int i = 0; i < it->held_count; i++) {
		buf_append_str(&it->held[i]->out, answer);
		server_flush(it->held[i]);
	}
	it->held_count = 0;
}

static void crowd_wait_done(struct crowd *it, int count)
{
	for (int i = 0; i < 20000 && it->done_count < count; i++)
		loop_step(it->loop, 10);
	assert_int_equal(it->done_count, count);
}

static void so_many_go_at_once_and_the_others_in_order(void **state)
{
	struct crowd it;
	crowd_start_held(&it);
	loop_run(it.loop, 1000, NULL);
	assert_int_equal(it.asked_count, HTTP_AT_ONCE);
	assert_int_equal(it.server.accepted, HTTP_AT_ONCE);
	assert_int_equal(http_in_flight(it.http), MANY);
	crowd_answer(&it);
	crowd_wait_done(&it, MANY);
	assert_int_equal(it.failed, 0);
	assert_in_range(it.server.accepted, HTTP_AT_ONCE, HTTP_AT_ONCE + 1); /* connections are used again */
	bool seen[MANY] = {false};
	for (int i = 0; i < MANY; i++) {
		assert_false(seen[it.asked[i]]);
		seen[it.asked[i]] = true;
		assert_true(it.asked[i] < i + HTTP_AT_ONCE);
	}
	crowd_stop(&it);
}

/* Those that wait and those under way; the first, the last, and one between. */
static void who_is_cancelled_leaves_its_turn(void **state)
{
	static const int cancelled[] = {0, 5, HTTP_AT_ONCE, 50, MANY - 1};
	struct crowd it;
	crowd_start_held(&it);
	loop_run(it.loop, 1000, NULL);
	for (size_t i = 0; i < ARRAY_LEN(cancelled); i++)
		http_cancel(it.requests[cancelled[i]]);
	loop_run(it.loop, 1000, NULL);
	assert_int_equal(it.asked_count, HTTP_AT_ONCE + 2);
	it.held_count = 0; /* of which some are gone */
	crowd_stop(&it);
}

static void what_cannot_wait_goes_first(void **state)
{
	struct crowd it;
	struct crowd_asker urgent = {&it, MANY};
	crowd_start_held(&it);
	crowd_send(&urgent, (struct http_call){.at_once = true});
	loop_run(it.loop, 1000, NULL);
	assert_int_equal(it.asked_count, HTTP_AT_ONCE + 1);
	crowd_answer(&it);
	crowd_wait_done(&it, MANY + 1);
	crowd_stop(&it);
}

/* Nobody answers: each has its time, waiting and once it went. */
static void who_waits_too_long_is_told_so(void **state)
{
	struct crowd it;
	crowd_start_held(&it);
	loop_run(it.loop, 29000, NULL);
	assert_int_equal(it.done_count, 0);
	loop_run(it.loop, 2000, NULL);
	assert_in_range(it.done_count, MANY - HTTP_AT_ONCE, MANY); /* those that came late have begun */
	assert_int_equal(it.err.code, ERR_TIMEOUT);
	loop_run(it.loop, 60000, NULL);
	assert_int_equal(it.done_count, MANY);
	assert_int_equal(it.failed, MANY);
	crowd_stop(&it);
}

static void watches_keep_no_turn(void **state)
{
	for (int holds = 0; holds < 2; holds++) {
		struct crowd it = {.holds = holds}; /* a proxy that keeps heads back */
		struct crowd_asker askers[MANY], asker = {&it, MANY};
		crowd_start(&it);
		for (int i = 0; i < MANY; i++) {
			askers[i] = (struct crowd_asker){&it, i};
			crowd_send(&askers[i], (struct http_call){.is_watch = true});
		}
		crowd_send(&asker, (struct http_call){0});
		loop_run(it.loop, 1000, NULL);
		assert_int_equal(it.asked_count, holds ? HTTP_AT_ONCE : MANY + 1);
		loop_run(it.loop, 9000, NULL);
		assert_int_equal(it.asked_count, MANY + 1);
		if (!holds)
			assert_int_equal(it.accepted, MANY + 1);
		assert_int_equal(it.done_count, holds ? 0 : 1);
		crowd_stop(&it);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(so_many_go_at_once_and_the_others_in_order),
		cmocka_unit_test(who_is_cancelled_leaves_its_turn),
		cmocka_unit_test(what_cannot_wait_goes_first),
		cmocka_unit_test(who_waits_too_long_is_told_so),
		cmocka_unit_test(watches_keep_no_turn),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
