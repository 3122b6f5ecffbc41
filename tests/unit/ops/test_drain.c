/* Drain, recover, replace and expand on the world made by hand: what they refuse, and each step asked twice. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "api/base/str.h"
#include "tests/unit/ops/rig.h"

static struct rig *rig;
static struct {
	int evictions, deletes;
	char order[256];
	enum err_code answer;
} play;

static struct fake_cluster *kafka(void)
{
	return &rig->world.clusters[FAKE_KAFKA];
}

static void act(void *data, const char *method, const char *path, const char *body, struct err *err)
{
	if (str_eq(method, "GET"))
		return;
	assert_contains(body, "preconditions");
	play.evictions += strstr(path, "/eviction") != NULL;
	play.deletes += str_eq(method, "DELETE");
	if (play.answer) {
		err_set(err, play.answer, "Too Many Requests");
		return;
	}
	snprintf(play.order + strlen(play.order), sizeof play.order - strlen(play.order), "%s ",
		 strstr(path, "/pods/") ? strstr(path, "/pods/") + 6 : path);
	for (int at = 0; at < 2; at++) {
		struct fake_cluster *fake = &rig->world.clusters[at];
		for (size_t i = 0; i < fake->cluster.broker_count; i++)
			if (strstr(body, fake->pods[i].meta.uid))
				fake->brokers[i].pod = NULL;
	}
}

static int setup(void **state)
{
	memset(&play, 0, sizeof play);
	*state = rig = rig_create();
	rig->api.act = act;
	for (int at = 0; at < 2; at++) {
		struct fake_cluster *fake = &rig->world.clusters[at];
		fake->cluster.replicas_ms = 1LL << 40;
		fake->cluster.group_count = -1;
	}
	for (int i = 0; i < 3; i++)
		fake_add_replicated(kafka(), "t", i, 7);
	return 0;
}

static int teardown(void **state)
{
	rig_destroy(*state);
	return 0;
}

static void assert_says(enum ops_sentence_kind kind, const char *part)
{
	if (rig_says(rig, kind, part))
		return;
	for (size_t i = 0; i < rig->plan->sentence_count; i++)
		print_message("%s: %s\n", ops_sentence_label(rig->plan->sentences[i].kind),
			      rig->plan->sentences[i].text);
	fail_msg("no %s sentence has \"%s\"", ops_sentence_label(kind), part);
}

static void a_drain_that_takes_a_quorum_is_refused(void **state)
{
	fake_out_of_sync(kafka(), "t", 1, 2);
	rig_prepare(rig, "drain", "node-1", NULL);
	assert_int_equal(rig->plan->severity, OPS_BLOCKED);
	assert_says(OPS_BLOCKS, "without orders-0, 1 partition falls below min.insync.replicas");
	rig_prepare_with(rig, "drain", "node-1", "force", "true");
	assert_int_equal(rig->plan->severity, OPS_DANGEROUS);
	assert_string_equal(rig->plan->confirm, "node-1");
	/* Node-3 holds what is out of sync anyway. */
	rig_prepare(rig, "drain", "node-3", NULL);
	assert_int_not_equal(rig->plan->severity, OPS_BLOCKED);
}

static void a_budget_is_named(void **state)
{
	struct kube_disruption_budget budget = {
		.meta.name = "orders-pdb", .current_healthy = 3, .desired_healthy = 3, .expected_pods = 3};
	struct kube_cause cause = {.reason = "DisruptionBudget",
				   .message =
					   "The disruption budget orders-pdb needs 2 healthy pods and has 2 currently"};
	struct kube_status status = {.causes = &cause, .cause_count = 1};
	kafka()->cluster.budget = &budget;
	rig_prepare(rig, "drain", "node-1", NULL);
	assert_says(OPS_BLOCKS, "disruption budget orders-pdb never allows an eviction");
	budget.current_healthy = 2;
	rig_prepare(rig, "drain", "node-1", NULL);
	assert_says(OPS_CAUTION, "disruption budget orders-pdb allows no eviction now");
	budget.disruptions_allowed = 1;
	rig_prepare(rig, "drain", "node-1", NULL);
	rig->api.status = &status;
	play.answer = ERR_BUSY;
	rig->world.nodes[0].cordoned = true;
	rig->api.unschedulable = true;
	rig_run(rig);
	rig_pass(rig, 5000);
	assert_true(play.evictions >= 2);
	assert_contains(rig->plan->steps[rig->plan->current].why,
			"orders-pdb needs 2 healthy pods and has 2 currently");
	play.answer = 0;
	rig_pass(rig, 20000);
	assert_contains(play.order, "eviction");
}

