/* Frames of RFC 6455, both directions and both roles, without I/O: fragmentation, control frames in between, masks, and
 * a cap on messages. */
#include <endian.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>

#include "api/base/str.h"
#include "api/net/websocket.h"

enum {
	FRAME_HEAD_MAX = 14,
	FRAME_CONTROL_MAX = 125,
	FRAME_LENGTH_16 = 126,
	FRAME_LENGTH_64 = 127,
	FEED_PIECE = 64 << 10, /* parsed at a time, so that the unparsed bytes stay bounded by one frame and this */
};

struct ws_frame {
	bool is_final, is_masked;
	enum ws_opcode opcode;
	unsigned char mask[4];
	size_t head_len;
	uint64_t len;
};

void ws_decoder_init(struct ws_decoder *decoder, size_t message_max, bool expect_masked)
{
	*decoder = (struct ws_decoder){.expect_masked = expect_masked};
	buf_init(&decoder->in, message_max + FRAME_HEAD_MAX + FEED_PIECE);
	buf_init(&decoder->message, message_max);
}

void ws_decoder_finish(struct ws_decoder *decoder)
{
	buf_finish(&decoder->in);
	buf_finish(&decoder->message);
}

/* 0 = more bytes are needed. */
static size_t read_head(struct ws_frame *frame, const unsigned char *bytes, size_t len)
{
	if (len < 2)
		return 0;
	unsigned short_len = bytes[1] & 0x7f;
	size_t extended = short_len == FRAME_LENGTH_64 ? 8 : short_len == FRAME_LENGTH_16 ? 2 : 0;
	*frame =
		(struct ws_frame){.is_final = bytes[0] & 0x80, .is_masked = bytes[1] & 0x80, .opcode = bytes[0] & 0x0f};
	frame->head_len = 2 + extended + (frame->is_masked ? 4 : 0);
	if (len < frame->head_len)
		return 0;
	frame->len = extended ? 0 : short_len;
	for (size_t i = 0; i < extended; i++)
		frame->len = frame->len << 8 | bytes[2 + i];
	if (frame->is_masked)
		memcpy(frame->mask, bytes + 2 + extended, 4);
	return frame->head_len;
}

static bool is_control(enum ws_opcode opcode)
{
	return opcode & 8;
}

static bool check_frame(const struct ws_decoder *decoder, const struct ws_frame *frame, unsigned char first,
			struct err *err)
{
	bool known = frame->opcode <= WS_BINARY || (frame->opcode >= WS_CLOSE && frame->opcode <= WS_PONG);
	if (first & 0x70 || !known)
		return err_set(err, ERR_PARSE, "WebSocket: unknown frame type (0x%02x)", first);
	if (frame->is_masked != decoder->expect_masked)
		return err_set(err, ERR_PARSE, "WebSocket: a frame is %smasked", frame->is_masked ? "" : "not ");
	if (is_control(frame->opcode)) {
		if (!frame->is_final || frame->len > FRAME_CONTROL_MAX)
			return err_set(err, ERR_PARSE, "WebSocket: a control frame is fragmented or too long");
		return true;
	}
	if ((frame->opcode == WS_CONTINUATION) != decoder->in_message)
		return err_set(err, ERR_PARSE, "WebSocket: message fragments out of order");
	if (frame->len > decoder->message.max - decoder->message.len)
		return err_set(err, ERR_LIMIT, "WebSocket: a message is larger than %zu KiB",
			       decoder->message.max >> 10);
	return true;
}

typedef bool frame_fn(void *data, enum ws_opcode opcode, const unsigned char *payload, size_t len);

static bool take_frame(struct ws_decoder *decoder, const struct ws_frame *frame, unsigned char *payload,
		       frame_fn *on_frame, void *data)
{
	size_t len = (size_t)frame->len;
	if (frame->is_masked) {
		for (size_t i = 0; i < len; i++)
			payload[i] ^= frame->mask[i & 3];
	}
	if (is_control(frame->opcode) || (frame->is_final && !decoder->in_message))
		return on_frame(data, frame->opcode, payload, len);
	if (!decoder->in_message)
		decoder->message_opcode = frame->opcode;
	decoder->in_message = !frame->is_final;
	buf_append(&decoder->message, payload, len);
	if (decoder->in_message)
		return true;
	bool go_on = on_frame(data, decoder->message_opcode, (const unsigned char *)buf_str(&decoder->message),
			      decoder->message.len);
	buf_clear(&decoder->message);
	return go_on;
}

