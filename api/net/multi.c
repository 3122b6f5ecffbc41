/* libcurl's sockets and timers on our loop. libcurl may not be entered from inside itself; calls that arrive then wait
 * until it has returned. */
#include "api/net/multi.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "api/base/log.h"
#include "api/base/mem.h"

enum {
	MULTI_STREAMS = 250, /* what API servers allow on one connection */
	/* In use and kept: with more in use than this none is used again. Requests that go at once, and as many watches. */
	MULTI_CONNECTIONS = 60,
};

struct multi_socket {
	struct multi *multi;
	struct multi_socket *prev, *next;
	int fd;
	struct loop_fd *watch;
};

struct multi {
	struct loop *loop;
	struct multi_hooks hooks;
	CURLM *handle;
	int timer_fd;
	struct loop_fd *timer_watch;
	struct multi_socket *sockets;
	unsigned inside; /* libcurl on the stack */
	unsigned holds;  /* settle() on the stack */
	bool closing;
};

static void multi_settle(struct multi *multi)
{
	multi->holds++;
	if (!multi->closing && multi->hooks.on_left)
		multi->hooks.on_left(multi->hooks.data);
	CURLMsg *message;
	int left;
	while (!multi->closing && (message = curl_multi_info_read(multi->handle, &left))) {
		if (message->msg == CURLMSG_DONE)
			multi->hooks.on_done(multi->hooks.data, message->easy_handle, message->data.result);
	}
	multi->holds--;
	if (multi->closing && multi->holds == 0)
		multi->hooks.on_close(multi->hooks.data);
}

static void multi_drive(struct multi *multi, curl_socket_t fd, int events)
{
	int running;
	multi->inside++;
	CURLMcode code = curl_multi_socket_action(multi->handle, fd, events, &running);
	multi->inside--;
	if (code != CURLM_OK)
		log_warn(LOG_NET, "libcurl: %s", curl_multi_strerror(code));
	multi_settle(multi);
}

static void multi_on_socket(void *data, unsigned ready)
{
	const struct multi_socket *it = data;
	int events = (ready & LOOP_READ ? CURL_CSELECT_IN : 0) | (ready & LOOP_WRITE ? CURL_CSELECT_OUT : 0) |
		     (ready & LOOP_HANGUP ? CURL_CSELECT_IN | CURL_CSELECT_ERR : 0);
	multi_drive(it->multi, it->fd, events);
}

static void socket_forget(struct multi_socket *it)
{
	struct multi *multi = it->multi;
	if (it->prev)
		it->prev->next = it->next;
	else
		multi->sockets = it->next;
	if (it->next)
		it->next->prev = it->prev;
	loop_fd_remove(it->watch);
	free(it);
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *of_socket)
{
	struct multi *multi = data;
	struct multi_socket *it = of_socket;
	if (what == CURL_POLL_REMOVE) {
		if (it) {
			curl_multi_assign(multi->handle, fd, NULL);
			socket_forget(it);
		}
		return 0;
	}
	unsigned events = (what & CURL_POLL_IN ? LOOP_READ : 0) | (what & CURL_POLL_OUT ? LOOP_WRITE : 0);
	if (it) {
		loop_fd_set(it->watch, events);
		return 0;
	}
	if (multi->hooks.on_socket)
		multi->hooks.on_socket(multi->hooks.data, fd);
	it = mem_alloc(sizeof *it);
	*it = (struct multi_socket){.multi = multi, .fd = fd, .next = multi->sockets};
	if (it->next)
		it->next->prev = it;
	multi->sockets = it;
	it->watch = loop_fd_add(multi->loop, fd, events, multi_on_socket, it);
	curl_multi_assign(multi->handle, fd, it);
	return 0;
}

static void multi_on_timer(void *data, unsigned ready)
{
	struct multi *multi = data;
	uint64_t count;
	if (read(multi->timer_fd, &count, sizeof count) == sizeof count)
		multi_drive(multi, CURL_SOCKET_TIMEOUT, 0);
}

static int set_timer(CURLM *handle, long timeout_ms, void *data)
{
	const struct multi *multi = data;
	struct itimerspec spec = {0};
	if (timeout_ms > 0)
		spec.it_value = (struct timespec){.tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1000000};
	else if (timeout_ms == 0)
		spec.it_value.tv_nsec = 1;
	timerfd_settime(multi->timer_fd, 0, &spec, NULL);
	return 0;
}

/* Counted by libcurl: the last multi_free() takes it down again. */
static CURLM *create_handle(enum descriptors_use use, struct err *err)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		err_set(err, ERR_SYSTEM, "libcurl, which makes all connections, cannot be set up");
		return NULL;
	}
	/* It opens a pair of sockets; a newer one fails without them. */
	CURLM *handle = curl_multi_init();
	bool has_room = descriptors_have_room(use, err);
	if (handle && has_room)
		return handle;
	if (has_room)
		err_set(err, ERR_SYSTEM, "libcurl has no memory for another connection");
	curl_multi_cleanup(handle);
	curl_global_cleanup();
	return NULL;
}

struct multi *multi_create(struct loop *loop, const struct multi_hooks *hooks, enum descriptors_use use,
			   struct err *err)
{
	int timer_fd = descriptors_admit(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), use, err);
	CURLM *handle = timer_fd >= 0 ? create_handle(use, err) : NULL;
	if (!handle) {
		if (timer_fd >= 0)
			close(timer_fd);
		return NULL;
	}
	struct multi *multi = mem_alloc(sizeof *multi);
	*multi = (struct multi){.loop = loop, .hooks = *hooks, .timer_fd = timer_fd, .handle = handle};
	multi->timer_watch = loop_fd_add(loop, timer_fd, LOOP_READ, multi_on_timer, multi);
	curl_multi_setopt(multi->handle, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(multi->handle, CURLMOPT_SOCKETDATA, multi);
	curl_multi_setopt(multi->handle, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(multi->handle, CURLMOPT_TIMERDATA, multi);
	curl_multi_setopt(multi->handle, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
	curl_multi_setopt(multi->handle, CURLMOPT_MAX_CONCURRENT_STREAMS, (long)MULTI_STREAMS);
	curl_multi_setopt(multi->handle, CURLMOPT_MAXCONNECTS, (long)MULTI_CONNECTIONS);
	return multi;
}

void multi_close(struct multi *multi)
{
	multi->closing = true;
	if (multi->inside == 0 && multi->holds == 0)
		multi->hooks.on_close(multi->hooks.data);
}

void multi_free(struct multi *multi)
{
	if (!multi)
		return;
	curl_multi_cleanup(multi->handle);
	while (multi->sockets)
		socket_forget(multi->sockets);
	loop_fd_remove(multi->timer_watch);
	close(multi->timer_fd);
	free(multi);
	curl_global_cleanup();
}

bool multi_is_inside(const struct multi *multi)
{
	return multi->inside > 0;
}

void multi_add(struct multi *multi, CURL *easy)
{
	CURLMcode code = curl_multi_add_handle(multi->handle, easy);
	if (code != CURLM_OK)
		log_error(LOG_NET, "libcurl: %s", curl_multi_strerror(code));
}

void multi_remove(struct multi *multi, CURL *easy)
{
	/* Its callbacks may run once more in here. */
	multi->inside++;
	curl_multi_remove_handle(multi->handle, easy);
	multi->inside--;
}

void multi_cut(struct multi *multi)
{
	for (const struct multi_socket *it = multi->sockets; it; it = it->next)
		shutdown(it->fd, SHUT_RDWR);
}
