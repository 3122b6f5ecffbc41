/* From bytes to records, without a tree: one object, a list or a watch, in JSON or in Kubernetes' protobuf, by the
 * field tables of kube_kinds.c. A stream takes any cut of the bytes; its memory is bounded by the largest object
 * (KUBE_OBJECT_MAX).
 *
 * Both decoders treat their input as hostile: wrong types, truncation, deep nesting and sizes beyond the caps are
 * ERR_PARSE or ERR_LIMIT, with the place. Strings that are kept are cut at KUBE_STRING_MAX bytes, at a character; an
 * empty string is absent; NUL inside a string becomes U+FFFD. Facts: k8s.io/api generated.proto, apimachinery
 * runtime.Unknown (magic "k8s\0"), meta/v1 WatchEvent in frames of four bytes big-endian length. */
#ifndef MQDECK_KUBE_RECORDS_RECORD_DECODE_H
#define MQDECK_KUBE_RECORDS_RECORD_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/err.h"
#include "api/base/mem.h"
#include "api/kube/records/kube_kinds.h"

enum {
	KUBE_OBJECT_MAX = 32 * 1024 * 1024, /* bytes of one object on the wire */
	KUBE_STRING_MAX = 32 * 1024,        /* bytes kept of one string */
	KUBE_SECRET_MAX = 1024 * 1024,      /* … of one value of a Secret */
	KUBE_ITEMS_MAX = 16384,             /* elements of one array in one record */
	KUBE_DEPTH_MAX = 128,               /* nesting, of YAML */
};

/* One owner more: records do not change, so whoever needs one for longer shares it. Each owner frees it. */
void *kube_record_share(const void *record);
void kube_record_free(void *record);         /* any record; NULL is fine */
void kube_record_free_secret(void *record);  /* overwrites first */
size_t kube_record_size(const void *record); /* bytes of its one allocation */

/* One object; protobuf is recognised by its magic. The result is a `struct kube_pod *` and so on: free it with
 * kube_record_free (secrets with kube_record_free_secret). */
void *kube_decode(enum kube_kind kind, const char *bytes, size_t len, struct err *err) MUST_USE;

enum kube_event_type { KUBE_LISTED, KUBE_ADDED, KUBE_MODIFIED, KUBE_DELETED, KUBE_BOOKMARK, KUBE_ERROR };

struct kube_stream_options {
	enum kube_kind kind;
	bool watch;    /* a watch's events, else a list */
	bool protobuf; /* by the answer's Content-Type */
	/* The record is the callee's from then on. Not called for KUBE_ERROR. False stops feeding (no error set). */
	bool (*on_record)(void *data, enum kube_event_type type, void *record);
	/* The ERROR event of a watch, or a Status where a list should be: status is borrowed. False stops feeding. */
	bool (*on_error)(void *data, const struct kube_status *status);
	void *data;
};

struct kube_stream;

struct kube_stream *kube_stream_create(const struct kube_stream_options *options);
void kube_stream_destroy(struct kube_stream *stream); /* NULL is fine */
/* False with err set when the bytes are wrong, without when a callback said stop. Nothing may be fed after that. */
bool kube_stream_feed(struct kube_stream *stream, const char *bytes, size_t len, struct err *err) MUST_USE;
/* A list that ended before its last brace is an error; a watch may end anywhere (the partial event is dropped). */
bool kube_stream_end(struct kube_stream *stream, struct err *err) MUST_USE;
/* Of a list, after the end: "" when absent. */
const char *kube_stream_resource_version(const struct kube_stream *stream);
const char *kube_stream_continue(const struct kube_stream *stream);

DEFINE_CLEANUP(struct kube_stream *, kube_stream_destroy);

/* JSON or protobuf by what the bytes are. NULL when it is no Status. Free with kube_record_free. */
struct kube_status *kube_status_parse(const char *body, size_t len) MUST_USE;

#endif
