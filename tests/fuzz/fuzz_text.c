/* Text of anybody's on its way to a terminal, to JSON and to YAML: nothing unsafe comes through, however it is cut. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/json_write.h"
#include "api/base/mem.h"
#include "api/base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold_safe(const char *text, size_t len)
{
	int32_t codepoint;
	for (size_t at = 0, step; (step = text_decode(text + at, len - at, &codepoint)) > 0; at += step)
		if (text_is_unsafe(codepoint))
			abort();
}

static void fuzz_clean(const char *bytes, size_t len, size_t room)
{
	CLEANUP(free) char *out = mem_alloc(room);
	size_t written = text_clean(bytes, len, out, room);
	if (written >= room || out[written] || strlen(out) != written)
		abort();
	hold_safe(out, written);
	size_t fit = text_fit(out, room / 3);
	CLEANUP(free) char *shown = mem_strndup(out, fit);
	if (fit > written || text_width(shown) > room / 3)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	const char *bytes = (const char *)data + 1;
	fuzz_clean(bytes, size - 1, 1 + data[0] % 64);
	fuzz_clean(bytes, size - 1, 8 * size + 1);
	json_write_fn *const writers[] = {json_write_string, json_write_yaml_string, json_write_escaped};
	CLEANUP(free) char *text = mem_strndup(bytes, size - 1);
	for (size_t i = 0; i < ARRAY_LEN(writers); i++) {
		struct buf out = BUF_INIT(16 * size + 64);
		writers[i](&out, text);
		hold_safe(buf_str(&out), out.len);
		buf_finish(&out);
	}
	return 0;
}
