/* How an informer fares with a server that does what servers do. Names that begin with h1_ to h6_, here and beside, are the
 * fault scenarios that mqdeck has to stand:
 *
 * h1 a thousand restarts, cuts and resets at random bytes: the store is the server's, each version is told once and in order,
 *    and nothing is listed again
 * h2 a hundred 410 one after the other: a list a back-off, never rarer than once a minute, and no version goes back
 * h3 429 with Retry-After for a minute: as many questions as that allows, and no list
 * h4 a stream that ends at every byte (also test_decode.c), comes in single bytes, with CRLF; events of 10 MiB and those that
 *    announce more; lists of 50,000 stream (tests/bench/bench_list_memory.c)
 * h5 a connection that carries nothing any more is noticed within a minute; a machine that slept agrees with the server within
 *    10 s (also test_h2.c, tests/bench/black_hole.py)
 * h6 port-forwards by the thousand leave nothing behind, a refused one is told at once, one that never reads stalls nobody
 *    (test_portforward.c) */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/map.h"
#include "api/base/str.h"
#include "api/kube/watch/informer.h"
#include "tests/unit/hoard.h"
#include "tests/unit/kube/fake_api.h"

struct endless {
	size_t page, label; /* objects a page, bytes of a label */
	bool same;
};

struct informer_scene {
	struct clock clock;
	struct loop *loop;
	struct fake_api fake;
	struct kube_access access;
	char server[64], token[16], no_proxy[1];
	struct kube_client *client;
	struct kube_informer *pods;
	long seen[FAKE_OBJECTS]; /* last resource version told of each */
	bool present[FAKE_OBJECTS];
	size_t changes, states, asked;
	struct fake_connection *late; /* waits for the version */
	uint32_t random;
};

static uint32_t roll(struct informer_scene *world, uint32_t sides)
{
	world->random = world->random * 1664525 + 1013904223;
	return (world->random >> 8) % sides;
}

/* Each version of an object is told once and in order. */
static void on_change(void *data, enum kube_informer_change change, const void *record, const void *was)
{
	struct informer_scene *world = data;
	const struct kube_meta *meta = record;
	int object = atoi(meta->name + 4);
	long rv = atol(meta->resource_version);
	world->changes++;
	assert_in_range(object, 0, FAKE_OBJECTS - 1);
	if (change == KUBE_INFORMER_DELETED)
		assert_true(rv >= world->seen[object]);
	else
		assert_true(rv > world->seen[object]);
	assert_int_equal(world->present[object], change != KUBE_INFORMER_ADDED);
	assert_int_equal(was != NULL, change != KUBE_INFORMER_ADDED);
	world->present[object] = change != KUBE_INFORMER_DELETED;
	world->seen[object] = rv;
}

static void on_state(void *data, const struct kube_informer_state *state)
{
	((struct informer_scene *)data)->states++;
}

static void start_informer(struct informer_scene *world)
{
	struct err err = {0};
	world->pods = kube_informer_start(world->client,
					  &(struct kube_informer_options){.kind = KUBE_PODS,
									  .namespace = "mq",
									  .label_selector = "app in (a,b)",
									  .on_change = on_change,
									  .on_state = on_state,
									  .data = world},
					  &err);
	assert_non_null(world->pods);
}

static int set_up(void **state)
{
	struct informer_scene *world = mem_alloc(sizeof *world);
	struct err err = {0};
	*state = world;
	world->random = 7;
	world->clock = clock_virtual(1767323045000);
	world->loop = loop_create(&world->clock);
	fake_start(&world->fake, world->loop);
	snprintf(world->server, sizeof world->server, "http://127.0.0.1:%u", world->fake.port);
	snprintf(world->token, sizeof world->token, "canary-token");
	world->access =
		(struct kube_access){.server = world->server, .token = world->token, .proxy_url = world->no_proxy};
	world->client =
		kube_client_create(world->loop, &world->access, &(struct kube_client_options){.read_only = true}, &err);
	assert_non_null(world->client);
	return 0;
}

static int tear_down(void **state)
{
	struct informer_scene *world = *state;
	kube_informer_stop(world->pods);
	kube_client_destroy(world->client);
	fake_stop(&world->fake);
	loop_destroy(world->loop);
	free(world);
	return 0;
}

