/* Requests on libcurl's multi interface: what is sent, how it ends, and how long silence is borne on the loop's own clock.
 * Callbacks may cancel requests or destroy the whole peer from inside libcurl; what must wait for libcurl to
 * return is marked and done then. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/net/http_private.h"
#include "api/net/http_text.h"

enum {
	HTTP_CONNECT_MS = 10000,
	HTTP_TOTAL_MS = 30000,
	HTTP_SILENCE_MS = 150000,
	HTTP_CONNECTING_MS = 1000,   /* while others wait for its connection */
	HTTP_WATCH_TURN_MS = 2000,   /* some proxies keep a head back until something happens */
	HTTP_BUFFER = 16 << 10,      /* HTTP/2 and TLS bring no larger pieces */
	HTTP_BUFFER_WATCH = 4 << 10, /* kept for as long as the watch runs */
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
	http_turn_unlink(request);
	if (!request->cancelled)
		http->in_flight--;
	if (request->added)
		multi_remove(http->multi, request->easy);
	http_turn_end_connecting(request);
	http_turn_give(request);
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

/* Somebody else answered: an error where the API itself would have given something. */
static void http_name_stranger(struct http_request *request, char *out, size_t size)
{
	const struct http_head *head = &request->head;
	out[0] = '\0';
	/* A watch during which nothing happened is empty, and so is what has no content. */
	bool is_empty = request->foreign == HTTP_FOREIGN_UNKNOWN && head->status == 200 && !request->call.is_watch;
	if (err_is_set(&request->err) || (request->foreign != HTTP_FOREIGN_YES && !is_empty))
		return;
	http_foreign_name(head, request->http->peer.authority, buf_str(&request->in), request->in.len, out, size);
	if (head->status < 400)
		err_set(&request->err, ERR_PARSE, "%s", out);
}

/* The last thing done with the request; `http` may be gone after. */
static void http_finish(struct http_request *request, bool died)
{
	int64_t now = loop_now_ms(request->http->peer.loop);
	char instead[HTTP_INSTEAD_MAX];
	http_name_stranger(request, instead, sizeof instead);
	struct http_result result = {
		.status = request->head.status,
		.err = request->err,
		.retry_after_ms = request->head.retry_after_ms,
		.connection_died = died,
		.content_type = request->head.content_type,
		.audit_id = request->head.audit_id,
		.instead = instead,
		.bytes = request->body_bytes,
		.total_ms = now - request->started_ms,
		.first_byte_ms = request->first_byte_ms < 0 ? -1 : request->first_byte_ms - request->started_ms,
	};
	if (request->is_connecting)
		request->http->speaks_2 = false; /* nobody knows who answers next */
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
	if (code == CURLE_OK && !request->head.is_whole)
		code = CURLE_PARTIAL_FILE;
	if (request->head.status == 407 && request->http->peer.proxy && !err_is_set(&request->err)) {
		/* Where the proxy asks the server itself, its own refusal comes as if it were the server's. */
		peer_explain_proxy_login(&request->http->peer, &request->err);
		request->head.status = 0;
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

static bool is_watch_with_turn(const struct http_request *request)
{
	return request->call.is_watch && request->turn == HTTP_TURN_TAKEN;
}

static int64_t sooner_of(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* When the request has waited too long in its present state, on the loop's clock. */
static int64_t http_deadline(const struct http_request *request)
{
	int64_t end = request->started_ms + total_limit(request);
	int64_t connect_end = request->started_ms + connect_limit(request);
	if (request->turn == HTTP_TURN_WAITS)
		return end;
	if (!request->call.is_watch)
		return request->connected ? end : sooner_of(end, connect_end);
	int64_t silence_end = request->last_byte_ms + or_default(request->call.silence_ms, HTTP_SILENCE_MS);
	return request->connected ? silence_end : connect_end;
}

/* When there is something to be done. */
static int64_t http_next(const struct http_request *request)
{
	int64_t next = http_deadline(request);
	if (request->is_connecting)
		next = sooner_of(next, request->started_ms + HTTP_CONNECTING_MS);
	return is_watch_with_turn(request) ? sooner_of(next, request->started_ms + HTTP_WATCH_TURN_MS) : next;
}

void http_arm(struct http_request *request)
{
	loop_timer_arm(request->timer, http_next(request) - loop_now_ms(request->http->peer.loop));
}

static void on_deadline(void *data)
{
	struct http_request *request = data;
	struct http *http = request->http;
	bool connected;
	int64_t now = loop_now_ms(http->peer.loop);
	if (now >= request->started_ms + HTTP_CONNECTING_MS)
		http_turn_end_connecting(request);
	if (is_watch_with_turn(request) && now >= request->started_ms + HTTP_WATCH_TURN_MS)
		http_turn_give(request);
	const char *phase = peer_phase(&http->peer, request->easy, request->started_ms, &connected);
	if (request->turn == HTTP_TURN_WAITS)
		phase = "waiting for other requests";
	if (connected && !request->connected) {
		request->connected = true;
		request->last_byte_ms = request->last_byte_ms ? request->last_byte_ms : request->started_ms;
	}
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

/* ---- sending ---- */

void http_request_add(struct http_request *request)
{
	request->added = true;
	multi_add(request->http->multi, request->easy);
}

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
	request->headers = mem_need(curl_slist_append(request->headers, line));
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
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, http_on_ready);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, request);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)(request->call.is_watch ? HTTP_BUFFER_WATCH : HTTP_BUFFER));
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, http_on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, request);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, http_on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
	/* Some proxies compress unasked: who asks for nothing by name can still read it. */
	bool gzip = request->call.gzip && !request->call.is_watch;
	if (gzip || request->call.wants != HTTP_WANTS_ANYTHING)
		curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, gzip ? "gzip" : "identity");
	apply_method(request);
	apply_headers(request);
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
	*request = (struct http_request){.http = http, .call = *call};
	request->easy = mem_need(curl_easy_init());
	http->in_flight++;
	request->body = call->body ? mem_strndup(call->body, call->body_len) : NULL;
	request->what = str_printf("%s %.*s", call->method, (int)strcspn(call->path, "?"), call->path);
	request->started_ms = loop_now_ms(http->peer.loop);
	request->first_byte_ms = -1;
	request->head = HTTP_HEAD_INIT;
	request->timer = loop_timer_create(http->peer.loop, on_deadline, request);
	request_set_up(request);
	request->call.method = request->call.path = request->call.body = NULL;
	request->call.headers = NULL;
	if (call->at_once)
		http_turn_begin(request);
	else
		http_turn_wait(request);
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
	http_turn_to_reap(request);
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
	for (struct http_request *request = http->begun, *next; request; request = next) {
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
	while (http->begun)
		http_request_free(http->begun);
	while (http->waiting)
		http_request_free(http->waiting);
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
	http->multi = multi_create(loop, &hooks, http->peer.use, err);
	if (http->multi)
		return http;
	peer_finish(&http->peer);
	free(http);
	return NULL;
}

void http_cut(struct http *http)
{
	multi_cut(http->multi);
}

void http_destroy(struct http *http)
{
	if (!http)
		return;
	http->closing = true;
	for (struct http_request *request = http->begun; request; request = request->next)
		loop_timer_disarm(request->timer);
	for (struct http_request *request = http->waiting; request; request = request->next)
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
