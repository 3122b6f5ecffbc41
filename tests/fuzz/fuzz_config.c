#include <stddef.h>
#include <stdint.h>

#include "api/config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *config = config_create();
	struct err err;
	if (config_parse_file_text(config, "fuzz", (const char *)data, size, &err))
		(void)config_text(config, CONFIG_OPT_COLOUR);
	config_destroy(config);
	return 0;
}
