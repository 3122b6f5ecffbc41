#include "tests/unit/unit.h"

#include "tests/unit/kube/h2_server.h"

#include <openssl/pem.h>
#include <stdio.h>

#include "api/base/mem.h"

enum { BODY_MAX = 1 << 20 };

/* ---- what nghttp2 asks for ---- */

static ssize_t send_bytes(nghttp2_session *session, const uint8_t *bytes, size_t len, int flags, void *data)
{
	struct h2_connection *connection = data;
	buf_append(&connection->conn->out, bytes, len);
	return (ssize_t)len;
}

static int begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *data)
{
	struct h2_connection *connection = data;
	if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
		return 0;
	struct h2_stream *stream = mem_alloc(sizeof *stream);
	*stream = (struct h2_stream){.connection = connection,
				     .next = connection->streams,
				     .id = frame->hd.stream_id,
				     .body = BUF_INIT(BODY_MAX)};
	connection->streams = stream;
	nghttp2_session_set_stream_user_data(session, stream->id, stream);
	return 0;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_len,
		     const uint8_t *value, size_t value_len, uint8_t flags, void *data)
{
	struct h2_stream *stream = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
	if (stream && name_len == 5 && memcmp(name, ":path", 5) == 0)
		snprintf(stream->path, sizeof stream->path, "%.*s", (int)value_len, (const char *)value);
	return 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *data)
{
	struct h2_connection *connection = data;
	struct h2_server *h2 = connection->conn->server->data;
	struct h2_stream *stream = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
	if (stream && frame->hd.type == NGHTTP2_HEADERS && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM))
		h2->on_request(h2, stream);
	return 0;
}

static int on_stream_close(nghttp2_session *session, int32_t id, uint32_t error, void *data)
{
	struct h2_connection *connection = data;
	for (struct h2_stream **at = &connection->streams; *at; at = &(*at)->next) {
		struct h2_stream *stream = *at;
		if (stream->id != id)
			continue;
		*at = stream->next;
		buf_finish(&stream->body);
		free(stream);
		break;
	}
	return 0;
}

static ssize_t read_body(nghttp2_session *session, int32_t id, uint8_t *out, size_t size, uint32_t *flags,
			 nghttp2_data_source *source, void *data)
{
	struct h2_stream *stream = source->ptr;
	size_t len = stream->body.len < size ? stream->body.len : size;
	if (len == 0 && !stream->ended)
		return NGHTTP2_ERR_DEFERRED;
	if (len > 0)
		memcpy(out, stream->body.data, len);
	buf_consume(&stream->body, len);
	if (stream->ended && stream->body.len == 0)
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)len;
}

/* ---- connections ---- */

static struct h2_connection *connection_open(struct server_conn *conn)
{
	struct h2_connection *connection = mem_alloc(sizeof *connection);
	nghttp2_session_callbacks *callbacks;
	connection->conn = conn;
	assert_int_equal(nghttp2_session_callbacks_new(&callbacks), 0);
	nghttp2_session_callbacks_set_send_callback(callbacks, send_bytes);
	nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, begin_headers);
	nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
	nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
	nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
	assert_int_equal(nghttp2_session_server_new(&connection->session, callbacks, connection), 0);
	nghttp2_session_callbacks_del(callbacks);
	const struct h2_server *h2 = conn->server->data;
	const nghttp2_settings_entry most = {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, h2->streams_max};
	nghttp2_submit_settings(connection->session, NGHTTP2_FLAG_NONE, &most, h2->streams_max ? 1 : 0);
	return connection;
}

static void connection_close(struct server_conn *conn)
{
	struct h2_connection *connection = conn->user;
	if (!connection)
		return;
	for (struct h2_stream *stream = connection->streams, *next; stream; stream = next) {
		next = stream->next;
		buf_finish(&stream->body);
		free(stream);
	}
	nghttp2_session_del(connection->session);
	free(connection);
}

