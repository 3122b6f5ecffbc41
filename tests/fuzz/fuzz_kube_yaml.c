/* An object in JSON, shown as YAML. */
#include <cjson/cJSON.h>

#include "api/kube/records/yaml.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct buf out = BUF_INIT(4 * 1024 * 1024);
	cJSON *object = cJSON_ParseWithLength((const char *)data, size);
	if (object)
		(void)!kube_yaml(object, &out, NULL);
	cJSON_Delete(object);
	buf_finish(&out);
	return 0;
}
