/* A whole kubeconfig: parsed, merged and every context resolved. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/kube/config/kubeconfig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(free) char *text = mem_strndup((const char *)data, size);
	CLEANUP(kubeconfig_destroy)
	struct kubeconfig *config = kubeconfig_load(&(struct kubeconfig_options){.text = text}, NULL);
	for (size_t i = 0; config && i < kubeconfig_context_count(config) && i < 8; i++)
		kube_access_destroy(kubeconfig_resolve(config, kubeconfig_context_name(config, i), NULL));
	return 0;
}