static void serve(struct server_conn *conn, void *data)
{
	const struct h2_server *h2 = data;
	if (h2->frozen || conn->deaf) {
		conn->deaf = true; /* for good: what was not read is missing */
		buf_clear(&conn->in);
		return;
	}
	if (!conn->user)
		conn->user = connection_open(conn);
	struct h2_connection *connection = conn->user;
	ssize_t taken = nghttp2_session_mem_recv(connection->session, (const uint8_t *)conn->in.data, conn->in.len);
	assert_int_equal(taken, (ssize_t)conn->in.len);
	buf_clear(&conn->in);
	nghttp2_session_send(connection->session);
}

static void send_now(struct h2_connection *connection)
{
	const struct h2_server *h2 = connection->conn->server->data;
	if (h2->frozen)
		return;
	nghttp2_session_send(connection->session);
	server_flush(connection->conn);
}

/* ---- the server ---- */

static int take_h2(SSL *tls, const unsigned char **out, unsigned char *out_len, const unsigned char *in,
		   unsigned in_len, void *data)
{
	static const unsigned char offered[] = "\x02h2";
	int chosen = SSL_select_next_proto((unsigned char **)out, out_len, offered, 3, in, in_len);
	return chosen == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static SSL_CTX *tls_of(const struct tls_cert_pair *pair)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	BIO *cert_bio = BIO_new_mem_buf(pair->cert, -1), *key_bio = BIO_new_mem_buf(pair->key, -1);
	X509 *cert = PEM_read_bio_X509(cert_bio, NULL, NULL, NULL);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(key_bio, NULL, NULL, NULL);
	assert_int_equal(SSL_CTX_use_certificate(ctx, cert), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(ctx, key), 1);
	SSL_CTX_set_alpn_select_cb(ctx, take_h2, NULL);
	X509_free(cert);
	EVP_PKEY_free(key);
	BIO_free(cert_bio);
	BIO_free(key_bio);
	return ctx;
}

void h2_server_start(struct h2_server *h2, struct loop *loop)
{
	tls_cert_pair_make(&h2->root, &(struct tls_cert_options){.common_name = "root", .is_ca = true});
	tls_cert_pair_make(&h2->cert, &(struct tls_cert_options){.sans = "IP:127.0.0.1",
								 .issuer_cert_pem = h2->root.cert,
								 .issuer_key_pem = h2->root.key});
	h2->server = (struct server){
		.loop = loop, .tls = tls_of(&h2->cert), .script = serve, .on_gone = connection_close, .data = h2};
	server_start(&h2->server);
}

void h2_server_stop(struct h2_server *h2)
{
	server_stop(&h2->server);
	SSL_CTX_free(h2->server.tls);
	tls_cert_pair_finish(&h2->cert);
	tls_cert_pair_finish(&h2->root);
}

/* ---- answers ---- */

#define FIELD(name, value)                                                                                             \
	{(uint8_t *)(name), (uint8_t *)(value), sizeof(name) - 1, sizeof(value) - 1, NGHTTP2_NV_FLAG_NONE}

void h2_begin(struct h2_stream *stream)
{
	const nghttp2_nv head[] = {FIELD(":status", "200"), FIELD("content-type", "application/json")};
	const nghttp2_data_provider provider = {.source.ptr = stream, .read_callback = read_body};
	assert_int_equal(nghttp2_submit_response(stream->connection->session, stream->id, head, 2, &provider), 0);
}

void h2_write(struct h2_stream *stream, const char *text)
{
	buf_append_str(&stream->body, text);
	nghttp2_session_resume_data(stream->connection->session, stream->id);
	send_now(stream->connection);
}

void h2_end(struct h2_stream *stream)
{
	stream->ended = true;
	nghttp2_session_resume_data(stream->connection->session, stream->id);
	send_now(stream->connection);
}

void h2_answer(struct h2_stream *stream, const char *body)
{
	h2_begin(stream);
	buf_append_str(&stream->body, body);
	stream->ended = true;
}

void h2_go_away(struct h2_connection *connection, int32_t last)
{
	nghttp2_submit_goaway(connection->session, NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, NULL, 0);
	send_now(connection);
}
