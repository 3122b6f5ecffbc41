/* Bytes over a connected non-blocking socket, in the clear or through TLS (at least 1.2). Nothing here blocks or
 * raises SIGPIPE. */
#ifndef MQDECK_KAFKA_CLIENT_TRANSPORT_H
#define MQDECK_KAFKA_CLIENT_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

#include "api/base/buf.h"
#include "api/base/err.h"
#include "api/kafka/client/connection.h"
#include "api/net/net_tls.h"

struct kafka_stream {
	int fd;            /* owned */
	SSL *ssl;          /* NULL = in the clear */
	struct buf sealed; /* TLS records that wait for the socket */
	bool blocked;      /* the socket takes no more: wait for LOOP_WRITE */
	struct net_tls_peer peer;
};

enum kafka_io {
	KAFKA_IO_OK,
	KAFKA_IO_WAIT,  /* ask again when the socket is ready */
	KAFKA_IO_END,   /* the peer closed */
	KAFKA_IO_ERROR, /* err says what */
};

/* Takes fd in any case. The stream must stay where it is. `name` is sent and verified; an IP address is verified as
 * such. */
bool kafka_stream_init(struct kafka_stream *stream, int fd, const struct kafka_tls *tls, const char *name,
		       struct err *err) MUST_USE;
void kafka_stream_finish(struct kafka_stream *stream);

/* OK once application bytes may flow. */
enum kafka_io kafka_stream_handshake(struct kafka_stream *stream, struct err *err) MUST_USE;
enum kafka_io kafka_stream_read(struct kafka_stream *stream, void *bytes, size_t size, size_t *got,
				struct err *err) MUST_USE;
/* Takes what it can; *sent tells how much of it. */
enum kafka_io kafka_stream_write(struct kafka_stream *stream, const void *bytes, size_t len, size_t *sent,
				 struct err *err) MUST_USE;
/* Whether LOOP_WRITE is wanted. */
bool kafka_stream_wants_write(const struct kafka_stream *stream);

#endif