static void run(struct informer_scene *world, int64_t ms)
{
	loop_run(world->loop, ms, NULL);
}

static bool agrees(const struct informer_scene *world)
{
	size_t count = 0;
	for (int i = 0; i < FAKE_OBJECTS; i++) {
		char name[16], version[24];
		snprintf(name, sizeof name, "pod-%d", i);
		snprintf(version, sizeof version, "%ld", world->fake.objects[i]);
		const struct kube_pod *pod = kube_informer_get(world->pods, "mq", name);
		count += world->fake.objects[i] != 0;
		if ((pod != NULL) != (world->fake.objects[i] != 0) ||
		    (pod && !str_eq(pod->meta.resource_version, version)))
			return false;
	}
	size_t iterated = 0;
	for (const void *pod = kube_informer_next(world->pods, NULL); pod; pod = kube_informer_next(world->pods, pod))
		iterated++;
	return iterated == count && kube_informer_state(world->pods)->count == count;
}

static void change_something(struct informer_scene *world)
{
	int object = (int)roll(world, FAKE_OBJECTS);
	if (roll(world, 4) == 0)
		fake_delete(&world->fake, object);
	else
		fake_set(&world->fake, object);
}

/* ---- the plain way ---- */

static void lists_then_watches(void **state)
{
	struct informer_scene *world = *state;
	fake_set(&world->fake, 1);
	start_informer(world);
	assert_false(kube_informer_state(world->pods)->synced);
	run(world, 500);
	assert_true(kube_informer_state(world->pods)->synced);
	assert_true(kube_informer_state(world->pods)->watching);
	assert_int_equal(kube_informer_state(world->pods)->stale_since_ms, -1);
	assert_non_null(strstr(world->fake.last_path,
			       "/api/v1/namespaces/mq/pods?watch=1&resourceVersion=101&allowWatchBookmarks=true"));
	assert_non_null(strstr(world->fake.last_path, "labelSelector=app%20in%20%28a%2Cb%29"));
	assert_non_null(strstr(world->fake.last_head, "Authorization: Bearer canary-token"));
	assert_non_null(strstr(world->fake.last_head, "Accept: application/vnd.kubernetes.protobuf,application/json"));
	assert_non_null(strstr(world->fake.last_head, "Accept-Encoding: identity\r\n")); /* never gzip on a watch */
	fake_set(&world->fake, 2);
	fake_set(&world->fake, 1);
	fake_delete(&world->fake, 2);
	run(world, 500);
	assert_true(agrees(world));
	assert_int_equal(world->changes, 4);
	assert_int_equal(world->fake.lists, 1);
	assert_int_equal(world->fake.watches, 1);
	assert_string_equal(kube_client_connection(world->client)->version, "v1.34.4");
}

/* ---- bar 1: restarts and cuts at random bytes ---- */

static int64_t cut_anywhere(struct fake_api *fake)
{
	struct informer_scene *world = fake->script_data;
	return roll(world, 400);
}

static void cuts(struct informer_scene *world, bool protobuf, bool resets, size_t count)
{
	world->fake.protobuf = protobuf;
	world->fake.cuts_reset = resets;
	world->fake.script_data = world;
	start_informer(world);
	run(world, 300);
	world->fake.cut = cut_anywhere;
	fake_refuse(&world->fake, true);
	fake_refuse(&world->fake, false);
	for (size_t round = 0; world->fake.cuts < count && world->fake.event_count < FAKE_EVENTS - 16; round++) {
		change_something(world);
		run(world, roll(world, 200));
		if (round % 100 == 99) {
			fake_refuse(&world->fake, true);
			run(world, 2500);
			fake_refuse(&world->fake, false);
		}
	}
	assert_true(world->fake.cuts >= count);
	world->fake.cut = NULL;
	run(world, 90000);
	assert_true(agrees(world));
	assert_int_equal(world->fake.lists, 1);
	assert_true(kube_informer_state(world->pods)->watching);
	assert_int_equal(kube_informer_state(world->pods)->stale_since_ms, -1);
}

static void h1_a_thousand_cuts_in_json(void **state)
{
	cuts(*state, false, false, 1000);
}

