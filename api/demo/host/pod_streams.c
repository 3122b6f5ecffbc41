#include "api/demo/host/pod_streams.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "api/demo/kube/api_server.h"
#include "api/demo/kube/kubelet.h"
#include "api/demo/rabbitmq/rabbitmq_cluster.h"
#include "api/demo/host/pod_connection.h"
#include "api/net/websocket.h"

enum {
	PORTS_MAX = 8,
	MESSAGE_MAX = 1024 * 1024,
	PIECE_MAX = 32 * 1024, /* what a real server puts into one message */
	OUT_MAX = 64 * 1024 * 1024,
	ARGUMENTS_MAX = 32,
};

struct stream {
	struct demo *demo;
	struct conn *conn;
	struct ws_decoder decoder;
	char *namespace, *pod;
	struct pod_connection *sessions[PORTS_MAX];
	size_t ports;
	bool ended;  /* we have sent a close, or want to */
	bool gone;   /* the connection has ended under us */
	unsigned busy;
};

static void stream_free(struct stream *stream)
{
	struct demo *demo = stream->demo;
	vec_each (&demo->streams, it) {
		if (*it == stream) {
			vec_remove(&demo->streams, (size_t)(it - demo->streams.items));
			break;
		}
	}
	for (size_t i = 0; i < stream->ports; i++)
		pod_connection_close(stream->sessions[i]);
	ws_decoder_finish(&stream->decoder);
	free(stream->namespace);
	free(stream->pod);
	free(stream);
}

/* A connection that goes while we are inside a call only marks the stream. */
static void on_closed(void *data)
{
	struct stream *stream = data;
	stream->gone = true;
	if (stream->busy == 0)
		stream_free(stream);
}

static void stream_send(struct stream *stream, unsigned char channel, const char *bytes, size_t len)
{
	while (!stream->gone && len > 0) {
		size_t piece = len < PIECE_MAX ? len : PIECE_MAX;
		struct buf frame = BUF_INIT(PIECE_MAX + 64);
		if (!ws_encode(&frame, WS_BINARY, NULL, &channel, 1, bytes, piece) ||
		    !conn_write(stream->conn, frame.data, frame.len))
			stream->gone = true;
		buf_finish(&frame);
		bytes += piece;
		len -= piece;
	}
}

static void stream_close(struct stream *stream, unsigned code)
{
	const unsigned char body[2] = {(unsigned char)(code >> 8), (unsigned char)code};
	struct buf frame = BUF_INIT(64);
	if (!stream->gone && !stream->ended && ws_encode(&frame, WS_CLOSE, NULL, NULL, 0, body, sizeof body) &&
	    !conn_write(stream->conn, frame.data, frame.len))
		stream->gone = true;
	buf_finish(&frame);
	stream->ended = true;
}

/* Every entry from outside leaves through here. */
static void stream_leave(struct stream *stream)
{
	if (--stream->busy > 0)
		return;
	if (stream->ended && !stream->gone) {
		conn_finish(stream->conn);
		stream->gone = true;
	}
	if (stream->gone)
		stream_free(stream);
}

static void forward_data(struct stream *stream, size_t port, const unsigned char *bytes, size_t len)
{
	struct buf out = BUF_INIT(OUT_MAX);
	bool open = pod_connection_feed(stream->sessions[port], (const char *)bytes, len, &out);
	stream_send(stream, (unsigned char)(port * 2), buf_str(&out), out.len);
	buf_finish(&out);
	if (!open)
		stream_close(stream, 1000);
}

static bool on_frame(void *data, enum ws_opcode opcode, const unsigned char *payload, size_t len)
{
	struct stream *stream = data;
	struct buf frame = BUF_INIT(256);
	switch (opcode) {
	case WS_PING:
		if (!ws_encode(&frame, WS_PONG, NULL, NULL, 0, payload, len) ||
		    !conn_write(stream->conn, frame.data, frame.len))
			stream->gone = true;
		break;
	case WS_CLOSE:
		stream_close(stream, 1000);
		break;
	case WS_BINARY:
	case WS_TEXT:
		if (len > 1 && payload[0] % 2 == 0 && payload[0] / 2u < stream->ports && stream->sessions[payload[0] / 2])
			forward_data(stream, payload[0] / 2, payload + 1, len - 1);
		break;
	default:
		break;
	}
	buf_finish(&frame);
	return !stream->gone && !stream->ended;
}

static void on_bytes(void *data, const char *bytes, size_t len)
{
	struct stream *stream = data;
	/* A node without power takes what is sent and says nothing. */
	const struct pod_state *pod = kubelet_pod(stream->demo, stream->namespace, stream->pod);
	if (pod && !kubelet_node_is_alive(stream->demo, pod->node))
		return;
	stream->busy++;
	struct err err = {0};
	if (!ws_decoder_feed(&stream->decoder, bytes, len, on_frame, stream, &err))
		stream_close(stream, 1002);
	stream_leave(stream);
}

