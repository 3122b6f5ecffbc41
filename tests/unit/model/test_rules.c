#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/str.h"
#include "api/model/rules/rules.h"
#include "api/model/rules/rules_private.h"
#include "api/model/rules/sentences.h"
#include "tests/unit/model/fixture.h"

static const char *const all_in_sync[] = {"012", "120", "201", "012"};

static struct kube_pod *pod_of(struct join_broker *broker)
{
	return (struct kube_pod *)broker->pub.pod;
}

static void lose_node(struct fixture *f, const char *node)
{
	fixture_node(f, node, "zone-c", false);
}

static void assert_head(const struct join_cluster *cluster, enum severity severity, const char *headline)
{
	assert_string_equal(cluster->pub.headline, headline);
	assert_int_equal(cluster->pub.severity, severity);
}

static const char *queue(char out[static 512], const char *leader, const char *online)
{
	int len = snprintf(out, 512,
			   "[{\"name\":\"q\",\"vhost\":\"/"
			   "\",\"type\":\"quorum\",\"leader\":%s%s%s,\"members\":[\"rabbit@mq-0\","
			   "\"rabbit@mq-1\",\"rabbit@mq-2\"],\"online\":[",
			   leader ? "\"rabbit@mq-" : "null", leader ? leader : "", leader ? "\"" : "");
	for (const char *c = online; *c; c++)
		len += snprintf(out + len, 512 - (size_t)len, "%s\"rabbit@mq-%c\"", c == online ? "" : ",", *c);
	snprintf(out + len, 512 - (size_t)len, "]}]");
	return out;
}

static void healthy_clusters_say_so(void **state)
{
	struct fixture f;
	char json[512];
	fixture_start(&f);
	assert_head(fixture_kafka(&f, all_in_sync, 4), SEV_OK,
		    "3 of 3 brokers ready, 4 partitions all in sync, controller log-0");
	assert_head(fixture_rabbitmq(&f, queue(json, "0", "012")), SEV_OK,
		    "3 of 3 nodes in quorum, 1 quorum queue led, no alarms");
	assert_int_equal(f.world->view.problem_count, 0);
	fixture_finish(&f);
}

static void a_dead_node_is_named_with_what_it_costs(void **state)
{
	static const char *const isr[] = {"01", "0", "10", "01"};
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, all_in_sync, 4);
	struct kafka_snapshot *snapshot = fixture_say_partitions(&f, cluster, isr, 4);
	((struct kafka_broker *)snapshot->brokers)[2].registered = false;
	lose_node(&f, "node-3");
	const struct world_view *view = fixture_update(&f);
	assert_head(cluster, SEV_BAD,
		    "1 of 4 partitions refuses acks=all (orders/1): log-2 is down, node-3 stopped reporting 40 s ago");
	assert_string_equal(cluster->pub.detail,
			    "Kubernetes evicts its pod in 4 min; no data is lost while log-0 and log-1 stay");
	assert_string_equal(cluster->pub.brokers[2]->state, "node down");
	assert_false(cluster->pub.brokers[2]->ready);
	assert_int_equal(cluster->pub.brokers[0]->quorum_critical, 1);
	assert_int_equal(cluster->pub.brokers[2]->quorum_critical, 0);
	assert_true(view->problem_count >= 3);
	for (size_t i = 1; i < view->problem_count; i++)
		assert_true(view->problems[i - 1].severity >= view->problems[i].severity);
	assert_string_equal(view->problems[0].link_view, "nodes");
	assert_string_equal(view->problems[0].link_key, "node-3");
	fixture_finish(&f);
}

/* Ready is False, not Unknown: it reports, and what runs on it may run on. */
static void a_node_that_says_itself_that_it_is_not_ready_has_not_stopped_reporting(void **state)
{
	static const struct {
		bool registered;
		const char *trouble;
	} cases[] = {{true, "log-2 answers, but its node node-3 is not ready: PLEG is not healthy"},
		     {false, "log-2 is down, node-3 is not ready: PLEG is not healthy"}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fixture f;
		fixture_start(&f);
		struct join_cluster *cluster = fixture_kafka(&f, all_in_sync, 4);
		struct kafka_snapshot *snapshot = fixture_say_partitions(&f, cluster, all_in_sync, 4);
		((struct kafka_broker *)snapshot->brokers)[2].registered = cases[i].registered;
		struct kube_node *node = fixture_node(&f, "node-3", "zone-c", false);
		node->conditions->status = "False";
		node->conditions->message = "PLEG is not healthy";
		const struct world_view *view = fixture_update(&f);
		assert_string_equal(cluster->pub.headline, cases[i].trouble);
		assert_string_equal(cluster->pub.brokers[2]->state, "node not ready");
		assert_string_equal(view->problems[0].text,
				    "node-3 is not ready: PLEG is not healthy, with 1 broker on it");
		fixture_finish(&f);
	}
}

