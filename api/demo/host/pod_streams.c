/* The container runtime's end of port-forward and exec, as api/kube/client/PROTOCOL.md has them: channels, the port in
 * front of each, the exit code in a Status. A stream into a node that has failed falls silent, as it does in a real
 * cluster. */
#include "api/demo/host/pod_streams.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "api/demo/host/pod_connection.h"
#include "api/demo/kube/kubelet.h"
#include "api/demo/rabbitmq/rabbitmq_cluster.h"
#include "api/net/websocket.h"

enum {
	PORTS_MAX = 8,
	MESSAGE_MAX = 1024 * 1024,
	PIECE_MAX = 32 * 1024, /* what a real server puts into one message */
	OUT_MAX = 64 * 1024 * 1024,
	ARGUMENTS_MAX = 32,
};

struct demo_pod_stream {
	struct demo *demo;
	struct demo_http_conn *conn;
	struct ws_decoder decoder;
	char *namespace, *pod;
	struct demo_pod_connection *sessions[PORTS_MAX];
	size_t ports;
	bool ended; /* we have sent a close, or want to */
	bool gone;  /* the connection has ended under us */
	unsigned busy;
};

static void pod_stream_free(struct demo_pod_stream *stream)
{
	struct demo *demo = stream->demo;
	vec_each (&demo->streams, it) {
		if (*it == stream) {
			vec_remove(&demo->streams, (size_t)(it - demo->streams.items));
			break;
		}
	}
	for (size_t i = 0; i < stream->ports; i++)
		demo_pod_connection_close(stream->sessions[i]);
	ws_decoder_finish(&stream->decoder);
	free(stream->namespace);
	free(stream->pod);
	free(stream);
}

/* A connection that goes while we are inside a call only marks the stream. */
static void pod_stream_on_closed(void *data)
{
	struct demo_pod_stream *stream = data;
	stream->gone = true;
	if (stream->busy == 0)
		pod_stream_free(stream);
}

static void pod_stream_send(struct demo_pod_stream *stream, unsigned char channel, const char *bytes, size_t len)
{
	while (!stream->gone && len > 0) {
		size_t piece = len < PIECE_MAX ? len : PIECE_MAX;
		struct buf frame = BUF_INIT(PIECE_MAX + 64);
		if (!ws_encode(&frame, WS_BINARY, NULL, &channel, 1, bytes, piece) ||
		    !demo_http_conn_write(stream->conn, frame.data, frame.len))
			stream->gone = true;
		buf_finish(&frame);
		bytes += piece;
		len -= piece;
	}
}

static void pod_stream_close(struct demo_pod_stream *stream, unsigned code)
{
	const unsigned char body[2] = {(unsigned char)(code >> 8), (unsigned char)code};
	struct buf frame = BUF_INIT(64);
	if (!stream->gone && !stream->ended && ws_encode(&frame, WS_CLOSE, NULL, NULL, 0, body, sizeof body) &&
	    !demo_http_conn_write(stream->conn, frame.data, frame.len))
		stream->gone = true;
	buf_finish(&frame);
	stream->ended = true;
}

/* Every entry from outside leaves through here. */
static void pod_stream_leave(struct demo_pod_stream *stream)
{
	if (--stream->busy > 0)
		return;
	if (stream->ended && !stream->gone) {
		demo_http_conn_finish(stream->conn);
		stream->gone = true;
	}
	if (stream->gone)
		pod_stream_free(stream);
}

static void forward_data(struct demo_pod_stream *stream, size_t port, const unsigned char *bytes, size_t len)
{
	struct buf out = BUF_INIT(OUT_MAX);
	bool open = demo_pod_connection_feed(stream->sessions[port], (const char *)bytes, len, &out);
	pod_stream_send(stream, (unsigned char)(port * 2), buf_str(&out), out.len);
	buf_finish(&out);
	if (!open)
		pod_stream_close(stream, 1000);
}

static bool pod_stream_on_frame(void *data, enum ws_opcode opcode, const unsigned char *payload, size_t len)
{
	struct demo_pod_stream *stream = data;
	struct buf frame = BUF_INIT(256);
	switch (opcode) {
	case WS_PING:
		if (!ws_encode(&frame, WS_PONG, NULL, NULL, 0, payload, len) ||
		    !demo_http_conn_write(stream->conn, frame.data, frame.len))
			stream->gone = true;
		break;
	case WS_CLOSE:
		pod_stream_close(stream, 1000);
		break;
	case WS_BINARY:
	case WS_TEXT:
		if (len > 1 && payload[0] % 2 == 0 && payload[0] / 2u < stream->ports &&
		    stream->sessions[payload[0] / 2])
			forward_data(stream, payload[0] / 2, payload + 1, len - 1);
		break;
	default:
		break;
	}
	buf_finish(&frame);
	return !stream->gone && !stream->ended;
}

