/* The one place where text becomes a JSON string. What is written goes to servers, journals and scripts, so it is valid
 * UTF-8 whatever came in, and nothing in it can act on a terminal that shows it. */
#include "api/base/json_write.h"

#include <string.h>

#include "api/base/text.h"

enum { PLANE_MAX = 0xffff, SURROGATE_HIGH = 0xd800, SURROGATE_LOW = 0xdc00, SURROGATE_BITS = 10 };

static void append_surrogates(struct buf *out, unsigned codepoint)
{
	unsigned rest = codepoint - (PLANE_MAX + 1);
	buf_printf(out, "\\u%04x\\u%04x", SURROGATE_HIGH + (rest >> SURROGATE_BITS),
		   SURROGATE_LOW + (rest & ((1u << SURROGATE_BITS) - 1)));
}

static void append_long(struct buf *out, unsigned codepoint)
{
	buf_printf(out, "\\U%08x", codepoint);
}

/* `marks`: those that have a meaning inside of a string, and get a backslash. */
static void append_characters(struct buf *out, const char *text, const char *marks,
			      void (*append_beyond)(struct buf *out, unsigned codepoint))
{
	size_t len = strlen(text);
	for (size_t at = 0; at < len;) {
		int32_t codepoint;
		size_t used = text_decode(text + at, len - at, &codepoint);
		if (codepoint < 0)
			buf_append_str(out, "\xEF\xBF\xBD");
		else if (codepoint < 0x80 && strchr(marks, codepoint))
			buf_printf(out, "\\%c", (char)codepoint);
		else if (!text_is_unsafe(codepoint))
			buf_append(out, text + at, used);
		else if (codepoint > PLANE_MAX)
			append_beyond(out, (unsigned)codepoint);
		else
			buf_printf(out, "\\u%04x", (unsigned)codepoint);
		at += used;
	}
}

void json_write_string(struct buf *out, const char *text)
{
	buf_append_char(out, '"');
	append_characters(out, text, "\"\\", append_surrogates);
	buf_append_char(out, '"');
}

void json_write_yaml_string(struct buf *out, const char *text)
{
	buf_append_char(out, '"');
	append_characters(out, text, "\"\\", append_long);
	buf_append_char(out, '"');
}

void json_write_escaped(struct buf *out, const char *text)
{
	append_characters(out, text, "", append_surrogates);
}
