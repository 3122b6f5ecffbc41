/* RabbitMQ's operations on the world built by hand: what forbids them, which commands they run, and what becomes of
 * each answer. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/str.h"
#include "tests/unit/ops/rig.h"

#define RABBITMQ "mq/events/rabbitmq"

struct bench {
	struct rig *rig;
	struct fake_cluster *fake;
	char commands[2048]; /* "POD: COMMAND;" for each */
	int fail_times;      /* the next commands fail so */
	int exit_code;
	const char *says, *status; /* of a failure; of quorum_status */
	bool changes_nothing;
};

static void add_queue(struct bench *bench, const char *name, const char *type, unsigned mask)
{
	struct fake_cluster *fake = bench->fake;
	static char members[FAKE_QUEUES][128];
	struct world_queue *queue = &fake->queues[fake->cluster.queue_count];
	char *names = members[fake->cluster.queue_count++];
	size_t len = 0;
	names[0] = '\0';
	for (int i = 0; i < FAKE_BROKERS; i++)
		if (mask & 1u << i)
			len += (size_t)snprintf(names + len, 128 - len, "%sevents-%d", len ? "," : "", i);
	*queue = (struct world_queue){.name = name, .vhost = "/", .type = type, .leader = "events-0", .members = names};
	fake_add_replicated(fake, name, -1, mask);
	fake->replicated[fake->cluster.replicated_count - 1].vhost = "/";
}

/* The member on the broker goes, of every queue or of one. */
static void drop_member(struct bench *bench, int broker, const char *only)
{
	for (int64_t i = 0; i < bench->fake->cluster.replicated_count; i++) {
		struct world_replicated *row = &bench->fake->replicated[i];
		if (only && !str_eq(row->name, only))
			continue;
		for (size_t r = 0; r < row->replica_count; r++)
			if (row->replicas[r] == broker)
				row->replicas[r] = row->replicas[--row->replica_count];
		row->in_sync_count = row->replica_count;
		bench->fake->queues[i].members = "events-0,events-1";
	}
}

static int command(void *data, const char *pod, const char *const *argv, struct buf *out, struct err *err)
{
	struct bench *bench = data;
	size_t len = strlen(bench->commands), argc = 0;
	len += (size_t)snprintf(bench->commands + len, sizeof bench->commands - len, "%s:", pod);
	for (; argv[argc]; argc++)
		len += (size_t)snprintf(bench->commands + len, sizeof bench->commands - len, " %s", argv[argc]);
	snprintf(bench->commands + len, sizeof bench->commands - len, ";");
	if (bench->fail_times > 0) {
		bench->fail_times--;
		buf_append_str(out, bench->says);
		return bench->exit_code;
	}
	if (bench->changes_nothing)
		return 0;
	if (str_eq(argv[argc - 1], "drain"))
		bench->fake->brokers[2].draining = 1;
	if (str_eq(argv[argc - 1], "revive"))
		bench->fake->brokers[2].draining = 0;
	if (strstr(bench->commands, "shrink"))
		drop_member(bench, 2, NULL);
	if (strstr(bench->commands, "delete_"))
		drop_member(bench, 2, "audit");
	if (strstr(bench->commands, "forget_cluster_node"))
		bench->fake->brokers[2].member_name = NULL;
	if (strstr(bench->commands, "stop_app"))
		bench->fake->brokers[2].reachable = 0;
	if (argc > 4 && str_eq(argv[4], "quorum_status"))
		buf_append_str(out, bench->status);
	return 0;
}

static int setup(void **state)
{
	struct bench *bench = mem_alloc(sizeof *bench);
	bench->rig = rig_create();
	bench->fake = &bench->rig->world.clusters[FAKE_RABBITMQ];
	bench->rig->api.data = bench;
	bench->rig->api.command = command;
	bench->status = "[{\"Node Name\":\"rabbit@events-0\",\"Raft State\":\"leader\",\"Log Index\":9000,\"Commit "
			"Index\":9000},"
			"{\"Node Name\":\"rabbit@events-2\",\"Raft State\":\"follower\",\"Log Index\":8900}]";
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;
	rig_destroy(bench->rig);
	free(bench);
	return 0;
}

