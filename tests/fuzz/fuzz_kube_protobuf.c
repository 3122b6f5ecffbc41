/* As fuzz_kube_json, in protobuf. */
#include "tests/fuzz/fuzz_kube.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_kube_stream(data, size, true);
}
