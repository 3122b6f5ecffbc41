/* A growing byte buffer with a mandatory cap. The content is always followed by a NUL that does not count. */
#ifndef MQDECK_BASE_BUF_H
#define MQDECK_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/err.h"

struct buf {
	char *data; /* never NULL once something was appended; use buf_str() for a string */
	size_t len;
	size_t size; /* allocated */
	size_t max;  /* cap in bytes; appending beyond it fails and sets `overflow` */
	bool overflow;
};

/* `struct buf b = BUF_INIT(64 * 1024);` */
#define BUF_INIT(cap) ((struct buf){.max = (cap)})

void buf_init(struct buf *buf, size_t max);
void buf_finish(struct buf *buf); /* frees; the buffer can be used again */
void buf_finish_secret(struct buf *buf);
void buf_clear(struct buf *buf); /* len = 0, memory kept */

/* All appenders return false when the cap would be passed; the content then stays as it was and `overflow` is set, so a
 * writer may append many times and check once. */
bool buf_append(struct buf *buf, const void *bytes, size_t len);
bool buf_append_str(struct buf *buf, const char *text);
bool buf_append_char(struct buf *buf, char c);
bool buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
bool buf_vprintf(struct buf *buf, const char *format, va_list args);

/* Room for `len` bytes at the end; NULL beyond the cap. Follow with buf_commit(). */
void *buf_reserve(struct buf *buf, size_t len);
void buf_commit(struct buf *buf, size_t len);

void buf_consume(struct buf *buf, size_t len); /* drops the first len bytes */
bool buf_write(const struct buf *buf, int fd); /* all of it, to a file; false with errno */
const char *buf_str(const struct buf *buf);    /* "" when empty */
char *buf_take(struct buf *buf);               /* hands the string over: free() it; the buffer is empty after */

#endif
