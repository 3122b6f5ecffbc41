/* Informers and requests on one HTTP/2 connection whose server says goodbye, or nothing at all any more. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kube/client/kube_client.h"
#include "api/kube/watch/informer.h"
#include "tests/unit/kube/h2_server.h"

enum { OBJECTS = 8, EVENTS_MAX = 256, FIRST_VERSION = 100 };

struct fixture {
	struct clock clock;
	struct loop *loop;
	struct h2_server h2;
	/* The truth: each event sets one object to the next version. */
	int events[EVENTS_MAX], event_count;
	struct h2_stream *watch; /* the newest that is open */
	int lists, watches, others;
	char last_watch[512];
	bool hold_lists;
	/* the client */
	char url[64], no_proxy[1];
	struct kube_access access;
	struct kube_client *client;
	struct kube_informer *pods;
	int changes;
	long seen[OBJECTS];
	bool done;
	struct err err;
	int64_t done_ms, ticks;
	struct loop_timer *tick;
};

/* ---- the server's side ---- */

static long version_of(const struct fixture *f, int object)
{
	long version = 0;
	for (int i = 0; i < f->event_count; i++)
		version = f->events[i] == object ? FIRST_VERSION + i + 1 : version;
	return version;
}

static void append_pod(struct buf *out, int object, long version)
{
	buf_printf(out, "{\"metadata\":{\"name\":\"pod-%d\",\"namespace\":\"mq\",\"resourceVersion\":\"%ld\"}}", object,
		   version);
}

static void send_list(struct fixture *f, struct h2_stream *stream)
{
	struct buf body = BUF_INIT(1 << 16);
	bool first = true;
	buf_printf(&body, "{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"%d\"},\"items\":[",
		   FIRST_VERSION + f->event_count);
	for (int i = 0; i < OBJECTS; i++) {
		if (!version_of(f, i))
			continue;
		buf_append_str(&body, first ? "" : ",");
		append_pod(&body, i, version_of(f, i));
		first = false;
	}
	buf_append_str(&body, "]}");
	h2_answer(stream, buf_str(&body));
	buf_finish(&body);
}

static void send_event(struct fixture *f, int at)
{
	struct buf line = BUF_INIT(4096);
	buf_append_str(&line, "{\"type\":\"MODIFIED\",\"object\":");
	append_pod(&line, f->events[at], FIRST_VERSION + at + 1);
	buf_append_str(&line, "}\n");
	h2_write(f->watch, buf_str(&line));
	buf_finish(&line);
}

static void on_request(struct h2_server *h2, struct h2_stream *stream)
{
	struct fixture *f = h2->data;
	const char *version = strstr(stream->path, "resourceVersion=");
	if (strstr(stream->path, "watch=1")) {
		f->watches++;
		f->watch = stream;
		snprintf(f->last_watch, sizeof f->last_watch, "%s", stream->path);
		h2_begin(stream);
		for (int i = atoi(version + strlen("resourceVersion=")) - FIRST_VERSION; i < f->event_count; i++)
			send_event(f, i);
	} else if (strstr(stream->path, "/pods")) {
		f->lists++;
		if (!f->hold_lists)
			send_list(f, stream);
	} else {
		f->others++;
		h2_answer(stream, "{\"gitVersion\":\"v1.34.4\"}");
	}
}

/* Changes the truth; told to the watch unless the server is frozen or has none. */
static void set(struct fixture *f, int object)
{
	f->events[f->event_count++] = object;
	if (f->watch && !f->h2.frozen)
		send_event(f, f->event_count - 1);
}

/* ---- the client's side ---- */

static void on_change(void *data, enum kube_informer_change change, const void *record, const void *was)
{
	struct fixture *f = data;
	const struct kube_meta *meta = record;
	int object = atoi(meta->name + 4);
	long version = atol(meta->resource_version);
	assert_int_not_equal(change, KUBE_INFORMER_DELETED);
	assert_true(version > f->seen[object]); /* once and in order */
	f->seen[object] = version;
	f->changes++;
}

static void on_state(void *data, const struct kube_informer_state *state)
{
}

static void on_tick(void *data)
{
	struct fixture *f = data;
	f->ticks++;
	loop_timer_arm(f->tick, 33);
}

