/* The HTTP/1.1 exchange that opens a WebSocket: written and read here because libcurl 7.88 leaves it to the caller, and
 * because a refusal's body holds the reason. */
#include "api/net/ws_upgrade.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/net/http.h"
#include "api/net/websocket.h"

struct ws_upgrade_head {
	struct ws_upgrade *out;
	const char *accept, *offered;
	bool has_upgrade, has_connection, has_accept, has_extension, bad_subprotocol;
};

struct ws_upgrade_text {
	const char *at;
	size_t len;
};

static struct ws_upgrade_text text_trim(const char *from, const char *to)
{
	while (from < to && (*from == ' ' || *from == '\t'))
		from++;
	while (to > from && (to[-1] == ' ' || to[-1] == '\t' || to[-1] == '\r'))
		to--;
	return (struct ws_upgrade_text){from, (size_t)(to - from)};
}

static bool text_is_same(struct ws_upgrade_text text, const char *word)
{
	return text.len == strlen(word) && strncasecmp(text.at, word, text.len) == 0;
}

/* Is `word` one of the comma-separated items of `list`? */
static bool has_item(const char *list, size_t len, struct ws_upgrade_text word, bool fold_case)
{
	const char *end = list + len;
	while (list < end) {
		const char *comma = memchr(list, ',', (size_t)(end - list));
		struct ws_upgrade_text item = text_trim(list, comma ? comma : end);
		if (item.len == word.len && word.len > 0 &&
		    (fold_case ? strncasecmp(item.at, word.at, word.len) : memcmp(item.at, word.at, word.len)) == 0)
			return true;
		list = comma ? comma + 1 : end;
	}
	return false;
}

static void take_upgrade(struct ws_upgrade_head *head, struct ws_upgrade_text value)
{
	head->has_upgrade = has_item(value.at, value.len, (struct ws_upgrade_text){"websocket", 9}, true);
}

static void take_connection(struct ws_upgrade_head *head, struct ws_upgrade_text value)
{
	head->has_connection =
		head->has_connection || has_item(value.at, value.len, (struct ws_upgrade_text){"upgrade", 7}, true);
}

static void take_accept(struct ws_upgrade_head *head, struct ws_upgrade_text value)
{
	head->has_accept = value.len == strlen(head->accept) && memcmp(value.at, head->accept, value.len) == 0;
}

static void take_subprotocol(struct ws_upgrade_head *head, struct ws_upgrade_text value)
{
	const char *offered = str_or(head->offered, "");
	if (!has_item(offered, strlen(offered), value, false) || value.len >= sizeof head->out->subprotocol)
		head->bad_subprotocol = value.len > 0;
	else
		snprintf(head->out->subprotocol, sizeof head->out->subprotocol, "%.*s", (int)value.len, value.at);
}

static void take_extensions(struct ws_upgrade_head *head, struct ws_upgrade_text value)
{
	head->has_extension = value.len > 0;
}

static void take_length(struct ws_upgrade_head *head, struct ws_upgrade_text value)
{
	char digits[20];
	snprintf(digits, sizeof digits, "%.*s", (int)value.len, value.at);
	if (!str_to_i64(digits, &head->out->content_length) || head->out->content_length < 0)
		head->out->content_length = -1;
}

static void take_encoding(struct ws_upgrade_head *head, struct ws_upgrade_text value)
{
	head->out->is_chunked = has_item(value.at, value.len, (struct ws_upgrade_text){"chunked", 7}, true);
}

static void take_type(struct ws_upgrade_head *head, struct ws_upgrade_text value)
{
	struct http_head *kept = &head->out->head;
	snprintf(kept->content_type, sizeof kept->content_type, "%.*s", (int)value.len, value.at);
}

static void take_location(struct ws_upgrade_head *head, struct ws_upgrade_text value)
{
	struct http_head *kept = &head->out->head;
	snprintf(kept->location, sizeof kept->location, "%.*s", (int)value.len, value.at);
}

