#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/buf.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/rabbitmq/rabbitmq_decode.h"
#include "api/rabbitmq/rjson.h"

#define TEXT(text) (text), strlen(text)

static void overview_as_4_0_writes_it(void **state)
{
	static const char json[] =
		"{\"management_version\":\"4.0.5\",\"rates_mode\":\"basic\",\"product_version\":\"4.0.5\",\"rabbitmq_"
		"version\":"
		"\"4.0.5\",\"erlang_version\":\"27.2\",\"disable_stats\":false,\"default_queue_type\":\"classic\","
		"\"message_stats\":{\"publish\":10,\"publish_details\":{\"rate\":41.5},\"deliver_get_details\":{"
		"\"rate\":0.0}},"
		"\"queue_totals\":{\"messages\":9007199254740993,\"messages_ready\":7,\"messages_unacknowledged\":1},"
		"\"object_totals\":{\"channels\":3,\"connections\":2,\"consumers\":1,\"exchanges\":8,\"queues\":34},"
		"\"cluster_name\":\"lab\",\"node\":\"rabbit@rabbitmq-0\"}";
	struct err err = {0};
	struct rabbitmq_overview *it = rabbitmq_decode_overview(TEXT(json), &err);
	assert_non_null(it);
	assert_string_equal(it->version, "4.0.5");
	assert_string_equal(it->cluster_name, "lab");
	assert_int_equal(it->messages, -1); /* beyond what a double holds exactly */
	assert_int_equal(it->messages_ready, 7);
	assert_int_equal(it->queues, 34);
	assert_true(it->publish_rate > 41 && it->publish_rate < 42);
	assert_true(it->deliver_rate >= 0 && it->deliver_rate < 0.1);
	rabbitmq_overview_unref(it);
}

static void what_is_not_said_is_unknown(void **state)
{
	struct err err = {0};
	struct rabbitmq_overview *it = rabbitmq_decode_overview(TEXT("{}"), &err);
	assert_non_null(it);
	assert_null(it->version);
	assert_int_equal(it->messages, -1);
	assert_true(it->publish_rate < 0);
	rabbitmq_overview_unref(it);
	struct rabbitmq_nodes *nodes = rabbitmq_decode_nodes(TEXT("[{\"name\":\"rabbit@b\",\"running\":false}]"), &err);
	assert_int_equal(nodes->count, 1);
	assert_int_equal(nodes->items[0].running, 0);
	assert_int_equal(nodes->items[0].memory_alarm, -1);
	assert_int_equal(nodes->items[0].disk_free, -1);
	assert_null(nodes->items[0].partitions);
	rabbitmq_nodes_unref(nodes);
}

static void keys_are_case_sensitive(void **state)
{
	struct err err = {0};
	struct rabbitmq_overview *it = rabbitmq_decode_overview(TEXT("{\"NODE\":\"x\",\"Cluster_Name\":\"y\"}"), &err);
	assert_null(it->node);
	assert_null(it->cluster_name);
	rabbitmq_overview_unref(it);
}

static void nodes_with_alarms_and_partitions(void **state)
{
	static const char json[] =
		"[{\"partitions\":[\"rabbit@c\",\"rabbit@d\"],\"name\":\"rabbit@a\",\"type\":\"disc\",\"running\":true,"
		"\"mem_used\":150,\"mem_limit\":400,\"mem_alarm\":true,\"disk_free\":900,\"disk_free_limit\":50,"
		"\"disk_free_alarm\":false,\"being_drained\":true,\"uptime\":5000},"
		"{\"name\":\"rabbit@b\",\"disk_free\":\"disk_free_monitoring_disabled\",\"mem_used\":-4},{\"running\":"
		"true},7]";
	struct err err = {0};
	struct rabbitmq_nodes *nodes = rabbitmq_decode_nodes(TEXT(json), &err);
	assert_int_equal(nodes->count, 2);
	const struct rabbitmq_node *a = &nodes->items[0];
	assert_string_equal(a->partitions, "rabbit@c,rabbit@d");
	assert_int_equal(a->memory_alarm, 1);
	assert_int_equal(a->disk_alarm, 0);
	assert_int_equal(a->being_drained, 1);
	assert_int_equal(a->memory_limit, 400);
	assert_int_equal(nodes->items[1].disk_free, -1);
	assert_int_equal(nodes->items[1].memory_used_bytes, -1);
	rabbitmq_nodes_unref(nodes);
}

