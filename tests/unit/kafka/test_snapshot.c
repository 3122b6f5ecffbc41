#include "tests/unit/unit.h"

#include "api/base/mem.h"
#include "api/kafka/poll/kafka_snapshot.h"
#include "tests/unit/kafka/fake_kafka.h"

struct bench {
	struct clock clock;
	struct loop *loop;
	struct fake_kafka kafka;
	struct fake_broker *brokers;
	struct kafka_admin *admin;
	struct kafka_poller *poller;
	unsigned changes;
	int64_t timeout_ms;
	bool destroy_on_change;
};

static void on_change(void *data)
{
	struct bench *bench = data;
	bench->changes++;
	if (bench->destroy_on_change) {
		kafka_poller_destroy(bench->poller);
		bench->poller = NULL;
	}
}

static void open_it(struct bench *bench)
{
	static const struct dial_target targets[] = {{.host = "kafka-0", .port = FAKE_PORT},
						     {.host = "kafka-1", .port = FAKE_PORT + 1}};
	bench->admin = kafka_admin_create(&(struct kafka_admin_options){.loop = bench->loop,
									.dialer = &bench->kafka.cluster.dialer,
									.label = "kafka/test",
									.bootstrap = targets,
									.bootstrap_count = ARRAY_LEN(targets),
									.read_only = true,
									.request_timeout_ms = bench->timeout_ms});
	bench->poller = kafka_poller_create(&(struct kafka_poller_options){.loop = bench->loop,
									   .admin = bench->admin,
									   .label = "kafka/test",
									   .on_change = on_change,
									   .data = bench});
}

static int set_up(void **state)
{
	struct bench *bench = mem_alloc(sizeof *bench);
	bench->clock = clock_virtual(1000);
	bench->timeout_ms = 2000;
	bench->loop = loop_create(&bench->clock);
	fake_kafka_init(&bench->kafka, bench->loop);
	bench->brokers = bench->kafka.cluster.brokers;
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;
	kafka_poller_destroy(bench->poller);
	kafka_admin_destroy(bench->admin);
	fake_cluster_finish(&bench->kafka.cluster);
	loop_destroy(bench->loop);
	free(bench);
	return 0;
}

static const struct kafka_snapshot *after(struct bench *bench, int64_t ms)
{
	loop_run(bench->loop, ms, NULL);
	return kafka_poller_snapshot(bench->poller);
}

static void expect_part(const struct kafka_part *part, int64_t updated_from, enum err_code code)
{
	if (part->updated_ms < updated_from || part->err.code != code)
		fail_msg("updated at %lld, %s: %s", (long long)part->updated_ms, err_code_word(part->err.code),
			 part->err.text);
}

static void starts_as_unknown(void **state)
{
	struct bench *bench = *state;
	open_it(bench);
	const struct kafka_snapshot *snapshot = kafka_poller_snapshot(bench->poller);
	assert_null(snapshot->cluster_id);
	assert_int_equal(snapshot->controller, -1);
	assert_int_equal(snapshot->metadata_part.updated_ms, -1);
	assert_int_equal(snapshot->group_part.updated_ms, -1);
	assert_false(snapshot->quorum.present);
	assert_false(snapshot->reachable);
}

static void shows_brokers_topics_and_sizes(void **state)
{
	struct bench *bench = *state;
	open_it(bench);
	const struct kafka_snapshot *snapshot = after(bench, 500);
	assert_true(snapshot->reachable);
	assert_string_equal(snapshot->cluster_id, "fake");
	assert_int_equal(snapshot->broker_count, 3);
	const struct kafka_broker *broker = kafka_snapshot_broker(snapshot, 1);
	assert_string_equal(broker->host, "kafka-1");
	assert_string_equal(broker->version, "4.1");
	assert_true(broker->connected && broker->registered);
	assert_int_equal(broker->leaders, 1);
	assert_int_equal(broker->replicas, 4);
	assert_int_equal(broker->not_in_sync, 0);
	assert_int_equal(broker->dir_count, 1);
	assert_string_equal(broker->dirs[0].path, "/data");
	assert_int_equal(broker->used_bytes, 6003);
	assert_int_equal(broker->total_bytes, 1000000);
	assert_int_equal(broker->usable_bytes, 400000);
	expect_part(&broker->dirs_part, 0, ERR_NONE);

	assert_int_equal(snapshot->topic_count, 2);
	assert_string_equal(snapshot->topics[0].name, "orders");
	const struct kafka_topic *topic = kafka_snapshot_topic(snapshot, "orders");
	assert_int_equal(topic->partition_count, 3);
	assert_int_equal(topic->min_in_sync, 2);
	for (int32_t i = 0; i < 3; i++) {
		const struct kafka_partition *partition = &topic->partitions[i];
		assert_int_equal(partition->id, i);
		assert_int_equal(partition->leader, i);
		assert_int_equal(partition->leader_epoch, 7);
		assert_int_equal(partition->size_bytes, 1000 * (i + 1) + i);
		assert_int_equal(partition->replica_count, 3);
		assert_int_equal(partition->nodes[1], (i + 1) % 3);
		assert_int_equal(kafka_partition_isr(partition)[0], i);
		assert_int_equal(kafka_partition_state(topic, partition), KAFKA_PARTITION_OK);
	}
	assert_int_equal(kafka_snapshot_topic(snapshot, "pay")->partitions[0].size_bytes, -1);
	assert_null(kafka_snapshot_topic(snapshot, "nothing"));
	assert_int_equal(snapshot->partition_count, 4);
	assert_int_equal(snapshot->under_replicated, 0);
	/* The sizes stay when the topics are read again. */
	snapshot = after(bench, 3000);
	expect_part(&snapshot->metadata_part, clock_now_ms(&bench->clock) - 2500, ERR_NONE);
	assert_int_equal(kafka_snapshot_topic(snapshot, "orders")->partitions[2].size_bytes, 3002);
}

