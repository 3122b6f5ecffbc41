/* One peer's options on libcurl handles: address and name, proxy, TLS, sockets. */
#include "api/net/peer.h"

#include <errno.h>
#include <netinet/in.h>
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
static bool peer_redirect(struct peer *peer, CURLU *url, const char *host, const char *port)
{
	const char *name = peer->is_https ? peer->options.server_name : NULL;
	const char *address = peer->options.open_socket ? "127.0.0.1" : host; /* not resolved, not dialled */
	if (!name && !peer->options.open_socket)
		return true;
	CLEANUP(free) char *shown = name && strchr(name, ':') ? str_printf("[%s]", name) : mem_strdup(name);
	if (name && curl_url_set(url, CURLUPART_HOST, shown, 0) != CURLUE_OK)
		return false;
	CLEANUP(free) char *line = str_printf("::%s:%s", address, port);
	peer->connect_to = mem_need(curl_slist_append(NULL, line));
	return true;
}

static void strip_slashes(char *text)
{
	for (size_t len = strlen(text); len > 0 && text[len - 1] == '/'; len--)
		text[len - 1] = '\0';
}

static bool peer_parse(struct peer *peer, struct err *err)
{
	__attribute__((cleanup(cleanup_url))) CURLU *url = mem_need(curl_url());
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
	if (!peer_redirect(peer, url, host, port))
		return err_set(err, ERR_CONFIG, "the tls-server-name is not a host name");
	if (!url_part(url, CURLUPART_URL, 0, &peer->url))
		return err_set(err, ERR_CONFIG, "the server address or tls-server-name is not valid");
	strip_slashes(peer->url);
	if (!url_part(url, CURLUPART_PATH, 0, &peer->prefix))
		peer->prefix = mem_strdup("");
	strip_slashes(peer->prefix);
	peer->host = bare_host(host);
	peer->port = mem_strdup(port);
	return true;
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
	to->proxy_url = NULL;   /* peer_proxy.c */
	to->user_agent = mem_strdup(str_or(from->user_agent, "mqdeck/" MQDECK_VERSION));
}

bool peer_init(struct peer *peer, struct loop *loop, const struct http_options *options, struct err *err)
{
	*peer = (struct peer){.loop = loop, .handshake_ms = -1};
	/* What is not dialled from here is carried by a port-forward. */
	peer->use = options->open_socket ? DESCRIPTORS_FOR_BROKER : DESCRIPTORS_FOR_SERVER;
	adopt_init(&peer->adopt);
	peer_copy_options(&peer->options, options);
	if (!peer_parse(peer, err) || !peer_proxy_choose(peer, options->proxy_url, err) ||
	    !net_tls_check_pem(peer->options.ca_pem, peer->options.cert_pem, peer->options.key_pem, err)) {
		peer_finish(peer);
		return false;
	}
	/* The same context also meets the certificate of an https proxy; libcurl itself checks both names then. */
	bool tls_proxy = str_has_prefix(peer->options.proxy_url, "https://");
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
	free(peer->port);
	free(peer->proxy);
	free(peer->via);
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

static curl_socket_t peer_open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct peer *peer = data;
	err_clear(&peer->open_err);
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	/* Of an address that this machine cannot use libcurl says more. */
	if (fd < 0 && errno != EMFILE && errno != ENFILE)
		return CURL_SOCKET_BAD;
	return descriptors_admit(fd, peer->use, &peer->open_err);
}

static curl_socket_t take_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct peer *peer = data;
	err_clear(&peer->open_err);
	int fd = peer->options.open_socket(peer->options.open_socket_data, &peer->open_err);
	if (fd < 0)
		return CURL_SOCKET_BAD;
	fd = adopt_begin(&peer->adopt, fd, address);
	return fd < 0 ? descriptors_admit(fd, peer->use, &peer->open_err) : fd;
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
	/* Chosen already: libcurl's own look at the environment would go by the name for TLS, not by the server's host. */
	curl_easy_setopt(easy, CURLOPT_PROXY, options->proxy_url);
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (peer->connect_to)
		curl_easy_setopt(easy, CURLOPT_CONNECT_TO, peer->connect_to);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, options->open_socket ? take_socket : peer_open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, peer);
	if (options->open_socket) {
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
