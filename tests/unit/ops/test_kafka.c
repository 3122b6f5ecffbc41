/* Kafka's operations on a world made by hand and a controller played by the test. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/str.h"
#include "api/base/vec.h"
#include "tests/unit/ops/rig.h"

#define KAFKA "mq/orders/kafka"

enum { SETTINGS_MAX = 64 };

struct setting {
	int8_t type, operation;
	char resource[32], name[64], value[64];
};

struct bench { /* what the controller was asked */
	struct rig *rig;
	int reassigns, elections, describes, alters, unregisters;
	int fail_reassign; /* the n-th is refused, 0 = none */
	bool lose_answer;  /* the next change is made and its answer lost */
	struct setting settings[SETTINGS_MAX];
	size_t setting_count;
	const char *had_rate; /* of broker 1 */
};

static struct fake_cluster *kafka_of(struct bench *bench)
{
	return &bench->rig->world.clusters[FAKE_KAFKA];
}

static struct world_replicated *find(struct bench *bench, const char *topic, int32_t partition)
{
	struct fake_cluster *fake = kafka_of(bench);
	for (int64_t i = 0; i < fake->cluster.replicated_count; i++)
		if (str_eq(fake->replicated[i].name, topic) && fake->replicated[i].partition == partition)
			return &fake->replicated[i];
	return NULL;
}

/* The first replica leads, all are in sync. */
static struct world_replicated *add(struct bench *bench, const char *topic, int partition, const char *replicas)
{
	struct fake_cluster *fake = kafka_of(bench);
	struct world_replicated *it = &fake->replicated[fake->cluster.replicated_count++];
	*it = (struct world_replicated){.cluster = &fake->cluster,
					.name = topic,
					.partition = partition,
					.min_in_sync = 2,
					.size_bytes = 1 << 30};
	for (const char *at = replicas; *at; at++) {
		it->replica_ids[it->replica_count] = *at - '0';
		it->replicas[it->replica_count] = (int16_t)(*at - '0');
		it->in_sync[it->replica_count++] = true;
	}
	it->in_sync_count = it->replica_count;
	it->leader = it->replicas[0];
	return it;
}

static bool loses(struct bench *bench, struct err *err)
{
	bool lost = bench->lose_answer;
	bench->lose_answer = false;
	if (lost)
		err_set(err, ERR_TIMEOUT, "no answer in time");
	return lost;
}

/* Null: those that join go again. */
static void take_back(struct world_replicated *it)
{
	size_t kept = 0;
	for (size_t i = 0; i < it->replica_count; i++) {
		it->replica_ids[kept] = it->replica_ids[i];
		it->replicas[kept] = it->replicas[i];
		kept += !it->joining[i];
		it->joining[i] = false;
	}
	it->replica_count = it->in_sync_count = (uint8_t)kept;
}

static void take_replicas(struct world_replicated *it, const struct kafka_reassign_partition *asked)
{
	if (asked->replicas.len < 0) {
		take_back(it);
		return;
	}
	it->replica_count = it->in_sync_count = (uint8_t)asked->replicas.len;
	for (int32_t i = 0; i < asked->replicas.len; i++) {
		it->replica_ids[i] = asked->replicas.items[i];
		it->replicas[i] = (int16_t)asked->replicas.items[i];
		it->in_sync[i] = true;
		it->joining[i] = it->leaving[i] = false;
	}
}

static const void *reassign(struct bench *bench, const struct kafka_alter_partition_reassignments_request *request,
			    struct err *err)
{
	static struct kafka_reassign_partition_result result;
	static struct kafka_reassign_topic_result topic_result;
	static struct kafka_alter_partition_reassignments_response response;
	response = (struct kafka_alter_partition_reassignments_response){0};
	if (++bench->reassigns == bench->fail_reassign) {
		result = (struct kafka_reassign_partition_result){.error_code = 39};
		topic_result = (struct kafka_reassign_topic_result){.name = "orders", .partitions = {&result, 1}};
		response.responses.items = &topic_result;
		response.responses.len = 1;
		return &response;
	}
	vec_each (&request->topics, topic)
		vec_each (&topic->partitions, partition)
			take_replicas(find(bench, topic->name, partition->partition_index), partition);
	return loses(bench, err) ? NULL : &response;
}