static void what_strimzi_says_of_itself_is_told(void **state)
{
	static struct kube_condition condition = {.type = "NotReady", .status = "True", .message = "no storage"};
	struct kube_kafka kafka = {.meta = {.name = "log", .namespace = "test"},
				   .replicas = 0,
				   .conditions = &condition,
				   .condition_count = 1};
	struct fixture f;
	fixture_start(&f);
	record_store_put(&f.world->store, KUBE_KAFKAS, &kafka);
	fixture_update(&f);
	const struct world_cluster *cluster = &fixture_cluster(&f, "test/log/kafka")->pub;
	assert_string_equal(cluster->headline, "the operator reports NotReady=True: no storage");
	assert_int_equal(cluster->severity, SEV_WARN);
	condition.type = "ReconciliationPaused";
	fixture_update(&f);
	assert_string_equal(cluster->detail, "the operator's reconciliation is paused");
	fixture_finish(&f);
}

static struct join_cluster *one_replica_short(struct fixture *f, struct kafka_snapshot **snapshot)
{
	static const char *const isr[] = {"01", "1", "10"};
	fixture_start(f);
	struct join_cluster *cluster = fixture_kafka(f, isr, 3);
	*snapshot = fixture_say_partitions(f, cluster, isr, 3);
	fixture_update(f);
	return cluster;
}

static void nothing_is_lost_only_while_those_named_are_there(void **state)
{
	struct fixture f;
	struct kafka_snapshot *snapshot;
	struct join_cluster *cluster = one_replica_short(&f, &snapshot);
	/* log-2 has no replica in sync: whether it stays does not matter. */
	assert_string_equal(cluster->pub.detail, "no data is lost while log-0 and log-1 stay");
	/* What was counted with both of them says nothing once one is away. */
	lose_node(&f, "node-1");
	fixture_update(&f);
	assert_false(cluster->pub.detail && strstr(cluster->pub.detail, "no data is lost"));
	/* Counted anew: the other one has all of it. */
	((struct kafka_broker *)snapshot->brokers)[0].registered = false;
	cluster->metadata_ms = -1;
	fixture_update(&f);
	assert_non_null(strstr(cluster->pub.detail, "no data is lost while log-1 stays"));
	fixture_finish(&f);
}

static void cordoned_log_directories_are_told_apart(void **state)
{
	static const char *const isr[] = {"012"};
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, isr, 1);
	struct kafka_snapshot *snapshot = fixture_say_partitions(&f, cluster, isr, 1);
	struct kafka_log_dir dirs[] = {{.path = "/a", .usable_bytes = 40, .cordoned = true},
				       {.path = "/b", .usable_bytes = 2}};
	((struct kafka_broker *)snapshot->brokers)[1].dirs = dirs;
	((struct kafka_broker *)snapshot->brokers)[1].dir_count = 2;
	fixture_update(&f);
	const struct world_broker *broker = cluster->pub.brokers[1];
	assert_string_equal(broker->cordoned_dirs, "/a");
	assert_int_equal(broker->cordoned_bytes, 40);
	assert_false(broker->takes_no_replicas);
	assert_string_equal(cluster->pub.brokers[0]->cordoned_dirs, "");
	dirs[1].error = 56; /* what is left of it is offline */
	fixture_update(&f);
	assert_true(broker->takes_no_replicas);
	((struct kafka_broker *)snapshot->brokers)[1].dirs_part.updated_ms = -1;
	fixture_update(&f);
	assert_null(broker->cordoned_dirs);
	fixture_finish(&f);
}

