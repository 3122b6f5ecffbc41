/* The connection: libcurl dials, does TLS and the proxy, then hands the socket over; the upgrade and all frames are
 * ours. A peer that stops answering pings is given up. */
#include "api/net/websocket.h"

#include <curl/curl.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/net/multi.h"
#include "api/net/peer.h"
#include "api/net/ws_upgrade.h"

enum {
	WS_OPEN_MS = 10000,
	WS_PING_MS = 20000,
	WS_PINGS_LOST = 3,
	WS_REFUSAL_MS = 2000, /* how long the body of a refusal is waited for */
	WS_MESSAGE_MAX = 1 << 20,
	WS_QUEUE_MAX = 256 << 10,
	WS_READ_SIZE = 16 << 10,
	WS_CURL_BUFFER = 1 << 10, /* libcurl's least: only the answer of a proxy goes through it */
	WS_READS_A_TURN = 8,      /* then other descriptors get theirs */
	WS_CLOSE_NORMAL = 1000,
	WS_CLOSE_AWAY = 1001,
	WS_CLOSE_PROTOCOL = 1002,
};

enum ws_state { WS_CONNECTING, WS_UPGRADING, WS_REFUSED, WS_OPEN, WS_DONE };

struct websocket {
	struct peer *peer;
	struct loop *loop;
	struct websocket_call call; /* strings not valid after opening */
	enum ws_state state;
	struct multi *multi;
	CURL *easy;
	char errbuf[CURL_ERROR_SIZE];
	int fd;
	struct loop_fd *watch; /* NULL before it is connected, after the end, and while paused on a broken connection */
	struct loop_timer *clock; /* opening deadline, then pings */
	struct loop_timer *kick;  /* goes on with what was put off */
	char accept[32], *offered;
	struct ws_upgrade answer;
	struct buf head; /* the answer to the upgrade, then the body of a refusal */
	struct ws_decoder decoder;
	struct buf out;
	size_t out_sent; /* bytes of `out` already written */
	struct err err;  /* why it ends, once it does */
	int64_t started_ms;
	uint64_t bytes_in, bytes_out; /* of frames' payload */
	unsigned pings_lost, holds;
	bool paused, wants_drain, dead;
};

/* ---- life ---- */

static void websocket_close_now(void *data)
{
	struct websocket *ws = data;
	loop_fd_remove(ws->watch);
	multi_remove(ws->multi, ws->easy);
	curl_easy_cleanup(ws->easy);
	multi_free(ws->multi);
	loop_timer_destroy(ws->clock);
	loop_timer_destroy(ws->kick);
	free(ws->offered);
	buf_finish(&ws->head);
	buf_finish_secret(&ws->out);
	ws_decoder_finish(&ws->decoder);
	free(ws);
}

static void websocket_hold(struct websocket *ws)
{
	ws->holds++;
}

static void websocket_release(struct websocket *ws)
{
	if (--ws->holds == 0 && ws->dead)
		multi_close(ws->multi);
}

/* The end, told once. The socket is let go of at once, the struct stays until websocket_destroy(). */
static void websocket_finish(struct websocket *ws)
{
	if (ws->state == WS_DONE)
		return;
	bool upgrade_refused = ws->state == WS_REFUSED;
	log_debug(LOG_NET, "WebSocket ended peer=%s opened=%s status=%d in=%llu out=%llu error=\"%s\"",
		  ws->peer->authority, ws->state == WS_OPEN ? "yes" : "no", ws->answer.status,
		  (unsigned long long)ws->bytes_in, (unsigned long long)ws->bytes_out, log_error_text(&ws->err));
	ws->state = WS_DONE;
	loop_fd_remove(ws->watch);
	ws->watch = NULL;
	loop_timer_disarm(ws->clock);
	loop_timer_disarm(ws->kick);
	if (!ws->dead)
		ws->call.on_close(ws->call.data, &ws->err, upgrade_refused ? ws->answer.status : 0,
				  upgrade_refused ? buf_str(&ws->head) : "");
}

