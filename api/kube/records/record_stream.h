/* Inside a stream: record_stream.c hands bytes to stream_json.c or stream_protobuf.c, and these whole objects to
 * stream_objects.c. Private to the decoders. */
#ifndef MQDECK_KUBE_RECORDS_RECORD_STREAM_H
#define MQDECK_KUBE_RECORDS_RECORD_STREAM_H

#include "api/base/buf.h"
#include "api/base/json_pull.h"
#include "api/kube/records/field_table.h"
#include "api/kube/records/record_decode.h"

enum { KUBE_KEY_MAX = 24 }; /* of a list's own members: longer ones are of no interest */

struct kube_stream {
	struct kube_stream_options options;
	const struct kube_kind_info *info;
	struct kube_build build;
	struct buf pending; /* the object, frame or key that came in pieces */
	char *resource_version, *continue_token;
	bool whole;    /* the list's last byte was seen */
	bool has_kind; /* so was what it is a list of */

	/* JSON */
	unsigned place;
	struct json_scan scan;
	char key[KUBE_KEY_MAX];

	/* protobuf */
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
bool kube_stream_feed_json_list(struct kube_stream *stream, const char *bytes, size_t len, struct err *err) MUST_USE;
bool kube_stream_feed_json_watch(struct kube_stream *stream, const char *bytes, size_t len, struct err *err) MUST_USE;
bool kube_stream_feed_protobuf_list(struct kube_stream *stream, const char *bytes, size_t len,
				    struct err *err) MUST_USE;
bool kube_stream_feed_protobuf_watch(struct kube_stream *stream, const char *bytes, size_t len,
				     struct err *err) MUST_USE;
bool kube_stream_protobuf_list_is_whole(const struct kube_stream *stream);

#endif
