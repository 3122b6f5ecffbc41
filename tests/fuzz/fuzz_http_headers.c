/* Lines of HTTP headers: those of a server, and those that somebody's configuration would have us send. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/base/mem.h"
#include "api/net/http.h"
#include "api/net/http_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_answer(const char *line, size_t len)
{
	static const char *const names[] = {"Retry-After", "Content-Type", "Location"};
	struct clock clock = clock_virtual(1767323045000);
	size_t value_len = 0;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = http_header_value(line, len, names[i], &value_len);
		if (value && (value < line || value + value_len > line + len))
			abort();
		if (value && http_retry_after_ms(value, value_len, &clock) < -1)
			abort();
	}
	if (http_retry_after_ms(line, len, &clock) < -1)
		abort();
}

/* What may be sent is one line with a name, and says the same in libcurl's words. */
static void fuzz_request(const char *line)
{
	if (!http_check_header(line, NULL))
		return;
	CLEANUP(free) char *written = http_header_for_libcurl(line);
	size_t name = strcspn(line, ":");
	if (strpbrk(line, "\r\n\x7f") || name == 0 || strncmp(written, line, name) != 0)
		abort();
	if (written[name] != ';' && strcmp(written, line) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(free) char *line = mem_strndup((const char *)data, size);
	CLEANUP(free) char *exact = mem_alloc(size + 1); /* without an end to run into */
	memcpy(exact, data, size);
	exact = mem_resize(exact, size ? size : 1, 1);
	fuzz_answer(exact, size);
	fuzz_request(line);
	return 0;
}
