#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

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
