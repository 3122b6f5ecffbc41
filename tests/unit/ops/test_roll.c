/* Restart and rolling restart on the world made by hand: the test plays the StatefulSet and the brokers. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "tests/unit/ops/rig.h"

#define KAFKA "mq/orders/kafka"

struct play {
	struct rig *rig;
	int deletes;
	char order[128]; /* of the deletions */
	char uids[FAKE_BROKERS][16];
	enum err_code answer; /* instead of acting */
};

static struct play play;

/* What the controller does at once: another pod of that name, not ready. */
static void act(void *data, const char *method, const char *path, const char *body, struct err *err)
{
	play.deletes++;
	if (play.answer) {
		err_set(err, play.answer, "refused by the test");
		return;
	}
	assert_true(str_eq(method, "DELETE") || strstr(path, "/eviction"));
	for (int at = 0; at < 2; at++) {
		struct fake_cluster *fake = &play.rig->world.clusters[at];
		for (size_t i = 0; i < fake->cluster.broker_count; i++) {
			char part[64];
			snprintf(part, sizeof part, "/pods/%s/", fake->names[i]);
			if (!strstr(path, part))
				continue;
			assert_contains(body, "preconditions");
			assert_contains(body, fake->pods[i].meta.uid);
			snprintf(play.uids[i], sizeof play.uids[i], "new-%zu-%d", i, play.deletes);
			fake->pods[i].meta.uid = play.uids[i];
			fake->brokers[i].ready = false;
			fake->brokers[i].reachable = 0;
			fake->brokers[i].state = "starting";
			fake->brokers[i].replicas = 4;
			fake->brokers[i].in_sync = 0;
			snprintf(play.order + strlen(play.order), sizeof play.order - strlen(play.order), "%zu", i);
		}
	}
}

static struct fake_cluster *kafka(void)
{
	return &play.rig->world.clusters[FAKE_KAFKA];
}

static void come_back(size_t i, bool in_sync)
{
	fake_broker_ready(kafka(), i);
	fake_broker_joined(kafka(), i);
	kafka()->brokers[i].in_sync = in_sync ? 4 : 1;
}

static int setup(void **state)
{
	play = (struct play){.rig = rig_create()};
	play.rig->api.act = act;
	for (int at = 0; at < 2; at++) {
		struct fake_cluster *fake = &play.rig->world.clusters[at];
		fake->cluster.replicas_ms = 1LL << 40; /* the brokers always say it anew */
		fake->cluster.group_count = -1;
		for (size_t i = 0; i < 3; i++) {
			static struct kube_owner owner = {.kind = "StatefulSet"};
			fake->pods[i].meta.owners = &owner;
			fake->pods[i].meta.owner_count = 1;
		}
	}
	for (int i = 0; i < 4; i++)
		fake_add_replicated(kafka(), "t", i, 7);
	*state = play.rig;
	return 0;
}

static int teardown(void **state)
{
	rig_destroy(*state);
	return 0;
}

static void the_controller_comes_last_and_each_waits_for_the_one_before(void **state)
{
	struct rig *rig = *state;
	kafka()->brokers[0].is_controller = true;
	rig_prepare(rig, "roll", KAFKA, NULL);
	assert_int_equal(rig->plan->severity, OPS_SAFE);
	assert_int_equal(rig->plan->step_count, 12);
	assert_true(rig_says(rig, OPS_CHANGES, "in this order: orders-1, orders-2, orders-0"));
	rig_run(rig);
	rig_pass(rig, 3000);
	assert_string_equal(play.order, "1");
	assert_contains(rig->plan->steps[2].figure, "orders-1: starting");
	come_back(1, false);
	rig_pass(rig, 3000);
	/* Ready is not enough. */
	assert_string_equal(play.order, "1");
	assert_contains(rig->plan->steps[3].figure, "1 of 4 replicas of orders-1 in sync");
	come_back(1, true);
	rig_pass(rig, 3000);
	assert_string_equal(play.order, "12");
	come_back(2, true);
	rig_pass(rig, 3000);
	assert_string_equal(play.order, "120");
	come_back(0, true);
	rig_pass(rig, 3000);
	assert_int_equal(rig->plan->state, OPS_STATE_DONE);
}

