/* What exec and port-forward share: a WebSocket into a pod with channels in the first byte of each message, opened with
 * the cluster's credentials, and its refusals in words. */
#include "api/kube/client/tunnel_private.h"

#include <stdlib.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "api/kube/client/kube_budget.h"
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
	bool counted; /* as under way, in the budget */
};

static void tunnel_was_answered(struct kube_tunnel *tunnel)
{
	if (tunnel->counted)
		kube_budget_answered(kube_client_budget(tunnel->client));
	tunnel->counted = false;
}

/* Without the query, which holds a command's arguments. */
static int tunnel_path_len(const struct kube_tunnel *tunnel)
{
	return (int)strcspn(tunnel->path, "?");
}

static void tunnel_opened(void *data, const char *subprotocol)
{
	struct kube_tunnel *tunnel = data;
	tunnel_was_answered(tunnel);
	log_debug(LOG_KUBE, "tunnel opened path=%.*s subprotocol=%s", tunnel_path_len(tunnel), tunnel->path,
		  str_or(subprotocol, "-"));
	if (tunnel->call.on_open)
		tunnel->call.on_open(tunnel->call.data, subprotocol);
}

static void tunnel_received(void *data, const unsigned char *bytes, size_t len)
{
	struct kube_tunnel *tunnel = data;
	log_trace(LOG_KUBE, "tunnel message path=%.*s channel=%d bytes=%zu", tunnel_path_len(tunnel), tunnel->path,
		  len > 0 ? bytes[0] : -1, len > 0 ? len - 1 : 0);
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
		err_set(err, ERR_UNSUPPORTED, "the node's container runtime supports none of %s", tunnel->subprotocols);
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
	tunnel_was_answered(tunnel);
	if (http_status)
		explain_refusal(tunnel, http_status, body, &err);
	log_debug(LOG_KUBE, "tunnel closed path=%.*s status=%d error=\"%s\"", tunnel_path_len(tunnel), tunnel->path,
		  http_status, log_error_text(&err));
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
	if (!kube_gate_allows_tunnel(kube_client_read_only(client), call->path, call->command, err)) {
		log_debug(LOG_KUBE, "tunnel not opened: read-only path=%.*s", (int)strcspn(call->path, "?"),
			  call->path);
		return NULL;
	}
	struct kube_tunnel *tunnel = mem_alloc(sizeof *tunnel);
	*tunnel = (struct kube_tunnel){.client = client,
				       .call = *call,
				       .path = mem_strdup(call->path),
				       .subprotocols = mem_strdup(call->subprotocols),
				       .counted = true};
	kube_budget_spend(kube_client_budget(client));
	tunnel->call.path = tunnel->call.subprotocols = NULL;
	tunnel->call.command = NULL;
	tunnel->wait = kube_client_headers(client, have_headers, tunnel);
	return tunnel;
}

void kube_tunnel_close(struct kube_tunnel *tunnel)
{
	if (!tunnel)
		return;
	log_debug(LOG_KUBE, "tunnel let go path=%.*s", tunnel_path_len(tunnel), tunnel->path);
	tunnel_was_answered(tunnel);
	kube_wait_cancel(tunnel->wait);
	websocket_destroy(tunnel->ws);
	free(tunnel->path);
	free(tunnel->subprotocols);
	free(tunnel);
}

bool kube_tunnel_send(struct kube_tunnel *tunnel, unsigned channel, const void *bytes, size_t len)
{
	unsigned char head = (unsigned char)channel;
	log_trace(LOG_KUBE, "tunnel send path=%.*s channel=%u bytes=%zu", tunnel_path_len(tunnel), tunnel->path,
		  channel, len);
	return tunnel->ws && websocket_send(tunnel->ws, &head, 1, bytes, len);
}

void kube_tunnel_pause(struct kube_tunnel *tunnel, bool paused)
{
	tunnel->paused = paused;
	if (tunnel->ws)
		websocket_pause(tunnel->ws, paused);
}
