/* Requests on libcurl's multi interface: what is sent, what comes back, and how long silence is borne on the loop's own
 * clock. Callbacks may cancel requests or destroy the whole peer from inside libcurl; what must wait for libcurl to
 * return is marked and done then. */
#include "api/net/http.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/base/buf.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/net/http_text.h"
#include "api/net/multi.h"
#include "api/net/peer.h"

enum {
	HTTP_CONNECT_MS = 10000,
	HTTP_TOTAL_MS = 30000,
	HTTP_SILENCE_MS = 150000,
	HTTP_BODY_MAX = 4 << 20,
	HTTP_ERROR_BODY_MAX = 64 << 10, /* kept of the body of a status that is not 2xx; the rest is dropped */
	HTTP_HEADERS_MAX = 64 << 10,
	HTTP_BUFFER = 16 << 10,      /* HTTP/2 and TLS bring no larger pieces */
	HTTP_BUFFER_WATCH = 4 << 10, /* kept for as long as the watch runs */
};

struct http_request {
	struct http *http;
	struct http_request *prev, *next;
	CURL *easy;
	struct curl_slist *headers;
	struct loop_timer *timer;
	struct http_call call; /* strings not valid after http_send() */
	char *body;            /* being sent; libcurl reads it */
	char *what;            /* "GET /path", for the log: without the query */
	struct buf in;
	char errbuf[CURL_ERROR_SIZE];
	char content_type[128];
	char audit_id[64];
	struct err err; /* what we ended it for */
	size_t header_bytes;
	uint64_t body_bytes;
	int64_t started_ms, first_byte_ms, last_byte_ms; /* first_byte_ms -1 = none yet */
	int64_t retry_after_ms;
	int status;
	bool added;     /* to the multi */
	bool cancelled; /* inside libcurl: reaped when it is left */
	bool body_cut;  /* an error body beyond what is kept: enough was read */
	bool connected;
	bool has_head; /* the empty line after the headers came */
};

struct http {
	struct peer peer;
	struct multi *multi;
	struct http_request *requests;
	size_t in_flight;
	int64_t last_byte_ms;
	bool closing;
	bool has_leftovers; /* requests to add or to reap when libcurl is left */
};

/* ---- a request's end ---- */

static void forget_secrets(struct curl_slist *headers)
{
	for (; headers; headers = headers->next)
		explicit_bzero(headers->data, strlen(headers->data));
}

/* Takes it out of the http; the struct stays for its on_done. */
static void request_unlink(struct http_request *request)
{
	struct http *http = request->http;
	if (request->prev)
		request->prev->next = request->next;
	else
		http->requests = request->next;
	if (request->next)
		request->next->prev = request->prev;
	if (!request->cancelled)
		http->in_flight--;
	if (request->added)
		multi_remove(http->multi, request->easy);
	curl_easy_cleanup(request->easy);
	loop_timer_destroy(request->timer);
	forget_secrets(request->headers);
	curl_slist_free_all(request->headers);
	mem_free_secret(request->body);
	request->http = NULL;
}

static void http_request_free(struct http_request *request)
{
	if (request->http)
		request_unlink(request);
	buf_finish(&request->in);
	free(request->what);
	free(request);
}

/* The last thing done with the request; `http` may be gone after. */
static void http_finish(struct http_request *request, bool died)
{
	int64_t now = loop_now_ms(request->http->peer.loop);
	struct http_result result = {
		.status = request->status,
		.err = request->err,
		.retry_after_ms = request->retry_after_ms,
		.connection_died = died,
		.content_type = request->content_type,
		.audit_id = request->audit_id,
		.bytes = request->body_bytes,
		.total_ms = now - request->started_ms,
		.first_byte_ms = request->first_byte_ms < 0 ? -1 : request->first_byte_ms - request->started_ms,
	};
	peer_log_done(&request->http->peer, request->easy, request->what, &result);
	request_unlink(request);
	result.body = buf_str(&request->in);
	result.body_len = request->in.len;
	request->call.on_done(request->call.data, &result);
	http_request_free(request);
}