static void nothing_is_lost_is_not_said_of_what_is_not_covered_or_not_known(void **state)
{
	static const char *const alone[] = {"01", "2"};
	struct fixture f;
	struct kafka_snapshot *snapshot;
	struct join_cluster *cluster = one_replica_short(&f, &snapshot);
	snapshot = fixture_say_partitions(&f, cluster, alone, 2);
	((struct kafka_broker *)snapshot->brokers)[2].registered = false;
	fixture_update(&f);
	assert_false(cluster->pub.detail && strstr(cluster->pub.detail, "no data is lost"));
	fixture_finish(&f);

	cluster = one_replica_short(&f, &snapshot);
	err_set(&snapshot->metadata_part.err, ERR_TIMEOUT, "no answer");
	fixture_update(&f);
	assert_false(cluster->pub.detail && strstr(cluster->pub.detail, "no data is lost"));
	fixture_finish(&f);
}

static void who_has_all_that_was_acknowledged_is_named(void **state)
{
	static const char *const isr[] = {"012", ""};
	static const int32_t nodes[] = {2};
	struct fixture f;
	struct world_replicated row;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, isr, 2);
	struct kafka_snapshot *snapshot = fixture_say_partitions(&f, cluster, isr, 2);
	const struct kafka_eligible eligible = {
		.topic = "orders", .partition = 1, .nodes = nodes, .count = 1, .last = nodes, .last_count = 0};
	fixture_update(&f);
	assert_string_equal(cluster->pub.detail, "unavailable for reads and writes until an in-sync replica is back");
	snapshot->eligible = &eligible;
	snapshot->eligible_count = 1;
	fixture_update(&f);
	assert_string_equal(cluster->pub.detail, "unavailable for reads and writes until an in-sync replica is back; "
						 "log-2 has all that orders/1 acknowledged");
	world_replicated_at(&cluster->pub, 1, &row);
	assert_true(row.eligible_known && row.eligible[2] && !row.eligible[0] && !row.was_eligible[2]);
	world_replicated_at(&cluster->pub, 0, &row);
	assert_false(row.eligible_known);
	fixture_finish(&f);
}

static void states_of_partitions(void **state)
{
	static const char *const isr[] = {"", "0", "01", "012"};
	static const enum world_replica_state states[] = {WORLD_REPLICA_OFFLINE, WORLD_REPLICA_BELOW_MIN_ISR,
							  WORLD_REPLICA_UNDER_REPLICATED, WORLD_REPLICA_OK};
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, isr, 4);
	for (int64_t i = 0; i < 4; i++) {
		struct world_replicated row;
		world_replicated_at(&cluster->pub, i, &row);
		assert_int_equal(row.state, states[i]);
		assert_int_equal(row.partition, i);
	}
	assert_int_equal(cluster->pub.under_replicated, 3);
	assert_int_equal(cluster->pub.below_min, 1);
	assert_int_equal(cluster->pub.leaderless, 1);
	assert_int_equal(cluster->pub.severity, SEV_BAD);
	assert_non_null(strstr(cluster->pub.headline, "1 of 4 partitions without a leader"));
	fixture_finish(&f);
}

static void rf_at_min_isr_makes_no_broker_critical(void **state)
{
	struct fixture f;
	static const char *const isr[] = {"012"};
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, isr, 1);
	struct kafka_snapshot *snapshot = fixture_say_partitions(&f, cluster, isr, 1);
	((struct kafka_topic *)snapshot->topics)->min_in_sync = 3;
	fixture_update(&f);
	assert_int_equal(cluster->pub.brokers[0]->quorum_critical, 0);
	((struct kafka_topic *)snapshot->topics)->min_in_sync = -1; /* not read: neither green nor red */
	cluster->metadata_ms = -1;
	fixture_update(&f);
	assert_int_equal(cluster->pub.severity, SEV_INFO);
	fixture_finish(&f);
}

