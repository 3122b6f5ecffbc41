#include "tests/unit/unit.h"

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/poll/kafka_snapshot.h"
#include "api/kafka/wire/kafka_errors.h"
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

static void shows_who_answers_in_which_pod(void **state)
{
	static const struct dial_target pods[] = {{.namespace = "mq", .pod = "kafka-a", .port = FAKE_PORT + 2},
						  {.namespace = "mq", .pod = "kafka-b", .port = FAKE_PORT + 3}};
	struct bench *bench = *state;
	bench->brokers[3].down = true;
	open_it(bench);
	kafka_admin_set_bootstrap(bench->admin, pods, ARRAY_LEN(pods));
	const struct kafka_snapshot *snapshot = after(bench, 500);
	assert_int_equal(snapshot->place_count, 2);
	assert_string_equal(snapshot->places[0].pod, "kafka-a");
	assert_int_equal(snapshot->places[0].id, 2);
	assert_string_equal(snapshot->places[0].cluster_id, snapshot->cluster_id);
	assert_int_equal(snapshot->places[1].id, -1);
	assert_true(snapshot->places[1].asked);
	assert_non_null(strstr(snapshot->places[1].err.text, "the pod is gone"));
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
	assert_false(broker->dirs[0].cordoned);
	assert_true(kafka_snapshot_broker(snapshot, 2)->dirs[0].cordoned);
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
	assert_int_equal(topic->stored_bytes, 3 * (1000 + 2000 + 3000) + 3 * (0 + 1 + 2));
	assert_int_equal(kafka_snapshot_topic(snapshot, "pay")->partitions[0].size_bytes, -1);
	assert_int_equal(kafka_snapshot_topic(snapshot, "pay")->stored_bytes, -1);
	assert_null(kafka_snapshot_topic(snapshot, "nothing"));
	assert_int_equal(snapshot->partition_count, 4);
	assert_int_equal(snapshot->under_replicated, 0);
	/* The sizes stay when the topics are read again. */
	snapshot = after(bench, 3000);
	expect_part(&snapshot->metadata_part, clock_now_ms(&bench->clock) - 2500, ERR_NONE);
	assert_int_equal(kafka_snapshot_topic(snapshot, "orders")->partitions[2].size_bytes, 3002);
	assert_int_equal(kafka_snapshot_topic(snapshot, "orders")->stored_bytes, 18009);
}

static void eligible_leaders_are_asked_for_where_they_are_kept_and_matter(void **state)
{
	struct bench *bench = *state;
	bench->brokers[0].keeps_eligible = true;
	open_it(bench);
	after(bench, 10000);
	assert_int_equal(bench->brokers[0].seen[KAFKA_DESCRIBE_TOPIC_PARTITIONS], 0); /* nothing is short */
	fake_kafka_kill(&bench->kafka, 1);
	fake_kafka_kill(&bench->kafka, 2);
	const struct kafka_snapshot *snapshot = after(bench, 20000);
	const struct kafka_eligible *eligible = kafka_snapshot_eligible(snapshot, "orders", 1);
	assert_non_null(eligible);
	assert_int_equal(eligible->count, 1);
	assert_int_equal(eligible->nodes[0], 2);
	assert_int_equal(eligible->last[0], 0);
	assert_null(kafka_snapshot_eligible(snapshot, "orders", 0)); /* not told: not known */
	bench->brokers[0].silent = true;
	snapshot = after(bench, 60000);
	assert_null(kafka_snapshot_eligible(snapshot, "orders", 1));
}

static void nobody_asks_for_eligible_leaders_that_are_not_kept(void **state)
{
	struct bench *bench = *state;
	open_it(bench);
	after(bench, 1000);
	fake_kafka_kill(&bench->kafka, 1);
	fake_kafka_kill(&bench->kafka, 2);
	assert_null(kafka_snapshot_eligible(after(bench, 20000), "orders", 1));
	assert_int_equal(bench->brokers[0].seen[KAFKA_DESCRIBE_TOPIC_PARTITIONS], 0);
}

