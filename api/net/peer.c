/* One peer's options on libcurl handles: address and name, proxy, TLS, sockets; and libcurl's results as sentences that
 * say which of them was wrong. */
#include "api/net/peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/base/mem.h"
#include "api/base/str.h"

enum {
	/* A dead peer is noticed after at most KEEPALIVE + USER_TIMEOUT, near what client-go's HTTP/2 pings reach. */
	PEER_KEEPALIVE_S = 15,
	PEER_USER_TIMEOUT_MS = 45000,
	PEER_URL_MAX = 2048,
};

/* ---- configuration ---- */

static void cleanup_url(CURLU **url)
{
	curl_url_cleanup(*url);
}

static bool url_part(CURLU *url, CURLUPart part, unsigned flags, char **out)
{
	char *text = NULL;
	*out = NULL;
	if (curl_url_get(url, part, &text, flags) != CURLUE_OK)
		return false;
	*out = mem_strdup(text);
	curl_free(text);
	return true;
}

static bool has_part(CURLU *url, CURLUPart part)
{
	CLEANUP(free) char *text = NULL;
	return url_part(url, part, 0, &text);
}

static bool host_is_loopback(const char *host)
{
	return str_eq(host, "localhost") || str_has_prefix(host, "127.") || str_eq(host, "::1");
}

static bool check_url(CURLU *url, const char *text, struct err *err)
{
	if (str_empty(text) || strlen(text) > PEER_URL_MAX || curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK)
		return err_set(err, ERR_CONFIG, "the server address is not a URL: use https://host:port");
	if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD))
		return err_set(err, ERR_CONFIG,
			       "the server address contains a username or password: configure credentials separately");
	if (has_part(url, CURLUPART_QUERY) || has_part(url, CURLUPART_FRAGMENT))
		return err_set(err, ERR_CONFIG, "the server address \"%s\" has a query or fragment", text);
	return true;
}

/* Without brackets and zone. */
static char *bare_host(const char *host)
{
	const char *from = host[0] == '[' ? host + 1 : host;
	return mem_strndup(from, strcspn(from, "]%"));
}

/* The server is asked for by another name than it is reached by: the URL carries the name (for SNI and
 * verification), and connect_to the address (api/kube/config/PROTOCOL.md). */
static void peer_redirect(struct peer *peer, CURLU *url, const char *host, const char *port)
{
	const char *name = peer->is_https ? peer->options.server_name : NULL;
	const char *address = peer->options.open_socket ? "127.0.0.1" : host; /* not resolved, not dialled */
	if (!name && !peer->options.open_socket)
		return;
	if (name && strchr(name, ':')) {
		CLEANUP(free) char *bracketed = str_printf("[%s]", name);
		curl_url_set(url, CURLUPART_HOST, bracketed, 0);
	} else if (name) {
		curl_url_set(url, CURLUPART_HOST, name, 0);
	}
	CLEANUP(free) char *line = str_printf("::%s:%s", address, port);
	peer->connect_to = curl_slist_append(NULL, line);
}

static void strip_slashes(char *text)
{
	for (size_t len = strlen(text); len > 0 && text[len - 1] == '/'; len--)
		text[len - 1] = '\0';
}

static bool peer_parse(struct peer *peer, struct err *err)
{
	__attribute__((cleanup(cleanup_url))) CURLU *url = curl_url();
	CLEANUP(free) char *scheme = NULL;
	CLEANUP(free) char *host = NULL;
	CLEANUP(free) char *port = NULL;
	CLEANUP(free) char *shown_port = NULL;
	if (!check_url(url, peer->options.base_url, err))
		return false;
	if (!url_part(url, CURLUPART_SCHEME, 0, &scheme) || !url_part(url, CURLUPART_HOST, 0, &host) ||
	    !url_part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT, &port) ||
	    (!str_eq(scheme, "https") && !str_eq(scheme, "http")))
		return err_set(err, ERR_CONFIG, "the server address \"%s\" must start with http:// or https://",
			       peer->options.base_url);
	peer->is_https = str_eq(scheme, "https");
	if (url_part(url, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT, &shown_port))
		peer->authority = str_printf("%s:%s", host, port);
	else
		peer->authority = mem_strdup(host);
	peer_redirect(peer, url, host, port);
	if (!url_part(url, CURLUPART_URL, 0, &peer->url))
		return err_set(err, ERR_CONFIG, "the server address or tls-server-name is not valid");
	strip_slashes(peer->url);
	if (!url_part(url, CURLUPART_PATH, 0, &peer->prefix))
		peer->prefix = mem_strdup("");
	strip_slashes(peer->prefix);
	peer->host = bare_host(host);
	peer->is_loopback = host_is_loopback(peer->host);
	return true;
}