static void pages_of_queues_are_put_together(void **state)
{
	static const char first[] =
		"{\"filtered_count\":3,\"item_count\":2,\"page\":1,\"page_count\":2,\"page_size\":2,\"total_count\":3,"
		"\"items\":["
		"{\"name\":\"q1\",\"vhost\":\"/\",\"type\":\"quorum\",\"state\":\"running\",\"leader\":\"rabbit@a\","
		"\"members\":[\"rabbit@a\",\"rabbit@b\",\"rabbit@c\"],\"online\":[\"rabbit@c\",\"rabbit@a\"],"
		"\"messages\":5,"
		"\"consumers\":2,\"message_stats\":{\"publish_details\":{\"rate\":1.5}}},"
		"{\"name\":\"c1\",\"vhost\":\"other\",\"type\":\"classic\",\"node\":\"rabbit@b\"}]}";
	static const char second[] =
		"{\"page\":2,\"page_count\":2,\"items\":[{\"name\":\"s1\",\"vhost\":\"/\",\"type\":\"stream\"},"
		"{\"name\":\"m1\",\"type\":\"rabbit_mqtt_qos0_queue\"},{\"name\":\"d1\",\"type\":\"delayed\"}]}";
	struct rabbitmq_queues *queues = rabbitmq_queues_create(NULL);
	struct rabbitmq_page page;
	struct err err = {0};
	assert_true(rabbitmq_list_take(rabbitmq_list_of_queues(queues, NULL), TEXT(first), &page, &err));
	assert_int_equal(page.page_count, 2);
	assert_true(rabbitmq_list_take(rabbitmq_list_of_queues(queues, NULL), TEXT(second), &page, &err));
	rabbitmq_queues_seal(queues);
	assert_int_equal(queues->count, 5);
	assert_int_equal(queues->replicated_count, 2);
	assert_int_equal(queues->replicated[1], 2);
	assert_int_equal(queues->items[3].type, RABBITMQ_VOLATILE);
	assert_int_equal(queues->items[4].type, RABBITMQ_OTHER);
	const struct rabbitmq_queue *q1 = &queues->items[0];
	assert_string_equal(q1->name, "q1");
	assert_string_equal(rabbitmq_word(queues, q1->leader), "rabbit@a");
	assert_int_equal(q1->member_count, 3);
	assert_int_equal(q1->online_count, 2);
	assert_string_equal(rabbitmq_word(queues, q1->members[3]), "rabbit@c");
	assert_int_equal(q1->consumers, 2);
	assert_int_equal(q1->memory_bytes, -1);
	assert_false(queues->items[1].members_known);
	assert_string_equal(rabbitmq_word(queues, queues->items[1].vhost), "other");
	assert_null(rabbitmq_word(queues, queues->items[1].leader));
	rabbitmq_queues_unref(queues);
}

static void queues_as_rabbitmqctl_prints_them(void **state)
{
	static const char json[] =
		"[{\"name\":\"q\",\"type\":\"rabbit_quorum_queue\",\"leader\":\"rabbit@a\",\"policy\":\"\","
		"\"members\":[\"rabbit@a\"],\"online\":[\"rabbit@a\"],\"messages\":0}]";
	struct rabbitmq_queues *queues = rabbitmq_queues_create(NULL);
	struct rabbitmq_page page;
	struct err err = {0};
	assert_true(rabbitmq_list_take(rabbitmq_list_of_queues(queues, "orders"), TEXT(json), &page, &err));
	rabbitmq_queues_seal(queues);
	assert_int_equal(queues->items[0].type, RABBITMQ_QUORUM);
	assert_string_equal(rabbitmq_word(queues, queues->items[0].vhost), "orders");
	assert_null(rabbitmq_word(queues, queues->items[0].policy));
	rabbitmq_queues_unref(queues);
}

static void too_many_members_are_cut(void **state)
{
	char json[4096] = "[{\"name\":\"q\",\"type\":\"quorum\",\"members\":[";
	for (int i = 0; i < 60; i++)
		snprintf(json + strlen(json), sizeof json - strlen(json), "%s\"rabbit@n%d\"", i ? "," : "", i);
	strcat(json, "],\"online\":[]}]");
	struct rabbitmq_queues *queues = rabbitmq_queues_create(NULL);
	struct rabbitmq_page page;
	struct err err = {0};
	assert_true(rabbitmq_list_take(rabbitmq_list_of_queues(queues, NULL), TEXT(json), &page, &err));
	assert_int_equal(queues->items[0].member_count, RABBITMQ_MEMBERS_MAX);
	assert_true(queues->items[0].online_known);
	rabbitmq_queues_unref(queues);
}

