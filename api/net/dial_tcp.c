/* A dialer over plain TCP, for tests and for what is reached directly. It pumps through a relay just as a port-forward
 * does, so that tests of the clients above it mean something. */
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/net/dial.h"
#include "api/net/multi.h"
#include "api/net/peer.h"
#include "api/net/relay.h"

/* libcurl resolves the name and connects; then the bytes are pumped between its socket and the relay end. */
struct dial {
	struct relay relay;
	struct peer peer;
	struct multi *multi;
	CURL *easy;
	char errbuf[CURL_ERROR_SIZE];
	struct loop *loop;
	struct loop_fd *watch; /* the far socket; NULL before it is connected, and while stalled on a broken one */
	struct loop_timer *deadline;
	int far_fd;
	struct buf out;  /* for the far side */
	bool is_stalled; /* the relay end reads slowly */
	struct err err;
};

struct dial_tcp_opener {
	struct dial_opener dialer;
	struct loop *loop;
};

enum { DIAL_CONNECT_MS = 10000, DIAL_OUT_MAX = 256 << 10 };

static void dial_end(struct dial *dial)
{
	loop_fd_remove(dial->watch);
	dial->watch = NULL;
	loop_timer_disarm(dial->deadline);
	/* The descriptor is libcurl's until dial_close_now(), the far side hears of the end now. */
	if (dial->far_fd >= 0)
		shutdown(dial->far_fd, SHUT_RDWR);
	relay_close(&dial->relay);
}

static void end_with(struct dial *dial, int errno_value)
{
	err_set_errno(&dial->err, errno_value, "connection to %s", dial->peer.authority);
	dial->err.code = ERR_CONNECT;
	dial_end(dial);
}

static void dial_update_watch(struct dial *dial)
{
	if (dial->watch)
		loop_fd_set(dial->watch, (dial->is_stalled ? 0 : LOOP_READ) | (dial->out.len ? LOOP_WRITE : 0));
}

