#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/kafka/wire/codec.h"
#include "api/kafka/wire/kafka_errors.h"
#include "api/kafka/wire/messages.h"
#include "api/kafka/wire/schema_list.h"

static const uint8_t *bytes_of(const struct buf *buf)
{
	return (const uint8_t *)buf_str(buf);
}

static void writes_headers_old_and_flexible(void **state)
{
	struct buf out = BUF_INIT(1000);
	struct kafka_sasl_handshake_request handshake = {.mechanism = "PLAIN"};
	struct kafka_header header = {KAFKA_SASL_HANDSHAKE, 1, 7, "me"};
	assert_true(kafka_encode_request(&out, &header, &handshake, true, NULL));
	assert_int_equal(out.len, 4 + 10 + 2 + 7);
	assert_memory_equal(out.data, "\0\0\0\x13\0\x11\0\1\0\0\0\7\0\2me\0\5PLAIN", out.len);
	buf_clear(&out);

	struct kafka_describe_cluster_request cluster = {.endpoint_type = 1};
	header = (struct kafka_header){KAFKA_DESCRIBE_CLUSTER, 1, -2, NULL};
	assert_true(kafka_encode_request(&out, &header, &cluster, true, NULL));
	assert_memory_equal(out.data, "\0\0\0\x0e\0\x3c\0\1\xff\xff\xff\xfe\xff\xff\0\0\1\0", out.len);
	buf_finish(&out);
}

static void requests_and_responses_meet_their_other_side(void **state)
{
	struct buf out = BUF_INIT(1000);
	struct arena arena = ARENA_INIT;
	struct kafka_metadata_request_topic topics[] = {{.name = "orders"}, {.name = "pay"}};
	struct kafka_metadata_request request = {.topics = {topics, 2}, .include_topic_authorized_operations = true};
	struct kafka_header header = {KAFKA_METADATA, 12, 5, "console"}, seen;
	assert_true(kafka_encode_request(&out, &header, &request, false, NULL));
	struct kafka_metadata_request *got = kafka_decode_request(&arena, bytes_of(&out) + 4, out.len - 4, &seen, NULL);
	assert_non_null(got);
	assert_int_equal(seen.api_key, KAFKA_METADATA);
	assert_int_equal(seen.version, 12);
	assert_int_equal(seen.correlation, 5);
	assert_string_equal(seen.client_id, "console");
	assert_int_equal(got->topics.len, 2);
	assert_string_equal(got->topics.items[1].name, "pay");
	assert_false(got->allow_auto_topic_creation);
	assert_true(got->include_topic_authorized_operations);

	buf_clear(&out);
	struct kafka_metadata_response response;
	kafka_message_init(&kafka_metadata_response_schema, &response);
	struct kafka_metadata_broker broker = {.node_id = 3, .host = "kafka-3.kafka", .port = 9092};
	response.brokers.items = &broker;
	response.brokers.len = 1;
	response.cluster_id = "abc";
	assert_true(kafka_encode_response(&out, &header, &response, NULL));
	struct kafka_metadata_response *back =
		kafka_decode_response(&arena, bytes_of(&out) + 4, out.len - 4, &header, NULL);
	assert_non_null(back);
	assert_string_equal(back->brokers.items[0].host, "kafka-3.kafka");
	assert_null(back->brokers.items[0].rack);
	assert_int_equal(back->controller_id, -1);
	assert_int_equal(back->cluster_authorized_operations, INT32_MIN);

	struct err err = {0};
	header.correlation = 6;
	assert_null(kafka_decode_response(&arena, bytes_of(&out) + 4, out.len - 4, &header, &err));
	assert_int_equal(err.code, ERR_PARSE);
	arena_finish(&arena);
	buf_finish(&out);
}

/* ApiVersions answers with the old header also where its body is flexible. */
static void api_versions_keeps_the_old_response_header(void **state)
{
	struct buf out = BUF_INIT(1000);
	struct kafka_api_version range = {3, 0, 13};
	struct kafka_api_versions_response response = {.api_keys = {&range, 1}, .finalized_features_epoch = -1};
	struct kafka_header header = {KAFKA_API_VERSIONS, 3, 1, NULL};
	assert_true(kafka_encode_response(&out, &header, &response, NULL));
	assert_memory_equal(out.data, "\0\0\0\x13\0\0\0\1\0\0\2\0\3\0\0\0\x0d\0\0\0\0\0\0", out.len);
	buf_finish(&out);
}

