/* Integers, varints, and lengths in their old and their compact form. A reader that fails stays failed, so that callers
 * check once at the end. */
#include "api/kafka/wire/primitives.h"

#include <string.h>

enum { VARINT_MAX_BYTES = 5 };

size_t kafka_read_left(const struct kafka_reader *reader)
{
	return (size_t)(reader->end - reader->at);
}

void kafka_read_fail(struct kafka_reader *reader, const char *problem)
{
	if (reader->failed)
		return;
	reader->failed = true;
	reader->problem = problem;
	reader->at = reader->end;
}

const uint8_t *kafka_read_raw(struct kafka_reader *reader, size_t len)
{
	if (reader->failed || kafka_read_left(reader) < len) {
		kafka_read_fail(reader, "it is truncated");
		return NULL;
	}
	const uint8_t *bytes = reader->at;
	reader->at += len;
	return bytes;
}

int64_t kafka_read_int(struct kafka_reader *reader, size_t bytes)
{
	const uint8_t *raw = kafka_read_raw(reader, bytes);
	if (!raw)
		return 0;
	uint64_t value = raw[0] & 0x80 ? UINT64_MAX : 0;
	for (size_t i = 0; i < bytes; i++)
		value = value << 8 | raw[i];
	return (int64_t)value;
}

uint32_t kafka_read_varint(struct kafka_reader *reader)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < VARINT_MAX_BYTES; i++) {
		const uint8_t *byte = kafka_read_raw(reader, 1);
		if (!byte)
			return 0;
		value |= (uint64_t)(*byte & 0x7f) << (7 * i);
		if (!(*byte & 0x80)) {
			if (value > UINT32_MAX)
				break;
			return (uint32_t)value;
		}
	}
	kafka_read_fail(reader, "a variable-length number is too long");
	return 0;
}

void kafka_skip_tags(struct kafka_reader *reader)
{
	for (uint32_t count = kafka_read_varint(reader); count > 0 && !reader->failed; count--) {
		kafka_read_varint(reader);
		kafka_read_raw(reader, kafka_read_varint(reader));
	}
}

int32_t kafka_read_len(struct kafka_reader *reader, bool compact, size_t bytes, size_t element_min)
{
	int64_t len = compact ? (int64_t)kafka_read_varint(reader) - 1 : kafka_read_int(reader, bytes);
	if (reader->failed)
		return 0;
	if (len < -1 || len > INT32_MAX) {
		kafka_read_fail(reader, "a length is negative");
		return 0;
	}
	if (len > 0 && (uint64_t)len > kafka_read_left(reader) / element_min) {
		kafka_read_fail(reader, "a length exceeds the remaining bytes");
		return 0;
	}
	return (int32_t)len;
}

void kafka_write_int(struct buf *out, int64_t value, size_t bytes)
{
	uint8_t raw[8];
	for (size_t i = 0; i < bytes; i++)
		raw[i] = (uint8_t)((uint64_t)value >> (8 * (bytes - 1 - i)));
	buf_append(out, raw, bytes);
}

void kafka_write_varint(struct buf *out, uint32_t value)
{
	uint8_t raw[VARINT_MAX_BYTES];
	size_t len = 0;
	do {
		raw[len] = (uint8_t)(value & 0x7f);
		value >>= 7;
		if (value)
			raw[len] |= 0x80;
		len++;
	} while (value);
	buf_append(out, raw, len);
}

void kafka_write_len(struct buf *out, bool compact, size_t bytes, int32_t len)
{
	if (compact)
		kafka_write_varint(out, (uint32_t)(len + 1));
	else
		kafka_write_int(out, len, bytes);
}

void kafka_write_string(struct buf *out, bool compact, const char *text)
{
	size_t len = text ? strlen(text) : 0;
	/* The old form cannot say more: a buffer that overflows tells the encoder. */
	if (len > INT16_MAX) {
		out->overflow = true;
		return;
	}
	kafka_write_len(out, compact, 2, text ? (int32_t)len : -1);
	if (len)
		buf_append(out, text, len);
}

void kafka_patch_int32(struct buf *out, size_t at, int32_t value)
{
	for (size_t i = 0; i < 4; i++)
		out->data[at + i] = (char)((uint32_t)value >> (8 * (3 - i)));
}
