/* What stands before an API and answers in its place: proxies, ingresses and portals with pages and redirects, servers of
 * another kind with text, some with nothing at all. It is told by what came, so that nobody looks for the fault in the
 * API, and before a decoder trips over its first byte. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/base/text.h"
#include "api/net/http_head.h"

enum { QUOTE_COLUMNS = 60, PLACE_COLUMNS = 120 };

static const char gzip_magic[] = "\x1f\x8b";

/* What the objects of an API begin with: Kubernetes' protobuf with its magic "k8s", or in a watch with the high byte of a
 * frame's length. */
static const struct {
	const char *bytes;
	size_t len;
} firsts[] = {
	[HTTP_WANTS_OBJECT] = {"{k", 3},
	[HTTP_WANTS_JSON] = {"{[", 2},
};

static bool is_redirect(const struct http_head *head)
{
	return head->status >= 300 && head->status < 400;
}

static bool is_page(const struct http_head *head)
{
	return strncasecmp(head->content_type, "text/html", 9) == 0 ||
	       strncasecmp(head->content_type, "application/xhtml", 17) == 0;
}

enum http_foreign http_foreign_head(enum http_wants wants, const struct http_head *head)
{
	bool is_protobuf = strcasestr(head->content_type, "protobuf") != NULL; /* no stranger says that */
	if (wants == HTTP_WANTS_ANYTHING || is_protobuf)
		return HTTP_FOREIGN_NO;
	if (is_redirect(head) || is_page(head))
		return HTTP_FOREIGN_YES;
	return wants == HTTP_WANTS_TEXT ? HTTP_FOREIGN_NO : HTTP_FOREIGN_UNKNOWN;
}

static size_t space_before(const char *bytes, size_t len)
{
	size_t space = 0;
	while (space < len && bytes[space] && strchr(" \t\r\n", bytes[space]))
		space++;
	return space;
}

enum http_foreign http_foreign_body(enum http_wants wants, const struct http_head *head, const char *bytes, size_t len)
{
	size_t space = space_before(bytes, len);
	if (space == len)
		return HTTP_FOREIGN_UNKNOWN;
	char first = bytes[space];
	/* A refusal may be plain text; only what no API sends is of somebody else. */
	bool is_fit = http_head_is_success(head) ? memchr(firsts[wants].bytes, first, firsts[wants].len) != NULL
						 : first != '<' && first != gzip_magic[0];
	return is_fit ? HTTP_FOREIGN_NO : HTTP_FOREIGN_YES;
}

/* ---- its name ---- */

/* Clean, of one line and no wider than `columns`. */
static void foreign_quote(const char *bytes, size_t len, size_t columns, char *out, size_t size)
{
	size_t from = space_before(bytes, len), to = from;
	while (to < len && bytes[to] != '\n' && bytes[to] != '\r')
		to++;
	text_clean(bytes + from, to - from, out, size);
	size_t fit = text_fit(out, columns);
	if (out[fit])
		snprintf(out + fit, size - fit, "…");
}

/* What stands between the first <name …> and </name>, or "". */
static void page_element(const char *body, const char *name, char *out, size_t size)
{
	const char *open = strcasestr(body, name);
	const char *from = open ? strchr(open, '>') : NULL;
	const char *to = from ? strchr(from, '<') : NULL;
	out[0] = '\0';
	if (to)
		foreign_quote(from + 1, (size_t)(to - from - 1), QUOTE_COLUMNS, out, size);
}

static void name_page(const char *body, char *out, size_t size)
{
	char title[QUOTE_COLUMNS * 4];
	page_element(body, "<title", title, sizeof title);
	if (!title[0])
		page_element(body, "<h1", title, sizeof title);
	if (title[0])
		snprintf(out, size, "an HTML page (“%s”)", title);
	else
		snprintf(out, size, "an HTML page");
}

/* Its query may hold what is nobody's business. */
static void name_redirect(const struct http_head *head, char *out, size_t size)
{
	char place[PLACE_COLUMNS * 4];
	foreign_quote(head->location, strcspn(head->location, "?#"), PLACE_COLUMNS, place, sizeof place);
	snprintf(out, size, "a redirect to %s", str_or(place, "nowhere"));
}

static void name_text(const char *body, size_t len, char *out, size_t size)
{
	char text[QUOTE_COLUMNS * 4];
	foreign_quote(body, len, QUOTE_COLUMNS, text, sizeof text);
	if (text[0])
		snprintf(out, size, "no JSON object but “%s”", text);
	else
		snprintf(out, size, "an empty response");
}

void http_foreign_name(const struct http_head *head, const char *authority, const char *body, size_t len, char *out,
		       size_t size)
{
	char what[512];
	const char *begin = body + space_before(body, len);
	if (is_redirect(head))
		name_redirect(head, what, sizeof what);
	else if (str_has_prefix(begin, gzip_magic))
		snprintf(what, sizeof what, "compressed data that does not say so (gzip)");
	else if (is_page(head) || *begin == '<')
		name_page(body, what, sizeof what);
	else
		name_text(body, len, what, sizeof what);
	snprintf(out, size, "%s from %s (HTTP %d)", what, authority, head->status);
}
