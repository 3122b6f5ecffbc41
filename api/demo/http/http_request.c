/* Takes one request off the front of a buffer, or says that it is not whole yet. Strict where laxness would let two
 * readers disagree about where a request ends. */
#include "api/demo/http/http_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/base/str.h"

static int request_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 32) >= 'a' && (c | 32) <= 'f')
		return (c | 32) - 'a' + 10;
	return -1;
}

/* NULL when an escape is cut or would make a NUL. */
static char *request_unescape(const char *text, size_t len, bool plus_is_space)
{
	char *out = mem_alloc(len + 1);
	size_t at = 0;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		if (c == '+' && plus_is_space) {
			c = ' ';
		} else if (c == '%') {
			int high = i + 1 < len ? request_hex_digit(text[i + 1]) : -1;
			int low = i + 2 < len ? request_hex_digit(text[i + 2]) : -1;
			if (high < 0 || low < 0 || (high == 0 && low == 0)) {
				free(out);
				return NULL;
			}
			c = (char)(high << 4 | low);
			i += 2;
		}
		out[at++] = c;
	}
	return out;
}

static bool parse_query(struct demo_request *request, const char *text, size_t len)
{
	while (len > 0) {
		const char *end = memchr(text, '&', len);
		size_t piece = end ? (size_t)(end - text) : len;
		const char *equals = memchr(text, '=', piece);
		size_t name_len = equals ? (size_t)(equals - text) : piece;
		if (piece > 0) {
			if (request->query.len >= DEMO_REQUEST_PAIRS_MAX)
				return false;
			struct demo_request_pair pair = {
				.name = request_unescape(text, name_len, true),
				.value = equals ? request_unescape(equals + 1, piece - name_len - 1, true)
						: mem_strdup(""),
			};
			vec_push(&request->query, pair);
			if (!pair.name || !pair.value)
				return false;
		}
		piece += end ? 1 : 0;
		text += piece;
		len -= piece;
	}
	return true;
}

static bool request_is_token(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] <= ' ' || text[i] >= 127 || strchr("\"(),/:;<=>?@[\\]{}", text[i]))
			return false;
	}
	return len > 0;
}

static bool parse_request_line(struct demo_request *request, const char *line, size_t len)
{
	const char *space = memchr(line, ' ', len);
	const char *last = memrchr(line, ' ', len);
	if (!space || last == space || !request_is_token(line, (size_t)(space - line)) || space - line > 16)
		return false;
	const char *target = space + 1;
	size_t target_len = (size_t)(last - target);
	size_t version_len = len - (size_t)(last + 1 - line);
	if (target_len == 0 || target[0] != '/' || memchr(target, ' ', target_len) || version_len != 8 ||
	    memcmp(last + 1, "HTTP/1.", 7) != 0)
		return false;
	for (size_t i = 0; i < target_len; i++) {
		if ((unsigned char)target[i] <= ' ' || target[i] == 127)
			return false;
	}
	const char *mark = memchr(target, '?', target_len);
	size_t path_len = mark ? (size_t)(mark - target) : target_len;
	request->method = mem_strndup(line, (size_t)(space - line));
	request->path = mem_strndup(target, path_len);
	request->keep_alive = last[8] == '1';
	return !mark || parse_query(request, mark + 1, target_len - path_len - 1);
}

static bool parse_header(struct demo_request *request, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);
	if (!colon || !request_is_token(line, (size_t)(colon - line)) || request->headers.len >= DEMO_REQUEST_PAIRS_MAX)
		return false;
	const char *value = colon + 1;
	size_t value_len = len - (size_t)(value - line);
	while (value_len > 0 && (*value == ' ' || *value == '\t')) {
		value++;
		value_len--;
	}
	while (value_len > 0 && (value[value_len - 1] == ' ' || value[value_len - 1] == '\t'))
		value_len--;
	if (memchr(value, '\0', value_len) || memchr(value, '\r', value_len))
		return false;
	vec_push(&request->headers, (struct demo_request_pair){.name = mem_strndup(line, (size_t)(colon - line)),
							       .value = mem_strndup(value, value_len)});
	return true;
}

static bool parse_head(struct demo_request *request, const char *head, size_t len)
{
	bool first = true;
	while (len > 0) {
		const char *end = memmem(head, len, "\r\n", 2);
		size_t line_len = end ? (size_t)(end - head) : len;
		if (first ? !parse_request_line(request, head, line_len) : !parse_header(request, head, line_len))
			return false;
		first = false;
		size_t step = line_len + (end ? 2 : 0);
		head += step;
		len -= step;
	}
	const char *connection = demo_request_header(request, "Connection");
	if (connection && strcasestr(connection, "close"))
		request->keep_alive = false;
	return !first;
}

