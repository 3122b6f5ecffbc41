#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/net/dial.h"
#include "api/net/multi.h"
#include "api/net/relay.h"
#include "api/net/peer.h"

/* libcurl resolves the name and connects; then the bytes are pumped between its socket and the near end. */
struct dial {
	struct near near;
	struct peer peer;
	struct multi *multi;
	CURL *easy;
	char errbuf[CURL_ERROR_SIZE];
	struct loop *loop;
	struct loop_fd *watch; /* the far socket; NULL before it is connected, and while stalled on a broken one */
	struct loop_timer *deadline;
	int far_fd;
	struct buf out; /* for the far side */
	bool is_stalled; /* the near end reads slowly */
	struct err err;
};

struct dialer_tcp {
	struct dialer dialer;
	struct loop *loop;
};

enum { DIAL_CONNECT_MS = 10000, DIAL_OUT_MAX = 256 << 10 };

static void end(struct dial *dial)
{
	loop_fd_remove(dial->watch);
	dial->watch = NULL;
	loop_timer_disarm(dial->deadline);
	/* The descriptor is libcurl's until close_now(), the far side hears of the end now. */
	if (dial->far_fd >= 0)
		shutdown(dial->far_fd, SHUT_RDWR);
	near_close(&dial->near);
}

static void end_with(struct dial *dial, int errno_value)
{
	err_set_errno(&dial->err, errno_value, "connection to %s", dial->peer.authority);
	dial->err.code = ERR_CONNECT;
	end(dial);
}

static void update_watch(struct dial *dial)
{
	if (dial->watch)
		loop_fd_set(dial->watch, (dial->is_stalled ? 0 : LOOP_READ) | (dial->out.len ? LOOP_WRITE : 0));
}

static void flush(struct dial *dial)
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
	update_watch(dial);
}

static void read_far(struct dial *dial)
{
	char bytes[NEAR_PIECE];
	ssize_t got = recv(dial->far_fd, bytes, sizeof bytes, 0);
	if (got > 0)
		dial->is_stalled = !near_write(&dial->near, bytes, (size_t)got);
	else if (got == 0)
		end(dial);
	else if (errno != EAGAIN && errno != EINTR)
		end_with(dial, errno);
}

static void on_far(void *data, unsigned ready)
{
	struct dial *dial = data;
	/* A hangup is reported for ever, whatever is asked for: what was received is still read when the near end goes on. */
	if (dial->is_stalled && ready & LOOP_HANGUP) {
		loop_fd_remove(dial->watch);
		dial->watch = NULL;
		return;
	}
	if (!dial->is_stalled)
		read_far(dial);
	flush(dial);
	if (dial->watch && dial->out.len == 0)
		near_resume(&dial->near);
	update_watch(dial);
}

static bool from_near(void *data, const char *bytes, size_t len)
{
	struct dial *dial = data;
	if (!dial->watch || !buf_append(&dial->out, bytes, len))
		return false;
	flush(dial);
	return true;
}

static void near_drained(void *data)
{
	struct dial *dial = data;
	dial->is_stalled = false;
	if (!dial->watch && !dial->near.closing)
		dial->watch = loop_fd_add(dial->loop, dial->far_fd, LOOP_READ, on_far, dial);
	update_watch(dial);
}

static void near_ended(void *data)
{
	end(data);
}

static void connected(void *data, CURL *easy, CURLcode code)
{
	struct dial *dial = data;
	curl_socket_t fd = -1;
	loop_timer_disarm(dial->deadline);
	if (code != CURLE_OK || curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK || fd < 0) {
		peer_explain(&dial->peer, easy, code, dial->errbuf, &dial->err);
		end(dial);
		return;
	}
	dial->far_fd = fd;
	dial->watch = loop_fd_add(dial->loop, fd, LOOP_READ, on_far, dial);
	near_resume(&dial->near);
}

static void timed_out(void *data)
{
	struct dial *dial = data;
	err_set(&dial->err, ERR_TIMEOUT, "%s did not accept the connection within %d s", dial->peer.authority,
		DIAL_CONNECT_MS / 1000);
	end(dial);
}

static void close_now(void *data)
{
	struct dial *dial = data;
	loop_fd_remove(dial->watch);
	near_finish(&dial->near);
	multi_remove(dial->multi, dial->easy);
	curl_easy_cleanup(dial->easy);
	multi_free(dial->multi);
	loop_timer_destroy(dial->deadline);
	buf_finish_secret(&dial->out);
	peer_finish(&dial->peer);
	free(dial);
}

static bool set_up(struct dial *dial, const struct dial_target *target, struct err *err)
{
	const char *brackets = strchr(target->host, ':') ? "[]" : "";
	CLEANUP(free) char *url =
		str_printf("http://%.1s%s%s:%u", brackets, target->host, *brackets ? brackets + 1 : "", target->port);
	struct http_options options = {.base_url = url, .proxy_url = ""};
	return peer_init(&dial->peer, dial->loop, &options, err);
}

static struct dial *open_tcp(struct dialer *self, const struct dial_target *target, int *fd, struct err *err)
{
	struct dial *dial = mem_alloc(sizeof *dial);
	dial->loop = ((struct dialer_tcp *)self)->loop;
	dial->far_fd = -1;
	dial->near = (struct near){.on_bytes = from_near, .on_drain = near_drained, .on_eof = near_ended, .data = dial};
	if (!target->host || !set_up(dial, target, err)) {
		if (!target->host)
			err_set(err, ERR_USAGE, "no host to connect to");
		free(dial);
		return NULL;
	}
	if (!near_open(&dial->near, dial->loop, fd, err)) {
		peer_finish(&dial->peer);
		free(dial);
		return NULL;
	}
	buf_init(&dial->out, DIAL_OUT_MAX);
	dial->deadline = loop_timer_create(dial->loop, timed_out, dial);
	loop_timer_arm(dial->deadline, DIAL_CONNECT_MS);
	struct multi_hooks hooks = {.on_done = connected, .on_close = close_now, .data = dial};
	dial->multi = multi_create(dial->loop, &hooks);
	dial->easy = curl_easy_init();
	if (!dial->easy)
		abort();
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

struct dialer *dialer_tcp_create(struct loop *loop)
{
	struct dialer_tcp *it = mem_alloc(sizeof *it);
	*it = (struct dialer_tcp){.dialer = {.open = open_tcp, .error = error_tcp, .close = close_tcp}, .loop = loop};
	return &it->dialer;
}

void dialer_tcp_destroy(struct dialer *dialer)
{
	free(dialer);
}