/* The first subprotocol of ours that the client offers, "" when it offers none. Only the first header line counts. */
static const char *pick_protocol(const struct request *request, const char *const *ours, size_t count)
{
	const char *offered = str_or(request_header(request, "Sec-WebSocket-Protocol"), "");
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
static struct stream *stream_open(const struct api_call *call, const char *const *protocols, size_t protocol_count,
				  const char **protocol)
{
	const struct request *request = call->request;
	const char *upgrade = request_header(request, "Upgrade"), *key = request_header(request, "Sec-WebSocket-Key");
	*protocol = pick_protocol(request, protocols, protocol_count);
	const struct pod_state *pod = kubelet_pod(call->demo, call->namespace, call->name);
	if (!upgrade || strcasecmp(upgrade, "websocket") != 0 || !key || strlen(key) > 64) {
		api_answer_status(call->conn, 400, "BadRequest", "Upgrade request required");
		return NULL;
	}
	if (!**protocol) {
		conn_answer(call->conn, 403, "text/plain", NULL, "", 0);
		return NULL;
	}
	if (!pod || pod->node < 0 || !kubelet_node_is_alive(call->demo, pod->node)) {
		api_answer_status(call->conn, 500, "InternalError", "error dialing backend: dial tcp 10.10.0.%d:10250: i/o timeout",
				  11 + (pod ? pod->node : 0));
		return NULL;
	}
	struct stream *stream = mem_alloc(sizeof *stream);
	*stream = (struct stream){.demo = call->demo,
				  .conn = call->conn,
				  .namespace = mem_strdup(call->namespace),
				  .pod = mem_strdup(call->name),
				  .busy = 1};
	ws_decoder_init(&stream->decoder, MESSAGE_MAX, true);
	vec_push(&call->demo->streams, stream);
	char accept[32], headers[256];
	ws_accept_key(key, accept);
	snprintf(headers, sizeof headers,
		 "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\nSec-WebSocket-Protocol: %s\r\n", accept,
		 *protocol);
	if (!conn_upgrade(call->conn, headers,
			  (struct conn_owner){.on_bytes = on_bytes, .on_close = on_closed, .data = stream}))
		stream->gone = true;
	return stream;
}

/* ?ports=1,2&ports=3 */
static size_t read_ports(const struct request *request, uint16_t ports[static PORTS_MAX])
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

static void send_port_prefix(struct stream *stream, size_t index, uint16_t port)
{
	const char prefix[2] = {(char)(port & 0xff), (char)(port >> 8)};
	stream_send(stream, (unsigned char)(index * 2), prefix, sizeof prefix);
	stream_send(stream, (unsigned char)(index * 2 + 1), prefix, sizeof prefix);
}

void portforward_serve(const struct api_call *call)
{
	static const char *const protocols[] = {"v4.channel.k8s.io"};
	uint16_t ports[PORTS_MAX];
	const char *protocol;
	size_t count = read_ports(call->request, ports);
	if (count == 0) {
		api_answer_status(call->conn, 400, "BadRequest", "query parameter \"port\" is required");
		return;
	}
	struct stream *stream = stream_open(call, protocols, ARRAY_LEN(protocols), &protocol);
	if (!stream)
		return;
	stream->ports = count;
	for (size_t i = 0; i < count; i++) {
		send_port_prefix(stream, i, ports[i]);
		stream->sessions[i] = pod_connection_open(call->demo, call->namespace, call->name, ports[i]);
		if (stream->sessions[i])
			continue;
		char message[256];
		int len = snprintf(message, sizeof message,
				   "error forwarding port %u to pod %s, uid : failed to connect to localhost:%u inside namespace \"%s\": "
				   "connection refused",
				   ports[i], call->name, ports[i], call->namespace);
		stream_send(stream, (unsigned char)(i * 2 + 1), message, (size_t)len);
		stream_close(stream, 1000);
	}
	stream_leave(stream);
}

static void send_exit(struct stream *stream, int code)
{
	char text[256];
	int len = snprintf(text, sizeof text, code == 0 ? "{\"metadata\":{},\"status\":\"Success\"}"
							: "{\"metadata\":{},\"status\":\"Failure\",\"message\":\"command terminated with "
							  "non-zero exit code\",\"reason\":\"NonZeroExitCode\",\"details\":{\"causes\":["
							  "{\"reason\":\"ExitCode\",\"message\":\"%d\"}]}}",
			   code);
	stream_send(stream, 3, text, (size_t)len);
}

void exec_serve(const struct api_call *call)
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
		api_answer_status(call->conn, 400, "BadRequest", "you must specify at least 1 command for the container");
		return;
	}
	struct stream *stream = stream_open(call, protocols, ARRAY_LEN(protocols), &protocol);
	if (!stream)
		return;
	struct buf out = BUF_INIT(OUT_MAX), errors = BUF_INIT(4096);
	struct cluster *cluster = fleet_find(call->demo, call->namespace, call->name, &ordinal);
	if (cluster && cluster->rabbit && kubelet_pod_is_up(call->demo, call->namespace, call->name) &&
	    str_has_prefix(argv[0], "rabbitmq"))
		code = rabbit_command(cluster->rabbit, ordinal, argv, argc, &out, &errors);
	else
		buf_append_str(&errors, "exec: not found in the embedded cluster\n");
	stream_send(stream, 1, buf_str(&out), out.len);
	stream_send(stream, 2, buf_str(&errors), errors.len);
	send_exit(stream, code);
	stream_close(stream, 1000);
	buf_finish(&out);
	buf_finish(&errors);
	stream_leave(stream);
}

void stream_tick(struct demo *demo)
{
	for (size_t i = demo->streams.len; i-- > 0;) {
		if (i >= demo->streams.len)
			continue;
		struct stream *stream = demo->streams.items[i];
		const struct pod_state *pod = kubelet_pod(demo, stream->namespace, stream->pod);
		bool dead = !pod || (kubelet_node_is_alive(demo, pod->node) &&
				     !kubelet_pod_is_up(demo, stream->namespace, stream->pod));
		if (!dead)
			continue;
		stream->busy++;
		stream_close(stream, 1000);
		stream_leave(stream);
	}
}
