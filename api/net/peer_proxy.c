/* Which proxy leads to a peer. Decided here and not by libcurl, which would match NO_PROXY against the name for TLS and
 * knows neither networks as Go does nor ports in it. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/net/http.h"
#include "api/net/peer.h"

/* ---- NO_PROXY ---- */

struct proxy_address {
	unsigned char bytes[16]; /* IPv4 as the mapped IPv6 address */
};

static bool proxy_parse_address(const char *text, struct proxy_address *out)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	memcpy(out->bytes, mapped, sizeof mapped);
	return inet_pton(AF_INET, text, out->bytes + 12) == 1 || inet_pton(AF_INET6, text, out->bytes) == 1;
}

static bool proxy_network_has(const struct proxy_address *network, int bits, const struct proxy_address *address)
{
	int whole = bits / 8, rest = bits % 8;
	return memcmp(network->bytes, address->bytes, (size_t)whole) == 0 &&
	       (!rest || (network->bytes[whole] ^ address->bytes[whole]) >> (8 - rest) == 0);
}

/* "10.0.0.0/8". False when the item is no network. */
static bool proxy_is_network(const char *item, const struct proxy_address *address, bool *inside)
{
	const char *slash = strchr(item, '/');
	struct proxy_address network;
	int64_t bits;
	if (!slash)
		return false;
	CLEANUP(free) char *base = mem_strndup(item, (size_t)(slash - item));
	bool is_v6 = strchr(base, ':');
	if (!proxy_parse_address(base, &network) || !str_to_i64(slash + 1, &bits) || bits < 0 ||
	    bits > (is_v6 ? 128 : 32))
		return false;
	*inside = address && proxy_network_has(&network, (int)bits + (is_v6 ? 0 : 96), address);
	return true;
}

/* "host:port", "[::1]:port": cuts the port off; NULL without one. A bare IPv6 address has none. */
static const char *proxy_cut_port(char *item)
{
	char *colon = strrchr(item, ':');
	bool is_bare = !colon || (item[0] == '[' ? colon[-1] != ']' : strchr(item, ':') != colon);
	if (is_bare)
		return NULL;
	*colon = '\0';
	return colon + 1;
}

static void proxy_strip_brackets(char *item)
{
	size_t len = strlen(item);
	if (len < 2 || item[0] != '[' || item[len - 1] != ']')
		return;
	memmove(item, item + 1, len - 2);
	item[len - 2] = '\0';
}

/* "example.com" is itself and what is below it, ".example.com" and "*.example.com" only what is below. */
static bool proxy_domain_has(const char *domain, const char *host)
{
	bool below_only = domain[0] == '*' && domain[1] == '.';
	domain += below_only;
	below_only = domain[0] == '.';
	domain += below_only;
	size_t host_len = strlen(host), len = strlen(domain);
	if (len == 0 || host_len < len || strcasecmp(host + host_len - len, domain) != 0)
		return false;
	return host_len == len ? !below_only : host[host_len - len - 1] == '.';
}

static bool proxy_item_has(char *item, const char *host, const struct proxy_address *address, const char *port)
{
	bool inside = false;
	struct proxy_address single;
	if (str_eq(item, "*"))
		return true;
	if (proxy_is_network(item, address, &inside))
		return inside;
	const char *wanted_port = proxy_cut_port(item);
	proxy_strip_brackets(item);
	if (wanted_port && !str_eq(wanted_port, port))
		return false;
	if (proxy_parse_address(item, &single))
		return address && memcmp(&single, address, sizeof single) == 0;
	return item[0] && proxy_domain_has(item, host);
}

bool peer_proxy_is_bypassed(const char *list, const char *host, const char *port)
{
	struct proxy_address parsed, *address = proxy_parse_address(host, &parsed) ? &parsed : NULL;
	if (http_host_is_loopback(host))
		return true;
	for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
		size_t len = strcspn(at, ","), start = strspn(at, " \t\r\n");
		while (len > start && strchr(" \t\r\n", at[len - 1]))
			len--;
		CLEANUP(free) char *item = mem_strndup(at + start, len > start ? len - start : 0);
		if (item[0] && proxy_item_has(item, host, address, port))
			return true;
	}
	return false;
}

/* ---- the choice ---- */

/* The first that is set and not empty; *name says which. */
static const char *proxy_variable(const char *const names[2], const char **name)
{
	for (size_t i = 0; i < 2; i++) {
		*name = names[i];
		if (!str_empty(getenv(names[i])))
			return getenv(names[i]);
	}
	return NULL;
}

static const char *proxy_from_environment(const struct peer *peer, const char **origin)
{
	static const char *const https[] = {"HTTPS_PROXY", "https_proxy"}, *const http[] = {"HTTP_PROXY", "http_proxy"},
				 *const none[] = {"NO_PROXY", "no_proxy"};
	const char *ignored, *url = proxy_variable(peer->is_https ? https : http, origin);
	return url && !peer_proxy_is_bypassed(proxy_variable(none, &ignored), peer->host, peer->port) ? url : NULL;
}

/* Go resolves names at the proxy, also for socks5; a variable without a scheme means http. */
static char *proxy_normal_url(const char *url, bool may_lack_scheme)
{
	if (str_has_prefix(url, "socks5://"))
		return str_printf("socks5h://%s", url + strlen("socks5://"));
	return may_lack_scheme && !strstr(url, "://") ? str_printf("http://%s", url) : mem_strdup(url);
}

static bool proxy_check(const char *url, const char *origin, struct err *err)
{
	static const char *const schemes[] = {"http://", "https://", "socks5h://"};
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		if (str_has_prefix(url, schemes[i]))
			return true;
	return err_set(err, ERR_CONFIG, "the proxy address in %s must start with http://, https:// or socks5://",
		       origin);
}

/* Host and port alone: what stands before them is user and password. */
static char *proxy_shown_host(const char *url)
{
	const char *from = strstr(url, "://") + 3, *end = from + strcspn(from, "/?#");
	for (const char *at = from; at < end; at++)
		if (*at == '@')
			from = at + 1;
	return mem_strndup(from, (size_t)(end - from));
}

bool peer_proxy_choose(struct peer *peer, const char *configured, struct err *err)
{
	const char *origin = "proxy-url";
	const char *url = configured;
	if (peer->options.open_socket)
		url = NULL; /* the connection is there already */
	else if (!configured)
		url = proxy_from_environment(peer, &origin);
	peer->options.proxy_url = str_empty(url) ? mem_strdup("") : proxy_normal_url(url, !configured);
	if (str_empty(url)) {
		peer->via = mem_strdup("");
		return true;
	}
	if (!proxy_check(peer->options.proxy_url, origin, err))
		return false;
	CLEANUP(free) char *host = proxy_shown_host(peer->options.proxy_url);
	peer->proxy = str_printf("%s (%s)", host, origin);
	peer->via = str_printf(" (through the proxy %s)", host);
	return true;
}
