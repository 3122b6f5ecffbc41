/* The outer structure of lists and watches in protobuf. The list's envelope announces its length in front, so it is
 * walked by hand instead of decoded. */
#include <string.h>

#include "api/kube/records/protobuf.h"
#include "api/kube/records/record_stream.h"

enum { FRAME_HEAD = 4, META_MAX = 64 * 1024 };
enum kube_stream_state { STATE_MAGIC, STATE_TAG, STATE_LENGTH, STATE_SKIP_VARINT, STATE_SKIP, STATE_COLLECT };

static bool stream_protobuf_wrong(struct err *err, const char *what)
{
	return err_set(err, ERR_PARSE, "invalid protobuf from the server: %s", what);
}

/* ---- list: "k8s\0", then Unknown{typeMeta=1, raw=2}, where raw is {metadata=1, items=2…} and never held as a whole
 * ---- */

static void stream_protobuf_begin(struct kube_stream *stream, enum kube_stream_state state)
{
	stream->state = state;
	stream->varint = 0;
	stream->shift = 0;
}

static bool stream_protobuf_collected(struct kube_stream *stream, const char *bytes, size_t len, struct err *err)
{
	stream_protobuf_begin(stream, STATE_TAG);
	if (stream->in_raw)
		return stream->number == 1 ? kube_stream_list_meta(stream, bytes, len, err)
					   : kube_stream_object(stream, KUBE_LISTED, bytes, len, err);
	const char *kind = "";
	size_t kind_len = 0;
	kube_protobuf_type_kind(bytes, len, &kind, &kind_len);
	return kube_stream_list_kind(stream, kind, kind_len, err);
}

/* The list itself: from here on tags are those of its members. */
static bool begin_raw(struct kube_stream *stream, uint64_t len, struct err *err)
{
	if (stream->raw_seen)
		return stream_protobuf_wrong(err, "two lists in one response");
	stream->in_raw = stream->raw_seen = true;
	stream->raw_left = len;
	stream_protobuf_begin(stream, STATE_TAG);
	return true;
}

static bool begin_body(struct kube_stream *stream, uint64_t len, struct err *err)
{
	if (stream->in_raw && len > stream->raw_left)
		return stream_protobuf_wrong(err, "an item is longer than its list");
	if (!stream->in_raw && stream->number == 2)
		return begin_raw(stream, len, err);
	bool is_item = stream->in_raw && stream->number == 2;
	bool wanted = is_item || stream->number == 1;
	if (wanted && len > (is_item ? KUBE_OBJECT_MAX : META_MAX))
		return err_set(err, ERR_LIMIT, "the server announced an object of %llu bytes, more than mqdeck accepts",
			       (unsigned long long)len);
	stream_protobuf_begin(stream, wanted ? STATE_COLLECT : len ? STATE_SKIP : STATE_TAG);
	buf_clear(&stream->pending);
	stream->left = len;
	return stream->state != STATE_COLLECT || len > 0 || stream_protobuf_collected(stream, "", 0, err);
}

static bool varint_done(struct kube_stream *stream, struct err *err)
{
	uint64_t value = stream->varint;
	if (stream->state == STATE_LENGTH)
		return begin_body(stream, value, err);
	if (stream->state == STATE_SKIP_VARINT) {
		stream_protobuf_begin(stream, STATE_TAG);
		return true;
	}
	stream->number = (unsigned)(value >> 3);
	stream->wire = value & 7;
	stream->left = stream->wire == KUBE_PROTOBUF_FIXED64 ? 8 : 4;
	switch (stream->wire) {
	case KUBE_PROTOBUF_VARINT:
		stream_protobuf_begin(stream, STATE_SKIP_VARINT);
		return true;
	case KUBE_PROTOBUF_BYTES:
		stream_protobuf_begin(stream, STATE_LENGTH);
		return true;
	case KUBE_PROTOBUF_FIXED64:
	case KUBE_PROTOBUF_FIXED32:
		stream_protobuf_begin(stream, STATE_SKIP);
		return true;
	default:
		return stream_protobuf_wrong(err, "a field of unknown wire type");
	}
}

static bool small_byte(struct kube_stream *stream, uint8_t byte, struct err *err)
{
	if (stream->state == STATE_MAGIC) {
		if (byte != (uint8_t)KUBE_PROTOBUF_MAGIC[stream->head_len++])
			return stream_protobuf_wrong(err, "the magic prefix is missing");
		if (stream->head_len == KUBE_PROTOBUF_MAGIC_LEN)
			stream_protobuf_begin(stream, STATE_TAG);
		return true;
	}
	if (stream->shift >= 64)
		return stream_protobuf_wrong(err, "an unterminated varint");
	stream->varint |= (uint64_t)(byte & 0x7f) << stream->shift;
	stream->shift += 7;
	return byte & 0x80 || varint_done(stream, err);
}