static void h1_a_thousand_cuts_in_protobuf(void **state)
{
	cuts(*state, true, false, 1000);
}

static void h1_a_thousand_resets(void **state)
{
	cuts(*state, true, true, 1000);
}

/* ---- bar 2: nothing but 410 ---- */

struct storm {
	int left;
	int64_t last_ms, longest_ms, shortest_relist_ms, last_relist_ms;
};

static bool answer_410(struct fake_api *fake, struct fake_connection *connection, const char *method, const char *path)
{
	struct storm *storm = fake->script_data;
	static const char gone[] = "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Expired\",\"message\":"
				   "\"too old\",\"code\":410}";
	int64_t now = loop_now_ms(fake->loop);
	if (!strstr(path, "/pods"))
		return false;
	if (storm->last_ms > 0 && now - storm->last_ms > storm->longest_ms)
		storm->longest_ms = now - storm->last_ms;
	storm->last_ms = now;
	if (!strstr(path, "watch=1")) {
		if (strstr(path, "resourceVersion=") && storm->left > 0 && !strstr(path, "resourceVersion=0")) {
			if (storm->last_relist_ms > 0 && now - storm->last_relist_ms < storm->shortest_relist_ms)
				storm->shortest_relist_ms = now - storm->last_relist_ms;
			storm->last_relist_ms = now;
			storm->left--;
			fake_answer(connection, 410, "", gone);
			return true;
		}
		return false;
	}
	if (storm->left <= 0)
		return false;
	if (storm->left-- % 2) {
		fake_answer(connection, 410, "", gone);
		return true;
	}
	char event[256];
	int len = snprintf(event, sizeof event, "{\"type\":\"ERROR\",\"object\":%s}\n", gone);
	fake_begin_watch(connection, false);
	fake_chunk(connection, event, (size_t)len);
	fake_end_watch(connection);
	return true;
}

static void h2_a_storm_of_410s_converges(void **state)
{
	struct informer_scene *world = *state;
	struct storm storm = {.left = 100, .shortest_relist_ms = INT64_MAX};
	world->fake.script = answer_410;
	world->fake.script_data = &storm;
	fake_set(&world->fake, 3);
	start_informer(world);
	for (int i = 0; i < 4000 && storm.left > 0; i++) {
		run(world, 1000);
		if (i % 10 == 0)
			fake_set(&world->fake, i % FAKE_OBJECTS);
	}
	assert_int_equal(storm.left, 0);
	run(world, 61000);
	assert_true(agrees(world));
	assert_true(kube_informer_state(world->pods)->watching);
	assert_true(storm.shortest_relist_ms >= 800);
	assert_true(storm.longest_ms <= 60000);
}

/* ---- bar 3: 429 with Retry-After ---- */

static bool answer_429(struct fake_api *fake, struct fake_connection *connection, const char *method, const char *path)
{
	const int64_t *until = fake->script_data;
	if (!strstr(path, "watch=1") || loop_now_ms(fake->loop) >= *until)
		return false;
	fake_answer(connection, 429, "Retry-After: 5\r\n", "{\"kind\":\"Status\",\"status\":\"Failure\",\"code\":429}");
	return true;
}

static void h3_who_is_answered_429_waits_as_long_as_it_is_told(void **state)
{
	struct informer_scene *world = *state;
	int64_t until = loop_now_ms(world->loop) + 60000;
	world->fake.script = answer_429;
	world->fake.script_data = &until;
	start_informer(world);
	run(world, 59000);
	assert_in_range(world->fake.watches, 11, 13);
	assert_int_equal(kube_informer_state(world->pods)->err.code, ERR_BUSY);
	fake_set(&world->fake, 5);
	run(world, 10000);
	assert_int_equal(world->fake.lists, 1);
	assert_true(agrees(world));
	assert_int_equal(kube_informer_state(world->pods)->err.code, ERR_NONE);
}

/* A server, or what stands in front of it, that names a day is asked again within a minute all the same. */
static bool answer_tomorrow(struct fake_api *fake, struct fake_connection *connection, const char *method,
			    const char *path)
{
	const int64_t *until = fake->script_data;
	if (loop_now_ms(fake->loop) >= *until)
		return false;
	fake_answer(connection, 503, "Retry-After: 86400\r\n", "<html>maintenance</html>");
	return true;
}

