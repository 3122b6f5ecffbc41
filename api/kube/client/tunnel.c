/* What exec and port-forward share: a WebSocket into a pod with channels in the first byte of each message, opened with
 * the cluster's credentials, and its refusals in words. */
#include "api/kube/client/tunnel_private.h"

#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/kube/client/kube_client.h"
#include "api/kube/records/record_decode.h"
#include "api/net/websocket.h"

struct kube_tunnel {
	struct kube_client *client;
	struct kube_tunnel_call call;
	char *path, *subprotocols;
	struct kube_wait *wait; /* for credentials */
	struct websocket *ws;
	bool paused;
};

static void tunnel_opened(void *data, const char *subprotocol)
{
	struct kube_tunnel *tunnel = data;
	if (tunnel->call.on_open)
		tunnel->call.on_open(tunnel->call.data, subprotocol);
}

static void tunnel_received(void *data, const unsigned char *bytes, size_t len)
{
	struct kube_tunnel *tunnel = data;
	if (len > 1)
		tunnel->call.on_message(tunnel->call.data, bytes[0], bytes + 1, len - 1);
}

static void tunnel_drained(void *data)
{
	struct kube_tunnel *tunnel = data;
	if (tunnel->call.on_drain)
		tunnel->call.on_drain(tunnel->call.data);
}

static void explain_refusal(const struct kube_tunnel *tunnel, int http_status, const char *body, struct err *err)
{
	struct kube_status *status = kube_status_parse(body, strlen(body));
	/* Runtimes refuse an unknown subprotocol so, without a word (containerd#11136). */
	if (http_status == 403 && str_empty(body))
		err_set(err, ERR_UNSUPPORTED, "the node's container runtime speaks none of %s", tunnel->subprotocols);
	else
		kube_status_err(http_status, status, body, "GET", tunnel->path, err);
	kube_record_free(status);
	if (http_status == 401)
		kube_client_unauthorized(tunnel->client);
}

static void tunnel_closed(void *data, const struct err *ws_err, int http_status, const char *body)
{
	struct kube_tunnel *tunnel = data;
	struct err err = *ws_err;
	if (http_status)
		explain_refusal(tunnel, http_status, body, &err);
	tunnel->call.on_close(tunnel->call.data, &err);
}

static void have_headers(void *data, const char *const *headers, const struct err *failure)
{
	struct kube_tunnel *tunnel = data;
	struct err err = {0};
	tunnel->wait = NULL;
	if (failure && err_is_set(failure)) {
		err = *failure;
	} else {
		struct websocket_call call = {.path = tunnel->path,
					      .headers = headers,
					      .subprotocols = tunnel->subprotocols,
					      .on_open = tunnel_opened,
					      .on_message = tunnel_received,
					      .on_drain = tunnel_drained,
					      .on_close = tunnel_closed,
					      .data = tunnel};
		tunnel->ws = websocket_open(kube_client_http(tunnel->client), &call, &err);
	}
	if (!tunnel->ws)
		tunnel->call.on_close(tunnel->call.data, &err);
	else if (tunnel->paused)
		websocket_pause(tunnel->ws, true);
}

struct kube_tunnel *kube_tunnel_open(struct kube_client *client, const struct kube_tunnel_call *call, struct err *err)
{
	if (!kube_gate_allows_tunnel(kube_client_read_only(client), call->path, call->command, err))
		return NULL;
	struct kube_tunnel *tunnel = mem_alloc(sizeof *tunnel);
	*tunnel = (struct kube_tunnel){.client = client,
				       .call = *call,
				       .path = mem_strdup(call->path),
				       .subprotocols = mem_strdup(call->subprotocols)};
	tunnel->call.path = tunnel->call.subprotocols = NULL;
	tunnel->call.command = NULL;
	tunnel->wait = kube_client_headers(client, have_headers, tunnel);
	return tunnel;
}

void kube_tunnel_close(struct kube_tunnel *tunnel)
{
	if (!tunnel)
		return;
	kube_wait_cancel(tunnel->wait);
	websocket_destroy(tunnel->ws);
	free(tunnel->path);
	free(tunnel->subprotocols);
	free(tunnel);
}

bool kube_tunnel_send(struct kube_tunnel *tunnel, unsigned channel, const void *bytes, size_t len)
{
	unsigned char head = (unsigned char)channel;
	return tunnel->ws && websocket_send(tunnel->ws, &head, 1, bytes, len);
}

void kube_tunnel_pause(struct kube_tunnel *tunnel, bool paused)
{
	tunnel->paused = paused;
	if (tunnel->ws)
		websocket_pause(tunnel->ws, paused);
}
