#include "tests/unit/unit.h"

#include "api/ops/parts/why_not_ready.h"
#include "api/ops/plan/plan.h"
#include "tests/unit/ops/rig.h"

struct why_case {
	struct fake_world world;
	struct fake_cluster *kafka;
	struct kube_pod *pod; /* of orders-3, which is there and not ready */
	char text[512];
};

static int setup(void **state)
{
	struct why_case *it = mem_alloc(sizeof *it);
	fake_world_init(&it->world);
	fake_add_broker(&it->world, FAKE_KAFKA);
	it->kafka = &it->world.clusters[FAKE_KAFKA];
	it->pod = &it->kafka->pods[3];
	it->kafka->brokers[3].pod = it->pod;
	*state = it;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static const char *why(struct why_case *it)
{
	it->text[0] = '\0';
	bool known = ops_why_not_ready(&it->world.view, &it->kafka->cluster, "orders-3", it->text, sizeof it->text);
	assert_int_equal(known, it->text[0] != '\0');
	return it->text;
}

static void no_pod_names_what_the_set_says_or_waits_for(void **state)
{
	struct why_case *it = *state;
	it->kafka->brokers[3].pod = NULL;
	assert_string_equal(why(it), "orders-3 has no pod yet");
	it->kafka->set.pod_management_policy = "OrderedReady";
	it->kafka->brokers[1].ready = false;
	assert_contains(why(it), "waits for orders-1");
	fake_add_event(&it->world, "StatefulSet", "orders", "FailedCreate", "exceeded quota");
	assert_contains(why(it), "exceeded quota");
}

/* Before what the container waits with, or that its probe fails. */
static void a_crash_says_its_reason(void **state)
{
	struct why_case *it = *state;
	struct kube_container_status status = {.name = "kafka",
					       .waiting_reason = "CrashLoopBackOff",
					       .last_terminated_reason = "Error",
					       .last_exit_code = 1};
	it->pod->statuses = &status;
	it->pod->status_count = 1;
	assert_contains(why(it), "CrashLoopBackOff, last ended with Error");
	it->kafka->brokers[3].crash = "no space left on device";
	assert_string_equal(why(it), "orders-3 crashed: no space left on device");
}

static void a_class_that_is_missing_is_named(void **state)
{
	struct why_case *it = *state;
	struct kube_volume_source source = {.name = "data", .claim_name = "data-orders-3"};
	it->pod->volumes = &source;
	it->pod->volume_count = 1;
	it->kafka->claims[0] = (struct kube_claim){.meta.name = "data-orders-3", .phase = "Pending"};
	it->kafka->volumes[0].claim = &it->kafka->claims[0];
	it->kafka->volumes[0].waits = "storage class \"fast\" does not exist";
	it->kafka->volume_list[0] = &it->kafka->volumes[0];
	it->kafka->cluster.volumes = it->kafka->volume_list;
	it->kafka->cluster.volume_count = 1;
	assert_string_equal(why(it), "its claim data-orders-3 is Pending: storage class \"fast\" does not exist");
}

static void an_unbound_claim_is_named(void **state)
{
	struct why_case *it = *state;
	struct kube_volume_source source = {.name = "data", .claim_name = "data-orders-3"};
	it->pod->volumes = &source;
	it->pod->volume_count = 1;
	it->kafka->claims[0] = (struct kube_claim){.meta.name = "data-orders-3", .phase = "Pending"};
	it->kafka->volumes[0].claim = &it->kafka->claims[0];
	it->kafka->volume_list[0] = &it->kafka->volumes[0];
	it->kafka->cluster.volumes = it->kafka->volume_list;
	it->kafka->cluster.volume_count = 1;
	assert_contains(why(it), "claim data-orders-3 is Pending: no volume");
	fake_add_event(&it->world, "PersistentVolumeClaim", "data-orders-3", "ProvisioningFailed", "no space in pool");
	assert_contains(why(it), "no space in pool");

	struct kube_condition scheduled = {
		.type = "PodScheduled", .status = "False", .message = "0/3 nodes are available"};
	it->pod->conditions = &scheduled;
	it->pod->condition_count = 1;
	assert_contains(why(it),
			"orders-3 cannot be scheduled: 0/3 nodes are available; its claim data-orders-3 is Pending");
}

static void containers_and_probes_are_quoted(void **state)
{
	struct why_case *it = *state;
	struct kube_container_status status = {
		.name = "kafka", .waiting_reason = "ImagePullBackOff", .waiting_message = "no such image"};
	struct kube_condition ready = {.type = "Ready", .status = "False"};
	it->pod->statuses = &status;
	it->pod->status_count = 1;
	assert_contains(why(it), "container kafka of orders-3: ImagePullBackOff: no such image");
	status.waiting_reason = "CrashLoopBackOff";
	status.last_terminated_reason = "OOMKilled";
	status.last_exit_code = 137;
	assert_contains(why(it), "CrashLoopBackOff, last ended with OOMKilled, exit code 137");
	status.waiting_reason = "ContainerCreating";
	assert_string_equal(why(it), "");
	fake_add_event(&it->world, "Pod", "orders-3", "FailedMount", "MountVolume.SetUp failed");
	assert_contains(why(it), "MountVolume.SetUp failed");
	status.waiting_reason = NULL;
	it->pod->conditions = &ready;
	it->pod->condition_count = 1;
	assert_contains(why(it), "running but not ready");
	it->world.view.event_count = 0;
	fake_add_event(&it->world, "Pod", "orders-3", "Unhealthy", "Readiness probe failed");
	assert_contains(why(it), "Readiness probe failed");
}

static void a_dead_node_and_a_pod_on_its_way_out_are_said(void **state)
{
	struct why_case *it = *state;
	it->kafka->brokers[3].node = &it->world.nodes[2];
	it->world.nodes[2].ready = false;
	assert_contains(why(it), "its node node-3 is not ready");
	it->pod->meta.deleted_ms = 5;
	it->pod->grace_seconds = 604800;
	assert_contains(why(it), "still terminating (grace period 604800 s)");
	struct kube_container container = {.name = "broker", .pre_stop = KUBE_PRE_STOP};
	it->pod->containers = &container;
	it->pod->container_count = 1;
	assert_contains(why(it), "its preStop hook may still be running");
	container.pre_stop = KUBE_PRE_STOP_QUORUM;
	assert_contains(why(it), "its preStop hook waits until every quorum queue has a majority without it");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_pod_names_what_the_set_says_or_waits_for),
		TEST(an_unbound_claim_is_named),
		TEST(a_class_that_is_missing_is_named),
		TEST(a_crash_says_its_reason),
		TEST(containers_and_probes_are_quoted),
		TEST(a_dead_node_and_a_pod_on_its_way_out_are_said),
	};
	return cmocka_run_group_tests_name("ops/why", tests, NULL, NULL);
}
