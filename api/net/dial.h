/* How broker clients reach a broker. A dialer opens a byte connection to a port of a broker pod and hands out the
 * near end as a connected non-blocking stream socket, so that OpenSSL and libcurl work on it as on any other. In a
 * cluster it is a port-forward WebSocket pumped to a pair of sockets inside the process (api/net/pair.h): no local
 * port serves anybody (api/kube/client/PROTOCOL.md). Tests dial TCP. */
#ifndef MQDECK_NET_DIAL_H
#define MQDECK_NET_DIAL_H

#include <stdint.h>

#include "api/base/err.h"
#include "api/base/loop.h"

struct dial; /* one connection being carried */
struct dial_turn;

struct dial_target {
	const char *namespace, *pod; /* borrowed for the call */
	const char *host;            /* where there is no pod (tests, brokers outside): TCP to host:port; with a pod its
			   * DNS names for TLS, "a,b": any will do */
	uint16_t port;
};

struct dial_opener {
	/* Never blocks and never waits: bytes written to *fd before the far side is there are kept. The caller owns
	 * *fd and closes it. Once the connection cannot be made or ends, *fd reads EOF and dial_error says why. */
	struct dial *(*open)(struct dial_opener *self, const struct dial_target *target, int *fd, struct err *err);
	/* ERR_NONE while open or after a clean end. */
	const struct err *(*error)(const struct dial *dial);
	/* Ends the carrying; close the fd yourself. NULL is fine. */
	void (*close)(struct dial *dial);
	/* Where connections are dear others may go first: ask before open(), which is due when `granted` is called: once, never
	 * from inside, and the turn is gone then. NULL = open at any time. */
	struct dial_turn *(*ask)(struct dial_opener *self, loop_fn *granted, void *data);
	void (*forget)(struct dial_turn *turn); /* not granted any more; NULL is fine */
	/* It is still carried. NULL where nobody asks for turns. */
	bool (*is_carried)(const struct dial *dial);
};

/* Plain TCP to target->host:port. Free with dial_tcp_destroy. */
struct dial_opener *dial_tcp_create(struct loop *loop);
void dial_tcp_destroy(struct dial_opener *dialer);

#endif
