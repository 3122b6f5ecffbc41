/* A small HTTP/1.1 server on the loop: keep-alive, chunked streams, upgrades. One request of a connection is
 * answered at a time; what a client pipelines waits in its buffer. */
#ifndef MQDECK_DEMO_HTTP_SERVER_H
#define MQDECK_DEMO_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/err.h"
#include "api/base/loop.h"
#include "api/demo/http/http_request.h"

struct demo_http_server;
struct demo_http_conn;

/* A peer that takes nothing while this much waits for it is dropped; a single answer may be bigger. */
enum { DEMO_HTTP_QUEUE_MAX = 8 * 1024 * 1024, DEMO_HTTP_ANSWER_MAX = 64 * 1024 * 1024, DEMO_HTTP_CONNS_MAX = 8192 };

/* Must answer, begin a stream or upgrade, now or later. The request is gone after the call. */
typedef void demo_http_server_fn(void *data, struct demo_http_conn *conn, const struct demo_request *request);

/* Listens on host (an IPv4 or IPv6 address) and port, 0 = any. */
struct demo_http_server *demo_http_server_start(struct loop *loop, const char *host, uint16_t port,
						demo_http_server_fn *fn, void *data, struct err *err) MUST_USE;
void demo_http_server_destroy(
	struct demo_http_server *server); /* NULL is fine; streams and upgrades get their on_close */
uint16_t demo_http_server_port(const struct demo_http_server *server);
void demo_http_server_close_all(
	struct demo_http_server *server); /* closes the listener and all connections, keeps the port */
bool demo_http_server_reopen(struct demo_http_server *server, struct err *err) MUST_USE;

/* headers: further lines, each ended by CRLF; NULL = none. After this the connection may be gone. */
void demo_http_conn_answer(struct demo_http_conn *conn, int status, const char *type, const char *headers,
			   const char *body, size_t len);

/* What follows an answer that is not over at once. on_close is called once, when the peer or the server ends it,
 * never when the owner does; the conn is gone after it. */
struct demo_http_conn_owner {
	void (*on_bytes)(void *data, const char *bytes, size_t len); /* upgrades only */
	void (*on_close)(void *data);
	void *data;
};
/* A chunked 200. False = the connection is gone, on_close has been called; so for all below. */
bool demo_http_conn_stream_begin(struct demo_http_conn *conn, const char *type,
				 struct demo_http_conn_owner owner) MUST_USE;
bool demo_http_conn_stream_send(struct demo_http_conn *conn, const char *bytes, size_t len) MUST_USE;
void demo_http_conn_stream_end(struct demo_http_conn *conn);
/* 101; headers as above. Bytes that came with the request are handed over at once. */
bool demo_http_conn_upgrade(struct demo_http_conn *conn, const char *headers,
			    struct demo_http_conn_owner owner) MUST_USE;
/* Raw bytes after an upgrade. */
bool demo_http_conn_write(struct demo_http_conn *conn, const void *bytes, size_t len) MUST_USE;
/* Ends an upgrade by its owner, after what is queued has left. No on_close. */
void demo_http_conn_finish(struct demo_http_conn *conn);

const char *demo_http_status_words(int status);

#endif