static void connections_are_added_up_by_node_and_name(void **state)
{
	static const char first[] =
		"{\"filtered_count\":7,\"item_count\":5,\"page\":1,\"page_count\":2,\"page_size\":5,\"total_count\":7,"
		"\"items\":["
		"{\"node\":\"rabbit@b\",\"user\":\"app\",\"user_provided_name\":\"orders\"},"
		"{\"node\":\"rabbit@a\",\"user\":\"app\",\"user_provided_name\":\"billing\"},"
		"{\"node\":\"rabbit@a\",\"user\":\"app\",\"user_provided_name\":\"orders\"},"
		"{\"node\":\"rabbit@a\",\"user\":\"mqtt\"},"
		"{\"node\":\"rabbit@a\",\"user\":\"app\",\"user_provided_name\":\"\"}]}";
	static const char second[] =
		"{\"page\":2,\"page_count\":2,\"items\":["
		"{\"node\":\"rabbit@a\",\"user\":\"app\",\"user_provided_name\":\"orders\"},{\"node\":\"rabbit@b\"}]}";
	static const struct rabbitmq_client expected[] = {
		{"rabbit@a", "orders", 2}, {"rabbit@a", "app", 1},    {"rabbit@a", "billing", 1},
		{"rabbit@a", "mqtt", 1},   {"rabbit@b", "orders", 1}, {"rabbit@b", "unnamed", 1},
	};
	struct rabbitmq_clients *clients = rabbitmq_clients_create();
	struct rabbitmq_page page;
	struct err err = {0};
	assert_true(rabbitmq_list_take(rabbitmq_list_of_connections(clients), TEXT(first), &page, &err));
	assert_int_equal(page.page_count, 2);
	assert_true(rabbitmq_list_take(rabbitmq_list_of_connections(clients), TEXT(second), &page, &err));
	rabbitmq_clients_seal(clients);
	assert_false(clients->partial);
	assert_int_equal(clients->connections, 7);
	assert_int_equal(clients->count, sizeof expected / sizeof *expected);
	for (size_t i = 0; i < clients->count; i++) {
		assert_string_equal(clients->items[i].node, expected[i].node);
		assert_string_equal(clients->items[i].name, expected[i].name);
		assert_int_equal(clients->items[i].connections, expected[i].connections);
	}
	rabbitmq_clients_unref(clients);
}

/* The 64th byte is in the middle of a character, and what is the same up to there is one. */
static void long_names_of_clients_are_cut_between_characters(void **state)
{
	char json[1024], name[RABBITMQ_CLIENT_NAME_MAX + 1];
	memset(name, 'n', sizeof name);
	name[RABBITMQ_CLIENT_NAME_MAX - 1] = '\0';
	snprintf(json, sizeof json,
		 "[{\"node\":\"a\",\"user_provided_name\":\"%s\xc3\xa4-1\"},"
		 "{\"node\":\"a\",\"user_provided_name\":\"%s\xc3\xa4-2\"}]",
		 name, name);
	struct rabbitmq_clients *clients = rabbitmq_clients_create();
	struct rabbitmq_page page;
	struct err err = {0};
	assert_true(rabbitmq_list_take(rabbitmq_list_of_connections(clients), TEXT(json), &page, &err));
	rabbitmq_clients_seal(clients);
	assert_int_equal(clients->count, 1);
	assert_int_equal(clients->items[0].connections, 2);
	assert_string_equal(clients->items[0].name, name);
	rabbitmq_clients_unref(clients);
}

