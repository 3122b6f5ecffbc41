/* How fast lists become records: 10,000 synthetic broker pods of about 7 KB JSON each (managedFields 38 % of it), as
 * JSON and as protobuf, fed in pieces of 64 KiB as libcurl brings them; and the bytes kept a pod. */
#include <stdio.h>
#include <stdlib.h>

#include "api/base/vec.h"
#include "api/kube/records/record_decode.h"
#include "tests/bench/figures.h"
#include "tests/bench/pods.h"
#include "tests/unit/kube/wire.h"

enum { PODS = 10000, PIECE = 64 * 1024, ROUNDS = 5 };

struct records {
	VEC(void *) all;
	size_t bytes;
};

static bool keep(void *data, enum kube_event_type type, void *record)
{
	struct records *records = data;
	records->bytes += kube_record_size(record);
	vec_push(&records->all, record);
	return true;
}

static int measure(const char *name, const struct buf *bytes, bool protobuf)
{
	double times[ROUNDS];
	size_t kept = 0;
	for (int round = 0; round < ROUNDS; round++) {
		struct err err = {0};
		struct records records = {0};
		double start = times_ms(CLOCK_PROCESS_CPUTIME_ID);
		struct kube_stream *stream = kube_stream_create(&(struct kube_stream_options){
			.kind = KUBE_PODS, .protobuf = protobuf, .on_record = keep, .data = &records});
		for (size_t at = 0; at < bytes->len; at += PIECE)
			if (!kube_stream_feed(stream, bytes->data + at,
					      bytes->len - at < PIECE ? bytes->len - at : PIECE, &err))
				return fprintf(stderr, "%s: %s\n", name, err.text), 1;
		times[round] = times_ms(CLOCK_PROCESS_CPUTIME_ID) - start;
		kept = records.bytes / records.all.len;
		kube_stream_destroy(stream);
		vec_each (&records.all, record)
			kube_record_free(*record);
		vec_finish(&records.all);
	}
	figure_print_times(times, ROUNDS, "%s/%d-pods", name, PODS);
	figure_print((double)bytes->len / 1e6, "MB", "%s/list", name);
	figure_print((double)bytes->len / 1e3 / times[0], "MB/s", "%s/best", name);
	figure_print((double)kept, "B", "%s/kept-a-pod", name);
	return 0;
}

int main(void)
{
	struct buf json = BUF_INIT(1u << 30), list = BUF_INIT(1u << 30), protobuf = BUF_INIT(1u << 30);
	buf_append_str(&json, "{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[");
	for (int i = 0; i < PODS; i++) {
		if (i)
			buf_append_char(&json, ',');
		pods_append_json(&json, i);
		pods_append_protobuf(&list, i);
	}
	buf_append_str(&json, "]}");
	wire_unknown(&protobuf, "PodList", &list);
	int failed = measure("json", &json, false) | measure("protobuf", &protobuf, true);
	buf_finish(&json);
	buf_finish(&protobuf);
	return failed;
}
