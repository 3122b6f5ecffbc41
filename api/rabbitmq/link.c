/* Asks one pod: an HTTP request over a dialed connection, or a command in its container. */
#include "api/rabbitmq/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <cjson/cJSON.h>

#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/net/http.h"
#include "api/rabbitmq/rjson.h"

enum { BODY_MAX = 16 * 1024 * 1024, MANAGEMENT_PORT = 15672, MANAGEMENT_TLS_PORT = 15671 };

struct rabbitmq_link {
	const struct rabbitmq_monitor_options *options;
	const struct rabbitmq_tls *tls;
	struct rabbitmq_target target;
	struct http *http;
	struct dial *dial; /* the newest connection */
	struct http_request *request;
	struct dial_turn *turn; /* to connect, that the question waits for; NULL = none */
	char *url_path, *authorization;
	int64_t timeout_ms; /* … and what is asked then */
	void *run;
	char *path, *user, *origin; /* of what is asked: without the query; who asks; where the credentials are from */
	rabbitmq_answer_fn *done;
	bool (*on_bytes)(void *data, const char *bytes, size_t len);
	void *data;
};

struct rabbitmq_link *rabbitmq_link_create(const struct rabbitmq_monitor_options *options,
					   const struct rabbitmq_tls *tls, const struct rabbitmq_target *target)
{
	struct rabbitmq_link *link = mem_alloc(sizeof *link);
	link->options = options;
	link->tls = tls;
	link->target = (struct rabbitmq_target){
		.namespace = mem_strdup(target->namespace),
		.pod = mem_strdup(target->pod),
		.container = mem_strdup(target->container),
		.host = mem_strdup(target->host),
		.port = target->port,
		.names = mem_strdup(target->names),
	};
	return link;
}

static void forget_question(struct rabbitmq_link *link)
{
	free(link->url_path);
	mem_free_secret(link->authorization);
	link->url_path = link->authorization = NULL;
}

void rabbitmq_link_destroy(struct rabbitmq_link *link)
{
	if (!link)
		return;
	if (link->run)
		link->options->runner.cancel(link->run);
	rabbitmq_link_hang_up(link);
	free((char *)link->target.names);
	free((char *)link->target.namespace);
	free((char *)link->target.pod);
	free((char *)link->target.container);
	free((char *)link->target.host);
	free(link->path);
	free(link->user);
	free(link->origin);
	free(link);
}

void rabbitmq_link_hang_up(struct rabbitmq_link *link)
{
	http_destroy(link->http);
	if (link->dial)
		link->options->dialer->close(link->dial);
	if (link->turn)
		link->options->dialer->forget(link->turn);
	forget_question(link);
	link->turn = NULL;
	link->http = NULL;
	link->dial = NULL;
	link->request = NULL;
}

const struct rabbitmq_target *rabbitmq_link_target(const struct rabbitmq_link *link)
{
	return &link->target;
}

bool rabbitmq_link_busy(const struct rabbitmq_link *link)
{
	return link->request || link->turn || link->run;
}

/* ---- the management API ---- */

static uint16_t port_of(const struct rabbitmq_link *link)
{
	if (link->target.port)
		return link->target.port;
	if (link->options->port && !link->tls->ca_pem) /* that is the port without TLS */
		return link->options->port;
	return link->tls->ca_pem ? MANAGEMENT_TLS_PORT : MANAGEMENT_PORT;
}

static int open_socket(void *data, struct err *err)
{
	struct rabbitmq_link *link = data;
	const struct dial_target target = {
		.namespace = link->target.namespace,
		.pod = link->target.pod,
		.host = link->target.host,
		.port = port_of(link),
	};
	int fd = -1;
	if (link->dial)
		link->options->dialer->close(link->dial);
	link->dial = link->options->dialer->open(link->options->dialer, &target, &fd, err);
	return link->dial ? fd : -1;
}

static bool link_prepare(struct rabbitmq_link *link, struct err *err)
{
	if (link->http)
		return true;
	CLEANUP(free)
	char *own = str_printf("%s.%s", link->target.pod, str_or(link->target.namespace, "local"));
	const char *names = str_or(link->target.names, own), *others = strchr(names, ',');
	CLEANUP(free)
	char *url = str_printf("%s://%.*s:%u", link->tls->ca_pem ? "https" : "http", (int)strcspn(names, ","), names,
			       (unsigned)port_of(link));
	link->http = http_create(link->options->loop,
				 &(struct http_options){
					 .base_url = url,
					 .ca_pem = link->tls->ca_pem,
					 .cert_pem = link->tls->cert_pem,
					 .key_pem = link->tls->key_pem,
					 .other_names = others ? others + 1 : NULL,
					 .user_agent = "mqdeck",
					 .open_socket = open_socket,
					 .open_socket_data = link,
				 },
				 err);
	return link->http != NULL;
}

