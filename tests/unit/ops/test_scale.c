#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/ops/plan/plan.h"
#include "tests/unit/ops/rig.h"

#define KAFKA "mq/orders/kafka"
#define RABBITMQ "mq/events/rabbitmq"

static int setup(void **state)
{
	*state = rig_create();
	return 0;
}

static int teardown(void **state)
{
	rig_destroy(*state);
	return 0;
}

static void assert_says(struct rig *rig, enum ops_sentence_kind kind, const char *part)
{
	if (rig_says(rig, kind, part))
		return;
	for (size_t i = 0; i < rig->plan->sentence_count; i++)
		print_message("%s: %s\n", ops_sentence_label(rig->plan->sentences[i].kind),
			      rig->plan->sentences[i].text);
	fail_msg("no %s sentence has \"%s\"", ops_sentence_label(kind), part);
}

static void assert_blocked(struct rig *rig, const char *part)
{
	struct err err = {0};
	assert_says(rig, OPS_BLOCKS, part);
	assert_int_equal(rig->plan->severity, OPS_BLOCKED);
	assert_false(ops_run(rig->plan, NULL, NULL, &err));
	assert_int_equal(err.code, ERR_REFUSED);
	rig_pass(rig, 5000);
	assert_int_equal(rig->api.patches, 0);
}

static void kafka_up_says_that_nothing_moves(void **state)
{
	struct rig *rig = *state;
	rig->world.clusters[FAKE_KAFKA].voters[0] = (struct world_voter){.id = 0, .voter = true};
	rig->world.clusters[FAKE_KAFKA].cluster.voters = rig->world.clusters[FAKE_KAFKA].voters;
	rig->world.clusters[FAKE_KAFKA].cluster.voter_count = 1;
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_string_equal(rig->plan->title, "Scale kafka orders from 3 to 4 brokers");
	assert_says(rig, OPS_CHANGES, "StatefulSet mq/orders replicas 3 → 4");
	assert_says(rig, OPS_MEANS, "orders-3 joins empty");
	assert_says(rig, OPS_MEANS, "keeps its 1 voters (0)");
	assert_int_equal(rig->plan->step_count, 3);
	assert_true(rig->plan->steps[0].dry_run_ok);
	assert_int_equal(rig->api.dry_runs, 1);
	assert_int_equal(rig->api.patches, 0);
	assert_int_equal(rig->api.replicas, 3);
	/* Three nodes for four brokers. */
	assert_says(rig, OPS_CAUTION, "3 schedulable nodes for 4 brokers");
	assert_int_equal(rig->plan->severity, OPS_CAREFUL);
	rig->world.view.lists[WORLD_PART_NODES].updated_ms = -1;
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_says(rig, OPS_CAUTION, "nodes cannot be read");
	assert_false(rig_says(rig, OPS_CAUTION, "schedulable"));
}

static void rabbitmq_up_says_what_a_majority_is(void **state)
{
	struct rig *rig = *state;
	rig_prepare(rig, "scale", RABBITMQ, "4");
	assert_says(rig, OPS_MEANS, "4 nodes: a majority is 3, so 1 may fail");
	assert_says(rig, OPS_CAUTION, "even number");
	rig_prepare(rig, "scale", RABBITMQ, "5");
	assert_says(rig, OPS_MEANS, "5 nodes: a majority is 3, so 2 may fail");
	assert_false(rig_says(rig, OPS_CAUTION, "even number"));
}

/* Before anything is scaled, not when the broker waits. */
static void up_on_a_class_that_is_missing_is_forbidden(void **state)
{
	static const char *const waits[] = {"storage class \"fast\" does not exist"};
	struct rig *rig = *state;
	struct fake_cluster *kafka = &rig->world.clusters[FAKE_KAFKA];
	struct kube_claim_template template = {.name = "data", .storage_class = "fast", .requested = 10LL << 30};
	kafka->set.claim_templates = &template;
	kafka->set.claim_template_count = 1;
	kafka->cluster.template_waits = waits;
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_says(rig, OPS_BLOCKS,
		    "claim data-orders-3 would find no volume: storage class \"fast\" does not exist; orders-3 would "
		    "stay Pending");
	kafka->cluster.parts[WORLD_PART_CLAIMS].updated_ms = -1;
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_says(rig, OPS_CAUTION, "claims cannot be read: unknown whether those of earlier brokers still exist");
	assert_false(rig_says(rig, OPS_MEANS, "orders-3 gets a new claim"));
	kafka->cluster.parts[WORLD_PART_CLAIMS].updated_ms = 0;
	kafka->cluster.parts[WORLD_PART_VOLUMES].updated_ms = -1;
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_says(rig, OPS_CAUTION,
		    "volumes cannot be read: unknown whether one made by hand is free for claim data-orders-3: storage "
		    "class \"fast\" does not exist");
	kafka->cluster.parts[WORLD_PART_CLASSES].updated_ms = -1;
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_says(rig, OPS_CAUTION, "storage classes cannot be read: unknown whether claim data-orders-3");
}

