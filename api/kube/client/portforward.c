#include "api/kube/client/portforward.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
};

struct dial {
	struct near near;
	struct tunnel *tunnel; /* NULL after the end */
	char *pod;
	uint16_t port;
	size_t port_left[CHANNEL_COUNT]; /* bytes of the port still to come */
	struct err err;
};

struct portforward {
	struct dialer dialer;
	struct kube_client *client;
};

static void end(struct dial *dial)
{
	tunnel_close(dial->tunnel);
	dial->tunnel = NULL;
	near_close(&dial->near);
}

/* The runtime's text: "… failed to connect to localhost:5673 inside namespace …: connection refused". */
static void failed_inside(struct dial *dial, const char *text, size_t len)
{
	char line[ERROR_TEXT_MAX];
	snprintf(line, sizeof line, "%.*s", (int)(len < sizeof line ? len : sizeof line), text);
	line[strcspn(line, "\r\n")] = '\0';
	if (strstr(line, "refused"))
		err_set(&dial->err, ERR_CONNECT, "pod %s refuses connections on port %u: nothing listens there", dial->pod,
			dial->port);
	else
		err_set(&dial->err, ERR_CONNECT, "port-forward to port %u of pod %s failed: %s", dial->port, dial->pod, line);
	end(dial);
}

static void received(void *data, unsigned channel, const unsigned char *bytes, size_t len)
{
	struct dial *dial = data;
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
	else if (!near_write(&dial->near, bytes, len))
		tunnel_pause(dial->tunnel, true);
}

static void opened(void *data, const char *subprotocol)
{
	struct dial *dial = data;
	near_resume(&dial->near);
}

static void can_send(void *data)
{
	struct dial *dial = data;
	near_resume(&dial->near);
}

static void closed(void *data, const struct err *err)
{
	struct dial *dial = data;
	if (err_is_set(err)) {
		dial->err = *err;
		err_prefix(&dial->err, "port-forward to port %u of pod %s", dial->port, dial->pod);
	}
	end(dial);
}

static bool from_near(void *data, const char *bytes, size_t len)
{
	struct dial *dial = data;
	return dial->tunnel && tunnel_send(dial->tunnel, CHANNEL_DATA, bytes, len);
}

static void near_drained(void *data)
{
	struct dial *dial = data;
	if (dial->tunnel)
		tunnel_pause(dial->tunnel, false);
}

static void near_ended(void *data)
{
	end(data);
}

static struct tunnel *open_tunnel(struct kube_client *client, const struct dial_target *target, struct dial *dial,
				  struct err *err)
{
	char query[32];
	snprintf(query, sizeof query, "ports=%u", target->port);
	CLEANUP(free) char *path = kube_url(&(struct kube_url){.version = "v1",
							      .resource = "pods",
							      .namespace = target->namespace,
							      .name = target->pod,
							      .subresource = "portforward",
							      .query = query});
	struct tunnel_call call = {.path = path,
				   .subprotocols = "v4.channel.k8s.io",
				   .on_open = opened,
				   .on_message = received,
				   .on_drain = can_send,
				   .on_close = closed,
				   .data = dial};
	return tunnel_open(client, &call, err);
}

static struct dial *open_forward(struct dialer *self, const struct dial_target *target, int *fd, struct err *err)
{
	struct kube_client *client = ((struct portforward *)self)->client;
	if (str_empty(target->namespace) || str_empty(target->pod)) {
		err_set(err, ERR_USAGE, "a port-forward needs a namespace and a pod");
		return NULL;
	}
	struct dial *dial = mem_alloc(sizeof *dial);
	*dial = (struct dial){.port = target->port, .port_left = {PORT_LEN, PORT_LEN}};
	dial->near = (struct near){.on_bytes = from_near, .on_drain = near_drained, .on_eof = near_ended, .data = dial};
	dial->tunnel = open_tunnel(client, target, dial, err);
	if (!dial->tunnel || !near_open(&dial->near, kube_client_loop(client), fd, err)) {
		tunnel_close(dial->tunnel);
		free(dial);
		return NULL;
	}
	dial->pod = mem_strdup(target->pod);
	return dial;
}

static const struct err *error_of(const struct dial *dial)
{
	return &dial->err;
}

static void close_forward(struct dial *dial)
{
	if (!dial)
		return;
	tunnel_close(dial->tunnel);
	near_finish(&dial->near);
	free(dial->pod);
	free(dial);
}

struct dialer *portforward_dialer_create(struct kube_client *client)
{
	struct portforward *forward = mem_alloc(sizeof *forward);
	*forward = (struct portforward){
		.dialer = {.open = open_forward, .error = error_of, .close = close_forward},
		.client = client,
	};
	return &forward->dialer;
}

void portforward_dialer_destroy(struct dialer *dialer)
{
	free(dialer);
}
