/* What is kept of a response's headers, and whether what came is what was asked for. Inside api/net only. */
#ifndef MQDECK_NET_HTTP_HEAD_H
#define MQDECK_NET_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/clock.h"
#include "api/net/http.h"

struct http_head {
	int status;             /* 0 = none yet */
	int64_t retry_after_ms; /* -1 without the header */
	char content_type[128], audit_id[64];
	char location[256];
	bool is_whole; /* the empty line after the headers came */
};

#define HTTP_HEAD_INIT ((struct http_head){.retry_after_ms = -1})

/* One line of the head or of the trailers. True when the head is whole with it. */
bool http_head_take(struct http_head *head, const char *line, size_t len, const struct clock *clock);
bool http_head_is_success(const struct http_head *head); /* 2xx */

/* ---- http_foreign.c ---- */

enum http_foreign { HTTP_FOREIGN_UNKNOWN, HTTP_FOREIGN_NO, HTTP_FOREIGN_YES };

/* By its head alone, where that is enough. */
enum http_foreign http_foreign_head(enum http_wants wants, const struct http_head *head);
/* By the first bytes of its body, while the head leaves it open. */
enum http_foreign http_foreign_body(enum http_wants wants, const struct http_head *head, const char *bytes, size_t len);
/* "an HTML page (“Sign in”) from HOST:PORT (HTTP 200)", clean. */
void http_foreign_name(const struct http_head *head, const char *authority, const char *body, size_t len, char *out,
		       size_t size);

#endif