static void prepare(struct bench *bench, const char *operation, const char *target, const struct ops_value *values,
		    size_t count)
{
	struct err err = {0};
	struct rig *rig = bench->rig;
	ops_plan_destroy(rig->plan);
	rig->plan = ops_prepare(rig->ops, ops_find(operation), target, values, count, NULL, NULL, &err);
	if (!rig->plan)
		fail_msg("%s", err.text);
	rig_pass(rig, 100);
	assert_int_equal(rig->plan->state, OPS_STATE_READY);
	bench->commands[0] = '\0';
}

static void assert_says(struct bench *bench, enum ops_sentence_kind kind, const char *part)
{
	const struct ops_plan *plan = bench->rig->plan;
	if (rig_says(bench->rig, kind, part))
		return;
	for (size_t i = 0; i < plan->sentence_count; i++)
		print_message("%s: %s\n", ops_sentence_label(plan->sentences[i].kind), plan->sentences[i].text);
	fail_msg("no %s sentence has \"%s\"", ops_sentence_label(kind), part);
}

static void run(struct bench *bench, int64_t ms, enum ops_state end)
{
	rig_run(bench->rig);
	rig_pass(bench->rig, ms);
	if (bench->rig->plan->state != end)
		print_message("%s; %s\n", str_or(bench->rig->plan->result, "no result"), bench->commands);
	assert_int_equal(bench->rig->plan->state, end);
}

static const struct ops_value on = {"mode", "on"}, off = {"mode", "off"};

static void maintenance_is_never_harmless(void **state)
{
	struct bench *bench = *state;
	add_queue(bench, "audit", "quorum", 7);
	prepare(bench, "maintenance", "mq/events-2", &on, 1);
	assert_int_equal(bench->rig->plan->severity, OPS_CAREFUL);
	assert_says(bench, OPS_CAUTION, "maintenance mode is not a cordon: it disconnects every client of events-2");
	fake_out_of_sync(bench->fake, "audit", -1, 0);
	prepare(bench, "maintenance", "mq/events-2", &on, 1);
	assert_int_equal(bench->rig->plan->severity, OPS_DANGEROUS);
	assert_says(bench, OPS_DANGER, "1 queue loses its quorum and becomes unavailable: audit");
	bench->fake->cluster.replicated_count = -1;
	prepare(bench, "maintenance", "mq/events-2", &on, 1);
	assert_says(bench, OPS_BLOCKS, "are unknown");
	prepare(bench, "maintenance", "mq/orders-2", &on, 1);
	assert_says(bench, OPS_BLOCKS, "Kafka has no maintenance mode");
	struct ops_value odd = {"mode", "maybe"};
	prepare(bench, "maintenance", "mq/events-2", &odd, 1);
	assert_says(bench, OPS_BLOCKS, "not \"maybe\"");
}

static void maintenance_waits_for_the_node_and_its_log(void **state)
{
	struct bench *bench = *state;
	add_queue(bench, "audit", "quorum", 7);
	prepare(bench, "maintenance", "mq/events-2", &on, 1);
	bench->changes_nothing = true; /* the command went well, the node does not say so yet */
	run(bench, 30000, OPS_STATE_RUNNING);
	assert_string_equal(bench->commands, "events-2: rabbitmq-upgrade drain;");
	assert_contains(bench->rig->plan->steps[0].why, "does not report maintenance mode yet");
	bench->fake->brokers[2].draining = 1;
	rig_pass(bench->rig, 2000);
	assert_int_equal(bench->rig->plan->state, OPS_STATE_DONE);

	bench->changes_nothing = false;
	prepare(bench, "maintenance", "mq/events-2", &off, 1);
	bench->status = "[{\"Node Name\":\"rabbit@events-0\",\"Raft State\":\"leader\",\"Last Log "
			"Index\":9000,\"Commit Index\":9000},"
			"{\"Node Name\":\"rabbit@events-2\",\"Raft State\":\"follower\",\"Last Log Index\":100}]";
	run(bench, 60000, OPS_STATE_RUNNING);
	assert_contains(bench->rig->plan->steps[1].why, "audit is 8900 entries behind on events-2");
	bench->status = "[{\"Node Name\":\"rabbit@events-0\",\"Raft State\":\"leader\",\"Last Log "
			"Index\":9000,\"Commit Index\":9000},"
			"{\"Node Name\":\"rabbit@events-2\",\"Raft State\":\"follower\",\"Last Log "
			"Index\":8990,\"Membership\":\"promotable\"}]";
	rig_pass(bench->rig, 60000);
	assert_contains(bench->rig->plan->steps[1].why, "does not vote yet");
	bench->status = "[{\"Node Name\":\"rabbit@events-0\",\"Raft State\":\"leader\",\"Last Log "
			"Index\":9000,\"Commit Index\":9000},"
			"{\"Node Name\":\"rabbit@events-2\",\"Raft State\":\"follower\",\"Last Log "
			"Index\":8990,\"Membership\":\"voter\"}]";
	rig_pass(bench->rig, 20000);
	assert_int_equal(bench->rig->plan->state, OPS_STATE_DONE);
	assert_contains(bench->rig->plan->steps[1].figure, "1 of 1 quorum queues caught up");
}