/* What the brokers apply is never more than the replicas there are, from Kafka 3.7 on. */
static void a_minimum_above_the_replicas_is_capped(void **state)
{
	static const char *const isr[] = {"012"}, *const short_of_one[] = {"01"};
	struct world_replicated row;
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, isr, 1);
	struct kafka_topic *topic = (struct kafka_topic *)fixture_say_partitions(&f, cluster, isr, 1)->topics;
	topic->min_in_sync = 5;
	fixture_update(&f);
	world_replicated_at(&cluster->pub, 0, &row);
	assert_int_equal(row.min_in_sync, 3);
	assert_int_equal(cluster->pub.below_min, 0);
	assert_int_equal(cluster->pub.brokers[0]->quorum_critical, 0);
	topic->minimum = KAFKA_MINIMUM_UNKNOWN;
	cluster->metadata_ms = -1;
	fixture_update(&f);
	world_replicated_at(&cluster->pub, 0, &row);
	assert_int_equal(row.min_in_sync, -1);
	assert_int_equal(cluster->pub.severity, SEV_INFO);
	topic->minimum = KAFKA_MINIMUM_LITERAL;
	cluster->metadata_ms = -1;
	fixture_update(&f);
	assert_int_equal(cluster->pub.below_min, 1);
	topic = (struct kafka_topic *)fixture_say_partitions(&f, cluster, short_of_one, 1)->topics;
	topic->min_in_sync = 5;
	fixture_update(&f);
	assert_int_equal(cluster->pub.below_min, 1);
	fixture_finish(&f);
}

static void a_rollout_that_nobody_goes_on_with_waits(void **state)
{
	static const char *const isr[] = {"012"};
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, isr, 1);
	struct kube_stateful_set *set = (struct kube_stateful_set *)cluster->pub.stateful_set;
	set->current_revision = "a";
	set->update_revision = "b";
	set->updated_replicas = 1;
	fixture_update(&f);
	assert_string_equal(cluster->pub.detail, "rollout in progress: 1 of 3 brokers on the new revision");
	set->partition = 2;
	fixture_update(&f);
	assert_string_equal(cluster->pub.detail, "rollout waits for somebody: 1 of 3 brokers on the new revision");
	set->partition = 0;
	set->update_strategy = "OnDelete";
	fixture_update(&f);
	assert_string_equal(cluster->pub.detail, "rollout waits for somebody: 1 of 3 brokers on the new revision");
	fixture_finish(&f);
}

static void quorum_queues_by_how_many_are_online(void **state)
{
	static const struct {
		const char *leader, *online;
		enum world_replica_state state;
		int critical; /* mq-0, which has not answered its own check: what the list does not show is unknown */
		enum severity severity;
	} cases[] = {
		{"0", "012", WORLD_REPLICA_OK, -1, SEV_OK},
		{"0", "01", WORLD_REPLICA_UNDER_REPLICATED, 1, SEV_WARN},
		{NULL, "01", WORLD_REPLICA_NO_LEADER, 1, SEV_BAD},
		{"2", "01", WORLD_REPLICA_NO_LEADER, 1, SEV_BAD},
		{"0", "0", WORLD_REPLICA_MINORITY, 1, SEV_BAD},
		{NULL, "", WORLD_REPLICA_OFFLINE, -1, SEV_BAD},
	};
	struct fixture f;
	char json[512];
	fixture_start(&f);
	struct join_cluster *cluster = fixture_rabbitmq(&f, queue(json, "0", "012"));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world_replicated row;
		fixture_say_queues(&f, cluster, queue(json, cases[i].leader, cases[i].online));
		fixture_update(&f);
		world_replicated_at(&cluster->pub, 0, &row);
		assert_int_equal(row.state, cases[i].state);
		assert_int_equal(cluster->pub.brokers[0]->quorum_critical, cases[i].critical);
		assert_int_equal(cluster->pub.severity, cases[i].severity);
	}
	struct rabbitmq_member own = {.pod = "mq-0", .answers = 1, .alarm = 0, .part.updated_ms = loop_now_ms(f.loop)};
	cluster->rabbitmq.members = &own;
	cluster->rabbitmq.member_count = 1;
	fixture_say_queues(&f, cluster, queue(json, "0", "012"));
	fixture_update(&f);
	assert_int_equal(cluster->pub.brokers[0]->quorum_critical, 0);
	fixture_finish(&f);
}

static void peers_are_believed_over_a_ready_pod(void **state)
{
	struct fixture f;
	char json[512];
	fixture_start(&f);
	struct join_cluster *cluster = fixture_rabbitmq(&f, queue(json, "0", "01"));
	fixture_say_nodes(&f, cluster,
			  "[{\"name\":\"rabbit@mq-0\",\"running\":true},{\"name\":\"rabbit@mq-1\",\"running\":true},"
			  "{\"name\":\"rabbit@mq-2\",\"running\":false}]");
	fixture_update(&f);
	assert_true(cluster->pub.brokers[2]->ready);
	assert_string_equal(cluster->pub.brokers[2]->state, "not answering");
	assert_int_equal(cluster->pub.brokers[2]->severity, SEV_BAD);
	assert_head(cluster, SEV_WARN,
		    "1 of 1 quorum queues under-replicated: mq-2 is Ready in Kubernetes, but the other brokers do not "
		    "see it");
	fixture_finish(&f);
}

