/* Inside api/config: setting a value from text, wherever the text came from. */
#ifndef MQDECK_CONFIG_CONFIG_PRIVATE_H
#define MQDECK_CONFIG_CONFIG_PRIVATE_H

#include "api/config/config.h"

/* value is NULL for a flag that was merely named. `origin` goes into the error sentence. */
bool config_set(struct config *config, enum config_option_id id, const char *value, const char *origin,
		struct err *err) MUST_USE;
void config_add_credentials(struct config *config, const char *cluster, const char *secret);
/* False when it is no kind. */
bool config_add_broker(struct config *config, const char *workload, const char *kind) MUST_USE;
/* False when a context has no such setting. */
bool config_add_context(struct config *config, const char *context, const char *setting, const char *value) MUST_USE;

#endif