static void websocket_fail(struct websocket *ws, enum err_code code, const char *what)
{
	err_set(&ws->err, code, "WebSocket to %s: %s", ws->peer->authority, what);
	websocket_finish(ws);
}

/* ---- writing ---- */

static void websocket_update_watch(struct websocket *ws)
{
	if (ws->watch)
		loop_fd_set(ws->watch, (ws->paused ? 0 : LOOP_READ) | (ws->out.len > ws->out_sent ? LOOP_WRITE : 0));
}

/* False when the connection is gone. */
static bool websocket_flush(struct websocket *ws)
{
	while (ws->out_sent < ws->out.len) {
		size_t sent = 0;
		CURLcode code =
			curl_easy_send(ws->easy, ws->out.data + ws->out_sent, ws->out.len - ws->out_sent, &sent);
		if (code == CURLE_AGAIN)
			break;
		if (code != CURLE_OK)
			return false;
		ws->out_sent += sent;
	}
	if (ws->out_sent == ws->out.len || ws->out_sent > WS_QUEUE_MAX / 2) {
		buf_consume(&ws->out, ws->out_sent);
		ws->out_sent = 0;
	}
	websocket_update_watch(ws);
	return true;
}

static bool queue_frame(struct websocket *ws, enum ws_opcode opcode, const void *head, size_t head_len,
			const void *payload, size_t len)
{
	unsigned char mask[4];
	RAND_bytes(mask, sizeof mask);
	ws->bytes_out += head_len + len;
	log_trace(LOG_NET, "WebSocket frame out peer=%s opcode=%d bytes=%zu", ws->peer->authority, (int)opcode,
		  head_len + len);
	return ws_encode(&ws->out, opcode, mask, head, head_len, payload, len);
}

static void queue_close(struct websocket *ws, unsigned code)
{
	unsigned char bytes[2] = {(unsigned char)(code >> 8), (unsigned char)code};
	if (queue_frame(ws, WS_CLOSE, bytes, sizeof bytes, NULL, 0))
		websocket_flush(ws);
}

bool websocket_send(struct websocket *ws, const void *head, size_t head_len, const void *payload, size_t len)
{
	if (ws->state != WS_OPEN)
		return ws->state == WS_DONE; /* what is sent after the end is lost, and on_close has said so */
	bool was_empty = ws->out.len == ws->out_sent;
	if (ws->out.len - ws->out_sent >= WS_QUEUE_MAX || !queue_frame(ws, WS_BINARY, head, head_len, payload, len)) {
		ws->wants_drain = true;
		return false;
	}
	/* A failure shows when the descriptor is served: no call back from in here. */
	if (was_empty && !websocket_flush(ws))
		loop_timer_arm(ws->kick, 0);
	return true;
}

/* ---- reading ---- */

static void peer_closes(struct websocket *ws, const unsigned char *payload, size_t len)
{
	unsigned code = len >= 2 ? (unsigned)payload[0] << 8 | payload[1] : WS_CLOSE_NORMAL;
	log_debug(LOG_NET, "WebSocket closed by the peer peer=%s code=%u", ws->peer->authority, code);
	queue_close(ws, code);
	if (code == WS_CLOSE_NORMAL || code == WS_CLOSE_AWAY)
		websocket_finish(ws);
	else {
		err_set(&ws->err, ERR_CONNECT, "%s closed the WebSocket with code %u%s%.*s", ws->peer->authority, code,
			len > 2 ? ": " : "", len > 2 ? (int)len - 2 : 0, len > 2 ? (const char *)payload + 2 : "");
		websocket_finish(ws);
	}
}

static bool websocket_on_frame(void *data, enum ws_opcode opcode, const unsigned char *payload, size_t len)
{
	struct websocket *ws = data;
	ws->bytes_in += len;
	log_trace(LOG_NET, "WebSocket frame in peer=%s opcode=%d bytes=%zu", ws->peer->authority, (int)opcode, len);
	if (opcode == WS_CLOSE)
		peer_closes(ws, payload, len);
	else if (opcode == WS_PONG)
		ws->pings_lost = 0;
	else if (opcode == WS_PING && ws->out.len - ws->out_sent < WS_QUEUE_MAX)
		(void)!queue_frame(ws, WS_PONG, NULL, 0, payload, len);
	else if (opcode == WS_TEXT || opcode == WS_BINARY)
		ws->call.on_message(ws->call.data, payload, len);
	return !ws->dead && !ws->paused && ws->state == WS_OPEN;
}