static void http_transfer_done(void *data, CURL *easy, CURLcode code)
{
	struct http_request *request = NULL;
	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&request);
	if (request->cancelled) {
		http_request_free(request);
		return;
	}
	bool died = false;
	/* libcurl takes a connection that ends within the headers for a whole answer. */
	if (code == CURLE_OK && !request->has_head)
		code = CURLE_PARTIAL_FILE;
	if (request->status == 407 && request->http->peer.proxy && !err_is_set(&request->err)) {
		/* Where the proxy asks the server itself, its own refusal comes as if it were the server's. */
		peer_explain_proxy_login(&request->http->peer, &request->err);
		request->status = 0;
	}
	if (code != CURLE_OK && !request->body_cut && !err_is_set(&request->err))
		died = peer_explain(&request->http->peer, easy, code, request->errbuf, &request->err);
	http_finish(request, died);
}

/* ---- time ---- */

static int64_t or_default(int64_t value, int64_t otherwise)
{
	return value > 0 ? value : otherwise;
}

static int64_t connect_limit(const struct http_request *request)
{
	return or_default(request->http->peer.options.connect_timeout_ms, HTTP_CONNECT_MS);
}

static int64_t total_limit(const struct http_request *request)
{
	return or_default(request->call.timeout_ms, HTTP_TOTAL_MS);
}

/* When the request has waited too long in its present state, on the loop's clock. */
static int64_t http_deadline(const struct http_request *request)
{
	int64_t end = request->started_ms + total_limit(request);
	if (request->call.is_watch && request->connected) {
		int64_t last = request->last_byte_ms;
		return last + or_default(request->call.silence_ms, HTTP_SILENCE_MS);
	}
	if (request->connected)
		return end;
	int64_t connect_end = request->started_ms + connect_limit(request);
	return request->call.is_watch || connect_end < end ? connect_end : end;
}

static void http_arm(struct http_request *request)
{
	loop_timer_arm(request->timer, http_deadline(request) - loop_now_ms(request->http->peer.loop));
}

static void on_deadline(void *data)
{
	struct http_request *request = data;
	struct http *http = request->http;
	bool connected;
	const char *phase = peer_phase(&http->peer, request->easy, request->started_ms, &connected);
	if (connected && !request->connected) {
		request->connected = true;
		request->last_byte_ms = request->last_byte_ms ? request->last_byte_ms : request->started_ms;
	}
	int64_t now = loop_now_ms(http->peer.loop);
	if (http_deadline(request) > now) {
		http_arm(request);
		return;
	}
	int64_t since = request->call.is_watch && connected ? request->last_byte_ms : request->started_ms;
	err_set(&request->err, ERR_TIMEOUT, "%s did not respond within %.1f s (%s)%s", http->peer.authority,
		(double)(now - since) / 1000, phase, http->peer.via);
	/* On a shared HTTP/2 connection that is silent as a whole the next request would hang as well. */
	bool silent = connected && http->peer.is_https && http->last_byte_ms <= since;
	if (silent)
		multi_cut(http->multi);
	http_finish(request, silent);
}

static void note_bytes(struct http_request *request)
{
	int64_t now = loop_now_ms(request->http->peer.loop);
	request->connected = true;
	request->last_byte_ms = request->http->last_byte_ms = now;
	if (request->first_byte_ms < 0)
		request->first_byte_ms = now;
}

/* ---- what libcurl brings ---- */

static bool must_stop(const struct http_request *request)
{
	return request->cancelled || request->http->closing || err_is_set(&request->err);
}

static void new_answer(struct http_request *request, const char *line, size_t len)
{
	const char *space = memchr(line, ' ', len);
	request->status = space && (size_t)(line + len - space) > 3 ? (int)strtol(space + 1, NULL, 10) : 0;
	request->retry_after_ms = -1;
	request->content_type[0] = '\0';
	request->has_head = false;
	buf_clear(&request->in);
}

static void end_of_head(struct http_request *request)
{
	request->has_head = true;
	if (request->call.on_accepted && request->status >= 200 && request->status < 300)
		request->call.on_accepted(request->call.data);
}

