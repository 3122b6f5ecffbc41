/* What the brokers do not let us read: what leans on it is unknown, and the reason is named. */
#include "tests/unit/unit.h"

#include <string.h>

#include "api/base/str.h"
#include "api/rabbitmq/rabbitmq_decode.h"
#include "tests/unit/model/fixture.h"

static const char *const in_sync[] = {"012", "120", "201"};

struct withheld {
	struct fixture f;
	struct join_cluster *cluster;
	struct kafka_snapshot *said;
};

static void withheld_start(struct withheld *it, const char *const *isr)
{
	fixture_start(&it->f);
	it->cluster = fixture_kafka(&it->f, isr, 3);
	it->said = fixture_say_partitions(&it->f, it->cluster, isr, 3);
}

static void withheld_join(struct withheld *it)
{
	it->cluster->metadata_ms = -1;
	fixture_update(&it->f);
}

static struct kafka_topic *withheld_topic(struct withheld *it)
{
	return (struct kafka_topic *)it->said->topics;
}

static void refuse(struct kafka_part *part, int64_t updated_ms)
{
	part->updated_ms = updated_ms;
	err_set(&part->err, ERR_FORBIDDEN, "not authorized");
}

static bool withheld_says(struct withheld *it, const char *text)
{
	for (size_t i = 0; i < it->f.world->problems.len; i++)
		if (str_eq(it->f.world->problems.items[i].text, text))
			return true;
	return false;
}

static void all_is_known_while_all_may_be_read(void **state)
{
	struct withheld it;
	withheld_start(&it, in_sync);
	withheld_join(&it);
	assert_int_equal(it.cluster->pub.below_min, 0);
	assert_int_equal(it.cluster->pub.brokers[0]->quorum_critical, 0);
	assert_int_equal(it.cluster->pub.severity, SEV_OK);
	fixture_finish(&it.f);
}

static void without_the_minimum_nothing_is_above_it(void **state)
{
	static const char *const behind[] = {"012", "12", "201"};
	struct withheld it;
	struct world_topic topic;
	struct world_replicated row;
	withheld_start(&it, behind);
	withheld_topic(&it)->min_in_sync = -1;
	refuse(&it.said->config_part, -1);
	withheld_join(&it);
	assert_int_equal(it.cluster->pub.below_min, -1);
	assert_int_equal(it.cluster->pub.under_replicated, 1);
	assert_int_equal(it.cluster->pub.brokers[0]->quorum_critical, -1);
	assert_true(withheld_says(&it, "min.insync.replicas unknown: not authorized"));
	world_topic_at(&it.cluster->pub, 0, &topic);
	assert_int_equal(topic.below_min_isr, -1);
	assert_int_equal(topic.under_replicated, 1);
	world_replicated_at(&it.cluster->pub, 0, &row);
	assert_int_equal(row.state, WORLD_REPLICA_UNKNOWN);
	world_replicated_at(&it.cluster->pub, 1, &row);
	assert_int_equal(row.state, WORLD_REPLICA_UNDER_REPLICATED);
	fixture_finish(&it.f);
}

/* Refused before it was ever read, or ever since. */
static void without_the_controllers_nobody_is_known_to_be_needless(void **state)
{
	struct withheld it;
	for (int64_t updated_ms = -1; updated_ms <= 0; updated_ms++) {
		withheld_start(&it, in_sync);
		refuse(&it.said->quorum_part, updated_ms);
		withheld_join(&it);
		assert_int_equal(it.cluster->pub.brokers[0]->quorum_critical, -1);
		assert_true(withheld_says(&it, "controllers unknown: not authorized"));
		assert_true(it.cluster->pub.severity != SEV_OK);
		fixture_finish(&it.f);
	}
}

/* To a user without the tag `monitoring` RabbitMQ tells the totals of its own virtual hosts. */
static void what_is_counted_in_some_virtual_hosts_is_not_the_clusters(void **state)
{
	static const char said[] = "{\"rabbitmq_version\":\"4.1.0\",\"queue_totals\":{\"messages\":7},"
				   "\"object_totals\":{\"connections\":3,\"queues\":1}}";
	struct fixture f;
	struct err err = {0};
	fixture_start(&f);
	struct join_cluster *cluster = fixture_rabbitmq(&f, "[]");
	rabbitmq_overview_unref(cluster->rabbitmq.overview);
	cluster->rabbitmq.overview = rabbitmq_decode_overview(said, strlen(said), &err);
	fixture_update(&f);
	assert_int_equal(cluster->pub.messages, 7);
	assert_int_equal(cluster->pub.connections, 3);
	cluster->rabbitmq.partial = true;
	fixture_update(&f);
	assert_int_equal(cluster->pub.messages, -1);
	assert_int_equal(cluster->pub.connections, -1);
	assert_string_equal(cluster->pub.version, "4.1.0");
	fixture_finish(&f);
}

