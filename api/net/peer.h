/* One peer's configuration, applied to the libcurl handles of HTTP requests and of WebSockets alike. Inside api/net
 * only. */
#ifndef MQDECK_NET_PEER_H
#define MQDECK_NET_PEER_H

#include <curl/curl.h>
#include <stdbool.h>

#include "api/base/descriptors.h"
#include "api/net/adopt.h"
#include "api/net/http.h"
#include "api/net/net_tls.h"

struct peer {
	struct loop *loop;
	struct http_options options;   /* strings owned; base_url without a trailing slash */
	char *host;                    /* of base_url, without brackets */
	char *authority;               /* host:port as in base_url: for people and for the Host header */
	char *url;                     /* what libcurl is given: base_url, or server_name in place of its host */
	char *prefix;                  /* path of base_url, "" or "/…" */
	struct curl_slist *connect_to; /* the real address when `url` names another; NULL = none */
	struct net_tls_peer tls;
	struct adopt adopt;   /* the socket that open_socket gave */
	struct err open_err;  /* why no socket could be had; ERR_NONE when the last one could */
	int64_t handshake_ms; /* when the last TLS handshake began, -1 = never */
	char *port;           /* of base_url or its scheme */
	char *proxy; /* "HOST:PORT (where it is configured)", without its password, for sentences; NULL = none */
	char *via;   /* " (through the proxy …)", "" without one */
	enum descriptors_use use;
	bool is_https;
};

bool peer_init(struct peer *peer, struct loop *loop, const struct http_options *options, struct err *err) MUST_USE;
void peer_finish(struct peer *peer);
bool peer_set_client_cert(struct peer *peer, const char *cert_pem, const char *key_pem, struct err *err) MUST_USE;

/* ---- peer_proxy.c ---- */

/* Fills options.proxy_url ("" = none), proxy and via: from `configured`, or, when it is NULL, from the environment by the
 * rules of Go (golang.org/x/net/http/httpproxy), which kubectl has. After host and port are known. */
bool peer_proxy_choose(struct peer *peer, const char *configured, struct err *err) MUST_USE;
/* Does NO_PROXY's `list` say that host:port is asked without a proxy? */
bool peer_proxy_is_bypassed(const char *list, const char *host, const char *port);

/* ---- peer_explain.c, peer.c ---- */

/* Sets what is the same for every handle: URL (base + path), TLS, proxy, socket options. errbuf holds
 * CURL_ERROR_SIZE. */
void peer_apply(struct peer *peer, CURL *easy, const char *path, char *errbuf);

/* The multi's on_socket: see adopt.h. */
void peer_on_socket(struct peer *peer, int fd);

/* For the log: what libcurl tells of the connection, and how a request on it ended. */
void peer_log_attach(struct peer *peer, CURL *easy);
void peer_log_done(const struct peer *peer, CURL *easy, const char *what, const struct http_result *result);

/* What a transfer that ended with `code` (not CURLE_OK) died of. Returns true when the connection died under it. */
bool peer_explain(const struct peer *peer, CURL *easy, CURLcode code, const char *errbuf, struct err *err);

/* A proxy that asks for a login (407), for err. */
void peer_explain_proxy_login(const struct peer *peer, struct err *err);

/* Implemented by http.c. Lives as long as the http. */
struct peer *http_peer(struct http *http);

/* How far an unfinished transfer has come, for "timed out while …". Connected = a request can be or was sent.
 * since_ms is when it began. */
const char *peer_phase(const struct peer *peer, CURL *easy, int64_t since_ms, bool *connected);

#endif
