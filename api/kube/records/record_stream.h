/* Inside a stream: record_stream.c hands bytes to stream_json.c, stream_protobuf.c or the list of JSON (json_list.h), and these whole
 * objects to stream_objects.c. Private to the decoders. */
#ifndef MQDECK_KUBE_RECORDS_RECORD_STREAM_H
#define MQDECK_KUBE_RECORDS_RECORD_STREAM_H

#include "api/base/buf.h"
#include "api/base/json_list.h"
#include "api/kube/records/field_table.h"
#include "api/kube/records/record_decode.h"

struct kube_stream {
	struct kube_stream_options options;
	const struct kube_kind_info *info;
	struct kube_build build;
	char *resource_version, *continue_token;
	bool has_kind; /* it was said what it is a list of */

	/* JSON */
	struct json_list list; /* its pieces are those of a watch as well */
	bool in_event;

	/* protobuf */
	struct buf pending; /* the object or frame that came in pieces */
	unsigned state;
	bool in_raw, raw_seen;
	uint64_t varint, left, raw_left;
	unsigned shift, head_len, number, wire;
};

/* ---- stream_objects.c ---- */
/* Each gives false with err for wrong bytes, without when the callback said stop. */
bool kube_stream_object(struct kube_stream *stream, enum kube_event_type type, const char *bytes, size_t len,
			struct err *err) MUST_USE;
bool kube_stream_event(struct kube_stream *stream, const char *type, size_t type_len, const char *bytes, size_t len,
		       struct err *err) MUST_USE;
bool kube_stream_list_meta(struct kube_stream *stream, const char *bytes, size_t len, struct err *err) MUST_USE;
bool kube_stream_list_kind(struct kube_stream *stream, const char *kind, size_t len, struct err *err) MUST_USE;
/* Keeps a piece; false with ERR_LIMIT beyond the cap. */
bool kube_stream_keep(struct kube_stream *stream, const char *bytes, size_t len, struct err *err) MUST_USE;

/* ---- stream_json.c, stream_protobuf.c ---- */
void kube_stream_begin_json_list(struct kube_stream *stream);
bool kube_stream_feed_json_watch(struct kube_stream *stream, const char *bytes, size_t len, struct err *err) MUST_USE;
bool kube_stream_feed_protobuf_list(struct kube_stream *stream, const char *bytes, size_t len,
				    struct err *err) MUST_USE;
bool kube_stream_feed_protobuf_watch(struct kube_stream *stream, const char *bytes, size_t len,
				     struct err *err) MUST_USE;
bool kube_stream_protobuf_list_is_whole(const struct kube_stream *stream);

#endif