static void one_that_does_not_answer_while_others_do_is_no_ok(void **state)
{
	struct fixture f;
	char json[512];
	fixture_start(&f);
	struct join_cluster *cluster = fixture_rabbitmq(&f, queue(json, "0", "012"));
	const struct rabbitmq_member members[] = {
		{.pod = "mq-0", .answers = 1, .quorum_critical = -1, .alarm = -1, .critical_queues = -1},
		{.pod = "mq-1", .answers = 0, .quorum_critical = -1, .alarm = -1, .critical_queues = -1},
	};
	cluster->rabbitmq.members = members;
	cluster->rabbitmq.member_count = 2;
	fixture_update(&f);
	assert_int_equal(cluster->pub.brokers[0]->severity, SEV_OK);
	assert_head(cluster, SEV_WARN, "mq-1 does not answer, but other brokers do");
	fixture_finish(&f);
}

static void one_that_waits_for_a_dead_one_is_slow(void **state)
{
	struct fixture f;
	char json[512];
	fixture_start(&f);
	struct join_cluster *cluster = fixture_rabbitmq(&f, queue(json, "0", "012"));
	const struct rabbitmq_member members[] = {
		{.pod = "mq-0", .answers = 1, .slow = true, .quorum_critical = -1, .alarm = 0, .critical_queues = -1},
	};
	cluster->rabbitmq.members = members;
	cluster->rabbitmq.member_count = 1;
	fixture_update(&f);
	assert_string_equal(cluster->pub.brokers[0]->state, "slow");
	assert_head(cluster, SEV_WARN, "mq-0 answers for itself, but not in time for what it asks the other nodes");
	fixture_say_nodes(&f, cluster,
			  "[{\"name\":\"rabbit@mq-0\",\"running\":true},{\"name\":\"rabbit@mq-1\",\"running\":true},"
			  "{\"name\":\"rabbit@mq-2\",\"running\":false}]");
	fixture_update(&f);
	assert_string_equal(rule_broker_trouble(f.world, (struct join_broker *)cluster->pub.brokers[0]),
			    "mq-0 answers slowly: it is waiting for mq-2");
	fixture_finish(&f);
}

static void alarms_are_bad(void **state)
{
	struct fixture f;
	char json[512];
	fixture_start(&f);
	struct join_cluster *cluster = fixture_rabbitmq(&f, queue(json, "0", "012"));
	fixture_say_nodes(&f, cluster,
			  "[{\"name\":\"rabbit@mq-1\",\"running\":true,\"mem_alarm\":true,\"disk_free_alarm\":true}]");
	fixture_update(&f);
	assert_string_equal(cluster->pub.brokers[1]->alarms, "memory,disk");
	assert_null(cluster->pub.brokers[0]->alarms);
	assert_head(cluster, SEV_BAD, "mq-1 raised an alarm (memory,disk): publishers are blocked cluster-wide");
	fixture_finish(&f);
}

static void unknown_is_never_green(void **state)
{
	struct fixture f;
	fixture_start(&f);
	const struct kube_stateful_set *set = fixture_set(&f, "mq", 1, "rabbitmq:4", 5672);
	fixture_node(&f, "node-1", NULL, true);
	fixture_pod(&f, set, 0, "node-1");
	fixture_update(&f);
	struct join_cluster *cluster = fixture_cluster(&f, "test/mq/rabbitmq");
	assert_int_equal(cluster->pub.severity, SEV_INFO);
	assert_int_equal(cluster->pub.brokers[0]->severity, SEV_INFO);
	assert_int_equal(cluster->pub.brokers[0]->reachable, -1);
	assert_int_equal(cluster->pub.replicated_count, -1);
	err_set(&cluster->rabbitmq.management_err, ERR_UNAUTHORIZED,
		"401 Unauthorized: the management API rejected the credentials of secret test/mq-credentials");
	fixture_update(&f);
	assert_head(cluster, SEV_WARN,
		    "replication unknown: 401 Unauthorized: the management API rejected the credentials of secret "
		    "test/mq-credentials");
	fixture_finish(&f);
}