static int set_up(void **state)
{
	struct fixture *f = mem_alloc(sizeof *f);
	struct err err = {0};
	*state = f;
	f->clock = clock_virtual(1767323045000);
	f->loop = loop_create(&f->clock);
	f->h2.on_request = on_request;
	f->h2.data = f;
	h2_server_start(&f->h2, f->loop);
	snprintf(f->url, sizeof f->url, "https://127.0.0.1:%u", f->h2.server.port);
	f->access = (struct kube_access){.server = f->url, .ca_pem = f->h2.root.cert, .proxy_url = f->no_proxy};
	f->client = kube_client_create(f->loop, &f->access, &(struct kube_client_options){0}, &err);
	assert_non_null(f->client);
	f->tick = loop_timer_create(f->loop, on_tick, f);
	loop_timer_arm(f->tick, 33);
	set(f, 1);
	set(f, 2);
	f->pods = kube_informer_start(
		f->client,
		&(struct kube_informer_options){
			.kind = KUBE_PODS, .namespace = "mq", .on_change = on_change, .on_state = on_state, .data = f},
		&err);
	assert_non_null(f->pods);
	for (int i = 0; i < 600 && !kube_informer_state(f->pods)->watching; i++)
		loop_run(f->loop, 100, NULL);
	if (!kube_informer_state(f->pods)->watching)
		fail_msg("%s", kube_client_connection(f->client)->err.text);
	assert_int_equal(f->h2.server.accepted, 1); /* everything on one connection */
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	kube_informer_stop(f->pods);
	kube_client_destroy(f->client);
	h2_server_stop(&f->h2);
	loop_timer_destroy(f->tick);
	loop_destroy(f->loop);
	free(f);
	return 0;
}

static bool agrees(const struct fixture *f)
{
	for (int i = 0; i < OBJECTS; i++) {
		char name[16], version[24];
		snprintf(name, sizeof name, "pod-%d", i);
		snprintf(version, sizeof version, "%ld", version_of(f, i));
		const struct kube_pod *pod = kube_informer_get(f->pods, "mq", name);
		if ((pod != NULL) != (version_of(f, i) != 0) || (pod && !str_eq(pod->meta.resource_version, version)))
			return false;
	}
	return true;
}

/* Waits for what must come, in steps: how long it takes is not the question. */
static void until(struct fixture *f, bool (*holds)(const struct fixture *f))
{
	for (int i = 0; i < 1200 && !holds(f); i++)
		loop_run(f->loop, 100, NULL);
	assert_true(holds(f));
}

static bool is_watching(const struct fixture *f)
{
	return f->watch != NULL && kube_informer_state(f->pods)->watching;
}

static bool is_asked_twice(const struct fixture *f)
{
	return f->lists == 2;
}

static bool is_whole(const struct fixture *f)
{
	return agrees(f) && kube_informer_state(f->pods)->stale_since_ms < 0 &&
	       kube_client_connection(f->client)->connected;
}

static void on_done(void *data, const struct kube_result *result)
{
	struct fixture *f = data;
	f->done = true;
	f->err = result->err;
	f->done_ms = loop_now_ms(f->loop);
}

static void ask(struct fixture *f, const char *path)
{
	struct err err = {0};
	f->done = false;
	assert_non_null(
		kube_request(f->client, &(struct kube_call){.path = path, .on_done = on_done, .data = f}, &err));
}

/* ---- GOAWAY ---- */

/* A server that shuts down in order: streams go on, new requests go elsewhere, the watch moves when its stream ends. */
static void goodbye_in_the_middle_of_a_watch(void **state)
{
	struct fixture *f = *state;
	set(f, 3);
	struct h2_stream *old = f->watch;
	h2_go_away(old->connection, old->id);
	loop_run(f->loop, 200, NULL);
	set(f, 4); /* on the old stream, which goes on */
	until(f, agrees);
	assert_int_equal(f->watches, 1);
	ask(f, "/api/v1/nodes");
	loop_run(f->loop, 25000, &f->done);
	assert_int_equal(f->err.code, ERR_NONE);
	assert_int_equal(f->h2.server.accepted, 2);
	f->watch = NULL;
	set(f, 5); /* between the two watches */
	h2_end(old);
	until(f, is_watching);
	set(f, 1);
	until(f, is_whole);
	assert_int_equal(f->lists, 1);
	assert_int_equal(f->watches, 2);
	assert_int_equal(f->changes, 6);
	assert_non_null(strstr(f->last_watch, "resourceVersion=104&"));
	assert_true(kube_client_connection(f->client)->connected);
}