/* Each level as MetadataVersion of 4.4.0 names it: the last of a release, and the first of the next one. */
static void brokers_are_called_by_their_own_release(void **state)
{
	static const struct {
		int16_t level;
		const char *release;
	} levels[] = {{7, "3.3"},  {8, "3.4"},  {9, "3.5"},  {11, "3.5"}, {12, "3.6"}, {14, "3.6"}, {15, "3.7"},
		      {19, "3.7"}, {20, "3.8"}, {21, "3.9"}, {22, "4.0"}, {25, "4.0"}, {26, "4.1"}, {27, "4.1"},
		      {28, "4.2"}, {29, "4.2"}, {30, "4.3"}, {31, "4.4"}, {33, "4.4"}, {34, NULL},  {120, NULL}};
	struct bench *bench = *state;
	bench->brokers[1].finalized_level = 21; /* what the cluster agreed on is older than what its brokers are */
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		bench->brokers[1].metadata_level = levels[i].level;
		open_it(bench);
		const struct kafka_snapshot *snapshot = after(bench, 500);
		const char *version = kafka_snapshot_broker(snapshot, 1)->version;
		if (!str_eq(version, levels[i].release))
			fail_msg("level %d is called %s", levels[i].level, version ? version : "nothing");
		assert_string_equal(kafka_snapshot_broker(snapshot, 0)->version, "4.1");
		assert_string_equal(snapshot->metadata_version, "3.9");
		kafka_poller_destroy(bench->poller);
		kafka_admin_destroy(bench->admin);
		bench->poller = NULL;
		bench->admin = NULL;
	}
}