static void shows_the_quorum(void **state)
{
	struct bench *bench = *state;
	open_it(bench);
	const struct kafka_quorum *quorum = &after(bench, 500)->quorum;
	assert_true(quorum->present);
	assert_int_equal(quorum->leader, 1);
	assert_int_equal(quorum->epoch, 4);
	assert_int_equal(quorum->high_watermark, 95);
	assert_int_equal(quorum->voter_count, 3);
	assert_int_equal(quorum->nodes[0].lag, 10);
	assert_int_equal(quorum->nodes[1].lag, 0);
	assert_int_equal(quorum->nodes[2].last_fetch_ms, 5002);
}

static void expect_groups(const struct kafka_snapshot *snapshot)
{
	expect_part(&snapshot->group_part, 0, ERR_NONE);
	assert_int_equal(snapshot->group_count, 2);
	const struct kafka_group *newshop = &snapshot->groups[0], *shop = &snapshot->groups[1];
	assert_string_equal(newshop->id, "newshop");
	assert_int_equal(newshop->members, 1);
	assert_int_equal(newshop->lag, -1);
	assert_int_equal(newshop->partition_count, 3);
	assert_int_equal(newshop->partitions[2].committed, -1);
	assert_int_equal(newshop->partitions[2].end, 300);
	assert_string_equal(newshop->partitions[2].client, "app");

	assert_string_equal(shop->id, "shop");
	assert_string_equal(shop->state, "Stable");
	assert_string_equal(shop->protocol, "range");
	assert_int_equal(shop->coordinator, 1);
	assert_int_equal(shop->members, 1);
	assert_int_equal(shop->lag, 60 + 150);
	assert_int_equal(shop->partition_count, 3);
	assert_int_equal(shop->partitions[0].lag, 60);
	assert_string_equal(shop->partitions[0].member, "m-1");
	assert_int_equal(shop->partitions[1].committed, 50);
	assert_null(shop->partitions[1].member);
	assert_int_equal(shop->partitions[2].lag, -1);
	assert_string_equal(shop->partitions[2].host, "/10.0.0.9");
}

static void shows_groups_with_their_lag(void **state)
{
	struct bench *bench = *state;
	open_it(bench);
	expect_groups(after(bench, 500));
	expect_groups(after(bench, 30000));
}

static void reads_groups_of_old_brokers_too(void **state)
{
	struct bench *bench = *state;
	for (int i = 0; i < 3; i++) {
		bench->brokers[i].cap_key = KAFKA_OFFSET_FETCH;
		bench->brokers[i].cap_version = 7;
	}
	open_it(bench);
	expect_groups(after(bench, 500));
	assert_int_equal(bench->brokers[1].last_version[KAFKA_OFFSET_FETCH], 7);
}

static void shows_reassignments(void **state)
{
	struct bench *bench = *state;
	bench->kafka.moving = true;
	open_it(bench);
	const struct kafka_snapshot *snapshot = after(bench, 500); /* the first picture has them */
	const struct kafka_partition *partition = &kafka_snapshot_topic(snapshot, "orders")->partitions[1];
	assert_int_equal(partition->adding_count, 1);
	assert_int_equal(kafka_partition_adding(partition)[0], 3);
	assert_int_equal(kafka_partition_removing(partition)[0], 0);
	assert_int_equal(kafka_partition_isr(partition)[2], 0);
	assert_int_equal(snapshot->reassigning, 1);
	bench->kafka.moving = false;
	assert_int_equal(after(bench, 3000)->reassigning, 0);
}

