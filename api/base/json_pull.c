/* A pull parser for JSON: the caller says what it expects next. json_scan() finds where a value ends while its bytes are still
 * arriving. */
#include "api/base/json_pull.h"

#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "api/base/mem.h"

bool json_wrong(struct json_reader *json, const char *expected)
{
	return err_set(json->err, ERR_PARSE, "invalid JSON from the server: expected %s at byte %zu%s", expected,
		       (size_t)(json->at - json->start), json->at >= json->end ? ", where it ends" : "");
}

int json_peek(struct json_reader *json)
{
	while (json->at < json->end && json_is_space(*json->at))
		json->at++;
	return json->at < json->end ? (unsigned char)*json->at : -1;
}

bool json_take(struct json_reader *json, char c)
{
	if (json_peek(json) != (unsigned char)c)
		return false;
	json->at++;
	return true;
}

/* The first quote or backslash, or end. */
static const char *find_special(const char *at, const char *end)
{
#ifdef __SSE2__
	const __m128i quotes = _mm_set1_epi8('"'), slashes = _mm_set1_epi8('\\');
	for (; end - at >= 16; at += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
		__m128i hits = _mm_or_si128(_mm_cmpeq_epi8(bytes, quotes), _mm_cmpeq_epi8(bytes, slashes));
		int mask = _mm_movemask_epi8(hits);
		if (mask)
			return at + __builtin_ctz((unsigned)mask);
	}
#endif
	while (at < end && *at != '"' && *at != '\\')
		at++;
	return at;
}

bool json_read_text(struct json_reader *json, struct json_text *out)
{
	if (!json_take(json, '"'))
		return json_wrong(json, "a string");
	*out = (struct json_text){.bytes = json->at};
	const char *end = find_special(json->at, json->end);
	while (end < json->end && *end == '\\') {
		out->escaped = true;
		end = end + 2 < json->end ? find_special(end + 2, json->end) : json->end;
	}
	json->at = end;
	if (end == json->end)
		return json_wrong(json, "the end of a string");
	out->len = (size_t)(end - out->bytes);
	json->at++;
	return true;
}

static bool json_pull_read_word(struct json_reader *json, const char *word)
{
	size_t len = strlen(word);
	json_peek(json);
	if ((size_t)(json->end - json->at) < len || memcmp(json->at, word, len) != 0)
		return false;
	json->at += len;
	return true;
}

bool json_read_null(struct json_reader *json)
{
	return json_peek(json) == 'n' && json_pull_read_word(json, "null");
}

bool json_read_bool(struct json_reader *json, bool *out)
{
	*out = json_peek(json) == 't';
	return json_pull_read_word(json, *out ? "true" : "false") || json_wrong(json, "true or false");
}

static bool json_is_of_number(char c)
{
	return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
}

bool json_read_number(struct json_reader *json, const char **bytes, size_t *len)
{
	json_peek(json);
	*bytes = json->at;
	while (json->at < json->end && json_is_of_number(*json->at))
		json->at++;
	*len = (size_t)(json->at - *bytes);
	return *len > 0 || json_wrong(json, "a number");
}

bool json_read_int(struct json_reader *json, int64_t *out)
{
	const char *bytes;
	size_t len, at = 0;
	if (!json_read_number(json, &bytes, &len))
		return false;
	bool negative = bytes[0] == '-';
	*out = 0;
	for (at = negative ? 1 : 0; at < len; at++) {
		int digit = bytes[at] - '0';
		if (digit < 0 || digit > 9 || __builtin_mul_overflow(*out, 10, out) ||
		    __builtin_add_overflow(*out, negative ? -digit : digit, out))
			return json_wrong(json, "a whole number of 64 bits");
	}
	return len > (negative ? 1u : 0u) || json_wrong(json, "a number");
}

bool json_too_deep(struct err *err)
{
	return err_set(err, ERR_LIMIT, "the server's JSON is nested more than %d levels deep", JSON_DEPTH_MAX);
}

