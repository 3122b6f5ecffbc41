/* A byte connection to a port of a pod: one WebSocket each, because a reader that is slow on one port would hold up all
 * others on it. That it opened says nothing; the connection inside the pod is known to stand when its first byte has
 * come. */
#include "api/kube/client/portforward.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "api/kube/client/kube_client.h"
#include "api/kube/client/tunnel_private.h"
#include "api/net/relay.h"

enum {
	CHANNEL_DATA = 0,
	CHANNEL_ERROR = 1,
	CHANNEL_COUNT = 2,
	PORT_LEN = 2, /* each channel begins with the port, little-endian */
	ERROR_TEXT_MAX = 1024,
	REST_FIRST_MS = 500,
	REST_MAX_MS = 30 * 1000,
};

struct kube_portforward_dial {
	struct relay relay;
	struct kube_portforward *forward; /* outlives it */
	struct kube_tunnel *tunnel;       /* NULL after the end */
	char *pod;
	uint16_t port;
	size_t port_left[CHANNEL_COUNT]; /* bytes of the port still to come */
	struct err err;
};

struct kube_portforward {
	struct dial_opener dialer;
	struct kube_client *client;
	int64_t rest_ms, rest_until_ms; /* while descriptors are missing */
	struct err rest_err;
};

/* ---- without descriptors ---- */

/* Whoever asks has a pace of its own; all of them together would take each descriptor that is let go, and let it go again
 * because one alone is not enough. */
static void begin_rest(struct kube_portforward *forward, const struct err *err)
{
	int64_t now = loop_now_ms(kube_client_loop(forward->client));
	if (!err->no_descriptor || now < forward->rest_until_ms)
		return;
	int64_t longer = forward->rest_ms > 0 ? forward->rest_ms * 2 : REST_FIRST_MS;
	forward->rest_ms = longer < REST_MAX_MS ? longer : REST_MAX_MS;
	forward->rest_until_ms = now + forward->rest_ms;
	forward->rest_err = *err;
	log_info(LOG_KUBE, "port-forwards rest ms=%lld error=\"%s\"", (long long)forward->rest_ms, log_error_text(err));
}

static bool portforward_rests(const struct kube_portforward *forward, struct err *err)
{
	if (loop_now_ms(kube_client_loop(forward->client)) >= forward->rest_until_ms)
		return false;
	if (err)
		*err = forward->rest_err;
	return true;
}

/* ---- a connection ---- */

static void portforward_end(struct kube_portforward_dial *dial)
{
	kube_tunnel_close(dial->tunnel);
	dial->tunnel = NULL;
	relay_close(&dial->relay);
}

/* The runtime's text: "… failed to connect to localhost:5673 inside namespace …: connection refused". */
static void failed_inside(struct kube_portforward_dial *dial, const char *text, size_t len)
{
	char line[ERROR_TEXT_MAX];
	snprintf(line, sizeof line, "%.*s", (int)(len < sizeof line ? len : sizeof line), text);
	line[strcspn(line, "\r\n")] = '\0';
	if (strstr(line, "refused"))
		err_set(&dial->err, ERR_CONNECT, "connection refused by pod %s on port %u: nothing is listening there",
			dial->pod, dial->port);
	else
		err_set(&dial->err, ERR_CONNECT, "port-forward to port %u of pod %s failed: %s", dial->port, dial->pod,
			line);
	portforward_end(dial);
}

static void portforward_received(void *data, unsigned channel, const unsigned char *bytes, size_t len)
{
	struct kube_portforward_dial *dial = data;
	if (channel >= CHANNEL_COUNT)
		return;
	size_t skip = len < dial->port_left[channel] ? len : dial->port_left[channel];
	dial->port_left[channel] -= skip;
	bytes += skip;
	len -= skip;
	if (len == 0)
		return;
	if (channel == CHANNEL_ERROR)
		failed_inside(dial, (const char *)bytes, len);
	else if (!relay_write(&dial->relay, bytes, len))
		kube_tunnel_pause(dial->tunnel, true);
}

static void portforward_opened(void *data, const char *subprotocol)
{
	struct kube_portforward_dial *dial = data;
	dial->forward->rest_ms = 0;
	relay_resume(&dial->relay);
}

