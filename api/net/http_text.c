/* Loopback, percent-escapes, Basic authorization, header lines and Retry-After in both its forms. */
#include "api/net/http_text.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/base/buf.h"
#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/net/http.h"

void http_escape(struct buf *out, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	for (; *text; text++) {
		if (strchr(plain, *text))
			buf_append_char(out, *text);
		else
			buf_printf(out, "%%%02X", (unsigned char)*text);
	}
}

bool http_host_is_loopback(const char *host)
{
	struct in_addr v4;
	return strcasecmp(host, "localhost") == 0 || str_eq(host, "::1") ||
	       (inet_pton(AF_INET, host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127);
}

char *http_basic_header(const char *user, const char *password)
{
	static const char start[] = "Authorization: Basic ";
	char *plain = str_printf("%s:%s", user, password);
	size_t len = strlen(plain);
	char *line = mem_alloc(sizeof start + (len + 2) / 3 * 4 + 1);
	memcpy(line, start, sizeof start);
	EVP_EncodeBlock((unsigned char *)line + sizeof start - 1, (const unsigned char *)plain, (int)len);
	mem_free_secret(plain);
	return line;
}

bool http_check_header(const char *line, struct err *err)
{
	static const char token[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";
	size_t name = strspn(line, token);
	if (name == 0 || line[name] != ':')
		return err_set(err, ERR_USAGE, "a header of the request has no valid name: not sent");
	for (const char *at = line + name; *at; at++)
		if (((unsigned char)*at < ' ' && *at != '\t') || *at == 0x7f)
			return err_set(err, ERR_USAGE,
				       "the value for the header %.*s contains a line break or another control "
				       "character: not sent",
				       (int)name, line);
	return true;
}

const char *http_header_value(const char *line, size_t len, const char *name, size_t *value_len)
{
	size_t name_len = strlen(name);
	if (len <= name_len || line[name_len] != ':' || strncasecmp(line, name, name_len) != 0)
		return NULL;
	const char *value = line + name_len + 1, *end = line + len;
	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == ' '))
		end--;
	*value_len = (size_t)(end - value);
	return value;
}

int64_t http_retry_after_ms(const char *value, size_t len, const struct clock *clock)
{
	char text[64];
	snprintf(text, sizeof text, "%.*s", (int)len, value);
	int64_t seconds;
	if (str_to_i64(text, &seconds))
		return seconds >= 0 && seconds <= 86400 ? seconds * 1000 : -1;
	time_t when = curl_getdate(text, NULL);
	int64_t wait = (int64_t)when * 1000 - clock_wall_ms(clock);
	return when < 0 ? -1 : wait > 0 ? wait : 0;
}

char *http_header_for_libcurl(const char *line)
{
	size_t name = strcspn(line, ":");
	bool has_value = line[name + strspn(line + name, ": \t")];
	return has_value ? mem_strdup(line) : str_printf("%.*s;", (int)name, line);
}