bool json_skip(struct json_reader *json)
{
	struct json_scan scan = {0};
	bool done = false;
	json_peek(json);
	json->at += json_scan(&scan, json->at, (size_t)(json->end - json->at), &done);
	if (scan.depth > JSON_DEPTH_MAX)
		return json_too_deep(json->err);
	return done || scan.scalar || json_wrong(json, "a value");
}

static bool json_pull_next(struct json_reader *json, struct json_walk *walk, char close)
{
	if (json_take(json, close))
		return false;
	if (!walk->first && !json_take(json, ',')) {
		walk->wrong = !json_wrong(json, close == '}' ? "',' or '}'" : "',' or ']'");
		return false;
	}
	walk->first = false;
	return true;
}

bool json_next_key(struct json_reader *json, struct json_walk *walk, struct json_text *key)
{
	if (!json_pull_next(json, walk, '}'))
		return false;
	walk->wrong = !json_read_text(json, key) || !(json_take(json, ':') || json_wrong(json, "':'"));
	return !walk->wrong;
}

bool json_next_item(struct json_reader *json, struct json_walk *walk)
{
	return json_pull_next(json, walk, ']');
}

/* ---- values of any kind ---- */

/* What a double holds exactly, divided by a power of ten that it holds exactly, is rounded once. */
static bool read_short_decimal(const char *bytes, size_t len, double *out)
{
	static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14};
	uint64_t digits = 0;
	size_t behind = 0;
	if (len > ARRAY_LEN(powers))
		return false;
	for (size_t i = 0; i < len; i++) {
		bool is_point = bytes[i] == '.' && !behind && i > 0 && i + 1 < len;
		if (is_point)
			behind = len - i - 1;
		else if (bytes[i] >= '0' && bytes[i] <= '9')
			digits = digits * 10 + (uint64_t)(bytes[i] - '0');
		else
			return false;
	}
	*out = (double)digits / powers[behind];
	return true;
}

bool json_read_double(struct json_reader *json, double *out)
{
	char copy[JSON_NUMBER_MAX + 1], *end;
	const char *bytes;
	size_t len;
	if (!json_read_number(json, &bytes, &len))
		return false;
	if (read_short_decimal(bytes, len, out))
		return true;
	size_t kept = len <= JSON_NUMBER_MAX && *bytes != '+' && *bytes != '.' ? len : 0;
	memcpy(copy, bytes, kept);
	copy[kept] = '\0';
	*out = strtod(copy, &end);
	return (kept && end == copy + kept) || json_wrong(json, "a number before this");
}

static bool check_value(struct json_reader *json, int depth);

static bool check_members(struct json_reader *json, int depth)
{
	struct json_walk walk = {.first = true};
	struct json_text key;
	json->at++;
	while (json_next_key(json, &walk, &key))
		if (!check_value(json, depth))
			return false;
	return !walk.wrong;
}

static bool check_items(struct json_reader *json, int depth)
{
	struct json_walk walk = {.first = true};
	json->at++;
	while (json_next_item(json, &walk))
		if (!check_value(json, depth))
			return false;
	return !walk.wrong;
}

static bool check_value(struct json_reader *json, int depth)
{
	struct json_text text;
	double number;
	bool truth;
	int first = json_peek(json);
	if (first == '{' || first == '[') {
		if (depth == JSON_DEPTH_MAX)
			return json_too_deep(json->err);
		return first == '{' ? check_members(json, depth + 1) : check_items(json, depth + 1);
	}
	if (first == '"')
		return json_read_text(json, &text);
	if (first == 't' || first == 'f')
		return json_read_bool(json, &truth);
	if (first == 'n')
		return json_read_null(json) || json_wrong(json, "null");
	return json_read_double(json, &number);
}

bool json_check(struct json_reader *json)
{
	return check_value(json, 0);
}

/* ---- escapes ---- */

static int json_pull_hex4(const char *at, const char *end)
{
	int value = 0;
	if (end - at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		const char *digits = "0123456789abcdef", *digit = at[i] ? strchr(digits, at[i] | 0x20) : NULL;
		if (!digit || (at[i] < '0'))
			return -1;
		value = value * 16 + (int)(digit - digits);
	}
	return value;
}

