/* Untrusted text made safe, and how wide text is on a terminal. Width and classes come from utf8proc, so that
 * screens and golden files do not depend on the C library. */
#ifndef MQDECK_BASE_TEXT_H
#define MQDECK_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes one code point; returns its length in bytes (1..4), or 0 at len 0. Invalid bytes give -1 in *codepoint and
 * length 1. */
size_t text_decode(const char *bytes, size_t len, int32_t *codepoint);

/* 0, 1 or 2 columns. Control and unassigned code points count as they would be shown by text_clean: never here. */
int text_codepoint_width(int32_t codepoint);

/* True for what must never reach a terminal as it is: C0, DEL, C1, bidi controls, zero-width characters, line and
 * paragraph separators, invalid bytes (-1), surrogates, private use and unassigned code points. */
bool text_is_unsafe(int32_t codepoint);

/* Copies len bytes with everything unsafe written as a visible escape: \e for ESC, \n \r \t, \xHH for other controls
 * and invalid bytes, \u{HEX} for the rest. Always terminates; cuts at a character or escape boundary when out is
 * full. Returns the bytes written without the NUL. */
size_t text_clean(const char *bytes, size_t len, char *out, size_t size);
char *text_clean_dup(const char *text); /* free() it; NULL gives NULL; capped at 64 KiB of output */

size_t text_width(const char *text); /* columns of already clean text */

/* The longest prefix of clean text that fits in `columns`, in bytes. */
size_t text_fit(const char *text, size_t columns);

#endif