/* What is not said is not taken for caught up: the next broker would be stopped on the strength of it. */
static void a_log_that_is_not_told_has_not_caught_up(void **state)
{
	static const char *const told[] = {
		"[{\"Node Name\":\"rabbit@events-0\",\"Raft State\":\"leader\"},"
		"{\"Node Name\":\"rabbit@events-2\",\"Raft State\":\"follower\",\"Log Index\":100}]",
		"[{\"Node Name\":\"rabbit@events-0\",\"Raft State\":\"leader\",\"Commit Index\":9000},"
		"{\"Node Name\":\"rabbit@events-2\",\"Raft State\":\"follower\",\"Log Index\":\"9000\"}]",
		"[{\"Node Name\":\"rabbit@events-0\",\"Raft State\":\"leader\",\"Commit Index\":9000},"
		"{\"Node Name\":\"rabbit@events-2\",\"Raft State\":\"follower\",\"Log Index\":1e999}]",
	};
	struct bench *bench = *state;
	add_queue(bench, "audit", "quorum", 7);
	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		bench->status = told[i];
		bench->fake->brokers[2].draining = 1;
		prepare(bench, "maintenance", "mq/events-2", &off, 1);
		run(bench, 60000, OPS_STATE_RUNNING);
		assert_contains(bench->rig->plan->steps[1].why, "audit does not report the progress");
	}
}

static void a_step_asked_twice_finds_its_work_done(void **state)
{
	struct bench *bench = *state;
	prepare(bench, "maintenance", "mq/events-2", &on, 1);
	bench->fake->brokers[2].draining = 1;
	bench->rig->plan->under_way = true;
	run(bench, 5000, OPS_STATE_DONE);
	assert_string_equal(bench->commands, "");
}

static void what_a_tool_says_is_passed_on(void **state)
{
	struct bench *bench = *state;
	add_queue(bench, "audit", "quorum", 7);
	prepare(bench, "maintenance", "mq/events-2", &on, 1);
	bench->fail_times = 1;
	bench->exit_code = 70;
	bench->says = "Error:\nsomething\n  went wrong";
	run(bench, 5000, OPS_STATE_FAILED);
	assert_contains(bench->rig->plan->err.text, "RabbitMQ reports: something went wrong (exit code 70)");

	prepare(bench, "maintenance", "mq/events-2", &on, 1);
	bench->fail_times = 2; /* a node that does not answer is asked again */
	bench->exit_code = 69;
	bench->says = "Error: unable to perform an operation on node";
	run(bench, 20000, OPS_STATE_DONE);
	bench->fake->brokers[2].draining = 0;
	prepare(bench, "maintenance", "mq/events-2", &on, 1);
	bench->fail_times = 1000; /* but not for ever */
	run(bench, 300000, OPS_STATE_FAILED);
}