static void an_unbound_claim_holds_no_data(void **state)
{
	struct rig *rig = *state;
	struct fake_cluster *kafka = &rig->world.clusters[FAKE_KAFKA];
	struct kube_claim_template template = {.name = "data", .storage_class = "fast", .requested = 10LL << 30};
	kafka->set.claim_templates = &template;
	kafka->set.claim_template_count = 1;
	kafka->claims[0] = (struct kube_claim){.meta.name = "data-orders-3", .phase = "Pending"};
	kafka->volumes[0].claim = &kafka->claims[0];
	kafka->volumes[0].waits = "storage class \"fast\" does not exist";
	kafka->volume_list[0] = &kafka->volumes[0];
	kafka->cluster.volumes = kafka->volume_list;
	kafka->cluster.volume_count = 1;
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_says(rig, OPS_CAUTION,
		    "claim data-orders-3 exists but has no volume (Pending: storage class \"fast\" does not exist)");
	assert_false(rig_says(rig, OPS_CAUTION, "old data"));
}

static void up_names_claims_new_and_left_over(void **state)
{
	struct rig *rig = *state;
	struct fake_cluster *kafka = &rig->world.clusters[FAKE_KAFKA];
	struct kube_claim_template template = {.name = "data", .storage_class = "local", .requested = 10LL << 30};
	kafka->set.claim_templates = &template;
	kafka->set.claim_template_count = 1;
	rig_prepare(rig, "scale", KAFKA, "5");
	assert_says(rig, OPS_MEANS, "orders-4 gets a new claim data-orders-4, 10Gi of class local");

	kafka->claims[0] = (struct kube_claim){.meta.name = "data-orders-3", .phase = "Bound"};
	kafka->volumes[0].claim = &kafka->claims[0];
	kafka->volume_list[0] = &kafka->volumes[0];
	kafka->cluster.volumes = kafka->volume_list;
	kafka->cluster.volume_count = 1;
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_says(rig, OPS_CAUTION, "data-orders-3 of an earlier orders-3 still exists");
}

static void below_a_majority_is_refused(void **state)
{
	struct rig *rig = *state;
	rig_prepare(rig, "scale", KAFKA, "1");
	assert_blocked(rig, "1 of 3 brokers is below a majority: keep at least 2");
	rig_prepare(rig, "scale", RABBITMQ, "0");
	assert_blocked(rig, "below a majority");
	assert_int_equal(rig->api.dry_runs, 0);
}

static void a_broker_gives_its_partitions_away_before_it_leaves(void **state)
{
	struct rig *rig = *state;
	struct fake_cluster *kafka = &rig->world.clusters[FAKE_KAFKA];
	for (int i = 0; i < 5; i++)
		fake_add_replicated(kafka, "orders", i, 7);
	rig_prepare(rig, "scale", KAFKA, "2");
	assert_blocked(rig, "5 partitions have more replicas than brokers would remain");
	kafka->cluster.replicated_count = 0;
	for (int i = 0; i < 5; i++)
		fake_add_replicated(kafka, "orders", i, i == 0 ? 3 : 5);
	rig_prepare(rig, "scale", KAFKA, "2");
	assert_true(rig->plan->severity < OPS_BLOCKED);
	assert_says(rig, OPS_CHANGES, "replicas of 4 partitions move off orders-2");
	assert_string_equal(rig->plan->steps[0].title, "move 4 partitions off orders-2");
	assert_string_equal(rig->plan->steps[rig->plan->step_count - 1].title, "unregister broker 2 (orders-2)");
}