static void connections_that_cannot_be_placed_or_counted_are_missing(void **state)
{
	static const char *const texts[] = {"[[]]", "[7]", "[{\"user\":\"app\"}]", "[{\"node\":7}]",
					    "[{\"node\":\"\"}]"};
	struct rabbitmq_page page;
	struct err err = {0};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct rabbitmq_clients *clients = rabbitmq_clients_create();
		assert_true(rabbitmq_list_take(rabbitmq_list_of_connections(clients), TEXT(texts[i]), &page, &err));
		rabbitmq_clients_seal(clients);
		assert_true(clients->partial);
		assert_int_equal(clients->count, 0);
		rabbitmq_clients_unref(clients);
	}
	struct rabbitmq_clients *clients = rabbitmq_clients_create();
	for (int i = 0; i < RABBITMQ_CONNECTIONS_MAX; i++)
		assert_true(rabbitmq_list_take(rabbitmq_list_of_connections(clients), TEXT("[{\"node\":\"a\"}]"), &page,
					       &err));
	assert_false(clients->partial);
	assert_true(rabbitmq_list_take(rabbitmq_list_of_connections(clients), TEXT("[{\"node\":\"a\"}]"), &page, &err));
	assert_true(clients->partial);
	assert_int_equal(clients->connections, RABBITMQ_CONNECTIONS_MAX);
	rabbitmq_clients_unref(clients);
}