static void a_topic_is_not_measured_without_one_of_its_replicas(void **state)
{
	struct bench *bench = *state;
	open_it(bench);
	assert_int_equal(kafka_snapshot_topic(after(bench, 500), "orders")->stored_bytes, 18009);
	fake_kafka_kill(&bench->kafka, 2);
	assert_int_equal(kafka_snapshot_topic(after(bench, 60000), "orders")->stored_bytes, -1);
	fake_kafka_revive(&bench->kafka, 2);
	assert_int_equal(kafka_snapshot_topic(after(bench, 60000), "orders")->stored_bytes, 18009);
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

static void says_that_there_are_more_groups_than_are_read(void **state)
{
	struct bench *bench = *state;
	bench->kafka.many_groups = 50001;
	open_it(bench);
	const struct kafka_snapshot *snapshot = after(bench, 3000);
	assert_int_equal(snapshot->group_part.err.code, ERR_LIMIT);
	assert_non_null(strstr(snapshot->group_part.err.text, "more than 50000 groups"));
	assert_int_equal(snapshot->group_count, 50000);
}

static void shows_share_and_streams_groups_as_far_as_they_tell(void **state)
{
	struct bench *bench = *state;
	bench->kafka.newer_groups = true;
	open_it(bench);
	const struct kafka_snapshot *snapshot = after(bench, 500);
	expect_part(&snapshot->group_part, 0, ERR_NONE);
	assert_int_equal(snapshot->group_count, 5);
	const struct kafka_group *queue = &snapshot->groups[1], *riddle = &snapshot->groups[2];
	const struct kafka_group *wordcount = &snapshot->groups[4];
	assert_string_equal(queue->type, "Share");
	assert_string_equal(queue->state, "Stable");
	assert_int_equal(queue->members, 2);
	assert_int_equal(queue->partition_count, 2); /* both have orders-0 */
	assert_string_equal(queue->partitions[1].topic, "orders");
	assert_string_equal(queue->partitions[0].client, "worker");
	assert_int_equal(queue->lag, -1); /* it commits nothing that could be read */
	assert_string_equal(wordcount->type, "Streams");
	assert_int_equal(wordcount->members, 1);
	assert_int_equal(wordcount->partition_count, 2);
	assert_string_equal(wordcount->partitions[1].member, "w-1");
	/* However many tasks: the name of a topic is kept once. */
	assert_ptr_equal(wordcount->partitions[0].topic, wordcount->partitions[1].topic);
	assert_string_equal(riddle->type, "Riddle");
	assert_int_equal(riddle->members, -1);
}

/* Kafka 4.0 has only the early version of ShareGroupDescribe. */
static void a_share_group_that_cannot_be_described_is_listed(void **state)
{
	struct bench *bench = *state;
	bench->kafka.newer_groups = true;
	bench->brokers[1].cap_key = KAFKA_SHARE_GROUP_DESCRIBE;
	bench->brokers[1].cap_version = 0;
	open_it(bench);
	const struct kafka_snapshot *snapshot = after(bench, 500);
	expect_part(&snapshot->group_part, 0, ERR_NONE);
	assert_string_equal(snapshot->groups[1].type, "Share");
	assert_int_equal(snapshot->groups[1].members, -1);
	assert_false(snapshot->groups[1].partial);
	assert_int_equal(snapshot->groups[4].members, 1);
}

static void refuse(struct bench *bench, int16_t api, int32_t broker, int16_t code)
{
	bench->kafka.refused_api = api;
	bench->kafka.refuser = broker;
	bench->kafka.refusal = code;
}

/* Whatever it is that says "later": the others are shown, and it is asked again at once, not after a whole interval. */
static void what_says_later_is_asked_again_and_hides_nobody(void **state)
{
	static const struct {
		int16_t api, code;
		int32_t broker;
	} cases[] = {
		{KAFKA_LIST_GROUPS, KAFKA_ERR_COORDINATOR_LOADING, 2},
		{KAFKA_LIST_GROUPS, KAFKA_ERR_COORDINATOR_NOT_AVAILABLE, 0},
		{KAFKA_DESCRIBE_GROUPS, KAFKA_ERR_COORDINATOR_LOADING, 1},
		{KAFKA_DESCRIBE_GROUPS, KAFKA_ERR_NOT_COORDINATOR, 1},
		{KAFKA_OFFSET_FETCH, 88, 1},
		{KAFKA_LIST_OFFSETS, KAFKA_ERR_NOT_LEADER, 0},
		{KAFKA_LIST_OFFSETS, 78, 1},
	};
	struct bench *bench = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		refuse(bench, cases[i].api, cases[i].broker, cases[i].code);
		open_it(bench);
		const struct kafka_snapshot *snapshot = after(bench, 3000);
		expect_part(&snapshot->group_part, 0, ERR_BUSY);
		assert_int_equal(snapshot->group_count, 2);
		assert_string_equal(snapshot->groups[1].id, "shop");
		refuse(bench, 0, 0, 0);
		expect_groups(after(bench, 2500));
		kafka_poller_destroy(bench->poller);
		kafka_admin_destroy(bench->admin);
	}
	open_it(bench);
}

