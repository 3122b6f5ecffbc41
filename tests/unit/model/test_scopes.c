/* What is asked of the API server for many clusters: as little as goes, and nothing is lost while one list takes the place
 * of others. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/str.h"
#include "api/model/records/record_store.h"
#include "api/model/sources/watcher.h"
#include "tests/unit/model/broker_api.h"

enum { STEP_MS = 20, CLUSTERS_MAX = 64, ENOUGH_MS = 4000 };

struct farm {
	struct clock clock;
	struct loop *loop;
	struct broker_api api;
	struct dial_opener dialer;
	struct record_store store;
	struct source_watcher *watcher;
	const char *namespace;
	/* What there is: cluster i in the namespace "team-(i / per_namespace)", with a pod and a service each; and a service
	 * in the namespace "other". */
	size_t clusters, per_namespace;
	struct fake_connection *sets; /* the watch of StatefulSets */
	/* What is refused with 403: lists of this resource, of all namespaces or of each. */
	const char *refused_in_all, *refused_in_each;
	const char *crowded; /* there are very many of this resource */
	const char *held;    /* paths with this are not answered */
	struct fake_connection *holding;
	size_t lists, of_all, of_each, counts; /* asked for so far */
	size_t services_of_all, events_of_all, pods_of_all;
};

/* ---- the API ---- */

static void append_set(struct buf *out, size_t i, const struct farm *it)
{
	buf_printf(out,
		   "{\"metadata\":{\"name\":\"mq-%zu\",\"namespace\":\"team-%zu\",\"resourceVersion\":\"5\"},\"spec\":{"
		   "\"replicas\":1,\"selector\":{\"matchLabels\":{\"app\":\"mq-%zu\"}},\"template\":{\"metadata\":{"
		   "\"labels\":{\"app\":\"mq-%zu\"}},\"spec\":{\"containers\":[{\"name\":\"kafka\",\"image\":"
		   "\"apache/kafka:4.1.0\",\"ports\":[{\"containerPort\":9092}]}]}}}}",
		   i, i / it->per_namespace, i, i);
}

static void append_object(struct buf *out, size_t i, const struct farm *it)
{
	buf_printf(
		out,
		"{\"metadata\":{\"name\":\"mq-%zu-0\",\"namespace\":\"team-%zu\",\"resourceVersion\":\"5\",\"labels\":{"
		"\"app\":\"mq-%zu\"}},\"spec\":{}}",
		i, i / it->per_namespace, i);
}

static bool is_in(const struct farm *it, const char *path, size_t i)
{
	char word[32];
	snprintf(word, sizeof word, "/namespaces/team-%zu/", i / it->per_namespace);
	if (strstr(path, "/namespaces/") && !strstr(path, word))
		return false;
	const char *selector = strstr(path, "labelSelector=app");
	snprintf(word, sizeof word, "mq-%zu", i);
	for (const char *at = selector; at && (at = strstr(at, word)); at++)
		if (!strchr("0123456789", at[strlen(word)]) || !at[strlen(word)])
			return true;
	return !selector;
}

static void answer_list(struct farm *it, struct fake_connection *connection, const char *path)
{
	struct buf body = BUF_INIT(1 << 20);
	bool sets = strstr(path, "/statefulsets"), services = strstr(path, "/services"), any = false;
	buf_append_str(&body, "{\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"7\"");
	if (strstr(path, "?limit=1") && !strstr(path, "resourceVersion"))
		buf_printf(&body, ",\"remainingItemCount\":%d", it->crowded && strstr(path, it->crowded) ? 1000000 : 1);
	buf_append_str(&body, "},\"items\":[");
	for (size_t i = 0; (sets || services || strstr(path, "/pods")) && i < it->clusters; i++) {
		if (!is_in(it, path, i))
			continue;
		buf_append_str(&body, any ? "," : "");
		(sets ? append_set : append_object)(&body, i, it);
		any = true;
	}
	if (services && !strstr(path, "/namespaces/"))
		buf_printf(&body,
			   "%s{\"metadata\":{\"name\":\"web\",\"namespace\":\"other\",\"resourceVersion\":\"5\"}}",
			   any ? "," : "");
	buf_append_str(&body, "]}");
	fake_answer(connection, 200, "", buf_str(&body));
	buf_finish(&body);
}

static void farm_count(struct farm *it, const char *path)
{
	bool each = strstr(path, "/namespaces/") && !strstr(path, "involvedObject");
	if (strstr(path, "?limit=1") && !strstr(path, "resourceVersion")) {
		it->counts++;
		return;
	}
	it->lists++;
	*(each ? &it->of_each : &it->of_all) += 1;
	it->services_of_all += !each && strstr(path, "/services");
	it->events_of_all += !each && strstr(path, "/events") && !strstr(path, "involvedObject");
	it->pods_of_all += !each && strstr(path, "/pods");
}

