/* An error answer: its Status, and the sentence made of it for a path that is hostile too. */
#include <stdlib.h>
#include <string.h>

#include "api/kube/records/record_decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err;
	CLEANUP(free) char *text = mem_strndup((const char *)data, size);
	struct kube_status *status = kube_status_parse((const char *)data, size);
	kube_status_err(size ? 400 + data[0] : 500, status, text, "GET", text, &err);
	if (status)
		(void)kube_status_cause(status, "DisruptionBudget");
	kube_record_free(status);
	return 0;
}