static char *put_utf8(char *to, int code)
{
	if (code < 0x80) {
		*to++ = (char)code;
	} else if (code < 0x800) {
		*to++ = (char)(0xc0 | code >> 6);
		*to++ = (char)(0x80 | (code & 0x3f));
	} else if (code < 0x10000) {
		*to++ = (char)(0xe0 | code >> 12);
		*to++ = (char)(0x80 | (code >> 6 & 0x3f));
		*to++ = (char)(0x80 | (code & 0x3f));
	} else {
		*to++ = (char)(0xf0 | code >> 18);
		*to++ = (char)(0x80 | (code >> 12 & 0x3f));
		*to++ = (char)(0x80 | (code >> 6 & 0x3f));
		*to++ = (char)(0x80 | (code & 0x3f));
	}
	return to;
}

/* at stands behind "\u"; gives the bytes used after that. */
static size_t read_code_point(const char *at, const char *end, int *code)
{
	*code = json_pull_hex4(at, end);
	if (*code < 0) {
		*code = 0xfffd;
		return 0;
	}
	if (*code >= 0xd800 && *code < 0xdc00 && end - at >= 10 && at[4] == '\\' && at[5] == 'u') {
		int low = json_pull_hex4(at + 6, end);
		if (low >= 0xdc00 && low < 0xe000) {
			*code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
			return 10;
		}
	}
	if (*code == 0 || (*code >= 0xd800 && *code < 0xe000))
		*code = 0xfffd;
	return 4;
}

size_t json_unescape(const struct json_text *text, char *out)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	const char *at = text->bytes, *end = at + text->len;
	char *to = out;
	while (at < end) {
		const char *slash = memchr(at, '\\', (size_t)(end - at));
		size_t plain = (size_t)((slash ? slash : end) - at);
		memmove(to, at, plain);
		to += plain;
		at += plain;
		if (!slash || ++at >= end)
			break;
		char c = *at++;
		const char *name = c ? strchr(names, c) : NULL;
		if (name) {
			*to++ = values[name - names];
		} else if (c == 'u') {
			int code;
			at += read_code_point(at, end, &code);
			/* A broken escape is as short as two bytes; the replacement is three. */
			to = code == 0xfffd && at - text->bytes < to - out + 3 ? to : put_utf8(to, code);
		}
	}
	return (size_t)(to - out);
}

/* ---- scanning ---- */

/* Over the inside of a string; true when the closing quote was taken. */
static bool scan_string(struct json_scan *scan, const char **at, const char *end)
{
	while (*at < end) {
		if (scan->escaped) {
			scan->escaped = false;
			(*at)++;
			continue;
		}
		*at = find_special(*at, end);
		if (*at == end)
			break;
		scan->escaped = **at == '\\';
		(*at)++;
		if (!scan->escaped)
			return true;
	}
	return false;
}

static bool ends_scalar(char c)
{
	return c == ',' || c == '}' || c == ']' || c == ':' || json_is_space(c);
}

static void scan_start(struct json_scan *scan, const char **at, const char *end)
{
	while (*at < end && json_is_space(**at))
		(*at)++;
	if (*at == end)
		return;
	scan->started = true;
	scan->in_string = **at == '"';
	scan->scalar = !scan->in_string && **at != '{' && **at != '[';
	*at += scan->in_string;
}

size_t json_scan(struct json_scan *scan, const char *bytes, size_t len, bool *done)
{
	const char *at = bytes, *end = bytes + len;
	*done = false;
	if (!scan->started)
		scan_start(scan, &at, end);
	while (at < end && !*done) {
		if (scan->in_string) {
			scan->in_string = !scan_string(scan, &at, end);
			*done = !scan->in_string && scan->depth == 0;
			continue;
		}
		char c = *at;
		if (scan->scalar) {
			*done = ends_scalar(c);
			at += !*done;
			continue;
		}
		at++;
		if (c == '"') {
			scan->in_string = true;
		} else if (c == '{' || c == '[') {
			if (++scan->depth > JSON_DEPTH_MAX)
				break;
		} else if (c == '}' || c == ']') {
			*done = --scan->depth == 0;
		}
	}
	return (size_t)(at - bytes);
}
