/* The order of rows: the worst first on the screen, by name for scripts, and nothing moves that did not change. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/str.h"
#include "tests/unit/model/fixture.h"
#include "views/sheets/selection.h"
#include "views/sheets/sheet.h"

enum { ORDER_MAX = 512 };

static const struct sheet_scope everything = {0};

static bool collect(struct fixture *f, struct sheet_rows *rows, const struct sheet *sheet, enum sheet_order order)
{
	return sheet_rows_collect(rows, sheet, fixture_update(f), &everything, order, 0);
}

static void rows_are(const struct sheet_rows *rows, const char *(*word)(struct sheet_row *row), const char *expected)
{
	char text[ORDER_MAX] = "";
	size_t used = 0;
	for (size_t i = 0; i < rows->positions.len; i++) {
		struct sheet_row row;
		sheet_rows_fill(rows, i, &row);
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used ? " " : "", word(&row));
		assert_true(used < sizeof text);
	}
	assert_string_equal(text, expected);
}

static void order_is(struct fixture *f, const struct sheet *sheet, enum sheet_order order,
		     const char *(*word)(struct sheet_row *row), const char *expected)
{
	struct sheet_rows rows = {0};
	assert_true(collect(f, &rows, sheet, order));
	rows_are(&rows, word, expected);
	sheet_rows_finish(&rows);
}

static const char *name_of(struct sheet_row *row)
{
	static char text[64];
	const struct world_replicated *it = &row->value.replicated;
	if (it->partition < 0)
		return it->name;
	snprintf(text, sizeof text, "%d", it->partition);
	return text;
}

static const char *queue_name(struct sheet_row *row)
{
	return row->value.queue.name;
}

static const char *topic_name(struct sheet_row *row)
{
	return row->value.topic.name;
}

static const char *group_name(struct sheet_row *row)
{
	return row->value.group.name;
}

static const char *broker_name(struct sheet_row *row)
{
	return row->item.broker->name;
}

static const char *cluster_name(struct sheet_row *row)
{
	return row->cluster->name;
}

static const char *node_name(struct sheet_row *row)
{
	return row->item.node->name;
}

/* "b" lacks one of three, "c" has one of three, "d" has none; of "e" it is not said; "f" is no quorum queue. */
#define MEMBERS "\"members\":[\"rabbit@mq-0.mq\",\"rabbit@mq-1.mq\",\"rabbit@mq-2.mq\"]"
#define QUORUM(name, online)                                                                                           \
	"{\"name\":\"" name                                                                                            \
	"\",\"vhost\":\"/\",\"type\":\"quorum\",\"state\":\"running\",\"leader\":\"rabbit@mq-0.mq\"," MEMBERS          \
	",\"online\":[" online "]}"
static const char queues[] = "[" QUORUM("a", "\"rabbit@mq-0.mq\",\"rabbit@mq-1.mq\",\"rabbit@mq-2.mq\"") "," QUORUM(
	"b",
	"\"rabbit@mq-0.mq\",\"rabbit@mq-1.mq\"") "," QUORUM("c",
							    "\"rabbit@mq-0.mq\"") "," QUORUM("d",
											     "") ","
												 "{\"name\":\"e\","
												 "\"vhost\":\"/"
												 "\",\"type\":"
												 "\"quorum\","
												 "\"state\":"
												 "\"running\","
												 "\"leader\":"
												 "\"rabbit@mq-0."
												 "mq\"},"
												 "{\"name\":\"f\","
												 "\"vhost\":\"/"
												 "\",\"type\":"
												 "\"classic\","
												 "\"state\":"
												 "\"down\",\"node\":"
												 "\"rabbit@mq-0."
												 "mq\"}]";

static const char *const isr[] = {"012", "12", "0", "", "012", "2", "01", ""};

static void replication_has_the_worst_first_across_clusters(void **state)
{
	struct fixture f;
	fixture_start(&f);
	fixture_kafka(&f, isr, ARRAY_LEN(isr));
	fixture_rabbitmq(&f, queues);
	order_is(&f, &sheet_replication, SHEET_WORST_FIRST, name_of, "3 7 d c 2 5 1 6 b e 0 4 a");
	order_is(&f, &sheet_replication, SHEET_BY_NAME, name_of, "0 1 2 3 4 5 6 7 a b c d e");
	fixture_finish(&f);
}