static void skips_tagged_fields_it_does_not_know(void **state)
{
	struct arena arena = ARENA_INIT;
	/* DescribeCluster v0 with the tags 0 (3 bytes) and 200 (none) at the end. */
	static const uint8_t body[] = {0, 0, 0, 9, 0, 0, 0, 2,   'c', 0,   0,    0, 1, 1,
				       0, 0, 0, 0, 2, 0, 3, 'x', 'y', 'z', 0xc8, 1, 0};
	struct kafka_describe_cluster_response *response =
		kafka_decode_body(&arena, &kafka_describe_cluster_response_schema, body, sizeof body, 0, true, NULL);
	assert_non_null(response);
	assert_string_equal(response->cluster_id, "c");
	assert_int_equal(response->controller_id, 1);
	assert_null(kafka_decode_body(&arena, &kafka_describe_cluster_response_schema, body, sizeof body - 1, 0, true,
				      NULL));
	arena_finish(&arena);
}

static void bounds_arrays_by_the_bytes_that_are_there(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = {0};
	/* A ListGroups answer that claims 2^28 groups. */
	static const uint8_t body[] = {0, 0, 0, 0, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x01, 1, 1, 0};
	assert_null(kafka_decode_body(&arena, &kafka_list_groups_response_schema, body, sizeof body, 3, true, &err));
	assert_non_null(strstr(err.text, "exceeds the remaining bytes"));
	assert_in_range(arena.used, 0, 4096);
	arena_finish(&arena);
}

static void a_nul_in_a_string_stays_visible(void **state)
{
	struct arena arena = ARENA_INIT;
	static const uint8_t body[] = {0, 4, 'a', 0, 'b', 0};
	struct kafka_sasl_handshake_request *request =
		kafka_decode_body(&arena, &kafka_sasl_handshake_request_schema, body, sizeof body, 1, false, NULL);
	assert_string_equal(request->mechanism, "a\1b\1");
	arena_finish(&arena);
}

static void read_only_lets_only_reads_through(void **state)
{
	static const int changing[] = {KAFKA_CREATE_TOPICS,
				       KAFKA_DELETE_TOPICS,
				       KAFKA_CREATE_PARTITIONS,
				       KAFKA_ELECT_LEADERS,
				       KAFKA_INCREMENTAL_ALTER_CONFIGS,
				       KAFKA_ALTER_PARTITION_REASSIGNMENTS,
				       KAFKA_UNREGISTER_BROKER};
	size_t count;
	const struct kafka_api *apis = kafka_api_list(&count);
	for (size_t i = 0; i < count; i++) {
		bool changes = false;
		for (size_t k = 0; k < ARRAY_LEN(changing); k++)
			changes |= changing[k] == apis[i].key;
		struct buf out = BUF_INIT(1000);
		struct err err = {0};
		void *request = mem_alloc(apis[i].request->size);
		struct kafka_header header = {apis[i].key, apis[i].max, 1, NULL};
		assert_int_equal(kafka_encode_request(&out, &header, request, true, &err), !changes);
		assert_int_equal(err.code, changes ? ERR_REFUSED : ERR_NONE);
		assert_int_equal(out.len > 0, !changes);
		assert_true(kafka_encode_request(&out, &header, request, false, NULL));
		free(request);
		buf_finish(&out);
	}
}

static void says_which_versions_it_speaks(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = {0};
	struct kafka_header header;
	assert_null(kafka_decode_request(&arena, (const uint8_t *)"\0\x12\0\x09\0\0\0\x2a\xff\xff", 10, &header, &err));
	assert_int_equal(err.code, ERR_UNSUPPORTED);
	assert_int_equal(header.api_key, KAFKA_API_VERSIONS);
	assert_int_equal(header.version, 9);
	assert_int_equal(header.correlation, 42);
	assert_null(kafka_decode_request(&arena, (const uint8_t *)"\0\x12\0", 3, &header, &err));
	assert_int_equal(err.code, ERR_PARSE);
	arena_finish(&arena);
}

static void knows_what_is_no_kafka_frame(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		enum kafka_frame kind;
		const char *says;
	} cases[] = {
		{"\0\0\0\4abcd", 8, KAFKA_FRAME_WHOLE, NULL},
		{"\0\0\0\4abcdmore", 12, KAFKA_FRAME_WHOLE, NULL},
		{"\0\0\0\5abcd", 8, KAFKA_FRAME_PARTIAL, NULL},
		{"\0\0", 2, KAFKA_FRAME_PARTIAL, NULL},
		{"", 0, KAFKA_FRAME_PARTIAL, NULL},
		{"\4\0\0\0", 4, KAFKA_FRAME_PARTIAL, NULL},
		{"\4\0\0\1", 4, KAFKA_FRAME_BAD, "not Kafka"},
		{"\0\0\0\3abc", 7, KAFKA_FRAME_BAD, "not Kafka"},
		{"\xff\xff\xff\xff", 4, KAFKA_FRAME_BAD, "not Kafka"},
		{"HTTP/1.1 400", 12, KAFKA_FRAME_BAD, "HTTP"},
		{"\x15\x03\x01\0\2\2\x16", 7, KAFKA_FRAME_BAD, "TLS"},
		{"\x15\x03", 2, KAFKA_FRAME_BAD, "TLS"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t body = 0;
		struct err err = {0};
		assert_int_equal(kafka_frame_peek((const uint8_t *)cases[i].bytes, cases[i].len, &body, &err),
				 cases[i].kind);
		if (cases[i].says)
			assert_non_null(strstr(err.text, cases[i].says));
		else
			assert_int_equal(err.code, ERR_NONE);
	}
}

