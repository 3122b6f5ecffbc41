/* What the two fuzz targets of the decoders share. */
#ifndef MQDECK_FUZZ_KUBE_H
#define MQDECK_FUZZ_KUBE_H

#include "api/kube/records/record_decode.h"

static bool fuzz_take(void *data, enum kube_event_type type, void *record)
{
	kube_record_free_secret(record);
	return true;
}

static bool fuzz_take_error(void *data, const struct kube_status *status)
{
	return true;
}

static int fuzz_kube_stream(const uint8_t *data, size_t size, bool protobuf)
{
	if (size < 2)
		return 0;
	enum kube_kind kind = (enum kube_kind)(data[0] / 2 % KUBE_KIND_COUNT);
	size_t piece = data[1] ? data[1] : size;
	const char *bytes = (const char *)data + 2;
	size -= 2;
	kube_record_free(kube_decode(kind, bytes, size, NULL));
	CLEANUP(kube_stream_destroy)
	struct kube_stream *stream = kube_stream_create(&(struct kube_stream_options){.kind = kind,
										      .watch = data[0] & 1,
										      .protobuf = protobuf,
										      .on_record = fuzz_take,
										      .on_error = fuzz_take_error});
	for (size_t at = 0; at < size; at += piece)
		if (!kube_stream_feed(stream, bytes + at, size - at < piece ? size - at : piece, NULL))
			return 0;
	(void)!kube_stream_end(stream, NULL);
	return 0;
}

#endif
