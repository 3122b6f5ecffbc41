/* The reader of long lists: whole or in pieces, right or wrong. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/buf.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/rabbitmq/rabbitmq_decode.h"

static const char queues_page[] =
	" {\"filtered_count\":3,\"page\": 2 ,\"page_count\":7,\"items\" : [\n"
	"{\"name\":\"a\\u00e4\\\"\\n\",\"vhost\":\"/\",\"type\":\"quorum\",\"state\":\"running\",\"node\":\"rabbit@a\","
	"\"leader\":\"rabbit@a\",\"members\":[\"rabbit@a\",\"rabbit@b\"],\"online\":[\"rabbit@b\"],\"messages\":12,"
	"\"messages_ready\":1.5e1,\"messages_unacknowledged\":0,\"consumers\":3000000000,\"memory\":143000,"
	"\"policy\":\"ha\",\"arguments\":{\"x\":[1,{\"messages\":9}]},"
	"\"message_stats\":{\"publish_details\":{\"rate\":1.25},\"publish\":7,\"deliver_get_details\":{\"rate\":0.5}}},"
	"{\"message_stats\":{\"deliver_get_details\":{\"rate\":2}},\"vhost\":\"v\",\"name\":\"b\",\"leader\":\"\"},"
	"7,null,{},[{\"name\":\"no queue\"}],"
	"{\"online\":[],\"members\":[7,\"rabbit@b\",null],\"name\":\"c\"}] , \"total_count\":3 }\n";

static void tell_queues(struct buf *out, const struct rabbitmq_queues *queues)
{
	for (size_t i = 0; i < queues->count; i++) {
		const struct rabbitmq_queue *it = &queues->items[i];
		buf_printf(out, "%s|%s|%s|%s|%s|%s|", it->name, str_or(rabbitmq_word(queues, it->vhost), "-"),
			   rabbitmq_queue_type_word(it->type), str_or(rabbitmq_word(queues, it->state), "-"),
			   str_or(rabbitmq_word(queues, it->node), "-"),
			   str_or(rabbitmq_word(queues, it->leader), "-"));
		for (size_t m = 0; m < (size_t)it->member_count + it->online_count; m++)
			buf_printf(out, "%s%s", m == it->member_count ? "/" : ",",
				   rabbitmq_word(queues, it->members[m]));
		buf_printf(out, "|%d%d|%lld %lld %lld %d %lld|%s|%.2f %.2f\n", it->members_known, it->online_known,
			   (long long)it->messages, (long long)it->ready, (long long)it->unacked, it->consumers,
			   (long long)it->memory_bytes, str_or(rabbitmq_word(queues, it->policy), "-"),
			   (double)it->publish_rate, (double)it->deliver_rate);
	}
}

static const char queues_told[] = "a\xc3\xa4\"\n|/|quorum|running|rabbit@a|rabbit@a|,rabbit@a,rabbit@b/rabbit@b|11|12 "
				  "15 0 2147483647 143000|ha|1.25 0.50\n"
				  "b|v|other|-|-|-||00|-1 -1 -1 -1 -1|-|-1.00 2.00\n"
				  "c|-|other|-|-|-|,rabbit@b|11|-1 -1 -1 -1 -1|-|-1.00 -1.00\n";

/* Reads json in two pieces, the first of them `first` bytes long, or in pieces of `piece` bytes. */
static bool read_queues(const char *json, size_t first, size_t piece, struct buf *told, struct err *err)
{
	struct rabbitmq_queues *queues = rabbitmq_queues_create(NULL);
	struct rabbitmq_list *list = rabbitmq_list_of_queues(queues, NULL);
	struct rabbitmq_page page;
	size_t len = strlen(json);
	for (size_t at = 0, size = first; at < len; at += size, size = piece) {
		size = size < len - at ? size : len - at;
		CLEANUP(free) char *own = mem_strndup(json + at, size); /* nothing beyond a piece may be read */
		rabbitmq_list_feed(list, own, size);
	}
	bool read = rabbitmq_list_end(list, &page, err);
	rabbitmq_list_destroy(list);
	*told = BUF_INIT(1 << 16);
	buf_printf(told, "%d %d\n", (int)page.page, (int)page.page_count);
	tell_queues(told, queues);
	rabbitmq_queues_unref(queues);
	return read;
}

static void assert_queues(const char *json, const char *expected)
{
	struct buf told;
	struct err err = {0};
	assert_true(read_queues(json, strlen(json), 1, &told, &err));
	assert_string_equal(strchr(buf_str(&told), '\n') + 1, expected);
	buf_finish(&told);
}