static bool farm_script(struct fake_api *fake, struct fake_connection *connection, const char *method, const char *path)
{
	struct farm *it = fake->script_data;
	bool each = strstr(path, "/namespaces/");
	const char *refused = each ? it->refused_in_each : it->refused_in_all;
	if (str_has_prefix(path, "/version"))
		return false;
	if (strstr(path, "watch=1")) {
		if (strstr(path, "/statefulsets"))
			it->sets = connection;
		fake_begin_watch(connection, false);
		return true;
	}
	farm_count(it, path);
	if (it->held && strstr(path, it->held)) {
		it->holding = connection;
		return true;
	}
	if (refused && strstr(path, refused))
		fake_answer(connection, 403, "",
			    "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Forbidden\",\"code\":403,"
			    "\"message\":\"User \\\"dev\\\" cannot list resource\"}");
	else
		answer_list(it, connection, path);
	return true;
}

/* ---- the watcher ---- */

static struct dial *farm_open_nothing(struct dial_opener *opener, const struct dial_target *target, int *fd,
				      struct err *err)
{
	err_set(err, ERR_CONNECT, "no way");
	return NULL;
}

static void farm_on_change(void *data)
{
}

static void farm_start(struct farm *it)
{
	it->clock = clock_virtual(1767225600000);
	it->loop = loop_create(&it->clock);
	it->dialer.open = farm_open_nothing;
	it->store.owns = true;
	struct kube_client *client = broker_api_start(&it->api, it->loop);
	it->api.fake.script = farm_script;
	it->api.fake.script_data = it;
	it->watcher = source_watcher_create(&(struct source_options){.loop = it->loop,
								     .client = client,
								     .dialer = &it->dialer,
								     .store = &it->store,
								     .namespace = it->namespace,
								     .on_change = farm_on_change,
								     .on_answer = farm_on_change,
								     .data = it});
}

static void farm_stop(struct farm *it)
{
	source_watcher_destroy(it->watcher);
	record_store_finish(&it->store);
	broker_api_stop(&it->api);
	loop_destroy(it->loop);
}

static size_t farm_has(const struct farm *it, enum kube_kind kind)
{
	size_t count = 0;
	struct map_entry *at = NULL;
	while (record_store_next(&it->store, kind, &at))
		count++;
	return count;
}

static void farm_wait(struct farm *it, int64_t ms)
{
	for (int64_t waited = 0; waited < ms; waited += STEP_MS)
		loop_run(it->loop, STEP_MS, NULL);
}

static void farm_tell(struct farm *it, const char *type, size_t cluster)
{
	struct buf line = BUF_INIT(1 << 16);
	buf_printf(&line, "{\"type\":\"%s\",\"object\":", type);
	append_set(&line, cluster, it);
	buf_append_str(&line, "}\n");
	fake_chunk(it->sets, buf_str(&line), line.len);
	buf_finish(&line);
}

static void farm_add(struct farm *it)
{
	farm_tell(it, "ADDED", it->clusters++);
}

struct farm_found {
	struct farm *farm;
	enum kube_kind kind;
	size_t read, unknown, refused;
};

static void add_found(void *data, const struct source_found_cluster *found)
{
	struct farm_found *sum = data;
	struct world_source list = source_watcher_list(sum->farm->watcher, sum->kind, found);
	sum->read += world_source_is_read(&list) && !err_is_set(&list.err);
	sum->unknown += !world_source_is_read(&list);
	sum->refused += list.err.code == ERR_FORBIDDEN;
}

static struct farm_found farm_lists(struct farm *it, enum kube_kind kind)
{
	struct farm_found sum = {.farm = it, .kind = kind};
	source_discover_clusters(&(struct source_discovery){.store = &it->store}, add_found, &sum);
	return sum;
}

static bool is_read(struct farm *it, enum kube_kind kind)
{
	struct world_source list = source_watcher_list(it->watcher, kind, NULL);
	return world_source_is_read(&list) && !err_is_set(&list.err);
}

/* ---- tests ---- */

static void few_namespaces_have_lists_of_their_own(void **state)
{
	struct farm it = {.clusters = 20, .per_namespace = 10};
	farm_start(&it);
	farm_wait(&it, ENOUGH_MS);
	assert_int_equal(it.services_of_all + it.events_of_all + it.pods_of_all + it.counts, 0);
	assert_int_equal(it.of_each, 2 * 7); /* services, slices, budgets, events, claims, leases and pods */
	assert_int_equal(farm_has(&it, KUBE_PODS), 20);
	assert_int_equal(farm_has(&it, KUBE_SERVICES), 20);
	assert_int_equal(farm_lists(&it, KUBE_PODS).read, 20);
	assert_true(is_read(&it, KUBE_PODS) && is_read(&it, KUBE_SERVICES));
	farm_stop(&it);
}

