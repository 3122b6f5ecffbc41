/* Lines of several logs with any timestamps: each comes out once, and those of one log in their order. */
#include <stdlib.h>
#include <string.h>

#include "api/base/buf.h"
#include "views/screens/log_lines.h"

enum { SOURCES = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_logs {
	struct buf in[SOURCES], out[SOURCES];
};

static void on_line(void *data, size_t source, const char *line, size_t len)
{
	struct fuzz_logs *logs = data;
	buf_append(&logs->out[source], line, len);
	buf_append_char(&logs->out[source], '\n');
}

static void fuzz_line(struct log_lines *lines, struct fuzz_logs *logs, const char *line, size_t len)
{
	int64_t at_ms;
	size_t source = len ? (unsigned char)line[len - 1] % SOURCES : 0, stamp = log_lines_stamp(line, len, &at_ms);
	if (stamp > len || (stamp == 0) != (at_ms < 0))
		abort();
	log_lines_add(lines, source, at_ms, line + stamp, len - stamp);
	buf_append(&logs->in[source], line + stamp, len - stamp);
	buf_append_char(&logs->in[source], '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct loop *loop;
	static struct clock clock;
	struct fuzz_logs logs;
	if (!loop) {
		clock = clock_real();
		loop = loop_create(&clock);
	}
	for (size_t i = 0; i < SOURCES; i++)
		logs.in[i] = logs.out[i] = BUF_INIT(2 * size + 2);
	struct log_lines *lines = log_lines_create(loop, on_line, &logs);
	for (size_t at = 0; at < size;) {
		const uint8_t *end = memchr(data + at, '\n', size - at);
		size_t len = end ? (size_t)(end - data) - at : size - at;
		fuzz_line(lines, &logs, (const char *)data + at, len);
		at += len + 1;
	}
	log_lines_flush(lines);
	for (size_t i = 0; i < SOURCES; i++) {
		if (logs.in[i].len != logs.out[i].len ||
		    (logs.in[i].len && memcmp(logs.in[i].data, logs.out[i].data, logs.in[i].len) != 0))
			abort();
		buf_finish(&logs.in[i]);
		buf_finish(&logs.out[i]);
	}
	log_lines_destroy(lines);
	return 0;
}
