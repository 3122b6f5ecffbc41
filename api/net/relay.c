#include "api/net/relay.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/net/pair.h"

enum {
	/* The far side is stopped when there is any backlog; one message of it may still come in. */
	NEAR_BACKLOG_MAX = 2 << 20,
	NEAR_READS_A_TURN = 8,
};

void near_finish(struct near *near)
{
	if (near->watch) {
		loop_fd_remove(near->watch);
		close(near->fd);
		near->watch = NULL;
	}
	buf_finish_secret(&near->backlog);
	buf_finish_secret(&near->held);
}

static void update_watch(struct near *near)
{
	if (near->watch)
		loop_fd_set(near->watch, (near->held.len == 0 && !near->closing ? LOOP_READ : 0) |
						 (near->backlog.len > 0 ? LOOP_WRITE : 0));
}

/* Sends what the socket takes; the count of it. */
static size_t push(struct near *near, const char *bytes, size_t len)
{
	size_t sent = 0;
	while (sent < len) {
		ssize_t put = send(near->fd, bytes + sent, len - sent, MSG_NOSIGNAL);
		if (put < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (put < 0)
			return len; /* the caller has closed: nobody wants the rest, reading will tell */
		sent += (size_t)put;
	}
	return sent;
}

static void read_caller(struct near *near)
{
	char bytes[NEAR_PIECE];
	for (int turn = 0; turn < NEAR_READS_A_TURN && near->watch && near->held.len == 0 && !near->closing; turn++) {
		ssize_t got = recv(near->fd, bytes, sizeof bytes, 0);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0) {
			near->on_eof(near->data);
			return;
		}
		if (!near->on_bytes(near->data, bytes, (size_t)got) && near->watch)
			buf_append(&near->held, bytes, (size_t)got);
		if ((size_t)got < sizeof bytes)
			return; /* that has emptied it */
	}
}

static void on_caller(void *data, unsigned ready)
{
	struct near *near = data;
	if (near->backlog.len > 0) {
		buf_consume(&near->backlog, push(near, near->backlog.data, near->backlog.len));
		if (near->backlog.len == 0 && near->closing) {
			near_finish(near);
			return;
		}
		if (near->backlog.len == 0)
			near->on_drain(near->data);
	}
	/* A hangup is told even when reading is off; then there is nobody left to hold bytes for. */
	if (ready & LOOP_HANGUP && (near->held.len > 0 || near->closing))
		near->on_eof(near->data);
	else
		read_caller(near);
	update_watch(near);
}

bool near_open(struct near *near, struct loop *loop, int *caller_fd, struct err *err)
{
	int ends[2];
	if (!pair_open(ends, err))
		return false;
	near->fd = ends[0];
	*caller_fd = ends[1];
	near->closing = false;
	buf_init(&near->backlog, NEAR_BACKLOG_MAX);
	buf_init(&near->held, NEAR_PIECE);
	near->watch = loop_fd_add(loop, near->fd, LOOP_READ, on_caller, near);
	return true;
}

void near_resume(struct near *near)
{
	if (near->held.len > 0 && near->on_bytes(near->data, near->held.data, near->held.len))
		buf_clear(&near->held);
	update_watch(near);
}

bool near_write(struct near *near, const void *bytes, size_t len)
{
	if (!near->watch)
		return true;
	size_t sent = near->backlog.len > 0 ? 0 : push(near, bytes, len);
	buf_append(&near->backlog, (const char *)bytes + sent, len - sent);
	update_watch(near);
	return near->backlog.len == 0;
}

void near_close(struct near *near)
{
	near->closing = true;
	if (near->backlog.len == 0)
		near_finish(near);
	else
		update_watch(near);
}
