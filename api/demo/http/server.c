/* Connections and their buffers. The one who answers may do so later or never finish (watches, upgrades), and the
 * client may go at any moment; `busy` keeps a connection alive while a call of ours is inside it. */
#include "api/demo/http/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "api/base/str.h"

enum { DEMO_ACCEPT_AGAIN_MS = 250 };

enum demo_http_conn_mode { CONN_READING, CONN_ANSWERING, CONN_STREAMING, CONN_UPGRADED };

struct demo_http_server {
	struct loop *loop;
	char *host;
	uint16_t port;
	int fd;
	struct loop_fd *watch;
	struct loop_timer *again; /* when connections are accepted again */
	demo_http_server_fn *fn;
	void *data;
	VEC(struct demo_http_conn *) conns;
};

struct demo_http_conn {
	struct demo_http_server *server;
	int fd;
	struct loop_fd *watch;
	enum demo_http_conn_mode mode;
	struct buf in, out;
	struct demo_http_conn_owner owner;
	bool closing; /* after what is queued */
	bool no_more; /* HTTP/1.0 peer or "Connection: close": the answer under way is the last */
	bool dead;
	unsigned busy; /* calls of ours on the stack: freeing waits */
};

static void conn_release(struct demo_http_conn *conn)
{
	if (!conn->dead || conn->busy > 0)
		return;
	buf_finish(&conn->in);
	buf_finish(&conn->out);
	free(conn);
}

static void conn_kill(struct demo_http_conn *conn)
{
	if (conn->dead)
		return;
	conn->dead = true;
	loop_fd_remove(conn->watch);
	close(conn->fd);
	vec_each (&conn->server->conns, it) {
		if (*it == conn) {
			vec_remove(&conn->server->conns, (size_t)(it - conn->server->conns.items));
			break;
		}
	}
	if (conn->owner.on_close) {
		struct demo_http_conn_owner owner = conn->owner;
		conn->owner = (struct demo_http_conn_owner){0};
		owner.on_close(owner.data);
	}
}

static void http_conn_flush(struct demo_http_conn *conn)
{
	while (conn->out.len > 0 && !conn->dead) {
		ssize_t sent = send(conn->fd, conn->out.data, conn->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent > 0) {
			buf_consume(&conn->out, (size_t)sent);
		} else if (sent < 0 && errno == EINTR) {
			continue;
		} else if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			break;
		} else {
			conn_kill(conn);
			return;
		}
	}
	if (conn->dead)
		return;
	if (conn->out.len == 0 && conn->closing) {
		conn_kill(conn);
		return;
	}
	loop_fd_set(conn->watch, LOOP_READ | (conn->out.len > 0 ? LOOP_WRITE : 0));
}

/* Serves what is buffered, one request after the other, as far as each is answered at once. */
static void conn_serve(struct demo_http_conn *conn)
{
	while (!conn->dead && !conn->closing && conn->mode == CONN_READING && conn->in.len > 0) {
		struct demo_request request;
		int status = 400;
		enum demo_request_progress progress = demo_request_parse(&conn->in, &request, &status);
		if (progress == DEMO_REQUEST_MORE)
			return;
		conn->mode = CONN_ANSWERING;
		if (progress == DEMO_REQUEST_BAD) {
			conn->no_more = true;
			demo_http_conn_answer(conn, status, "text/plain", NULL, "", 0);
			return;
		}
		conn->no_more = !request.keep_alive;
		conn->server->fn(conn->server->data, conn, &request);
		demo_request_finish(&request);
	}
}

static void conn_take(struct demo_http_conn *conn, const char *bytes, size_t len)
{
	if (conn->mode == CONN_UPGRADED) {
		if (conn->owner.on_bytes)
			conn->owner.on_bytes(conn->owner.data, bytes, len);
		return;
	}
	if (!buf_append(&conn->in, bytes, len)) {
		conn_kill(conn);
		return;
	}
	conn_serve(conn);
}