/* In no list of brokers, as a controller alone is: it may be one as long as the quorum is not known. */
static void whoever_is_no_broker_is_not_gone_while_the_controllers_are_unknown(void **state)
{
	struct withheld it;
	withheld_start(&it, in_sync);
	const struct world_broker *broker = it.cluster->pub.brokers[2];
	((struct kafka_broker *)it.said->brokers)[2].registered = false;
	withheld_join(&it);
	assert_int_equal(broker->reachable, 0);
	refuse(&it.said->quorum_part, -1);
	withheld_join(&it);
	assert_int_equal(broker->reachable, -1);
	assert_string_equal(broker->state, "ready");
	assert_int_equal(broker->severity, SEV_INFO);
	fixture_finish(&it.f);
}

/* It comes after the rest: until then nothing is well. */
static void nothing_is_well_before_the_controllers_have_told(void **state)
{
	struct withheld it;
	withheld_start(&it, in_sync);
	it.said->quorum_part.updated_ms = -1;
	it.said->controller = -1;
	withheld_join(&it);
	assert_string_equal(it.cluster->pub.headline,
			    "3 of 3 brokers ready, 3 partitions all in sync, controllers unknown");
	assert_int_equal(it.cluster->pub.severity, SEV_INFO);
	fixture_finish(&it.f);
}

/* A voter stays in the list of voters when it is down. */
static void a_controller_answers_only_where_it_keeps_up(void **state)
{
	struct withheld it;
	struct kafka_quorum_node nodes[] = {{.id = 0, .voter = true, .last_caught_up_ms = 90000},
					    {.id = 1, .voter = true, .last_caught_up_ms = 90000},
					    {.id = 2, .voter = true, .last_caught_up_ms = 90000}};
	withheld_start(&it, in_sync);
	const struct world_broker *broker = it.cluster->pub.brokers[2];
	it.said->broker_count = 2;
	it.said->quorum =
		(struct kafka_quorum){.present = true, .leader = 0, .nodes = nodes, .voter_count = 3, .count = 3};
	fixture_node(&it.f, "node-3", "zone-c", false);
	withheld_join(&it);
	assert_string_equal(broker->role, "controller");
	assert_string_equal(broker->state, "node silent");
	nodes[2].last_caught_up_ms = 30000;
	withheld_join(&it);
	assert_int_equal(broker->reachable, -1);
	assert_string_equal(broker->state, "node down");
	fixture_finish(&it.f);
}

static void zookeeper_keeps_no_controllers_from_us(void **state)
{
	struct withheld it;
	withheld_start(&it, in_sync);
	it.said->quorum_part.updated_ms = -1;
	err_set(&it.said->quorum_part.err, ERR_UNSUPPORTED, "no such request");
	withheld_join(&it);
	assert_int_equal(it.cluster->pub.brokers[0]->quorum_critical, 0);
	assert_int_equal(it.cluster->pub.severity, SEV_OK);
	fixture_finish(&it.f);
}

/* Metadata leaves out what the user may not describe: what is shown is not all. */
static void topics_that_are_hidden_make_the_sums_unknown(void **state)
{
	struct withheld it;
	withheld_start(&it, in_sync);
	err_set(&it.said->hidden, ERR_FORBIDDEN, "not authorized");
	withheld_join(&it);
	assert_int_equal(it.cluster->pub.replicated_count, 3);
	assert_int_equal(it.cluster->pub.below_min, -1);
	assert_int_equal(it.cluster->pub.under_replicated, -1);
	assert_int_equal(it.cluster->pub.brokers[0]->quorum_critical, -1);
	assert_int_equal(it.cluster->pub.brokers[0]->leaders, -1);
	assert_int_equal(it.cluster->pub.brokers[0]->in_sync, -1);
	assert_true(withheld_says(&it, "replicas unknown: not authorized"));
	it.said->topic_count = 0;
	withheld_join(&it);
	assert_int_equal(it.cluster->pub.replicated_count, -1);
	assert_int_equal(it.cluster->pub.topic_count, -1);
	assert_true(withheld_says(&it, "replicas unknown: not authorized"));
	assert_int_equal(it.cluster->pub.severity, SEV_WARN);
	fixture_finish(&it.f);
}

