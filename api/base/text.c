/* Which code points may reach a terminal, and what stands for the others. This is what keeps an escape sequence in a
 * queue's name from reaching the operator's terminal. */
#include "api/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "api/base/mem.h"

enum { CLEAN_DUP_MAX = 64 * 1024, ESCAPE_MAX = 16 };

size_t text_decode(const char *bytes, size_t len, int32_t *codepoint)
{
	if (len == 0)
		return 0;
	unsigned char first = (unsigned char)bytes[0];
	if (first < 0x80) {
		*codepoint = first;
		return 1;
	}
	utf8proc_int32_t decoded;
	utf8proc_ssize_t used =
		utf8proc_iterate((const utf8proc_uint8_t *)bytes, (utf8proc_ssize_t)(len > 4 ? 4 : len), &decoded);
	if (used <= 0) {
		*codepoint = -1;
		return 1;
	}
	*codepoint = decoded;
	return (size_t)used;
}

int text_codepoint_width(int32_t codepoint)
{
	if (codepoint >= 0x20 && codepoint < 0x7f)
		return 1;
	return utf8proc_charwidth(codepoint);
}

bool text_is_unsafe(int32_t codepoint)
{
	if (codepoint >= 0x20 && codepoint < 0x7f)
		return false;
	/* Variation selectors and the combining grapheme joiner draw nothing of their own, so two names could look
	 * alike. */
	if (codepoint < 0 || codepoint == 0x034f || (codepoint >= 0xfe00 && codepoint <= 0xfe0f))
		return true;
	switch (utf8proc_category(codepoint)) {
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return true;
	default:
		return false;
	}
}

static void text_escape(int32_t codepoint, unsigned char byte, char out[static ESCAPE_MAX])
{
	switch (codepoint) {
	case 0x1b:
		snprintf(out, ESCAPE_MAX, "\\e");
		return;
	case '\n':
		snprintf(out, ESCAPE_MAX, "\\n");
		return;
	case '\r':
		snprintf(out, ESCAPE_MAX, "\\r");
		return;
	case '\t':
		snprintf(out, ESCAPE_MAX, "\\t");
		return;
	default:
		if (codepoint < 0x80)
			snprintf(out, ESCAPE_MAX, "\\x%02X", byte);
		else
			snprintf(out, ESCAPE_MAX, "\\u{%X}", (unsigned)codepoint);
	}
}

size_t text_clean(const char *bytes, size_t len, char *out, size_t size)
{
	size_t written = 0;
	if (size == 0)
		return 0;
	for (size_t at = 0; at < len;) {
		int32_t codepoint;
		size_t used = text_decode(bytes + at, len - at, &codepoint);
		char escaped[ESCAPE_MAX];
		const char *piece = bytes + at;
		size_t piece_len = used;
		if (text_is_unsafe(codepoint)) {
			text_escape(codepoint, (unsigned char)bytes[at], escaped);
			piece = escaped;
			piece_len = strlen(escaped);
		}
		if (piece_len > size - 1 - written)
			break;
		memcpy(out + written, piece, piece_len);
		written += piece_len;
		at += used;
	}
	out[written] = '\0';
	return written;
}

char *text_clean_dup(const char *text)
{
	if (!text)
		return NULL;
	size_t len = strlen(text);
	size_t size = len < CLEAN_DUP_MAX / ESCAPE_MAX ? len * ESCAPE_MAX + 1 : CLEAN_DUP_MAX;
	char *out = mem_alloc(size);
	size_t written = text_clean(text, len, out, size);
	return mem_resize(out, written + 1, 1);
}

size_t text_width(const char *text)
{
	size_t columns = 0, len = strlen(text);
	for (size_t at = 0; at < len;) {
		int32_t codepoint;
		at += text_decode(text + at, len - at, &codepoint);
		columns += (size_t)text_codepoint_width(codepoint);
	}
	return columns;
}

size_t text_fit(const char *text, size_t columns)
{
	size_t taken = 0, at = 0, len = strlen(text);
	while (at < len) {
		int32_t codepoint;
		size_t used = text_decode(text + at, len - at, &codepoint);
		size_t width = (size_t)text_codepoint_width(codepoint);
		if (taken + width > columns)
			break;
		taken += width;
		at += used;
	}
	return at;
}
