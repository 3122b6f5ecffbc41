/* What the newest RabbitMQ answers, as recorded (4.3.6: one node with a classic, a quorum, a stream and a transient queue;
 * members that nobody here reads are left out). */
#include "tests/unit/unit.h"

#include "api/base/str.h"
#include "api/rabbitmq/rabbitmq_decode.h"

#define TEXT(text) (text), strlen(text)

static const char overview_4_3[] =
	"{\"management_version\":\"4.3.6\",\"rates_mode\":\"basic\",\"product_version\":\"4.3.6\",\"product_name\":"
	"\"RabbitMQ\",\"rabbitmq_version\":\"4.3.6\",\"cluster_name\":\"rabbit@lab\",\"cluster_tags\":{},\"node_ta"
	"gs\":{},\"erlang_version\":\"29.1.2\",\"disable_stats\":false,\"default_queue_type\":\"classic\",\"messa"
	"ge_stats\":{\"confirm\":3,\"publish\":3,\"disk_reads\":0,\"disk_writes\":0,\"drop_unroutable\":0,\"retur"
	"n_unroutable\":0,\"drop_unroutable_details\":{\"rate\":0.0},\"return_unroutable_details\":{\"rate\":0"
	".0},\"confirm_details\":{\"rate\":0.6},\"publish_details\":{\"rate\":0.6},\"disk_writes_details\":{\"ra"
	"te\":0.0},\"disk_reads_details\":{\"rate\":0.0}},\"queue_totals\":{\"messages\":0,\"messages_ready\":0,"
	"\"messages_unacknowledged\":0,\"messages_details\":{\"rate\":0.0},\"messages_unacknowledged_details"
	"\":{\"rate\":0.0},\"messages_ready_details\":{\"rate\":0.0}},\"object_totals\":{\"channels\":0,\"consume"
	"rs\":0,\"exchanges\":8,\"queues\":4,\"connections\":0},\"node\":\"rabbit@localhost\"}";
static const char nodes_4_3[] =
	"[{\"partitions\":[],\"mem_limit\":15165901209,\"mem_alarm\":false,\"disk_free_limit\":50000000,\"disk"
	"_free_alarm\":false,\"uptime\":18007,\"net_ticktime\":60,\"rabbitmq_version\":\"4.3.6\",\"name\":\"rabbi"
	"t@localhost\",\"type\":\"disc\",\"running\":true,\"being_drained\":false,\"mem_used\":150880256,\"disk_f"
	"ree\":66465804288,\"cluster_links\":[]}]";
static const char nodes_bare_4_3[] =
	"[{\"name\":\"rabbit@localhost\",\"type\":\"disc\",\"running\":true,\"being_drained\":false}]";
static const char queues_4_3[] =
	"{\"filtered_count\":4,\"item_count\":4,\"items\":[{\"name\":\"cq\",\"vhost\":\"/"
	"\",\"type\":\"classic\",\"state"
	"\":\"running\",\"node\":\"rabbit@localhost\",\"messages\":0,\"messages_ready\":0,\"messages_unacknowledg"
	"ed\":0,\"consumers\":0,\"memory\":34632,\"durable\":true,\"exclusive\":false,\"arguments\":{\"x-queue-ty"
	"pe\":\"classic\"},\"storage_version\":2},{\"name\":\"qq\",\"vhost\":\"/"
	"\",\"type\":\"quorum\",\"state\":\"runnin"
	"g\",\"node\":\"rabbit@localhost\",\"leader\":\"rabbit@localhost\",\"members\":[\"rabbit@localhost\"],\"onl"
	"ine\":[\"rabbit@localhost\"],\"messages\":0,\"messages_ready\":0,\"messages_unacknowledged\":0,\"consu"
	"mers\":0,\"memory\":68284,\"message_stats\":{\"publish\":3,\"publish_details\":{\"rate\":0.0}},\"durable"
	"\":true,\"exclusive\":false,\"arguments\":{\"x-queue-type\":\"quorum\"}},{\"name\":\"st\",\"vhost\":\"/\",\"ty"
	"pe\":\"stream\",\"state\":\"running\",\"node\":\"rabbit@localhost\",\"leader\":\"rabbit@localhost\",\"member"
	"s\":[\"rabbit@localhost\"],\"online\":[\"rabbit@localhost\"],\"messages\":0,\"messages_ready\":0,\"messa"
	"ges_unacknowledged\":0,\"consumers\":0,\"memory\":21936,\"durable\":true,\"exclusive\":false,\"argumen"
	"ts\":{\"x-queue-type\":\"stream\"}},{\"name\":\"tr\",\"vhost\":\"/"
	"\",\"type\":\"classic\",\"state\":\"running\",\""
	"node\":\"rabbit@localhost\",\"messages\":0,\"messages_ready\":0,\"messages_unacknowledged\":0,\"consum"
	"ers\":0,\"memory\":29672,\"durable\":false,\"exclusive\":false,\"arguments\":{\"x-queue-type\":\"classic"
	"\"},\"storage_version\":2}],\"page\":1,\"page_count\":1,\"page_size\":500,\"total_count\":4}";