static size_t http_on_header(char *line, size_t size, size_t count, void *data)
{
	struct http_request *request = data;
	size_t len = size * count, value_len;
	if (must_stop(request))
		return 0;
	note_bytes(request);
	request->header_bytes += len;
	if (request->header_bytes > HTTP_HEADERS_MAX) {
		err_set(&request->err, ERR_LIMIT, "%s sent more than %d KiB of headers", request->http->peer.authority,
			HTTP_HEADERS_MAX >> 10);
		return 0;
	}
	const char *value;
	if (len > 5 && strncmp(line, "HTTP/", 5) == 0)
		new_answer(request, line, len);
	else if (line[0] == '\r' || line[0] == '\n')
		end_of_head(request);
	else if ((value = http_header_value(line, len, "Retry-After", &value_len)))
		request->retry_after_ms = http_retry_after_ms(value, value_len, loop_clock(request->http->peer.loop));
	else if ((value = http_header_value(line, len, "Content-Type", &value_len)))
		snprintf(request->content_type, sizeof request->content_type, "%.*s", (int)value_len, value);
	else if ((value = http_header_value(line, len, "Audit-Id", &value_len)))
		snprintf(request->audit_id, sizeof request->audit_id, "%.*s", (int)value_len, value);
	return len;
}

static bool http_collect(struct http_request *request, const char *bytes, size_t len, bool is_success)
{
	size_t max =
		is_success ? (size_t)or_default((int64_t)request->call.body_max, HTTP_BODY_MAX) : HTTP_ERROR_BODY_MAX;
	size_t room = max - request->in.len;
	request->in.max = max;
	buf_append(&request->in, bytes, len < room ? len : room);
	if (len <= room)
		return true;
	if (is_success)
		return err_set(&request->err, ERR_LIMIT, "the response of %s is larger than %zu KiB",
			       request->http->peer.authority, max >> 10);
	request->body_cut = true;
	return false;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *data)
{
	struct http_request *request = data;
	size_t len = size * count;
	if (must_stop(request))
		return CURL_WRITEFUNC_ERROR;
	note_bytes(request);
	request->body_bytes += len;
	bool is_success = request->status >= 200 && request->status < 300;
	if (!is_success || !request->call.on_data)
		return http_collect(request, bytes, len, is_success) ? len : CURL_WRITEFUNC_ERROR;
	if (request->call.on_data(request->call.data, bytes, len))
		return len;
	if (!request->cancelled)
		err_set(&request->err, ERR_CANCELLED, "the request was cancelled");
	return CURL_WRITEFUNC_ERROR;
}

/* ---- sending ---- */

static void apply_method(struct http_request *request)
{
	const struct http_call *call = &request->call;
	CURL *easy = request->easy;
	if (call->body || str_eq(call->method, "POST") || str_eq(call->method, "PUT") ||
	    str_eq(call->method, "PATCH")) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(request->body ? call->body_len : 0));
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body ? request->body : "");
	}
	if (str_eq(call->method, "HEAD"))
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	else if (!str_eq(call->method, "GET"))
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method);
}

static void add_header(struct http_request *request, const char *line)
{
	request->headers = curl_slist_append(request->headers, line);
}

static void apply_headers(struct http_request *request)
{
	const struct peer *peer = &request->http->peer;
	bool has_type = false;
	for (const char *const *line = request->call.headers; line && *line; line++) {
		has_type = has_type || strncasecmp(*line, "Content-Type:", 13) == 0;
		CLEANUP(free) char *written = http_header_for_libcurl(*line);
		add_header(request, written);
	}
	CLEANUP(free) char *host = str_printf("Host: %s", peer->authority);
	if (peer->connect_to)
		add_header(request, host);
	add_header(request, "Expect:"); /* no 100-continue round trip for large bodies */
	if (!has_type)
		add_header(request, "Content-Type:");
	curl_easy_setopt(request->easy, CURLOPT_HTTPHEADER, request->headers);
}