static void a_new_address_is_given_time_to_be_known(void **state)
{
	struct rig *rig = *state;
	struct kube_condition ready = {.type = "Ready", .status = "True", .changed_ms = -1};
	kafka()->brokers[2].is_controller = true;
	kafka()->pods[0].conditions = &ready;
	kafka()->pods[0].condition_count = 1;
	rig_prepare(rig, "roll", KAFKA, NULL);
	rig_run(rig);
	rig_pass(rig, 3000);
	assert_string_equal(play.order, "0");
	come_back(0, true);
	ready.changed_ms = clock_wall_ms(loop_clock(rig->loop));
	rig_pass(rig, 20000);
	assert_string_equal(play.order, "0");
	assert_contains(rig->plan->steps[4].why, "other brokers may use its old address for 30 s");
	assert_true(rig->plan->steps[4].estimate_ms > 0 && rig->plan->steps[4].estimate_ms <= 12000);
	rig_pass(rig, 12000);
	assert_string_equal(play.order, "01");
	/* A clock that is not theirs does not hold it up for ever. */
	come_back(1, true);
	ready.changed_ms += 3600 * 1000;
	rig_pass(rig, 3000);
	assert_string_equal(play.order, "012");
}

static void what_the_brokers_said_before_opens_nothing(void **state)
{
	struct rig *rig = *state;
	rig_pass(rig, 5000);
	rig_prepare(rig, "restart", "mq/orders-1", NULL);
	kafka()->cluster.replicas_ms = 5000;
	rig_run(rig);
	rig_pass(rig, 5000);
	assert_int_equal(play.deletes, 0);
	assert_contains(rig->plan->steps[0].why, "waiting for fresh data from the brokers");
	kafka()->cluster.replicas_ms = loop_now_ms(rig->loop);
	rig_pass(rig, 2000);
	assert_int_equal(play.deletes, 1);
}

static void a_partition_that_misses_a_replica_forbids_a_roll(void **state)
{
	struct rig *rig = *state;
	struct err err = {0};
	fake_out_of_sync(kafka(), "t", 2, 1);
	kafka()->cluster.headline = "1 of 4 partitions under-replicated: orders-1 is catching up";
	rig_prepare(rig, "roll", KAFKA, NULL);
	assert_int_equal(rig->plan->severity, OPS_BLOCKED);
	assert_true(rig_says(rig, OPS_BLOCKS, "1 partition already under-replicated: t/2; 1 of 4"));
	assert_true(rig_says(rig, OPS_BLOCKS, "falls below min.insync.replicas and refuses acks=all: t/2"));
	assert_false(ops_run(rig->plan, NULL, NULL, &err));
	/* One that is not in sync anyway may be restarted alone. */
	rig_prepare(rig, "restart", "mq/orders-1", NULL);
	assert_int_equal(rig->plan->severity, OPS_SAFE);
	rig_prepare(rig, "restart", "mq/orders-0", NULL);
	assert_int_equal(rig->plan->severity, OPS_BLOCKED);
	rig_prepare_with(rig, "roll", KAFKA, "force", "true");
	assert_int_equal(rig->plan->severity, OPS_DANGEROUS);
	assert_string_equal(rig->plan->confirm, "orders");
	rig_prepare_with(rig, "roll", KAFKA, "force", "yes");
	assert_true(rig_says(rig, OPS_BLOCKS, "force must be true or false, not \"yes\""));
}

