/* HTTP on libcurl's multi interface, driven by the loop. One `struct http` is one peer's configuration and
 * connection cache: over TLS a cluster gets one HTTP/2 connection that carries all requests and watches. */
#ifndef MQDECK_NET_HTTP_H
#define MQDECK_NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/err.h"
#include "api/base/loop.h"

struct http;
struct http_request;

/* All strings are copied. PEM texts, not paths; NULL = absent. */
struct http_options {
	const char *base_url; /* "https://host:port/prefix", no trailing slash; userinfo, query and fragment refused */
	const char *ca_pem;   /* replaces the system's roots entirely when given */
	const char *cert_pem, *key_pem;
	const char *server_name; /* TLS name to send and verify instead of the host of base_url */
	const char *other_names; /* "b,c": names of the same server that its certificate may be for as well */
	bool insecure;           /* TLS not verified: the owner shows a standing banner */
	/* http, https or socks5; "" = none; NULL = what HTTPS_PROXY, HTTP_PROXY and NO_PROXY say of the host of base_url,
	 * by the rules of Go */
	const char *proxy_url;
	const char *user_agent;
	int64_t connect_timeout_ms; /* 0 = 10 s */
	/* When set, connections are not dialled but taken from here: returns a connected non-blocking socket (then
	 * owned by libcurl) or -1 with err. Used for HTTP through a port-forward. */
	int (*open_socket)(void *data, struct err *err);
	void *open_socket_data;
};

/* NULL with CONFIG, or with LIMIT when this process has no descriptors for it. */
struct http *http_create(struct loop *loop, const struct http_options *options, struct err *err) MUST_USE;
/* Cancels what is under way without calling back. NULL is fine. */
void http_destroy(struct http *http);
/* Every connection in use fails now, and what runs on it: the other side may be gone without a word. */
void http_cut(struct http *http);
/* Requests from now on use new connections with the new certificate; what is under way goes on with the old one. */
bool http_set_client_cert(struct http *http, const char *cert_pem, const char *key_pem, struct err *err) MUST_USE;
/* For the WebSocket client: what this peer was configured with. */
size_t http_in_flight(const struct http *http);

enum { HTTP_INSTEAD_MAX = 384 };

struct http_result {
	int status;     /* HTTP status; 0 when there was none */
	struct err err; /* set when the transport failed (CONNECT, TIMEOUT, TLS, LIMIT, CANCELLED) */
	/* What came in place of what `wants` tells, and from whom: "an HTML page (“Sign in”) from HOST:PORT (HTTP 200)"; ""
	 * when it may be the API's. Below 400 err is PARSE then and says the same. */
	const char *instead;
	int64_t retry_after_ms;   /* -1 without the header */
	bool connection_died;     /* closed or reset before or while answering: GOAWAY, EOF, RST */
	const char *content_type; /* borrowed, "" when absent */
	const char *audit_id;     /* likewise: what an API server calls this request in its audit log */
	uint64_t bytes;           /* of the body, as it came: also what on_data took */
	const char *body;         /* collected body, NUL-terminated; "" when on_data took it */
	size_t body_len;
	int64_t total_ms, first_byte_ms;
};

/* What an API gives where it does not refuse. Pages, redirects, compression that nobody asked for and other beginnings are
 * of somebody who stands in front of it. */
enum http_wants {
	HTTP_WANTS_ANYTHING,
	HTTP_WANTS_TEXT,
	HTTP_WANTS_OBJECT, /* a JSON object or Kubernetes' protobuf */
	HTTP_WANTS_JSON,   /* a JSON object or array */
};

struct http_call {
	const char *method;         /* "GET" … */
	const char *path;           /* appended to base_url, already escaped, begins with '/' */
	const char *const *headers; /* NULL-terminated "Name: value", copied */
	const char *body;           /* copied; NULL = none */
	size_t body_len;
	enum http_wants wants;
	bool gzip;          /* accept compression: lists yes, watches never (api/kube/watch/PROTOCOL.md) */
	bool is_watch;      /* no total timeout, byte silence counts instead */
	bool at_once;       /* waits for no other request */
	int64_t timeout_ms; /* total; 0 = 30 s (of watches only while they wait for others) */
	int64_t silence_ms; /* watches: no byte for so long = dead; 0 = 150 s */
	size_t body_max;    /* cap of the body; 0 = 4 MiB where it is collected, none where it streams */
	/* Streaming: called for each piece of a 2xx body; return false to abort the request (result.err =
	 * CANCELLED). NULL = collect. Bodies of other statuses are always collected, up to 64 KiB. */
	bool (*on_data)(void *data, const char *bytes, size_t len);
	/* The headers of a 2xx answer are in: a watch is accepted, though nothing may have happened yet. May be
	 * NULL. */
	void (*on_accepted)(void *data);
	/* Exactly once unless cancelled or destroyed. The request is gone after it. May start new requests and may
	 * destroy the `http`. */
	void (*on_done)(void *data, const struct http_result *result);
	void *data;
};

/* So many requests are under way at once, however many are sent; the others wait in order, for as long as their timeout
 * allows, and then have it anew. A watch counts until it is accepted, or for two seconds. So one connection of HTTP/2
 * carries them all, and without it a burst opens no more connections than this. */
enum { HTTP_AT_ONCE = 32 };

/* Never calls back from inside. NULL with err only for what is wrong before sending. */
struct http_request *http_send(struct http *http, const struct http_call *call, struct err *err) MUST_USE;
void http_cancel(struct http_request *request); /* NULL is fine; no callback after */

/* Appends `text` percent-escaped for one path segment or query value. */
struct buf;
void http_escape(struct buf *out, const char *text);

/* This machine itself: localhost, 127.0.0.0/8, ::1. Without brackets. */
bool http_host_is_loopback(const char *host);

/* Can the line "Name: value" be sent as it is? No control characters but tabs, which could begin a header of their own, and
 * a name that is one. Otherwise USAGE names the header, never its value. Whoever sends headers asks: a request whose
 * header cannot be sent is not sent without it. */
bool http_check_header(const char *line, struct err *err) MUST_USE;

/* Basic credentials as a header line, base64; free with mem_free_secret. */
char *http_basic_header(const char *user, const char *password);

#endif