/* Two of a cluster on one node, whose volumes hold them there. */
static void put_second_on_node_1(struct kube_volume *volume)
{
	static const char *const only[] = {"node-1"};
	*volume = (struct kube_volume){.meta.name = "pv", .node_names = (const char **)only, .node_name_count = 1};
	kafka()->brokers[1].node = &rig->world.nodes[0];
	rig->world.on_node[0][rig->world.nodes[0].broker_count++] = &kafka()->brokers[1];
	for (size_t i = 0; i < 2; i++) {
		kafka()->volumes[i] = (struct world_volume){.volume = volume, .broker = &kafka()->brokers[i]};
		kafka()->volume_list[i] = &kafka()->volumes[i];
		kafka()->brokers[i].volumes = &kafka()->volume_list[i];
		kafka()->brokers[i].volume_count = 1;
	}
}

static void a_budget_that_will_not_let_the_second_one_go_is_said_beforehand(void **state)
{
	struct kube_volume volume;
	struct kube_disruption_budget budget = {.meta.name = "orders-pdb",
						.disruptions_allowed = 1,
						.current_healthy = 3,
						.desired_healthy = 2,
						.expected_pods = 3};
	kafka()->cluster.replicated_count = 0;
	kafka()->cluster.budget = &budget;
	put_second_on_node_1(&volume);
	rig_prepare(rig, "drain", "node-1", NULL);
	assert_int_equal(rig->plan->severity, OPS_BLOCKED);
	assert_says(OPS_BLOCKS, "disruption budget orders-pdb allows 1 broker of orders to be unavailable at once");
	assert_says(OPS_BLOCKS, "2 on node-1 cannot start elsewhere");
	budget.disruptions_allowed = 2;
	rig_prepare(rig, "drain", "node-1", NULL);
	assert_int_not_equal(rig->plan->severity, OPS_BLOCKED);
}

static void budgets_are_passed_over_by_deletion_when_that_is_wished(void **state)
{
	struct kube_disruption_budget budget = {
		.meta.name = "orders-pdb", .current_healthy = 3, .desired_healthy = 3, .expected_pods = 3};
	kafka()->cluster.budget = &budget;
	rig_prepare_with(rig, "drain", "node-1", "disable-eviction", "true");
	assert_int_equal(rig->plan->severity, OPS_DANGEROUS);
	assert_says(OPS_DANGER, "deleted, not evicted");
	rig->api.denied = "delete";
	rig_engine(rig, NULL, NULL);
	rig_prepare_with(rig, "drain", "node-1", "disable-eviction", "true");
	assert_says(OPS_BLOCKS, "delete");
	rig_prepare(rig, "drain", "node-1", NULL);
	assert_false(rig_says(rig, OPS_BLOCKS, "delete"));
	rig->api.denied = NULL;
	rig_engine(rig, NULL, NULL);
	rig_prepare_with(rig, "drain", "node-1", "disable-eviction", "true");
	rig->world.nodes[0].cordoned = true;
	rig->api.unschedulable = true;
	rig_run(rig);
	rig_pass(rig, 5000);
	assert_int_equal(play.evictions, 0);
	assert_true(play.deletes > 0);
}

static void an_eviction_is_not_asked_for_for_ever(void **state)
{
	rig_prepare(rig, "drain", "node-1", NULL);
	play.answer = ERR_BUSY;
	rig->world.nodes[0].cordoned = true;
	rig->api.unschedulable = true;
	rig_run(rig);
	rig_pass(rig, 10 * 60 * 1000);
	assert_int_equal(rig->plan->state, OPS_STATE_RUNNING);
	rig_pass(rig, 30 * 60 * 1000);
	assert_int_equal(rig->plan->state, OPS_STATE_FAILED);
	assert_contains(rig->plan->result, "cannot be evicted now: Too Many Requests");
}