static void members_say_what_is_missing(void **state)
{
	struct bench *bench = *state;
	add_queue(bench, "audit", "quorum", 7);
	add_queue(bench, "letters", "classic", 1);
	prepare(bench, "members", RABBITMQ, NULL, 0);
	assert_says(bench, OPS_BLOCKS, "give exactly one of grow=, shrink=, add=, remove=");
	struct ops_value nobody[] = {{"grow", "events-7"}};
	prepare(bench, "members", RABBITMQ, nobody, 1);
	assert_says(bench, OPS_BLOCKS, "events has no broker events-7");
	struct ops_value classic[] = {{"add", "events-1"}, {"queue", "letters"}};
	prepare(bench, "members", RABBITMQ, classic, 2);
	assert_says(bench, OPS_BLOCKS, "classic queue: it has no members");
	struct ops_value there[] = {{"add", "events-1"}, {"queue", "audit"}};
	prepare(bench, "members", RABBITMQ, there, 2);
	assert_says(bench, OPS_BLOCKS, "audit already has a member on events-1");
	struct ops_value absent[] = {{"remove", "events-1"}, {"queue", "nothing"}};
	prepare(bench, "members", RABBITMQ, absent, 2);
	assert_says(bench, OPS_BLOCKS, "queue nothing not found in virtual host /");
	struct ops_value all[] = {{"grow", "events-1"}};
	bench->fake->brokers[1].alarms = "disk";
	prepare(bench, "members", RABBITMQ, all, 1);
	assert_says(bench, OPS_BLOCKS, "events-1 has an alarm (disk)");
	bench->fake->brokers[1].draining = 1;
	prepare(bench, "members", RABBITMQ, all, 1);
	assert_says(bench, OPS_BLOCKS, "events-1 is in maintenance");
}

static void members_keep_their_quorum(void **state)
{
	struct bench *bench = *state;
	struct ops_value shrink[] = {{"shrink", "events-2"}}, one[] = {{"remove", "events-2"}, {"queue", "audit"}};
	add_queue(bench, "audit", "quorum", 7);
	fake_out_of_sync(bench->fake, "audit", -1, 1);
	prepare(bench, "members", RABBITMQ, shrink, 1);
	assert_says(bench, OPS_BLOCKS, "1 queue that would lose their quorum: audit");
	prepare(bench, "members", RABBITMQ, one, 2);
	assert_says(bench, OPS_BLOCKS, "audit would be without a quorum: 1 of 2 members online");
	fake_out_of_sync(bench->fake, "audit", -1, 0);
	prepare(bench, "members", RABBITMQ, one, 2);
	assert_says(bench, OPS_BLOCKS, "audit has no quorum now");
	prepare(bench, "members", RABBITMQ, shrink, 1);
	assert_says(bench, OPS_BLOCKS, "without a quorum now: their members cannot be changed: audit");
}

static void a_shrink_that_leaves_some_is_tried_again(void **state)
{
	struct bench *bench = *state;
	struct ops_value shrink[] = {{"shrink", "events-2"}};
	add_queue(bench, "audit", "quorum", 7);
	prepare(bench, "members", RABBITMQ, shrink, 1);
	bench->fail_times = 2;
	bench->exit_code = 0;
	bench->says = "error: "
		      "cluster_change_not_permitted[{\"vhost\":\"/\",\"name\":\"audit\",\"size\":3,\"result\":\"ok\"}]";
	run(bench, 30000, OPS_STATE_DONE);
	assert_contains(bench->commands, "events-0: rabbitmq-queues --formatter json -s shrink rabbit@events-2;");

	struct err err = {0};
	struct ops_request wish;
	assert_true(ops_find("members")->roll_back(bench->rig->plan, &wish, &err));
	assert_string_equal(wish.values[0].name, "grow");
	assert_string_equal(wish.values[1].value, "^(audit)$");
}

static void streams_have_a_tool_of_their_own(void **state)
{
	struct bench *bench = *state;
	struct ops_value one[] = {{"remove", "events-2"}, {"queue", "audit"}};
	add_queue(bench, "audit", "stream", 7);
	prepare(bench, "members", RABBITMQ, one, 2);
	run(bench, 5000, OPS_STATE_DONE);
	assert_string_equal(bench->commands,
			    "events-0: rabbitmq-streams -s delete_replica --vhost / audit rabbit@events-2;");
}

