#include "tests/unit/unit.h"

#include "api/demo/http/http_request.h"

static enum demo_request_progress parse(const char *text, size_t len, struct demo_request *out, int *status)
{
	struct buf in = BUF_INIT(DEMO_REQUEST_BUFFER_MAX);
	buf_append(&in, text, len);
	enum demo_request_progress progress = demo_request_parse(&in, out, status);
	buf_finish(&in);
	return progress;
}

static const char whole[] = "POST /a%2Fb/c?x=1+2&y=%2F&x=3&z HTTP/1.1\r\nHost: h\r\nX-Two:  spaced \r\n"
			    "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;ext=1\r\n!\r\n0\r\n\r\n";

static void a_request_is_taken_apart(void **state)
{
	struct demo_request request;
	int status;
	assert_int_equal(parse(whole, sizeof whole - 1, &request, &status), DEMO_REQUEST_WHOLE);
	assert_string_equal(request.method, "POST");
	assert_string_equal(request.path, "/a%2Fb/c");
	assert_string_equal(demo_request_query(&request, "x"), "1 2");
	assert_string_equal(demo_request_query(&request, "y"), "/");
	assert_string_equal(demo_request_query(&request, "z"), "");
	assert_null(demo_request_query(&request, "q"));
	assert_string_equal(demo_request_header(&request, "x-two"), "spaced");
	assert_string_equal(request.body, "hello!");
	assert_true(request.keep_alive);
	struct demo_request_path path;
	assert_true(demo_request_split_path(request.path, &path));
	assert_int_equal(path.count, 2);
	assert_string_equal(path.segments[0], "a/b");
	demo_request_path_finish(&path);
	demo_request_finish(&request);
}

static void every_cut_waits_for_more(void **state)
{
	for (size_t len = 0; len < sizeof whole - 1; len++) {
		struct demo_request request;
		int status;
		assert_int_equal(parse(whole, len, &request, &status), DEMO_REQUEST_MORE);
	}
}

static void requests_follow_each_other(void **state)
{
	struct buf in = BUF_INIT(DEMO_REQUEST_BUFFER_MAX);
	struct demo_request request;
	int status;
	buf_append_str(&in, "GET /1 HTTP/1.1\r\nContent-Length: 2\r\n\r\nabGET /2 HTTP/1.0\r\n\r\nGET");
	assert_int_equal(demo_request_parse(&in, &request, &status), DEMO_REQUEST_WHOLE);
	assert_string_equal(request.body, "ab");
	demo_request_finish(&request);
	assert_int_equal(demo_request_parse(&in, &request, &status), DEMO_REQUEST_WHOLE);
	assert_string_equal(request.path, "/2");
	assert_false(request.keep_alive);
	demo_request_finish(&request);
	assert_int_equal(demo_request_parse(&in, &request, &status), DEMO_REQUEST_MORE);
	assert_int_equal(in.len, 3);
	buf_finish(&in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_taken_apart),
		cmocka_unit_test(every_cut_waits_for_more),
		cmocka_unit_test(requests_follow_each_other),
	};
	return cmocka_run_group_tests_name("demo/request", tests, NULL, NULL);
}