/* Who is known but lacks a tag gets 401 like a stranger; the reason tells them apart (rabbit_mgmt_util.erl,
 * is_authorized_*). */
static const char *link_missing_tag(const char *reason)
{
	static const struct {
		const char *reason, *tag;
	} tags[] = {
		{"Not management user", "management"},
		{"Not monitor", "monitoring"},
		{"Not policymaker", "policymaker"},
		{"Not administrator", "administrator"},
	};
	for (size_t i = 0; i < ARRAY_LEN(tags); i++)
		if (str_has_prefix(reason, tags[i].reason))
			return tags[i].tag;
	return NULL;
}

/* A health check that fails says so with 503 and its status; anywhere else, and from anybody else, that is no answer. */
static bool link_is_answer(const struct rabbitmq_link *link, const struct http_result *result)
{
	if (result->status != 503 || !str_has_prefix(str_or(link->path, ""), "/api/health/checks/"))
		return result->status == 200;
	CLEANUP(rabbitmq_json) cJSON *body = cJSON_ParseWithLength(result->body, result->body_len);
	return cJSON_IsString(rabbitmq_json_at(body, "status"));
}

/* Not now, but soon: the node starts, or something before it limits us. */
static bool link_says_later(int status)
{
	return status == 429 || (status >= 502 && status <= 504);
}

/* {"error":"not_authorised","reason":"Login failed"} */
static void link_explain(const struct rabbitmq_link *link, const struct http_result *result, struct err *err)
{
	CLEANUP(rabbitmq_json) cJSON *body = cJSON_ParseWithLength(result->body, result->body_len);
	const cJSON *item = rabbitmq_json_at(body, "reason");
	const char *reason = cJSON_IsString(item) ? item->valuestring : "no reason given";
	const char *pod = link->target.pod, *tag = link_missing_tag(reason);
	if (result->status == 401 && tag) {
		err_set(err, ERR_FORBIDDEN,
			"user %.80s (%.160s) lacks the RabbitMQ tag `%s` (%.80s); an administrator adds it with "
			"rabbitmqctl "
			"set_user_tags",
			str_or(link->user, "?"), str_or(link->origin, "unknown origin"), tag, reason);
		err->is_private = true;
	} else if (result->status == 401)
		err_set(err, ERR_UNAUTHORIZED,
			"401 Unauthorized: the management API rejected the credentials of %s (%.80s)",
			str_or(link->origin, "unknown origin"), reason);
	else if (result->status == 403)
		err_set(err, ERR_FORBIDDEN, "permission denied by the management API of %s: %.120s", pod, reason);
	else if (result->status == 404)
		err_set(err, ERR_NOT_FOUND, "not found in the management API of %s", pod);
	else
		err_set(err, link_says_later(result->status) ? ERR_BUSY : ERR_SERVER,
			"the management API of %s responded with HTTP %d: %.120s", pod, result->status, reason);
}

static void link_finish(struct rabbitmq_link *link, const struct rabbitmq_answer *answer)
{
	rabbitmq_answer_fn *done = link->done;
	link->done = NULL;
	done(link->data, answer);
}

static void on_http(void *data, const struct http_result *result)
{
	struct rabbitmq_link *link = data;
	bool stranger = result->instead[0] && result->status < 500;
	struct rabbitmq_answer answer = {.heard = result->status > 0 && !stranger,
					 .stranger = stranger,
					 .passed = result->status == 200,
					 .body = result->body,
					 .len = result->body_len};
	link->request = NULL;
	log_debug(LOG_RABBITMQ, "request pod=%s path=%s status=%d bytes=%llu ms=%lld error=\"%s\"", link->target.pod,
		  str_or(link->path, ""), result->status, (unsigned long long)result->bytes,
		  (long long)result->total_ms, log_error_text(&result->err));
	if (!result->status) {
		const struct err *why = link->dial ? link->options->dialer->error(link->dial) : NULL;
		answer.err = why && err_is_set(why) ? *why : result->err;
		answer.refused = answer.err.code == ERR_CONNECT && strcasestr(answer.err.text, "connection refused");
		if (answer.err.no_descriptor)
			rabbitmq_link_hang_up(link); /* what it holds without a connection is of use to others */
		err_prefix(&answer.err, "no management API on %s", link->target.pod);
	} else if (result->instead[0]) {
		err_set(&answer.err, result->status < 500 ? ERR_PARSE : ERR_SERVER,
			"%s, not RabbitMQ's management API: check which port of %s serves it", result->instead,
			link->target.pod);
	} else if (err_is_set(&result->err)) {
		answer.err = result->err;
	} else if (!link_is_answer(link, result)) {
		link_explain(link, result, &answer.err);
	}
	link_finish(link, &answer);
}

