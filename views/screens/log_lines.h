/* Lines of several logs brought into one order: that of the timestamps which the kubelet puts before each. */
#ifndef MQDECK_VIEWS_SCREENS_LOG_LINES_H
#define MQDECK_VIEWS_SCREENS_LOG_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "api/base/loop.h"
#include "api/base/mem.h"

struct log_lines;

enum { LOG_LINES_STAMP_MAX = 40 };

/* Length of the timestamp that a line begins with and the space after it, 0 when there is none. *at_ms: Unix ms, -1. */
size_t log_lines_stamp(const char *line, size_t len, int64_t *at_ms);

typedef void log_lines_fn(void *data, size_t source, const char *line, size_t len);

/* fn is called from the loop, shortly after the lines came. */
struct log_lines *log_lines_create(struct loop *loop, log_lines_fn *fn, void *data);
void log_lines_destroy(struct log_lines *lines); /* NULL is fine; what is held back is gone */
/* Holds a line back until the other logs had time to say what came before it. A line without a timestamp (at_ms -1)
 * stays behind the one of the same source before it. */
void log_lines_add(struct log_lines *lines, size_t source, int64_t at_ms, const char *line, size_t len);
void log_lines_flush(struct log_lines *lines);
void log_lines_clear(struct log_lines *lines);

#endif