static bool body_bytes(struct kube_stream *stream, const char *bytes, size_t len, struct err *err)
{
	bool last = len == stream->left;
	stream->left -= len;
	if (stream->state == STATE_SKIP) {
		if (last)
			stream_protobuf_begin(stream, STATE_TAG);
		return true;
	}
	if (last && stream->pending.len == 0)
		return stream_protobuf_collected(stream, bytes, len, err);
	if (!kube_stream_keep(stream, bytes, len, err))
		return false;
	return !last || stream_protobuf_collected(stream, stream->pending.data, stream->pending.len, err);
}

bool kube_stream_feed_protobuf_list(struct kube_stream *stream, const char *bytes, size_t len, struct err *err)
{
	while (len > 0) {
		bool in_raw = stream->in_raw, in_body = stream->state == STATE_SKIP || stream->state == STATE_COLLECT;
		size_t taken = !in_body ? 1 : stream->left < len ? (size_t)stream->left : len;
		if (in_raw && stream->raw_left < taken)
			return stream_protobuf_wrong(err, "a field is longer than its list");
		if (in_raw)
			stream->raw_left -= taken;
		if (in_body ? !body_bytes(stream, bytes, taken, err) : !small_byte(stream, (uint8_t)*bytes, err))
			return false;
		if (stream->in_raw && stream->raw_left == 0 && stream->state == STATE_TAG && stream->shift == 0)
			stream->in_raw = false;
		bytes += taken;
		len -= taken;
	}
	return true;
}

bool kube_stream_protobuf_list_is_whole(const struct kube_stream *stream)
{
	return stream->raw_seen && !stream->in_raw && stream->state == STATE_TAG && stream->shift == 0;
}

/* ---- watch: frames of four bytes length, each a WatchEvent{type=1, object=2{raw=1}} ---- */

static bool inner_raw(const struct kube_protobuf_field *object, struct kube_protobuf_field *raw)
{
	const uint8_t *at = (const uint8_t *)object->bytes, *end = at + object->len;
	while (at < end) {
		struct kube_protobuf_field field;
		if (!kube_protobuf_next(&at, end, &field))
			return false;
		if (field.number == 1 && field.wire == KUBE_PROTOBUF_BYTES)
			*raw = field;
	}
	return true;
}

static bool stream_protobuf_frame(struct kube_stream *stream, const char *bytes, size_t len, struct err *err)
{
	struct kube_protobuf_field type = {.bytes = ""}, raw = {.bytes = ""};
	const uint8_t *at = (const uint8_t *)bytes, *end = at + len;
	stream->head_len = 0;
	while (at < end) {
		struct kube_protobuf_field field;
		if (!kube_protobuf_next(&at, end, &field))
			return stream_protobuf_wrong(err, "a watch event is truncated");
		if (field.wire != KUBE_PROTOBUF_BYTES)
			continue;
		if (field.number == 1)
			type = field;
		if (field.number == 2 && !inner_raw(&field, &raw))
			return stream_protobuf_wrong(err, "a watch event is truncated");
	}
	return kube_stream_event(stream, type.bytes, type.len, raw.bytes, raw.len, err);
}

static bool frame_head(struct kube_stream *stream, uint8_t byte, struct err *err)
{
	stream->left = stream->head_len == 0 ? byte : stream->left << 8 | byte;
	if (++stream->head_len < FRAME_HEAD)
		return true;
	buf_clear(&stream->pending);
	if (stream->left > KUBE_OBJECT_MAX)
		return err_set(
			err, ERR_LIMIT,
			"the server announced a watch event of %llu bytes, more than the %d MiB that mqdeck accepts",
			(unsigned long long)stream->left, KUBE_OBJECT_MAX >> 20);
	return stream->left > 0 || stream_protobuf_frame(stream, "", 0, err);
}

static bool frame_bytes(struct kube_stream *stream, const char *bytes, size_t len, struct err *err)
{
	bool last = len == stream->left;
	stream->left -= len;
	if (last && stream->pending.len == 0)
		return stream_protobuf_frame(stream, bytes, len, err);
	if (!kube_stream_keep(stream, bytes, len, err))
		return false;
	return !last || stream_protobuf_frame(stream, stream->pending.data, stream->pending.len, err);
}

bool kube_stream_feed_protobuf_watch(struct kube_stream *stream, const char *bytes, size_t len, struct err *err)
{
	while (len > 0) {
		bool in_head = stream->head_len < FRAME_HEAD;
		size_t taken = in_head ? 1 : stream->left < len ? (size_t)stream->left : len;
		if (in_head ? !frame_head(stream, (uint8_t)*bytes, err) : !frame_bytes(stream, bytes, taken, err))
			return false;
		bytes += taken;
		len -= taken;
	}
	return true;
}
