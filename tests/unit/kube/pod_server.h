/* The pod subresources of an API server for tests: /version, and WebSockets whose life the test scripts. In one loop
 * with a real kube_client. */
#ifndef MQDECK_TESTS_KUBE_POD_SERVER_H
#define MQDECK_TESTS_KUBE_POD_SERVER_H

#include "api/kube/client/kube_client.h"
#include "api/net/websocket.h"
#include "tests/unit/net/server.h"

struct pod_server {
	struct clock clock;
	struct loop *loop;
	struct server server;
	struct kube_access access;
	char namespace[16];
	struct kube_client *client;
	char url[64];
	char *last_path;    /* of the last WebSocket asked for: "/api/v1/…?…" */
	const char *answer; /* instead of the upgrade: a whole HTTP answer; NULL = upgrade */
	const char *subprotocol;
	bool deaf; /* new WebSockets are not read from */
	/* A WebSocket is open; a message came. They write with pod_server_send. */
	void (*on_open)(struct pod_server *pods, struct server_conn *conn);
	void (*on_message)(struct pod_server *pods, struct server_conn *conn, const unsigned char *bytes, size_t len);
	void *data;
};

void pod_server_start(struct pod_server *pods);
void pod_server_stop(struct pod_server *pods);
void pod_server_send(struct server_conn *conn, unsigned channel, const void *bytes, size_t len);
/* The closing frame, then the connection ends. */
void pod_server_close(struct server_conn *conn);
/* Runs the loop until *done reaches value; fails after some 20 s. */
void pod_server_run(struct pod_server *pods, const int *done, int value);

#endif