static void a_node_leaves_its_queues_with_a_quorum(void **state)
{
	struct rig *rig = *state;
	struct fake_cluster *rabbitmq = &rig->world.clusters[FAKE_RABBITMQ];
	fake_add_replicated(rabbitmq, "audit", -1, 7);
	rabbitmq->queues[0] = (struct world_queue){.name = "audit", .type = "quorum", .leader = "events-0"};
	rabbitmq->queues[1] =
		(struct world_queue){.name = "letters", .type = "classic", .leader = "rabbit@events-2", .messages = 3};
	rabbitmq->queues[2] = (struct world_queue){.name = "elsewhere", .type = "classic", .leader = "events-1"};
	rabbitmq->queues[3] = (struct world_queue){.name = "idle", .type = "classic", .leader = "events-2"};
	rabbitmq->cluster.queue_count = 4;
	rig_prepare(rig, "scale", RABBITMQ, "2");
	assert_blocked(rig, "1 classic queue lives only on events-2: letters");
	rabbitmq->queues[3].type = "other";
	rig_prepare(rig, "scale", RABBITMQ, "2");
	assert_blocked(rig, "1 queue on events-2 of a type that mqdeck does not know how to move: idle");
	rabbitmq->queues[3].type = "classic";
	rig_prepare(rig, "scale", RABBITMQ, "2");
	assert_blocked(rig, "empty and without consumers (drop=unused deletes it): idle");
	assert_says(rig, OPS_CAUTION,
		    "1 queue left without a spare member: the next failure makes them unavailable: audit");
	rabbitmq->cluster.queue_count = 3;
	rabbitmq->queues[1].leader = "events-0";
	rig_prepare(rig, "scale", RABBITMQ, "2");
	assert_int_equal(rig->plan->severity, OPS_CAREFUL);
	fake_out_of_sync(rabbitmq, "audit", -1, 0);
	rig_prepare(rig, "scale", RABBITMQ, "2");
	assert_blocked(rig, "1 queue that would lose their quorum: audit");
}

static void an_empty_broker_may_leave(void **state)
{
	struct rig *rig = *state;
	fake_add_replicated(&rig->world.clusters[FAKE_KAFKA], "orders", 0, 3);
	rig_prepare(rig, "scale", KAFKA, "2");
	assert_int_equal(rig->plan->severity, OPS_SAFE);
	assert_says(rig, OPS_MEANS, "broker 2 is unregistered once it is gone");
}

static void a_rabbitmq_member_is_forgotten_first(void **state)
{
	struct rig *rig = *state;
	struct world_broker *leaving = &rig->world.clusters[FAKE_RABBITMQ].brokers[2];
	rig_prepare(rig, "scale", RABBITMQ, "2");
	assert_true(rig->plan->severity < OPS_BLOCKED);
	assert_int_equal(rig->plan->step_count, 8);
	assert_string_equal(rig->plan->steps[0].title, "remove quorum queue members from events-2");
	assert_string_equal(rig->plan->steps[3].title, "stop RabbitMQ on events-2");
	assert_true(rig->plan->steps[3].type->no_stop_after);
	assert_string_equal(rig->plan->steps[4].title, "remove events-2 from the cluster (forget_cluster_node)");
	assert_string_equal(rig->plan->steps[5].title, "set replicas of StatefulSet mq/events to 2");
	leaving->member_name = NULL;
	leaving->reachable = -1;
	rig_prepare(rig, "scale", RABBITMQ, "2");
	assert_true(rig->plan->severity < OPS_BLOCKED);
	assert_int_equal(rig->plan->step_count, 3);
	assert_string_equal(rig->plan->confirm, "events");
	leaving[-1].reachable = leaving[-2].reachable = -1;
	rig_prepare(rig, "scale", RABBITMQ, "2");
	assert_blocked(rig, "whether events-2 is a member of the cluster");
}

static void a_voter_may_not_leave(void **state)
{
	struct rig *rig = *state;
	struct fake_cluster *kafka = &rig->world.clusters[FAKE_KAFKA];
	kafka->voters[0] = (struct world_voter){.id = 2, .voter = true};
	kafka->cluster.voters = kafka->voters;
	kafka->cluster.voter_count = 1;
	rig_prepare(rig, "scale", KAFKA, "2");
	assert_blocked(rig, "orders-2 is a voter of the controller quorum");
}