static void other_pods_go_as_kubectl_drains_them(void **state)
{
	rig->api.answer =
		"{\"items\":["
		"{\"metadata\":{\"name\":\"agent\",\"namespace\":\"sys\",\"uid\":\"u-ds\",\"ownerReferences\":[{"
		"\"kind\":"
		"\"DaemonSet\",\"controller\":true}]},\"spec\":{},\"status\":{\"phase\":\"Running\"}},"
		"{\"metadata\":{\"name\":\"static\",\"namespace\":\"sys\",\"uid\":\"u-m\",\"annotations\":{"
		"\"kubernetes.io/config.mirror\":\"x\"}},\"spec\":{},\"status\":{}},"
		"{\"metadata\":{\"name\":\"orders-0\",\"namespace\":\"mq\",\"uid\":\"orders-0\"},\"spec\":{}},"
		"{\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\",\"uid\":\"u-web\",\"ownerReferences\":[{"
		"\"kind\":"
		"\"ReplicaSet\",\"controller\":true}]},\"spec\":{\"volumes\":[{\"emptyDir\":{}}]},\"status\":{}},"
		"{\"metadata\":{\"name\":\"lonely\",\"namespace\":\"shop\",\"uid\":\"u-lonely\"},\"spec\":{},"
		"\"status\":{}}]}";
	rig_prepare(rig, "drain", "node-1", NULL);
	assert_says(OPS_CHANGES, "2 other pods are evicted");
	assert_says(OPS_MEANS, "2 DaemonSet or static pods stay");
	assert_says(OPS_BLOCKS, "no controller would recreate these pods: shop/lonely");
	assert_says(OPS_BLOCKS, "lose the data in their emptyDir volumes: shop/web");
	rig_prepare_with(rig, "drain", "node-1", "delete-emptydir-data", "true");
	assert_says(OPS_CAUTION, "lose the data in their emptyDir volumes: shop/web");
	err_set(&rig->world.view.lists[WORLD_PART_STATEFUL_SETS].err, ERR_FORBIDDEN, "forbidden");
	rig_prepare(rig, "drain", "node-1", NULL);
	assert_says(OPS_BLOCKS,
		    "broker clusters cannot be read: there may be brokers on node-1 that mqdeck does not know");
	assert_int_equal(play.evictions, 0);
}

static void controllers_that_run_apart_are_named_and_their_quorum_is_judged(void **state)
{
	static const char *const names[] = {"control-0", "control-1", "control-2"};
	struct kube_pod pod = {0};
	struct world_broker controllers[3], *list[3];
	struct world_cluster *cluster = &kafka()->cluster;
	for (int32_t i = 0; i < 3; i++) {
		controllers[i] = (struct world_broker){.cluster = cluster,
						       .name = names[i],
						       .id = 100 + i,
						       .pod = &pod,
						       .node = &rig->world.nodes[i == 2]};
		kafka()->voters[i] =
			(struct world_voter){.id = 100 + i, .broker = names[i], .voter = true, .caught_up = true};
		list[i] = &controllers[i];
	}
	cluster->controllers = cluster->members = list;
	cluster->controller_count = cluster->member_count = 3;
	cluster->voters = kafka()->voters;
	cluster->voter_count = 3;
	rig_prepare(rig, "drain", "node-1", NULL);
	assert_int_equal(rig->plan->severity, OPS_BLOCKED);
	assert_says(OPS_CAUTION, "evicted among the other pods, without a gate: control-0, control-1");
	assert_says(OPS_BLOCKS, "the controllers of orders may lose their quorum: 1 of 3 would be caught up");
	/* One of three may go. */
	controllers[1].node = &rig->world.nodes[2];
	rig_prepare(rig, "drain", "node-1", NULL);
	assert_int_equal(rig->plan->severity, OPS_CAREFUL);
	/* Not when nobody told how the others are. */
	cluster->voter_count = 0;
	rig_prepare(rig, "drain", "node-1", NULL);
	assert_says(OPS_BLOCKS, "unknown whether the controllers of orders keep their quorum");
}

static void what_a_deployment_runs_goes_with_the_other_pods_and_a_daemon_sets_stays(void **state)
{
	struct kube_workload workload = {.meta.name = "orders"};
	kafka()->cluster.workload = &workload;
	kafka()->cluster.workload_kind = "Deployment";
	rig->api.answer =
		"{\"items\":[{\"metadata\":{\"name\":\"orders-0\",\"namespace\":\"mq\",\"uid\":\"orders-0\","
		"\"ownerReferences\":[{\"kind\":\"ReplicaSet\",\"controller\":true}]},\"spec\":{},\"status\":{}}]}";
	rig_prepare(rig, "drain", "node-1", NULL);
	assert_says(OPS_CHANGES, "1 other pod is evicted");
	assert_says(OPS_CAUTION, "orders-0 runs in a Deployment: it is evicted among the other pods, without a gate");
	for (size_t i = 0; i < rig->plan->step_count; i++)
		assert_false(str_eq(rig->plan->steps[i].broker, "orders-0"));
	kafka()->cluster.workload_kind = "DaemonSet";
	rig_prepare(rig, "drain", "node-1", NULL);
	assert_false(rig_says(rig, OPS_CAUTION, "orders-0 runs in a"));
}