static void pod_stream_on_bytes(void *data, const char *bytes, size_t len)
{
	struct demo_pod_stream *stream = data;
	/* A node without power takes what is sent and says nothing. */
	const struct demo_kube_pod_state *pod = demo_kube_kubelet_pod(stream->demo, stream->namespace, stream->pod);
	if (pod && !demo_kube_kubelet_node_is_alive(stream->demo, pod->node))
		return;
	stream->busy++;
	struct err err = {0};
	if (!ws_decoder_feed(&stream->decoder, bytes, len, pod_stream_on_frame, stream, &err))
		pod_stream_close(stream, 1002);
	pod_stream_leave(stream);
}

/* The first subprotocol of ours that the client offers, "" when it offers none. Only the first header line counts. */
static const char *pick_protocol(const struct demo_request *request, const char *const *ours, size_t count)
{
	const char *offered = str_or(demo_request_header(request, "Sec-WebSocket-Protocol"), "");
	for (size_t i = 0; i < count; i++) {
		for (const char *at = offered; *at;) {
			at += strspn(at, " ,\t");
			size_t len = strcspn(at, " ,\t");
			if (len == strlen(ours[i]) && strncmp(at, ours[i], len) == 0)
				return ours[i];
			at += len;
		}
	}
	return "";
}

/* Answers what cannot be upgraded; NULL then. */
static struct demo_pod_stream *pod_stream_open(const struct demo_kube_api_call *call, const char *const *protocols,
					       size_t protocol_count, const char **protocol)
{
	const struct demo_request *request = call->request;
	const char *upgrade = demo_request_header(request, "Upgrade"),
		   *key = demo_request_header(request, "Sec-WebSocket-Key");
	*protocol = pick_protocol(request, protocols, protocol_count);
	const struct demo_kube_pod_state *pod = demo_kube_kubelet_pod(call->demo, call->namespace, call->name);
	if (!upgrade || strcasecmp(upgrade, "websocket") != 0 || !key || strlen(key) > 64) {
		demo_kube_api_answer_status(call->conn, 400, "BadRequest", "Upgrade request required");
		return NULL;
	}
	if (!**protocol) {
		demo_http_conn_answer(call->conn, 403, "text/plain", NULL, "", 0);
		return NULL;
	}
	if (!pod || pod->node < 0 || !demo_kube_kubelet_node_is_alive(call->demo, pod->node)) {
		demo_kube_api_answer_status(call->conn, 500, "InternalError",
					    "error dialing backend: dial tcp 10.10.0.%d:10250: i/o timeout",
					    11 + (pod ? pod->node : 0));
		return NULL;
	}
	struct demo_pod_stream *stream = mem_alloc(sizeof *stream);
	*stream = (struct demo_pod_stream){.demo = call->demo,
					   .conn = call->conn,
					   .namespace = mem_strdup(call->namespace),
					   .pod = mem_strdup(call->name),
					   .busy = 1};
	ws_decoder_init(&stream->decoder, MESSAGE_MAX, true);
	vec_push(&call->demo->streams, stream);
	char accept[32], headers[256];
	ws_accept_key(key, accept);
	snprintf(headers, sizeof headers,
		 "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\nSec-WebSocket-Protocol: "
		 "%s\r\n",
		 accept, *protocol);
	if (!demo_http_conn_upgrade(call->conn, headers,
				    (struct demo_http_conn_owner){.on_bytes = pod_stream_on_bytes,
								  .on_close = pod_stream_on_closed,
								  .data = stream}))
		stream->gone = true;
	return stream;
}

/* ?ports=1,2&ports=3 */
static size_t read_ports(const struct demo_request *request, uint16_t ports[static PORTS_MAX])
{
	size_t count = 0;
	vec_each (&request->query, pair) {
		for (const char *at = str_eq(pair->name, "ports") ? pair->value : ""; *at;) {
			char text[8];
			size_t len = strcspn(at, ",");
			int64_t port;
			snprintf(text, sizeof text, "%.*s", len < 7 ? (int)len : 7, at);
			if (!str_to_i64(text, &port) || port < 1 || port > 65535 || count == PORTS_MAX)
				return 0;
			ports[count++] = (uint16_t)port;
			at += len + (at[len] == ',');
		}
	}
	return count;
}

static void send_port_prefix(struct demo_pod_stream *stream, size_t index, uint16_t port)
{
	const char prefix[2] = {(char)(port & 0xff), (char)(port >> 8)};
	pod_stream_send(stream, (unsigned char)(index * 2), prefix, sizeof prefix);
	pod_stream_send(stream, (unsigned char)(index * 2 + 1), prefix, sizeof prefix);
}