static void nobody_makes_it_wait_for_a_day(void **state)
{
	struct informer_scene *world = *state;
	int64_t until = loop_now_ms(world->loop) + 30000;
	world->fake.script = answer_tomorrow;
	world->fake.script_data = &until;
	start_informer(world);
	run(world, 29000);
	assert_false(kube_informer_state(world->pods)->synced);
	assert_int_equal(kube_informer_state(world->pods)->err.code, ERR_BUSY);
	run(world, 35000);
	assert_true(agrees(world));
	assert_int_equal(kube_informer_state(world->pods)->err.code, ERR_NONE);
}

/* ---- bar 4: every way of cutting a stream ---- */

static int64_t cut_once(struct fake_api *fake)
{
	int64_t *at = fake->script_data, now = *at;
	*at = -1;
	return now;
}

static void truncations(struct informer_scene *world, bool protobuf)
{
	int64_t cut = 0;
	world->fake.protobuf = protobuf;
	world->fake.script_data = &cut;
	world->fake.cut = cut_once;
	for (int64_t at = 0; at < 4200; at += 29) {
		memset(world->seen, 0, sizeof world->seen);
		memset(world->present, 0, sizeof world->present);
		cut = -1;
		start_informer(world);
		run(world, 100);
		size_t lists = world->fake.lists;
		cut = at;
		fake_refuse(&world->fake, true);
		for (int i = 0; i < 50; i++)
			fake_set(&world->fake, (i * 7) % FAKE_OBJECTS);
		fake_refuse(&world->fake, false);
		run(world, 8000);
		assert_int_equal(cut, -1);
		assert_true(agrees(world));
		assert_int_equal(world->fake.lists, lists);
		kube_informer_stop(world->pods);
		world->pods = NULL;
	}
}

static void h4_a_stream_cut_at_many_places(void **state)
{
	truncations(*state, false);
}

static void h4_a_protobuf_stream_cut_at_many_places(void **state)
{
	truncations(*state, true);
}

static void h4_single_bytes_and_crlf(void **state)
{
	struct informer_scene *world = *state;
	world->fake.crlf = world->fake.byte_by_byte = true;
	start_informer(world);
	run(world, 500);
	for (int i = 0; i < 20; i++)
		fake_set(&world->fake, i);
	run(world, 2000);
	assert_true(agrees(world));
	assert_int_equal(world->fake.lists, 1);
}

/* A list without end: pages of 500, of objects that are always new or always the same. */
static bool endless(struct fake_api *fake, struct fake_connection *connection, const char *method, const char *path)
{
	const struct endless *list = fake->script_data;
	if (!strstr(path, "/pods?"))
		return false;
	struct buf body = BUF_INIT(64 << 20);
	CLEANUP(free) char *label = mem_alloc(list->label + 1);
	memset(label, 'x', list->label);
	buf_append_str(
		&body,
		"{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"more\"},\"items\":[");
	for (size_t i = 0; i < list->page; i++)
		buf_printf(&body, "%s{\"metadata\":{\"name\":\"pod-%zu\",\"labels\":{\"l\":\"%s\"}}}", i ? "," : "",
			   list->same ? i : fake->requests * list->page + i, label);
	buf_append_str(&body, "]}");
	fake_answer(connection, 200, "", buf_str(&body));
	buf_finish(&body);
	return true;
}

static void a_list_without_end_is_given_up(void **state)
{
	static const struct {
		struct endless list;
		size_t at_most;
		const char *says;
	} cases[] = {
		{{.page = 500}, 210, "pods: the server lists more than 100000, the most that mqdeck reads"},
		{{.page = 1, .same = true}, 1010, "pods: the server's list goes on after 1000 pages"},
		{{.page = 500, .label = 30000}, 30, "pods: what the server lists is larger than the 128 MiB"},
	};
	struct informer_scene *world = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct endless list = cases[i].list;
		world->fake.script = endless;
		world->fake.script_data = &list;
		world->fake.requests = 0;
		start_informer(world);
		const struct kube_informer_state *pods = kube_informer_state(world->pods);
		for (int j = 0; j < 100 && !err_is_set(&pods->err); j++)
			run(world, 1000);
		assert_int_equal(pods->err.code, ERR_LIMIT);
		if (!strstr(pods->err.text, cases[i].says))
			fail_msg("%s", pods->err.text);
		assert_int_equal(pods->count, 0);
		assert_false(pods->synced);
		assert_in_range(world->fake.requests, 1, cases[i].at_most);
		size_t asked = world->fake.requests;
		run(world, 60000); /* what is too much now is too much in a second */
		assert_in_range(world->fake.requests, asked, asked + 2);
		kube_informer_stop(world->pods);
		world->pods = NULL;
	}
}