static const void *elect(struct bench *bench, const struct kafka_elect_leaders_request *request, struct err *err)
{
	static struct kafka_elect_leaders_response response;
	bench->elections++;
	vec_each (&request->topic_partitions, topic) {
		vec_each (&topic->partitions, partition) {
			struct world_replicated *it = find(bench, topic->topic, *partition);
			for (size_t i = 0; i < it->replica_count; i++) {
				bool lives = it->cluster->brokers[it->replicas[i]]->reachable == 1;
				if (request->election_type == 1 ? lives : i == 0) {
					it->leader = it->replicas[i];
					break;
				}
			}
		}
	}
	return loses(bench, err) ? NULL : &response;
}

static const void *describe(struct bench *bench, const struct kafka_describe_configs_request *request)
{
	static struct kafka_config_entry entry;
	static struct kafka_config_result results[8];
	static struct kafka_describe_configs_response response;
	bench->describes++;
	response = (struct kafka_describe_configs_response){.results = {results, 0}};
	vec_each (&request->resources, resource) {
		struct kafka_config_result *result = &results[response.results.len++];
		*result = (struct kafka_config_result){.resource_type = resource->resource_type,
						       .resource_name = resource->resource_name};
		if (bench->had_rate && resource->resource_type == 4 && str_eq(resource->resource_name, "1")) {
			entry = (struct kafka_config_entry){.name = "leader.replication.throttled.rate",
							    .value = bench->had_rate,
							    .config_source = 2};
			result->configs.items = &entry;
			result->configs.len = 1;
		}
	}
	return &response;
}

static const void *alter(struct bench *bench, const struct kafka_call *call, struct err *err)
{
	static struct kafka_incremental_alter_configs_response response;
	const struct kafka_incremental_alter_configs_request *request = call->request;
	bench->alters++;
	vec_each (&request->resources, resource) {
		if (resource->resource_type == 4) {
			int64_t id;
			assert_true(str_to_i64(resource->resource_name, &id));
			assert_int_equal(call->route, KAFKA_TO_BROKER);
			assert_int_equal(call->broker, id);
		}
		vec_each (&resource->configs, config) {
			struct setting *setting = &bench->settings[bench->setting_count++ % SETTINGS_MAX];
			setting->type = resource->resource_type;
			setting->operation = config->config_operation;
			snprintf(setting->resource, sizeof setting->resource, "%s", resource->resource_name);
			snprintf(setting->name, sizeof setting->name, "%s", config->name);
			snprintf(setting->value, sizeof setting->value, "%s", str_or(config->value, ""));
		}
	}
	return loses(bench, err) ? NULL : &response;
}

static const void *answer(void *data, const struct kafka_call *call, struct err *err)
{
	struct bench *bench = data;
	static struct kafka_unregister_broker_response unregistered;
	switch (call->api) {
	case KAFKA_ALTER_PARTITION_REASSIGNMENTS:
		return reassign(bench, call->request, err);
	case KAFKA_ELECT_LEADERS:
		return elect(bench, call->request, err);
	case KAFKA_DESCRIBE_CONFIGS:
		return describe(bench, call->request);
	case KAFKA_INCREMENTAL_ALTER_CONFIGS:
		return alter(bench, call, err);
	case KAFKA_UNREGISTER_BROKER:
		/* The second time it is gone, as after an answer that was lost. */
		unregistered = (struct kafka_unregister_broker_response){.error_code = bench->unregisters++ ? 102 : 0};
		if (unregistered.error_code)
			err_set(err, ERR_SERVER, "BROKER_ID_NOT_REGISTERED");
		return &unregistered;
	default:
		fail_msg("nobody expects API %d", call->api);
	}
	return NULL;
}

