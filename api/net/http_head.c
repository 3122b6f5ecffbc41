/* The lines of a response's head, and what is kept of them. */
#include "api/net/http_head.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/net/http_text.h"

static int status_of(const char *line, size_t len)
{
	const char *space = memchr(line, ' ', len);
	return space && (size_t)(line + len - space) > 3 ? (int)strtol(space + 1, NULL, 10) : 0;
}

static void keep_header(struct http_head *head, const char *line, size_t len, const struct clock *clock)
{
	const struct {
		const char *name;
		char *into;
		size_t size;
	} kept[] = {
		{"Content-Type", head->content_type, sizeof head->content_type},
		{"Audit-Id", head->audit_id, sizeof head->audit_id},
		{"Location", head->location, sizeof head->location},
	};
	size_t value_len;
	const char *value = http_header_value(line, len, "Retry-After", &value_len);
	if (value)
		head->retry_after_ms = http_retry_after_ms(value, value_len, clock);
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		if ((value = http_header_value(line, len, kept[i].name, &value_len)))
			snprintf(kept[i].into, kept[i].size, "%.*s", (int)value_len, value);
}

bool http_head_take(struct http_head *head, const char *line, size_t len, const struct clock *clock)
{
	bool was_whole = head->is_whole;
	if (len > 5 && strncmp(line, "HTTP/", 5) == 0) {
		*head = HTTP_HEAD_INIT;
		head->status = status_of(line, len);
		return false;
	}
	if (line[0] == '\r' || line[0] == '\n')
		head->is_whole = true;
	else
		keep_header(head, line, len, clock);
	return head->is_whole && !was_whole;
}

bool http_head_is_success(const struct http_head *head)
{
	return head->status >= 200 && head->status < 300;
}