static void it_waits_when_the_others_need_it_suddenly(void **state)
{
	struct rig *rig = *state;
	rig_prepare(rig, "restart", "mq/orders-1", NULL);
	rig_run(rig);
	fake_out_of_sync(kafka(), "t", 2, 0);
	rig_pass(rig, 10000);
	assert_int_equal(rig->plan->state, OPS_STATE_FAILED); /* the second preflight forbids it */
	assert_int_equal(play.deletes, 0);

	for (int i = 0; i < 4; i++)
		kafka()->replicated[i].in_sync[0] = true, kafka()->replicated[i].in_sync_count = 3;
	rig_prepare(rig, "restart", "mq/orders-1", NULL);
	kafka()->cluster.replicas_ms = -1;
	rig_run(rig);
	rig_pass(rig, 2000);
	fake_out_of_sync(kafka(), "t", 2, 0);
	kafka()->cluster.replicas_ms = 1LL << 40;
	rig_pass(rig, 10000);
	assert_int_equal(play.deletes, 0);
	assert_contains(rig->plan->steps[0].why, "without orders-1, 1 partition would refuse acks=all: t/2");
	kafka()->replicated[2].in_sync[0] = true, kafka()->replicated[2].in_sync_count = 3;
	rig_pass(rig, 10000);
	assert_int_equal(play.deletes, 1);
}

static void a_pod_that_is_new_already_is_not_deleted_again(void **state)
{
	struct rig *rig = *state;
	rig_prepare(rig, "restart", "mq/orders-1", NULL);
	kafka()->pods[1].meta.uid = "somebody-was-faster";
	kafka()->brokers[1].replicas = kafka()->brokers[1].in_sync = 4;
	rig_run(rig);
	rig_pass(rig, 3000);
	assert_int_equal(play.deletes, 0);
	assert_int_equal(rig->plan->state, OPS_STATE_DONE);
	assert_string_equal(rig->plan->steps[1].result, "already done");
}

static void a_lost_answer_and_a_refusal(void **state)
{
	struct rig *rig = *state;
	play.answer = ERR_TIMEOUT;
	rig_prepare(rig, "restart", "mq/orders-2", NULL);
	rig_run(rig);
	rig_pass(rig, 500);
	assert_int_equal(play.deletes, 1);
	assert_contains(rig->plan->steps[1].why, "retrying");
	play.answer = ERR_FORBIDDEN;
	rig_pass(rig, 5000);
	assert_int_equal(rig->plan->state, OPS_STATE_FAILED);
	assert_int_equal(rig->plan->err.code, ERR_FORBIDDEN);
	play.answer = ERR_NOT_FOUND; /* the pod is gone: that is what was wanted */
	rig_prepare(rig, "restart", "mq/orders-2", NULL);
	rig_run(rig);
	rig_pass(rig, 3000);
	assert_int_equal(rig->plan->current, 2);
}

static void restarting_one_that_crashes_is_never_safe(void **state)
{
	struct rig *rig = *state;
	kafka()->brokers[2].ready = false;
	kafka()->brokers[2].reachable = 0;
	kafka()->brokers[2].state = "crash loop";
	rig_prepare(rig, "restart", "mq/orders-2", NULL);
	assert_true(rig_says(rig, OPS_CAUTION, "orders-2 is not healthy now (crash loop)"));
	assert_true(rig->plan->severity >= OPS_CAREFUL);
}

/* Ready is not enough: what it comes back on must be there. */
static void restarting_on_a_lost_or_full_disk_is_never_safe(void **state)
{
	struct rig *rig = *state;
	struct world_broker *broker = &kafka()->brokers[2];
	broker->offline_dirs = "";
	rig_prepare(rig, "restart", "mq/orders-2", NULL);
	assert_int_equal(rig->plan->severity, OPS_SAFE);
	broker->offline_dirs = "/data/a,/data/b";
	rig_prepare(rig, "restart", "mq/orders-2", NULL);
	assert_true(rig_says(rig, OPS_CAUTION, "orders-2 lost log directories /data/a,/data/b: it comes back without"));
	broker->offline_dirs = "";
	broker->disk_total_bytes = 1000;
	broker->disk_used_bytes = 955;
	rig_prepare(rig, "restart", "mq/orders-2", NULL);
	assert_true(rig_says(rig, OPS_CAUTION, "the disk of orders-2 is 95% full"));
	broker->disk_used_bytes = 1000;
	rig_prepare(rig, "roll", "mq/orders/kafka", NULL);
	assert_true(rig_says(rig, OPS_BLOCKS,
			     "the disk of orders-2 is full (100%): a broker that cannot write does "
			     "not come back"));
}

