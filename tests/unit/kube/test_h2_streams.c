/* Many watches and requests at once over HTTP/2: one connection while it has room, as few as go beyond, and none of them is
 * left behind. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>

#include "api/base/mem.h"
#include "api/net/http.h"
#include "tests/unit/kube/h2_server.h"

enum { STREAMS_MAX = 1024 };

struct streams {
	struct clock clock;
	struct loop *loop;
	struct h2_server h2;
	struct http *http;
	size_t asked, accepted, done, failed, cut;
	bool watches_again; /* as informers do, at once */
	struct http_request *watches[STREAMS_MAX];
};

static void streams_on_request(struct h2_server *h2, struct h2_stream *stream)
{
	struct streams *it = h2->data;
	it->asked++;
	if (strstr(stream->path, "watch"))
		h2_begin(stream);
	else
		h2_answer(stream, "{}");
}

static void streams_on_accepted(void *data)
{
	((struct streams *)data)->accepted++;
}

static bool streams_on_data(void *data, const char *bytes, size_t len)
{
	return true;
}

static void streams_on_done(void *data, const struct http_result *result)
{
	struct streams *it = data;
	it->done++;
	it->failed += err_is_set(&result->err);
}

static struct http_request *streams_send(struct streams *it, bool is_watch);

static void streams_on_cut(void *data, const struct http_result *result)
{
	struct streams *it = data;
	it->cut++;
	if (it->watches_again)
		(void)!streams_send(it, true);
}

static void streams_start(struct streams *it, uint32_t streams_max)
{
	struct err err = {0};
	char url[64];
	*it = (struct streams){.clock = clock_virtual(1767323045000)};
	it->loop = loop_create(&it->clock);
	it->h2.on_request = streams_on_request;
	it->h2.data = it;
	it->h2.streams_max = streams_max;
	h2_server_start(&it->h2, it->loop);
	snprintf(url, sizeof url, "https://127.0.0.1:%u", it->h2.server.port);
	it->http = http_create(
		it->loop, &(struct http_options){.base_url = url, .ca_pem = it->h2.root.cert, .proxy_url = ""}, &err);
	if (!it->http)
		fail_msg("%s", err.text);
}

static void streams_stop(struct streams *it)
{
	http_destroy(it->http);
	h2_server_stop(&it->h2);
	loop_destroy(it->loop);
}

static struct http_request *streams_send(struct streams *it, bool is_watch)
{
	struct err err = {0};
	struct http_request *request =
		http_send(it->http,
			  &(struct http_call){.method = "GET",
					      .path = is_watch ? "/watch" : "/list",
					      .is_watch = is_watch,
					      .on_accepted = is_watch ? streams_on_accepted : NULL,
					      .on_data = streams_on_data,
					      .on_done = is_watch ? streams_on_cut : streams_on_done,
					      .data = it},
			  &err);
	assert_non_null(request);
	return request;
}

static void watch_many(struct streams *it, size_t count)
{
	size_t before = it->accepted;
	for (size_t i = 0; i < count; i++)
		it->watches[i] = streams_send(it, true);
	for (int i = 0; i < 600 && it->accepted < before + count; i++)
		loop_run(it->loop, 10, NULL);
	assert_int_equal(it->accepted, before + count);
}

static void list_many(struct streams *it, size_t count)
{
	size_t before = it->done;
	for (size_t i = 0; i < count; i++)
		(void)!streams_send(it, false);
	for (int i = 0; i < 600 && it->done < before + count; i++)
		loop_run(it->loop, 10, NULL);
	assert_int_equal(it->done, before + count);
	assert_int_equal(it->failed, 0);
}

static void all_go_over_one_connection(void **state)
{
	struct streams it;
	streams_start(&it, 250);
	watch_many(&it, 60);
	list_many(&it, 500);
	assert_int_equal(it.h2.server.accepted, 1);
	assert_int_equal(it.asked, 560);
	streams_stop(&it);
}

/* Of a server or a proxy that allows few streams a connection: no watch waits in vain. */
static void watches_beyond_what_a_connection_takes_get_the_next(void **state)
{
	static const uint32_t limits[] = {0, 100, 128, 250, 1000};
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		struct streams it;
		streams_start(&it, limits[i]);
		watch_many(&it, 600);
		list_many(&it, 100);
		uint32_t a_connection = limits[i] && limits[i] < 250 ? limits[i] : 250;
		assert_in_range(it.h2.server.accepted, 1, 600 / a_connection + 2);
		streams_stop(&it);
	}
}

/* All are begun anew at once. */
static void after_a_cut_all_are_accepted_again(void **state)
{
	struct streams it;
	streams_start(&it, 100);
	watch_many(&it, 600);
	int before = it.h2.server.accepted;
	for (struct server_conn *conn = it.h2.server.conns, *next; conn; conn = next) {
		next = conn->next;
		conn->close_after = true;
		h2_go_away(conn->user, 0);
	}
	for (int i = 0; i < 600 && it.cut < 600; i++)
		loop_run(it.loop, 10, NULL);
	watch_many(&it, 600);
	assert_in_range(it.h2.server.accepted - before, 6, 6 + 2);
	streams_stop(&it);
}

/* A server that stops in order lets streams end by themselves. */
static void a_goodbye_costs_one_connection(void **state)
{
	struct streams it;
	streams_start(&it, 250);
	watch_many(&it, 60);
	it.watches_again = true;
	struct h2_connection *connection = it.h2.server.conns->user;
	h2_go_away(connection, INT32_MAX);
	loop_run(it.loop, 50, NULL);
	while (connection->streams)
		h2_end(connection->streams);
	for (int i = 0; i < 600 && it.accepted < 120; i++)
		loop_run(it.loop, 10, NULL);
	assert_int_equal(it.accepted, 120);
	assert_int_equal(it.cut, 60);
	assert_int_equal(it.h2.server.accepted, 2);
	streams_stop(&it);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_go_over_one_connection),
		cmocka_unit_test(watches_beyond_what_a_connection_takes_get_the_next),
		cmocka_unit_test(after_a_cut_all_are_accepted_again),
		cmocka_unit_test(a_goodbye_costs_one_connection),
	};
	return cmocka_run_group_tests_name("kube/h2_streams", tests, NULL, NULL);
}
