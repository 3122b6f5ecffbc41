/* Pumps bytes between the caller's socket and a carrier that is no socket (a WebSocket). Whichever side is slow stops
 * the other; nothing piles up in between. */
#include "api/net/relay.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/net/pair.h"

enum {
	/* The far side is stopped when there is any backlog; one message of it may still come in. */
	RELAY_BACKLOG_MAX = 2 << 20,
	RELAY_READS_A_TURN = 8,
};

void relay_finish(struct relay *relay)
{
	if (relay->watch) {
		loop_fd_remove(relay->watch);
		close(relay->fd);
		relay->watch = NULL;
	}
	buf_finish_secret(&relay->backlog);
	buf_finish_secret(&relay->held);
}

static void relay_update_watch(struct relay *relay)
{
	if (relay->watch)
		loop_fd_set(relay->watch, (relay->held.len == 0 && !relay->closing ? LOOP_READ : 0) |
						  (relay->backlog.len > 0 ? LOOP_WRITE : 0));
}

/* Sends what the socket takes; the count of it. */
static size_t relay_push(struct relay *relay, const char *bytes, size_t len)
{
	size_t sent = 0;
	while (sent < len) {
		ssize_t put = send(relay->fd, bytes + sent, len - sent, MSG_NOSIGNAL);
		if (put < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (put < 0)
			return len; /* the caller has closed: nobody wants the rest, reading will tell */
		sent += (size_t)put;
	}
	return sent;
}

static void read_caller(struct relay *relay)
{
	char bytes[RELAY_PIECE];
	for (int turn = 0; turn < RELAY_READS_A_TURN && relay->watch && relay->held.len == 0 && !relay->closing;
	     turn++) {
		ssize_t got = recv(relay->fd, bytes, sizeof bytes, 0);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0) {
			relay->on_eof(relay->data);
			return;
		}
		if (!relay->on_bytes(relay->data, bytes, (size_t)got) && relay->watch)
			buf_append(&relay->held, bytes, (size_t)got);
		if ((size_t)got < sizeof bytes)
			return; /* that has emptied it */
	}
}

static void on_caller(void *data, unsigned ready)
{
	struct relay *relay = data;
	if (relay->backlog.len > 0) {
		buf_consume(&relay->backlog, relay_push(relay, relay->backlog.data, relay->backlog.len));
		if (relay->backlog.len == 0 && relay->closing) {
			relay_finish(relay);
			return;
		}
		if (relay->backlog.len == 0)
			relay->on_drain(relay->data);
	}
	/* A hangup is told even when reading is off; then there is nobody left to hold bytes for. */
	if (ready & LOOP_HANGUP && (relay->held.len > 0 || relay->closing))
		relay->on_eof(relay->data);
	else
		read_caller(relay);
	relay_update_watch(relay);
}

bool relay_open(struct relay *relay, struct loop *loop, int *caller_fd, struct err *err)
{
	int ends[2];
	if (!pair_open(ends, err))
		return false;
	relay->fd = ends[0];
	*caller_fd = ends[1];
	relay->closing = false;
	buf_init(&relay->backlog, RELAY_BACKLOG_MAX);
	buf_init(&relay->held, RELAY_PIECE);
	relay->watch = loop_fd_add(loop, relay->fd, LOOP_READ, on_caller, relay);
	return true;
}

void relay_resume(struct relay *relay)
{
	if (relay->held.len > 0 && relay->on_bytes(relay->data, relay->held.data, relay->held.len))
		buf_clear(&relay->held);
	relay_update_watch(relay);
}

bool relay_write(struct relay *relay, const void *bytes, size_t len)
{
	if (!relay->watch)
		return true;
	size_t sent = relay->backlog.len > 0 ? 0 : relay_push(relay, bytes, len);
	buf_append(&relay->backlog, (const char *)bytes + sent, len - sent);
	relay_update_watch(relay);
	return relay->backlog.len == 0;
}

void relay_close(struct relay *relay)
{
	relay->closing = true;
	if (relay->backlog.len == 0)
		relay_finish(relay);
	else
		relay_update_watch(relay);
}