static bool check_proxy(const char *proxy, struct err *err)
{
	static const char *const schemes[] = {"http://", "https://", "socks5://", "socks5h://"};
	if (str_empty(proxy))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		if (str_has_prefix(proxy, schemes[i]))
			return true;
	}
	return err_set(err, ERR_CONFIG, "the proxy address must start with http://, https:// or socks5://");
}

static void peer_copy_options(struct http_options *to, const struct http_options *from)
{
	*to = *from;
	to->base_url = mem_strdup(from->base_url);
	to->ca_pem = mem_strdup(from->ca_pem);
	to->cert_pem = mem_strdup(from->cert_pem);
	to->key_pem = mem_strdup(from->key_pem);
	to->server_name = str_empty(from->server_name) ? NULL : mem_strdup(from->server_name);
	to->other_names = NULL; /* kept in tls_peer */
	/* client-go lets the proxy resolve names; plain socks5 would resolve here. */
	if (from->proxy_url && str_has_prefix(from->proxy_url, "socks5://"))
		to->proxy_url = str_printf("socks5h://%s", from->proxy_url + strlen("socks5://"));
	else
		to->proxy_url = mem_strdup(from->proxy_url);
	to->user_agent = mem_strdup(str_or(from->user_agent, "mqdeck/" MQDECK_VERSION));
}

bool peer_init(struct peer *peer, struct loop *loop, const struct http_options *options, struct err *err)
{
	*peer = (struct peer){.loop = loop, .handshake_ms = -1};
	adopt_init(&peer->adopt);
	peer_copy_options(&peer->options, options);
	if (!peer_parse(peer, err) || !check_proxy(peer->options.proxy_url, err) ||
	    !net_tls_check_pem(peer->options.ca_pem, peer->options.cert_pem, peer->options.key_pem, err)) {
		peer_finish(peer);
		return false;
	}
	/* The same context also meets the certificate of an https proxy; libcurl itself checks both names then. */
	bool tls_proxy = peer->options.proxy_url && str_has_prefix(peer->options.proxy_url, "https://");
	CLEANUP(free)
	char *names = str_printf("%s%s%s", str_or(peer->options.server_name, peer->host),
				 str_empty(options->other_names) ? "" : ",", str_or(options->other_names, ""));
	net_tls_peer_init(&peer->tls, tls_proxy ? NULL : names);
	return true;
}

void peer_finish(struct peer *peer)
{
	free((char *)peer->options.base_url);
	free((char *)peer->options.ca_pem);
	free((char *)peer->options.cert_pem);
	mem_free_secret((char *)peer->options.key_pem);
	free((char *)peer->options.server_name);
	mem_free_secret((char *)peer->options.proxy_url);
	free((char *)peer->options.user_agent);
	free(peer->host);
	free(peer->authority);
	free(peer->url);
	free(peer->prefix);
	curl_slist_free_all(peer->connect_to);
	net_tls_peer_finish(&peer->tls);
}

bool peer_set_client_cert(struct peer *peer, const char *cert_pem, const char *key_pem, struct err *err)
{
	if (!net_tls_check_pem(NULL, cert_pem, key_pem, err))
		return false;
	free((char *)peer->options.cert_pem);
	mem_free_secret((char *)peer->options.key_pem);
	peer->options.cert_pem = mem_strdup(cert_pem);
	peer->options.key_pem = mem_strdup(key_pem);
	return true;
}

/* ---- a handle ---- */

static CURLcode tune_tls(CURL *easy, void *ctx, void *data)
{
	struct peer *peer = data;
	peer->handshake_ms = loop_now_ms(peer->loop);
	if (!peer->options.insecure)
		net_tls_peer_attach(&peer->tls, ctx);
	return CURLE_OK;
}

static curl_socket_t take_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct peer *peer = data;
	err_clear(&peer->open_err);
	int fd = peer->options.open_socket(peer->options.open_socket_data, &peer->open_err);
	return fd < 0 ? CURL_SOCKET_BAD : adopt_begin(&peer->adopt, fd, address);
}

static int drop_socket(void *data, curl_socket_t fd)
{
	struct peer *peer = data;
	adopt_forget(&peer->adopt, fd);
	return close(fd);
}

void peer_on_socket(struct peer *peer, int fd)
{
	adopt_finish(&peer->adopt, fd);
}