static void old_answers_are_called_old(void **state)
{
	struct fixture f;
	char json[512];
	fixture_start(&f);
	struct join_cluster *cluster = fixture_rabbitmq(&f, queue(json, "0", "012"));
	clock_advance(&f.clock, 95000);
	err_set(&cluster->rabbitmq.overview_part.err, ERR_TIMEOUT, "no answer in time");
	fixture_update(&f);
	assert_head(cluster, SEV_WARN, "no answer from the brokers for 95 s: no answer in time");
	assert_int_equal(cluster->pub.brokers[0]->reachable, -1); /* what peers said then proves nothing */
	fixture_finish(&f);
}

static void a_cluster_that_never_started_says_what_it_waits_for(void **state)
{
	struct fixture f;
	fixture_start(&f);
	const struct kube_stateful_set *set = fixture_set(&f, "log", 3, "apache/kafka:4.1.0", 9092);
	fixture_node(&f, "node-1", NULL, true);
	fixture_pod(&f, set, 0, "node-1");
	struct kube_pod *waiting = fixture_pod(&f, set, 1, NULL);
	waiting->phase = "Pending";
	fixture_set_condition(&f, waiting, "PodScheduled", "False", "0/3 nodes are available: no volume fits");
	fixture_claim(&f, "data-log-1", NULL);
	fixture_update(&f);
	struct join_cluster *cluster = fixture_cluster(&f, "test/log/kafka");
	assert_head(cluster, SEV_BAD,
		    "1 of 3 brokers ready: log-1 is waiting for its volume data-log-1 (Pending: it names no storage "
		    "class and none is the default); log-2 has no pod");
	fixture_finish(&f);
}

static void a_broker_that_is_gone_has_no_rate(void **state)
{
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, all_in_sync, 4);
	struct kafka_snapshot *snapshot = fixture_say_partitions(&f, cluster, all_in_sync, 4);
	struct kafka_broker *broker = &((struct kafka_broker *)snapshot->brokers)[2];
	for (int64_t i = 1; i <= 2; i++) {
		broker->used_bytes = i * 1000;
		broker->dirs_part.updated_ms = i * 10000;
		fixture_update(&f);
	}
	assert_true(cluster->pub.brokers[2]->in_rate == 100);
	broker->used_bytes = -1;
	fixture_update(&f);
	assert_true(cluster->pub.brokers[2]->in_rate < 0);
	fixture_finish(&f);
}

static void logs_that_shrink_do_not_say_that_nothing_comes_in(void **state)
{
	static const int64_t used[] = {1000, 2000, 500, 1500};
	static const double rates[] = {-1, 100, -1, 100};
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, all_in_sync, 4);
	struct kafka_snapshot *snapshot = fixture_say_partitions(&f, cluster, all_in_sync, 4);
	struct kafka_broker *broker = &((struct kafka_broker *)snapshot->brokers)[2];
	broker->used_bytes = -1;
	fixture_update(&f);
	for (size_t i = 0; i < ARRAY_LEN(used); i++) {
		broker->used_bytes = used[i];
		broker->dirs_part.updated_ms = ((int64_t)i + 1) * 10000;
		fixture_update(&f);
		assert_true(cluster->pub.brokers[2]->in_rate == rates[i]);
	}
	const struct world_history *history = &cluster->pub.brokers[2]->in_history;
	assert_int_equal(history->count, 3);
	assert_true(history->points[1] < 0 && history->points[2] == 100);
	fixture_finish(&f);
}

static void judge_again(struct fixture *f)
{
	rules_judge_world(f->world);
	rules_order(f->world);
}

