/* What is logged of connections that libcurl makes. */
#include <curl/curl.h>
#include <string.h>

#include "api/base/log.h"
#include "api/base/str.h"
#include "api/net/peer.h"

/* libcurl's own words also quote headers and proxies with their passwords: only lines that begin so are logged. */
static const char *const peer_log_prefixes[] = {
	"Trying ",
	"Connected to ",
	"SSL connection using ",
	"ALPN",
	"Re-using ",
	"Connection #",
	"Closing ",
	"Establish HTTP proxy ",
	"Proxy replied ",
	"SOCKS5 ",
	"Mark bundle as",
	"Using HTTP2",
	"Connection died",
	"Host name lookup",
};

static int peer_log_curl(CURL *easy, curl_infotype type, char *text, size_t len, void *data)
{
	const struct peer *peer = data;
	size_t start = 0;
	while (start < len && text[start] == ' ')
		start++;
	while (len > start && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	for (size_t i = 0; type == CURLINFO_TEXT && i < ARRAY_LEN(peer_log_prefixes); i++) {
		if (len - start >= strlen(peer_log_prefixes[i]) &&
		    strncmp(text + start, peer_log_prefixes[i], strlen(peer_log_prefixes[i])) == 0) {
			log_trace(LOG_NET, "connection peer=%s libcurl=\"%.*s\"", peer->authority, (int)(len - start),
				  text + start);
			break;
		}
	}
	return 0;
}

void peer_log_attach(struct peer *peer, CURL *easy)
{
	if (!log_is_on(LOG_TRACE, LOG_NET))
		return;
	curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, peer_log_curl);
	curl_easy_setopt(easy, CURLOPT_DEBUGDATA, peer);
	curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
}

void peer_log_done(const struct peer *peer, CURL *easy, const char *what, const struct http_result *result)
{
	long version = 0, connects = 0;
	if (!log_is_on(LOG_DEBUG, LOG_NET))
		return;
	curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
	curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
	if (connects)
		log_debug(LOG_NET, "connection made peer=%s tls=%s http=%s proxy=%s", peer->authority,
			  peer->is_https ? "yes" : "no", version == CURL_HTTP_VERSION_2_0 ? "2" : "1.1",
			  str_empty(peer->options.proxy_url) ? "no" : "yes");
	log_trace(
		LOG_NET,
		"HTTP done what=\"%s\" peer=%s reused=%s status=%d bytes=%llu first_byte_ms=%lld ms=%lld error=\"%s\"",
		what, peer->authority, connects ? "no" : "yes", result->status, (unsigned long long)result->bytes,
		(long long)result->first_byte_ms, (long long)result->total_ms, log_error_text(&result->err));
}
