/* The placeholder socket, its listener with the full queue, and the exchange of descriptors once libcurl waits for
 * it. */
#include "api/net/adopt.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void adopt_init(struct adopt *adopt)
{
	*adopt = (struct adopt){.given = -1, .placeholder = -1, .listener = -1, .filler = -1};
}

static void adopt_close_all(struct adopt *adopt)
{
	const int fds[] = {adopt->given, adopt->listener, adopt->filler};
	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	adopt_init(adopt);
}

static int adopt_tcp_socket(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* A listener whose queue is filled by one connection that is never accepted: every further one stays pending. */
static bool open_full(struct adopt *adopt, struct sockaddr_in *name)
{
	socklen_t len = sizeof *name;
	*name = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	adopt->listener = adopt_tcp_socket();
	adopt->filler = adopt_tcp_socket();
	return adopt->listener >= 0 && adopt->filler >= 0 &&
	       bind(adopt->listener, (struct sockaddr *)name, sizeof *name) == 0 && listen(adopt->listener, 0) == 0 &&
	       getsockname(adopt->listener, (struct sockaddr *)name, &len) == 0 &&
	       (connect(adopt->filler, (struct sockaddr *)name, sizeof *name) == 0 || errno == EINPROGRESS);
}

int adopt_begin(struct adopt *adopt, int given, struct curl_sockaddr *address)
{
	if (adopt->given >= 0)
		adopt_finish(adopt, adopt->placeholder);
	struct sockaddr_in name;
	adopt->given = given;
	int placeholder = adopt_tcp_socket();
	if (placeholder < 0 || !open_full(adopt, &name)) {
		if (placeholder >= 0)
			close(placeholder);
		adopt_close_all(adopt);
		return -1;
	}
	_Static_assert(sizeof name <= sizeof address->addr, "an IPv4 address fits");
	address->family = AF_INET;
	address->addrlen = sizeof name;
	memcpy(&address->addr, &name, sizeof name);
	adopt->placeholder = placeholder;
	return placeholder;
}

void adopt_finish(struct adopt *adopt, int fd)
{
	if (adopt->given < 0 || fd != adopt->placeholder)
		return;
	dup3(adopt->given, fd, O_CLOEXEC);
	adopt_close_all(adopt);
}

void adopt_forget(struct adopt *adopt, int fd)
{
	if (adopt->given >= 0 && fd == adopt->placeholder)
		adopt_close_all(adopt);
}
