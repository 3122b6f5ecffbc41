/* Bytes to and from a broker, in the clear or through TLS. OpenSSL works on buffers in memory, so that its
 * renegotiations never decide which way the socket is waited for. */
#include "api/kafka/client/transport.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/kafka/client/kafka_tls.h"

enum { CHUNK = 16 * 1024, SEALED_MAX = 1024 * 1024, SEALED_ENOUGH = 128 * 1024 };

bool kafka_stream_init(struct kafka_stream *stream, int fd, const struct kafka_tls *tls, const char *name,
		       struct err *err)
{
	*stream = (struct kafka_stream){.fd = fd};
	buf_init(&stream->sealed, SEALED_MAX);
	net_tls_peer_init(&stream->peer, name);
	if (!tls->enabled)
		return true;
	stream->ssl = kafka_tls_create(tls, &stream->peer, err);
	return stream->ssl != NULL;
}

void kafka_stream_finish(struct kafka_stream *stream)
{
	SSL_free(stream->ssl);
	stream->ssl = NULL;
	net_tls_peer_finish(&stream->peer);
	buf_finish(&stream->sealed);
	cleanup_close(&stream->fd);
	stream->fd = -1;
}

static enum kafka_io raw_write(struct kafka_stream *stream, const void *bytes, size_t len, size_t *sent,
			       struct err *err)
{
	ssize_t n = send(stream->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	stream->blocked = n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
	*sent = n > 0 ? (size_t)n : 0;
	if (n >= 0)
		return KAFKA_IO_OK;
	if (stream->blocked)
		return KAFKA_IO_WAIT;
	/* What the peer said before it closed is still to be read: the reader tells. */
	if (errno == EPIPE || errno == ECONNRESET)
		return KAFKA_IO_END;
	err_set(err, ERR_CONNECT, "writing to the broker: %s", strerror(errno));
	return KAFKA_IO_ERROR;
}

static enum kafka_io raw_read(struct kafka_stream *stream, void *bytes, size_t size, size_t *got, struct err *err)
{
	ssize_t n = recv(stream->fd, bytes, size, MSG_DONTWAIT);
	*got = n > 0 ? (size_t)n : 0;
	if (n > 0)
		return KAFKA_IO_OK;
	if (n == 0 || errno == ECONNRESET)
		return KAFKA_IO_END;
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return KAFKA_IO_WAIT;
	err_set(err, ERR_CONNECT, "reading from the broker: %s", strerror(errno));
	return KAFKA_IO_ERROR;
}

/* Moves what TLS wants to say to the socket. */
static enum kafka_io flush_sealed(struct kafka_stream *stream, struct err *err)
{
	BIO *out = SSL_get_wbio(stream->ssl);
	char chunk[CHUNK];
	for (int n; (n = BIO_read(out, chunk, sizeof chunk)) > 0;)
		if (!buf_append(&stream->sealed, chunk, (size_t)n)) {
			err_set(err, ERR_LIMIT, "too many bytes are waiting to be sent to the broker");
			return KAFKA_IO_ERROR;
		}
	while (stream->sealed.len > 0) {
		size_t sent;
		enum kafka_io io = raw_write(stream, stream->sealed.data, stream->sealed.len, &sent, err);
		buf_consume(&stream->sealed, sent);
		if (io != KAFKA_IO_OK)
			return io == KAFKA_IO_WAIT ? KAFKA_IO_OK : io;
	}
	return KAFKA_IO_OK;
}

/* Feeds TLS from the socket. */
static enum kafka_io transport_fill(struct kafka_stream *stream, struct err *err)
{
	char chunk[CHUNK];
	size_t got;
	enum kafka_io io = raw_read(stream, chunk, sizeof chunk, &got, err);
	if (io == KAFKA_IO_OK)
		BIO_write(SSL_get_rbio(stream->ssl), chunk, (int)got);
	return io;
}

/* After an SSL call that did not work: OK = it may be tried again at once. */
static enum kafka_io after_call(struct kafka_stream *stream, int result, struct err *err)
{
	int why = SSL_get_error(stream->ssl, result);
	enum kafka_io io = flush_sealed(stream, err);
	if (io == KAFKA_IO_ERROR)
		return io;
	if (why == SSL_ERROR_WANT_READ)
		return transport_fill(stream, err);
	if (why == SSL_ERROR_ZERO_RETURN)
		return KAFKA_IO_END;
	kafka_tls_explain(&stream->peer, err);
	return KAFKA_IO_ERROR;
}

enum kafka_io kafka_stream_handshake(struct kafka_stream *stream, struct err *err)
{
	if (!stream->ssl)
		return KAFKA_IO_OK;
	for (;;) {
		ERR_clear_error();
		int result = SSL_do_handshake(stream->ssl);
		if (result == 1)
			return flush_sealed(stream, err);
		enum kafka_io io = after_call(stream, result, err);
		if (io != KAFKA_IO_OK)
			return io;
	}
}

enum kafka_io kafka_stream_read(struct kafka_stream *stream, void *bytes, size_t size, size_t *got, struct err *err)
{
	if (!stream->ssl)
		return raw_read(stream, bytes, size, got, err);
	*got = 0;
	for (;;) {
		ERR_clear_error();
		int result = SSL_read_ex(stream->ssl, bytes, size, got);
		if (result == 1)
			return KAFKA_IO_OK;
		enum kafka_io io = after_call(stream, result, err);
		if (io != KAFKA_IO_OK)
			return io;
	}
}

enum kafka_io kafka_stream_write(struct kafka_stream *stream, const void *bytes, size_t len, size_t *sent,
				 struct err *err)
{
	if (!stream->ssl)
		return len ? raw_write(stream, bytes, len, sent, err) : KAFKA_IO_OK;
	*sent = 0;
	enum kafka_io io = flush_sealed(stream, err);
	if (io != KAFKA_IO_OK || len == 0)
		return io;
	if (stream->sealed.len >= SEALED_ENOUGH)
		return KAFKA_IO_WAIT;
	ERR_clear_error();
	int result = SSL_write_ex(stream->ssl, bytes, len < CHUNK ? len : CHUNK, sent);
	if (result == 1)
		return flush_sealed(stream, err);
	io = after_call(stream, result, err);
	return io == KAFKA_IO_OK ? KAFKA_IO_WAIT : io;
}

bool kafka_stream_wants_write(const struct kafka_stream *stream)
{
	return stream->blocked || stream->sealed.len > 0;
}