static void finds_errors_in_responses(void **state)
{
	struct kafka_alter_configs_result results[] = {{.resource_name = "a"}, {.error_code = 41}};
	struct kafka_incremental_alter_configs_response response = {.throttle_time_ms = 12, .responses = {results, 2}};
	const struct kafka_api *api = kafka_api_find(KAFKA_INCREMENTAL_ALTER_CONFIGS);
	assert_int_equal(kafka_response_error(api, &response, NULL), 0);
	assert_true(kafka_response_has_error(api, &response, KAFKA_ERR_NOT_CONTROLLER));
	assert_false(kafka_response_has_error(api, &response, 7));
	assert_int_equal(kafka_response_throttle(api, &response), 12);

	struct kafka_elect_leaders_response elect = {.error_code = 84};
	assert_int_equal(kafka_response_error(kafka_api_find(KAFKA_ELECT_LEADERS), &elect, NULL), 84);
}

static void names_errors_and_sorts_them(void **state)
{
	static const struct {
		int16_t code;
		enum err_code kind;
		bool retriable;
		const char *name;
	} cases[] = {
		{KAFKA_ERR_NOT_CONTROLLER, ERR_BUSY, true, "NOT_CONTROLLER"},
		{78, ERR_BUSY, true, "OFFSET_NOT_AVAILABLE"},
		{29, ERR_FORBIDDEN, false, "TOPIC_AUTHORIZATION_FAILED"},
		{31, ERR_FORBIDDEN, false, "CLUSTER_AUTHORIZATION_FAILED"},
		{58, ERR_UNAUTHORIZED, false, "SASL_AUTHENTICATION_FAILED"},
		{35, ERR_UNSUPPORTED, false, "UNSUPPORTED_VERSION"},
		{7, ERR_TIMEOUT, true, "REQUEST_TIMED_OUT"},
		{4711, ERR_SERVER, false, "UNKNOWN_ERROR"},
		{-1, ERR_SERVER, false, "UNKNOWN_SERVER_ERROR"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		assert_false(kafka_error_set(&err, cases[i].code, "electing leaders", "the broker's words"));
		assert_int_equal(err.code, cases[i].kind);
		assert_non_null(strstr(err.text, cases[i].name));
		assert_non_null(strstr(err.text, "electing leaders"));
		assert_non_null(strstr(err.text, "the broker's words"));
		assert_int_equal(kafka_error_is_retriable(cases[i].code), cases[i].retriable);
	}
}

static void reads_a_classic_members_assignment(void **state)
{
	struct arena arena = ARENA_INIT;
	static const uint8_t raw[] = {0, 1, 0, 0, 0, 1, 0, 1, 't',  0,    0,    0,    2,
				      0, 0, 0, 4, 0, 0, 0, 7, 0xff, 0xff, 0xff, 0xff, 'x'};
	const struct kafka_consumer_assignment *assignment =
		kafka_decode_assignment(&arena, &(struct kafka_bytes){raw, sizeof raw});
	assert_non_null(assignment);
	assert_string_equal(assignment->assigned_partitions.items[0].topic, "t");
	assert_int_equal(assignment->assigned_partitions.items[0].partitions.items[1], 7);
	assert_null(kafka_decode_assignment(&arena, &(struct kafka_bytes){raw, 20}));
	assert_null(kafka_decode_assignment(&arena, &(struct kafka_bytes){NULL, 0}));
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_headers_old_and_flexible),
		cmocka_unit_test(requests_and_responses_meet_their_other_side),
		cmocka_unit_test(api_versions_keeps_the_old_response_header),
		cmocka_unit_test(skips_tagged_fields_it_does_not_know),
		cmocka_unit_test(bounds_arrays_by_the_bytes_that_are_there),
		cmocka_unit_test(a_nul_in_a_string_stays_visible),
		cmocka_unit_test(read_only_lets_only_reads_through),
		cmocka_unit_test(says_which_versions_it_speaks),
		cmocka_unit_test(knows_what_is_no_kafka_frame),
		cmocka_unit_test(finds_errors_in_responses),
		cmocka_unit_test(names_errors_and_sorts_them),
		cmocka_unit_test(reads_a_classic_members_assignment),
	};
	return cmocka_run_group_tests_name("kafka/codec", tests, NULL, NULL);
}
