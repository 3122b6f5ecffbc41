/* A scripted API server that speaks HTTP/2 over TLS, as real ones do, in the test's own loop: many requests on one
 * connection, GOAWAY, and the silence of a peer that is gone without a word. */
#ifndef MQDECK_TESTS_H2_SERVER_H
#define MQDECK_TESTS_H2_SERVER_H

#include <nghttp2/nghttp2.h>

#include "tests/unit/net/server.h"
#include "tests/unit/tls_certs.h"

struct h2_connection;

struct h2_stream {
	struct h2_connection *connection;
	struct h2_stream *next;
	int32_t id;
	char path[512];
	struct buf body; /* not yet sent */
	bool ended;      /* nothing comes after it */
};

struct h2_connection {
	struct server_conn *conn;
	nghttp2_session *session;
	struct h2_stream *streams;
};

struct h2_server {
	struct server server;
	struct tls_cert_pair root, cert;
	/* A whole request is there: answers it now or later with the functions below. */
	void (*on_request)(struct h2_server *h2, struct h2_stream *stream);
	void *data;
	uint32_t streams_max; /* on one connection; 0 = nothing is said of it */
	bool frozen; /* says nothing, and who speaks to it meanwhile will not be heard on that connection any more */
};

void h2_server_start(struct h2_server *h2, struct loop *loop);
void h2_server_stop(struct h2_server *h2);

/* 200 and the head of a body without end. */
void h2_begin(struct h2_stream *stream);
void h2_write(struct h2_stream *stream, const char *text);
void h2_end(struct h2_stream *stream);
void h2_answer(struct h2_stream *stream, const char *body); /* all of it */
/* No request after `last` is served on this connection; those up to it go on. */
void h2_go_away(struct h2_connection *connection, int32_t last);

#endif