/* Kafka caps min.insync.replicas at the replicas there are from 3.7 on, the release of DescribeCluster 1. */
static void one_old_broker_takes_the_minimum_literally(void **state)
{
	struct bench *bench = *state;
	open_it(bench);
	assert_int_equal(after(bench, 500)->topics[0].minimum, KAFKA_MINIMUM_CAPPED);
	kafka_poller_destroy(bench->poller);
	kafka_admin_destroy(bench->admin);
	bench->brokers[1].cap_key = KAFKA_DESCRIBE_CLUSTER;
	bench->brokers[1].cap_version = 0;
	open_it(bench);
	assert_int_equal(after(bench, 500)->topics[0].minimum, KAFKA_MINIMUM_LITERAL);
}

static void a_dead_broker_takes_only_its_own_with_it(void **state)
{
	struct bench *bench = *state;
	open_it(bench);
	after(bench, 1000);
	fake_kafka_kill(&bench->kafka, 2);
	const struct kafka_snapshot *snapshot = after(bench, 18000);
	int64_t now = clock_now_ms(&bench->clock);
	assert_true(snapshot->reachable);
	expect_part(&snapshot->metadata_part, now - 2500, ERR_NONE);
	expect_part(&snapshot->quorum_part, now - 4500, ERR_NONE);
	expect_part(&snapshot->group_part, now - 17000, ERR_NONE);
	const struct kafka_broker *dead = kafka_snapshot_broker(snapshot, 2);
	assert_false(dead->connected || dead->registered);
	assert_non_null(strstr(dead->err.text, "not registered"));
	assert_int_equal(dead->not_in_sync, 4);
	assert_int_equal(dead->leaders, 0);
	assert_int_equal(dead->used_bytes, -1);
	assert_int_equal(snapshot->under_replicated, 4);
	assert_int_equal(snapshot->below_min_isr, 0);
	assert_int_equal(kafka_snapshot_broker(snapshot, 0)->leaders, 3);
	const struct kafka_partition *partition = &kafka_snapshot_topic(snapshot, "orders")->partitions[2];
	assert_int_equal(partition->offline_count, 1);
	assert_int_equal(kafka_partition_offline(partition)[0], 2);

	fake_kafka_kill(&bench->kafka, 1);
	snapshot = after(bench, 5000);
	assert_int_equal(snapshot->below_min_isr, 4);

	fake_kafka_revive(&bench->kafka, 1);
	fake_kafka_revive(&bench->kafka, 2);
	snapshot = after(bench, 15000);
	assert_int_equal(snapshot->under_replicated, 0);
	assert_true(kafka_snapshot_broker(snapshot, 2)->connected);
	assert_int_equal(kafka_snapshot_broker(snapshot, 2)->used_bytes, 6006);
	assert_int_equal(snapshot->group_count, 2);
}

static void a_hanging_broker_takes_only_its_own_with_it(void **state)
{
	struct bench *bench = *state;
	open_it(bench);
	after(bench, 1000);
	bench->brokers[0].silent = true;
	const struct kafka_snapshot *snapshot = after(bench, 25000);
	int64_t now = clock_now_ms(&bench->clock);
	expect_part(&snapshot->metadata_part, now - 7000, ERR_NONE);
	const struct kafka_broker *hanging = kafka_snapshot_broker(snapshot, 0);
	assert_int_equal(hanging->dirs_part.err.code, ERR_TIMEOUT);
	/* What was known of its disks stays, with its age. */
	assert_int_equal(hanging->used_bytes, 6000);
	assert_in_range(hanging->dirs_part.updated_ms, 0, 5000);
	expect_part(&kafka_snapshot_broker(snapshot, 1)->dirs_part, now - 14000, ERR_NONE);
	expect_part(&snapshot->group_part, now - 15000, ERR_TIMEOUT);
	assert_int_equal(snapshot->group_count, 2);
	bench->brokers[0].silent = false;
	snapshot = after(bench, 20000);
	expect_part(&kafka_snapshot_broker(snapshot, 0)->dirs_part, now, ERR_NONE);
	expect_part(&snapshot->group_part, now, ERR_NONE);
}