static void unknown_is_never_safe(void **state)
{
	struct rig *rig = *state;
	struct world_cluster *kafka = &rig->world.clusters[FAKE_KAFKA].cluster;
	struct world_cluster *rabbitmq = &rig->world.clusters[FAKE_RABBITMQ].cluster;

	kafka->replicated_count = -1;
	rig_prepare(rig, "scale", KAFKA, "2");
	assert_blocked(rig, "unknown");
	kafka->replicated_count = 0;

	err_set(&kafka->source.err, ERR_TIMEOUT, "orders-0 says nothing");
	rig_prepare(rig, "scale", KAFKA, "2");
	assert_blocked(rig, "cannot be read: orders-0 says nothing");
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_says(rig, OPS_CAUTION, "cannot be read: orders-0 says nothing");
	err_clear(&kafka->source.err);

	rig->world.clusters[FAKE_KAFKA].brokers[2].id = -1;
	rig_prepare(rig, "scale", KAFKA, "2");
	assert_blocked(rig, "the broker ID of");

	rabbitmq->queue_count = -1;
	rig_prepare(rig, "scale", RABBITMQ, "2");
	assert_blocked(rig, "queues cannot be read");
	rabbitmq->queue_count = 0;

	rig->world.view.link = WORLD_STALE;
	rig_prepare(rig, "scale", RABBITMQ, "2");
	assert_blocked(rig, "the data shown is old");
}

static void what_runs_in_a_deployment_is_shown_only(void **state)
{
	struct rig *rig = *state;
	struct kube_workload workload = {.meta.name = "orders"};
	struct world_cluster *kafka = &rig->world.clusters[FAKE_KAFKA].cluster;
	kafka->workload = &workload;
	kafka->workload_kind = "Deployment";
	kafka->manager = WORLD_MANAGED_BY_WORKLOAD;
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_blocked(rig, "runs in a Deployment: mqdeck shows it");
	rig_prepare(rig, "roll", KAFKA, NULL);
	assert_blocked(rig, "runs in a Deployment: mqdeck shows it");
}

static void the_rabbitmq_operator_is_paused_for_a_scale_down(void **state)
{
	struct rig *rig = *state;
	struct fake_cluster *rabbitmq = &rig->world.clusters[FAKE_RABBITMQ];
	rabbitmq->rabbitmq = (struct kube_rabbitmq_cluster){.meta.name = "events", .replicas = 3};
	rabbitmq->cluster.rabbitmq_resource = &rabbitmq->rabbitmq;
	rabbitmq->cluster.manager = WORLD_MANAGED_BY_RABBITMQ_OPERATOR;
	rig_prepare(rig, "scale", RABBITMQ, "2");
	assert_says(rig, OPS_MEANS, "UnsupportedOperation");
	assert_string_equal(rig->plan->steps[5].title, "pause the RabbitMQ cluster operator for events");
	assert_string_equal(rig->plan->steps[6].title, "set replicas of its StatefulSet to 2");
	assert_string_equal(rig->plan->steps[8].title, "set replicas of RabbitmqCluster mq/events to 2");
	assert_string_equal(rig->plan->steps[9].title, "resume the RabbitMQ cluster operator for events");
	rig_prepare(rig, "scale", RABBITMQ, "5");
	assert_says(rig, OPS_CHANGES, "RabbitmqCluster mq/events replicas 3 → 5");
	assert_string_equal(rig->api.last_path, "rabbitmq.com/v1beta1/rabbitmqclusters/events/");
	/* Somebody else has paused it: nothing would happen, and at the end it would be resumed for them. */
	static struct kube_pair label = {"rabbitmq.com/pauseReconciliation", "true"};
	rabbitmq->rabbitmq.meta.labels = &label;
	rabbitmq->rabbitmq.meta.label_count = 1;
	rig_prepare(rig, "scale", RABBITMQ, "5");
	assert_says(rig, OPS_BLOCKS, "the operator's reconciliation of events is paused");
	rig_prepare(rig, "scale", RABBITMQ, "2");
	assert_says(rig, OPS_BLOCKS, "the operator's reconciliation of events is paused");
}

