/* One request's way: the read-only gate, credentials (it waits while they are being fetched), and repetition where the
 * server names the time to wait. WebSockets, which need no more than the headers, wait in the same queue. */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "api/base/vec.h"
#include "api/kube/client/kube_client_private.h"

enum {
	REPEAT_MAX = 10,
	UNASKED_MAX = 4, /* of them where the server does not say when: 1, 2, 4 and 8 s */
	UNASKED_FIRST_MS = 1000,
	REQUEST_TIMEOUT_MS = 30000,
	REPEAT_WAIT_MAX_MS = 60000
};

struct kube_request {
	struct kube_client *client;
	struct kube_request *prev, *next;
	struct kube_call call; /* its strings are ours */
	struct http_request *http;
	struct loop_timer *timer; /* the first attempt, and each repetition */
	bool waits_for_credentials;
	unsigned repeats;
	struct err failed; /* before anything was sent: reported from the timer */
};

struct kube_wait {
	struct kube_client *client;
	struct kube_wait *prev, *next;
	struct loop_timer *timer;
	kube_headers_fn *fn;
	void *data;
};

/* ---- one request ---- */

static void request_take_out(struct kube_request *request)
{
	if (request->prev)
		request->prev->next = request->next;
	else
		request->client->requests = request->next;
	if (request->next)
		request->next->prev = request->prev;
	if (!request->call.is_watch)
		request->client->in_flight--;
	if (request->call.is_budgeted)
		kube_budget_answered(request->client->budget);
	loop_timer_destroy(request->timer);
	request->timer = NULL;
}

static void free_request(struct kube_request *request)
{
	free((char *)request->call.method);
	free((char *)request->call.path);
	free((char *)request->call.accept);
	free((char *)request->call.content_type);
	if (request->call.body)
		explicit_bzero((char *)request->call.body, request->call.body_len);
	free((char *)request->call.body);
	if (request->call.free_data)
		request->call.free_data(request->call.data);
	free(request);
}

/* The query is left out: what of it matters (resource versions, pages) the asker logs. */
static void request_log(const struct kube_request *request, const char *what, const struct kube_result *result)
{
	const struct kube_call *call = &request->call;
	static const struct http_result unsent = {.audit_id = ""};
	const struct http_result *http = result->http ? result->http : &unsent;
	log_debug(LOG_KUBE,
		  "%s reason=\"%s\" method=%s path=%.*s status=%d bytes=%llu ms=%lld repeats=%u audit=%s error=\"%s\"",
		  what, str_or(call->reason, ""), call->method, (int)strcspn(call->path, "?"), call->path, http->status,
		  (unsigned long long)http->bytes, (long long)http->total_ms, request->repeats, http->audit_id,
		  log_error_text(&result->err));
}

/* The last thing done with the request and perhaps the client. */
static void request_conclude(struct kube_request *request, const struct kube_result *result)
{
	request_log(request, request->call.is_watch ? "watch ended" : "request", result);
	request_take_out(request);
	request->call.on_done(request->call.data, result);
	free_request(request);
}

static void request_fail_later(struct kube_request *request, const struct err *err)
{
	request->failed = *err;
	loop_timer_arm(request->timer, 0);
}

static bool request_on_data(void *data, const char *bytes, size_t len)
{
	struct kube_request *request = data;
	kube_client_note_contact(request->client);
	return request->call.on_data(request->call.data, bytes, len);
}

static void request_on_accepted(void *data)
{
	struct kube_request *request = data;
	kube_client_note_contact(request->client);
	request->call.on_accepted(request->call.data);
}

/* The server says "later", with or without when. What it refused as one too many (429) it has not begun; of what failed
 * otherwise that is only known where nothing changes, or where the server asks for it itself. -1 = not again. */