static void a_row_moves_only_when_its_state_changes(void **state)
{
	static const char *const healed[] = {"012", "12", "0", "012", "012", "2", "01", ""};
	struct fixture f;
	struct sheet_rows rows = {0};
	fixture_start(&f);
	struct join_cluster *kafka = fixture_kafka(&f, isr, ARRAY_LEN(isr));
	struct join_cluster *rabbitmq = fixture_rabbitmq(&f, queues);
	assert_true(collect(&f, &rows, &sheet_replication, SHEET_WORST_FIRST));
	fixture_say_partitions(&f, kafka, healed, ARRAY_LEN(healed));
	assert_true(collect(&f, &rows, &sheet_replication, SHEET_WORST_FIRST));
	rows_are(&rows, name_of, "7 d c 2 5 1 6 b e 0 3 4 a");
	/* Kafka is fine now and RabbitMQ the worse of the two: the world turns its clusters round. */
	fixture_say_partitions(&f, kafka, isr, 1);
	fixture_say_queues(&f, rabbitmq, queues);
	assert_true(collect(&f, &rows, &sheet_replication, SHEET_WORST_FIRST));
	assert_ptr_equal(f.world->view.clusters[0], &rabbitmq->pub);
	rows_are(&rows, name_of, "d c b e 0 a");
	sheet_rows_finish(&rows);
	fixture_finish(&f);
}

static void rows_are_not_collected_again_before_the_brokers_have_answered(void **state)
{
	struct fixture f;
	struct sheet_rows rows = {0};
	fixture_start(&f);
	struct join_cluster *kafka = fixture_kafka(&f, isr, ARRAY_LEN(isr));
	assert_true(collect(&f, &rows, &sheet_replication, SHEET_WORST_FIRST));
	fixture_node(&f, "node-9", "zone-a", false);
	assert_false(collect(&f, &rows, &sheet_replication, SHEET_WORST_FIRST));
	rows_are(&rows, name_of, "3 7 2 5 1 6 0 4");
	((struct kafka_snapshot *)kafka->kafka_data)->reassignment_part.updated_ms++;
	assert_true(collect(&f, &rows, &sheet_replication, SHEET_WORST_FIRST));
	assert_false(collect(&f, &rows, &sheet_replication, SHEET_WORST_FIRST));
	record_store_remove(&f.world->store, KUBE_PODS, "test", "log-2");
	((struct kube_stateful_set *)kafka->pub.stateful_set)->replicas = 2;
	assert_true(collect(&f, &rows, &sheet_replication, SHEET_WORST_FIRST)); /* other brokers */
	fixture_rabbitmq(&f, queues);
	assert_true(collect(&f, &rows, &sheet_replication, SHEET_WORST_FIRST)); /* another cluster */
	sheet_rows_clear(&rows);
	assert_int_equal(rows.positions.len, 0);
	assert_true(collect(&f, &rows, &sheet_replication, SHEET_WORST_FIRST));
	sheet_rows_finish(&rows);
	fixture_finish(&f);
}

static void queues_and_topics_have_the_worst_first(void **state)
{
	static const int32_t nodes[] = {0, 1, 0, 1}; /* the replicas, then who of them is in sync */
	static const struct kafka_partition whole = {.nodes = nodes, .replica_count = 2, .isr_count = 2},
					    lagging = {.nodes = nodes, .replica_count = 2, .isr_count = 1},
					    offline = {.nodes = nodes, .replica_count = 2, .leader = -1};
	static const struct kafka_topic topics[] = {
		{.name = "a", .partitions = &whole, .partition_count = 1, .min_in_sync = 1},
		{.name = "b", .partitions = &lagging, .partition_count = 1, .min_in_sync = 1},
		{.name = "c", .partitions = &offline, .partition_count = 1, .min_in_sync = 1},
		{.name = "d", .partitions = &lagging, .partition_count = 1, .min_in_sync = 2},
	};
	struct fixture f;
	fixture_start(&f);
	struct kafka_snapshot *said = fixture_kafka(&f, isr, 1)->kafka_data;
	said->topics = topics;
	said->topic_count = ARRAY_LEN(topics);
	fixture_rabbitmq(&f, queues);
	order_is(&f, &sheet_queues, SHEET_WORST_FIRST, queue_name, "c d f b e a");
	order_is(&f, &sheet_queues, SHEET_BY_NAME, queue_name, "a b c d e f");
	order_is(&f, &sheet_topics, SHEET_WORST_FIRST, topic_name, "c d b a");
	fixture_finish(&f);
}

static void groups_go_by_the_magnitude_of_their_lag(void **state)
{
	struct kafka_group groups[] = {{.id = "a", .lag = 12},   {.id = "b", .lag = 2000},
				       {.id = "c", .lag = -1},   {.id = "d", .lag = 90000},
				       {.id = "e", .lag = 1000}, {.id = "f", .lag = INT64_MAX / 2}};
	struct fixture f;
	fixture_start(&f);
	struct kafka_snapshot *said = fixture_kafka(&f, isr, 1)->kafka_data;
	said->groups = groups;
	said->group_count = ARRAY_LEN(groups);
	said->group_part.updated_ms = 1;
	order_is(&f, &sheet_groups, SHEET_WORST_FIRST, group_name, "f d b e c a");
	groups[4].lag = 9999; /* more than b, but not ten times */
	order_is(&f, &sheet_groups, SHEET_WORST_FIRST, group_name, "f d b e c a");
	groups[4].lag = 10000;
	order_is(&f, &sheet_groups, SHEET_WORST_FIRST, group_name, "f d e b c a");
	fixture_finish(&f);
}