static bool giant_once(struct fake_api *fake, struct fake_connection *connection, const char *method, const char *path)
{
	bool *done = fake->script_data;
	if (!strstr(path, "watch=1") || *done)
		return false;
	*done = true;
	fake_begin_watch(connection, true);
	fake_chunk(connection, "\x40\0\0\0abc", 7);
	return true;
}

static void h4_an_announced_gibibyte_is_refused(void **state)
{
	struct informer_scene *world = *state;
	bool done = false;
	world->fake.protobuf = true;
	world->fake.script = giant_once;
	world->fake.script_data = &done;
	start_informer(world);
	run(world, 300);
	assert_true(done);
	assert_int_equal(kube_informer_state(world->pods)->err.code, ERR_LIMIT);
	fake_set(&world->fake, 1);
	run(world, 5000);
	assert_int_equal(world->fake.lists, 2);
	assert_true(agrees(world));
	assert_int_equal(kube_informer_state(world->pods)->err.code, ERR_NONE);
}

/* ---- the rest of the rules ---- */

struct pages {
	int page;
	bool expire;
	char paths[8][256];
	int count;
};

static bool answer_pages(struct fake_api *fake, struct fake_connection *connection, const char *method,
			 const char *path)
{
	struct pages *pages = fake->script_data;
	if (strstr(path, "watch=1") || !strstr(path, "/pods"))
		return false;
	snprintf(pages->paths[pages->count++ % 8], 256, "%s", path);
	bool second = strstr(path, "continue=");
	if (second && pages->expire) {
		fake_answer(connection, 410, "",
			    "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Expired\",\"code\":410}");
		return true;
	}
	if (!strstr(path, "limit="))
		return false;
	char body[512];
	snprintf(body, sizeof body,
		 "{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"%ld\"%s},\"items\":[{\"metadata\":{"
		 "\"name\":\"pod-%d\","
		 "\"namespace\":\"mq\",\"resourceVersion\":\"%ld\"}}]}",
		 fake->rv, second ? "" : ",\"continue\":\"a+b\"", second ? 2 : 1, fake->objects[second ? 2 : 1]);
	fake_answer(connection, 200, "", body);
	return true;
}

static void pages_are_put_together(void **state)
{
	struct informer_scene *world = *state;
	struct pages pages = {0};
	world->fake.script = answer_pages;
	world->fake.script_data = &pages;
	fake_set(&world->fake, 1);
	fake_set(&world->fake, 2);
	start_informer(world);
	run(world, 500);
	assert_int_equal(pages.count, 2);
	assert_non_null(strstr(pages.paths[0], "limit=500&resourceVersion=0"));
	assert_non_null(strstr(pages.paths[1], "limit=500&continue=a%2Bb"));
	assert_null(strstr(pages.paths[1], "resourceVersion"));
	assert_true(agrees(world));
}

static void an_expired_page_asks_for_all_at_once(void **state)
{
	struct informer_scene *world = *state;
	struct pages pages = {.expire = true};
	world->fake.script = answer_pages;
	world->fake.script_data = &pages;
	fake_set(&world->fake, 1);
	fake_set(&world->fake, 2);
	start_informer(world);
	run(world, 500);
	assert_int_equal(pages.count, 3);
	assert_null(strstr(pages.paths[2], "limit="));
	assert_non_null(strstr(pages.paths[2], "resourceVersion=0"));
	assert_true(agrees(world));
}

static bool answer_too_large(struct fake_api *fake, struct fake_connection *connection, const char *method,
			     const char *path)
{
	if (strstr(path, "watch=1") || !strstr(path, "resourceVersion="))
		return false;
	fake_answer(connection, 504, "",
		    "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Timeout\",\"code\":504,\"details\":{"
		    "\"causes\":[{\"reason\":"
		    "\"ResourceVersionTooLarge\"}]}}");
	return true;
}

