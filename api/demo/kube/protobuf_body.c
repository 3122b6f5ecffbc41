/* Finds one member in a protobuf message, without a schema: enough for the two requests that kubectl sends in no other
 * form. */
#include "api/demo/kube/protobuf_body.h"

#include <stdint.h>
#include <string.h>

enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5, UNKNOWN_RAW = 2 };

static bool read_varint(struct demo_kube_protobuf_bytes *at, uint64_t *out)
{
	*out = 0;
	for (unsigned shift = 0; shift < 64 && at->len > 0; shift += 7) {
		unsigned char byte = *at->data++;
		at->len--;
		*out |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return true;
	}
	return false;
}

bool demo_kube_protobuf_field(struct demo_kube_protobuf_bytes at, unsigned number, struct demo_kube_protobuf_bytes *out)
{
	while (at.len > 0) {
		uint64_t tag, size = 0;
		if (!read_varint(&at, &tag))
			return false;
		unsigned wire = tag & 7;
		if (wire == WIRE_VARINT || wire == WIRE_BYTES) {
			if (!read_varint(&at, &size))
				return false;
		}
		size = wire == WIRE_BYTES ? size : wire == WIRE_FIXED64 ? 8 : wire == WIRE_FIXED32 ? 4 : 0;
		if (size > at.len || (wire != WIRE_VARINT && size == 0 && wire != WIRE_BYTES))
			return false;
		if (wire == WIRE_BYTES && tag >> 3 == number) {
			*out = (struct demo_kube_protobuf_bytes){.data = at.data, .len = (size_t)size};
			return true;
		}
		at.data += size;
		at.len -= size;
	}
	return false;
}

bool demo_kube_protobuf_open(const char *body, size_t len, struct demo_kube_protobuf_bytes *object)
{
	if (len < 4 || memcmp(body, "k8s", 4) != 0)
		return false;
	return demo_kube_protobuf_field(
		(struct demo_kube_protobuf_bytes){.data = (const unsigned char *)body + 4, .len = len - 4}, UNKNOWN_RAW,
		object);
}
