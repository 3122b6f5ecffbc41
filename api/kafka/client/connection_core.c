/* What all parts of a connection stand on: how a request gets onto it, how requests and the connection itself end.
 * Callbacks may destroy the connection at any of these ends; `busy` keeps the struct until they have returned. */
#include <string.h>

#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/base/vec.h"
#include "api/kafka/client/connection_private.h"

enum { TIMEOUT_MS = 10000 };

int64_t kafka_connection_now_ms(const struct kafka_connection *connection)
{
	return loop_now_ms(connection->options.loop);
}

int64_t kafka_connection_timeout(const struct kafka_connection *connection, int64_t timeout_ms)
{
	if (timeout_ms > 0)
		return timeout_ms;
	return connection->options.request_timeout_ms > 0 ? connection->options.request_timeout_ms : TIMEOUT_MS;
}

/* ---- ends ---- */
static void connection_let_go(struct kafka_connection *connection)
{
	loop_fd_remove(connection->watch);
	connection->watch = NULL;
	kafka_stream_finish(&connection->stream);
	if (connection->dial)
		connection->options.dialer->close(connection->dial);
	connection->dial = NULL;
	kafka_sasl_destroy(connection->sasl);
	connection->sasl = NULL;
	buf_finish_secret(&connection->out);
	buf_finish(&connection->in);
}

void kafka_connection_free_if_idle(struct kafka_connection *connection)
{
	if (!connection->destroyed || connection->busy)
		return;
	arena_finish(&connection->versions_arena);
	free(connection);
}

void kafka_connection_destroy(struct kafka_connection *connection)
{
	if (!connection)
		return;
	connection_let_go(connection);
	loop_timer_destroy(connection->timer);
	connection->timer = NULL;
	kafka_queue_free(&connection->waiting);
	kafka_queue_free(&connection->in_flight);
	connection->stage = KAFKA_STAGE_CLOSED;
	connection->destroyed = true;
	kafka_connection_free_if_idle(connection);
}

void kafka_connection_answer(struct kafka_connection *connection, struct kafka_pending *pending, const struct err *err,
			     const void *response)
{
	connection->busy++;
	pending->done(pending->data, err, response);
	connection->busy--;
	kafka_pending_free(pending);
}

void kafka_connection_answer_all(struct kafka_connection *connection, struct kafka_queue *queue)
{
	/* What the callbacks send now is answered by the timer. */
	struct kafka_queue all = *queue;
	*queue = (struct kafka_queue){0};
	for (struct kafka_pending *pending; (pending = kafka_queue_pop(&all)) != NULL;) {
		if (connection->destroyed)
			kafka_pending_free(pending);
		else
			kafka_connection_answer(connection, pending, &connection->closed, NULL);
	}
}

void kafka_connection_fail(struct kafka_connection *connection, const struct err *err)
{
	if (connection->stage == KAFKA_STAGE_CLOSED)
		return;
	log_debug(LOG_KAFKA, "connection ended to=\"%s\" in_flight=%zu error=\"%s\"", connection->options.label,
		  connection->in_flight.len, log_error_text(err));
	connection->closed = *err;
	connection->stage = KAFKA_STAGE_CLOSED;
	connection_let_go(connection);
	connection->busy++;
	kafka_connection_answer_all(connection, &connection->in_flight);
	kafka_connection_answer_all(connection, &connection->waiting);
	if (!connection->destroyed && connection->options.on_close)
		connection->options.on_close(connection->options.data, &connection->closed);
	connection->busy--;
	kafka_connection_free_if_idle(connection);
}

/* ---- sending ---- */
bool kafka_connection_encode(struct kafka_connection *connection, struct kafka_pending *pending, const void *request,
			     struct err *err)
{
	pending->header.api_key = pending->api->key;
	pending->header.correlation = connection->correlation++;
	pending->header.client_id = str_or(connection->options.client_id, "mqdeck");
	size_t start = connection->out.len;
	pending->sent_ms = kafka_connection_now_ms(connection);
	if (kafka_encode_request(&connection->out, &pending->header, request, connection->options.read_only, err)) {
		pending->sent_bytes = connection->out.len - start;
		return true;
	}
	connection->out.len = start;
	connection->out.overflow = false;
	return err_prefix(err, "%s", connection->options.label);
}

bool kafka_connection_push(struct kafka_connection *connection, enum kafka_api_key api, int version,
			   const void *request, kafka_response_fn *done)
{
	struct err err = {0};
	struct kafka_pending *pending = mem_alloc(sizeof *pending);
	*pending = (struct kafka_pending){.api = kafka_api_find((int16_t)api), .done = done, .data = connection};
	pending->header.version = (int16_t)version;
	pending->timeout_ms = kafka_connection_timeout(connection, 0);
	pending->deadline = kafka_connection_now_ms(connection) + pending->timeout_ms;
	if (!kafka_connection_encode(connection, pending, request, &err)) {
		kafka_pending_free(pending);
		kafka_connection_fail(connection, &err);
		return false;
	}
	kafka_queue_push(&connection->in_flight, pending);
	return true;
}

int kafka_connection_version(const struct kafka_connection *connection, enum kafka_api_key key)
{
	const struct kafka_api *api = kafka_api_find((int16_t)key);
	if (!connection->versions || !api)
		return -1;
	vec_each (&connection->versions->api_keys, range) {
		if (range->api_key != api->key)
			continue;
		int version = range->max_version < api->max ? range->max_version : api->max;
		return version >= api->min && version >= range->min_version ? version : -1;
	}
	return -1;
}

void kafka_connection_became_ready(struct kafka_connection *connection)
{
	bool first = connection->stage != KAFKA_STAGE_READY;
	log_debug(LOG_KAFKA, "connection ready to=\"%s\" tls=%s sasl=%s", connection->options.label,
		  connection->stream.ssl ? SSL_get_version(connection->stream.ssl) : "no",
		  kafka_sasl_name(connection->options.sasl.mechanism));
	connection->stage = KAFKA_STAGE_READY;
	connection->logging_in = false;
	/* The password may have passed through it. */
	if (connection->out.len == 0)
		buf_finish_secret(&connection->out);
	if (first && connection->options.on_ready)
		connection->options.on_ready(connection->options.data);
}