static const char status_4_3[] =
	"{\"alarms\":[],\"cluster_tags\":[],\"cpu_cores\":{\"rabbit@localhost\":2},\"cluster_name\":\"rabbit@lab"
	"\",\"disk_nodes\":[\"rabbit@localhost\"],\"running_nodes\":[\"rabbit@localhost\"],\"versions\":{\"rabbit"
	"@localhost\":{\"erlang_version\":\"29.1.2\",\"rabbitmq_name\":\"RabbitMQ\",\"rabbitmq_version\":\"4.3.6\""
	"}},\"partitions\":{},\"maintenance_status\":{\"rabbit@localhost\":\"not under maintenance\"}}";
static const char listed_4_3[] =
	"[{\"messages\":0,\"name\":\"cq\",\"type\":\"classic\",\"state\":\"running\",\"online\":\"\",\"leader\":"
	"\"rabbit@l"
	"ocalhost\",\"members\":[\"rabbit@localhost\"]},{\"messages\":0,\"name\":\"st\",\"type\":\"stream\",\"state\":"
	"\"running\",\"online\":[\"rabbit@localhost\"],\"leader\":\"rabbit@localhost\",\"members\":[\"rabbit@local"
	"host\"]},{\"messages\":0,\"name\":\"tr\",\"type\":\"classic\",\"state\":\"running\",\"online\":\"\","
	"\"leader\":\"r"
	"abbit@localhost\",\"members\":[\"rabbit@localhost\"]},{\"messages\":3,\"name\":\"qq\",\"type\":\"quorum\",\""
	"state\":\"running\",\"online\":[\"rabbit@localhost\"],\"leader\":\"rabbit@localhost\",\"members\":[\"rabbi"
	"t@localhost\"]}]";

/* By the source of 3.10: nothing that came later. */
static const char nodes_3_10[] =
	"[{\"partitions\":[],\"os_pid\":\"19\",\"fd_total\":1048576,\"mem_limit\":838860800,\"mem_alarm\":false,"
	"\"disk_free_limit\":50000000,\"disk_free_alarm\":false,\"name\":\"rabbit@lab-0\",\"type\":\"disc\","
	"\"running\":true,\"mem_used\":101888000,\"disk_free\":66465804288}]";

static void reads_the_overview_of_4_3(void **state)
{
	struct err err = {0};
	struct rabbitmq_overview *it = rabbitmq_decode_overview(TEXT(overview_4_3), &err);
	assert_non_null(it);
	assert_string_equal(it->version, "4.3.6");
	assert_string_equal(it->cluster_name, "rabbit@lab");
	assert_string_equal(it->node, "rabbit@localhost");
	assert_int_equal(it->messages, 0);
	assert_int_equal(it->queues, 4);
	assert_int_equal(it->connections, 0);
	assert_true(it->publish_rate > 0.5);
	rabbitmq_overview_unref(it);
}

/* Partitions are an empty list with statistics and not told without: neither is a cluster in two parts. */
static void reads_nodes_of_4_3_with_and_without_statistics(void **state)
{
	struct err err = {0};
	struct rabbitmq_nodes *nodes = rabbitmq_decode_nodes(TEXT(nodes_4_3), &err);
	assert_int_equal(nodes->count, 1);
	assert_string_equal(nodes->items[0].name, "rabbit@localhost");
	assert_string_equal(nodes->items[0].partitions, "");
	assert_int_equal(nodes->items[0].running, 1);
	assert_int_equal(nodes->items[0].being_drained, 0);
	assert_int_equal(nodes->items[0].memory_alarm, 0);
	assert_int_equal(nodes->items[0].disk_alarm, 0);
	assert_true(nodes->items[0].memory_limit > 0 && nodes->items[0].memory_used_bytes > 0);
	assert_true(nodes->items[0].disk_free > 0);
	rabbitmq_nodes_unref(nodes);
	nodes = rabbitmq_decode_nodes(TEXT(nodes_bare_4_3), &err);
	assert_int_equal(nodes->items[0].running, 1);
	assert_null(nodes->items[0].partitions);
	assert_int_equal(nodes->items[0].memory_alarm, -1);
	assert_int_equal(nodes->items[0].disk_free, -1);
	rabbitmq_nodes_unref(nodes);
}