static int64_t repeat_wait_ms(const struct kube_request *request, const struct http_result *result)
{
	const struct kube_call *call = &request->call;
	bool asked = result->retry_after_ms >= 0 && (result->status == 429 || result->status >= 500);
	bool later = result->status == 429 ||
		     ((result->status == 502 || result->status == 503) && str_eq(call->method, "GET"));
	unsigned max = asked ? REPEAT_MAX : later ? UNASKED_MAX : 0;
	if (call->once || call->is_watch || request->repeats >= max)
		return -1;
	if (!asked)
		return (int64_t)UNASKED_FIRST_MS << request->repeats;
	return result->retry_after_ms < REPEAT_WAIT_MAX_MS ? result->retry_after_ms : REPEAT_WAIT_MAX_MS;
}

static void request_on_done(void *data, const struct http_result *http)
{
	struct kube_request *request = data;
	struct kube_client *client = request->client;
	struct kube_result result = {.http = http, .err = http->err};
	struct kube_status *status = NULL;
	request->http = NULL;
	if (http->instead[0]) {
		kube_status_foreign(http->status, http->instead, &result.err);
	} else if (http->status >= 300) {
		status = kube_status_parse(http->body, http->body_len);
		kube_status_err(http->status, status, http->body, request->call.method, request->call.path,
				&result.err);
	}
	result.status = status;
	if (http->status == 401)
		kube_credentials_rejected(client->credentials);
	kube_client_note_result(client, http, &result.err, request->call.is_watch);
	/* An eviction that a disruption budget forbids is an answer, not a busy server. */
	bool budget = status && kube_status_cause(status, "DisruptionBudget");
	int64_t wait = budget ? -1 : repeat_wait_ms(request, http);
	if (wait >= 0) {
		request->repeats++;
		loop_timer_arm(request->timer, wait);
		request_log(request, "request is repeated", &result);
	} else {
		request_conclude(request, &result);
	}
	kube_record_free(status);
}

static void request_send(struct kube_request *request)
{
	struct kube_client *client = request->client;
	struct kube_call *call = &request->call;
	struct err err = {0};
	char **credentials = kube_credentials_headers(client->credentials, &err);
	if (!credentials) {
		request_fail_later(request, &err);
		return;
	}
	CLEANUP(free) char *accept = str_printf("Accept: %s", call->accept);
	CLEANUP(free) char *content = call->body ? str_printf("Content-Type: %s", call->content_type) : NULL;
	VEC(const char *) headers = {0};
	vec_push(&headers, accept);
	if (content)
		vec_push(&headers, content);
	for (char **line = credentials; *line; line++)
		vec_push(&headers, *line);
	vec_push(&headers, NULL);
	int64_t default_timeout =
		client->access->request_timeout_ms > 0 ? client->access->request_timeout_ms : REQUEST_TIMEOUT_MS;
	request->http = http_send(client->http,
				  &(struct http_call){
					  .method = call->method,
					  .path = call->path,
					  .headers = headers.items,
					  .body = call->body,
					  .body_len = call->body_len,
					  .wants = str_eq(call->accept, "*/*") ? HTTP_WANTS_TEXT : HTTP_WANTS_OBJECT,
					  .gzip = call->gzip && !client->access->disable_compression,
					  .is_watch = call->is_watch,
					  .at_once = call->at_once,
					  .timeout_ms = call->timeout_ms ? call->timeout_ms : default_timeout,
					  .silence_ms = call->silence_ms,
					  .body_max = call->body_max,
					  .on_data = call->on_data ? request_on_data : NULL,
					  .on_accepted = call->on_accepted ? request_on_accepted : NULL,
					  .on_done = request_on_done,
					  .data = request,
				  },
				  &err);
	vec_finish(&headers);
	kube_credentials_free_headers(credentials);
	if (!request->http)
		request_fail_later(request, &err);
}

static void request_attempt(void *data)
{
	struct kube_request *request = data;
	if (err_is_set(&request->failed)) {
		request_conclude(request, &(struct kube_result){.err = request->failed});
		return;
	}
	struct err err = {0};
	switch (kube_credentials_check(request->client->credentials, &err)) {
	case KUBE_CREDENTIALS_READY:
		request->waits_for_credentials = false;
		request_send(request);
		break;
	case KUBE_CREDENTIALS_WAIT:
		request->waits_for_credentials = true;
		log_debug(LOG_KUBE, "request waits for credentials reason=\"%s\"", str_or(request->call.reason, ""));
		break;
	case KUBE_CREDENTIALS_FAILED:
		request_conclude(request, &(struct kube_result){.err = err});
		break;
	}
}

