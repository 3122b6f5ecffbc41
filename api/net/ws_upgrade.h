/* The WebSocket upgrade: its request and the answer to it (RFC 6455, 4.1). Inside api/net only. */
#ifndef MQDECK_NET_WS_UPGRADE_H
#define MQDECK_NET_WS_UPGRADE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/buf.h"
#include "api/base/err.h"
#include "api/net/http_head.h"

enum { WS_UPGRADE_HEAD_MAX = 32 << 10, WS_UPGRADE_BODY_MAX = 64 << 10 };

struct ws_upgrade_request {
	const char *prefix, *path; /* together the path */
	const char *authority, *user_agent;
	const char *subprotocols;   /* "a, b"; NULL or "" = none */
	const char *const *headers; /* NULL-terminated lines; NULL = none */
};

/* Appends the request, with a new random key; `accept` becomes what Sec-WebSocket-Accept must be. False when it cannot be
 * written as it is (USAGE) or does not fit into `out` (LIMIT): with a header less it would be another request. */
bool ws_upgrade_write(struct buf *out, const struct ws_upgrade_request *request, char accept[static 32],
		      struct err *err) MUST_USE;

enum ws_upgrade_state {
	WS_UPGRADE_MORE,    /* the head is not complete */
	WS_UPGRADE_OPEN,    /* 101, all checks passed: frames follow at head_len */
	WS_UPGRADE_REFUSED, /* another status: its body follows at head_len */
	WS_UPGRADE_BROKEN,  /* err says why */
};

struct ws_upgrade {
	int status;
	char subprotocol[64];
	size_t head_len;
	int64_t content_length; /* -1 = not told */
	bool is_chunked;
	struct http_head head; /* of a refusal: who refuses? */
};

/* `bytes` is the answer so far, NUL-terminated; `offered` the subprotocols sent ("a, b"; NULL = none), `accept` what
 * Sec-WebSocket-Accept must be. */
enum ws_upgrade_state ws_upgrade_parse(const char *bytes, size_t len, const char *accept, const char *offered,
				       struct ws_upgrade *out, struct err *err);

/* What a refusal with this body means. False when it is somebody else's than the server's: a page or a redirect. */
bool ws_upgrade_refusal(const struct ws_upgrade *answer, const struct buf *body, const char *authority,
			struct err *err);
/* Whether the body of a refusal, `len` bytes so far, is complete. */
bool ws_upgrade_body_is_whole(const struct ws_upgrade *answer, const char *body, size_t len);
/* Removes the chunk framing of a chunked body in place. */
void ws_upgrade_unchunk(struct buf *body);

#endif
