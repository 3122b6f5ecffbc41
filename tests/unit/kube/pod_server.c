#include "tests/unit/unit.h"

#include <stdio.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "tests/unit/kube/pod_server.h"

static bool on_frame(void *data, enum ws_opcode opcode, const unsigned char *payload, size_t len)
{
	struct server_conn *conn = data;
	struct pod_server *pods = conn->server->data;
	if (opcode == WS_BINARY && pods->on_message)
		pods->on_message(pods, conn, payload, len);
	else if (opcode == WS_CLOSE)
		pod_server_close(conn);
	return true;
}

static void read_frames(struct server_conn *conn)
{
	struct ws_decoder decoder;
	ws_decoder_init(&decoder, 8 << 20, true);
	/* The decoder lives for this call: what it leaves unparsed goes back. */
	assert_true(ws_decoder_feed(&decoder, buf_str(&conn->in), conn->in.len, on_frame, conn, NULL));
	buf_consume(&conn->in, conn->in.len - decoder.in.len);
	ws_decoder_finish(&decoder);
}

static void answer(struct pod_server *pods, struct server_conn *conn, const char *request)
{
	if (!strstr(request, "\r\nUpgrade: websocket")) {
		buf_append_str(&conn->out,
			       "HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n{\"gitVersion\":\"v1.34.4\"} ");
		return;
	}
	free(pods->last_path);
	const char *path = strchr(request, ' ') + 1;
	pods->last_path = mem_strndup(path, strcspn(path, " "));
	if (pods->answer) {
		buf_append_str(&conn->out, pods->answer);
		conn->close_after = true;
		return;
	}
	server_upgrade(conn, request, pods->subprotocol, NULL);
	conn->deaf = pods->deaf;
	if (pods->on_open)
		pods->on_open(pods, conn);
}

static void serve(struct server_conn *conn, void *data)
{
	char *request;
	while (!conn->upgraded && (request = server_take_request(conn))) {
		answer(data, conn, request);
		free(request);
	}
	if (conn->upgraded)
		read_frames(conn);
}

void pod_server_start(struct pod_server *pods)
{
	*pods = (struct pod_server){.clock = clock_virtual(0), .subprotocol = "v4.channel.k8s.io"};
	pods->loop = loop_create(&pods->clock);
	pods->server = (struct server){.loop = pods->loop, .script = serve, .data = pods};
	server_start(&pods->server);
	snprintf(pods->url, sizeof pods->url, "http://127.0.0.1:%u", pods->server.port);
	snprintf(pods->namespace, sizeof pods->namespace, "shop");
	pods->access = (struct kube_access){.server = pods->url, .namespace = pods->namespace};
	pods->client = kube_client_create(pods->loop, &pods->access, &(struct kube_client_options){0}, NULL);
	assert_non_null(pods->client);
}

void pod_server_stop(struct pod_server *pods)
{
	kube_client_destroy(pods->client);
	server_stop(&pods->server);
	loop_destroy(pods->loop);
	free(pods->last_path);
}

void pod_server_send(struct server_conn *conn, unsigned channel, const void *bytes, size_t len)
{
	unsigned char head = (unsigned char)channel;
	assert_true(ws_encode(&conn->out, WS_BINARY, NULL, &head, 1, bytes, len));
}

void pod_server_close(struct server_conn *conn)
{
	if (!conn->close_after)
		assert_true(ws_encode(&conn->out, WS_CLOSE, NULL, "\x03\xe8", 2, NULL, 0));
	conn->close_after = true;
}

void pod_server_run(struct pod_server *pods, const int *done, int value)
{
	for (int i = 0; i < 2000 && *done < value; i++)
		loop_step(pods->loop, 10);
	assert_int_equal(*done, value);
}