/* Pods that could not be listed, for whatever reason, are not missing. */
static void pods_that_cannot_be_read_are_unknown(void **state)
{
	static const enum err_code reasons[] = {ERR_FORBIDDEN, ERR_BUSY, ERR_TIMEOUT, ERR_CONNECT, ERR_SERVER};
	struct fixture f;
	fixture_start(&f);
	fixture_set(&f, "log", 3, "apache/kafka:4.1.0", 9092);
	fixture_update(&f);
	struct join_cluster *cluster = fixture_cluster(&f, "test/log/kafka");
	struct world_source *pods = &cluster->pub.parts[WORLD_PART_PODS];
	assert_string_equal(cluster->pub.brokers[0]->state, "missing");
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		*pods = (struct world_source){.updated_ms = -1};
		err_set(&pods->err, reasons[i], "list of pods: not now");
		judge_again(&f);
		assert_head(cluster, SEV_WARN, "brokers unknown: list of pods: not now");
		assert_string_equal(cluster->pub.brokers[0]->state, "unknown");
		assert_int_equal(cluster->pub.brokers[0]->severity, SEV_INFO);
	}
	err_clear(&pods->err); /* the list is not in yet */
	judge_again(&f);
	assert_head(cluster, SEV_INFO, "brokers not known yet");
	fixture_finish(&f);
}

/* Once for each list, with its reason, while the API server answers; before that the connection is what is wrong. */
static void each_list_that_cannot_be_read_is_said(void **state)
{
	struct fixture f;
	fixture_start(&f);
	fixture_kafka(&f, all_in_sync, 4);
	for (size_t i = 0; i < WORLD_LIST_COUNT && world_part_view((enum world_part)i); i++) {
		struct world_source *list = &f.world->view.lists[i];
		list->updated_ms = -1;
		err_set(&list->err, ERR_BUSY, "too many requests");
		f.world->view.link = WORLD_LIVE;
		judge_again(&f);
		assert_int_equal(f.world->problems.len, 1);
		CLEANUP(free)
		char *expected = str_printf("%s unknown: too many requests", world_part_word((enum world_part)i));
		assert_string_equal(f.world->problems.items[0].text, expected);
		f.world->view.link = WORLD_UNREACHABLE;
		judge_again(&f);
		assert_int_equal(f.world->problems.len, 1);
		assert_memory_equal(f.world->problems.items[0].text, "cluster unreachable", 19);
		*list = (struct world_source){0};
	}
	fixture_finish(&f);
}

static void one_word_for_every_way_of_not_running(void **state)
{
	static const struct {
		const char *waiting, *phase, *word;
	} cases[] = {
		{"CrashLoopBackOff", "Running", "crash loop"},
		{"ImagePullBackOff", "Pending", "no image"},
		{"CreateContainerConfigError", "Pending", "misconfigured"},
		{NULL, "Pending", "starting"},
		{NULL, "Failed", "failed"},
		{NULL, "Succeeded", "finished"},
		{NULL, "Running", "not ready"},
	};
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, all_in_sync, 4);
	struct kube_pod *pod = pod_of((struct join_broker *)cluster->brokers.items[1]);
	fixture_set_condition(&f, pod, "Ready", "False", NULL);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		fixture_status(pod)->waiting_reason = cases[i].waiting;
		pod->phase = cases[i].phase;
		fixture_update(&f);
		assert_string_equal(cluster->pub.brokers[1]->state, cases[i].word);
		assert_true(cluster->pub.brokers[1]->severity >= SEV_WARN);
	}
	pod->meta.deleted_ms = 1;
	fixture_update(&f);
	assert_string_equal(cluster->pub.brokers[1]->state, "stopping");
	fixture_finish(&f);
}

static void brokers_whose_replicas_lag_are_marked(void **state)
{
	static const char *const isr[] = {"012", "012", "01", "012"};
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, all_in_sync, 4);
	struct kafka_snapshot *snapshot = fixture_say_partitions(&f, cluster, isr, 4);
	((struct kafka_broker *)snapshot->brokers)[2].not_in_sync = 1;
	fixture_update(&f);
	assert_int_equal(cluster->pub.brokers[0]->severity, SEV_OK);
	assert_int_equal(cluster->pub.brokers[2]->severity, SEV_WARN);
	assert_string_equal(cluster->pub.brokers[2]->state, "lagging");
	assert_true(cluster->pub.brokers[2]->ready);
	fixture_finish(&f);
}