static int tune_socket(void *data, curl_socket_t fd, curlsocktype purpose)
{
	const struct peer *peer = data;
	if (peer->options.open_socket)
		return CURL_SOCKOPT_OK;
	unsigned timeout_ms = PEER_USER_TIMEOUT_MS;
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof timeout_ms);
	return CURL_SOCKOPT_OK;
}

static void set_blob(CURL *easy, CURLoption option, const char *pem)
{
	if (!pem)
		return;
	struct curl_blob blob = {.data = (char *)pem, .len = strlen(pem), .flags = CURL_BLOB_COPY};
	curl_easy_setopt(easy, option, &blob);
}

static void apply_tls(struct peer *peer, CURL *easy)
{
	const struct http_options *options = &peer->options;
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, options->insecure ? 0L : 1L);
	/* It knows one name only: with more of them tls_peer alone is the judge. */
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, options->insecure || peer->tls.others ? 0L : 2L);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, tune_tls);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, peer);
	if (options->ca_pem) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
		set_blob(easy, CURLOPT_CAINFO_BLOB, options->ca_pem);
	}
	set_blob(easy, CURLOPT_SSLCERT_BLOB, options->cert_pem);
	set_blob(easy, CURLOPT_SSLKEY_BLOB, options->key_pem);
}

static void apply_route(struct peer *peer, CURL *easy)
{
	const struct http_options *options = &peer->options;
	if (options->proxy_url || peer->is_loopback || options->open_socket) {
		curl_easy_setopt(easy, CURLOPT_PROXY, options->open_socket ? "" : str_or(options->proxy_url, ""));
		curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	}
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (peer->connect_to)
		curl_easy_setopt(easy, CURLOPT_CONNECT_TO, peer->connect_to);
	if (options->open_socket) {
		curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, take_socket);
		curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, peer);
		curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, drop_socket);
		curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, peer);
	} else {
		curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
		curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, (long)PEER_KEEPALIVE_S);
		curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, (long)PEER_KEEPALIVE_S);
	}
	curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, tune_socket);
	curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, peer);
}

void peer_apply(struct peer *peer, CURL *easy, const char *path, char *errbuf)
{
	CLEANUP(free) char *url = str_printf("%s%s", peer->url, path);
	errbuf[0] = '\0';
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, errbuf);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, peer->options.user_agent);
	peer_log_attach(peer, easy);
	apply_tls(peer, easy);
	apply_route(peer, easy);
}

/* ---- what went wrong ---- */

/* libcurl calls the alert "certificate expired" a failed verification too, though we verified the server with
 * success. */
static bool is_refusal_of_ours(const char *errbuf)
{
	return (strstr(errbuf, "alert") && !strstr(errbuf, "protocol version")) ||
	       strstr(errbuf, "certificate verification failed");
}

static void explain_tls(const struct peer *peer, CURL *easy, CURLcode code, const char *errbuf, struct err *err)
{
	if (err_is_set(&peer->tls.failure)) {
		*err = peer->tls.failure;
		return;
	}
	if (peer->options.cert_pem && is_refusal_of_ours(errbuf)) {
		char ours[256];
		net_tls_describe_client_cert(peer->options.cert_pem, clock_wall_ms(loop_clock(peer->loop)), ours,
					     sizeof ours);
		err_set(err, ERR_TLS, "%s rejected %s: %s", peer->authority, ours, errbuf);
	} else if (strstr(errbuf, "certificate required")) {
		err_set(err, ERR_TLS, "%s requires a client certificate and none is configured", peer->authority);
	} else if (strstr(errbuf, "alert handshake failure")) {
		err_set(err, ERR_TLS,
			"%s rejected the TLS handshake: perhaps it requires a client certificate, and none is "
			"configured",
			peer->authority);
	} else if (strstr(errbuf, "wrong version number")) {
		err_set(err, ERR_TLS, "%s does not use TLS on this port", peer->authority);
	} else if (strstr(errbuf, "protocol version") || strstr(errbuf, "unsupported protocol")) {
		err_set(err, ERR_TLS, "%s offers only TLS versions below 1.2, which are insecure", peer->authority);
	} else {
		err_set(err, ERR_TLS, "TLS with %s failed: %s", peer->authority,
			str_or(errbuf, curl_easy_strerror(code)));
	}
}

static void explain_resolve(const struct peer *peer, CURL *easy, CURLcode code, const char *errbuf, struct err *err)
{
	err_set(err, ERR_CONNECT, "cannot resolve the host name of %s: check the name and the network",
		code == CURLE_COULDNT_RESOLVE_PROXY ? "the proxy" : peer->authority);
}