static int setup(void **state)
{
	struct bench *bench = mem_alloc(sizeof *bench);
	bench->rig = rig_create();
	bench->rig->api.kafka = answer;
	bench->rig->api.data = bench;
	for (int i = 0; i < 3; i++) {
		kafka_of(bench)->brokers[i].disk_total_bytes = 100LL << 30;
		kafka_of(bench)->brokers[i].disk_used_bytes = 10LL << 30;
	}
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

static void on_ready(void *data, struct ops_plan *plan)
{
}

static void prepare(struct bench *bench, const char *operation, const char *target, const struct ops_value *values,
		    size_t count)
{
	struct err err = {0};
	struct rig *rig = bench->rig;
	struct ops_plan *before = rig->plan;
	rig->plan = ops_prepare(rig->ops, ops_find(operation), target, values, count, on_ready, NULL, &err);
	if (!rig->plan)
		fail_msg("%s", err.text);
	ops_plan_destroy(before);
	rig_pass(rig, 100);
	assert_int_equal(rig->plan->state, OPS_STATE_READY);
}

static void assert_says(struct bench *bench, enum ops_sentence_kind kind, const char *part)
{
	struct rig *rig = bench->rig;
	if (rig_says(rig, kind, part))
		return;
	for (size_t i = 0; i < rig->plan->sentence_count; i++)
		print_message("%s: %s\n", ops_sentence_label(rig->plan->sentences[i].kind),
			      rig->plan->sentences[i].text);
	fail_msg("no %s sentence has \"%s\"", ops_sentence_label(kind), part);
}

static void run(struct bench *bench)
{
	rig_run(bench->rig);
	rig_pass(bench->rig, 60000);
	if (bench->rig->plan->state != OPS_STATE_DONE)
		fail_msg("%s: %s", ops_state_word(bench->rig->plan->state), str_or(bench->rig->plan->result, "-"));
}

/* ---- leaders ---- */

static void failover_changes_order_and_nothing_else(void **state)
{
	struct bench *bench = *state;
	add(bench, "orders", 0, "012");
	add(bench, "orders", 1, "120");
	add(bench, "orders", 2, "201");
	struct world_replicated *elected = add(bench, "orders", 3, "201");
	elected->leader = 0; /* preferred elsewhere: only an election is missing */
	struct world_replicated *alone = add(bench, "orders", 4, "01");
	alone->in_sync[1] = false;
	alone->in_sync_count = 1;
	kafka_of(bench)->brokers[0].is_controller = true;
	prepare(bench, "failover", "mq/orders-0", NULL, 0);
	assert_says(bench, OPS_CAUTION,
		    "1 partition keeps the current leader because no other replica is in sync: orders/4");
	assert_says(bench, OPS_MEANS, "orders-0 stays the active controller");
	assert_int_equal(bench->reassigns + bench->elections, 0);
	run(bench);
	assert_int_equal(find(bench, "orders", 0)->leader, 1);
	assert_int_equal(find(bench, "orders", 0)->replica_ids[2], 0);
	assert_int_equal(elected->leader, 2);
	assert_int_equal(alone->leader, 0);
	assert_int_equal(find(bench, "orders", 1)->replica_ids[2], 0);

	struct err err = {0};
	struct ops_request wish;
	assert_true(bench->rig->plan->operation->roll_back(bench->rig->plan, &wish, &err));
	prepare(bench, wish.operation->name, "mq/orders-0", wish.values, wish.value_count);
	run(bench);
	assert_int_equal(find(bench, "orders", 0)->leader, 0);
	assert_int_equal(find(bench, "orders", 0)->replica_ids[1], 1);
	assert_int_equal(elected->leader, 2); /* where it belongs */
}

static void a_lost_answer_is_asked_for_again(void **state)
{
	struct bench *bench = *state;
	add(bench, "orders", 0, "012");
	prepare(bench, "failover", "mq/orders-0", NULL, 0);
	bench->lose_answer = true;
	run(bench);
	assert_int_equal(bench->reassigns, 1); /* found done already */
	assert_int_equal(find(bench, "orders", 0)->leader, 1);
}

static void what_is_not_known_blocks(void **state)
{
	struct bench *bench = *state;
	struct world_cluster *cluster = &kafka_of(bench)->cluster;
	struct ops_value rf[] = {{"topic", "orders"}, {"rf", "2"}};
	struct ops_value unclean[] = {{"topic", "orders"}, {"unclean", "true"}};
	add(bench, "orders", 0, "012");
	err_set(&cluster->source.err, ERR_TIMEOUT, "orders-0 says nothing");
	prepare(bench, "failover", "mq/orders-0", NULL, 0);
	assert_says(bench, OPS_BLOCKS, "cannot be read: orders-0 says nothing");
	prepare(bench, "rebalance", KAFKA, NULL, 0);
	assert_says(bench, OPS_BLOCKS, "cannot be read");
	prepare(bench, "reassign", KAFKA, rf, 2);
	assert_says(bench, OPS_BLOCKS, "cannot be read");
	prepare(bench, "elect", KAFKA, unclean, 2);
	assert_says(bench, OPS_BLOCKS, "cannot be read");
	err_clear(&cluster->source.err);
	bench->rig->world.view.link = WORLD_STALE;
	prepare(bench, "rebalance", KAFKA, NULL, 0);
	assert_says(bench, OPS_BLOCKS, "the data shown is old");
}

static void an_unclean_election_is_the_last_resort(void **state)
{
	struct bench *bench = *state;
	struct fake_cluster *fake = kafka_of(bench);
	struct ops_value values[] = {{"topic", "orders"}, {"partition", "0"}, {"unclean", "true"}};
	struct ops_value whole[] = {{"topic", "orders"}, {"unclean", "true"}};
	struct world_replicated *it = add(bench, "orders", 0, "012");
	prepare(bench, "elect", KAFKA, values, 3);
	assert_says(bench, OPS_BLOCKS, "orders/0 has a leader");
	prepare(bench, "elect", KAFKA, whole, 2);
	assert_says(bench, OPS_MEANS, "1 partition already has a leader: orders/0");
	assert_says(bench, OPS_BLOCKS, "all its partitions have a leader");
	it->leader = -1;
	it->in_sync[1] = it->in_sync[2] = false;
	it->in_sync_count = 1;
	prepare(bench, "elect", KAFKA, values, 3);
	assert_says(bench, OPS_BLOCKS, "an in-sync replica (orders-0) is alive");
	fake->brokers[0].reachable = 0;
	prepare(bench, "elect", KAFKA, values, 3);
	assert_int_equal(bench->rig->plan->severity, OPS_DANGEROUS);
	assert_says(bench, OPS_DANGER, "orders-1, orders-2 would lead without being in sync");
	assert_says(bench, OPS_DANGER, "only the last in-sync replica had (orders-0) are lost");
	assert_false(rig_says(bench->rig, OPS_DANGER, "without loss"));
	it->eligible_known = it->eligible[0] = true;
	prepare(bench, "elect", KAFKA, values, 3);
	assert_says(bench, OPS_DANGER, "orders/0: orders-0 has all that was acknowledged and may lead without loss");
	run(bench);
	assert_int_equal(it->leader, 1);
	it->leader = -1;
	fake->brokers[1].reachable = fake->brokers[2].reachable = 0;
	prepare(bench, "elect", KAFKA, values, 3);
	assert_says(bench, OPS_BLOCKS, "no replica is alive");
	values[0].value = "nothing";
	prepare(bench, "elect", KAFKA, values, 3);
	assert_says(bench, OPS_BLOCKS, "no such topic or partition");
}

/* ---- replicas ---- */

static void fewer_replicas_than_min_isr_is_dangerous(void **state)
{
	struct bench *bench = *state;
	struct ops_value values[] = {{"topic", "orders"}, {"rf", "2"}};
	add(bench, "orders", 0, "012");
	prepare(bench, "reassign", KAFKA, values, 2);
	assert_says(bench, OPS_DANGER, "would have exactly min.insync.replicas");
	values[1].value = "1";
	prepare(bench, "reassign", KAFKA, values, 2);
	assert_says(bench, OPS_DANGER, "acks=all writes would always be refused");
	values[1].value = "4";
	prepare(bench, "reassign", KAFKA, values, 2);
	assert_says(bench, OPS_BLOCKS, "too few other brokers");
	values[1].value = "3";
	prepare(bench, "reassign", KAFKA, values, 2);
	assert_says(bench, OPS_BLOCKS, "nothing to move");
	assert_int_equal(bench->reassigns, 0);
}

static void moving_says_what_forbids_it(void **state)
{
	struct bench *bench = *state;
	struct ops_value values[] = {{"topic", "orders"}, {"from", "0"}, {"to", "2"}};
	struct world_replicated *it = add(bench, "orders", 0, "01");
	it->size_bytes = 200LL << 30;
	prepare(bench, "reassign", KAFKA, values, 3);
	assert_says(bench, OPS_BLOCKS, "orders-2 has 90Gi free and would receive 200Gi");
	it->size_bytes = 80LL << 30;
	prepare(bench, "reassign", KAFKA, values, 3);
	assert_says(bench, OPS_CAUTION, "orders-2 would be 8"); /* 89 or 90 % */
	kafka_of(bench)->brokers[2].disk_total_bytes = -1;
	prepare(bench, "reassign", KAFKA, values, 3);
	assert_says(bench, OPS_DANGER, "the free disk space of orders-2 is unknown");
	it->leader = -1;
	prepare(bench, "reassign", KAFKA, values, 3);
	assert_says(bench, OPS_BLOCKS, "no leader to copy from: orders/0");
	it->leader = 0;
	kafka_of(bench)->brokers[2].reachable = 0;
	prepare(bench, "reassign", KAFKA, values, 3);
	assert_says(bench, OPS_BLOCKS, "do not answer or are unknown: 2");
	prepare(bench, "reassign", KAFKA, values, 2);
	assert_says(bench, OPS_BLOCKS, "from and to go together");
	prepare(bench, "reassign", KAFKA, values, 1);
	assert_says(bench, OPS_BLOCKS, "give exactly one of");
}

static void new_replicas_go_to_other_zones(void **state)
{
	struct bench *bench = *state;
	struct ops_value values[] = {{"off", "orders-0"}, {"throttle", "0"}};
	static const char *const zones[] = {"a", "b", "c"};
	for (int i = 0; i < 3; i++)
		bench->rig->world.nodes[i].zone = zones[i];
	for (int i = 3; i < 6; i++) {
		fake_add_broker(&bench->rig->world, FAKE_KAFKA);
		fake_broker_ready(kafka_of(bench), (size_t)i);
		fake_broker_joined(kafka_of(bench), (size_t)i);
		kafka_of(bench)->brokers[i].node = &bench->rig->world.nodes[i % 3];
		kafka_of(bench)->brokers[i].disk_total_bytes = 100LL << 30;
		kafka_of(bench)->brokers[i].replicas = i == 3 ? 100 : 0; /* full of them, and yet the only one in a */
	}
	add(bench, "orders", 0, "012");
	add(bench, "orders", 1, "120");
	prepare(bench, "reassign", KAFKA, values, 2);
	assert_says(bench, OPS_CAUTION, "without a throttle");
	assert_false(rig_says(bench->rig, OPS_CAUTION, "in one zone"));
	run(bench);
	assert_int_equal(find(bench, "orders", 0)->replica_ids[0], 3);
	assert_int_equal(find(bench, "orders", 1)->replica_ids[2], 3);
}

static void cordoned_log_directories_are_no_place_for_replicas(void **state)
{
	struct bench *bench = *state;
	struct ops_value values[] = {{"topic", "orders"}, {"from", "0"}, {"to", "2"}};
	struct ops_value off[] = {{"off", "orders-0"}};
	add(bench, "orders", 0, "01")->size_bytes = 30LL << 30;
	prepare(bench, "reassign", KAFKA, values, 3);
	assert_false(rig_says(bench->rig, OPS_BLOCKS, ""));
	kafka_of(bench)->brokers[2].cordoned_bytes = 70LL << 30; /* one of its two: the other has 20Gi left */
	prepare(bench, "reassign", KAFKA, values, 3);
	assert_says(bench, OPS_BLOCKS, "orders-2 has 20Gi free and would receive 30Gi");
	kafka_of(bench)->brokers[2].takes_no_replicas = true;
	prepare(bench, "reassign", KAFKA, values, 3);
	assert_says(bench, OPS_BLOCKS, "log directories are cordoned and take none: 2");
	prepare(bench, "reassign", KAFKA, off, 1);
	assert_says(bench, OPS_BLOCKS, "too few other brokers answer and take replicas");
}

static const struct setting *last_setting(struct bench *bench, const char *resource, const char *name)
{
	for (size_t i = bench->setting_count; i > 0; i--)
		if (str_eq(bench->settings[i - 1].resource, resource) && strstr(bench->settings[i - 1].name, name))
			return &bench->settings[i - 1];
	fail_msg("%s of %s was not set", name, resource);
	return NULL;
}

static void the_throttle_goes_and_leaves_what_was_there(void **state)
{
	struct bench *bench = *state;
	struct ops_value values[] = {{"topic", "orders"}, {"from", "0"}, {"to", "2"}, {"throttle", "10M"}};
	add(bench, "orders", 0, "01");
	bench->had_rate = "777";
	bench->rig->api.delay_ms = 20;
	prepare(bench, "reassign", KAFKA, values, 4);
	assert_says(bench, OPS_MEANS, "each broker copies at most 10Mi/s");
	rig_run(bench->rig);
	for (int i = 0; i < 400 && bench->reassigns == 0; i++)
		rig_pass(bench->rig, 5);
	assert_string_equal(last_setting(bench, "0", "leader.replication.throttled.rate")->value, "10485760");
	assert_string_equal(last_setting(bench, "orders", "leader.replication.throttled.replicas")->value, "0:0,0:1");
	assert_string_equal(last_setting(bench, "orders", "follower.replication.throttled.replicas")->value, "0:2");
	assert_int_equal(last_setting(bench, "orders", "follower")->operation, 2);
	bench->lose_answer = true;
	rig_pass(bench->rig, 60000);
	assert_int_equal(bench->rig->plan->state, OPS_STATE_DONE);
	assert_int_equal(last_setting(bench, "orders", "leader")->operation, 1);
	assert_int_equal(last_setting(bench, "0", "leader")->operation, 1);
	assert_int_equal(last_setting(bench, "1", "leader")->operation, 0);
	assert_string_equal(last_setting(bench, "1", "leader")->value, "777");
	assert_int_equal(last_setting(bench, "1", "follower")->operation, 1);
	assert_int_equal(find(bench, "orders", 0)->replica_ids[0], 2);
}

static void a_move_that_is_left_says_what_of_it_stays(void **state)
{
	struct bench *bench = *state;
	struct err err = {0};
	struct ops_value values[] = {{"topic", "orders"}, {"from", "0"}, {"to", "2"}, {"throttle", "10M"}};
	add(bench, "orders", 0, "01");
	bench->rig->api.delay_ms = 20;
	prepare(bench, "reassign", KAFKA, values, 4);
	assert_null(ops_left_behind(bench->rig->plan, 0));
	rig_run(bench->rig);
	for (int i = 0; i < 400 && bench->reassigns == 0; i++)
		rig_pass(bench->rig, 5);
	ops_cancel(bench->rig->plan);
	rig_pass(bench->rig, 1000);
	const struct ops_plan *plan = bench->rig->plan;
	assert_int_equal(plan->state, OPS_STATE_CANCELLED);
	assert_contains(plan->result, "the replication throttle stays on; the brokers go on with the moves");
	assert_string_equal(ops_left_behind(plan, 0), "the replication throttle stays on");
	assert_non_null(ops_left_behind(plan, 1));
	assert_null(ops_left_behind(plan, 2)); /* taking the throttle away was never begun */
	assert_true(ops_rolls_back(plan, &err));
}

static void what_was_finished_leaves_nothing_behind(void **state)
{
	struct bench *bench = *state;
	struct ops_value values[] = {{"topic", "orders"}, {"from", "0"}, {"to", "2"}, {"throttle", "10M"}};
	add(bench, "orders", 0, "01");
	prepare(bench, "reassign", KAFKA, values, 4);
	run(bench);
	for (size_t i = 0; i < bench->rig->plan->step_count; i++)
		assert_null(ops_left_behind(bench->rig->plan, i));
}

static void a_refusal_stops_and_the_way_back_is_known(void **state)
{
	struct bench *bench = *state;
	struct err err = {0};
	struct ops_request wish;
	struct ops_value values[] = {{"topic", "orders"}, {"from", "0"}, {"to", "2"}, {"throttle", "10M"}};
	add(bench, "orders", 0, "01");
	bench->fail_reassign = 1;
	prepare(bench, "reassign", KAFKA, values, 4);
	rig_run(bench->rig);
	rig_pass(bench->rig, 30000);
	assert_int_equal(bench->rig->plan->state, OPS_STATE_FAILED);
	assert_contains(bench->rig->plan->err.text, "reassigning orders/0");
	assert_contains(bench->rig->plan->result, "the replication throttle stays on");
	assert_true(bench->rig->plan->operation->roll_back(bench->rig->plan, &wish, &err));
	prepare(bench, wish.operation->name, KAFKA, wish.values, wish.value_count);
	run(bench);
	/* The throttle of the plan that failed is gone. */
	assert_int_equal(last_setting(bench, "orders", "leader")->operation, 1);
	assert_int_equal(last_setting(bench, "2", "follower")->operation, 1);
	assert_int_equal(find(bench, "orders", 0)->replica_ids[0], 0);
}

static void what_is_cancelled_loses_its_throttle(void **state)
{
	struct bench *bench = *state;
	struct ops_value values[] = {{"cancel", "true"}, {"throttle", "keep"}};
	struct world_replicated *it = add(bench, "orders", 0, "012");
	add(bench, "others", 0, "012");
	it->joining[2] = true;
	it->in_sync[2] = false;
	prepare(bench, "reassign", KAFKA, values, 2);
	assert_int_equal(bench->rig->plan->step_count, 1);
	prepare(bench, "reassign", KAFKA, values, 1);
	assert_says(bench, OPS_MEANS, "whoever set them");
	run(bench);
	assert_int_equal(it->replica_count, 2);
	assert_int_equal(last_setting(bench, "orders", "follower")->operation, 1);
	assert_int_equal(last_setting(bench, "2", "leader")->operation, 1);
	for (size_t i = 0; i < bench->setting_count; i++)
		assert_string_not_equal(bench->settings[i].resource, "others");
}

static void what_moves_must_be_known_to_be_cancelled(void **state)
{
	struct bench *bench = *state;
	struct ops_value values[] = {{"cancel", "true"}};
	add(bench, "orders", 0, "012");
	kafka_of(bench)->cluster.parts[WORLD_PART_MOVES].updated_ms = -1;
	prepare(bench, "reassign", KAFKA, values, 1);
	assert_says(bench, OPS_BLOCKS, "cannot tell what is being reassigned");
}

static void nonsense_for_a_throttle_blocks(void **state)
{
	struct bench *bench = *state;
	static const char *const texts[] = {"fast", "-5", "10X", "1e99", "10MM"};
	add(bench, "orders", 0, "01");
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct ops_value values[] = {{"topic", "orders"}, {"from", "0"}, {"to", "2"}, {"throttle", texts[i]}};
		prepare(bench, "reassign", KAFKA, values, 4);
		assert_says(bench, OPS_BLOCKS, "throttle must be bytes per second");
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(failover_changes_order_and_nothing_else),
		TEST(a_lost_answer_is_asked_for_again),
		TEST(what_is_not_known_blocks),
		TEST(an_unclean_election_is_the_last_resort),
		TEST(fewer_replicas_than_min_isr_is_dangerous),
		TEST(moving_says_what_forbids_it),
		TEST(new_replicas_go_to_other_zones),
		TEST(the_throttle_goes_and_leaves_what_was_there),
		TEST(a_move_that_is_left_says_what_of_it_stays),
		TEST(what_was_finished_leaves_nothing_behind),
		TEST(cordoned_log_directories_are_no_place_for_replicas),
		TEST(a_refusal_stops_and_the_way_back_is_known),
		TEST(what_is_cancelled_loses_its_throttle),
		TEST(what_moves_must_be_known_to_be_cancelled),
		TEST(nonsense_for_a_throttle_blocks),
	};
	return cmocka_run_group_tests_name("ops/kafka", tests, NULL, NULL);
}
