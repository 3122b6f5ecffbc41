#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/json_list.h"
#include "api/base/str.h"

/* What a list hands on, as one text: "key=value;" and "item;". */
struct heard {
	struct buf text;
	int stop_after; /* items; 0 = never */
};

static bool hear_member(void *data, const char *key, const struct json_value *value, struct err *err)
{
	struct heard *heard = data;
	return buf_printf(&heard->text, "%s=%.*s;", key, (int)value->len, value->bytes);
}

static bool hear_item(void *data, const struct json_value *value, struct err *err)
{
	struct heard *heard = data;
	buf_printf(&heard->text, "%.*s;", (int)value->len, value->bytes);
	return heard->stop_after == 0 || --heard->stop_after > 0;
}

static struct json_list list_for(struct heard *heard, bool may_be_bare)
{
	heard->text = BUF_INIT(1 << 16);
	return (struct json_list){
		.hooks = {.on_member = hear_member, .on_item = hear_item, .data = heard},
		.pieces.pending = BUF_INIT(1 << 12),
		.may_be_bare = may_be_bare,
	};
}

static void list_finish(struct json_list *list, struct heard *heard)
{
	buf_finish(&list->pieces.pending);
	buf_finish(&heard->text);
}

static const char long_list[] =
	" {\"kind\":\"L\", \"n\" :-1.5e3,\"metadata\":{\"a\":[{}],\"b\":\"]}\\\"\"},\"items\": [ "
	"{\"x\":\"\\\\\"}, 7 ,null,\"a,]\",[1,[]],{}\n] , \"a key that is longer than is "
	"kept\":true,\"items\":[9]}\n";
static const char long_list_heard[] =
	"kind=\"L\";n=-1.5e3;metadata={\"a\":[{}],\"b\":\"]}\\\"\"};{\"x\":\"\\\\\"};7;null;\"a,]\";"
	"[1,[]];{};=true;items=[9];";

/* Wherever it is cut, in two and in pieces of one size each, the list says the same. */
static void a_list_in_pieces_is_the_whole(void **state)
{
	size_t len = strlen(long_list);
	for (size_t piece = 1; piece <= len; piece++)
		for (int twice = 0; twice < 2; twice++) {
			struct heard heard = {0};
			struct err err = {0};
			struct json_list list = list_for(&heard, false);
			for (size_t at = 0, end = piece; at < len; at = end, end = twice ? len : end + piece)
				assert_true(json_list_feed(&list, long_list + at, (end < len ? end : len) - at, &err));
			assert_string_equal(buf_str(&heard.text), long_list_heard);
			assert_true(list.whole);
			assert_true(list.has_items);
			list_finish(&list, &heard);
		}
}

static void only_the_whole_list_is_whole(void **state)
{
	for (size_t len = 0; len + 2 < sizeof long_list; len++) {
		struct heard heard = {0};
		struct err err = {0};
		struct json_list list = list_for(&heard, false);
		assert_true(json_list_feed(&list, long_list, len, &err));
		assert_false(list.whole);
		list_finish(&list, &heard);
	}
}

static void bare_lists_are_read_where_they_may_be(void **state)
{
	struct heard heard = {0};
	struct err err = {0};
	struct json_list list = list_for(&heard, true);
	assert_true(json_list_feed(&list, "[1,{\"items\":[2]}]\n", 18, &err));
	assert_true(list.whole);
	assert_string_equal(buf_str(&heard.text), "1;{\"items\":[2]};");
	list_finish(&list, &heard);
	list = list_for(&heard, false);
	assert_false(json_list_feed(&list, "[1]", 3, &err));
	assert_int_equal(err.code, ERR_PARSE);
	list_finish(&list, &heard);
}

static void wrong_structure_is_an_error(void **state)
{
	static const char *const texts[] = {"7",           "\"a\"",      "{\"a\"}",       "{\"a\":}",
					    "{,}",         "{\"a\":1,}", "{\"a\":1]",     "{\"items\":[,1]}",
					    "[1,]",        "[1 2]",      "[1}",           "{\"items\":[1],}",
					    "{\"a\" 1}",   "{a:1}",      "[]x",           "{\"items\":[1]]}",
					    "{\"a\":1:2}", "[\"a\":1]",  "{\"items\":[}]"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct heard heard = {0};
		struct err err = {0};
		struct json_list list = list_for(&heard, true);
		assert_false(json_list_feed(&list, texts[i], strlen(texts[i]), &err));
		assert_int_equal(err.code, ERR_PARSE);
		list_finish(&list, &heard);
	}
}

static void depth_and_size_of_a_value_are_limited(void **state)
{
	char deep[2 * JSON_DEPTH_MAX], wide[1 << 13];
	struct heard heard = {0};
	struct err err = {0};
	struct json_list list = list_for(&heard, true);
	memset(deep, '[', sizeof deep);
	assert_false(json_list_feed(&list, deep, sizeof deep, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	list_finish(&list, &heard);
	list = list_for(&heard, true);
	err_clear(&err);
	memset(wide, 'a', sizeof wide);
	wide[0] = '[';
	wide[1] = '"';
	assert_false(json_list_feed(&list, wide, sizeof wide, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	list_finish(&list, &heard);
}

static void whoever_reads_may_stop(void **state)
{
	struct heard heard = {.stop_after = 2};
	struct err err = {0};
	struct json_list list = list_for(&heard, true);
	assert_false(json_list_feed(&list, "[1,2,3]", 7, &err));
	assert_false(err_is_set(&err));
	assert_string_equal(buf_str(&heard.text), "1;2;");
	list_finish(&list, &heard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_in_pieces_is_the_whole),         cmocka_unit_test(only_the_whole_list_is_whole),
		cmocka_unit_test(bare_lists_are_read_where_they_may_be), cmocka_unit_test(wrong_structure_is_an_error),
		cmocka_unit_test(depth_and_size_of_a_value_are_limited), cmocka_unit_test(whoever_reads_may_stop),
	};
	return cmocka_run_group_tests_name("base/json_list", tests, NULL, NULL);
}