static void conn_ready(void *data, unsigned ready)
{
	struct demo_http_conn *conn = data;
	conn->busy++;
	if (ready & LOOP_WRITE)
		http_conn_flush(conn);
	while (!conn->dead && (ready & (LOOP_READ | LOOP_HANGUP))) {
		char bytes[16384];
		ssize_t got = recv(conn->fd, bytes, sizeof bytes, MSG_DONTWAIT);
		if (got > 0) {
			conn_take(conn, bytes, (size_t)got);
			if ((size_t)got < sizeof bytes)
				break;
		} else if (got < 0 && errno == EINTR) {
			continue;
		} else {
			if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
				conn_kill(conn);
			break;
		}
	}
	conn->busy--;
	conn_release(conn);
}

static void server_accept(void *data, unsigned ready)
{
	struct demo_http_server *server = data;
	for (;;) {
		int fd = accept4(server->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
			/* It stays in the queue, for which we would be called without end. */
			loop_fd_set(server->watch, 0);
			loop_timer_arm(server->again, DEMO_ACCEPT_AGAIN_MS);
		}
		if (fd < 0)
			return;
		if (server->conns.len >= DEMO_HTTP_CONNS_MAX) {
			close(fd);
			continue;
		}
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
		struct demo_http_conn *conn = mem_alloc(sizeof *conn);
		*conn = (struct demo_http_conn){.server = server,
						.fd = fd,
						.in = BUF_INIT(DEMO_REQUEST_BUFFER_MAX),
						.out = BUF_INIT(DEMO_HTTP_ANSWER_MAX)};
		conn->watch = loop_fd_add(server->loop, fd, LOOP_READ, conn_ready, conn);
		vec_push(&server->conns, conn);
	}
}

static void server_accept_again(void *data)
{
	const struct demo_http_server *server = data;
	if (server->watch)
		loop_fd_set(server->watch, LOOP_READ);
}

static bool server_listen(struct demo_http_server *server, struct err *err)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(server->port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(server->port)};
	bool is_v4 = inet_pton(AF_INET, server->host, &v4.sin_addr) == 1;
	if (!is_v4 && inet_pton(AF_INET6, server->host, &v6.sin6_addr) != 1)
		return err_set(err, ERR_USAGE, "\"%s\" is not an IP address to listen on", server->host);
	struct sockaddr *address = is_v4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6;
	socklen_t len = is_v4 ? sizeof v4 : sizeof v6;
	int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_set_errno(err, errno, "cannot create a socket for the embedded cluster");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
	if (bind(fd, address, len) < 0 || listen(fd, 128) < 0 || getsockname(fd, address, &len) < 0) {
		int reason = errno;
		close(fd);
		return err_set_errno(err, reason, "the embedded cluster cannot listen on %s port %u", server->host,
				     server->port);
	}
	server->fd = fd;
	server->port = ntohs(is_v4 ? v4.sin_port : v6.sin6_port);
	server->watch = loop_fd_add(server->loop, fd, LOOP_READ, server_accept, server);
	return true;
}

struct demo_http_server *demo_http_server_start(struct loop *loop, const char *host, uint16_t port,
						demo_http_server_fn *fn, void *data, struct err *err)
{
	struct demo_http_server *server = mem_alloc(sizeof *server);
	*server = (struct demo_http_server){
		.loop = loop, .host = mem_strdup(host), .port = port, .fd = -1, .fn = fn, .data = data};
	server->again = loop_timer_create(loop, server_accept_again, server);
	if (!server_listen(server, err)) {
		demo_http_server_destroy(server);
		return NULL;
	}
	return server;
}

void demo_http_server_close_all(struct demo_http_server *server)
{
	loop_fd_remove(server->watch);
	server->watch = NULL;
	if (server->fd >= 0)
		close(server->fd);
	server->fd = -1;
	while (server->conns.len > 0) {
		struct demo_http_conn *conn = server->conns.items[server->conns.len - 1];
		conn_kill(conn);
		conn_release(conn);
	}
}

bool demo_http_server_reopen(struct demo_http_server *server, struct err *err)
{
	return server->fd >= 0 || server_listen(server, err);
}

void demo_http_server_destroy(struct demo_http_server *server)
{
	if (!server)
		return;
	demo_http_server_close_all(server);
	vec_finish(&server->conns);
	loop_timer_destroy(server->again);
	free(server->host);
	free(server);
}

uint16_t demo_http_server_port(const struct demo_http_server *server)
{
	return server->port;
}