static void what_kubernetes_says_is_bad_comes_first_too(void **state)
{
	struct fixture f;
	fixture_start(&f);
	fixture_rabbitmq(&f, queues);
	fixture_kafka(&f, isr, 1);
	fixture_node(&f, "node-3", "zone-c", false);
	order_is(&f, &sheet_nodes, SHEET_WORST_FIRST, node_name, "node-3 node-1 node-2");
	order_is(&f, &sheet_nodes, SHEET_BY_NAME, node_name, "node-1 node-2 node-3");
	order_is(&f, &sheet_brokers, SHEET_BY_NAME, broker_name, "log-0 log-1 log-2 mq-0 mq-1 mq-2");
	struct sheet_rows rows = {0};
	struct sheet_row row;
	collect(&f, &rows, &sheet_brokers, SHEET_WORST_FIRST);
	sheet_rows_fill(&rows, 0, &row);
	assert_string_equal(broker_name(&row), "mq-2"); /* of the two on the node the one whose queues suffer */
	sheet_rows_finish(&rows);
	order_is(&f, &sheet_clusters, SHEET_BY_NAME, cluster_name, "log mq");
	fixture_finish(&f);
}

/* ---- what a sheet says of its rows is enough ---- */

struct two_volumes { /* one of a broker on node a, one left behind on node b */
	struct world_broker broker;
	struct kube_claim claims[2];
	struct world_volume volumes[2], *list[2];
	struct world_view world;
};

static void two_volumes_init(struct two_volumes *it)
{
	*it = (struct two_volumes){
		.broker = {.name = "k-0"},
		.claims = {{.meta = {.namespace = "mq", .name = "data-k-0"}},
			   {.meta = {.namespace = "mq", .name = "data-k-1"}}},
		.list = {&it->volumes[0], &it->volumes[1]},
		.world = {.volumes = it->list, .volume_count = 2},
	};
	it->volumes[0] = (struct world_volume){.claim = &it->claims[0], .broker = &it->broker, .node = "a"};
	it->volumes[1] = (struct world_volume){.claim = &it->claims[1], .node = "b"};
}

static void volumes_of_scope_are(const struct world_view *world, struct sheet_scope scope, const char *expected)
{
	struct sheet_rows rows = {0};
	struct sheet_row row;
	sheet_rows_collect(&rows, &sheet_volumes, world, &scope, SHEET_BY_NAME, 0);
	assert_int_equal(rows.positions.len, *expected != '\0');
	if (*expected) {
		sheet_rows_fill(&rows, 0, &row);
		assert_string_equal(sheet_name_of(&sheet_volumes, &row), expected);
	}
	sheet_rows_finish(&rows);
}

static void a_scope_narrows_by_what_a_row_leads_to(void **state)
{
	struct two_volumes it;
	two_volumes_init(&it);
	volumes_of_scope_are(&it.world, (struct sheet_scope){.node = "b"}, "data-k-1");
	volumes_of_scope_are(&it.world, (struct sheet_scope){.broker = "mq/k-0"}, "data-k-0");
	volumes_of_scope_are(&it.world, (struct sheet_scope){.broker = "other/k-0"}, "");
	volumes_of_scope_are(&it.world, (struct sheet_scope){.name = "data-k-1"}, "data-k-1");
	volumes_of_scope_are(&it.world, (struct sheet_scope){.broker = "mq/k-0", .node = "b"}, "");
}

static void a_selection_remembers_a_row_by_name(void **state)
{
	struct two_volumes it;
	struct selection selection;
	two_volumes_init(&it);
	struct sheet_row row = {.world = &it.world, .item.volume = &it.volumes[0]};
	selection_of_row(&sheet_volumes, &row, &selection);
	assert_ptr_equal(selection.sheet, &sheet_volumes);
	assert_string_equal(selection.key, "mq/data-k-0");
	assert_string_equal(selection.namespace, "mq");
	assert_string_equal(selection.cluster, "");
	assert_string_equal(selection.broker, "k-0");
	assert_string_equal(selection.node, "a");
	CLEANUP(free) char *path = selection_path(&selection, &it.world);
	assert_string_equal(path, "/api/v1/namespaces/mq/persistentvolumeclaims/data-k-0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replication_has_the_worst_first_across_clusters),
		cmocka_unit_test(a_row_moves_only_when_its_state_changes),
		cmocka_unit_test(rows_are_not_collected_again_before_the_brokers_have_answered),
		cmocka_unit_test(queues_and_topics_have_the_worst_first),
		cmocka_unit_test(groups_go_by_the_magnitude_of_their_lag),
		cmocka_unit_test(what_kubernetes_says_is_bad_comes_first_too),
		cmocka_unit_test(a_scope_narrows_by_what_a_row_leads_to),
		cmocka_unit_test(a_selection_remembers_a_row_by_name),
	};
	return cmocka_run_group_tests_name("views/sheets", tests, NULL, NULL);
}