static void can_send(void *data)
{
	struct kube_portforward_dial *dial = data;
	relay_resume(&dial->relay);
}

static void portforward_closed(void *data, const struct err *err)
{
	struct kube_portforward_dial *dial = data;
	if (err_is_set(err)) {
		begin_rest(dial->forward, err);
		dial->err = *err;
		err_prefix(&dial->err, "port-forward to port %u of pod %s", dial->port, dial->pod);
	}
	portforward_end(dial);
}

static bool portforward_from_relay(void *data, const char *bytes, size_t len)
{
	struct kube_portforward_dial *dial = data;
	return dial->tunnel && kube_tunnel_send(dial->tunnel, CHANNEL_DATA, bytes, len);
}

static void portforward_relay_drained(void *data)
{
	struct kube_portforward_dial *dial = data;
	if (dial->tunnel)
		kube_tunnel_pause(dial->tunnel, false);
}

static void portforward_relay_ended(void *data)
{
	portforward_end(data);
}

static struct kube_tunnel *open_tunnel(struct kube_client *client, const struct dial_target *target,
				       struct kube_portforward_dial *dial, struct err *err)
{
	char query[32];
	snprintf(query, sizeof query, "ports=%u", target->port);
	CLEANUP(free)
	char *path = kube_url(&(struct kube_url){.version = "v1",
						 .resource = "pods",
						 .namespace = target->namespace,
						 .name = target->pod,
						 .subresource = "portforward",
						 .query = query});
	struct kube_tunnel_call call = {.path = path,
					.subprotocols = "v4.channel.k8s.io",
					.on_open = portforward_opened,
					.on_message = portforward_received,
					.on_drain = can_send,
					.on_close = portforward_closed,
					.data = dial};
	return kube_tunnel_open(client, &call, err);
}

static struct dial *open_forward(struct dial_opener *self, const struct dial_target *target, int *fd, struct err *err)
{
	struct kube_portforward *forward = (struct kube_portforward *)self;
	struct err why = {0};
	if (portforward_rests(forward, err))
		return NULL;
	if (str_empty(target->namespace) || str_empty(target->pod)) {
		err_set(err, ERR_USAGE, "a port-forward requires a namespace and a pod");
		return NULL;
	}
	struct kube_portforward_dial *dial = mem_alloc(sizeof *dial);
	*dial = (struct kube_portforward_dial){
		.forward = forward, .port = target->port, .port_left = {PORT_LEN, PORT_LEN}};
	dial->relay = (struct relay){.on_bytes = portforward_from_relay,
				     .on_drain = portforward_relay_drained,
				     .on_eof = portforward_relay_ended,
				     .data = dial};
	dial->tunnel = open_tunnel(forward->client, target, dial, &why);
	if (!dial->tunnel || !relay_open(&dial->relay, kube_client_loop(forward->client), fd, &why)) {
		begin_rest(forward, &why);
		if (err)
			*err = why;
		kube_tunnel_close(dial->tunnel);
		free(dial);
		return NULL;
	}
	dial->pod = mem_strdup(target->pod);
	return (struct dial *)dial;
}

static const struct err *portforward_error_of(const struct dial *self)
{
	return &((const struct kube_portforward_dial *)self)->err;
}

static bool is_forwarded(const struct dial *self)
{
	return ((const struct kube_portforward_dial *)self)->tunnel != NULL;
}

static void close_forward(struct dial *self)
{
	struct kube_portforward_dial *dial = (struct kube_portforward_dial *)self;
	if (!dial)
		return;
	kube_tunnel_close(dial->tunnel);
	relay_finish(&dial->relay);
	free(dial->pod);
	free(dial);
}

struct dial_opener *kube_portforward_dialer_create(struct kube_client *client)
{
	struct kube_portforward *forward = mem_alloc(sizeof *forward);
	*forward = (struct kube_portforward){
		.dialer = {.open = open_forward,
			   .error = portforward_error_of,
			   .close = close_forward,
			   .is_carried = is_forwarded},
		.client = client,
	};
	return &forward->dialer;
}

void kube_portforward_dialer_destroy(struct dial_opener *dialer)
{
	free(dialer);
}
