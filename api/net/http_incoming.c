/* What libcurl brings of an answer: heads and bodies, within caps, and whether they come from whom they were asked of. */
#include "api/net/http_private.h"

enum {
	HTTP_BODY_MAX = 4 << 20,
	HTTP_ERROR_BODY_MAX = 64 << 10, /* kept of the body of a status that is not 2xx; the rest is dropped */
	HTTP_HEADERS_MAX = 64 << 10,
};

static void note_bytes(struct http_request *request)
{
	int64_t now = loop_now_ms(request->http->peer.loop);
	request->connected = true;
	request->last_byte_ms = request->http->last_byte_ms = now;
	if (request->first_byte_ms < 0)
		request->first_byte_ms = now;
}

static bool must_stop(const struct http_request *request)
{
	return request->cancelled || request->http->closing || err_is_set(&request->err);
}

int http_on_ready(void *data, char *to_address, char *from_address, int to_port, int from_port)
{
	http_turn_end_connecting(data);
	return CURL_PREREQFUNC_OK;
}

static void end_of_head(struct http_request *request)
{
	const struct http_call *call = &request->call;
	long version = 0;
	request->http->speaks_2 = curl_easy_getinfo(request->easy, CURLINFO_HTTP_VERSION, &version) == CURLE_OK &&
				  version == CURL_HTTP_VERSION_2_0;
	buf_clear(&request->in);
	request->foreign = http_foreign_head(call->wants, &request->head);
	if (call->is_watch)
		http_turn_give(request);
	if (call->on_accepted && http_head_is_success(&request->head) && request->foreign != HTTP_FOREIGN_YES)
		call->on_accepted(call->data);
}

size_t http_on_header(char *line, size_t size, size_t count, void *data)
{
	struct http_request *request = data;
	size_t len = size * count;
	if (must_stop(request))
		return 0;
	note_bytes(request);
	request->header_bytes += len;
	if (request->header_bytes > HTTP_HEADERS_MAX) {
		err_set(&request->err, ERR_LIMIT, "%s sent more than %d KiB of headers", request->http->peer.authority,
			HTTP_HEADERS_MAX >> 10);
		return 0;
	}
	if (http_head_take(&request->head, line, len, loop_clock(request->http->peer.loop)))
		end_of_head(request);
	return len;
}

static bool http_is_too_large(struct http_request *request, size_t max)
{
	return !err_set(&request->err, ERR_LIMIT, "the response of %s is larger than %zu KiB",
			request->http->peer.authority, max >> 10);
}

static bool http_collect(struct http_request *request, const char *bytes, size_t len, bool is_wanted)
{
	size_t wanted_max = request->call.body_max ? request->call.body_max : HTTP_BODY_MAX;
	size_t max = is_wanted ? wanted_max : HTTP_ERROR_BODY_MAX;
	size_t room = max - request->in.len;
	request->in.max = max;
	buf_append(&request->in, bytes, len < room ? len : room);
	if (len <= room)
		return true;
	if (is_wanted)
		return !http_is_too_large(request, max);
	request->body_cut = true;
	return false;
}

size_t http_on_body(char *bytes, size_t size, size_t count, void *data)
{
	struct http_request *request = data;
	size_t len = size * count;
	if (must_stop(request))
		return CURL_WRITEFUNC_ERROR;
	note_bytes(request);
	request->body_bytes += len;
	if (request->foreign == HTTP_FOREIGN_UNKNOWN)
		request->foreign = http_foreign_body(request->call.wants, &request->head, bytes, len);
	bool is_wanted = http_head_is_success(&request->head) && request->foreign != HTTP_FOREIGN_YES;
	if (!is_wanted || !request->call.on_data)
		return http_collect(request, bytes, len, is_wanted) ? len : CURL_WRITEFUNC_ERROR;
	if (request->call.body_max && request->body_bytes > request->call.body_max &&
	    http_is_too_large(request, request->call.body_max))
		return CURL_WRITEFUNC_ERROR;
	if (request->call.on_data(request->call.data, bytes, len))
		return len;
	if (!request->cancelled)
		err_set(&request->err, ERR_CANCELLED, "the request was cancelled");
	return CURL_WRITEFUNC_ERROR;
}