static void pods_that_may_be_brokers_of_a_namespace_nobody_looks_at_block(void **state)
{
	rig->world.view.namespace = "mq";
	rig->api.answer =
		"{\"items\":["
		"{\"metadata\":{\"name\":\"far-0\",\"namespace\":\"far\",\"uid\":\"u-far\",\"ownerReferences\":[{"
		"\"kind\":\"StatefulSet\",\"controller\":true}]},\"spec\":{},\"status\":{\"phase\":\"Running\"}},"
		"{\"metadata\":{\"name\":\"web\",\"namespace\":\"far\",\"uid\":\"u-web\",\"ownerReferences\":[{"
		"\"kind\":\"ReplicaSet\",\"controller\":true}]},\"spec\":{},\"status\":{\"phase\":\"Running\"}}]}";
	rig_prepare(rig, "drain", "node-1", NULL);
	assert_int_equal(rig->plan->severity, OPS_BLOCKED);
	assert_says(OPS_BLOCKS, "would be evicted without gates: far/far-0 (watch all namespaces");
	rig->world.view.namespace = NULL;
	rig_prepare(rig, "drain", "node-1", NULL);
	assert_int_not_equal(rig->plan->severity, OPS_BLOCKED);
}

static void what_is_on_a_node_that_cannot_be_read_blocks(void **state)
{
	rig->world.view.link = WORLD_STALE;
	rig_prepare(rig, "drain", "node-1", NULL);
	assert_says(OPS_BLOCKS, "the Kubernetes API does not answer");
	rig->world.view.link = WORLD_LIVE;
	kafka()->cluster.replicated_count = -1;
	rig_prepare(rig, "drain", "node-1", NULL);
	assert_says(OPS_BLOCKS, "the partitions of orders are unknown");
}

static void only_a_node_that_is_off_is_given_up(void **state)
{
	struct world_node *node = &rig->world.nodes[0];
	rig_prepare(rig, "recover", "node-1", NULL);
	assert_says(OPS_BLOCKS, "node-1 is ready, so it is powered on");
	node->ready_known = node->ready = false;
	rig_prepare(rig, "recover", "node-1", NULL);
	assert_says(OPS_BLOCKS, "whether node-1 is ready");
	node->ready_known = true;
	node->not_ready_since_ms = 1767225600000;
	rig->api.answer = "{\"spec\":{\"renewTime\":\"2026-01-01T00:00:30.000000Z\"}}";
	rig_prepare(rig, "recover", "node-1", NULL);
	assert_says(OPS_BLOCKS, "the machine is powered on");
	rig->api.answer = "{\"spec\":{\"renewTime\":\"2025-12-31T23:59:20.000000Z\"}}";
	rig_prepare(rig, "recover", "node-1", NULL);
	assert_int_equal(rig->plan->severity, OPS_DANGEROUS);
	assert_string_equal(rig->plan->confirm, "node-1");
	assert_says(OPS_MEANS, "its kubelet last reported at 2025-12-31T23:59:20");
	rig_prepare(rig, "drain", "node-1", NULL);
	assert_says(OPS_BLOCKS, "recover is for nodes that are gone");
}

static void give_claim(size_t index, const char *policy, int expandable)
{
	static struct kube_volume volume;
	volume = (struct kube_volume){.meta.name = "pv-1", .reclaim_policy = policy};
	kafka()->claims[index] = (struct kube_claim){
		.meta = {.name = "data-orders-1", .namespace = "mq", .uid = "claim-1", .deleted_ms = -1},
		.phase = "Bound",
		.volume_name = "pv-1",
		.storage_class = "fast",
		.requested = 10LL << 30,
		.capacity = 10LL << 30};
	kafka()->volumes[index] = (struct world_volume){.claim = &kafka()->claims[index],
							.volume = policy ? &volume : NULL,
							.broker = &kafka()->brokers[1],
							.cluster = &kafka()->cluster,
							.expandable = expandable};
	kafka()->volume_list[0] = &kafka()->volumes[index];
	kafka()->cluster.volumes = kafka()->brokers[1].volumes = kafka()->volume_list;
	kafka()->cluster.volume_count = kafka()->brokers[1].volume_count = 1;
}

