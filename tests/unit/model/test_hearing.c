/* RabbitMQ nodes that do not hear each other: who is named, who is not, and that nothing of it is ever green. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/rabbitmq/rabbitmq_decode.h"
#include "tests/unit/model/fixture.h"

static const char one_queue[] = "[{\"name\":\"q\",\"vhost\":\"/\",\"type\":\"quorum\",\"leader\":\"rabbit@mq-1\","
				"\"members\":[\"rabbit@mq-0\",\"rabbit@mq-1\",\"rabbit@mq-2\"],"
				"\"online\":[\"rabbit@mq-0\",\"rabbit@mq-1\",\"rabbit@mq-2\"]}]";

struct scene {
	struct fixture f;
	struct join_cluster *cluster;
	struct rabbitmq_member members[3];
};

static void begin(struct scene *scene)
{
	static const char *const pods[] = {"mq-0", "mq-1", "mq-2"};
	fixture_start(&scene->f);
	loop_run(scene->f.loop, 10000, NULL);
	scene->cluster = fixture_rabbitmq(&scene->f, one_queue);
	for (size_t i = 0; i < ARRAY_LEN(pods); i++)
		scene->members[i] = (struct rabbitmq_member){.pod = pods[i],
							     .answers = 1,
							     .quorum_critical = 0,
							     .alarm = 0,
							     .part.updated_ms = loop_now_ms(scene->f.loop)};
	scene->cluster->rabbitmq.members = scene->members;
	scene->cluster->rabbitmq.member_count = ARRAY_LEN(pods);
	fixture_update(&scene->f);
	assert_int_equal(scene->cluster->pub.severity, SEV_OK);
}

static void refuse(struct scene *scene, size_t index)
{
	scene->members[index].answers = 0;
	scene->members[index].refuses = true;
	scene->members[index].refused_ms = loop_now_ms(scene->f.loop);
	err_set(&scene->members[index].part.err, ERR_CONNECT, "connection refused by pod mq");
}

static const struct world_broker *broker(const struct scene *scene, size_t index)
{
	return scene->cluster->pub.brokers[index];
}

static void assert_says(const struct scene *scene, enum severity severity, const char *headline)
{
	assert_string_equal(scene->cluster->pub.headline, headline);
	assert_int_equal(scene->cluster->pub.severity, severity);
}

static bool is_found(const struct scene *scene, const char *text)
{
	const struct world_view *view = &scene->f.world->view;
	for (size_t i = 0; i < view->problem_count; i++)
		if (strstr(view->problems[i].text, text))
			return true;
	return false;
}

static void a_split_names_both_sides_and_blames_neither_for_the_other(void **state)
{
	static const char *const pictures[] = {
		/* as the side of one tells it, and as the side of two does */
		"[{\"name\":\"rabbit@mq-0\",\"running\":true},{\"name\":\"rabbit@mq-1\",\"running\":false},"
		"{\"name\":\"rabbit@mq-2\",\"running\":false}]",
		"[{\"name\":\"rabbit@mq-0\",\"running\":false},{\"name\":\"rabbit@mq-1\",\"running\":true},"
		"{\"name\":\"rabbit@mq-2\",\"running\":true}]",
	};
	struct scene scene = {0};
	begin(&scene);
	for (size_t i = 0; i < ARRAY_LEN(pictures); i++) {
		scene.members[0].unheard = (char *)"rabbit@mq-1,rabbit@mq-2";
		scene.members[1].unheard = scene.members[2].unheard = (char *)"rabbit@mq-0";
		fixture_say_nodes(&scene.f, scene.cluster, pictures[i]);
		fixture_update(&scene.f);
		assert_says(&scene, SEV_BAD, "network partition: mq-0 does not hear mq-1 and mq-2");
		assert_non_null(
			strstr(scene.cluster->pub.detail, "mq-1 and mq-2 have the majority that quorum queues need"));
		assert_string_equal(broker(&scene, 0)->state, "partitioned");
		assert_int_equal(broker(&scene, 0)->reachable, 0);
		assert_string_equal(broker(&scene, 1)->state, "ready");
		assert_string_equal(broker(&scene, 2)->state, "ready");
		assert_false(is_found(&scene, "mq-1 is"));
		assert_false(is_found(&scene, "mq-2 is"));
	}
	fixture_finish(&scene.f);
}