static void serve_portforward(const struct demo_kube_api_call *call)
{
	static const char *const protocols[] = {"v4.channel.k8s.io"};
	uint16_t ports[PORTS_MAX];
	const char *protocol;
	size_t count = read_ports(call->request, ports);
	if (count == 0) {
		demo_kube_api_answer_status(call->conn, 400, "BadRequest", "query parameter \"port\" is required");
		return;
	}
	struct demo_pod_stream *stream = pod_stream_open(call, protocols, ARRAY_LEN(protocols), &protocol);
	if (!stream)
		return;
	stream->ports = count;
	for (size_t i = 0; i < count; i++) {
		send_port_prefix(stream, i, ports[i]);
		stream->sessions[i] = demo_pod_connection_open(call->demo, call->namespace, call->name, ports[i]);
		if (stream->sessions[i])
			continue;
		char message[256];
		int len = snprintf(message, sizeof message,
				   "error forwarding port %u to pod %s, uid : failed to connect to localhost:%u "
				   "inside namespace \"%s\": "
				   "connection refused",
				   ports[i], call->name, ports[i], call->namespace);
		pod_stream_send(stream, (unsigned char)(i * 2 + 1), message, (size_t)len);
		pod_stream_close(stream, 1000);
	}
	pod_stream_leave(stream);
}

static void send_exit(struct demo_pod_stream *stream, int code)
{
	char text[256];
	int len = snprintf(text, sizeof text,
			   code == 0 ? "{\"metadata\":{},\"status\":\"Success\"}"
				     : "{\"metadata\":{},\"status\":\"Failure\",\"message\":\"command terminated with "
				       "non-zero exit code\",\"reason\":\"NonZeroExitCode\",\"details\":{\"causes\":["
				       "{\"reason\":\"ExitCode\",\"message\":\"%d\"}]}}",
			   code);
	pod_stream_send(stream, 3, text, (size_t)len);
}

static void serve_exec(const struct demo_kube_api_call *call)
{
	static const char *const protocols[] = {"v5.channel.k8s.io", "v4.channel.k8s.io"};
	const char *argv[ARGUMENTS_MAX], *protocol;
	size_t argc = 0;
	int ordinal, code = 127;
	vec_each (&call->request->query, pair) {
		if (str_eq(pair->name, "command") && argc < ARGUMENTS_MAX)
			argv[argc++] = pair->value;
	}
	if (argc == 0) {
		demo_kube_api_answer_status(call->conn, 400, "BadRequest",
					    "you must specify at least 1 command for the container");
		return;
	}
	struct demo_pod_stream *stream = pod_stream_open(call, protocols, ARRAY_LEN(protocols), &protocol);
	if (!stream)
		return;
	struct buf out = BUF_INIT(OUT_MAX), errors = BUF_INIT(4096);
	struct demo_cluster *cluster = demo_fleet_find(call->demo, call->namespace, call->name, &ordinal);
	if (cluster && cluster->rabbit && demo_kube_kubelet_pod_is_up(call->demo, call->namespace, call->name) &&
	    str_has_prefix(argv[0], "rabbitmq"))
		code = demo_rabbitmq_cli_run(cluster->rabbit, ordinal, argv, argc, &out, &errors);
	else
		buf_append_str(&errors, "exec: not found in the embedded cluster\n");
	pod_stream_send(stream, 1, buf_str(&out), out.len);
	pod_stream_send(stream, 2, buf_str(&errors), errors.len);
	send_exit(stream, code);
	pod_stream_close(stream, 1000);
	buf_finish(&out);
	buf_finish(&errors);
	pod_stream_leave(stream);
}

const struct demo_kube_pod_streams demo_pod_streams = {
	.portforward = serve_portforward, .exec = serve_exec, .disk_used = demo_fleet_disk_used};

void demo_pod_streams_tick(struct demo *demo)
{
	for (size_t i = demo->streams.len; i-- > 0;) {
		if (i >= demo->streams.len)
			continue;
		struct demo_pod_stream *stream = demo->streams.items[i];
		const struct demo_kube_pod_state *pod = demo_kube_kubelet_pod(demo, stream->namespace, stream->pod);
		bool dead = !pod || (demo_kube_kubelet_node_is_alive(demo, pod->node) &&
				     !demo_kube_kubelet_pod_is_up(demo, stream->namespace, stream->pod));
		if (!dead)
			continue;
		stream->busy++;
		pod_stream_close(stream, 1000);
		pod_stream_leave(stream);
	}
}