static void a_set_that_updates_or_leaves_forbids(void **state)
{
	struct rig *rig = *state;
	kafka()->set.update_revision = "b";
	rig_prepare(rig, "roll", KAFKA, NULL);
	assert_true(rig_says(rig, OPS_BLOCKS, "StatefulSet orders has a rollout in progress"));
	kafka()->set.update_strategy = "OnDelete";
	rig_prepare(rig, "roll", KAFKA, NULL);
	assert_int_equal(rig->plan->severity, OPS_CAREFUL);
	kafka()->set.update_strategy = "RollingUpdate";
	kafka()->set.partition = 2;
	rig_prepare(rig, "roll", KAFKA, NULL);
	assert_true(rig_says(rig, OPS_CAUTION, "new revision from pod 2 up"));
	kafka()->set.ordinals_start = 5;
	rig_prepare(rig, "roll", KAFKA, NULL);
	assert_true(rig_says(rig, OPS_CAUTION, "new revision from pod 7 up"));
	kafka()->set.meta.deleted_ms = 1;
	rig_prepare(rig, "roll", KAFKA, NULL);
	assert_int_equal(rig->plan->severity, OPS_BLOCKED);
}

static void rabbitmq_goes_by_leaders_and_names_queues(void **state)
{
	struct rig *rig = *state;
	struct fake_cluster *rabbitmq = &rig->world.clusters[FAKE_RABBITMQ];
	rabbitmq->brokers[0].leaders = 5;
	rabbitmq->brokers[1].leaders = 9;
	rig_prepare(rig, "roll", "mq/events/rabbitmq", NULL);
	assert_true(rig_says(rig, OPS_CHANGES, "in this order: events-2, events-0, events-1"));
	fake_add_replicated(rabbitmq, "audit", -1, 7);
	fake_out_of_sync(rabbitmq, "audit", -1, 2);
	rig_prepare(rig, "restart", "mq/events-0", NULL);
	assert_true(rig_says(rig, OPS_BLOCKS, "1 queue loses its quorum and becomes unavailable: audit"));
	rabbitmq->cluster.replicated_count = -1;
	rig_prepare(rig, "restart", "mq/events-0", NULL);
	assert_true(rig_says(rig, OPS_BLOCKS, "are unknown: the brokers have not reported them"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_controller_comes_last_and_each_waits_for_the_one_before, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_new_address_is_given_time_to_be_known, setup, teardown),
		cmocka_unit_test_setup_teardown(what_the_brokers_said_before_opens_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(a_partition_that_misses_a_replica_forbids_a_roll, setup, teardown),
		cmocka_unit_test_setup_teardown(it_waits_when_the_others_need_it_suddenly, setup, teardown),
		cmocka_unit_test_setup_teardown(a_pod_that_is_new_already_is_not_deleted_again, setup, teardown),
		cmocka_unit_test_setup_teardown(a_lost_answer_and_a_refusal, setup, teardown),
		cmocka_unit_test_setup_teardown(restarting_one_that_crashes_is_never_safe, setup, teardown),
		cmocka_unit_test_setup_teardown(restarting_on_a_lost_or_full_disk_is_never_safe, setup, teardown),
		cmocka_unit_test_setup_teardown(a_set_that_updates_or_leaves_forbids, setup, teardown),
		cmocka_unit_test_setup_teardown(rabbitmq_goes_by_leaders_and_names_queues, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