static void explain_connect(const struct peer *peer, CURL *easy, CURLcode code, const char *errbuf, struct err *err)
{
	long os_error = 0;
	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_error);
	if (err_is_set(&peer->open_err))
		*err = peer->open_err;
	else if (os_error == ECONNREFUSED)
		err_set(err, ERR_CONNECT, "connection refused by %s: nothing is listening there", peer->authority);
	else if (os_error)
		err_set_errno(err, (int)os_error, "cannot connect to %s", peer->authority);
	else
		err_set(err, ERR_CONNECT, "cannot connect to %s: %s", peer->authority,
			str_or(errbuf, curl_easy_strerror(code)));
	err->code = ERR_CONNECT;
}

static void explain_died(const struct peer *peer, CURL *easy, CURLcode code, const char *errbuf, struct err *err)
{
	/* With TLS 1.3 a server refuses our certificate only after the handshake. */
	if (strstr(errbuf, "alert"))
		explain_tls(peer, easy, code, errbuf, err);
	else
		err_set(err, ERR_CONNECT, "%s closed the connection before the response was complete", peer->authority);
}

static void explain_parse(const struct peer *peer, CURL *easy, CURLcode code, const char *errbuf, struct err *err)
{
	err_set(err, ERR_PARSE, "%s does not respond in HTTP: %s", peer->authority,
		str_or(errbuf, curl_easy_strerror(code)));
}

static const struct peer_cause {
	CURLcode code;
	void (*explain)(const struct peer *peer, CURL *easy, CURLcode code, const char *errbuf, struct err *err);
	bool died;
} causes[] = {
	{CURLE_COULDNT_RESOLVE_HOST, explain_resolve, false},
	{CURLE_COULDNT_RESOLVE_PROXY, explain_resolve, false},
	{CURLE_COULDNT_CONNECT, explain_connect, false},
	{CURLE_PROXY, explain_connect, false},
	{CURLE_PEER_FAILED_VERIFICATION, explain_tls, false},
	{CURLE_SSL_CONNECT_ERROR, explain_tls, false},
	{CURLE_SSL_CERTPROBLEM, explain_tls, false},
	{CURLE_SSL_CACERT_BADFILE, explain_tls, false},
	{CURLE_SSL_CIPHER, explain_tls, false},
	{CURLE_GOT_NOTHING, explain_died, true},
	{CURLE_SEND_ERROR, explain_died, true},
	{CURLE_RECV_ERROR, explain_died, true},
	{CURLE_PARTIAL_FILE, explain_died, true},
	{CURLE_HTTP2, explain_died, true},
	{CURLE_HTTP2_STREAM, explain_died, true},
	{CURLE_WEIRD_SERVER_REPLY, explain_parse, false},
	{CURLE_UNSUPPORTED_PROTOCOL, explain_parse, false},
	{CURLE_BAD_CONTENT_ENCODING, explain_parse, false},
};

bool peer_explain(const struct peer *peer, CURL *easy, CURLcode code, const char *errbuf, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(causes); i++) {
		if (causes[i].code == code) {
			causes[i].explain(peer, easy, code, errbuf, err);
			return causes[i].died;
		}
	}
	err_set(err, code == CURLE_OPERATION_TIMEDOUT ? ERR_TIMEOUT : ERR_CONNECT, "request to %s failed: %s",
		peer->authority, str_or(errbuf, curl_easy_strerror(code)));
	return false;
}

const char *peer_phase(const struct peer *peer, CURL *easy, int64_t since_ms, bool *connected)
{
	static const struct {
		CURLINFO info;
		const char *phase;
	} phases[] = {
		{CURLINFO_NAMELOOKUP_TIME_T, "resolving its name"},
		{CURLINFO_PRETRANSFER_TIME_T, "connecting"},
		{CURLINFO_STARTTRANSFER_TIME_T, "waiting for a response"},
	};
	curl_off_t at = 0;
	*connected = curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &at) == CURLE_OK && at > 0;
	/* libcurl 7.88 does not say where the connection ends and the handshake begins. */
	if (!*connected && peer->is_https && peer->handshake_ms >= since_ms)
		return "TLS handshake";
	for (size_t i = *connected ? ARRAY_LEN(phases) - 1 : 0; i < ARRAY_LEN(phases); i++) {
		if (curl_easy_getinfo(easy, phases[i].info, &at) != CURLE_OK || at <= 0)
			return phases[i].phase;
	}
	return "reading the response";
}
