/* Who runs a plan on a broker cluster, as its Lease tells. */
#include "tests/unit/unit.h"

#include "api/base/str.h"
#include "tests/unit/model/broker_api.h"
#include "tests/unit/model/fixture.h"

static const char *const all_in_sync[] = {"012", "120", "201"};

static struct kube_lease *say_lease(struct fixture *f, const char *name, const char *holder)
{
	struct kube_lease *lease = arena_alloc(&f->arena, sizeof *lease);
	struct kube_pair *title = arena_alloc(&f->arena, sizeof *title);
	int64_t now = clock_wall_ms(&f->clock);
	*title = (struct kube_pair){.key = "mqdeck/plan", .value = "Roll kafka log"};
	*lease = (struct kube_lease){
		.meta = {.name = name, .namespace = "test", .annotations = title, .annotation_count = 1},
		.holder = holder,
		.duration_s = 30,
		.acquired_ms = now - 60000,
		.renewed_ms = now - 5000};
	record_store_put(&f->world->store, KUBE_LEASES, lease);
	return lease;
}

static void a_cluster_tells_who_runs_a_plan_on_it(void **state)
{
	struct fixture f;
	fixture_start(&f);
	const struct world_cluster *cluster = &fixture_kafka(&f, all_in_sync, 3)->pub;
	CLEANUP(free) char *name = world_lease_name(cluster);
	assert_string_equal(name, "mqdeck-kafka-log");
	assert_null(cluster->plan);
	assert_true(cluster->plan_known);
	say_lease(&f, name, "anna@jump-1/20260102-030405-00");
	fixture_update(&f);
	assert_string_equal(cluster->plan->who, "anna@jump-1");
	assert_string_equal(cluster->plan->id, "20260102-030405-00");
	assert_string_equal(cluster->plan->title, "Roll kafka log");
	assert_int_equal(cluster->plan->since_ms, clock_wall_ms(&f.clock) - 60000);
	say_lease(&f, name, "somebody");
	fixture_update(&f);
	assert_string_equal(cluster->plan->who, "somebody");
	assert_string_equal(cluster->plan->id, "");
	fixture_finish(&f);
}

static void what_is_nobodys_or_of_another_cluster_is_no_plan(void **state)
{
	struct fixture f;
	fixture_start(&f);
	const struct world_cluster *cluster = &fixture_kafka(&f, all_in_sync, 3)->pub;
	say_lease(&f, "mqdeck-kafka-log", NULL);
	say_lease(&f, "mqdeck-rabbitmq-log", "anna@jump-1/1");
	say_lease(&f, "mqdeck-kafka-logs", "anna@jump-1/1");
	fixture_update(&f);
	assert_null(cluster->plan);
	say_lease(&f, "mqdeck-kafka-log", "anna@jump-1/1")->renewed_ms = -1;
	fixture_update(&f);
	assert_null(cluster->plan);
	fixture_finish(&f);
}

static void a_lease_that_is_not_renewed_runs_out_by_itself(void **state)
{
	struct fixture f;
	fixture_start(&f);
	const struct world_cluster *cluster = &fixture_kafka(&f, all_in_sync, 3)->pub;
	say_lease(&f, "mqdeck-kafka-log", "anna@jump-1/1");
	fixture_update(&f);
	assert_non_null(cluster->plan);
	assert_false(world_is_outdated(f.world));
	clock_advance(&f.clock, 24999);
	loop_step(f.loop, 0);
	assert_non_null(world_update(f.world)->clusters[0]->plan);
	clock_advance(&f.clock, 1);
	loop_step(f.loop, 0);
	assert_true(world_is_outdated(f.world)); /* nobody said anything */
	world_update(f.world);
	assert_null(cluster->plan);
	fixture_finish(&f);
}

