/* Lists and watches in JSON: a list's items and its own members, a watch's documents one after the other, each the moment its last
 * byte is in. */
#include <string.h>

#include "api/kube/records/record_stream.h"

static bool stream_json_on_member(void *data, const char *key, const struct json_value *value, struct err *err)
{
	struct kube_stream *stream = data;
	struct json_reader json = {
		.start = value->bytes, .at = value->bytes, .end = value->bytes + value->len, .err = err};
	struct json_text text;
	if (strcmp(key, "metadata") == 0)
		return kube_stream_list_meta(stream, value->bytes, value->len, err);
	if (strcmp(key, "kind") == 0)
		return json_read_text(&json, &text) && kube_stream_list_kind(stream, text.bytes, text.len, err);
	return true;
}

static bool stream_json_on_item(void *data, const struct json_value *value, struct err *err)
{
	return kube_stream_object(data, KUBE_LISTED, value->bytes, value->len, err);
}

void kube_stream_begin_json_list(struct kube_stream *stream)
{
	stream->list.hooks = (struct json_list_hooks){
		.on_member = stream_json_on_member, .on_item = stream_json_on_item, .data = stream};
}

/* ---- watch: one document after the other ---- */

static bool stream_json_event(struct kube_stream *stream, const struct json_value *value, struct err *err)
{
	struct json_reader json = {
		.start = value->bytes, .at = value->bytes, .end = value->bytes + value->len, .err = err};
	struct json_walk walk = {.first = true};
	struct json_text key, type = {.bytes = ""};
	const char *object = NULL, *object_end = NULL;
	stream->in_event = false;
	if (!json_take(&json, '{'))
		return json_wrong(&json, "a watch event");
	while (json_next_key(&json, &walk, &key)) {
		bool is_type = key.len == 4 && memcmp(key.bytes, "type", 4) == 0;
		const char *from = json.at;
		if (is_type ? !json_read_text(&json, &type) : !json_skip(&json))
			return false;
		if (key.len == 6 && memcmp(key.bytes, "object", 6) == 0) {
			object = from;
			object_end = json.at;
		}
	}
	if (walk.wrong)
		return false;
	if (!object)
		return json_wrong(&json, "an object in the watch event");
	return kube_stream_event(stream, type.bytes, type.len, object, (size_t)(object_end - object), err);
}

static bool stream_json_piece(struct kube_stream *stream, const char *bytes, size_t len, size_t *taken, struct err *err)
{
	struct json_value value;
	return json_pieces_take(&stream->list.pieces, bytes, len, taken, &value, err) &&
	       (!stream->list.pieces.whole || stream_json_event(stream, &value, err));
}

bool kube_stream_feed_json_watch(struct kube_stream *stream, const char *bytes, size_t len, struct err *err)
{
	while (len > 0) {
		size_t taken = 1;
		if (!stream->in_event && !json_is_space(*bytes)) {
			stream->in_event = true;
			json_pieces_begin(&stream->list.pieces);
		}
		if (stream->in_event && !stream_json_piece(stream, bytes, len, &taken, err))
			return false;
		bytes += taken;
		len -= taken;
	}
	return true;
}