/* Whoever was left out would look like a node that is gone. */
static void more_nodes_than_are_read_are_none(void **state)
{
	struct buf json = BUF_INIT(1 << 20);
	struct err err = {0};
	struct rabbitmq_overview *overview = NULL;
	struct rabbitmq_nodes *nodes = NULL;
	buf_append_str(&json, "[");
	for (int i = 0; i <= RABBITMQ_NODES_MAX; i++)
		buf_printf(&json, "%s{\"name\":\"n%d\"}", i ? "," : "", i);
	buf_append_str(&json, "]");
	assert_null(rabbitmq_decode_nodes(json.data, json.len, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_non_null(strstr(err.text, "1025 nodes, more than the 1024"));
	CLEANUP(free)
	char *status = str_printf("{\"running_nodes\":[],\"disk_nodes\":%s}", buf_str(&json));
	assert_false(rabbitmq_decode_cluster_status(status, strlen(status), &overview, &nodes, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	buf_finish(&json);
}

static void checks_over_http_and_command_line(void **state)
{
	struct rabbitmq_check check;
	struct err err = {0};
	assert_true(rabbitmq_decode_check(TEXT("{\"status\":\"ok\"}"), &check, &err));
	assert_true(check.passed);
	assert_true(rabbitmq_decode_check(TEXT("{\"status\":\"failed\",\"reason\":\"There are queues "
					       "…\",\"queues\":[{\"name\":\"a\"},{\"name\":\"b\"}]}"),
					  &check, &err));
	assert_false(check.passed);
	assert_int_equal(check.queues, 2);
	assert_true(rabbitmq_decode_check(TEXT("{\"result\":\"ok\"}"), &check, &err));
	assert_true(check.passed);
	assert_int_equal(check.queues, -1);
	assert_false(rabbitmq_decode_check(TEXT("{}"), &check, &err));
	assert_int_equal(err.code, ERR_PARSE);
}

static void cluster_status_of_the_command_line(void **state)
{
	static const char json[] = "{\"alarms\":[],\"cluster_name\":\"lab\",\"disk_nodes\":[\"rabbit@a\",\"rabbit@b\"],"
				   "\"running_nodes\":[\"rabbit@a\"],"
				   "\"maintenance_status\":{\"rabbit@a\":\"not under "
				   "maintenance\",\"rabbit@b\":\"marked for maintenance\"},"
				   "\"partitions\":{},\"versions\":{\"rabbit@a\":{\"erlang_version\":\"25\",\"rabbitmq_"
				   "version\":\"3.10.8\"}}}";
	struct rabbitmq_overview *overview = NULL;
	struct rabbitmq_nodes *nodes = NULL;
	struct err err = {0};
	assert_true(rabbitmq_decode_cluster_status(TEXT(json), &overview, &nodes, &err));
	assert_string_equal(overview->version, "3.10.8");
	assert_int_equal(overview->messages, -1);
	assert_int_equal(nodes->count, 2);
	assert_int_equal(nodes->items[0].running, 1);
	assert_int_equal(nodes->items[0].being_drained, 0);
	assert_int_equal(nodes->items[1].running, 0);
	assert_int_equal(nodes->items[1].being_drained, 1);
	assert_string_equal(nodes->items[0].partitions, "");
	rabbitmq_overview_unref(overview);
	rabbitmq_nodes_unref(nodes);
}

/* As the tool words it, which says "unknown" of a node that it could not ask. */
static void maintenance_is_told_by_words_that_are_known(void **state)
{
	static const struct {
		const char *words;
		int drained;
	} cases[] = {
		{"\"not under maintenance\"", 0},
		{"\"marked for maintenance\"", 1},
		{"\"\\u001b[35mmarked for maintenance\\u001b[0m\"", 1},
		{"\"draining\"", 1},
		{"\"unknown\"", -1},
		{"\"\"", -1},
		{"null", -1},
		{"true", -1},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char json[200];
		struct rabbitmq_overview *overview = NULL;
		struct rabbitmq_nodes *nodes = NULL;
		struct err err = {0};
		snprintf(json, sizeof json,
			 "{\"running_nodes\":[\"rabbit@a\"],\"maintenance_status\":{\"rabbit@a\":%s}}", cases[i].words);
		assert_true(rabbitmq_decode_cluster_status(TEXT(json), &overview, &nodes, &err));
		assert_int_equal(nodes->items[0].being_drained, cases[i].drained);
		rabbitmq_overview_unref(overview);
		rabbitmq_nodes_unref(nodes);
	}
}

static void what_is_no_answer_is_an_error(void **state)
{
	static const char *const texts[] = {
		"", "[", "null", "7", "\"x\"", "{\"a\":", "<html>", "{\"items\":7}", "{\"items\":{}}"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct rabbitmq_queues *queues = rabbitmq_queues_create(NULL);
		struct rabbitmq_page page;
		struct err err = {0};
		assert_false(rabbitmq_list_take(rabbitmq_list_of_queues(queues, NULL), TEXT(texts[i]), &page, &err));
		assert_int_equal(err.code, ERR_PARSE);
		assert_null(rabbitmq_decode_nodes(TEXT(texts[i]), &err));
		rabbitmq_queues_unref(queues);
		struct rabbitmq_clients *clients = rabbitmq_clients_create();
		assert_false(rabbitmq_list_take(rabbitmq_list_of_connections(clients), TEXT(texts[i]), &page, &err));
		rabbitmq_clients_unref(clients);
	}
	struct err err = {0};
	char deep[4001];
	memset(deep, '[', 4000);
	deep[4000] = '\0';
	assert_null(rabbitmq_decode_nodes(TEXT(deep), &err));
}

/* Fifty thousand are kept, and twice while they are read anew, and any field may be added to the table: with name, row and number
 * among those replicated, 200 bytes are the bound. */
static void a_queue_stays_small(void **state)
{
	enum { NAME_ROW_AND_NUMBER = 56 };
	assert_in_range(2 * sizeof(struct rabbitmq_queue), 1, 200 - NAME_ROW_AND_NUMBER);
}

static void a_member_of_a_member_is_found_along_its_path(void **state)
{
	struct err err = {0};
	CLEANUP(rabbitmq_json)
	cJSON *json = rabbitmq_json_parse(TEXT("{\"a\":{\"b\":{\"c\":7}},\"a.b\":9}"), "test", &err);
	assert_int_equal(rabbitmq_json_count(json, "a.b.c"), 7);
	assert_int_equal(rabbitmq_json_count(json, "a.b"), -1); /* an object, and no key of that name */
	assert_int_equal(rabbitmq_json_count(json, "a.x.c"), -1);
	assert_int_equal(rabbitmq_json_count(NULL, "a.b"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overview_as_4_0_writes_it),
		cmocka_unit_test(what_is_not_said_is_unknown),
		cmocka_unit_test(keys_are_case_sensitive),
		cmocka_unit_test(a_queue_stays_small),
		cmocka_unit_test(a_member_of_a_member_is_found_along_its_path),
		cmocka_unit_test(nodes_with_alarms_and_partitions),
		cmocka_unit_test(pages_of_queues_are_put_together),
		cmocka_unit_test(queues_as_rabbitmqctl_prints_them),
		cmocka_unit_test(too_many_members_are_cut),
		cmocka_unit_test(connections_are_added_up_by_node_and_name),
		cmocka_unit_test(long_names_of_clients_are_cut_between_characters),
		cmocka_unit_test(connections_that_cannot_be_placed_or_counted_are_missing),
		cmocka_unit_test(more_nodes_than_are_read_are_none),
		cmocka_unit_test(checks_over_http_and_command_line),
		cmocka_unit_test(cluster_status_of_the_command_line),
		cmocka_unit_test(maintenance_is_told_by_words_that_are_known),
		cmocka_unit_test(what_is_no_answer_is_an_error),
	};
	return cmocka_run_group_tests_name("rabbitmq/decode", tests, NULL, NULL);
}