struct kube_request *kube_request(struct kube_client *client, const struct kube_call *call, struct err *err)
{
	const char *method = str_or(call->method, "GET");
	if (!kube_gate_allows(client->options.read_only, method, call->path, err)) {
		log_debug(LOG_KUBE, "request not sent: read-only reason=\"%s\" method=%s path=%.*s",
			  str_or(call->reason, ""), method, (int)strcspn(call->path, "?"), call->path);
		return NULL;
	}
	struct kube_request *request = mem_alloc(sizeof *request);
	size_t body_len = call->body && !call->body_len ? strlen(call->body) : call->body_len;
	request->client = client;
	request->call = *call;
	request->call.method = mem_strdup(method);
	request->call.path = mem_strdup(call->path);
	request->call.accept = mem_strdup(str_or(call->accept, "application/json"));
	request->call.content_type = mem_strdup(str_or(call->content_type, "application/json"));
	request->call.body = call->body ? mem_strndup(call->body, body_len) : NULL;
	request->call.body_len = body_len;
	request->timer = loop_timer_create(client->loop, request_attempt, request);
	request->next = client->requests;
	if (client->requests)
		client->requests->prev = request;
	client->requests = request;
	if (!call->is_watch)
		client->in_flight++;
	if (call->is_budgeted)
		kube_budget_spend(client->budget);
	loop_timer_arm(request->timer, 0);
	return request;
}

void kube_request_cancel(struct kube_request *request)
{
	if (!request)
		return;
	if (request->client->probing == request)
		request->client->probing = NULL;
	http_cancel(request->http);
	request_take_out(request);
	free_request(request);
}

size_t kube_client_in_flight(const struct kube_client *client)
{
	return client->in_flight;
}

/* ---- who waits for credentials ---- */

static void free_wait(struct kube_wait *wait)
{
	if (wait->prev)
		wait->prev->next = wait->next;
	else
		wait->client->waits = wait->next;
	if (wait->next)
		wait->next->prev = wait->prev;
	loop_timer_destroy(wait->timer);
	free(wait);
}

static void on_wait(void *data)
{
	struct kube_wait *wait = data;
	struct err err = {0};
	enum kube_credentials_state state = kube_credentials_check(wait->client->credentials, &err);
	if (state == KUBE_CREDENTIALS_WAIT)
		return;
	char **headers =
		state == KUBE_CREDENTIALS_READY ? kube_credentials_headers(wait->client->credentials, &err) : NULL;
	kube_headers_fn *fn = wait->fn;
	void *fn_data = wait->data;
	free_wait(wait);
	fn(fn_data, (const char *const *)headers, headers ? NULL : &err);
	kube_credentials_free_headers(headers);
}

struct kube_wait *kube_client_headers(struct kube_client *client, kube_headers_fn *fn, void *data)
{
	struct kube_wait *wait = mem_alloc(sizeof *wait);
	*wait = (struct kube_wait){.client = client, .fn = fn, .data = data, .next = client->waits};
	if (client->waits)
		client->waits->prev = wait;
	client->waits = wait;
	wait->timer = loop_timer_create(client->loop, on_wait, wait);
	loop_timer_arm(wait->timer, 0);
	return wait;
}

void kube_wait_cancel(struct kube_wait *wait)
{
	if (wait)
		free_wait(wait);
}

void kube_client_resume(struct kube_client *client)
{
	for (struct kube_request *request = client->requests; request; request = request->next)
		if (request->waits_for_credentials)
			loop_timer_arm(request->timer, 0);
	for (struct kube_wait *wait = client->waits; wait; wait = wait->next)
		loop_timer_arm(wait->timer, 0);
}

void kube_client_drop_all(struct kube_client *client)
{
	while (client->requests)
		kube_request_cancel(client->requests);
	while (client->waits)
		free_wait(client->waits);
}