static void websocket_decode(struct websocket *ws, const char *bytes, size_t len)
{
	struct err err = {0};
	if (ws_decoder_feed(&ws->decoder, bytes, len, websocket_on_frame, ws, &err) || !err_is_set(&err) || ws->dead)
		return;
	queue_close(ws, WS_CLOSE_PROTOCOL);
	ws->err = err;
	websocket_finish(ws);
}

static void websocket_opened(struct websocket *ws)
{
	ws->state = WS_OPEN;
	log_debug(LOG_NET, "WebSocket open peer=%s subprotocol=%s ms=%lld", ws->peer->authority,
		  str_or(ws->answer.subprotocol, "-"), (long long)(loop_now_ms(ws->loop) - ws->started_ms));
	loop_timer_arm(ws->clock, ws->call.ping_ms);
	if (ws->call.on_open)
		ws->call.on_open(ws->call.data, ws->answer.subprotocol);
	if (ws->dead || ws->state != WS_OPEN)
		return;
	struct buf rest = ws->head;
	ws->head = BUF_INIT(0);
	if (ws->paused)
		buf_append(&ws->decoder.in, rest.data + ws->answer.head_len, rest.len - ws->answer.head_len);
	else
		websocket_decode(ws, rest.data + ws->answer.head_len, rest.len - ws->answer.head_len);
	buf_finish(&rest);
}

static void upgrade_refused(struct websocket *ws)
{
	if (ws->answer.is_chunked)
		ws_upgrade_unchunk(&ws->head);
	if (!ws_upgrade_refusal(&ws->answer, &ws->head, ws->peer->authority, &ws->err))
		ws->state = WS_UPGRADING; /* not the server's own: it has not answered */
	websocket_finish(ws);
}

static void take_refusal(struct websocket *ws, bool ended)
{
	if (ended || ws_upgrade_body_is_whole(&ws->answer, buf_str(&ws->head), ws->head.len))
		upgrade_refused(ws);
}

static void websocket_take_answer(struct websocket *ws)
{
	enum ws_upgrade_state state =
		ws_upgrade_parse(buf_str(&ws->head), ws->head.len, ws->accept, ws->offered, &ws->answer, &ws->err);
	if (state == WS_UPGRADE_BROKEN) {
		websocket_finish(ws);
	} else if (state == WS_UPGRADE_OPEN) {
		websocket_opened(ws);
	} else if (state == WS_UPGRADE_REFUSED) {
		buf_consume(&ws->head, ws->answer.head_len);
		ws->state = WS_REFUSED;
		loop_timer_arm(ws->clock, WS_REFUSAL_MS);
		take_refusal(ws, false);
	}
}

static void websocket_take_bytes(struct websocket *ws, const char *bytes, size_t len)
{
	if (ws->state == WS_OPEN) {
		websocket_decode(ws, bytes, len);
		return;
	}
	/* The caps of head and body end it before the buffer's does. */
	buf_append(&ws->head, bytes, len);
	if (ws->state == WS_UPGRADING)
		websocket_take_answer(ws);
	else if (ws->state == WS_REFUSED)
		take_refusal(ws, false);
}

static void read_ended(struct websocket *ws)
{
	if (ws->state == WS_REFUSED)
		take_refusal(ws, true);
	else
		websocket_fail(ws, ERR_CONNECT,
			       ws->state == WS_OPEN ? "the connection ended without a closing handshake"
						    : "the server closed the connection instead of responding");
}

static bool is_reading(const struct websocket *ws)
{
	return !ws->dead && !ws->paused && ws->state != WS_DONE && ws->state != WS_CONNECTING;
}