static void a_node_that_came_back_is_stopped_again_before_it_is_forgotten(void **state)
{
	struct bench *bench = *state;
	struct rig *rig = bench->rig;
	struct ops_value two[] = {{"replicas", "2"}};
	add_queue(bench, "audit", "quorum", 3);
	prepare(bench, "scale", RABBITMQ, two, 1);
	assert_int_equal(rig->plan->step_count, 8);
	rig->api.delay_ms = 50;
	rig_run(rig);
	for (int i = 0; i < 300 && rig->plan->current < 4; i++)
		rig_pass(rig, 10);
	assert_contains(bench->commands, "events-2: rabbitmqctl -s stop_app;");
	bench->commands[0] = '\0';
	bench->fake->brokers[2].member_name = bench->fake->members[2];
	bench->fail_times = 1;
	bench->exit_code = 70;
	bench->says = "Error: RabbitMQ on node rabbit@events-2 must be stopped";
	rig_pass(rig, 20000);
	const char *again = strstr(bench->commands, "events-2: rabbitmqctl -s stop_app;");
	assert_non_null(again);
	assert_contains(again, "events-0: rabbitmqctl -s forget_cluster_node rabbit@events-2;");
	assert_int_equal(rig->plan->steps[4].state, OPS_STEP_DONE);
	assert_int_equal(rig->api.replicas, 2);
}

static void an_operator_that_refuses_is_quoted(void **state)
{
	struct bench *bench = *state;
	struct fake_cluster *fake = bench->fake;
	struct kube_condition refusal = {.type = "ReconcileSuccess",
					 .status = "False",
					 .reason = "UnsupportedOperation",
					 .message = "Cluster Scale down not supported",
					 .changed_ms = 5};
	fake->rabbitmq = (struct kube_rabbitmq_cluster){
		.meta.name = "events", .replicas = 3, .conditions = &refusal, .condition_count = 1};
	fake->cluster.rabbitmq_resource = &fake->rabbitmq;
	fake->cluster.manager = WORLD_MANAGED_BY_RABBITMQ_OPERATOR;
	struct ops_value four[] = {{"replicas", "4"}};
	prepare(bench, "scale", RABBITMQ, four, 1);
	run(bench, 10000, OPS_STATE_RUNNING); /* an old complaint is not about this plan */
	refusal.changed_ms = 6;
	rig_pass(bench->rig, 3000);
	assert_int_equal(bench->rig->plan->state, OPS_STATE_FAILED);
	assert_contains(bench->rig->plan->err.text,
			"refused it (UnsupportedOperation): Cluster Scale down not supported");
}

/* Kubernetes asks for `get`, because exec is opened by GET, and from 1.35 for `create` too. */
static void whoever_runs_commands_needs_both_verbs(void **state)
{
	static const char *const verbs[] = {"get", "create"}, *const operations[] = {"members", "replace"};
	struct bench *bench = *state;
	for (size_t i = 0; i < 4; i++) {
		bench->rig->api.denied = verbs[i % 2];
		rig_prepare_with(bench->rig, operations[i / 2], i / 2 ? "mq/events-0" : RABBITMQ, NULL, NULL);
		assert_true(rig_says(bench->rig, OPS_BLOCKS, verbs[i % 2]));
		assert_true(rig_says(bench->rig, OPS_BLOCKS, "pods/exec"));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(maintenance_is_never_harmless),
		TEST(maintenance_waits_for_the_node_and_its_log),
		TEST(a_log_that_is_not_told_has_not_caught_up),
		TEST(a_step_asked_twice_finds_its_work_done),
		TEST(what_a_tool_says_is_passed_on),
		TEST(members_say_what_is_missing),
		TEST(members_keep_their_quorum),
		TEST(whoever_runs_commands_needs_both_verbs),
		TEST(a_shrink_that_leaves_some_is_tried_again),
		TEST(streams_have_a_tool_of_their_own),
		TEST(a_node_that_came_back_is_stopped_again_before_it_is_forgotten),
		TEST(an_operator_that_refuses_is_quoted),
	};
	return cmocka_run_group_tests_name("ops/rabbitmq", tests, NULL, NULL);
}