static void what_one_says_alone_makes_nobody_green_nor_down(void **state)
{
	struct scene scene = {0};
	begin(&scene);
	fixture_say_nodes(&scene.f, scene.cluster,
			  "[{\"name\":\"rabbit@mq-0\",\"running\":true},{\"name\":\"rabbit@mq-1\",\"running\":false},"
			  "{\"name\":\"rabbit@mq-2\",\"running\":false}]");
	fixture_update(&scene.f);
	assert_int_equal(broker(&scene, 1)->reachable, -1);
	assert_int_equal(broker(&scene, 2)->reachable, -1);
	assert_int_not_equal(scene.cluster->pub.severity, SEV_OK);
	fixture_finish(&scene.f);
}

static void partition_handling_is_the_versions_own(void **state)
{
	static const struct {
		const char *version, *says;
	} versions[] = {
		{"4.3.6", "this version has no partition handling"},
		{"4.2.9", "where the partition stays, restart mq-0"},
		{"3.13.7", "where the partition stays, restart mq-0"},
	};
	struct scene scene = {0};
	begin(&scene);
	scene.members[0].unheard = (char *)"rabbit@mq-1,rabbit@mq-2";
	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		struct rabbitmq_overview overview = {.references = 2, .version = versions[i].version};
		scene.cluster->rabbitmq.overview = &overview;
		fixture_update(&scene.f);
		assert_non_null(strstr(scene.cluster->pub.detail, versions[i].says));
		scene.cluster->rabbitmq.overview = NULL;
	}
	fixture_finish(&scene.f);
}

static void nodes_that_wait_for_each_other_are_not_blamed(void **state)
{
	struct scene scene = {0};
	begin(&scene);
	for (size_t i = 0; i < 3; i++)
		scene.members[i].slow = true;
	fixture_update(&scene.f);
	assert_says(&scene, SEV_WARN,
		    "mq-0, mq-1 and mq-2 wait for one another: each answers for itself, none for the cluster");
	assert_false(is_found(&scene, "waiting for"));
	scene.members[1].slow = false;
	scene.members[1].answers = 0; /* it hangs: that one, and nobody else */
	err_set(&scene.members[1].part.err, ERR_TIMEOUT, "no answer in time");
	fixture_update(&scene.f);
	assert_string_equal(broker(&scene, 1)->state, "not answering");
	assert_true(is_found(&scene, "mq-1 does not answer, but other brokers do"));
	assert_true(is_found(&scene, "mq-0 answers slowly: it is waiting for mq-1"));
	assert_false(is_found(&scene, "waiting for mq-0"));
	assert_false(is_found(&scene, "waiting for mq-2"));
	fixture_finish(&scene.f);
}

/* Their pods stay Ready for a while, and the last picture, in which all were well, is not old yet. */
static void who_has_stopped_in_a_container_that_runs_is_never_green(void **state)
{
	struct scene scene = {0};
	begin(&scene);
	refuse(&scene, 0);
	fixture_update(&scene.f);
	assert_string_equal(broker(&scene, 0)->state, "stopped");
	assert_int_equal(broker(&scene, 0)->reachable, 0);
	assert_true(is_found(&scene, "mq-0 no longer listens, though its container runs on"));
	refuse(&scene, 1);
	refuse(&scene, 2);
	fixture_update(&scene.f);
	assert_int_equal(scene.cluster->pub.severity, SEV_BAD);
	assert_true(str_has_prefix(scene.cluster->pub.headline, "0 of 3 brokers ready: mq-0 no longer listens"));
	/* restarted since: it starts, or has no management plugin */
	struct kube_container_status *status = fixture_status((struct kube_pod *)broker(&scene, 0)->pod);
	status->running_since_ms = scene.f.world->wall_ms;
	fixture_update(&scene.f);
	assert_string_not_equal(broker(&scene, 0)->state, "stopped");
	assert_int_equal(broker(&scene, 0)->reachable, -1);
	fixture_finish(&scene.f);
}

/* Its peers, asked well after it first refused, see it run: it has no management any more. */
static void who_only_lost_its_management_has_not_stopped(void **state)
{
	struct scene scene = {0};
	begin(&scene);
	refuse(&scene, 0);
	loop_run(scene.f.loop, 100000, NULL);
	for (size_t i = 1; i < 3; i++)
		scene.members[i].part.updated_ms = loop_now_ms(scene.f.loop);
	scene.cluster->rabbitmq.nodes_part.updated_ms = scene.members[0].refused_ms + 80000;
	fixture_update(&scene.f);
	assert_string_equal(broker(&scene, 0)->state, "stopped"); /* they may not have noticed yet */
	scene.cluster->rabbitmq.nodes_part.updated_ms = loop_now_ms(scene.f.loop);
	fixture_update(&scene.f);
	assert_string_equal(broker(&scene, 0)->state, "not answering");
	assert_int_equal(broker(&scene, 0)->reachable, -1);
	fixture_finish(&scene.f);
}

