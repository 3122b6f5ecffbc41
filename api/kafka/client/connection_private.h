/* Inside the connection: what its parts share. connection.c (bytes and time) stands on handshake.c (versions, logging in)
 * and frames.c (answers), and all of them on connection_core.c. */
#ifndef MQDECK_KAFKA_CLIENT_CONNECTION_PRIVATE_H
#define MQDECK_KAFKA_CLIENT_CONNECTION_PRIVATE_H

#include "api/base/arena.h"
#include "api/base/buf.h"
#include "api/kafka/client/connection.h"
#include "api/kafka/client/sasl.h"
#include "api/kafka/client/transport.h"
#include "api/kafka/wire/messages.h"

/* What a long request or answer took beyond that is given back once it is through. */
enum { KAFKA_KEEP_BUFFER = 256 * 1024 };

enum kafka_stage {
	KAFKA_STAGE_CONNECT, /* the dialler's connection and TLS */
	KAFKA_STAGE_VERSIONS,
	KAFKA_STAGE_LOGIN,
	KAFKA_STAGE_READY,
	KAFKA_STAGE_CLOSED,
};

struct kafka_pending {
	struct kafka_pending *next;
	const struct kafka_api *api;
	struct arena arena; /* of the request, until it is encoded */
	const void *request;
	struct kafka_header header;
	int64_t timeout_ms, deadline;
	int64_t sent_ms;
	size_t sent_bytes;
	kafka_response_fn *done;
	void *data;
};

struct kafka_queue {
	struct kafka_pending *head;
	struct kafka_pending **tail; /* NULL while empty */
	size_t len;
};

struct kafka_connection {
	struct kafka_connection_options options;
	struct kafka_stream stream;
	struct dial *dial;
	struct loop_fd *watch;
	struct loop_timer *timer;
	enum kafka_stage stage;
	struct buf in, out;
	struct kafka_queue waiting, in_flight;
	int32_t correlation;
	int64_t heard_ms;                                        /* when bytes came last; 0 = never */
	int64_t start_deadline, throttled_until, login_again_at; /* login_again_at -1 = never */
	struct arena versions_arena;
	const struct kafka_api_versions_response *versions;
	struct kafka_sasl_session *sasl;
	bool begun;       /* the socket was ready once */
	bool asked_again; /* for the versions, in the oldest form */
	bool logging_in;  /* also while logging in again */
	bool negotiates;  /* the mechanism is ours to choose */
	enum kafka_sasl_mechanism better;
	enum kafka_trouble trouble;
	bool answered; /* something after ApiVersions was answered */
	unsigned busy; /* inside a callback: freeing waits */
	bool destroyed;
	struct err closed; /* why, once closed */
};

void kafka_queue_push(struct kafka_queue *queue, struct kafka_pending *pending);
struct kafka_pending *kafka_queue_pop(struct kafka_queue *queue); /* NULL = empty */
void kafka_queue_free(struct kafka_queue *queue);
void kafka_pending_free(struct kafka_pending *pending);

/* ---- connection_core.c ---- */
int64_t kafka_connection_now_ms(const struct kafka_connection *connection);
/* timeout_ms, or what stands for 0. */
int64_t kafka_connection_timeout(const struct kafka_connection *connection, int64_t timeout_ms);
/* After each way out of a callback: frees the connection when it was destroyed meanwhile. */
void kafka_connection_free_if_idle(struct kafka_connection *connection);
/* Appends the request to what is to be sent, with the next number. */
bool kafka_connection_encode(struct kafka_connection *connection, struct kafka_pending *pending, const void *request,
			     struct err *err);
/* Answers all of a queue with the error that closed the connection. */
void kafka_connection_answer_all(struct kafka_connection *connection, struct kafka_queue *queue);
/* Encodes at once and puts it in flight: for the start, before and beside the queue. False = the connection failed. */
bool kafka_connection_push(struct kafka_connection *connection, enum kafka_api_key api, int version,
			   const void *request, kafka_response_fn *done);
/* Answers one request and frees it; the connection may be destroyed meanwhile. */
void kafka_connection_answer(struct kafka_connection *connection, struct kafka_pending *pending, const struct err *err,
			     const void *response);
/* Ends the connection: everything under way is answered with err, then on_close. */
void kafka_connection_fail(struct kafka_connection *connection, const struct err *err);
/* The start is over, or the logging in again. */
void kafka_connection_became_ready(struct kafka_connection *connection);

/* ---- handshake.c ---- */
/* The bytes can flow: ask for the versions, log in, become ready. */
void kafka_start_begin(struct kafka_connection *connection);
/* The session ends soon. */
void kafka_start_login(struct kafka_connection *connection);

/* ---- frames.c ---- */
/* Takes every whole frame out of connection->in. */
void kafka_connection_take_frames(struct kafka_connection *connection);

#endif