/* A server that throws everything away at once, at each of many moments. */
static void goodbye_and_cut(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 50; i++) {
		set(f, i % OBJECTS);
		struct h2_connection *connection = f->watch->connection;
		connection->conn->close_after = i % 2;
		f->watch = NULL;
		h2_go_away(connection, 0);
		set(f, (i + 3) % OBJECTS);
		until(f, is_watching);
		until(f, is_whole);
	}
	assert_int_equal(f->lists, 1);
	assert_int_equal(f->changes, 2 + 100);
	assert_true(f->watches <= 52);
	assert_int_equal(kube_informer_state(f->pods)->stale_since_ms, -1);
}

/* What the server says it has not looked at is asked again on the next connection. */
static void a_request_that_goodbye_refused_is_sent_again(void **state)
{
	struct fixture *f = *state;
	struct err err = {0};
	f->hold_lists = true;
	struct kube_informer_options options = {.kind = KUBE_PODS, .namespace = "mq", .on_state = on_state, .data = f};
	struct kube_informer *second = kube_informer_start(f->client, &options, &err);
	until(f, is_asked_twice);
	f->hold_lists = false;
	struct h2_stream *watch = f->watch;
	h2_go_away(watch->connection, watch->id);
	for (int i = 0; i < 250 && !kube_informer_state(second)->synced; i++)
		loop_run(f->loop, 100, NULL);
	assert_true(kube_informer_state(second)->synced);
	assert_int_equal(f->h2.server.accepted, 2);
	kube_informer_stop(second);
}

/* ---- silence ---- */

/* The peer is gone without a word and nobody sent a FIN. Requests give up in their own time, and the connection they
 * share goes with the first, so that the next ones do not wait as well. */
static void h5_a_black_hole_ends_requests_and_watches(void **state)
{
	struct fixture *f = *state;
	int64_t start = loop_now_ms(f->loop);
	f->ticks = 0;
	f->h2.frozen = true;
	set(f, 6); /* the truth goes on */
	ask(f, "/api/v1/nodes");
	loop_run(f->loop, 60000, &f->done);
	assert_true(f->done);
	assert_int_equal(f->err.code, ERR_TIMEOUT);
	assert_in_range(f->done_ms - start, 29000, 31000);
	assert_in_range(f->ticks, 30000 / 33 - 5, 30000 / 33 + 5); /* nothing was held up */
	loop_run(f->loop, 20000, NULL);
	assert_true(kube_informer_state(f->pods)->stale_since_ms >= 0);
	assert_false(kube_client_connection(f->client)->connected);
	f->h2.frozen = false;
	f->watch = NULL;
	until(f, is_whole);
	assert_int_equal(f->lists, 1);
}

/* Nobody asks anything: the silence of the watch itself is noticed. */
static void h5_a_black_hole_is_noticed_by_a_watch_alone(void **state)
{
	struct fixture *f = *state;
	f->h2.frozen = true;
	set(f, 7);
	loop_run(f->loop, 140000, NULL);
	assert_int_equal(f->watches, 1);
	assert_false(agrees(f));
	f->h2.frozen = false;
	f->watch = NULL;
	until(f, is_whole);
	assert_int_equal(f->watches, 2);
	assert_int_equal(f->h2.server.accepted, 2); /* not on the connection that is dead */
	assert_int_equal(f->lists, 1);
}

static bool is_whole_again(const struct fixture *f)
{
	return f->watch && is_whole(f);
}

/* The machine slept; whoever stood between it and the server has forgotten their connection, and nothing tells. */
static void h5_a_machine_that_slept_agrees_within_ten_seconds(void **state)
{
	struct fixture *f = *state;
	f->h2.frozen = true;
	set(f, 6);
	f->clock.virtual_slept_ms += 8 * 3600 * 1000;
	loop_run(f->loop, 3000, NULL); /* the network is not there yet */
	f->watch = NULL;
	f->h2.frozen = false;
	int64_t back = loop_now_ms(f->loop);
	until(f, is_whole_again);
	assert_in_range(loop_now_ms(f->loop) - back, 0, 10000);
	assert_int_equal(f->lists, 1);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(goodbye_in_the_middle_of_a_watch),
		TEST(goodbye_and_cut),
		TEST(a_request_that_goodbye_refused_is_sent_again),
		TEST(h5_a_black_hole_ends_requests_and_watches),
		TEST(h5_a_black_hole_is_noticed_by_a_watch_alone),
		TEST(h5_a_machine_that_slept_agrees_within_ten_seconds),
	};
	return cmocka_run_group_tests_name("kube/h2", tests, NULL, NULL);
}