static void who_did_not_answer_when_asked_is_not_in_quorum(void **state)
{
	struct scene scene = {0};
	begin(&scene);
	for (size_t i = 0; i < 3; i++) {
		scene.members[i].answers = 0;
		err_set(&scene.members[i].part.err, ERR_TIMEOUT, "no answer in time");
	}
	fixture_update(&scene.f);
	assert_says(&scene, SEV_INFO, "0 of 3 nodes heard, 1 quorum queue led, no alarms");
	fixture_finish(&scene.f);
}

#define NODES(more)                                                                                                    \
	"[{\"name\":\"rabbit@mq-0\",\"running\":true" more "},{\"name\":\"rabbit@mq-1\",\"running\":true},"            \
	"{\"name\":\"rabbit@mq-2\",\"running\":true}]"

/* Whether or not its management takes new connections: that closes with the other listeners. */
static void expect_maintenance(struct scene *scene, bool refuses)
{
	if (refuses)
		refuse(scene, 0);
	struct kube_pod *pod = (struct kube_pod *)broker(scene, 0)->pod;
	fixture_status(pod)->ready = false; /* its listeners are closed */
	fixture_set_condition(&scene->f, pod, "Ready", "False", NULL);
	fixture_update(&scene->f);
	assert_false(broker(scene, 0)->ready);
	assert_string_equal(broker(scene, 0)->state, "in maintenance");
	assert_says(scene, SEV_WARN, "mq-0 is in maintenance: it takes no clients and leads no quorum queues");
	fixture_finish(&scene->f);
}

static void maintenance_is_called_by_its_name(void **state)
{
	for (int refuses = 0; refuses < 2; refuses++) {
		struct scene scene = {0};
		begin(&scene);
		fixture_say_nodes(&scene.f, scene.cluster, NODES(",\"being_drained\":true"));
		expect_maintenance(&scene, refuses);
	}
}

/* Before 3.13 the management API does not say it, and the command line does. Operations take no old word for it. */
static void command_line_tells_maintenance(bool refuses)
{
	static const char status[] =
		"{\"running_nodes\":[\"rabbit@mq-0\",\"rabbit@mq-1\"],\"maintenance_status\":{"
		"\"rabbit@mq-0\":\"marked for maintenance\",\"rabbit@mq-1\":\"not under maintenance\"}}";
	struct scene scene = {0};
	struct rabbitmq_overview *overview;
	struct err err = {0};
	begin(&scene);
	fixture_say_nodes(&scene.f, scene.cluster, NODES(""));
	assert_true(rabbitmq_decode_cluster_status(status, strlen(status), &overview,
						   &scene.cluster->rabbitmq.maintenance, &err));
	rabbitmq_overview_unref(overview);
	fixture_update(&scene.f);
	assert_int_equal(broker(&scene, 0)->draining, -1);
	/* It may have come back since: the word is not the newest. */
	assert_string_equal(broker(&scene, 0)->state, "ready");
	assert_string_equal(broker(&scene, 1)->state, "ready");
	expect_maintenance(&scene, refuses);
}

static void maintenance_is_told_by_the_command_line(void **state)
{
	command_line_tells_maintenance(false);
	command_line_tells_maintenance(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_split_names_both_sides_and_blames_neither_for_the_other),
		cmocka_unit_test(what_one_says_alone_makes_nobody_green_nor_down),
		cmocka_unit_test(partition_handling_is_the_versions_own),
		cmocka_unit_test(nodes_that_wait_for_each_other_are_not_blamed),
		cmocka_unit_test(who_has_stopped_in_a_container_that_runs_is_never_green),
		cmocka_unit_test(who_only_lost_its_management_has_not_stopped),
		cmocka_unit_test(who_did_not_answer_when_asked_is_not_in_quorum),
		cmocka_unit_test(maintenance_is_called_by_its_name),
		cmocka_unit_test(maintenance_is_told_by_the_command_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
