/* The outer structure of lists and watches in JSON, byte by byte, down to where one object begins and ends. */
#include <string.h>

#include "api/kube/records/record_stream.h"

/* A list is read as it comes: its own members one by one, each item the moment its last brace is in. */
enum kube_stream_place {
	PLACE_OPEN,
	PLACE_KEY_OR_END,
	PLACE_KEY,
	PLACE_COLON,
	PLACE_VALUE_START,
	PLACE_VALUE,
	PLACE_COMMA_OR_END,
	PLACE_ITEM_OR_END,
	PLACE_ITEM,
	PLACE_ITEM_COMMA_OR_END,
	PLACE_DONE,
};

static bool stream_json_is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static bool is_scanned(unsigned place)
{
	return place == PLACE_KEY || place == PLACE_VALUE || place == PLACE_ITEM;
}

static void begin_scan(struct kube_stream *stream, enum kube_stream_place place)
{
	stream->place = place;
	stream->scan = (struct json_scan){0};
	buf_clear(&stream->pending);
}

static bool wrong_place(struct err *err, char c)
{
	return err_set(err, ERR_PARSE, "invalid JSON from the server: unexpected byte 0x%02x in a list",
		       (unsigned char)c);
}

/* One byte of the list's own structure; *taken = 0 when it belongs to the value that begins with it. */
static bool stream_json_structure(struct kube_stream *stream, char c, size_t *taken, struct err *err)
{
	static const struct {
		unsigned place;
		char byte;
		unsigned next;
	} steps[] = {
		{PLACE_OPEN, '{', PLACE_KEY_OR_END},
		{PLACE_KEY_OR_END, '}', PLACE_DONE},
		{PLACE_COLON, ':', PLACE_VALUE_START},
		{PLACE_COMMA_OR_END, ',', PLACE_KEY_OR_END},
		{PLACE_COMMA_OR_END, '}', PLACE_DONE},
		{PLACE_ITEM_OR_END, ']', PLACE_COMMA_OR_END},
		{PLACE_ITEM_COMMA_OR_END, ',', PLACE_ITEM_OR_END},
		{PLACE_ITEM_COMMA_OR_END, ']', PLACE_COMMA_OR_END},
	};
	*taken = 1;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		if (steps[i].place != stream->place || steps[i].byte != c)
			continue;
		stream->place = steps[i].next;
		stream->whole = stream->place == PLACE_DONE;
		return true;
	}
	if (stream->place == PLACE_VALUE_START && c == '[' && strcmp(stream->key, "items") == 0) {
		stream->place = PLACE_ITEM_OR_END;
		return true;
	}
	*taken = 0;
	if (stream->place == PLACE_KEY_OR_END && c == '"')
		begin_scan(stream, PLACE_KEY);
	else if (stream->place == PLACE_VALUE_START)
		begin_scan(stream, PLACE_VALUE);
	else if (stream->place == PLACE_ITEM_OR_END && c == '{')
		begin_scan(stream, PLACE_ITEM);
	else
		return wrong_place(err, c);
	return true;
}

static bool stream_json_member(struct kube_stream *stream, const char *bytes, size_t len, struct err *err)
{
	struct json_reader json = {.start = bytes, .at = bytes, .end = bytes + len, .err = err};
	struct json_text text;
	if (strcmp(stream->key, "metadata") == 0)
		return kube_stream_list_meta(stream, bytes, len, err);
	if (strcmp(stream->key, "kind") == 0)
		return json_read_text(&json, &text) && kube_stream_list_kind(stream, text.bytes, text.len, err);
	return true;
}

static bool stream_json_scanned(struct kube_stream *stream, const char *bytes, size_t len, struct err *err)
{
	bool is_key = stream->place == PLACE_KEY;
	if (stream->place == PLACE_ITEM) {
		stream->place = PLACE_ITEM_COMMA_OR_END;
		return kube_stream_object(stream, KUBE_LISTED, bytes, len, err);
	}
	stream->place = is_key ? PLACE_COLON : PLACE_COMMA_OR_END;
	if (!is_key)
		return stream_json_member(stream, bytes, len, err);
	size_t inside = len - 2 < sizeof stream->key ? len - 2 : 0;
	memcpy(stream->key, bytes + 1, inside);
	stream->key[inside] = '\0';
	return true;
}

/* A piece of a value: handed on in place when it is whole, else kept. *taken = bytes used. */
static bool stream_json_piece(struct kube_stream *stream, const char *bytes, size_t len, size_t *taken,
			      bool (*whole)(struct kube_stream *, const char *, size_t, struct err *), struct err *err)
{
	bool done;
	*taken = json_scan(&stream->scan, bytes, len, &done);
	if (stream->scan.depth > JSON_DEPTH_MAX)
		return err_set(err, ERR_LIMIT, "the server's JSON is nested more than %d levels deep", JSON_DEPTH_MAX);
	if (done && stream->pending.len == 0)
		return whole(stream, bytes, *taken, err);
	if (!kube_stream_keep(stream, bytes, *taken, err))
		return false;
	return !done || whole(stream, stream->pending.data, stream->pending.len, err);
}

bool kube_stream_feed_json_list(struct kube_stream *stream, const char *bytes, size_t len, struct err *err)
{
	while (len > 0) {
		size_t taken = 1;
		bool good = true;
		if (is_scanned(stream->place))
			good = stream_json_piece(stream, bytes, len, &taken, stream_json_scanned, err);
		else if (!stream_json_is_space(*bytes))
			good = stream_json_structure(stream, *bytes, &taken, err);
		if (!good)
			return false;
		bytes += taken;
		len -= taken;
	}
	return true;
}

/* ---- watch: one document after the other ---- */

static bool stream_json_event(struct kube_stream *stream, const char *bytes, size_t len, struct err *err)
{
	struct json_reader json = {.start = bytes, .at = bytes, .end = bytes + len, .err = err};
	struct json_walk walk = {.first = true};
	struct json_text key, type = {.bytes = ""};
	const char *object = NULL, *object_end = NULL;
	stream->place = PLACE_OPEN;
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

bool kube_stream_feed_json_watch(struct kube_stream *stream, const char *bytes, size_t len, struct err *err)
{
	while (len > 0) {
		size_t taken = 1;
		if (stream->place == PLACE_OPEN && !stream_json_is_space(*bytes))
			begin_scan(stream, PLACE_ITEM);
		if (stream->place == PLACE_ITEM &&
		    !stream_json_piece(stream, bytes, len, &taken, stream_json_event, err))
			return false;
		bytes += taken;
		len -= taken;
	}
	return true;
}