static void queues_in_pieces_are_the_whole(void **state)
{
	CLEANUP(free) char *expected = str_printf("2 7\n%s", queues_told);
	for (size_t first = 1; first < sizeof queues_page; first++)
		for (int twice = 0; twice < 2; twice++) {
			struct buf told;
			struct err err = {0};
			assert_true(read_queues(queues_page, first, twice ? sizeof queues_page : first, &told, &err));
			assert_string_equal(buf_str(&told), expected);
			buf_finish(&told);
		}
}

static void a_list_that_is_cut_short_is_no_list(void **state)
{
	size_t last = (size_t)(strrchr(queues_page, '}') - queues_page);
	for (size_t len = 0; len <= last; len++) {
		CLEANUP(free) char *cut = mem_strndup(queues_page, len);
		struct buf told;
		struct err err = {0};
		assert_false(read_queues(cut, len, 1, &told, &err));
		assert_int_equal(err.code, ERR_PARSE);
		assert_string_equal(err.text, "RabbitMQ's response (queues) is not JSON");
		buf_finish(&told);
	}
}

static void of_several_members_of_one_name_the_first_counts(void **state)
{
	assert_queues(
		"[{\"name\":\"a\",\"name\":\"b\",\"messages\":null,\"messages\":7,\"messages_ready\":1,\"messages_"
		"ready\":2,"
		"\"members\":[\"x\"],\"members\":[\"y\",\"z\"],"
		"\"message_stats\":{\"publish_details\":{\"rate\":1},\"publish_details\":{\"rate\":2}},"
		"\"message_stats\":{\"publish_details\":{\"rate\":3},\"deliver_get_details\":{\"rate\":4}}}]",
		"a|-|other|-|-|-|,x|10|-1 1 -1 -1 -1|-|1.00 -1.00\n");
	assert_queues("{\"items\":[{\"name\":\"a\"}],\"items\":[{\"name\":\"b\"}]}",
		      "a|-|other|-|-|-||00|-1 -1 -1 -1 -1|-|-1.00 -1.00\n");
}

static void what_is_of_another_type_is_unknown(void **state)
{
	static const char *const values[] = {"null", "true", "\"7\"", "[7]", "{\"rate\":{\"rate\":7}}",
					     "-7",   "[]",   "{}"};
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		CLEANUP(free)
		char *json =
			str_printf("[{\"name\":\"q\",\"vhost\":[%s],\"type\":{},\"state\":7,\"node\":null,\"leader\":"
				   "true,\"members\":\"x\","
				   "\"online\":{\"a\":[\"x\"]},\"messages\":%s,\"messages_ready\":%s,\"consumers\":%s,"
				   "\"memory\":%s,\"policy\":3,\"message_stats\":{\"publish_details\":{\"rate\":%s},"
				   "\"deliver_get_details\":%s}}]",
				   values[i], values[i], values[i], values[i], values[i], values[i], values[i]);
		assert_queues(json, "q|-|other|-|-|-||00|-1 -1 -1 -1 -1|-|-1.00 -1.00\n");
	}
}

static void numbers_out_of_range_are_unknown(void **state)
{
	assert_queues(
		"[{\"name\":\"q\",\"messages\":9007199254740992,\"messages_ready\":9007199254740991,"
		"\"messages_unacknowledged\":1e999,\"memory\":0.9,\"consumers\":2147483648,"
		"\"message_stats\":{\"publish_details\":{\"rate\":1e999},\"deliver_get_details\":{\"rate\":-0.5}}}]",
		"q|-|other|-|-|-||00|-1 9007199254740991 -1 2147483647 0|-|-1.00 -1.00\n");
}

/* A path names members of members, and nothing else does. */
static void a_key_with_a_dot_is_no_path(void **state)
{
	assert_queues("[{\"name\":\"q\",\"message_stats.publish_details.rate\":7,\"message_stats\":{\"publish_details."
		      "rate\":7,\"\":1,\"rate\":2}}]",
		      "q|-|other|-|-|-||00|-1 -1 -1 -1 -1|-|-1.00 -1.00\n");
}

static void what_is_no_json_is_an_error_wherever_it_stands(void **state)
{
	static const char *const texts[] = {
		"[{\"name\":\"q\",\"x\":[1,]}]",
		"[{\"name\":\"q\",\"x\":{]}}]",
		"[{\"name\":\"q\",\"messages\":01x}]",
		"[{\"name\":\"q\",\"x\":nul}]",
		"[{\"name\":\"q\",\"x\":+1}]",
		"[{\"name\":\"q\",\"messages\":-}]",
		"[{\"name\":\"q\" \"x\":1}]",
		"[{\"name\":\"q\",}]",
		"[{\"name\":\"q\",\"members\":[\"a\" \"b\"]}]",
		"[{\"name\":\"q\"} {\"name\":\"r\"}]",
		"[{\"name\":\"q\"},]",
		"[foo]",
		"{\"items\":[],\"page\":one}",
		"{\"items\":[],\"other\":{\"a\"}}",
		"[{\"name\":\"q\",\"x\":1.2.3}]",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct buf told;
		struct err err = {0};
		if (read_queues(texts[i], 3, 1, &told, &err))
			fail_msg("taken for JSON: %s", texts[i]);
		assert_string_equal(err.text, "RabbitMQ's response (queues) is not JSON");
		buf_finish(&told);
	}
}

