/* The list of what a group and version serves. */
#include <stdlib.h>

#include "api/kube/client/kube_access.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (kube_discovery_answer((const char *)data, size, "kafkas") > KUBE_DENIED)
		abort();
	return 0;
}
