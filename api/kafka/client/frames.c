/* What a broker answers: frames cut out of the stream, each given to the request it belongs to. */
#include "api/base/log.h"
#include "api/kafka/client/connection_private.h"
#include "api/kafka/wire/kafka_errors.h"

enum { THROTTLE_MAX_MS = 60000 };

/* To a version it does not know, a broker answers ApiVersions in version 0. */
static void fit_version(struct kafka_pending *pending, const uint8_t *body, size_t len)
{
	if (pending->api->key == KAFKA_API_VERSIONS && len >= 6 && body[4] == 0 &&
	    body[5] == KAFKA_ERR_UNSUPPORTED_VERSION)
		pending->header.version = 0;
}

/* Sizes, numbers and names of errors alone: what a message holds, passwords among it, is nobody's business here. */
static void frames_log(const struct kafka_connection *connection, const struct kafka_pending *pending, size_t len,
		       const void *response, const struct err *err)
{
	int16_t code = response ? kafka_response_error(pending->api, response, NULL) : 0;
	log_debug(LOG_KAFKA,
		  "request to=\"%s\" api=%s version=%d correlation=%d out=%zu in=%zu ms=%lld throttle_ms=%d code=%s "
		  "error=\"%s\"",
		  connection->options.label, pending->api->name, pending->header.version,
		  (int)pending->header.correlation, pending->sent_bytes, len,
		  (long long)(loop_now_ms(connection->options.loop) - pending->sent_ms),
		  response ? (int)kafka_response_throttle(pending->api, response) : 0, kafka_error_name(code),
		  log_error_text(err));
}

static void frames_take_response(struct kafka_connection *connection, const uint8_t *body, size_t len)
{
	struct err err = {0};
	struct kafka_pending *pending = kafka_queue_pop(&connection->in_flight);
	if (!pending) {
		err_set(&err, ERR_PARSE, "%s sent a response to no request", connection->options.label);
		kafka_connection_fail(connection, &err);
		return;
	}
	struct arena arena = ARENA_INIT;
	fit_version(pending, body, len);
	void *response = kafka_decode_response(&arena, body, len, &pending->header, &err);
	if (log_is_on(LOG_DEBUG, LOG_KAFKA))
		frames_log(connection, pending, len, response, &err);
	if (!response) {
		err_prefix(&err, "%s", connection->options.label);
		kafka_connection_answer(connection, pending, &err, NULL);
		kafka_connection_fail(connection, &err);
	} else {
		int64_t throttle = kafka_response_throttle(pending->api, response);
		if (throttle > 0)
			connection->throttled_until = loop_now_ms(connection->options.loop) +
						      (throttle < THROTTLE_MAX_MS ? throttle : THROTTLE_MAX_MS);
		connection->answered |= connection->stage == KAFKA_STAGE_READY;
		kafka_connection_answer(connection, pending, NULL, response);
	}
	arena_finish(&arena);
}

void kafka_connection_take_frames(struct kafka_connection *connection)
{
	size_t at = 0, body;
	while (connection->stage != KAFKA_STAGE_CLOSED) {
		struct err err = {0};
		const uint8_t *bytes = (const uint8_t *)buf_str(&connection->in) + at;
		enum kafka_frame frame = kafka_frame_peek(bytes, connection->in.len - at, &body, &err);
		if (frame == KAFKA_FRAME_BAD) {
			if (connection->stage == KAFKA_STAGE_VERSIONS && !connection->stream.ssl)
				connection->trouble = KAFKA_TROUBLE_NOT_PLAIN;
			err_prefix(&err, "%s", connection->options.label);
			kafka_connection_fail(connection, &err);
			return;
		}
		if (frame == KAFKA_FRAME_PARTIAL)
			break;
		/* The buffer goes when the connection ends in a callback, so the frame is not kept in it. */
		frames_take_response(connection, bytes + 4, body);
		at += 4 + body;
	}
	if (connection->stage == KAFKA_STAGE_CLOSED)
		return;
	buf_consume(&connection->in, at);
	if (connection->in.len == 0 && connection->in.size > KAFKA_KEEP_BUFFER)
		buf_finish(&connection->in);
}
