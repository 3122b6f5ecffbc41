/* What both encodings of a stream come down to: the bytes of one object become a record, an event, the list's own metadata
 * or an error; and objects that come alone. */
#include <stdlib.h>
#include <string.h>

#include "api/base/str.h"
#include "api/kube/records/protobuf.h"
#include "api/kube/records/record_stream.h"

bool kube_stream_keep(struct kube_stream *stream, const char *bytes, size_t len, struct err *err)
{
	return buf_append(&stream->pending, bytes, len) ||
	       err_set(err, ERR_LIMIT, "the server sent an object of more than %d MiB", KUBE_OBJECT_MAX >> 20);
}

static void *decode_into(struct kube_build *build, const struct kube_table *table, bool protobuf, const char *bytes,
			 size_t len, struct err *err)
{
	kube_build_reset(build);
	void *base = kube_build_begin(build, table);
	bool done = protobuf ? kube_protobuf_object(build, table, base, bytes, len, err)
			     : kube_json_object(build, table, base, bytes, len, err);
	if (done && table->finish)
		table->finish(base, &build->arena);
	return done ? base : NULL;
}

bool kube_stream_object(struct kube_stream *stream, enum kube_event_type type, const char *bytes, size_t len,
			struct err *err)
{
	const struct kube_table *table = stream->info->table;
	void *base = decode_into(&stream->build, table, stream->options.protobuf, bytes, len, err);
	return base && stream->options.on_record(stream->options.data, type, kube_build_pack(table, base));
}

static bool event_error(struct kube_stream *stream, const char *bytes, size_t len, struct err *err)
{
	void *base = decode_into(&stream->build, &kube_status_table, stream->options.protobuf, bytes, len, err);
	return base && stream->options.on_error(stream->options.data, base);
}

bool kube_stream_event(struct kube_stream *stream, const char *type, size_t type_len, const char *bytes, size_t len,
		       struct err *err)
{
	static const char *const names[] = {[KUBE_ADDED] = "ADDED",
					    [KUBE_MODIFIED] = "MODIFIED",
					    [KUBE_DELETED] = "DELETED",
					    [KUBE_BOOKMARK] = "BOOKMARK",
					    [KUBE_ERROR] = "ERROR"};
	struct kube_protobuf_unknown unknown = {.raw = bytes, .raw_len = len};
	if (stream->options.protobuf && !kube_protobuf_unwrap(bytes, len, &unknown))
		return err_set(err, ERR_PARSE, "the server's watch event contains no object");
	for (enum kube_event_type i = KUBE_ADDED; i <= KUBE_ERROR; i++) {
		if (strlen(names[i]) != type_len || memcmp(names[i], type, type_len) != 0)
			continue;
		return i == KUBE_ERROR ? event_error(stream, unknown.raw, unknown.raw_len, err)
				       : kube_stream_object(stream, i, unknown.raw, unknown.raw_len, err);
	}
	return err_set(err, ERR_PARSE, "the server's watch event is of unknown type %.*s",
		       type_len < 32 ? (int)type_len : 32, type);
}

bool kube_stream_list_meta(struct kube_stream *stream, const char *bytes, size_t len, struct err *err)
{
	const struct kube_list_meta *meta =
		decode_into(&stream->build, &kube_list_meta_table, stream->options.protobuf, bytes, len, err);
	if (!meta)
		return false;
	free(stream->resource_version);
	free(stream->continue_token);
	stream->resource_version = mem_strdup(meta->resource_version);
	stream->continue_token = mem_strdup(meta->continue_token);
	return true;
}

bool kube_stream_list_kind(struct kube_stream *stream, const char *kind, size_t len, struct err *err)
{
	stream->has_kind = true;
	if (len >= 4 && memcmp(kind + len - 4, "List", 4) == 0)
		return true;
	return err_set(err, ERR_PARSE, "the server sent a %.*s instead of a list", len < 64 ? (int)len : 64, kind);
}

/* ---- one object ---- */

static void *decode_table(const struct kube_table *table, const char *bytes, size_t len, struct err *err)
{
	struct kube_build build = {0};
	struct kube_protobuf_unknown unknown = {.raw = bytes, .raw_len = len};
	bool protobuf = kube_protobuf_unwrap(bytes, len, &unknown);
	if (!protobuf) {
		unknown.raw = bytes;
		unknown.raw_len = len;
	}
	const void *base = decode_into(&build, table, protobuf, unknown.raw, unknown.raw_len, err);
	void *record = base ? kube_build_pack(table, base) : NULL;
	kube_build_finish(&build);
	return record;
}

void *kube_decode(enum kube_kind kind, const char *bytes, size_t len, struct err *err)
{
	const struct kube_kind_info *info = kube_kind_info(kind);
	void *record = decode_table(info->table, bytes, len, err);
	if (!record)
		err_prefix(err, "%s", info->resource);
	return record;
}

struct kube_status *kube_status_parse(const char *body, size_t len)
{
	struct kube_status *status = decode_table(&kube_status_table, body, len, NULL);
	if (status && (str_eq(status->status, "Failure") || str_eq(status->status, "Success")))
		return status;
	kube_record_free(status);
	return NULL;
}