static void a_version_too_large_is_given_up_at_once(void **state)
{
	struct informer_scene *world = *state;
	world->fake.script = answer_too_large;
	start_informer(world);
	run(world, 500);
	assert_int_equal(world->fake.lists, 2);
	assert_true(kube_informer_state(world->pods)->synced);
}

static bool answer_403(struct fake_api *fake, struct fake_connection *connection, const char *method, const char *path)
{
	if (!strstr(path, "/pods"))
		return false;
	fake_answer(connection, 403, "", fake->script_data);
	return true;
}

static void forbidden_names_the_verb_and_the_resource(void **state)
{
	struct informer_scene *world = *state;
	world->fake.script = answer_403;
	char plain[] = "no";
	char status[] = "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Forbidden\",\"code\":403,"
			"\"message\":\"pods is "
			"forbidden: User \\\"x\\\" cannot list resource \\\"pods\\\"\"}";
	world->fake.script_data = plain;
	start_informer(world);
	run(world, 500);
	const struct kube_informer_state *now = kube_informer_state(world->pods);
	assert_int_equal(now->err.code, ERR_FORBIDDEN);
	assert_non_null(strstr(now->err.text, "list of pods in namespace mq"));
	assert_false(now->synced);
	assert_true(kube_client_connection(world->client)->connected);
	world->fake.script_data = status;
	kube_informer_kick(world->pods);
	run(world, 500);
	assert_string_equal(now->err.text, "pods is forbidden: User \"x\" cannot list resource \"pods\"");
	assert_null(strstr(now->err.text, "canary"));
}

static bool answer_404(struct fake_api *fake, struct fake_connection *connection, const char *method, const char *path)
{
	if (strstr(path, "/v1beta2/"))
		return false;
	fake_answer(connection, 404, "", "404 page not found");
	return true;
}

static bool answer_404_always(struct fake_api *fake, struct fake_connection *connection, const char *method,
			      const char *path)
{
	fake_answer(connection, 404, "", "404 page not found");
	return true;
}

static void a_resource_that_is_not_served_is_no_error(void **state)
{
	struct informer_scene *world = *state;
	struct err err = {0};
	world->fake.script = answer_404_always;
	struct kube_informer_options options = {.kind = KUBE_KAFKAS};
	CLEANUP(kube_informer_stop)
	struct kube_informer *kafkas = kube_informer_start(world->client, &options, &err);
	run(world, 1000);
	assert_true(kube_informer_state(kafkas)->absent);
	assert_true(kube_informer_state(kafkas)->synced);
	assert_int_equal(kube_informer_state(kafkas)->err.code, ERR_NONE);
	assert_int_equal(world->fake.lists, 2);
	assert_non_null(strstr(world->fake.last_head, "Accept: application/json\r\n"));
	world->fake.script = answer_404;
	run(world, 125000);
	assert_false(kube_informer_state(kafkas)->absent);
	assert_true(kube_informer_state(kafkas)->watching);
}

static bool end_at_once(struct fake_api *fake, struct fake_connection *connection, const char *method, const char *path)
{
	if (!strstr(path, "watch=1"))
		return false;
	fake_begin_watch(connection, false);
	fake_end_watch(connection);
	return true;
}

static void watches_that_end_at_once_do_not_spin(void **state)
{
	struct informer_scene *world = *state;
	world->fake.script = end_at_once;
	start_informer(world);
	run(world, 60000);
	assert_in_range(world->fake.watches, 4, 12);
	assert_true(world->fake.lists >= 4);
}

static void silence_is_noticed(void **state)
{
	struct informer_scene *world = *state;
	start_informer(world);
	run(world, 1000);
	assert_int_equal(world->fake.watches, 1);
	for (int ms = 0; ms < 160000; ms += 50) {
		run(world, 50);
		assert_int_equal(kube_informer_state(world->pods)->stale_since_ms,
				 -1); /* it is there, and says nothing */
		assert_true(kube_client_connection(world->client)->connected);
	}
	assert_in_range(world->fake.watches, 2, 4);
	assert_int_equal(world->fake.lists, 1);
}

