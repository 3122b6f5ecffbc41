/* libcurl's results as sentences that say which part of the way there was wrong: the name, the proxy, TLS, the server. */
#include <errno.h>
#include <string.h>

#include "api/base/str.h"
#include "api/net/peer.h"

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

/* ---- the proxy ---- */

/* The way is made of two parts, and the first did not come about. Of a request that the proxy itself carries out (http://
 * without a tunnel) only the connection to the proxy is told apart. */
static bool is_proxys_fault(const struct peer *peer, CURL *easy, CURLcode code)
{
	long answered = 0;
	bool is_socks = str_has_prefix(peer->options.proxy_url, "socks5");
	curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &answered);
	if (!peer->proxy)
		return false;
	if (code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_COULDNT_CONNECT || code == CURLE_PROXY ||
	    answered >= 300)
		return true;
	return peer->is_https && !is_socks && answered == 0 && code != CURLE_HTTP2 && code != CURLE_HTTP2_STREAM;
}

static const char *proxys_refusal(const struct peer *peer, long status)
{
	static const struct {
		long status;
		const char *means;
	} refusals[] = {
		{403, "does not allow connections to"},
		{404, "cannot find"},
		{405, "does not open tunnels (CONNECT) to"},
		{429, "is too busy to connect to"},
		{502, "cannot reach"},
		{503, "cannot reach"},
		{504, "gets no response from"},
	};
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		if (refusals[i].status == status)
			return refusals[i].means;
	return "did not connect to";
}

static bool proxy_has_password(const struct peer *peer)
{
	const char *after = strstr(peer->options.proxy_url, "://") + 3;
	const char *at = strchr(after, '@');
	return at && at < after + strcspn(after, "/?#");
}

void peer_explain_proxy_login(const struct peer *peer, struct err *err)
{
	if (proxy_has_password(peer))
		err_set(err, ERR_CONNECT, "the proxy %s rejected the username or password for it (407)", peer->proxy);
	else
		err_set(err, ERR_CONNECT,
			"the proxy %s requires a username and password (407): add them as "
			"http://USER:PASSWORD@HOST:PORT",
			peer->proxy);
}

static void explain_proxy(const struct peer *peer, CURL *easy, CURLcode code, const char *errbuf, struct err *err)
{
	long answered = 0, os_error = 0;
	curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &answered);
	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_error);
	if (answered == 407)
		peer_explain_proxy_login(peer, err);
	else if (answered >= 300)
		err_set(err, ERR_CONNECT, "the proxy %s %s %s (HTTP %ld)", peer->proxy, proxys_refusal(peer, answered),
			peer->authority, answered);
	else if (code == CURLE_COULDNT_RESOLVE_PROXY)
		err_set(err, ERR_CONNECT,
			"cannot resolve the host name of the proxy %s: check the name and the network", peer->proxy);
	else if (code == CURLE_COULDNT_CONNECT && os_error == ECONNREFUSED)
		err_set(err, ERR_CONNECT, "connection refused by the proxy %s: nothing is listening there",
			peer->proxy);
	else if (code == CURLE_COULDNT_CONNECT && os_error)
		err_set_errno(err, (int)os_error, "cannot connect to the proxy %s", peer->proxy);
	else if (code == CURLE_PROXY || code == CURLE_COULDNT_CONNECT)
		err_set(err, ERR_CONNECT, "the proxy %s did not connect to %s: %s", peer->proxy, peer->authority,
			str_or(errbuf, curl_easy_strerror(code)));
	else
		err_set(err, ERR_CONNECT, "the proxy %s failed before it connected to %s: %s", peer->proxy,
			peer->authority, str_or(errbuf, curl_easy_strerror(code)));
	if (err)
		err->code = ERR_CONNECT;
}

/* ---- the server ---- */

static void explain_resolve(const struct peer *peer, CURL *easy, CURLcode code, const char *errbuf, struct err *err)
{
	err_set(err, ERR_CONNECT, "cannot resolve the host name of %s: check the name and the network",
		peer->authority);
}

static void explain_connect(const struct peer *peer, CURL *easy, CURLcode code, const char *errbuf, struct err *err)
{
	long os_error = 0;
	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_error);
	if (peer->options.open_socket && err_is_set(&peer->open_err))
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
		err_set(err, ERR_CONNECT, "%s closed the connection before the response was complete%s",
			peer->authority, peer->via);
}

static void explain_parse(const struct peer *peer, CURL *easy, CURLcode code, const char *errbuf, struct err *err)
{
	err_set(err, ERR_PARSE, "%s does not respond in HTTP%s: %s", peer->authority, peer->via,
		str_or(errbuf, curl_easy_strerror(code)));
}

/* libcurl gives up on a second gzip member as on a callback that took too little; ours say so themselves. */
static void explain_packed(const struct peer *peer, CURL *easy, CURLcode code, const char *errbuf, struct err *err)
{
	err_set(err, ERR_PARSE, "%s sent compressed data that cannot be read%s: %s", peer->authority, peer->via,
		code == CURLE_WRITE_ERROR ? "it is in several parts (gzip members)"
					  : str_or(errbuf, curl_easy_strerror(code)));
}

static const struct peer_cause {
	CURLcode code;
	void (*explain)(const struct peer *peer, CURL *easy, CURLcode code, const char *errbuf, struct err *err);
	bool died;
} causes[] = {
	{CURLE_COULDNT_RESOLVE_HOST, explain_resolve, false},
	{CURLE_COULDNT_CONNECT, explain_connect, false},
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
	{CURLE_BAD_CONTENT_ENCODING, explain_packed, false},
	{CURLE_WRITE_ERROR, explain_packed, false},
};

/* A descriptor was missing: for the socket, which is opened here, or for what libcurl opens itself on the way, as to look a
 * name up. */
static bool lacks_descriptors(const struct peer *peer, CURL *easy, CURLcode code, struct err *err)
{
	static const CURLcode opens[] = {CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY,
					 CURLE_COULDNT_CONNECT,      CURLE_FAILED_INIT,
					 CURLE_OUT_OF_MEMORY,        CURLE_SSL_CACERT_BADFILE};
	long os_error = 0;
	bool may_be = false;
	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_error);
	for (size_t i = 0; i < ARRAY_LEN(opens); i++)
		may_be |= opens[i] == code;
	if (code == CURLE_COULDNT_CONNECT && !os_error && peer->open_err.code == ERR_LIMIT)
		*err = peer->open_err;
	else if (!may_be || os_error || !descriptors_are_out(err))
		return false;
	if (!peer->options.open_socket)
		err_prefix(err, "%s", peer->authority);
	return true;
}

bool peer_explain(const struct peer *peer, CURL *easy, CURLcode code, const char *errbuf, struct err *err)
{
	if (lacks_descriptors(peer, easy, code, err))
		return false;
	if (is_proxys_fault(peer, easy, code)) {
		explain_proxy(peer, easy, code, errbuf, err);
		return false;
	}
	for (size_t i = 0; i < ARRAY_LEN(causes); i++) {
		if (causes[i].code == code) {
			causes[i].explain(peer, easy, code, errbuf, err);
			return causes[i].died;
		}
	}
	err_set(err, code == CURLE_OPERATION_TIMEDOUT ? ERR_TIMEOUT : ERR_CONNECT, "request to %s%s failed: %s",
		peer->authority, peer->via, str_or(errbuf, curl_easy_strerror(code)));
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