static void a_clock_that_is_ahead_counts_from_now(void **state)
{
	struct fixture f;
	fixture_start(&f);
	const struct world_cluster *cluster = &fixture_kafka(&f, all_in_sync, 3)->pub;
	say_lease(&f, "mqdeck-kafka-log", "anna@jump-1/1")->renewed_ms = INT64_MAX;
	fixture_update(&f);
	assert_non_null(cluster->plan);
	assert_true(f.world->renew_ms > 0 && f.world->renew_ms <= 30000);
	/* Its node stopped: the time that it wrote is never reached. */
	clock_advance(&f.clock, 30000);
	fixture_update(&f);
	assert_null(cluster->plan);
	fixture_finish(&f);
}

static void a_clock_that_is_behind_is_believed_once_it_renews(void **state)
{
	struct fixture f;
	fixture_start(&f);
	const struct world_cluster *cluster = &fixture_kafka(&f, all_in_sync, 3)->pub;
	int64_t written = clock_wall_ms(&f.clock) - 600000;
	for (int i = 0; i < 3; i++) {
		say_lease(&f, "mqdeck-kafka-log", "anna@jump-1/1")->renewed_ms = written + i * 10000;
		fixture_update(&f);
		assert_int_equal(cluster->plan != NULL, i > 0);
		clock_advance(&f.clock, 10000);
	}
	clock_advance(&f.clock, 20000);
	fixture_update(&f);
	assert_null(cluster->plan);
	fixture_finish(&f);
}

static struct dial *open_nothing(struct dial_opener *self, const struct dial_target *target, int *fd, struct err *err)
{
	err_set(err, ERR_CONNECT, "nothing listens there");
	return NULL;
}

static const char set_json[] =
	"{\"metadata\":{\"name\":\"kafka\",\"namespace\":\"prod\",\"uid\":\"s\"},\"spec\":{\"replicas\":3,"
	"\"selector\":{"
	"\"matchLabels\":{\"app\":\"kafka\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"kafka\"}},\"spec\":{"
	"\"containers\":[{\"name\":\"broker\",\"image\":\"apache/"
	"kafka:4.1.0\",\"ports\":[{\"containerPort\":9092}]}]}}}}";

static void without_the_right_to_list_leases_it_is_not_known_and_nobody_complains(void **state)
{
	struct clock clock = clock_virtual(1767225600000);
	struct loop *loop = loop_create(&clock);
	struct dial_opener dialer = {.open = open_nothing};
	for (int forbidden = 0; forbidden < 2; forbidden++) {
		struct broker_api api = {.sets = set_json, .leases_forbidden = forbidden};
		broker_api_put_pods(&api, "kafka", "\"app\":\"kafka\"", "StatefulSet", "kafka",
				    "{\"containerPort\":9092}");
		struct world *world = world_create(&(struct world_options){
			.loop = loop, .client = broker_api_start(&api, loop), .dialer = &dialer});
		const struct world_view *view = world_update(world);
		for (int i = 0; i < 300 && (view->cluster_count == 0 || view->discovering); i++) {
			loop_run(loop, 100, NULL);
			view = world_update(world);
		}
		assert_int_equal(view->cluster_count, 1);
		assert_int_equal(view->clusters[0]->plan_known, !forbidden);
		assert_null(view->clusters[0]->plan);
		assert_int_equal(view->link, WORLD_LIVE);
		for (size_t i = 0; i < view->problem_count; i++)
			assert_null(strstr(view->problems[i].text, "lease"));
		world_destroy(world);
		broker_api_stop(&api);
	}
	loop_destroy(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cluster_tells_who_runs_a_plan_on_it),
		cmocka_unit_test(what_is_nobodys_or_of_another_cluster_is_no_plan),
		cmocka_unit_test(a_lease_that_is_not_renewed_runs_out_by_itself),
		cmocka_unit_test(a_clock_that_is_ahead_counts_from_now),
		cmocka_unit_test(a_clock_that_is_behind_is_believed_once_it_renews),
		cmocka_unit_test(without_the_right_to_list_leases_it_is_not_known_and_nobody_complains),
	};
	return cmocka_run_group_tests_name("model/plans", tests, NULL, NULL);
}