/* Serves the whole frames in decoder->in. */
static bool ws_decode(struct ws_decoder *decoder, frame_fn *on_frame, void *data, struct err *err)
{
	size_t at = 0;
	bool ok = true;
	while (ok) {
		unsigned char *bytes = (unsigned char *)decoder->in.data + at;
		struct ws_frame frame;
		size_t left = decoder->in.len - at, head = left ? read_head(&frame, bytes, left) : 0;
		if (!head)
			break;
		if (!check_frame(decoder, &frame, bytes[0], err)) {
			ok = false;
			break;
		}
		if (left - head < frame.len)
			break;
		at += head + (size_t)frame.len;
		ok = take_frame(decoder, &frame, bytes + head, on_frame, data);
	}
	buf_consume(&decoder->in, at);
	return ok;
}

bool ws_decoder_feed(struct ws_decoder *decoder, const void *bytes, size_t len, frame_fn *on_frame, void *data,
		     struct err *err)
{
	const char *from = bytes;
	do {
		size_t piece = len < FEED_PIECE ? len : FEED_PIECE;
		if (!buf_append(&decoder->in, from, piece))
			return err_set(err, ERR_LIMIT, "WebSocket: more data than the reader accepts");
		from += piece;
		len -= piece;
		if (!ws_decode(decoder, on_frame, data, err)) {
			/* Whoever stopped it may go on later. */
			if (len > 0 && !buf_append(&decoder->in, from, len))
				return err_set(err, ERR_LIMIT, "WebSocket: more data than the reader accepts");
			return false;
		}
	} while (len > 0);
	return true;
}

static size_t write_head(unsigned char head[FRAME_HEAD_MAX], enum ws_opcode opcode, const unsigned char *mask,
			 uint64_t len)
{
	size_t at = 2;
	unsigned masked = mask ? 0x80 : 0;
	head[0] = (unsigned char)(0x80 | opcode);
	if (len <= FRAME_CONTROL_MAX) {
		head[1] = (unsigned char)(masked | len);
	} else if (len <= UINT16_MAX) {
		uint16_t big = htobe16((uint16_t)len);
		head[1] = (unsigned char)(masked | FRAME_LENGTH_16);
		memcpy(head + 2, &big, sizeof big);
		at += sizeof big;
	} else {
		uint64_t big = htobe64(len);
		head[1] = (unsigned char)(masked | FRAME_LENGTH_64);
		memcpy(head + 2, &big, sizeof big);
		at += sizeof big;
	}
	if (mask) {
		memcpy(head + at, mask, 4);
		at += 4;
	}
	return at;
}

bool ws_encode(struct buf *out, enum ws_opcode opcode, const unsigned char *mask, const void *head, size_t head_len,
	       const void *payload, size_t len)
{
	unsigned char frame_head[FRAME_HEAD_MAX];
	size_t frame_head_len = write_head(frame_head, opcode, mask, (uint64_t)head_len + len);
	if (!buf_reserve(out, frame_head_len + head_len + len))
		return false;
	buf_append(out, frame_head, frame_head_len);
	size_t start = out->len;
	buf_append(out, head, head_len);
	buf_append(out, payload, len);
	for (size_t i = start; mask && i < out->len; i++)
		out->data[i] ^= (char)mask[(i - start) & 3];
	return true;
}

void ws_accept_key(const char *key, char out[static 32])
{
	unsigned char digest[SHA_DIGEST_LENGTH];
	char text[128];
	int len = snprintf(text, sizeof text, "%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
	if ((size_t)len >= sizeof text)
		len = (int)sizeof text - 1;
	SHA1((const unsigned char *)text, (size_t)len, digest);
	EVP_EncodeBlock((unsigned char *)out, digest, sizeof digest);
}