static void websocket_read_all(struct websocket *ws)
{
	char bytes[WS_READ_SIZE];
	for (int turn = 0; is_reading(ws); turn++) {
		if (turn == WS_READS_A_TURN) {
			/* Not left to the descriptor: TLS may hold bytes that it does not know of. */
			loop_timer_arm(ws->kick, 0);
			return;
		}
		size_t got = 0;
		CURLcode code = curl_easy_recv(ws->easy, bytes, sizeof bytes, &got);
		if (code == CURLE_AGAIN)
			return;
		if (code != CURLE_OK || got == 0)
			read_ended(ws);
		else
			websocket_take_bytes(ws, bytes, got);
	}
}

/* ---- what the loop brings ---- */

static void websocket_serve(struct websocket *ws)
{
	websocket_hold(ws);
	if (ws->state != WS_DONE && ws->state != WS_CONNECTING) {
		/* Bytes that came before the connection broke are still worth reading. */
		bool alive = websocket_flush(ws);
		if (is_reading(ws) && ws->state == WS_OPEN && ws->decoder.in.len > 0)
			websocket_decode(ws, "", 0);
		websocket_read_all(ws);
		if (!ws->dead && ws->state != WS_DONE && !(alive && websocket_flush(ws)))
			websocket_fail(ws, ERR_CONNECT, "the connection was closed while sending");
	}
	if (!ws->dead && ws->state == WS_OPEN && ws->wants_drain && ws->out.len - ws->out_sent < WS_QUEUE_MAX / 2) {
		ws->wants_drain = false;
		if (ws->call.on_drain)
			ws->call.on_drain(ws->call.data);
	}
	websocket_release(ws);
}

static void websocket_on_socket(void *data, unsigned ready)
{
	struct websocket *ws = data;
	/* A hangup is reported for ever, whatever is asked for: what was received is still read when the pause ends. */
	if (ws->paused && ready & LOOP_HANGUP) {
		loop_fd_remove(ws->watch);
		ws->watch = NULL;
		return;
	}
	websocket_serve(ws);
}

static void on_kick(void *data)
{
	websocket_serve(data);
}

static void on_clock(void *data)
{
	struct websocket *ws = data;
	websocket_hold(ws);
	if (ws->state == WS_REFUSED) {
		take_refusal(ws, true);
	} else if (ws->state != WS_OPEN) {
		bool connected;
		const char *phase = peer_phase(ws->peer, ws->easy, ws->started_ms, &connected);
		err_set(&ws->err, ERR_TIMEOUT, "%s did not open the WebSocket within %.1f s (%s)%s",
			ws->peer->authority, (double)ws->call.open_timeout_ms / 1000,
			ws->state == WS_UPGRADING ? "waiting for its response" : phase, ws->peer->via);
		websocket_finish(ws);
	} else if (!ws->paused && ws->pings_lost >= WS_PINGS_LOST) {
		websocket_fail(ws, ERR_TIMEOUT, "no response to three pings");
	} else {
		/* While paused, answers are not read. */
		ws->pings_lost += !ws->paused;
		if (ws->out.len - ws->out_sent < WS_QUEUE_MAX && queue_frame(ws, WS_PING, NULL, 0, NULL, 0) &&
		    !websocket_flush(ws))
			loop_timer_arm(ws->kick, 0);
		loop_timer_arm(ws->clock, ws->call.ping_ms);
	}
	websocket_release(ws);
}

static void websocket_new_socket(void *data, int fd)
{
	const struct websocket *ws = data;
	peer_on_socket(ws->peer, fd);
}

static void websocket_transfer_done(void *data, CURL *easy, CURLcode code)
{
	struct websocket *ws = data;
	websocket_hold(ws);
	curl_socket_t fd = -1;
	if (code != CURLE_OK) {
		peer_explain(ws->peer, easy, code, ws->errbuf, &ws->err);
		websocket_finish(ws);
	} else if (curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK || fd < 0) {
		websocket_fail(ws, ERR_CONNECT, "the connection was closed as soon as it was opened");
	} else {
		ws->state = WS_UPGRADING;
		/* What is read from here on goes into our own, in pieces of up to this. */
		curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)WS_READ_SIZE);
		ws->fd = fd;
		ws->watch = loop_fd_add(ws->loop, fd, LOOP_READ, websocket_on_socket, ws);
		if (!websocket_flush(ws))
			websocket_fail(ws, ERR_CONNECT, "the connection was closed while sending");
	}
	websocket_release(ws);
}