static void many_namespaces_share_lists_whatever_their_number(void **state)
{
	static const size_t sizes[] = {20, 60};
	size_t asked[2];
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct farm it = {.clusters = sizes[i], .per_namespace = 2};
		farm_start(&it);
		farm_wait(&it, ENOUGH_MS);
		assert_int_equal(farm_has(&it, KUBE_PODS), sizes[i]);
		assert_int_equal(farm_has(&it, KUBE_SERVICES), sizes[i]); /* and not what is beside no cluster */
		assert_int_equal(farm_lists(&it, KUBE_PODS).read, sizes[i]);
		assert_int_equal(farm_lists(&it, KUBE_CLAIMS).read, sizes[i]);
		assert_int_equal(it.pods_of_all, 1);
		assert_int_equal(it.counts, 5);
		asked[i] = it.lists;
		farm_stop(&it);
	}
	assert_int_equal(asked[0], asked[1]);
}

static void what_there_is_too_much_of_is_asked_for_by_namespace(void **state)
{
	struct farm it = {.clusters = 9, .per_namespace = 1, .crowded = "/events"};
	farm_start(&it);
	farm_wait(&it, ENOUGH_MS);
	assert_int_equal(it.events_of_all, 0);
	assert_int_equal(it.of_each, 9);
	assert_int_equal(it.services_of_all, 1);
	assert_int_equal(farm_lists(&it, KUBE_EVENTS).read, 9);
	farm_stop(&it);
}

static void where_all_may_not_be_read_each_is(void **state)
{
	struct farm it = {.clusters = 12, .per_namespace = 1, .refused_in_all = "/services"};
	farm_start(&it);
	farm_wait(&it, ENOUGH_MS);
	assert_int_equal(farm_has(&it, KUBE_SERVICES), 12);
	assert_int_equal(farm_lists(&it, KUBE_SERVICES).read, 12);
	assert_true(is_read(&it, KUBE_SERVICES));
	assert_int_equal(it.of_each, 12);
	it.refused_in_all = NULL; /* and asked anew, all are */
	source_watcher_ask_again(it.watcher);
	farm_wait(&it, ENOUGH_MS);
	assert_int_equal(it.services_of_all, 1);
	assert_int_equal(farm_has(&it, KUBE_SERVICES), 12);
	assert_int_equal(farm_lists(&it, KUBE_SERVICES).read, 12);
	farm_stop(&it);
}

static void pods_that_may_not_be_read_at_once_are_read_by_namespace(void **state)
{
	struct farm it = {.clusters = 12, .per_namespace = 1, .refused_in_all = "/pods"};
	farm_start(&it);
	farm_wait(&it, ENOUGH_MS);
	assert_int_equal(farm_has(&it, KUBE_PODS), 12);
	assert_int_equal(farm_lists(&it, KUBE_PODS).read, 12);
	assert_true(is_read(&it, KUBE_PODS));
	farm_stop(&it);
}

/* Not every one of thousands is tried. */
static void where_nothing_may_be_read_few_are_tried(void **state)
{
	struct farm it = {
		.clusters = 40, .per_namespace = 1, .refused_in_all = "/services", .refused_in_each = "/services"};
	farm_start(&it);
	farm_wait(&it, 400);
	assert_int_equal(it.of_each, 8);
	assert_int_equal(farm_lists(&it, KUBE_SERVICES).unknown, 40);
	assert_int_equal(farm_lists(&it, KUBE_SERVICES).refused, 40);
	assert_int_equal(farm_lists(&it, KUBE_PODS).read, 40);
	farm_stop(&it);
}

