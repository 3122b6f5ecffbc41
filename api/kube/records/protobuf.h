/* The protobuf wire, and Kubernetes' envelope on it (apimachinery runtime.Unknown). Private to the decoders. */
#ifndef MQDECK_KUBE_RECORDS_PROTOBUF_H
#define MQDECK_KUBE_RECORDS_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KUBE_PROTOBUF_VARINT = 0, KUBE_PROTOBUF_FIXED64 = 1, KUBE_PROTOBUF_BYTES = 2, KUBE_PROTOBUF_FIXED32 = 5 };
enum { KUBE_PROTOBUF_MAGIC_LEN = 4 };
#define KUBE_PROTOBUF_MAGIC "k8s\0"

struct kube_protobuf_field {
	uint32_t number;
	unsigned wire;
	uint64_t value;    /* of a varint */
	const char *bytes; /* of a length-delimited field */
	size_t len;
};

/* Both advance *at and give false when the bytes end too early or make no sense. */
bool kube_protobuf_next(const uint8_t **at, const uint8_t *end, struct kube_protobuf_field *out);

struct kube_protobuf_unknown {
	const char *raw, *kind; /* into the bytes, not terminated */
	size_t raw_len, kind_len;
};
/* False when the bytes are no envelope. */
bool kube_protobuf_unwrap(const char *bytes, size_t len, struct kube_protobuf_unknown *out);
/* Of a TypeMeta. Leaves *kind alone when there is none. */
void kube_protobuf_type_kind(const char *bytes, size_t len, const char **kind, size_t *kind_len);

#endif