static const struct {
	const char *name;
	void (*take)(struct ws_upgrade_head *head, struct ws_upgrade_text value);
} headers[] = {
	{"Upgrade", take_upgrade},
	{"Connection", take_connection},
	{"Sec-WebSocket-Accept", take_accept},
	{"Sec-WebSocket-Protocol", take_subprotocol},
	{"Sec-WebSocket-Extensions", take_extensions},
	{"Content-Length", take_length},
	{"Transfer-Encoding", take_encoding},
	{"Content-Type", take_type},
	{"Location", take_location},
};

static void take_line(struct ws_upgrade_head *head, const char *line, const char *end)
{
	const char *colon = memchr(line, ':', (size_t)(end - line));
	if (!colon)
		return;
	struct ws_upgrade_text name = {line, (size_t)(colon - line)};
	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		if (text_is_same(name, headers[i].name))
			headers[i].take(head, text_trim(colon + 1, end));
	}
}

/* "HTTP/1.1 101 Switching Protocols" */
static bool take_status(struct ws_upgrade_head *head, const char *line, const char *end, struct err *err)
{
	bool ok = end - line >= 12 && strncmp(line, "HTTP/1.", 7) == 0 && isdigit((unsigned char)line[7]) &&
		  line[8] == ' ' && isdigit((unsigned char)line[9]) && isdigit((unsigned char)line[10]) &&
		  isdigit((unsigned char)line[11]);
	if (!ok)
		return err_set(err, ERR_PARSE, "WebSocket: the server does not respond in HTTP/1.1");
	head->out->status = (int)strtol(line + 9, NULL, 10);
	return true;
}

static bool check_upgrade(const struct ws_upgrade_head *head, struct err *err)
{
	if (!head->has_upgrade || !head->has_connection)
		return err_set(err, ERR_PARSE, "WebSocket: the server switches to another protocol");
	if (!head->has_accept)
		return err_set(err, ERR_PARSE,
			       "WebSocket: the server's Sec-WebSocket-Accept does not match our key: a proxy in "
			       "between responds for it");
	if (head->has_extension)
		return err_set(err, ERR_PARSE, "WebSocket: the server uses an extension that was not offered");
	if (head->bad_subprotocol || (!str_empty(head->offered) && !head->out->subprotocol[0]))
		return err_set(err, ERR_UNSUPPORTED, "WebSocket: the server supports none of the subprotocols %s",
			       head->offered);
	return true;
}

enum ws_upgrade_state ws_upgrade_parse(const char *bytes, size_t len, const char *accept, const char *offered,
				       struct ws_upgrade *out, struct err *err)
{
	*out = (struct ws_upgrade){.content_length = -1};
	struct ws_upgrade_head head = {.out = out, .accept = accept, .offered = offered};
	const char *blank = memmem(bytes, len, "\r\n\r\n", 4);
	if (len >= 5 && strncmp(bytes, "HTTP/", 5) != 0) {
		err_set(err, ERR_PARSE, "WebSocket: the server does not respond in HTTP");
		return WS_UPGRADE_BROKEN;
	}
	if (!blank || blank - bytes > WS_UPGRADE_HEAD_MAX) {
		if (len <= WS_UPGRADE_HEAD_MAX)
			return WS_UPGRADE_MORE;
		err_set(err, ERR_LIMIT, "WebSocket: the server's headers are larger than %d KiB",
			WS_UPGRADE_HEAD_MAX >> 10);
		return WS_UPGRADE_BROKEN;
	}
	out->head_len = (size_t)(blank - bytes) + 4;
	const char *end = memchr(bytes, '\r', out->head_len);
	if (!take_status(&head, bytes, end, err))
		return WS_UPGRADE_BROKEN;
	while (end < blank) {
		const char *line = end + 1 + (end[1] == '\n');
		end = memchr(line, '\r', out->head_len - (size_t)(line - bytes));
		take_line(&head, line, end);
	}
	out->head.status = out->status;
	if (out->status != 101)
		return WS_UPGRADE_REFUSED;
	return check_upgrade(&head, err) ? WS_UPGRADE_OPEN : WS_UPGRADE_BROKEN;
}