/* Whichever it is: also the one that Metadata named as the controller. */
static void the_picture_stays_fresh_when_a_broker_goes_silent(void **state)
{
	struct bench *bench = *state;
	bench->timeout_ms = 10000;
	open_it(bench);
	for (size_t dead = 0; dead < 3; dead++) {
		after(bench, 20000);
		bench->brokers[dead].silent = true;
		for (int second = 0; second < 30; second++) {
			const struct kafka_snapshot *snapshot = after(bench, 1000);
			int64_t age = loop_now_ms(bench->loop) - snapshot->metadata_part.updated_ms;
			if (age > 8000)
				fail_msg("broker %zu is silent: the picture is %lld ms old", dead, (long long)age);
		}
		bench->brokers[dead].silent = false;
	}
}

static void says_soon_that_nothing_can_be_reached(void **state)
{
	struct bench *bench = *state;
	for (int i = 0; i < 3; i++)
		fake_kafka_kill(&bench->kafka, i);
	open_it(bench);
	const struct kafka_snapshot *snapshot = after(bench, 500);
	assert_true(bench->changes > 0);
	assert_false(snapshot->reachable);
	assert_non_null(strstr(snapshot->err.text, "the pod is gone"));
	for (int i = 0; i < 3; i++)
		fake_kafka_revive(&bench->kafka, i);
	snapshot = after(bench, 10000);
	assert_true(snapshot->reachable);
	assert_false(err_is_set(&snapshot->err));
	assert_int_equal(snapshot->topic_count, 2);
	for (int i = 0; i < 3; i++)
		fake_kafka_kill(&bench->kafka, i);
	snapshot = after(bench, 10000);
	assert_false(snapshot->reachable);
	assert_true(err_is_set(&snapshot->err));
	/* The last picture stays, and is old. */
	assert_int_equal(snapshot->topic_count, 2);
	assert_in_range(snapshot->metadata_part.updated_ms, 0, clock_now_ms(&bench->clock) - 9000);
}

static void what_cannot_be_read_is_unknown(void **state)
{
	struct bench *bench = *state;
	bench->kafka.has_quorum = false;
	bench->kafka.config_error = 29;
	open_it(bench);
	const struct kafka_snapshot *snapshot = after(bench, 1000);
	assert_false(snapshot->quorum.present);
	assert_int_equal(snapshot->quorum_part.err.code, ERR_UNSUPPORTED);
	assert_int_equal(snapshot->quorum_part.updated_ms, -1);
	assert_int_equal(kafka_snapshot_topic(snapshot, "orders")->min_in_sync, -1);
	expect_part(&snapshot->metadata_part, 0, ERR_NONE);
}

static void asks_no_second_time_before_the_answer(void **state)
{
	struct bench *bench = *state;
	open_it(bench);
	after(bench, 60000);
	unsigned metadata = 0;
	for (int i = 0; i < 3; i++)
		metadata += bench->brokers[i].seen[KAFKA_METADATA];
	assert_in_range(metadata, 28, 34);
	assert_in_range(bench->brokers[2].seen[KAFKA_DESCRIBE_LOG_DIRS], 6, 8);
	assert_int_equal(bench->brokers[2].connections, 1);
	bench->brokers[2].silent = true;
	unsigned before = bench->brokers[2].seen[KAFKA_DESCRIBE_LOG_DIRS];
	after(bench, 60000);
	assert_in_range(bench->brokers[2].seen[KAFKA_DESCRIBE_LOG_DIRS] - before, 0, 5);
}

static void may_be_destroyed_inside_its_callback(void **state)
{
	struct bench *bench = *state;
	bench->destroy_on_change = true;
	open_it(bench);
	loop_run(bench->loop, 5000, NULL);
	assert_null(bench->poller);
	assert_int_equal(bench->changes, 1);
}

static void needs_little_memory_a_replica(void **state)
{
	assert_int_equal(sizeof(struct kafka_partition), 40);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(starts_as_unknown),
		TEST(shows_brokers_topics_and_sizes),
		TEST(shows_the_quorum),
		TEST(shows_groups_with_their_lag),
		TEST(reads_groups_of_old_brokers_too),
		TEST(shows_reassignments),
		TEST(one_old_broker_takes_the_minimum_literally),
		TEST(a_dead_broker_takes_only_its_own_with_it),
		TEST(a_hanging_broker_takes_only_its_own_with_it),
		TEST(the_picture_stays_fresh_when_a_broker_goes_silent),
		TEST(says_soon_that_nothing_can_be_reached),
		TEST(what_cannot_be_read_is_unknown),
		TEST(asks_no_second_time_before_the_answer),
		TEST(may_be_destroyed_inside_its_callback),
		cmocka_unit_test(needs_little_memory_a_replica),
	};
	return cmocka_run_group_tests_name("kafka/snapshot", tests, NULL, NULL);
}
