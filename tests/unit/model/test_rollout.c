/* A rollout that does not go on, and more than one broker in trouble: who and why. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "tests/unit/model/fixture.h"

enum { BROKERS = 5, SECOND = 1000, MINUTE = 60 * SECOND };

struct roll {
	struct fixture f;
	struct kube_stateful_set *set;
	struct kube_pod *pods[BROKERS];
	struct kube_pair labels[2];
	struct join_cluster *cluster;
};

static void roll_begin(struct roll *it)
{
	char node[16];
	fixture_start(&it->f);
	it->set = fixture_set(&it->f, "log", BROKERS, "apache/kafka:4.1.0", 9092);
	for (int i = 0; i < BROKERS; i++) {
		snprintf(node, sizeof node, "node-%d", i);
		const char *name = fixture_node(&it->f, node, NULL, true)->meta.name;
		it->pods[i] = fixture_pod(&it->f, it->set, i, name);
	}
	fixture_update(&it->f);
	it->cluster = fixture_cluster(&it->f, "test/log/kafka");
}

static void unready(struct roll *it, int broker, int64_t ago_ms)
{
	fixture_set_condition(&it->f, it->pods[broker], "Ready", "False", NULL);
	it->pods[broker]->conditions->changed_ms = clock_wall_ms(&it->f.clock) - ago_ms;
}

/* The last broker is on the new revision, and not ready. */
static void update_the_last(struct roll *it, int64_t unready_for_ms)
{
	struct kube_pod *pod = it->pods[BROKERS - 1];
	it->set->current_revision = "log-a";
	it->set->update_revision = "log-b";
	it->set->updated_replicas = 1;
	it->labels[0] = *pod->meta.labels;
	it->labels[1] = (struct kube_pair){.key = "controller-revision-hash", .value = "log-b"};
	pod->meta.labels = it->labels;
	pod->meta.label_count = 2;
	unready(it, BROKERS - 1, unready_for_ms);
	fixture_status(pod)->ready = false;
	fixture_update(&it->f);
}

static bool roll_says(const struct roll *it, const char *text)
{
	for (size_t i = 0; i < it->f.world->problems.len; i++)
		if (str_has_prefix(it->f.world->problems.items[i].text, text))
			return true;
	return false;
}

static void a_rollout_is_stuck_after_its_time(void **state)
{
	struct roll it;
	roll_begin(&it);
	update_the_last(&it, 9 * MINUTE);
	assert_true(roll_says(&it, "rollout in progress: 1 of 5 brokers on the new revision"));
	assert_in_range(it.f.world->renew_ms, 1, MINUTE); /* nothing else would wake it */
	clock_advance(&it.f.clock, MINUTE);
	fixture_update(&it.f);
	assert_string_equal(it.cluster->pub.headline, "rollout is stuck: log-4 is not ready");
	assert_string_equal(it.cluster->pub.detail, "1 of 5 brokers on the new revision; log-4 has not been ready for "
						    "10 min, and no other broker is updated before it is");
	assert_int_equal(it.cluster->pub.severity, SEV_WARN);
	it.set->update_strategy = "OnDelete"; /* there is nobody who would go on */
	fixture_update(&it.f);
	assert_false(roll_says(&it, "rollout is stuck"));
	fixture_finish(&it.f);
}

static void one_that_cannot_become_ready_is_not_waited_for_so_long(void **state)
{
	struct roll it;
	roll_begin(&it);
	struct kube_container_status *status = fixture_status(it.pods[BROKERS - 1]);
	status->waiting_reason = "CrashLoopBackOff";
	status->running_since_ms = -1;
	status->terminated_exit_code = -1;
	status->last_exit_code = 1;
	status->last_terminated_reason = "Error";
	status->last_terminated_message = "No space left on device";
	update_the_last(&it, 30 * SECOND);
	assert_false(roll_says(&it, "rollout is stuck"));
	clock_advance(&it.f.clock, MINUTE);
	fixture_update(&it.f);
	assert_string_equal(
		it.cluster->pub.headline,
		"rollout is stuck: log-4 is in a crash loop: no space left on device (exit code 1, 1 restarts)");
	fixture_finish(&it.f);
}

static void a_broker_on_the_old_revision_stops_no_rollout(void **state)
{
	struct roll it;
	roll_begin(&it);
	update_the_last(&it, 20 * MINUTE);
	fixture_set_condition(&it.f, it.pods[BROKERS - 1], "Ready", "True", NULL);
	unready(&it, 0, 20 * MINUTE);
	fixture_update(&it.f);
	assert_false(roll_says(&it, "rollout is stuck"));
	fixture_finish(&it.f);
}

static void pend(struct roll *it, int broker, const char *why)
{
	it->pods[broker]->phase = "Pending";
	it->pods[broker]->node_name = NULL;
	fixture_set_condition(&it->f, it->pods[broker], "PodScheduled", "False", why);
}

static void two_pending_brokers_are_both_named(void **state)
{
	struct roll it;
	roll_begin(&it);
	pend(&it, 1, "0/5 nodes are available: Insufficient memory");
	fixture_update(&it.f);
	assert_string_equal(it.cluster->pub.headline,
			    "log-1 cannot be scheduled: 0/5 nodes are available: Insufficient memory");
	pend(&it, 3, "0/5 nodes are available: Insufficient cpu");
	fixture_update(&it.f);
	assert_string_equal(it.cluster->pub.headline,
			    "log-1 cannot be scheduled: 0/5 nodes are available: Insufficient memory; "
			    "log-3 cannot be scheduled: 0/5 nodes are available: Insufficient cpu");
	pend(&it, 0, "0/5 nodes are available"); /* 2 of 5: the majority is what counts now */
	fixture_update(&it.f);
	assert_memory_equal(it.cluster->pub.headline, "2 of 5 brokers ready: log-0 cannot be scheduled", 47);
	fixture_finish(&it.f);
}

static void more_than_two_are_counted(void **state)
{
	struct roll it;
	roll_begin(&it);
	it.set->replicas = 9;
	for (int i = BROKERS; i < 9; i++)
		fixture_pod(&it.f, it.set, i, "node-0");
	pend(&it, 1, "no room");
	pend(&it, 2, "no room");
	pend(&it, 3, "no room");
	fixture_update(&it.f);
	assert_string_equal(it.cluster->pub.headline, "log-1 cannot be scheduled: no room; log-2 cannot be scheduled: "
						      "no room; and 1 more");
	fixture_finish(&it.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rollout_is_stuck_after_its_time),
		cmocka_unit_test(one_that_cannot_become_ready_is_not_waited_for_so_long),
		cmocka_unit_test(a_broker_on_the_old_revision_stops_no_rollout),
		cmocka_unit_test(two_pending_brokers_are_both_named),
		cmocka_unit_test(more_than_two_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
