#include "tests/unit/unit.h"

#include "tests/unit/net/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/net/websocket.h"

enum { SERVER_BUFFER_MAX = 64 << 20 };

static void conn_free(struct server_conn *conn)
{
	struct server_conn **at = &conn->server->conns;
	while (*at != conn)
		at = &(*at)->next;
	*at = conn->next;
	conn->server->open--;
	if (conn->server->on_gone)
		conn->server->on_gone(conn);
	loop_fd_remove(conn->watch);
	if (conn->reset_after) {
		struct linger linger = {.l_onoff = 1};
		setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	} else if (conn->tls && conn->shaken) {
		SSL_shutdown(conn->tls);
	}
	SSL_free(conn->tls);
	close(conn->fd);
	buf_finish(&conn->in);
	buf_finish(&conn->out);
	free(conn);
}

static ssize_t conn_read(struct server_conn *conn, char *bytes, size_t size)
{
	if (!conn->tls)
		return recv(conn->fd, bytes, size, 0);
	int got = SSL_read(conn->tls, bytes, (int)size);
	if (got > 0)
		return got;
	int why = SSL_get_error(conn->tls, got);
	errno = EAGAIN;
	return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? -1 : 0;
}

static ssize_t conn_write(struct server_conn *conn, const char *bytes, size_t len)
{
	if (!conn->tls)
		return send(conn->fd, bytes, len, MSG_NOSIGNAL);
	int put = SSL_write(conn->tls, bytes, (int)len);
	if (put > 0)
		return put;
	int why = SSL_get_error(conn->tls, put);
	errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? EAGAIN : EPIPE;
	return -1;
}

/* False when the connection is gone. */
static bool conn_flush(struct server_conn *conn)
{
	while (conn->out.len > 0) {
		size_t len = conn->piece && conn->piece < conn->out.len ? conn->piece : conn->out.len;
		ssize_t put = conn_write(conn, conn->out.data, len);
		if (put < 0 && errno != EAGAIN) {
			conn_free(conn);
			return false;
		}
		if (put > 0)
			buf_consume(&conn->out, (size_t)put);
		if (put < 0 || conn->piece)
			break; /* one piece a round, so that the client sees each alone */
	}
	if (conn->out.len == 0 && (conn->close_after || conn->reset_after)) {
		conn_free(conn);
		return false;
	}
	loop_fd_set(conn->watch, (conn->deaf ? 0 : LOOP_READ) | (conn->out.len ? LOOP_WRITE : 0));
	return true;
}

void server_flush(struct server_conn *conn)
{
	conn_flush(conn);
}

static bool handshake(struct server_conn *conn)
{
	int done = SSL_accept(conn->tls);
	if (done == 1) {
		conn->shaken = true;
		return true;
	}
	int why = SSL_get_error(conn->tls, done);
	if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
		conn_free(conn);
	return false;
}

static void on_conn(void *data, unsigned ready)
{
	struct server_conn *conn = data;
	if (conn->tls && !conn->shaken && !handshake(conn))
		return;
	char bytes[16384];
	ssize_t got = -1;
	bool any = false;
	while (!conn->deaf && (got = conn_read(conn, bytes, sizeof bytes)) > 0) {
		buf_append(&conn->in, bytes, (size_t)got);
		any = true;
		if (conn->in.len >= 1 << 20)
			break;
	}
	bool gone = !conn->deaf && (got == 0 || (got < 0 && errno != EAGAIN));
	if (any && conn->server->script)
		conn->server->script(conn, conn->server->data);
	if (gone)
		conn_free(conn);
	else
		conn_flush(conn);
}

static void on_accept(void *data, unsigned ready)
{
	struct server *server = data;
	int fd = accept4(server->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return;
	struct server_conn *conn = mem_alloc(sizeof *conn);
	*conn = (struct server_conn){.server = server, .next = server->conns, .fd = fd, .number = server->accepted++};
	buf_init(&conn->in, SERVER_BUFFER_MAX);
	buf_init(&conn->out, SERVER_BUFFER_MAX);
	server->conns = conn;
	server->open++;
	if (server->tls) {
		conn->tls = SSL_new(server->tls);
		SSL_set_fd(conn->tls, fd);
		SSL_set_mode(conn->tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	}
	conn->watch = loop_fd_add(server->loop, fd, LOOP_READ, on_conn, conn);
	if (server->refuse_handshake)
		conn_free(conn);
}

void server_start(struct server *server)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof address;
	server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(server->fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(server->fd, 128), 0);
	assert_int_equal(getsockname(server->fd, (struct sockaddr *)&address, &len), 0);
	server->port = ntohs(address.sin_port);
	server->watch = loop_fd_add(server->loop, server->fd, LOOP_READ, on_accept, server);
}

void server_stop(struct server *server)
{
	while (server->conns)
		conn_free(server->conns);
	loop_fd_remove(server->watch);
	if (server->fd >= 0)
		close(server->fd);
	server->watch = NULL;
	server->fd = -1;
}

char *server_take_request(struct server_conn *conn)
{
	const char *end = conn->in.len ? strstr(conn->in.data, "\r\n\r\n") : NULL;
	if (!end)
		return NULL;
	size_t head = (size_t)(end - conn->in.data) + 4, body = 0;
	const char *length = strcasestr(conn->in.data, "\r\nContent-Length:");
	if (length && length < end)
		body = (size_t)strtoul(length + strlen("\r\nContent-Length:"), NULL, 10);
	if (conn->in.len < head + body)
		return NULL;
	char *request = mem_strndup(conn->in.data, head + body);
	buf_consume(&conn->in, head + body);
	conn->requests++;
	return request;
}

void server_upgrade(struct server_conn *conn, const char *request, const char *subprotocol, const char *key)
{
	static const char name[] = "Sec-WebSocket-Key: ";
	char sent[64], accept[32];
	const char *at = strstr(request, name);
	assert_non_null(at);
	at += sizeof name - 1;
	snprintf(sent, sizeof sent, "%.*s", (int)strcspn(at, "\r"), at);
	ws_accept_key(key ? key : sent, accept);
	buf_printf(&conn->out,
		   "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
		   "Sec-WebSocket-Accept: %s\r\n",
		   accept);
	if (subprotocol)
		buf_printf(&conn->out, "Sec-WebSocket-Protocol: %s\r\n", subprotocol);
	buf_append_str(&conn->out, "\r\n");
	conn->upgraded = true;
}