static void what_is_no_list_is_said_to_be_none(void **state)
{
	static const char *const texts[] = {
		"7", "null", "\"x\"", "{}", "{\"items\":7}", "{\"items\":{}}", "{\"items\":null,\"items\":[]}"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct buf told;
		struct err err = {0};
		assert_false(read_queues(texts[i], 1, 1, &told, &err));
		assert_int_equal(err.code, ERR_PARSE);
		assert_string_equal(err.text, "RabbitMQ's list of queues is not an array");
		buf_finish(&told);
	}
}

static void what_is_nested_too_deep_or_too_large_is_refused(void **state)
{
	struct buf json = BUF_INIT(4 << 20), told;
	struct err err = {0};
	buf_append_str(&json, "[{\"name\":\"q\",\"x\":");
	for (int i = 0; i < 4000; i++)
		buf_append_char(&json, '[');
	assert_false(read_queues(buf_str(&json), 100, 100, &told, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_string_equal(err.text,
			    "RabbitMQ's response (queues): the server's JSON is nested more than 128 levels deep");
	buf_finish(&told);
	buf_clear(&json);
	buf_append_str(&json, "[{\"name\":\"");
	for (int i = 0; i < 2 << 20; i++)
		buf_append_char(&json, 'n');
	buf_append_str(&json, "\"}]");
	err_clear(&err);
	assert_false(read_queues(buf_str(&json), 1 << 16, 1 << 16, &told, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	buf_finish(&told);
	buf_finish(&json);
}

/* rabbitmqctl may say more after it. */
static void what_follows_the_list_is_not_of_it(void **state)
{
	assert_queues("[{\"name\":\"q\"}]\nWarning: [", "q|-|other|-|-|-||00|-1 -1 -1 -1 -1|-|-1.00 -1.00\n");
}

static void queues_beyond_the_cap_are_told_of(void **state)
{
	struct rabbitmq_queues *queues = rabbitmq_queues_create(NULL);
	struct rabbitmq_list *list = rabbitmq_list_of_queues(queues, NULL);
	struct rabbitmq_page page;
	struct err err = {0};
	rabbitmq_list_feed(list, "[{\"name\":\"q\"}", 13);
	for (int i = 1; i < RABBITMQ_QUEUES_MAX; i++)
		rabbitmq_list_feed(list, ",{\"name\":\"q\"}", 13);
	assert_false(queues->truncated);
	rabbitmq_list_feed(list, ",{\"name\":\"q\"}]", 14);
	assert_true(rabbitmq_list_end(list, &page, &err));
	rabbitmq_list_destroy(list);
	assert_true(queues->truncated);
	assert_int_equal(queues->count, RABBITMQ_QUEUES_MAX);
	rabbitmq_queues_unref(queues);
}

static void queues_with_the_same_members_share_them(void **state)
{
	static const char json[] = "[{\"name\":\"a\",\"members\":[\"x\",\"y\"],\"online\":[\"x\"]},"
				   "{\"name\":\"b\",\"members\":[\"x\",\"y\"],\"online\":[\"x\"]},"
				   "{\"name\":\"c\",\"members\":[\"x\",\"y\"],\"online\":[\"y\"]}]";
	struct rabbitmq_queues *queues = rabbitmq_queues_create(NULL);
	struct rabbitmq_page page;
	struct err err = {0};
	assert_true(rabbitmq_list_take(rabbitmq_list_of_queues(queues, NULL), json, strlen(json), &page, &err));
	assert_ptr_equal(queues->items[0].members, queues->items[1].members);
	assert_ptr_not_equal(queues->items[0].members, queues->items[2].members);
	assert_string_equal(rabbitmq_word(queues, queues->items[2].members[2]), "y");
	rabbitmq_queues_unref(queues);
}

static void take_queues(struct rabbitmq_queues *queues, const char *json)
{
	struct rabbitmq_page page;
	struct err err = {0};
	assert_true(rabbitmq_list_take(rabbitmq_list_of_queues(queues, NULL), json, strlen(json), &page, &err));
	rabbitmq_queues_seal(queues);
}

/* b has gone and x has come; the others keep their names where they are, also when the first picture has gone. */
static void names_that_stay_are_held_once(void **state)
{
	struct rabbitmq_queues *first = rabbitmq_queues_create(NULL), *second, *third;
	take_queues(first, "[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"c\"},{\"name\":\"d\"}]");
	second = rabbitmq_queues_create(first);
	take_queues(second, "[{\"name\":\"a\"},{\"name\":\"c\"},{\"name\":\"x\"},{\"name\":\"d\"}]");
	assert_ptr_equal(second->items[0].name, first->items[0].name);
	assert_ptr_equal(second->items[1].name, first->items[2].name);
	assert_ptr_equal(second->items[3].name, first->items[3].name);
	rabbitmq_queues_unref(first);
	third = rabbitmq_queues_create(second);
	take_queues(third, "[{\"name\":\"d\"},{\"name\":\"a\"}]");
	assert_string_equal(second->items[2].name, "x");
	rabbitmq_queues_unref(second);
	assert_string_equal(third->items[0].name, "d");
	assert_string_equal(third->items[1].name, "a");
	rabbitmq_queues_unref(third);
}

/* Queues with other names each time: those of the ones before are let go of. */
static void names_of_queues_that_are_gone_do_not_pile_up(void **state)
{
	enum { ROUNDS = 60, QUEUES = 1000 };
	struct rabbitmq_queues *queues = NULL;
	for (int round = 0; round < ROUNDS; round++) {
		struct rabbitmq_queues *next = rabbitmq_queues_create(queues);
		struct buf json = BUF_INIT(1 << 20);
		for (int i = 0; i < QUEUES; i++)
			buf_printf(&json, "%s{\"name\":\"queue %d of round %d\"}", i ? "," : "[", i, round);
		buf_append_str(&json, "]");
		take_queues(next, buf_str(&json));
		rabbitmq_queues_unref(queues);
		queues = next;
		buf_finish(&json);
		assert_in_range(queues->names->arena.used, 1, 3 * queues->name_bytes + (64 << 10));
	}
	rabbitmq_queues_unref(queues);
}

static void connections_in_pieces_are_the_whole(void **state)
{
	static const char json[] =
		"{\"page\":1,\"page_count\":1,\"items\":["
		"{\"node\":\"rabbit@a\",\"user\":\"u\\u0041\",\"user_provided_name\":\"app\",\"peer\":{}},"
		"{\"user\":\"u\",\"node\":\"rabbit@a\"},{\"node\":\"rabbit@b\",\"user_provided_name\":\"app\"}]}";
	for (size_t first = 1; first < sizeof json; first++) {
		struct rabbitmq_clients *clients = rabbitmq_clients_create();
		struct rabbitmq_list *list = rabbitmq_list_of_connections(clients);
		struct rabbitmq_page page;
		struct err err = {0};
		rabbitmq_list_feed(list, json, first);
		rabbitmq_list_feed(list, json + first, sizeof json - 1 - first);
		assert_true(rabbitmq_list_end(list, &page, &err));
		rabbitmq_list_destroy(list);
		rabbitmq_clients_seal(clients);
		assert_false(clients->partial);
		assert_int_equal(clients->connections, 3);
		assert_int_equal(clients->count, 3);
		assert_string_equal(clients->items[0].name, "app");
		assert_string_equal(clients->items[1].name, "u");
		assert_string_equal(clients->items[2].node, "rabbit@b");
		rabbitmq_clients_unref(clients);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queues_in_pieces_are_the_whole),
		cmocka_unit_test(a_list_that_is_cut_short_is_no_list),
		cmocka_unit_test(of_several_members_of_one_name_the_first_counts),
		cmocka_unit_test(what_is_of_another_type_is_unknown),
		cmocka_unit_test(numbers_out_of_range_are_unknown),
		cmocka_unit_test(a_key_with_a_dot_is_no_path),
		cmocka_unit_test(what_is_no_json_is_an_error_wherever_it_stands),
		cmocka_unit_test(what_is_no_list_is_said_to_be_none),
		cmocka_unit_test(what_is_nested_too_deep_or_too_large_is_refused),
		cmocka_unit_test(what_follows_the_list_is_not_of_it),
		cmocka_unit_test(queues_beyond_the_cap_are_told_of),
		cmocka_unit_test(queues_with_the_same_members_share_them),
		cmocka_unit_test(names_that_stay_are_held_once),
		cmocka_unit_test(names_of_queues_that_are_gone_do_not_pile_up),
		cmocka_unit_test(connections_in_pieces_are_the_whole),
	};
	return cmocka_run_group_tests_name("rabbitmq/lists", tests, NULL, NULL);
}