static void strimzi_is_scaled_by_its_pool(void **state)
{
	struct rig *rig = *state;
	struct fake_cluster *kafka = &rig->world.clusters[FAKE_KAFKA];
	struct kube_pair label = {.key = "strimzi.io/pool-name", .value = "brokers"};
	kafka->kafka = (struct kube_kafka){.meta.name = "orders", .replicas = -1};
	kafka->cluster.kafka_resource = &kafka->kafka;
	kafka->cluster.stateful_set = NULL;
	kafka->cluster.manager = WORLD_MANAGED_BY_STRIMZI;
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_blocked(rig, "no node pool with brokers is visible");

	for (int i = 0; i < 3; i++) {
		snprintf(kafka->names[i], sizeof kafka->names[i], "orders-brokers-%d", i);
		kafka->pods[i].meta.labels = &label;
		kafka->pods[i].meta.label_count = 1;
	}
	rig->api.served = "v1beta2"; /* v1 is asked for first and is not there */
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_says(rig, OPS_CHANGES, "KafkaNodePool mq/brokers replicas 3 → 4");
	assert_string_equal(rig->api.last_path, "kafka.strimzi.io/v1beta2/kafkanodepools/brokers/");
	assert_true(rig->plan->steps[0].dry_run_ok);

	kafka->kafka.replicas = 3; /* without pools */
	rig_prepare(rig, "scale", KAFKA, "4");
	assert_contains(rig->api.last_patch, "\"spec\":{\"kafka\":{\"replicas\":4}}");
}

static void the_same_number_and_nonsense_are_refused(void **state)
{
	struct rig *rig = *state;
	struct err err = {0};
	rig_prepare(rig, "scale", KAFKA, "3");
	assert_blocked(rig, "has 3 brokers");
	static const char *const nonsense[] = {"", "4x", "-1", "100", "1e1"};
	for (size_t i = 0; i < ARRAY_LEN(nonsense); i++) {
		struct ops_value value = {.name = "replicas", .value = nonsense[i]};
		assert_null(ops_prepare(rig->ops, ops_find("scale"), KAFKA, &value, 1, NULL, NULL, &err));
		assert_int_equal(err.code, ERR_USAGE);
	}
	assert_null(ops_prepare(rig->ops, ops_find("scale"), KAFKA, NULL, 0, NULL, NULL, &err));
	assert_contains(err.text, "scale requires replicas=");
	struct ops_value value = {.name = "colour", .value = "red"};
	assert_null(ops_prepare(rig->ops, ops_find("scale"), KAFKA, &value, 1, NULL, NULL, &err));
	assert_null(ops_prepare(rig->ops, ops_find("scale"), "mq/none/kafka", NULL, 0, NULL, NULL, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

static void names_are_resolved(void **state)
{
	struct rig *rig = *state;
	struct err err = {0};
	static const struct {
		const char *text, *key;
	} cases[] = {{"orders", KAFKA},       {"mq/orders", KAFKA}, {KAFKA, KAFKA},
		     {"mq/events", RABBITMQ}, {"m/orders", NULL},   {"x", NULL}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(free) char *key = ops_resolve(&rig->world.view, OPS_ON_CLUSTER, cases[i].text, &err);
		if (cases[i].key)
			assert_string_equal(key, cases[i].key);
		else
			assert_null(key);
	}
	rig->world.clusters[FAKE_RABBITMQ].cluster.name = "orders";
	assert_null(ops_resolve(&rig->world.view, OPS_ON_CLUSTER, "orders", &err));
	assert_contains(err.text, "ambiguous");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(kafka_up_says_that_nothing_moves),
		TEST(rabbitmq_up_says_what_a_majority_is),
		TEST(up_names_claims_new_and_left_over),
		TEST(up_on_a_class_that_is_missing_is_forbidden),
		TEST(an_unbound_claim_holds_no_data),
		TEST(below_a_majority_is_refused),
		TEST(a_broker_gives_its_partitions_away_before_it_leaves),
		TEST(a_node_leaves_its_queues_with_a_quorum),
		TEST(an_empty_broker_may_leave),
		TEST(a_rabbitmq_member_is_forgotten_first),
		TEST(a_voter_may_not_leave),
		TEST(unknown_is_never_safe),
		TEST(what_runs_in_a_deployment_is_shown_only),
		TEST(the_rabbitmq_operator_is_paused_for_a_scale_down),
		TEST(strimzi_is_scaled_by_its_pool),
		TEST(the_same_number_and_nonsense_are_refused),
		TEST(names_are_resolved),
	};
	return cmocka_run_group_tests_name("ops/scale", tests, NULL, NULL);
}
