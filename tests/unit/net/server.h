/* A scripted server for tests, in the same loop as what it is asked by: TCP or TLS on a loopback port, whole or in
 * pieces, with every way of going wrong. The test gives it a script; it knows no protocol. */
#ifndef MQDECK_TESTS_NET_SERVER_H
#define MQDECK_TESTS_NET_SERVER_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/base/buf.h"
#include "api/base/loop.h"

struct server;

struct server_conn {
	struct server *server;
	struct server_conn *next;
	int fd;
	int number; /* 0 = the first accepted */
	SSL *tls;
	bool shaken;
	struct loop_fd *watch;
	struct buf in, out;
	size_t piece;     /* most bytes written at once; 0 = all */
	bool close_after; /* once `out` is written */
	bool reset_after; /* the same, with RST */
	bool deaf;        /* reads nothing */
	int requests;     /* for the script's own counting */
	bool upgraded;
	void *user; /* the script's own */
};

struct server {
	struct loop *loop;
	SSL_CTX *tls; /* NULL = plain; owned by the test */
	/* New bytes are in conn->in; takes from it, appends to conn->out, sets the flags. */
	void (*script)(struct server_conn *conn, void *data);
	void (*on_gone)(struct server_conn *conn); /* just before it is freed; may be NULL */
	void *data;
	int fd;
	uint16_t port;
	struct loop_fd *watch;
	struct server_conn *conns;
	int accepted, open;
	bool refuse_handshake; /* closes at accept */
};

void server_start(struct server *server); /* loop, script … already set */
void server_stop(struct server *server);
void server_flush(struct server_conn *conn); /* after appending to out from outside the script */

/* A whole HTTP request head is in conn->in: drops it (and a body of its Content-Length) and returns it; NULL = not
 * yet. */
char *server_take_request(struct server_conn *conn);

/* Answers an upgrade request with 101. subprotocol NULL = none; key NULL = the request's own (another is a lie). */
void server_upgrade(struct server_conn *conn, const char *request, const char *subprotocol, const char *key);

#endif
