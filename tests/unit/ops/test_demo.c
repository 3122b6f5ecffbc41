/* The operations end to end: the real client, informers and world on the embedded cluster, under a virtual clock. */
#include "tests/unit/unit.h"

#include "api/base/str.h"
#include "api/demo/demo.h"
#include "api/kube/access.h"
#include "api/kube/portforward.h"
#include "api/model/world.h"
#include "api/ops/ops.h"

struct deck {
	struct clock clock;
	struct loop *loop;
	struct demo *demo;
	struct kubeconfig *config;
	struct kube_access *access;
	struct kube_client *client;
	struct dialer *dialer;
	struct world *world;
	struct ops *ops;
	struct ops_plan *plan;
};

static void on_change(void *data)
{
	struct deck *deck = data;
	if (deck->ops)
		ops_world_changed(deck->ops);
}

static const struct world_view *view_now(void *data)
{
	return world_update(((struct deck *)data)->world);
}

static void pass(struct deck *deck, int64_t ms)
{
	loop_run(deck->loop, ms, NULL);
}

static void must(bool good, const struct err *err)
{
	if (!good)
		fail_msg("%s", err->text);
}

static int setup(void **state)
{
	struct err err = {0};
	struct deck *deck = mem_alloc(sizeof *deck);
	deck->clock = clock_virtual(1767225600000);
	deck->loop = loop_create(&deck->clock);
	deck->demo = demo_start(deck->loop, &(struct demo_options){.quiet = true}, &err);
	must(deck->demo, &err);
	deck->config = kubeconfig_load(&(struct kubeconfig_options){.text = demo_kubeconfig(deck->demo)}, &err);
	must(deck->config, &err);
	deck->access = kubeconfig_resolve(deck->config, NULL, &err);
	must(deck->access, &err);
	deck->client = kube_client_create(deck->loop, deck->access, &(struct kube_client_options){0}, &err);
	must(deck->client, &err);
	deck->dialer = portforward_dialer_create(deck->client);
	deck->world = world_create(&(struct world_options){.loop = deck->loop,
							   .client = deck->client,
							   .dialer = deck->dialer,
							   .on_change = on_change,
							   .data = deck});
	deck->ops = ops_create(
		&(struct ops_options){.loop = deck->loop, .client = deck->client, .view = view_now, .data = deck});
	for (int i = 0; i < 100 && !world_settled(deck->world); i++)
		pass(deck, 100);
	*state = deck;
	return world_settled(deck->world) ? 0 : -1;
}

static int teardown(void **state)
{
	struct deck *deck = *state;
	ops_plan_destroy(deck->plan);
	ops_destroy(deck->ops);
	world_destroy(deck->world);
	portforward_dialer_destroy(deck->dialer);
	kube_client_destroy(deck->client);
	kube_access_destroy(deck->access);
	kubeconfig_destroy(deck->config);
	demo_destroy(deck->demo);
	loop_destroy(deck->loop);
	free(deck);
	return 0;
}

static void prepare(struct deck *deck, const char *operation, const char *target, const char *replicas)
{
	struct err err = {0};
	struct ops_value value = {.name = "replicas", .value = replicas};
	const struct ops_operation *it = ops_find(operation);
	CLEANUP(free) char *key = ops_resolve(view_now(deck), it->target, target, &err);
	must(key, &err);
	ops_plan_destroy(deck->plan);
	deck->plan = ops_prepare(deck->ops, it, key, &value, replicas ? 1 : 0, NULL, NULL, &err);
	must(deck->plan, &err);
	for (int i = 0; i < 100 && deck->plan->state == OPS_STATE_PREPARING; i++)
		pass(deck, 100);
	assert_int_equal(deck->plan->state, OPS_STATE_READY);
}

static bool says(const struct deck *deck, enum ops_sentence_kind kind, const char *part)
{
	for (size_t i = 0; i < deck->plan->sentence_count; i++)
		if (deck->plan->sentences[i].kind == kind && strstr(deck->plan->sentences[i].text, part))
			return true;
	return false;
}

static void print_plan(const struct deck *deck)
{
	for (size_t i = 0; i < deck->plan->sentence_count; i++)
		print_message("%s: %s\n", ops_sentence_label(deck->plan->sentences[i].kind),
			      deck->plan->sentences[i].text);
	for (size_t i = 0; i < deck->plan->step_count; i++)
		print_message("%s: %s, %s, %s\n", deck->plan->steps[i].title,
			      ops_step_state_word(deck->plan->steps[i].state), str_or(deck->plan->steps[i].figure, "-"),
			      str_or(deck->plan->steps[i].why, "-"));
}

static void run(struct deck *deck)
{
	struct err err = {0};
	if (deck->plan->severity == OPS_BLOCKED)
		print_plan(deck);
	must(ops_run(deck->plan, NULL, NULL, &err), &err);
	for (int i = 0; i < 300 && !ops_is_over(deck->plan); i++)
		pass(deck, 1000);
	if (deck->plan->state != OPS_STATE_DONE)
		print_plan(deck);
	assert_int_equal(deck->plan->state, OPS_STATE_DONE);
}