/* Decodes a chunked body that begins at `at`. *used is what it took of the buffer. */
static enum demo_request_progress parse_chunks(const char *at, size_t len, struct buf *body, size_t *used)
{
	const char *start = at;
	for (;;) {
		const char *end = memmem(at, len, "\r\n", 2);
		if (!end)
			return len > 64 ? DEMO_REQUEST_BAD : DEMO_REQUEST_MORE;
		size_t size = 0, digits = 0;
		for (; digits < 8 && request_hex_digit(at[digits]) >= 0; digits++)
			size = size << 4 | (size_t)request_hex_digit(at[digits]);
		size_t line_len = (size_t)(end - at) + 2;
		if (digits == 0 || (at[digits] != '\r' && at[digits] != ';') || size > DEMO_REQUEST_BODY_MAX)
			return DEMO_REQUEST_BAD;
		if (len < line_len + size + 2)
			return DEMO_REQUEST_MORE;
		if (memcmp(at + line_len + size, "\r\n", 2) != 0 || !buf_append(body, at + line_len, size))
			return DEMO_REQUEST_BAD;
		at += line_len + size + 2;
		len -= line_len + size + 2;
		if (size == 0) {
			*used = (size_t)(at - start);
			return DEMO_REQUEST_WHOLE;
		}
	}
}

static enum demo_request_progress parse_body(struct demo_request *request, const char *at, size_t len, size_t *used,
					     int *status)
{
	const char *encoding = demo_request_header(request, "Transfer-Encoding");
	const char *length = demo_request_header(request, "Content-Length");
	*status = 400;
	*used = 0;
	if (encoding) {
		if (length || strcasecmp(encoding, "chunked") != 0)
			return DEMO_REQUEST_BAD;
		struct buf body = BUF_INIT(DEMO_REQUEST_BODY_MAX);
		enum demo_request_progress progress = parse_chunks(at, len, &body, used);
		if (progress == DEMO_REQUEST_WHOLE) {
			request->body_len = body.len;
			request->body = body.len ? buf_take(&body) : mem_strdup("");
		} else if (body.overflow) {
			*status = 413;
		}
		buf_finish(&body);
		return progress;
	}
	int64_t want = 0;
	if (length && (!str_to_i64(length, &want) || want < 0))
		return DEMO_REQUEST_BAD;
	if (want > DEMO_REQUEST_BODY_MAX) {
		*status = 413;
		return DEMO_REQUEST_BAD;
	}
	if (len < (size_t)want)
		return DEMO_REQUEST_MORE;
	request->body = mem_strndup(at, (size_t)want);
	request->body_len = *used = (size_t)want;
	return DEMO_REQUEST_WHOLE;
}

enum demo_request_progress demo_request_parse(struct buf *in, struct demo_request *out, int *status)
{
	*out = (struct demo_request){0};
	*status = 400;
	size_t skip = 0;
	while (skip + 1 < in->len && memcmp(in->data + skip, "\r\n", 2) == 0)
		skip += 2;
	buf_consume(in, skip);
	const char *end = in->len ? memmem(in->data, in->len, "\r\n\r\n", 4) : NULL;
	size_t head_len = end ? (size_t)(end - in->data) : in->len;
	if (head_len > DEMO_REQUEST_HEAD_MAX) {
		*status = 431;
		return DEMO_REQUEST_BAD;
	}
	if (!end)
		return DEMO_REQUEST_MORE;
	enum demo_request_progress progress = DEMO_REQUEST_BAD;
	size_t used = 0;
	if (parse_head(out, in->data, head_len))
		progress = parse_body(out, end + 4, in->len - head_len - 4, &used, status);
	if (progress == DEMO_REQUEST_WHOLE)
		buf_consume(in, head_len + 4 + used);
	else
		demo_request_finish(out);
	return progress;
}

static void free_pairs(struct demo_request_pair *pairs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(pairs[i].name);
		free(pairs[i].value);
	}
}

void demo_request_finish(struct demo_request *request)
{
	free_pairs(request->headers.items, request->headers.len);
	free_pairs(request->query.items, request->query.len);
	vec_finish(&request->headers);
	vec_finish(&request->query);
	free(request->method);
	free(request->path);
	free(request->body);
	*request = (struct demo_request){0};
}

const char *demo_request_header(const struct demo_request *request, const char *name)
{
	vec_each (&request->headers, pair) {
		if (strcasecmp(pair->name, name) == 0)
			return pair->value;
	}
	return NULL;
}

const char *demo_request_query(const struct demo_request *request, const char *name)
{
	vec_each (&request->query, pair) {
		if (strcmp(pair->name, name) == 0)
			return pair->value;
	}
	return NULL;
}

bool demo_request_query_true(const struct demo_request *request, const char *name)
{
	const char *value = demo_request_query(request, name);
	return value && (str_eq(value, "true") || str_eq(value, "1"));
}

bool demo_request_split_path(const char *path, struct demo_request_path *out)
{
	*out = (struct demo_request_path){0};
	while (*path) {
		size_t len = strcspn(path, "/");
		if (len > 0) {
			char *segment =
				out->count < ARRAY_LEN(out->segments) ? request_unescape(path, len, false) : NULL;
			if (!segment) {
				demo_request_path_finish(out);
				return false;
			}
			out->segments[out->count++] = segment;
		}
		path += len + (path[len] == '/');
	}
	return true;
}

void demo_request_path_finish(struct demo_request_path *path)
{
	for (size_t i = 0; i < path->count; i++)
		free(path->segments[i]);
	path->count = 0;
}
