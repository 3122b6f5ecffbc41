/* The one place where text becomes a JSON string. What is written goes to servers, journals and scripts, so it is valid
 * UTF-8 whatever came in, and nothing in it can act on a terminal that shows it. */
#include "api/base/json_write.h"

#include <string.h>

#include "api/base/text.h"

void json_write_string(struct buf *out, const char *text)
{
	buf_append_char(out, '"');
	size_t len = strlen(text);
	for (size_t at = 0; at < len;) {
		int32_t codepoint;
		size_t used = text_decode(text + at, len - at, &codepoint);
		if (codepoint < 0)
			buf_append_str(out, "\xEF\xBF\xBD");
		else if (codepoint == '"' || codepoint == '\\')
			buf_printf(out, "\\%c", (char)codepoint);
		else if (codepoint < 0x20 || (codepoint >= 0x7f && codepoint < 0xa0))
			buf_printf(out, "\\u%04x", (unsigned)codepoint);
		else
			buf_append(out, text + at, used);
		at += used;
	}
	buf_append_char(out, '"');
}