static void a_topic_that_is_only_named_has_no_figures(void **state)
{
	struct withheld it;
	struct world_topic topic;
	withheld_start(&it, in_sync);
	withheld_topic(&it)->partition_count = 0;
	withheld_topic(&it)->error = 29;
	withheld_join(&it);
	assert_int_equal(it.cluster->pub.below_min, -1);
	assert_int_equal(it.cluster->pub.under_replicated, -1);
	assert_int_equal(it.cluster->pub.leaderless, -1);
	world_topic_at(&it.cluster->pub, 0, &topic);
	assert_int_equal(topic.partitions, -1);
	assert_int_equal(topic.below_min_isr, -1);
	assert_int_equal(topic.under_replicated, -1);
	assert_int_equal(topic.offline, -1);
	assert_int_equal(topic.size_bytes, -1);
	fixture_finish(&it.f);
}

/* Some groups may not be told of at all while one broker refuses; of one it may be known that not all is. */
static void a_lag_that_is_not_whole_is_unknown(void **state)
{
	struct withheld it;
	struct kafka_group groups[] = {{.id = "a", .lag = 5}, {.id = "b", .lag = -1}};
	withheld_start(&it, in_sync);
	it.said->groups = groups;
	it.said->group_count = ARRAY_LEN(groups);
	it.said->group_part.updated_ms = 0;
	withheld_join(&it);
	assert_int_equal(it.cluster->pub.total_lag, 5); /* b committed nothing */
	groups[1].partial = true;
	withheld_join(&it);
	assert_int_equal(it.cluster->pub.total_lag, -1);
	groups[1].partial = false;
	err_set(&it.said->hidden, ERR_FORBIDDEN, "not authorized"); /* nor is it told what was committed there */
	withheld_join(&it);
	assert_int_equal(it.cluster->pub.total_lag, -1);
	struct world_group group;
	world_group_at(&it.cluster->pub, 0, &group);
	assert_int_equal(group.lag, -1);
	err_clear(&it.said->hidden);
	err_set(&it.said->group_part.err, ERR_BUSY, "a coordinator is still loading");
	withheld_join(&it);
	assert_int_equal(it.cluster->pub.total_lag, -1);
	fixture_finish(&it.f);
}

/* Of a queue whose members are not told it is not known that it is well, nor of all of them together. */
static void queues_without_members_make_the_sums_unknown(void **state)
{
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_rabbitmq(
		&f, "[{\"name\":\"q\",\"vhost\":\"/\",\"type\":\"quorum\",\"leader\":\"rabbit@mq-0\"}]");
	fixture_update(&f);
	assert_int_equal(cluster->pub.replicated_count, 1);
	assert_int_equal(cluster->pub.below_min, -1);
	assert_int_equal(cluster->pub.under_replicated, -1);
	assert_int_equal(cluster->pub.leaderless, -1);
	fixture_finish(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_known_while_all_may_be_read),
		cmocka_unit_test(without_the_minimum_nothing_is_above_it),
		cmocka_unit_test(without_the_controllers_nobody_is_known_to_be_needless),
		cmocka_unit_test(what_is_counted_in_some_virtual_hosts_is_not_the_clusters),
		cmocka_unit_test(whoever_is_no_broker_is_not_gone_while_the_controllers_are_unknown),
		cmocka_unit_test(nothing_is_well_before_the_controllers_have_told),
		cmocka_unit_test(a_controller_answers_only_where_it_keeps_up),
		cmocka_unit_test(zookeeper_keeps_no_controllers_from_us),
		cmocka_unit_test(topics_that_are_hidden_make_the_sums_unknown),
		cmocka_unit_test(a_topic_that_is_only_named_has_no_figures),
		cmocka_unit_test(a_lag_that_is_not_whole_is_unknown),
		cmocka_unit_test(queues_without_members_make_the_sums_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
