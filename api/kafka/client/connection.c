/* One connection as a state machine: requests queue until it is ready, go out pipelined, and come back in the same
 * order. A broker is given up when it is silent, not when it is slow. */
#include "api/kafka/client/connection.h"

#include <string.h>

#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/client/connection_private.h"

enum {
	READ_CHUNK = 16 * 1024,
	READ_A_TURN = 1024 * 1024, /* then the loop serves others */
	OUT_MAX = 16 * 1024 * 1024,
	OUT_ENOUGH = 1024 * 1024,
};

/* ---- time ---- */
static int64_t earlier_deadline(int64_t a, int64_t b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* Silence is what runs out: an answer on its way over a thin line may take its time. */
static int64_t patience_end(const struct kafka_connection *connection, const struct kafka_pending *pending)
{
	int64_t silent = connection->heard_ms + pending->timeout_ms;
	return silent > pending->deadline ? silent : pending->deadline;
}

/* A request in flight for which the broker has been silent too long; NULL = none. */
static const struct kafka_pending *find_late(const struct kafka_connection *connection)
{
	int64_t now = kafka_connection_now_ms(connection);
	for (const struct kafka_pending *pending = connection->in_flight.head; pending; pending = pending->next)
		if (patience_end(connection, pending) <= now)
			return pending;
	return NULL;
}

static void connection_arm_timer(struct kafka_connection *connection)
{
	if (connection->destroyed)
		return;
	int64_t next = -1;
	for (struct kafka_pending *pending = connection->in_flight.head; pending; pending = pending->next)
		next = earlier_deadline(next, patience_end(connection, pending));
	for (struct kafka_pending *pending = connection->waiting.head; pending; pending = pending->next)
		next = earlier_deadline(next, pending->deadline);
	if (connection->stage < KAFKA_STAGE_READY)
		next = earlier_deadline(next, connection->start_deadline);
	if (connection->stage == KAFKA_STAGE_READY)
		next = earlier_deadline(next, connection->login_again_at);
	if (connection->waiting.len && connection->throttled_until > kafka_connection_now_ms(connection))
		next = earlier_deadline(next, connection->throttled_until);
	if (connection->waiting.len && connection->stage == KAFKA_STAGE_CLOSED)
		next = kafka_connection_now_ms(connection);
	if (next < 0)
		loop_timer_disarm(connection->timer);
	else
		loop_timer_arm(connection->timer, next > kafka_connection_now_ms(connection)
							  ? next - kafka_connection_now_ms(connection)
							  : 0);
}

static bool may_send(const struct kafka_connection *connection)
{
	return connection->stage == KAFKA_STAGE_READY && !connection->logging_in &&
	       connection->throttled_until <= kafka_connection_now_ms(connection);
}

static void connection_update_watch(struct kafka_connection *connection)
{
	if (!connection->watch)
		return;
	bool writes = !connection->begun || connection->out.len > 0 || kafka_stream_wants_write(&connection->stream) ||
		      (connection->waiting.len > 0 && may_send(connection));
	loop_fd_set(connection->watch, LOOP_READ | (writes ? LOOP_WRITE : 0));
}

static void connection_settle(struct kafka_connection *connection)
{
	connection_update_watch(connection);
	connection_arm_timer(connection);
}

static const char *stage_words(const struct kafka_connection *connection)
{
	static const char *const words[] = {
		[KAFKA_STAGE_CONNECT] = "to become reachable",
		[KAFKA_STAGE_VERSIONS] = "to report its API versions (the port accepts connections but sends nothing)",
		[KAFKA_STAGE_LOGIN] = "to complete the login",
	};
	if (connection->stage == KAFKA_STAGE_CONNECT && connection->stream.ssl)
		return "to become reachable and finish the TLS handshake";
	return words[connection->stage];
}

/* Gives up the waiting requests that are late. False = destroyed meanwhile. */
static bool drop_late(struct kafka_connection *connection)
{
	struct kafka_queue all = connection->waiting;
	connection->waiting = (struct kafka_queue){0};
	int64_t now = kafka_connection_now_ms(connection);
	for (struct kafka_pending *pending; (pending = kafka_queue_pop(&all)) != NULL;) {
		if (connection->destroyed) {
			kafka_pending_free(pending);
		} else if (pending->deadline > now) {
			kafka_queue_push(&connection->waiting, pending);
		} else {
			struct err err;
			err_set(&err, ERR_TIMEOUT, "%s: %s could not be sent in time", connection->options.label,
				pending->api->name);
			kafka_connection_answer(connection, pending, &err, NULL);
		}
	}
	return !connection->destroyed;
}

static void connection_on_timer(void *data)
{
	struct kafka_connection *connection = data;
	int64_t now = kafka_connection_now_ms(connection);
	struct err err = {0};
	connection->busy++;
	if (connection->stage == KAFKA_STAGE_CLOSED) {
		kafka_connection_answer_all(connection, &connection->waiting);
	} else if (connection->stage < KAFKA_STAGE_READY && connection->start_deadline <= now) {
		err_set(&err, ERR_TIMEOUT, "%s: timed out after %lld s waiting for it %s", connection->options.label,
			(long long)kafka_connection_timeout(connection, 0) / 1000, stage_words(connection));
		kafka_connection_fail(connection, &err);
	} else if (find_late(connection)) {
		/* Answers come in order: behind this one nothing can come either. */
		err_set(&err, ERR_TIMEOUT, "%s: no response to %s in time", connection->options.label,
			find_late(connection)->api->name);
		kafka_connection_fail(connection, &err);
	} else if (drop_late(connection) && connection->stage == KAFKA_STAGE_READY && connection->login_again_at >= 0 &&
		   connection->login_again_at <= now) {
		kafka_start_login(connection);
	}
	if (!connection->destroyed)
		connection_settle(connection);
	connection->busy--;
	kafka_connection_free_if_idle(connection);
}

/* ---- sending ---- */
void kafka_connection_send(struct kafka_connection *connection, enum kafka_api_key api, const void *request,
			   int64_t timeout_ms, kafka_response_fn *done, void *data)
{
	struct kafka_pending *pending = mem_alloc(sizeof *pending);
	*pending = (struct kafka_pending){.api = kafka_api_find((int16_t)api), .done = done, .data = data};
	pending->request = kafka_message_copy(&pending->arena, pending->api->request, request);
	pending->timeout_ms = kafka_connection_timeout(connection, timeout_ms);
	pending->deadline = kafka_connection_now_ms(connection) + pending->timeout_ms;
	kafka_queue_push(&connection->waiting, pending);
	connection_settle(connection);
}

/* Moves waiting requests into the stream. */
static void connection_pump(struct kafka_connection *connection)
{
	while (may_send(connection) && connection->out.len < OUT_ENOUGH && connection->waiting.head) {
		struct kafka_pending *pending = kafka_queue_pop(&connection->waiting);
		struct err err = {0};
		int version = kafka_connection_version(connection, (enum kafka_api_key)pending->api->key);
		pending->header.version = (int16_t)version;
		if (version < 0)
			err_set(&err, ERR_UNSUPPORTED, "%s offers no version of %s that mqdeck supports",
				connection->options.label, pending->api->name);
		if (version < 0 || !kafka_connection_encode(connection, pending, pending->request, &err)) {
			kafka_connection_answer(connection, pending, &err, NULL);
			continue;
		}
		arena_finish(&pending->arena);
		kafka_queue_push(&connection->in_flight, pending);
	}
}

/* ---- receiving ---- */
static enum kafka_trouble trouble_at_end(const struct kafka_connection *connection)
{
	if (connection->stage <= KAFKA_STAGE_VERSIONS)
		return connection->stream.ssl ? KAFKA_TROUBLE_TLS : KAFKA_TROUBLE_NOT_PLAIN;
	bool asked_nothing = connection->options.sasl.mechanism == KAFKA_SASL_NONE && !connection->options.ask_login &&
			     !connection->answered;
	return asked_nothing && connection->stage == KAFKA_STAGE_READY ? KAFKA_TROUBLE_MAYBE_LOGIN : KAFKA_TROUBLE_NONE;
}

static void end_of_stream(struct kafka_connection *connection, struct err err)
{
	const struct err *dial = connection->options.dialer->error(connection->dial);
	const char *hint = "";
	if (connection->stage <= KAFKA_STAGE_VERSIONS)
		hint = connection->stream.ssl ? ": it may not use TLS, or it may require a client certificate"
					      : ": it may require TLS, or not be Kafka";
	else if (connection->stage == KAFKA_STAGE_LOGIN)
		hint = " during login";
	else if (!connection->answered && connection->options.sasl.mechanism == KAFKA_SASL_NONE)
		hint = ": it may require a login (SASL)";
	if (dial && err_is_set(dial)) {
		err = *dial;
	} else {
		connection->trouble = trouble_at_end(connection);
		if (!err_is_set(&err))
			err_set(&err, ERR_CONNECT, "the broker closed the connection%s", hint);
	}
	err_prefix(&err, "%s", connection->options.label);
	kafka_connection_fail(connection, &err);
}

static void after_io(struct kafka_connection *connection, enum kafka_io io, struct err *err)
{
	if (io == KAFKA_IO_END || (io == KAFKA_IO_ERROR && err->code == ERR_CONNECT)) {
		end_of_stream(connection, *err);
	} else if (io == KAFKA_IO_ERROR) {
		if (err->code == ERR_TLS)
			connection->trouble = KAFKA_TROUBLE_TLS;
		err_prefix(err, "%s", connection->options.label);
		kafka_connection_fail(connection, err);
	}
}

static void connection_receive(struct kafka_connection *connection)
{
	struct err err = {0};
	for (size_t turn = 0; connection->stage != KAFKA_STAGE_CLOSED && turn < READ_A_TURN;) {
		size_t got = 0;
		void *room = buf_reserve(&connection->in, READ_CHUNK);
		enum kafka_io io = KAFKA_IO_ERROR;
		if (room)
			io = kafka_stream_read(&connection->stream, room, READ_CHUNK, &got, &err);
		else
			err_set(&err, ERR_LIMIT, "the broker's response is too large");
		buf_commit(&connection->in, got);
		if (got)
			connection->heard_ms = kafka_connection_now_ms(connection);
		turn += got;
		if (got)
			kafka_connection_take_frames(connection);
		/* A short read from a bare socket has emptied it. */
		if (io == KAFKA_IO_WAIT || (io == KAFKA_IO_OK && got < READ_CHUNK && !connection->stream.ssl))
			return;
		if (io != KAFKA_IO_OK && connection->stage != KAFKA_STAGE_CLOSED)
			after_io(connection, io, &err);
	}
}

static void connection_transmit(struct kafka_connection *connection)
{
	struct err err = {0};
	connection_pump(connection);
	while (connection->stage != KAFKA_STAGE_CLOSED) {
		size_t sent = 0;
		enum kafka_io io = kafka_stream_write(&connection->stream, buf_str(&connection->out),
						      connection->out.len, &sent, &err);
		buf_consume(&connection->out, sent);
		/* At the end of the stream the reader finds out why. */
		if (io == KAFKA_IO_ERROR)
			after_io(connection, io, &err);
		if (io != KAFKA_IO_OK || connection->out.len == 0)
			break;
	}
	if (connection->out.len == 0 && connection->out.size > KAFKA_KEEP_BUFFER)
		buf_finish_secret(&connection->out);
}

static void connection_on_io(void *data, unsigned ready)
{
	struct kafka_connection *connection = data;
	struct err err = {0};
	connection->busy++;
	connection->begun = true;
	if (connection->stage == KAFKA_STAGE_CONNECT) {
		enum kafka_io io = kafka_stream_handshake(&connection->stream, &err);
		if (io == KAFKA_IO_OK)
			kafka_start_begin(connection);
		else
			after_io(connection, io, &err);
	}
	if (connection->stage != KAFKA_STAGE_CONNECT && connection->stage != KAFKA_STAGE_CLOSED) {
		connection_receive(connection);
		if (connection->stage != KAFKA_STAGE_CLOSED)
			connection_transmit(connection);
	}
	if (!connection->destroyed)
		connection_settle(connection);
	connection->busy--;
	kafka_connection_free_if_idle(connection);
}

struct kafka_connection *kafka_connection_open(const struct kafka_connection_options *options, struct err *err)
{
	int fd = -1;
	struct dial *dial = options->dialer->open(options->dialer, &options->target, &fd, err);
	if (!dial) {
		err_prefix(err, "%s", options->label);
		return NULL;
	}
	struct kafka_connection *connection = mem_alloc(sizeof *connection);
	*connection = (struct kafka_connection){
		.options = *options,
		.dial = dial,
		.in = BUF_INIT(KAFKA_FRAME_MAX + 4 + READ_CHUNK),
		.out = BUF_INIT(OUT_MAX),
		.login_again_at = -1,
	};
	connection->negotiates = options->sasl.mechanism == KAFKA_SASL_BEST;
	if (connection->negotiates)
		connection->options.sasl.mechanism = options->first ? options->first : KAFKA_SASL_SCRAM_SHA_512;
	const char *name = str_or(options->tls.server_name, str_or(options->server_name, options->target.host));
	connection->options.server_name = name;
	connection->options.target = (struct dial_target){0};
	if (!kafka_stream_init(&connection->stream, fd, &options->tls, name, err)) {
		err_prefix(err, "%s", options->label);
		kafka_connection_destroy(connection);
		return NULL;
	}
	connection->start_deadline = kafka_connection_now_ms(connection) + kafka_connection_timeout(connection, 0);
	connection->timer = loop_timer_create(options->loop, connection_on_timer, connection);
	connection->watch = loop_fd_add(options->loop, fd, LOOP_READ | LOOP_WRITE, connection_on_io, connection);
	connection_arm_timer(connection);
	return connection;
}

void kafka_connection_pass(struct kafka_connection *connection, const char *label, const char *server_name, void *data)
{
	connection->options.label = label;
	connection->options.server_name = server_name;
	connection->options.data = data;
}

bool kafka_connection_is_ready(const struct kafka_connection *connection)
{
	return connection->stage == KAFKA_STAGE_READY;
}

size_t kafka_connection_in_flight(const struct kafka_connection *connection)
{
	return connection->in_flight.len + connection->waiting.len;
}

enum kafka_trouble kafka_connection_trouble(const struct kafka_connection *connection)
{
	return connection->trouble;
}

enum kafka_sasl_mechanism kafka_connection_better(const struct kafka_connection *connection)
{
	return connection->better;
}

void kafka_connection_set_user(struct kafka_connection *connection, const char *user, const char *password)
{
	connection->options.sasl.user = user;
	connection->options.sasl.password = password;
}
