/* A tiny protobuf writer for tests: messages are written from the inside out into bufs. */
#ifndef MQDECK_TESTS_KUBE_WIRE_H
#define MQDECK_TESTS_KUBE_WIRE_H

#include <string.h>

#include "api/base/buf.h"

static inline void wire_varint(struct buf *out, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		buf_append_char(out, (char)(value | 0x80));
	buf_append_char(out, (char)value);
}

static inline void wire_int(struct buf *out, unsigned field, int64_t value)
{
	wire_varint(out, field << 3);
	wire_varint(out, (uint64_t)value);
}

static inline void wire_bytes(struct buf *out, unsigned field, const void *bytes, size_t len)
{
	wire_varint(out, field << 3 | 2);
	wire_varint(out, len);
	buf_append(out, bytes, len);
}

static inline void wire_text(struct buf *out, unsigned field, const char *text)
{
	wire_bytes(out, field, text, strlen(text));
}

/* Appends `inner` as a message and empties it. */
static inline void wire_message(struct buf *out, unsigned field, struct buf *inner)
{
	wire_bytes(out, field, buf_str(inner), inner->len);
	buf_finish(inner);
}

static inline void wire_pair(struct buf *out, unsigned field, const char *key, const char *value)
{
	struct buf entry = BUF_INIT(1 << 20);
	wire_text(&entry, 1, key);
	wire_text(&entry, 2, value);
	wire_message(out, field, &entry);
}

/* map<string, Quantity> */
static inline void wire_quantity(struct buf *out, unsigned field, const char *key, const char *quantity)
{
	struct buf entry = BUF_INIT(1 << 20), value = BUF_INIT(1 << 20);
	wire_text(&value, 1, quantity);
	wire_text(&entry, 1, key);
	wire_message(&entry, 2, &value);
	wire_message(out, field, &entry);
}

static inline void wire_time(struct buf *out, unsigned field, int64_t seconds)
{
	struct buf time = BUF_INIT(64);
	wire_int(&time, 1, seconds);
	wire_int(&time, 2, 0);
	wire_message(out, field, &time);
}

/* The envelope of an answer: magic, TypeMeta, raw. Empties raw. */
static inline void wire_unknown(struct buf *out, const char *kind, struct buf *raw)
{
	struct buf type = BUF_INIT(1024);
	buf_append(out, "k8s\0", 4);
	wire_text(&type, 1, "v1");
	wire_text(&type, 2, kind);
	wire_message(out, 1, &type);
	wire_message(out, 2, raw);
	wire_text(out, 3, "");
	wire_text(out, 4, "");
}

/* A frame of a watch. Empties raw. */
static inline void wire_event(struct buf *out, const char *type, const char *kind, struct buf *raw)
{
	struct buf unknown = BUF_INIT(64 << 20), object = BUF_INIT(64 << 20), event = BUF_INIT(64 << 20);
	wire_unknown(&unknown, kind, raw);
	wire_message(&object, 1, &unknown);
	wire_text(&event, 1, type);
	wire_message(&event, 2, &object);
	char head[4] = {(char)(event.len >> 24), (char)(event.len >> 16), (char)(event.len >> 8), (char)event.len};
	buf_append(out, head, 4);
	buf_append(out, buf_str(&event), event.len);
	buf_finish(&event);
}

#endif