static void reads_nodes_of_3_10(void **state)
{
	struct err err = {0};
	struct rabbitmq_nodes *nodes = rabbitmq_decode_nodes(TEXT(nodes_3_10), &err);
	assert_int_equal(nodes->count, 1);
	assert_string_equal(nodes->items[0].partitions, "");
	assert_int_equal(nodes->items[0].being_drained, -1); /* from 3.13 */
	assert_int_equal(nodes->items[0].memory_alarm, 0);
	rabbitmq_nodes_unref(nodes);
}

static const struct rabbitmq_queue *queue_named(const struct rabbitmq_queues *queues, const char *name)
{
	for (size_t i = 0; i < queues->count; i++)
		if (str_eq(queues->items[i].name, name))
			return &queues->items[i];
	fail_msg("no queue %s", name);
	return NULL;
}

static void assert_queues(const struct rabbitmq_queues *queues)
{
	assert_int_equal(queues->count, 4);
	assert_int_equal(queues->replicated_count, 2);
	const struct rabbitmq_queue *quorum = queue_named(queues, "qq"), *stream = queue_named(queues, "st");
	assert_int_equal(quorum->type, RABBITMQ_QUORUM);
	assert_int_equal(stream->type, RABBITMQ_STREAM);
	assert_string_equal(rabbitmq_word(queues, quorum->leader), "rabbit@localhost");
	assert_int_equal(quorum->member_count, 1);
	assert_int_equal(quorum->online_count, 1);
	assert_true(quorum->online_known && stream->online_known);
	assert_int_equal(queue_named(queues, "cq")->type, RABBITMQ_CLASSIC);
	assert_int_equal(queue_named(queues, "tr")->type, RABBITMQ_CLASSIC);
}

/* 4.3 lists a leader and members of classic queues too with rabbitmqctl, and as `online` an empty text. */
static void reads_queues_of_4_3_over_http_and_command_line(void **state)
{
	struct rabbitmq_page page;
	struct err err = {0};
	struct rabbitmq_queues *queues = rabbitmq_queues_create(NULL);
	assert_true(rabbitmq_list_take(rabbitmq_list_of_queues(queues, NULL), TEXT(queues_4_3), &page, &err));
	assert_int_equal(page.page_count, 1);
	rabbitmq_queues_seal(queues);
	assert_queues(queues);
	rabbitmq_queues_unref(queues);
	queues = rabbitmq_queues_create(NULL);
	assert_true(rabbitmq_list_take(rabbitmq_list_of_queues(queues, "/"), TEXT(listed_4_3), &page, &err));
	rabbitmq_queues_seal(queues);
	assert_queues(queues);
	assert_int_equal(queue_named(queues, "qq")->messages, 3);
	assert_false(queue_named(queues, "cq")->online_known);
	rabbitmq_queues_unref(queues);
}

static void reads_the_status_of_4_3(void **state)
{
	struct rabbitmq_overview *overview = NULL;
	struct rabbitmq_nodes *nodes = NULL;
	struct err err = {0};
	assert_true(rabbitmq_decode_cluster_status(TEXT(status_4_3), &overview, &nodes, &err));
	assert_string_equal(overview->version, "4.3.6");
	assert_int_equal(nodes->count, 1);
	assert_int_equal(nodes->items[0].running, 1);
	assert_int_equal(nodes->items[0].being_drained, 0);
	assert_string_equal(nodes->items[0].partitions, "");
	assert_string_equal(nodes->alarms, "");
	rabbitmq_overview_unref(overview);
	rabbitmq_nodes_unref(nodes);
}

/* The only node of a cluster says why it is well. */
static void reads_a_check_that_passed_with_a_reason(void **state)
{
	struct rabbitmq_check check;
	struct err err = {0};
	assert_true(
		rabbitmq_decode_check(TEXT("{\"reason\":\"single node cluster\",\"status\":\"ok\"}"), &check, &err));
	assert_true(check.passed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_overview_of_4_3),
		cmocka_unit_test(reads_nodes_of_4_3_with_and_without_statistics),
		cmocka_unit_test(reads_nodes_of_3_10),
		cmocka_unit_test(reads_queues_of_4_3_over_http_and_command_line),
		cmocka_unit_test(reads_the_status_of_4_3),
		cmocka_unit_test(reads_a_check_that_passed_with_a_reason),
	};
	return cmocka_run_group_tests_name("rabbitmq/versions", tests, NULL, NULL);
}
