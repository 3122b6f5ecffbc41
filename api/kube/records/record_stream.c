/* Lists and watches in either encoding come in here in pieces and leave as records, one at a time. A list is never held
 * as a whole; memory is bounded by the largest object. */
#include "api/kube/records/record_stream.h"

#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"

struct kube_stream *kube_stream_create(const struct kube_stream_options *options)
{
	struct kube_stream *stream = mem_alloc(sizeof *stream);
	stream->options = *options;
	stream->info = kube_kind_info(options->kind);
	stream->pending = stream->list.pieces.pending = BUF_INIT(KUBE_OBJECT_MAX);
	kube_stream_begin_json_list(stream);
	return stream;
}

void kube_stream_destroy(struct kube_stream *stream)
{
	if (!stream)
		return;
	if (stream->options.kind == KUBE_SECRETS) {
		buf_finish_secret(&stream->pending);
		buf_finish_secret(&stream->list.pieces.pending);
	}
	buf_finish(&stream->pending);
	buf_finish(&stream->list.pieces.pending);
	kube_build_finish(&stream->build);
	free(stream->resource_version);
	free(stream->continue_token);
	free(stream);
}

static bool feed_json_list(struct kube_stream *stream, const char *bytes, size_t len, struct err *err)
{
	return json_list_feed(&stream->list, bytes, len, err);
}

bool kube_stream_feed(struct kube_stream *stream, const char *bytes, size_t len, struct err *err)
{
	bool (*take_bytes)(struct kube_stream *, const char *, size_t, struct err *) =
		stream->options.protobuf
			? (stream->options.watch ? kube_stream_feed_protobuf_watch : kube_stream_feed_protobuf_list)
			: (stream->options.watch ? kube_stream_feed_json_watch : feed_json_list);
	struct err local = {0};
	if (take_bytes(stream, bytes, len, &local))
		return true;
	if (err_is_set(&local))
		err_set(err, local.code, "%s: %s", stream->info->resource, local.text);
	return false;
}

bool kube_stream_end(struct kube_stream *stream, struct err *err)
{
	if (stream->options.watch)
		return true;
	if (stream->options.protobuf ? !kube_stream_protobuf_list_is_whole(stream) : !stream->list.whole)
		return err_set(err, ERR_PARSE, "%s: the server's list was cut short: its end is missing",
			       stream->info->resource);
	return stream->has_kind ||
	       err_set(err, ERR_PARSE, "%s: the server's response has no kind: it is no list of the Kubernetes API",
		       stream->info->resource);
}

const char *kube_stream_resource_version(const struct kube_stream *stream)
{
	return str_or(stream->resource_version, "");
}

const char *kube_stream_continue(const struct kube_stream *stream)
{
	return str_or(stream->continue_token, "");
}