static bool link_on_bytes(void *data, const char *bytes, size_t len)
{
	struct rabbitmq_link *link = data;
	return link->on_bytes(link->data, bytes, len);
}

static bool link_send(struct rabbitmq_link *link, struct err *err)
{
	const char *const headers[] = {link->authorization, "Accept: application/json", NULL};
	link->request = http_send(link->http,
				  &(struct http_call){
					  .method = "GET",
					  .path = link->url_path,
					  .headers = headers,
					  .wants = HTTP_WANTS_JSON,
					  .timeout_ms = link->timeout_ms,
					  .body_max = BODY_MAX,
					  .on_data = link->on_bytes ? link_on_bytes : NULL,
					  .on_done = on_http,
					  .data = link,
				  },
				  err);
	forget_question(link);
	return link->request != NULL;
}

static void link_on_turn(void *data)
{
	struct rabbitmq_link *link = data;
	struct rabbitmq_answer failed = {.body = ""};
	link->turn = NULL;
	if (!link_send(link, &failed.err))
		link_finish(link, &failed);
}

/* The question after a pause is the one that connects anew. */
static bool must_connect(const struct rabbitmq_link *link)
{
	const struct dial_opener *dialer = link->options->dialer;
	return dialer->ask && !(link->dial && dialer->is_carried(link->dial));
}

bool rabbitmq_link_get(struct rabbitmq_link *link, const struct rabbitmq_question *question, rabbitmq_answer_fn *done,
		       void *data, struct err *err)
{
	if (!link_prepare(link, err))
		return false;
	free(link->path);
	link->path = mem_strndup(question->path, strcspn(question->path, "?"));
	free(link->origin);
	free(link->user);
	link->origin = mem_strdup(question->origin);
	link->user = mem_strdup(question->user);
	link->url_path = str_printf("%s%s", str_or(link->options->prefix, ""), question->path);
	link->authorization = mem_strdup(question->authorization);
	link->timeout_ms = question->timeout_ms;
	link->done = done;
	link->on_bytes = question->on_bytes;
	link->data = data;
	if (!must_connect(link))
		return link_send(link, err);
	link->turn = link->options->dialer->ask(link->options->dialer, link_on_turn, link);
	return true;
}

/* ---- the command line ---- */

static void on_output(void *data, const struct err *err, int exit_code, const char *output, size_t len,
		      const char *complaint)
{
	struct rabbitmq_link *link = data;
	log_debug(LOG_RABBITMQ, "command done pod=%s code=%d bytes=%zu error=\"%s\"", link->target.pod, exit_code,
		  output ? len : 0, log_error_text(err));
	struct rabbitmq_answer answer = {.err = *err,
					 .heard = !err_is_set(err),
					 .passed = exit_code == 0,
					 .body = output ? output : "",
					 .len = output ? len : 0};
	link->run = NULL;
	if (!err_is_set(err) && exit_code != 0 && !len) { /* the tool spoke, but not RabbitMQ */
		answer.heard = false;
		answer.refused = exit_code == EX_UNAVAILABLE;
		err_set(&answer.err, ERR_SERVER, "the command line on %s failed with exit code %d: %.160s",
			link->target.pod, exit_code, str_or(complaint, "no reason given"));
	}
	link_finish(link, &answer);
}

bool rabbitmq_link_run(struct rabbitmq_link *link, const char *const *argv, rabbitmq_answer_fn *done, void *data,
		       struct err *err)
{
	const struct rabbitmq_runner *runner = &link->options->runner;
	if (!runner->start)
		return err_set(err, ERR_UNSUPPORTED, "cannot run a command on %s", link->target.pod);
	const char *const *verb = argv; /* behind the options that are the same each time */
	while (verb[1] && (verb == argv || **verb == '-' || str_eq(*verb, "json")))
		verb++;
	log_debug(LOG_RABBITMQ, "command pod=%s program=%s verb=%s", link->target.pod, argv[0], *verb);
	link->done = done;
	link->data = data;
	link->run = runner->start(runner->data, &link->target, argv, on_output, link, err);
	return link->run != NULL;
}
