/* From a key, or from what a person typed, to what an operation works on. */
#ifndef MQDECK_OPS_PLAN_TARGET_H
#define MQDECK_OPS_PLAN_TARGET_H

#include "api/ops/plan/operation.h"

struct world_view;

/* "namespace/pod", into out. */
enum { OPS_KEY_MAX = 600 };
const char *ops_broker_key(const struct world_broker *broker, char out[static OPS_KEY_MAX]);
/* NULL when it is not in the world. */
struct world_broker *ops_find_broker(const struct world_view *view, const char *key);

/* False with err when the target is not in the world (any more). */
bool ops_resolve_target(const struct world_view *view, enum ops_target target, const char *key, struct ops_context *out,
			struct err *err) MUST_USE;

/* "NAME" or "NAMESPACE/NAME" as typed → the target's key (free() it). NULL when there is none or more than one. */
char *ops_resolve(const struct world_view *view, enum ops_target target, const char *text, struct err *err) MUST_USE;

#endif