static void ages_do_not_change_every_second(void **state)
{
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_kafka(&f, all_in_sync, 4);
	lose_node(&f, "node-3");
	((struct kafka_broker *)join_cluster_kafka(cluster)->brokers)[2].registered = false;
	clock_advance(&f.clock, 12000);
	fixture_update(&f);
	assert_non_null(strstr(cluster->pub.headline, "50 s ago"));
	assert_int_equal(f.world->renew_ms, 10000);
	clock_advance(&f.clock, 133000);
	fixture_update(&f);
	assert_int_equal(f.world->renew_ms, 60000);
	const char *before = arena_strdup(&f.arena, cluster->pub.headline);
	assert_non_null(strstr(before, "3 min ago"));
	clock_advance(&f.clock, 5000);
	fixture_update(&f);
	assert_string_equal(cluster->pub.headline, before);
	fixture_finish(&f);
}

static void worst_cluster_first(void **state)
{
	static const char *const isr[] = {"0"};
	struct fixture f;
	char json[512];
	fixture_start(&f);
	fixture_rabbitmq(&f, queue(json, "0", "012"));
	struct join_cluster *kafka = fixture_kafka(&f, isr, 1);
	assert_ptr_equal(f.world->view.clusters[0], &kafka->pub);
	fixture_say_partitions(&f, kafka, all_in_sync, 4);
	fixture_update(&f);
	assert_string_equal(f.world->view.clusters[0]->name, "log"); /* by name among equals */
	assert_string_equal(f.world->view.clusters[1]->name, "mq");
	fixture_finish(&f);
}

static void where_the_command_line_fails_too_its_reason_stands_beside(void **state)
{
	struct fixture f;
	fixture_start(&f);
	struct join_cluster *cluster = fixture_rabbitmq(&f, "[]");
	rabbitmq_queues_unref(cluster->rabbitmq.queues);
	cluster->rabbitmq.queues = NULL;
	err_set(&cluster->rabbitmq.management_err, ERR_CONNECT, "nothing listens on port 15672");
	err_set(&cluster->rabbitmq.overview_part.err, ERR_FORBIDDEN, "create on pods/exec is not allowed");
	fixture_update(&f);
	assert_string_equal(cluster->pub.headline, "replication unknown: nothing listens on port 15672");
	assert_string_equal(cluster->pub.detail,
			    "the command line in its place fails too: create on pods/exec is not allowed");
	fixture_finish(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(healthy_clusters_say_so),
		cmocka_unit_test(a_dead_node_is_named_with_what_it_costs),
		cmocka_unit_test(a_node_that_says_itself_that_it_is_not_ready_has_not_stopped_reporting),
		cmocka_unit_test(what_strimzi_says_of_itself_is_told),
		cmocka_unit_test(nothing_is_lost_only_while_those_named_are_there),
		cmocka_unit_test(cordoned_log_directories_are_told_apart),
		cmocka_unit_test(who_has_all_that_was_acknowledged_is_named),
		cmocka_unit_test(nothing_is_lost_is_not_said_of_what_is_not_covered_or_not_known),
		cmocka_unit_test(states_of_partitions),
		cmocka_unit_test(rf_at_min_isr_makes_no_broker_critical),
		cmocka_unit_test(a_minimum_above_the_replicas_is_capped),
		cmocka_unit_test(a_rollout_that_nobody_goes_on_with_waits),
		cmocka_unit_test(quorum_queues_by_how_many_are_online),
		cmocka_unit_test(peers_are_believed_over_a_ready_pod),
		cmocka_unit_test(one_that_does_not_answer_while_others_do_is_no_ok),
		cmocka_unit_test(one_that_waits_for_a_dead_one_is_slow),
		cmocka_unit_test(alarms_are_bad),
		cmocka_unit_test(unknown_is_never_green),
		cmocka_unit_test(old_answers_are_called_old),
		cmocka_unit_test(a_cluster_that_never_started_says_what_it_waits_for),
		cmocka_unit_test(a_broker_that_is_gone_has_no_rate),
		cmocka_unit_test(logs_that_shrink_do_not_say_that_nothing_comes_in),
		cmocka_unit_test(pods_that_cannot_be_read_are_unknown),
		cmocka_unit_test(each_list_that_cannot_be_read_is_said),
		cmocka_unit_test(one_word_for_every_way_of_not_running),
		cmocka_unit_test(brokers_whose_replicas_lag_are_marked),
		cmocka_unit_test(ages_do_not_change_every_second),
		cmocka_unit_test(worst_cluster_first),
		cmocka_unit_test(where_the_command_line_fails_too_its_reason_stands_beside),
	};
	return cmocka_run_group_tests_name("model/rules", tests, NULL, NULL);
}