/* ---- opening ---- */

static void set_defaults(struct websocket_call *call)
{
	call->open_timeout_ms = call->open_timeout_ms > 0 ? call->open_timeout_ms : WS_OPEN_MS;
	call->ping_ms = call->ping_ms > 0 ? call->ping_ms : WS_PING_MS;
	call->message_max = call->message_max > 0 ? call->message_max : WS_MESSAGE_MAX;
	call->path = call->subprotocols = NULL;
	call->headers = NULL;
}

static void connect_easy(struct websocket *ws)
{
	ws->easy = mem_need(curl_easy_init());
	peer_apply(ws->peer, ws->easy, "/", ws->errbuf);
	curl_easy_setopt(ws->easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(ws->easy, CURLOPT_BUFFERSIZE, (long)WS_CURL_BUFFER);
	curl_easy_setopt(ws->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(ws->easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
	curl_easy_setopt(ws->easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
	multi_add(ws->multi, ws->easy);
}

struct websocket *websocket_open(struct http *http, const struct websocket_call *call, struct err *err)
{
	struct websocket *ws = mem_alloc(sizeof *ws);
	ws->peer = http_peer(http);
	ws->loop = ws->peer->loop;
	ws->call = *call;
	ws->started_ms = loop_now_ms(ws->loop);
	ws->offered = mem_strdup(call->subprotocols);
	set_defaults(&ws->call);
	buf_init(&ws->out, WS_QUEUE_MAX + ws->call.message_max + 64);
	const struct ws_upgrade_request request = {.prefix = ws->peer->prefix,
						   .path = call->path,
						   .authority = ws->peer->authority,
						   .user_agent = ws->peer->options.user_agent,
						   .subprotocols = call->subprotocols,
						   .headers = call->headers};
	/* A multi of its own: in a shared one libcurl would prune the connection as idle. */
	struct multi_hooks hooks = {.on_done = websocket_transfer_done,
				    .on_socket = websocket_new_socket,
				    .on_close = websocket_close_now,
				    .data = ws};
	if (ws_upgrade_write(&ws->out, &request, ws->accept, err))
		ws->multi = multi_create(ws->loop, &hooks, DESCRIPTORS_FOR_BROKER, err);
	if (!ws->multi) {
		buf_finish_secret(&ws->out);
		free(ws->offered);
		free(ws);
		return NULL;
	}
	buf_init(&ws->head, WS_UPGRADE_HEAD_MAX + WS_UPGRADE_BODY_MAX + WS_READ_SIZE);
	ws_decoder_init(&ws->decoder, ws->call.message_max, false);
	ws->clock = loop_timer_create(ws->loop, on_clock, ws);
	ws->kick = loop_timer_create(ws->loop, on_kick, ws);
	loop_timer_arm(ws->clock, ws->call.open_timeout_ms);
	connect_easy(ws);
	return ws;
}

void websocket_destroy(struct websocket *ws)
{
	if (!ws || ws->dead)
		return;
	if (ws->state == WS_OPEN)
		queue_close(ws, WS_CLOSE_NORMAL);
	ws->dead = true;
	loop_timer_disarm(ws->clock);
	loop_timer_disarm(ws->kick);
	loop_fd_remove(ws->watch);
	ws->watch = NULL;
	if (ws->holds == 0)
		multi_close(ws->multi);
}

void websocket_pause(struct websocket *ws, bool paused)
{
	if (ws->paused == paused)
		return;
	ws->paused = paused;
	ws->pings_lost = 0;
	bool resumes = !paused && ws->state == WS_OPEN && !ws->dead;
	if (resumes && !ws->watch)
		ws->watch = loop_fd_add(ws->loop, ws->fd, LOOP_READ, websocket_on_socket, ws);
	websocket_update_watch(ws);
	if (resumes)
		loop_timer_arm(ws->kick, 0);
}