static void a_lag_of_which_a_part_is_refused_is_unknown(void **state)
{
	static const int16_t apis[] = {KAFKA_OFFSET_FETCH, KAFKA_LIST_OFFSETS};
	struct bench *bench = *state;
	open_it(bench);
	expect_groups(after(bench, 500));
	for (size_t i = 0; i < ARRAY_LEN(apis); i++) {
		refuse(bench, apis[i], 1, 29);
		const struct kafka_snapshot *snapshot = after(bench, 16000);
		expect_part(&snapshot->group_part, 0, ERR_FORBIDDEN);
		assert_int_equal(snapshot->groups[1].lag, -1);
		assert_true(snapshot->groups[1].partial);
		assert_int_equal(snapshot->groups[1].members, 1);
		assert_false(snapshot->groups[0].partial); /* it committed nothing */
	}
	refuse(bench, KAFKA_DESCRIBE_GROUPS, 1, 30);
	const struct kafka_snapshot *snapshot = after(bench, 16000);
	expect_part(&snapshot->group_part, 0, ERR_FORBIDDEN);
	assert_non_null(strstr(snapshot->group_part.err.text, "consumer group shop"));
	assert_int_equal(snapshot->groups[1].members, -1);
	assert_int_equal(snapshot->groups[1].lag, 60 + 150);
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

/* Metadata leaves out what the user may not describe; the disks tell of it, and refusals make it likely. */
static void topics_that_are_left_out_are_noticed(void **state)
{
	struct bench *bench = *state;
	open_it(bench);
	assert_int_equal(after(bench, 5000)->hidden.code, ERR_NONE);
	bench->kafka.topics_hidden = 1;
	const struct kafka_snapshot *snapshot = after(bench, 15000);
	assert_int_equal(snapshot->topic_count, 1);
	assert_int_equal(snapshot->hidden.code, ERR_FORBIDDEN);
	assert_non_null(strstr(snapshot->hidden.text, "topic orders"));
	bench->kafka.topics_hidden = 0;
	assert_int_equal(after(bench, 15000)->hidden.code, ERR_NONE);
}

static void no_topic_at_all_is_doubted_where_other_things_are_refused(void **state)
{
	struct bench *bench = *state;
	bench->kafka.topics_hidden = 2;
	bench->kafka.bare = true;
	open_it(bench);
	assert_int_equal(after(bench, 5000)->hidden.code, ERR_NONE); /* there may be none */
	refuse(bench, KAFKA_LIST_GROUPS, 1, 31);
	const struct kafka_snapshot *snapshot = after(bench, 16000);
	assert_int_equal(snapshot->hidden.code, ERR_FORBIDDEN);
	assert_non_null(strstr(snapshot->hidden.text, "no topic is shown"));
}

/* Neither the time to the next round nor to the next dial is waited for. */
static void all_is_asked_again_at_once_on_request(void **state)
{
	struct bench *bench = *state;
	open_it(bench);
	after(bench, 3000);
	unsigned before = 0, now = 0;
	for (int i = 0; i < 3; i++)
		before += bench->brokers[i].seen[KAFKA_DESCRIBE_CONFIGS];
	kafka_poller_ask_again(bench->poller);
	after(bench, 200);
	for (int i = 0; i < 3; i++)
		now += bench->brokers[i].seen[KAFKA_DESCRIBE_CONFIGS];
	assert_true(now > before);
	for (int i = 0; i < 3; i++)
		fake_kafka_kill(&bench->kafka, i);
	assert_false(after(bench, 60000)->reachable);
	for (int i = 0; i < 3; i++)
		fake_kafka_revive(&bench->kafka, i);
	kafka_poller_ask_again(bench->poller);
	assert_true(after(bench, 200)->reachable);
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
	expect_part(&snapshot->config_part, -1, ERR_FORBIDDEN);
	assert_int_equal(snapshot->config_part.updated_ms, -1);
	assert_int_equal(snapshot->below_min_isr, -1);
	expect_part(&snapshot->metadata_part, 0, ERR_NONE);
}

static void one_topic_that_is_refused_hides_no_other(void **state)
{
	struct bench *bench = *state;
	bench->kafka.config_error = 29;
	bench->kafka.config_topic = "pay";
	open_it(bench);
	const struct kafka_snapshot *snapshot = after(bench, 1000);
	assert_int_equal(kafka_snapshot_topic(snapshot, "orders")->min_in_sync, 2);
	assert_int_equal(kafka_snapshot_topic(snapshot, "pay")->min_in_sync, -1);
	expect_part(&snapshot->config_part, 0, ERR_FORBIDDEN);
	assert_non_null(strstr(snapshot->config_part.err.text, "the configuration of topic pay"));
	assert_int_equal(snapshot->below_min_isr, -1);
	/* One that was deleted meanwhile is no failure. */
	bench->kafka.config_error = 3;
	snapshot = after(bench, 31000);
	expect_part(&snapshot->config_part, 0, ERR_NONE);
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

/* Partition.effectiveMinIsr of 3.7 and later, and what came before it. */
static void a_minimum_is_judged_as_the_brokers_apply_it(void **state)
{
	static const struct {
		uint8_t replicas, isr;
		int32_t min;
		enum kafka_partition_state capped, literal;
	} cases[] = {
		{1, 1, 2, KAFKA_PARTITION_OK, KAFKA_PARTITION_BELOW_MIN_ISR},
		{2, 2, 3, KAFKA_PARTITION_OK, KAFKA_PARTITION_BELOW_MIN_ISR},
		{2, 1, 3, KAFKA_PARTITION_BELOW_MIN_ISR, KAFKA_PARTITION_BELOW_MIN_ISR},
		{3, 3, 3, KAFKA_PARTITION_OK, KAFKA_PARTITION_OK},
		{3, 2, 3, KAFKA_PARTITION_BELOW_MIN_ISR, KAFKA_PARTITION_BELOW_MIN_ISR},
		{3, 2, 2, KAFKA_PARTITION_UNDER_REPLICATED, KAFKA_PARTITION_UNDER_REPLICATED},
		{3, 1, 1, KAFKA_PARTITION_UNDER_REPLICATED, KAFKA_PARTITION_UNDER_REPLICATED},
	};
	static const int32_t nodes[] = {0, 1, 2, 0, 1, 2};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct kafka_partition partition = {.nodes = nodes + 3 - cases[i].replicas,
							  .replica_count = cases[i].replicas,
							  .isr_count = cases[i].isr};
		struct kafka_topic topic = {.min_in_sync = cases[i].min};
		assert_int_equal(kafka_partition_state(&topic, &partition), cases[i].capped);
		topic.minimum = KAFKA_MINIMUM_LITERAL;
		assert_int_equal(kafka_partition_state(&topic, &partition), cases[i].literal);
	}
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
		TEST(shows_who_answers_in_which_pod),
		TEST(shows_brokers_topics_and_sizes),
		TEST(eligible_leaders_are_asked_for_where_they_are_kept_and_matter),
		TEST(nobody_asks_for_eligible_leaders_that_are_not_kept),
		TEST(brokers_are_called_by_their_own_release),
		TEST(a_topic_is_not_measured_without_one_of_its_replicas),
		TEST(shows_the_quorum),
		TEST(shows_groups_with_their_lag),
		TEST(reads_groups_of_old_brokers_too),
		TEST(says_that_there_are_more_groups_than_are_read),
		TEST(shows_share_and_streams_groups_as_far_as_they_tell),
		TEST(a_share_group_that_cannot_be_described_is_listed),
		TEST(what_says_later_is_asked_again_and_hides_nobody),
		TEST(a_lag_of_which_a_part_is_refused_is_unknown),
		TEST(shows_reassignments),
		TEST(one_old_broker_takes_the_minimum_literally),
		TEST(a_dead_broker_takes_only_its_own_with_it),
		TEST(a_hanging_broker_takes_only_its_own_with_it),
		TEST(the_picture_stays_fresh_when_a_broker_goes_silent),
		TEST(says_soon_that_nothing_can_be_reached),
		TEST(topics_that_are_left_out_are_noticed),
		TEST(no_topic_at_all_is_doubted_where_other_things_are_refused),
		TEST(all_is_asked_again_at_once_on_request),
		TEST(what_cannot_be_read_is_unknown),
		TEST(one_topic_that_is_refused_hides_no_other),
		TEST(asks_no_second_time_before_the_answer),
		TEST(may_be_destroyed_inside_its_callback),
		cmocka_unit_test(a_minimum_is_judged_as_the_brokers_apply_it),
		cmocka_unit_test(needs_little_memory_a_replica),
	};
	return cmocka_run_group_tests_name("kafka/snapshot", tests, NULL, NULL);
}