static void dial_flush(struct dial *dial)
{
	while (dial->watch && dial->out.len > 0) {
		ssize_t put = send(dial->far_fd, dial->out.data, dial->out.len, MSG_NOSIGNAL);
		if (put < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (put < 0)
			end_with(dial, errno);
		else
			buf_consume(&dial->out, (size_t)put);
	}
	dial_update_watch(dial);
}

static void read_far(struct dial *dial)
{
	char bytes[RELAY_PIECE];
	ssize_t got = recv(dial->far_fd, bytes, sizeof bytes, 0);
	if (got > 0)
		dial->is_stalled = !relay_write(&dial->relay, bytes, (size_t)got);
	else if (got == 0)
		dial_end(dial);
	else if (errno != EAGAIN && errno != EINTR)
		end_with(dial, errno);
}

static void on_far(void *data, unsigned ready)
{
	struct dial *dial = data;
	/* A hangup is reported for ever, whatever is asked for: what was received is still read when the relay end
	 * goes on. */
	if (dial->is_stalled && ready & LOOP_HANGUP) {
		loop_fd_remove(dial->watch);
		dial->watch = NULL;
		return;
	}
	if (!dial->is_stalled)
		read_far(dial);
	dial_flush(dial);
	if (dial->watch && dial->out.len == 0)
		relay_resume(&dial->relay);
	dial_update_watch(dial);
}

static bool dial_from_relay(void *data, const char *bytes, size_t len)
{
	struct dial *dial = data;
	if (!dial->watch || !buf_append(&dial->out, bytes, len))
		return false;
	dial_flush(dial);
	return true;
}

static void dial_relay_drained(void *data)
{
	struct dial *dial = data;
	dial->is_stalled = false;
	if (!dial->watch && !dial->relay.closing)
		dial->watch = loop_fd_add(dial->loop, dial->far_fd, LOOP_READ, on_far, dial);
	dial_update_watch(dial);
}

static void dial_relay_ended(void *data)
{
	dial_end(data);
}

static void dial_connected(void *data, CURL *easy, CURLcode code)
{
	struct dial *dial = data;
	curl_socket_t fd = -1;
	loop_timer_disarm(dial->deadline);
	log_debug(LOG_NET, "dial done to=%s result=\"%s\"", dial->peer.authority, curl_easy_strerror(code));
	if (code != CURLE_OK || curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK || fd < 0) {
		peer_explain(&dial->peer, easy, code, dial->errbuf, &dial->err);
		dial_end(dial);
		return;
	}
	dial->far_fd = fd;
	dial->watch = loop_fd_add(dial->loop, fd, LOOP_READ, on_far, dial);
	relay_resume(&dial->relay);
}

static void dial_timed_out(void *data)
{
	struct dial *dial = data;
	err_set(&dial->err, ERR_TIMEOUT, "%s did not accept the connection within %d s", dial->peer.authority,
		DIAL_CONNECT_MS / 1000);
	dial_end(dial);
}

static void dial_close_now(void *data)
{
	struct dial *dial = data;
	loop_fd_remove(dial->watch);
	relay_finish(&dial->relay);
	multi_remove(dial->multi, dial->easy);
	curl_easy_cleanup(dial->easy);
	multi_free(dial->multi);
	loop_timer_destroy(dial->deadline);
	buf_finish_secret(&dial->out);
	peer_finish(&dial->peer);
	free(dial);
}

static bool dial_set_up(struct dial *dial, const struct dial_target *target, struct err *err)
{
	const char *brackets = strchr(target->host, ':') ? "[]" : "";
	CLEANUP(free)
	char *url =
		str_printf("http://%.1s%s%s:%u", brackets, target->host, *brackets ? brackets + 1 : "", target->port);
	struct http_options options = {.base_url = url, .proxy_url = ""};
	return peer_init(&dial->peer, dial->loop, &options, err);
}

static struct dial *dial_open_tcp(struct dial_opener *self, const struct dial_target *target, int *fd, struct err *err)
{
	struct dial *dial = mem_alloc(sizeof *dial);
	dial->loop = ((struct dial_tcp_opener *)self)->loop;
	dial->far_fd = -1;
	dial->relay = (struct relay){
		.on_bytes = dial_from_relay, .on_drain = dial_relay_drained, .on_eof = dial_relay_ended, .data = dial};
	if (!target->host || !dial_set_up(dial, target, err)) {
		if (!target->host)
			err_set(err, ERR_USAGE, "no host to connect to");
		free(dial);
		return NULL;
	}
	struct multi_hooks hooks = {.on_done = dial_connected, .on_close = dial_close_now, .data = dial};
	dial->multi = multi_create(dial->loop, &hooks, DESCRIPTORS_FOR_BROKER, err);
	if (!dial->multi || !relay_open(&dial->relay, dial->loop, fd, err)) {
		multi_free(dial->multi);
		peer_finish(&dial->peer);
		free(dial);
		return NULL;
	}
	buf_init(&dial->out, DIAL_OUT_MAX);
	dial->deadline = loop_timer_create(dial->loop, dial_timed_out, dial);
	loop_timer_arm(dial->deadline, DIAL_CONNECT_MS);
	dial->easy = mem_need(curl_easy_init());
	peer_apply(&dial->peer, dial->easy, "/", dial->errbuf);
	curl_easy_setopt(dial->easy, CURLOPT_CONNECT_ONLY, 1L);
	multi_add(dial->multi, dial->easy);
	return dial;
}

static const struct err *error_tcp(const struct dial *dial)
{
	return &dial->err;
}

static void close_tcp(struct dial *dial)
{
	if (dial)
		multi_close(dial->multi);
}

struct dial_opener *dial_tcp_create(struct loop *loop)
{
	struct dial_tcp_opener *it = mem_alloc(sizeof *it);
	*it = (struct dial_tcp_opener){.dialer = {.open = dial_open_tcp, .error = error_tcp, .close = close_tcp},
				       .loop = loop};
	return &it->dialer;
}

void dial_tcp_destroy(struct dial_opener *dialer)
{
	free(dialer);
}
