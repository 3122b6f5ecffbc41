/* The little of Kubernetes' protobuf that kubectl sends even to a server which speaks only JSON: evictions and
 * access reviews. Envelope: "k8s\0" and runtime.Unknown (k8s.io/apimachinery generated.proto). */
#ifndef MQDECK_DEMO_KUBE_PROTOBUF_BODY_H
#define MQDECK_DEMO_KUBE_PROTOBUF_BODY_H

#include <stdbool.h>
#include <stddef.h>

#include "api/base/err.h"

struct demo_kube_protobuf_bytes {
	const unsigned char *data;
	size_t len;
};

/* The object inside the envelope; false when it is none. */
bool demo_kube_protobuf_open(const char *body, size_t len, struct demo_kube_protobuf_bytes *object) MUST_USE;
/* The first length-delimited field of that number; false when absent or the message is broken. */
bool demo_kube_protobuf_field(struct demo_kube_protobuf_bytes message, unsigned number,
			      struct demo_kube_protobuf_bytes *out) MUST_USE;

#endif
