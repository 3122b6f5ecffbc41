/* A pair of connected sockets over loopback TCP. The port is open for a moment, so whoever connects is checked to be
 * us. */
#include "api/net/pair.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/base/descriptors.h"
#include "api/base/mem.h"

enum {
	PAIR_CONNECT_MS = 100, /* loopback takes microseconds */
	PAIR_STRANGERS = 16,   /* others who may have found the port in that time */
};

static int pair_tcp_socket(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static bool address_of(int fd, struct sockaddr_in *address)
{
	socklen_t len = sizeof *address;
	return getsockname(fd, (struct sockaddr *)address, &len) == 0;
}

static bool pair_connect_to(int fd, const struct sockaddr_in *address)
{
	if (connect(fd, (const struct sockaddr *)address, sizeof *address) == 0)
		return true;
	struct pollfd wait = {.fd = fd, .events = POLLOUT};
	int error = 0;
	socklen_t len = sizeof error;
	return errno == EINPROGRESS && poll(&wait, 1, PAIR_CONNECT_MS) == 1 &&
	       getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error == 0;
}

/* Accepts the one whose address is ours, and nobody else. */
static int accept_only(int listener, const struct sockaddr_in *ours)
{
	for (int i = 0; i < PAIR_STRANGERS; i++) {
		struct sockaddr_in from = {0};
		socklen_t len = sizeof from;
		int fd = accept4(listener, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			return -1;
		if (from.sin_port == ours->sin_port && from.sin_addr.s_addr == ours->sin_addr.s_addr)
			return fd;
		close(fd);
	}
	return -1;
}

static bool pair_open_tcp(int ends[2])
{
	CLEANUP(close) int listener = pair_tcp_socket();
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, ours = {0};
	if (listener < 0 || bind(listener, (struct sockaddr *)&name, sizeof name) != 0 || listen(listener, 1) != 0 ||
	    !address_of(listener, &name))
		return false;
	int near = pair_tcp_socket();
	int far = near >= 0 && pair_connect_to(near, &name) && address_of(near, &ours) ? accept_only(listener, &ours)
										       : -1;
	if (far < 0) {
		if (near >= 0)
			close(near);
		return false;
	}
	const int on = 1;
	setsockopt(near, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(far, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	ends[0] = near;
	ends[1] = far;
	return true;
}

bool pair_open(int ends[2], struct err *err)
{
	if (!pair_open_tcp(ends) && socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
		ends[0] = ends[1] = -1;
	int lower = ends[0] < ends[1] ? ends[0] : ends[1];
	if (descriptors_admit(lower == ends[0] ? ends[1] : ends[0], DESCRIPTORS_FOR_BROKER, err) >= 0)
		return true;
	if (lower >= 0)
		close(lower);
	return false;
}