static void request_set_up(struct http_request *request)
{
	struct peer *peer = &request->http->peer;
	CURL *easy = request->easy;
	peer_apply(peer, easy, request->call.path, request->errbuf);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, request);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
			 (long)(peer->is_https ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
	curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)(request->call.is_watch ? HTTP_BUFFER_WATCH : HTTP_BUFFER));
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, http_on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, request);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
	if (request->call.gzip && !request->call.is_watch)
		curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	apply_method(request);
	apply_headers(request);
}

static void http_request_add(struct http_request *request)
{
	request->added = true;
	multi_add(request->http->multi, request->easy);
}

static bool http_check_call(const struct http_call *call, struct err *err)
{
	if (!call->method || !call->path || call->path[0] != '/' || strpbrk(call->path, " \r\n"))
		return err_set(err, ERR_USAGE, "a request requires a method and an escaped path that starts with '/'");
	for (const char *const *line = call->headers; line && *line; line++)
		if (!http_check_header(*line, err))
			return false;
	return true;
}

struct http_request *http_send(struct http *http, const struct http_call *call, struct err *err)
{
	if (!http_check_call(call, err))
		return NULL;
	struct http_request *request = mem_alloc(sizeof *request);
	*request = (struct http_request){.http = http, .next = http->requests, .call = *call, .easy = curl_easy_init()};
	if (!request->easy)
		abort();
	if (request->next)
		request->next->prev = request;
	http->requests = request;
	http->in_flight++;
	request->body = call->body ? mem_strndup(call->body, call->body_len) : NULL;
	request->what = str_printf("%s %.*s", call->method, (int)strcspn(call->path, "?"), call->path);
	request->started_ms = loop_now_ms(http->peer.loop);
	request->first_byte_ms = request->retry_after_ms = -1;
	request->timer = loop_timer_create(http->peer.loop, on_deadline, request);
	request_set_up(request);
	request->call.method = request->call.path = request->call.body = NULL;
	request->call.headers = NULL;
	http_arm(request);
	if (multi_is_inside(http->multi))
		http->has_leftovers = true;
	else
		http_request_add(request);
	return request;
}

void http_cancel(struct http_request *request)
{
	if (!request || !request->http || request->cancelled)
		return; /* from inside its own on_done: it is gone anyway */
	if (!multi_is_inside(request->http->multi)) {
		http_request_free(request);
		return;
	}
	request->cancelled = true;
	loop_timer_disarm(request->timer);
	request->http->in_flight--;
	request->http->has_leftovers = true;
}

/* ---- the http ---- */

static void http_new_socket(void *data, int fd)
{
	struct http *http = data;
	peer_on_socket(&http->peer, fd);
}

static void libcurl_left(void *data)
{
	struct http *http = data;
	if (!http->has_leftovers)
		return;
	http->has_leftovers = false;
	for (struct http_request *request = http->requests, *next; request; request = next) {
		next = request->next;
		if (request->cancelled)
			http_request_free(request);
		else if (!request->added)
			http_request_add(request);
	}
}

static void http_close_now(void *data)
{
	struct http *http = data;
	while (http->requests)
		http_request_free(http->requests);
	multi_free(http->multi);
	peer_finish(&http->peer);
	free(http);
}

struct http *http_create(struct loop *loop, const struct http_options *options, struct err *err)
{
	struct http *http = mem_alloc(sizeof *http);
	if (!peer_init(&http->peer, loop, options, err)) {
		free(http);
		return NULL;
	}
	struct multi_hooks hooks = {.on_done = http_transfer_done,
				    .on_socket = http_new_socket,
				    .on_left = libcurl_left,
				    .on_close = http_close_now,
				    .data = http};
	http->multi = multi_create(loop, &hooks);
	return http;
}

void http_destroy(struct http *http)
{
	if (!http)
		return;
	http->closing = true;
	for (struct http_request *request = http->requests; request; request = request->next)
		loop_timer_disarm(request->timer);
	multi_close(http->multi);
}

bool http_set_client_cert(struct http *http, const char *cert_pem, const char *key_pem, struct err *err)
{
	return peer_set_client_cert(&http->peer, cert_pem, key_pem, err);
}

struct peer *http_peer(struct http *http)
{
	return &http->peer;
}

size_t http_in_flight(const struct http *http)
{
	return http->in_flight;
}