/* The server goes away and comes back: known within 2 s, and consistent soon after. */
static void h5_a_stopped_server_is_shown_and_found_again(void **state)
{
	struct informer_scene *world = *state;
	start_informer(world);
	run(world, 500);
	fake_refuse(&world->fake, true);
	run(world, 1900);
	assert_false(kube_client_connection(world->client)->connected);
	assert_int_equal(kube_client_connection(world->client)->err.code, ERR_CONNECT);
	assert_true(kube_informer_state(world->pods)->stale_since_ms >= 0);
	assert_true(kube_informer_state(world->pods)->synced);
	run(world, 300000);
	fake_set(&world->fake, 9);
	fake_refuse(&world->fake, false);
	run(world, 8000);
	assert_true(kube_client_connection(world->client)->connected);
	assert_true(agrees(world));
	assert_int_equal(kube_informer_state(world->pods)->stale_since_ms, -1);
	assert_int_equal(world->fake.lists, 1);
}

/* Nothing happened meanwhile and nothing will: the accepted watch is news enough, no bookmark is waited for. */
static void a_quiet_server_that_is_back_is_no_old_data(void **state)
{
	struct informer_scene *world = *state;
	start_informer(world);
	run(world, 500);
	fake_refuse(&world->fake, true);
	run(world, 20000);
	assert_true(kube_informer_state(world->pods)->stale_since_ms >= 0);
	fake_refuse(&world->fake, false);
	run(world, 8000);
	assert_int_equal(kube_informer_state(world->pods)->stale_since_ms, -1);
	assert_true(kube_informer_state(world->pods)->watching);
	assert_int_equal(world->fake.lists, 1);
}

/* ---- one of many, that nobody waits for ---- */

static bool somebody_else_answers(struct fake_api *fake, struct fake_connection *connection, const char *method,
				  const char *path)
{
	((struct informer_scene *)fake->script_data)->asked++;
	fake_answer(connection, 302, "Location: https://login.example/\r\n", "");
	return true;
}

static void a_patient_client_asks_who_does_not_answer_every_few_minutes_and_begins_when_it_does(void **state)
{
	struct informer_scene *world = *state;
	struct err err = {0};
	kube_client_destroy(world->client);
	world->client = kube_client_create(world->loop, &world->access,
					   &(struct kube_client_options){.read_only = true, .patient = true}, &err);
	assert_non_null(world->client);
	world->fake.script = somebody_else_answers;
	world->fake.script_data = world;
	start_informer(world);
	run(world, 600000);
	assert_false(kube_client_connection(world->client)->connected);
	world->asked = 0;
	run(world, 3600000);
	assert_in_range(world->asked, 60 / 5, 60 * 2 / 5);
	assert_int_equal(kube_informer_state(world->pods)->err.code, ERR_NONE); /* not asked, and not failed */
	world->fake.script = NULL;
	fake_set(&world->fake, 3);
	kube_client_ask_again(world->client);
	run(world, 1000);
	assert_true(kube_informer_state(world->pods)->synced);
	assert_true(agrees(world));
	assert_int_equal(world->fake.lists, 1);
	/* The same when it goes away later. */
	fake_refuse(&world->fake, true);
	run(world, 1900);
	assert_false(kube_client_connection(world->client)->connected);
	run(world, 600000);
	fake_set(&world->fake, 4);
	fake_refuse(&world->fake, false);
	run(world, KUBE_CLIENT_PATIENT_MS);
	assert_true(kube_informer_state(world->pods)->watching);
	assert_true(agrees(world));
}

static bool the_version_comes_late(struct fake_api *fake, struct fake_connection *connection, const char *method,
				   const char *path)
{
	if (!str_eq(path, "/version"))
		return false;
	((struct informer_scene *)fake->script_data)->late = connection;
	return true;
}

