/* Connections into pods over the API server: a `struct dial_opener` (api/net/dial.h) whose every connection is one
 * WebSocket of subprotocol v4.channel.k8s.io, one port each (PROTOCOL.md). No local port is opened.
 *
 * What ends as seen by the owner of the fd: EOF. dial_error then says why: ERR_CONNECT (nothing listens on that
 * port, the pod went), ERR_FORBIDDEN (the verb missing is named), ERR_UNAUTHORIZED, ERR_NOT_FOUND, ERR_TIMEOUT,
 * ERR_TLS …; a clean end has ERR_NONE. "Connected" is proved by the first bytes that come back, not by an open fd.
 * There is no half-close. */
#ifndef MQDECK_KUBE_CLIENT_PORTFORWARD_H
#define MQDECK_KUBE_CLIENT_PORTFORWARD_H

#include "api/net/dial.h"

struct kube_client;

/* The client outlives the dialer, the dialer its connections. While this process has no descriptors for them (LIMIT with
 * no_descriptor) all of its dials rest together, for 0.5 to 30 s, and open() refuses with that sentence. */
struct dial_opener *kube_portforward_dialer_create(struct kube_client *client);
void kube_portforward_dialer_destroy(struct dial_opener *dialer); /* NULL is fine */

#endif