bool ws_upgrade_body_is_whole(const struct ws_upgrade *answer, const char *body, size_t len)
{
	if (len >= WS_UPGRADE_BODY_MAX)
		return true;
	if (answer->is_chunked)
		return memmem(body, len, "\r\n0\r\n\r\n", 7) || (len >= 5 && memcmp(body, "0\r\n\r\n", 5) == 0);
	return answer->content_length >= 0 && len >= (size_t)answer->content_length;
}

void ws_upgrade_unchunk(struct buf *body)
{
	size_t from = 0, to = 0;
	while (from < body->len) {
		char *after;
		size_t len = strtoul(body->data + from, &after, 16);
		const char *line = memchr(after, '\n', (size_t)(body->data + body->len - after));
		if (len == 0 || !line || after == body->data + from)
			break;
		from = (size_t)(line - body->data) + 1;
		if (len > body->len - from)
			len = body->len - from;
		memmove(body->data + to, body->data + from, len);
		to += len;
		from += len + 2;
	}
	body->len = to;
	if (body->data)
		body->data[to] = '\0';
}

/* ---- the request ---- */

/* Can these be written into a request? */
static bool upgrade_check(const struct ws_upgrade_request *request, struct err *err)
{
	const char *path = request->path;
	if (!path || path[0] != '/' || strpbrk(path, " \r\n") || strpbrk(str_or(request->subprotocols, ""), "\r\n"))
		return err_set(err, ERR_USAGE, "a WebSocket requires an escaped path that starts with '/'");
	for (const char *const *line = request->headers; line && *line; line++)
		if (!http_check_header(*line, err))
			return false;
	return true;
}

bool ws_upgrade_write(struct buf *out, const struct ws_upgrade_request *request, char accept[static 32],
		      struct err *err)
{
	unsigned char random[16];
	char key[32];
	if (!upgrade_check(request, err))
		return false;
	RAND_bytes(random, sizeof random);
	EVP_EncodeBlock((unsigned char *)key, random, sizeof random);
	ws_accept_key(key, accept);
	buf_printf(out,
		   "GET %s%s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
		   "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n",
		   request->prefix, request->path, request->authority, request->user_agent, key);
	if (!str_empty(request->subprotocols))
		buf_printf(out, "Sec-WebSocket-Protocol: %s\r\n", request->subprotocols);
	for (const char *const *line = request->headers; line && *line; line++)
		buf_printf(out, "%s\r\n", *line);
	buf_append_str(out, "\r\n");
	return !out->overflow ||
	       err_set(err, ERR_LIMIT, "the headers of the WebSocket are larger than %zu bytes: not sent", out->max);
}

/* ---- a refusal ---- */

static const struct {
	int status;
	enum err_code code;
} refusals[] = {
	{400, ERR_USAGE},    {401, ERR_UNAUTHORIZED}, {403, ERR_FORBIDDEN}, {404, ERR_NOT_FOUND},
	{409, ERR_CONFLICT}, {410, ERR_GONE},         {429, ERR_BUSY},      {503, ERR_BUSY},
};

bool ws_upgrade_refusal(const struct ws_upgrade *answer, const struct buf *body, const char *authority, struct err *err)
{
	char instead[HTTP_INSTEAD_MAX];
	enum err_code code = answer->status >= 500 ? ERR_SERVER : ERR_UNSUPPORTED;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		if (refusals[i].status == answer->status)
			code = refusals[i].code;
	}
	if (http_foreign_head(HTTP_WANTS_TEXT, &answer->head) == HTTP_FOREIGN_NO) {
		err_set(err, code, "%s rejected the WebSocket with HTTP %d", authority, answer->status);
		return true;
	}
	http_foreign_name(&answer->head, authority, buf_str(body), body->len, instead, sizeof instead);
	return err_set(err, code, "WebSocket: %s: a proxy or portal answers for the server", instead);
}
