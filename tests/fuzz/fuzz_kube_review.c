/* The answer to a SelfSubjectAccessReview. */
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "api/kube/client/kube_access.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char reason[KUBE_REASON_MAX];
	cJSON *object = cJSON_ParseWithLength((const char *)data, size);
	if (kube_review_answer(object, reason) > KUBE_DENIED)
		abort();
	cJSON_Delete(object);
	return 0;
}
