/* The first byte chooses kind and form, the second how the bytes are cut; the rest is a list or a watch in JSON. */
#include "tests/fuzz/fuzz_kube.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_kube_stream(data, size, false);
}