static void an_empty_volume_is_said_for_what_it_is(void **state)
{
	rig_prepare(rig, "replace", "mq/orders-1", NULL);
	assert_says(OPS_BLOCKS, "has no claim: restart it instead");
	kafka()->cluster.parts[WORLD_PART_CLAIMS].updated_ms = -1;
	rig_prepare(rig, "replace", "mq/orders-1", NULL);
	assert_says(OPS_BLOCKS, "claims cannot be read: unknown which orders-1 has");
	give_claim(1, "Delete", 1);
	rig_prepare(rig, "replace", "mq/orders-1", NULL);
	assert_int_equal(rig->plan->severity, OPS_DANGEROUS);
	assert_says(OPS_DANGER, "volume pv-1 and its data are deleted for good");
	give_claim(1, NULL, 1);
	rig_prepare(rig, "replace", "mq/orders-1", NULL);
	assert_says(OPS_DANGER, "volume pv-1 cannot be read");
	give_claim(1, "Retain", 1);
	fake_out_of_sync(kafka(), "t", 0, 0);
	rig_prepare(rig, "replace", "mq/orders-1", NULL);
	assert_int_equal(rig->plan->severity, OPS_BLOCKED);
}

static void a_claim_that_is_new_already_is_not_deleted_again(void **state)
{
	give_claim(1, "Retain", 1);
	rig_prepare(rig, "replace", "mq/orders-1", NULL);
	assert_int_equal(rig->plan->step_count, 6);
	kafka()->claims[1].meta.uid = "claim-2";
	kafka()->pods[1].meta.uid = "another";
	kafka()->brokers[1].replicas = kafka()->brokers[1].in_sync = 3;
	rig_run(rig);
	rig_pass(rig, 5000);
	assert_int_equal(play.deletes, 0);
	assert_int_equal(rig->plan->state, OPS_STATE_DONE);
}

static void expand(const char *size)
{
	rig_prepare_with(rig, "expand", "mq/orders/kafka", "size", size);
}

static void volumes_only_grow_and_only_where_they_can(void **state)
{
	expand("20Gi");
	assert_says(OPS_BLOCKS, "no claims of orders are visible");
	give_claim(1, "Retain", 1);
	expand("5Gi");
	assert_says(OPS_BLOCKS, "already larger: volumes cannot shrink");
	expand("10Gi");
	assert_says(OPS_BLOCKS, "already requests 10Gi");
	expand("much");
	assert_says(OPS_BLOCKS, "\"much\" is not a size");
	give_claim(1, "Retain", 0);
	expand("20Gi");
	assert_says(OPS_BLOCKS, "does not allow expansion");
	give_claim(1, "Retain", -1);
	expand("20Gi");
	assert_says(OPS_BLOCKS, "unknown whether storage class fast allows expansion of claim data-orders-1");
	give_claim(1, "Retain", 1);
	kafka()->claims[1].phase = "Pending";
	expand("20Gi");
	assert_says(OPS_BLOCKS, "only bound claims can be expanded");
}

static void no_password_gets_into_the_journal_with_a_manifest(void **state)
{
	give_claim(1, "Retain", 1);
	rig->api.answer =
		"{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"env\":["
		"{\"name\":\"HEAP\",\"value\":\"1g\"},"
		"{\"name\":\"DB_PASSWORD\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"s\",\"key\":\"k\"}}}]}]}}}}";
	expand("20Gi");
	assert_int_not_equal(rig->plan->severity, OPS_BLOCKED);
	rig->api.answer = "{\"spec\":{\"template\":{\"spec\":{\"initContainers\":[{\"env\":["
			  "{\"name\":\"KAFKA_SSL_KEYSTORE_PASS\",\"value\":\"hunter2\"}]}]}}}}";
	expand("20Gi");
	assert_says(OPS_BLOCKS, "contains KAFKA_SSL_KEYSTORE_PASS in plain text");
	for (size_t i = 0; i < rig->plan->fact_count; i++)
		assert_null(strstr(rig->plan->facts[i].value, "hunter2"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_drain_that_takes_a_quorum_is_refused),
		TEST(a_budget_is_named),
		TEST(a_budget_that_will_not_let_the_second_one_go_is_said_beforehand),
		TEST(budgets_are_passed_over_by_deletion_when_that_is_wished),
		TEST(an_eviction_is_not_asked_for_for_ever),
		TEST(other_pods_go_as_kubectl_drains_them),
		TEST(controllers_that_run_apart_are_named_and_their_quorum_is_judged),
		TEST(what_a_deployment_runs_goes_with_the_other_pods_and_a_daemon_sets_stays),
		TEST(pods_that_may_be_brokers_of_a_namespace_nobody_looks_at_block),
		TEST(what_is_on_a_node_that_cannot_be_read_blocks),
		TEST(only_a_node_that_is_off_is_given_up),
		TEST(an_empty_volume_is_said_for_what_it_is),
		TEST(a_claim_that_is_new_already_is_not_deleted_again),
		TEST(volumes_only_grow_and_only_where_they_can),
		TEST(no_password_gets_into_the_journal_with_a_manifest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
