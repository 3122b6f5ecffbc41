/* What a credential plugin printed. */
#include "api/kube/config/exec_plugin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kube_exec_answer answer;
	struct err err = {0};
	kube_exec_answer_free(kube_exec_answer_read("plugin", "client.authentication.k8s.io/v1", (const char *)data,
						    size, &answer, &err));
	return 0;
}