/* From lists of namespaces to one of all, which is late. */
static void nothing_is_lost_while_lists_take_the_place_of_others(void **state)
{
	struct farm it = {.clusters = 6, .per_namespace = 1};
	farm_start(&it);
	farm_wait(&it, ENOUGH_MS);
	assert_int_equal(it.of_all, it.lists - 6 * 7);
	it.held = "/api/v1/services?resourceVersion=7"; /* not older than what is known */
	farm_add(&it);
	for (int64_t waited = 0; waited < ENOUGH_MS; waited += STEP_MS) {
		farm_wait(&it, STEP_MS);
		assert_true(farm_has(&it, KUBE_SERVICES) >= 6);
		assert_true(farm_has(&it, KUBE_PODS) >= 6);
		assert_true(farm_lists(&it, KUBE_SERVICES).read >= 6);
		assert_true(farm_lists(&it, KUBE_PODS).read >= 6);
	}
	assert_non_null(it.holding);
	assert_int_equal(farm_lists(&it, KUBE_SERVICES).unknown, 1);
	assert_int_equal(farm_has(&it, KUBE_PODS), 7); /* which were not late */
	assert_true(is_read(&it, KUBE_SERVICES));
	assert_false(source_watcher_settled(it.watcher));
	it.held = NULL;
	answer_list(&it, it.holding, "/api/v1/services?resourceVersion=7");
	farm_wait(&it, ENOUGH_MS);
	assert_int_equal(farm_has(&it, KUBE_SERVICES), 7);
	assert_int_equal(farm_lists(&it, KUBE_SERVICES).read, 7);
	size_t each = it.of_each;
	farm_add(&it); /* in the next namespace: nothing is asked but for the pods of one */
	size_t lists = it.lists;
	farm_wait(&it, ENOUGH_MS);
	assert_int_equal(it.of_each, each);
	assert_true(it.lists - lists <= 1 + 2);
	assert_int_equal(farm_has(&it, KUBE_PODS), 8);
	farm_stop(&it);
}

static void nor_is_it_when_few_are_left(void **state)
{
	struct farm it = {.clusters = 8, .per_namespace = 1};
	farm_start(&it);
	farm_wait(&it, ENOUGH_MS);
	assert_int_equal(it.of_each, 0);
	for (size_t i = 3; i < 8; i++)
		farm_tell(&it, "DELETED", i);
	for (int64_t waited = 0; waited < ENOUGH_MS; waited += STEP_MS) {
		farm_wait(&it, STEP_MS);
		assert_true(farm_has(&it, KUBE_SERVICES) >= 3);
		assert_true(farm_has(&it, KUBE_PODS) >= 3);
		assert_true(farm_lists(&it, KUBE_SERVICES).read >= 3);
		assert_true(farm_lists(&it, KUBE_PODS).read >= 3);
	}
	assert_int_equal(it.of_each, 3 * 7);
	assert_int_equal(farm_has(&it, KUBE_STATEFUL_SETS), 3);
	assert_int_equal(farm_has(&it, KUBE_SERVICES), 3);
	assert_int_equal(farm_has(&it, KUBE_PODS), 3);
	farm_stop(&it);
}

/* What was beside no cluster is there at once when one comes. */
static void a_namespace_that_begins_to_matter_brings_its_own(void **state)
{
	struct farm it = {.clusters = 8, .per_namespace = 1};
	farm_start(&it);
	farm_wait(&it, ENOUGH_MS);
	size_t services = it.services_of_all;
	struct buf line = BUF_INIT(1 << 16);
	buf_append_str(
		&line,
		"{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"web\",\"namespace\":\"other\","
		"\"resourceVersion\":\"9\"},\"spec\":{\"replicas\":1,\"selector\":{\"matchLabels\":{\"app\":"
		"\"web\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":{\"containers\":["
		"{\"name\":\"kafka\",\"image\":\"apache/kafka:4.1.0\",\"ports\":[{\"containerPort\":9092}]}]}}}}}"
		"\n");
	assert_null(record_store_get(&it.store, KUBE_SERVICES, "other", "web"));
	fake_chunk(it.sets, buf_str(&line), line.len);
	buf_finish(&line);
	farm_wait(&it, 200);
	assert_non_null(record_store_get(&it.store, KUBE_SERVICES, "other", "web"));
	assert_int_equal(it.services_of_all, services);
	farm_stop(&it);
}

static void the_only_namespace_is_not_left(void **state)
{
	struct farm it = {.clusters = 40, .per_namespace = 40, .namespace = "team-0"};
	farm_start(&it);
	farm_wait(&it, ENOUGH_MS);
	assert_int_equal(it.services_of_all + it.events_of_all + it.pods_of_all + it.counts, 0);
	assert_int_equal(farm_has(&it, KUBE_PODS), 40);
	assert_int_equal(farm_lists(&it, KUBE_PODS).read, 40);
	farm_stop(&it);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_namespaces_have_lists_of_their_own),
		cmocka_unit_test(many_namespaces_share_lists_whatever_their_number),
		cmocka_unit_test(what_there_is_too_much_of_is_asked_for_by_namespace),
		cmocka_unit_test(where_all_may_not_be_read_each_is),
		cmocka_unit_test(pods_that_may_not_be_read_at_once_are_read_by_namespace),
		cmocka_unit_test(where_nothing_may_be_read_few_are_tried),
		cmocka_unit_test(nothing_is_lost_while_lists_take_the_place_of_others),
		cmocka_unit_test(nor_is_it_when_few_are_left),
		cmocka_unit_test(a_namespace_that_begins_to_matter_brings_its_own),
		cmocka_unit_test(the_only_namespace_is_not_left),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