static void a_patient_client_waits_for_a_slow_server(void **state)
{
	struct informer_scene *world = *state;
	struct err err = {0};
	kube_client_destroy(world->client);
	world->client = kube_client_create(world->loop, &world->access,
					   &(struct kube_client_options){.read_only = true, .patient = true}, &err);
	assert_non_null(world->client);
	world->fake.script = the_version_comes_late;
	world->fake.script_data = world;
	start_informer(world);
	run(world, 12000);
	assert_non_null(world->late);
	assert_int_equal(kube_client_connection(world->client)->err.code, ERR_TIMEOUT);
	fake_answer(world->late, 200, "", "{\"gitVersion\":\"v1.34.4\"}");
	run(world, 1000);
	assert_true(kube_client_connection(world->client)->connected);
	assert_true(kube_informer_state(world->pods)->synced);
}

/* ---- without descriptors ---- */

static void without_descriptors_a_list_is_tried_rarely(void **state)
{
	struct informer_scene *world = *state;
	struct hoard hoard = {0};
	hoard_begin(&hoard, 128);
	hoard_all(&hoard, DESCRIPTORS_FOR_SERVER);
	fake_set(&world->fake, 1);
	start_informer(world);
	run(world, 600000);
	const struct kube_informer_state *told = kube_informer_state(world->pods);
	assert_false(told->synced);
	assert_int_equal(told->err.code, ERR_LIMIT);
	assert_non_null(strstr(told->err.text, "(ulimit -n)"));
	assert_in_range(told->lists, 10, 30);
	assert_int_equal(kube_client_connection(world->client)->err.code, ERR_LIMIT);
	hoard_let_go(&hoard);
	run(world, 61000);
	assert_true(told->synced);
	assert_true(agrees(world));
	hoard_end(&hoard);
}

struct answers {
	int done, limited;
};

static void note_answer(void *data, const struct kube_result *result)
{
	struct answers *answers = data;
	answers->done++;
	answers->limited += result->err.code == ERR_LIMIT;
}

static void what_cannot_be_asked_does_not_make_the_server_unreachable(void **state)
{
	struct informer_scene *world = *state;
	struct hoard hoard = {0};
	struct answers answers = {0};
	struct err err = {0};
	start_informer(world);
	run(world, 500);
	assert_true(kube_informer_state(world->pods)->watching);
	hoard_begin(&hoard, 128);
	hoard_all(&hoard, DESCRIPTORS_FOR_SERVER);
	const struct kube_call call = {
		.reason = "test", .path = "/version", .once = true, .on_done = note_answer, .data = &answers};
	for (int i = 0; i < 4; i++)
		assert_non_null(kube_request(world->client, &call, &err));
	run(world, 60000);
	assert_int_equal(answers.done, 4);
	assert_in_range(answers.limited, 1, 4);
	assert_true(kube_client_connection(world->client)->connected);
	assert_true(kube_informer_state(world->pods)->watching);
	hoard_end(&hoard);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(lists_then_watches),
		TEST(h1_a_thousand_cuts_in_json),
		TEST(h1_a_thousand_cuts_in_protobuf),
		TEST(h1_a_thousand_resets),
		TEST(h2_a_storm_of_410s_converges),
		TEST(h3_who_is_answered_429_waits_as_long_as_it_is_told),
		TEST(nobody_makes_it_wait_for_a_day),
		TEST(h4_a_stream_cut_at_many_places),
		TEST(h4_a_protobuf_stream_cut_at_many_places),
		TEST(h4_single_bytes_and_crlf),
		TEST(a_list_without_end_is_given_up),
		TEST(h4_an_announced_gibibyte_is_refused),
		TEST(pages_are_put_together),
		TEST(an_expired_page_asks_for_all_at_once),
		TEST(a_version_too_large_is_given_up_at_once),
		TEST(forbidden_names_the_verb_and_the_resource),
		TEST(a_resource_that_is_not_served_is_no_error),
		TEST(watches_that_end_at_once_do_not_spin),
		TEST(silence_is_noticed),
		TEST(h5_a_stopped_server_is_shown_and_found_again),
		TEST(a_quiet_server_that_is_back_is_no_old_data),
		TEST(a_patient_client_asks_who_does_not_answer_every_few_minutes_and_begins_when_it_does),
		TEST(a_patient_client_waits_for_a_slow_server),
		TEST(without_descriptors_a_list_is_tried_rarely),
		TEST(what_cannot_be_asked_does_not_make_the_server_unreachable),
	};
	return cmocka_run_group_tests_name("kube/informer", tests, NULL, NULL);
}
