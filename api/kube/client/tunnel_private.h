/* A WebSocket to a subresource of a pod, with our credentials, the read-only gate, and refusals told as Status
 * errors. What exec and port-forward share. */
#ifndef MQDECK_KUBE_CLIENT_TUNNEL_PRIVATE_H
#define MQDECK_KUBE_CLIENT_TUNNEL_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "api/base/err.h"

struct kube_client;
struct kube_tunnel;

struct kube_tunnel_call {
	const char *path;           /* from kube_url() */
	const char *subprotocols;   /* "v5.channel.k8s.io, v4.channel.k8s.io" */
	const char *const *command; /* argv of an exec, for the gate; NULL = port-forward */
	void (*on_open)(void *data, const char *subprotocol);
	/* The channel is the message's first byte; empty messages are not told. */
	void (*on_message)(void *data, unsigned channel, const unsigned char *bytes, size_t len);
	void (*on_drain)(void *data); /* as of websocket_call */
	/* Exactly once unless closed; err->code is ERR_NONE after a clean end. */
	void (*on_close)(void *data, const struct err *err);
	void *data;
};

/* Strings are copied. Never calls back from inside. */
struct kube_tunnel *kube_tunnel_open(struct kube_client *client, const struct kube_tunnel_call *call,
				     struct err *err) MUST_USE;
void kube_tunnel_close(struct kube_tunnel *tunnel); /* NULL is fine; safe inside callbacks, none after */
bool kube_tunnel_send(struct kube_tunnel *tunnel, unsigned channel, const void *bytes, size_t len) MUST_USE;
void kube_tunnel_pause(struct kube_tunnel *tunnel, bool paused);

#endif
