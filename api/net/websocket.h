/* A WebSocket client (RFC 6455) over HTTP/1.1, on a connection that libcurl opened (its TLS, its proxy, its
 * verification; CURLOPT_CONNECT_ONLY, ALPN off) and the frame codec, which the embedded cluster's server uses too. */
#ifndef MQDECK_NET_WEBSOCKET_H
#define MQDECK_NET_WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/buf.h"
#include "api/base/err.h"
#include "api/net/http.h"

/* ---- frames ---- */
enum ws_opcode { WS_CONTINUATION = 0, WS_TEXT = 1, WS_BINARY = 2, WS_CLOSE = 8, WS_PING = 9, WS_PONG = 10 };

struct ws_decoder {
	struct buf in;      /* unparsed bytes */
	struct buf message; /* the message being put together */
	enum ws_opcode message_opcode;
	bool in_message;
	bool expect_masked; /* a server's decoder */
};

/* message_max caps one message, all fragments. */
void ws_decoder_init(struct ws_decoder *decoder, size_t message_max, bool expect_masked);
void ws_decoder_finish(struct ws_decoder *decoder);
/* Takes bytes, calls on_frame for every whole message and control frame. False with err on a protocol error (then
 * close with 1002), and without err when on_frame returned false: the rest is kept, and feeding nothing goes on. */
bool ws_decoder_feed(struct ws_decoder *decoder, const void *bytes, size_t len,
		     bool (*on_frame)(void *data, enum ws_opcode opcode, const unsigned char *payload, size_t len),
		     void *data, struct err *err) MUST_USE;
/* mask is NULL for servers. Appends one final frame made of head + payload. */
bool ws_encode(struct buf *out, enum ws_opcode opcode, const unsigned char *mask, const void *head, size_t head_len,
	       const void *payload, size_t len) MUST_USE;
/* The value of Sec-WebSocket-Accept for a key. */
void ws_accept_key(const char *key, char out[static 32]);

/* ---- client ---- */
struct websocket;

struct websocket_call {
	const char *path; /* as in http_call */
	const char *const *headers;
	const char *subprotocols; /* "v5.channel.k8s.io, v4.channel.k8s.io": one line */
	int64_t open_timeout_ms;  /* 0 = 10 s */
	int64_t ping_ms;          /* 0 = 20 s; dead after three without a pong */
	size_t message_max;       /* 0 = 1 MiB */
	void (*on_open)(void *data, const char *subprotocol);
	/* A binary or text message. Only while reading is not paused. */
	void (*on_message)(void *data, const unsigned char *bytes, size_t len);
	/* Room again after websocket_send() said the queue is full. May be NULL. */
	void (*on_drain)(void *data);
	/* Exactly once unless destroyed: a clean close has err->code ERR_NONE; status is the HTTP status of a
	 * refused upgrade (else 0) and body its body, up to 64 KiB. */
	void (*on_close)(void *data, const struct err *err, int status, const char *body);
	void *data;
};

/* Connects with the configuration of `http`, which must outlive the WebSocket. Never calls back from inside. NULL with
 * LIMIT when connections to brokers may have no more descriptors. */
struct websocket *websocket_open(struct http *http, const struct websocket_call *call, struct err *err) MUST_USE;
/* Sends a close frame if it can and frees. No callback after. NULL is fine. */
void websocket_destroy(struct websocket *ws);
/* Queues one binary message head+payload. False = the queue (256 KiB) is full: wait for on_drain. */
bool websocket_send(struct websocket *ws, const void *head, size_t head_len, const void *payload, size_t len) MUST_USE;
/* Back-pressure: while paused nothing is read from the socket. */
void websocket_pause(struct websocket *ws, bool paused);

#endif
