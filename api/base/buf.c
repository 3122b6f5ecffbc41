/* The cap is checked in one place, buf_reserve(); every other way to append goes through it. An append that would
 * overflow changes nothing but the flag. */
#include "api/base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/base/mem.h"

enum { BUF_FIRST_SIZE = 64 };

void buf_init(struct buf *buf, size_t max)
{
	*buf = BUF_INIT(max);
}

void buf_finish(struct buf *buf)
{
	free(buf->data);
	*buf = BUF_INIT(buf->max);
}

void buf_finish_secret(struct buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->size);
	buf_finish(buf);
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
	buf->overflow = false;
	if (buf->data)
		buf->data[0] = '\0';
}

void *buf_reserve(struct buf *buf, size_t len)
{
	if (len > buf->max || buf->len > buf->max - len) {
		buf->overflow = true;
		return NULL;
	}
	size_t need = buf->len + len + 1;
	if (need > buf->size) {
		size_t size = buf->size ? buf->size : BUF_FIRST_SIZE;
		while (size < need)
			size *= 2;
		buf->data = mem_resize(buf->data, size, 1);
		buf->size = size;
	}
	return buf->data + buf->len;
}

void buf_commit(struct buf *buf, size_t len)
{
	buf->len += len;
	buf->data[buf->len] = '\0';
}

bool buf_append(struct buf *buf, const void *bytes, size_t len)
{
	void *room = buf_reserve(buf, len);
	if (!room)
		return false;
	if (len)
		memcpy(room, bytes, len);
	buf_commit(buf, len);
	return true;
}

bool buf_append_str(struct buf *buf, const char *text)
{
	return buf_append(buf, text, strlen(text));
}

bool buf_append_char(struct buf *buf, char c)
{
	return buf_append(buf, &c, 1);
}

bool buf_vprintf(struct buf *buf, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, args);
	bool ok = false;
	char *room = len < 0 ? NULL : buf_reserve(buf, (size_t)len);
	if (room) {
		vsnprintf(room, (size_t)len + 1, format, again);
		buf_commit(buf, (size_t)len);
		ok = true;
	}
	va_end(again);
	return ok;
}

bool buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	bool ok = buf_vprintf(buf, format, args);
	va_end(args);
	return ok;
}

void buf_consume(struct buf *buf, size_t len)
{
	if (len == 0)
		return;
	buf->len -= len;
	memmove(buf->data, buf->data + len, buf->len);
	buf->data[buf->len] = '\0';
}

bool buf_write(const struct buf *buf, int fd)
{
	for (size_t sent = 0; sent < buf->len;) {
		ssize_t put = write(fd, buf->data + sent, buf->len - sent);
		if (put < 0 && errno == EINTR)
			continue;
		if (put == 0)
			errno = ENOSPC;
		if (put <= 0)
			return false;
		sent += (size_t)put;
	}
	return true;
}

const char *buf_str(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}

char *buf_take(struct buf *buf)
{
	char *text = buf->data ? buf->data : mem_strdup("");
	*buf = BUF_INIT(buf->max);
	return text;
}