const char *demo_http_status_words(int status)
{
	static const struct {
		int status;
		const char *words;
	} table[] = {
		{200, "OK"},
		{201, "Created"},
		{202, "Accepted"},
		{204, "No Content"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{406, "Not Acceptable"},
		{409, "Conflict"},
		{410, "Gone"},
		{413, "Content Too Large"},
		{415, "Unsupported Media Type"},
		{422, "Unprocessable Entity"},
		{429, "Too Many Requests"},
		{431, "Request Header Fields Too Large"},
		{500, "Internal Server Error"},
		{503, "Service Unavailable"},
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (table[i].status == status)
			return table[i].words;
	}
	return "Unknown";
}

/* Ends a call that wrote: what is queued leaves, and a connection that died in it is freed. */
static bool conn_leave(struct demo_http_conn *conn)
{
	http_conn_flush(conn);
	bool alive = !conn->dead;
	conn->busy--;
	conn_release(conn);
	return alive;
}

void demo_http_conn_answer(struct demo_http_conn *conn, int status, const char *type, const char *headers,
			   const char *body, size_t len)
{
	if (conn->dead)
		return;
	conn->busy++;
	bool whole = buf_printf(&conn->out, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s%s\r\n",
				status, demo_http_status_words(status), type, len, str_or(headers, ""),
				conn->no_more ? "Connection: close\r\n" : "") &&
		     buf_append(&conn->out, body, len);
	conn->mode = CONN_READING;
	conn->closing = conn->no_more || !whole;
	/* Inside a request's own call the loop in conn_serve goes on; later, a pipelined one must be started here. */
	bool later = conn->busy == 1;
	if (later)
		conn_serve(conn);
	conn_leave(conn);
}

bool demo_http_conn_stream_begin(struct demo_http_conn *conn, const char *type, struct demo_http_conn_owner owner)
{
	conn->busy++;
	conn->mode = CONN_STREAMING;
	conn->owner = owner;
	conn->no_more = false;
	(void)buf_printf(&conn->out,
			 "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\nCache-Control: "
			 "no-cache\r\n\r\n",
			 type);
	return conn_leave(conn);
}

bool demo_http_conn_stream_send(struct demo_http_conn *conn, const char *bytes, size_t len)
{
	if (len == 0)
		return true;
	conn->busy++;
	if (conn->out.len > DEMO_HTTP_QUEUE_MAX || !buf_printf(&conn->out, "%zx\r\n", len) ||
	    !buf_append(&conn->out, bytes, len) || !buf_append_str(&conn->out, "\r\n"))
		conn_kill(conn);
	return conn_leave(conn);
}

void demo_http_conn_stream_end(struct demo_http_conn *conn)
{
	conn->busy++;
	conn->owner = (struct demo_http_conn_owner){0};
	conn->mode = CONN_READING;
	if (!buf_append_str(&conn->out, "0\r\n\r\n"))
		conn_kill(conn);
	if (conn->busy == 1)
		conn_serve(conn);
	conn_leave(conn);
}

bool demo_http_conn_upgrade(struct demo_http_conn *conn, const char *headers, struct demo_http_conn_owner owner)
{
	conn->busy++;
	conn->mode = CONN_UPGRADED;
	conn->owner = owner;
	(void)buf_printf(&conn->out, "HTTP/1.1 101 Switching Protocols\r\n%s\r\n", headers);
	struct buf rest = conn->in;
	buf_init(&conn->in, DEMO_REQUEST_BUFFER_MAX);
	if (!conn->dead && rest.len > 0 && owner.on_bytes)
		owner.on_bytes(owner.data, rest.data, rest.len);
	buf_finish(&rest);
	return conn_leave(conn);
}

bool demo_http_conn_write(struct demo_http_conn *conn, const void *bytes, size_t len)
{
	conn->busy++;
	if (conn->out.len > DEMO_HTTP_QUEUE_MAX || !buf_append(&conn->out, bytes, len))
		conn_kill(conn);
	return conn_leave(conn);
}

void demo_http_conn_finish(struct demo_http_conn *conn)
{
	conn->busy++;
	conn->owner = (struct demo_http_conn_owner){0};
	conn->closing = true;
	conn_leave(conn);
}