static size_t brokers_that_answer(struct deck *deck, const char *key)
{
	const struct world_cluster *cluster = world_find_cluster(view_now(deck), key);
	assert_non_null(cluster);
	size_t count = 0;
	for (size_t i = 0; i < cluster->broker_count; i++)
		count += cluster->brokers[i]->ready && cluster->brokers[i]->reachable == 1;
	return count;
}

static void kafka_scales_up_and_down_again_while_empty(void **state)
{
	struct deck *deck = *state;
	prepare(deck, "scale", "prod/orders", "4");
	assert_true(says(deck, OPS_MEANS, "orders-3 joins empty"));
	assert_true(deck->plan->steps[0].dry_run_ok);
	assert_int_equal(brokers_that_answer(deck, "prod/orders/kafka"), 3);
	run(deck);
	assert_int_equal(brokers_that_answer(deck, "prod/orders/kafka"), 4);

	prepare(deck, "scale", "prod/orders", "2");
	assert_true(says(deck, OPS_BLOCKS, "below a majority"));
	assert_true(says(deck, OPS_BLOCKS, "orders-2 still holds"));
	prepare(deck, "scale", "prod/orders", "3");
	assert_false(says(deck, OPS_BLOCKS, ""));
	run(deck);
	assert_int_equal(brokers_that_answer(deck, "prod/orders/kafka"), 3);
}

static void rabbitmq_scales_up_and_is_refused_down(void **state)
{
	struct deck *deck = *state;
	prepare(deck, "scale", "prod/events", "4");
	assert_true(says(deck, OPS_CAUTION, "even number"));
	run(deck);
	assert_int_equal(brokers_that_answer(deck, "prod/events/rabbitmq"), 4);
	prepare(deck, "scale", "prod/events", "2");
	assert_int_equal(deck->plan->severity, OPS_BLOCKED);
	assert_true(says(deck, OPS_BLOCKS, "events-2 still holds"));
}

static void operator_managed_rabbitmq_is_scaled_by_its_resource(void **state)
{
	struct deck *deck = *state;
	prepare(deck, "scale", "staging/jobs", "5");
	assert_true(says(deck, OPS_CHANGES, "RabbitmqCluster staging/jobs"));
	run(deck);
	assert_int_equal(brokers_that_answer(deck, "staging/jobs/rabbitmq"), 5);
	prepare(deck, "scale", "staging/jobs", "3");
	assert_true(says(deck, OPS_BLOCKS, "UnsupportedOperation"));
}

static void strimzi_is_scaled_by_its_node_pool(void **state)
{
	struct deck *deck = *state;
	prepare(deck, "scale", "staging/logs", "4");
	assert_true(says(deck, OPS_CHANGES, "KafkaNodePool staging/"));
	run(deck);
	assert_int_equal(brokers_that_answer(deck, "staging/logs/kafka"), 4);
}

static void a_node_is_cordoned_and_uncordoned(void **state)
{
	struct deck *deck = *state;
	prepare(deck, "cordon", "node-2", NULL);
	run(deck);
	assert_true(world_find_node(view_now(deck), "node-2")->cordoned);
	prepare(deck, "uncordon", "node-2", NULL);
	run(deck);
	assert_false(world_find_node(view_now(deck), "node-2")->cordoned);
}

static void an_api_that_stops_in_the_middle_is_waited_for(void **state)
{
	struct deck *deck = *state;
	struct err err = {0};
	prepare(deck, "scale", "prod/orders", "4");
	must(ops_run(deck->plan, NULL, NULL, &err), &err);
	for (int i = 0; i < 100 && deck->plan->steps[0].state != OPS_STEP_DONE; i++)
		pass(deck, 10);
	demo_stop_api(deck->demo);
	pass(deck, 120 * 1000);
	assert_int_equal(deck->plan->state, OPS_STATE_RUNNING);
	must(demo_start_api(deck->demo, &err), &err);
	for (int i = 0; i < 300 && !ops_is_over(deck->plan); i++)
		pass(deck, 1000);
	if (deck->plan->state != OPS_STATE_DONE)
		print_plan(deck);
	assert_int_equal(deck->plan->state, OPS_STATE_DONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(kafka_scales_up_and_down_again_while_empty),
		TEST(rabbitmq_scales_up_and_is_refused_down),
		TEST(operator_managed_rabbitmq_is_scaled_by_its_resource),
		TEST(strimzi_is_scaled_by_its_node_pool),
		TEST(a_node_is_cordoned_and_uncordoned),
		TEST(an_api_that_stops_in_the_middle_is_waited_for),
	};
	return cmocka_run_group_tests_name("ops/demo", tests, NULL, NULL);
}
